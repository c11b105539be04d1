//! The setup by key streams, without a screen.

use jiff::Timestamp;

use super::*;
use crate::console::key::Key;
use crate::fleet::cluster::Agent;
use crate::fleet::task::TaskId;
use crate::link::Probe;
use crate::setup::engine::Progress;

fn now() -> Timestamp {
    "2026-11-21T08:00:00Z".parse().unwrap()
}

fn probe(agent: &Address, identity: &str) -> Probe {
    Probe {
        agent: Agent {
            address: agent.clone(),
            identity: identity.to_owned(),
            zone: String::new(),
            version: "4.5.0.0-1".to_owned(),
            ob_version: "4.3.5.1".to_owned(),
            state: Some(2),
            ob_state: Some(0),
            under_maintenance: false,
            has_proxy: None,
            secured: Some(false),
            reachable: true,
        },
        home: "/data/ob".to_owned(),
        architecture: "x86_64".to_owned(),
        fingerprint: String::new(),
        clock_ahead_ms: 0,
    }
}

/// Keys as an operator presses them; a word in quotes is typed.
fn press(setup: &mut Setup, keys: &str) -> Vec<Did> {
    let mut did = Vec::new();
    for key in keys.split(' ').filter(|key| !key.is_empty()) {
        match key
            .strip_prefix('\'')
            .and_then(|key| key.strip_suffix('\''))
        {
            Some(word) => {
                for c in word.chars() {
                    let key = Key::plain(crate::console::Code::Char(c));
                    did.push(setup.key(key, now(), true, true));
                }
            }
            None => did.push(setup.key(key.parse().unwrap(), now(), true, true)),
        }
    }
    did
}

fn answer(setup: &mut Setup, identity: &str) {
    for agent in setup.agents().unwrap() {
        let probe = Box::new(Ok(probe(&agent, identity)));
        let news = News::Probed {
            agent,
            probe,
            error_ms: 1,
        };
        setup.heard(news, now());
    }
}

fn orders(did: &[Did]) -> Vec<&Order> {
    did.iter()
        .filter_map(|did| match did {
            Did::Orders(orders) => Some(orders),
            _ => None,
        })
        .flatten()
        .collect()
}

/// Three agents, everything typed, at the review.
fn reviewed() -> Setup {
    let mut setup = Setup::default();
    setup.paste("10.0.0.5-7", now());
    press(&mut setup, "shift-tab");
    setup.key("shift-tab".parse().unwrap(), now(), true, true);
    setup.spot = Spot::Button;
    press(&mut setup, "enter");
    answer(&mut setup, "SINGLE");
    assert_eq!(setup.stage(), Stage::Plan);
    press(&mut setup, "'prod' tab tab 'aA1!' tab 'aA1!'");
    setup.spot = Spot::Button;
    let did = press(&mut setup, "enter");
    assert_eq!(setup.stage(), Stage::Review);
    let orders = orders(&did);
    assert!(
        matches!(orders.as_slice(), [Order::Doors(doors)] if doors.len() == 6),
        "{orders:?}"
    );
    setup
}

#[test]
fn a_port_in_use_and_an_agent_password_are_said() {
    let mut setup = reviewed();
    assert_eq!(setup.findings(), []);
    let listens = [Address::new("10.0.0.6", 2881)].into();
    setup.heard(News::Listens(listens), now());
    assert!(setup.findings()[0].sentence.contains("somebody listens"));
    assert!(!findings::block(&setup.findings()));

    let master = Address::new("10.0.0.5", 2886);
    let mut secured = probe(&master, "SINGLE");
    secured.agent.secured = Some(true);
    let news = News::Probed {
        agent: master,
        probe: Box::new(Ok(secured)),
        error_ms: 1,
    };
    setup.heard(news, now());
    assert!(findings::block(&setup.findings()), "nobody named it");
    press(&mut setup, "esc");
    setup.spot = Spot::Field(FieldId::MasterAgent);
    press(&mut setup, "'old'");
    assert!(!findings::block(&setup.findings()));
}

