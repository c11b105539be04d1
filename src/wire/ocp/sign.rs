//! Who asks: HTTP Basic, or an access key that signs the request
//! (`api/ocp.md §1.2`). What leaves is byte for byte what was signed, so the
//! query is brought into the signed order *before* it is sent.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use md5::{Digest, Md5};
use sha1::Sha1;

use crate::base::Secret;
use crate::fleet::request::{Auth, Method, Request};
use crate::wire::multipart::{Form, hex};

/// The content type of every request; it is signed verbatim.
const CONTENT_TYPE: &str = "application/json";

/// What proves who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Credential {
    /// User and plain password.
    Basic {
        /// User name.
        user: String,
        /// Its password.
        password: Secret,
    },
    /// Access key and secret key.
    Key {
        /// The public half.
        access: String,
        /// The half that signs.
        secret: Secret,
    },
}

/// The seven parts of a signature.
#[derive(Clone, Copy, Debug)]
pub struct Parts<'a> {
    /// Method.
    pub method: Method,
    /// MD5 of the body as sent, in upper-case hexadecimal digits; empty for none.
    pub digest: &'a str,
    /// The header as sent.
    pub content_type: &'a str,
    /// The header as sent (RFC 1123, GMT).
    pub date: &'a str,
    /// `host:port` as in the Host header.
    pub host: &'a str,
    /// Headers whose name starts with `x-ocp`.
    pub ocp_headers: &'a [(&'a str, &'a str)],
    /// Path with its query, already in the order and spelling that is sent.
    pub path: &'a str,
}

/// A request ready to be sent. `Debug` shows no credential.
#[derive(Clone, PartialEq, Eq)]
pub struct Signed {
    /// Path with its query: send exactly this.
    pub path: String,
    /// Headers, `Host` left to the client.
    pub headers: Vec<(&'static str, String)>,
    /// Body bytes: send exactly these. A file goes as it is read, and not here.
    pub body: Vec<u8>,
}

impl std::fmt::Debug for Signed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names: Vec<_> = self.headers.iter().map(|(name, _)| name).collect();
        f.debug_struct("Signed")
            .field("path", &self.path)
            .field("headers", &names)
            .field("body", &format_args!("{} bytes", self.body.len()))
            .finish()
    }
}

/// Makes the bytes of a request. `language` is `en-US` or `zh-CN`.
pub fn sign(
    request: &Request,
    host: &str,
    now: Timestamp,
    credential: Option<&Credential>,
    language: &str,
) -> Signed {
    let body = request
        .body
        .as_ref()
        .map(|body| body.revealed().to_string().into_bytes())
        .unwrap_or_default();
    let digest = digest(&body);
    let kind = (CONTENT_TYPE, digest.as_str());
    let (path, headers) = head(request, kind, host, now, credential, language);
    Signed {
        path,
        headers,
        body,
    }
}

/// Makes the head of a request that uploads a file as a form; its body is sent
/// from the file. `digest` is the MD5 of the whole form, where it is signed.
pub fn sign_upload(
    request: &Request,
    (form, digest): (&Form, &str),
    host: &str,
    now: Timestamp,
    credential: Option<&Credential>,
    language: &str,
) -> Signed {
    let kind = form.content_type();
    let (path, headers) = head(request, (&kind, digest), host, now, credential, language);
    Signed {
        path,
        headers,
        body: Vec::new(),
    }
}

