//! Sees to it that a site is not called down because we are: a [`Fetch`] around another that, before it hands on a
//! failure which may be our own (`domain::egress` says which), makes sure that anything else can be reached.
//!
//! It is not a monitor: nothing is probed while all is well. What proves our connection is an answer that came since the
//! doubted request was sent, from whichever site, or else a TCP connection to a probe: one that the operator named, or
//! the host of another monitored site. No third party is ever asked.
//!
//! The decision that a reader would question: hosts at the doubted site's own addresses are no witnesses. Sites often
//! share one machine, and its end must not look like ours.

use std::collections::HashSet;
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::future::join_all;
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};

use super::guard::{Guard, PrivateAccess, reach};
use super::{Fetch, Fetched, Fetching, NotFetched, Offline, Request, local};
use crate::domain::egress::{Finding, Probed, Reach, Trust, finding, trust};
use crate::domain::outcome::{NetworkError, Outcome};
use crate::domain::page_url::PageUrl;

/// How long a probe may take, its name included: longer than a lost first packet takes to be sent again, 1 s and then 2 s
/// (RFC 6298, 2.1 and 5.5).
const PATIENCE: Duration = Duration::from_secs(4);

/// How many of the other sites' hosts are asked at most.
const MOST_NEIGHBOURS: usize = 5;

/// So long the connection that a probe took counts for the failures that follow: a site with thousands of failing URLs
/// must not cost its neighbours as many connections.
const HOLDS: Duration = Duration::from_secs(5);

/// A host that shows whether we can reach anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probe {
    host: String,
    port: u16,
    /// `None`: the operator named it, and may name any address.
    access: Option<PrivateAccess>,
}

/// A probe that cannot be read.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{0}` is no probe: give HOST:PORT, such as gateway.example:443 or [2001:db8::1]:443")]
pub struct BadProbe(String);

/// What is known of our own connection; one for all sites.
#[derive(Debug)]
pub struct Egress {
    named: Vec<Probe>,
    neighbours: Mutex<Vec<Probe>>,
    /// The beginning of this clock.
    since: Instant,
    /// When something that is so far away last answered; milliseconds of the clock, and one.
    answered: [AtomicU64; 3],
    /// One round of probes at a time.
    newest: tokio::sync::Mutex<Option<Round>>,
}

/// A round of probes.
#[derive(Debug, Clone)]
struct Round {
    began: Instant,
    host: String,
    finding: Finding,
    asked: Vec<String>,
}

impl Probe {
    /// The host of a monitored site, under that site's own rules for addresses.
    pub fn of_site(start: &PageUrl, access: PrivateAccess) -> Self {
        Self { host: start.host().to_owned(), port: start.port(), access: Some(access) }
    }

    /// Its addresses; empty: it has none that may be asked.
    async fn addresses(&self) -> Vec<SocketAddr> {
        let guard = Guard::new(self.access.clone().unwrap_or(PrivateAccess::Allowed), PATIENCE);
        guard.addresses(&self.host, self.port).await
    }

    async fn ask(&self, addresses: Vec<SocketAddr>) -> Probed {
        let reach = addresses.iter().map(|address| reach(address.ip())).max();
        let connected = async {
            for address in addresses {
                if TcpStream::connect(address).await.is_ok() {
                    return true;
                }
            }
            false
        };
        let answered = timeout(PATIENCE, connected).await.unwrap_or(false);
        Probed { reach, answered, is_named: self.access.is_none() }
    }
}

impl FromStr for Probe {
    type Err = BadProbe;

    fn from_str(text: &str) -> Result<Self, BadProbe> {
        let bad = || BadProbe(text.to_owned());
        let (host, port) = text.trim().rsplit_once(':').ok_or_else(bad)?;
        let port = port.parse().ok().filter(|port| *port != 0).ok_or_else(bad)?;
        let host = url::Host::parse(host).map_err(|_| bad())?.to_string();
        Ok(Self { host, port, access: None })
    }
}

impl fmt::Display for Probe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

impl Egress {
    /// Watches over our connection by these probes, or by the neighbours when there are none.
    pub fn new(named: Vec<Probe>) -> Self {
        Self {
            named,
            neighbours: Mutex::default(),
            since: Instant::now(),
            answered: Default::default(),
            newest: tokio::sync::Mutex::default(),
        }
    }

    /// Says which hosts are monitored at present.
    pub fn set_neighbours(&self, neighbours: Vec<Probe>) {
        *self.neighbours.lock().unwrap_or_else(PoisonError::into_inner) = neighbours;
    }

    fn note_answer(&self, from: IpAddr) {
        let at = u64::try_from(self.since.elapsed().as_millis()).unwrap_or(u64::MAX - 1) + 1;
        self.answered[reach(from) as usize].store(at, Ordering::Relaxed);
    }

