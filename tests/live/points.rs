//! The fifteen points of the live view, each with a test that fails when it is
//! taken out. The thirteenth is the ladder.

use assert_cmd::Command;
use obdeck::console::task::TaskScreen;
use obdeck::console::{Effect, Event};
use obdeck::fleet::task::estimate::{History, Lesson};
use obdeck::fleet::task::tree::Item;
use obdeck::fleet::task::{Key, State, TaskId};
use obdeck::link::Ask;

use super::pictures::joined;
use super::stories::{begin, followed, on_task, shift, story};
use super::support::{Session, start};

pub fn screen(session: &Session) -> &TaskScreen {
    session.model.task().unwrap()
}

/// The words of a screen without its columns.
fn flat(session: &mut Session) -> String {
    let text = session.text();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The words of the detail at the right.
fn side(session: &mut Session) -> String {
    let text = session.text();
    let right = text
        .lines()
        .map(|line| line.chars().skip(72).collect::<String>());
    right
        .collect::<Vec<_>>()
        .join(" ")
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

/// The names of the rows from the top, folded or not.
pub fn names(session: &Session) -> Vec<Key> {
    let shown = screen(session).shown().unwrap();
    let rows = shown.rows().iter();
    rows.filter_map(|row| row.key(shown.task()).cloned())
        .collect()
}

/// Selects the row with this name and agent.
fn select(session: &mut Session, name: &str, agent: &str) {
    session.keys("g");
    for _ in 0..60 {
        let shown = screen(session).shown().unwrap();
        let node = screen(session).selected().and_then(|key| shown.node(key));
        let found = node.is_some_and(|node| {
            let its = node
                .agent
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default();
            node.name == name && its == agent
        });
        if found {
            return;
        }
        session.keys("j");
    }
    panic!("no row {name} @ {agent} in\n{}", session.text());
}

#[test]
fn point_1_no_row_moves_because_a_state_changed() {
    let story = story("wire/captures/init-retry.jsonl");
    let mut session = on_task(&story[0].1.id);
    let mut before: Option<Vec<Key>> = None;
    for (ms, task) in &story {
        session.came(task, *ms);
        let all = names(&session);
        let stages: Vec<Key> = all
            .into_iter()
            .filter(|key| key.0.starts_with("node:"))
            .collect();
        assert!(before.as_ref().is_none_or(|before| *before == stages));
        let mut once = stages.clone();
        once.sort();
        once.dedup();
        assert_eq!(once.len(), stages.len(), "each node once");
        before = Some(stages);
        let shown = screen(&session).shown().unwrap();
        assert!(
            shown.rows().iter().all(|row| row.depth <= 1),
            "a chain stays at one depth"
        );
    }
}

#[test]
fn point_2_both_sides_of_a_node_as_filter_and_as_list() {
    let mut session = followed("tasks/init.jsonl");
    let all = names(&session).len();
    select(&mut session, "Start observer", "");
    let text = side(&mut session);
    assert!(
        text.contains("upstream ✓ Create observer workdir"),
        "{text}"
    );
    assert!(text.contains("Integrate config 2 away"), "{text}");
    assert!(text.contains("downstream ◌ Cluster boostrap"), "{text}");
    session.keys("u");
    assert!(session.text().contains("upstream of Start observer"));
    let up = names(&session).len();
    session.keys("d");
    let down = names(&session).len();
    session.keys("D");
    let both = names(&session).len();
    assert!(up < both && down < both, "{up} {down} {both} {all}");
    session.keys("D");
    assert_eq!(names(&session).len(), all);
}

#[test]
fn point_3_an_estimate_with_its_basis_or_none() {
    let story = story("wire/captures/init-retry.jsonl");
    let (_, running) = story
        .iter()
        .find(|(_, task)| task.state == State::Running)
        .unwrap();
    let mut task = running.clone();
    shift(&mut task, begin(&story));
    let mut session = on_task(&task.id);
    session.came(&task, 1_000);
    assert!(session.text().contains("no estimate"), "{}", session.text());
    let mut history = History::default();
    for ms in [50_000, 70_000] {
        let steps = task.nodes.iter().filter(|node| node.parent.is_none());
        let lesson = |node: Option<String>, ms| Lesson {
            task: task.name.clone(),
            node,
            ms,
        };
        let mut lessons: Vec<_> = steps
            .map(|node| lesson(Some(node.name.clone()), ms / 10))
            .collect();
        lessons.push(lesson(None, ms));
        history.learn(&lessons);
    }
    session.event(Event::Learned(Box::new(history)));
    session.came(&task, 2_000);
    let text = flat(&mut session);
    let side = side(&mut session);
    assert!(text.contains("left, by 2 runs"), "{text}");
    assert!(side.contains("usual 5.0 s ± 2.0 s, 2 runs"), "{side}");
    assert!(side.contains("step 1 of 10 on the critical path"), "{side}");
    assert!(!text.contains("no estimate"), "{text}");
}

#[test]
fn point_4_waiting_is_followed_into_a_sub_dag() {
    let mut session = joined(9_000);
    let name = "Wait for all agents to execute tasks successfully";
    select(&mut session, name, "127.0.1.3:2986");
    let text = side(&mut session);
    assert!(
        text.contains("waiting on Check ob process and config @ 127.0.1.3:2986 for"),
        "{text}"
    );
}

#[test]
fn point_5_at_three_rows_nothing_that_matters_is_hidden() {
    let story = story("wire/captures/init-retry.jsonl");
    for (_, task) in &story {
        let mut screen = TaskScreen::new(task.id.clone());
        screen.arrived(task.clone(), start());
        let all = screen.shown().unwrap().rows().to_vec();
        for height in 3..12 {
            let window = screen.window(height);
            assert!(
                window.selected.is_some(),
                "the selected row is shown at {height}"
            );
            let fitted = screen
                .shown()
                .unwrap()
                .fitted(height, screen.selected_row());
            let count = |rows: &[obdeck::fleet::task::tree::Row]| -> usize {
                let of = |row: &obdeck::fleet::task::tree::Row| {
                    usize::from(matches!(row.item, Item::Node { .. })) + row.hidden.total as usize
                };
                rows.iter().map(of).sum()
            };
            assert_eq!(count(&fitted), count(&all), "the roll-ups add up");
        }
    }
}

#[test]
fn point_6_the_first_cause_and_a_diagnosis_to_paste() {
    let mut session = followed("tasks/init.jsonl");
    session.keys("g e");
    let text = side(&mut session);
    assert!(
        text.contains("observer cannot start: no such license"),
        "{text}"
    );
    let cause = screen(&session).selected().cloned();
    session.keys("p");
    assert_ne!(
        screen(&session).selected().cloned(),
        cause,
        "the next problem is another one"
    );
    session.keys("e y");
    let titles = session.text();
    let place = titles
        .lines()
        .filter(|line| line.contains("Diagnosis"))
        .count();
    assert_eq!(place, 1, "{titles}");
    for _ in 0..8 {
        session.keys("j");
    }
    session.keys("g");
    for _ in 0..8 {
        let menu = screen(&session).open().menu.as_ref().unwrap();
        if menu.selected().unwrap().title == "Diagnosis" {
            break;
        }
        session.keys("j");
    }
    session.keys("enter");
    let copied = session
        .effects
        .iter()
        .rev()
        .find_map(|effect| match effect {
            Effect::Copy(text) => Some(text.clone()),
            _ => None,
        });
    let copied = copied.unwrap();
    for word in [
        "Initialize cluster",
        "Start observer @ 127.0.0.1:2886",
        "attempt 1",
        "no such license",
        "Retry: POST",
    ] {
        assert!(copied.contains(word), "{word} is missing in\n{copied}");
    }
}

#[test]
fn point_7_what_is_legal_what_it_does_and_its_request() {
    let mut session = followed("tasks/init.jsonl");
    session.keys("a j");
    let text = flat(&mut session);
    assert!(
        text.contains("rolls back from stage 3 to 1; runs the undo of Start observer on 3 agents"),
        "{text}"
    );
    session.keys("enter");
    let text = flat(&mut session);
    assert!(text.contains("This will be sent"), "{text}");
    assert!(
        text.contains(r#"POST /api/v1/task/dag/22130706433028868 { "operator": "ROLLBACK" }"#),
        "{text}"
    );
    session.keys("enter");
    assert!(
        session
            .effects
            .iter()
            .any(|effect| matches!(effect, Effect::Send { .. }))
    );
}

#[test]
fn point_8_what_it_holds_and_who_is_refused() {
    let mut session = followed("tasks/init.jsonl");
    session.keys("e");
    let text = side(&mut session);
    assert!(
        text.contains("holds the agent: other tasks on it are"),
        "{text}"
    );
    assert!(text.contains("until it is retried"), "{text}");
}

#[test]
fn point_9_a_server_that_vanishes_leaves_the_picture_and_the_cursor() {
    let mut session = joined(9_000);
    session.keys("g j");
    let here = screen(&session).selected().cloned();
    let id = screen(&session).id().clone();
    session.later(40);
    session.fail(Ask::Task(id.clone()));
    let text = flat(&mut session);
    assert!(
        text.contains("stale, 4") && text.contains("connection refused"),
        "{text}"
    );
    assert!(
        text.contains("Inform all agents to start observer"),
        "the picture stays"
    );
    let story = story("wire/captures/cluster/start-fail-observer-main-dag.jsonl");
    session.came(&story[8].1, 60_000);
    assert_eq!(screen(&session).selected().cloned(), here);
    assert!(!session.text().contains("stale"));
}

#[test]
fn point_10_every_change_can_be_stepped_through() {
    let mut session = followed("wire/captures/init-retry.jsonl");
    let moments = screen(&session).moments();
    assert!(moments > 5, "{moments}");
    session.keys("<");
    let text = flat(&mut session);
    assert!(
        text.contains(&format!("{} of {moments}", moments - 1)),
        "{text}"
    );
    let past = screen(&session).past().unwrap();
    assert!(!past.changed.is_empty(), "what changed is marked");
    let earlier = past.shown.task().state;
    for _ in 0..moments {
        session.keys("<");
    }
    let first = screen(&session).past().unwrap();
    assert_eq!(first.number, 0);
    assert_ne!(
        (first.shown.task().state, first.number),
        (earlier, moments - 2)
    );
    for _ in 0..moments {
        session.keys(">");
    }
    assert!(
        screen(&session).past().is_none(),
        "past the last one is now"
    );
}

#[test]
fn point_11_the_same_cursor_over_time_and_a_table_by_duration() {
    let mut session = followed("tasks/init.jsonl");
    session.keys("e");
    let here = screen(&session).selected().cloned();
    session.keys("t");
    let text = session.text();
    assert!(
        text.contains("timeline") && text.contains('█') && text.contains("start"),
        "{text}"
    );
    assert_eq!(screen(&session).selected().cloned(), here);
    session.keys("t");
    assert!(session.text().contains("table, longest first"));
    assert_eq!(screen(&session).selected().cloned(), here);
    let shown = screen(&session).shown().unwrap();
    let took = |row: &obdeck::fleet::task::tree::Row| {
        let node = row.work(shown.task()).unwrap();
        match (node.started_at, node.ended_at) {
            (Some(from), Some(to)) => to.as_millisecond() - from.as_millisecond(),
            _ => -1,
        }
    };
    assert!(shown.rows().is_sorted_by(|a, b| took(a) >= took(b)));
}

#[test]
fn point_12_a_main_dag_and_its_sub_dags_are_one_tree() {
    let session = joined(9_000);
    let subs: Vec<Ask> = [
        "221307066890298649",
        "221307066900298630",
        "221307066910298629",
        "221307066920298621",
    ]
    .map(|id| Ask::Task(TaskId(id.into())))
    .into();
    let asks = session.model.asks();
    assert!(subs.iter().all(|sub| asks.contains(sub)), "{asks:?}");
    let inside = names(&session)
        .iter()
        .filter(|key| key.0.starts_with("dag:"))
        .count();
    assert!(inside >= 6, "{inside} rows of sub DAGs");
}

fn view(file: &str, output: &str) -> String {
    let home = tempfile::tempdir().unwrap();
    let made = Command::new(env!("CARGO_BIN_EXE_obdeck"))
        .env("XDG_STATE_HOME", home.path())
        .env("XDG_CONFIG_HOME", home.path())
        .args([
            "view",
            &format!("{}/tests/{file}", env!("CARGO_MANIFEST_DIR")),
            "-o",
            output,
        ])
        .assert()
        .success();
    String::from_utf8(made.get_output().stdout.clone()).unwrap()
}

#[test]
fn point_14_the_same_task_for_other_programs_and_for_paper() {
    let file = "tasks/init.jsonl";
    assert!(view(file, "tree").contains("✗ Start observer"));
    assert!(view(file, "json").contains(r#""first_cause":"sub_task:"#));
    assert!(view(file, "dot").starts_with("digraph task {"));
    assert!(view(file, "mermaid").starts_with("flowchart TD"));
    let svg = view(file, "svg");
    assert!(svg.starts_with("<svg ") && svg.trim_end().ends_with("</svg>"));
    for word in [
        "Initialize cluster",
        "Start observer",
        "first cause",
        "no such license",
    ] {
        assert!(svg.contains(word), "{word} is not in the picture");
    }
}

#[test]
fn point_15_the_end_is_said_against_the_usual_and_teaches() {
    let mut session = followed("wire/captures/join-self.jsonl");
    let rung = session.effects.iter().find_map(|effect| match effect {
        Effect::Ring(sentence) => Some(sentence.clone()),
        _ => None,
    });
    let rung = rung.expect("the end rings");
    assert!(
        rung.contains("Join self") && rung.contains("succeeded after"),
        "{rung}"
    );
    assert!(
        session
            .effects
            .iter()
            .any(|effect| matches!(effect, Effect::Learn { .. }))
    );
    assert!(
        session.text().contains("succeeded after"),
        "{}",
        session.text()
    );
    // The next one is compared with it.
    let story = story("wire/captures/join-self.jsonl");
    for (ms, task) in &story {
        let mut again = task.clone();
        again.id = TaskId("22130706433028899".into());
        session
            .model
            .open(obdeck::console::Screen::Task(again.id.clone()));
        session.came(&again, 60_000 + ms);
    }
    let usual = session
        .effects
        .iter()
        .rev()
        .find_map(|effect| match effect {
            Effect::Ring(sentence) => Some(sentence.clone()),
            _ => None,
        });
    assert!(usual.unwrap().contains("1 run)"));
}
