//! A change that a task holds back: the form names the task and opens it, and
//! the task says what waits for it.

use obdeck::console::{Effect, Event, Screen, SendId};
use obdeck::fleet::task::{State, Task, TaskId};
use obdeck::link::{Ask, Held, Holder, LinkError, Picture, SendError, Sent};
use obdeck::wire::obshell::dto;
use serde_json::{Value, json};

use super::support::{Session, on_cluster, task};

fn refusal(by: Held) -> SendError {
    SendError::Held {
        error: LinkError::Refused {
            status: 500,
            code: "OB.Cluster.UnderMaintenanceWithDag".into(),
            message: "Create task 'Cluster scale in' failed: OceanBase cluster is under maintenance by DAG: Cluster scale out, please try again later".into(),
            advice: "A task holds the whole cluster: let it end; if it failed, retry it, roll it back or pass it.".into(),
            trace: "t".into(),
        },
        by: Box::new(by),
    }
}

fn holder(id: &str) -> Holder {
    Holder {
        id: TaskId(id.into()),
        name: "Cluster scale out".into(),
        state: State::Running,
    }
}

fn last_sent(session: &Session) -> SendId {
    let mut effects = session.effects.iter().rev();
    let id = effects.find_map(|effect| match effect {
        Effect::Send { id, .. } => Some(*id),
        _ => None,
    });
    id.expect("something is sent")
}

/// The form of a new zone, sent.
fn sent() -> (Session, SendId) {
    let mut session = on_cluster();
    session.resize(120, 40);
    session.keys(":");
    session.event(Event::Paste("scale-out".into()));
    session.keys("enter '10.0.0.9' tab 'zone4' tab");
    while !session.model.form().unwrap().on_button() {
        session.keys("tab");
    }
    session.keys("enter");
    let id = last_sent(&session);
    (session, id)
}

