//! The plan as it is typed: fields of the cluster and a row a server.

use indexmap::IndexMap;
use rust_i18n::t;

use crate::base::Secret;
use crate::config::Source;
use crate::console::input::Line;
use crate::fleet::host::HostInfo;
use crate::fleet::{Address, forms};
use crate::setup::findings::bytes;
use crate::setup::{Plan, PlanFile, PlanSecrets, PlannedServer, is_denied, propose};

use super::fields::{Column, FieldId};

/// Parameters that have a field of their own.
const OWN: [&str; 3] = ["memory_limit", "log_disk_size", "data_dir"];

/// One server.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its agent.
    pub agent: Address,
    cells: Vec<Line>,
    rest: IndexMap<String, String>,
}

impl Row {
    /// What stands in a column.
    #[must_use]
    pub fn cell(&self, column: Column) -> &Line {
        &self.cells[column as usize]
    }
}

/// The plan as it is typed.
#[derive(Clone, Debug)]
pub struct Draft {
    fields: Vec<Line>,
    rows: Vec<Row>,
    /// The plan that this began as: what no field shows is kept.
    base: Option<PlanFile>,
    /// Sizes that were proposed and not touched since.
    proposed: Vec<(FieldId, String)>,
}

impl Default for Draft {
    fn default() -> Self {
        let fields = FieldId::ALL.map(|id| match id {
            id if id.is_secret() => Line::hidden(),
            FieldId::Id => Line::open("1"),
            FieldId::Proxyro | FieldId::Import => Line::open("no"),
            _ => Line::default(),
        });
        Self {
            fields: fields.into(),
            rows: Vec::new(),
            base: None,
            proposed: Vec::new(),
        }
    }
}

impl Draft {
    /// A plan that was written before; its secrets are typed again.
    #[must_use]
    pub fn of(file: PlanFile) -> Self {
        let mut draft = Self::default();
        let plan = &file.plan;
        draft.put(FieldId::Name, &plan.name);
        draft.put(FieldId::Id, &plan.id.to_string());
        let yes_no = |yes| if yes { "yes" } else { "no" };
        draft.put(FieldId::Proxyro, yes_no(plan.create_proxyro_user));
        draft.put(FieldId::Import, yes_no(plan.import_script));
        let common = |key: &str| plan.observer.get(key).map_or("", String::as_str);
        draft.put(FieldId::Memory, common("memory_limit"));
        draft.put(FieldId::LogDisk, common("log_disk_size"));
        draft.put(FieldId::DataDir, common("data_dir"));
        let others: Vec<_> = plan
            .observer
            .iter()
            .filter(|(key, _)| !OWN.contains(&key.as_str()))
            .map(|(key, value)| format!("{key}={value}"))
            .collect();
        draft.put(FieldId::Others, &others.join(" "));
        draft.rows = plan.servers.iter().map(row_of).collect();
        draft.base = Some(file);
        draft
    }

    /// The rows.
    #[must_use]
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// What stands in a field.
    #[must_use]
    pub fn field(&self, id: FieldId) -> &Line {
        &self.fields[id as usize]
    }

    pub(super) fn field_mut(&mut self, id: FieldId) -> &mut Line {
        &mut self.fields[id as usize]
    }

    pub(super) fn cell_mut(&mut self, row: usize, column: Column) -> Option<&mut Line> {
        self.rows.get_mut(row)?.cells.get_mut(column as usize)
    }

    /// Whether a yes-or-no field says yes.
    #[must_use]
    pub fn says_yes(&self, id: FieldId) -> bool {
        self.field(id).value() == "yes"
    }

    pub(super) fn put(&mut self, id: FieldId, value: &str) {
        if !id.is_secret() {
            self.fields[id as usize] = Line::open(value);
        }
    }

    /// Has a row for each of these agents; what was typed for one stays.
    pub fn set_agents(&mut self, agents: &[Address]) {
        if self.rows.iter().map(|row| &row.agent).eq(agents) {
            return;
        }
        let zones = propose::zones(agents);
        let ports = propose::ports(agents);
        let old = std::mem::take(&mut self.rows);
        for ((agent, zone), (sql, rpc)) in agents.iter().zip(zones).zip(ports) {
            let kept = old.iter().find(|row| row.agent == *agent).cloned();
            self.rows.push(kept.unwrap_or_else(|| {
                let cells = [
                    zone,
                    sql.to_string(),
                    rpc.to_string(),
                    String::new(),
                    String::new(),
                ];
                Row {
                    agent: agent.clone(),
                    cells: cells.iter().map(|cell| Line::open(cell)).collect(),
                    rest: IndexMap::new(),
                }
            }));
        }
    }

