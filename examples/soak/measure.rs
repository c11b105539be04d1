//! What this process holds.

/// Resident memory.
pub fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let number = line.and_then(|line| line.split_whitespace().next());
    number
        .and_then(|text| text.parse().ok())
        .unwrap_or_default()
}

/// Open descriptors, the one that counts them not counted.
pub fn descriptors() -> usize {
    let found = std::fs::read_dir("/proc/self/fd").map(Iterator::count);
    found.unwrap_or(1).saturating_sub(1)
}

/// What is held at a moment.
#[derive(Clone, Copy)]
pub struct Held {
    pub kib: u64,
    pub tasks: usize,
    pub descriptors: usize,
}

impl Held {
    /// Inside a runtime.
    pub fn now() -> Self {
        Self {
            kib: resident_kib(),
            tasks: tokio::runtime::Handle::current()
                .metrics()
                .num_alive_tasks(),
            descriptors: descriptors(),
        }
    }

    pub fn report(&self, when: &str) {
        println!(
            "{when}: {} KiB resident, {} tasks, {} descriptors",
            self.kib, self.tasks, self.descriptors
        );
    }

    pub fn has_not_grown(&self, since: &Self) {
        assert!(self.kib < since.kib + since.kib / 4 + 8192, "memory grew");
        assert!(self.tasks <= since.tasks + 8, "tasks grew");
        assert!(
            self.descriptors <= since.descriptors + 8,
            "descriptors grew"
        );
    }
}
