//! A dashboard to test: a real store in a temporary directory, a real socket on 127.0.0.1, a clock that stands still.
//! A request is written by hand as HTTP/1.0, so that a test sees the headers as they are.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::{AbortHandle, JoinSet};

use super::{AppState, auth, make_app, secret};
use crate::accesslog::bots::lists::Lists;
use crate::accesslog::bots::verify::Verifier;
use crate::accesslog::parser::Options as Reading;
use crate::clock::TestClock;
use crate::config;
use crate::crawl::board::Board;
use crate::domain::evidence::Evidence;
use crate::domain::observation::Observation;
use crate::domain::outcome::Outcome;
use crate::domain::page_url::PageUrl;
use crate::domain::role::Role;
use crate::domain::site::{Settings, Site};
use crate::jobs::import::Importer;
use crate::jobs::post::{PostOffice, fixed};
use crate::notify::{Secret, Secrets, Sender, without_relay};
use crate::store::Store;
use crate::store::logged::{LogBatch, LoggedHit};
use crate::store::readiness::Readiness;
use crate::store::sites::NewSite;
use crate::store::writer::{Record, Writer};

/// A running dashboard.
pub(crate) struct World {
    pub(crate) store: Store,
    pub(crate) clock: Arc<TestClock>,
    pub(crate) wake: Arc<Notify>,
    writer: Writer,
    address: SocketAddr,
    cookie: Option<String>,
    writer_task: AbortHandle,
    _tasks: JoinSet<()>,
    _folder: TempDir,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

/// The instant at which every test begins.
pub(crate) fn start() -> DateTime<Utc> {
    "2026-11-19T21:38:10Z".parse().unwrap()
}

fn importer(writer: &Writer) -> Arc<Importer> {
    let verifier = Verifier { lists: Lists::carried(), dns: None };
    Arc::new(Importer { writer: writer.clone(), verifier, trust: false })
}

impl World {
    /// With nobody logged in.
    pub(crate) async fn new() -> Self {
        Self::sharing_for(Duration::ZERO).await
    }

    /// With an account that is logged in, and answers that are shared for so long.
    pub(crate) async fn sharing(shared_for: Duration) -> Self {
        let mut world = Self::sharing_for(shared_for).await;
        world.seen_by(Role::Admin).await;
        world
    }

    /// A demo, with nobody logged in.
    pub(crate) async fn of_demo() -> Self {
        Self::made(AppState::of_demo).await
    }

    /// With an account that is logged in, reached in this way.
    pub(crate) async fn reached_by(web: config::Web) -> Self {
        let mut world = Self::made(|state| state.reached_by(&web)).await;
        world.seen_by(Role::Admin).await;
        world
    }

    async fn sharing_for(shared_for: Duration) -> Self {
        Self::made(|state| state.sharing_for(shared_for)).await
    }

