//! `obdeck task watch` of several tasks: each is named, each end is told, and
//! the first bad end counts.

use serde_json::Value;

use super::program::{Simulator, obdeck};
use super::{Told as _, join, json};

/// The id of the task that a form made.
fn made(arguments: &[String]) -> String {
    let made = obdeck()
        .args(arguments)
        .args(["--yes", "--no-watch", "--json"])
        .output()
        .unwrap();
    let (out, err) = made.text();
    assert_eq!(made.code(), 0, "{out}\n{err}");
    json(out.lines().next().unwrap().as_bytes())["id"]
        .as_str()
        .unwrap()
        .to_owned()
}

/// A master that follows itself already, and two tasks: a second agent that
/// becomes a master of its own, and a third that joins the first.
fn two(faults: &[&str]) -> (Simulator, [String; 2]) {
    let fresh = ["--scene", "fresh", "--agents", "3", "--speed", "5"];
    let simulator = Simulator::start(&[&fresh, faults].concat());
    let [first, second, third] = [0, 1, 2].map(|number| simulator.agent(number));
    let arguments = join(&first, &first, "zone1");
    let joined = obdeck().args(&arguments).arg("--yes").output().unwrap();
    assert_eq!(joined.code(), 0, "{joined:?}");
    let good = made(&join(&second, &second, "zone1"));
    let other = made(&join(&first, &third, "zone2"));
    (simulator, [good, other])
}

#[test]
fn two_tasks_are_watched_as_one_and_each_end_is_told() {
    let (simulator, [one, other]) = two(&[]);
    let agent = simulator.agent(0);
    let watched = obdeck()
        .args([
            "task",
            "watch",
            &one,
            &other,
            "--plain",
            "--endpoint",
            &agent,
        ])
        .output()
        .unwrap();
    let (out, err) = watched.text();
    assert_eq!(watched.code(), 0, "{out}\n{err}");
    for name in ["Join self", "Join to master"] {
        let end = out.lines().filter(|line| {
            line.contains(name) && line.contains("succeeded") && line.contains("after")
        });
        assert_eq!(end.count(), 1, "the end of {name} is told once\n{out}");
    }

    // One that is over already is told as well, as often as it is asked for.
    let again = obdeck()
        .args([
            "task",
            "watch",
            &one,
            &other,
            "--json",
            "--endpoint",
            &agent,
        ])
        .output()
        .unwrap();
    assert_eq!(again.code(), 0);
    let lines: Vec<Value> = again
        .text()
        .0
        .lines()
        .map(|line| json(line.as_bytes()))
        .collect();
    let ends = lines
        .iter()
        .filter(|line| line["schema"] == "obdeck.task/1");
    let ids: Vec<&str> = ends.filter_map(|line| line["id"].as_str()).collect();
    assert_eq!(ids, [one.as_str(), other.as_str()]);
}

#[test]
fn the_first_bad_end_counts_and_the_good_one_is_told() {
    let (simulator, [good, bad]) = two(&["--fault", "task-fail=Be follower"]);
    let agent = simulator.agent(0);
    let watched = obdeck()
        .args([
            "task",
            "watch",
            &good,
            &bad,
            "--plain",
            "--endpoint",
            &agent,
        ])
        .output()
        .unwrap();
    let (out, err) = watched.text();
    assert_eq!(watched.code(), 3, "{out}\n{err}");
    assert!(
        out.contains("Join self") && out.contains("succeeded after"),
        "{out}"
    );
    assert!(err.contains(&bad) && err.contains("Be follower"), "{err}");
    assert!(!err.contains(&good), "{err}");
}

#[test]
fn an_id_that_is_none_is_a_slip_before_anybody_is_asked() {
    let (simulator, [good, _]) = two(&[]);
    let agent = simulator.agent(0);
    let watched = obdeck()
        .args(["task", "watch", &good, "nonsense", "--endpoint", &agent])
        .output()
        .unwrap();
    assert_eq!(watched.code(), 2);
    assert!(
        watched.text().1.contains("`nonsense` is no id"),
        "{watched:?}"
    );
}