fn head(
    request: &Request,
    (content_type, digest): (&str, &str),
    host: &str,
    now: Timestamp,
    credential: Option<&Credential>,
    language: &str,
) -> (String, Vec<(&'static str, String)>) {
    let path = canonical(&request.path);
    let mut headers = vec![
        ("Content-Type", content_type.to_owned()),
        ("Accept", CONTENT_TYPE.to_owned()),
        ("Accept-Language", language.to_owned()),
    ];
    match credential.filter(|_| request.auth != Auth::Open) {
        None => {}
        Some(Credential::Basic { user, password }) => {
            let pair = zeroize::Zeroizing::new(format!("{user}:{}", password.reveal()));
            let value = format!("Basic {}", STANDARD.encode(pair.as_bytes()));
            headers.push(("Authorization", value));
        }
        Some(Credential::Key { access, secret }) => {
            let date = http_date(now);
            let parts = Parts {
                method: request.method,
                digest,
                content_type,
                date: &date,
                host,
                ocp_headers: &[],
                path: &path,
            };
            let value = format!(
                "OCP-ACCESS-KEY-HMACSHA1 {access}:{}",
                signature(secret, &parts)
            );
            headers.push(("Date", date));
            headers.push(("Authorization", value));
        }
    }
    (path, headers)
}

/// MD5 of a body as it is signed; empty for none.
fn digest(body: &[u8]) -> String {
    if body.is_empty() {
        return String::new();
    }
    hex(&Md5::digest(body))
}

/// Base64 of the HMAC-SHA1 over the seven parts.
#[must_use]
pub fn signature(secret: &Secret, parts: &Parts<'_>) -> String {
    let mut named: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for (name, value) in parts.ocp_headers {
        let name = name.to_ascii_lowercase();
        if name.starts_with("x-ocp") {
            named.entry(name).or_default().push(value);
        }
    }
    let ocp_headers: Vec<String> = named
        .iter()
        .map(|(name, values)| format!("{name}:{}", values.join(",")))
        .collect();
    let message = [
        parts.method.word(),
        parts.digest,
        parts.content_type,
        parts.date,
        parts.host,
        &ocp_headers.join("\n"),
        parts.path,
    ]
    .join("\n");
    let Ok(mut mac) = Hmac::<Sha1>::new_from_slice(secret.reveal().as_bytes()) else {
        // HMAC takes keys of every length; an empty signature is refused by the server.
        return String::new();
    };
    mac.update(message.as_bytes());
    STANDARD.encode(mac.finalize().into_bytes())
}

/// `Tue, 17 Jan 2023 09:13:57 GMT`.
fn http_date(now: Timestamp) -> String {
    now.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// The path with its query sorted by key; values of a repeated key are sorted
/// and joined with a comma, empty ones dropped; everything but the unreserved
/// characters is escaped.
fn canonical(path: &str) -> String {
    let Some((path, query)) = path.split_once('?') else {
        return path.to_owned();
    };
    let mut pairs: BTreeMap<Vec<u8>, Vec<Vec<u8>>> = BTreeMap::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        let values = pairs.entry(unescape(key)).or_default();
        if !value.is_empty() {
            values.push(unescape(value));
        }
    }
    let query: Vec<String> = pairs
        .into_iter()
        .map(|(key, mut values)| {
            values.sort();
            format!("{}={}", escape(&key), escape(&values.join(&b',')))
        })
        .collect();
    if query.is_empty() {
        path.to_owned()
    } else {
        format!("{path}?{}", query.join("&"))
    }
}

/// Escapes everything but RFC 3986's unreserved characters.
pub(super) fn escape(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(byte) {
            text.push(char::from(*byte));
        } else {
            let _ = write!(text, "%{byte:02X}");
        }
        text
    })
}

