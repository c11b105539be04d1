//! An agent's public key and the fingerprint that is pinned.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use rsa::RsaPublicKey;
use rsa::pkcs1::DecodeRsaPublicKey as _;
use rsa::traits::PublicKeyParts as _;
use sha2::{Digest as _, Sha256};

/// Smallest modulus, in bytes, that holds the 53-byte chunks of every client (`api/obshell.md §2.4`).
const SMALLEST: usize = 64;

/// An agent's RSA key, as `GET /api/v1/secret` hands it out (`api/obshell.md §2.1`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey {
    rsa: RsaPublicKey,
    fingerprint: Fingerprint,
}

/// Why a text is no key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Not base64.
    #[error("the public key is not base64: {0}")]
    Base64(String),
    /// Not the DER of a PKCS#1 `RSAPublicKey`.
    #[error("the public key is no RSA key: {0}")]
    Der(String),
    /// Too small to seal anything with.
    #[error("the public key has {0} bits; 512 are the least")]
    Small(usize),
}

impl PublicKey {
    /// Reads the padded base64 of the DER PKCS#1 `RSAPublicKey`, any modulus from 512 bits.
    pub fn from_base64(text: &str) -> Result<Self, KeyError> {
        let der = STANDARD
            .decode(text.trim())
            .map_err(|error| KeyError::Base64(error.to_string()))?;
        let rsa =
            RsaPublicKey::from_pkcs1_der(&der).map_err(|error| KeyError::Der(error.to_string()))?;
        if rsa.size() < SMALLEST {
            return Err(KeyError::Small(rsa.n().bits()));
        }
        Ok(Self {
            rsa,
            fingerprint: Fingerprint(Sha256::digest(&der).into()),
        })
    }

    /// What is pinned and compared.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        self.fingerprint
    }

    /// Bytes of one encrypted block.
    #[must_use]
    pub fn block(&self) -> usize {
        self.rsa.size()
    }

    pub(super) fn rsa(&self) -> &RsaPublicKey {
        &self.rsa
    }
}

/// The SHA-256 of a key's DER. Displays as `SHA256:` and unpadded base64, as SSH does.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    /// Reads what [`fmt::Display`] writes; padding and blanks around it do not matter.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let digest = text.trim().strip_prefix("SHA256:")?.trim_end_matches('=');
        let bytes = STANDARD_NO_PAD.decode(digest).ok()?;
        Some(Self(bytes.try_into().ok()?))
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SHA256:{}", STANDARD_NO_PAD.encode(self.0))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY_512: &str = "MEgCQQDh7hw1v9AEq/CissIiEi1txnTzY/l0pnABcq+hljW9PxEsOIreyhaXnaAOg0oR8dSZ0FtBUW9+C23yF2ihPJ2vAgMBAAE=";
    const KEY_1024: &str = "MIGJAoGBAL+KoMpgfBwhBJBnWfKbwqLHs67awYbj+9J8scLyyNYrIhYG59KD5RF6rptbRK0u5WhYWtX1BfLlJ5XaT8O/VazbtynUSJuTz431V7HruIPAnpYuN39SwfDfD1A/GtjzjlmVQ3iO6tzCCqUOCIQcSTbi5hPIXWIhizOGAylDl8IrAgMBAAE=";

    #[test]
    fn derives_the_block_from_the_modulus() {
        assert_eq!(PublicKey::from_base64(KEY_512).unwrap().block(), 64);
        assert_eq!(PublicKey::from_base64(KEY_1024).unwrap().block(), 128);
    }

    #[test]
    fn says_what_is_wrong_with_a_key() {
        assert!(matches!(
            PublicKey::from_base64("not base64!"),
            Err(KeyError::Base64(_))
        ));
        assert!(matches!(
            PublicKey::from_base64("AAAA"),
            Err(KeyError::Der(_))
        ));
        // 256-bit modulus
        let small = "MCgCIQDAhkMEzsVaxpTVvR8XnFGCHBmnASbG9h7mV8KV2ZqJ6QIDAQAB";
        assert!(matches!(
            PublicKey::from_base64(small),
            Err(KeyError::Small(_))
        ));
    }

    #[test]
    fn a_fingerprint_reads_back() {
        let one = PublicKey::from_base64(KEY_512).unwrap().fingerprint();
        let other = PublicKey::from_base64(KEY_1024).unwrap().fingerprint();
        assert_ne!(one, other);
        assert_eq!(Fingerprint::parse(&one.to_string()), Some(one));
        assert_eq!(Fingerprint::parse(&format!(" {one}= ")), Some(one));
        assert_eq!(Fingerprint::parse("SHA256:short"), None);
        assert_eq!(Fingerprint::parse("MD5:aa:bb"), None);
    }
}
