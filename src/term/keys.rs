//! What is typed, read in a thread of its own.
//!
//! Where the terminal vanishes while crossterm reads it, that read never comes
//! back: it takes the end of the file again and again. Here it holds up nobody;
//! the watch over the descriptor ends the program meanwhile.

use std::io;

use crossterm::event::{Event, EventStream};
use futures_util::StreamExt;
use tokio::runtime::Handle;
use tokio::sync::mpsc;

/// More than anybody types while a frame is drawn.
const AHEAD: usize = 64;

/// Reads until nobody listens any more.
pub(super) fn listen() -> io::Result<mpsc::Receiver<io::Result<Event>>> {
    let (tell, told) = mpsc::channel(AHEAD);
    let runtime = Handle::current();
    let read = async move {
        let mut keys = EventStream::new();
        loop {
            let key = tokio::select! {
                () = tell.closed() => return,
                key = keys.next() => key,
            };
            let Some(key) = key else { return };
            if tell.send(key).await.is_err() {
                return;
            }
        }
    };
    std::thread::Builder::new()
        .name("keys".to_owned())
        .spawn(move || runtime.block_on(read))?;
    Ok(told)
}
