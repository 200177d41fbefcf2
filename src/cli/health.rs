//! `gatecrawl health`: asks a running `serve` whether it is ready, as a load balancer would. It is what a container's health check
//! runs: an image without a shell has no curl either.

#![expect(
    clippy::doc_markdown,
    reason = "the documentation of options is the text of `--help`, which shows backticks as they are"
)]

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use anyhow::anyhow;
use clap::Args;

use super::{Failure, Outcome, Success, output, serve};
use crate::clock::SystemClock;
use crate::config::Config;
use crate::domain::outcome;
use crate::domain::page_url::PageUrl;
use crate::fetch::client::{Client, Options as Fetching};
use crate::fetch::guard::PrivateAccess;
use crate::fetch::{Fetch, Fetched, Request};

/// Longer than `serve` itself waits for its database before it says that it is not ready.
const PATIENCE: Duration = Duration::from_secs(20);

#[derive(Debug, Args)]
pub(super) struct Options {
    /// Where `serve` listens; with TLS of its own, public_url of the configuration is asked instead
    /// [default: 127.0.0.1:8502]
    #[arg(long, value_name = "ADDRESS:PORT", env = "GATECRAWL_LISTEN")]
    listen: Option<SocketAddr>,
}

pub(super) async fn run(options: &Options, config: &Config) -> Outcome {
    let (address, answer) = ask(options.listen, config).await?;
    if answer.outcome == outcome::Outcome::Status(200) {
        output::data(String::from_utf8_lossy(&answer.body).trim())?;
        return Ok(Success::Fine);
    }
    Err(Failure::Job(anyhow!("{address} says {}", said(&answer))))
}

/// Asks a `serve` at this address, or where the configuration has it, whether it is ready; gives what was asked, and what came.
pub(super) async fn ask(listen: Option<SocketAddr>, config: &Config) -> Result<(String, Fetched), Failure> {
    let address = address(listen.or(config.listen).unwrap_or(serve::USUAL_ADDRESS), config)?;
    let url = PageUrl::parse(&address).map_err(|why| Failure::Usage(why.into()))?;
    let private = PrivateAccess::Host(url.host().to_owned());
    let fetching = Fetching {
        private,
        dns_timeout: Duration::from_secs(5),
        connect_timeout: Duration::from_secs(5),
        read_timeout: PATIENCE,
        total_timeout: PATIENCE,
        ..Fetching::default()
    };
    let client = Client::new(fetching, Arc::new(SystemClock))?;
    let answer = client.fetch(&Request::probe(url)).await?;
    Ok((address, answer))
}

fn address(listen: SocketAddr, config: &Config) -> Result<String, Failure> {
    if config.web.tls.is_none() {
        return Ok(format!("http://{}/readyz", reachable(listen)));
    }
    // A certificate names a host, and no address of this machine.
    let public = config.public_url.as_ref().ok_or_else(|| {
        Failure::Usage(anyhow!(
            "the dashboard speaks TLS, and public_url does not say under which name: set it"
        ))
    })?;
    Ok(format!("{public}readyz"))
}

/// Who listens everywhere is reached on loopback.
fn reachable(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}

/// What came instead.
pub(super) fn said(answer: &Fetched) -> String {
    let body = String::from_utf8_lossy(&answer.body).trim().to_owned();
    let detail = answer.detail.clone().filter(|_| body.is_empty()).unwrap_or(body);
    format!("{}: {detail}", answer.outcome)
}
