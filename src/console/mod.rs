//! The operator's session as state: model, messages, actions, update, effects.
//!
//! `update` is synchronous and deterministic: time comes in with the message,
//! what must be done outside goes out as effects.

pub mod action;
pub mod data;
mod effect;
mod geometry;
pub mod key;
mod message;
mod model;
pub mod nav;
pub mod notice;
mod settings;
pub mod task;
mod update;

pub use action::{Action, Scope};
pub use effect::Effect;
pub use geometry::{Geometry, Room};
pub use key::{Code, Key};
pub use message::{Event, Message, SendId};
pub use model::Model;
pub use nav::Screen;
pub use notice::Level;
pub use settings::{Colours, Place, Settings};
pub use update::update;
