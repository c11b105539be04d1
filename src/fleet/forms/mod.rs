//! The table of forms: fields, kinds, checks, help and the request they make.
//! The screen, `obdeck do` and the reference page read the same table.

mod table;

pub use table::{Check, Entry, Field, FieldError, Form, Given, Kind};
