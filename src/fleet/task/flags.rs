//! Which operations each node of each DAG allows. obshell does not tell; the
//! table is `api/obshell.md §6`.

use super::model::Operation;

/// What a node allows: `R` rollback, `T` retry, `C` cancel, `P` pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flags(&'static str);

impl Flags {
    /// Whether the node allows an operation.
    #[must_use]
    pub fn allow(self, operation: Operation) -> bool {
        self.0.contains(match operation {
            Operation::Rollback => 'R',
            Operation::Retry => 'T',
            Operation::Cancel => 'C',
            Operation::Pass => 'P',
        })
    }
}

/// A name; with `*` at its end all names that begin so.
type Nodes = &'static [(&'static str, &'static str)];

const START_STOP: Nodes = &[
    ("Minor freeze before stop server", "RTCP"),
    ("Start Zone", "TC"),
    ("*", "C"),
];

const TABLE: &[(&str, Nodes)] = &[
    ("Join self", &[("*", "")]),
    ("Join to master", &[("*", "")]),
    ("Follower remove self", &[("*", "")]),
    ("Agent to single", &[("*", "")]),
    (
        "Remove follower agent *",
        &[("Remove follower", "P"), ("*", "")],
    ),
    ("Remove all agents", &[("Remove follower", "P"), ("*", "")]),
    ("Update cluster config", &[("*", "TC")]),
    ("Update observer config", &[("*", "TC")]),
    (
        "Initialize cluster",
        &[
            ("Integrate config", "RTC"),
            ("Create observer workdir", "RTC"),
            ("Start observer", "RTCP"),
            ("Cluster boostrap", "RTC"),
            ("Migrate table", "RTC"),
            ("Modify password", "RT"),
            ("Create user", "TC"),
            ("Migrate data", "RTC"),
            ("Convert follower to cluster agent", "RT"),
            ("Synchronize agent from cluster", "TC"),
            ("Convert master to cluster agent", "RT"),
            ("Import script for tenant", "TCP"),
        ],
    ),
    ("Cluster scale out", &[("*", "RT")]),
    (
        "Local scale out",
        &[
            ("Create observer workdir", "RTC"),
            ("Start observer", "RTCP"),
            ("*", "RT"),
        ],
    ),
    (
        "Cluster scale in",
        &[("Delete agent", "TCP"), ("*", "RTCP")],
    ),
    ("Kill observer", &[("*", "TCP")]),
    ("Start observer for scale in rollback", &[("*", "TCP")]),
    (
        "Delete zone",
        &[
            ("Delete zone *", "TCP"),
            ("Delete agent", "TCP"),
            ("Try to inform to kill observers", "TCP"),
            ("*", "RTCP"),
        ],
    ),
    ("Start OB", START_STOP),
    ("Stop OB", START_STOP),
    (
        "Start observer",
        &[
            ("Start preparations", "TCP"),
            ("Start observer", "RTCP"),
            ("*", "CP"),
        ],
    ),
    (
        "Stop observer",
        &[("Wait for task to end", "CP"), ("*", "TCP")],
    ),
    ("Add obproxy", &[("Start obproxy", "RTCP"), ("*", "TCP")]),
    (
        "Start obproxy",
        &[("Check obproxy status", "TCP"), ("Start obproxy", "RTCP")],
    ),
    (
        "Stop obproxy",
        &[("Check obproxy status", "TCP"), ("Stop obproxy", "RTCP")],
    ),
    ("Delete obproxy", &[("Stop obproxy", "RTCP"), ("*", "TCP")]),
    (
        "Upgrade obproxy",
        &[
            ("Download obproxy pkg from sqlite", "RT"),
            ("Remove upgrade dir", "TCP"),
            ("*", "RTCP"),
        ],
    ),
];

/// What a node of a DAG allows; `None` where the facts do not say.
#[must_use]
pub fn of(dag: &str, node: &str) -> Option<Flags> {
    let (_, nodes) = TABLE.iter().find(|(name, _)| matches(name, dag))?;
    let (_, letters) = nodes.iter().find(|(name, _)| matches(name, node))?;
    Some(Flags(letters))
}

fn matches(pattern: &str, name: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => pattern == name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_beginnings_of_names() {
        assert_eq!(of("Initialize cluster", "Create user"), Some(Flags("TC")));
        assert_eq!(of("Initialize cluster", "Something new"), None);
        assert_eq!(of("Take over", "Synchronize agent from cluster"), None);
        assert_eq!(
            of("Remove follower agent 10.0.0.6:2886", "Remove follower"),
            Some(Flags("P"))
        );
        assert_eq!(of("Delete zone", "Delete zone zone3"), Some(Flags("TCP")));
        assert_eq!(of("Delete zone", "Delete observer"), Some(Flags("RTCP")));
        assert_eq!(
            of("Stop OB", "Make sure all agents are ready"),
            Some(Flags("C"))
        );
    }
}
