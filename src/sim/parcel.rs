//! The body of a request as it comes in. A file is hashed on its way and not
//! kept: packages have hundreds of megabytes.

use std::time::Duration;

use axum::body::{Body, Bytes};
use futures_util::StreamExt as _;
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest as _, Sha256};

/// More than any request without a file has.
const LIMIT: usize = 64 << 20;
/// How far the head of a part may reach.
const HEAD: usize = 64 << 10;
/// So much of a file's beginning is kept.
const BEGINNING: usize = 96;

/// What happens to a body while it is taken in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Hindrance {
    /// The connection breaks after so many bytes.
    pub(super) cut: Option<u64>,
    /// So many bytes are taken a second.
    pub(super) slow: Option<u64>,
}

/// A body after it came.
#[derive(Debug, Clone, Default)]
pub(super) struct Taken {
    /// What is no form of several parts, whole.
    pub(super) body: Bytes,
    /// What is one.
    pub(super) parcel: Option<Parcel>,
}

/// A form of several parts, of which the first one was looked into.
#[derive(Debug, Clone, Default)]
pub(super) struct Parcel {
    /// MD5 of the whole form.
    pub(super) md5: [u8; 16],
    /// The file, where the form is whole and has one.
    pub(super) file: Option<File>,
}

/// A file, by all that is kept of it.
#[derive(Debug, Clone, Default)]
pub(super) struct File {
    /// The lines that stand before it.
    pub(super) head: String,
    /// How long it is.
    pub(super) size: u64,
    /// Its first bytes.
    pub(super) beginning: Vec<u8>,
    pub(super) sha256: [u8; 32],
    pub(super) sha1: [u8; 20],
}

impl File {
    /// `name` or `filename` of its head.
    pub(super) fn word(&self, key: &str) -> Option<&str> {
        let mut words = self.head.split(['\r', '\n', ';']);
        words.find_map(|word| {
            let (name, value) = word.trim().split_once('=')?;
            (name == key).then(|| value.trim_matches('"'))
        })
    }
}

/// Takes a body in; `None` where the connection broke before its end.
pub(super) async fn take(kind: &str, body: Body, hindrance: Hindrance) -> Option<Taken> {
    let mut unpacking = Unpacking::of(kind);
    let mut plain = Vec::new();
    let mut came = 0_u64;
    let mut stream = body.into_data_stream();
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.ok()?;
        came += chunk.len() as u64;
        if hindrance.cut.is_some_and(|after| came > after) {
            return None;
        }
        if let Some(rate) = hindrance.slow {
            let seconds = chunk.len() as f64 / rate.max(1) as f64;
            tokio::time::sleep(Duration::from_secs_f64(seconds)).await;
        }
        match &mut unpacking {
            Some(unpacking) => unpacking.add(&chunk),
            None if plain.len() + chunk.len() > LIMIT => return None,
            None => plain.extend_from_slice(&chunk),
        }
    }
    Some(Taken {
        body: plain.into(),
        parcel: unpacking.map(Unpacking::end),
    })
}

/// Where in the form one is.
enum Place {
    /// Before the first part's content.
    Head,
    /// In it.
    Content,
    /// Behind it.
    Behind,
}

struct Unpacking {
    /// What ends a part.
    fence: Vec<u8>,
    place: Place,
    /// What may still belong to a fence.
    held: Vec<u8>,
    file: File,
    sha256: Sha256,
    sha1: Sha1,
    md5: Md5,
}

impl Unpacking {
    fn of(kind: &str) -> Option<Self> {
        let boundary = kind
            .strip_prefix("multipart/form-data")?
            .split("boundary=")
            .nth(1)?
            .trim_matches('"');
        Some(Self {
            fence: format!("\r\n--{boundary}").into_bytes(),
            place: Place::Head,
            // The first fence has no line before it.
            held: b"\r\n".to_vec(),
            file: File::default(),
            sha256: Sha256::new(),
            sha1: Sha1::new(),
            md5: Md5::new(),
        })
    }

