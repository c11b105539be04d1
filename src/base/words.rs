//! Time and size in words, two units at most.
