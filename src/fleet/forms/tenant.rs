//! The first tenant, and taking one away.

use rust_i18n::t;

use super::checks;
use super::read::{flag, maybe, number, pairs, secret, text};
use super::replicas;
use super::table::{Entry, Field, FieldError, Form, Given, Kind};
use crate::base::words;
use crate::fleet::change::{self, NewTenant, Replica, UnitConfig};
use crate::fleet::cluster::Cluster;

/// Names that stand for many tenants.
const TAKEN: [&str; 4] = ["all", "all_user", "all_meta", "sys"];

/// The least that a unit may hold, in bytes.
const MEMORY: u64 = 1 << 30;
const LOG_DISK: u64 = 2 << 30;

/// Texts that go into the body as they are.
const TEXTS: [&str; 6] = [
    "primary_zone",
    "whitelist",
    "charset",
    "collation",
    "comment",
    "scenario",
];

/// `unit/config` and `tenant` posted.
pub const TENANT_CREATE: Form = Form::new(
    "tenant-create",
    "Create a tenant",
    "Creates a tenant with a unit in each of its zones. With memory and cores given its unit config is made first: two requests, in this order.",
    &[
        Field::new("name", "Tenant", Kind::Text, "Letters, digits and - _ # ~ +.")
            .required()
            .checked(name),
        Field::new(
            "zone_list",
            "Zones",
            Kind::List,
            "A full replica is kept in each of them, a read-only one where :READONLY stands behind the name; commas between.",
        )
        .also(&["zones"])
        .required()
        .checked(replicas::once_each),
        Field::new(
            "unit_config_name",
            "Unit config",
            Kind::Text,
            "One that exists (`:limits` lists them), or the name of the one that is made now.",
        )
        .also(&["unit"])
        .required(),
        Field::new(
            "max_cpu",
            "Cores of the unit",
            Kind::Text,
            "For a new unit config, at least 1. Empty: the unit config exists.",
        )
        .checked(cpu),
        Field::new(
            "memory_size",
            "Memory of the unit",
            Kind::Text,
            "For a new unit config, such as 2G; at least 1G. Empty: the unit config exists.",
        )
        .checked(memory),
        Field::new("min_cpu", "Cores kept for it", Kind::Text, "At least 1; as many as above when empty.")
            .checked(cpu),
        Field::new(
            "log_disk_size",
            "Log disk of the unit",
            Kind::Text,
            "At least 2G; three times the memory when empty.",
        )
        .checked(log_disk),
        Field::new("max_iops", "Most operations a second", Kind::Number, "At least 1024; no limit when empty.")
            .checked(iops),
        Field::new("min_iops", "Operations kept for it", Kind::Number, "At least 1024.").checked(iops),
        Field::new(
            "unit_num",
            "Units in each zone",
            Kind::Number,
            "One a server at most; 1 when empty.",
        )
        .checked(checks::positive),
        Field::new(
            "root_password",
            "Password of its root",
            Kind::Password,
            "Empty: everybody on the whitelist gets in.",
        ),
        Field::new(
            "whitelist",
            "Who may connect",
            Kind::Text,
            "Addresses or networks with commas between; % is everybody. Empty: only the servers themselves.",
        ),
        Field::new(
            "mode",
            "Mode",
            Kind::Choice(&["MYSQL", "ORACLE"]),
            "MYSQL when empty; the community edition has no ORACLE.",
        ),
        Field::new(
            "primary_zone",
            "Primary zone",
            Kind::Text,
            "Such as zone1;zone2,zone3: leaders live in the first. Empty or RANDOM: everywhere.",
        ),
        Field::new("charset", "Character set", Kind::Text, "utf8mb4 when empty."),
        Field::new("collation", "Collation", Kind::Text, "The character set's own when empty."),
        Field::new("read_only", "Read-only", Kind::Bool, "true: nobody may write."),
        Field::new("comment", "Comment", Kind::Text, "A sentence about it."),
        Field::new("variables", "Variables", Kind::Pairs, "name=value with commas between."),
        Field::new("parameters", "Parameters", Kind::Pairs, "name=value with commas between."),
        Field::new("scenario", "Scenario", Kind::Text, "Such as htap, where the observer knows scenarios."),
        Field::new(
            "import_script",
            "Import scripts",
            Kind::Bool,
            "true: time zones and spatial reference systems are imported.",
        ),
    ],
    |given| Ok(change::tenant_create(&tenant(given), unit(given).as_ref())),
    |given, _| match text(given, "name") {
        "" => t!("Create tenant").into_owned(),
        name => t!("Create tenant %{name}", name = name).into_owned(),
    },
)
.across(across)
.before(before);

