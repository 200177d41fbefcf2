//! The name of an address, and whether it leads back: the check that operators of search bots document. Reverse DNS alone
//! proves nothing, because whoever owns an address may write any name; the name's owner must point back to the address.
//!
//! It is bounded in time and in how many questions are open at once, and asks for each address once. It answers for today:
//! an address in an old log may have had another name then.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use hickory_resolver::TokioResolver;
use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolverConfig};
use hickory_resolver::net::NetError;
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::proto::rr::RData;
use thiserror::Error;
use tokio::sync::Semaphore;

/// How long one question may take, with its repetitions.
const PATIENCE: Duration = Duration::from_secs(5);

/// How many addresses are asked for at one time: a resolver at home answers that many without dropping any.
const AT_ONCE: usize = 16;

/// How many names of an address are followed; nobody honest has more.
const MOST_NAMES: usize = 4;

/// How many answers are remembered.
const REMEMBERED: u64 = 10_000;

/// Asks DNS.
#[derive(Debug)]
pub struct Dns {
    resolver: TokioResolver,
    turns: Semaphore,
}

/// What DNS says of an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// One of its names is the operator's, and leads back to it.
    Confirmed,
    /// It has no name, or another's, or one that does not lead back.
    Contradicted,
    /// Nobody answered.
    Nothing,
}

/// No name server can be asked.
#[derive(Debug, Error)]
#[error("DNS cannot be asked ({0}): check /etc/resolv.conf, or name a server with --dns-server")]
pub struct NoResolver(String);

impl Dns {
    /// Asks this name server, or those that this machine asks.
    pub fn new(server: Option<SocketAddr>) -> Result<Self, NoResolver> {
        let builder = match server {
            None => TokioResolver::builder_tokio().map_err(|error| NoResolver(error.to_string()))?,
            Some(server) => {
                let provider = TokioRuntimeProvider::default();
                TokioResolver::builder_with_config(asking(server), provider)
            }
        };
        let mut builder = builder;
        let options = builder.options_mut();
        options.timeout = PATIENCE / 2;
        options.attempts = 1;
        options.cache_size = REMEMBERED;
        let resolver = builder.build().map_err(|error| NoResolver(error.to_string()))?;
        Ok(Self { resolver, turns: Semaphore::new(AT_ONCE) })
    }

    /// Whether the name of the address ends in one of these domains and leads back to it.
    pub async fn ask(&self, address: IpAddr, domains: &[&str]) -> Told {
        let Ok(_turn) = self.turns.acquire().await else { return Told::Nothing };
        match tokio::time::timeout(PATIENCE, self.names(address)).await {
            Err(_) | Ok(Err(_)) => Told::Nothing,
            Ok(Ok(names)) => {
                let operators = names.into_iter().filter(|name| is_within(name, domains)).take(MOST_NAMES);
                self.lead_back(operators, address).await
            }
        }
    }

    async fn lead_back(&self, names: impl Iterator<Item = String>, address: IpAddr) -> Told {
        let mut told = Told::Contradicted;
        for name in names {
            match tokio::time::timeout(PATIENCE, self.leads_to(&name, address)).await {
                Ok(Ok(true)) => return Told::Confirmed,
                Ok(Ok(false)) => {}
                Err(_) | Ok(Err(_)) => told = Told::Nothing,
            }
        }
        told
    }

    /// The names of an address; none: it is known to have none.
    async fn names(&self, address: IpAddr) -> Result<Vec<String>, NetError> {
        let found = match self.resolver.reverse_lookup(address).await {
            Err(error) if error.is_no_records_found() => return Ok(Vec::new()),
            found => found?,
        };
        let name = |data: &RData| match data {
            RData::PTR(name) => Some(name.0.to_ascii()),
            _ => None,
        };
        Ok(found.answers().iter().filter_map(|record| name(&record.data)).collect())
    }

    async fn leads_to(&self, name: &str, address: IpAddr) -> Result<bool, NetError> {
        match self.resolver.lookup_ip(name).await {
            Err(error) if error.is_no_records_found() => Ok(false),
            found => Ok(found?.iter().any(|found| found == address)),
        }
    }
}

/// A configuration that asks one server alone, over UDP and, where the answer is too long, TCP.
fn asking(server: SocketAddr) -> ResolverConfig {
    let on_port = |mut connection: ConnectionConfig| {
        connection.port = server.port();
        connection
    };
    let connections = vec![on_port(ConnectionConfig::udp()), on_port(ConnectionConfig::tcp())];
    ResolverConfig::from_parts(None, Vec::new(), vec![NameServerConfig::new(server.ip(), true, connections)])
}

/// Whether a name is one of these domains or below one.
fn is_within(name: &str, domains: &[&str]) -> bool {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    domains.iter().any(|domain| {
        name.strip_suffix(domain).is_some_and(|before| before.is_empty() || before.ends_with('.'))
    })
}

#[cfg(test)]
mod tests;
