//! The answer to a change is lost: it is not sent again, and what became of it
//! is looked for and said, with exit code 7.

use super::{AGENT, ROOT, Said, Site};

impl Site {
    /// Sends a form whose answer is lost; follows the task that it made.
    #[track_caller]
    fn lost(&self, form: &str, sets: &str, found: &str) {
        let said = self.form(form, sets);
        assert_eq!(said.code, 7, "{form}: {said:#?}");
        assert!(
            said.err.contains("the answer was lost"),
            "{form}: {said:#?}"
        );
        assert!(
            said.err.contains(found),
            "{form}: no `{found}` in {said:#?}"
        );
        if let Some((_, id)) = said.err.split_once("obdeck task watch ") {
            let id: String = id.chars().take_while(char::is_ascii_digit).collect();
            let watched = self.run(&["task", "watch", &id]);
            assert!([0, 5, 6].contains(&watched.code), "{form}: {watched:#?}");
        }
    }
}

/// Every changing route loses its answer and does what was asked. Who may not
/// poll any more waits for the change itself.
#[test]
fn every_form_says_what_became_of_it() {
    let routes = [
        "agent/join",
        "agent/remove",
        "observer/config",
        "obcluster/config",
        "ob/init",
        "ob/scale_out",
        "ob/scale_in",
        "ob/start",
        "ob/stop",
        "ob/zone/zone3/stop#2",
        "zone/",
        "agent/password",
        "obproxy",
    ];
    let faults: Vec<String> = routes
        .iter()
        .flat_map(|route| ["--fault".to_owned(), format!("lost-answer@{route}")])
        .collect();
    let faults: Vec<&str> = faults.iter().map(String::as_str).collect();
    let mut site = Site::fresh("5", &faults);
    let [first, second, third, fourth, fifth] = [0, 1, 2, 3, 4].map(|number| site.agent(number));
    let made = "it was made: task";
    for (agent, zone) in [(&first, 1), (&second, 2), (&third, 3), (&fourth, 4)] {
        let sets = format!("agent={agent} master={first} zone=zone{zone}");
        site.lost("join", &sets, made);
    }
    // It may make any of several tasks.
    site.lost("remove", &format!("ip={fourth}"), "not known");
    let start = std::time::Instant::now();
    let busy = |agent: &serde_json::Value| agent["under_maintenance"] == true;
    while site.list("agents").len() > 3 || site.list("agents").iter().any(busy) {
        assert!(start.elapsed().as_secs() < 60, "it is still there");
    }
    for (number, agent) in [&first, &second, &third].into_iter().enumerate() {
        let sets = format!(
            "observerConfig.mysql_port={} observerConfig.rpc_port={} scope.type=SERVER scope.target={agent}",
            3000 + number,
            3100 + number
        );
        site.lost("observer-config", &sets, made);
    }
    let config = format!("clusterId=7 clusterName=prod rootPwd={ROOT}");
    site.lost("cluster-config", &config, made);
    ROOT.clone_into(&mut site.root);
    site.lost("init", "", made);
    assert_eq!(site.status(2), "RUNNING");

    let server = format!("scope.type=SERVER scope.target={third}");
    site.lost("stop", &format!("{server} force=true"), made);
    site.lost("start", &server, made);
    assert_eq!(site.status(2), "RUNNING");
    site.lost("zone-stop", "zone=zone3", made);
    site.lost("start", "scope.type=ZONE scope.target=zone3", made);
    let ports = "obConfigs.mysql_port=3203 obConfigs.rpc_port=3303";
    site.lost(
        "scale-out",
        &format!("agentInfo={fourth} zone=zone1 {ports}"),
        made,
    );
    assert_eq!(site.status(3), "RUNNING");
    site.lost("scale-in", &format!("agent_info={fourth}"), made);
    let ports = "obConfigs.mysql_port=3204 obConfigs.rpc_port=3304";
    site.lost(
        "scale-out",
        &format!("agentInfo={fifth} zone=zone5 {ports}"),
        made,
    );
    site.lost("zone-delete", "zone=zone5", made);
    assert_eq!(site.list("zones").len(), 3);

    // It makes no task by which one could tell.
    let password = format!("agent={second} password={AGENT}");
    site.lost("agent-password", &password, "not known");
    let at = format!("agent={second}");
    site.lost("proxy-add", &format!("{at} home_path=/data/p1"), made);
    site.lost("proxy-stop", &at, made);
    site.lost("proxy-start", &at, made);
    site.lost("proxy-delete", &at, made);
    assert!(site.list("proxies").is_empty());
}

#[test]
fn a_parameter_whose_answer_is_lost_is_not_known() {
    let site = Site::cluster("3", &["--fault", "lost-answer@obcluster/parameters#1"]);
    let level = "name=syslog_level scope=CLUSTER value=TRACE";
    let said: Said = site.form("parameter-set", level);
    said.refused(7, "whether it happened is not known");
    let list = site.list("parameters");
    let found = list
        .iter()
        .find(|one| one["name"] == "syslog_level")
        .unwrap();
    assert_eq!(found["value"], "TRACE");
}
