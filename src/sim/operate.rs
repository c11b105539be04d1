//! RETRY, ROLLBACK, CANCEL and PASS, and what refuses them.

use super::age::Age;
use super::answer::Refusal;
use super::task::{Dag, Node, Operator, Span, State};
use super::work::Flags;
use super::world::World;

fn refuse(name: &'static str, message: String) -> Refusal {
    Refusal::new(400, name, message)
}

/// A node may do what all its sub-tasks may.
fn may(node: &Node, flag: impl Fn(Flags) -> bool) -> bool {
    node.tasks.iter().all(|task| flag(task.work.flags()))
}

fn lacking(nodes: &[Node], flag: impl Fn(Flags) -> bool + Copy) -> Option<&Node> {
    nodes.iter().find(|node| !may(node, flag))
}

impl World {
    /// `POST task/dag/:id`.
    pub(super) fn operate(
        &mut self,
        store: usize,
        index: usize,
        operator: &str,
    ) -> Result<(), Refusal> {
        match operator.to_ascii_uppercase().as_str() {
            "RETRY" => self.retry(store, index),
            "ROLLBACK" => self.order_rollback(store, index),
            "CANCEL" => self.order_cancel(store, index),
            "PASS" => self.pass(store, index),
            _ => Err(refuse(
                "Task.Dag.Operator.NotSupport",
                format!("Operator {operator} is not supported"),
            )),
        }
    }

    fn asked(&self, store: usize, index: usize) -> Result<&Dag, Refusal> {
        self.dag(store, index)
            .ok_or_else(|| Refusal::not_found("record not found"))
    }

    fn retry(&mut self, store: usize, index: usize) -> Result<(), Refusal> {
        let dag = self.asked(store, index)?;
        if dag.state != State::Failed {
            return Err(refuse(
                "Task.Dag.Operator.RetryNotFailedDag",
                "Failed to set DAG retry: DAG state is not failed".into(),
            ));
        }
        if let Some(node) = dag
            .nodes
            .get(dag.stage - 1)
            .filter(|node| !may(node, |flags| flags.retry))
        {
            return Err(refuse(
                "Task.Dag.Operator.RetryNotAllowed",
                format!("Failed to set DAG retry: node {} cannot retry", node.name),
            ));
        }
        self.relock(store, index)?;
        self.set_retry(store, index);
        Ok(())
    }

    /// A DAG whose failure has freed its lock must have it again before it goes on.
    fn relock(&self, store: usize, index: usize) -> Result<(), Refusal> {
        let freed = self.dag(store, index).is_some_and(Dag::freed);
        let Some(held) = self.lock(store).filter(|_| freed) else {
            return Ok(());
        };
        if store < self.agents.len() {
            return Err(Refusal::busy(&self.name(store)));
        }
        Err(Refusal::under(&held.name))
    }

    fn order_rollback(&mut self, store: usize, index: usize) -> Result<(), Refusal> {
        let dag = self.asked(store, index)?;
        if dag.state != State::Failed {
            return Err(refuse(
                "Task.Dag.Operator.RollbackNotFailedDag",
                "Failed to set DAG rollback: DAG state is not failed".into(),
            ));
        }
        let touched = dag.nodes.get(..dag.stage).unwrap_or_default();
        if let Some(node) = lacking(touched, |flags| flags.rollback) {
            return Err(refuse(
                "Task.Dag.Operator.RollbackNotAllowed",
                format!(
                    "Failed to set DAG rollback: node {} cannot rollback",
                    node.name
                ),
            ));
        }
        self.relock(store, index)?;
        self.set_rollback(store, index);
        Ok(())
    }

    pub(super) fn order_cancel(&mut self, store: usize, index: usize) -> Result<(), Refusal> {
        let dag = self.asked(store, index)?;
        if dag.state.ended() {
            return Err(refuse(
                "Task.Dag.Operator.CancelFinishedDag",
                "Failed to cancel DAG: DAG is finished".into(),
            ));
        }
        let touched = dag.nodes.get(..dag.stage).unwrap_or_default();
        if let Some(node) = lacking(touched, |flags| flags.cancel) {
            return Err(refuse(
                "Task.Dag.Operator.CancelNotAllowed",
                format!("Failed to cancel DAG: node {} cannot cancel", node.name),
            ));
        }
        if let Some(dag) = self.dag_mut(store, index) {
            reset(dag, Operator::Cancel);
            if let Some(node) = dag.current() {
                node.state = State::Pending;
                node.operator = Operator::Cancel;
                node.span = Span::epoch();
            }
        }
        self.wake(store);
        Ok(())
    }

