//! Before init: remove, configure, initialise; and the agent password.

use rust_i18n::t;

use super::checks;
use super::read::{address, flag, list, maybe, maybe_address, number, pairs, secret, text};
use super::table::{Entry, Field, FieldError, Form, Given, Kind};
use crate::base::Secret;
use crate::fleet::Address;
use crate::fleet::change::{self, InitOptions, Scope};
use crate::fleet::cluster::Cluster;
use crate::fleet::request::Request;

const MASTER: Field = Field::new(
    "master",
    "Master",
    Kind::Address,
    "The master that gets the request; empty: the agent that obdeck is connected to.",
);

/// `agent/remove`.
pub const REMOVE: Form = Form::new(
    "remove",
    "Remove an agent",
    "Makes an agent SINGLE again before init. Removing the master removes everybody.",
    &[
        Field::new(
            "ip",
            "Agent to remove",
            Kind::Address,
            "Its address, as host:port or as host with the port below.",
        )
        .required(),
        Field::new(
            "port",
            "Its port",
            Kind::Number,
            "Only where the address has none; 2886 unless told otherwise.",
        ),
        MASTER,
    ],
    remove,
    |given, cluster| match removed(given) {
        Ok(agent) if is_master(&agent, given, cluster) => t!("Remove all agents").into_owned(),
        Ok(agent) => t!("Remove %{agent}", agent = agent).into_owned(),
        Err(_) => t!("Remove").into_owned(),
    },
)
.before(|given, cluster| match removed(given) {
    Ok(agent) if is_master(&agent, given, Some(cluster)) => vec![
        t!(
            "it is the master: all %{n} agents become SINGLE and forget their configuration",
            n = cluster.agents.len()
        )
        .into_owned(),
    ],
    _ => Vec::new(),
});

fn removed(given: &Given) -> Result<Address, Vec<FieldError>> {
    let typed = address(given, "ip")?;
    Ok(
        match number(given, "port").and_then(|port| u16::try_from(port).ok()) {
            Some(port) => Address::new(&typed.host, port),
            None => typed,
        },
    )
}

fn is_master(agent: &Address, given: &Given, cluster: Option<&Cluster>) -> bool {
    let named = address(given, "master").is_ok_and(|master| master == *agent);
    named
        || cluster
            .into_iter()
            .flat_map(|cluster| &cluster.agents)
            .any(|known| known.address == *agent && known.identity == "MASTER")
}

fn remove(given: &Given) -> Result<Request, Vec<FieldError>> {
    let master = maybe_address(given, "master")?;
    Ok(change::remove(master.as_ref(), &removed(given)?))
}

/// `observer/config`.
pub const OBSERVER_CONFIG: Form = Form::new(
    "observer-config",
    "Configure observers",
    "Replaces the parameters that observers start with, before init. Per key the last write counts: GLOBAL first, then ZONE, then SERVER.",
    &[
        Field::new(
            "observerConfig",
            "Parameters",
            Kind::Pairs,
            "key=value with commas between: mysql_port=2881,memory_limit=16G. They replace all earlier ones of this scope.",
        )
        .required()
        .checked(checks::observer_parameters),
        SCOPE_TYPE,
        SCOPE_TARGET,
        MASTER,
    ],
    |given| {
        let master = maybe_address(given, "master")?;
        let parameters = pairs(given, "observerConfig");
        Ok(change::observer_config(
            master.as_ref(),
            &scope(given)?,
            &parameters,
        ))
    },
    |given, _| match text(given, "scope.type") {
        "GLOBAL" => t!("Configure all observers").into_owned(),
        "ZONE" | "SERVER" if !list(given, "scope.target").is_empty() => t!(
            "Configure %{targets}",
            targets = list(given, "scope.target").join(", ")
        )
        .into_owned(),
        _ => t!("Configure observers").into_owned(),
    },
)
.across(|given| scope(given).err().unwrap_or_default());

/// Whom it is for.
pub(super) const SCOPE_TYPE: Field = Field::new(
    "scope.type",
    "For",
    Kind::Choice(&["GLOBAL", "ZONE", "SERVER"]),
    "GLOBAL: all servers. ZONE: the servers of zones. SERVER: single servers.",
)
.required();

/// Its zones or agents.
pub(super) const SCOPE_TARGET: Field = Field::new(
    "scope.target",
    "Which",
    Kind::List,
    "Zones by name, servers by the address of their agent (port 2886); commas between. Nothing for GLOBAL.",
);

/// The scope that stands in the fields.
pub(super) fn scope(given: &Given) -> Result<Scope, Vec<FieldError>> {
    let target = list(given, "scope.target");
    let at = |message: String| vec![FieldError::at("scope.target", message)];
    match text(given, "scope.type") {
        "GLOBAL" if target.is_empty() => Ok(Scope::Global),
        "GLOBAL" => Err(at(t!("GLOBAL is for all servers; name none").into_owned())),
        "ZONE" if target.is_empty() => Err(at(t!("name at least one zone").into_owned())),
        "ZONE" => Ok(Scope::Zone(target)),
        "SERVER" if target.is_empty() => Err(at(t!(
            "name at least one server, by the address of its agent"
        )
        .into_owned())),
        "SERVER" => {
            let default = crate::fleet::address::AGENT_PORT;
            let agents = target.iter().map(|one| Address::parse(one, default));
            agents
                .collect::<Result<Vec<_>, _>>()
                .map(Scope::Server)
                .map_err(|error| at(error.to_string()))
        }
        // The field's own check says that it is missing.
        _ => Err(Vec::new()),
    }
}

