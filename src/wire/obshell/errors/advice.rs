//! One line of advice a code. The English sentence is the key of the catalogue
//! of words; the special codes stand before the families (`Task.SubDag.*`).

pub(super) const ADVICE: &[(&[&str], &str)] = &[
    (
        &["Request.Header.NotFound"],
        "This route wants a password header: the agent password for OBProxy, root's password for everything else.",
    ),
    (
        &["Security.Authentication.Header.DecryptFailed"],
        "The request was sealed for another key: the agent was re-deployed or upgraded, or another agent answers here. Nothing was done.",
    ),
    (
        &["Security.Authentication.Header.UriMismatch"],
        "Something between here and the agent changed the path of the request: is there a proxy?",
    ),
    (
        &["Security.Authentication.Expired"],
        "The clocks of this machine and the agent differ: compare them.",
    ),
    (
        &["Security.Authentication.Timestamp.Invalid"],
        "The agent cannot read our time stamp: please report this.",
    ),
    (
        &["Security.Authentication.IncorrectOceanbasePassword"],
        "The password of root@sys is another one. It is not tried again until you change it.",
    ),
    (
        &["Security.Authentication.IncorrectAgentPassword"],
        "The agent password is another one. It is not tried again until you change it.",
    ),
    (
        &["Security.Authentication.WithAgentPassword"],
        "This agent wants the agent password instead of root's.",
    ),
    (
        &["Security.Authentication.WithOceanBasePassword"],
        "This agent has no agent password: it wants root's.",
    ),
    (
        &["Security.Authentication.AgentPasswordNotInitialized"],
        "Set an agent password first: OBProxy cannot be managed without one.",
    ),
    (
        &[
            "Security.Authentication.SessionInvalid",
            "Security.Authentication.SessionExpired",
        ],
        "The session is over, and the agent did nothing. What is asked next logs in anew.",
    ),
    (
        &[
            "Security.Authentication.IncorrectToken",
            "Security.Authentication.Unauthorized",
            "Security.Authentication.UnknownPasswordType",
        ],
        "The agent does not accept this proof: check which password belongs to it.",
    ),
    (
        &["Security.Authentication.File.Sha256Mismatch"],
        "The package arrived damaged: upload it again.",
    ),
    (
        &[
            "Security.SSO.Token.Missing",
            "Security.SSO.Token.NotFound",
            "Security.SSO.Token.AlreadyUsed",
            "Security.SSO.Token.Expired",
            "Security.SSO.Token.ManagerNotReady",
        ],
        "The one-time token is missing, used or too old: ask for a new one.",
    ),
    (
        &["Security.User.PermissionDenied"],
        "Only root, the agent's user or the observer's owner may use its socket: change the user.",
    ),
    (
        &[
            "Request.AESKey.NotFound",
            "Request.Body.Decrypt.AES.NoKey",
            "Request.Body.Decrypt.AES.KeyAndIv.Invalid",
            "Request.Body.Decrypt.AES.ContentLength.Invalid",
            "Request.Body.Decrypt.SM4.NoKey",
            "Request.Body.ReadFailed",
        ],
        "The agent could not open the body of the request: please report this.",
    ),
    (
        &["Request.Forward.MasterAgent.NotFound", "Agent.NoMaster"],
        "This follower has lost its master: ask the master itself.",
    ),
    (
        &["Request.Forward.Header.NotExist"],
        "A follower passes on requests with root's password only: ask its master.",
    ),
    (
        &["Common.BindJsonFailed"],
        "A field is missing, empty or of the wrong kind: the message names it.",
    ),
    (
        &["Common.BadRequest"],
        "The agent does not accept these values: the message names them.",
    ),
    (
        &["Common.IllegalArgument"],
        "One of the values is not allowed: the message names it.",
    ),
    (
        &["Common.InvalidPort"],
        "Use a port between 1025 and 65535.",
    ),
    (
        &["Common.InvalidIp", "Common.InvalidAddress"],
        "Use an IP address with its port, as the agents know themselves.",
    ),
    (
        &["Common.InvalidPath"],
        "Use an absolute path on the agent's host.",
    ),
    (
        &["Common.PathNotExist", "Common.FileNotExist"],
        "Look at the path on the agent's host: it is not there.",
    ),
    (
        &["Common.PathNotDir"],
        "The path must be a directory on the agent's host.",
    ),
    (
        &["Common.FilePermissionDenied"],
        "The agent's user must be able to read and write this path.",
    ),
    (
        &["Common.DirNotEmpty"],
        "Empty the directory on the agent's host or choose another one.",
    ),
    (
        &["Common.NotFound"],
        "This agent does not know the request: its version may be too old.",
    ),
    (
        &["Common.Unexpected"],
        "Unclassified by the agent; its log (log/obshell.log) has more.",
    ),
    (
        &["Agent.Identify.NotSupportOperation"],
        "The agent is in another role than this needs: the message names both.",
    ),
    (
        &["Agent.Identify.Unknown"],
        "An agent that is being scaled in or out answers this only when that is over.",
    ),
    (
        &["Agent.AlreadyExists"],
        "It is already there: look at the cluster before sending again.",
    ),
    (
        &["Agent.NotExist"],
        "No agent of this cluster has that address. Scopes take the agent's port (2886), not the SQL port.",
    ),
    (
        &["Agent.Version.Inconsistent"],
        "Both agents must have the same obshell version, the release part included: upgrade the older one.",
    ),
    (
        &["Agent.OB.Version.Inconsistent"],
        "Both hosts must have the same OceanBase version: install the same package.",
    ),
    (
        &["Agent.Binary.NotFound", "Agent.Package.NotFound"],
        "Upload the obshell package of the cluster's version first.",
    ),
    (
        &[
            "Agent.UnderMaintenance",
            "Agent.UnderMaintenanceDag",
            "Agent.Current.UnderMaintenance",
        ],
        "A task holds this agent: let it end; if it failed, retry it, roll it back or pass it.",
    ),
    (
        &[
            "Agent.RPC.RequestError",
            "Agent.RPC.RequestFailed",
            "Agent.Unavailable",
            "Agent.NoActiveServer",
        ],
        "The agent could not get its way with another agent: the message names it. Check that it runs and its password.",
    ),
    (
        &["Agent.Maintainer.NotActive", "Agent.MaintainerNotExist"],
        "No agent leads the cluster's tasks now: usually the database is down.",
    ),
    (
        &[
            "Agent.OceanBase.NotHold",
            "Agent.OceanBase.Useless",
            "Agent.OceanBase.DB.NotOcs",
        ],
        "The agent has no connection to the database: cluster tasks need one.",
    ),
    (
        &[
            "Agent.TakeOverFailed",
            "Agent.NeedToTakeOver",
            "Agent.TakeOver.NotExistInCluster",
        ],
        "The take-over of a running observer needs the right root password: see the agent's log.",
    ),
    (
        &["OB.Cluster.AlreadyInitialized"],
        "The cluster runs already: use scale-out and parameters to change it.",
    ),
    (
        &["OB.Cluster.NotInitialized"],
        "Initialise the cluster first.",
    ),
    (
        &["OB.Cluster.Id.Invalid"],
        "Give the cluster an id above 0.",
    ),
    (&["OB.Cluster.Name.Empty"], "Give the cluster a name."),
    (
        &["OB.Cluster.Scope.Invalid"],
        "The scope is GLOBAL, ZONE or SERVER.",
    ),
    (
        &["OB.Cluster.Password.Encrypted"],
        "Send the configuration to the master itself.",
    ),
    (
        &["OB.Parameter.RsList.Invalid"],
        "rsList names one server a zone, as ip:rpc_port:sql_port.",
    ),
    (
        &["OB.Parameter.Scope.Invalid"],
        "The scope of a parameter is CLUSTER or TENANT.",
    ),
    (
        &[
            "OB.Cluster.UnderMaintenance",
            "OB.Cluster.UnderMaintenanceWithDag",
        ],
        "A task holds the whole cluster: let it end; if it failed, retry it, roll it back or pass it.",
    ),
    (
        &["OB.Tenant.UnderMaintenance"],
        "A task holds this tenant: let it end.",
    ),
    (
        &["OB.Cluster.ScaleOutHigherVersion"],
        "The new agent is newer than the cluster: upgrade the cluster first.",
    ),
    (
        &["OB.Cluster.ScaleOutLowerVersion"],
        "The new agent is too old to be upgraded on the way: install 4.2.4.1 or later.",
    ),
    (
        &["OB.Cluster.MultiPaxosNotAlive"],
        "Without this server there is no majority: bring others back first.",
    ),
    (
        &["OB.Cluster.Tenant.Replica.Invalid"],
        "Stopping this would break the majority of a tenant: see its locality.",
    ),
    (
        &["OB.Cluster.StopModeConflict"],
        "Choose force or terminate, not both.",
    ),
    (
        &["OB.Cluster.ForceStopRequired"],
        "The database does not answer: only force can stop it.",
    ),
    (
        &["OB.Cluster.ForceStopOrTerminateRequired"],
        "All servers at once stop only with terminate or force.",
    ),
    (
        &["OB.Cluster.MinorFreezeTimeout"],
        "The minor freeze took too long: retry, or stop with force.",
    ),
    (
        &["OB.Cluster.AsyncOperationTimeout"],
        "The database is still at it: look again in a while.",
    ),
    (
        &["OB.Server.DeleteSelf"],
        "An agent cannot remove itself: send this to another one.",
    ),
    (
        &["OB.Server.NotExist"],
        "No server of this cluster has that address.",
    ),
    (
        &["OB.Server.StoppedInMultiZone"],
        "Servers of another zone are stopped: start them first.",
    ),
    (
        &[
            "OB.Server.Process.NotExist",
            "OB.Server.HasNotBeenStarted",
            "OB.Server.Unavailable",
            "OB.Server.Process.CheckFailed",
        ],
        "The observer of this agent does not run: start it, or ask another agent.",
    ),
    (
        &["OB.Zone.NotExist"],
        "No zone has that name: names are case-sensitive.",
    ),
    (
        &["OB.Zone.NotEmpty"],
        "Tenants still have units in the zone: move them first.",
    ),
    (
        &["OB.Zone.DeleteSelf"],
        "Send this to an agent of another zone.",
    ),
    (&["OB.Zone.Name.Empty"], "Give the zone a name."),
    (
        &["OBProxy.AlreadyManaged"],
        "This agent manages an OBProxy already; it can have one.",
    ),
    (
        &["OBProxy.NotBeManaged"],
        "This agent manages no OBProxy: add one first.",
    ),
    (&["OBProxy.NotRunning"], "Start the OBProxy first."),
    (
        &[
            "OBProxy.RsListAndConfigUrl.Conflicted",
            "OBProxy.RsListOrConfigUrl.NotSpecified",
        ],
        "Give rs_list or config_url, one of them.",
    ),
    (
        &["OBProxy.Version.NotSupported"],
        "OBProxy must be 4.0.0 or later.",
    ),
    (
        &["OBProxy.UpgradeToLowerVersion"],
        "The package must be newer than the running OBProxy.",
    ),
    (
        &["OBProxy.Package.NotFound"],
        "Upload the OBProxy package to this agent first.",
    ),
    (
        &[
            "OBProxy.HealthCheckTimeout",
            "OBProxy.StopTimeout",
            "OBProxy.StopDaemonTimeout",
            "OBProxy.HotRestartTimeout",
        ],
        "The OBProxy did not react in time: see its log on the agent's host.",
    ),
    (
        &["Task.NotFound"],
        "No task has this id here: it may belong to another agent, or its agent was re-deployed.",
    ),
    (
        &["Task.GenericID.Invalid"],
        "An id is a number that begins with 1, 2, 3, 4 or 5.",
    ),
    (
        &["Task.Expired"],
        "Another task took the lock since: this one cannot be resumed.",
    ),
    (
        &["Task.CreateFailed"],
        "The task was not made: the message says why.",
    ),
    (
        &[
            "Task.Dag.Operator.RollbackNotFailedDag",
            "Task.Dag.Operator.RetryNotFailedDag",
            "Task.Dag.Operator.PassNotFailedDag",
            "Task.Node.Operator.PassNotFailedDag",
            "Task.Node.Operator.PassNotFailedNode",
        ],
        "Only what failed can be retried, rolled back or passed: look at its state again.",
    ),
    (
        &["Task.Dag.Operator.CancelFinishedDag"],
        "The task is over: there is nothing to cancel.",
    ),
    (
        &["Task.Dag.Operator.RollbackNotAllowed"],
        "One of the stages cannot be undone: retry instead.",
    ),
    (
        &["Task.Dag.Operator.RetryNotAllowed"],
        "This stage cannot be retried: roll back, or start over.",
    ),
    (
        &["Task.Dag.Operator.CancelNotAllowed"],
        "One of the stages cannot be cancelled: let it end.",
    ),
    (
        &[
            "Task.Dag.Operator.PassNotAllowed",
            "Task.Node.Operator.PassNotAllowed",
        ],
        "This stage cannot be passed: retry it, or roll the task back.",
    ),
    (
        &[
            "Task.Dag.Operator.NotSupport",
            "Task.Node.Operator.NotSupport",
        ],
        "A task takes RETRY, ROLLBACK, CANCEL and PASS; a stage takes PASS only.",
    ),
    (
        &[
            "Task.SubDag.NotAllCreated",
            "Task.SubDag.NotAllReady",
            "Task.SubDag.NotAllAdvanced",
            "Task.SubDag.NotAllSucceed",
        ],
        "A part of the task on another agent did not go along: look at the sub DAGs, then start or stop with forcePassDag.",
    ),
    (
        &["Task.RemoteTask.Failed", "Task.DagFailed"],
        "A task on another agent failed: its log has the cause.",
    ),
    (
        &["MySQL.Error"],
        "The database refused: the message is its own.",
    ),
    (
        &["OB.Tenant.Mode.NotSupported"],
        "The mode of a tenant is MYSQL or ORACLE.",
    ),
    (&["OB.Tenant.NotExist"], "No tenant has that name."),
    (
        &["OB.Upgrade.Mode.NotSupported"],
        "The mode of an upgrade is ROLLING or STOPSERVICE.",
    ),
    (
        &["OB.Upgrade.UnableToRollingUpgrade"],
        "A rolling upgrade needs three zones: use STOPSERVICE.",
    ),
    (
        &["OB.Package.Name.NotSupport", "OB.Package.NotExist"],
        "Upload the packages oceanbase-ce, oceanbase-ce-libs and obshell of that version first.",
    ),
    (
        &["Environment.WithoutPython", "Environment.WithoutModule"],
        "The upgrade scripts need Python with its modules on the agent's host.",
    ),
    (
        &["Environment.DiskSpaceNotEnough"],
        "Free some disk space on the agent's host.",
    ),
    (
        &["Agent.Coordinator.*"],
        "No agent leads the cluster's tasks now: usually the database is down.",
    ),
    (
        &["Task.SubDag.*"],
        "A part of the task on another agent did not go along: look at the sub DAGs, then start or stop with forcePassDag.",
    ),
    (
        &["OBProxy.*"],
        "The OBProxy did not react in time: see its log on the agent's host.",
    ),
];
