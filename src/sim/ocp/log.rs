//! Logs of subtasks as the platform writes them (`api/ocp.md §3.6`).

use std::fmt::Write as _;

use super::answer::{logged, stamp};
use super::subtask::{Run, Status, Subtask};

/// All runs in one text.
pub(super) fn text(task: i64, subtask: &Subtask) -> String {
    let mut text = String::new();
    for run in &subtask.log {
        one(&mut text, task, subtask, run);
    }
    text
}

fn one(text: &mut String, task: i64, subtask: &Subtask, run: &Run) {
    let fence = "############";
    let word = run.operation.word();
    let _ = writeln!(text, "{fence}{{{word}}}{{{}}}{fence}", stamp(run.began));
    let began = logged(run.began);
    let id = subtask.id;
    let head = format!(
        "57200 --- [pool-subtask-executor-thread-{},{:016x},{:012x}]",
        id % 64,
        id * 7919,
        id
    );
    let name = &subtask.step.name;
    let _ = writeln!(
        text,
        "{began}  INFO {head} c.a.o.c.m.t.model.SubtaskInstanceEntity  : Run subtask, id={id}, \
         context=Context(parallelIdx={}, stringMap={{prohibit_rollback=false, task_instance_id={task}, \
         task_operation={}, sub_task_instance_id={id}}}, listMap={{}}), executor={}\n",
        subtask.lane,
        word.to_lowercase(),
        super::show::EXECUTOR
    );
    let _ = writeln!(
        text,
        "{began}  INFO {head} a.o.s.t.b.SubtaskRunner : [{name}] begin on {}\n",
        subtask.target
    );
    let Some((at, status)) = run.ended else {
        return;
    };
    let ended = logged(at);
    if status == Status::Failed {
        let _ = writeln!(
            text,
            "{ended} ERROR {head} a.o.s.t.b.SubtaskRunner : [{name}] failed on {}: connection refused\n\
             com.alipay.ocp.common.exception.OcpException: {name}: connect to {}:62888 refused\n\
             \tat com.alipay.ocp.service.task.runner.JavaSubtaskRunner.execute(JavaSubtaskRunner.java:64)\n\
             \tat java.util.concurrent.ThreadPoolExecutor.runWorker(ThreadPoolExecutor.java:1149)\n",
            subtask.target, subtask.target
        );
    }
    let _ = writeln!(
        text,
        "{ended}  INFO {head} c.a.o.c.m.t.model.SubtaskInstanceEntity  : Set state for subtask: {id}, \
         current state: RUNNING, new state: {}\n",
        status.word()
    );
}
