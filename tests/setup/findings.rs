//! What a probe of real agents says before anything is sent.

use obdeck::sim::{Options, Scene, Sim};

use super::apply::Site;
use super::program;

async fn another(version: &str) -> Sim {
    Sim::start(Options {
        scene: Scene::Fresh,
        agents: Some(1),
        listen: ([127, 0, 0, 1], 0).into(),
        speed: 100.0,
        agent_version: Some(version.to_owned()),
        ..Options::default()
    })
    .await
    .unwrap()
}

fn nothing_was_sent(site: &Site) {
    for agent in 0..3 {
        assert_eq!(site.changes(agent), [].into());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_blocks_sends_nothing() {
    let site = Site::new(&[]).await;
    let plan = site.plan("", "");
    let third = site.agent(2);

    // Nobody listens there now.
    let silent = program::closed_port();
    site.write(&plan.replace(&third, &format!("127.0.0.1:{silent}")));
    site.apply().ended(8, &["does not answer", "not sent"]);
    nothing_was_sent(&site);

    let old = another("4.3.1.0").await;
    site.write(&plan.replace(&third, &old.endpoints()[0].address.to_string()));
    site.apply().ended(8, &["same version and release"]);
    nothing_was_sent(&site);

    site.write(&plan.replace("24020", "24001"));
    site.apply().ended(8, &["24001 is taken by", "not sent"]);
    nothing_was_sent(&site);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn yes_goes_past_warnings_and_prints_them() {
    let site = Site::new(&["clock=900ms@time#1"]).await;
    let taken = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let plan = site
        .plan("", "")
        .replace("24010", &port)
        .replace("\"8G\"", "\"4G\"")
        .replace("\"24G\"", "\"6G\"");
    site.write(&plan);
    let words = [
        "several zones: the host takes them down together",
        "an observer wants 6G at least",
        "under three times the memory",
        "somebody listens there already",
    ];
    // Nobody is there to answer.
    site.run(&["apply", "plan.toml"]).ended(2, &words);
    nothing_was_sent(&site);
    let by_hand = [
        "ls -A store",
        "ss -ltn",
        "chronyc tracking",
        "ulimit -n",
        "sysctl",
    ];
    site.apply()
        .ended(0, &[&words[..], &by_hand, &["prod is set up"]].concat());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dead_ends_are_named_with_their_cure() {
    let site = Site::new(&["task-fail=Join to master"]).await;
    site.write(&site.plan("", ""));
    let cure = [
        "joining failed",
        "empty its home and start a new agent there",
    ];
    site.apply().ended(3, &cure);
    site.apply().ended(8, &cure);

    let site = Site::new(&[]).await;
    let [first, second, third] = [0, 1, 2].map(|number| site.agent(number));
    for agent in [&second, &third] {
        let sets = [
            format!("agent={agent}"),
            format!("master={second}"),
            "zone=z".into(),
        ];
        let sets = sets.iter().flat_map(|set| ["--set", set]);
        let words: Vec<&str> = ["do", "join", "--yes"].into_iter().chain(sets).collect();
        site.run(&words).ended(0, &["succeeded"]);
    }
    let one = site.plan("", "").replace(&second, "10.255.255.1:1");
    let lines: Vec<_> = one.split("[[server]]").collect();
    site.write(&[lines[0], lines[1], lines[3]].join("[[server]]").replace(
        "[[zone]]\nname = \"zone2\"\nobserver = { cpu_count = \"4\" }\n",
        "",
    ));
    site.apply()
        .ended(8, &[&third, "one that forgot it", "empty its home"]);
    assert!(site.changes(0).is_empty(), "{first} was sent something");
}