/// `tenant/:name` deleted.
pub const TENANT_DELETE: Form = Form::new(
    "tenant-delete",
    "Delete a tenant",
    "Takes a tenant away with all its data, or puts it into the recycle bin.",
    &[
        Field::new(
            "name",
            "Tenant",
            Kind::Text,
            "The tenant that goes; never sys.",
        )
        .required()
        .checked(not_sys),
        Field::new(
            "need_recycle",
            "Into the recycle bin",
            Kind::Bool,
            "true: it can be brought back. false: its data and its resource pools are gone.",
        )
        .required(),
    ],
    |given| {
        let recycle = flag(given, "need_recycle").unwrap_or_default();
        Ok(change::tenant_delete(text(given, "name"), recycle))
    },
    |given, _| {
        let name = text(given, "name");
        match flag(given, "need_recycle") {
            Some(true) => t!("Put tenant %{name} into the recycle bin", name = name).into_owned(),
            _ => t!("Delete tenant %{name} and its data", name = name).into_owned(),
        }
    },
)
.before(|given, cluster| {
    let name = text(given, "name");
    let known = cluster.tenants.as_ref();
    match known {
        Some(all) if !name.is_empty() && !all.iter().any(|tenant| tenant.name == name) => {
            vec![t!("the cluster has no tenant %{name}", name = name).into_owned()]
        }
        _ => Vec::new(),
    }
});

fn name(entry: &Entry, _: &Given) -> Result<(), String> {
    let name = entry.text().unwrap_or_default();
    if TAKEN.iter().any(|taken| taken.eq_ignore_ascii_case(name)) {
        return Err(t!("`%{name}` is taken by the database itself", name = name).into_owned());
    }
    let good = |c: char| c.is_ascii_alphanumeric() || "-_#~+".contains(c);
    if name.chars().all(good) {
        return Ok(());
    }
    Err(t!("only letters, digits and - _ # ~ + may stand in it").into_owned())
}

fn not_sys(entry: &Entry, _: &Given) -> Result<(), String> {
    if entry.text().unwrap_or_default() == "sys" {
        return Err(t!("the tenant sys cannot be deleted").into_owned());
    }
    Ok(())
}

fn cpu(entry: &Entry, _: &Given) -> Result<(), String> {
    match entry.text().unwrap_or_default().parse::<f64>() {
        Ok(cores) if cores.is_finite() && cores >= 1.0 => Ok(()),
        _ => Err(t!("needs a number of cores, at least 1").into_owned()),
    }
}

fn at_least(entry: &Entry, least: u64) -> Result<(), String> {
    let text = entry.text().unwrap_or_default();
    match words::capacity(text) {
        Some(bytes) if bytes >= least => Ok(()),
        Some(_) => Err(t!(
            "`%{text}` is less than %{least}G",
            text = text,
            least = least >> 30
        )
        .into_owned()),
        None => Err(t!("`%{text}` is no size such as 2G or 4096M", text = text).into_owned()),
    }
}

fn memory(entry: &Entry, _: &Given) -> Result<(), String> {
    at_least(entry, MEMORY)
}

