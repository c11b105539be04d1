//! Join: a SINGLE agent becomes MASTER of its own, or FOLLOWER of a master.
//! The request goes to the agent that joins (`api/obshell.md §4.2`).

use rust_i18n::t;

use super::table::{Entry, Field, FieldError, Form, Given, Kind};
use crate::base::text;
use crate::fleet::Address;
use crate::fleet::address::AGENT_PORT;
use crate::fleet::change;
use crate::fleet::cluster::Cluster;
use crate::fleet::request::Request;

/// The longest name a zone can have in the database.
const ZONE_LENGTH: usize = 128;

/// The form.
pub const FORM: Form = Form {
    server_field,
    ..Form::new(
        "join",
        "Join a node",
        "Joins a fresh agent to a master, or makes it the first master.",
        &[
            Field::new(
                "agent",
                "Agent to join",
                Kind::Address,
                "Address of the agent that joins, as host:port. It must be SINGLE: fresh, in no cluster.",
            )
            .required(),
            Field::new(
                "master",
                "Join to",
                Kind::Address,
                "Address of the master. The agent's own address makes it the first master.",
            )
            .required(),
            Field::new(
                "zone",
                "Zone",
                Kind::Text,
                "One zone for each failure domain. Letters, digits, _ - and . make its name.",
            )
            .required()
            .checked(zone),
            Field::new(
                "master_password",
                "Master's agent password",
                Kind::Password,
                "Only where an agent password is set on the master; leave it empty otherwise.",
            ),
        ],
        request,
        deed,
    )
};

pub(super) fn zone(entry: &Entry, _: &Given) -> Result<(), String> {
    zone_name(entry.text().unwrap_or_default())
}

/// Whether a zone may be called so; the error is a sentence.
pub fn zone_name(name: &str) -> Result<(), String> {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
    if let Some(c) = name.chars().find(|c| !plain(*c)) {
        let shown = text::clean_line(&c.to_string());
        return Err(t!(
            "`%{shown}` cannot stand in a name: letters, digits, _ - and .",
            shown = shown
        )
        .into_owned());
    }
    if name.chars().count() > ZONE_LENGTH {
        return Err(t!("longer than %{n} characters", n = ZONE_LENGTH).into_owned());
    }
    Ok(())
}

fn request(given: &Given) -> Result<Request, Vec<FieldError>> {
    let mut errors = Vec::new();
    let mut address = |name: &str| {
        let typed = given.get(name).and_then(Entry::text).unwrap_or_default();
        Address::parse(typed, AGENT_PORT)
            .map_err(|error| {
                errors.push(FieldError {
                    field: name.to_owned(),
                    message: error.to_string(),
                });
            })
            .ok()
    };
    let (Some(agent), Some(master)) = (address("agent"), address("master")) else {
        return Err(errors);
    };
    let zone = given.get("zone").and_then(Entry::text).unwrap_or_default();
    let password = match given.get("master_password") {
        Some(Entry::Secret(secret)) if !secret.is_empty() => Some(secret),
        _ => None,
    };
    Ok(change::join(&agent, &master, zone, password))
}

fn deed(given: &Given, _: Option<&Cluster>) -> String {
    let typed = |name| given.get(name).and_then(Entry::text).unwrap_or_default();
    let zone = typed("zone");
    let parsed = |name| Address::parse(typed(name), AGENT_PORT).ok();
    let own = parsed("agent").is_some() && parsed("agent") == parsed("master");
    match (zone.is_empty(), own) {
        (true, _) => t!("Join").into_owned(),
        (false, true) => t!("Join %{zone} as master", zone = zone).into_owned(),
        (false, false) => t!("Join %{zone}", zone = zone).into_owned(),
    }
}

fn server_field(name: &str) -> Option<&'static str> {
    let name = name.strip_prefix("JoinApiParam.").unwrap_or(name);
    match name.split('.').next()?.to_ascii_lowercase().as_str() {
        "agentinfo" => Some("master"),
        "zonename" => Some("zone"),
        "masterpassword" => Some("master_password"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::fleet::forms::set;
    use crate::fleet::request::Auth;

    fn given(values: &[&str]) -> Given {
        let mut given = Given::new();
        for value in values {
            set(&FORM, &mut given, value).unwrap();
        }
        given
    }

    #[test]
    fn goes_to_the_agent_that_joins_and_names_the_master() {
        let typed = given(&[
            "agent=10.0.0.7",
            "master=10.0.0.5:4886",
            "zone=zone2",
            "master_password=s3",
        ]);
        assert_eq!(FORM.check(&typed), []);
        let request = (FORM.request)(&typed).unwrap();
        assert_eq!(request.target, Some(Address::new("10.0.0.7", 2886)));
        assert_eq!(request.path, "/api/v1/agent/join");
        assert_eq!(request.auth, Auth::Root);
        assert_eq!(request.makes.as_deref(), Some("Join to master"));
        assert_eq!(
            request.body.unwrap().masked(),
            json!({"agentInfo": {"ip": "10.0.0.5", "port": 4886}, "zoneName": "zone2",
                   "masterPassword": "***"})
        );
        assert_eq!((FORM.deed)(&typed, None), "Join zone2");
    }

    #[test]
    fn an_empty_password_is_not_sent_and_the_own_address_makes_a_master() {
        let typed = given(&["agent=h:1", "master=h:1", "zone=z", "master_password="]);
        let request = (FORM.request)(&typed).unwrap();
        assert_eq!(request.makes.as_deref(), Some("Join self"));
        assert_eq!(
            request.body.unwrap().revealed(),
            json!({"agentInfo": {"ip": "h", "port": 1}, "zoneName": "z"})
        );
        assert_eq!((FORM.deed)(&typed, None), "Join z as master");
    }

    #[test]
    fn finds_every_wrong_shape_at_once() {
        let typed = given(&["agent=h:0", "zone=a b"]);
        let errors = FORM.check(&typed);
        let at: Vec<_> = errors.iter().map(|e| e.field.as_str()).collect();
        assert_eq!(at, ["agent", "master", "zone"]);
        assert!((FORM.request)(&typed).is_err());
    }
}
