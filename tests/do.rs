//! Each form without a screen, against the simulator: what it does, and the
//! refusals that the facts name, from an agent alone to a cluster and back.
// A helper of a test may give up as a test does.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![allow(dead_code, reason = "the helpers belong to several tests")]

#[path = "do/held.rs"]
mod held;
#[path = "do/lost.rs"]
mod lost;
#[path = "do/old.rs"]
mod old;
#[path = "cli/program.rs"]
mod program;
#[path = "do/proxies.rs"]
mod proxies;
#[path = "do/refusals.rs"]
mod refusals;
#[path = "pty/session.rs"]
mod session;
#[path = "do/tenant.rs"]
mod tenant;
#[path = "do/upgrade.rs"]
mod upgrade;
#[path = "do/upload.rs"]
mod upload;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::process::{Command, Output};

use program::{Simulator, obdeck};
use serde_json::Value;

const ROOT: &str = "Root#1234";
const AGENT: &str = "Agent#567";

/// What a command said.
#[derive(Debug)]
struct Said {
    code: i32,
    out: String,
    err: String,
}

impl From<Output> for Said {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Said {
    #[track_caller]
    fn done(self, what: &str) -> Self {
        assert_eq!(self.code, 0, "{self:#?}");
        let all = format!("{}{}", self.out, self.err);
        assert!(all.contains(what), "{what}: {self:#?}");
        self
    }

    #[track_caller]
    fn refused(&self, code: i32, words: &str) {
        assert_eq!(self.code, code, "{self:#?}");
        assert!(self.err.contains(words), "{words}: {self:#?}");
    }
}

struct Site {
    simulator: Simulator,
    /// Fresh places to remember things, but one for the whole story.
    root: String,
    folder: tempfile::TempDir,
}

impl Site {
    fn fresh(agents: &str, more: &[&str]) -> Self {
        let arguments = ["--scene", "fresh", "--agents", agents, "--speed", "100"];
        let folder = tempfile::tempdir().unwrap();
        let pace = "[polling]\nmoving = \"200ms\"\n";
        std::fs::write(folder.path().join("config.toml"), pace).unwrap();
        Self {
            simulator: Simulator::start(&[&arguments, more].concat()),
            root: String::new(),
            folder,
        }
    }

    fn agent(&self, number: usize) -> String {
        self.simulator.agent(number)
    }

    fn command(&self) -> Command {
        let mut command = obdeck();
        command
            .env("OBDECK_CONFIG", self.folder.path().join("config.toml"))
            .env("OBDECK_PASSWORD", &self.root)
            .env("OBDECK_AGENT_PASSWORD", AGENT)
            .current_dir(self.folder.path())
            .args(["--endpoint", &self.agent(0)]);
        command
    }

    fn run(&self, arguments: &[&str]) -> Said {
        self.command().args(arguments).output().unwrap().into()
    }

    /// Fills in a form and sends it; `sets` has blanks between.
    fn form(&self, form: &str, sets: &str) -> Said {
        let mut arguments = vec!["do", form, "--yes"];
        for set in sets.split_whitespace() {
            arguments.extend(["--set", set]);
        }
        self.run(&arguments)
    }

    /// Forms in their order; `{0}` is the first agent.
    #[track_caller]
    fn each(&self, cases: &[(&str, &str, i32, &str)]) {
        for (form, sets, code, words) in cases {
            let mut sets = (*sets).to_owned();
            for number in 0..self.simulator.agents() {
                sets = sets.replace(&format!("{{{number}}}"), &self.agent(number));
            }
            let said = self.form(form, &sets);
            let all = format!("{}{}", said.out, said.err);
            assert_eq!(said.code, *code, "{form} {sets}: {said:#?}");
            for word in words.split(" & ") {
                assert!(
                    all.contains(word),
                    "{form} {sets}: no `{word}` in {said:#?}"
                );
            }
        }
    }

    fn list(&self, pane: &str) -> Vec<Value> {
        let said = self.run(&["get", pane, "-o", "json"]);
        assert_eq!(said.code, 0, "{said:#?}");
        let list: Value = serde_json::from_str(&said.out).unwrap();
        list["items"].as_array().unwrap().clone()
    }

    fn zone(&self, name: &str) -> Value {
        let zones = self.list("zones");
        let found = zones.iter().find(|zone| zone["name"] == name);
        found.cloned().unwrap_or_default()
    }

