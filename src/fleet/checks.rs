//! Small checks of a cluster: what is wrong, why it matters, what to do.

use rust_i18n::t;

use super::Address;
use super::cluster::{Agent, Cluster, Mood, Server};
use super::forms::leftovers;
use super::task::{State, Task, holds_lock};

/// Clocks further apart than this get a line.
const CLOCK_MS: i64 = 5_000;
/// Clocks of two agents further apart than this: more than any measuring error.
const APART_MS: i64 = 1_000;
/// obState 3: the observer is available.
const AVAILABLE: i64 = 3;

/// Something that needs a look.
#[derive(Clone, Debug, PartialEq)]
pub struct Check {
    /// An agent, a server, a zone or a task.
    pub who: String,
    /// What is wrong, a sentence without a full stop.
    pub what: String,
    /// Why it matters; may be empty.
    pub why: String,
    /// What to do; may be empty.
    pub cure: String,
    /// A command for a shell on its host; may be empty.
    pub command: String,
    /// A form that helps, with what is known of its fields.
    pub deed: Option<(&'static str, Vec<(&'static str, String)>)>,
    /// How bad it is.
    pub mood: Mood,
}

impl Check {
    fn of(who: impl Into<String>, what: std::borrow::Cow<'static, str>) -> Self {
        Self {
            who: who.into(),
            what: what.into_owned(),
            why: String::new(),
            cure: String::new(),
            command: String::new(),
            deed: None,
            mood: Mood::Bad,
        }
    }

    fn why(mut self, why: std::borrow::Cow<'static, str>) -> Self {
        self.why = why.into_owned();
        self
    }

    fn cure(mut self, cure: std::borrow::Cow<'static, str>) -> Self {
        self.cure = cure.into_owned();
        self
    }

    fn command(mut self, command: String) -> Self {
        self.command = command;
        self
    }

    fn mood(mut self, mood: Mood) -> Self {
        self.mood = mood;
        self
    }

    /// In one line, for a small pane.
    #[must_use]
    pub fn sentence(&self) -> String {
        if self.who.is_empty() {
            return self.what.clone();
        }
        format!("{}: {}", self.who, self.what)
    }
}

/// Everything that needs a look, the worst first.
#[must_use]
pub fn checks(cluster: &Cluster, tasks: &[Task]) -> Vec<Check> {
    let mut out: Vec<Check> = cluster
        .problems
        .iter()
        .map(|problem| Check::of("", problem.clone().into()))
        .collect();
    out.extend(silent(cluster));
    out.extend(left(cluster, tasks));
    out.extend(versions(cluster));
    if cluster.is_initialised() {
        out.extend(observers(cluster));
        let empty = cluster.zones.iter().filter(|zone| zone.servers.is_empty());
        out.extend(empty.map(|zone| {
            Check::of(&zone.name, t!("no server stands in this zone"))
                .why(t!("It counts for nothing: no replica can live there."))
                .cure(t!("Scale out into it, or delete the zone."))
        }));
    }
    out.extend(
        cluster
            .servers()
            .filter_map(|server| stopped(server, tasks)),
    );
    out.extend(blocking(tasks));
    out.extend(clocks(cluster));
    out
}

/// An agent that does not answer is started by its own command on its host.
fn silent(cluster: &Cluster) -> impl Iterator<Item = Check> {
    let away = cluster.agents.iter().filter(|agent| !agent.reachable);
    away.map(|agent| {
        Check::of(agent.address.to_string(), t!("the agent does not answer"))
            .why(t!(
                "Start and stop go through every agent: with one missing they fail."
            ))
            .cure(t!("Start it on its host, as the user that owns its home."))
            .command(start_command(agent))
    })
}

/// Agents that left a cluster: no request leads out of that (`api/obshell.md §14.2`).
fn left<'a>(cluster: &'a Cluster, tasks: &[Task]) -> impl Iterator<Item = Check> + 'a {
    let leaves = |task: &Task| {
        task.is_live() && matches!(task.name.as_str(), "Cluster scale in" | "Delete zone")
    };
    let under_way = tasks.iter().any(leaves);
    let left = |agent: &&Agent| agent.identity == "SCALING IN";
    cluster.agents.iter().filter(left).map(move |agent| {
        let who = agent.address.to_string();
        if under_way {
            return Check::of(who, t!("SCALING IN: it leaves the cluster"))
                .why(rebuild())
                .mood(Mood::Busy);
        }
        Check::of(
            who,
            t!("SCALING IN: it left the cluster and stays so for ever"),
        )
        .why(t!(
            "It refuses to join, to be removed and to scale out, also after a restart."
        ))
        .cure(rebuild())
    })
}

fn rebuild() -> std::borrow::Cow<'static, str> {
    t!("Only a new home helps: stop the agent, empty its home and start a new one there.")
}

/// Tasks that no operation is legal on: an agent whose one failed is lost.
const HOPELESS: [&str; 5] = [
    "Join self",
    "Join to master",
    "Follower remove self",
    "Agent to single",
    "Remove all agents",
];

