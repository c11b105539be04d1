//! What the platform has, for fields that name something of it: ids with the
//! names that belong to them. Whatever is typed still goes.

use super::FormScreen;
use crate::console::data::Data;
use crate::console::input::Line;
use crate::console::key::Key;
use crate::console::model::Model;
use crate::fleet::forms::{Kind, Offered};
use crate::fleet::platform::ManagedCluster;
use crate::link::{Ask, Picture};

/// Something that a field can name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What is sent.
    pub value: String,
    /// What it is.
    pub about: String,
}

fn choice(value: impl Into<String>, about: impl Into<String>) -> Choice {
    Choice {
        value: value.into(),
        about: about.into(),
    }
}

impl FormScreen {
    /// The questions whose answers a field chooses from.
    pub(super) fn choice_ask(&self, index: usize) -> Option<Ask> {
        let field = self.form().fields.get(index)?;
        Some(match field.offered? {
            Offered::Clusters | Offered::Links => Ask::Clusters,
            Offered::FreeHosts => Ask::Hosts,
            Offered::ProxyPackages => Ask::Packages,
            Offered::ProxyClusters | Offered::Proxies => Ask::ProxyClusters,
            Offered::Zones | Offered::Servers | Offered::ServerHosts => {
                Ask::ManagedCluster(self.typed("clusterId")?)
            }
        })
    }

    /// A number that stands in a field.
    fn typed(&self, name: &str) -> Option<String> {
        let at = self.form().fields.iter().position(|f| f.name == name)?;
        let typed = self.line(at)?.value().trim();
        let number = !typed.is_empty() && typed.bytes().all(|byte| byte.is_ascii_digit());
        number.then(|| typed.to_owned())
    }

    /// What a field chooses from; none before the platform has answered.
    #[must_use]
    pub fn choices(&self, data: &Data, index: usize) -> Vec<Choice> {
        let offered = self.form().fields.get(index).and_then(|f| f.offered);
        let (Some(offered), Some(ask)) = (offered, self.choice_ask(index)) else {
            return Vec::new();
        };
        match (offered, data.picture(&ask)) {
            (Offered::Clusters, Some(Picture::Clusters(all))) => all
                .iter()
                .map(|one| {
                    let about = format!("{} {}", one.cluster.name, one.cluster.status.0);
                    choice(&one.id, about)
                })
                .collect(),
            (Offered::Links, Some(Picture::Clusters(all))) => all
                .iter()
                .filter_map(|one| {
                    let value = format!("{}={}", one.cluster.name, one.cluster.id?);
                    Some(choice(value, &one.cluster.ob_version))
                })
                .collect(),
            (Offered::FreeHosts, Some(Picture::Hosts(all))) => all
                .iter()
                .filter(|host| host.is_free())
                .map(|host| choice(&host.id, format!("{} {}", host.ip, host.idc)))
                .collect(),
            (Offered::ProxyPackages, Some(Picture::Packages(all))) => all
                .iter()
                .filter(|package| package.kind == "OBPROXY_INSTALL_PACKAGE")
                .map(|package| choice(&package.file, ""))
                .collect(),
            (Offered::ProxyClusters, Some(Picture::ProxyClusters(all))) => all
                .iter()
                .map(|one| choice(&one.id, format!("{} {}", one.name, one.work_mode)))
                .collect(),
            (Offered::Proxies, Some(Picture::ProxyClusters(all))) => {
                let id = self.typed("id");
                let proxies = all
                    .iter()
                    .filter(|one| Some(&one.id) == id.as_ref())
                    .flat_map(|one| &one.proxies);
                proxies
                    .map(|proxy| choice(&proxy.id, format!("{} {}", proxy.address, proxy.status.0)))
                    .collect()
            }
            (offered, Some(Picture::Managed(managed))) => of_cluster(offered, managed),
            _ => Vec::new(),
        }
    }

    /// The values of a list, as far as they are typed.
    #[must_use]
    pub fn chosen(&self, index: usize) -> Vec<&str> {
        let typed = self.line(index).map_or("", |line| line.value());
        let parts = typed.split(',').map(str::trim);
        parts.filter(|part| !part.is_empty()).collect()
    }
}

fn of_cluster(offered: Offered, managed: &ManagedCluster) -> Vec<Choice> {
    let cluster = &managed.cluster;
    if offered == Offered::Zones {
        let zones = cluster.zones.iter();
        return zones
            .map(|zone| choice(&zone.name, &zone.status.0))
            .collect();
    }
    cluster
        .servers()
        .filter_map(|server| {
            let mut members = managed.members.iter();
            let member = members.find(|member| member.address == server.address)?;
            let value = match offered {
                Offered::ServerHosts => member.host.clone()?,
                _ => member.server.clone(),
            };
            let about = format!("{} {} {}", server.address, server.zone, server.status.0);
            Some(choice(value, about))
        })
        .collect()
}

/// `space` takes the next choice: in place of the one that stands there, or
/// behind those of a list. True if there was one.
pub fn take_next(model: &mut Model, key: Key) -> bool {
    let Some(form) = model.form().filter(|form| form.sent().is_none()) else {
        return false;
    };
    let at = form.focus();
    let choices = form.choices(&model.data, at);
    if key.typed() != Some(' ') || choices.is_empty() {
        return false;
    }
    let chosen = form.chosen(at);
    let several = form
        .form()
        .fields
        .get(at)
        .is_some_and(|field| matches!(field.kind, Kind::List | Kind::Pairs));
    let line = if several {
        let next = choices.iter().find(|c| !chosen.contains(&c.value.as_str()));
        let all = chosen.iter().copied().chain(next.map(|c| c.value.as_str()));
        // After the last one it begins anew.
        next.map_or_else(String::new, |_| all.collect::<Vec<_>>().join(","))
    } else {
        let here = chosen.first();
        let here = choices.iter().position(|c| Some(&c.value.as_str()) == here);
        let next = here.map_or(0, |here| (here + 1) % choices.len());
        choices[next].value.clone()
    };
    let now = model.now;
    if let Some(form) = model.form_mut() {
        form.put(at, Line::open(&line), now);
    }
    true
}
