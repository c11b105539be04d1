//! The guided setup on the screen, page by page.

use obdeck::console::setup::{Failure, News, Order, Spot, Stage};
use obdeck::console::{Effect, Event, Screen, Settings};
use obdeck::fleet::host::{Disk, HostInfo};
use obdeck::fleet::task::{State, Task};
use obdeck::link::{Picture, Probe};
use obdeck::setup::engine::Progress;
use obdeck::wire::obshell::dto::{Saved, saved};

use super::support::{Session, address, probe};

fn news(session: &mut Session, news: News) {
    session.event(Event::Setup(news));
}

fn told(host: u8, change: impl FnOnce(&mut Probe)) -> News {
    let Picture::Probe(mut probe) = probe(host, "SINGLE") else {
        panic!("no probe")
    };
    change(&mut probe);
    News::Probed {
        agent: address(host, 2886),
        probe: Box::new(Ok(*probe)),
        error_ms: 1,
    }
}

fn has(host: u8, memory: &str, open_files: &str) -> News {
    let disk = Disk {
        device: "/dev/vda".into(),
        used: "14G".into(),
        total: "252G".into(),
    };
    News::Host {
        agent: address(host, 2886),
        host: Box::new(HostInfo {
            logical_cores: Some(16),
            memory_available: memory.into(),
            open_files: open_files.into(),
            processes: "96343".into(),
            disks: vec![disk],
            ..HostInfo::default()
        }),
    }
}

/// At the welcome page, with nothing configured.
fn probing() -> Session {
    let mut session = Session::new(Settings::default());
    session.keys("S");
    session.event(Event::Paste("10.0.0.5-7\n10.0.0.8 # 备用".into()));
    session.later(1);
    news(&mut session, told(5, |_| {}));
    news(&mut session, told(6, |probe| probe.clock_ahead_ms = 14_000));
    news(
        &mut session,
        told(7, |probe| probe.agent.version = "4.5.0.0-2".into()),
    );
    let agent = address(8, 2886);
    let probe = Box::new(Err("connection refused".to_owned()));
    news(
        &mut session,
        News::Probed {
            agent,
            probe,
            error_ms: 0,
        },
    );
    news(&mut session, has(5, "66060288 kB", "655350"));
    news(&mut session, has(6, "33554432 kB", "1024"));
    session
}

fn good() -> Session {
    let mut session = Session::new(Settings::default());
    session.keys("S");
    session.event(Event::Paste("10.0.0.5-7".into()));
    session.later(1);
    for host in 5..=7 {
        news(&mut session, told(host, |_| {}));
        news(&mut session, has(host, "33554432 kB", "655350"));
    }
    until(&mut session, &Spot::Button);
    session.keys("enter");
    session.keys("'prod初' tab tab 'aA1!' tab 'aA1!'");
    session
}

/// Tabs on until the cursor stands there.
fn until(session: &mut Session, spot: &Spot) {
    for _ in 0..60 {
        if session.model.screens.setup.spot() == spot {
            return;
        }
        session.keys("tab");
    }
    panic!("never at {spot:?}:\n{}", session.text());
}

fn running() -> Session {
    let mut session = good();
    for _ in 0..2 {
        until(&mut session, &Spot::Button);
        session.keys("enter");
    }
    assert_eq!(session.model.screens.setup.stage(), Stage::Run);
    for step in ["join-self", "join 10.0.0.6:2886", "join 10.0.0.7:2886"] {
        let step = || step.to_owned();
        news(
            &mut session,
            News::Progress(Box::new(Progress::Begins(step()))),
        );
        session.later(1);
        news(
            &mut session,
            News::Progress(Box::new(Progress::Done(step()))),
        );
    }
    session
}

fn looks() -> Vec<Task> {
    let path = format!(
        "{}/tests/wire/captures/init-retry.jsonl",
        env!("CARGO_MANIFEST_DIR")
    );
    let Ok(Saved::Task { task, history }) = saved(&std::fs::read(path).unwrap()) else {
        panic!("no task")
    };
    let mut looks: Vec<_> = history.into_iter().map(|moment| moment.task).collect();
    looks.push(*task);
    looks
}

fn initializes(session: &mut Session, wanted: State) {
    let step = || "init".to_owned();
    news(session, News::Progress(Box::new(Progress::Begins(step()))));
    let look = looks()
        .into_iter()
        .rfind(|task| task.state == wanted)
        .unwrap();
    if let Some(began) = look.started_at {
        session.now = began + jiff::SignedDuration::from_secs(40);
    }
    news(
        session,
        News::Progress(Box::new(Progress::Task(step(), Box::new(look)))),
    );
}

