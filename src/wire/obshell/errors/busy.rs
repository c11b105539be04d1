//! Refusals that say: something else holds this (`api/obshell.md §5.7`).

use super::legacy::legacy;
use crate::fleet::Address;

/// What is held, as far as the refusal tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Busy {
    /// An agent, or the OBProxy that it manages; its address where it is named.
    Agent(Option<Address>),
    /// The whole cluster, by the task of that name where it is named.
    Cluster(Option<String>),
    /// A tenant.
    Tenant,
}

/// What a refusal says is held; `None` for refusals of another kind.
#[must_use]
pub fn busy(code: &str, message: &str) -> Option<Busy> {
    let old = code.parse::<i64>().ok();
    let code = match old {
        Some(_) => legacy(old, message)?,
        None => code,
    };
    Some(match code {
        "Agent.UnderMaintenance"
        | "Agent.UnderMaintenanceDag"
        | "Agent.Current.UnderMaintenance" => Busy::Agent(named(message)),
        "OB.Cluster.UnderMaintenance" | "OB.Cluster.UnderMaintenanceWithDag" => {
            let after = message.split_once("by DAG: ");
            let name = after.map(|(_, rest)| rest.split(", ").next().unwrap_or(rest));
            Busy::Cluster(name.map(|name| name.trim().to_owned()))
        }
        "OB.Tenant.UnderMaintenance" => Busy::Tenant,
        _ => return None,
    })
}

/// The last agent that the words name: behind it stands what is wrong with it.
fn named(message: &str) -> Option<Address> {
    message
        .split(|c: char| c.is_whitespace() || matches!(c, '\'' | '"' | ',' | '(' | ')'))
        .map(|word| word.trim_end_matches(['.', ':', ';']))
        .filter(|word| {
            word.rsplit_once(':')
                .is_some_and(|(_, port)| port.parse::<u16>().is_ok())
        })
        .filter_map(|word| Address::parse(word, 0).ok())
        .next_back()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn agent(text: &str) -> Busy {
        Busy::Agent(Address::parse(text, 0).ok())
    }

    #[test]
    fn recorded_refusals_say_what_is_held() {
        for (code, message, what) in [
            (
                "Agent.UnderMaintenance",
                "Create task 'Initialize cluster' failed: 127.0.0.1:2886 is under maintenance",
                agent("127.0.0.1:2886"),
            ),
            (
                "OB.Cluster.UnderMaintenanceWithDag",
                "Create task 'Cluster scale in' failed: OceanBase cluster is under maintenance by DAG: Cluster scale out, please try again later",
                Busy::Cluster(Some("Cluster scale out".into())),
            ),
            (
                "1002",
                "Unexpected error: failed to start maintenance: agent is under maintaince",
                Busy::Agent(None),
            ),
            (
                "OB.Tenant.UnderMaintenance",
                "Tenant 't1' is under maintenance, please try again later.",
                Busy::Tenant,
            ),
        ] {
            assert_eq!(busy(code, message), Some(what), "{message}");
        }
        assert_eq!(busy("Agent.AlreadyExists", "is under maintenance"), None);
        assert_eq!(busy("1002", "Unexpected error: no such file"), None);
        assert_eq!(
            busy("OB.Cluster.UnderMaintenance", "忙"),
            Some(Busy::Cluster(None))
        );
    }
}
