//! A body of megabytes in pieces: each is gone as soon as it was sent, so that a
//! program that holds both ends never holds the whole of it twice.

use std::convert::Infallible;
use std::fmt::{self, Write};

use axum::body::{Body, Bytes};

/// A piece that is as long as this is finished.
const PIECE: usize = 64 * 1024;

/// Text that grows at its end.
#[derive(Debug, Default)]
pub(super) struct Text {
    finished: Vec<String>,
    open: String,
}

impl Text {
    /// How many bytes it has.
    pub fn len(&self) -> usize {
        self.finished.iter().map(String::len).sum::<usize>() + self.open.len()
    }

    /// One text after the other, nothing moved.
    pub fn append(&mut self, mut other: Self) {
        self.finished.push(std::mem::take(&mut self.open));
        self.finished.append(&mut other.finished);
        self.open = other.open;
    }

    /// As the body of an answer.
    pub fn body(self) -> Body {
        if self.finished.is_empty() {
            return Body::from(self.open);
        }
        let pieces = self.finished.into_iter().chain([self.open]);
        let pieces = pieces.filter(|piece| !piece.is_empty());
        let pieces = pieces.map(|piece| Ok::<_, Infallible>(Bytes::from(piece)));
        Body::from_stream(futures_util::stream::iter(pieces))
    }

    /// Its first bytes.
    pub fn first(self, count: usize) -> Bytes {
        let mut whole = self.finished.concat();
        whole.push_str(&self.open);
        Bytes::from(whole).slice(..count)
    }
}

impl Write for Text {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if self.open.capacity() == 0 && !self.finished.is_empty() {
            self.open.reserve(PIECE + 1024);
        }
        self.open.push_str(text);
        if self.open.len() >= PIECE {
            self.finished.push(std::mem::take(&mut self.open));
        }
        Ok(())
    }
}

impl<T: Into<String>> From<T> for Text {
    fn from(text: T) -> Self {
        Self {
            finished: Vec::new(),
            open: text.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_pieces_are_the_text() {
        let mut text = Text::from("[");
        let mut inner = Text::default();
        for number in 0..40_000 {
            write!(inner, "{number},").unwrap();
        }
        text.append(inner);
        text.write_str("0]").unwrap();
        let length = text.len();
        assert!(text.finished.len() > 3);
        let bytes = axum::body::to_bytes(text.body(), usize::MAX).await.unwrap();
        assert_eq!(bytes.len(), length);
        let numbers: Vec<u32> = serde_json::from_slice(&bytes).unwrap();
        assert_eq!((numbers.len(), numbers[39_999]), (40_001, 39_999));
        assert_eq!(Text::from("half").first(2), "ha");
    }
}