fn log_disk(entry: &Entry, _: &Given) -> Result<(), String> {
    at_least(entry, LOG_DISK)
}

fn iops(entry: &Entry, _: &Given) -> Result<(), String> {
    match entry.text().unwrap_or_default().parse::<i64>() {
        Ok(number) if number >= 1_024 => Ok(()),
        _ => Err(t!("must be 1024 or more").into_owned()),
    }
}

/// A new unit config needs both its sizes; what only a new one has needs it.
fn across(given: &Given) -> Vec<FieldError> {
    let has = |name: &str| maybe(given, name).is_some();
    let mut wrong = Vec::new();
    let sizes = [has("max_cpu"), has("memory_size")];
    let rest = ["min_cpu", "log_disk_size", "max_iops", "min_iops"];
    let wants = sizes.contains(&true) || rest.iter().any(|name| has(name));
    for (name, there) in ["max_cpu", "memory_size"].into_iter().zip(sizes) {
        if wants && !there {
            let words =
                t!("a new unit config needs it; without all of them an existing one is used");
            wrong.push(FieldError::at(name, words));
        }
    }
    let number = |name: &str| text(given, name).parse::<f64>().ok();
    for (least, most) in [("min_cpu", "max_cpu"), ("min_iops", "max_iops")] {
        if let (Some(low), Some(high)) = (number(least), number(most))
            && low > high
        {
            let words = t!("is more than %{most}", most = most);
            wrong.push(FieldError::at(least, words));
        }
    }
    let zones = replicas::replicas(given);
    let primary = text(given, "primary_zone");
    if !primary.is_empty() && !primary.eq_ignore_ascii_case("random") && !zones.is_empty() {
        let stranger = primary
            .split([';', ','])
            .find(|zone| !zones.iter().any(|known| known.zone == *zone));
        if let Some(zone) = stranger {
            let words = t!("`%{zone}` is none of its zones", zone = zone);
            wrong.push(FieldError::at("primary_zone", words));
        }
    }
    wrong
}

fn unit(given: &Given) -> Option<UnitConfig> {
    let cores = |name: &str| maybe(given, name).and_then(|text| text.parse().ok());
    Some(UnitConfig {
        name: text(given, "unit_config_name").to_owned(),
        memory_size: maybe(given, "memory_size")?.to_owned(),
        max_cpu: cores("max_cpu")?,
        min_cpu: cores("min_cpu"),
        log_disk_size: maybe(given, "log_disk_size").map(str::to_owned),
        max_iops: number(given, "max_iops"),
        min_iops: number(given, "min_iops"),
    })
}

fn tenant(given: &Given) -> NewTenant {
    NewTenant {
        name: text(given, "name").to_owned(),
        zones: replicas::replicas(given),
        unit_config: text(given, "unit_config_name").to_owned(),
        unit_num: number(given, "unit_num").unwrap_or(1),
        mode: maybe(given, "mode").map(str::to_owned),
        texts: TEXTS
            .into_iter()
            .filter_map(|name| Some((name, maybe(given, name)?.to_owned())))
            .collect(),
        root_password: secret(given, "root_password").cloned(),
        read_only: flag(given, "read_only"),
        variables: pairs(given, "variables"),
        parameters: pairs(given, "parameters"),
        import_script: flag(given, "import_script"),
    }
}

