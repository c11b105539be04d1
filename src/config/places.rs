//! Where obdeck's files are.

use std::io;
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;

/// Where the files are. `demo` has none: it keeps everything in memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Places {
    /// `config.toml`.
    pub config: PathBuf,
    /// Folder of the user's themes.
    pub themes: PathBuf,
    /// Folder of what obdeck remembers.
    pub state: PathBuf,
}

impl Places {
    /// By the flag or variable of the configuration file, else by the XDG
    /// rules. `None`: this user has no home.
    pub fn find(config: Option<PathBuf>) -> Option<Self> {
        let base = etcetera::base_strategy::Xdg::new().ok();
        let folder = base.as_ref().map(|base| base.config_dir().join("obdeck"));
        let state = base.as_ref()?.state_dir()?.join("obdeck");
        let config = config.or_else(|| folder.as_ref().map(|folder| folder.join("config.toml")))?;
        // A configuration elsewhere has its themes beside it.
        let themes = config.parent().map(|folder| folder.join("themes"))?;
        Some(Self {
            config,
            themes,
            state,
        })
    }

    /// The audit log.
    pub fn audit(&self) -> PathBuf {
        self.state.join("audit.jsonl")
    }

    /// The trusted keys of agents.
    pub fn known_keys(&self) -> PathBuf {
        self.state.join("known_keys.toml")
    }

    /// How long tasks took.
    pub fn durations(&self) -> PathBuf {
        self.state.join("history.jsonl")
    }

    /// Folder of forms that were left half filled in.
    pub fn drafts(&self) -> PathBuf {
        self.state.join("drafts")
    }

    /// What was typed after `:`.
    pub fn command_history(&self) -> PathBuf {
        self.state.join("command_history")
    }

    /// Folder of the journals of setup runs.
    pub fn journal(&self) -> PathBuf {
        self.state.join("journal")
    }

    /// Makes the folder of the journals, for its owner only.
    pub fn make_journal(&self) -> io::Result<PathBuf> {
        let folder = self.journal();
        make_private_folder(&folder)?;
        Ok(folder)
    }

    /// Makes the folder of what obdeck remembers, for its owner only.
    pub fn make_state(&self) -> io::Result<()> {
        make_private_folder(&self.state)
    }
}

pub(super) fn make_private_folder(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_given_file_brings_its_themes_along() {
        let places = Places::find(Some("/etc/ob/deck.toml".into())).unwrap();
        assert_eq!(places.config, Path::new("/etc/ob/deck.toml"));
        assert_eq!(places.themes, Path::new("/etc/ob/themes"));
        assert!(places.state.ends_with("obdeck"));
    }
}
