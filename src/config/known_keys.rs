//! The keys of agents, learned at first use and compared ever after.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::mistake::FileError;
use super::reader::{Doc, Section};

/// What came of meeting an agent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Meeting {
    /// It was not known; it is now.
    Learned,
    /// The same key as ever.
    Known,
    /// Another key: the operator must decide.
    Changed {
        /// Fingerprint that is trusted.
        pinned: String,
    },
}

type Pins = BTreeMap<String, String>;

#[derive(Debug)]
enum Store {
    Memory(Mutex<Pins>),
    File(PathBuf),
}

/// Fingerprints (`SHA256:…`) by address (`10.0.0.5:2886`).
#[derive(Debug)]
pub struct KnownKeys(Store);

impl KnownKeys {
    /// In a file. It need not exist. Other programs may change it meanwhile: it
    /// is read again each time.
    pub fn in_file(path: impl Into<PathBuf>) -> Self {
        Self(Store::File(path.into()))
    }

    /// Only while the program runs.
    pub fn in_memory() -> Self {
        Self(Store::Memory(Mutex::default()))
    }

    /// Compares a fingerprint with the pinned one; pins it where none is.
    pub fn meet(&self, address: &str, fingerprint: &str) -> Result<Meeting, FileError> {
        if let Store::File(path) = &self.0
            && let Some(pinned) = read(path)?.get(address)
        {
            return Ok(verdict(pinned, fingerprint));
        }
        self.change(|pins| {
            if let Some(pinned) = pins.get(address) {
                return verdict(pinned, fingerprint);
            }
            pins.insert(address.to_owned(), fingerprint.to_owned());
            Meeting::Learned
        })
    }

    /// Trusts this fingerprint from now on, in place of any other.
    pub fn trust(&self, address: &str, fingerprint: &str) -> Result<(), FileError> {
        self.change(|pins| {
            pins.insert(address.to_owned(), fingerprint.to_owned());
        })
    }

    /// All pins by address.
    pub fn all(&self) -> Result<Pins, FileError> {
        match &self.0 {
            Store::Memory(pins) => Ok(pins.lock().unwrap_or_else(PoisonError::into_inner).clone()),
            Store::File(path) => read(path),
        }
    }

    fn change<T>(&self, change: impl FnOnce(&mut Pins) -> T) -> Result<T, FileError> {
        match &self.0 {
            Store::Memory(pins) => Ok(change(
                &mut pins.lock().unwrap_or_else(PoisonError::into_inner),
            )),
            Store::File(path) => {
                let _held = hold(path).map_err(|error| FileError::io(path, error))?;
                let mut pins = read(path)?;
                let before = pins.clone();
                let outcome = change(&mut pins);
                if pins != before {
                    write(path, &pins).map_err(|error| FileError::io(path, error))?;
                }
                Ok(outcome)
            }
        }
    }
}

fn verdict(pinned: &str, fingerprint: &str) -> Meeting {
    if pinned == fingerprint {
        Meeting::Known
    } else {
        Meeting::Changed {
            pinned: pinned.to_owned(),
        }
    }
}

/// Two consoles that learn at the same time must not lose each other's pins.
/// The lock is a file of its own because the pins are replaced as a whole.
fn hold(path: &Path) -> std::io::Result<File> {
    if let Some(folder) = path.parent() {
        super::places::make_private_folder(folder)?;
    }
    let lock = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .mode(0o600)
        .open(path.with_extension("lock"))?;
    lock.lock()?;
    Ok(lock)
}

fn read(path: &Path) -> Result<Pins, FileError> {
    let mut text = String::new();
    match File::open(path).and_then(|mut file| file.read_to_string(&mut text)) {
        Ok(_) => {}
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Pins::new()),
        Err(error) => return Err(FileError::io(path, error)),
    }
    let doc = Doc::new(path, &text);
    let mut pins = Pins::new();
    let table = doc.parse();
    for (address, place) in Section::root(&doc, &table).entries() {
        match place.text() {
            Some(fingerprint) if fingerprint.starts_with("SHA256:") => {
                pins.insert(address.to_owned(), fingerprint.to_owned());
            }
            Some(_) => place.wrong(&place.found(), "\"SHA256:…\""),
            None => {}
        }
    }
    let mistakes = doc.into_mistakes();
    // A half-read list of pins would learn a changed key as a new one.
    if mistakes.is_empty() {
        Ok(pins)
    } else {
        Err(FileError::Mistakes(mistakes))
    }
}

fn write(path: &Path, pins: &Pins) -> std::io::Result<()> {
    let mut text = String::from("# Keys of agents that obdeck trusts: address = fingerprint.\n");
    let quoted = |text: &str| toml::Value::from(text).to_string();
    for (address, fingerprint) in pins {
        text.extend([&quoted(address), " = ", &quoted(fingerprint), "\n"]);
    }
    let beside = path.with_extension("new");
    let mut file = File::options()
        .create(true)
        .truncate(true)
        .write(true)
        .mode(0o600)
        .open(&beside)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    std::fs::rename(&beside, path)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn meets_and_trusts(keys: &KnownKeys) {
        let meet = |key: &str| keys.meet("10.0.0.5:2886", key).unwrap();
        assert_eq!(meet("SHA256:a"), Meeting::Learned);
        assert_eq!(meet("SHA256:a"), Meeting::Known);
        let pinned = "SHA256:a".to_owned();
        assert_eq!(meet("SHA256:b"), Meeting::Changed { pinned });
        keys.trust("10.0.0.5:2886", "SHA256:b").unwrap();
        assert_eq!(meet("SHA256:b"), Meeting::Known);
        assert_eq!(
            keys.meet("[fe80::1]:2886", "SHA256:c").unwrap(),
            Meeting::Learned
        );
        assert_eq!(keys.all().unwrap().len(), 2);
    }

    #[test]
    fn in_memory() {
        meets_and_trusts(&KnownKeys::in_memory());
    }

    #[test]
    fn in_a_file_that_only_its_owner_reads() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state/known_keys.toml");
        meets_and_trusts(&KnownKeys::in_file(&path));
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let again = KnownKeys::in_file(&path);
        assert_eq!(
            again.meet("10.0.0.5:2886", "SHA256:b").unwrap(),
            Meeting::Known
        );
    }

    #[test]
    fn consoles_that_learn_at_once_lose_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("known_keys.toml");
        std::thread::scope(|scope| {
            for console in 0..8 {
                let path = &path;
                scope.spawn(move || {
                    let keys = KnownKeys::in_file(path);
                    for n in 0..8 {
                        keys.meet(&format!("10.0.{console}.{n}:2886"), "SHA256:k")
                            .unwrap();
                    }
                });
            }
        });
        assert_eq!(KnownKeys::in_file(&path).all().unwrap().len(), 64);
    }

    #[test]
    fn a_damaged_file_learns_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("known_keys.toml");
        std::fs::write(
            &path,
            "\"10.0.0.5:2886\" = \"SHA256:a\"\n\"10.0.0.6:2886\" = \"md5\"\n",
        )
        .unwrap();
        let keys = KnownKeys::in_file(&path);
        let error = keys
            .meet("10.0.0.7:2886", "SHA256:c")
            .unwrap_err()
            .to_string();
        assert!(error.contains("known_keys.toml:2"), "{error}");
        assert!(error.contains("md5"), "{error}");
    }
}