    fn pass(&mut self, store: usize, index: usize) -> Result<(), Refusal> {
        let dag = self.asked(store, index)?;
        if dag.state != State::Failed {
            return Err(refuse(
                "Task.Dag.Operator.PassNotFailedDag",
                "Failed to pass DAG: DAG is not failed".into(),
            ));
        }
        // The first agents looked at what had succeeded too.
        let all = self.age < Age::V424;
        let open = dag
            .nodes
            .iter()
            .filter(|node| all || node.state != State::Succeed);
        if let Some(node) = open.clone().find(|node| !may(node, |flags| flags.pass)) {
            return Err(refuse(
                "Task.Dag.Operator.PassNotAllowed",
                format!("Failed to pass DAG: node {} cannot pass", node.name),
            ));
        }
        self.set_pass(store, index);
        Ok(())
    }

    /// Declare a DAG done; nothing runs.
    pub(super) fn set_pass(&mut self, store: usize, index: usize) {
        let now = self.now();
        if let Some(dag) = self.dag_mut(store, index) {
            dag.state = State::Succeed;
            dag.operator = Operator::Pass;
            dag.span.end = now;
            for node in dag
                .nodes
                .iter_mut()
                .filter(|node| node.state != State::Succeed)
            {
                pass_node(node, now);
            }
        }
    }

    /// `POST task/node/:id`.
    pub(super) fn operate_node(
        &mut self,
        store: usize,
        index: usize,
        at: usize,
        operator: &str,
    ) -> Result<(), Refusal> {
        let now = self.now();
        if !operator.eq_ignore_ascii_case("PASS") {
            return Err(refuse(
                "Task.Node.Operator.NotSupport",
                format!("Operator {operator} is not supported"),
            ));
        }
        let dag = self.asked(store, index)?;
        let node = dag
            .nodes
            .get(at)
            .ok_or_else(|| Refusal::not_found("record not found"))?;
        if dag.state != State::Failed {
            return Err(refuse(
                "Task.Node.Operator.PassNotFailedDag",
                "Failed to pass node: assigned DAG is not failed".into(),
            ));
        }
        if node.state != State::Failed {
            return Err(refuse(
                "Task.Node.Operator.PassNotFailedNode",
                "Failed to pass node: node is not failed".into(),
            ));
        }
        if !may(node, |flags| flags.pass) {
            return Err(refuse(
                "Task.Node.Operator.PassNotAllowed",
                format!("Failed to pass node: node {} cannot pass", node.name),
            ));
        }
        if let Some(dag) = self.dag_mut(store, index) {
            reset(dag, Operator::Run);
            if let Some(node) = dag.nodes.get_mut(at) {
                pass_node(node, now);
            }
        }
        self.wake(store);
        Ok(())
    }

    /// Turn a failed DAG forward again.
    pub(super) fn set_retry(&mut self, store: usize, index: usize) {
        if let Some(dag) = self.dag_mut(store, index) {
            reset(dag, Operator::Run);
            if let Some(node) = dag.current() {
                node.state = State::Pending;
                node.operator = Operator::Retry;
                node.span = Span::epoch();
            }
        }
        self.wake(store);
    }

    /// Turn a failed DAG back.
    pub(super) fn set_rollback(&mut self, store: usize, index: usize) {
        if let Some(dag) = self.dag_mut(store, index) {
            reset(dag, Operator::Rollback);
            for node in dag.nodes.iter_mut().take(dag.stage) {
                node.state = State::Pending;
                node.operator = Operator::Rollback;
                node.span = Span::epoch();
            }
        }
        self.wake(store);
    }
}

fn reset(dag: &mut Dag, operator: Operator) {
    dag.state = State::Ready;
    dag.operator = operator;
    dag.span = Span::epoch();
}

fn pass_node(node: &mut Node, now: jiff::Timestamp) {
    node.state = State::Succeed;
    node.operator = Operator::Pass;
    node.span.end = now;
    for task in &mut node.tasks {
        task.state = State::Succeed;
        task.operator = Operator::Pass;
        task.span.end = now;
        task.epoch += 1;
    }
}
