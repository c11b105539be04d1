//! The binary, alone with itself: no configuration, no variables, no terminal.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

/// The binary in an environment of its own.
pub fn obdeck() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_obdeck"));
    for (name, _) in std::env::vars() {
        if name.starts_with("OBDECK_") {
            command.env_remove(name);
        }
    }
    // A port comes back with another agent behind it, and its key was pinned:
    // each run of the program has a memory of its own.
    let run = RUNS.fetch_add(1, Ordering::Relaxed);
    let state = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join(format!("cli-{}", std::process::id()))
        .join(run.to_string());
    command
        .env("XDG_STATE_HOME", &state)
        .env("XDG_CONFIG_HOME", &state)
        .env("HOME", &state)
        .env("LC_ALL", "C.UTF-8")
        .current_dir(std::env::temp_dir())
        .stdin(Stdio::null());
    command
}

static RUNS: AtomicUsize = AtomicUsize::new(0);

/// A running simulator.
pub struct Simulator {
    child: Child,
    endpoints: Vec<Vec<String>>,
}

impl Simulator {
    /// Starts one on free ports and waits until it is ready.
    pub fn start(arguments: &[&str]) -> Self {
        Self::start_at("127.0.0.1:0", arguments)
    }

    /// Starts one whose agents take ports from this one on.
    pub fn start_at(listen: &str, arguments: &[&str]) -> Self {
        // `Drop` waits for it; until then only a panic comes between.
        #[allow(clippy::zombie_processes)]
        let mut child = obdeck()
            .arg("sim")
            .args(arguments)
            .args(["--listen", listen])
            .stdout(Stdio::piped())
            .spawn()
            .expect("it starts");
        let stdout = child.stdout.take().expect("a pipe");
        let mut endpoints = Vec::new();
        for line in BufReader::new(stdout).lines() {
            let line = line.expect("text");
            if line == "ready" {
                return Self { child, endpoints };
            }
            endpoints.push(line.split(' ').map(str::to_owned).collect::<Vec<_>>());
        }
        panic!("it ended before it was ready: {endpoints:?}");
    }

    /// Address of an agent.
    pub fn agent(&self, number: usize) -> String {
        assert_eq!(self.endpoints[number][0], "obshell");
        self.endpoints[number][1].clone()
    }

    /// How many agents there are.
    #[allow(dead_code, reason = "not every test counts them")]
    pub fn agents(&self) -> usize {
        let agents = self.endpoints.iter();
        agents.filter(|line| line[0] == "obshell").count()
    }

    /// Address of the platform.
    #[allow(dead_code, reason = "not every test has a platform")]
    pub fn ocp(&self) -> String {
        let line = self.endpoints.iter().find(|line| line[0] == "ocp");
        line.expect("a platform")[1].clone()
    }

    /// What stands behind a word of the first line (`ak=`).
    #[allow(dead_code, reason = "not every test has a platform")]
    pub fn field(&self, word: &str) -> String {
        let mut fields = self.endpoints[0].iter();
        let found = fields.find_map(|field| field.strip_prefix(word));
        found.expect("such a field").to_owned()
    }

    /// The password of root@sys, empty where none is set.
    pub fn password(&self) -> String {
        self.endpoints[0]
            .iter()
            .find_map(|field| field.strip_prefix("password="))
            .unwrap_or_default()
            .to_owned()
    }

    /// Sends a signal and waits for the end.
    pub fn end(mut self, signal: &str) -> Option<i32> {
        let told = Command::new("kill")
            .args([signal, &self.child.id().to_string()])
            .status()
            .expect("kill");
        assert!(told.success());
        self.child.wait().expect("it ends").code()
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A port where nobody listens.
pub fn closed_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address").port()
}

/// A server that says the same to everybody.
pub fn one_answer(answer: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let mut request = [0; 4096];
            let _ = stream.read(&mut request);
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    address
}
