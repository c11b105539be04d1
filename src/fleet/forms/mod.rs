//! The table of forms: fields, kinds, checks, help and the request they make.
//! The screen, `obdeck do` and the reference page read the same table.

mod given;
mod join;
mod refusal;
mod table;

pub use given::{SetError, set};
pub use join::zone_name;
pub use refusal::at_fields;
pub use table::{Check, Entry, Field, FieldError, Form, Given, Kind};

/// Every form.
#[must_use]
pub fn all() -> &'static [Form] {
    &[join::FORM]
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
