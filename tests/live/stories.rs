//! Recorded tasks of real agents, as a session meets them.

use jiff::{SignedDuration, Timestamp};
use obdeck::console::{Screen, Settings};
use obdeck::fleet::task::{Task, TaskId};
use obdeck::link::{Ask, Picture};
use obdeck::wire::obshell::dto;
use serde_json::Value;

use super::support::Session;

/// The pictures of a recording with their milliseconds since its begin.
pub fn story(file: &str) -> Vec<(i64, Task)> {
    let path = format!("{}/tests/{file}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let lines = text.lines().map(|line| {
        let mut line: Value = serde_json::from_str(line).unwrap();
        (line["ms"].as_i64().unwrap_or(0), line["data"].take())
    });
    lines
        .filter(|(_, data)| data["nodes"].is_array())
        .map(|(ms, data)| (ms, dto::task(data).unwrap()))
        .collect()
}

/// A session on a task that nothing is known of yet.
pub fn on_task(id: &TaskId) -> Session {
    let mut session = Session::connected();
    session.resize(120, 40);
    session.model.open(Screen::Task(id.clone()));
    session
}

impl Session {
    /// A picture of a task came, so long after the session began.
    pub fn came(&mut self, task: &Task, ms: i64) {
        self.now = super::support::start() + SignedDuration::from_millis(ms);
        self.answer(
            Ask::Task(task.id.clone()),
            Picture::Task(Box::new(task.clone())),
        );
    }
}

/// A session that has followed a recording until its end.
pub fn followed(file: &str) -> Session {
    let story = story(file);
    let mut session = on_task(&story[0].1.id);
    let begin = begin(&story);
    for (ms, mut task) in story {
        shift(&mut task, begin);
        session.came(&task, ms);
    }
    session
}

/// When a recording began, by its own clock.
pub fn begin(story: &[(i64, Task)]) -> Timestamp {
    let times = story.iter().flat_map(|(_, task)| {
        let nodes = task.nodes.iter().filter_map(|node| node.started_at);
        nodes.chain(task.started_at)
    });
    times.min().unwrap()
}

/// Brings a recording to the time of the session.
pub fn shift(task: &mut Task, begin: Timestamp) {
    let by = super::support::start().duration_since(begin);
    let move_it = |time: &mut Option<Timestamp>| *time = time.map(|time| time + by);
    move_it(&mut task.started_at);
    move_it(&mut task.ended_at);
    for node in &mut task.nodes {
        move_it(&mut node.started_at);
        move_it(&mut node.ended_at);
    }
}

/// The same session with other settings.
pub fn with(mut session: Session, change: impl FnOnce(&mut Settings)) -> Session {
    change(&mut session.model.settings);
    session
}
