//! Recorded answers of both APIs with bytes, values and types changed go through
//! the readers into a session that is drawn while random keys are typed.

use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use obdeck::console::{Event, Key, Message, Model, Place, Settings, update};
use obdeck::fleet::cluster::Cluster;
use obdeck::link::{Ask, Asked, Picture};
use obdeck::view;
use obdeck::wire::obshell::{self, dto};
use obdeck::wire::ocp;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use serde_json::Value;

use crate::chance::Chance;
use crate::measure::resident_kib;
use crate::recorded::recorded;

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
    chance: Chance,
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
        let now: Timestamp = "2026-11-21T08:00:00Z".parse().expect("a time");
        let settings = Settings {
            place: Some(Place {
                name: "soak".into(),
                ..Place::default()
            }),
            ..Settings::default()
        };
        Self {
            chance: Chance::new(seed),
            answers: recorded(),
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
        self.chance.below(end)
    }

    fn step(&mut self) {
        let (status, bytes) = self.chance.answer(&self.answers);
        self.figures.answers += 1;
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
