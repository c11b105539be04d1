//! A recorded day again: requests at their times, tasks and states watched beside
//! them, and what befell the machines in between.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use obdeck::sim::{Happening, Sim};
use serde_json::Value;

use crate::client::{self, Auth, Client, Got};
use crate::sights::{difference, missing, outline, shown};

/// Between two looks at what is watched.
const STEP: f64 = 0.25;
/// Ticks of the recorded agents fell elsewhere within their second.
const SLACK: f64 = 1.6;
/// How much later than recorded a task may end.
const LATE: f64 = 8.0;

/// A day as it is told to the test.
pub struct Day {
    /// The file of recorded rows.
    pub file: &'static str,
    /// The machines' network: `127.0.1.` and so on.
    pub net: &'static str,
    /// What happened just before a row.
    pub happened: Vec<(&'static str, Happening)>,
    /// Rows that say something else here, and why.
    pub other: &'static [(&'static str, &'static str)],
    /// Rows that are not asked again, and why.
    pub left_out: &'static [(&'static str, &'static str)],
    /// Words that name something of the recorded machines, and what it is called here.
    pub words: &'static [(&'static str, &'static str)],
}

struct Row {
    name: String,
    raw: Value,
    at: f64,
    /// A question: when it may be asked.
    from: f64,
    said: Option<String>,
    done: bool,
}

struct Watch {
    name: String,
    raw: Value,
    at: f64,
    ends: f64,
    agent: usize,
    path: String,
    seen: Vec<Value>,
    /// How the end differed when it was looked at last.
    differs: Option<String>,
    ended: bool,
}

pub struct Player<'a> {
    day: &'a Day,
    /// The simulation's network.
    net: String,
    sim: Sim,
    client: Client,
    ends: Vec<SocketAddr>,
    sockets: Vec<PathBuf>,
    clock: f64,
    /// How far the day is behind the recorded one.
    late: f64,
    rows: Vec<Row>,
    watches: Vec<Watch>,
    wrong: Vec<String>,
    matched: usize,
}

fn rows(file: &str) -> Vec<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/sim/days")
        .join(file);
    let text = std::fs::read_to_string(path).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

