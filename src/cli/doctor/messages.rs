//! Those who are told, and what waits to be told.

use super::{Failure, Finding};
use crate::jobs::post::PostOffice;
use crate::notify::Address;
use crate::report::wording::{ago, plural};

/// A message that waits for longer than this is not under way any more.
const LATE: chrono::TimeDelta = chrono::TimeDelta::minutes(10);

/// Those that nothing can be sent to.
pub(super) async fn recipients(office: &PostOffice) -> Result<Vec<Finding>, Failure> {
    let mut findings = Vec::new();
    for one in office.store.recipients().await? {
        if let Err(why) = Address::parse(one.channel, &one.target, one.secret.as_deref(), &office.secrets()) {
            findings
                .push(Finding::broken("recipient", format!("{} cannot be told anything: {why}.", one.name)));
        }
    }
    Ok(findings)
}

/// What lies in the outbox.
pub(super) async fn messages(office: &PostOffice) -> Result<Finding, Failure> {
    const PART: &str = "messages";
    let tally = office.store.tally_messages().await?;
    let newest = office.store.messages(1).await?.into_iter().next();
    let error = newest.and_then(|message| message.last_error).unwrap_or_default();
    let now = office.clock.now();
    let late = office.store.oldest_waiting().await?.filter(|_| tally.failing == 0);
    Ok(match (tally.dead, tally.failing, late) {
        (0, 0, Some(since)) if now - since > LATE => Finding::attention(
            PART,
            format!("the oldest one waits since {}: is `gatecrawl serve` running?", ago(since, now)),
        ),
        (0, 0, _) => Finding::well(PART, "none is stuck."),
        (0, failing, _) => Finding::attention(
            PART,
            format!("{} could not be delivered yet. {error}", plural(failing, "message", "messages")),
        ),
        (dead, ..) => Finding::broken(
            PART,
            format!(
                "{} given up: try again, or drop, on the settings page on messages. {error}",
                plural(dead, "message was", "messages were")
            ),
        ),
    })
}
