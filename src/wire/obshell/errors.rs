//! Every error code that an operator meets (`api/obshell.md §9`), what agents
//! before 4.3.1 say in its place (§16), and one line of advice.

use std::borrow::Cow;

use rust_i18n::t;

/// The codes that have a line of advice.
pub const KNOWN: &[&str] = &[
    "Request.Header.NotFound",
    "Security.Authentication.Header.DecryptFailed",
    "Security.Authentication.Header.UriMismatch",
    "Security.Authentication.Expired",
    "Security.Authentication.Timestamp.Invalid",
    "Security.Authentication.IncorrectOceanbasePassword",
    "Security.Authentication.IncorrectAgentPassword",
    "Security.Authentication.WithAgentPassword",
    "Security.Authentication.WithOceanBasePassword",
    "Security.Authentication.AgentPasswordNotInitialized",
    "Security.Authentication.SessionInvalid",
    "Security.Authentication.SessionExpired",
    "Security.Authentication.IncorrectToken",
    "Security.Authentication.Unauthorized",
    "Security.Authentication.UnknownPasswordType",
    "Security.Authentication.File.Sha256Mismatch",
    "Security.SSO.Token.Missing",
    "Security.SSO.Token.NotFound",
    "Security.SSO.Token.AlreadyUsed",
    "Security.SSO.Token.Expired",
    "Security.SSO.Token.ManagerNotReady",
    "Security.User.PermissionDenied",
    "Request.AESKey.NotFound",
    "Request.Body.Decrypt.AES.NoKey",
    "Request.Body.Decrypt.AES.KeyAndIv.Invalid",
    "Request.Body.Decrypt.AES.ContentLength.Invalid",
    "Request.Body.Decrypt.SM4.NoKey",
    "Request.Body.ReadFailed",
    "Request.Forward.MasterAgent.NotFound",
    "Agent.NoMaster",
    "Request.Forward.Header.NotExist",
    "Common.BindJsonFailed",
    "Common.BadRequest",
    "Common.IllegalArgument",
    "Common.InvalidPort",
    "Common.InvalidIp",
    "Common.InvalidAddress",
    "Common.InvalidPath",
    "Common.PathNotExist",
    "Common.FileNotExist",
    "Common.PathNotDir",
    "Common.FilePermissionDenied",
    "Common.DirNotEmpty",
    "Common.NotFound",
    "Common.Unexpected",
    "Agent.Identify.NotSupportOperation",
    "Agent.Identify.Unknown",
    "Agent.AlreadyExists",
    "Agent.NotExist",
    "Agent.Version.Inconsistent",
    "Agent.OB.Version.Inconsistent",
    "Agent.Binary.NotFound",
    "Agent.Package.NotFound",
    "Agent.UnderMaintenance",
    "Agent.UnderMaintenanceDag",
    "Agent.Current.UnderMaintenance",
    "Agent.RPC.RequestError",
    "Agent.RPC.RequestFailed",
    "Agent.Unavailable",
    "Agent.NoActiveServer",
    "Agent.Maintainer.NotActive",
    "Agent.MaintainerNotExist",
    "Agent.OceanBase.NotHold",
    "Agent.OceanBase.Useless",
    "Agent.OceanBase.DB.NotOcs",
    "Agent.TakeOverFailed",
    "Agent.NeedToTakeOver",
    "Agent.TakeOver.NotExistInCluster",
    "OB.Cluster.AlreadyInitialized",
    "OB.Cluster.NotInitialized",
    "OB.Cluster.Id.Invalid",
    "OB.Cluster.Name.Empty",
    "OB.Cluster.Scope.Invalid",
    "OB.Cluster.Password.Encrypted",
    "OB.Parameter.RsList.Invalid",
    "OB.Parameter.Scope.Invalid",
    "OB.Cluster.UnderMaintenance",
    "OB.Cluster.UnderMaintenanceWithDag",
    "OB.Tenant.UnderMaintenance",
    "OB.Cluster.ScaleOutHigherVersion",
    "OB.Cluster.ScaleOutLowerVersion",
    "OB.Cluster.MultiPaxosNotAlive",
    "OB.Cluster.Tenant.Replica.Invalid",
    "OB.Cluster.StopModeConflict",
    "OB.Cluster.ForceStopRequired",
    "OB.Cluster.ForceStopOrTerminateRequired",
    "OB.Cluster.MinorFreezeTimeout",
    "OB.Cluster.AsyncOperationTimeout",
    "OB.Server.DeleteSelf",
    "OB.Server.NotExist",
    "OB.Server.StoppedInMultiZone",
    "OB.Server.Process.NotExist",
    "OB.Server.HasNotBeenStarted",
    "OB.Server.Unavailable",
    "OB.Server.Process.CheckFailed",
    "OB.Zone.NotExist",
    "OB.Zone.NotEmpty",
    "OB.Zone.DeleteSelf",
    "OB.Zone.Name.Empty",
    "OBProxy.AlreadyManaged",
    "OBProxy.NotBeManaged",
    "OBProxy.NotRunning",
    "OBProxy.RsListAndConfigUrl.Conflicted",
    "OBProxy.RsListOrConfigUrl.NotSpecified",
    "OBProxy.Version.NotSupported",
    "OBProxy.UpgradeToLowerVersion",
    "OBProxy.Package.NotFound",
    "OBProxy.HealthCheckTimeout",
    "OBProxy.StopTimeout",
    "OBProxy.StopDaemonTimeout",
    "OBProxy.HotRestartTimeout",
    "Task.NotFound",
    "Task.GenericID.Invalid",
    "Task.Expired",
    "Task.CreateFailed",
    "Task.Dag.Operator.RollbackNotFailedDag",
    "Task.Dag.Operator.RetryNotFailedDag",
    "Task.Dag.Operator.PassNotFailedDag",
    "Task.Node.Operator.PassNotFailedDag",
    "Task.Node.Operator.PassNotFailedNode",
    "Task.Dag.Operator.CancelFinishedDag",
    "Task.Dag.Operator.RollbackNotAllowed",
    "Task.Dag.Operator.RetryNotAllowed",
    "Task.Dag.Operator.CancelNotAllowed",
    "Task.Dag.Operator.PassNotAllowed",
    "Task.Node.Operator.PassNotAllowed",
    "Task.Dag.Operator.NotSupport",
    "Task.Node.Operator.NotSupport",
    "Task.SubDag.NotAllCreated",
    "Task.SubDag.NotAllReady",
    "Task.SubDag.NotAllAdvanced",
    "Task.SubDag.NotAllSucceed",
    "Task.RemoteTask.Failed",
    "Task.DagFailed",
    "MySQL.Error",
    "OB.Tenant.Mode.NotSupported",
    "OB.Tenant.NotExist",
    "OB.Upgrade.Mode.NotSupported",
    "OB.Upgrade.UnableToRollingUpgrade",
    "OB.Package.Name.NotSupport",
    "OB.Package.NotExist",
    "Environment.WithoutPython",
    "Environment.WithoutModule",
    "Environment.DiskSpaceNotEnough",
];

