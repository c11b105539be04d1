//! What a plan file can say, what is said back, and what never is.

use super::apply::{AGENT, PROXYRO, ROOT, Site};

/// Runs `apply` until a step of its journal is done, then kills it.
fn until_done(site: &Site, step: &str) {
    let mut child = site.start();
    let start = std::time::Instant::now();
    while !site.marks(step).iter().any(|mark| mark == "done") {
        assert!(start.elapsed().as_secs() < 60, "{step} was never done");
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    child.kill().unwrap();
    child.wait().unwrap();
}

fn all_changes(site: &Site) -> u64 {
    let agents = 0..site.sim.endpoints().len();
    agents
        .flat_map(|agent| site.changes(agent).into_values())
        .sum()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_mistakes_get_ten_messages_with_lines() {
    let site = Site::new(&[]).await;
    let plan = r#"version = "1"
[cluster]
name = " "
id = -4
root_password = { env = "ROOT", prompt = true }
colour = "red"
[observer]
cluster_id = "4"
[[server]]
agent = "10.0.0.5:99999"
zone = "a b"
[[server]]
agent = "10.0.0.6:2886"
[after]
obproxy = { home_path = "data", sql_port = 80 }
"#;
    site.write(plan);
    for words in [
        &["plan", "check", "plan.toml"][..],
        &["apply", "plan.toml", "--yes"],
    ] {
        let said = site.run(words).ended(1, &[]);
        let places: Vec<_> = said
            .err
            .lines()
            .filter_map(|line| line.split_once("plan.toml:")?.1.split_once(':'))
            .map(|(line, rest)| (line.parse::<usize>().unwrap(), rest.to_owned()))
            .collect();
        let lines: Vec<_> = places.iter().map(|(line, _)| *line).collect();
        assert!(places.len() >= 10, "{said:#?}");
        for line in [1, 3, 4, 5, 6, 8, 10, 11, 12, 15] {
            assert!(lines.contains(&line), "nothing at line {line}: {said:#?}");
        }
    }
    assert_eq!(all_changes(&site), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_option_reaches_the_agents_and_no_password_reaches_the_disk() {
    let site = Site::new(&[]).await;
    let cluster = "create_proxyro_user = true\nproxyro_password = { env = \"PROXYRO\" }\nimport_script = true\nrs_list = \"127.0.0.1:24001:24000;127.0.0.1:24011:24010;127.0.0.1:24021:24020\"";
    let after = format!(
        "agent_password = {{ env = \"AGENT\" }}\n[[after.obproxy]]\nagent = \"{}\"\nhome_path = \"/data/p1\"\nsql_port = 24083\n[after.obproxy.parameters]\nenable_metadb_used = \"False\"",
        site.agent(2)
    );
    site.write(&site.plan(cluster, &after));
    let checked = site.run(&["plan", "check", "plan.toml"]);
    let checked = checked.ended(0, &["14 requests", "nothing was sent"]);
    let dry = site.run(&["apply", "plan.toml", "--dry-run"]).ended(
        0,
        &[
            "\"rsList\":\"127.0.0.1:24001:24000;",
            "\"import_script\":true",
            "\"proxyro_password\":\"***\"",
            "\"rootPwd\":\"***\"",
            "\"sql_port\":24083",
        ],
    );
    assert_eq!(all_changes(&site), 0);
    let more = ["--log-file", "log.txt", "--record", "record.jsonl", "-vv"];
    let said = site.run(&[&["apply", "plan.toml", "--yes"][..], &more].concat());
    let said = said.ended(
        0,
        &["Create user", "Import script for tenant", "prod is set up"],
    );
    let endpoints = site.sim.endpoints();
    assert_eq!(endpoints[0].password.as_deref(), Some(ROOT));
    for endpoint in &endpoints {
        assert_eq!(endpoint.agent_password.as_deref(), Some(AGENT));
    }
    let mut proxies = site.command(&["get", "proxies", "-o", "json"]);
    proxies
        .env("OBDECK_PASSWORD", ROOT)
        .env("OBDECK_ENDPOINT", site.agent(0));
    let proxies = String::from_utf8(proxies.output().unwrap().stdout).unwrap();
    assert!(proxies.contains(&site.agent(2)), "{proxies}");

    let left = site.left();
    for part in ["obcluster/config", "\"mark\":\"done\"", "[[after.obproxy]]"] {
        assert!(left.contains(part), "nothing was kept of {part}");
    }
    for text in [
        &left,
        &said.out,
        &said.err,
        &dry.out,
        &dry.err,
        &checked.out,
    ] {
        for marker in [ROOT, PROXYRO, AGENT, "MARKER"] {
            assert!(!text.contains(marker), "{marker} is in\n{text}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_empty_root_password_wants_a_word() {
    let site = Site::new(&[]).await;
    let plan = site.plan("", "");
    let without = plan.replace("root_password = { env = \"ROOT\" }\n", "");
    site.write(&without);
    site.apply().ended(1, &["root_password"]);
    site.write(&without.replace("id = 7", "id = 7\nallow_empty_root_password = true"));
    site.apply().ended(0, &["prod is set up"]);
    assert!(
        site.sim.endpoints()[0]
            .password
            .as_deref()
            .unwrap_or_default()
            .is_empty()
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_running_cluster_is_compared_and_not_changed() {
    let site = Site::new(&[]).await;
    site.write(&site.plan("", ""));
    site.apply().ended(0, &["prod is set up"]);
    let sent = all_changes(&site);
    site.apply().ended(0, &["no difference"]);
    // Another machine, that never saw the journal, with another plan.
    std::fs::remove_dir_all(site.path("state/obdeck/journal")).unwrap();
    let other = site.plan("", "").replace("id = 7", "id = 8");
    let other = other.replace("zone = \"zone3\"", "zone = \"zone9\"");
    site.write(&other);
    let third = format!("{}: plan zone9, cluster zone3", site.agent(2));
    site.apply().ended(
        8,
        &[
            "id: plan 8, cluster 7",
            &third,
            "runs already; nothing is changed",
        ],
    );
    assert_eq!(all_changes(&site), sent);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_resume_the_password_is_proved_by_a_read() {
    let site = Site::new(&[]).await;
    site.write(&site.plan("", ""));
    until_done(&site, "cluster-config");
    let sent = all_changes(&site);
    let mut wrong = site.command(&["apply", "plan.toml", "--yes"]);
    let said: super::apply::Said = wrong.env("ROOT", "another").output().unwrap().into();
    // Init may have been sent before the kill; a wrong password sends nothing more.
    said.ended(5, &["IncorrectOceanbasePassword"]);
    assert_eq!(all_changes(&site), sent);
    site.apply().ended(0, &["goes on with the setup of prod"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_follower_that_somebody_removed_joins_again() {
    let site = Site::new(&[]).await;
    site.write(&site.plan("", ""));
    until_done(&site, "configure all");
    let (master, third) = (site.agent(0), site.agent(2));
    let ip = format!("ip={third}");
    let words = ["do", "remove", "--set", &ip, "--yes", "--endpoint", &master];
    // A configuration in flight holds the master for a moment.
    let start = std::time::Instant::now();
    while site.run(&words).code != Some(0) {
        assert!(start.elapsed().as_secs() < 60, "it is not removed");
    }
    site.apply().ended(0, &["it joins again", "prod is set up"]);
    assert_eq!(site.changes(2)["POST agent/join"], 2);
    let mut servers = site.command(&["get", "servers", "-o", "json"]);
    servers
        .env("OBDECK_PASSWORD", ROOT)
        .env("OBDECK_ENDPOINT", &master);
    let servers = String::from_utf8(servers.output().unwrap().stdout).unwrap();
    assert!(servers.contains("24020"), "its own port: {servers}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_step_that_failed_goes_on_after_a_retry_and_is_not_sent_again() {
    let site = Site::new(&["task-fail=Start observer#1"]).await;
    site.write(&site.plan("", ""));
    let said = site
        .apply()
        .ended(3, &["init: its task", "obdeck task retry"]);
    let id = said.err.split("obdeck task retry ").nth(1).unwrap();
    let id = id.split(|c: char| !c.is_ascii_digit()).next().unwrap();
    // As it stands it fails again, and says so.
    site.apply().ended(3, &["init: its task"]);
    let mut retry = site.command(&["task", "retry", id, "--yes"]);
    retry
        .env("OBDECK_PASSWORD", ROOT)
        .env("OBDECK_ENDPOINT", site.agent(0));
    super::apply::Said::from(retry.output().unwrap()).ended(0, &["succeeded"]);
    site.apply().ended(0, &["prod is set up"]);
    assert_eq!(site.changes(0)["POST ob/init"], 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_an_edited_plan_changes_is_sent_again_and_nothing_else() {
    let site = Site::new(&["task-fail=Start observer#1"]).await;
    site.write(&site.plan("", ""));
    let said = site
        .apply()
        .ended(3, &["init: its task", "obdeck task retry"]);
    let id = said.err.split("obdeck task retry ").nth(1).unwrap();
    let id = id.split(|c: char| !c.is_ascii_digit()).next().unwrap();
    let mut undo = site.command(&["task", "rollback", id, "--yes"]);
    undo.env("OBDECK_PASSWORD", ROOT)
        .env("OBDECK_ENDPOINT", site.agent(0));
    super::apply::Said::from(undo.output().unwrap()).ended(0, &["rolled back"]);
    // The common parameters change: the narrower ones must be written after them.
    site.write(&site.plan("", "").replace("\"8G\"", "\"7G\""));
    let said = site.apply().ended(0, &["prod is set up"]);
    for step in ["join-self", "cluster-config"] {
        let so = format!("✓ {step}: is so already");
        assert!(said.out.contains(&so), "{said:#?}");
    }
    let master = site.changes(0);
    assert_eq!(master["PUT observer/config"], 10, "{master:?}");
    assert_eq!(master["PUT obcluster/config"], 1, "{master:?}");
    assert_eq!(master["POST ob/init"], 2, "{master:?}");
    let all = [0, 1, 2].map(|agent| site.changes(agent)["POST agent/join"]);
    assert_eq!(all, [1, 1, 1]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn agents_that_have_a_password_already_are_set_up_with_it() {
    let site = Site::new(&[]).await;
    for number in [0, 2] {
        let agent = format!("agent={}", site.agent(number));
        let password = format!("password={AGENT}");
        let words = [
            "do",
            "agent-password",
            "--yes",
            "--set",
            &agent,
            "--set",
            &password,
        ];
        let endpoint = site.agent(number);
        let mut command = site.command(&words);
        let said = command.env("OBDECK_ENDPOINT", endpoint).output().unwrap();
        super::apply::Said::from(said).ended(0, &["done"]);
    }
    site.write(&site.plan("", ""));
    site.apply().ended(8, &["the plan does not name it"]);
    let mut plan = site.plan("", "");
    for number in [0, 2] {
        let agent = format!("agent = \"{}\"\n", site.agent(number));
        let with = format!("{agent}agent_password = {{ env = \"AGENT\" }}\n");
        plan = plan.replace(&agent, &with);
    }
    site.write(&plan);
    site.apply()
        .ended(0, &["its followers answer nobody", "prod is set up"]);
    assert_eq!(site.changes(1)["POST agent/join"], 1);
}
