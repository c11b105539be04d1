//! The terminal itself: raw mode, signals, suspend, synchronized output.