/// One line of advice; empty for a code that nobody told us of: the server's
/// own words are shown anyway.
#[must_use]
pub fn advice(code: &str) -> Cow<'static, str> {
    match code {
        "Request.Header.NotFound" => t!(
            "This route wants a password header: the agent password for OBProxy, root's password for everything else."
        ),
        "Security.Authentication.Header.DecryptFailed" => t!(
            "The request was sealed for another key: the agent was re-deployed or upgraded, or another agent answers here. Nothing was done."
        ),
        "Security.Authentication.Header.UriMismatch" => t!(
            "Something between here and the agent changed the path of the request: is there a proxy?"
        ),
        "Security.Authentication.Expired" => {
            t!("The clocks of this machine and the agent differ: compare them.")
        }
        "Security.Authentication.Timestamp.Invalid" => {
            t!("The agent cannot read our time stamp: please report this.")
        }
        "Security.Authentication.IncorrectOceanbasePassword" => t!(
            "The password of root@sys is another one. It is not tried again until you change it."
        ),
        "Security.Authentication.IncorrectAgentPassword" => {
            t!("The agent password is another one. It is not tried again until you change it.")
        }
        "Security.Authentication.WithAgentPassword" => {
            t!("This agent wants the agent password instead of root's.")
        }
        "Security.Authentication.WithOceanBasePassword" => {
            t!("This agent has no agent password: it wants root's.")
        }
        "Security.Authentication.AgentPasswordNotInitialized" => {
            t!("Set an agent password first: OBProxy cannot be managed without one.")
        }
        "Security.Authentication.SessionInvalid" | "Security.Authentication.SessionExpired" => {
            t!("The session is over: log in again.")
        }
        "Security.Authentication.IncorrectToken"
        | "Security.Authentication.Unauthorized"
        | "Security.Authentication.UnknownPasswordType" => {
            t!("The agent does not accept this proof: check which password belongs to it.")
        }
        "Security.Authentication.File.Sha256Mismatch" => {
            t!("The package arrived damaged: upload it again.")
        }
        "Security.SSO.Token.Missing"
        | "Security.SSO.Token.NotFound"
        | "Security.SSO.Token.AlreadyUsed"
        | "Security.SSO.Token.Expired"
        | "Security.SSO.Token.ManagerNotReady" => {
            t!("The one-time token is missing, used or too old: ask for a new one.")
        }
        "Security.User.PermissionDenied" => t!(
            "Only root, the agent's user or the observer's owner may use its socket: change the user."
        ),
        "Request.AESKey.NotFound"
        | "Request.Body.Decrypt.AES.NoKey"
        | "Request.Body.Decrypt.AES.KeyAndIv.Invalid"
        | "Request.Body.Decrypt.AES.ContentLength.Invalid"
        | "Request.Body.Decrypt.SM4.NoKey"
        | "Request.Body.ReadFailed" => {
            t!("The agent could not open the body of the request: please report this.")
        }
        "Request.Forward.MasterAgent.NotFound" | "Agent.NoMaster" => {
            t!("This follower has lost its master: ask the master itself.")
        }
        "Request.Forward.Header.NotExist" => {
            t!("A follower passes on requests with root's password only: ask its master.")
        }
        "Common.BindJsonFailed" => {
            t!("A field is missing, empty or of the wrong kind: the message names it.")
        }
        "Common.BadRequest" => {
            t!("The agent does not accept these values: the message names them.")
        }
        "Common.IllegalArgument" => t!("One of the values is not allowed: the message names it."),
        "Common.InvalidPort" => t!("Use a port between 1025 and 65535."),
        "Common.InvalidIp" | "Common.InvalidAddress" => {
            t!("Use an IP address with its port, as the agents know themselves.")
        }
        "Common.InvalidPath" => t!("Use an absolute path on the agent's host."),
        "Common.PathNotExist" | "Common.FileNotExist" => {
            t!("Look at the path on the agent's host: it is not there.")
        }
        "Common.PathNotDir" => t!("The path must be a directory on the agent's host."),
        "Common.FilePermissionDenied" => {
            t!("The agent's user must be able to read and write this path.")
        }
        "Common.DirNotEmpty" => {
            t!("Empty the directory on the agent's host or choose another one.")
        }
        "Common.NotFound" => {
            t!("This agent does not know the request: its version may be too old.")
        }
        "Common.Unexpected" => t!("Unclassified by the agent; its log (log/obshell.log) has more."),
        "Agent.Identify.NotSupportOperation" => {
            t!("The agent is in another role than this needs: the message names both.")
        }
        "Agent.Identify.Unknown" => {
            t!("An agent that is being scaled in or out answers this only when that is over.")
        }
        "Agent.AlreadyExists" => {
            t!("It is already there: look at the cluster before sending again.")
        }
        "Agent.NotExist" => t!(
            "No agent of this cluster has that address. Scopes take the agent's port (2886), not the SQL port."
        ),
        "Agent.Version.Inconsistent" => t!(
            "Both agents must have the same obshell version, the release part included: upgrade the older one."
        ),
        "Agent.OB.Version.Inconsistent" => {
            t!("Both hosts must have the same OceanBase version: install the same package.")
        }
        "Agent.Binary.NotFound" | "Agent.Package.NotFound" => {
            t!("Upload the obshell package of the cluster's version first.")
        }
        "Agent.UnderMaintenance"
        | "Agent.UnderMaintenanceDag"
        | "Agent.Current.UnderMaintenance" => t!(
            "A task holds this agent: let it end; if it failed, retry it, roll it back or pass it."
        ),
        "Agent.RPC.RequestError"
        | "Agent.RPC.RequestFailed"
        | "Agent.Unavailable"
        | "Agent.NoActiveServer" => t!(
            "The agent could not get its way with another agent: the message names it. Check that it runs and its password."
        ),
        "Agent.Maintainer.NotActive" | "Agent.MaintainerNotExist" => {
            t!("No agent leads the cluster's tasks now: usually the database is down.")
        }
        "Agent.OceanBase.NotHold" | "Agent.OceanBase.Useless" | "Agent.OceanBase.DB.NotOcs" => {
            t!("The agent has no connection to the database: cluster tasks need one.")
        }
        "Agent.TakeOverFailed" | "Agent.NeedToTakeOver" | "Agent.TakeOver.NotExistInCluster" => t!(
            "The take-over of a running observer needs the right root password: see the agent's log."
        ),
        "OB.Cluster.AlreadyInitialized" => {
            t!("The cluster runs already: use scale-out and parameters to change it.")
        }
        "OB.Cluster.NotInitialized" => t!("Initialise the cluster first."),
        "OB.Cluster.Id.Invalid" => t!("Give the cluster an id above 0."),
        "OB.Cluster.Name.Empty" => t!("Give the cluster a name."),
        "OB.Cluster.Scope.Invalid" => t!("The scope is GLOBAL, ZONE or SERVER."),
        "OB.Cluster.Password.Encrypted" => t!("Send the configuration to the master itself."),
        "OB.Parameter.RsList.Invalid" => {
            t!("rsList names one server a zone, as ip:rpc_port:sql_port.")
        }
        "OB.Parameter.Scope.Invalid" => t!("The scope of a parameter is CLUSTER or TENANT."),
        "OB.Cluster.UnderMaintenance" | "OB.Cluster.UnderMaintenanceWithDag" => t!(
            "A task holds the whole cluster: let it end; if it failed, retry it, roll it back or pass it."
        ),
        "OB.Tenant.UnderMaintenance" => t!("A task holds this tenant: let it end."),
        "OB.Cluster.ScaleOutHigherVersion" => {
            t!("The new agent is newer than the cluster: upgrade the cluster first.")
        }
        "OB.Cluster.ScaleOutLowerVersion" => {
            t!("The new agent is too old to be upgraded on the way: install 4.2.4.1 or later.")
        }
        "OB.Cluster.MultiPaxosNotAlive" => {
            t!("Without this server there is no majority: bring others back first.")
        }
        "OB.Cluster.Tenant.Replica.Invalid" => {
            t!("Stopping this would break the majority of a tenant: see its locality.")
        }
        "OB.Cluster.StopModeConflict" => t!("Choose force or terminate, not both."),
        "OB.Cluster.ForceStopRequired" => {
            t!("The database does not answer: only force can stop it.")
        }
        "OB.Cluster.ForceStopOrTerminateRequired" => {
            t!("All servers at once stop only with terminate or force.")
        }
        "OB.Cluster.MinorFreezeTimeout" => {
            t!("The minor freeze took too long: retry, or stop with force.")
        }
        "OB.Cluster.AsyncOperationTimeout" => {
            t!("The database is still at it: look again in a while.")
        }
        "OB.Server.DeleteSelf" => t!("An agent cannot remove itself: send this to another one."),
        "OB.Server.NotExist" => t!("No server of this cluster has that address."),
        "OB.Server.StoppedInMultiZone" => {
            t!("Servers of another zone are stopped: start them first.")
        }
        "OB.Server.Process.NotExist"
        | "OB.Server.HasNotBeenStarted"
        | "OB.Server.Unavailable"
        | "OB.Server.Process.CheckFailed" => {
            t!("The observer of this agent does not run: start it, or ask another agent.")
        }
        "OB.Zone.NotExist" => t!("No zone has that name: names are case-sensitive."),
        "OB.Zone.NotEmpty" => t!("Tenants still have units in the zone: move them first."),
        "OB.Zone.DeleteSelf" => t!("Send this to an agent of another zone."),
        "OB.Zone.Name.Empty" => t!("Give the zone a name."),
        "OBProxy.AlreadyManaged" => t!("This agent manages an OBProxy already; it can have one."),
        "OBProxy.NotBeManaged" => t!("This agent manages no OBProxy: add one first."),
        "OBProxy.NotRunning" => t!("Start the OBProxy first."),
        "OBProxy.RsListAndConfigUrl.Conflicted" | "OBProxy.RsListOrConfigUrl.NotSpecified" => {
            t!("Give rs_list or config_url, one of them.")
        }
        "OBProxy.Version.NotSupported" => t!("OBProxy must be 4.0.0 or later."),
        "OBProxy.UpgradeToLowerVersion" => {
            t!("The package must be newer than the running OBProxy.")
        }
        "OBProxy.Package.NotFound" => t!("Upload the OBProxy package to this agent first."),
        "OBProxy.HealthCheckTimeout"
        | "OBProxy.StopTimeout"
        | "OBProxy.StopDaemonTimeout"
        | "OBProxy.HotRestartTimeout" => {
            t!("The OBProxy did not react in time: see its log on the agent's host.")
        }
        "Task.NotFound" => t!(
            "No task has this id here: it may belong to another agent, or its agent was re-deployed."
        ),
        "Task.GenericID.Invalid" => t!("An id is a number that begins with 1, 2, 3, 4 or 5."),
        "Task.Expired" => t!("Another task took the lock since: this one cannot be resumed."),
        "Task.CreateFailed" => t!("The task was not made: the message says why."),
        "Task.Dag.Operator.RollbackNotFailedDag"
        | "Task.Dag.Operator.RetryNotFailedDag"
        | "Task.Dag.Operator.PassNotFailedDag"
        | "Task.Node.Operator.PassNotFailedDag"
        | "Task.Node.Operator.PassNotFailedNode" => {
            t!("Only what failed can be retried, rolled back or passed: look at its state again.")
        }
        "Task.Dag.Operator.CancelFinishedDag" => {
            t!("The task is over: there is nothing to cancel.")
        }
        "Task.Dag.Operator.RollbackNotAllowed" => {
            t!("One of the stages cannot be undone: retry instead.")
        }
        "Task.Dag.Operator.RetryNotAllowed" => {
            t!("This stage cannot be retried: roll back, or start over.")
        }
        "Task.Dag.Operator.CancelNotAllowed" => {
            t!("One of the stages cannot be cancelled: let it end.")
        }
        "Task.Dag.Operator.PassNotAllowed" | "Task.Node.Operator.PassNotAllowed" => {
            t!("This stage cannot be passed: retry it, or roll the task back.")
        }
        "Task.Dag.Operator.NotSupport" | "Task.Node.Operator.NotSupport" => {
            t!("A task takes RETRY, ROLLBACK, CANCEL and PASS; a stage takes PASS only.")
        }
        "Task.SubDag.NotAllCreated"
        | "Task.SubDag.NotAllReady"
        | "Task.SubDag.NotAllAdvanced"
        | "Task.SubDag.NotAllSucceed" => t!(
            "A part of the task on another agent did not go along: look at the sub DAGs, then start or stop with forcePassDag."
        ),
        "Task.RemoteTask.Failed" | "Task.DagFailed" => {
            t!("A task on another agent failed: its log has the cause.")
        }
        "MySQL.Error" => t!("The database refused: the message is its own."),
        "OB.Tenant.Mode.NotSupported" => t!("The mode of a tenant is MYSQL or ORACLE."),
        "OB.Tenant.NotExist" => t!("No tenant has that name."),
        "OB.Upgrade.Mode.NotSupported" => t!("The mode of an upgrade is ROLLING or STOPSERVICE."),
        "OB.Upgrade.UnableToRollingUpgrade" => {
            t!("A rolling upgrade needs three zones: use STOPSERVICE.")
        }
        "OB.Package.Name.NotSupport" | "OB.Package.NotExist" => t!(
            "Upload the packages oceanbase-ce, oceanbase-ce-libs and obshell of that version first."
        ),
        "Environment.WithoutPython" | "Environment.WithoutModule" => {
            t!("The upgrade scripts need Python with its modules on the agent's host.")
        }
        "Environment.DiskSpaceNotEnough" => t!("Free some disk space on the agent's host."),
        code if code.starts_with("Agent.Coordinator.") => {
            t!("No agent leads the cluster's tasks now: usually the database is down.")
        }
        code if code.starts_with("Task.SubDag.") => t!(
            "A part of the task on another agent did not go along: look at the sub DAGs, then start or stop with forcePassDag."
        ),
        code if code.starts_with("OBProxy.") => {
            t!("The OBProxy did not react in time: see its log on the agent's host.")
        }
        _ => Cow::Borrowed(""),
    }
}