    /// Status of the server beside an agent.
    fn status(&self, number: usize) -> String {
        let agent = self.agent(number);
        let servers = self.list("servers");
        let own = servers
            .iter()
            .find(|server| server["agent"] == agent.as_str());
        own.map_or(Value::Null, |own| own["status"].clone())
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }

    /// Three agents in three zones, initialised.
    fn cluster(agents: &str, more: &[&str]) -> Self {
        let mut site = Self::fresh(agents, more);
        let mut plan = String::from(
            "version = 1\n[cluster]\nname = \"prod\"\nid = 7\nroot_password = { env = \"ROOT\" }\n",
        );
        for number in 0..3 {
            let (agent, zone) = (site.agent(number), number + 1);
            let (sql, rpc) = (2881 + 100 * number, 2882 + 100 * number);
            let _ = write!(
                plan,
                "[[server]]\nagent = \"{agent}\"\nzone = \"zone{zone}\"\nobserver = {{ mysql_port = \"{sql}\", rpc_port = \"{rpc}\" }}\n"
            );
        }
        std::fs::write(site.folder.path().join("plan.toml"), plan).unwrap();
        let mut apply = site.command();
        apply
            .env("ROOT", ROOT)
            .args(["apply", "plan.toml", "--yes"]);
        Said::from(apply.output().unwrap()).done("prod is set up");
        ROOT.clone_into(&mut site.root);
        site
    }