fn refused(by: Held) -> Session {
    let (mut session, id) = sent();
    let result = Err(refusal(by));
    session.event(Event::Sent { id, result });
    session.later(20);
    session
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
    let right = right.collect::<Vec<_>>().join(" ");
    right.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A task of one stage in this state.
fn dag(id: &str, name: &str, node: &str, state: &str) -> Task {
    let span = json!({
        "state": state, "operator": "RUN",
        "start_time": "2026-11-21T07:58:48Z", "end_time": "2026-11-21T07:58:48Z",
    });
    let with = |more: Value| {
        let mut all = span.as_object().unwrap().clone();
        all.extend(more.as_object().unwrap().clone());
        Value::from(all)
    };
    let sub_task = with(json!({
        "id": "131", "task_id": 31, "name": node, "execute_times": 1,
        "execute_agent": {"ip": "10.0.0.5", "port": 2886}, "task_logs": null,
    }));
    let node = with(json!({"id": "121", "node_id": 21, "name": node, "sub_tasks": [sub_task]}));
    let dag = json!({
        "id": id, "dag_id": 12, "name": name, "stage": 1, "max_stage": 1,
        "maintenance_type": 2, "maintenance_key": "", "nodes": [node],
    });
    dto::task(with(dag)).unwrap()
}

fn running(id: &str) -> Task {
    dag(
        id,
        "Cluster scale out",
        "Wait remote start finish",
        "RUNNING",
    )
}

fn came(session: &mut Session, task: Task) {
    let ask = Ask::Task(task.id.clone());
    session.answer(ask, Picture::Task(Box::new(task)));
}

#[test]
fn the_form_names_the_task_and_a_key_opens_it() {
    let mut session = refused(Held::By(holder("112")));
    session.snapshot("form-held");
    session.resize(120, 40);
    let text = flat(&mut session);
    assert!(
        text.contains("Held by task Cluster scale out (running), 112"),
        "{text}"
    );
    assert!(text.contains("ctrl-o opens that task"), "{text}");
    session.keys("ctrl-o");
    assert_eq!(*session.model.screen(), Screen::Task(TaskId("112".into())));
    // The form is where it was, with what was typed.
    session.keys("esc");
    assert!(session.text().contains("10.0.0.9"), "{}", session.text());
}

#[test]
fn the_holding_task_says_what_waits_for_it() {
    let mut session = refused(Held::By(holder("112")));
    session.keys("ctrl-o");
    came(&mut session, running("112"));
    session.snapshot("task-held");
    session.resize(120, 40);
    let text = side(&mut session);
    assert!(text.contains("refused at 08:0"), "{text}");
    assert!(
        text.contains("POST /api/v1/ob/scale_out; waits for this task"),
        "{text}"
    );
    // It is over: nothing waits any more, and that is said.
    let over = dag(
        "112",
        "Cluster scale out",
        "Wait remote start finish",
        "SUCCEED",
    );
    came(&mut session, over);
    let text = side(&mut session);
    assert!(text.contains("is over, so it may be sent again"), "{text}");
    // Another task has nothing to do with it.
    session.model.open(Screen::Task(TaskId("113".into())));
    came(&mut session, running("113"));
    assert!(!session.text().contains("scale_out"), "{}", session.text());
}

#[test]
fn what_is_sent_at_last_waits_no_longer() {
    let mut session = refused(Held::By(holder("112")));
    assert_eq!(
        session
            .model
            .refusals()
            .waiting_for(&TaskId("112".into()))
            .count(),
        1
    );
    session.keys("enter");
    let id = last_sent(&session);
    let made = task("118", "Cluster scale out", State::Ready, 1, 9);
    let sent = Sent {
        task: Some(Box::new(made)),
        status: 200,
        trace: "t".into(),
    };
    session.event(Event::Sent {
        id,
        result: Ok(sent),
    });
    assert_eq!(
        session
            .model
            .refusals()
            .waiting_for(&TaskId("112".into()))
            .count(),
        0
    );
}

#[test]
fn candidates_are_named_as_such_and_share_a_screen() {
    let mut session = refused(Held::Among(vec![holder("112"), holder("113")]));
    let text = flat(&mut session);
    assert!(text.contains("Held by one of these tasks"), "{text}");
    assert!(text.contains("112; Cluster scale out (running),"), "{text}");
    session.keys("ctrl-o");
    let together = TaskId("112+113".into());
    assert_eq!(*session.model.screen(), Screen::Task(together));
    came(&mut session, running("112"));
    came(&mut session, running("113"));
    let text = side(&mut session);
    assert!(text.contains("perhaps because of this task"), "{text}");
}

#[test]
fn where_nobody_can_tell_no_key_is_offered() {
    let mut session = refused(Held::CannotTell("the list did not come".into()));
    let text = flat(&mut session);
    assert!(
        text.contains("Which task holds it cannot be told: the list did not come"),
        "{text}"
    );
    assert!(!text.contains("ctrl-o"), "{text}");
    session.keys("ctrl-o");
    let text = flat(&mut session);
    assert!(text.contains("No task is known to hold back"), "{text}");
}

#[test]
fn an_operation_that_is_held_back_opens_its_holder_too() {
    let mut session = on_cluster();
    session.resize(120, 40);
    let failed = dag("17", "Initialize cluster", "Start observer", "FAILED");
    session.model.open(Screen::Task(failed.id.clone()));
    came(&mut session, failed);
    session.keys("a enter enter");
    let id = last_sent(&session);
    let result = Err(refusal(Held::By(holder("112"))));
    session.event(Event::Sent { id, result });
    let said = session.model.notices.all().last().unwrap().text.clone();
    assert!(said.contains("Held by task Cluster scale out"), "{said}");
    session.keys("ctrl-o");
    assert_eq!(*session.model.screen(), Screen::Task(TaskId("112".into())));
    came(&mut session, running("112"));
    let text = side(&mut session);
    assert!(
        text.contains("RETRY Initialize cluster (17), POST"),
        "{text}"
    );
}
