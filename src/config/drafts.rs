//! Forms that were left half filled in. What is typed into a secret field
//! never gets here: the caller hands over the other fields only.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

/// Values by field name.
pub type Draft = BTreeMap<String, String>;

#[derive(Debug)]
enum Store {
    Memory(Mutex<BTreeMap<String, Draft>>),
    Folder(PathBuf),
}

/// Drafts by the name of their form.
#[derive(Debug)]
pub struct Drafts(Store);

impl Drafts {
    /// One file a form, in this folder.
    pub fn in_folder(folder: impl Into<PathBuf>) -> Self {
        Self(Store::Folder(folder.into()))
    }

    /// Only while the program runs.
    pub fn in_memory() -> Self {
        Self(Store::Memory(Mutex::default()))
    }

    /// The draft of a form. One that cannot be read is none: it would only keep
    /// the operator from a fresh start.
    pub fn load(&self, form: &str) -> Option<Draft> {
        match &self.0 {
            Store::Memory(drafts) => {
                let drafts = drafts.lock().unwrap_or_else(PoisonError::into_inner);
                drafts.get(form).cloned()
            }
            Store::Folder(folder) => {
                let text = std::fs::read_to_string(folder.join(file_name(form))).ok()?;
                serde_json::from_str(&text).ok()
            }
        }
    }

    /// Keeps a draft; an empty one is forgotten.
    pub fn save(&self, form: &str, draft: &Draft) -> io::Result<()> {
        match &self.0 {
            Store::Memory(drafts) => {
                let mut drafts = drafts.lock().unwrap_or_else(PoisonError::into_inner);
                if draft.is_empty() {
                    drafts.remove(form);
                } else {
                    drafts.insert(form.to_owned(), draft.clone());
                }
                Ok(())
            }
            Store::Folder(folder) => {
                let path = folder.join(file_name(form));
                if draft.is_empty() {
                    return match std::fs::remove_file(path) {
                        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
                        _ => Ok(()),
                    };
                }
                super::places::make_private_folder(folder)?;
                let mut file = std::fs::File::options()
                    .create(true)
                    .truncate(true)
                    .write(true)
                    .mode(0o600)
                    .open(path)?;
                file.write_all(serde_json::to_string_pretty(draft)?.as_bytes())
            }
        }
    }
}

/// Names of forms are ours, but a file name has no room for surprises.
fn file_name(form: &str) -> String {
    let safe = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
    format!("{}.json", form.chars().map(safe).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keeps_and_forgets(drafts: &Drafts) {
        let draft = Draft::from([("zone".to_owned(), "zone1".to_owned())]);
        assert_eq!(drafts.load("join"), None);
        drafts.save("join", &draft).unwrap();
        assert_eq!(drafts.load("join"), Some(draft));
        assert_eq!(drafts.load("scale-out"), None);
        drafts.save("join", &Draft::new()).unwrap();
        drafts.save("join", &Draft::new()).unwrap();
        assert_eq!(drafts.load("join"), None);
    }

    #[test]
    fn in_memory_and_in_files() {
        keeps_and_forgets(&Drafts::in_memory());
        let folder = tempfile::tempdir().unwrap();
        keeps_and_forgets(&Drafts::in_folder(folder.path().join("drafts")));
    }

    #[test]
    fn a_name_stays_in_its_folder() {
        assert_eq!(file_name("../audit"), "---audit.json");
    }
}