#[test]
fn tab_goes_along_a_row_and_out_of_the_table() {
    let mut setup = reviewed();
    press(&mut setup, "esc");
    setup.spot = Spot::Cell(0, Column::Zone);
    press(&mut setup, "tab tab tab tab");
    assert_eq!(setup.spot(), &Spot::Cell(0, Column::Dir));
    press(&mut setup, "tab");
    assert_eq!(setup.spot(), &Spot::Button);
    press(&mut setup, "shift-tab");
    assert_eq!(setup.spot(), &Spot::Cell(2, Column::Dir));
}

#[test]
fn a_clock_is_another_only_beyond_the_error_of_measuring_it() {
    let mut setup = reviewed();
    let agent = Address::new("10.0.0.6", 2886);
    for (ahead, error_ms, shown) in [(149, 100, 0), (151, 100, 151), (-300, 10, -300)] {
        let mut other = probe(&agent, "SINGLE");
        other.clock_ahead_ms = ahead;
        let news = News::Probed {
            agent: agent.clone(),
            probe: Box::new(Ok(other)),
            error_ms,
        };
        setup.heard(news, now());
        assert_eq!(setup.clock_ahead_ms(&agent), shown);
    }
}

#[test]
fn addresses_are_asked_once_after_a_pause() {
    let mut setup = Setup::default();
    press(&mut setup, "'10.0.0.5-6' enter '10.0.0.9'");
    assert_eq!(setup.tick(now()), [], "still typing");
    let later = now() + jiff::SignedDuration::from_secs(1);
    let asked = setup.tick(later);
    assert!(
        matches!(asked.as_slice(), [Order::Probe(agents)] if agents.len() == 3),
        "{asked:?}"
    );
    assert_eq!(setup.tick(later), []);
    assert!(matches!(setup.ask_again().as_slice(), [Order::Probe(agents)] if agents.len() == 3));
}

#[test]
fn a_wrong_address_keeps_the_page_and_is_gone_to() {
    let mut setup = Setup::default();
    press(&mut setup, "'10.0.0.5' enter '10.0.0.9-3'");
    setup.spot = Spot::Button;
    let did = press(&mut setup, "enter");
    assert!(matches!(&did[0], Did::Blocked(said) if said.contains("ends before it begins")));
    assert_eq!(
        (setup.stage(), setup.spot()),
        (Stage::Probe, &Spot::Line(1))
    );
}

#[test]
fn what_is_missing_is_gone_to_and_said() {
    let mut setup = reviewed();
    press(&mut setup, "esc");
    setup.spot = Spot::Field(FieldId::Again);
    press(&mut setup, "'x'");
    setup.spot = Spot::Button;
    let did = press(&mut setup, "enter");
    assert!(
        matches!(&did[0], Did::Blocked(said) if said.contains("not the same")),
        "{did:?}"
    );
    assert_eq!(setup.spot(), &Spot::Field(FieldId::Again));
    setup.spot = Spot::Cell(1, Column::Sql);
    press(&mut setup, "backspace backspace backspace backspace '80'");
    assert!(
        setup
            .draft()
            .cell_problem(1, Column::Sql)
            .unwrap()
            .contains("1025")
    );
}

#[test]
fn the_plan_that_is_run_is_the_one_that_was_typed() {
    let mut setup = reviewed();
    setup.spot = Spot::Button;
    let read_only = setup.key("enter".parse().unwrap(), now(), true, false);
    assert_eq!((read_only, setup.stage()), (Did::ReadOnly, Stage::Review));
    let did = press(&mut setup, "enter");
    let orders = orders(&did);
    let [Order::Run(run)] = orders.as_slice() else {
        panic!("{orders:?}")
    };
    assert_eq!(run.before, None);
    assert_eq!(run.secrets.root.reveal(), "aA1!");
    assert_eq!(run.file.plan.zone_names(), ["zone1", "zone2", "zone3"]);
    assert!(!format!("{setup:?} {run:?}").contains("aA1!"));
    assert!(setup.is_live());
}

#[test]
fn a_plan_that_was_typed_is_read_back_from_its_file() {
    let setup = reviewed();
    let file = setup.file();
    let read = PlanFile::parse(std::path::Path::new("p.toml"), &file.text(), None).unwrap();
    assert_eq!(read, file);
    assert_eq!(Draft::of(read).file(), file);
}

