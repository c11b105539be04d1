//! Sub-tasks that another agent does: a DAG there, asked every second, its lines copied.

use super::super::engine::{Draft, Place};
use super::super::task::State;
use super::super::world::World;
use super::{Step, Work};

/// Done by the agent it names, not by the one that coordinates.
pub(super) fn follows(work: &Work) -> bool {
    matches!(
        work,
        Work::Workdir { .. }
            | Work::DestroyWorkdir { .. }
            | Work::StartObserver { .. }
            | Work::StopObserver
            | Work::Synchronize { .. }
    )
}

impl World {
    pub(super) fn run_remote(&mut self, place: Place, agent: usize, work: &Work) {
        match work {
            Work::StartObserver { .. } => self.log(place, "start observer"),
            Work::Synchronize { .. } => self.log(place, "encrypt password for agent"),
            _ => {}
        }
        let again = self.task(place).is_some_and(|task| task.times > 1);
        self.log(place, format!("retry flag: {again}"));
        let name = self
            .task(place)
            .map(|task| task.name.clone())
            .unwrap_or_default();
        self.create_remote(place, agent, &name, work.clone());
    }

    pub(super) fn roll_back_remote(&mut self, place: Place, agent: usize, work: &Work) {
        let Some(remote) = self.task(place).and_then(|task| task.remote) else {
            self.after(place, 0, Step::Done);
            return;
        };
        let index = remote as usize - 1;
        let Some(dag) = self.dag(agent, index) else {
            return;
        };
        if dag.active() {
            let (text, id) = (dag.name.clone(), self.generic(agent, dag));
            let address = self.name(agent);
            let error = format!(
                "[Agent.UnderMaintenanceDag]: {address} is under maintenance by DAG [{id}:{text}]"
            );
            self.after(place, 4, Step::Fail(error));
            return;
        }
        if dag.state == State::Failed {
            let id = self.generic(agent, dag);
            self.log(
                place,
                format!("send operator ROLLBACK request to /api/v1/task/dag/{id}"),
            );
            self.set_rollback(agent, index);
            self.after(place, 1_004, Step::Poll);
            return;
        }
        self.log(place, "remote task is succeed, send rpc to rollback");
        let (name, undo) = match work {
            Work::Workdir { owner } => (
                "Destroy observer workdir",
                Work::DestroyWorkdir { owner: *owner },
            ),
            _ => ("Stop observer", Work::StopObserver),
        };
        self.create_remote(place, agent, name, undo);
    }

    fn create_remote(&mut self, place: Place, agent: usize, name: &str, work: Work) {
        if let Some(dag) = self.lock(agent) {
            let error = format!(
                "[Agent.UnderMaintenanceDag]: {} is under maintenance by DAG [{}:{}]",
                self.name(agent),
                self.generic(agent, dag),
                dag.name
            );
            self.after(place, 4, Step::Fail(error));
            return;
        }
        let index = self.create(agent, Draft::new(name).node(name, agent, work));
        if let Some(task) = self.task_mut(place) {
            task.remote = Some(index as u64 + 1);
        }
        self.after(place, 1_012, Step::Poll);
    }

    pub(super) fn poll_remote(&mut self, place: Place) {
        let Some((agent, Some(remote))) = self.task(place).map(|task| (task.agent, task.remote))
        else {
            return;
        };
        let Some(dag) = self.dag(agent, remote as usize - 1) else {
            return;
        };
        let id = self.generic(agent, dag);
        let (name, state) = (dag.name.clone(), dag.state);
        let line = format!(
            "remote task {id} {name} running [{}/{}]",
            dag.stage,
            dag.nodes.len()
        );
        let lines: Vec<String> = dag
            .nodes
            .iter()
            .flat_map(|node| &node.tasks)
            .flat_map(|task| &task.logs)
            .map(|line| format!("task {name}: {}", line.text))
            .collect();
        self.log(place, line);
        if !state.ended() {
            self.after(place, 1_000, Step::Poll);
            return;
        }
        for line in lines {
            self.log(place, line);
        }
        if state == State::Succeed {
            self.after(place, 0, Step::Done);
        } else {
            let error = format!("[Task.RemoteTask.Failed]: Remote task {id} {name} failed");
            self.after(place, 0, Step::Fail(error));
        }
    }
}
