//! The configuration as an operator meets it.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use proptest::prelude::*;

use super::*;

fn vocabulary(themes: &[String]) -> Vocabulary<'_> {
    Vocabulary {
        actions: &["quit", "down", "ask_now"],
        key: |text| {
            if text.chars().count() == 1 || text.starts_with("ctrl-") {
                Ok(())
            } else {
                Err("x, ctrl-x".to_owned())
            }
        },
        themes,
        languages: &["en", "zh-CN"],
    }
}

fn parse(text: &str, mode: Option<u32>) -> Result<Config, FileError> {
    let themes = ["default".to_owned()];
    Config::parse(Path::new("config.toml"), text, mode, &vocabulary(&themes))
}

fn mistakes(text: &str, mode: Option<u32>) -> Vec<String> {
    match parse(text, mode) {
        Err(FileError::Mistakes(mistakes)) => mistakes.iter().map(ToString::to_string).collect(),
        other => panic!("mistakes expected: {other:?}"),
    }
}

#[test]
fn the_example_of_the_interface() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("ca.pem"), "").unwrap();
    let file = folder.path().join("config.toml");
    let text = r#"
default = "prod"
theme = "default"
language = "zh-CN"

[contexts.prod]
api = "obshell"
endpoints = ["10.0.0.5:2886", "10.0.0.6"]
password = { prompt = true }
agent_password = { env = "OB_AGENT_PASSWORD" }
production = true
read_only = false
session = true

[contexts.ocp]
api = "ocp"
endpoints = ["https://ocp.example.com:8080/", "unix:/run/obshell.sock"]
user = "admin"
password = { command = ["pass", "ocp"] }
ca_file = "ca.pem"

[polling]
moving = "500ms"
longest = "1m"

[keys]
quit = "q"
down = ["j", "ctrl-n"]
"#;
    let themes = ["default".to_owned()];
    let config = Config::parse(&file, text, Some(0o644), &vocabulary(&themes)).unwrap();
    assert_eq!(config.default.as_deref(), Some("prod"));
    let names: Vec<&String> = config.contexts.keys().collect();
    assert_eq!(names, ["prod", "ocp"]);
    let prod = &config.contexts["prod"];
    let endpoints: Vec<String> = prod.endpoints.iter().map(ToString::to_string).collect();
    assert_eq!(endpoints, ["10.0.0.5:2886", "10.0.0.6:2886"]);
    assert_eq!(prod.credentials.password, Some(Source::Prompt));
    assert!(prod.production && !prod.read_only);
    assert!(prod.credentials.session);
    let ocp = &config.contexts["ocp"];
    assert_eq!(ocp.api, Api::Ocp);
    assert!(!ocp.credentials.session);
    assert_eq!(
        ocp.endpoints[0],
        Endpoint::Url("https://ocp.example.com:8080".into())
    );
    assert_eq!(
        ocp.endpoints[1],
        Endpoint::Socket("/run/obshell.sock".into())
    );
    assert_eq!(ocp.ca_file, Some(folder.path().join("ca.pem")));
    assert_eq!(config.polling.moving, Some(Duration::from_millis(500)));
    assert_eq!(config.polling.longest, Some(Duration::from_secs(60)));
    assert_eq!(config.keys["down"], ["j", "ctrl-n"]);
}

#[test]
fn every_mistake_is_found_with_its_line() {
    let text = r#"default = "prdo"
colour = "red"
theme = "nihgt"
language = 3
[contexts.prod]
api = "obshel"
endpoints = ["10.0.0.5:99999", "ftp://x", "http://root:pw@h"]
password = { envv = "X" }
production = "yes"
[contexts.test]
user = "admin"
password = 17
agent_password = { keyring = "" }
[polling]
moving = "1ms"
[keys]
quit = "qq"
down = ["j", "j"]
fly = "f"
"#;
    let found = mistakes(text, None);
    let expected = [
        (1, "default", "prod, test"),
        (2, "colour", "contexts"),
        (3, "theme", "default"),
        (4, "language", "zh-CN"),
        (6, "contexts.prod.api", "\"obshell\", \"ocp\""),
        (7, "contexts.prod.endpoints", "99999"),
        (7, "contexts.prod.endpoints", "ftp"),
        (7, "contexts.prod.endpoints", "no password"),
        (8, "contexts.prod.password.envv", "{ env ="),
        (9, "contexts.prod.production", "\"yes\""),
        (10, "contexts.test.endpoints", "unix:/path"),
        (11, "contexts.test.user", "ocp"),
        (12, "contexts.test.password", "integer"),
        (
            13,
            "contexts.test.agent_password.keyring",
            "the name of a secret",
        ),
        (15, "polling.moving", "200ms"),
        (17, "keys.quit", "ctrl-x"),
        (18, "keys.down", "down"),
        (19, "keys.fly", "ask_now"),
    ];
    assert_eq!(found.len(), expected.len(), "{found:#?}");
    for (line, key, part) in expected {
        let start = format!("config.toml:{line}: {key}: ");
        let there = found
            .iter()
            .any(|one| one.starts_with(&start) && one.contains(part));
        assert!(there, "{start} … {part}\n{found:#?}");
    }
}

