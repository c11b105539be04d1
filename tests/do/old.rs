//! Older agents: the same forms, through the seals and errors of their day.

use super::{ROOT, Site};

#[test]
fn older_agents_are_joined_configured_and_initialised() {
    for version in ["4.2.2.0", "4.2.3.0", "4.2.6.0", "4.3.1.0"] {
        let mut site = Site::fresh("3", &["--agent-version", version]);
        let master = site.agent(0);
        for number in 0..3 {
            let (agent, zone) = (site.agent(number), number + 1);
            let sets = format!("agent={agent} master={master} zone=zone{zone}");
            site.form("join", &sets).done("succeeded");
            let config = format!(
                "observerConfig.mysql_port={} observerConfig.rpc_port={} scope.type=SERVER scope.target={agent}",
                2881 + 100 * number,
                2882 + 100 * number
            );
            site.form("observer-config", &config).done("succeeded");
        }
        let again = format!("agent={master} master={master} zone=zone1");
        let said = site.form("join", &again);
        assert_eq!(said.code, 4, "{version}: {said:#?}");
        let config = format!("clusterId=7 clusterName=prod rootPwd={ROOT}");
        site.form("cluster-config", &config).done("succeeded");
        ROOT.clone_into(&mut site.root);
        let said = site.form("init", "").done("succeeded");
        let all = format!("{}{}", said.out, said.err);
        let words = all.split(|c: char| !c.is_ascii_digit());
        let id = words.max_by_key(|word| word.len()).unwrap();
        site.run(&["task", "watch", id]).done("Initialize cluster");
        let agents = site.list("agents");
        assert_eq!(agents.len(), 3, "{version}: {agents:?}");
        for agent in &agents {
            assert_eq!(agent["identity"], "CLUSTER AGENT", "{version}: {agent}");
        }
        let said = site.run(&["get", "cluster"]);
        assert_eq!(said.code, 0, "{version}: {said:#?}");
        assert!(said.out.contains("prod"), "{version}: {said:#?}");
    }
}