/// Endings of old messages and the code that newer agents give instead. Looked
/// at in this order: the special before the general.
const LEGACY_WORDS: &[(&str, &str)] = &[
    (
        "header decrypt failed",
        "Security.Authentication.Header.DecryptFailed",
    ),
    ("header not found", "Request.Header.NotFound"),
    ("uri mismatch", "Security.Authentication.Header.UriMismatch"),
    ("auth expired", "Security.Authentication.Expired"),
    (
        "oceanbase password is incorrect",
        "Security.Authentication.IncorrectOceanbasePassword",
    ),
    (
        "agent password is incorrect",
        "Security.Authentication.IncorrectAgentPassword",
    ),
    ("404 not found", "Common.NotFound"),
    ("invalid id", "Task.GenericID.Invalid"),
    ("field validation for", "Common.BindJsonFailed"),
    ("agent status is not 1", "Agent.UnderMaintenance"),
    ("under maint", "Agent.UnderMaintenance"),
    (
        "dag state is not failed",
        "Task.Dag.Operator.RetryNotFailedDag",
    ),
    ("dag is finished", "Task.Dag.Operator.CancelFinishedDag"),
    ("can not pass", "Task.Dag.Operator.PassNotAllowed"),
    ("can not retry", "Task.Dag.Operator.RetryNotAllowed"),
    ("can not rollback", "Task.Dag.Operator.RollbackNotAllowed"),
    ("can not cancel", "Task.Dag.Operator.CancelNotAllowed"),
    ("is not single agent", "Agent.Identify.NotSupportOperation"),
    ("is not cluster agent", "Agent.Identify.NotSupportOperation"),
    ("can not init", "Agent.Identify.NotSupportOperation"),
];

