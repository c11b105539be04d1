//! An agent's side of the sealing, written from the facts and not from `wire`.

use aes::cipher::block_padding::Pkcs7;
use aes::cipher::{BlockModeDecrypt, KeyIvInit};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rsa::pkcs1::{DecodeRsaPrivateKey, EncodeRsaPublicKey};
use rsa::traits::PublicKeyParts;
use rsa::{Pkcs1v15Encrypt, RsaPrivateKey};
use serde_json::Value;

/// The private key of the test vector (512 bits).
pub const VECTOR: &str = "MIIBOQIBAAJBAOHuHDW/0ASr8KKywiISLW3GdPNj+XSmcAFyr6GWNb0/ESw4it7KFpedoA6DShHx1JnQW0FRb34LbfIXaKE8na8CAwEAAQJAH/CamlqonNB173pYCZsKQxeoVvROQth4wyukerKSnFM3KVvV3gd/SmqF9NzyxBpoEtx3zV8QEyODlQI+K3ZNEQIhAPGc1o4lA8CScVFLreWWIyqcZ9LrIPoscG0OY8Tby1BHAiEA72I01QYb2D8z+o8jivjVCrfYshBQhn/mB2xskXXMI1kCIFIQp3+YavHZy8uFHQfCOyeaAFnPq1/OAFHKdXDEBwa5AiBXKNS/s2e0Bt8wHan9UbiQHHxj6RjIwAzLKykklVVskQIgGQpgoSblK25vASO6S2u4axIgNme4Ka32ZE1dwbKpoPc=";

/// The agent that opens.
pub struct Opener(RsaPrivateKey);

impl Opener {
    pub fn vector() -> Self {
        let der = STANDARD.decode(VECTOR).unwrap();
        Self(RsaPrivateKey::from_pkcs1_der(&der).unwrap())
    }

    pub fn of_bits(bits: usize) -> Self {
        Self(RsaPrivateKey::new(&mut rsa::rand_core::OsRng, bits).unwrap())
    }

    /// What `GET /secret` would say.
    pub fn public(&self) -> String {
        let der = self.0.to_public_key().to_pkcs1_der().unwrap();
        STANDARD.encode(der.as_bytes())
    }

    pub fn block(&self, base64: &str) -> Vec<u8> {
        self.blocks(&STANDARD.decode(base64).unwrap())
    }

    fn blocks(&self, sealed: &[u8]) -> Vec<u8> {
        let size = self.0.size();
        assert_eq!(sealed.len() % size, 0, "whole blocks only");
        let mut clear = Vec::new();
        for block in sealed.chunks(size) {
            clear.extend(self.0.decrypt(Pkcs1v15Encrypt, block).unwrap());
        }
        clear
    }

    /// The JSON of a header, and how many blocks it took.
    pub fn header(&self, value: &str) -> (Value, usize) {
        let sealed = STANDARD.decode(value).unwrap();
        let clear = self.blocks(&sealed);
        (
            serde_json::from_slice(&clear).unwrap(),
            sealed.len() / self.0.size(),
        )
    }
}

/// Opens a body with the `Keys` of its header.
pub fn body(keys: &str, sealed: &[u8]) -> Vec<u8> {
    let keys = STANDARD.decode(keys).unwrap();
    assert_eq!(keys.len(), 32);
    let mut bytes = STANDARD.decode(sealed).unwrap();
    cbc::Decryptor::<aes::Aes128>::new_from_slices(&keys[..16], &keys[16..])
        .unwrap()
        .decrypt_padded::<Pkcs7>(&mut bytes)
        .unwrap()
        .to_vec()
}