    /// The same through the forms of each step.
    fn joined_by_forms(&mut self) {
        let master = self.agent(0);
        for number in 0..3 {
            let agent = self.agent(number);
            let zone = number + 1;
            self.form(
                "join",
                &format!("agent={agent} master={master} zone=zone{zone}"),
            )
            .done("succeeded");
            let config = format!(
                "observerConfig.mysql_port={} observerConfig.rpc_port={} scope.type=SERVER scope.target={agent}",
                2881 + 100 * number,
                2882 + 100 * number
            );
            self.form("observer-config", &config).done("succeeded");
        }
        self.form(
            "cluster-config",
            &format!("clusterId=7 clusterName=prod rootPwd={ROOT}"),
        )
        .done("succeeded");
        ROOT.clone_into(&mut self.root);
        self.form("init", "").done("succeeded");
        assert_eq!(self.status(2), "RUNNING");
    }
}

#[test]
fn a_cluster_is_made_by_its_forms() {
    let mut site = Site::fresh("3", &[]);
    site.joined_by_forms();
}

#[test]
fn a_cluster_is_set_up_and_taken_apart_before_init() {
    let site = Site::fresh("3", &[]);
    let [master, follower, third] = [0, 1, 2].map(|number| site.agent(number));
    site.form("start", "scope.type=GLOBAL")
        .refused(4, "OB.Cluster.NotInitialized");
    site.form(
        "join",
        &format!("agent={master} master={master} zone=zone1"),
    )
    .done("succeeded");
    site.form(
        "join",
        &format!("agent={follower} master={master} zone=zone2"),
    )
    .done("succeeded");
    site.form(
        "observer-config",
        "observerConfig=memory_limit=8G scope.type=ZONE scope.target=nozone",
    )
    .refused(4, "OB.Zone.NotExist");
    site.form("observer-config", "observerConfig.zone=z scope.type=GLOBAL")
        .refused(2, "set by the agent itself");
    site.form("init", "create_proxyro_user=true")
        .refused(2, "name the master");
    site.form("scale-in", &format!("agent_info={follower}"))
        .refused(4, "Agent.Identify.NotSupportOperation");
    site.form("remove", &format!("ip={third}"))
        .done("there was nothing to do");
    site.form("remove", &format!("ip={follower} master={master}"))
        .done("succeeded");
    site.form("remove", &format!("ip={master}"))
        .done("it is the master");
    let agents = site.list("agents");
    assert_eq!(agents[0]["identity"], "SINGLE", "{agents:?}");
}

#[test]
fn servers_stop_and_start_in_every_mode() {
    let site = Site::cluster("3", &[]);
    let third = site.agent(2);
    let server = format!("scope.type=SERVER scope.target={third}");

    site.form("stop", &server).refused(2, "say how");
    site.form("stop", &format!("{server} force=true terminate=true"))
        .refused(2, "exclude each other");
    site.form(
        "stop",
        "scope.type=SERVER scope.target=127.0.0.77:1 force=true",
    )
    .refused(4, "Agent.NotExist");

    let said = site.form("stop", &format!("{server} force=false terminate=false"));
    let said = said.done("Execute stop sql");
    assert!(said.err.contains("stops 1 of 3 servers"), "{said:#?}");
    assert_eq!(site.status(2), "SERVICE_STOPPED");
    site.form(
        "stop",
        "scope.type=ZONE scope.target=zone2 force=false terminate=false",
    )
    .refused(4, "OB.Server.StoppedInMultiZone");
    site.form("zone-stop", "zone=zone2")
        .refused(4, "OB.Server.StoppedInMultiZone");
    site.form("start", &server).done("succeeded");
    assert_eq!(site.status(2), "RUNNING");

    site.form("stop", &format!("{server} terminate=true"))
        .done("Minor freeze before stop server");
    assert_eq!(site.status(2), "PROCESS_STOPPED");
    site.form("start", &server).done("succeeded");
    site.form("stop", &format!("{server} force=true"))
        .done("succeeded");
    assert_eq!(site.status(2), "PROCESS_STOPPED");
    site.form("start", &server).done("succeeded");

    let said = site.form("zone-stop", "zone_name=zone3 freeze_server=true");
    said.done("Minor freeze before stop server");
    assert_eq!(site.zone("zone3")["status"], "STOPPED");
    site.form("start", "scope.type=ZONE scope.target=zone3")
        .done("Start Zone");
    assert_eq!(site.zone("zone3")["status"], "RUNNING");

    let said = site
        .form("stop", "scope.type=GLOBAL force=true")
        .done("succeeded");
    assert!(said.err.contains("no majority is left"), "{said:#?}");
    assert_eq!(site.list("cluster")[0]["status"], "NOT RUNNING");
    site.form("scale-in", &format!("agent_info={third}"))
        .refused(4, "OB.Server.Process.NotExist");
    site.form("stop", &format!("{server} terminate=true"))
        .refused(4, "OB.Cluster.ForceStopRequired");
    site.form("start", "scope.type=GLOBAL").done("succeeded");
    assert_eq!(site.list("cluster")[0]["status"], "AVAILABLE");
}

#[test]
fn what_a_cancelled_stop_leaves_is_passed_by_the_next() {
    let site = Site::cluster(
        "3",
        &["--fault", "task-hang=Minor freeze before stop server"],
    );
    let third = site.agent(2);
    let server = format!("scope.type=SERVER scope.target={third}");
    let stop: Vec<&str> = [
        "do",
        "stop",
        "--yes",
        "--no-watch",
        "--set",
        "terminate=true",
    ]
    .into();
    let sets: Vec<&str> = server.split(' ').flat_map(|set| ["--set", set]).collect();
    assert_eq!(site.run(&[stop, sets].concat()).code, 0);
    let main = |site: &Site| {
        let tasks = site.list("tasks");
        let found = tasks.iter().find(|task| task["name"] == "Stop OB");
        found.unwrap()["id"].as_str().unwrap().to_owned()
    };
    let id = main(&site);
    // A second one would be accepted, and both would fail: it is not sent.
    site.form("start", &server).refused(8, "is at work");
    let said = site.run(&["task", "cancel", &id, "--yes"]);
    assert_eq!(said.code, 0, "{said:#?}");
    let said = site.form("start", &server);
    assert_eq!(said.code, 3, "{said:#?}");
    assert!(said.out.contains("under maintenance by DAG"), "{said:#?}");
    let cure = format!("--set forcePassDag.id={id}");
    assert!(said.err.contains(&cure), "{said:#?}");
    let cure = format!("{server} forcePassDag.id={id}");
    site.form("start", &cure).done("succeeded");
    site.form("stop", &format!("{server} force=true"))
        .done("succeeded");
}

#[test]
fn servers_and_zones_come_and_go() {
    let site = Site::cluster("5", &[]);
    let [first, fourth, fifth] = [0, 3, 4].map(|number| site.agent(number));
    let ports = "obConfigs.mysql_port=3181 obConfigs.rpc_port=3182";
    site.form(
        "scale-out",
        &format!("agentInfo={fourth} zone=zone1 obConfigs.rpc_port=1024"),
    )
    .refused(2, "no port from 1025");
    site.form(
        "scale-out",
        &format!("agentInfo={first} zone=zone1 {ports}"),
    )
    .refused(4, "Agent.Identify.NotSupportOperation");
    site.form(
        "scale-out",
        &format!("agentInfo={fourth} zone=zone1 {ports}"),
    )
    .done("succeeded");
    assert_eq!(site.status(3), "RUNNING");
    site.form("scale-in", &format!("agent_info={first}"))
        .refused(4, "OB.Server.DeleteSelf");
    let said = site
        .form("scale-in", &format!("agent_info={fourth}"))
        .done("succeeded");
    assert!(said.err.contains("must be rebuilt"), "{said:#?}");
    site.form("scale-in", &format!("agent_info={fourth}"))
        .done("nothing to do");
    // It stays SCALING IN for ever.
    site.form(
        "scale-out",
        &format!("agentInfo={fourth} zone=zone1 {ports}"),
    )
    .refused(4, "the only cure");

    let ports = "obConfigs.mysql_port=3281 obConfigs.rpc_port=3282";
    site.form(
        "scale-out",
        &format!("agentInfo={fifth} zone=zone4 {ports}"),
    )
    .done("succeeded");
    assert_eq!(site.list("zones").len(), 4);
    site.form("zone-delete", "zone=zone2")
        .refused(4, "OB.Zone.NotEmpty");
    site.form("zone-delete", "zone=nozone")
        .done("nothing to do");
    site.form("zone-delete", "zone=zone4").done("succeeded");
    assert_eq!(site.list("zones").len(), 3);
}

#[test]
fn parameters_and_proxies() {
    let site = Site::cluster("3", &[]);
    let (first, second) = (site.agent(0), site.agent(1));
    let level = "name=syslog_level scope=CLUSTER value=INFO";
    site.form("parameter-set", level).done("done");
    let value = |site: &Site, name: &str| {
        let list = site.list("parameters");
        let found = list.iter().find(|one| one["name"] == name).cloned();
        found.unwrap_or_default()
    };
    assert_eq!(value(&site, "syslog_level")["value"], "INFO");
    let one = "name=syslog_level scope=CLUSTER value=WARN zones=zone2";
    site.form("parameter-set", one).done("done");
    let split = value(&site, "syslog_level");
    assert!(split["value"].is_null(), "{split}");
    // The servers stand in the order in which they came into being, and followers join side by side.
    let values = split["values"].as_array().unwrap();
    let told: BTreeMap<_, _> = values
        .iter()
        .map(|one| {
            (
                one["zone"].as_str().unwrap(),
                one["value"].as_str().unwrap(),
            )
        })
        .collect();
    let expected = [("zone1", "INFO"), ("zone2", "WARN"), ("zone3", "INFO")];
    assert_eq!(told, BTreeMap::from(expected), "{split}");
    site.form("parameter-set", "name=syslog_level scope=CLUSTER")
        .refused(2, "needs a value");
    site.form("parameter-set", "name=syslog_level scope=TENANT value=INFO")
        .refused(2, "name the tenants");
    site.form(
        "parameter-set",
        "name=no_such_parameter scope=CLUSTER value=1",
    )
    .refused(4, "System config unknown");
    site.form("parameter-set", "name=cluster_id scope=CLUSTER value=5")
        .refused(4, "READONLY");

    site.form("proxy-stop", "")
        .refused(5, "AgentPasswordNotInitialized");
    for agent in [&first, &second] {
        site.form("agent-password", &format!("agent={agent} password={AGENT}"))
            .done("done");
    }
    site.form("proxy-add", "home_path=/nonexistent")
        .refused(4, "home_path");
    site.form("proxy-add", "home_path=/data/p2 sql_port=1024")
        .refused(2, "no port from 1025");
    let at = format!("agent={second}");
    site.form("proxy-stop", &at)
        .refused(4, "OBProxy.NotBeManaged");
    site.form("proxy-delete", &at).done("nothing to do");
    site.form(
        "proxy-add",
        &format!("{at} home_path=/data/p2 proxyro_password=x"),
    )
    .done("succeeded");
    assert_eq!(site.list("proxies").len(), 1);
    site.form("proxy-add", &format!("{at} home_path=/data/p2"))
        .refused(4, "OBProxy.AlreadyManaged");
    site.form("proxy-stop", &at).done("succeeded");
    site.form("proxy-start", &at).done("succeeded");
    site.form("proxy-delete", &at).done("succeeded");
    assert!(site.list("proxies").is_empty());
}