/// The dotted code for what an agent before 4.3.1 said: first by the start of
/// its message, then by its number; never by the HTTP status.
#[must_use]
pub fn legacy(code: Option<i64>, message: &str) -> Option<&'static str> {
    let lower = message.to_lowercase();
    let by_words = LEGACY_WORDS
        .iter()
        .find(|(words, _)| lower.contains(words))
        .map(|(_, name)| *name);
    by_words.or(match code? {
        1 => Some("Security.Authentication.Header.DecryptFailed"),
        1000 => Some("Common.BadRequest"),
        1001 => Some("Common.IllegalArgument"),
        1002 => Some("Common.Unexpected"),
        2300 => Some("Task.NotFound"),
        2301 => Some("Task.CreateFailed"),
        10000 => Some("Security.User.PermissionDenied"),
        10008 => Some("Security.Authentication.Unauthorized"),
        10009 => Some("OB.Cluster.NotInitialized"),
        _ => None,
    })
}

/// What the server says of one field of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldRefusal {
    /// The path as the server names it, without its own type: `AgentInfo.Ip`.
    pub path: String,
    /// With its type in front: `JoinApiParam.AgentInfo.Ip`.
    pub key: String,
    /// What is wrong, in our words where we know the rule.
    pub sentence: String,
}

