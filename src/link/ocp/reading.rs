//! What screens ask for, put together from several answers.

use std::sync::Arc;

use futures_util::{StreamExt as _, TryStreamExt as _, future};
use rust_i18n::t;

use super::Inner;
use crate::fleet::cluster::Proxy;
use crate::fleet::host::Parameter;
use crate::fleet::platform::{ManagedCluster, ProxyCluster};
use crate::fleet::request::Request;
use crate::fleet::task::{Counts, LogLine, Nodes, Task, TaskId};
use crate::link::{LinkError, TaskPage};
use crate::wire::ocp::{self, Rows, api};

/// A list that never ends is a mistake of the server's.
const PAGES: usize = 200;

/// Questions that are on their way together.
const AT_ONCE: usize = 8;

impl Inner {
    /// All pages of a list.
    pub(super) async fn all<T>(
        &self,
        request: impl Fn(u64) -> Request,
        rows: impl Fn(&serde_json::Value) -> Rows<T>,
    ) -> Result<Vec<T>, LinkError> {
        let mut items = Vec::new();
        let mut number = 1;
        for _ in 0..PAGES {
            let answer = self.read(&request(number)).await?;
            let mut page = rows(&answer.data);
            let next = page.next_page();
            items.append(&mut page.items);
            match next {
                Some(next) => number = next,
                None => break,
            }
        }
        Ok(items)
    }

    /// [`crate::link::Ask::ManagedCluster`]: the cluster with its zones, proxies and
    /// tenants. What fails besides the first question leaves a gap.
    pub(super) async fn managed(&self, chosen: Option<&str>) -> Result<ManagedCluster, LinkError> {
        let mut managed = match chosen {
            Some(id) => self.chosen(id).await?,
            None => self.first().await?,
        };
        let id = managed.id.clone();
        let zones = api::zones(&id);
        let (zones, proxies, tenants) = future::join3(
            self.read(&zones),
            self.all(api::proxy_clusters, ocp::proxy_clusters),
            self.all(|page| api::tenants(Some(&id), page), ocp::tenants),
        )
        .await;
        let cluster = &mut managed.cluster;
        if let Ok(answer) = zones {
            (cluster.zones, managed.members) = ocp::zones(&answer.data);
        }
        if let Ok(all) = proxies {
            cluster.proxies = all.iter().flat_map(|one| linked(one, &id)).collect();
            cluster.proxies.sort_by(|a, b| a.address.cmp(&b.address));
        }
        if let Ok(rows) = tenants {
            cluster.tenants = Some(rows.into_iter().map(|row| row.tenant).collect());
        }
        cluster.clock_ahead_ms = self.shared().ahead_ms;
        Ok(managed)
    }

    /// [`crate::link::Ask::Fleet`]: every cluster with its servers, which the
    /// list leaves out.
    pub(super) async fn fleet(&self) -> Result<Vec<ManagedCluster>, LinkError> {
        let clusters = self.all(api::clusters, ocp::clusters).await?;
        futures_util::stream::iter(clusters)
            .map(|mut managed| async move {
                let answer = self.read(&api::zones(&managed.id)).await?;
                (managed.cluster.zones, managed.members) = ocp::zones(&answer.data);
                Ok(managed)
            })
            .buffered(AT_ONCE)
            .try_collect()
            .await
    }

    /// The detail has no page in the public reference, so where it is not
    /// there the list must do.
    async fn chosen(&self, id: &str) -> Result<ManagedCluster, LinkError> {
        let found = match self.read(&api::cluster(id)).await {
            Ok(answer) => ocp::cluster(&answer.data),
            Err(LinkError::Refused { status: 404, .. }) => None,
            Err(error) => return Err(error),
        };
        if let Some(found) = found {
            return Ok(found);
        }
        let all = self.all(api::clusters, ocp::clusters).await?;
        let found = all
            .into_iter()
            .find(|one| one.id == id || one.cluster.name == id);
        found.ok_or_else(|| {
            LinkError::NotAsked(t!("OCP has no cluster %{id}", id = id).into_owned())
        })
    }

    /// [`crate::link::Ask::Parameters`], of the chosen cluster or the first.
    pub(super) async fn parameters(
        &self,
        chosen: Option<&str>,
    ) -> Result<Vec<Parameter>, LinkError> {
        let managed = match chosen {
            Some(id) => self.chosen(id).await?,
            None => self.first().await?,
        };
        self.parameters_of(&managed.id).await
    }

    /// The parameters of one cluster.
    pub(super) async fn parameters_of(&self, id: &str) -> Result<Vec<Parameter>, LinkError> {
        let answer = self.read(&api::parameters(id)).await?;
        Ok(ocp::parameters(&answer.data).items)
    }

    async fn first(&self) -> Result<ManagedCluster, LinkError> {
        let answer = self.read(&api::clusters(1)).await?;
        let first = ocp::clusters(&answer.data).items.into_iter().next();
        first.ok_or_else(|| LinkError::NotAsked(t!("OCP manages no cluster yet").into_owned()))
    }

