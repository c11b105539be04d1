//! Sub DAGs that stand FAILED on purpose.

use serde_json::{Value, json};

use super::task::{settle, task, tasks};
use crate::fleet::task::{State, Task};

/// The agents' clock moves in seconds: the sub-task is FAILED before its stage
/// and its DAG are.
fn local_part(dag: &str, stage: &str, log: &str) -> Value {
    json!({
        "id": "22130706433330811", "dag_id": 11, "name": "Local scale out",
        "stage": 4, "max_stage": 7, "maintenance_type": 0, "maintenance_key": "",
        "state": dag, "operator": "RUN", "start_time": "2026-11-21T02:01:12Z",
        "end_time": "2026-11-21T02:01:14Z",
        "nodes": [{
            "id": "22130706433330812", "node_id": 12, "name": "Start preparations",
            "state": stage, "operator": "RUN", "start_time": "2026-11-21T02:01:12Z",
            "end_time": "2026-11-21T02:01:14Z",
            "sub_tasks": [{
                "id": "22130706433330813", "task_id": 13, "name": "Start preparations",
                "state": "FAILED", "operator": "RUN", "start_time": "2026-11-21T02:01:12Z",
                "end_time": "2026-11-21T02:01:13Z", "execute_times": 1,
                "execute_agent": {"ip": "127.0.0.1", "port": 2886}, "task_logs": [log],
            }],
        }],
    })
}

fn states(task: &Task) -> Vec<State> {
    let nodes = task.nodes.iter().map(|node| node.state);
    std::iter::once(task.state).chain(nodes).collect()
}

#[test]
fn who_waits_for_its_main_dag_is_at_no_moment_failed() {
    use State::{Failed, Running, Waiting};
    let read = |dag, stage, log| states(&task(local_part(dag, stage, log)).unwrap());
    let said = "start preparations";
    assert_eq!(
        read("RUNNING", "RUNNING", said),
        [Running, Running, Waiting]
    );
    assert_eq!(read("RUNNING", "FAILED", said), [Running, Waiting, Waiting]);
    assert_eq!(read("FAILED", "FAILED", said), [Waiting; 3]);
    // An error is one.
    let error = "ERROR: [Common.Unexpected]: Unexpected error: no space left";
    assert_eq!(
        read("RUNNING", "RUNNING", error),
        [Running, Running, Failed]
    );
}

#[test]
fn a_main_dag_of_another_list_is_waited_for() {
    let mut local = local_part("FAILED", "FAILED", "");
    local["nodes"] = Value::Null;
    let mut main = local.clone();
    main["id"] = "12".into();
    main["name"] = "Cluster scale out".into();
    main["state"] = "RUNNING".into();
    let list = |item: Value| tasks(json!({"contents": [item]})).unwrap();
    let mut all = list(local);
    // Alone it waits for nobody.
    assert_eq!(all[0].state, State::Failed);
    all.extend(list(main));
    settle(&mut all);
    assert_eq!(all[0].state, State::Waiting);
    all[1].state = State::Failed;
    settle(&mut all);
    assert_eq!(all[0].state, State::Failed);
}
