//! Packages and upgrades. An upgrade is checked first; both want their packages
//! uploaded before.

use rust_i18n::t;

use super::checks::package;
use super::proxy::AGENT;
use super::read::{flag, maybe, maybe_address, number, text};
use super::table::{Entry, Field, Form, Given, Kind};
use crate::fleet::change::{self, Target, UpgradeMode};
use crate::fleet::cluster::Cluster;

const VERSION: Field = Field::new(
    "version",
    "Version",
    Kind::Text,
    "Of the package, such as 4.3.5.2.",
)
.required()
.checked(version);

const RELEASE: Field = Field::new(
    "release",
    "Release",
    Kind::Text,
    "Of the package with its distribution, such as 102000042025040818.el7.",
)
.required()
.checked(release);

const DIR: Field = Field::new(
    "upgradeDir",
    "Directory",
    Kind::Text,
    "Where the agents unpack it; their own place when empty.",
)
.also(&["upgrade_dir"])
.checked(absolute);

const OF: Field = Field::new(
    "of",
    "Of",
    Kind::Choice(&["oceanbase", "obshell"]),
    "oceanbase: the database with its observers. obshell: the agents.",
)
.required();

/// `package` posted, for an `OBProxy` `obproxy/package`.
pub const PACKAGE_UPLOAD: Form = Form::new(
    "package-upload",
    "Upload a package",
    "Uploads an rpm package: oceanbase-ce, oceanbase-ce-libs or obshell for the cluster, obproxy-ce for the agent that manages the OBProxy.",
    &[
        Field::new(
            "file",
            "File",
            Kind::Text,
            "Path of the package on this machine: ….rpm.",
        )
        .required()
        .checked(package),
        Field::new(
            "agent",
            "Agent",
            Kind::Address,
            "For obproxy-ce only: the agent that manages the OBProxy; empty: the one that obdeck is connected to.",
        ),
    ],
    |given| {
        let file = text(given, "file");
        let agent = maybe_address(given, "agent")?;
        let proxy_of = file_name(file)
            .starts_with("obproxy")
            .then_some(agent.as_ref());
        Ok(change::package_upload(file, proxy_of))
    },
    |given, _| match file_name(text(given, "file")) {
        "" => t!("Upload a package").into_owned(),
        name => t!("Upload %{name}", name = name).into_owned(),
    },
);

/// `upgrade/package/:id` deleted.
pub const PACKAGE_DELETE: Form = Form::new(
    "package-delete",
    "Delete a package",
    "Takes an uploaded package out of the cluster.",
    &[Field::new(
        "id",
        "Package",
        Kind::Number,
        "Its number; `:packages` and `get packages` list them.",
    )
    .required()],
    |given| {
        Ok(change::package_delete(
            number(given, "id").unwrap_or_default(),
        ))
    },
    |given, _| match text(given, "id") {
        "" => t!("Delete a package").into_owned(),
        id => t!("Delete package %{id}", id = id).into_owned(),
    },
);

/// `ob/upgrade/check` or `agent/upgrade/check` posted.
pub const UPGRADE_CHECK: Form = Form::new(
    "upgrade-check",
    "Check an upgrade",
    "Unpacks the packages on every host and looks at what an upgrade needs. Nothing is stopped.",
    &[OF, VERSION, RELEASE, DIR],
    |given| Ok(change::upgrade_check(&target(given))),
    |given, _| match text(given, "version") {
        "" => t!("Check an upgrade").into_owned(),
        version => t!("Check the upgrade to %{version}", version = version).into_owned(),
    },
);

