//! The operator's session as state: model, messages, actions, update, effects.
//!
//! `update` is synchronous and deterministic: time comes in with the message,
//! what must be done outside goes out as effects.

mod act;
pub mod action;
pub mod caution;
pub mod command;
pub mod data;
pub mod deeds;
mod drafts;
mod effect;
pub mod form;
mod geometry;
pub mod input;
pub mod key;
pub mod keymap;
pub mod list;
pub mod listing;
mod message;
mod model;
pub mod nav;
pub mod notice;
pub mod offers;
mod over;
pub mod overlay;
pub mod panes;
pub mod platform_deeds;
pub mod pointer;
pub mod refused;
mod setting_up;
mod settings;
pub mod setup;
pub mod task;
pub mod tasks;
mod update;
mod walk;

pub use action::{Action, Scope};
pub use effect::Effect;
pub use geometry::{Geometry, Room};
pub use key::{Code, Key};
pub use keymap::Keymap;
pub use listing::Listing;
pub use message::{Event, Message, SendId};
pub use model::{Model, Screens};
pub use nav::Screen;
pub use notice::Level;
pub use settings::{Colours, Place, Settings};
pub use update::{other_words, update};