impl<'a> Player<'a> {
    pub fn new(day: &'a Day, mut sim: Sim, net: &str, folder: &Path) -> Player<'a> {
        let ends: Vec<SocketAddr> = sim.endpoints().iter().map(|end| end.address).collect();
        let mut sockets = Vec::new();
        for agent in 0..ends.len() {
            let path = folder.join(format!("{agent}.sock"));
            sim.serve_socket(agent, &path).unwrap();
            sockets.push(path);
        }
        let mut client = Client::new();
        client.life = 100_000;
        Player {
            day,
            net: net.to_owned(),
            sim,
            client,
            ends,
            sockets,
            clock: 0.0,
            late: 0.0,
            rows: Vec::new(),
            watches: Vec::new(),
            wrong: Vec::new(),
            matched: 0,
        }
    }

    /// Tell the whole day; says what was different, and how much was compared.
    pub async fn play(mut self) -> (Vec<String>, usize) {
        let all = rows(self.day.file);
        let changes = |row: &Value| {
            row.get("request")
                .is_some_and(|asked| asked["method"] != "GET")
        };
        let moments: Vec<f64> = all
            .iter()
            .filter(|row| changes(row))
            .map(|row| row["at"].as_f64().unwrap())
            .collect();
        self.clock = all[0]["at"].as_f64().unwrap() - 3.0;
        for raw in all {
            let at = raw["at"].as_f64().unwrap();
            if let Some(name) = raw["watch"].as_str().map(str::to_owned) {
                self.add_watch(name, raw, at);
                self.see(self.watches.len() - 1).await;
                continue;
            }
            let name = raw["name"].as_str().unwrap().to_owned();
            if self.day.left_out.iter().any(|(left, _)| *left == name) {
                continue;
            }
            if changes(&raw) || self.day.happened.iter().any(|(before, _)| *before == name) {
                self.until(at).await;
                self.settle(at).await;
                self.change(&name, &raw, at).await;
                continue;
            }
            let told = name.clone();
            let before = moments
                .iter()
                .copied()
                .filter(|moment| *moment <= at)
                .fold(0.0, f64::max);
            self.rows.push(Row {
                name,
                at,
                from: (at - SLACK).max(before),
                raw,
                said: None,
                done: false,
            });
            self.look(at).await;
            self.happen(&format!("after {told}"));
        }
        let end = self
            .watches
            .iter()
            .map(|watch| watch.ends)
            .fold(self.clock, f64::max);
        self.until(end + LATE).await;
        self.close();
        if self.sim.dangerous() > 0 {
            let count = self.sim.dangerous();
            self.wrong
                .push(format!("{count} requests would have hurt a real agent"));
        }
        self.sim.stop().await;
        (self.wrong, self.matched)
    }

    fn add_watch(&mut self, name: String, raw: Value, at: f64) {
        let (path, agent) = match raw["id"].as_str() {
            Some(id) => (format!("/api/v1/task/dag/{}", self.text(id)), self.home(id)),
            None => (
                format!("/api/v1/{}", raw["path"].as_str().unwrap()),
                raw["agent"].as_u64().unwrap() as usize - 1,
            ),
        };
        self.watches.push(Watch {
            ends: raw["ends"].as_f64().unwrap(),
            name,
            at,
            agent,
            path,
            raw,
            seen: Vec::new(),
            differs: None,
            ended: false,
        });
    }

    /// Which agent keeps a task; the first one is asked for the cluster's.
    fn home(&self, id: &str) -> usize {
        let of = |index: usize| {
            let ip: std::net::Ipv4Addr = format!("{}{}", self.day.net, index + 1).parse().unwrap();
            id.get(1..)
                .is_some_and(|rest| rest.starts_with(&format!("{:010}", ip.to_bits())))
        };
        (0..self.ends.len()).find(|index| of(*index)).unwrap_or(0)
    }

    async fn until(&mut self, at: f64) {
        while self.clock < at + self.late {
            self.step().await;
        }
    }

    /// Questions that are due by now.
    async fn look(&mut self, at: f64) {
        self.until(at).await;
        self.ask_rows().await;
    }

    /// Wait for tasks that had ended by then on the recorded day.
    async fn settle(&mut self, at: f64) {
        let began = self.late;
        loop {
            let open = self
                .watches
                .iter()
                .any(|watch| !watch.ended && watch.ends <= at);
            if !open || self.late - began > LATE {
                break;
            }
            self.late += STEP;
            self.step().await;
        }
        for watch in &mut self.watches {
            // What has not come by then is not waited for again.
            if watch.ends <= at {
                watch.ended = true;
            }
        }
        self.ask_rows().await;
    }

    async fn step(&mut self) {
        self.sim.pass(Duration::from_secs_f64(STEP));
        self.clock += STEP;
        let now = self.clock - self.late;
        for index in 0..self.watches.len() {
            let watch = &self.watches[index];
            if now < watch.at - STEP
                || now > watch.ends + LATE
                || (watch.ended && now > watch.ends + SLACK)
            {
                continue;
            }
            self.see(index).await;
        }
        self.ask_rows().await;
    }

    async fn see(&mut self, index: usize) {
        let watch = &self.watches[index];
        let got = client::over_socket(&self.sockets[watch.agent], &watch.path).await;
        self.note(index, &got);
    }

    fn note(&mut self, index: usize, got: &Got) {
        let now = self.clock - self.late;
        if got.status != 200 {
            return;
        }
        let data = got.data();
        let seen = outline(&data);
        let watch = &mut self.watches[index];
        if watch.seen.last() != Some(&seen) {
            watch.seen.push(seen.clone());
        }
        let told = watch.raw["seen"].as_array().unwrap();
        // The last one of a task or state; a refusal has only its number.
        let is_state = |sight: &&Value| !sight["status"].is_number();
        let Some(last) = told.iter().rfind(is_state).cloned() else {
            return;
        };
        if self.moved(&last) != seen {
            return;
        }
        let watch = &mut self.watches[index];
        if now >= watch.ends - SLACK {
            watch.ended = true;
        }
        if watch.differs.as_deref() == Some("") {
            return;
        }
        let end = watch.raw["end"].clone();
        let wanted = self.plain(&end);
        let found = shown(&data);
        let watch = &mut self.watches[index];
        watch.differs = Some(difference(&wanted, &found));
    }

    async fn ask_rows(&mut self) {
        let now = self.clock - self.late;
        let mut rows = std::mem::take(&mut self.rows);
        for row in &mut rows {
            if row.done || now + 0.001 < row.from.min(row.at) {
                continue;
            }
            if now > row.at + SLACK && row.said.is_some() {
                row.done = true;
                let said = row.said.take().unwrap();
                self.fail(&row.name, &said);
                continue;
            }
            let got = self.again(&row.name, &row.raw).await;
            let said = self.compare(&row.raw, &got);
            if said.is_empty() {
                row.done = true;
                self.matched += 1;
                self.unexpected(&row.name);
            } else {
                row.said = Some(said);
            }
        }
        rows.retain(|row| !row.done);
        self.rows = rows;
    }

    /// A row that is in the table of what differs must differ.
    fn unexpected(&mut self, name: &str) {
        if self.day.other.iter().any(|(other, _)| *other == name) {
            self.wrong.push(format!(
                "{name}: is in the table of what differs, and is the same"
            ));
        }
    }

    fn fail(&mut self, name: &str, said: &str) {
        if !self.day.other.iter().any(|(other, _)| *other == name) {
            self.wrong.push(format!("{name}: {said}"));
        }
    }

    async fn change(&mut self, name: &str, raw: &Value, at: f64) {
        // What was asked before it must have had its answer.
        let mut rows = std::mem::take(&mut self.rows);
        for row in rows.drain(..) {
            if row.at > at {
                self.rows.push(row);
                continue;
            }
            let said = row.said.unwrap_or_else(|| "never asked".into());
            self.fail(&row.name, &said);
        }
        self.happen(name);
        let got = self.again(name, raw).await;
        let said = self.compare(raw, &got);
        if said.is_empty() {
            self.matched += 1;
            self.unexpected(name);
        } else {
            self.fail(name, &said);
        }
        self.happen(&format!("after {name}"));
    }

    /// What befell the machines at this moment.
    fn happen(&self, moment: &str) {
        for (when, what) in &self.day.happened {
            if *when == moment {
                self.sim.happen(what.clone());
            }
        }
    }

    async fn again(&self, name: &str, raw: &Value) -> Got {
        let request = &raw["request"];
        let at = self.ends[raw["agent"].as_u64().unwrap() as usize - 1];
        let path = self.text(request["path"].as_str().unwrap());
        let body = request
            .get("body")
            .filter(|body| !body.is_null())
            .map(|body| self.moved(body));
        let password = request["password"].as_str().unwrap_or_default();
        let auth = match request["auth"].as_str().unwrap() {
            "ob" => Auth::Root,
            "agent" => Auth::Agent,
            _ => Auth::None,
        };
        let mut client = self.client.clone();
        client.life = if name.contains("expired") {
            -10
        } else {
            self.client.life
        };
        client
            .ask(
                at,
                request["method"].as_str().unwrap(),
                &path,
                auth,
                password,
                body.as_ref(),
            )
            .await
    }

    /// What differs between a recorded answer and this one; nothing says empty.
    fn compare(&self, raw: &Value, got: &Got) -> String {
        let status = raw["status"].as_u64().unwrap();
        if u64::from(got.status) != status {
            return format!("{} instead of {status}: {}", got.status, got.text);
        }
        if !raw["body"].is_object() {
            return String::new();
        }
        if got.kind != raw["kind"].as_str().unwrap() {
            return format!("content type {}", got.kind);
        }
        difference(&self.plain(&raw["body"]), &shown(&got.json()))
    }

    /// A recorded value as it would be here.
    fn plain(&self, recorded: &Value) -> String {
        let moved = self.moved(recorded);
        shown(&moved)
    }

    /// A recorded value on the machines of the simulation.
    fn moved(&self, value: &Value) -> Value {
        serde_json::from_str(&self.text(&value.to_string())).unwrap()
    }

    fn text(&self, recorded: &str) -> String {
        let mut text = recorded.replace(self.day.net, &self.net);
        let packed = |net: &str, host: usize| {
            let ip: std::net::Ipv4Addr = format!("{net}{host}").parse().unwrap();
            format!("{:010}02986", ip.to_bits())
        };
        for host in [1, 2, 3, 4, 5, 77, 99, 111] {
            text = text.replace(&packed(self.day.net, host), &packed(&self.net, host));
            text = text.replace(&format!("/data/h{host}"), &format!("/data/ob{host}"));
        }
        for (recorded, here) in self.day.words {
            text = text.replace(recorded, here);
        }
        text
    }

    fn close(&mut self) {
        for row in std::mem::take(&mut self.rows) {
            let said = row.said.unwrap_or_else(|| "never asked".into());
            self.fail(&row.name, &said);
        }
        for watch in std::mem::take(&mut self.watches) {
            if self
                .day
                .left_out
                .iter()
                .any(|(left, _)| *left == watch.name)
            {
                continue;
            }
            let wanted: Vec<String> = watch.raw["seen"]
                .as_array()
                .unwrap()
                .iter()
                .filter(|seen| {
                    seen.get("stage").is_some()
                        || seen.get("zones").is_some()
                        || seen.get("identity").is_some()
                })
                .map(|seen| self.moved(seen).to_string())
                .collect();
            let seen: Vec<String> = watch.seen.iter().map(Value::to_string).collect();
            let lost = missing(&wanted, &seen);
            let mut bad = Vec::new();
            if !lost.is_empty() {
                bad.push(format!("never seen: {lost:#?}\n   seen {seen:#?}"));
            }
            match watch.differs {
                Some(text) if !text.is_empty() => bad.push(format!("at its end {text}")),
                None => bad.push("never at its end".into()),
                _ => {}
            }
            if bad.is_empty() {
                self.matched += 1;
                self.unexpected(&watch.name);
            } else {
                self.fail(&watch.name, &bad.join("\n"));
            }
        }
    }
}
