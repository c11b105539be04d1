//! The agent's side of the sealing: its RSA key, opening headers and bodies.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};

use aes::cipher::{BlockModeDecrypt, BlockModeEncrypt, KeyIvInit, block_padding::Pkcs7};
use base64::{Engine, engine::general_purpose::STANDARD};
use rand_chacha::ChaCha20Rng;
use rsa::pkcs1::EncodeRsaPublicKey;
use rsa::rand_core::{OsRng, SeedableRng};
use rsa::traits::PublicKeyParts;
use rsa::{Pkcs1v15Encrypt, RsaPrivateKey};
use serde_json::Value;

/// One agent's private key and what it tells of it.
#[derive(Clone)]
pub(super) struct AgentKey {
    private: RsaPrivateKey,
    public: String,
}

/// Keys made in this process: tests start many simulations from the same seed.
static MADE: LazyLock<Mutex<HashMap<(u64, usize), AgentKey>>> = LazyLock::new(Mutex::default);

impl AgentKey {
    /// The key of agent `index`, `generation` counting its re-deployments.
    pub(super) fn derive(
        seed: u64,
        index: usize,
        generation: u64,
        bits: usize,
    ) -> Result<Self, rsa::Error> {
        let seed = seed
            .wrapping_mul(1_000_003)
            .wrapping_add((index as u64) << 20)
            .wrapping_add(generation);
        let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(key) = made.get(&(seed, bits)) {
            return Ok(key.clone());
        }
        let private = RsaPrivateKey::new(&mut ChaCha20Rng::seed_from_u64(seed), bits)?;
        let der = private.to_public_key().to_pkcs1_der()?;
        let key = Self {
            private,
            public: STANDARD.encode(der.as_bytes()),
        };
        made.insert((seed, bits), key.clone());
        Ok(key)
    }

    pub(super) fn bits(&self) -> usize {
        self.private.size() * 8
    }

    /// What `GET secret` tells: base64 of the PKCS#1 public key.
    pub(super) fn public(&self) -> &str {
        &self.public
    }

    /// A text that was sealed for this key once more, as `rootPwd` may be.
    pub(super) fn text(&self, value: &str) -> Option<String> {
        String::from_utf8(self.open(value)?).ok()
    }

    /// Open a header: base64 of blocks, each one a padded chunk of whatever size.
    pub(super) fn open(&self, value: &str) -> Option<Vec<u8>> {
        let sealed = STANDARD.decode(value.trim()).ok()?;
        let block = self.private.size();
        if sealed.is_empty() || sealed.len() % block != 0 {
            return None;
        }
        let mut plain = Vec::with_capacity(sealed.len());
        for chunk in sealed.chunks(block) {
            // Blinded, because of RUSTSEC-2023-0071: the time of private-key work
            // must tell nothing about the key, even that of a simulated agent.
            let mut part = self
                .private
                .decrypt_blinded(&mut OsRng, Pkcs1v15Encrypt, chunk)
                .ok()?;
            plain.append(&mut part);
        }
        Some(plain)
    }
}

/// What a client put into its header.
#[derive(Debug, Clone, Default)]
pub(super) struct Claims {
    /// The password in clear text.
    pub(super) auth: String,
    /// The moment of expiry, as sent.
    pub(super) ts: String,
    /// The request's path and query.
    pub(super) uri: String,
    /// Key and vector for the body.
    keys: Option<String>,
    /// The id of a login session, instead of the password.
    pub(super) session: Option<String>,
}

impl Claims {
    /// Open and read a header value; keys are matched without regard to case.
    pub(super) fn read(key: &AgentKey, value: &str) -> Option<Self> {
        let Value::Object(map) = serde_json::from_slice(&key.open(value)?).ok()? else {
            return None;
        };
        let mut claims = Self::default();
        for (name, value) in map {
            let text = match value {
                Value::String(text) => text,
                Value::Null => continue,
                // Go refuses to put anything else into a string field.
                _ if ["auth", "ts", "uri", "keys", "session_id"]
                    .contains(&name.to_ascii_lowercase().as_str()) =>
                {
                    return None;
                }
                _ => continue,
            };
            match name.to_ascii_lowercase().as_str() {
                "auth" => claims.auth = text,
                "ts" => claims.ts = text,
                "uri" => claims.uri = text,
                "keys" if !text.is_empty() => claims.keys = Some(text),
                "session_id" if !text.is_empty() => claims.session = Some(text),
                _ => {}
            }
        }
        Some(claims)
    }
}

impl Claims {
    /// The header of agents before 4.2.3: a password and the moment of expiry as a number.
    pub(super) fn read_first(key: &AgentKey, value: &str, uri: &str) -> Option<Self> {
        let Value::Object(map) = serde_json::from_slice(&key.open(value)?).ok()? else {
            return None;
        };
        Some(Self {
            auth: map.get("password")?.as_str()?.to_owned(),
            ts: map.get("ts")?.as_i64()?.to_string(),
            uri: uri.to_owned(),
            keys: None,
            session: None,
        })
    }
}

/// Why a body does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BodyError {
    /// A body without `Keys` in the header.
    NoKey,
    /// `Keys` is not 32 bytes of base64.
    KeyAndIv,
    /// Not a whole number of blocks.
    Length,
    /// The agent falls over these (a plain body, a padding that is none).
    Panic,
}

/// Open a body with the keys of its header.
pub(super) fn open_body(claims: &Claims, body: &[u8]) -> Result<Vec<u8>, BodyError> {
    if body.is_empty() {
        return Ok(b"{}".to_vec());
    }
    let keys = claims.keys.as_deref().ok_or(BodyError::NoKey)?;
    let keys = STANDARD.decode(keys).map_err(|_| BodyError::KeyAndIv)?;
    let (key, iv) = keys.split_at_checked(16).ok_or(BodyError::KeyAndIv)?;
    let mut text = body.to_vec();
    text.retain(|byte| !byte.is_ascii_whitespace());
    let mut sealed = STANDARD.decode(&text).map_err(|_| BodyError::Panic)?;
    if sealed.is_empty() || sealed.len() % 16 != 0 {
        return Err(BodyError::Length);
    }
    let cipher =
        cbc::Decryptor::<aes::Aes128>::new_from_slices(key, iv).map_err(|_| BodyError::KeyAndIv)?;
    cipher
        .decrypt_padded::<Pkcs7>(&mut sealed)
        .map(<[u8]>::to_vec)
        .map_err(|_| BodyError::Panic)
}

/// Seal a text with the keys of the request's header; none where they are missing or of another size.
pub(super) fn seal_text(claims: &Claims, text: &str) -> Option<String> {
    let keys = STANDARD.decode(claims.keys.as_deref()?).ok()?;
    let (key, iv) = keys.split_at_checked(16)?;
    let mut buffer = text.as_bytes().to_vec();
    buffer.resize(text.len() / 16 * 16 + 16, 0);
    let cipher = cbc::Encryptor::<aes::Aes128>::new_from_slices(key, iv).ok()?;
    let sealed = cipher
        .encrypt_padded::<Pkcs7>(&mut buffer, text.len())
        .ok()?;
    Some(STANDARD.encode(sealed))
}
