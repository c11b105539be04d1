//! A file on its way to a server: read twice, held in memory never.
//!
//! The first reading makes the digest that is sealed or signed, the second one
//! sends. Both go through the same open file, so that another one in its place
//! changes nothing; that it was written to meanwhile shows in its length, its
//! time or the digest of what was sent, before the end of the form leaves.

use std::fs::File;
use std::io::{self, Read as _, Seek as _};
use std::path::Path;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, ready};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use rust_i18n::t;
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::http::Lacking;
use super::{Cut, LinkError, Transfer};
use crate::fleet::transfer::Step;
use crate::wire::multipart::{Digester, Form, Proof};

/// Pieces of a file.
const PIECE: usize = 128 << 10;
/// Pieces that wait to be sent.
const AHEAD: usize = 4;

/// A connection on which nothing moves for so long is broken.
const STILL: Duration = Duration::from_secs(60);
/// A server may look at a package for so long before it answers.
const ANSWER: Duration = Duration::from_secs(600);
/// An agent closes a connection after this (`api/obshell.md §1.1`).
pub(super) const LONGEST: Duration = Duration::from_secs(3600);

/// Length and time of a file.
type Mark = (u64, Option<SystemTime>);

fn mark(file: &File) -> io::Result<Mark> {
    let meta = file.metadata()?;
    Ok((meta.len(), meta.modified().ok()))
}

/// An open file, with the form around it.
#[derive(Debug)]
pub(crate) struct Upload {
    source: Source,
    form: Form,
    transfer: Transfer,
    /// What the first reading made.
    digest: Option<(Proof, String)>,
    /// Why the second one stopped.
    fault: Arc<OnceLock<String>>,
}

#[derive(Debug)]
struct Source {
    path: String,
    file: File,
    mark: Mark,
}

impl Upload {
    /// Opens the file and, where its digest is wanted, reads it once.
    pub async fn open(
        path: &str,
        proof: Option<Proof>,
        transfer: &Transfer,
    ) -> Result<Self, LinkError> {
        let (path, transfer) = (path.to_owned(), transfer.clone());
        let opened = tokio::task::spawn_blocking(move || Self::opened(path, proof, transfer));
        let opened = opened.await;
        // Who watches sees the end of the reading before the sending begins.
        tokio::task::yield_now().await;
        match opened {
            Ok(upload) => upload.map_err(LinkError::NotAsked),
            Err(error) => Err(LinkError::NotAsked(error.to_string())),
        }
    }

    fn opened(path: String, proof: Option<Proof>, transfer: Transfer) -> Result<Self, String> {
        let said = |error: io::Error| said(&path, &error);
        let file = File::open(&path).map_err(said)?;
        if !file.metadata().map_err(said)?.is_file() {
            return Err(t!("%{path}: this is no file", path = path).into_owned());
        }
        let mark = mark(&file).map_err(said)?;
        let name = Path::new(&path).file_name();
        let name = name.map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        let form = Form::of(&name, mark.0);
        let mut upload = Self {
            source: Source { path, file, mark },
            form,
            transfer,
            digest: None,
            fault: Arc::default(),
        };
        if let Some(proof) = proof {
            let digest = upload.read(proof)?;
            upload.digest = Some((proof, digest));
        }
        Ok(upload)
    }

    fn read(&mut self, proof: Proof) -> Result<String, String> {
        let mut digester = Digester::new(proof, &self.form);
        let (transfer, of) = (&self.transfer, self.form.content());
        let mut done = 0;
        transfer.report(Step::Reading, 0, of);
        self.source.each::<String>(|piece| {
            transfer.may_leave().map_err(|error| error.to_string())?;
            digester.add(piece);
            done += piece.len() as u64;
            transfer.report(Step::Reading, done, of);
            Ok(())
        })?;
        Ok(digester.end(&self.form))
    }

    /// The form around the file.
    pub fn form(&self) -> &Form {
        &self.form
    }

    /// The digest that was asked for.
    pub fn digest(&self) -> &str {
        self.digest.as_ref().map_or("", |(_, digest)| digest)
    }

    /// The body, and who watches over it.
    pub fn send(mut self) -> (reqwest::Body, Watch) {
        let left = self.form.length();
        let watch = Watch {
            transfer: self.transfer.clone(),
            fault: Arc::clone(&self.fault),
            of: left,
        };
        self.transfer.report(Step::Sending, 0, left);
        let (pieces, stream) = mpsc::channel(AHEAD);
        let transfer = self.transfer.clone();
        tokio::task::spawn_blocking(move || {
            // Where nobody takes the pieces any more there is nobody to tell.
            if let Err(Some(why)) = self.pour(&pieces) {
                let _ = self.fault.set(why.clone());
                let _ = pieces.blocking_send(Err(why));
            }
        });
        let body = Stream {
            pieces: stream,
            transfer,
            of: left,
            left,
        };
        (reqwest::Body::wrap(body), watch)
    }

    /// The whole body, piece by piece. The error is a sentence, or nothing
    /// where nobody takes it.
    fn pour(&mut self, to: &mpsc::Sender<Result<Bytes, String>>) -> Result<(), Option<String>> {
        let give = |piece: &[u8]| {
            let piece = Ok(Bytes::copy_from_slice(piece));
            to.blocking_send(piece).map_err(|_| None)
        };
        let first = self.digest.as_ref();
        let mut again = first.map(|(proof, _)| Digester::new(*proof, &self.form));
        give(self.form.head())?;
        self.source.each(|piece| {
            if let Some(again) = &mut again {
                again.add(piece);
            }
            give(piece)
        })?;
        let again = again.map(|again| again.end(&self.form));
        if first.map(|(_, digest)| digest) != again.as_ref() {
            return Err(Some(self.source.changed()));
        }
        give(self.form.tail())
    }
}