#[test]
fn a_session_is_an_agents() {
    let text = "[contexts.p]\napi = \"ocp\"\nendpoints = [\"http://h\"]\nsession = true\n\
                [contexts.a]\nendpoints = [\"h\"]\nsession = \"yes\"\n";
    let found = mistakes(text, None);
    assert_eq!(found.len(), 2, "{found:#?}");
    assert!(
        found[0].contains("config.toml:4: contexts.p.session: "),
        "{found:#?}"
    );
    assert!(found[0].contains("obshell"), "{found:#?}");
    assert!(
        found[1].contains("config.toml:7: contexts.a.session: "),
        "{found:#?}"
    );
}

#[test]
fn a_literal_secret_wants_a_private_file_and_is_never_shown() {
    let text = "[contexts.prod]\nendpoints = ['h']\npassword = 'aA1!bB2@'\n";
    let found = mistakes(text, Some(0o644));
    assert_eq!(found.len(), 1);
    assert!(
        found[0].contains(":3: contexts.prod.password") && found[0].contains("0644"),
        "{found:?}"
    );
    assert!(
        found[0].contains("chmod 600") && !found[0].contains("aA1!"),
        "{found:?}"
    );
    let config = parse(text, Some(0o600)).unwrap();
    assert!(!format!("{config:?}").contains("aA1!"));
    // A password that lost its quotes is a number, and still a secret.
    let found = mistakes(
        "[contexts.prod]\nendpoints = ['h']\npassword = 4711\n",
        None,
    );
    assert!(!found[0].contains("4711"), "{found:?}");
}

#[test]
fn no_file_is_an_empty_configuration_and_an_unreadable_one_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let themes = [];
    let load = |name: &str| Config::load(&folder.path().join(name), &vocabulary(&themes));
    assert_eq!(load("none.toml").unwrap(), Config::default());
    assert!(matches!(load("."), Err(FileError::Io { .. })));
    let file = folder.path().join("config.toml");
    std::fs::write(&file, "[contexts.a]\nendpoints = ['h']\npassword = 'x'\n").unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o640)).unwrap();
    assert!(
        load("config.toml")
            .unwrap_err()
            .to_string()
            .contains("0640")
    );
}

#[test]
fn broken_toml_is_named_and_the_rest_is_still_read() {
    let found = mistakes("default = \n[contexts.prod]\napi = 'obshell'\n", None);
    assert!(found[0].starts_with("config.toml:1: "), "{found:#?}");
    assert!(
        found
            .iter()
            .any(|one| one.contains("contexts.prod.endpoints")),
        "{found:#?}"
    );
}

#[test]
fn the_sample_is_right_also_when_everything_in_it_is_switched_on() {
    assert_eq!(parse(SAMPLE, Some(0o644)).unwrap(), Config::default());
    let switched: Vec<&str> = SAMPLE
        .lines()
        .skip(1)
        .filter_map(|line| line.strip_prefix("# "))
        .filter(|line| line.contains('=') || line.starts_with('['))
        .filter(|line| !line.starts_with(' ') && !line.contains("ca_file"))
        .collect();
    let config = parse(&switched.join("\n"), Some(0o644)).unwrap();
    assert_eq!(config.contexts.len(), 2);
    assert_eq!(config.default.as_deref(), Some("prod"));
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in "[\\[\\]a-z=\"'{}0-9.,\\n# ]{0,80}") {
        let _ = parse(&text, None);
        let _ = parse(&format!("[contexts.a]\nendpoints = [{text}]\npassword = {{{text}}}"), None);
    }
}
