//! Sealing a request: the header that proves the password, and the body that
//! only the agent can read (`api/obshell.md §2.3`–`§2.5`).

use std::io;

use aes::Aes128;
use aes::cipher::block_padding::Pkcs7;
use aes::cipher::{BlockModeEncrypt as _, KeyIvInit as _};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rsa::Pkcs1v15Encrypt;
use rsa::rand_core::OsRng;
use zeroize::Zeroizing;

use super::key::PublicKey;
use crate::base::Secret;
use crate::fleet::request::{Body, Request};
use crate::wire::multipart::Form;

/// Every client cuts the header into chunks of 53 bytes: they fit the smallest key.
const CHUNK: usize = 53;
/// What PKCS#1 v1.5 takes of a block.
const PKCS1: usize = 11;

/// Which password it is, and so which header carries it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Header {
    /// root@sys, `X-OCS-Header`.
    Root,
    /// The agent password, `X-OCS-Agent-Header`.
    Agent,
}

impl Header {
    /// Its name on the wire.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Root => "X-OCS-Header",
            Self::Agent => "X-OCS-Agent-Header",
        }
    }
}

/// What proves who we are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Proof {
    /// A password; the empty one counts.
    Password(Secret),
    /// The id of a login session (agents from 4.4.0).
    Session(Secret),
}

/// A proof and the header it goes in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credential {
    /// The header.
    pub header: Header,
    /// What is in it.
    pub proof: Proof,
}

impl Credential {
    /// root's password.
    #[must_use]
    pub fn root(password: Secret) -> Self {
        Self {
            header: Header::Root,
            proof: Proof::Password(password),
        }
    }

    /// The agent password.
    #[must_use]
    pub fn agent(password: Secret) -> Self {
        Self {
            header: Header::Agent,
            proof: Proof::Password(password),
        }
    }
}

/// How an agent wants to be talked to; older ones differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dialect {
    /// v1 (agents 4.2.2) or v2.
    pub scheme: Scheme,
    /// `rootPwd` in a body goes sealed once more (agents before 4.2.4).
    pub seals_root_password: bool,
}

/// Which form of sealing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// `X-OCS-Auth`, one block, bodies in clear.
    V1,
    /// `X-OCS-Header` or `X-OCS-Agent-Header`, bodies encrypted.
    V2,
}

impl Default for Dialect {
    fn default() -> Self {
        Self {
            scheme: Scheme::V2,
            seals_root_password: false,
        }
    }
}

/// A request ready to leave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    /// Headers in the order they are set.
    pub headers: Vec<(&'static str, String)>,
    /// The body as it goes on the wire; empty for none.
    pub body: Vec<u8>,
}

/// Why a request cannot be sealed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// v1 has room for one block only.
    #[error(
        "the password is too long for an agent of 4.2.2: its key has room for {room} bytes, the password needs {needed}"
    )]
    PasswordTooLong {
        /// Bytes that are left for the password.
        room: usize,
        /// Bytes it takes as JSON.
        needed: usize,
    },
    /// v1 knows neither sessions nor agent passwords.
    #[error("an agent of 4.2.2 knows only the password of root")]
    NotInV1,
    /// The system has no randomness, or the key refused.
    #[error("the request cannot be sealed: {0}")]
    Cipher(String),
}

/// A request without a credential, for open routes and for the socket of this
/// machine: nothing is sealed.
#[must_use]
pub fn open(request: &Request) -> Sealed {
    Sealed {
        headers: vec![content_type()],
        body: request
            .body
            .as_ref()
            .map(|body| json(body).to_vec())
            .unwrap_or_default(),
    }
}

/// Seals a request for one agent. `expires` is the moment, in unix seconds of
/// the *agent's* clock, after which the header is worth nothing.
pub fn seal(
    request: &Request,
    dialect: Dialect,
    key: &PublicKey,
    credential: &Credential,
    expires: i64,
) -> Result<Sealed, SealError> {
    let body = request
        .body
        .as_ref()
        .map(|body| {
            if dialect.seals_root_password {
                sealed_root_password(body, key).map(|body| json(&body))
            } else {
                Ok(json(body))
            }
        })
        .transpose()?;
    match dialect.scheme {
        Scheme::V1 => v1(body, key, credential, expires),
        Scheme::V2 => v2(&request.path, body, key, credential, expires),
    }
}

