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
