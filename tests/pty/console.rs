//! The real console, as an operator starts it.
