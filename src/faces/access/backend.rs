//! What a backend is made of: endpoints, passwords, pins, who looks on.

use std::sync::Arc;

use super::{Reach, leaving};
use crate::config::{Endpoint, KnownKeys, Meeting, Places};
use crate::faces::exit::Stop;
use crate::fleet::Address;
use crate::link::audit::{Actor, Audit};
use crate::link::obshell::{Config, Credentials, MemoryPins, ObshellBackend, Pins};
use crate::link::record::Recorder;
use crate::link::{Backend, Observers, Tls};

/// Keys that are kept in the user's file.
struct FilePins {
    known: KnownKeys,
    /// A key that may take the place of a pinned one (`--accept-key`).
    accepted: Option<String>,
}

impl Pins for FilePins {
    fn pinned(&self, agent: &Address) -> Result<Option<String>, String> {
        let pins = self.known.all().map_err(|error| error.to_string())?;
        Ok(pins.get(&agent.to_string()).cloned())
    }

    fn learn(&self, agent: &Address, fingerprint: &str) {
        match self.known.meet(&agent.to_string(), fingerprint) {
            Ok(Meeting::Learned | Meeting::Known | Meeting::Changed { .. }) => {}
            Err(error) => tracing::warn!("the key of {agent} is not remembered: {error}"),
        }
    }

    fn accepts(&self, agent: &Address, fingerprint: &str) -> bool {
        if self.accepted.as_deref() != Some(fingerprint) {
            return false;
        }
        if let Err(error) = self.known.trust(&agent.to_string(), fingerprint) {
            tracing::warn!("the key of {agent} is not remembered: {error}");
        }
        true
    }
}

/// Makes a backend; nothing is asked yet.
///
/// # Errors
/// Endpoints that this version does not speak; files that cannot be opened.
pub fn make(reach: &Reach) -> Result<Arc<dyn Backend>, Stop> {
    let (endpoints, tls) = addresses(reach)?;
    let mut config = Config::new(endpoints);
    config.tls = tls;
    config.credentials = Credentials::new(reach.secrets.root.clone(), reach.secrets.agent.clone());
    config
        .credentials
        .root
        .splice(0..0, reach.secrets.earlier.clone());
    config
        .credentials
        .agent
        .splice(0..0, reach.secrets.earlier_agent.clone());
    config.pins = pins(reach)?;
    config.observers = observers(reach)?;
    config.language = if rust_i18n::locale().starts_with("zh") {
        "zh"
    } else {
        "en"
    };
    config.sessions = reach.secrets.session;
    let backend = ObshellBackend::new(config).map_err(|error| Stop::failed(error.to_string()))?;
    let backend: Arc<dyn Backend> = Arc::new(backend);
    if reach.secrets.session {
        leaving::opened(&backend);
    }
    Ok(backend)
}

pub(super) fn addresses(reach: &Reach) -> Result<(Vec<Address>, Tls), Stop> {
    let mut addresses = Vec::new();
    let mut tls = Tls::default();
    for endpoint in &reach.endpoints {
        match endpoint {
            Endpoint::Agent(address) => addresses.push(address.clone()),
            Endpoint::Url(url) => {
                tls.on = url.starts_with("https://");
                let host = url.split("://").nth(1).unwrap_or(url);
                let address = host
                    .parse()
                    .map_err(|error| Stop::usage(format!("{url}: {error}")))?;
                addresses.push(address);
            }
            Endpoint::Socket(path) => addresses.push(Address::socket(path)),
        }
    }
    if let Some(file) = &reach.ca_file {
        let pem = std::fs::read(file)
            .map_err(|error| Stop::failed(format!("{}: {error}", file.display())))?;
        tls.ca_pem = Some(pem);
    }
    Ok((addresses, tls))
}

fn pins(reach: &Reach) -> Result<Arc<dyn Pins>, Stop> {
    let Some(places) = &reach.places else {
        return Ok(Arc::new(MemoryPins::default()));
    };
    remember(places)?;
    let known = KnownKeys::in_file(places.known_keys());
    // A file with mistakes must not silently trust everybody.
    known
        .all()
        .map_err(|error| Stop::failed(error.to_string()))?;
    Ok(Arc::new(FilePins {
        known,
        accepted: reach.accept_key.clone(),
    }))
}

pub(super) fn observers(reach: &Reach) -> Result<Observers, Stop> {
    let mut observers = Observers::default();
    let actor = Actor {
        user: login(),
        context: reach.name.clone(),
    };
    let audit = match &reach.places {
        None => Audit::in_memory(actor),
        Some(places) => {
            remember(places)?;
            let path = places.audit();
            Audit::open(&path, actor)
                .map_err(|error| Stop::failed(format!("{}: {error}", path.display())))?
        }
    };
    observers.add(Arc::new(audit));
    if let Some(path) = &reach.record {
        let recorder = Recorder::open(path)
            .map_err(|error| Stop::failed(format!("--record {}: {error}", path.display())))?;
        let secrets = &reach.secrets;
        for secret in [&secrets.root, &secrets.agent, &secrets.secret_key]
            .into_iter()
            .flatten()
        {
            recorder.hide(secret);
        }
        observers.add(Arc::new(recorder));
    }
    Ok(observers)
}

/// Login name on this machine, as the audit log has it.
pub fn login() -> String {
    std::env::var("USER")
        .or_else(|_| std::env::var("LOGNAME"))
        .unwrap_or_default()
}

fn remember(places: &Places) -> Result<(), Stop> {
    places
        .make_state()
        .map_err(|error| Stop::failed(format!("{}: {error}", places.state.display())))
}
