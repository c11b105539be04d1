//! A change that a task holds back: which task, and how to look at it.

use super::{Said, Site};

/// The id behind `obdeck task watch`.
#[track_caller]
fn named(said: &Said) -> Vec<String> {
    let lines = said.err.lines();
    let ids = lines.filter_map(|line| line.strip_prefix("obdeck task watch "));
    ids.map(str::to_owned).collect()
}

#[test]
fn the_task_that_holds_the_cluster_is_named_with_the_command_that_shows_it() {
    let site = Site::cluster("4", &["--fault", "task-hang=Wait remote start finish"]);
    let (new, old) = (site.agent(3), site.agent(2));
    let sets =
        format!("agentInfo={new} zone=zone1 obConfigs.rpc_port=3182 obConfigs.mysql_port=3181");
    let arguments = ["do", "scale-out", "--yes", "--no-watch"];
    let sets: Vec<&str> = sets.split(' ').flat_map(|set| ["--set", set]).collect();
    let made = site
        .run(&[&arguments[..], &sets].concat())
        .done("Cluster scale out");
    let id = made.out.split(' ').nth(1).unwrap().to_owned();

    let said = site.form("scale-in", &format!("agent_info={old} force_kill=false"));
    said.refused(4, "OB.Cluster.UnderMaintenanceWithDag");
    said.refused(4, "Held by task Cluster scale out (running");
    assert_eq!(named(&said), [id.as_str()], "{said:#?}");

    // The command is right as it stands there.
    site.run(&["task", "show", &id]).done("Cluster scale out");
    // An operation that is refused for another reason names nobody.
    let rolled = site.run(&["task", "rollback", &id, "--yes", "--no-watch"]);
    rolled.refused(4, "Task.Dag.Operator.RollbackNotFailedDag");
    assert!(named(&rolled).is_empty(), "{rolled:#?}");
}
