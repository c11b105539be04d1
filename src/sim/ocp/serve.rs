//! The platform's socket, and the faults between it and the client.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderValue};
use axum::http::{HeaderMap, Request as HttpRequest, Response, StatusCode};
use futures_util::StreamExt as _;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore as _, SeedableRng as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::Shared;
use super::answer::{Answer, Frame, Refusal};
use super::auth::{Asked, decoded};
use super::query::Query;
use super::route::{self, Request};
use super::text::Text;
use crate::sim::parcel::{self, Hindrance, Taken};
use crate::sim::{Fault, FaultKind};

const GRACE: Duration = Duration::from_millis(200);

/// What the socket remembers: faults met, requests served, how long it is closed.
#[derive(Debug)]
pub(super) struct Desk {
    inner: Mutex<Inner>,
    slammed: Notify,
}

#[derive(Debug)]
struct Inner {
    faults: Vec<(Fault, u64)>,
    random: ChaCha8Rng,
    requests: BTreeMap<String, u64>,
    closed_until: Option<Instant>,
}

/// What happens to a request besides being answered.
#[derive(Debug, Default)]
struct Fate {
    /// While its body comes.
    hindrance: Hindrance,
    delay: Option<Duration>,
    /// Instead of an answer.
    instead: Option<FaultKind>,
    /// After the answer was made.
    spoil: Option<FaultKind>,
}

impl Desk {
    pub fn new(faults: &[Fault], seed: u64) -> Self {
        let inner = Inner {
            faults: faults.iter().map(|fault| (fault.clone(), 0)).collect(),
            random: ChaCha8Rng::seed_from_u64(seed),
            requests: BTreeMap::new(),
            closed_until: None,
        };
        Self {
            inner: Mutex::new(inner),
            slammed: Notify::new(),
        }
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn requests(&self) -> BTreeMap<String, u64> {
        self.inner().requests.clone()
    }

    /// How long it is still closed.
    fn closed(&self) -> Option<Duration> {
        let until = self.inner().closed_until?;
        let left = until.checked_duration_since(Instant::now());
        left.filter(|left| !left.is_zero())
    }

    fn close(&self, span: Duration) {
        self.inner().closed_until = Some(Instant::now() + span);
        self.slammed.notify_waiters();
    }

    fn fate(&self, path: &str) -> Fate {
        let mut fate = Fate::default();
        let mut inner = self.inner();
        let inner = &mut *inner;
        for (fault, hits) in &mut inner.faults {
            let roll = f64::from(inner.random.next_u32()) / f64::from(u32::MAX);
            if !hits_requests(&fault.kind) || !on_route(fault, path) {
                continue;
            }
            *hits += 1;
            // What lasts happens once unless a chance is given.
            let once = matches!(fault.kind, FaultKind::Down(_) | FaultKind::Restart);
            let nth = fault.nth.or((once && fault.chance.is_none()).then_some(1));
            if nth.is_some_and(|nth| nth != *hits)
                || fault.chance.is_some_and(|chance| roll > chance)
            {
                continue;
            }
            match &fault.kind {
                FaultKind::Delay(delay) => fate.delay = Some(*delay),
                FaultKind::Cut(after) => fate.hindrance.cut = Some(*after),
                FaultKind::Slow(rate) => fate.hindrance.slow = Some(*rate),
                kind @ (FaultKind::LostAnswer | FaultKind::Half) => fate.spoil = Some(kind.clone()),
                kind => fate.instead = Some(kind.clone()),
            }
        }
        fate
    }
}

fn hits_requests(kind: &FaultKind) -> bool {
    !matches!(
        kind,
        FaultKind::TaskFail(_)
            | FaultKind::TaskHang(_)
            | FaultKind::Clock(_)
            | FaultKind::KeyChange
    )
}

/// A fault's route may be written with `/api/v2` or without.
fn on_route(fault: &Fault, path: &str) -> bool {
    let plain = |text: &str| {
        let text = text.trim_start_matches('/');
        text.strip_prefix("api/v2/").unwrap_or(text).to_owned()
    };
    let route = fault.route.as_deref().map(plain);
    route.is_none_or(|route| plain(path).starts_with(&route))
}

/// A listener that stops listening while the platform is down.
struct Gate {
    shared: Arc<Shared>,
    address: SocketAddr,
    socket: Option<TcpListener>,
}

impl axum::serve::Listener for Gate {
    type Io = TcpStream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        const AGAIN: Duration = Duration::from_millis(20);
        loop {
            if let Some(left) = self.shared.desk.closed() {
                self.socket = None;
                tokio::time::sleep(left).await;
                continue;
            }
            let Some(socket) = &self.socket else {
                self.socket = TcpListener::bind(self.address).await.ok();
                if self.socket.is_none() {
                    tokio::time::sleep(AGAIN).await;
                }
                continue;
            };
            tokio::select! {
                taken = socket.accept() => match taken {
                    Ok(taken) => return taken,
                    Err(_) => tokio::time::sleep(AGAIN).await,
                },
                () = self.shared.desk.slammed.notified() => {}
            }
        }
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        Ok(self.address)
    }
}

