//! Reading what agents say: a large DAG from bytes to a task.

// A benchmark that cannot start has nothing better to do than to say why.
#![allow(clippy::expect_used)]

use std::fmt::Write as _;

use obdeck::wire::obshell::{dto, read};

fn main() {
    divan::main();
}

/// An answer of about two megabytes: stages with a sub-task on each of 40 agents,
/// each with a log, as an upgrade makes them.
fn answer() -> Vec<u8> {
    let mut nodes = String::new();
    for stage in 0..40 {
        let mut sub_tasks = String::new();
        for agent in 0..40 {
            let comma = if agent == 0 { "" } else { "," };
            let logs = (0..12)
                .map(|line| format!("\"remote task 22130706433028868 stage {stage} running [{line}/12] on host\""))
                .collect::<Vec<_>>()
                .join(",");
            let _ = write!(
                sub_tasks,
                r#"{comma}{{"id":"2213070643302886{stage}{agent}","task_id":{agent},"name":"stage {stage}","state":"SUCCEED","operator":"RUN","start_time":"2026-11-21T01:09:40.10762917Z","end_time":"2026-11-21T01:09:41.10762917Z","additional_data":null,"execute_times":1,"execute_agent":{{"ip":"10.0.0.{agent}","port":2886}},"task_logs":[{logs}]}}"#
            );
        }
        let comma = if stage == 0 { "" } else { "," };
        let _ = write!(
            nodes,
            r#"{comma}{{"id":"2213070643302886{stage}","node_id":{stage},"name":"stage {stage}","state":"SUCCEED","operator":"RUN","start_time":"2026-11-21T01:09:40.10762917Z","end_time":"2026-11-21T01:09:41.10762917Z","additional_data":null,"sub_tasks":[{sub_tasks}]}}"#
        );
    }
    format!(
        r#"{{"successful":true,"timestamp":"2026-11-21T01:09:39.238104892Z","duration":2,"status":200,"traceId":"b8727e937d651c19","data":{{"id":"22130706433028861","dag_id":1,"name":"Upgrade","stage":40,"max_stage":40,"maintenance_type":2,"maintenance_key":"","state":"SUCCEED","operator":"RUN","start_time":"2026-11-21T01:09:39.237555151Z","end_time":"2026-11-21T01:09:39.237555151Z","additional_data":null,"nodes":[{nodes}]}}}}"#
    )
    .into_bytes()
}

#[divan::bench]
fn a_large_dag(bencher: divan::Bencher) {
    let bytes = answer();
    bencher
        .counter(divan::counter::BytesCount::of_slice(&bytes))
        .bench(|| {
            let answer = read(200, Some("application/json"), &bytes).expect("an answer");
            dto::task(answer.data).expect("a task")
        });
}