/// `ob/upgrade` or `agent/upgrade` posted.
pub const UPGRADE: Form = Form::new(
    "upgrade",
    "Upgrade",
    "Upgrades the database or the agents to an uploaded package. Check it first.",
    &[
        OF,
        VERSION,
        RELEASE,
        Field::new(
            "mode",
            "How",
            Kind::Choice(&["ROLLING", "STOPSERVICE"]),
            "Of oceanbase. ROLLING: zone after zone, three at least. STOPSERVICE: all at once, nobody is served meanwhile.",
        ),
        Field::new(
            "freeze_server",
            "Freeze first",
            Kind::Bool,
            "true: a minor freeze before a server stops, so that it starts faster.",
        ),
        DIR,
    ],
    |given| {
        let target = target(given);
        if target.shell {
            return Ok(change::upgrade_shell(&target));
        }
        let mode = match text(given, "mode") {
            "STOPSERVICE" => UpgradeMode::StopService,
            _ => UpgradeMode::Rolling,
        };
        Ok(change::upgrade(&target, mode, flag(given, "freeze_server")))
    },
    |given, _| {
        let version = text(given, "version");
        match (text(given, "of"), text(given, "mode")) {
            ("obshell", _) => t!("Upgrade obshell to %{version}", version = version).into_owned(),
            (_, "ROLLING") => t!("Upgrade zone by zone to %{version}", version = version).into_owned(),
            (_, "STOPSERVICE") => {
                t!("Stop the service and upgrade to %{version}", version = version).into_owned()
            }
            _ => t!("Upgrade").into_owned(),
        }
    },
)
.across(|given| {
    let wrong = |field: &str, words: std::borrow::Cow<'static, str>| {
        vec![super::table::FieldError::at(field, words)]
    };
    match (text(given, "of"), maybe(given, "mode")) {
        ("oceanbase", None) => wrong(
            "mode",
            t!("say how: ROLLING zone after zone, STOPSERVICE all at once"),
        ),
        ("obshell", Some(_)) => wrong("mode", t!("only the database has a mode")),
        _ => Vec::new(),
    }
})
.before(before);

/// `obproxy/upgrade` posted.
pub const PROXY_UPGRADE: Form = Form::new(
    "proxy-upgrade",
    "Upgrade an OBProxy",
    "Upgrades the OBProxy of an agent to an uploaded package, with a hot restart.",
    &[AGENT, VERSION, RELEASE, DIR],
    |given| {
        let agent = maybe_address(given, "agent")?;
        Ok(change::proxy_upgrade(agent.as_ref(), &target(given)))
    },
    |given, _| match text(given, "version") {
        "" => t!("Upgrade the OBProxy").into_owned(),
        version => t!("Upgrade the OBProxy to %{version}", version = version).into_owned(),
    },
);

fn target(given: &Given) -> Target {
    Target {
        shell: text(given, "of") == "obshell",
        version: text(given, "version").to_owned(),
        release: text(given, "release").to_owned(),
        dir: maybe(given, "upgradeDir").map(str::to_owned),
    }
}

fn file_name(path: &str) -> &str {
    let name = std::path::Path::new(path).file_name();
    name.and_then(|name| name.to_str()).unwrap_or_default()
}

fn version(entry: &Entry, _: &Given) -> Result<(), String> {
    let version = entry.text().unwrap_or_default();
    let parts: Vec<&str> = version.split('.').collect();
    let number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if parts.len() == 4 && parts.iter().all(|part| number(part)) {
        return Ok(());
    }
    Err(t!("`%{text}` is no version such as 4.3.5.2", text = version).into_owned())
}

fn release(entry: &Entry, _: &Given) -> Result<(), String> {
    let release = entry.text().unwrap_or_default();
    match release.split_once('.') {
        Some((build, distribution))
            if !build.is_empty()
                && build.bytes().all(|byte| byte.is_ascii_digit())
                && !distribution.is_empty() =>
        {
            Ok(())
        }
        _ => Err(t!(
            "`%{text}` is no release such as 102000042025040818.el7",
            text = release
        )
        .into_owned()),
    }
}

fn absolute(entry: &Entry, _: &Given) -> Result<(), String> {
    if entry.text().unwrap_or_default().starts_with('/') {
        return Ok(());
    }
    Err(t!("must be an absolute path").into_owned())
}

fn before(given: &Given, cluster: &Cluster) -> Vec<String> {
    let mut says = Vec::new();
    match (text(given, "of"), text(given, "mode")) {
        ("oceanbase", "STOPSERVICE") => {
            says.push(t!("nobody is served until it is done").into_owned());
        }
        ("oceanbase", "ROLLING") if cluster.zones.len() < 3 => {
            says.push(
                t!(
                    "a rolling upgrade needs three zones; the cluster has %{n}",
                    n = cluster.zones.len()
                )
                .into_owned(),
            );
        }
        ("obshell", _) => {
            says.push(
                t!("the agents go away for some seconds and may come back with another key: it is asked for then")
                    .into_owned(),
            );
        }
        _ => {}
    }
    if text(given, "of") == "oceanbase" && !text(given, "version").is_empty() {
        let now = cluster.ob_version.as_str();
        if !now.is_empty() {
            says.push(
                t!(
                    "from %{now} to %{version}: there is no way back",
                    now = now,
                    version = text(given, "version")
                )
                .into_owned(),
            );
        }
    }
    says
}
