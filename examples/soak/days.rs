//! Days of polling on a clock that moves only while everything waits: the real
//! poller at its usual pace, recorded answers read anew each time, failures in
//! between, into a session that is drawn and walked about in.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use obdeck::console::Event;
use obdeck::fleet::request::Request;
use obdeck::fleet::task::LogLine;
use obdeck::link::poll::{Pace, Poller};
use obdeck::link::{
    Ask, Asked, Backend, BoxFuture, LinkError, Picture, SendError, Sent, Transfer, WriteAccess,
};
use obdeck::wire::obshell::dto;
use serde_json::Value;
use tokio::time::Instant;

use crate::measure::Held;
use crate::session::{EVERY, Session};

/// Each so-manieth answer does not come.
const LOST: u64 = 97;

/// Recorded moments of a task that runs, and of the list of tasks.
struct Recorded {
    moments: Vec<Value>,
    asked: AtomicU64,
}

impl Recorded {
    fn new() -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/tasks/init-fail-dir-retry-then-port-in-use-dag.jsonl");
        let text = std::fs::read_to_string(path).expect("a recording");
        let line = |line: &str| Some(serde_json::from_str::<Value>(line).ok()?["data"].take());
        Self {
            moments: text.lines().filter_map(line).collect(),
            asked: AtomicU64::new(0),
        }
    }
}

impl Backend for Recorded {
    fn ask<'a>(&'a self, ask: &'a Ask) -> BoxFuture<'a, Result<Asked, LinkError>> {
        Box::pin(async move {
            let number = self.asked.fetch_add(1, Ordering::Relaxed);
            tokio::time::sleep(Duration::from_millis(20)).await;
            if number.is_multiple_of(LOST) {
                return Err(LinkError::Unreachable {
                    endpoint: self.endpoint(),
                    reason: "the connection was reset".into(),
                });
            }
            let at = usize::try_from(number).unwrap_or(0) % self.moments.len();
            let task = dto::task(self.moments[at].clone()).map_err(|error| LinkError::Garbled {
                endpoint: self.endpoint(),
                reason: error.to_string(),
            })?;
            let picture = match ask {
                Ask::Tasks => Picture::Tasks(vec![task]),
                Ask::Task(_) => Picture::Task(Box::new(task)),
                Ask::Log(_) => {
                    let logs = task.nodes.into_iter().flat_map(|node| node.logs);
                    let line = |text| LogLine {
                        attempt: None,
                        at: None,
                        text,
                    };
                    Picture::Log(logs.map(line).collect())
                }
                _ => Picture::Cluster(Box::default()),
            };
            Ok(Asked {
                picture,
                endpoint: self.endpoint(),
                took: Duration::from_millis(20),
                at: Timestamp::now(),
            })
        })
    }

    fn send_watched<'a>(
        &'a self,
        _: &'a WriteAccess,
        _: &'a Request,
        _: &'a Transfer,
    ) -> BoxFuture<'a, Result<Sent, SendError>> {
        unreachable!("nothing is sent")
    }

    fn endpoint(&self) -> String {
        "10.0.0.5:2886".into()
    }
}

/// Polls so many days.
pub fn run(days: u64) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .expect("a runtime");
    runtime.block_on(follow(Duration::from_secs(days * 24 * 3600)));
}

async fn follow(span: Duration) {
    let (poller, mut answers) = Poller::start(Arc::new(Recorded::new()), Pace::default(), 7);
    let begun = Instant::now();
    let started: Timestamp = "2026-11-21T08:00:00Z".parse().expect("a time");
    let mut session = Session::new(poller, started);
    let now = || started + SignedDuration::try_from(begun.elapsed()).unwrap_or_default();
    let (mut done, mut failed) = (0_u64, 0_u64);
    let mut first: Option<Held> = None;
    let clock = std::time::Instant::now();
    while begun.elapsed() < span {
        // A task that has ended is never asked for again: then a key goes on.
        let answer = tokio::time::timeout(Duration::from_secs(60), answers.recv()).await;
        if answer.is_err() || done.is_multiple_of(EVERY) {
            session.types(now());
        }
        if let Ok(answer) = answer {
            let (ask, result) = answer.expect("the poller goes on");
            failed += u64::from(result.is_err());
            done += 1;
            session.happens(Event::Asked { ask, result }, now());
        }
        session.happens(Event::Tick, now());
        if done.is_multiple_of(10) {
            session.draw();
        }
        // A twentieth fills every cache and every history.
        if first.is_none() && begun.elapsed() * 20 >= span {
            first = Some(Held::now());
        }
    }
    let (first, last) = (first.expect("a beginning"), Held::now());
    println!(
        "{} h simulated in {:.0} s: {done} answers, {failed} of them failures, {} keys",
        begun.elapsed().as_secs() / 3600,
        clock.elapsed().as_secs_f64(),
        session.typed,
    );
    first.report("after a twentieth");
    last.report("at the end");
    last.has_not_grown(&first);
}
