//! What stands between Gatecrawl and others: names, the dashboard's address, the mail relay.

use std::sync::Arc;
use std::time::Duration;

use super::super::health::{self, said};
use super::{Failure, Finding};
use crate::clock::Clock;
use crate::config::Config;
use crate::domain::channel::Channel;
use crate::domain::outcome::{NetworkError, Outcome};
use crate::fetch::guard::{PrivateAccess, count_addresses};
use crate::jobs::patrol::private_access;
use crate::notify::Sender;
use crate::report::wording::plural;
use crate::store::Store;

/// So many sites' names are looked up: enough to tell a name server that does not answer from one name that is wrong.
const NAMES: u32 = 5;

/// A name that exists, for installations without sites. Source: RFC 2606, 3.
const KNOWN_NAME: &str = "example.com";

/// How long a name may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// Whether the names of sites lead anywhere.
pub(super) async fn names(store: Option<&Store>) -> Result<Vec<Finding>, Failure> {
    let mut names = Vec::new();
    if let Some(store) = store {
        let sites = store.some_active_sites(NAMES).await?;
        names.extend(sites.iter().map(|site| (site.start_url.host().to_owned(), private_access(site))));
    }
    if names.is_empty() {
        names.push((KNOWN_NAME.to_owned(), PrivateAccess::Refused));
    }
    let (mut findings, mut found) = (Vec::new(), 0);
    for (name, access) in names {
        match count_addresses(&name, access, PATIENCE).await {
            Ok(_) => found += 1,
            Err(why) => findings.push(Finding::attention("dns", format!("{why}: {NO_NAME}"))),
        }
    }
    if findings.is_empty() {
        let says = format!("{} found.", plural(found, "host was", "hosts were"));
        findings.push(Finding::well("dns", says));
    }
    Ok(findings)
}

/// What to do about a name that leads nowhere.
const NO_NAME: &str = "check how it is written, and the name servers of this machine (/etc/resolv.conf).";

/// Whether `serve` runs where the configuration has it.
pub(super) async fn serve(config: &Config) -> Finding {
    const PART: &str = "serve";
    let (address, answer) = match health::ask(None, config).await {
        Ok(asked) => asked,
        Err(Failure::Usage(why) | Failure::Job(why)) => {
            return Finding::attention(PART, format!("it was not asked: {why}."));
        }
    };
    match answer.outcome {
        Outcome::Status(200) if answer.body.starts_with(b"ready") => {
            Finding::well(PART, format!("it runs, and is ready ({address})."))
        }
        Outcome::Status(503) => Finding::broken(PART, format!("{address} says {}", said(&answer))),
        Outcome::Network(NetworkError::Refused) => Finding::attention(
            PART,
            format!(
                "it does not run: nobody listens at {address}. Start it with `systemctl start gatecrawl`, or `gatecrawl serve`; if it listens elsewhere, set `listen`."
            ),
        ),
        _ => Finding::attention(
            PART,
            format!(
                "what answers at {address} is no `gatecrawl serve` ({}): set `listen` to the address of yours.",
                answer.outcome
            ),
        ),
    }
}

/// Whether the relay takes us in.
pub(super) async fn mail(
    store: Option<&Store>,
    config: &Config,
    clock: &Arc<dyn Clock>,
) -> Result<Finding, Failure> {
    const PART: &str = "mail";
    let recipients = match store {
        Some(store) => store.recipients().await?,
        None => Vec::new(),
    };
    let sender = Sender::new(config.sender(), Arc::clone(clock))?;
    if !sender.has_relay() {
        let says = "no relay is configured: set host and from under [mail] in the configuration.";
        let wants_mail = recipients.iter().any(|one| one.channel == Channel::Mail);
        return Ok(if wants_mail { Finding::broken(PART, says) } else { Finding::attention(PART, says) });
    }
    Ok(match sender.check_relay().await {
        Ok(says) => Finding::well(PART, says),
        Err(why) => Finding::broken(PART, why.to_string()),
    })
}