#[test]
fn who_answers_and_what_is_wrong_stands_on_the_first_page() {
    let mut session = probing();
    let text = session.text();
    for part in ["connection refused", "same version and release", "14 s"] {
        assert!(text.contains(part), "no {part}:\n{text}");
    }
    session.snapshot("setup-probe");
}

#[test]
fn the_plan_has_a_row_a_server() {
    let mut session = good();
    let text = session.text();
    assert!(text.contains("zone3") && text.contains("25G"), "{text}");
    assert!(!text.contains("aA1!"));
    session.snapshot("setup-plan");
}

#[test]
fn the_review_shows_every_request_without_secrets() {
    let mut session = good();
    until(&mut session, &Spot::Button);
    session.keys("enter");
    session.snapshot("setup-review");
    session.resize(120, 60);
    let text = session.text();
    assert!(text.contains("\"rootPwd\":\"***\""), "{text}");
    assert!(!text.contains("aA1!"), "{text}");
    session.keys("s enter");
    let saved = session
        .effects
        .iter()
        .rev()
        .find_map(|effect| match effect {
            Effect::Setup(order) => match &**order {
                Order::Save { path, text } => Some((path.clone(), text.clone())),
                _ => None,
            },
            _ => None,
        });
    let (path, text) = saved.expect("it is saved");
    assert_eq!(path, "prod初.toml");
    assert!(text.contains("root_password = { prompt = true }"), "{text}");
}

#[test]
fn the_run_shows_its_steps_and_the_tree_of_the_one_that_works() {
    let mut session = running();
    initializes(&mut session, State::Running);
    session.snapshot("setup-run");
}

#[test]
fn a_failed_run_says_why_and_what_may_be_done() {
    let mut session = running();
    initializes(&mut session, State::Failed);
    let task = looks().remove(0).id;
    let failure = Failure {
        step: "init".into(),
        sentence: "init: its task ended failed".into(),
        task: Some(task),
    };
    news(&mut session, News::Ended(Err(failure)));
    for (width, height) in super::support::SIZES {
        session.resize(width, height);
        let text = session.text();
        assert!(text.contains("Retry"), "{width}x{height}\n{text}");
    }
    session.snapshot("setup-failed");
    session.keys("enter");
    let operates = |effect: &Effect| matches!(effect, Effect::Setup(order) if matches!(**order, Order::Operate { .. }));
    assert!(
        session.effects.iter().any(operates),
        "{:?}",
        session.effects.last()
    );
}

#[test]
fn quitting_a_live_setup_asks_and_leaving_it_does_not_stop_it() {
    let mut session = running();
    session.keys("esc");
    assert_eq!(*session.model.screen(), Screen::Welcome);
    session.effects.clear();
    session.keys("q");
    assert!(
        session.text().contains("A setup is running"),
        "{}",
        session.text()
    );
    session.keys("enter");
    assert!(!session.effects.contains(&Effect::Quit));
    session.keys("S");
    assert!(session.model.screens.setup.is_live());
    news(&mut session, News::Ended(Ok(())));
    assert!(session.text().contains("is set up"));
}

#[test]
fn the_welcome_page_offers_to_go_on() {
    let file = good().model.screens.setup.file();
    let unfinished = obdeck::setup::runs::Unfinished {
        file,
        done: 5,
        steps: 9,
        last: None,
    };
    let mut session = Session::new(Settings::default());
    news(
        &mut session,
        News::Around {
            doors: Vec::new(),
            unfinished: vec![unfinished],
        },
    );
    assert!(
        session.text().contains("Go on with the setup of prod初"),
        "{}",
        session.text()
    );
    assert!(session.text().contains("5 of 9"), "{}", session.text());
    session.keys("enter");
    assert_eq!(session.model.screens.setup.stage(), Stage::Plan);
}

#[test]
fn read_only_sends_nothing() {
    let mut session = good();
    until(&mut session, &Spot::Button);
    session.keys("enter");
    session.model.settings.read_only = true;
    until(&mut session, &Spot::Button);
    session.effects.clear();
    session.keys("enter");
    assert_eq!(session.model.screens.setup.stage(), Stage::Review);
    assert!(session.effects.is_empty(), "{:?}", session.effects);
    assert!(session.text().contains("READ-ONLY"), "{}", session.text());
}
