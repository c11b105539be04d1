//! The ways to one server: which is asked first, and when the next one is tried.

use std::ops::Deref;
use std::sync::atomic::{AtomicUsize, Ordering};

use rust_i18n::t;

use super::LinkError;
use crate::fleet::Address;

/// Tried in order for reads; the one that answered last comes first.
pub(super) struct Endpoints {
    all: Vec<Address>,
    preferred: AtomicUsize,
}

impl Endpoints {
    pub fn new(all: Vec<Address>) -> Self {
        Self {
            all,
            preferred: AtomicUsize::new(0),
        }
    }

    /// What is asked next, for the header of the screen.
    pub fn name(&self) -> String {
        self.first().map(ToString::to_string).unwrap_or_default()
    }

    /// What is asked next.
    pub fn first(&self) -> Option<&Address> {
        let at = self.preferred.load(Ordering::Relaxed);
        self.all.get(at).or(self.all.first())
    }

    /// All of them, the one that answered last first.
    pub fn in_order(&self) -> Vec<(usize, Address)> {
        let count = self.all.len();
        let first = self.preferred.load(Ordering::Relaxed).min(count.max(1) - 1);
        let turned = (first..count).chain(0..first);
        turned.map(|at| (at, self.all[at].clone())).collect()
    }

    /// Does something at the first one that answers.
    pub async fn anywhere<T, F>(&self, mut work: impl FnMut(Address) -> F) -> Result<T, LinkError>
    where
        F: Future<Output = Result<T, LinkError>>,
    {
        let mut first_error = None;
        for (at, address) in self.in_order() {
            match work(address).await {
                Ok(done) => {
                    self.preferred.store(at, Ordering::Relaxed);
                    return Ok(done);
                }
                Err(error) if is_no_word_of_the_server(&error) => {
                    first_error.get_or_insert(error);
                }
                Err(error) => return Err(error),
            }
        }
        Err(first_error.unwrap_or_else(no_endpoint))
    }
}

impl Deref for Endpoints {
    type Target = [Address];

    fn deref(&self) -> &[Address] {
        &self.all
    }
}

/// Only what the server itself has not said is worth another endpoint: a limit on
/// how often one may ask holds behind all of them.
fn is_no_word_of_the_server(error: &LinkError) -> bool {
    match error {
        LinkError::Unreachable { .. } | LinkError::Garbled { .. } => true,
        LinkError::Throttled { status, .. } => *status != 429,
        _ => false,
    }
}

pub(super) fn no_endpoint() -> LinkError {
    LinkError::NotAsked(t!("no endpoint is configured").into_owned())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn throttled(status: u16) -> LinkError {
        LinkError::Throttled {
            endpoint: "a:1".into(),
            status,
            said: String::new(),
            wait: Duration::from_secs(9),
        }
    }

    /// Who was asked, and what came of it.
    async fn ask(
        endpoints: &Endpoints,
        errors: &[(&str, LinkError)],
    ) -> (Vec<String>, Result<(), LinkError>) {
        let mut asked = Vec::new();
        let result = endpoints
            .anywhere(|address| {
                let name = address.to_string();
                let error = errors.iter().find(|(at, _)| *at == name);
                asked.push(name);
                let outcome = error.map_or(Ok(()), |(_, error)| Err(error.clone()));
                async { outcome }
            })
            .await;
        (asked, result)
    }

    #[tokio::test]
    async fn a_limit_is_not_dodged_by_asking_elsewhere() {
        let endpoints = Endpoints::new(vec![Address::new("a", 1), Address::new("b", 2)]);
        let (asked, result) = ask(&endpoints, &[("a:1", throttled(429))]).await;
        assert_eq!(
            (asked, result),
            (vec!["a:1".to_owned()], Err(throttled(429)))
        );
        let (asked, result) = ask(&endpoints, &[("a:1", throttled(503))]).await;
        assert_eq!((asked.len(), result), (2, Ok(())));
        // The one that answered comes first from now on.
        assert_eq!(ask(&endpoints, &[]).await.0, ["b:2"]);
        assert_eq!(endpoints.name(), "b:2");
    }
}
