//! Packages that are uploaded, and the upgrades that want them.

use std::fmt::Write as _;
use std::sync::Arc;

use serde_json::{Value, json};

use super::super::answer::{Answer, Refusal};
use super::super::request::{Call, Fields, required};
use super::super::work::{ProxyStep, UpgradeOrder, upgrade_draft, upgrade_nodes};
use super::super::world::{Cluster, Package, World};
use super::cluster::micros;
use super::grow::never_read_back;
use super::setup::{null, plain};

/// What a cluster takes.
const NAMES: [&str; 3] = ["oceanbase-ce", "oceanbase-ce-libs", "obshell"];
const PROXY: &str = "obproxy-ce";
/// The simulated machines.
const ARCHITECTURE: &str = "x86_64";
/// How an rpm begins, and where its name stands.
const MAGIC: [u8; 4] = [0xed, 0xab, 0xee, 0xdb];
const LEAD_NAME: std::ops::Range<usize> = 10..76;
/// Packages are kept in pieces of so many bytes.
const CHUNK: u64 = 16_777_216;

/// Name, version and release that the lead of an rpm names.
fn lead(content: &[u8]) -> Option<(String, String, String)> {
    let name = content
        .strip_prefix(&MAGIC)
        .and_then(|_| content.get(LEAD_NAME))?;
    let end = name.iter().position(|byte| *byte == 0)?;
    let text = std::str::from_utf8(name.get(..end)?).ok()?;
    let (rest, release) = text.rsplit_once('-')?;
    let (name, version) = rest.rsplit_once('-')?;
    Some((name.to_owned(), version.to_owned(), release.to_owned()))
}

fn shown(package: &Package) -> Value {
    let (build, distribution) = package
        .release
        .split_once('.')
        .unwrap_or((&package.release, ""));
    json!({
        "pkg_id": package.id,
        "name": package.name,
        "version": package.version,
        "release_distribution": package.release,
        "distribution": distribution,
        "release": build,
        "architecture": ARCHITECTURE,
        "size": package.size,
        "payload_size": package.size,
        "chunk_count": package.size.div_ceil(CHUNK),
        "md5": "",
        "upgrade_dep_yaml": "",
        "gmt_modify": micros(package.uploaded),
    })
}

/// Versions by their numbers.
pub(super) fn newer(a: &str, b: &str) -> bool {
    let numbers = |text: &str| -> Vec<u64> {
        let parts = text.split(['.', '-', '_']);
        parts.filter_map(|part| part.parse().ok()).collect()
    };
    numbers(a) > numbers(b)
}

fn lower(target: &str, current: &str) -> String {
    format!(
        "Target version {target} is not greater than current version {current}. Please verify if the parameters have been filled out correctly"
    )
}

