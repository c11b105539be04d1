//! A saved answer that somebody opens: bare, in its envelope, or as a recorded
//! exchange (`INTERFACE §4`).

use serde_json::Value;

use super::envelope::envelope;
use super::task::{note, task};
use crate::fleet::task::Task;

/// What was found.
#[derive(Clone, Debug, PartialEq)]
pub enum Saved {
    /// One task.
    Task(Box<Task>),
    /// Several tasks of one answer, in its order.
    Tasks(Vec<Task>),
}

/// `None` where there is no task of a platform in it.
pub fn saved(value: &Value) -> Option<Saved> {
    if let Some(body) = value.get("response").and_then(|answer| answer.get("body")) {
        return match body {
            // Recorders that do not parse keep the body as text.
            Value::String(text) => saved(&serde_json::from_str(text).ok()?),
            body => saved(body),
        };
    }
    let bare = value.get("data").is_none();
    let Some(Ok(answer)) = envelope(200, value).filter(|_| !bare) else {
        return several(value.get("data").filter(|_| !bare).unwrap_or(value));
    };
    let mut found = several(&answer.data)?;
    match &mut found {
        Saved::Task(task) => note(task, &answer),
        Saved::Tasks(tasks) => tasks.iter_mut().for_each(|task| note(task, &answer)),
    }
    Some(found)
}

fn several(data: &Value) -> Option<Saved> {
    let list = match data {
        Value::Array(items) => Some(items),
        _ => data.get("contents").and_then(Value::as_array),
    };
    let Some(items) = list else {
        return task(data).map(|task| Saved::Task(Box::new(task)));
    };
    let mut tasks: Vec<Task> = items.iter().filter_map(task).collect();
    match tasks.len() {
        0 => None,
        1 => tasks.pop().map(|task| Saved::Task(Box::new(task))),
        _ => Some(Saved::Tasks(tasks)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_same_task_in_each_wrapping() {
        let bare = json!({"id": 1, "name": "n", "status": "RUNNING", "subtasks": []});
        let data = json!({"data": bare.clone(), "successful": true, "server": "s"});
        let several =
            json!({"data": {"contents": [bare.clone(), bare.clone()]}, "successful": true});
        let exchange = json!({"request": {}, "response": {"status": 200, "body": data.clone()}});
        let text = json!({"response": {"body": data.to_string()}});
        for value in [
            &bare,
            &data,
            &exchange,
            &text,
            &json!({"data": bare.clone()}),
        ] {
            assert!(matches!(saved(value), Some(Saved::Task(_))), "{value}");
        }
        for value in [several, json!([bare.clone(), bare.clone()])] {
            assert!(matches!(saved(&value), Some(Saved::Tasks(tasks)) if tasks.len() == 2));
        }
        assert_eq!(
            saved(&json!({"data": {"contents": []}, "successful": true})),
            None
        );
        assert_eq!(saved(&json!({"nodes": [], "dag_id": 1})), None);
    }
}
