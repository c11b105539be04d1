//! The operator's session as state: model, messages, actions, update, effects.