/// Serves until the end.
pub(super) async fn run(listener: TcpListener, shared: Arc<Shared>, end: CancellationToken) {
    let Ok(address) = listener.local_addr() else {
        return;
    };
    let gate = Gate {
        shared: Arc::clone(&shared),
        address,
        socket: Some(listener),
    };
    let router = Router::new().fallback(handle).with_state(shared);
    let ended = end.clone();
    let server = axum::serve(gate, router).with_graceful_shutdown(end.cancelled_owned());
    tokio::select! {
        _ = server => {}
        () = async { ended.cancelled().await; tokio::time::sleep(GRACE).await; } => {}
    }
}

async fn handle(State(shared): State<Arc<Shared>>, request: HttpRequest<Body>) -> Response<Body> {
    let received = Instant::now();
    if shared.desk.closed().is_some() {
        return cut(Bytes::new());
    }
    let (parts, body) = request.into_parts();
    let fate = shared.desk.fate(parts.uri.path());
    let kind = parts.headers.get(CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let Some(taken) = parcel::take(kind, body, fate.hindrance).await else {
        return cut(Bytes::new());
    };
    if let Some(delay) = fate.delay {
        tokio::time::sleep(delay).await;
    }
    if let Some(kind) = fate.instead {
        return instead(&shared, kind, &parts.headers).await;
    }
    let (status, kind, text) = reply(&shared, &parts, &taken, received);
    let whole = HeaderValue::from(text.len());
    let mut response = match fate.spoil {
        Some(FaultKind::LostAnswer) => return cut(Bytes::new()),
        Some(_) => {
            let half = text.len() / 2;
            dressed(cut(text.first(half)), status, kind)
        }
        None => dressed(Response::new(text.body()), status, kind),
    };
    response.headers_mut().insert(CONTENT_LENGTH, whole);
    response
}

fn chinese(headers: &HeaderMap) -> bool {
    let language = headers
        .get("accept-language")
        .and_then(|value| value.to_str().ok());
    language.is_some_and(|word| word.trim().to_ascii_lowercase().starts_with("zh"))
}

fn reply(
    shared: &Shared,
    parts: &axum::http::request::Parts,
    taken: &Taken,
    received: Instant,
) -> (u16, &'static str, Text) {
    let mut world = shared.world();
    let frame = |world: &mut super::world::World| Frame {
        now: world.now(),
        trace: world.hex(16),
        chinese: chinese(&parts.headers),
        duration: received.elapsed().as_millis() as u64,
    };
    let path = parts.uri.path();
    if let Some(answer) = route::open(&world, &parts.method, path) {
        return frame(&mut world).wrap(Ok(answer));
    }
    let Some(rest) = path.strip_prefix("/api/v2/") else {
        // The console's own pages are not simulated.
        let refused: Result<Answer, _> =
            Err(Refusal::new(404, "COM10004").with([parts.method.as_str(), path]));
        return frame(&mut world).wrap(refused);
    };
    let target = parts
        .uri
        .path_and_query()
        .map_or(path, |target| target.as_str());
    let asked = Asked {
        method: &parts.method,
        target,
        headers: &parts.headers,
        taken,
    };
    let now = world.now();
    let caller = world.accounts.check(&asked, now);
    let request = Request {
        method: &parts.method,
        path: rest.split('/').map(decoded).collect(),
        query: Query::read(parts.uri.query().unwrap_or_default()),
        body: &taken.body,
        file: taken
            .parcel
            .as_ref()
            .and_then(|parcel| parcel.file.as_ref()),
    };
    *shared
        .desk
        .inner()
        .requests
        .entry(route::name(&parts.method, &request.path))
        .or_default() += 1;
    let outcome = caller.and_then(|caller| route::answer(&mut world, &request, caller));
    frame(&mut world).wrap(outcome)
}

fn dressed(mut response: Response<Body>, status: u16, kind: &'static str) -> Response<Body> {
    if let Ok(status) = StatusCode::from_u16(status) {
        *response.status_mut() = status;
    }
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}

/// Sends what there is, then breaks the connection.
fn cut(begin: Bytes) -> Response<Body> {
    let begin = futures_util::stream::iter((!begin.is_empty()).then_some(Ok(begin)));
    let broken = futures_util::stream::once(async {
        // What stands before it leaves only when the stream has nothing for a moment.
        tokio::task::yield_now().await;
        Err::<Bytes, _>(io::Error::from(io::ErrorKind::ConnectionReset))
    });
    Response::new(Body::from_stream(begin.chain(broken)))
}

async fn instead(shared: &Shared, kind: FaultKind, headers: &HeaderMap) -> Response<Body> {
    match kind {
        FaultKind::Hang => {
            std::future::pending::<Infallible>().await;
            cut(Bytes::new())
        }
        FaultKind::Html => dressed(
            Response::new(Body::from("<html><body>502 Bad Gateway</body></html>\n")),
            502,
            "text/html; charset=utf-8",
        ),
        FaultKind::Garbage => dressed(
            Response::new(Body::from(vec![0x1f, 0x8b, 0xff, 0x00, b'{', 0xfe])),
            200,
            "application/json",
        ),
        FaultKind::Huge(size) => {
            let chunk = Bytes::from(vec![b' '; 64 * 1024]);
            let count = size.div_ceil(chunk.len() as u64);
            let chunks = (0..count).map(move |_| Ok::<_, Infallible>(chunk.clone()));
            let body = Body::from_stream(futures_util::stream::iter(chunks));
            dressed(Response::new(body), 200, "application/json")
        }
        FaultKind::Status(status) => dressed(Response::new(Body::empty()), status, "text/plain"),
        FaultKind::TooMany(wait) => too_many(shared, wait, headers),
        FaultKind::Down(span) => {
            shared.desk.close(span);
            cut(Bytes::new())
        }
        FaultKind::Restart => {
            shared.desk.close(Duration::from_millis(300));
            cut(Bytes::new())
        }
        _ => cut(Bytes::new()),
    }
}

/// The one recorded refusal: code 0, and the headers tell when it is over.
fn too_many(shared: &Shared, wait: Option<Duration>, headers: &HeaderMap) -> Response<Body> {
    let frame = Frame {
        now: shared.world().now(),
        trace: String::new(),
        chinese: chinese(headers),
        duration: 0,
    };
    let (status, kind, text) = frame.wrap(Err(Refusal::new(429, "0")));
    let mut response = dressed(Response::new(text.body()), status, kind);
    let Some(wait) = wait else {
        return response;
    };
    let limits = [
        ("ratelimit-limit", 100),
        ("ratelimit-remaining", 0),
        ("ratelimit-reset", wait.as_secs().max(1)),
    ];
    for (name, value) in limits {
        response
            .headers_mut()
            .insert(name, HeaderValue::from(value));
    }
    response
}
