//! Whether somebody listens on a port: what no agent tells of its host.

use std::collections::BTreeSet;
use std::time::Duration;

use futures_util::future::join_all;
use tokio::net::TcpStream;

use crate::fleet::Address;

/// A host that drops what comes to a port does not hold up the others for longer.
const PATIENCE: Duration = Duration::from_secs(1);

/// Those of the addresses where a connection is taken. It is closed at once and
/// nothing is said on it.
pub async fn listening(addresses: BTreeSet<Address>) -> BTreeSet<Address> {
    let asked = addresses.into_iter().map(|address| async move {
        let door = (address.host.as_str(), address.port);
        let taken = tokio::time::timeout(PATIENCE, TcpStream::connect(door)).await;
        matches!(taken, Ok(Ok(_))).then_some(address)
    });
    join_all(asked).await.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_listener_is_found() {
        let free = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = |listener: &tokio::net::TcpListener| {
            let address = listener.local_addr().unwrap();
            Address::new(address.ip().to_string(), address.port())
        };
        let closed = at(&free);
        drop(free);
        let open = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let found = listening([at(&open), closed].into()).await;
        assert_eq!(found, [at(&open)].into());
    }
}
