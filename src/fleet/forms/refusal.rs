//! Puts a server's refusal at the fields that it speaks of.

use rust_i18n::t;

use super::table::{Entry, FieldError, Form, Given, Kind};
use crate::fleet::Address;
use crate::fleet::address::AGENT_PORT;

/// The server's words, each line at the field that it names; what names none
/// stands at the form as a whole (an empty field name). Nothing is left out.
#[must_use]
pub fn at_fields(form: &Form, given: &Given, message: &str) -> Vec<FieldError> {
    message
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .map(|line| FieldError {
            field: field_of(form, given, line).unwrap_or_default().to_owned(),
            message: line.to_owned(),
        })
        .collect()
}

/// The only way out of a dead end that the server's words tell of
/// (`api/obshell.md §14.2`): no request leads further.
#[must_use]
pub fn cure(message: &str) -> Option<String> {
    message.contains("is 'SCALING IN'").then(|| {
        t!("it left a cluster, stays SCALING IN for ever and refuses every request; the only cure: stop it, empty its home and start a new agent there")
            .into_owned()
    })
}

fn field_of(form: &Form, given: &Given, line: &str) -> Option<&'static str> {
    // Validator lines: Key: 'JoinApiParam.ZoneName' Error:Field validation for …
    if let Some((_, rest)) = line.split_once("Key: '")
        && let Some((name, _)) = rest.split_once('\'')
    {
        return (form.server_field)(name).or_else(|| by_name(form, name));
    }
    let of_kind = |kind: Kind| form.fields.iter().filter(move |field| field.kind == kind);
    if line.contains("password is incorrect") {
        let mut passwords = of_kind(Kind::Password);
        return match (passwords.next(), passwords.next()) {
            (Some(only), None) => Some(only.name),
            _ => None,
        };
    }
    // Identity refusals begin with the agent that they speak of, in quotes.
    if let Some(field) = quoting(form, given, line) {
        return Some(field);
    }
    let (quoted, _) = line.strip_prefix('\'')?.split_once('\'')?;
    let named = Address::parse(quoted, AGENT_PORT).ok()?;
    of_kind(Kind::Address)
        .find(|field| {
            given
                .get(field.name)
                .and_then(Entry::text)
                .and_then(|typed| Address::parse(typed, AGENT_PORT).ok())
                .is_some_and(|address| address == named)
        })
        .map(|field| field.name)
}

/// `AddObproxyParam.HomePath`: the field of that name, however it is spelt.
fn by_name(form: &Form, name: &str) -> Option<&'static str> {
    let plain = |text: &str| text.replace(['_', '.'], "").to_ascii_lowercase();
    let parts: Vec<&str> = name.split('.').skip(1).collect();
    (0..parts.len()).find_map(|from| {
        let wanted = plain(&parts[from..].concat());
        let whole = |name: &str| plain(name) == wanted;
        let first = plain(parts[from]);
        let found = form
            .fields
            .iter()
            .find(|field| whole(field.name) || field.aliases.iter().any(|alias| whole(alias)));
        found
            .or_else(|| form.fields.iter().find(|field| plain(field.name) == first))
            .map(|field| field.name)
    })
}

/// The field whose whole text the server repeats in quotes, or the path that
/// holds the one in quotes.
fn quoting(form: &Form, given: &Given, line: &str) -> Option<&'static str> {
    let quoted = || line.split('\'').skip(1).step_by(2);
    let find = |means: fn(&str, &str) -> bool| {
        quoted().find_map(|word| {
            let says = |field: &&super::table::Field| {
                let typed = given.get(field.name).and_then(Entry::text);
                field.kind != Kind::Address && typed.is_some_and(|typed| means(typed, word))
            };
            form.fields.iter().find(says).map(|field| field.name)
        })
    };
    find(|typed, word| !word.is_empty() && typed == word).or_else(|| find(holds))
}

