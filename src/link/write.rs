//! The right to change something, as a value.

/// Who holds this may send requests that change something. It is made only by
/// [`WriteAccess::grant`], which refuses in read-only mode.
///
/// No program that compiles has one without being granted it:
///
/// ```compile_fail,E0423
/// let forged = obdeck::link::WriteAccess(());
/// ```
///
/// ```compile_fail,E0277
/// fn copied<T: Clone>() {}
/// copied::<obdeck::link::WriteAccess>();
/// ```
///
/// ```compile_fail,E0277
/// fn made_of_nothing<T: Default>() {}
/// made_of_nothing::<obdeck::link::WriteAccess>();
/// ```
///
/// and nothing is sent without one:
///
/// ```compile_fail,E0061
/// # use obdeck::{fleet::request::Request, link::Backend};
/// fn send(backend: &dyn Backend, request: &Request) {
///     let _ = backend.send(request);
/// }
/// ```
///
/// With one it compiles:
///
/// ```
/// # use obdeck::{fleet::request::Request, link::{Backend, WriteAccess}};
/// fn send(backend: &dyn Backend, access: &WriteAccess, request: &Request) {
///     let _ = backend.send(access, request);
/// }
/// assert!(WriteAccess::grant(true).is_none());
/// ```
#[derive(Debug)]
pub struct WriteAccess(());

impl WriteAccess {
    /// `None` in read-only mode: no request that changes anything can be sent.
    #[must_use]
    pub fn grant(read_only: bool) -> Option<Self> {
        (!read_only).then_some(Self(()))
    }
}
