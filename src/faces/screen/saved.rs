//! Files that the operator asks for: new ones, readable by nobody else.

use std::fs::OpenOptions;
use std::io::{self, ErrorKind, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

/// Names that are tried before it gives up.
const TRIES: u32 = 100;

/// Writes a new file; one that is there stays as it is, and the new one gets a
/// number.
///
/// # Errors
/// The folder cannot be written, or is full of such files.
pub fn save(folder: &Path, name: &str, text: &str) -> io::Result<PathBuf> {
    let (stem, end) = name.rsplit_once('.').unwrap_or((name, "txt"));
    for number in 1..=TRIES {
        let name = match number {
            1 => name.to_owned(),
            number => format!("{stem}-{number}.{end}"),
        };
        let path = folder.join(name);
        let mut options = OpenOptions::new();
        match options.write(true).create_new(true).mode(0o600).open(&path) {
            Ok(mut file) => return file.write_all(text.as_bytes()).map(|()| path),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(ErrorKind::AlreadyExists.into())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_file_that_is_there_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let first = save(folder.path(), "log-7.txt", "one").unwrap();
        let second = save(folder.path(), "log-7.txt", "two").unwrap();
        assert_eq!(second.file_name().unwrap(), "log-7-2.txt");
        assert_eq!(std::fs::read_to_string(&first).unwrap(), "one");
        assert_eq!(std::fs::read_to_string(&second).unwrap(), "two");
        let mode = std::fs::metadata(&second).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_folder_that_is_not_there_is_said() {
        let folder = tempfile::tempdir().unwrap();
        assert!(save(&folder.path().join("none"), "a.txt", "").is_err());
    }
}
