//! https before an agent: a certificate authority of our own, a certificate
//! that it signed, and the agent's plain port behind it.

use std::net::SocketAddr;
use std::process::Command;
use std::sync::Arc;

use obdeck::fleet::Address;
use obdeck::link::obshell::{Config, ObshellBackend};
use obdeck::link::{Ask, Backend, LinkError, Picture, Tls};
use obdeck::sim::Scene;
use rcgen::{BasicConstraints, CertificateParams, IsCa, KeyPair};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

use super::stage::Stage;

/// A door with a certificate, and who signed it.
struct Door {
    at: Address,
    ca_pem: String,
}

/// Opens it before an agent; `None` where the machine has no such address.
async fn door(listen: &str, agent: SocketAddr) -> Option<Door> {
    let ca_key = KeyPair::generate().unwrap();
    let mut ca = CertificateParams::new(Vec::<String>::new()).unwrap();
    ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let ca = ca.self_signed(&ca_key).unwrap();
    let key = KeyPair::generate().unwrap();
    let names = vec!["127.0.0.1".to_owned(), "::1".to_owned()];
    let own = CertificateParams::new(names).unwrap();
    let own = own.signed_by(&key, &ca, &ca_key).unwrap();
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![own.der().clone()], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind(listen).await.ok()?;
    let at = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                // A client that does not trust us leaves here.
                let Ok(mut outside) = acceptor.accept(stream).await else {
                    return;
                };
                let Ok(mut inside) = TcpStream::connect(agent).await else {
                    return;
                };
                let _ = tokio::io::copy_bidirectional(&mut outside, &mut inside).await;
            });
        }
    });
    Some(Door {
        at: Address::new(at.ip().to_string(), at.port()),
        ca_pem: ca.pem(),
    })
}

fn behind(stage: &Stage, door: &Door, trusted: bool) -> ObshellBackend {
    ObshellBackend::new(Config {
        credentials: stage.credentials(),
        pins: stage.pins.clone(),
        tls: Tls {
            on: true,
            ca_pem: trusted.then(|| door.ca_pem.clone().into_bytes()),
        },
        ..Config::new(vec![door.at.clone()])
    })
    .unwrap()
}

async fn reads(stage: &Stage, door: &Door) {
    let asked = behind(stage, door, true).ask(&Ask::Cluster).await.unwrap();
    let Picture::Cluster(cluster) = asked.picture else {
        panic!("a cluster was asked for");
    };
    assert_eq!(cluster.name, "prod");
    assert_eq!(asked.endpoint, door.at.to_string());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cluster_is_read_over_https_with_a_ca_file() {
    let stage = Stage::set(Scene::Default, &[]).await;
    let agent = stage.sim.endpoints().swap_remove(0).address;
    let door = door("127.0.0.1:0", agent).await.unwrap();
    reads(&stage, &door).await;

    // Without the authority nobody is trusted, and nothing is asked.
    let refused = behind(&stage, &door, false).ask(&Ask::Cluster).await;
    let Err(LinkError::Unreachable { reason, .. }) = refused else {
        panic!("{refused:?}");
    };
    assert!(reason.contains("certificate"), "{reason}");

    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("ca.pem");
    std::fs::write(&file, &door.ca_pem).unwrap();
    let password = stage.sim.endpoints().swap_remove(0).password.unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_obdeck"));
    command
        .args(["get", "zones", "-o", "json", "--endpoint"])
        .arg(format!("https://{}", door.at))
        .arg("--ca-file")
        .arg(&file)
        .env("OBDECK_PASSWORD", password)
        .env("XDG_STATE_HOME", home.path())
        .env("XDG_CONFIG_HOME", home.path())
        .env("HOME", home.path());
    let output = tokio::task::spawn_blocking(move || command.output().unwrap())
        .await
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(said.contains("zone1"), "{output:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_of_ipv6_is_dialled_in_brackets() {
    let stage = Stage::set(Scene::Default, &[]).await;
    let agent = stage.sim.endpoints().swap_remove(0).address;
    // Not every machine has IPv6.
    let Some(door) = door("[::1]:0", agent).await else {
        return;
    };
    assert!(door.at.to_string().starts_with("[::1]:"));
    reads(&stage, &door).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn any_agent_of_a_cluster_is_a_way_in() {
    let stage = Stage::set(Scene::Default, &[]).await;
    // The last of its five agents.
    let last = stage.agents[4].clone();
    let backend = stage.backend_with(std::slice::from_ref(&last), stage.credentials());
    let asked = backend.ask(&Ask::Cluster).await.unwrap();
    assert_eq!(asked.endpoint, last.to_string());
    let tasks = backend.ask(&Ask::Tasks).await.unwrap();
    let Picture::Tasks(tasks) = tasks.picture else {
        panic!("tasks were asked for");
    };
    assert!(tasks.iter().any(|task| task.name == "Cluster scale out"));
}