/// Finds the fields that a refusal names (`Common.BindJsonFailed`): the
/// validator's lines, and Go's `cannot unmarshal … into Go struct field`.
#[must_use]
pub fn fields(message: &str) -> Vec<FieldRefusal> {
    message.lines().filter_map(field).collect()
}

fn field(line: &str) -> Option<FieldRefusal> {
    if let Some((_, rest)) = line.split_once("Key: '") {
        let (key, rest) = rest.split_once('\'')?;
        let rule = rest
            .split_once("failed on the '")
            .and_then(|(_, rest)| rest.split_once('\''))
            .map_or("", |(rule, _)| rule);
        let sentence = match rule {
            "required" => t!("is required and must not be empty or 0").into_owned(),
            "" => rest.trim_start_matches(" Error:").trim().to_owned(),
            rule => t!("breaks the rule `%{rule}`", rule = rule).into_owned(),
        };
        return Some(named(key, sentence));
    }
    let (before, rest) = line.split_once(" into Go struct field ")?;
    let (key, kind) = rest.split_once(" of type ")?;
    let found = before.rsplit("cannot unmarshal ").next().unwrap_or("");
    let sentence = t!(
        "is a %{found}, not a %{wanted}",
        found = found,
        wanted = kind.trim()
    );
    Some(named(key, sentence.into_owned()))
}

