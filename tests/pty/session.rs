//! A program on a pseudo-terminal, run by a shell that reports how it ended.

use std::ffi::OsString;
use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

/// Far beyond what anything here takes; only a failure waits this long.
const DEADLINE: Duration = Duration::from_secs(30);

/// The shell stays behind the program on the same terminal: it reports the exit
/// code and the modes, then reads a line to show that typing works. `exec`
/// keeps the process id that was written down.
const SHELL: &str = r#"
sh -c 'echo $$ > "$PID_FILE"; exec "$@"' sh "$@"
echo "exit=$?"
stty -a | tr ';' '\n' | grep -E -o -- '-?(icanon|echo|isig|icrnl|opost)( |$)' | tr '\n' ' '
echo "modes."
read line
echo "typed=$line."
"#;

pub struct Session {
    master: Option<Box<dyn MasterPty + Send>>,
    writer: Option<Box<dyn Write + Send>>,
    child: Box<dyn Child + Send + Sync>,
    screen: Arc<Mutex<vt100::Parser>>,
    raw: Arc<Mutex<Vec<u8>>>,
    stop: Arc<AtomicBool>,
    reading: Option<JoinHandle<()>>,
    folder: TempDir,
}

pub struct Program {
    pub words: Vec<OsString>,
    pub env: Vec<(&'static str, String)>,
    pub size: (u16, u16),
}

impl Program {
    /// The real binary.
    pub fn obdeck(arguments: &[&str]) -> Self {
        let mut words = vec![OsString::from(env!("CARGO_BIN_EXE_obdeck"))];
        words.extend(arguments.iter().map(OsString::from));
        Self {
            words,
            env: Vec::new(),
            size: (100, 30),
        }
    }

    pub fn env(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.env.push((name, value.into()));
        self
    }

    pub fn size(mut self, columns: u16, rows: u16) -> Self {
        self.size = (columns, rows);
        self
    }

    /// Under a shell script that reports how it ended.
    pub fn run(self) -> Session {
        let mut words = ["sh", "-c", SHELL, "sh"].map(OsString::from).to_vec();
        words.extend(self.words.iter().cloned());
        self.spawn(words, true)
    }

    /// Without anything between it and the terminal. `controlling` decides
    /// whether the kernel sends SIGHUP when the terminal goes away.
    pub fn run_bare(self, controlling: bool) -> Session {
        let words = self.words.clone();
        self.spawn(words, controlling)
    }

    /// Typed into an interactive shell with job control.
    pub fn run_in_shell(self) -> Session {
        let folder_words = ["sh", "-i"].map(OsString::from).to_vec();
        let quoted: Vec<String> = self
            .words
            .iter()
            .map(|word| format!("'{}'", word.to_str().expect("a plain path")))
            .collect();
        let mut session = self.env("PS1", "prompt> ").spawn(folder_words, true);
        session.wait_text("prompt> ");
        session.send(&format!("{}; echo \"exit=$?\"\r", quoted.join(" ")));
        session
    }

