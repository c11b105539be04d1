//! A form of one file, as both APIs take a package: what stands before the
//! file, what stands behind it, and the digests that are sealed or signed.

use std::fmt::Write as _;

use md5::Md5;
use sha2::{Digest as _, Sha256};

/// Between the parts; no package holds it.
const FENCE: &str = "obdeck-5b0e7c94d1a2f863";

/// The frame of a form with the one part `file`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form {
    head: Vec<u8>,
    content: u64,
    tail: Vec<u8>,
}

impl Form {
    /// A form for a file of that name and length.
    #[must_use]
    pub fn of(name: &str, content: u64) -> Self {
        let plain: String = name
            .chars()
            .map(|c| if c.is_control() || c == '"' { '_' } else { c })
            .collect();
        Self {
            head: format!(
                "--{FENCE}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{plain}\"\r\n\
                 Content-Type: application/octet-stream\r\n\r\n"
            )
            .into_bytes(),
            content,
            tail: format!("\r\n--{FENCE}--\r\n").into_bytes(),
        }
    }

    /// The header that names the fence.
    #[must_use]
    pub fn content_type(&self) -> String {
        format!("multipart/form-data; boundary={FENCE}")
    }

    /// What is sent before the file.
    #[must_use]
    pub fn head(&self) -> &[u8] {
        &self.head
    }

    /// What is sent behind it. Without it the form has no end, and no server
    /// takes the file.
    #[must_use]
    pub fn tail(&self) -> &[u8] {
        &self.tail
    }

    /// Bytes of the file.
    #[must_use]
    pub fn content(&self) -> u64 {
        self.content
    }

    /// Bytes of the whole body.
    #[must_use]
    pub fn length(&self) -> u64 {
        self.content + (self.head.len() + self.tail.len()) as u64
    }
}

/// What a request says of its body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// SHA-256 of the file: an agent wants it sealed.
    File,
    /// MD5 of the whole body: a platform wants it signed.
    Body,
}

/// Takes the bytes of the file in, in any pieces.
#[derive(Clone, Debug)]
pub enum Digester {
    /// For [`Proof::File`].
    File(Sha256),
    /// For [`Proof::Body`].
    Body(Md5),
}

impl Digester {
    /// One that has seen nothing of the file.
    #[must_use]
    pub fn new(proof: Proof, form: &Form) -> Self {
        match proof {
            Proof::File => Self::File(Sha256::new()),
            Proof::Body => Self::Body(Md5::new_with_prefix(&form.head)),
        }
    }

    /// The next bytes of the file.
    pub fn add(&mut self, piece: &[u8]) {
        match self {
            Self::File(sha) => sha.update(piece),
            Self::Body(md5) => md5.update(piece),
        }
    }

    /// In the letters that the API wants.
    #[must_use]
    pub fn end(self, form: &Form) -> String {
        match self {
            Self::File(sha) => hex(&sha.finalize()).to_ascii_lowercase(),
            Self::Body(mut md5) => {
                md5.update(&form.tail);
                hex(&md5.finalize())
            }
        }
    }
}

/// Upper-case hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02X}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_those_of_what_is_sent() {
        let file = b"\xed\xab\xee\xdb not really";
        let form = Form::of("a\"\n.rpm", file.len() as u64);
        let body = [form.head(), file, form.tail()].concat();
        assert_eq!(form.length(), body.len() as u64);
        assert!(String::from_utf8_lossy(&body).contains("filename=\"a__.rpm\"\r\n"));
        for (proof, whole) in [
            (Proof::File, hex(&Sha256::digest(file)).to_lowercase()),
            (Proof::Body, hex(&Md5::digest(&body))),
        ] {
            let mut digester = Digester::new(proof, &form);
            file.chunks(3).for_each(|piece| digester.add(piece));
            assert_eq!(digester.end(&form), whole, "{proof:?}");
        }
    }
}
