//! What goes wrong on the live site, and when: rows of data, counted from the site's start. Pure; who answers is
//! [`super::live`].
//!
//! Its time is fast: by the policy of the site, [`POLICY`], 20 seconds stand for the 24 hours of a brief outage. The first
//! crawl takes a second or two, so everything has been seen healthy before the first fault.

use chrono::TimeDelta;

use super::answers::Gateway;

/// How the live site is crawled and judged: 20 seconds for 24 hours, and the other lines in proportion, or nearly.
pub(super) const POLICY: [&str; 14] = [
    "schedule=every 1m",
    "rate=20",
    "allow_private=host",
    "transient_max=2s",
    "brief_max=20s",
    "persistent_after=40s",
    "treated_as_gone_after=140s",
    "signals_fade_after=10m",
    "recovering_for=1m",
    "recheck=1s,2s",
    "sentinel_every=2s",
    "deploy_window=5s",
    "intermittent_within=140s",
    "begin_known_within=5s",
];

/// The sections of the live site, and how many pages each has.
pub(super) const SECTIONS: [(&str, usize); 3] = [("/product/", 14), ("/blog/", 10), ("/help/", 8)];

/// Something that goes wrong again and again; a row of [`SCRIPT`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fault {
    /// Paths that begin so fail.
    pub prefix: &'static str,
    /// Seconds from the start to the first time.
    pub first: i64,
    /// Seconds that it lasts.
    pub lasts: i64,
    /// Seconds from one time to the next.
    pub every: i64,
    /// Who answers then.
    pub(super) gateway: Gateway,
}

/// A section that stays down until it is persistent, and beside it a site that is briefly down every minute, as by a
/// deploy. Of two that are on, the first counts.
///
/// They differ in their status, because they begin within seconds of each other: the judge takes failures that are alike and
/// spread within minutes for one outage, and by its clock, which is not fast, these would.
pub const SCRIPT: [Fault; 2] = [
    Fault { prefix: "/product/", first: 6, lasts: 300, every: 420, gateway: Gateway::Nginx },
    Fault { prefix: "/", first: 20, lasts: 8, every: 60, gateway: Gateway::NginxClosed },
];

/// Who answers for a path so long after the start, if it fails then.
pub(super) fn failing(path: &str, since: TimeDelta) -> Option<Gateway> {
    let fault = SCRIPT.iter().find(|fault| path.starts_with(fault.prefix) && fault.is_on(since));
    fault.map(|fault| fault.gateway)
}

/// The pages of the site: the start page first.
pub(super) fn pages() -> Vec<String> {
    let sections =
        SECTIONS.iter().flat_map(|(prefix, count)| (1..=*count).map(move |n| format!("{prefix}{n}")));
    std::iter::once("/".to_owned()).chain(sections).collect()
}

impl Fault {
    fn is_on(&self, since: TimeDelta) -> bool {
        let since_first = since - TimeDelta::seconds(self.first);
        let of_this_time = since_first.num_milliseconds() % (self.every * 1000);
        since_first >= TimeDelta::zero() && of_this_time < self.lasts * 1000
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::site::Settings;

    fn fails(path: &str, second: i64) -> bool {
        failing(path, TimeDelta::seconds(second)).is_some()
    }

    fn seconds(path: &str) -> Vec<i64> {
        (0..120).filter(|second| fails(path, *second)).collect()
    }

    #[test]
    fn everything_answers_until_it_was_crawled_once() {
        assert_eq!(seconds("/product/1").first(), Some(&6));
        assert!(!fails("/", -1));
    }

    #[test]
    fn one_section_stays_down_past_the_persistent_line_and_the_rest_is_briefly_down_each_minute() {
        let mut settings = Settings::default();
        settings.set_all(&POLICY).unwrap();
        let (brief, persistent) =
            (settings.policy.brief_max.delta(), settings.policy.persistent_after.delta());
        assert!(TimeDelta::seconds(SCRIPT[0].lasts) > persistent * 2);
        // What is seen of it is longer by a round of probes on either side.
        assert!(TimeDelta::seconds(SCRIPT[1].lasts) + settings.policy.sentinel_every.delta() * 4 < brief);
        assert_eq!(seconds("/help/1"), (20..28).chain(80..88).collect::<Vec<_>>());
        assert_eq!(seconds("/product/1"), (6..120).collect::<Vec<_>>());
        let at_once = ["/product/1", "/help/1"].map(|path| failing(path, TimeDelta::seconds(22)));
        assert_eq!(at_once, [Some(Gateway::Nginx), Some(Gateway::NginxClosed)]);
    }

    #[test]
    fn the_section_comes_back_and_fails_again() {
        let seconds = [305, 307, 425, 427].map(|second| fails("/product/1", second));
        assert_eq!(seconds, [true, false, false, true]);
    }

    #[test]
    fn the_site_has_some_dozens_of_pages() {
        assert_eq!(pages().len(), 33);
        assert_eq!(pages()[..2], ["/", "/product/1"]);
    }
}
