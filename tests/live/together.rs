//! The twelfth point where the tasks have nothing to do with each other: several
//! on one screen.

use obdeck::console::{Effect, Event};
use obdeck::fleet::task::{Key, State, Task, TaskId};
use obdeck::link::{Ask, Picture};

use super::points::{names, screen};
use super::stories::{on_task, story};

#[test]
fn point_12_tasks_that_have_nothing_to_do_with_each_other_share_a_screen() {
    let (init, join) = (
        story("wire/captures/init-retry.jsonl"),
        story("wire/captures/join-self.jsonl"),
    );
    let live = |story: &[(i64, Task)]| {
        let found = story.iter().find(|(_, task)| task.is_live());
        found.unwrap().1.clone()
    };
    let (one, other) = (&live(&init), &live(&join));
    let mut session = on_task(&one.id);
    session.keys(":");
    session.event(Event::Paste(format!("task {} {}", one.id, other.id)));
    session.keys("enter");
    let wanted = [one, other].map(|task| Ask::Task(task.id.clone()));
    let asks = session.model.asks();
    assert!(wanted.iter().all(|ask| asks.contains(ask)), "{asks:?}");
    session.came(one, 1_000);
    session.came(other, 2_000);
    let text = session.text();
    for word in ["2 tasks", "Initialize cluster", "Join self"] {
        assert!(text.contains(word), "{word} is not in\n{text}");
    }
    let heads: Vec<Key> = names(&session)
        .into_iter()
        .filter(|key| key.0.starts_with("dag:") && !key.0.contains('/'))
        .collect();
    assert_eq!(heads.len(), 2, "{text}");
    for task in [one, other] {
        let head = format!("{} {}", task.name, task.id);
        assert!(text.contains(&head), "two may have one name\n{text}");
    }
    session.keys("a");
    let text = session.text();
    assert!(
        !text.contains("Roll back"),
        "nothing is done to the roof\n{text}"
    );
    session.keys("esc");
    // Each end is told for itself, and the rest goes on.
    session.came(&join.last().unwrap().1, 3_000);
    let rung = session
        .effects
        .iter()
        .any(|effect| matches!(effect, Effect::Ring(sentence) if sentence.contains("Join self")));
    assert!(rung);
    assert_eq!(screen(&session).task().unwrap().state, State::Running);
}

#[test]
fn point_12_everything_that_runs_is_one_key_away() {
    let init = story("wire/captures/init-retry.jsonl");
    let mut one = init
        .iter()
        .find(|(_, task)| task.is_live())
        .unwrap()
        .1
        .clone();
    let mut other = one.clone();
    one.id = TaskId("22130706433028868".into());
    other.id = TaskId("22130706433028999".into());
    let mut over = one.clone();
    over.id = TaskId("22130706433028001".into());
    over.state = State::Succeeded;
    let mut session = on_task(&one.id);
    session.keys("T");
    let tasks = Picture::Tasks(vec![one.clone(), over, other.clone()]);
    session.answer(Ask::Tasks, tasks);
    session.keys("F");
    let asks = session.model.asks();
    assert!(asks.contains(&Ask::Task(one.id)) && asks.contains(&Ask::Task(other.id)));
    assert_eq!(asks.len(), 2, "{asks:?}");
}
