//! A platform over many clusters (OCP): who asks it, and whether it is one
//! that answers at an address.

use std::sync::Arc;

use super::Reach;
use super::backend::{addresses, observers};
use super::secrets::{Secrets, Want};
use crate::config::{Api, Endpoint};
use crate::faces::exit::{Exit, Stop};
use crate::link::Backend;
use crate::link::ocp::{Config, OcpBackend, Presence};
use crate::wire::ocp::Credential;

/// Who asks a platform: a user, or an access key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// A user, who has a password.
    pub user: Option<String>,
    /// An access key, which has a secret key.
    pub access_key: Option<String>,
}

impl Account {
    /// The credential, as far as it was given; a secret that nobody gave is empty.
    fn credential(&self, secrets: &Secrets) -> Option<Credential> {
        if let Some(access) = &self.access_key {
            return Some(Credential::Key {
                access: access.clone(),
                secret: secrets.secret_key.clone().unwrap_or_default(),
            });
        }
        self.user.as_ref().map(|user| Credential::Basic {
            user: user.clone(),
            password: secrets.root.clone().unwrap_or_default(),
        })
    }
}

/// Makes a backend; nothing is asked yet.
pub(super) fn make(reach: &Reach) -> Result<Arc<dyn Backend>, Stop> {
    Ok(Arc::new(backend(reach, true)?))
}

fn backend(reach: &Reach, known: bool) -> Result<OcpBackend, Stop> {
    let (endpoints, tls) = addresses(reach)?;
    let credential = reach.account.credential(&reach.secrets);
    if known && credential.is_none() {
        return Err(Stop::usage(format!(
            "{}: OCP answers here; say who asks: --user NAME (its password in OBDECK_PASSWORD) \
             or --access-key KEY (its secret in OBDECK_SECRET_KEY)",
            reach.name
        )));
    }
    let mut config = Config::new(endpoints, credential.filter(|_| known));
    config.tls = tls;
    if known {
        config.observers = observers(reach)?;
    }
    if rust_i18n::locale().starts_with("zh") {
        config.language = "zh-CN";
    }
    OcpBackend::new(config).map_err(|error| Stop::failed(error.to_string()))
}

/// The API of these endpoints: as the context says, an agent where an address
/// or a socket is named, and for a URL whoever tells a platform's clock.
pub(super) async fn api(reach: &Reach) -> Result<Api, Stop> {
    if let Some(api) = reach.api {
        return Ok(api);
    }
    let named = reach.account != Account::default();
    let is_url = matches!(reach.endpoints.first(), Some(Endpoint::Url(_)));
    if named {
        return Ok(Api::Ocp);
    }
    if !is_url {
        return Ok(Api::Obshell);
    }
    match backend(reach, false)?.presence().await {
        Presence::Platform => Ok(Api::Ocp),
        Presence::Other => Ok(Api::Obshell),
        Presence::Nobody(reason) => Err(Stop::new(
            Exit::Unreachable,
            format!("{} does not answer: {reason}", reach.name),
        )),
    }
}

/// The secret that a platform will want and nobody gave.
pub(super) fn missing(reach: &Reach) -> Option<Want> {
    if reach.account.access_key.is_some() {
        return reach
            .secrets
            .secret_key
            .is_none()
            .then_some(Want::SecretKey);
    }
    reach.secrets.root.is_none().then_some(Want::User)
}
