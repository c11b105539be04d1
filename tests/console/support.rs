//! A session without a terminal and without a network.

use std::fmt::Write as _;
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use obdeck::console::{Effect, Event, Key, Message, Model, Place, Settings, update};
use obdeck::fleet::Address;
use obdeck::fleet::cluster::{Agent, Cluster, Gauge, Proxy, Server, Status, Tenant, Usage, Zone};
use obdeck::fleet::task::{Kind, Phase, Raw, Source, State, Task, TaskId};
use obdeck::link::{Ask, Asked, LinkError, Picture, Probe};
use obdeck::view;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::style::{Modifier, Style};

/// The sizes that every screen is held to.
pub const SIZES: [(u16, u16); 3] = [(120, 40), (80, 24), (40, 12)];

/// A session and what it wanted done.
pub struct Session {
    pub model: Model,
    pub effects: Vec<Effect>,
    pub now: Timestamp,
}

pub fn start() -> Timestamp {
    "2026-11-21T08:00:00Z".parse().unwrap()
}

impl Session {
    pub fn new(settings: Settings) -> Self {
        let settings = Settings {
            zone: Some(TimeZone::UTC),
            ..settings
        };
        let mut session = Self {
            model: Model::new(settings, start()),
            effects: Vec::new(),
            now: start(),
        };
        session.resize(80, 24);
        session
    }

    pub fn connected() -> Self {
        Self::new(Settings {
            place: Some(Place {
                name: "prod".into(),
                endpoint: "10.0.0.5:2886".into(),
                production: false,
                platform: false,
                ..Place::default()
            }),
            ..Settings::default()
        })
    }

    pub fn event(&mut self, event: Event) {
        let effects = update(&mut self.model, Message::new(self.now, event));
        self.effects.extend(effects);
        let geometry = view::geometry(&self.model);
        if geometry != self.model.geometry {
            let message = Message::new(self.now, Event::Geometry(geometry));
            self.effects.extend(update(&mut self.model, message));
        }
    }

    pub fn resize(&mut self, width: u16, height: u16) {
        self.event(Event::Resize { width, height });
    }

    pub fn later(&mut self, seconds: i64) {
        self.now += jiff::SignedDuration::from_secs(seconds);
        self.event(Event::Tick);
    }

    /// `j j enter`; a word in quotes is typed: `'zone1'`.
    pub fn keys(&mut self, keys: &str) {
        for key in keys.split(' ').filter(|key| !key.is_empty()) {
            match key.strip_prefix('\'').and_then(|k| k.strip_suffix('\'')) {
                Some(word) => {
                    for c in word.chars() {
                        let code = obdeck::console::Code::Char(c);
                        self.event(Event::Key(Key::plain(code)));
                    }
                }
                None => self.event(Event::Key(key.parse().unwrap())),
            }
        }
    }

    pub fn answer(&mut self, ask: Ask, picture: Picture) {
        let asked = Asked {
            picture,
            endpoint: "10.0.0.5:2886".into(),
            took: Duration::from_millis(12),
            at: self.now,
        };
        self.event(Event::Asked {
            ask,
            result: Ok(asked),
        });
    }

    pub fn fail(&mut self, ask: Ask) {
        let error = LinkError::Unreachable {
            endpoint: "10.0.0.5:2886".into(),
            reason: "connection refused".into(),
        };
        self.event(Event::Asked {
            ask,
            result: Err(error),
        });
    }

    pub fn buffer(&mut self) -> Buffer {
        let (width, height) = self.model.size;
        self.buffer_of(width, height)
    }

    /// As a terminal of this size shows it, whatever size the session knows.
    pub fn buffer_of(&mut self, width: u16, height: u16) -> Buffer {
        let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        let mut out = None;
        terminal
            .draw(|frame| {
                view::draw(&self.model, frame);
                out = Some(frame.buffer_mut().clone());
            })
            .unwrap();
        out.unwrap()
    }

    pub fn text(&mut self) -> String {
        text(&self.buffer())
    }