    fn spawn(self, words: Vec<OsString>, controlling: bool) -> Session {
        let folder = tempfile::tempdir().expect("a folder");
        let (cols, rows) = self.size;
        let size = pty_size(cols, rows);
        let pair = native_pty_system()
            .openpty(size)
            .expect("a pseudo-terminal");
        let mut command = CommandBuilder::from_argv(words);
        command.cwd(folder.path());
        for name in [
            "RUST_BACKTRACE",
            "NO_COLOR",
            "COLORTERM",
            "LC_ALL",
            "LC_CTYPE",
            "ENV",
            "OBDECK_CONFIG",
        ] {
            command.env_remove(name);
        }
        command.env("TERM", "xterm-256color");
        command.env("LANG", "C.UTF-8");
        command.env("HOME", folder.path());
        command.env("XDG_CONFIG_HOME", folder.path().join("config"));
        command.env("XDG_STATE_HOME", folder.path().join("state"));
        command.env("PID_FILE", folder.path().join("pid"));
        for (name, value) in &self.env {
            command.env(name, value);
        }
        command.set_controlling_tty(controlling);
        let child = pair
            .slave
            .spawn_command(command)
            .expect("the program starts");
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader().expect("a reader");
        let writer = pair.master.take_writer().expect("a writer");
        let screen = Arc::new(Mutex::new(vt100::Parser::new(cell(rows), cell(cols), 0)));
        let raw = Arc::new(Mutex::new(Vec::new()));
        let (to_screen, to_raw) = (Arc::clone(&screen), Arc::clone(&raw));
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let reading = std::thread::spawn(move || {
            let mut buffer = vec![0; 64 * 1024];
            while !stopped.load(Ordering::SeqCst)
                && let Ok(n @ 1..) = reader.read(&mut buffer)
            {
                // What the screen shows is always among the bytes too.
                let mut screen = to_screen.lock().unwrap();
                to_raw.lock().unwrap().extend_from_slice(&buffer[..n]);
                screen.process(&buffer[..n]);
            }
        });
        Session {
            master: Some(pair.master),
            writer: Some(writer),
            child,
            screen,
            raw,
            stop,
            reading: Some(reading),
            folder,
        }
    }
}

impl Session {
    /// Waits until the screen is as wanted.
    pub fn wait(&self, what: &str, wanted: impl Fn(&vt100::Screen) -> bool) {
        let start = Instant::now();
        loop {
            if wanted(self.screen.lock().unwrap().screen()) {
                return;
            }
            assert!(
                start.elapsed() < DEADLINE,
                "waited in vain for {what}; the screen:\n{}",
                self.text()
            );
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    pub fn wait_text(&self, text: &str) {
        self.wait(&format!("{text:?}"), |screen| {
            screen.contents().contains(text)
        });
    }

    /// Waits until the program has drawn something more.
    pub fn wait_more(&self, before: usize) {
        self.wait("another frame", |_| self.raw.lock().unwrap().len() > before);
    }

    pub fn text(&self) -> String {
        self.screen.lock().unwrap().screen().contents()
    }

    /// Every byte that came so far.
    pub fn raw(&self) -> String {
        String::from_utf8_lossy(&self.raw.lock().unwrap()).into_owned()
    }

    pub fn send(&mut self, text: &str) {
        let writer = self.writer.as_mut().expect("the terminal is open");
        writer
            .write_all(text.as_bytes())
            .expect("the terminal takes it");
        writer.flush().expect("the terminal takes it");
    }

    pub fn resize(&self, columns: u16, rows: u16) {
        // The emulator first: what the program draws for the new size must not
        // arrive in the old one.
        self.screen
            .lock()
            .unwrap()
            .screen_mut()
            .set_size(cell(rows), cell(columns));
        let master = self.master.as_ref().expect("the terminal is open");
        master.resize(pty_size(columns, rows)).expect("a resize");
    }

    /// The program itself: under the script the one that was written down.
    /// Memory of its own that the program holds now.
    pub fn private_kilobytes(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid()));
        let status = status.expect("a process");
        let line = status.lines().find(|line| line.starts_with("RssAnon:"));
        let number = line.and_then(|line| line.split_whitespace().nth(1));
        number.and_then(|text| text.parse().ok()).expect("a size")
    }

    fn pid(&self) -> i32 {
        match std::fs::read_to_string(self.folder.path().join("pid")) {
            Ok(pid) => pid.trim().parse().expect("a pid"),
            Err(_) => self.child.process_id().expect("a pid").cast_signed(),
        }
    }

    /// Sends a signal to the program, not to the shell around it.
    pub fn signal(&self, signal: Signal) {
        let pid = Pid::from_raw(self.pid()).expect("a pid");
        kill_process(pid, signal).expect("the program is there");
    }

    /// Its state (`S`, `T`, `Z`) and the hundredths of a second that it has
    /// computed; also of one that has ended and that nobody has waited for.
    #[cfg(target_os = "linux")]
    pub fn worked(pid: i32) -> (char, u64) {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).expect("a process");
        let (_, rest) = stat.rsplit_once(')').expect("a name");
        let words: Vec<&str> = rest.split_whitespace().collect();
        let number = |at: usize| words[at].parse::<u64>().expect("a number");
        // The 14th and 15th field of the line; two stand before the state.
        (
            words[0].chars().next().expect("a state"),
            number(11) + number(12),
        )
    }