    /// Proposes sizes from what the hosts have: the smallest host decides. What
    /// was typed stays.
    pub fn propose<'a>(&mut self, host: impl Fn(&Address) -> Option<&'a HostInfo>) {
        let sharing = |agent: &Address| {
            let same = |row: &&Row| row.agent.host == agent.host;
            self.rows.iter().filter(same).count()
        };
        let memory = self
            .rows
            .iter()
            .filter_map(|row| propose::memory(host(&row.agent)?, sharing(&row.agent)))
            .min_by_key(|size| bytes(size));
        let Some(memory) = memory else { return };
        let log_disk = propose::log_disk(&memory).unwrap_or_default();
        for (id, value) in [(FieldId::Memory, memory), (FieldId::LogDisk, log_disk)] {
            let now = self.field(id).value();
            let untouched = now.is_empty() && self.base.is_none()
                || self
                    .proposed
                    .iter()
                    .any(|(of, was)| *of == id && was == now);
            if untouched {
                self.put(id, &value);
                self.proposed.retain(|(of, _)| *of != id);
                self.proposed.push((id, value));
            }
        }
    }

    /// What is wrong with a field.
    #[must_use]
    pub fn field_problem(&self, id: FieldId) -> Option<String> {
        let value = self.field(id).value().trim();
        let problem = match id {
            FieldId::Name if value.is_empty() => t!("a cluster needs a name"),
            FieldId::Id if !value.parse::<i64>().is_ok_and(|id| id > 0) => {
                t!("a whole number above 0")
            }
            FieldId::Root if self.field(id).is_empty() => {
                t!("root@sys needs a password: everything in the cluster belongs to it")
            }
            FieldId::Again if self.field(id).value() != self.field(FieldId::Root).value() => {
                t!("not the same as above")
            }
            FieldId::Memory | FieldId::LogDisk if !value.is_empty() && bytes(value).is_none() => {
                t!("a size looks like 16G or 512M")
            }
            FieldId::Others => return others(value).err(),
            FieldId::ProxyroPassword
                if self.says_yes(FieldId::Proxyro) && self.field(id).is_empty() =>
            {
                t!("the user of OBProxy needs a password")
            }
            FieldId::ProxyroPassword
                if !self.says_yes(FieldId::Proxyro) && !self.field(id).is_empty() =>
            {
                t!("a password for a user that is not made")
            }
            _ => return None,
        };
        Some(problem.into_owned())
    }

    /// What is wrong with a cell.
    #[must_use]
    pub fn cell_problem(&self, row: usize, column: Column) -> Option<String> {
        let value = self.rows.get(row)?.cell(column).value().trim();
        let problem = match column {
            Column::Zone if value.is_empty() => t!("a server needs a zone"),
            Column::Zone => return forms::zone_name(value).err(),
            Column::Sql | Column::Rpc if !value.parse::<u16>().is_ok_and(|port| port >= 1025) => {
                t!("a port is a number from 1025 to 65535")
            }
            Column::Memory if !value.is_empty() && bytes(value).is_none() => {
                t!("a size looks like 16G or 512M")
            }
            _ => return None,
        };
        Some(problem.into_owned())
    }

    /// The plan as it stands, and where its secrets come from. What does not
    /// pass its check stands there as typed.
    #[must_use]
    pub fn file(&self) -> PlanFile {
        let text = |id| self.field(id).value().trim().to_owned();
        let mut observer = IndexMap::new();
        for (key, id) in OWN
            .into_iter()
            .zip([FieldId::Memory, FieldId::LogDisk, FieldId::DataDir])
        {
            if !text(id).is_empty() {
                observer.insert(key.to_owned(), text(id));
            }
        }
        observer.extend(others(&text(FieldId::Others)).unwrap_or_default());
        let base = self.base.as_ref();
        let create_proxyro_user = self.says_yes(FieldId::Proxyro);
        let plan = Plan {
            name: text(FieldId::Name),
            id: text(FieldId::Id).parse().unwrap_or(0),
            rs_list: base.and_then(|file| file.plan.rs_list.clone()),
            import_script: self.says_yes(FieldId::Import),
            create_proxyro_user,
            observer,
            zones: base.map(|file| file.plan.zones.clone()).unwrap_or_default(),
            servers: self.rows.iter().map(server).collect(),
            proxies: base
                .map(|file| file.plan.proxies.clone())
                .unwrap_or_default(),
        };
        let mut sources = base.map(|file| file.sources.clone()).unwrap_or_default();
        let typed = |id, old: Option<Source>| {
            let line: &Line = self.field(id);
            if line.is_empty() {
                old
            } else {
                Some(Source::Prompt)
            }
        };
        sources.root = Some(sources.root.take().unwrap_or(Source::Prompt));
        sources.proxyro =
            typed(FieldId::ProxyroPassword, sources.proxyro.take()).filter(|_| create_proxyro_user);
        sources.after_agent = typed(FieldId::AfterAgent, sources.after_agent.take());
        sources
            .agents
            .retain(|agent, _| plan.servers.iter().any(|server| server.agent == *agent));
        PlanFile { plan, sources }
    }

    /// The secrets as they are typed.
    #[must_use]
    pub fn secrets(&self) -> PlanSecrets {
        let secret = |id| {
            let line: &Line = self.field(id);
            (!line.is_empty()).then(|| Secret::new(line.value()))
        };
        PlanSecrets {
            root: secret(FieldId::Root).unwrap_or_default(),
            proxyro: secret(FieldId::ProxyroPassword).filter(|_| self.says_yes(FieldId::Proxyro)),
            master_agent: secret(FieldId::MasterAgent),
            after_agent: secret(FieldId::AfterAgent),
        }
    }
}

