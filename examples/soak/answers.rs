//! Recorded answers of both APIs with bytes, values and types changed go through
//! the readers into a session that is drawn while random keys are typed.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use obdeck::console::{Event, Key, Message, Model, Place, Settings, update};
use obdeck::fleet::cluster::Cluster;
use obdeck::link::{Ask, Asked, Picture};
use obdeck::view;
use obdeck::wire::obshell::{self, dto};
use obdeck::wire::ocp;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use serde_json::Value;

use crate::measure::resident_kib;

const KEYS: &str = "j k g G h l enter esc tab shift-tab 1 2 3 4 / n N : ctrl-p [ ] - f p e u d t L a y \
    J C T M ? W R ! ctrl-d ctrl-u backspace up down left right x z 0 . space pagedown D s < >";

/// What was done.
#[derive(Default)]
struct Figures {
    answers: u64,
    read: u64,
    pictures: u64,
    keys: u64,
    frames: u64,
}

struct Soak {
    chance: ChaCha8Rng,
    answers: Vec<Vec<u8>>,
    keys: Vec<Key>,
    model: Model,
    screen: Terminal<TestBackend>,
    now: Timestamp,
    figures: Figures,
}

/// Runs so many seconds; the seed decides everything else.
pub fn run(seconds: u64, seed: u64) {
    let mut soak = Soak::new(seed);
    let begun = Instant::now();
    let mut first = 0;
    let mut said = Instant::now();
    while begun.elapsed() < Duration::from_secs(seconds) {
        for _ in 0..200 {
            soak.step();
        }
        // Half of the first seconds fill every cache.
        if first == 0 && begun.elapsed() > Duration::from_secs(seconds.min(10) / 2) {
            first = resident_kib();
        }
        if said.elapsed() > Duration::from_secs(10) {
            said = Instant::now();
            soak.report(begun.elapsed(), first);
        }
    }
    soak.report(begun.elapsed(), first);
}

