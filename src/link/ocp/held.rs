//! Which task of a platform holds what a refused change needs. The platform
//! says that a task works on the cluster, not which (`api/ocp.md §4.2`).

use super::Inner;
use crate::fleet::request::Request;
use crate::fleet::task::{State, Task};
use crate::link::held::{Held, Holder, PATIENCE};
use crate::link::{LinkError, SendError};
use crate::wire::ocp::{self, api};

/// What has not ended well. A failed task keeps its cluster until somebody
/// retries it or rolls it back.
const UNFINISHED: [&str; 2] = ["RUNNING", "FAILED"];

impl Inner {
    /// A refusal, with the tasks that it may be about where it says that there is one.
    pub(super) async fn blamed(&self, request: &Request, error: LinkError) -> SendError {
        let LinkError::Refused { code, message, .. } = &error else {
            return error.into();
        };
        let Some(cluster) = cluster_of(&request.path).filter(|_| ocp::is_busy(code, message))
        else {
            return error.into();
        };
        let by = match tokio::time::timeout(PATIENCE, self.unfinished(cluster)).await {
            Ok(Ok(tasks)) => held(message, &tasks),
            Ok(Err(why)) => Held::not_told(&why),
            Err(_) => Held::too_slow(),
        };
        let by = Box::new(by);
        SendError::Held { error, by }
    }

    async fn unfinished(&self, cluster: &str) -> Result<Vec<Task>, LinkError> {
        let filter = api::TaskFilter {
            statuses: UNFINISHED.map(str::to_owned).to_vec(),
            cluster: Some(cluster.to_owned()),
            ..api::TaskFilter::default()
        };
        let answer = self.read(&api::tasks(&filter, 1)).await?;
        let tasks = ocp::tasks(&answer.data).items;
        for task in &tasks {
            self.note(task);
        }
        Ok(tasks)
    }
}

/// The platform's id of the cluster that a request is about.
fn cluster_of(path: &str) -> Option<&str> {
    let rest = path.strip_prefix("/api/v2/ob/clusters/")?;
    rest.split(['/', '?']).next().filter(|id| !id.is_empty())
}

fn held(message: &str, tasks: &[Task]) -> Held {
    let holders = |wanted: &dyn Fn(&&Task) -> bool| -> Vec<Holder> {
        tasks.iter().filter(wanted).map(Holder::of).collect()
    };
    let words = message.split(|c: char| !c.is_ascii_alphanumeric());
    let named = holders(&|task| words.clone().any(|word| word == task.id.0));
    if !named.is_empty() {
        return Held::one_of(named, true);
    }
    let running = holders(&|task| task.is_live());
    if running.is_empty() {
        return Held::one_of(holders(&|task| task.state == State::Failed), false);
    }
    Held::one_of(running, false)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::fleet::task::TaskId;

    fn tasks(all: &[(i64, &str)]) -> Vec<Task> {
        let contents: Vec<_> = all
            .iter()
            .map(|(id, status)| json!({"id": id, "name": "Stop OB zone", "status": status, "subtasks": []}))
            .collect();
        ocp::tasks(&json!({ "contents": contents })).items
    }

    fn ids(held: &Held) -> Vec<&str> {
        let holders = held.holders().iter();
        holders.map(|holder| holder.id.0.as_str()).collect()
    }

    #[test]
    fn what_runs_goes_before_what_failed_and_nothing_is_sure() {
        let all = tasks(&[(3, "RUNNING"), (2, "FAILED"), (1, "RUNNING")]);
        let found = held("The last task is still in progress", &all);
        assert_eq!(ids(&found), ["3", "1"]);
        let found = held("OPERATING", &tasks(&[(2, "FAILED")]));
        assert!(matches!(&found, Held::Among(one) if one[0].id == TaskId("2".into())));
        assert!(matches!(held("OPERATING", &[]), Held::CannotTell(_)));
    }

    #[test]
    fn an_id_among_the_words_leaves_no_doubt() {
        let all = tasks(&[(33, "RUNNING"), (3, "RUNNING")]);
        let found = held("The last task 33 is still in progress", &all);
        assert!(matches!(&found, Held::By(one) if one.id == TaskId("33".into())));
    }

    #[test]
    fn the_cluster_of_a_request_is_read_from_its_path() {
        assert_eq!(cluster_of("/api/v2/ob/clusters/12/servers"), Some("12"));
        assert_eq!(cluster_of("/api/v2/ob/clusters/12?force=1"), Some("12"));
        assert_eq!(cluster_of("/api/v2/compute/hosts"), None);
    }
}
