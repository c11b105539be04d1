//! Every recorded request with a password, sealed and opened again.

use std::collections::HashSet;

use obdeck::base::Secret;
use obdeck::fleet::request::{Auth, Body, Effect, Method, Request};
use obdeck::wire::obshell::{Credential, Dialect, Header, Proof, PublicKey, Scheme, Sealed, seal};
use serde_json::{Value, json};

use crate::captures::exchanges;
use crate::open::{self, Opener};

const TS: i64 = 1_893_456_000;

fn request(recorded: &Value) -> Request {
    let method = match recorded["method"].as_str().unwrap() {
        "GET" => Method::Get,
        "POST" => Method::Post,
        "PUT" => Method::Put,
        "PATCH" => Method::Patch,
        "DELETE" => Method::Delete,
        other => panic!("{other}"),
    };
    Request {
        target: None,
        method,
        path: recorded["path"].as_str().unwrap().to_owned(),
        body: recorded
            .get("body")
            .filter(|body| !body.is_null())
            .map(|body| Body::Plain(body.clone())),
        auth: Auth::Root,
        effect: Effect::Reads,
        makes: None,
        first: None,
    }
}

fn header<'a>(sealed: &'a Sealed, name: &str) -> &'a str {
    let found: Vec<_> = sealed
        .headers
        .iter()
        .filter(|(key, _)| *key == name)
        .collect();
    assert_eq!(found.len(), 1, "{name} once");
    &found[0].1
}

#[test]
fn each_recorded_request_opens_to_what_was_recorded() {
    let opener = Opener::vector();
    let key = PublicKey::from_base64(&opener.public()).unwrap();
    let mut keys_seen = HashSet::new();
    let mut bodies = 0;
    for (path, exchange) in exchanges() {
        let recorded = &exchange["request"];
        let (credential, name) = match recorded["auth"].as_str() {
            Some("ob") => (Header::Root, "X-OCS-Header"),
            Some("agent") => (Header::Agent, "X-OCS-Agent-Header"),
            _ => continue,
        };
        let password = recorded["password"].as_str().unwrap_or("");
        let credential = Credential {
            header: credential,
            proof: Proof::Password(Secret::new(password)),
        };
        let request = request(recorded);
        let sealed = seal(&request, Dialect::default(), &key, &credential, TS).unwrap();
        let (clear, blocks) = opener.header(header(&sealed, name));
        let place = path.display();
        assert_eq!(clear["Auth"], *password, "{place}");
        assert_eq!(clear["Ts"], TS.to_string(), "{place}");
        assert_eq!(clear["Uri"], recorded["path"], "{place}");
        assert_eq!(blocks, clear.to_string().len().div_ceil(53), "{place}");
        let keys = clear["Keys"].as_str().unwrap();
        assert!(
            keys_seen.insert(keys.to_owned()),
            "keys used twice: {place}"
        );
        match recorded.get("body").filter(|body| !body.is_null()) {
            None => assert!(sealed.body.is_empty(), "{place}"),
            Some(body) => {
                bodies += 1;
                let found: Value = serde_json::from_slice(&open::body(keys, &sealed.body)).unwrap();
                assert_eq!(found, *body, "{place}");
            }
        }
    }
    assert!(
        keys_seen.len() > 100 && bodies > 30,
        "{} {bodies}",
        keys_seen.len()
    );
}

#[test]
fn the_vector_opens_with_its_private_key() {
    let opener = Opener::vector();
    let (clear, blocks) = opener.header("1d7jciZC3F3hoDzj78l36Dg+XuHp+5NPQydc5KZYZst6XmGYVdDXMSxFpZfznYyA89iEKwX4TsAHnAF7bGFLkNl13/zG1t4BVKRkINK5anNBmMwU23cT+mFI7VOe+k+9cUdT3T12vYQUf4jE4xwd6eOVS3mDCDn6NsFKre3p0STN2chMvEgr85JGIR+5fb07a56MwWecoqEK7yWirM9JL9tvpnq+1K0WSUQz3S3Lfcq4e7u4Ez9HY8LESUFpKj/d");
    assert_eq!(blocks, 3);
    let uri = "/api/v1/task/dag/22130706433028869?x=1";
    let keys = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    assert_eq!(
        clear,
        json!({"Auth": "pa ss\"1", "Ts": "1893456000", "Uri": uri, "Keys": keys})
    );
    let body = open::body(keys, b"V0x3LyhGn+EdhlrgEdJdItwURDWmOCgP8zs5Wrq05TY=");
    assert_eq!(body, br#"{"operator":"RETRY"}"#);
}

#[test]
fn any_modulus_will_do() {
    for bits in [512, 768, 1024, 1040, 2048] {
        let opener = Opener::of_bits(bits);
        let key = PublicKey::from_base64(&opener.public()).unwrap();
        let credential = Credential::root(Secret::new("密码 \"\\\u{1}"));
        let request = Request::get(format!("/api/v1/x?q={}", "a".repeat(200)));
        let sealed = seal(&request, Dialect::default(), &key, &credential, TS).unwrap();
        let (clear, _) = opener.header(header(&sealed, "X-OCS-Header"));
        assert_eq!(clear["Auth"], "密码 \"\\\u{1}", "{bits}");
        assert_eq!(clear["Uri"], request.path, "{bits}");
    }
}

#[test]
fn a_session_goes_instead_of_the_password() {
    let opener = Opener::vector();
    let key = PublicKey::from_base64(&opener.public()).unwrap();
    let credential = Credential {
        header: Header::Root,
        proof: Proof::Session(Secret::new("5e55")),
    };
    let request = Request::get("/api/v1/ob/info");
    let sealed = seal(&request, Dialect::default(), &key, &credential, TS).unwrap();
    let (clear, _) = opener.header(header(&sealed, "X-OCS-Header"));
    assert_eq!(clear["session_id"], "5e55");
    assert_eq!(clear.get("Auth"), None);
}

#[test]
fn old_agents_get_what_they_read() {
    let opener = Opener::vector();
    let key = PublicKey::from_base64(&opener.public()).unwrap();
    let credential = Credential::root(Secret::new("oldpw"));
    let mut request = Request::get("/api/v1/obcluster/config");
    request.body = Some(Body::Map(vec![
        ("clusterId".into(), Body::Plain(json!(1))),
        ("rootPwd".into(), Body::Secret(Secret::new("n€w"))),
    ]));
    let v1 = Dialect {
        scheme: Scheme::V1,
        seals_root_password: true,
    };
    let sealed = seal(&request, v1, &key, &credential, TS).unwrap();
    let (clear, blocks) = opener.header(header(&sealed, "X-OCS-Auth"));
    assert_eq!((clear, blocks), (json!({"password": "oldpw", "ts": TS}), 1));
    let body: Value = serde_json::from_slice(&sealed.body).unwrap();
    let clear = opener.block(body["rootPwd"].as_str().unwrap());
    assert_eq!(
        (
            String::from_utf8(clear).unwrap().as_str(),
            &body["clusterId"]
        ),
        ("n€w", &json!(1))
    );

    let v2 = Dialect {
        scheme: Scheme::V2,
        seals_root_password: true,
    };
    let sealed = seal(&request, v2, &key, &credential, TS).unwrap();
    let (clear, _) = opener.header(header(&sealed, "X-OCS-Header"));
    let body = open::body(clear["Keys"].as_str().unwrap(), &sealed.body);
    let body: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(
        opener.block(body["rootPwd"].as_str().unwrap()),
        "n€w".as_bytes()
    );
}