/// Whether a path lies below a directory.
fn holds(directory: &str, path: &str) -> bool {
    let below = path.strip_prefix(directory.trim_end_matches('/'));
    directory.starts_with('/') && below.is_some_and(|below| below.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fleet::forms::{find, set};

    fn places(message: &str) -> Vec<String> {
        let form = find("join").unwrap();
        let mut given = Given::new();
        for value in ["agent=127.0.0.1:2886", "master=127.0.0.1:2888", "zone=z"] {
            set(form, &mut given, value).unwrap();
        }
        at_fields(form, &given, message)
            .into_iter()
            .map(|error| error.field)
            .collect()
    }

    #[test]
    fn recorded_refusals_find_their_fields() {
        // refuse-join-empty
        let lines = "Bind JSON failed: Key: 'JoinApiParam.AgentInfo.Ip' Error:Field validation for 'Ip' failed on the 'required' tag\nKey: 'JoinApiParam.AgentInfo.Port' Error:Field validation for 'Port' failed on the 'required' tag\nKey: 'JoinApiParam.ZoneName' Error:Field validation for 'ZoneName' failed on the 'required' tag";
        assert_eq!(places(lines), ["master", "master", "zone"]);
        // refuse-join-again, refuse-join-target-not-master
        assert_eq!(
            places(
                "'127.0.0.1:2886' is 'MASTER', instead of 'SINGLE', does not support this operation"
            ),
            ["agent"]
        );
        assert_eq!(
            places(
                "'127.0.0.1:2888' is 'SINGLE', instead of 'MASTER', does not support this operation"
            ),
            ["master"]
        );
        // refuse-join-wrong-master-password
        assert_eq!(
            places(
                "send post request failed: Request [POST]/rpc/v1/agent/token to 127.0.0.1:2888 error: Unauthorized: Agent password is incorrect"
            ),
            ["master_password"]
        );
        assert_eq!(places("Unexpected error: something else"), [""]);
    }

    #[test]
    fn refusals_of_every_form_find_their_fields() {
        let place = |form: &str, sets: &[&str], message: &str| {
            let form = find(form).unwrap();
            let mut given = Given::new();
            for one in sets {
                set(form, &mut given, one).unwrap();
            }
            at_fields(form, &given, message).remove(0).field
        };
        // obproxy-add-refuse-no-home, obproxy-add-refuse-path-not-exist
        let missing = "Bind JSON failed: Key: 'AddObproxyParam.HomePath' Error:Field validation for 'HomePath' failed on the 'required' tag";
        assert_eq!(place("proxy-add", &[], missing), "home_path");
        let path = "invalid obproxy home path: '/nonexistent' does not exist";
        assert_eq!(
            place("proxy-add", &["home_path=/nonexistent"], path),
            "home_path"
        );
        // obproxy-add-refuse-etc-not-empty
        let full = "invalid obproxy home path: Directory '/data/pfull/etc' is not empty";
        for (home, field) in [
            ("/data/pfull", "home_path"),
            ("/data/pfull/", "home_path"),
            ("/data/p", ""),
        ] {
            let set = format!("home_path={home}");
            assert_eq!(place("proxy-add", &[&set], full), field, "{home}");
        }
        // refuse-delete-zone-not-empty, refuse-stop-unknown-server
        let zone = "The zone 'zone2' is not empty and cannot be deleted";
        assert_eq!(place("zone-delete", &["zone=zone2"], zone), "zone_name");
        let server = "Server '127.0.1.77:2986' does not exist";
        let sets = ["scope.type=SERVER", "scope.target=127.0.1.77:2986"];
        assert_eq!(place("stop", &sets, server), "scope.target");
        // refuse-scale-out-no-obconfigs
        let nested =
            "Key: 'ClusterScaleOutParam.ScaleOutParam.AgentInfo.Ip' Error:Field validation";
        assert_eq!(place("scale-out", &[], nested), "agentInfo");
    }
}