fn before(given: &Given, cluster: &Cluster) -> Vec<String> {
    let mut says = Vec::new();
    let zones = replicas::replicas(given);
    let count = usize::try_from(number(given, "unit_num").unwrap_or(1)).unwrap_or(1);
    let wants = words::capacity(text(given, "memory_size"));
    for Replica { zone: name, .. } in &zones {
        let Some(zone) = cluster.zones.iter().find(|zone| zone.name == *name) else {
            says.push(t!("the cluster has no zone %{zone}", zone = name).into_owned());
            continue;
        };
        let servers = zone.servers.len();
        if count > servers {
            says.push(
                t!(
                    "%{zone} has %{servers} servers and would need %{count}",
                    zone = name,
                    servers = servers,
                    count = count
                )
                .into_owned(),
            );
        }
        let free = |server: &crate::fleet::cluster::Server| {
            let gauge = server.usage.memory?;
            Some(gauge.total - gauge.used)
        };
        let most = zone
            .servers
            .iter()
            .filter_map(free)
            .fold(None, |most: Option<f64>, free| {
                Some(most.map_or(free, |most| most.max(free)))
            });
        if let (Some(bytes), Some(most)) = (wants, most)
            && bytes as f64 > most
        {
            says.push(
                t!(
                    "no server of %{zone} has so much memory left: %{most} GiB",
                    zone = name,
                    most = words::gib(most)
                )
                .into_owned(),
            );
        }
    }
    if secret(given, "root_password").is_none() {
        says.push(t!("its root will have no password").into_owned());
    }
    let full = zones.iter().filter(|one| !one.read_only).count();
    if full == 0 && !zones.is_empty() {
        says.push(t!("no zone keeps a full replica: nobody can write to it").into_owned());
    }
    if full == 1 && cluster.zones.len() > 1 {
        says.push(t!("one zone keeps one copy: with it the tenant is gone").into_owned());
    }
    says
}

#[cfg(test)]
mod tests {
    use super::super::{find, set};
    use super::*;

    fn given(sets: &str) -> Given {
        let mut given = Given::new();
        for one in sets.split_whitespace() {
            set(find("tenant-create").unwrap(), &mut given, one).unwrap();
        }
        given
    }

    fn wrong(sets: &str) -> Vec<String> {
        let all = format!("name=shop zone_list=zone1,zone2 unit_config_name=u1 {sets}");
        let wrong = find("tenant-create").unwrap().check(&given(&all));
        wrong.into_iter().map(|error| error.field).collect()
    }

    #[test]
    fn what_the_server_would_refuse_is_said_at_its_field() {
        for (sets, field) in [
            ("name=sys", "name"),
            ("name=a$b", "name"),
            ("zone_list=zone1,zone1", "zone_list"),
            ("zone_list=zone1,zone1:READONLY", "zone_list"),
            ("zone_list=zone1,zone2:LOGONLY", "zone_list"),
            ("max_cpu=0.5 memory_size=2G", "max_cpu"),
            ("max_cpu=2 memory_size=512M", "memory_size"),
            ("max_cpu=2 memory_size=two", "memory_size"),
            ("max_cpu=2", "memory_size"),
            ("memory_size=2G", "max_cpu"),
            ("max_cpu=2 memory_size=2G min_cpu=3", "min_cpu"),
            ("max_cpu=2 memory_size=2G log_disk_size=1G", "log_disk_size"),
            ("max_cpu=2 memory_size=2G max_iops=100", "max_iops"),
            ("unit_num=0", "unit_num"),
            ("primary_zone=zone3", "primary_zone"),
            ("mode=DB2", "mode"),
        ] {
            assert_eq!(wrong(sets), [field], "{sets}");
        }
        assert!(wrong("").is_empty());
        assert!(wrong("primary_zone=zone1;zone2 max_cpu=1.5 memory_size=2048M").is_empty());
        let both = wrong("log_disk_size=6G");
        assert_eq!(both, ["max_cpu", "memory_size"]);
    }

    #[test]
    fn an_existing_unit_config_is_not_made_again() {
        let form = find("tenant-create").unwrap();
        let base = "name=shop zone_list=zone1 unit_config_name=u1";
        assert!((form.request)(&given(base)).unwrap().first.is_none());
        let made = (form.request)(&given(&format!("{base} max_cpu=2 memory_size=2G"))).unwrap();
        assert_eq!(made.first.unwrap().path, "/api/v1/unit/config");
    }
}
