//! Each rule of the tree with its smallest example.

use super::graph::Graph;
use super::model::State::{Failed, Pending, Running, Succeeded};
use super::model::Task;
use super::tree::{Branch, Folding, Item, Row, Tree};
use super::{budget, sample};

fn draw(rows: &[Row], task: &Task) -> String {
    let mut out = String::new();
    for row in rows {
        let hang = usize::from(row.branch != Branch::None);
        for column in 0..usize::from(row.depth) - hang {
            out.push_str(if row.guides >> column & 1 == 1 {
                "│ "
            } else {
                "  "
            });
        }
        out.push_str(match row.branch {
            Branch::None => "",
            Branch::Tee => "├ ",
            Branch::Elbow => "└ ",
        });
        let name = row.node(task).map_or("", |node| &node.name);
        match row.item {
            Item::Node { .. } => out.push_str(name),
            Item::Reference { .. } => out.extend(["(", name, ")"]),
            Item::MoreReferences { count } => out.extend(["(+", &count.to_string(), ")"]),
            Item::RollUp => {}
        }
        if row.hidden.total > 0 {
            out.extend(["[", &row.hidden.words(), "]"]);
        }
        out.push('\n');
    }
    out
}

fn drawn(task: &Task) -> String {
    let tree = Tree::of(&Graph::of(task));
    format!("\n{}", draw(&tree.rows(task, &Folding::default()), task))
}

#[test]
fn a_chain_stays_at_one_depth() {
    assert_eq!(drawn(&sample::graph("A>B>C>D")), "\nA\nB\nC\nD\n");
}

#[test]
fn a_fork_grows_and_its_join_gives_back() {
    assert_eq!(
        drawn(&sample::graph("A>B>D A>C>D D>E")),
        "
A
├ B
│ └ (D)
└ C
D
E
"
    );
}

#[test]
fn a_join_of_some_branches_stays_in_its_branch() {
    assert_eq!(
        drawn(&sample::graph("A>B A>C A>D B>E C>E E>F")),
        "
A
├ B
│ └ (E)
├ C
│ E
│ F
└ D
"
    );
}

#[test]
fn layers_do_not_march_off_the_screen() {
    let mut edges = String::new();
    for layer in 0..20 {
        for from in 0..3 {
            for to in 0..3 {
                let edge = format!("L{layer}.{from}>L{}.{to} ", layer + 1);
                edges.push_str(&edge);
            }
        }
    }
    let task = sample::graph(&format!("root>L0.0 root>L0.1 root>L0.2 {edges}"));
    let tree = Tree::of(&Graph::of(&task));
    assert_eq!(tree.lines().iter().map(|line| line.depth).max(), Some(2));
}

#[test]
fn an_edge_past_a_step_is_a_reference() {
    assert_eq!(drawn(&sample::graph("A>B>C A>C")), "\nA\n└ (C)\nB\nC\n");
}

#[test]
fn circles_and_lost_ends_are_drawn_once() {
    assert_eq!(drawn(&sample::graph("A>B>C>A")), "\nA\nB\nC\n");
    let mut task = sample::graph("A>B");
    task.nodes[1].upstream.push(super::Key("subtask:77".into()));
    assert_eq!(drawn(&task), "\nA\nB\n");
}

#[test]
fn sub_tasks_hang_in_their_stage_and_an_only_one_merges() {
    let task = sample::stages(&[
        ("Integrate config", Succeeded, &[Succeeded]),
        ("Start observer", Running, &[Succeeded, Running, Failed]),
        ("Migrate table", Pending, &[Pending]),
        ("Synchronize", Pending, &[Pending, Pending]),
    ]);
    assert_eq!(
        drawn(&task),
        "
Integrate config
Start observer
├ Start observer
├ Start observer
└ Start observer
Migrate table
Synchronize[2 waiting]
"
    );
}

#[test]
fn a_budget_rolls_up_what_is_no_news() {
    let mut list = vec![("done", Succeeded, &[Succeeded][..]); 14];
    list.push(("works", Running, &[Running]));
    list.extend(vec![("later", Pending, &[Pending][..]); 6]);
    let task = sample::stages(&list);
    let tree = Tree::of(&Graph::of(&task));
    let rows = tree.rows(&task, &Folding::default());
    let fit = |height| draw(&budget::fit(&rows, &task, height, None), &task);
    assert_eq!(fit(3), "[14 done]\nworks\n[6 waiting]\n");
    assert_eq!(fit(5), "[14 done]\nworks\nlater\nlater\n[4 waiting]\n");
    assert_eq!(fit(21).lines().count(), 21);
}
