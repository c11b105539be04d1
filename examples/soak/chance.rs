//! What chance makes of a recorded answer.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use serde_json::Value;

/// The same seed makes the same answers.
pub struct Chance(ChaCha8Rng);

impl Chance {
    pub fn new(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }

    pub fn below(&mut self, end: usize) -> usize {
        (self.0.next_u64() % end.max(1) as u64) as usize
    }

    /// A status, and one of these bodies with bytes or values changed.
    pub fn answer(&mut self, bodies: &[Vec<u8>]) -> (u16, Vec<u8>) {
        let at = self.below(bodies.len());
        let mut bytes = bodies[at].clone();
        if self.below(4) == 0 {
            self.scratch(&mut bytes);
        } else if let Ok(mut value) = serde_json::from_slice(&bytes) {
            self.twist(&mut value);
            bytes = value.to_string().into_bytes();
        }
        let status = [200, 200, 200, 200, 200, 200, 401, 500][self.below(8)];
        (status, bytes)
    }

    /// Some bytes are others, are gone or are there twice.
    fn scratch(&mut self, bytes: &mut Vec<u8>) {
        for _ in 0..=self.below(8) {
            let at = self.below(bytes.len());
            match self.below(4) {
                0 => bytes.truncate(at),
                1 if !bytes.is_empty() => bytes[at] = self.0.next_u32() as u8,
                2 if !bytes.is_empty() => {
                    bytes.remove(at);
                }
                _ => bytes.insert(at, b"{}[]\",:0\xff\x1b"[self.below(10)]),
            }
        }
    }

    /// A few values become of another type, huge, hostile or absent.
    fn twist(&mut self, value: &mut Value) {
        if self.below(120) == 0 {
            *value = match self.below(7) {
                0 => Value::Null,
                1 => Value::from(self.0.next_u64()),
                2 => Value::from(-1),
                3 => Value::String("\u{1b}[2J\u{202e}初\u{300}".repeat(1 + self.below(50))),
                4 => Value::Array(vec![value.clone(), value.clone()]),
                5 => Value::Bool(true),
                _ => Value::from(1e300),
            };
            return;
        }
        match value {
            Value::Array(items) => items.iter_mut().for_each(|item| self.twist(item)),
            Value::Object(entries) => entries.values_mut().for_each(|item| self.twist(item)),
            _ => {}
        }
    }
}
