//! More or fewer servers and zones.

use rust_i18n::t;

use super::checks;
use super::join::zone;
use super::read::{address, flag, pairs, secret, text};
use super::table::{Field, Form, Kind};
use crate::fleet::change;

/// `ob/scale_out`.
pub const SCALE_OUT: Form = Form::new(
    "scale-out",
    "Scale out",
    "Takes a fresh agent into the running cluster, in a zone of it or in a new one.",
    &[
        Field::new(
            "agentInfo",
            "New agent",
            Kind::Address,
            "Address of the fresh agent, as host:port. It must be SINGLE.",
        )
        .required(),
        Field::new(
            "zone",
            "Zone",
            Kind::Text,
            "A zone of the cluster or a new one, which takes two nodes more.",
        )
        .required()
        .checked(zone),
        Field::new(
            "obConfigs",
            "Parameters",
            Kind::Pairs,
            "key=value with commas between: mysql_port=2881,rpc_port=2882,memory_limit=16G,log_disk_size=48G,datafile_size=24G.",
        )
        .checked(checks::observer_ports),
        Field::new(
            "targetAgentPassword",
            "Its agent password",
            Kind::Password,
            "Only where an agent password is set on the new agent.",
        ),
    ],
    |given| {
        Ok(change::scale_out(
            None,
            &address(given, "agentInfo")?,
            text(given, "zone"),
            &pairs(given, "obConfigs"),
            secret(given, "targetAgentPassword"),
        ))
    },
    |given, cluster| match (text(given, "zone"), cluster) {
        ("", _) => t!("Scale out").into_owned(),
        (zone, Some(cluster)) if !cluster.zones.iter().any(|known| known.name == zone) => {
            t!("Scale out into new zone %{zone}", zone = zone).into_owned()
        }
        (zone, _) => t!("Scale out into %{zone}", zone = zone).into_owned(),
    },
);

/// `ob/scale_in`.
pub const SCALE_IN: Form = Form::new(
    "scale-in",
    "Scale in",
    "Takes a server out of the cluster. Its agent cannot be used again: its home must be rebuilt.",
    &[
        Field::new(
            "agent_info",
            "Agent",
            Kind::Address,
            "The agent of the server that leaves; not the one that gets the request.",
        )
        .required(),
        Field::new(
            "force_kill",
            "Kill at once",
            Kind::Bool,
            "true kills its observer before its data has moved; the majority must live without it.",
        ),
    ],
    |given| {
        let kill = flag(given, "force_kill").unwrap_or_default();
        Ok(change::scale_in(&address(given, "agent_info")?, kill))
    },
    |given, _| match (text(given, "agent_info"), flag(given, "force_kill")) {
        ("", _) => t!("Scale in").into_owned(),
        (agent, Some(true)) => t!("kill %{agent} and take it out", agent = agent).into_owned(),
        (agent, _) => t!("take %{agent} out", agent = agent).into_owned(),
    },
)
.before(|given, cluster| {
    let mut says = vec![
        t!("the agent stays SCALING IN for ever: its home must be rebuilt before the node can be used again")
            .into_owned(),
    ];
    let Ok(agent) = address(given, "agent_info") else {
        return says;
    };
    let leaving = cluster
        .servers()
        .find(|server| server.agent.as_ref() == Some(&agent));
    if let Some(server) = leaving {
        let left = cluster.servers().filter(|other| other.zone == server.zone).count() - 1;
        if left == 0 {
            says.push(t!("it is the last server of %{zone}", zone = server.zone).into_owned());
        }
    }
    says
});

/// `zone/:name` deleted.
pub const ZONE_DELETE: Form = Form::new(
    "zone-delete",
    "Delete a zone",
    "Takes a zone with all its servers out of the cluster. No tenant may have units in it.",
    &[
        Field::new("zone_name", "Zone", Kind::Text, "The zone that goes.")
            .also(&["zone", "name"])
            .required()
            .checked(zone),
    ],
    |given| Ok(change::zone_delete(text(given, "zone_name"))),
    |given, _| match text(given, "zone_name") {
        "" => t!("Delete zone").into_owned(),
        zone => t!("Delete zone %{zone}", zone = zone).into_owned(),
    },
)
.before(|given, cluster| {
    let name = text(given, "zone_name");
    let servers: Vec<_> = cluster
        .servers()
        .filter(|server| server.zone == name)
        .map(|server| server.address.to_string())
        .collect();
    if servers.is_empty() {
        return Vec::new();
    }
    vec![
        t!(
            "takes %{n} servers out: %{servers}; their homes must be rebuilt",
            n = servers.len(),
            servers = servers.join(", ")
        )
        .into_owned(),
    ]
});