#[test]
fn an_agent_that_cannot_join_blocks() {
    let mut setup = reviewed();
    answer(&mut setup, "SCALING IN");
    setup.spot = Spot::Button;
    let did = press(&mut setup, "enter");
    assert!(matches!(did.last(), Some(Did::Blocked(_))), "{did:?}");
    assert_eq!(setup.stage(), Stage::Review);
    let cure = |one: &Finding| one.sentence.contains("empty its home");
    assert!(setup.findings().iter().any(cure));
}

#[test]
fn a_failed_run_offers_what_is_legal_and_goes_on() {
    let mut setup = reviewed();
    setup.spot = Spot::Button;
    press(&mut setup, "enter");
    let begins = Progress::Begins("join-self".to_owned());
    setup.heard(News::Progress(Box::new(begins)), now());
    let failure = Failure {
        step: "join-self".to_owned(),
        sentence: "no".to_owned(),
        task: None,
    };
    setup.heard(News::Ended(Err(failure)), now());
    assert!(!setup.is_live());
    let running = setup.running().unwrap();
    assert_eq!(running.lines[0].standing, Standing::Failed);
    let titles: Vec<_> = running
        .choices("prod")
        .into_iter()
        .map(|one| one.title)
        .collect();
    assert_eq!(titles, ["Go on", "Edit the plan and try again", "Abandon"]);

    let mut edited = setup.clone();
    press(&mut edited, "down enter");
    assert_eq!(edited.stage(), Stage::Plan);

    let did = press(&mut setup, "enter");
    let orders = orders(&did);
    assert!(
        matches!(orders.as_slice(), [Order::Run(run)] if run.before.is_some()),
        "{orders:?}"
    );
}

#[test]
fn abandoning_wants_the_name() {
    let mut setup = reviewed();
    setup.spot = Spot::Button;
    press(&mut setup, "enter");
    let failure = Failure {
        step: "init".to_owned(),
        sentence: "no".to_owned(),
        task: Some(TaskId("1".to_owned())),
    };
    setup.heard(News::Ended(Err(failure)), now());
    let did = press(&mut setup, "down down enter 'pro' enter");
    assert!(matches!(did.last(), Some(Did::Blocked(_))), "{did:?}");
    let did = press(&mut setup, "'d' enter");
    assert!(
        matches!(orders(&did).as_slice(), [Order::Abandon(_)]),
        "{did:?}"
    );
    assert!(setup.is_live());
    let again = setup.heard(News::Abandoned(Ok(())), now());
    assert!(matches!(again.as_slice(), [Order::Probe(_)]), "{again:?}");
    assert_eq!(setup.stage(), Stage::Probe);
}

#[test]
fn an_unfinished_setup_goes_on_with_its_plan() {
    let file = reviewed().file();
    let unfinished = Unfinished {
        file: file.clone(),
        done: 3,
        steps: 9,
        last: None,
    };
    let mut setup = Setup::default();
    let news = News::Around {
        doors: Vec::new(),
        unfinished: vec![unfinished],
    };
    setup.heard(news, now());
    setup.spot = Spot::Unfinished(0);
    let did = press(&mut setup, "enter");
    assert!(matches!(orders(&did).as_slice(), [Order::Probe(agents)] if agents.len() == 3));
    assert_eq!(setup.spot(), &Spot::Field(FieldId::Root));
    assert_eq!(setup.file(), file);
    answer(&mut setup, "FOLLOWER");
    assert!(
        !findings::block(&setup.findings()),
        "{:?}",
        setup.findings()
    );
    press(&mut setup, "'aA1!' tab 'aA1!'");
    setup.spot = Spot::Button;
    press(&mut setup, "enter");
    setup.spot = Spot::Button;
    let did = press(&mut setup, "enter");
    assert!(
        matches!(orders(&did).as_slice(), [Order::Run(run)] if run.before == Some(file.plan.clone()))
    );
}

#[test]
fn the_cursor_reaches_every_place_by_itself() {
    let mut setup = reviewed();
    for stage in [Stage::Probe, Stage::Plan, Stage::Review] {
        setup.go(stage, Spot::Button);
        let spots = setup.spots();
        setup.spot = spots[0].clone();
        let mut seen = vec![setup.spot.clone()];
        for _ in 0..spots.len() {
            setup.key("down".parse().unwrap(), now(), false, true);
            seen.push(setup.spot.clone());
        }
        seen.dedup();
        assert_eq!(seen, spots, "{stage:?}");
    }
}
