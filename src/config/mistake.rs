//! What is wrong in a file, where, and what would be right.

use std::fmt;
use std::path::{Path, PathBuf};

use rust_i18n::t;

/// One mistake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// The file.
    pub file: PathBuf,
    /// The line, from 1.
    pub line: usize,
    /// The key with its path: `contexts.prod.api`. Empty where the file is no TOML.
    pub key: String,
    /// What stands there; never a secret.
    pub found: String,
    /// What may stand there.
    pub allowed: String,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = format!("{}:{}", self.file.display(), self.line);
        if self.key.is_empty() {
            return write!(f, "{place}: {}", self.found);
        }
        let sentence = t!(
            "found %{found}; allowed: %{allowed}",
            found = self.found,
            allowed = self.allowed
        );
        write!(f, "{place}: {}: {sentence}", self.key)
    }
}

/// Why a file gave nothing.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// It cannot be read or written.
    #[error("{}: {error}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// It says something that it cannot say. All of it is listed.
    #[error("{}", lines(.0))]
    Mistakes(Vec<Mistake>),
}

impl FileError {
    pub(crate) fn io(path: &Path, error: std::io::Error) -> Self {
        Self::Io {
            path: path.to_owned(),
            error,
        }
    }
}

fn lines(mistakes: &[Mistake]) -> String {
    let lines: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
    lines.join("\n")
}
