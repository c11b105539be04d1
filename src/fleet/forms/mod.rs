//! The table of forms: fields, kinds, checks, help and the request they make.
//! The screen, `obdeck do` and the reference page read the same table.

mod checks;
mod given;
mod grow;
mod join;
mod leftover;
mod ocp;
mod parameter;
mod power;
mod proxy;
mod read;
#[cfg(test)]
mod recorded;
mod refusal;
mod replicas;
mod setup;
mod table;
mod tenant;
mod upgrade;

use super::task::Source;

pub use given::{SetError, set};
pub use join::zone_name;
pub use leftover::leftovers;
pub use refusal::{at_fields, cure};
pub use replicas::zone_list;
pub use table::{Check, Entry, Field, FieldError, Form, Given, Kind, Offered};

/// Every form of an agent.
#[must_use]
pub fn all() -> &'static [Form] {
    &[
        join::FORM,
        setup::REMOVE,
        setup::OBSERVER_CONFIG,
        setup::CLUSTER_CONFIG,
        setup::INIT,
        grow::SCALE_OUT,
        grow::SCALE_IN,
        power::START,
        power::STOP,
        power::ZONE_STOP,
        grow::ZONE_DELETE,
        setup::AGENT_PASSWORD,
        parameter::PARAMETER_SET,
        proxy::PROXY_ADD,
        proxy::PROXY_START,
        proxy::PROXY_STOP,
        proxy::PROXY_DELETE,
        upgrade::PROXY_UPGRADE,
        tenant::TENANT_CREATE,
        tenant::TENANT_DELETE,
        upgrade::PACKAGE_UPLOAD,
        upgrade::PACKAGE_DELETE,
        upgrade::UPGRADE_CHECK,
        upgrade::UPGRADE,
    ]
}

/// Every form of what answers: an agent's or a platform's.
#[must_use]
pub fn of(source: Source) -> &'static [Form] {
    match source {
        Source::Obshell => all(),
        Source::Ocp => ocp::all(),
    }
}

/// The form of that name, where it is known who answers: some names are both's.
#[must_use]
pub fn find_of(source: Source, name: &str) -> Option<&'static Form> {
    of(source).iter().find(|form| form.name == name)
}

/// The form of that name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Form> {
    all().iter().find(|form| form.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_found() {
        for form in all() {
            assert_eq!(find(form.name).map(|found| found.title), Some(form.title));
            for field in form.fields {
                assert_eq!(
                    form.fields.iter().filter(|f| f.name == field.name).count(),
                    1
                );
            }
        }
        assert!(find("jion").is_none());
    }
}
