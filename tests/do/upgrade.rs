//! Packages and upgrades: uploaded with their digest, checked, made.

use std::path::{Path, PathBuf};

use super::session::Program;
use super::{AGENT, ROOT, Site};

/// A file that begins as an rpm does.
fn rpm(folder: &Path, name: &str) -> PathBuf {
    let mut content = vec![0xed, 0xab, 0xee, 0xdb, 3, 0, 0, 0, 0, 1];
    content.extend_from_slice(name.as_bytes());
    content.resize(96, 0);
    content.extend((0..200_000_u32).map(|at| (at % 251) as u8));
    let path = folder.join(format!("{name}.x86_64.rpm"));
    std::fs::write(&path, content).unwrap();
    path
}

fn upload(site: &Site, path: &Path) -> super::Said {
    site.form("package-upload", &format!("file={}", path.display()))
}

#[test]
fn a_cluster_is_upgraded_zone_by_zone_and_its_agents_after_it() {
    let site = Site::cluster("3", &[]);
    let folder = tempfile::tempdir().unwrap();
    let to = "version=4.3.5.2 release=102000042025040818.el7";

    site.form("upgrade", &format!("of=oceanbase {to}"))
        .refused(2, "say how");
    site.form("upgrade", "of=oceanbase mode=ROLLING version=4.3 release=x")
        .refused(2, "is no version such as");
    site.form("upgrade-check", &format!("of=oceanbase {to}"))
        .refused(4, "OB.Package.NotExist");
    upload(&site, Path::new("/nonexistent/x.rpm")).refused(8, "No such file");
    upload(&site, Path::new("/etc/hostname")).refused(2, "….rpm");
    let other = rpm(folder.path(), "mysql-8.0-1.el7");
    upload(&site, &other).refused(4, "OB.Package.Name.NotSupport");
    for name in ["oceanbase-ce", "oceanbase-ce-libs"] {
        let path = rpm(
            folder.path(),
            &format!("{name}-4.3.5.2-102000042025040818.el7"),
        );
        upload(&site, &path).done("done");
    }
    let packages = site.list("packages");
    assert_eq!(packages.len(), 2, "{packages:?}");
    assert_eq!(packages[0]["name"], "oceanbase-ce");
    assert_eq!(packages[0]["version"], "4.3.5.2");

    site.form("upgrade-check", &format!("of=oceanbase {to}"))
        .done("Check the python environment");
    let said = site
        .form("upgrade", &format!("of=oceanbase mode=ROLLING {to}"))
        .done("Execute upgrade zone health checker script");
    assert!(said.err.contains("there is no way back"), "{said:#?}");
    assert_eq!(site.list("cluster")[0]["ob_version"], "4.3.5.2");
    site.form("upgrade", &format!("of=oceanbase mode=STOPSERVICE {to}"))
        .refused(4, "is not greater than current version");

    let shell = "of=obshell version=4.6.0.0 release=2.el7";
    site.form("upgrade", shell)
        .refused(4, "OB.Package.NotExist");
    let path = rpm(folder.path(), "obshell-4.6.0.0-2.el7");
    upload(&site, &path).done("done");
    site.form("upgrade", shell).done("Restart obshell");
    assert_eq!(site.list("agents")[0]["version"], "4.6.0.0-2");
    site.form("package-delete", "id=1").done("done");
    assert_eq!(site.list("packages").len(), 2);
}

#[test]
fn an_obproxy_is_upgraded_with_a_package_of_its_own() {
    let site = Site::cluster("3", &[]);
    let folder = tempfile::tempdir().unwrap();
    let to = "version=4.3.4.0 release=1.el7";
    site.form("agent-password", &format!("password={AGENT}"))
        .done("done");
    site.form("proxy-upgrade", to)
        .refused(4, "OBProxy.NotBeManaged");
    site.form("proxy-add", "home_path=/data/p1 proxyro_password=x")
        .done("succeeded");
    site.form("proxy-upgrade", to)
        .refused(4, "OBProxy.Package.NotFound");
    for name in ["obproxy-ce-4.3.4.0-1.el7", "obproxy-ce-4.3.0.0-1.el7"] {
        let path = rpm(folder.path(), name);
        upload(&site, &path).done("done");
    }
    site.form("proxy-upgrade", "version=4.3.0.0 release=1.el7")
        .refused(4, "OBProxy.UpgradeToLowerVersion");
    site.form("proxy-stop", "").done("succeeded");
    site.form("proxy-upgrade", to)
        .refused(4, "OBProxy.NotRunning");
    site.form("proxy-start", "").done("succeeded");
    site.form("proxy-upgrade", to).done("Hot restart obproxy");
}

