//! One tenant: told, made, taken away.

use std::sync::Arc;

use serde_json::Value;

use super::super::answer::{Answer, Refusal};
use super::super::request::{Call, Fields, required};
use super::super::scene::Tenant;
use super::super::task::{GLOBAL, TENANT};
use super::super::work::{TenantOrder, create_draft, drop_draft};
use super::super::world::{Cluster, World};
use super::grow::never_read_back;
use super::setup::{null, plain};
use super::stats::Stats;

fn of_tenant(name: &'static str, message: impl Into<String>) -> Box<Answer> {
    null(Refusal::new(400, name, message))
}

/// A replica as the body names it.
struct Replica {
    zone: String,
    unit: String,
    units: i64,
    /// READONLY.
    reads: bool,
}

impl Replica {
    fn kind(&self) -> &'static str {
        if self.reads { "READONLY" } else { "FULL" }
    }
}

impl World {
    /// `tenant/:name` read.
    pub(super) fn one_tenant(&self, agent: usize, name: &str) -> Result<Answer, Box<Answer>> {
        let index = self.cluster_agent(agent).map_err(plain)?;
        let Some(cluster) = self.clusters.get(index) else {
            return Ok(Answer::panic());
        };
        match cluster.tenants.iter().find(|tenant| tenant.name == name) {
            Some(tenant) => Ok(Answer::data(self.tenant(agent, index, cluster, tenant))),
            None => Err(unknown(name)),
        }
    }

    /// `tenant` posted.
    pub(super) fn create_tenant(
        &mut self,
        agent: usize,
        call: &Call,
    ) -> Result<Answer, Box<Answer>> {
        let fields = call.fields("CreateTenantParam").map_err(plain)?;
        let needed = [("name", "Name"), ("zone_list", "ZoneList")];
        let missing: Vec<String> = needed
            .iter()
            .filter(|(key, _)| fields.get(key).is_none())
            .map(|(_, field)| format!("CreateTenantParam.{field}"))
            .collect();
        required(&missing).map_err(plain)?;
        let index = self.cluster_agent(agent).map_err(null)?;
        let Some(cluster) = self.clusters.get(index) else {
            return Ok(Answer::panic());
        };
        let name = fields.text("name").map_err(plain)?;
        checked_name(&name)?;
        if cluster.tenants.iter().any(|tenant| tenant.name == name) {
            let message = format!("Tenant {name} already exists");
            return Err(of_tenant("OB.Tenant.Existed", message));
        }
        let replicas = self.replicas(index, cluster, &fields)?;
        let mode = fields.text("mode").map_err(plain)?.to_ascii_uppercase();
        if !["", "MYSQL"].contains(&mode.as_str()) {
            let message = format!("Tenant mode '{mode}' is not supported.");
            return Err(of_tenant("OB.Tenant.Mode.NotSupported", message));
        }
        let primary_zone = primary(&fields, &replicas)?;
        if let Some(scenario) = fields.maybe("scenario").map_err(plain)?
            && !scenario.is_empty()
        {
            let message = "Current observer does not support scenario";
            return Err(of_tenant("OB.Tenant.SetScenario.NotSupported", message));
        }
        self.room(index, cluster, &replicas)?;
        let mut order = order(index, cluster, &fields, name, primary_zone, &replicas)?;
        if fields.flag("import_script").map_err(plain)? {
            order.importers.clone_from(&cluster.members);
        }
        let store = self.cluster_store(index);
        let task = format!("Create tenant {}", order.tenant.name);
        self.tenant_free(store, &order.tenant.name, &task)?;
        let maintainer = self.maintainer(index).unwrap_or(agent);
        let draft = create_draft(maintainer, &Arc::new(order));
        Ok(never_read_back(self.created(store, draft)))
    }

    /// `tenant/:name` deleted.
    pub(super) fn drop_tenant(
        &mut self,
        agent: usize,
        call: &Call,
        name: &str,
    ) -> Result<Answer, Box<Answer>> {
        let fields = call.fields("DropTenantParam").map_err(plain)?;
        let recycle = fields.flag("need_recycle").map_err(plain)?;
        let index = self.cluster_agent(agent).map_err(null)?;
        if name == "sys" {
            let message = "System tenant is not allowed to perform this operation";
            return Err(of_tenant("OB.Tenant.SysOperationNotAllowed", message));
        }
        let Some(tenant) = self
            .clusters
            .get(index)
            .and_then(|cluster| cluster.tenants.iter().find(|tenant| tenant.name == name))
            .cloned()
        else {
            return Ok(Answer::gone());
        };
        let store = self.cluster_store(index);
        self.tenant_free(store, name, "Drop tenant")?;
        let order = TenantOrder {
            cluster: index,
            tenant,
            sql: String::new(),
            importers: Vec::new(),
            asked: [false; 4],
        };
        let maintainer = self.maintainer(index).unwrap_or(agent);
        let draft = drop_draft(maintainer, recycle, &Arc::new(order));
        Ok(never_read_back(self.created(store, draft)))
    }

