//! What a form is made of.

use indexmap::IndexMap;

use crate::base::Secret;
use crate::fleet::cluster::Cluster;
use crate::fleet::request::Request;

/// What a field takes; says how it is edited and shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One line of text.
    Text,
    /// A password: never shown, never kept.
    Password,
    /// `host:port` of an agent.
    Address,
    /// A whole number.
    Number,
    /// Yes or no.
    Bool,
    /// One of some words.
    Choice(&'static [&'static str]),
    /// Words with commas between them.
    List,
    /// `key=value` pairs (`obConfigs.memory_limit=16G`).
    Pairs,
}

/// What of the platform's a field names: the screen offers what there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Offered {
    /// Ids of clusters.
    Clusters,
    /// `name=id` of clusters, the id being the database's.
    Links,
    /// Names of zones of the cluster in `clusterId`.
    Zones,
    /// Ids of servers of the cluster in `clusterId`.
    Servers,
    /// Ids of the hosts of these servers.
    ServerHosts,
    /// Ids of hosts on which nothing runs.
    FreeHosts,
    /// File names of packages of OBProxy.
    ProxyPackages,
    /// Ids of OBProxy clusters.
    ProxyClusters,
    /// Ids of OBProxies of the cluster in `id`.
    Proxies,
}

/// One typed value.
#[derive(Clone, Debug, PartialEq)]
pub enum Entry {
    /// Text as typed, for every kind but the two below.
    Text(String),
    /// A password.
    Secret(Secret),
    /// Pairs in their order.
    Pairs(IndexMap<String, String>),
}

/// What was typed so far, by field name. A field that is absent was not given.
pub type Given = IndexMap<String, Entry>;

/// A check of one value; `Err` is a sentence that says what is wrong and what is allowed.
pub type Check = fn(&Entry, &Given) -> Result<(), String>;

/// One field.
#[derive(Clone, Copy)]
pub struct Field {
    /// The server's name for it, the name of `--set`.
    pub name: &'static str,
    /// Other names that `--set` and files may use: the same field in the
    /// server's own nesting.
    pub aliases: &'static [&'static str],
    /// What the screen calls it (a key of the catalogue of words).
    pub label: &'static str,
    /// One line of help (a key of the catalogue of words).
    pub help: &'static str,
    /// What it takes.
    pub kind: Kind,
    /// Whether the request cannot do without it.
    pub required: bool,
    /// What is sent or shown when nothing is typed; empty for none.
    pub default: &'static str,
    /// Its own check, run as it is typed.
    pub check: Check,
    /// What of the platform's it names.
    pub offered: Option<Offered>,
}

impl Field {
    /// A field that may be left empty and takes whatever its kind takes.
    #[must_use]
    pub const fn new(
        name: &'static str,
        label: &'static str,
        kind: Kind,
        help: &'static str,
    ) -> Self {
        Self {
            name,
            aliases: &[],
            label,
            help,
            kind,
            required: false,
            default: "",
            check: anything,
            offered: None,
        }
    }

    /// The request cannot do without it.
    #[must_use]
    pub const fn required(self) -> Self {
        Self {
            required: true,
            ..self
        }
    }

    /// With a check of its own.
    #[must_use]
    pub const fn checked(self, check: Check) -> Self {
        Self { check, ..self }
    }

    /// With what it names.
    #[must_use]
    pub const fn offering(self, offered: Offered) -> Self {
        Self {
            offered: Some(offered),
            ..self
        }
    }

    /// With other names.
    #[must_use]
    pub const fn also(self, aliases: &'static [&'static str]) -> Self {
        Self { aliases, ..self }
    }
}

// The signature is the table's.
#[allow(clippy::unnecessary_wraps)]
fn anything(_: &Entry, _: &Given) -> Result<(), String> {
    Ok(())
}

/// A sentence at a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError {
    /// [`Field::name`]; empty for the form as a whole.
    pub field: String,
    /// What is wrong and what is allowed.
    pub message: String,
}

impl FieldError {
    /// A sentence at a field.
    #[must_use]
    pub fn at(field: &str, message: impl Into<String>) -> Self {
        Self {
            field: field.to_owned(),
            message: message.into(),
        }
    }
}

/// A form.
#[derive(Clone, Copy)]
pub struct Form {
    /// The word of `obdeck do`.
    pub name: &'static str,
    /// Its title (a key of the catalogue of words).
    pub title: &'static str,
    /// What it does, in a sentence (a key of the catalogue of words).
    pub about: &'static str,
    /// Its fields in order.
    pub fields: &'static [Field],
    /// The request that the values make; values have passed their checks.
    pub request: fn(&Given) -> Result<Request, Vec<FieldError>>,
    /// What is wrong between fields, where each of them alone is right.
    pub across: fn(&Given) -> Vec<FieldError>,
    /// The words on the button for these values (`Join zone2`), as far as
    /// they are known; what they do to this cluster.
    pub deed: fn(&Given, Option<&Cluster>) -> String,
    /// What to know before it is sent, a sentence each.
    pub before: fn(&Given, &Cluster) -> Vec<String>,
    /// Turns the server's validator lines (`JoinApiParam.ZoneName`) into field names.
    pub server_field: fn(&str) -> Option<&'static str>,
}

impl Form {
    /// A form without checks between fields; a server's field is found by its name.
    #[must_use]
    pub const fn new(
        name: &'static str,
        title: &'static str,
        about: &'static str,
        fields: &'static [Field],
        request: fn(&Given) -> Result<Request, Vec<FieldError>>,
        deed: fn(&Given, Option<&Cluster>) -> String,
    ) -> Self {
        Self {
            name,
            title,
            about,
            fields,
            request,
            across: |_| Vec::new(),
            deed,
            before: |_, _| Vec::new(),
            server_field: |_| None,
        }
    }

    /// With a check between fields.
    #[must_use]
    pub const fn across(self, across: fn(&Given) -> Vec<FieldError>) -> Self {
        Self { across, ..self }
    }

    /// With something to know before it is sent.
    #[must_use]
    pub const fn before(self, before: fn(&Given, &Cluster) -> Vec<String>) -> Self {
        Self { before, ..self }
    }
}