impl Soak {
    fn new(seed: u64) -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
        let mut answers = Vec::new();
        for path in files(&root) {
            let text = std::fs::read_to_string(&path).unwrap_or_default();
            let recorded = text
                .lines()
                .filter_map(moment)
                .chain(exchange(&text))
                .chain(platform(&text));
            answers.extend(recorded.map(|body| body.to_string().into_bytes()));
        }
        assert!(
            !answers.is_empty(),
            "no recorded answers under {}",
            root.display()
        );
        let now: Timestamp = "2026-11-21T08:00:00Z".parse().expect("a time");
        let settings = Settings {
            place: Some(Place {
                name: "soak".into(),
                ..Place::default()
            }),
            ..Settings::default()
        };
        Self {
            chance: ChaCha8Rng::seed_from_u64(seed),
            answers,
            keys: KEYS
                .split_whitespace()
                .filter_map(|key| key.parse().ok())
                .collect(),
            model: Model::new(settings, now),
            screen: Terminal::new(TestBackend::new(100, 30)).expect("a screen"),
            now,
            figures: Figures::default(),
        }
    }

    fn below(&mut self, end: usize) -> usize {
        (self.chance.next_u64() % end.max(1) as u64) as usize
    }

    fn step(&mut self) {
        let at = self.below(self.answers.len());
        let mut bytes = self.answers[at].clone();
        if self.below(4) == 0 {
            self.scratch(&mut bytes);
        } else if let Ok(mut value) = serde_json::from_slice(&bytes) {
            self.twist(&mut value);
            bytes = value.to_string().into_bytes();
        }
        self.figures.answers += 1;
        let status = [200, 200, 200, 200, 200, 200, 401, 500][self.below(8)];
        if let Ok(answer) = obshell::read(status, Some("application/json"), &bytes) {
            self.figures.read += 1;
            self.show(&answer.data);
        }
        if let Ok(Ok(answer)) = ocp::open(status, &bytes) {
            self.figures.read += 1;
            self.show_platform(&answer.data);
        }
        for _ in 0..self.below(4) {
            let at = self.below(self.keys.len());
            let key = self.keys[at];
            self.figures.keys += 1;
            self.happens(Event::Key(key));
        }
        if self.below(20) == 0 {
            let (width, height) = (1 + self.below(160) as u16, 1 + self.below(50) as u16);
            self.screen.backend_mut().resize(width, height);
            self.happens(Event::Resize { width, height });
        }
        self.now += SignedDuration::from_millis(200);
        self.happens(Event::Tick);
        if self.below(8) == 0 {
            let model = &self.model;
            self.screen
                .draw(|frame| view::draw(model, frame))
                .expect("a frame");
            self.figures.frames += 1;
        }
    }

    /// Whatever the answer can be read as goes to the session.
    fn show(&mut self, data: &Value) {
        let mut cluster = Cluster::default();
        let merged = dto::merge_ob_info(&mut cluster, data.clone()).is_ok()
            | dto::merge_obcluster(&mut cluster, data.clone()).is_ok();
        if merged {
            self.answered(Ask::Cluster, Picture::Cluster(Box::new(cluster)));
        }
        if let Ok(tasks) = dto::tasks(data.clone()) {
            self.answered(Ask::Tasks, Picture::Tasks(tasks));
        }
        if let Ok(task) = dto::task(data.clone()) {
            // Only what is on the screen is asked for; the id may be another one.
            for ask in self.model.asks() {
                if matches!(ask, Ask::Task(_)) {
                    self.answered(ask, Picture::Task(Box::new(task.clone())));
                }
            }
        }
    }

    /// The same for a platform: an answer is read as everything that it could be.
    fn show_platform(&mut self, data: &Value) {
        let pictures = [
            (Ask::Clusters, Picture::Clusters(ocp::clusters(data).items)),
            (Ask::Hosts, Picture::Hosts(ocp::hosts(data).items)),
            (Ask::Packages, Picture::Packages(ocp::packages(data).items)),
            (Ask::Alarms, Picture::Alarms(ocp::alarms(data).items)),
            (
                Ask::ProxyClusters,
                Picture::ProxyClusters(ocp::proxy_clusters(data).items),
            ),
            (Ask::Tenants, Picture::Tenants(ocp::tenants(data).items)),
            (Ask::Tasks, Picture::Tasks(ocp::tasks(data).items)),
        ];
        // One of them, or none of the session's tasks would ever be seen.
        let at = self.below(pictures.len());
        if let Some((ask, picture)) = pictures.into_iter().nth(at) {
            self.answered(ask, picture);
        }
        if let Some(managed) = ocp::cluster(data) {
            let (zones, _) = ocp::zones(data);
            let mut cluster = managed.cluster;
            cluster.zones = zones;
            self.answered(Ask::Cluster, Picture::Cluster(Box::new(cluster)));
        }
        if let Some(task) = ocp::task(data) {
            for ask in self.model.asks() {
                if matches!(ask, Ask::Task(_)) {
                    self.answered(ask, Picture::Task(Box::new(task.clone())));
                }
            }
        }
        if let Some(lines) = ocp::log(data) {
            for ask in self.model.asks() {
                if matches!(ask, Ask::Log(_)) {
                    self.answered(ask, Picture::Log(lines.clone()));
                }
            }
        }
    }

    fn answered(&mut self, ask: Ask, picture: Picture) {
        self.figures.pictures += 1;
        let asked = Asked {
            picture,
            endpoint: "10.0.0.5:2886".into(),
            took: Duration::from_millis(12),
            at: self.now,
        };
        let result = Ok(asked);
        self.happens(Event::Asked { ask, result });
    }

    fn happens(&mut self, event: Event) {
        update(&mut self.model, Message::new(self.now, event));
        let geometry = view::geometry(&self.model);
        if geometry != self.model.geometry {
            let event = Event::Geometry(geometry);
            update(&mut self.model, Message::new(self.now, event));
        }
    }

    /// Some bytes are others, are gone or are there twice.
    fn scratch(&mut self, bytes: &mut Vec<u8>) {
        for _ in 0..=self.below(8) {
            let at = self.below(bytes.len());
            match self.below(4) {
                0 => bytes.truncate(at),
                1 if !bytes.is_empty() => bytes[at] = self.chance.next_u32() as u8,
                2 if !bytes.is_empty() => {
                    bytes.remove(at);
                }
                _ => bytes.insert(at, b"{}[]\",:0\xff\x1b"[self.below(10)]),
            }
        }
    }

    /// A few values become of another type, huge, hostile or absent.
    fn twist(&mut self, value: &mut Value) {
        if self.below(120) == 0 {
            *value = match self.below(7) {
                0 => Value::Null,
                1 => Value::from(self.chance.next_u64()),
                2 => Value::from(-1),
                3 => Value::String("\u{1b}[2J\u{202e}初\u{300}".repeat(1 + self.below(50))),
                4 => Value::Array(vec![value.clone(), value.clone()]),
                5 => Value::Bool(true),
                _ => Value::from(1e300),
            };
            return;
        }
        match value {
            Value::Array(items) => items.iter_mut().for_each(|item| self.twist(item)),
            Value::Object(entries) => entries.values_mut().for_each(|item| self.twist(item)),
            _ => {}
        }
    }

    fn report(&self, took: Duration, first: u64) {
        let figures = &self.figures;
        println!(
            "{:.0} s: {} answers ({} read, {} shown), {} keys, {} frames; resident {} KiB, after the start {first} KiB",
            took.as_secs_f64(),
            figures.answers,
            figures.read,
            figures.pictures,
            figures.keys,
            figures.frames,
            resident_kib(),
        );
    }
}

/// The envelope around one moment of a recorded task.
fn moment(line: &str) -> Option<Value> {
    let mut line: Value = serde_json::from_str(line).ok()?;
    let data = line.get_mut("data")?.take();
    Some(serde_json::json!({"successful": true, "status": 200, "data": data}))
}

/// The body of a recorded exchange.
fn exchange(text: &str) -> Option<Value> {
    let mut whole: Value = serde_json::from_str(text).ok()?;
    let body = whole.get_mut("response")?.get_mut("body")?.take();
    body.is_object().then_some(body)
}

/// An answer of a platform, as documented.
fn platform(text: &str) -> Option<Value> {
    let whole: Value = serde_json::from_str(text).ok()?;
    whole.get("successful").is_some().then_some(whole)
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path
            .extension()
            .is_some_and(|end| end == "json" || end == "jsonl")
        {
            found.push(path);
        }
    }
    found.sort();
    found
}
