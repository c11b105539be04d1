//! Start and stop (`api/obshell.md §4.4`). No way of stopping is preselected.

use rust_i18n::t;

use super::join::zone;
use super::read::{flag, list, text};
use super::setup::{SCOPE_TARGET, SCOPE_TYPE, scope};
use super::table::{Field, FieldError, Form, Given, Kind};
use crate::fleet::change::{self, Scope, StopMode};
use crate::fleet::cluster::{Cluster, Mood, Server};

const FORCE_PASS: Field = Field::new(
    "forcePassDag.id",
    "Pass first",
    Kind::List,
    "Ids of cancelled or failed start and stop tasks that still hold the agents; commas between.",
)
.also(&["forcePassDag"]);

/// `ob/start`.
pub const START: Form = Form::new(
    "start",
    "Start servers",
    "Starts observers and takes them back into service.",
    &[SCOPE_TYPE, SCOPE_TARGET, FORCE_PASS],
    |given| {
        Ok(change::start(
            &scope(given)?,
            &list(given, "forcePassDag.id"),
        ))
    },
    |given, _| match whom(given) {
        Some(whom) => t!("start %{whom}", whom = whom).into_owned(),
        None => t!("Start").into_owned(),
    },
)
.across(|given| scope(given).err().unwrap_or_default());

/// `ob/stop`.
pub const STOP: Form = Form::new(
    "stop",
    "Stop servers",
    "Stops the service of servers, or their processes. Say which: neither flag stops the service only, terminate freezes and then stops the processes, force kills them now.",
    &[
        SCOPE_TYPE,
        SCOPE_TARGET,
        Field::new(
            "terminate",
            "Freeze, then stop",
            Kind::Bool,
            "true: a minor freeze, then the processes are stopped. false, and force false: only the service stops.",
        ),
        Field::new(
            "force",
            "Kill now",
            Kind::Bool,
            "true: the processes are killed at once.",
        ),
        FORCE_PASS,
    ],
    |given| {
        let mode = mode(given).map_err(|wrong| vec![wrong])?;
        let force_pass = list(given, "forcePassDag.id");
        Ok(change::stop(&scope(given)?, mode, &force_pass))
    },
    |given, _| {
        let Ok(mode) = mode(given) else {
            return t!("Stop").into_owned();
        };
        let deed = match mode {
            StopMode::Service => t!("stop service"),
            StopMode::Freeze => t!("freeze, then stop processes"),
            StopMode::Kill => t!("kill now"),
        };
        match whom(given) {
            Some(whom) => format!("{deed}: {whom}"),
            None => deed.into_owned(),
        }
    },
)
.across(|given| {
    let mut wrong = scope(given).err().unwrap_or_default();
    match mode(given) {
        Err(error) => wrong.push(error),
        Ok(StopMode::Service) if text(given, "scope.type") == "GLOBAL" => {
            let text = t!("the service of all servers cannot be stopped; choose terminate or force");
            wrong.push(FieldError::at("terminate", text));
        }
        Ok(_) => {}
    }
    wrong
})
.before(|given, cluster| {
    let Ok(scope) = scope(given) else {
        return Vec::new();
    };
    let hit = |server: &Server| match &scope {
        Scope::Global => true,
        Scope::Zone(zones) => zones.contains(&server.zone),
        Scope::Server(agents) => server.agent.as_ref().is_some_and(|agent| agents.contains(agent)),
    };
    cut_off(cluster, hit)
});

/// `ob/zone/:zone_name/stop`.
pub const ZONE_STOP: Form = Form::new(
    "zone-stop",
    "Stop a zone",
    "Stops a zone and kills its observers. The server checks first whether that may be done.",
    &[
        Field::new("zone_name", "Zone", Kind::Text, "The zone that stops.")
            .also(&["zone", "name"])
            .required()
            .checked(zone),
        Field::new(
            "freeze_server",
            "Freeze first",
            Kind::Bool,
            "true: a minor freeze before the processes are killed; they start faster afterwards.",
        ),
        FORCE_PASS,
    ],
    |given| {
        Ok(change::zone_stop(
            text(given, "zone_name"),
            flag(given, "freeze_server").unwrap_or_default(),
            &list(given, "forcePassDag.id"),
        ))
    },
    |given, cluster| {
        let name = text(given, "zone_name");
        if name.is_empty() {
            return t!("Stop zone").into_owned();
        }
        match cluster {
            Some(cluster) => {
                let n = cluster
                    .servers()
                    .filter(|server| server.zone == name)
                    .count();
                if n == 1 {
                    t!("stop %{zone}: kills 1 observer", zone = name).into_owned()
                } else {
                    t!("stop %{zone}: kills %{n} observers", zone = name, n = n).into_owned()
                }
            }
            None => t!("stop %{zone}: kills its observers", zone = name).into_owned(),
        }
    },
)
.before(|given, cluster| {
    let name = text(given, "zone_name");
    cut_off(cluster, |server| server.zone == name)
});

/// The way of stopping that was said.
fn mode(given: &Given) -> Result<StopMode, FieldError> {
    let (force, terminate) = (flag(given, "force"), flag(given, "terminate"));
    match (force, terminate) {
        (None, None | Some(false)) | (Some(false), None) => Err(FieldError::at(
            "terminate",
            t!(
                "say how: terminate=true freezes and stops, force=true kills now, both false stops the service only"
            ),
        )),
        _ => StopMode::of(force.unwrap_or_default(), terminate.unwrap_or_default())
            .ok_or_else(|| FieldError::at("force", t!("kill and freeze exclude each other"))),
    }
}

/// Whom it is for, in words.
fn whom(given: &Given) -> Option<String> {
    match scope(given).ok()? {
        Scope::Global => Some(t!("all servers").into_owned()),
        Scope::Zone(zones) => Some(zones.join(", ")),
        Scope::Server(agents) => {
            let agents: Vec<_> = agents.iter().map(ToString::to_string).collect();
            Some(agents.join(", "))
        }
    }
}

/// Which servers go, and who loses a majority by it.
fn cut_off(cluster: &Cluster, hit: impl Fn(&Server) -> bool) -> Vec<String> {
    let gone: Vec<_> = cluster
        .servers()
        .filter(|server| hit(server))
        .map(|server| server.address.to_string())
        .collect();
    if gone.is_empty() {
        return Vec::new();
    }
    let mut says = vec![
        t!(
            "stops %{n} of %{all} servers: %{servers}",
            n = gone.len(),
            all = cluster.servers().count(),
            servers = gone.join(", ")
        )
        .into_owned(),
    ];
    let whole = cluster
        .zones
        .iter()
        .filter(|zone| {
            !zone.servers.is_empty()
                && zone
                    .servers
                    .iter()
                    .all(|server| !hit(server) && server.status.mood() == Mood::Good)
        })
        .count();
    if whole * 2 <= cluster.zones.len() {
        let tenants = match &cluster.tenants {
            Some(tenants) if !tenants.is_empty() => {
                let names: Vec<_> = tenants.iter().map(|tenant| tenant.name.as_str()).collect();
                names.join(", ")
            }
            _ => t!("every tenant").into_owned(),
        };
        says.push(
            t!(
                "only %{n} of %{all} zones stay whole: no majority is left for %{tenants}",
                n = whole,
                all = cluster.zones.len(),
                tenants = tenants
            )
            .into_owned(),
        );
    }
    says
}