/// The headers of an upload, whose body goes in clear: the SHA-256 of the file is
/// sealed beside the credential. Without one (the socket of this machine) only
/// the digest is sealed.
pub fn upload(
    request: &Request,
    form: &Form,
    digest: &str,
    key: &PublicKey,
    credential: Option<&Credential>,
    expires: i64,
) -> Result<Vec<(&'static str, String)>, SealError> {
    let mut headers = vec![
        ("Content-Type", form.content_type()),
        ("X-OCS-File-SHA256", sealed_chunks(key, digest.as_bytes())?),
    ];
    if let Some(credential) = credential {
        let keys = fresh_keys()?;
        let header = v2_header(&request.path, &keys, credential, expires);
        headers.push((credential.header.name(), sealed_chunks(key, &header)?));
    }
    Ok(headers)
}

/// In chunks that fit the smallest key, base64 of them all.
fn sealed_chunks(key: &PublicKey, clear: &[u8]) -> Result<String, SealError> {
    let mut blocks = Vec::with_capacity(clear.len().div_ceil(CHUNK) * key.block());
    for chunk in clear.chunks(CHUNK) {
        blocks.extend_from_slice(&encrypted(key, chunk)?);
    }
    Ok(STANDARD.encode(blocks))
}

fn v1(
    body: Option<Zeroizing<Vec<u8>>>,
    key: &PublicKey,
    credential: &Credential,
    expires: i64,
) -> Result<Sealed, SealError> {
    let Credential {
        header: Header::Root,
        proof: Proof::Password(password),
    } = credential
    else {
        return Err(SealError::NotInV1);
    };
    let frame = format!(r#"{{"password":,"ts":{expires}}}"#).len();
    let mut text = buffer(frame + escaped(password));
    text.extend_from_slice(br#"{"password":"#);
    quote(&mut text, password.reveal());
    text.extend_from_slice(format!(r#","ts":{expires}}}"#).as_bytes());
    let room = key.block() - PKCS1;
    if text.len() > room {
        return Err(SealError::PasswordTooLong {
            room: room.saturating_sub(frame + 2),
            needed: text.len() - frame - 2,
        });
    }
    Ok(Sealed {
        headers: vec![
            content_type(),
            ("X-OCS-Auth", STANDARD.encode(encrypted(key, &text)?)),
        ],
        body: body.map(|body| body.to_vec()).unwrap_or_default(),
    })
}

fn v2(
    uri: &str,
    body: Option<Zeroizing<Vec<u8>>>,
    key: &PublicKey,
    credential: &Credential,
    expires: i64,
) -> Result<Sealed, SealError> {
    v2_with(&fresh_keys()?, uri, body, key, credential, expires)
}

/// AES key and IV of one request.
pub(super) type Keys = Zeroizing<[u8; 32]>;

pub(super) fn fresh_keys() -> Result<Keys, SealError> {
    let mut keys = Zeroizing::new([0_u8; 32]);
    getrandom::fill(keys.as_mut_slice()).map_err(|error| SealError::Cipher(error.to_string()))?;
    Ok(keys)
}

pub(super) fn v2_with(
    keys: &Keys,
    uri: &str,
    body: Option<Zeroizing<Vec<u8>>>,
    key: &PublicKey,
    credential: &Credential,
    expires: i64,
) -> Result<Sealed, SealError> {
    let header = v2_header(uri, keys, credential, expires);
    Ok(Sealed {
        headers: vec![
            content_type(),
            (credential.header.name(), sealed_chunks(key, &header)?),
        ],
        body: match body {
            Some(body) if !body.is_empty() => v2_body(body, keys)?.into_bytes(),
            _ => Vec::new(),
        },
    })
}

/// The JSON that is sealed into a v2 header.
fn v2_header(
    uri: &str,
    keys: &[u8; 32],
    credential: &Credential,
    expires: i64,
) -> Zeroizing<Vec<u8>> {
    let (name, proof) = match &credential.proof {
        Proof::Password(password) => ("Auth", password),
        Proof::Session(session) => ("session_id", session),
    };
    let mut text = buffer(160 + uri.len() * 6 + escaped(proof));
    text.extend_from_slice(format!(r#"{{"{name}":"#).as_bytes());
    quote(&mut text, proof.reveal());
    text.extend_from_slice(format!(r#","Ts":"{expires}","Uri":"#).as_bytes());
    quote(&mut text, uri);
    text.extend_from_slice(br#","Keys":""#);
    text.extend_from_slice(Zeroizing::new(STANDARD.encode(keys)).as_bytes());
    text.extend_from_slice(br#""}"#);
    text
}

/// Base64 of the AES-128-CBC of the clear body, key and IV as the header names them.
fn v2_body(mut clear: Zeroizing<Vec<u8>>, keys: &[u8; 32]) -> Result<String, SealError> {
    let (key, iv) = keys.split_at(16);
    let cipher = cbc::Encryptor::<Aes128>::new_from_slices(key, iv)
        .map_err(|error| SealError::Cipher(error.to_string()))?;
    let len = clear.len();
    // `json` left room for the padding, so growing here moves nothing.
    clear.resize(len + 16 - len % 16, 0);
    let sealed = cipher
        .encrypt_padded::<Pkcs7>(&mut clear, len)
        .map_err(|error| SealError::Cipher(error.to_string()))?;
    Ok(STANDARD.encode(sealed))
}

fn encrypted(key: &PublicKey, clear: &[u8]) -> Result<Vec<u8>, SealError> {
    key.rsa()
        .encrypt(&mut OsRng, Pkcs1v15Encrypt, clear)
        .map_err(|error| SealError::Cipher(error.to_string()))
}

/// A copy of the body whose `rootPwd` is RSA-encrypted, as agents before 4.2.4 want it.
fn sealed_root_password(body: &Body, key: &PublicKey) -> Result<Body, SealError> {
    let Body::Map(entries) = body else {
        return Ok(body.clone());
    };
    let sealed = entries.iter().map(|(name, value)| match value {
        Body::Secret(password) if name == "rootPwd" => {
            let text = STANDARD.encode(encrypted(key, password.reveal().as_bytes())?);
            Ok((name.clone(), Body::Plain(text.into())))
        }
        other => Ok((name.clone(), other.clone())),
    });
    sealed.collect::<Result<_, _>>().map(Body::Map)
}

fn content_type() -> (&'static str, String) {
    ("Content-Type", "application/json".to_owned())
}

/// A buffer that never grows, so that no copy of a secret stays behind.
fn buffer(capacity: usize) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(Vec::with_capacity(capacity))
}

/// Most bytes that a text can take as a JSON string.
fn escaped(secret: &Secret) -> usize {
    secret.reveal().len() * 6 + 2
}

fn quote(into: &mut Vec<u8>, text: &str) {
    // Writing a string into memory cannot fail.
    let _ = serde_json::to_writer(into, text);
}

/// The clear body, in a buffer with room for the padding.
fn json(body: &Body) -> Zeroizing<Vec<u8>> {
    let mut count = Count(0);
    let _ = write_json(body, &mut count);
    let mut text = buffer(count.0 + 16);
    let _ = write_json(body, &mut *text);
    text
}

struct Count(usize);

impl io::Write for Count {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn write_json(body: &Body, to: &mut impl io::Write) -> io::Result<()> {
    match body {
        Body::Plain(value) => serde_json::to_writer(&mut *to, value)?,
        // It is no JSON: it goes as a form.
        Body::File(_) => serde_json::to_writer(&mut *to, &serde_json::Value::Null)?,
        Body::Secret(secret) => serde_json::to_writer(&mut *to, secret.reveal())?,
        Body::List(items) => {
            to.write_all(b"[")?;
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    to.write_all(b",")?;
                }
                write_json(item, to)?;
            }
            to.write_all(b"]")?;
        }
        Body::Map(entries) => {
            to.write_all(b"{")?;
            for (at, (name, item)) in entries.iter().enumerate() {
                if at > 0 {
                    to.write_all(b",")?;
                }
                serde_json::to_writer(&mut *to, name)?;
                to.write_all(b":")?;
                write_json(item, to)?;
            }
            to.write_all(b"}")?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