fn row_of(server: &PlannedServer) -> Row {
    let mut rest = server.observer.clone();
    let mut take = |key: &str| rest.shift_remove(key).unwrap_or_default();
    let (sql, rpc) = (take("mysql_port"), take("rpc_port"));
    let (memory, dir) = (take("memory_limit"), take("data_dir"));
    let or = |value: String, usual: &str| {
        if value.is_empty() {
            usual.to_owned()
        } else {
            value
        }
    };
    let cells = [
        server.zone.clone(),
        or(sql, "2881"),
        or(rpc, "2882"),
        memory,
        dir,
    ];
    Row {
        agent: server.agent.clone(),
        cells: cells.iter().map(|cell| Line::open(cell)).collect(),
        rest,
    }
}

fn server(row: &Row) -> PlannedServer {
    let mut observer = IndexMap::new();
    for (key, column) in [
        ("mysql_port", Column::Sql),
        ("rpc_port", Column::Rpc),
        ("memory_limit", Column::Memory),
        ("data_dir", Column::Dir),
    ] {
        let value = row.cell(column).value().trim();
        if !value.is_empty() {
            observer.insert(key.to_owned(), value.to_owned());
        }
    }
    observer.extend(row.rest.clone());
    PlannedServer {
        agent: row.agent.clone(),
        zone: row.cell(Column::Zone).value().trim().to_owned(),
        observer,
    }
}

/// `key=value` pairs, separated by blanks or commas.
fn others(typed: &str) -> Result<IndexMap<String, String>, String> {
    let mut pairs = IndexMap::new();
    for word in typed.split([' ', ',']).filter(|word| !word.is_empty()) {
        let Some((key, value)) = word.split_once('=').filter(|(key, _)| !key.is_empty()) else {
            return Err(t!("`%{word}`: write parameter=value", word = word).into_owned());
        };
        if is_denied(key) {
            return Err(t!("%{key} is set by the agent itself", key = key).into_owned());
        }
        if OWN.contains(&key) {
            return Err(t!("%{key} has a field of its own", key = key).into_owned());
        }
        if pairs.insert(key.to_owned(), value.to_owned()).is_some() {
            return Err(t!("%{key} stands there twice", key = key).into_owned());
        }
    }
    Ok(pairs)
}
