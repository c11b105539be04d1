//! Start-up: parse the arguments, choose a face, hand its exit code to the shell.
#![forbid(unsafe_code)]

fn main() -> std::process::ExitCode {
    obdeck::faces::run(std::env::args_os())
}