fn unescape(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let pair = (*byte == b'%')
            .then(|| bytes.get(at + 1..at + 3))
            .flatten()
            .and_then(|pair| std::str::from_utf8(pair).ok())
            .filter(|pair| pair.bytes().all(|digit| digit.is_ascii_hexdigit()))
            .and_then(|pair| u8::from_str_radix(pair, 16).ok());
        if let Some(byte) = pair {
            out.push(byte);
            at += 3;
        } else {
            out.push(*byte);
            at += 1;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::fleet::request::{Body, Effect};

    const ACCESS: &str = "cqammmxBpfGjFlto";

    fn secret() -> Secret {
        Secret::new("2fc0c299cc94c6be266f2ceece765d4d")
    }

    fn key() -> Credential {
        Credential::Key {
            access: ACCESS.into(),
            secret: secret(),
        }
    }

    fn header<'a>(signed: &'a Signed, wanted: &str) -> &'a str {
        signed
            .headers
            .iter()
            .find(|(name, _)| *name == wanted)
            .map_or("", |(_, value)| value)
    }

    #[test]
    fn vector_1_of_the_documentation() {
        let parts = Parts {
            method: Method::Post,
            digest: &digest(br#"{"name":"test01","description":"test","regionId":1}"#),
            content_type: "application/json",
            date: "Tue, 17 Jan 2023 09:13:57 GMT",
            host: "ocp.alibaba.net:8080",
            ocp_headers: &[("X-Ocp-Data", "A"), ("x-ocp-data", "1"), ("Accept", "*")],
            path: "/api/v2/compute/idcs",
        };
        assert_eq!(parts.digest, "186974DB33A090A16D3E2CA35F547B56");
        assert_eq!(signature(&secret(), &parts), "XN8P+O+v3vUabB16ZCooq5wMJoY=");
    }

    #[test]
    fn vector_2_of_the_documentation() {
        let parts = Parts {
            method: Method::Get,
            digest: "",
            content_type: "application/json;charset=utf-8",
            date: "Tue, 17 Jan 2023 04:14:02 GMT",
            host: "ocp.alibaba.net:8080",
            ocp_headers: &[],
            path: "/api/v2/compute/idcs?size=100",
        };
        assert_eq!(signature(&secret(), &parts), "TsQD6HDOuZuJ409m0wdnZPmijlc=");
    }

    #[test]
    fn vector_3_with_a_body_and_a_header() {
        let parts = Parts {
            method: Method::Post,
            digest: &digest(br#"{"zoneName":"zone2","servers":[1]}"#),
            content_type: "application/json",
            date: "Tue, 17 Jan 2023 09:13:57 GMT",
            host: "ocp.example.com:8080",
            ocp_headers: &[("x-ocp-origin", "tui")],
            path: "/api/v2/ob/clusters/1/servers",
        };
        assert_eq!(parts.digest, "86BD8C5AFEDC48D8AAC3BFB005112239");
        assert_eq!(signature(&secret(), &parts), "KAx68QAHTKYcETdQfi3deyPwDaw=");
    }

    #[test]
    fn vector_4_through_the_request_as_it_is_sent() {
        let now: Timestamp = "2023-01-17T09:13:57.250Z".parse().unwrap();
        let request =
            Request::get("/api/v2/tasks/instances?status=RUNNING&size=10&status=FAILED&page=1");
        let signed = sign(&request, "ocp.example.com:8080", now, Some(&key()), "en-US");
        assert_eq!(
            signed.path,
            "/api/v2/tasks/instances?page=1&size=10&status=FAILED%2CRUNNING"
        );
        assert_eq!(header(&signed, "Date"), "Tue, 17 Jan 2023 09:13:57 GMT");
        assert_eq!(
            header(&signed, "Authorization"),
            format!("OCP-ACCESS-KEY-HMACSHA1 {ACCESS}:OIvs3/AKZiOqFGCEg8nbzuZPqmA=")
        );
        assert!(signed.body.is_empty());
    }

    #[test]
    fn a_body_is_signed_as_it_is_sent() {
        let request = Request {
            method: Method::Post,
            body: Some(Body::Map(vec![
                ("zoneName".into(), Body::Plain(json!("zone2"))),
                ("servers".into(), Body::Plain(json!([1]))),
            ])),
            effect: Effect::Changes,
            ..Request::get("/api/v2/ob/clusters/1/servers")
        };
        let now: Timestamp = "2023-01-17T09:13:57Z".parse().unwrap();
        let signed = sign(&request, "ocp:8080", now, Some(&key()), "en-US");
        assert_eq!(signed.body, br#"{"zoneName":"zone2","servers":[1]}"#);
        let parts = Parts {
            method: Method::Post,
            digest: &digest(&signed.body),
            content_type: header(&signed, "Content-Type"),
            date: header(&signed, "Date"),
            host: "ocp:8080",
            ocp_headers: &[],
            path: &signed.path,
        };
        let authorization = header(&signed, "Authorization");
        assert!(authorization.ends_with(&signature(&secret(), &parts)));
    }

    #[test]
    fn basic_is_the_plain_pair() {
        let basic = Credential::Basic {
            user: "foo".into(),
            password: Secret::new("bar"),
        };
        let signed = sign(
            &Request::get("/api/v2/info"),
            "h:1",
            Timestamp::UNIX_EPOCH,
            Some(&basic),
            "zh-CN",
        );
        assert_eq!(header(&signed, "Authorization"), "Basic Zm9vOmJhcg==");
        assert_eq!(header(&signed, "Accept-Language"), "zh-CN");
        assert_eq!(header(&signed, "Date"), "");
        assert!(!format!("{signed:?}").contains("Zm9v"));
    }

    #[test]
    fn an_open_route_carries_no_credential() {
        let request = Request {
            auth: Auth::Open,
            ..Request::get("/api/v2/time")
        };
        let signed = sign(
            &request,
            "h:1",
            Timestamp::UNIX_EPOCH,
            Some(&key()),
            "en-US",
        );
        assert_eq!(header(&signed, "Authorization"), "");
    }

    #[test]
    fn empty_values_and_queries_are_dropped() {
        assert_eq!(canonical("/a?"), "/a");
        assert_eq!(
            canonical("/a?b=&a=x y&b=%e4%bd%a0&b="),
            "/a?a=x%20y&b=%E4%BD%A0"
        );
        assert_eq!(canonical("/a?n=50%"), "/a?n=50%25");
    }

    proptest! {
        #[test]
        fn the_canonical_form_is_its_own_canonical_form(query in "[a-c%=&,+ é0-9]{0,40}") {
            let once = canonical(&format!("/api?{query}"));
            prop_assert_eq!(canonical(&once), once);
        }
    }
}