fn named(key: &str, sentence: String) -> FieldRefusal {
    FieldRefusal {
        path: key.split_once('.').map_or(key, |(_, path)| path).to_owned(),
        key: key.to_owned(),
        sentence,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_known_code_has_advice() {
        for code in KNOWN {
            assert!(!advice(code).is_empty(), "{code}");
        }
        assert_eq!(advice("Some.Day.New"), "");
    }

    #[test]
    fn old_agents_mean_the_same() {
        for (code, message, name) in [
            (
                1002,
                "Unexpected error: failed to start maintenance: agent is under maintaince",
                "Agent.UnderMaintenance",
            ),
            (
                1002,
                "Unexpected error: failed to start maintenance: agent status is not 1",
                "Agent.UnderMaintenance",
            ),
            (
                1010,
                "Known error: failed to pass dag: Cluster boostrap can not pass",
                "Task.Dag.Operator.PassNotAllowed",
            ),
            (
                10008,
                "Verification failed: auth expired",
                "Security.Authentication.Expired",
            ),
            (1000, "Bad request: 404 not found", "Common.NotFound"),
            (2300, "Task not found: record not found", "Task.NotFound"),
            (
                1001,
                "Illegal argument: invalid id: abc",
                "Task.GenericID.Invalid",
            ),
        ] {
            assert_eq!(legacy(Some(code), message), Some(name), "{message}");
        }
        assert_eq!(legacy(Some(1010), "Known error: something"), None);
        assert_eq!(legacy(None, "whatever"), None);
    }

    #[test]
    fn finds_the_fields_of_a_validator() {
        let message = "Bind JSON failed: Key: 'JoinApiParam.AgentInfo.Ip' Error:Field validation for 'Ip' failed on the 'required' tag\nKey: 'JoinApiParam.ZoneName' Error:Field validation for 'ZoneName' failed on the 'required' tag";
        let found = fields(message);
        assert_eq!(
            found
                .iter()
                .map(|f| (f.path.as_str(), f.key.as_str()))
                .collect::<Vec<_>>(),
            [
                ("AgentInfo.Ip", "JoinApiParam.AgentInfo.Ip"),
                ("ZoneName", "JoinApiParam.ZoneName")
            ]
        );
        let typed = fields(
            "Bind JSON failed: json: cannot unmarshal string into Go struct field AddObproxyParam.sql_port of type int",
        );
        assert_eq!(typed[0].path, "sql_port");
        assert_eq!(typed[0].sentence, "is a string, not a int");
        assert_eq!(fields("Cluster ID is invalid"), []);
    }
}
