//! What to do about an outage: first for search, and when nothing needs doing, that; then for the one who runs the
//! servers, by what came instead of an answer.
//!
//! What is said about search follows Google's pages on reducing the crawl rate and on pausing a business (the links are
//! on the rules, [`crate::domain::policy::RULES`]).

use super::headline::Facts;
use crate::domain::outcome::{NetworkError, Outcome};
use crate::domain::verdict::{State, Verdict};

/// Where errors that come and go have their root.
const BY_CHANCE: &str = "Find what comes and goes: one of several servers that is down, a deploy that drops connections, a limit reached at busy hours.";

impl Facts<'_> {
    /// One paragraph for search, one for the servers.
    pub fn advice(&self) -> Vec<String> {
        let commonest = self.outcomes.iter().max_by_key(|(_, urls)| **urls).map(|(outcome, _)| *outcome);
        let servers = commonest.filter(|_| self.judgement.verdict != Verdict::Transient).map(for_servers);
        [Some(self.robots_advice().unwrap_or_else(|| self.for_search())), servers.map(str::to_owned)]
            .into_iter()
            .flatten()
            .collect()
    }

    fn for_search(&self) -> String {
        let [brief, persistent] =
            [self.policy.brief_max, self.policy.persistent_after].map(|line| self.crosses(line));
        match (self.judgement.verdict, self.judgement.state) {
            (_, State::Ongoing) if self.alternating => BY_CHANCE.to_owned(),
            (Verdict::Transient, _) => "Nothing. One failed fetch is noise, and search engines treat it as such.".to_owned(),
            (Verdict::Brief, State::Ongoing) => format!("For search, nothing yet. Bring it back before {brief}, and it is forgiven."),
            (Verdict::Brief, _) => "For search, nothing: it was forgiven.".to_owned(),
            (Verdict::Prolonged, State::Ongoing) => format!(
                "Bring it back before {persistent}. If the repair takes longer, a simple start page that answers 200 keeps at least that page in the index; a 404 or noindex would remove it."
            ),
            (Verdict::Intermittent, State::Ongoing) => BY_CHANCE.to_owned(),
            (Verdict::Prolonged | Verdict::Intermittent, _) => "For search, nothing: the crawl rate rises again by itself.".to_owned(),
            (Verdict::Persistent, State::Ongoing) => "This comes first: every day, more of these URLs leave the index. Once they answer again, they are crawled again by themselves, those visited most often first.".to_owned(),
            (Verdict::Persistent, _) => "Nothing is left to repair. Crawl rate and index return by themselves within days; look in Search Console for URLs that stay away.".to_owned(),
        }
    }
}

/// Where to look, by what came.
fn for_servers(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Status(502) => {
            "502 says that a gateway got no valid answer from the server behind it. Look in that server's log at the first failing instant: was it restarted, overloaded, or not there?"
        }
        Outcome::Status(503) => {
            "503 says that the server is overloaded or under maintenance. For planned work it is the right answer, with Retry-After and for a day or two at most."
        }
        Outcome::Status(504) => {
            "504 says that the server behind the gateway was too slow. Look for slow queries, a dependency that hangs, or workers that are all busy."
        }
        Outcome::Status(500) => "500 comes from the application itself: its own log has the error.",
        Outcome::Status(429) => {
            "429 says that requests are limited, and Google takes it for a server error. Let verified search crawlers through the limit."
        }
        Outcome::Status(520..=530) => {
            "This is Cloudflare, saying that it cannot use your server's answer. Look at the origin server, not at Cloudflare."
        }
        Outcome::Status(_) => {
            "The server's own log at the first failing instant says more than the status does."
        }
        Outcome::SoftError => {
            "The error page is served with status 200, so search engines may index it in place of the page. Let the gateway pass the error's own status on."
        }
        Outcome::Network(error) => for_network(error),
    }
}

fn for_network(error: NetworkError) -> &'static str {
    match error {
        NetworkError::Dns => {
            "The host's name has no address. Check the zone, its name servers, and when the domain expires."
        }
        NetworkError::Refused => {
            "Nothing listens at the port. Check that the web server runs, and that no firewall refuses us."
        }
        NetworkError::ConnectTimeout => {
            "No connection is made: the machine is down, or a firewall swallows what arrives."
        }
        NetworkError::Tls => {
            "The TLS handshake fails. Check that the certificate is valid, complete with its chain, and for this name."
        }
        NetworkError::Reset => {
            "The connection is dropped before an answer. Look for a process that crashes, or a firewall that cuts in."
        }
        NetworkError::ReadTimeout => {
            "The connection stands, but no answer comes in time. Look for slow queries, or workers that are all busy."
        }
        NetworkError::Incomplete => {
            "The answer breaks off. Look for a process that dies while it answers, or a proxy that cuts long answers."
        }
        NetworkError::Protocol => {
            "What comes is not HTTP. Check what listens at this port, and whether it expects TLS."
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use chrono::{DateTime, TimeDelta};

    use super::*;
    use crate::domain::bounds::Bounds;
    use crate::domain::extent::Extent;
    use crate::domain::policy::Policy;
    use crate::domain::verdict::{Certainty, Judgement};
    use crate::report::wording::headline::Scope;

    fn advice(verdict: Verdict, state: State, outcome: &str) -> Vec<String> {
        let first_failing = DateTime::UNIX_EPOCH;
        Facts {
            site: None,
            scope: Scope::Site,
            urls: 1,
            outcomes: &BTreeMap::from([(outcome.parse().unwrap(), 1)]),
            bounds: Bounds {
                healthy_before: None,
                first_failing,
                last_failing: first_failing,
                healthy_after: None,
                unknown: TimeDelta::zero(),
            },
            judgement: Judgement { verdict, certainty: Certainty::Certain, state },
            alternating: false,
            extent: &Extent::default(),
            indexable_urls: None,
            policy: &Policy::default(),
            zone: chrono_tz::UTC,
            now: first_failing,
        }
        .advice()
    }

    #[test]
    fn when_nothing_needs_doing_that_is_what_it_says() {
        assert_eq!(
            advice(Verdict::Brief, State::Resolved, "502")[0],
            "For search, nothing: it was forgiven."
        );
        assert_eq!(advice(Verdict::Transient, State::Resolved, "502").len(), 1);
    }

    #[test]
    fn an_outage_that_goes_on_has_a_deadline() {
        assert!(advice(Verdict::Brief, State::Ongoing, "502")[0].contains("Fri 2 Jan, 00:00 UTC"));
        assert!(advice(Verdict::Prolonged, State::Ongoing, "502")[0].contains("Sat 3 Jan, 00:00 UTC"));
    }

    #[test]
    fn every_failing_outcome_has_a_place_to_look() {
        for word in ["500", "502", "503", "504", "429", "521", "599", "dns", "refused", "tls", "soft_error"] {
            let advice = advice(Verdict::Brief, State::Resolved, word);
            assert!(advice.len() == 2 && advice[1].len() > 40, "{word}");
        }
    }
}