/// The command that starts an agent, on its host and in its home.
#[must_use]
pub fn start_command(agent: &Agent) -> String {
    let Address { host, port, .. } = &agent.address;
    format!("./bin/obshell agent start --ip {host} -P {port}")
}

fn same(cluster: &Cluster, of: impl Fn(&Agent) -> &String) -> bool {
    let known = cluster.agents.iter().filter(|agent| agent.reachable);
    let mut values = known.map(of).filter(|value| !value.is_empty());
    let first = values.next();
    values.all(|value| Some(value) == first)
}

fn versions(cluster: &Cluster) -> Vec<Check> {
    let mut out = Vec::new();
    if !same(cluster, |agent| &agent.version) {
        out.push(
            Check::of("", t!("the agents have different versions of obshell"))
                .why(t!(
                    "Agents join and scale out only with the same version and release."
                ))
                .cure(t!("Upgrade obshell: upload its package, then `upgrade`."))
                .mood(Mood::Busy),
        );
    }
    if !same(cluster, |agent| &agent.ob_version) {
        out.push(
            Check::of("", t!("the hosts have different versions of the observer"))
                .why(t!(
                    "An upgrade was left half done, or a host was installed by hand."
                ))
                .cure(t!("Bring all hosts to the same package."))
                .mood(Mood::Busy),
        );
    }
    out
}

fn observers(cluster: &Cluster) -> impl Iterator<Item = Check> {
    let down =
        |agent: &&Agent| agent.reachable && agent.ob_state.is_some_and(|state| state != AVAILABLE);
    cluster.agents.iter().filter(down).map(|agent| {
        let what = match agent.ob_state {
            Some(0) => t!("its observer does not run"),
            Some(2) => t!("its observer is restricted: it has no majority"),
            _ => t!("its observer is not available"),
        };
        let mut check = Check::of(agent.address.to_string(), what).cure(t!(
            "Look at its log (log/observer.log in its home), then start it."
        ));
        if agent.ob_state == Some(0) {
            check.deed = Some((
                "start",
                vec![
                    ("scope.type", "SERVER".to_owned()),
                    ("scope.target", agent.address.to_string()),
                ],
            ));
        }
        check
    })
}

fn stopped(server: &Server, tasks: &[Task]) -> Option<Check> {
    let mood = server.status.mood();
    if !matches!(mood, Mood::Bad | Mood::Stopped) {
        return None;
    }
    let who = server.address.to_string();
    let mut check = match server.status.0.as_str() {
        "SERVICE_STOPPED" => Check::of(
            who,
            t!("SERVICE_STOPPED: its service is stopped, its process runs"),
        )
        .why(t!(
            "It serves nobody, and no other zone can be stopped meanwhile."
        )),
        "PROCESS_STOPPED" => Check::of(who, t!("PROCESS_STOPPED: its process was stopped")).why(
            t!("Its zone lacks it, and no other zone can be stopped meanwhile."),
        ),
        word => Check::of(who, word.to_owned().into()),
    };
    check.mood = mood;
    check.cure = t!("Start it when the work on it is done.").into_owned();
    let stop = tasks
        .iter()
        .find(|task| task.name == "Stop OB" && task.state == State::Succeeded);
    if let Some(task) = stop.filter(|_| mood == Mood::Stopped) {
        let last = t!("The last stop was task %{id}.", id = task.id);
        check.why = format!("{} {last}", check.why);
    }
    if let Some(agent) = &server.agent {
        let scope = vec![
            ("scope.type", "SERVER".to_owned()),
            ("scope.target", agent.to_string()),
        ];
        check.deed = Some(("start", scope));
    }
    Some(check)
}

/// Failed tasks that still hold a lock, and what cancelled stops have left.
fn blocking(tasks: &[Task]) -> Vec<Check> {
    let over = |task: &&Task| {
        matches!(task.state, State::Failed | State::Cancelled)
            && task.main.is_none()
            && holds_lock(task)
    };
    let mut out: Vec<Check> = tasks
        .iter()
        .filter(over)
        .map(|task| {
            Check::of(
                task.name.clone(),
                t!("failed, and holds its lock (task %{id})", id = task.id),
            )
            .why(t!(
                "Every other change of what it locks is refused until it ends."
            ))
            .cure(if HOPELESS.contains(&task.name.as_str()) {
                rebuild()
            } else {
                t!("Open it: retry it, roll it back or pass it, whatever is legal there.")
            })
        })
        .collect();
    for main in leftovers(tasks) {
        let mut check = Check::of(
            "Start / Stop OB",
            t!("what task %{id} left holds all agents", id = main),
        )
        .why(t!("The next start or stop fails after some seconds."))
        .cure(t!(
            "Start or stop again with forcePassDag naming it: the form is filled in."
        ));
        check.deed = Some(("start", vec![("forcePassDag.id", main.0.clone())]));
        out.push(check);
    }
    out
}