    fn add(&mut self, chunk: &[u8]) {
        self.md5.update(chunk);
        if matches!(self.place, Place::Behind) {
            return;
        }
        self.held.extend_from_slice(chunk);
        if matches!(self.place, Place::Head) && !self.enter() {
            return;
        }
        let (content, ends) = match find(&self.held, &self.fence) {
            Some(at) => (at, true),
            None => (
                (self.held.len() + 1).saturating_sub(self.fence.len()),
                false,
            ),
        };
        let content: Vec<u8> = self.held.drain(..content).collect();
        self.keep(&content);
        if ends {
            self.place = Place::Behind;
        }
    }

    /// Goes over the head; whether it has come whole.
    fn enter(&mut self) -> bool {
        if self.held.len() < self.fence.len() {
            return false;
        }
        let Some(blank) = find(&self.held, b"\r\n\r\n") else {
            self.held.truncate(HEAD);
            return false;
        };
        let head: Vec<u8> = self.held.drain(..blank + 4).collect();
        if let Some(at) = find(&head, &self.fence) {
            let lines = head.get(at + self.fence.len()..).unwrap_or_default();
            let lines = String::from_utf8_lossy(lines);
            lines.trim().clone_into(&mut self.file.head);
        }
        self.place = Place::Content;
        true
    }

    fn keep(&mut self, content: &[u8]) {
        let missing = BEGINNING.saturating_sub(self.file.beginning.len());
        let beginning = content.iter().take(missing);
        self.file.beginning.extend(beginning);
        self.file.size += content.len() as u64;
        self.sha256.update(content);
        self.sha1.update(content);
    }

    fn end(self) -> Parcel {
        let whole = matches!(self.place, Place::Behind) && !self.file.head.is_empty();
        let file = File {
            sha256: self.sha256.finalize().into(),
            sha1: self.sha1.finalize().into(),
            ..self.file
        };
        Parcel {
            md5: self.md5.finalize().into(),
            file: whole.then_some(file),
        }
    }
}

fn find(text: &[u8], wanted: &[u8]) -> Option<usize> {
    let first = wanted.first()?;
    let mut from = 0;
    loop {
        let rest = text.get(from..)?;
        let at = from + rest.iter().position(|byte| byte == first)?;
        if text.get(at..)?.starts_with(wanted) {
            return Some(at);
        }
        from = at + 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FORM: &[u8] =
        b"--xy\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.rpm\"\r\n\
        Content-Type: application/octet-stream\r\n\r\n\x00\r\n--x\xff\r\n--xy--\r\n";

    fn unpacked(pieces: usize, form: &[u8]) -> Parcel {
        let mut unpacking = Unpacking::of("multipart/form-data; boundary=xy").unwrap();
        for piece in form.chunks(pieces) {
            unpacking.add(piece);
        }
        unpacking.end()
    }

    #[test]
    fn a_file_is_found_between_its_fences_however_it_comes() {
        for pieces in 1..FORM.len() {
            let parcel = unpacked(pieces, FORM);
            let file = parcel.file.unwrap();
            assert_eq!(file.beginning, b"\x00\r\n--x\xff", "{pieces}");
            assert_eq!(file.size, 7);
            assert_eq!(
                file.sha256,
                <[u8; 32]>::from(Sha256::digest(b"\x00\r\n--x\xff"))
            );
            assert_eq!(file.word("name"), Some("file"));
            assert_eq!(file.word("filename"), Some("a.rpm"));
            assert_eq!(parcel.md5, <[u8; 16]>::from(Md5::digest(FORM)));
        }
    }

    #[test]
    fn a_form_without_its_end_has_no_file() {
        for length in [0, 5, 60, FORM.len() - 9] {
            assert!(unpacked(7, &FORM[..length]).file.is_none(), "{length}");
        }
        assert!(Unpacking::of("application/json").is_none());
    }
}
