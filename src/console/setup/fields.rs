//! The fields of the plan: what they are called and what they are for.

use std::borrow::Cow;

use rust_i18n::t;

/// A field of the cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the labels below say what each one is")]
pub enum FieldId {
    Name,
    Id,
    Root,
    Again,
    Memory,
    LogDisk,
    DataDir,
    Others,
    Proxyro,
    ProxyroPassword,
    Import,
    MasterAgent,
    AfterAgent,
}

impl FieldId {
    /// In the order of the screen.
    pub const ALL: [Self; 13] = [
        Self::Name,
        Self::Id,
        Self::Root,
        Self::Again,
        Self::Memory,
        Self::LogDisk,
        Self::DataDir,
        Self::Others,
        Self::Proxyro,
        Self::ProxyroPassword,
        Self::Import,
        Self::MasterAgent,
        Self::AfterAgent,
    ];

    /// Whether it is never shown.
    #[must_use]
    pub fn is_secret(self) -> bool {
        matches!(
            self,
            Self::Root | Self::Again | Self::ProxyroPassword | Self::MasterAgent | Self::AfterAgent
        )
    }

    /// Whether it says yes or no.
    #[must_use]
    pub fn is_flag(self) -> bool {
        matches!(self, Self::Proxyro | Self::Import)
    }

    /// What it is called.
    #[must_use]
    pub fn label(self) -> Cow<'static, str> {
        match self {
            Self::Name => t!("Cluster name"),
            Self::Id => t!("Cluster id"),
            Self::Root => t!("Password of root@sys"),
            Self::Again => t!("the same again"),
            Self::Memory => t!("Memory of an observer"),
            Self::LogDisk => t!("Disk for its log"),
            Self::DataDir => t!("Data folder"),
            Self::Others => t!("Other parameters"),
            Self::Proxyro => t!("User for OBProxy"),
            Self::ProxyroPassword => t!("its password"),
            Self::Import => t!("Import scripts"),
            Self::MasterAgent => t!("Agent password of the first"),
            Self::AfterAgent => t!("Agent password afterwards"),
        }
    }

    /// One line of help.
    #[must_use]
    pub fn help(self) -> Cow<'static, str> {
        match self {
            Self::Name => t!("What the cluster is called everywhere; it cannot be changed later."),
            Self::Id => t!("A number that tells clusters apart, 1 where there is only one."),
            Self::Root => {
                t!("New password of the administrator. It is never shown and never kept.")
            }
            Self::Again => t!("Typed twice, because nobody can read it."),
            Self::Memory => t!("memory_limit; proposed from what the hosts have. At least 6G."),
            Self::LogDisk => t!("log_disk_size; three times the memory or more."),
            Self::DataDir => {
                t!("data_dir, for all servers; empty: the folder `store` in the agent's home.")
            }
            Self::Others => {
                t!("Any observer parameter for all servers: cpu_count=8 system_memory=2G")
            }
            Self::Proxyro => t!("proxyro, the user that OBProxy logs in with. blank: yes or no"),
            Self::ProxyroPassword => t!("New password of proxyro."),
            Self::Import => {
                t!("Import the scripts of the tenants while the cluster is made. blank: yes or no")
            }
            Self::MasterAgent => {
                t!("Only where the first agent has a password already: who joins it must name it.")
            }
            Self::AfterAgent => t!("Set at every agent after the cluster is made; empty: none."),
        }
    }
}

/// A column of the table of servers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the labels below say what each one is")]
pub enum Column {
    Zone,
    Sql,
    Rpc,
    Memory,
    Dir,
}

impl Column {
    /// In the order of the screen.
    pub const ALL: [Self; 5] = [Self::Zone, Self::Sql, Self::Rpc, Self::Memory, Self::Dir];

    /// What it is called.
    #[must_use]
    pub fn label(self) -> Cow<'static, str> {
        match self {
            Self::Zone => t!("zone"),
            Self::Sql => t!("SQL port"),
            Self::Rpc => t!("RPC port"),
            Self::Memory => t!("memory"),
            Self::Dir => t!("data folder"),
        }
    }

    /// One line of help.
    #[must_use]
    pub fn help(self) -> Cow<'static, str> {
        match self {
            Self::Zone => t!("One zone for each failure domain."),
            Self::Sql => t!("mysql_port: where clients connect."),
            Self::Rpc => t!("rpc_port: where observers talk to each other."),
            Self::Memory => t!("memory_limit of this server alone; empty: as all."),
            Self::Dir => t!("data_dir of this server alone; empty: as all."),
        }
    }
}