    /// [`crate::link::Ask::Tasks`]: the newest, and besides them whatever runs
    /// or failed, however old; a history of thousands is not read for it.
    pub(super) async fn tasks(&self, cluster: Option<String>) -> Result<Vec<Task>, LinkError> {
        let newest = api::TaskFilter {
            cluster,
            ..api::TaskFilter::default()
        };
        let open = api::TaskFilter {
            statuses: vec!["RUNNING".to_owned(), "FAILED".to_owned()],
            ..newest.clone()
        };
        let (newest, open) = (api::tasks(&newest, 1), api::tasks(&open, 1));
        let (newest, open) = future::try_join(
            self.read_as(&newest, ocp::read_tasks),
            self.read_as(&open, ocp::read_tasks),
        )
        .await?;
        let mut tasks = joined(newest.data);
        tasks.extend(joined(open.data));
        tasks.sort_by(|a, b| {
            number(&b.id)
                .cmp(&number(&a.id))
                .then_with(|| b.id.cmp(&a.id))
        });
        tasks.dedup_by(|a, b| a.id == b.id);
        for task in &tasks {
            self.note(task);
        }
        Ok(tasks)
    }

    /// [`crate::link::Ask::TaskPage`]. What has ended keeps its progress and
    /// loses its subtasks: ten thousand tasks with them would be a lot to hold.
    pub(super) async fn task_page(&self, page: &TaskPage) -> Result<Vec<Task>, LinkError> {
        let filter = api::TaskFilter {
            statuses: page.status.iter().map(|s| s.word().to_owned()).collect(),
            cluster: page.cluster.clone(),
            size: Some(TaskPage::SIZE),
            ..api::TaskFilter::default()
        };
        let request = api::tasks(&filter, page.page);
        let mut tasks = joined(self.read_as(&request, ocp::read_tasks).await?.data);
        for task in tasks.iter_mut().filter(|task| !task.is_live()) {
            let counts = Counts::of(task);
            (task.stage, task.stages) = (counts.done, counts.total);
            task.nodes = Nodes::default();
            task.extra.shift_remove("server");
        }
        Ok(tasks)
    }

    /// Remembers that the task exists and whose its subtasks are.
    pub(super) fn note(&self, task: &Task) {
        let mut shared = self.shared();
        if !shared.seen.contains(&task.id) {
            shared.seen.insert(task.id.clone());
        }
        if task.detailed {
            let id = Arc::new(task.id.clone());
            for node in &task.nodes {
                match shared.owners.get_mut(&*node.id) {
                    Some(owner) if **owner == task.id => {}
                    Some(owner) => *owner = Arc::clone(&id),
                    None => {
                        shared
                            .owners
                            .insert(node.id.as_str().into(), Arc::clone(&id));
                    }
                }
            }
        }
    }

    /// [`crate::link::Ask::Task`].
    pub(super) async fn task(&self, id: &TaskId) -> Result<Task, LinkError> {
        let known = self.shared().known.clone();
        let known = known.as_deref().filter(|known| known.0 == *id);
        let reader = |raw: ocp::Raw<'_>| ocp::read_again(raw, known.map(|known| &known.1));
        let mut answer = self.read_as(&api::task(&id.0), reader).await?;
        let Some(loose) = answer.data.take() else {
            return Err(LinkError::Garbled {
                endpoint: answer.server,
                reason: t!("the answer holds no task").into_owned(),
            });
        };
        let (mut task, known) = loose.joined_and_known();
        ocp::note(&mut task, &answer);
        self.note(&task);
        if let Some(known) = known {
            self.shared().known = Some(Arc::new((id.clone(), known)));
        }
        Ok(task)
    }

    /// [`crate::link::Ask::Log`]: `SUBTASK` of a task that was looked at, or
    /// `TASK/SUBTASK`.
    pub(super) async fn log(&self, id: &str) -> Result<Vec<LogLine>, LinkError> {
        let named = id.split_once('/');
        let named = named.map(|(task, subtask)| (task.to_owned(), subtask.to_owned()));
        let owner = named.or_else(|| {
            let shared = self.shared();
            let task = shared.owners.get(id)?;
            Some((task.0.clone(), id.to_owned()))
        });
        let Some((task, subtask)) = owner else {
            return Err(LinkError::NotAsked(
                t!("OCP finds a log only by task and subtask: open the task first").into_owned(),
            ));
        };
        let answer = self.read(&api::log(&task, &subtask)).await?;
        Ok(ocp::log(&answer.data).unwrap_or_default())
    }
}

/// The tasks of an answer whose body is gone.
fn joined(tasks: Vec<ocp::Loose>) -> Vec<Task> {
    tasks.into_iter().map(ocp::Loose::joined).collect()
}

/// Ids are numbers that grow; what is none goes to the end.
fn number(id: &TaskId) -> Option<u64> {
    id.0.parse().ok()
}

/// The proxies of a cluster of them, where it reaches the database cluster.
fn linked<'a>(proxies: &'a ProxyCluster, cluster: &str) -> impl Iterator<Item = Proxy> + 'a {
    let reaches = proxies
        .links
        .iter()
        .any(|link| link.cluster_id.as_deref() == Some(cluster));
    proxies.as_proxies().filter(move |_| reaches)
}
