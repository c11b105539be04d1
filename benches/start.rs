//! The real binary on a pseudo-terminal: how long until the first byte and the
//! first useful frame, what a running task costs on the wire, what it holds in
//! memory. `cargo bench --bench start`; figures, not checks.

// A benchmark that cannot start has nothing better to do than to say why.
#![allow(clippy::expect_used)]

use std::io::Read;
use std::num::NonZero;
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, PtyPair, PtySize, native_pty_system};

const RUNS: usize = 5;
const ROWS: NonZero<u16> = NonZero::new(40).expect("above 0");
const COLUMNS: NonZero<u16> = NonZero::new(120).expect("above 0");
const PATIENCE: Duration = Duration::from_secs(30);
/// How long a running task is watched.
const WATCH: Duration = Duration::from_secs(20);
/// How a frame begins (mode 2026).
const FRAME: &[u8] = b"\x1b[?2026h";

struct Seen {
    screen: vt100::Parser,
    bytes: usize,
    frames: usize,
    first: Option<Instant>,
}

struct Run {
    began: Instant,
    seen: Arc<Mutex<Seen>>,
    child: Box<dyn Child + Send + Sync>,
    _pty: PtyPair,
}

impl Run {
    fn start(arguments: &[&str]) -> Self {
        let size = PtySize {
            rows: ROWS.get(),
            cols: COLUMNS.get(),
            pixel_width: 0,
            pixel_height: 0,
        };
        let pty = native_pty_system()
            .openpty(size)
            .expect("a pseudo-terminal");
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_obdeck"));
        command.args(arguments);
        command.env("TERM", "xterm-256color");
        let mut reader = pty.master.try_clone_reader().expect("its reader");
        let seen = Arc::new(Mutex::new(Seen {
            screen: vt100::Parser::new(ROWS, COLUMNS, 0),
            bytes: 0,
            frames: 0,
            first: None,
        }));
        let began = Instant::now();
        let child = pty.slave.spawn_command(command).expect("the binary starts");
        let writer = seen.clone();
        thread::spawn(move || {
            let mut buffer = vec![0; 65_536];
            while let Ok(count @ 1..) = reader.read(&mut buffer) {
                let mut seen = writer.lock().expect("the lock");
                seen.first.get_or_insert_with(Instant::now);
                seen.bytes += count;
                seen.frames += buffer[..count]
                    .windows(FRAME.len())
                    .filter(|part| *part == FRAME)
                    .count();
                seen.screen.process(&buffer[..count]);
            }
        });
        Self {
            began,
            seen,
            child,
            _pty: pty,
        }
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().expect("the lock")
    }

    /// Bytes and frames until now.
    fn so_far(&self) -> (usize, usize) {
        let seen = self.seen();
        (seen.bytes, seen.frames)
    }

    fn until(&self, done: impl Fn(&Seen) -> bool) -> Duration {
        while !done(&self.seen()) {
            assert!(
                self.began.elapsed() < PATIENCE,
                "{}",
                self.seen().screen.screen().contents()
            );
            thread::sleep(Duration::from_millis(1));
        }
        self.began.elapsed()
    }

    fn shows(&self, text: &str) -> Duration {
        self.until(|seen| seen.screen.screen().contents().contains(text))
    }

    fn first_byte(&self) -> Duration {
        self.until(|seen| seen.first.is_some());
        self.seen()
            .first
            .map_or(PATIENCE, |first| first - self.began)
    }

    /// Resident memory in KiB, where the system tells.
    fn memory(&self) -> Option<u64> {
        let status =
            std::fs::read_to_string(format!("/proc/{}/status", self.child.process_id()?)).ok()?;
        let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
        line.split_whitespace().nth(1)?.parse().ok()
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn median(mut times: Vec<Duration>) -> f64 {
    times.sort();
    times[times.len() / 2].as_secs_f64() * 1e3
}

fn starts(name: &str, arguments: &[&str], useful: &str) {
    let (mut first, mut frame) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        let run = Run::start(arguments);
        first.push(run.first_byte());
        frame.push(run.shows(useful));
    }
    println!(
        "{name:34} first byte {:6.1} ms   first useful frame {:6.1} ms",
        median(first),
        median(frame)
    );
}

fn costs(name: &str, arguments: &[&str], useful: &str) {
    let run = Run::start(arguments);
    run.shows(useful);
    let before = run.so_far();
    thread::sleep(WATCH);
    let after = run.so_far();
    let (bytes, frames) = (after.0 - before.0, after.1 - before.1);
    println!(
        "{name:34} {:7.0} bytes/s   {:5.2} frames/s   {:6.0} bytes a frame   {} MiB resident",
        bytes as f64 / WATCH.as_secs_f64(),
        frames as f64 / WATCH.as_secs_f64(),
        bytes as f64 / frames.max(1) as f64,
        run.memory()
            .map_or_else(|| "?".to_owned(), |kib| (kib / 1024).to_string()),
    );
}

fn main() {
    // `cargo test --benches` runs this too; only `cargo bench` wants figures.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    starts("demo", &["demo"], "zone1");
    starts(
        "demo --scene failure",
        &["demo", "--scene", "failure"],
        "Initialize cluster",
    );
    starts(
        "connect to a dead address",
        &["connect", "127.0.0.1:1"],
        "127.0.0.1:1",
    );
    costs("demo, a scale-out in progress", &["demo"], "zone1");
    let failure = ["demo", "--scene", "failure", "--low-bandwidth"];
    costs("an init of 28 nodes", &failure[..3], "Initialize cluster");
    costs("the same, --low-bandwidth", &failure, "Initialize cluster");
    costs(
        "demo --scene giant",
        &["demo", "--scene", "giant"],
        "of 10000 done",
    );
    costs(
        "demo --scene fresh, nothing moves",
        &["demo", "--scene", "fresh"],
        "SINGLE",
    );
}
