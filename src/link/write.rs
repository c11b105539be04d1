//! The right to change something, as a value.

/// Who holds this may send requests that change something. It is made only by
/// [`WriteAccess::grant`], which refuses in read-only mode.
#[derive(Debug)]
pub struct WriteAccess(());

impl WriteAccess {
    /// `None` in read-only mode: no request that changes anything can be sent.
    #[must_use]
    pub fn grant(read_only: bool) -> Option<Self> {
        (!read_only).then_some(Self(()))
    }
}
