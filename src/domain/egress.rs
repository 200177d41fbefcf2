//! Whether a failed fetch may be believed, or whether it is our own connection that is down. Time in which we ourselves
//! could reach nothing is unknown: it is neither up nor down (`unknown` in the words of the contract).
//!
//! It does not ask anything: it says when to ask, and what the answers mean; `fetch::egress` asks.
//!
//! The decision that a reader would question: only silence is doubted. A refusal, a reset or a broken handshake came from
//! somewhere beyond us, so the way there stands. An operator who names probes says more: there may be a firewall of our
//! own that refuses in a site's place, and then every network error waits for what the probes say.

use chrono::{DateTime, Utc};

use super::outcome::{NetworkError, Outcome};

/// What to do with what a fetch came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trust {
    /// It is what the site did.
    Believe,
    /// It may be our own connection: see whether anything else can be reached.
    Ask,
}

/// Whether a network error is something that came back to us, or that nothing did. Source: RFC 9293 (a refusal and a reset
/// are segments of the peer), RFC 8446 (an alert is), and what each word of `NetworkError` says of itself.
const SPOKE: [(NetworkError, bool); 8] = [
    (NetworkError::Dns, false),
    (NetworkError::Refused, true),
    (NetworkError::ConnectTimeout, false),
    (NetworkError::Tls, true),
    (NetworkError::Reset, true),
    (NetworkError::ReadTimeout, false),
    (NetworkError::Incomplete, true),
    (NetworkError::Protocol, true),
];

/// Whether to believe an outcome at once. `are_named`: the operator named the probes.
pub fn trust(outcome: Outcome, are_named: bool) -> Trust {
    let Outcome::Network(error) = outcome else { return Trust::Believe };
    let spoke = SPOKE.iter().any(|(known, spoke)| *known == error && *spoke);
    if spoke && !are_named { Trust::Believe } else { Trust::Ask }
}

/// How far away an address is. What is reached near by proves nothing of what is far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// This machine.
    Loopback,
    /// A network that people run for themselves.
    Private,
    /// The Internet.
    Public,
}

/// What came of one probe.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Probed {
    /// How far away it is; `None`: its name has no address at the moment.
    pub reach: Option<Reach>,
    /// It took a connection.
    pub answered: bool,
    /// The operator named it, as a witness for every site.
    pub is_named: bool,
}

/// What the probes say of our own connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finding {
    /// It works: the site is down.
    Stands,
    /// Nothing can be reached: of the site nothing is known.
    Offline,
    /// No probe can tell; the outcome is believed.
    Untold,
}

/// What probes say of the way to a site that is so far away.
pub fn finding(site: Reach, probes: &[Probed]) -> Finding {
    let can_tell = |probe: &&Probed| probe.is_named || probe.reach.is_none_or(|reach| reach >= site);
    let mut witnesses = probes.iter().filter(can_tell).peekable();
    if witnesses.peek().is_none() {
        Finding::Untold
    } else if witnesses.any(|probe| probe.answered) {
        Finding::Stands
    } else {
        Finding::Offline
    }
}

/// Time in which we ourselves could reach nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Silence {
    /// When the first request was sent that reached nothing.
    pub began_at: DateTime<Utc>,
    /// When something was reached again; `None`: not yet.
    pub ended_at: Option<DateTime<Utc>>,
    /// What showed it, in words.
    pub why: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn probed(reach: Reach, answered: bool) -> Probed {
        Probed { reach: Some(reach), answered, is_named: false }
    }

    #[test]
    fn an_answer_is_believed_whatever_it_is() {
        for outcome in [Outcome::Status(200), Outcome::Status(502), Outcome::SoftError] {
            assert_eq!(trust(outcome, true), Trust::Believe, "{outcome}");
        }
    }

    #[test]
    fn silence_is_doubted_and_what_somebody_sent_is_not() {
        let doubted: Vec<&str> = SPOKE
            .iter()
            .filter(|(error, _)| trust(Outcome::Network(*error), false) == Trust::Ask)
            .map(|(error, _)| error.word())
            .collect();
        assert_eq!(doubted, ["dns", "connect_timeout", "read_timeout"]);
    }

    #[test]
    fn where_probes_are_named_every_network_error_is_doubted() {
        assert!(SPOKE.iter().all(|(error, _)| trust(Outcome::Network(*error), true) == Trust::Ask));
    }

    #[test]
    fn one_probe_that_answers_is_enough_and_none_means_that_we_are_offline() {
        let (up, down) = (probed(Reach::Public, true), probed(Reach::Public, false));
        assert_eq!(finding(Reach::Public, &[down, up]), Finding::Stands);
        assert_eq!(finding(Reach::Public, &[down, down]), Finding::Offline);
    }

    #[test]
    fn what_is_near_says_nothing_of_what_is_far() {
        let own_machine = probed(Reach::Loopback, true);
        assert_eq!(finding(Reach::Public, &[own_machine]), Finding::Untold);
        assert_eq!(finding(Reach::Public, &[own_machine, probed(Reach::Public, false)]), Finding::Offline);
        assert_eq!(finding(Reach::Private, &[probed(Reach::Public, true)]), Finding::Stands);
        let named = Probed { is_named: true, ..own_machine };
        assert_eq!(finding(Reach::Public, &[named]), Finding::Stands);
    }

    #[test]
    fn without_probes_nobody_can_tell() {
        assert_eq!(finding(Reach::Public, &[]), Finding::Untold);
    }

    #[test]
    fn a_probe_whose_name_has_no_address_counts_as_one_that_did_not_answer() {
        let nameless = Probed { reach: None, answered: false, is_named: false };
        assert_eq!(finding(Reach::Public, &[nameless]), Finding::Offline);
    }
}
