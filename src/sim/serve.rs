//! The agents' sockets, and the faults between them and the client.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use axum::http::{HeaderMap, Request as HttpRequest, Response, StatusCode};
use futures_util::StreamExt as _;
use jiff::SignedDuration;
use rsa::rand_core::RngCore;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

use super::answer::{About, Answer};
use super::fault::FaultKind;
use super::keys::AgentKey;
use super::parcel::{self, Hindrance, Taken};
use super::request::Request;
use super::world::World;

/// What all listeners share.
pub(super) struct Site {
    world: Mutex<World>,
    doors: Vec<Door>,
}

/// One agent's way in: closed while it is down.
#[derive(Default)]
struct Door {
    closed_until: Mutex<Option<Instant>>,
    slammed: Notify,
}

impl Site {
    pub(super) fn new(world: World) -> Self {
        let doors = world.agents.iter().map(|_| Door::default()).collect();
        Self {
            world: Mutex::new(world),
            doors,
        }
    }

    pub(super) fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How long an agent is still down.
    fn down(&self, agent: usize) -> Option<Duration> {
        if self.world().agents.get(agent).is_some_and(|own| own.dead) {
            return Some(Duration::from_millis(20));
        }
        let until = (*self
            .doors
            .get(agent)?
            .closed_until
            .lock()
            .unwrap_or_else(PoisonError::into_inner))?;
        until
            .checked_duration_since(Instant::now())
            .filter(|left| !left.is_zero())
    }

    fn close(&self, agent: usize, how_long: Duration) {
        if let Some(door) = self.doors.get(agent) {
            *door
                .closed_until
                .lock()
                .unwrap_or_else(PoisonError::into_inner) = Some(Instant::now() + how_long);
            door.slammed.notify_waiters();
        }
    }
}

/// A listener that stops listening while its agent is down.
pub(super) struct Gate {
    pub(super) site: Arc<Site>,
    pub(super) agent: usize,
    pub(super) address: SocketAddr,
    pub(super) socket: Option<TcpListener>,
}

impl axum::serve::Listener for Gate {
    type Io = TcpStream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        loop {
            if let Some(left) = self.site.down(self.agent) {
                self.socket = None;
                tokio::time::sleep(left).await;
                continue;
            }
            let Some(socket) = &self.socket else {
                self.socket = TcpListener::bind(self.address).await.ok();
                if self.socket.is_none() {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
                continue;
            };
            let Some(door) = self.site.doors.get(self.agent) else {
                std::future::pending::<Infallible>().await;
                continue;
            };
            tokio::select! {
                taken = socket.accept() => match taken {
                    Ok(taken) => return taken,
                    Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
                },
                () = door.slammed.notified() => {}
            }
        }
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        Ok(self.address)
    }
}

/// The routes of one agent: all of them lead to the world.
pub(super) fn router(site: Arc<Site>, agent: usize) -> Router {
    Router::new()
        .fallback(handle)
        .with_state((site, agent, false))
}

/// The same routes behind the agent's socket.
pub(super) fn local_router(site: Arc<Site>, agent: usize) -> Router {
    Router::new()
        .fallback(handle)
        .with_state((site, agent, true))
}

/// What happens to a request besides being answered.
#[derive(Default)]
struct Fate {
    /// While its body comes.
    hindrance: Hindrance,
    delay: Option<Duration>,
    /// Instead of the agent's answer.
    instead: Option<FaultKind>,
    /// After the agent's answer was made.
    spoil: Option<FaultKind>,
}

