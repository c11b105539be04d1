//! Long runs against chance and against time. Nothing may panic, and memory,
//! tasks and descriptors must not grow.
//!
//! `cargo run --release --example soak -- answers [SECONDS] [SEED]`
//! `cargo run --release --example soak -- readers [ANSWERS] [SEED]`
//! `cargo run --release --example soak -- days [DAYS]`
//! `cargo run --release --example soak -- polling [POLLS]`
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

mod answers;
mod chance;
mod days;
mod measure;
mod polling;
mod readers;
mod recorded;
mod session;

/// Two days of one question a second.
const TWO_DAYS: u64 = 2 * 24 * 3600;

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let number = |at: usize, or: u64| {
        let given = words.get(at);
        given.and_then(|text| text.parse().ok()).unwrap_or(or)
    };
    match words.first().map(String::as_str) {
        Some("polling") => polling::run(number(1, TWO_DAYS)),
        Some("readers") => readers::run(number(1, 2_000_000), number(2, 7)),
        Some("days") => days::run(number(1, 2)),
        Some("serve") => polling::serve(),
        _ => answers::run(number(1, 60), number(2, 7)),
    }
}