    /// Whether something answered that is as far away as the site, or farther.
    fn has_answered_since(&self, asked: Instant, site: Reach) -> bool {
        let asked = u64::try_from((asked - self.since).as_millis()).unwrap_or(u64::MAX);
        self.answered[site as usize..].iter().any(|at| at.load(Ordering::Relaxed) > asked + 1)
    }

    /// Whether a failure that came in silence is the site's; the words say why it is not.
    async fn is_ours(&self, url: &PageUrl, outcome: Outcome, asked: Instant) -> Option<String> {
        let site = addresses_of(url).await;
        let site_reach = site.iter().map(|address| reach(*address)).max().unwrap_or(Reach::Public);
        let is_nameless = outcome == Outcome::Network(NetworkError::Dns);
        // An answer proves the way, not the name server.
        if !is_nameless && self.has_answered_since(asked, site_reach) {
            return None;
        }
        let round = self.round(url, &site, site_reach, asked).await;
        match round.finding {
            Finding::Offline => Some(format!("{} did not answer either", round.asked.join(", "))),
            Finding::Untold if is_nameless && !local::has_way_out() => {
                Some("this machine has no route to the Internet".to_owned())
            }
            Finding::Stands | Finding::Untold => None,
        }
    }

    /// The newest round of probes, if it still counts, or another one.
    async fn round(&self, url: &PageUrl, site: &HashSet<IpAddr>, far: Reach, asked: Instant) -> Round {
        let mut newest = self.newest.lock().await;
        let counts = |round: &Round| {
            let holds = round.finding == Finding::Stands && round.began.elapsed() < HOLDS;
            round.host == url.host() && (round.began >= asked || holds)
        };
        if let Some(round) = newest.as_ref().filter(|round| counts(round)) {
            return round.clone();
        }
        let began = Instant::now();
        let (asked, probed): (Vec<_>, Vec<_>) = self.probe(url, site).await.into_iter().unzip();
        let round = Round { began, host: url.host().to_owned(), finding: finding(far, &probed), asked };
        newest.insert(round).clone()
    }

    async fn probe(&self, url: &PageUrl, site: &HashSet<IpAddr>) -> Vec<(String, Probed)> {
        let asked = self.probes(url).into_iter().map(async |probe| {
            let addresses = probe.addresses().await;
            let shares = |address: &SocketAddr| site.contains(&address.ip());
            let is_neighbour = probe.access.is_some();
            let is_witness = !is_neighbour || addresses.is_empty() || !addresses.iter().any(shares);
            if is_witness { Some((probe.to_string(), probe.ask(addresses).await)) } else { None }
        });
        join_all(asked).await.into_iter().flatten().collect()
    }

    fn probes(&self, url: &PageUrl) -> Vec<Probe> {
        if !self.named.is_empty() {
            return self.named.clone();
        }
        let neighbours = self.neighbours.lock().unwrap_or_else(PoisonError::into_inner);
        let others =
            neighbours.iter().filter(|probe| (probe.host.as_str(), probe.port) != (url.host(), url.port()));
        others.take(MOST_NEIGHBOURS).cloned().collect()
    }
}

/// The addresses that a site has at the moment; empty: its name has none.
async fn addresses_of(url: &PageUrl) -> HashSet<IpAddr> {
    let guard = Guard::new(PrivateAccess::Allowed, PATIENCE);
    guard.addresses(url.host(), url.port()).await.into_iter().map(|address| address.ip()).collect()
}

/// Fetches through another, and doubts its failures.
pub struct Watched {
    inner: Arc<dyn Fetch>,
    egress: Arc<Egress>,
}

impl Watched {
    /// Watches over what this one fetches.
    pub fn new(inner: Arc<dyn Fetch>, egress: Arc<Egress>) -> Self {
        Self { inner, egress }
    }

    async fn run(&self, request: &Request) -> Result<Fetched, NotFetched> {
        let asked = Instant::now();
        let fetched = self.inner.fetch(request).await?;
        if let Some(remote) = fetched.remote {
            self.egress.note_answer(remote);
        }
        if trust(fetched.outcome, !self.egress.named.is_empty()) == Trust::Believe {
            return Ok(fetched);
        }
        match self.egress.is_ours(&request.url, fetched.outcome, asked).await {
            None => Ok(fetched),
            Some(why) => {
                let detail = fetched.detail.unwrap_or_else(|| fetched.outcome.to_string());
                let why = format!("{} failed ({detail}), and {why}", request.url.host());
                Err(Offline { asked_at: fetched.asked_at, why }.into())
            }
        }
    }
}

impl Fetch for Watched {
    fn fetch<'a>(&'a self, request: &'a Request) -> Fetching<'a> {
        Box::pin(self.run(request))
    }
}

#[cfg(test)]
mod tests;
