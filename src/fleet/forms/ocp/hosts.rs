//! Hosts that a platform shall look after.

use rust_i18n::t;
use serde_json::{Value, json};

use super::body::{change, words};
use crate::fleet::forms::checks;
use crate::fleet::forms::read::{number, text};
use crate::fleet::forms::table::{Entry, Field, Form, Given, Kind};
use crate::fleet::request::Method;

/// One request takes no more hosts.
const MOST: usize = 50;

fn addresses(entry: &Entry, _: &Given) -> Result<(), String> {
    let words = entry.text().unwrap_or_default().split([',', ' ']);
    let ips: Vec<&str> = words
        .map(str::trim)
        .filter(|word| !word.is_empty())
        .collect();
    if let Some(wrong) = ips
        .iter()
        .find(|ip| ip.parse::<std::net::IpAddr>().is_err())
    {
        return Err(t!("`%{text}` is no IP address", text = *wrong).into_owned());
    }
    if let Some(twice) = ips
        .iter()
        .enumerate()
        .find(|(at, ip)| ips[..*at].contains(ip))
    {
        return Err(t!("%{id} stands there twice", id = *twice.1).into_owned());
    }
    if ips.len() > MOST {
        return Err(t!("no more than %{n} hosts at once", n = MOST).into_owned());
    }
    Ok(())
}

/// `POST compute/hosts/batchCreate`: one task for each host.
pub(super) const ADD: Form = Form::new(
    "host-add",
    "Add hosts",
    "Takes hosts under the platform's care; each one gets a task.",
    &[
        Field::new(
            "hostBasicDataList",
            "Addresses",
            Kind::List,
            "Inner addresses of the hosts with commas between, at most 50.",
        )
        .required()
        .also(&["hosts", "innerIpAddress"])
        .checked(addresses),
        Field {
            default: "22",
            ..Field::new("sshPort", "SSH port", Kind::Number, "Port of sshd on them.")
        },
        Field {
            default: "DEDICATED_PHYSICAL_MACHINE",
            ..Field::new(
                "kind",
                "Kind",
                Kind::Choice(&[
                    "DEDICATED_PHYSICAL_MACHINE",
                    "DEDICATED_CONTAINER",
                    "DEDICATED_ECS",
                ]),
                "What they are.",
            )
        },
        Field::new(
            "idcId",
            "Data centre",
            Kind::Number,
            "The platform's id of the IDC.",
        )
        .required()
        .checked(checks::positive),
        Field::new(
            "typeId",
            "Type",
            Kind::Number,
            "The platform's id of the type of host.",
        )
        .required()
        .checked(checks::positive),
        Field::new(
            "credentialId",
            "Credential",
            Kind::Number,
            "The platform's id of the credential that logs in on them.",
        ),
        Field::new(
            "publishPorts",
            "Published ports",
            Kind::Text,
            "Only for containers: host:container with commas between.",
        ),
        Field::new("alias", "Alias", Kind::Text, "Another name of the host."),
        Field::new(
            "description",
            "Description",
            Kind::Text,
            "What they are for.",
        ),
    ],
    |given| {
        let basic: Vec<Value> = words(given, "hostBasicDataList")
            .into_iter()
            .map(|ip| json!({ "innerIpAddress": ip }))
            .collect();
        let kind = match text(given, "kind") {
            "" => "DEDICATED_PHYSICAL_MACHINE",
            kind => kind,
        };
        let mut sent = json!({
            "hostBasicDataList": basic,
            "sshPort": number(given, "sshPort").unwrap_or(22),
            "kind": kind,
        });
        for field in ["idcId", "typeId", "credentialId"] {
            if let Some(number) = number(given, field) {
                sent[field] = json!(number);
            }
        }
        for field in ["publishPorts", "alias", "description"] {
            let text = text(given, field);
            if !text.is_empty() {
                sent[field] = json!(text);
            }
        }
        let path = "/api/v2/compute/hosts/batchCreate".to_owned();
        change(Method::Post, path, Some(sent), "Prepare host")
    },
    |given, _| match words(given, "hostBasicDataList").len() {
        0 | 1 => t!("Add a host").into_owned(),
        n => t!("Add %{n} hosts", n = n).into_owned(),
    },
);
