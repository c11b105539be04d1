//! `obdeck apply` is killed with SIGKILL after each step in turn, and in the
//! middle of each: started again it ends in the same cluster, and no agent got
//! a request twice.

use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::apply::Site;

const DEADLINE: Duration = Duration::from_secs(60);

/// In the order of the plan; the joins of followers run side by side.
fn steps(site: &Site) -> Vec<String> {
    let [first, second, third] = [0, 1, 2].map(|number| site.agent(number));
    vec![
        "join-self".to_owned(),
        format!("join {second}"),
        format!("join {third}"),
        "configure all".to_owned(),
        "configure zone zone2".to_owned(),
        format!("configure server {first}"),
        format!("configure server {second}"),
        format!("configure server {third}"),
        "cluster-config".to_owned(),
        "init".to_owned(),
        format!("agent-password {first}"),
        format!("agent-password {second}"),
        format!("agent-password {third}"),
        format!("proxy {second}"),
    ]
}

/// Waits until a step came so far; `false` where the program ended before.
fn came(site: &Site, child: &mut Child, step: &str, far: &[&str]) -> bool {
    let start = Instant::now();
    loop {
        if site
            .marks(step)
            .iter()
            .any(|mark| far.contains(&mark.as_str()))
        {
            return true;
        }
        if let Some(status) = child.try_wait().unwrap() {
            assert!(status.success(), "it ended with {status} before {step}");
            return false;
        }
        assert!(start.elapsed() < DEADLINE, "{step} never came to {far:?}");
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// What stands at the end: who is what, and the ports of the servers. Times and
/// the agents' own ports differ from simulation to simulation.
fn cluster(site: &Site) -> Vec<String> {
    let mut found = Vec::new();
    for pane in ["zones", "servers", "agents", "proxies"] {
        let mut command = site.command(&["get", pane, "-o", "json"]);
        command
            .env("OBDECK_PASSWORD", super::apply::ROOT)
            .env("OBDECK_ENDPOINT", site.agent(0));
        let output = command.output().unwrap();
        assert!(output.status.success(), "{output:?}");
        let list: Value = serde_json::from_slice(&output.stdout).unwrap();
        let mut lines: Vec<String> = list["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|item| {
                let mut item = item.as_object().unwrap().clone();
                item.retain(|key, _| !key.ends_with("_at"));
                (0..3).fold(format!("{pane} {item:?}"), |text, number| {
                    text.replace(&site.agent(number), &format!("agent{number}"))
                })
            })
            .collect();
        assert!(!lines.is_empty(), "no {pane}");
        lines.sort();
        found.extend(lines);
    }
    found
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_at_every_step_it_ends_in_the_same_cluster_and_sends_nothing_twice() {
    let site = Site::new(&[]).await;
    let after = format!(
        "agent_password = {{ env = \"AGENT\" }}\nobproxy = {{ agent = \"{}\", home_path = \"/data/p1\" }}",
        site.agent(1)
    );
    site.write(&site.plan("", &after));
    let mut kills = 0;
    for step in steps(&site) {
        // In flight, with its task running, and at its end.
        for far in [&["begun", "made", "done"][..], &["made", "done"], &["done"]] {
            let is_so = |mark: &String| far.contains(&mark.as_str());
            if site.marks(&step).iter().any(is_so) {
                continue;
            }
            let mut child = site
                .command(&["apply", "plan.toml", "--yes"])
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .unwrap();
            if came(&site, &mut child, &step, far) {
                child.kill().unwrap();
                kills += 1;
            }
            child.wait().unwrap();
        }
    }
    assert!(kills >= 2 * steps(&site).len(), "only {kills} kills");
    site.apply().ended(0, &["runs already", "no difference"]);

    let all = [0, 1, 2].map(|number| site.changes(number));
    let join = ("POST agent/join".to_owned(), 1);
    let password = ("POST agent/password".to_owned(), 1);
    let proxy = ("POST obproxy".to_owned(), 1);
    let master = [
        ("PUT observer/config".to_owned(), 5),
        ("PUT obcluster/config".to_owned(), 1),
        ("POST ob/init".to_owned(), 1),
        join.clone(),
        password.clone(),
    ];
    assert_eq!(
        all,
        [
            master.into(),
            [join.clone(), password.clone(), proxy].into(),
            [join, password].into()
        ],
        "after {kills} kills"
    );

    let other = Site::new(&[]).await;
    let after = after.replace(&site.agent(1), &other.agent(1));
    other.write(&other.plan("", &after));
    other.apply().ended(0, &["prod is set up"]);
    assert_eq!(cluster(&site), cluster(&other));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_one_beside_it_sends_nothing() {
    let site = Site::new(&["task-hang=Create observer workdir"]).await;
    site.write(&site.plan("", ""));
    let mut first = site.start();
    assert!(came(&site, &mut first, "init", &["made"]));
    let sent: Vec<_> = (0..3).map(|agent| site.changes(agent)).collect();
    site.apply()
        .ended(8, &["another obdeck is at work on this setup"]);
    let after: Vec<_> = (0..3).map(|agent| site.changes(agent)).collect();
    assert_eq!(sent, after);
    first.kill().unwrap();
    first.wait().unwrap();
}