    /// A tenant's task excludes tasks of the whole cluster and of the same tenant.
    fn tenant_free(&self, store: usize, name: &str, task: &str) -> Result<(), Box<Answer>> {
        let dags = self.stores.get(store).map(|store| store.dags.as_slice());
        let mut locking = dags.unwrap_or_default().iter().filter(|dag| dag.locks());
        let refusal = locking.find_map(|dag| match dag.maintenance {
            GLOBAL => Some(Refusal::new(
                500,
                "OB.Cluster.UnderMaintenanceWithDag",
                format!(
                    "OceanBase cluster is under maintenance by DAG: {}, please try again later",
                    dag.name
                ),
            )),
            TENANT if dag.key == name => Some(Refusal::new(
                500,
                "OB.Tenant.UnderMaintenance",
                format!("Tenant '{name}' is under maintenance, please try again later."),
            )),
            _ => None,
        });
        match refusal {
            Some(refusal) => Err(null(refusal.creating(task))),
            None => Ok(()),
        }
    }

    fn replicas(
        &self,
        index: usize,
        cluster: &Cluster,
        fields: &Fields,
    ) -> Result<Vec<Replica>, Box<Answer>> {
        let Some(Value::Array(list)) = fields.get("zone_list").cloned() else {
            let why = "json: cannot unmarshal into Go struct field CreateTenantParam.zone_list of type []param.ZoneParam";
            return Err(plain(Refusal::bind(why)));
        };
        if list.is_empty() {
            return Err(of_tenant("OB.Tenant.ZoneList.Empty", "Zone list is empty."));
        }
        let mut replicas: Vec<Replica> = Vec::new();
        for one in list {
            let text = |key: &str| one.get(key).and_then(Value::as_str).unwrap_or_default();
            let (zone, unit) = (text("name").to_owned(), text("unit_config_name").to_owned());
            if !cluster.zones.contains(&zone) {
                let message = format!("Zone '{zone}' does not exist");
                return Err(of_tenant("OB.Zone.NotExist", message));
            }
            if replicas.iter().any(|known| known.zone == zone) {
                let message = format!("Zone '{zone}' is repeated.");
                return Err(of_tenant("OB.Tenant.Zone.Repeated", message));
            }
            let kind = text("replica_type").to_ascii_uppercase();
            if !["", "FULL", "READONLY"].contains(&kind.as_str()) {
                let message = format!("Replica type '{kind}' is not supported");
                return Err(of_tenant("OB.Tenant.Replica.InvalidType", message));
            }
            if !cluster.units.iter().any(|known| known.name == unit) {
                let message = format!("Unit config '{unit}' does not exist.");
                return Err(of_tenant("OB.Resource.UnitConfig.NotExist", message));
            }
            let units = one.get("unit_num").and_then(Value::as_i64).unwrap_or(0);
            if units <= 0 {
                let message =
                    format!("Unit number '{units}' is invalid: unit_num should be positive.");
                return Err(of_tenant("OB.Tenant.UnitNum.Invalid", message));
            }
            let servers = self.servers_in(index, &zone).len();
            if units > servers as i64 {
                let message = format!(
                    "Unit number '{units}' is bigger than server number '{servers}' in zone '{zone}'."
                );
                return Err(of_tenant("OB.Tenant.UnitNum.ExceedsLimit", message));
            }
            replicas.push(Replica {
                zone,
                unit,
                units,
                reads: kind == "READONLY",
            });
        }
        let first = replicas.first().map_or(1, |replica| replica.units);
        if replicas.iter().any(|replica| replica.units != first) {
            let message = "Unit number is inconsistent, should be the same in all zones.";
            return Err(of_tenant("OB.Tenant.UnitNum.Inconsistent", message));
        }
        Ok(replicas)
    }

    fn servers_in(&self, index: usize, zone: &str) -> Vec<usize> {
        let mut servers = self.servers(index);
        servers.retain(|server| self.agents.get(*server).is_some_and(|own| own.zone == zone));
        servers
    }