async fn handle(
    State((site, agent, local)): State<(Arc<Site>, usize, bool)>,
    request: HttpRequest<Body>,
) -> Response<Body> {
    let received = Instant::now();
    if site.down(agent).is_some() {
        return cut(Bytes::new());
    }
    let (parts, body) = request.into_parts();
    let uri = parts
        .uri
        .path_and_query()
        .map_or_else(|| "/".to_owned(), ToString::to_string);
    let mut request = read(parts.method.as_str(), uri, &parts.headers);
    request.local = local;
    let fate = site.world().fate(agent, &request);
    let kind = parts.headers.get(CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let Some(Taken { body, parcel }) = parcel::take(kind, body, fate.hindrance).await else {
        return cut(Bytes::new());
    };
    request.body = body.to_vec();
    request.parcel = parcel;
    if let Some(delay) = fate.delay {
        tokio::time::sleep(delay).await;
    }
    if let Some(kind) = fate.instead {
        return instead(&site, agent, kind).await;
    }
    let answered = site.world().reply(agent, &request, received);
    match fate.spoil {
        Some(FaultKind::LostAnswer) => cut(Bytes::new()),
        Some(FaultKind::Half) => {
            let half = answered.body.len() / 2;
            let mut response = cut(answered.body.slice(..half));
            dress(&mut response, answered.status, answered.kind);
            let whole = HeaderValue::from(answered.body.len());
            response.headers_mut().insert(CONTENT_LENGTH, whole);
            response
        }
        _ => {
            let mut response = Response::new(Body::from(answered.body));
            dress(&mut response, answered.status, answered.kind);
            response
        }
    }
}

fn read(method: &str, uri: String, headers: &HeaderMap) -> Request {
    let text = |name: &str| {
        headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .filter(|value| !value.is_empty())
            .map(str::to_owned)
    };
    Request {
        method: method.to_owned(),
        uri,
        root_header: text("X-OCS-Header"),
        agent_header: text("X-OCS-Agent-Header"),
        first_header: text("X-OCS-Auth"),
        trace: text("X-OBSHELL-Trace-ID"),
        chinese: text("Accept-Language")
            .is_some_and(|word| word.to_ascii_lowercase().starts_with("zh")),
        file_sha: text("X-OCS-File-SHA256"),
        ..Request::default()
    }
}

fn dress(response: &mut Response<Body>, status: u16, kind: &'static str) {
    if let Ok(status) = StatusCode::from_u16(status) {
        *response.status_mut() = status;
    }
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(kind));
}

/// Send what there is, then break the connection.
fn cut(begin: Bytes) -> Response<Body> {
    let something = !begin.is_empty();
    let begin = futures_util::stream::iter(something.then_some(Ok(begin)));
    let broken = futures_util::stream::once(async move {
        // What stands before it leaves only when the stream has nothing for a
        // moment; where nothing does, not even the status may leave.
        if something {
            tokio::task::yield_now().await;
        }
        Err::<Bytes, _>(io::Error::from(io::ErrorKind::ConnectionReset))
    });
    Response::new(Body::from_stream(begin.chain(broken)))
}

async fn instead(site: &Arc<Site>, agent: usize, kind: FaultKind) -> Response<Body> {
    let page = |status: u16, kind: &'static str, body: Body| {
        let mut response = Response::new(body);
        dress(&mut response, status, kind);
        response
    };
    match kind {
        FaultKind::Hang => {
            std::future::pending::<Infallible>().await;
            cut(Bytes::new())
        }
        FaultKind::Html => page(
            200,
            "text/html; charset=utf-8",
            Body::from("<html><body>welcome</body></html>\n"),
        ),
        FaultKind::Garbage => page(
            200,
            "application/json",
            Body::from(vec![0x1f, 0x8b, 0xff, 0x00, b'{', 0xfe]),
        ),
        FaultKind::Huge(bytes) => {
            let chunk = Bytes::from(vec![b' '; 64 * 1024]);
            let count = bytes.div_ceil(chunk.len() as u64);
            let chunks = (0..count).map(move |_| Ok::<_, Infallible>(chunk.clone()));
            page(
                200,
                "application/json",
                Body::from_stream(futures_util::stream::iter(chunks)),
            )
        }
        FaultKind::Status(status) => page(status, "text/plain", Body::empty()),
        FaultKind::TooMany(wait) => {
            let mut response = page(429, "text/plain", Body::empty());
            if let Some(wait) = wait {
                let seconds = HeaderValue::from(wait.as_secs().max(1));
                response.headers_mut().insert(RETRY_AFTER, seconds);
            }
            response
        }
        FaultKind::Down(span) => {
            site.close(agent, span);
            cut(Bytes::new())
        }
        FaultKind::Restart => {
            site.world().restart(agent);
            site.close(agent, Duration::from_millis(300));
            cut(Bytes::new())
        }
        _ => cut(Bytes::new()),
    }
}

