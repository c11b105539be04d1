//! What keys do to the session.

use obdeck::console::{Effect, Event, Level, Screen};
use obdeck::fleet::task::{State, TaskId};
use obdeck::link::{Ask, Picture};

use super::support::{Session, on_cluster, running, task, tasks};

#[test]
fn what_is_on_the_screen_is_followed() {
    let mut session = on_cluster();
    let follows = |session: &mut Session| {
        let last = session
            .effects
            .drain(..)
            .rev()
            .find_map(|effect| match effect {
                Effect::Follow(asks) => Some(asks),
                _ => None,
            });
        last.map(|asks| asks.into_iter().collect::<Vec<_>>())
    };
    assert_eq!(follows(&mut session), Some(vec![Ask::Cluster, Ask::Tasks]));
    session.keys("j k");
    assert_eq!(follows(&mut session), None);
    session.keys("2 enter");
    assert_eq!(*session.model.screen(), Screen::Task(TaskId("112".into())));
    assert_eq!(
        follows(&mut session),
        Some(vec![Ask::Task(TaskId("112".into()))])
    );
}

#[test]
fn the_cursor_stays_on_its_row() {
    let mut session = on_cluster();
    session.keys("T j");
    let mut more = tasks();
    more.insert(0, task("113", "Start OB", State::Running, 1, 4));
    session.answer(Ask::Tasks, Picture::Tasks(more));
    session.keys("enter");
    assert_eq!(*session.model.screen(), Screen::Task(TaskId("17".into())));
}

#[test]
fn zones_fold_and_a_changing_server_opens_its_task() {
    let mut session = on_cluster();
    assert!(session.text().contains("10.0.0.5:2882"));
    session.keys("h");
    assert!(!session.text().contains("10.0.0.5:2882"));
    session.keys("enter G k enter");
    assert!(session.text().contains("Cluster scale out"));
    assert_eq!(*session.model.screen(), Screen::Task(TaskId("112".into())));
}

#[test]
fn a_filter_shows_what_matches_and_esc_brings_all_back() {
    let mut session = on_cluster();
    session.keys("T / 'stop' enter");
    let text = session.text();
    assert!(text.contains("Stop OB") && !text.contains("scale out"));
    session.keys("esc");
    assert!(session.text().contains("scale out"));
}

#[test]
fn history_goes_back_forward_and_to_the_last() {
    let mut session = on_cluster();
    session.keys("T M [ [ ]");
    assert_eq!(*session.model.screen(), Screen::Tasks);
    session.keys("-");
    assert_eq!(*session.model.screen(), Screen::Cluster);
    session.keys("q");
    assert!(session.effects.contains(&Effect::Quit));
}

#[test]
fn commands_run_and_complete() {
    let mut session = on_cluster();
    session.keys(": 'task' space '17' enter");
    assert_eq!(*session.model.screen(), Screen::Task(TaskId("17".into())));
    session.keys(": 'nonsense' enter");
    session.resize(120, 40);
    assert!(session.text().contains("`:nonsense` is no command"));
    session.keys("esc : up enter");
    assert_eq!(*session.model.screen(), Screen::Task(TaskId("17".into())));
    session.keys(": 'servers' space 'zone2' enter");
    let text = session.text();
    assert!(text.contains("zone2") && !text.contains("zone1 "), "{text}");
}

#[test]
fn an_ended_task_is_said_and_kept_in_the_messages() {
    let mut session = on_cluster();
    let mut later = tasks();
    later[0] = task("112", "Cluster scale out", State::Failed, 5, 9);
    session.answer(Ask::Tasks, Picture::Tasks(later));
    assert!(session.text().contains("Cluster scale out: failed (112)"));
    session.later(60);
    assert!(!session.text().contains("failed (112)"));
    session.keys("M");
    assert!(session.text().contains("failed (112)"));
}

#[test]
fn production_asks_before_it_allows_changes() {
    let mut session = on_cluster();
    session.model.settings.read_only = true;
    if let Some(place) = &mut session.model.settings.place {
        place.production = true;
    }
    session.keys("W enter");
    assert!(session.model.settings.read_only, "the safe answer is first");
    session.keys("W tab enter");
    assert!(!session.model.settings.read_only);
    assert!(session.effects.contains(&Effect::ReadOnly(false)));
}

#[test]
fn a_long_list_scrolls_with_its_cursor() {
    let mut session = on_cluster();
    let many = (0..10_000)
        .map(|n| task(&format!("9{n:04}"), "Backup", State::Succeeded, 1, 1))
        .collect();
    session.answer(Ask::Tasks, Picture::Tasks(many));
    session.resize(120, 24);
    session.keys("T G");
    assert!(session.text().contains("99999"));
    session.keys("ctrl-u g");
    assert!(session.text().contains("90000"));
}

#[test]
fn many_servers_keep_the_zone_above_them() {
    let mut session = on_cluster();
    let mut big = running();
    let like = big.zones[2].servers[0].clone();
    big.zones[2].servers = (0..200u16)
        .map(|n| {
            let mut server = like.clone();
            server.address.port = 3000 + n;
            server
        })
        .collect();
    session.answer(Ask::Cluster, Picture::Cluster(Box::new(big)));
    session.keys("G");
    let text = session.text();
    assert!(text.contains("zone3") && text.contains(":3199"), "{text}");
    session.keys("k k k k k k k k k k k k k k k k k k k k k k k k k");
    let text = session.text();
    assert!(text.contains("zone3") && text.contains(":3174"), "{text}");
}

#[test]
fn a_notice_from_outside_is_shown() {
    let mut session = on_cluster();
    let said = "copied 12 characters".to_owned();
    session.event(Event::Notice(Level::Info, said.clone()));
    assert!(session.text().contains(&said));
}
