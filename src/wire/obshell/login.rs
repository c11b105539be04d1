//! Logging in: the one request whose answer is sealed, with the keys that its own
//! header carries (`api/obshell.md §2.10`).

use aes::Aes128;
use aes::cipher::block_padding::Pkcs7;
use aes::cipher::{BlockModeDecrypt as _, KeyIvInit as _};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::api;
use super::key::PublicKey;
use super::seal::{Credential, Keys, SealError, Sealed, fresh_keys, v2_with};
use crate::base::Secret;

/// Longer than any id of a session.
const LONGEST: usize = 1024;

/// What opens the answer to one login.
pub struct Login(Keys);

impl Login {
    /// The id of the session in the answer's `data`; `None` where it is no such thing.
    #[must_use]
    pub fn session(&self, data: &str) -> Option<Secret> {
        let mut sealed = Zeroizing::new(STANDARD.decode(data).ok()?);
        let (key, iv) = self.0.split_at(16);
        let cipher = cbc::Decryptor::<Aes128>::new_from_slices(key, iv).ok()?;
        let id = cipher.decrypt_padded::<Pkcs7>(&mut sealed).ok()?;
        let id = std::str::from_utf8(id).ok()?;
        let is_id =
            !id.is_empty() && id.len() <= LONGEST && id.bytes().all(|b| b.is_ascii_graphic());
        is_id.then(|| Secret::new(id))
    }
}

/// Seals a login with a password, for one agent; `expires` as for
/// [`seal`](super::seal()).
pub fn login(
    key: &PublicKey,
    credential: &Credential,
    expires: i64,
) -> Result<(Sealed, Login), SealError> {
    let keys = fresh_keys()?;
    let sealed = v2_with(&keys, &api::login().path, None, key, credential, expires)?;
    Ok((sealed, Login(keys)))
}

#[cfg(test)]
mod tests {
    use aes::cipher::BlockModeEncrypt as _;

    use super::*;

    fn sealed(text: &[u8]) -> (Login, String) {
        let keys: Keys = Zeroizing::new(std::array::from_fn(|at| at as u8));
        let (key, iv) = keys.split_at(16);
        let cipher = cbc::Encryptor::<Aes128>::new_from_slices(key, iv).unwrap();
        let mut room = [text, &[0; 16]].concat();
        let text = cipher
            .encrypt_padded::<Pkcs7>(&mut room, text.len())
            .unwrap();
        (Login(keys), STANDARD.encode(text))
    }

    #[test]
    fn the_session_is_opened_with_the_keys_of_its_login() {
        let id = "b16026f494deed5961c080001a42ab97e0080c54fe1be6eb7eacb58e9fadbf2c";
        let (login, data) = sealed(id.as_bytes());
        assert_eq!(login.session(&data), Some(Secret::new(id)));
        let other = Login(Zeroizing::new([7; 32]));
        assert_eq!(other.session(&data), None);
    }

    #[test]
    fn what_is_no_session_is_none() {
        for text in ["", "two words", "a\nline", "caf\u{e9}"] {
            let (login, data) = sealed(text.as_bytes());
            assert_eq!(login.session(&data), None, "{text:?}");
        }
        let (login, _) = sealed(b"x");
        for data in ["", "?", "AAAA"] {
            assert_eq!(login.session(data), None, "{data:?}");
        }
    }
}