#[test]
fn a_lost_answer_to_an_upload_is_not_called_done() {
    let site = Site::cluster("3", &["--fault", "lost-answer@package#1"]);
    let folder = tempfile::tempdir().unwrap();
    let path = rpm(folder.path(), "obshell-4.6.0.0-2.el7");
    let said = upload(&site, &path);
    assert_eq!(said.code, 7, "{said:#?}");
    assert!(!said.err.contains("it was done"), "{said:#?}");
}

/// The commands that a message offers, each on a line of its own.
fn offered(text: &str) -> Vec<Vec<&str>> {
    let lines = text
        .lines()
        .filter_map(|line| line.strip_prefix("  obdeck "));
    lines.map(|line| line.split(' ').collect()).collect()
}

/// Agents from 4.4.1.1 on replace the short key of before at their first start.
#[test]
fn another_key_after_an_upgrade_ends_a_watch_with_the_commands_that_go_on() {
    let site = Site::cluster("3", &["--agent-version", "4.4.1.0"]);
    let folder = tempfile::tempdir().unwrap();
    let path = rpm(folder.path(), "obshell-4.5.0.0-1.el7");
    upload(&site, &path).done("done");
    // One memory for the whole story: the old key is pinned in it.
    let run = |arguments: &[&str]| -> super::Said {
        let mut command = site.command();
        command.env("XDG_STATE_HOME", folder.path()).args(arguments);
        command.output().unwrap().into()
    };
    let sets = ["of=obshell", "version=4.5.0.0", "release=1.el7"];
    let sets: Vec<&str> = sets.iter().flat_map(|set| ["--set", set]).collect();
    let said = run(&[&["do", "upgrade", "--yes"], &sets[..]].concat());
    for words in ["changed: pinned SHA256:", "restarts the agents"] {
        said.refused(5, words);
    }
    let commands = offered(&said.err);
    let [trust, watch, both] = &commands[..] else {
        panic!("{said:#?}");
    };
    // Nothing was trusted on the way.
    run(watch).refused(5, "changed: pinned SHA256:");
    // Both roads lead on.
    let pins = folder.path().join("obdeck/known_keys.toml");
    let before = std::fs::read(&pins).unwrap();
    run(both).done("succeeded");
    std::fs::write(&pins, before).unwrap();
    run(&[&trust[..], &["--yes"]].concat()).done("trusted");
    run(watch).done("Restart obshell");
    assert_eq!(site.list("agents")[0]["version"], "4.5.0.0-1");
}

/// On a terminal the watch waits for the answer: nothing else is lost by it.
#[test]
fn another_key_after_an_upgrade_is_asked_about_where_somebody_sits() {
    let site = Site::cluster("3", &["--agent-version", "4.4.1.0"]);
    let folder = tempfile::tempdir().unwrap();
    let path = rpm(folder.path(), "obshell-4.5.0.0-1.el7");
    upload(&site, &path).done("done");
    let agent = site.agent(0);
    let run = |arguments: &[&str]| {
        let server = ["--endpoint", &agent, "--no-color"];
        Program::obdeck(&[arguments, &server].concat())
            .env("XDG_STATE_HOME", folder.path().display().to_string())
            .env("OBDECK_PASSWORD", ROOT)
            .env("OBDECK_AGENT_PASSWORD", AGENT)
            .run()
    };
    let asked = "trust this key from now on? [y/N]";
    let sets = ["of=obshell", "version=4.5.0.0", "release=1.el7"];
    let sets: Vec<&str> = sets.iter().flat_map(|set| ["--set", set]).collect();
    let session = run(&[&["do", "upgrade", "--yes"], &sets[..]].concat());
    session.wait_text(asked);
    for part in ["trusted: SHA256:", "now: SHA256:", "restarts the agents"] {
        assert!(session.text().contains(part), "{part}:\n{}", session.text());
    }
    // ctrl-c is heard while the question stands.
    session.signal(rustix::process::Signal::INT);
    let text = session.ends_clean(130);
    let (_, id) = text.split_once("obdeck task watch ").unwrap();
    let id = id.split_whitespace().next().unwrap();

    let mut session = run(&["task", "watch", id]);
    session.wait_text(asked);
    session.send("\r");
    let text = session.ends_clean(5);
    assert!(text.contains("obdeck keys trust"), "{text}");

    let mut session = run(&["task", "watch", id]);
    session.wait_text(asked);
    session.send("y\r");
    let text = session.ends_clean(0);
    assert!(text.contains("succeeded"), "{text}");
}