/// `obcluster/config`.
pub const CLUSTER_CONFIG: Form = Form::new(
    "cluster-config",
    "Configure the cluster",
    "Replaces name, id and root password of the cluster to come. The password switches as soon as the task runs.",
    &[
        Field::new(
            "clusterId",
            "Cluster id",
            Kind::Number,
            "A number greater than 0.",
        )
        .required()
        .checked(checks::positive),
        Field::new("clusterName", "Cluster name", Kind::Text, "The name of the cluster.").required(),
        Field::new(
            "rootPwd",
            "Root password",
            Kind::Password,
            "Password of root@sys. It goes with every call: left out, the cluster would get an empty one.",
        )
        .required(),
        Field::new(
            "rsList",
            "Root servers",
            Kind::Text,
            "ip:rpc_port:mysql_port, one a zone, with semicolons between; empty: the agent chooses.",
        ),
        MASTER,
    ],
    |given| {
        let master = maybe_address(given, "master")?;
        let empty = Secret::default();
        Ok(change::cluster_config(
            master.as_ref(),
            number(given, "clusterId").unwrap_or_default(),
            text(given, "clusterName"),
            maybe(given, "rsList"),
            secret(given, "rootPwd").unwrap_or(&empty),
        ))
    },
    |given, _| match text(given, "clusterName") {
        "" => t!("Configure the cluster").into_owned(),
        name => t!("Configure cluster %{name}", name = name).into_owned(),
    },
);

/// `ob/init`.
pub const INIT: Form = Form::new(
    "init",
    "Initialise the cluster",
    "Starts the observers and makes one cluster of them.",
    &[
        Field::new(
            "import_script",
            "Import scripts",
            Kind::Bool,
            "Import the scripts of tenants at the end.",
        ),
        Field::new(
            "create_proxyro_user",
            "Create proxyro",
            Kind::Bool,
            "Create the user that OBProxy logs in with. From that node on nothing can be rolled back.",
        ),
        Field::new(
            "proxyro_password",
            "Password of proxyro",
            Kind::Password,
            "Its password.",
        ),
        MASTER,
    ],
    |given| {
        let options = InitOptions {
            import_script: flag(given, "import_script").unwrap_or_default(),
            create_proxyro_user: flag(given, "create_proxyro_user").unwrap_or_default(),
            proxyro_password: secret(given, "proxyro_password").cloned(),
        };
        let master = maybe_address(given, "master")?;
        Ok(change::init(master.as_ref(), &options))
    },
    |_, _| t!("Initialise the cluster").into_owned(),
)
.across(|given| {
    let creates = flag(given, "create_proxyro_user") == Some(true);
    let options = creates || flag(given, "import_script") == Some(true);
    let mut wrong = Vec::new();
    if secret(given, "proxyro_password").is_some() && !creates {
        let text = t!("only together with create_proxyro_user");
        wrong.push(FieldError::at("proxyro_password", text));
    }
    if options && text(given, "master").is_empty() {
        let text = t!("name the master: a follower would send the request on without its options");
        wrong.push(FieldError::at("master", text));
    }
    wrong
})
.before(|_, cluster| {
    let zones: std::collections::BTreeSet<_> =
        cluster.agents.iter().map(|agent| &agent.zone).collect();
    if zones.len() % 2 == 1 {
        return Vec::new();
    }
    vec![t!(
        "%{n} zones: an odd number keeps a majority when one is lost",
        n = zones.len()
    )
    .into_owned()]
});

/// `agent/password`.
pub const AGENT_PASSWORD: Form = Form::new(
    "agent-password",
    "Set an agent password",
    "Sets or changes the password of one agent. OBProxy needs it. Not before init on a master: it would lock its followers out.",
    &[
        Field::new(
            "agent",
            "Agent",
            Kind::Address,
            "The agent; empty: the one that obdeck is connected to.",
        ),
        Field::new("password", "New password", Kind::Password, "The new password.")
            .required()
            .checked(not_empty),
    ],
    |given| {
        let agent = maybe_address(given, "agent")?;
        let empty = Secret::default();
        let password = secret(given, "password").unwrap_or(&empty);
        Ok(change::agent_password(agent.as_ref(), password))
    },
    |given, _| match text(given, "agent") {
        "" => t!("Set the agent password").into_owned(),
        agent => t!("Set the agent password of %{agent}", agent = agent).into_owned(),
    },
)
.before(|given, cluster| {
    let agent = address(given, "agent").ok();
    let unborn = cluster.agents.iter().any(|known| {
        agent.as_ref().is_none_or(|agent| known.address == *agent)
            && matches!(known.identity.as_str(), "MASTER" | "FOLLOWER")
    });
    if !unborn {
        return Vec::new();
    }
    vec![
        t!("before init: the server answers 500 and sets it nevertheless, and followers are locked out")
            .into_owned(),
    ]
});

fn not_empty(entry: &Entry, _: &Given) -> Result<(), String> {
    if entry.is_empty() {
        return Err(t!("must not be empty").into_owned());
    }
    Ok(())
}
