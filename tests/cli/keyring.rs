//! A password out of the system's keyring, by its own program.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Output;

use super::Told as _;
use super::program::{Simulator, obdeck};

/// Looks at the zones with a password named `name`, where the program of the
/// keyring stands in this folder alone.
fn zones(folder: &Path, agent: &str, name: &str) -> Output {
    let config = folder.join("config.toml");
    let text = format!(
        "default = \"c\"\n[contexts.c]\napi = \"obshell\"\nendpoints = [\"{agent}\"]\n\
         password = {{ keyring = \"{name}\" }}\n"
    );
    std::fs::write(&config, text).unwrap();
    obdeck()
        .env("PATH", folder)
        .env("OBDECK_CONFIG", &config)
        .args(["get", "zones"])
        .output()
        .unwrap()
}

#[test]
fn a_keyring_gives_its_secret_or_says_what_is_missing() {
    let simulator = Simulator::start(&["--scene", "default"]);
    let (agent, password) = (simulator.agent(0), simulator.password());
    let folder = tempfile::tempdir().unwrap();
    let absent = zones(folder.path(), &agent, "ob-prod");
    assert_eq!(absent.code(), 1);
    let err = absent.text().1;
    assert!(
        err.contains("ob-prod") && err.contains("not installed"),
        "{err}"
    );
    let tool = folder.path().join("secret-tool");
    let script = format!(
        "#!/bin/sh\n[ \"$*\" = \"lookup service obdeck username ob-prod\" ] || exit 1\nprintf %s '{password}'\n"
    );
    std::fs::write(&tool, script).unwrap();
    std::fs::set_permissions(&tool, std::fs::Permissions::from_mode(0o755)).unwrap();
    let found = zones(folder.path(), &agent, "ob-prod");
    assert_eq!(found.code(), 0, "{}", found.text().1);
    let other = zones(folder.path(), &agent, "ob-test");
    assert_eq!(other.code(), 1);
    let err = other.text().1;
    assert!(
        err.contains("ob-test") && err.contains("secret-tool store"),
        "{err}"
    );
}