impl Source {
    /// Each piece of the file from its beginning; it must be what it was.
    fn each<E: From<String>>(
        &mut self,
        mut each: impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        let path = self.path.clone();
        let said = |error: io::Error| said(&path, &error);
        self.file.rewind().map_err(said)?;
        let mut buffer = vec![0; PIECE];
        let mut left = self.mark.0;
        while left > 0 {
            let most = usize::try_from(left).unwrap_or(PIECE).min(PIECE);
            let room = buffer.get_mut(..most).unwrap_or_default();
            let count = match self.file.read(room) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                count => count.map_err(said)?,
            };
            if count == 0 {
                return Err(self.changed().into());
            }
            left -= count as u64;
            each(buffer.get(..count).unwrap_or_default())?;
        }
        if mark(&self.file).map_err(said)? != self.mark {
            return Err(self.changed().into());
        }
        Ok(())
    }

    fn changed(&self) -> String {
        t!("%{path} changed while it was read", path = self.path).into_owned()
    }
}

fn said(path: &str, error: &io::Error) -> String {
    t!("%{path}: %{why}", path = path, why = error).into_owned()
}

/// The body as the connection takes it.
struct Stream {
    pieces: mpsc::Receiver<Result<Bytes, String>>,
    transfer: Transfer,
    of: u64,
    left: u64,
}

impl Body for Stream {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let piece = match ready!(self.pieces.poll_recv(cx)) {
            None => return Poll::Ready(None),
            Some(Err(why)) => return Poll::Ready(Some(Err(io::Error::other(why)))),
            Some(Ok(piece)) => piece,
        };
        self.left = self.left.saturating_sub(piece.len() as u64);
        if self.left == 0 && !self.transfer.finish() {
            return Poll::Ready(Some(Err(io::ErrorKind::Interrupted.into())));
        }
        let (step, done) = match self.left {
            0 => (Step::Waiting, self.of),
            left => (Step::Sending, self.of - left),
        };
        self.transfer.report(step, done, self.of);
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}

/// Watches over a body that is sent.
pub(crate) struct Watch {
    transfer: Transfer,
    fault: Arc<OnceLock<String>>,
    of: u64,
}

impl Watch {
    /// Waits for an answer as long as something moves and nobody gives it up.
    /// When there is none, the end of the body has left or never will.
    pub async fn over<T>(
        self,
        endpoint: &str,
        exchange: impl Future<Output = Result<T, Lacking>>,
    ) -> Result<T, Lacking> {
        let ended = tokio::select! {
            biased;
            came = exchange => came,
            () = self.transfer.given_up() => Err(Lacking::NoAnswer(
                t!("it was given up while its answer was awaited").into_owned(),
            )),
            reason = self.stands_still() => Err(Lacking::NoAnswer(reason)),
        };
        let sent = self.transfer.progress().done;
        let unfinished = self.transfer.close();
        match ended {
            Err(Lacking::NoAnswer(reason)) if unfinished => Err(Lacking::Cut {
                why: match self.fault.get() {
                    Some(why) => Cut::File(why.clone()),
                    None if self.transfer.is_given_up() => Cut::GivenUp,
                    None => Cut::Connection {
                        endpoint: endpoint.to_owned(),
                        reason,
                    },
                },
                sent,
                of: self.of,
            }),
            ended => ended,
        }
    }

    async fn stands_still(&self) -> String {
        let mut moved = self.transfer.watch();
        loop {
            let since = Instant::now();
            let waits = self.transfer.progress().step == Step::Waiting;
            let patience = if waits { ANSWER } else { STILL };
            if let Ok(Ok(())) = tokio::time::timeout(patience, moved.changed()).await {
                continue;
            }
            let s = since.elapsed().as_secs();
            return if waits {
                t!("nothing came within %{s} s", s = s).into_owned()
            } else {
                t!("nothing moved for %{s} s", s = s).into_owned()
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn watch(transfer: &Transfer) -> Watch {
        Watch {
            transfer: transfer.clone(),
            fault: Arc::default(),
            of: 1000,
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_on_which_nothing_moves_is_given_up_in_time() {
        let transfer = Transfer::default();
        transfer.report(Step::Sending, 0, 1000);
        let began = Instant::now();
        let moves = async {
            for done in 1..=3 {
                tokio::time::sleep(STILL / 2).await;
                transfer.report(Step::Sending, done, 1000);
            }
            std::future::pending::<Result<(), Lacking>>().await
        };
        let ended = watch(&transfer).over("10.0.0.5:2886", moves).await;
        let Err(Lacking::Cut {
            why: Cut::Connection { reason, .. },
            sent: 3,
            of: 1000,
        }) = ended
        else {
            panic!("{ended:?}");
        };
        assert_eq!(reason, "nothing moved for 60 s");
        assert_eq!(began.elapsed(), STILL * 5 / 2);
    }

    #[tokio::test(start_paused = true)]
    async fn the_answer_may_take_longer_and_its_loss_is_one() {
        let transfer = Transfer::default();
        transfer.report(Step::Waiting, 1000, 1000);
        assert!(transfer.finish());
        let began = Instant::now();
        let never = std::future::pending::<Result<(), Lacking>>();
        let ended = watch(&transfer).over("10.0.0.5:2886", never).await;
        let reason = "nothing came within 600 s".to_owned();
        assert_eq!(ended, Err(Lacking::NoAnswer(reason)));
        assert_eq!(began.elapsed(), ANSWER);
    }
}
