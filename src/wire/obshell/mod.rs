//! The agent's API (`/api/v1`): sealing, envelope, errors, data-transfer types.