fn clocks(cluster: &Cluster) -> Vec<Check> {
    let mut out = Vec::new();
    let first = cluster.clocks.iter().min_by_key(|(_, ahead)| *ahead);
    let last = cluster.clocks.iter().max_by_key(|(_, ahead)| *ahead);
    if let (Some((slow, low)), Some((fast, high))) = (first, last)
        && high - low > APART_MS
    {
        out.push(
            Check::of(
                fast.to_string(),
                t!(
                    "its clock is %{n} s ahead of %{other}",
                    n = (high - low) / 1_000,
                    other = slow
                ),
            )
            .why(t!("The database wants clocks within 50 ms of each other."))
            .cure(t!("See to the time daemon on both hosts."))
            .command("chronyc tracking".to_owned())
            .mood(Mood::Busy),
        );
    }
    if let Some(ahead) = cluster.clock_ahead_ms.filter(|ms| ms.abs() > CLOCK_MS) {
        let seconds = ahead.abs() / 1_000;
        let what = if ahead > 0 {
            t!("the server's clock is %{n} s ahead of ours", n = seconds)
        } else {
            t!("the server's clock is %{n} s behind ours", n = seconds)
        };
        out.push(
            Check::of("", what)
                .why(t!(
                    "Times on this screen are the server's; requests are stamped by its clock."
                ))
                .mood(Mood::Busy),
        );
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fleet::cluster::{Status, Zone};

    fn agent(host: &str) -> Agent {
        Agent {
            address: Address::new(host, 2886),
            identity: "CLUSTER AGENT".into(),
            zone: "zone1".into(),
            version: "4.5.0.0-1".into(),
            ob_version: "4.3.5.1".into(),
            state: Some(1),
            ob_state: Some(3),
            under_maintenance: false,
            has_proxy: None,
            secured: None,
            reachable: true,
        }
    }

    fn zone(name: &str, status: &str) -> Zone {
        let address = Address::new("10.0.0.5", 2882);
        Zone {
            name: name.into(),
            status: Status("RUNNING".into()),
            region: String::new(),
            idc: String::new(),
            servers: vec![Server {
                address,
                sql_port: None,
                agent: Some(Address::new("10.0.0.5", 2886)),
                zone: name.into(),
                status: Status(status.into()),
                root_server: false,
                version: String::new(),
                usage: super::super::cluster::Usage::default(),
                started_at: None,
                task: None,
            }],
            task: None,
        }
    }

    fn words(cluster: &Cluster) -> String {
        let all: Vec<_> = checks(cluster, &[]).iter().map(Check::sentence).collect();
        all.join("\n")
    }

    #[test]
    fn a_healthy_cluster_needs_no_look() {
        let cluster = Cluster {
            agents: vec![agent("10.0.0.5"), agent("10.0.0.6")],
            zones: vec![zone("zone1", "RUNNING")],
            ..Cluster::default()
        };
        assert_eq!(checks(&cluster, &[]), []);
    }

    #[test]
    fn each_fault_has_its_sentence_and_its_cure() {
        let mut silent = agent("10.0.0.7");
        silent.reachable = false;
        let mut old = agent("10.0.0.6");
        old.version = "4.4.0.0-1".into();
        old.ob_state = Some(0);
        let mut empty = zone("zone2", "RUNNING");
        empty.servers.clear();
        let cluster = Cluster {
            agents: vec![agent("10.0.0.5"), old, silent],
            zones: vec![zone("zone1", "SERVICE_STOPPED"), empty],
            clocks: vec![
                (Address::new("10.0.0.5", 2886), 0),
                (Address::new("10.0.0.6", 2886), 14_000),
            ],
            ..Cluster::default()
        };
        let said = words(&cluster);
        for part in [
            "10.0.0.7:2886: the agent does not answer",
            "different versions of obshell",
            "10.0.0.6:2886: its observer does not run",
            "zone2: no server",
            "10.0.0.5:2882: SERVICE_STOPPED",
            "10.0.0.6:2886: its clock is 14 s ahead",
        ] {
            assert!(said.contains(part), "{part}: {said}");
        }
        let found = checks(&cluster, &[]);
        let away = found.iter().find(|check| check.who.starts_with("10.0.0.7"));
        assert_eq!(
            away.unwrap().command,
            "./bin/obshell agent start --ip 10.0.0.7 -P 2886"
        );
        assert!(found.iter().any(|check| check.deed.is_some()));
    }

    #[test]
    fn dead_ends_have_one_cure() {
        let mut left = agent("10.0.0.7");
        left.identity = "SCALING IN".into();
        let cluster = Cluster {
            agents: vec![left],
            ..Cluster::default()
        };
        let found = checks(&cluster, &[]);
        let check = found.iter().find(|one| one.what.contains("for ever"));
        assert!(check.unwrap().cure.contains("Only a new home helps"));
    }
}
