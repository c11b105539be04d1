//! Days of polling in minutes: the real backend and the real poller, as fast as
//! they go, on simulated agents in another process, into a session that is drawn
//! and walked about in. Each answer moves the session's clock on by a second.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use obdeck::base::Secret;
use obdeck::console::Event;
use obdeck::fleet::Address;
use obdeck::link::obshell::{Config, Credentials, ObshellBackend};
use obdeck::link::poll::{Pace, Poller};
use obdeck::sim::{Options, Scene, Sim};
use tokio::runtime::Runtime;

use crate::measure::Held;
use crate::session::{EVERY, Session};

/// As fast as the agents answer.
const PACE: Pace = Pace {
    moving: Duration::from_millis(1),
    still: Duration::from_millis(1),
    longest: Duration::from_millis(50),
    patience: Duration::from_secs(90),
};

/// Nothing is asked any more.
const QUIET: Duration = Duration::from_millis(200);

/// The agents, in a process of their own: what they hold is not counted.
pub fn serve() {
    let runtime = Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let options = Options {
            scene: Scene::Default,
            speed: 20.0,
            ..Options::default()
        };
        let sim = Sim::start(options).await.expect("agents");
        for endpoint in sim.endpoints() {
            println!(
                "{} {}",
                endpoint.address,
                endpoint.password.unwrap_or_default()
            );
        }
        println!("ready");
        // Until whoever started it closes its input.
        let end = tokio::task::spawn_blocking(|| std::io::stdin().lines().count());
        end.await.expect("an end");
    });
}

struct Agents {
    child: Child,
    addresses: Vec<Address>,
    password: String,
}

impl Agents {
    fn start() -> Self {
        let mut child = Command::new(std::env::current_exe().expect("this program"))
            .arg("serve")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("agents");
        let said = BufReader::new(child.stdout.take().expect("its output"));
        let mut agents = Self {
            child,
            addresses: Vec::new(),
            password: String::new(),
        };
        let lines = said.lines().map_while(Result::ok);
        for line in lines.take_while(|line| line != "ready") {
            let (address, password) = line.split_once(' ').expect("two words");
            agents.addresses.push(address.parse().expect("an address"));
            password.clone_into(&mut agents.password);
        }
        agents
    }
}

impl Drop for Agents {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        self.child.wait().ok();
    }
}

pub fn run(polls: u64) {
    let agents = Agents::start();
    let runtime = Runtime::new().expect("a runtime");
    runtime.block_on(follow(&agents, polls));
}

async fn follow(agents: &Agents, polls: u64) {
    let secret = Secret::new(agents.password.clone());
    let backend = ObshellBackend::new(Config {
        credentials: Credentials::new(Some(secret), None),
        ..Config::new(agents.addresses[..1].to_vec())
    });
    let backend = Arc::new(backend.expect("a backend"));
    let (poller, mut answers) = Poller::start(backend, PACE, 7);
    let mut now: Timestamp = "2026-11-21T08:00:00Z".parse().expect("a time");
    let mut session = Session::new(poller, now);
    let begun = Instant::now();
    let mut reported = begun;
    let (mut done, mut failed) = (0, 0_u64);
    let mut first: Option<Held> = None;
    let mut most = Held::now();
    while done < polls {
        now += SignedDuration::from_secs(1);
        // A task that has ended is never asked for again: then a key goes on.
        let quiet = tokio::time::timeout(QUIET, answers.recv()).await;
        let answer = quiet.map(|answer| answer.expect("the poller goes on"));
        if answer.is_err() || done.is_multiple_of(EVERY) {
            session.types(now);
        }
        if let Ok((ask, result)) = answer {
            failed += u64::from(result.is_err());
            done += 1;
            session.happens(Event::Asked { ask, result }, now);
        }
        session.happens(Event::Tick, now);
        session.draw();
        if done.is_multiple_of(1000) {
            let held = Held::now();
            most.kib = most.kib.max(held.kib);
            most.tasks = most.tasks.max(held.tasks);
            most.descriptors = most.descriptors.max(held.descriptors);
        }
        // A twentieth fills every cache and every history.
        if first.is_none() && done * 20 >= polls {
            first = Some(Held::now());
        }
        if reported.elapsed() > Duration::from_secs(20) {
            reported = Instant::now();
            report("now", done, failed, begun.elapsed(), Held::now());
        }
    }
    let (first, last) = (first.expect("a beginning"), Held::now());
    report("after a twentieth", done, failed, begun.elapsed(), first);
    report("at most", done, failed, begun.elapsed(), most);
    report("at the end", done, failed, begun.elapsed(), last);
    assert_eq!(failed, 0, "every question was answered");
    last.has_not_grown(&first);
}

fn report(when: &str, done: u64, failed: u64, took: Duration, held: Held) {
    println!(
        "{done} polls ({failed} failed) in {:.0} s; {when}: {} KiB resident, {} tasks, {} descriptors",
        took.as_secs_f64(),
        held.kib,
        held.tasks,
        held.descriptors
    );
}
