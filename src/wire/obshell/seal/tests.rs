//! The vector of `api/obshell.md §2.6`, and what keeps a secret in its place.

use super::*;
use crate::fleet::request::Request;

const KEYS: [u8; 32] = [
    0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25,
    26, 27, 28, 29, 30, 31,
];
const KEY: &str = "MEgCQQDh7hw1v9AEq/CissIiEi1txnTzY/l0pnABcq+hljW9PxEsOIreyhaXnaAOg0oR8dSZ0FtBUW9+C23yF2ihPJ2vAgMBAAE=";

fn key() -> PublicKey {
    PublicKey::from_base64(KEY).unwrap()
}

#[test]
fn the_header_is_the_one_of_the_vector() {
    let credential = Credential::root(Secret::new("pa ss\"1"));
    let text = v2_header(
        "/api/v1/task/dag/22130706433028869?x=1",
        &KEYS,
        &credential,
        1_893_456_000,
    );
    assert_eq!(
        std::str::from_utf8(&text).unwrap(),
        r#"{"Auth":"pa ss\"1","Ts":"1893456000","Uri":"/api/v1/task/dag/22130706433028869?x=1","Keys":"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="}"#
    );
}

#[test]
fn the_body_is_the_one_of_the_vector() {
    let body = Body::Map(vec![("operator".into(), Body::Plain("RETRY".into()))]);
    assert_eq!(
        v2_body(json(&body), &KEYS).unwrap(),
        "V0x3LyhGn+EdhlrgEdJdItwURDWmOCgP8zs5Wrq05TY="
    );
}

#[test]
fn nothing_moves_while_a_secret_is_written() {
    let body = Body::List(vec![
        Body::Secret(Secret::new("p\"\u{1}w")),
        Body::Plain(serde_json::json!({"a": [1, null]})),
    ]);
    let text = json(&body);
    assert_eq!(text.capacity(), text.len() + 16);
    assert_eq!(
        serde_json::from_slice::<serde_json::Value>(&text).unwrap(),
        body.revealed()
    );
}

#[test]
fn v1_says_how_long_a_password_may_be() {
    let dialect = Dialect {
        scheme: Scheme::V1,
        seals_root_password: true,
    };
    let request = Request::get("/api/v1/ob/info");
    let sealed = |length: usize| {
        let credential = Credential::root(Secret::new("x".repeat(length)));
        seal(&request, dialect, &key(), &credential, 1_700_000_000)
    };
    assert!(sealed(22).is_ok());
    assert_eq!(
        sealed(23),
        Err(SealError::PasswordTooLong {
            room: 22,
            needed: 23
        })
    );
    let agent = Credential::agent(Secret::default());
    assert_eq!(
        seal(&request, dialect, &key(), &agent, 0),
        Err(SealError::NotInV1)
    );
}