    /// The screen at each size, with its styles.
    pub fn snapshot(&mut self, name: &str) {
        for (width, height) in SIZES {
            self.resize(width, height);
            let buffer = self.buffer();
            let shown = format!("{}\n--- styles\n{}", text(&buffer), styles(&buffer));
            insta::with_settings!({snapshot_path => "snapshots", omit_expression => true, prepend_module_to_snapshot => false}, {
                insta::assert_snapshot!(format!("{name}-{width}x{height}"), shown);
            });
        }
    }
}

pub fn text(buffer: &Buffer) -> String {
    let mut out = String::new();
    for y in 0..buffer.area.height {
        let mut line = String::new();
        let mut skip = 0;
        for x in 0..buffer.area.width {
            if skip > 0 {
                skip -= 1;
                continue;
            }
            let symbol = buffer[(x, y)].symbol();
            skip = obdeck::base::text::width(symbol).saturating_sub(1);
            line.push_str(symbol);
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

/// `row: column+length style`, only where it is not the plain one.
pub fn styles(buffer: &Buffer) -> String {
    let mut out = String::new();
    for y in 0..buffer.area.height {
        let mut runs: Vec<(u16, u16, String)> = Vec::new();
        for x in 0..buffer.area.width {
            let name = style_name(buffer[(x, y)].style());
            match runs.last_mut() {
                Some((from, length, last)) if *last == name && *from + *length == x => *length += 1,
                _ => runs.push((x, 1, name)),
            }
        }
        runs.retain(|(_, _, name)| !name.is_empty());
        if !runs.is_empty() {
            write!(out, "{y}:").unwrap();
            for (from, length, name) in runs {
                write!(out, " {from}+{length} {name};").unwrap();
            }
            out.push('\n');
        }
    }
    out
}

fn style_name(style: Style) -> String {
    let mut parts = Vec::new();
    if let Some(fg) = style.fg.filter(|c| *c != ratatui::style::Color::Reset) {
        parts.push(format!("{fg}").to_lowercase());
    }
    if let Some(bg) = style.bg.filter(|c| *c != ratatui::style::Color::Reset) {
        parts.push(format!("on-{bg}").to_lowercase());
    }
    for (modifier, name) in [
        (Modifier::BOLD, "bold"),
        (Modifier::DIM, "dim"),
        (Modifier::REVERSED, "reverse"),
        (Modifier::UNDERLINED, "underline"),
    ] {
        if style.add_modifier.contains(modifier) {
            parts.push(name.to_owned());
        }
    }
    parts.join("-")
}

const GIB: f64 = 1024.0 * 1024.0 * 1024.0;

pub fn address(host: u8, port: u16) -> Address {
    Address::new(format!("10.0.0.{host}"), port)
}

pub fn agent(host: u8, identity: &str, zone: &str) -> Agent {
    Agent {
        address: address(host, 2886),
        identity: identity.into(),
        zone: zone.into(),
        version: "4.5.0.0-1".into(),
        ob_version: "4.3.5.1".into(),
        state: Some(0),
        ob_state: (identity == "CLUSTER AGENT").then_some(3),
        under_maintenance: false,
        has_proxy: None,
        secured: Some(false),
        reachable: true,
    }
}

fn server(host: u8, zone: &str, status: &str) -> Server {
    let gauge = |used: f64, total: f64| Some(Gauge { used, total });
    Server {
        address: address(host, 2882),
        sql_port: Some(2881),
        agent: Some(address(host, 2886)),
        zone: zone.into(),
        status: Status(status.into()),
        root_server: host == 5,
        version: "4.3.5.1".into(),
        usage: Usage {
            cpu: gauge(7.0, 16.0),
            memory: gauge(20.0 * GIB, 32.0 * GIB),
            disk: gauge(95.0 * GIB, 307.0 * GIB),
        },
        started_at: None,
        task: (status == "STARTING").then(|| TaskId("112".into())),
    }
}

pub fn running() -> Cluster {
    let zone = |name: &str, servers: Vec<Server>| Zone {
        name: name.into(),
        status: Status("RUNNING".into()),
        region: String::new(),
        idc: String::new(),
        servers,
        task: None,
    };
    Cluster {
        name: "prod".into(),
        id: Some(1),
        status: Status("AVAILABLE".into()),
        ob_version: "4.3.5.1".into(),
        usage: Usage {
            cpu: Some(Gauge {
                used: 21.0,
                total: 48.0,
            }),
            memory: Some(Gauge {
                used: 60.0 * GIB,
                total: 96.0 * GIB,
            }),
            disk: Some(Gauge {
                used: 226.0 * GIB,
                total: 921.0 * GIB,
            }),
        },
        zones: vec![
            zone("zone1", vec![server(5, "zone1", "RUNNING")]),
            zone("zone2", vec![server(6, "zone2", "RUNNING")]),
            zone(
                "zone3",
                vec![
                    server(7, "zone3", "RUNNING"),
                    server(8, "zone3", "STARTING"),
                    server(9, "zone3", "SERVICE_STOPPED"),
                ],
            ),
        ],
        agents: (5..=9)
            .map(|host| agent(host, "CLUSTER AGENT", "zone1"))
            .collect(),
        proxies: vec![proxy(5), proxy(6)],
        tenants: Some(vec![tenant("sys"), tenant("shop"), tenant("初始租户")]),
        clock_ahead_ms: Some(14_000),
        ..Cluster::default()
    }
}

fn proxy(host: u8) -> Proxy {
    Proxy {
        name: String::new(),
        address: address(host, 2886),
        sql_port: None,
        status: None,
        version: None,
    }
}

fn tenant(name: &str) -> Tenant {
    Tenant {
        id: None,
        name: name.into(),
        mode: "MYSQL".into(),
        status: Status("NORMAL".into()),
        locked: false,
        primary_zone: String::new(),
        locality: String::new(),
        ..Tenant::default()
    }
}

pub fn before_init() -> Cluster {
    Cluster {
        agents: vec![
            agent(5, "MASTER", "zone1"),
            agent(6, "FOLLOWER", "zone2"),
            Agent {
                reachable: false,
                ..agent(7, "FOLLOWER", "zone3")
            },
        ],
        ..Cluster::default()
    }
}

pub fn task(id: &str, name: &str, state: State, at: u32, of: u32) -> Task {
    let began = "2026-11-21T07:58:48Z".parse::<Timestamp>().unwrap();
    Task {
        source: Source::Obshell,
        id: TaskId(id.into()),
        name: name.into(),
        kind: Kind::Dag,
        state,
        phase: Phase::Forward,
        raw: Raw::default(),
        stage: at,
        stages: of,
        started_at: Some(began),
        ended_at: state
            .is_terminal()
            .then(|| "2026-11-21T07:59:30Z".parse().unwrap()),
        lock: None,
        main: None,
        detailed: false,
        nodes: Vec::new().into(),
        problems: Vec::new(),
        extra: serde_json::Map::new(),
    }
}

pub fn tasks() -> Vec<Task> {
    vec![
        task("112", "Cluster scale out", State::Running, 5, 9),
        task("17", "Stop OB", State::Failed, 6, 7),
        task(
            "22130706433028868",
            "Initialize cluster",
            State::Succeeded,
            11,
            11,
        ),
    ]
}

/// A session on the running cluster, everything answered.
pub fn on_cluster() -> Session {
    let mut session = Session::connected();
    session.answer(Ask::Cluster, Picture::Cluster(Box::new(running())));
    session.answer(Ask::Tasks, Picture::Tasks(tasks()));
    session
}

pub fn probe(host: u8, identity: &str) -> Picture {
    Picture::Probe(Box::new(Probe {
        agent: agent(host, identity, ""),
        home: "/data/ob".into(),
        architecture: "x86_64".into(),
        fingerprint: "SHA256:9f".into(),
        clock_ahead_ms: 0,
    }))
}
