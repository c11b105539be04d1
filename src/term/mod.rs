//! The terminal itself: raw mode, signals, suspend, synchronized output.
//!
//! [`Screen`] owns the terminal from [`Screen::claim`] until it is dropped;
//! whatever way the program ends, the shell gets back what it lent. [`Events`]
//! is everything that comes in: keys, resizes, signals, the terminal going away.

mod claim;
mod colour;
#[cfg(test)]
mod emulated;
mod events;
mod frames;
mod grid;
mod hangup;
mod ink;
mod keys;
mod screen;
mod shift;
mod signals;
mod skill;
mod suspend;

pub use claim::{ClaimError, Options, release};
pub use colour::{Charset, Depth};
pub use events::{Event, Events};
pub use frames::{Counts, Frames, offscreen};
pub use screen::Screen;
pub use signals::Ending;
pub use suspend::Suspended;