impl World {
    /// `package`, `upgrade/package`, `obproxy/package`.
    pub(super) fn upload(
        &mut self,
        agent: usize,
        call: &Call,
        proxy: bool,
    ) -> Result<Answer, Refusal> {
        if !proxy {
            self.cluster_agent(agent)?;
        }
        let parcel = call.request.parcel.as_ref();
        let file = parcel.and_then(|parcel| parcel.file.as_ref());
        let Some(file) = file.filter(|file| file.word("name") == Some("file")) else {
            return Err(Refusal::new(
                400,
                "Request.File.Missing",
                "File 'file' in the request is missing: http: no such file",
            ));
        };
        let digest = file.sha256.iter().fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        });
        let told = call.request.file_sha.as_deref();
        let told = told.and_then(|told| self.agents.get(agent)?.key.open(told));
        if told.as_deref() != Some(digest.as_bytes()) {
            return Err(Refusal::new(
                401,
                "Security.Authentication.File.Sha256Mismatch",
                "File SHA256 mismatch",
            ));
        }
        let Some((name, version, release)) = lead(&file.beginning) else {
            return Err(Refusal::unexpected("the file is no rpm package"));
        };
        if proxy && name != PROXY {
            return Err(Refusal::new(
                400,
                "OBProxy.Package.NameInvalid",
                format!("Unsupported name '{name}', the supported name is '{PROXY}'"),
            ));
        }
        if !proxy && !NAMES.contains(&name.as_str()) {
            let message = format!(
                "Unsupported name '{name}', the supported names are [{}]",
                NAMES.join(", ")
            );
            return Err(Refusal::new(400, "OB.Package.Name.NotSupport", message));
        }
        let last = self.packages.iter().map(|known| known.id).max();
        let package = Package {
            id: last.unwrap_or(0) + 1,
            at: proxy.then_some(agent),
            name,
            version,
            release,
            size: file.size,
            uploaded: self.now(),
        };
        let answer = Answer::data(shown(&package));
        self.packages.push(package);
        Ok(answer)
    }

    /// `upgrade/package/info` and `upgrade/package/:id`.
    pub(super) fn packages(&mut self, agent: usize, id: Option<&str>) -> Result<Answer, Refusal> {
        self.cluster_agent(agent)?;
        if let Some(id) = id {
            self.packages
                .retain(|known| known.at.is_some() || known.id.to_string() != id);
            return Ok(Answer::empty());
        }
        let own = self.packages.iter().filter(|known| known.at.is_none());
        Ok(Answer::data(own.map(shown).collect()))
    }

    fn has_package(&self, name: &str, version: &str, release: &str, at: Option<usize>) -> bool {
        self.packages.iter().any(|known| {
            known.at == at
                && known.name == name
                && known.version == version
                && known.release == release
        })
    }

    /// `ob/upgrade`, `ob/upgrade/check`, `agent/upgrade`, `agent/upgrade/check`.
    pub(super) fn upgrade(
        &mut self,
        agent: usize,
        call: &Call,
        label: &str,
    ) -> Result<Answer, Box<Answer>> {
        let check = label.ends_with("check");
        let shell = label.starts_with("agent/");
        let kind = if label == "ob/upgrade" {
            "ObUpgradeParam"
        } else {
            "UpgradeCheckParam"
        };
        let prefix = if label == "ob/upgrade" {
            "ObUpgradeParam.UpgradeCheckParam"
        } else {
            kind
        };
        let fields = call.fields(kind).map_err(plain)?;
        let (version, release, mode) = wanted(&fields, prefix, label == "ob/upgrade")?;
        let index = self.cluster_agent(agent).map_err(null)?;
        let zones = self
            .clusters
            .get(index)
            .map(|cluster| cluster.zones.clone());
        let zones = zones.unwrap_or_default();
        if label == "ob/upgrade" {
            if !["ROLLING", "STOPSERVICE"].contains(&mode.as_str()) {
                let message = format!("Upgrade mode '{mode}' is not supported");
                return Err(null(Refusal::new(
                    400,
                    "OB.Upgrade.Mode.NotSupported",
                    message,
                )));
            }
            if mode == "ROLLING" && zones.len() < 3 {
                return Err(null(Refusal::new(
                    400,
                    "OB.Upgrade.UnableToRollingUpgrade",
                    "Rolling upgrade is not supported when zone number is lower than 3",
                )));
            }
        }
        let current = if shell {
            self.version.clone()
        } else {
            self.build_version().replace('_', "-")
        };
        let build = release.split('.').next().unwrap_or_default();
        let target = format!("{version}-{build}");
        if !newer(&target, &current) {
            let message = lower(&target, &current);
            return Err(null(Refusal::new(
                400,
                "OB.Upgrade.ToLowerVersion",
                message,
            )));
        }
        let names: &[&str] = if shell { &["obshell"] } else { &NAMES[..2] };
        let missing: Vec<String> = names
            .iter()
            .filter(|name| !self.has_package(name, &version, &release, None))
            .map(|name| format!("{name}-{version}-{release}.{ARCHITECTURE}.rpm"))
            .collect();
        if !missing.is_empty() {
            let message = format!("These packages are missing: '[{}]'", missing.join(" "));
            return Err(null(Refusal::new(400, "OB.Package.NotExist", message)));
        }
        let order = UpgradeOrder {
            cluster: index,
            version,
            release,
            shell,
            check,
            rolling: mode == "ROLLING",
            freeze: fields.flag("freeze_server").map_err(plain)?,
            zones,
            members: self
                .clusters
                .get(index)
                .map(|cluster: &Cluster| cluster.members.clone())
                .unwrap_or_default(),
        };
        let maintainer = self.maintainer(index).unwrap_or(agent);
        let mut draft = upgrade_draft(maintainer, &Arc::new(order));
        if check {
            // A check takes no lock.
            draft.maintenance = 1;
        } else if let Some(dag) = self.lock(self.cluster_store(index)) {
            let message = format!(
                "OceanBase cluster is under maintenance by DAG: {}, please try again later",
                dag.name
            );
            let refusal = Refusal::new(500, "OB.Cluster.UnderMaintenanceWithDag", message);
            return Err(null(refusal.creating(&draft.name)));
        }
        let store = self.cluster_store(index);
        Ok(never_read_back(self.created(store, draft)))
    }

    /// `obproxy/upgrade`: the agent looks for the package first.
    pub(super) fn upgrade_proxy(
        &mut self,
        agent: usize,
        call: &Call,
    ) -> Result<Answer, Box<Answer>> {
        let fields = call.fields("UpgradeObproxyParam").map_err(plain)?;
        let (version, release, _) = wanted(&fields, "UpgradeObproxyParam", false)?;
        let own = self
            .agents
            .get(agent)
            .map(|own| (own.proxy, own.proxy_runs, own.proxy_version.clone()));
        let (managed, runs, current) = own.unwrap_or_default();
        let refuse =
            |name: &'static str, message: String| Err(null(Refusal::new(400, name, message)));
        if !managed {
            return refuse(
                "OBProxy.NotBeManaged",
                "This is not an OBProxy agent".into(),
            );
        }
        if !self.has_package(PROXY, &version, &release, Some(agent)) {
            let message =
                format!("Package {PROXY}-{version}-{release}.{ARCHITECTURE}.rpm is not found");
            return refuse("OBProxy.Package.NotFound", message);
        }
        if !runs {
            return refuse("OBProxy.NotRunning", "OBProxy is not running".into());
        }
        if !newer(&version, &current) {
            return refuse("OBProxy.UpgradeToLowerVersion", lower(&version, &current));
        }
        let nodes = upgrade_nodes(&version);
        let nodes: Vec<(&str, ProxyStep)> = nodes
            .iter()
            .map(|(name, step)| (*name, step.clone()))
            .collect();
        self.proxy_task(agent, "Upgrade obproxy", &nodes)
    }
}

/// Version, release and, in upper case, the mode.
fn wanted(
    fields: &Fields,
    prefix: &str,
    with_mode: bool,
) -> Result<(String, String, String), Box<Answer>> {
    let text = |key: &str| fields.text(key).map_err(plain);
    let (version, release, mode) = (text("version")?, text("release")?, text("mode")?);
    let mut missing = Vec::new();
    for (value, field) in [(&version, "Version"), (&release, "Release")] {
        if value.is_empty() {
            missing.push(format!("{prefix}.{field}"));
        }
    }
    if with_mode && mode.is_empty() {
        missing.push("ObUpgradeParam.Mode".to_owned());
    }
    required(&missing).map_err(plain)?;
    Ok((version, release, mode.to_ascii_uppercase()))
}