    /// Waits until the program is in this state; what it has computed.
    #[cfg(target_os = "linux")]
    pub fn wait_state(pid: i32, state: char) -> u64 {
        let start = Instant::now();
        loop {
            let (now, worked) = Self::worked(pid);
            if now == state {
                return worked;
            }
            assert!(start.elapsed() < DEADLINE, "state {now}, not {state}");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// The process that runs without a shell around it.
    pub fn bare_pid(&self) -> i32 {
        self.child.process_id().expect("a pid").cast_signed()
    }

    /// The process that was started in an interactive shell: the shell's child.
    #[cfg(target_os = "linux")]
    pub fn job_pid(&self) -> i32 {
        let shell = self.bare_pid();
        let children = format!("/proc/{shell}/task/{shell}/children");
        let children = std::fs::read_to_string(children).expect("the shell's children");
        children
            .split_whitespace()
            .next()
            .expect("a job")
            .parse()
            .expect("a pid")
    }

    /// Nobody takes what the program writes any more, and the terminal stays:
    /// a connection that stalls. `key` wakes the reader, which then ends.
    pub fn stall(&mut self, key: &str) {
        self.stop.store(true, Ordering::SeqCst);
        self.send(key);
        let reading = self.reading.take().expect("it stalls once");
        reading.join().expect("the reader ends");
    }

    /// The terminal goes away after a stall.
    pub fn break_off(&mut self) {
        self.writer = None;
        self.master = None;
    }

    /// The terminal goes away under the program. The thread that reads holds a
    /// descriptor of it too: `key` makes the program draw, so that it wakes up
    /// and lets go.
    pub fn hang_up(&mut self, key: &str) {
        self.stall(key);
        self.break_off();
    }

    /// Waits for the exit code of the program itself (without a shell).
    pub fn wait_exit(&mut self) -> u32 {
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("a child") {
                return status.exit_code();
            }
            assert!(
                start.elapsed() < DEADLINE,
                "it did not end:\n{}",
                self.text()
            );
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// The program ended with this code and the shell has its terminal back:
    /// main screen, cursor, no paste and mouse modes, cooked and echoing.
    pub fn ends_clean(mut self, code: u32) -> String {
        self.wait_text("exit=");
        self.wait_text("modes.");
        let text = self.text();
        assert!(
            text.contains(&format!("exit={code}\n")),
            "code {code}:\n{text}"
        );
        self.check_restored();
        for mode in ["icanon", "echo", "isig", "icrnl", "opost"] {
            let on = text
                .lines()
                .any(|line| line.split_whitespace().any(|word| word == mode));
            assert!(on, "{mode} is not on:\n{text}");
        }
        self.send("hello\r");
        self.wait_text("typed=hello.");
        assert_eq!(self.wait_exit(), 0);
        text
    }

    pub fn check_restored(&self) {
        let parser = self.screen.lock().unwrap();
        let screen = parser.screen();
        let text = screen.contents();
        assert!(
            !screen.alternate_screen(),
            "the alternate screen is left:\n{text}"
        );
        assert!(!screen.hide_cursor(), "the cursor shows:\n{text}");
        assert!(!screen.bracketed_paste(), "bracketed paste is off:\n{text}");
        assert_eq!(
            screen.mouse_protocol_mode(),
            vt100::MouseProtocolMode::None,
            "{text}"
        );
        assert_eq!(screen.fgcolor(), vt100::Color::Default, "{text}");
        assert!(!screen.bold() && !screen.inverse(), "{text}");
    }

    /// Files that the program left in the folders that it was given.
    pub fn files(&self) -> Vec<PathBuf> {
        let mut found = Vec::new();
        let mut folders = vec![self.folder.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
                if entry.path().is_dir() {
                    folders.push(entry.path());
                } else if entry.file_name() != "pid" {
                    assert_ne!(entry.metadata().expect("a file").permissions().mode(), 0);
                    found.push(entry.path());
                }
            }
        }
        found
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

fn cell(n: u16) -> NonZeroU16 {
    NonZeroU16::new(n).expect("a size")
}

fn pty_size(cols: u16, rows: u16) -> PtySize {
    PtySize {
        rows,
        cols,
        pixel_width: 0,
        pixel_height: 0,
    }
}