/// An answer as bytes.
struct Answered {
    status: u16,
    kind: &'static str,
    body: Bytes,
}

impl World {
    /// Which faults a request meets.
    fn fate(&mut self, agent: usize, request: &Request) -> Fate {
        let mut fate = Fate::default();
        let path = request
            .path()
            .strip_prefix("/api/v1/")
            .unwrap_or_default()
            .to_owned();
        let mut changes = false;
        for index in 0..self.faults.len() {
            let roll = f64::from(self.random.next_u32()) / f64::from(u32::MAX);
            let Some((fault, hits)) = self.faults.get_mut(index) else {
                continue;
            };
            if matches!(
                fault.kind,
                FaultKind::TaskFail(_) | FaultKind::TaskHang(_) | FaultKind::Clock(_)
            ) || !fault
                .route
                .as_deref()
                .is_none_or(|route| path.starts_with(route))
            {
                continue;
            }
            *hits += 1;
            // What lasts happens once unless a chance is given.
            let once = matches!(
                fault.kind,
                FaultKind::KeyChange | FaultKind::Down(_) | FaultKind::Restart
            );
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
                FaultKind::KeyChange => changes = true,
                kind @ (FaultKind::LostAnswer | FaultKind::Half) => fate.spoil = Some(kind.clone()),
                kind => fate.instead = Some(kind.clone()),
            }
        }
        if changes {
            self.change_key(agent);
        }
        fate
    }

    /// The agent was deployed anew: another key.
    pub(super) fn change_key(&mut self, agent: usize) {
        self.generation += 1;
        let made = AgentKey::derive(self.seed, agent, self.generation, self.age.bits());
        if let (Ok(key), Some(own)) = (made, self.agents.get_mut(agent)) {
            own.key = key;
            own.sessions.clear();
        }
    }

    /// Its daemon starts the agent again.
    pub(super) fn restart(&mut self, agent: usize) {
        let now = self.now();
        if let Some(own) = self.agents.get_mut(agent) {
            own.pid += 13;
            own.started = now + SignedDuration::from_millis(300);
            own.sessions.clear();
        }
    }

    fn reply(&mut self, agent: usize, request: &Request, received: Instant) -> Answered {
        let path = request.path();
        if !path.starts_with("/api/v1/") {
            return Answered {
                status: 200,
                kind: "text/html; charset=utf-8",
                body: Bytes::from_static(b"<html></html>\n"),
            };
        }
        let label = super::routes::label(&request.method, &request.words()).unwrap_or("?");
        *self
            .requests
            .entry((agent, format!("{} {label}", request.method)))
            .or_default() += 1;
        let answer = self.serve(agent, request);
        let answer = self.age.dress(answer, label, &self.name(agent));
        let trace = request.trace.clone().unwrap_or_else(|| self.trace());
        let about = About {
            now: self.now(),
            started: self
                .agents
                .get(agent)
                .map_or_else(|| self.now(), |own| own.started),
            millis: received.elapsed().as_millis() as u64,
            trace,
            chinese: request.chinese,
        };
        let kind = kind_of(&answer);
        let status = answer.status;
        let body = answer.body(&about).map(Bytes::from).unwrap_or_default();
        Answered { status, kind, body }
    }
}

/// What fails before the agent's own middleware has another content type.
fn kind_of(answer: &Answer) -> &'static str {
    if answer.early {
        "application/json; charset=utf-8"
    } else {
        "application/json"
    }
}
