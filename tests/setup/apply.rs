//! The real binary in front of simulated agents that this process counts for.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};

use obdeck::sim::{Fault, Options, Scene, Sim};

use super::program;

pub const ROOT: &str = "root-MARKER#1";
pub const PROXYRO: &str = "proxyro-MARKER#2";
pub const AGENT: &str = "agent-MARKER#3";

/// Agents, a plan for them, and a home for the program.
pub struct Site {
    pub sim: Sim,
    pub folder: tempfile::TempDir,
}

impl Site {
    pub async fn new(faults: &[&str]) -> Self {
        let sim = Sim::start(Options {
            scene: Scene::Fresh,
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            speed: 100.0,
            faults: faults
                .iter()
                .map(|fault| fault.parse::<Fault>().unwrap())
                .collect(),
            ..Options::default()
        })
        .await
        .unwrap();
        let site = Self {
            sim,
            folder: tempfile::tempdir().unwrap(),
        };
        std::fs::write(site.path("config.toml"), "[polling]\nmoving = \"200ms\"\n").unwrap();
        site
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn agent(&self, number: usize) -> String {
        self.sim.endpoints()[number].address.to_string()
    }

    /// Three zones. `cluster` and `after` are lines of those tables.
    pub fn plan(&self, cluster: &str, after: &str) -> String {
        let mut text = format!(
            "version = 1\n[cluster]\nname = \"prod\"\nid = 7\nroot_password = {{ env = \"ROOT\" }}\n{cluster}\n[observer]\nmemory_limit = \"8G\"\nlog_disk_size = \"24G\"\n[[zone]]\nname = \"zone2\"\nobserver = {{ cpu_count = \"4\" }}\n"
        );
        for number in 0..self.sim.endpoints().len() {
            let (agent, zone) = (self.agent(number), number + 1);
            let (sql, rpc) = (24_000 + 10 * number, 24_001 + 10 * number);
            write!(
                text,
                "[[server]]\nagent = \"{agent}\"\nzone = \"zone{zone}\"\nobserver = {{ mysql_port = \"{sql}\", rpc_port = \"{rpc}\" }}\n"
            )
            .unwrap();
        }
        if !after.is_empty() {
            write!(text, "[after]\n{after}\n").unwrap();
        }
        text
    }

    pub fn write(&self, plan: &str) {
        std::fs::write(self.path("plan.toml"), plan).unwrap();
    }

    /// The program, with this site's memory and passwords.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = program::obdeck();
        command
            .env("XDG_STATE_HOME", self.path("state"))
            .env("OBDECK_CONFIG", self.path("config.toml"))
            .env("ROOT", ROOT)
            .env("PROXYRO", PROXYRO)
            .env("AGENT", AGENT)
            .current_dir(self.folder.path())
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    pub fn start(&self) -> Child {
        self.command(&["apply", "plan.toml", "--yes"])
            .spawn()
            .unwrap()
    }

    pub fn run(&self, arguments: &[&str]) -> Said {
        self.command(arguments).output().unwrap().into()
    }

    pub fn apply(&self) -> Said {
        self.run(&["apply", "plan.toml", "--yes"])
    }

    /// The lines of the journal that are written whole.
    pub fn journal(&self) -> Vec<serde_json::Value> {
        let folder = self.path("state/obdeck/journal");
        let files = std::fs::read_dir(folder).into_iter().flatten().flatten();
        let journals = files
            .map(|file| file.path())
            .filter(|path| path.extension().is_some_and(|end| end == "jsonl"));
        let texts = journals.map(|path| std::fs::read_to_string(path).unwrap_or_default());
        let texts: Vec<_> = texts.collect();
        texts
            .iter()
            .flat_map(|text| text.lines())
            .filter_map(|line| serde_json::from_str(line).ok())
            .collect()
    }

    /// How far a step came at most.
    pub fn marks(&self, step: &str) -> Vec<String> {
        let lines = self.journal().into_iter();
        lines
            .filter(|line| line["step"] == step)
            .map(|line| line["mark"].as_str().unwrap().to_owned())
            .collect()
    }

    /// Changing requests that an agent got, by route.
    pub fn changes(&self, agent: usize) -> BTreeMap<String, u64> {
        let counts = self.sim.requests_of(agent).into_iter();
        counts
            .filter(|(route, _)| !route.starts_with("GET"))
            .collect()
    }

    /// Everything that the program left on disk or said.
    pub fn left(&self) -> String {
        let mut text = String::new();
        let mut folders = vec![self.folder.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap().flatten() {
                if entry.path().is_dir() {
                    folders.push(entry.path());
                } else {
                    text.push_str(&std::fs::read_to_string(entry.path()).unwrap_or_default());
                }
            }
        }
        text
    }
}

/// What the program said.
#[derive(Debug)]
pub struct Said {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl From<Output> for Said {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Said {
    #[track_caller]
    pub fn ended(self, code: i32, words: &[&str]) -> Self {
        assert_eq!(self.code, Some(code), "{self:#?}");
        let all = format!("{}{}", self.out, self.err);
        for word in words {
            assert!(all.contains(word), "no `{word}`: {self:#?}");
        }
        self
    }
}