    async fn made(make: impl FnOnce(AppState) -> AppState) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).await.unwrap();
        let clock = Arc::new(TestClock::at(start()));
        let wake = Arc::new(Notify::new());
        let (writer, writer_task) = Writer::new(store.clone());
        let app = AppState::new(office(&store, &clock), Arc::clone(&wake), Board::default())
            .importing_by(importer(&writer), Reading::default())
            .ready_by(Readiness::new(store.clone(), writer.clone()));
        let state = make(app);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut tasks = JoinSet::new();
        let writer_task = tasks.spawn(writer_task.run());
        tasks.spawn(async move {
            let app = make_app(state).into_make_service_with_connect_info::<SocketAddr>();
            axum::serve(listener, app).await.unwrap();
        });
        Self {
            store,
            clock,
            wake,
            writer,
            address,
            cookie: None,
            writer_task,
            _tasks: tasks,
            _folder: folder,
        }
    }

    /// With an account that is logged in.
    pub(crate) async fn logged_in() -> Self {
        let mut world = Self::new().await;
        world.store.add_account("nadia", "unused", Role::Admin, start()).await.unwrap();
        let account = world.store.account("nadia").await.unwrap().unwrap();
        let token = secret::token().unwrap();
        world.store.start_session(&secret::token_hash(&token), account.id, start()).await.unwrap();
        world.cookie = Some(format!("{}={token}", auth::COOKIE));
        world
    }

    /// The same dashboard, as somebody with this role sees it who logs in now.
    pub(crate) async fn seen_by(&mut self, role: Role) {
        let name = format!("{role}-of-the-house");
        self.store.add_account(&name, "unused", role, start()).await.unwrap();
        let account = self.store.account(&name).await.unwrap().unwrap();
        let token = secret::token().unwrap();
        self.store.start_session(&secret::token_hash(&token), account.id, start()).await.unwrap();
        self.cookie = Some(format!("{}={token}", auth::COOKIE));
    }

    /// What its handlers work with.
    pub(crate) fn app(&self) -> AppState {
        AppState::new(office(&self.store, &self.clock), Arc::clone(&self.wake), Board::default())
    }

    /// Ends the writer, as if it had died.
    pub(crate) async fn end_writer(&mut self) {
        self.writer_task.abort();
        while self.writer.is_taking().await.is_ok() {
            tokio::task::yield_now().await;
        }
    }

    /// Forgets the session.
    pub(crate) fn log_out(&mut self) {
        self.cookie = None;
    }

    /// With more header lines, each ended by CR LF.
    pub(crate) async fn get_with(&self, path: &str, headers: &str) -> Answer {
        self.send(&format!("GET {path} HTTP/1.0"), headers, "").await
    }

    /// Takes over the session that an answer began.
    pub(crate) fn keep(&mut self, answer: &Answer) {
        let set = answer.header("set-cookie").unwrap();
        self.cookie = Some(set.split(';').next().unwrap().to_owned());
    }

    /// Posts a body as it is, with more header lines, each ended by CR LF.
    pub(crate) async fn post_body(&self, path: &str, headers: &str, body: &str) -> Answer {
        self.send(&format!("POST {path} HTTP/1.0"), headers, body).await
    }

    /// Takes in hits of bots.
    pub(crate) async fn logged(&self, site: &Site, hits: Vec<LoggedHit>) {
        self.writer.log(LogBatch { site: site.id, hits, position: None }).await.unwrap();
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(&format!("GET {path} HTTP/1.0"), "", "").await
    }

    pub(crate) async fn post(&self, path: &str, form: &[(&str, &str)]) -> Answer {
        self.post_with(path, form, "").await
    }

    /// With more header lines, each ended by CR LF.
    pub(crate) async fn post_with(&self, path: &str, form: &[(&str, &str)], headers: &str) -> Answer {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let headers = format!("{headers}content-type: application/x-www-form-urlencoded\r\n");
        self.send(&format!("POST {path} HTTP/1.0"), &headers, &body).await
    }

    /// With a body as it is.
    pub(crate) async fn post_raw(&self, path: &str, body: &str) -> Answer {
        let headers = "content-type: application/x-www-form-urlencoded\r\n";
        self.send(&format!("POST {path} HTTP/1.0"), headers, body).await
    }

    /// Logs in again as the first account, whatever became of its session.
    pub(crate) async fn seen_again(&mut self) {
        let account = self.store.account("nadia").await.unwrap().unwrap();
        let token = secret::token().unwrap();
        self.store.start_session(&secret::token_hash(&token), account.id, start()).await.unwrap();
        self.cookie = Some(format!("{}={token}", auth::COOKIE));
    }

    async fn send(&self, line: &str, headers: &str, body: &str) -> Answer {
        let cookie = self.cookie.as_ref().map(|cookie| format!("cookie: {cookie}\r\n")).unwrap_or_default();
        let (host, length) = (self.address, body.len());
        let request =
            format!("{line}\r\nhost: {host}\r\n{cookie}{headers}content-length: {length}\r\n\r\n{body}");
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        // A server that has read enough hangs up; what it said before that is its answer.
        let _ = stream.write_all(request.as_bytes()).await;
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Answer { status, head: head.to_owned(), body: body.to_owned() }
    }

    /// A site that is watched.
    pub(crate) async fn site(&self, url: &str) -> Site {
        let new = NewSite { start_url: PageUrl::parse(url).unwrap(), settings: Settings::default() };
        self.store.add_site(&new, start()).await.unwrap()
    }

    /// A fetch of a path, so many minutes after the start; a word says what came.
    pub(crate) async fn fetched(&self, site: &Site, path: &str, minute: i64, outcome: &str) {
        let at = start() + TimeDelta::minutes(minute);
        let url = site.origin.url(path).unwrap();
        let known = self.store.add_urls(site, &[(url, 1)], at).await.unwrap().remove(0);
        let outcome: Outcome = outcome.parse().unwrap();
        let evidence = outcome.is_failing().then(|| evidence(minute));
        let record = Record {
            elapsed: Duration::from_millis(12),
            bytes: 157,
            evidence,
            ..Record::of(site.id, &known, Observation::instant(at, outcome))
        };
        self.writer.record(record).await.unwrap();
        self.writer.flush(site.id).await.unwrap();
    }
}

/// A post office without a relay: what it writes stays in the outbox.
fn office(store: &Store, clock: &Arc<TestClock>) -> PostOffice {
    PostOffice {
        store: store.clone(),
        clock: clock.clone(),
        sender: fixed(Sender::new(without_relay(), clock.clone()).unwrap()),
        secrets: fixed(Arc::new(Secrets::from_iter([(
            "ops".to_owned(),
            Secret::new("https://hooks.slack.example/T0/B0/x"),
        )]))),
        base: "https://watch.example".to_owned(),
    }
}

fn evidence(minute: i64) -> Evidence {
    Evidence {
        reason: None,
        version: Some("HTTP/1.1".to_owned()),
        status: Some(502),
        headers: vec![("Server".to_owned(), "nginx/1.22.1".to_owned())],
        body: format!("<script>alert({minute})</script>").into_bytes(),
        detail: None,
    }
}

impl Answer {
    /// The first header of this name.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().skip(1).filter_map(|line| line.split_once(": "));
        lines.into_iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// Where it sends the reader.
    pub(crate) fn location(&self) -> &str {
        assert_eq!(self.status, 303, "{}", self.head);
        self.header("location").unwrap()
    }

    /// The text of the first element that is selected, with its white space collapsed.
    pub(crate) fn text(&self, selector: &str) -> String {
        let page = scraper::Html::parse_document(&self.body);
        let selector = scraper::Selector::parse(selector).unwrap();
        let element =
            page.select(&selector).next().unwrap_or_else(|| panic!("no {selector:?} in {}", self.body));
        element.text().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
    }
}
