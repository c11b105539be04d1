//! Model to frame. Draws; never asks, never waits, never changes the model.