    /// Whether the servers of each zone have what the units want.
    fn room(
        &self,
        index: usize,
        cluster: &Cluster,
        replicas: &[Replica],
    ) -> Result<(), Box<Answer>> {
        for replica in replicas {
            let Some(unit) = cluster.units.iter().find(|unit| unit.name == replica.unit) else {
                continue;
            };
            let [cores, memory] = Stats::of(cluster, Some(&replica.zone)).left();
            let lacks = if unit.max_cpu > cores {
                "CPU"
            } else if unit.memory as f64 > memory {
                "MEMORY_SIZE"
            } else {
                continue;
            };
            let servers = self.servers_in(index, &replica.zone);
            let own = servers.first().and_then(|server| self.agents.get(*server));
            let named = own.map(|own| format!("{}:{}", own.address.ip(), own.observer.rpc_port));
            let message = format!(
                "Server {} {lacks} resource not enough.",
                named.unwrap_or_default()
            );
            return Err(of_tenant("OB.Tenant.ResourceNotEnough", message));
        }
        Ok(())
    }
}

fn unknown(name: &str) -> Box<Answer> {
    of_tenant(
        "OB.Tenant.NotExist",
        format!("Tenant '{name}' does not exist."),
    )
}

fn checked_name(name: &str) -> Result<(), Box<Answer>> {
    if name.is_empty() {
        return Err(of_tenant("OB.Tenant.Name.Empty", "Tenant name is empty"));
    }
    let good =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'~' | b'#' | b'+');
    if name.bytes().all(good) {
        return Ok(());
    }
    let why = "Tenant names may only contain letters, numbers, and special characters(- _ # ~ +).";
    let message = format!("Tenant name '{name}' is invalid: {why}");
    Err(of_tenant("OB.Tenant.Name.Invalid", message))
}

/// The primary zone, whose zones must be among the tenant's.
fn primary(fields: &Fields, replicas: &[Replica]) -> Result<String, Box<Answer>> {
    let named = fields.text("primary_zone").map_err(plain)?;
    if named.is_empty() || named.eq_ignore_ascii_case("RANDOM") {
        return Ok("RANDOM".to_owned());
    }
    for zone in named.split([';', ',']) {
        if !replicas.iter().any(|replica| replica.zone == zone) {
            let message = format!(
                "Primary zone '{named}' is invalid: zone '{zone}' is not in the zone list."
            );
            return Err(of_tenant("OB.Tenant.PrimaryZone.Invalid", message));
        }
    }
    Ok(named)
}

fn order(
    index: usize,
    cluster: &Cluster,
    fields: &Fields,
    name: String,
    primary_zone: String,
    replicas: &[Replica],
) -> Result<TenantOrder, Box<Answer>> {
    let text = |key: &str| fields.text(key).map_err(plain);
    let first = replicas.first();
    let unit = first
        .map(|replica| replica.unit.clone())
        .unwrap_or_default();
    let units = first.map_or(1, |replica| replica.units as u64);
    let size = cluster.units.iter().find(|known| known.name == unit);
    let given = |key: &str| match fields.get(key) {
        Some(Value::Object(map)) => !map.is_empty(),
        _ => false,
    };
    let time_zone = fields
        .get("variables")
        .is_some_and(|variables| variables.get("time_zone").is_some());
    let locality: Vec<String> = replicas
        .iter()
        .map(|replica| format!("{}@{}", replica.kind(), replica.zone))
        .collect();
    let pools: Vec<String> = replicas
        .iter()
        .map(|replica| format!("\"{name}_{}\"", replica.zone))
        .collect();
    let sql = format!(
        "CREATE TENANT `{name}` resource_pool_list=({}), LOCALITY = \"{}\", PRIMARY_ZONE = `{primary_zone}` SET ob_tcp_invited_nodes = ``, ob_compatibility_mode = `MYSQL`",
        pools.join(","),
        locality.join(",")
    );
    let password = !text("root_password")?.is_empty();
    Ok(TenantOrder {
        cluster: index,
        sql,
        importers: Vec::new(),
        asked: [given("parameters"), time_zone, given("variables"), password],
        tenant: Tenant {
            name,
            primary_zone,
            comment: text("comment")?,
            whitelist: text("whitelist")?,
            read_only: fields.flag("read_only").map_err(plain)?,
            zones: replicas
                .iter()
                .map(|replica| replica.zone.clone())
                .collect(),
            readers: replicas
                .iter()
                .filter(|replica| replica.reads)
                .map(|replica| replica.zone.clone())
                .collect(),
            units,
            cores: size.map_or(1.0, |size| size.max_cpu),
            memory: size.map_or(0.0, |size| size.memory as f64),
            unit,
            ..Tenant::default()
        },
    })
}
