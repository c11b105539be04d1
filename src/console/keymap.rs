//! Which key does what: the table's keys with the operator's changes.

use std::collections::BTreeMap;

use super::action::{ACTIONS, Action, Scope};
use super::key::Key;

/// Keys and what they do.
#[derive(Clone, Debug)]
pub struct Keymap {
    bindings: Vec<(Key, Action)>,
}

impl Default for Keymap {
    fn default() -> Self {
        Self::new(&BTreeMap::new())
    }
}

impl Keymap {
    /// The table's keys; an action that is named in `changed` has those keys instead.
    #[must_use]
    pub fn new(changed: &BTreeMap<String, Vec<Key>>) -> Self {
        let mut bindings = Vec::new();
        for info in ACTIONS {
            match changed.get(info.name) {
                Some(keys) => bindings.extend(keys.iter().map(|key| (*key, info.action))),
                None => bindings.extend(
                    info.keys
                        .iter()
                        .filter_map(|key| key.parse().ok())
                        .map(|key| (key, info.action)),
                ),
            }
        }
        Self { bindings }
    }

    /// What a key does there.
    #[must_use]
    pub fn action(&self, key: Key, scope: Scope) -> Option<Action> {
        self.bindings
            .iter()
            .filter(|(bound, _)| *bound == key)
            .map(|(_, action)| *action)
            .find(|action| action.info().is_some_and(|info| info.applies(scope)))
    }

    /// The keys of an action.
    pub fn keys(&self, action: Action) -> impl Iterator<Item = Key> + '_ {
        self.bindings
            .iter()
            .filter(move |(_, bound)| *bound == action)
            .map(|(key, _)| *key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCOPES: [Scope; 9] = [
        Scope::Welcome,
        Scope::Cluster,
        Scope::Tasks,
        Scope::Task,
        Scope::Form,
        Scope::Setup,
        Scope::List,
        Scope::Messages,
        Scope::Help,
    ];

    #[test]
    fn every_key_of_the_table_is_one_and_means_one_thing() {
        for info in ACTIONS {
            for key in info.keys {
                let key: Key = key.parse().unwrap();
                for scope in SCOPES.into_iter().filter(|scope| info.applies(*scope)) {
                    assert_eq!(
                        Keymap::default().action(key, scope),
                        Some(info.action),
                        "{key} {scope:?}"
                    );
                }
            }
        }
    }

    #[test]
    fn a_change_takes_the_old_keys_away() {
        let changed = BTreeMap::from([("down".to_owned(), vec!["x".parse().unwrap()])]);
        let keymap = Keymap::new(&changed);
        let does = |key: &str| keymap.action(key.parse().unwrap(), Scope::Tasks);
        assert_eq!(does("x"), Some(Action::Down));
        assert_eq!(does("j"), None);
        assert_eq!(does("k"), Some(Action::Up));
    }
}
