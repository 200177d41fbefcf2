//! The points as a reader meets them: what each verdict says of itself, and that none claims more than was seen.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::*;
use crate::domain::bounds::Bounds;
use crate::domain::extent::Extent;
use crate::domain::page_url::Section;
use crate::domain::policy::Policy;
use crate::domain::verdict::{Case, judge};
use crate::report::wording::headline::Scope;

/// Healthy at `before`, failing from `first` to `last`, healthy again at `after`, judged at `now`; in minutes.
struct Seen {
    before: Option<i64>,
    first: i64,
    last: i64,
    after: Option<i64>,
    now: i64,
    alternating: bool,
    unknown: i64,
    scope: Scope<'static>,
    urls: u64,
    extent: Extent,
    indexable: u64,
    policy: Policy,
}

const HOUR: i64 = 60;

fn seen() -> Seen {
    Seen {
        before: Some(-1),
        first: 0,
        last: 40,
        after: Some(42),
        now: 9 * 24 * HOUR,
        alternating: false,
        unknown: 0,
        scope: Scope::Section("/product/*"),
        urls: 134,
        extent: extent(&[("/product/1", 134)]),
        indexable: 134,
        policy: Policy::default(),
    }
}

fn ongoing(hours: i64) -> Seen {
    Seen { last: hours * HOUR, after: None, now: hours * HOUR + 1, ..seen() }
}

fn lottery(hours: i64) -> Seen {
    let extent = Extent { failing_looks: 400, healthy_looks: 800, ..extent(&[("/product/1", 134)]) };
    Seen { alternating: true, extent, ..ongoing(hours) }
}

fn extent(sections: &[(&str, u64)]) -> Extent {
    let sections = sections.iter().map(|(path, urls)| (Section::of_path(path), *urls)).collect();
    Extent { sections, ..Extent::default() }
}

fn at(minute: i64) -> DateTime<Utc> {
    "2026-11-01T09:00:10Z".parse::<DateTime<Utc>>().unwrap() + TimeDelta::minutes(minute)
}

impl Seen {
    fn told<T>(&self, tell: impl Fn(&Facts<'_>) -> T) -> T {
        let bounds = Bounds {
            healthy_before: self.before.map(at),
            first_failing: at(self.first),
            last_failing: at(self.last),
            healthy_after: self.after.map(at),
            unknown: TimeDelta::minutes(self.unknown),
        };
        let case = Case {
            bounds,
            ongoing: self.after.is_none(),
            confirmed: self.last > self.first,
            alternating: self.alternating,
            solid: TimeDelta::zero(),
        };
        tell(&Facts {
            site: None,
            scope: self.scope,
            urls: self.urls,
            outcomes: &BTreeMap::from([("502".parse().unwrap(), self.urls)]),
            bounds,
            judgement: judge(&case, at(self.now), &self.policy),
            alternating: self.alternating,
            extent: &self.extent,
            indexable_urls: Some(self.indexable),
            policy: &self.policy,
            zone: chrono_tz::UTC,
            now: at(self.now),
        })
    }

    fn google(&self) -> Vec<Said> {
        #[expect(
            clippy::redundant_closure_for_method_calls,
            reason = "a method's path is not general over the facts' lifetime"
        )]
        self.told(|facts| facts.what_google_does())
    }

    /// What one point says, each sentence with its basis in brackets.
    fn says(&self, key: &str) -> String {
        let points = self.told(|facts| facts.points(4_812));
        let point = points.into_iter().find(|point| point.key == key);
        let said = |said: Said| match said.ground {
            Some(ground) => format!("{} [{}]", said.text, ground.basis.word()),
            None => said.text,
        };
        point.map(|point| point.says.into_iter().map(said).collect::<Vec<_>>().join(" ")).unwrap_or_default()
    }
}

#[test]
fn what_happened_has_its_extent_and_its_four_instants() {
    assert_eq!(
        seen().says("happened"),
        "134 of the 4,812 URLs known of this site answered 502, all in /product/. It began on Sun 1 Nov between 08:59:10 and 09:00:10 UTC: the last good answer, and the first failing one. It ended on Sun 1 Nov between 09:40:10 and 09:42:10 UTC."
    );
    let never = Seen { before: None, ..ongoing(1) }.says("happened");
    assert!(
        never.contains("It was failing already when it was first looked at, on Sun 1 Nov, 09:00:10 UTC.")
    );
    assert!(never.ends_with(
        "It has not been seen to be over: the newest failing answer came on Sun 1 Nov, 10:00:10 UTC."
    ));
    let overnight = Seen { before: Some(-10 * HOUR), ..seen() }.says("happened");
    assert!(
        overnight.contains("between Sat 31 Oct, 23:00:10 UTC and Sun 1 Nov, 09:00:10 UTC"),
        "{overnight}"
    );
}

#[test]
fn a_part_of_a_site_is_never_called_the_whole() {
    let two = extent(&[("/product/1", 100), ("/help/1", 34)]);
    let subject = |extent: &Extent, hours| {
        let case = Seen { scope: Scope::Site, extent: extent.clone(), ..ongoing(hours) };
        case.told(|facts| (facts.headline().subject, facts.title()))
    };
    assert_eq!(subject(&two, 3).0, "The whole site", "nothing speaks against it");
    let beside = Extent { spared_sections: 4, healthy_urls: 50, ..two.clone() };
    assert_eq!(
        subject(&beside, 3),
        ("134 pages under /product/ and /help/".to_owned(), "/product/* and /help/* answer 502".to_owned())
    );
    let unsampled = Extent { spared_sections: 4, ..two.clone() };
    assert_eq!(subject(&unsampled, 0).0, "The whole site", "so soon, not every section has been probed");
    assert_eq!(subject(&unsampled, 3).0, "134 pages under /product/ and /help/");
    let three = Extent { healthy_urls: 50, ..extent(&[("/a/1", 100), ("/b/1", 30), ("/", 4)]) };
    assert_eq!(subject(&three, 3).0, "134 pages in three parts of the site");
    let top = Extent { healthy_urls: 50, ..extent(&[("/", 4), ("/b/1", 130)]) };
    assert_eq!(subject(&top, 3).0, "134 pages under /b/ and at the top level");
    let sample = Seen { scope: Scope::Site, extent: two, ..ongoing(3) }.says("happened");
    assert!(sample.contains("so it is taken for the whole site. [model]"), "{sample}");
}

#[test]
fn how_long_is_two_numbers_and_the_larger_is_never_rounded_down() {
    assert_eq!(
        seen().says("long"),
        "At least 40 min: from the first failing answer to the last one. At most 43 min: from the last good answer to the next good one."
    );
    let day = Seen { before: Some(-10), last: 24 * HOUR, after: Some(24 * HOUR + 5), ..seen() }.says("long");
    assert!(day.contains("At least 1 d:") && day.contains("At most 1 d 1 h:"), "{day}");
    let silent = Seen { unknown: 600, last: 20 * HOUR, after: Some(21 * HOUR), ..seen() }.says("long");
    assert!(
        silent
            .ends_with("For 10 h in between nobody looked; that time counts only towards the most. [model]"),
        "{silent}"
    );
    let never = Seen { before: None, ..seen() }.says("long");
    assert!(never.ends_with("How long at most nobody can say: it was never seen healthy before."), "{never}");
}

#[test]
fn each_verdict_names_its_line_and_by_whose_word_that_is() {
    assert_eq!(
        seen().says("why"),
        "It was not seen failing for longer than 24 h; up to there, an outage is brief. [documented]"
    );
    assert_eq!(
        ongoing(30).says("why"),
        "It was seen failing for 1 d 6 h: longer than 24 h, where brief ends, and not longer than 48 h, where persistent begins. [documented]"
    );
    assert_eq!(
        ongoing(76).says("why"),
        "It was seen failing for 3 d 4 h, which is longer than 48 h. [documented]"
    );
}

#[test]
fn a_transient_failure_says_that_the_next_look_was_healthy() {
    let once = Seen { last: 0, after: Some(1), ..seen() };
    assert_eq!(
        once.says("why"),
        "One look failed, and the next one, 1 min later, was healthy. What is healthy again within 5 min counts as a blip. [documented]"
    );
    assert_eq!(once.says("certain"), "Certain: even at its longest it would not have been more than brief.");
    assert_eq!(
        once.says("google"),
        "It tries again later. One failed fetch has no further effect. [documented]"
    );
    assert_eq!(once.says("next"), "");
}

#[test]
fn a_lottery_says_its_chance_and_why_it_is_never_persistent() {
    let long = lottery(76);
    assert_eq!(
        long.says("why"),
        "Each fetch fails by chance: about one fetch in three, 33 % of 1,200 looks. The same URLs answer in between. That has gone on for longer than 48 h, and is called intermittent, never persistent: no URL fails all the time, and a crawler that comes back gets its page. [model]"
    );
    assert_eq!(long.says("next"), "However long it goes on, it stays intermittent. [model]");
    assert_eq!(
        long.told(|facts| facts.headline().to_string()),
        "134 pages under /product/ have answered 502, by chance, at about one fetch in three for three days. No page is out for long, so none is dropped for it; crawling slows while it lasts."
    );
    let young = lottery(30);
    let next = "it is called intermittent from Tue 3 Nov, 09:00 UTC on, and never persistent. [model]";
    assert!(young.says("next").ends_with(next), "{}", young.says("next"));
    for point in ["happened", "long", "why", "certain", "google", "next"] {
        assert!(!young.says(point).contains("begins to drop"), "{point}");
    }
}

#[test]
fn what_is_not_certain_says_what_it_may_be_and_where_nobody_looked() {
    let wide = Seen { before: Some(-40 * HOUR), last: 20 * HOUR, after: Some(21 * HOUR), ..seen() };
    assert_eq!(
        wide.says("certain"),
        "Not certain. Had it lasted as long as it can have (2 d 13 h), it would be persistent: nobody looked between Fri 30 Oct, 17:00:10 UTC and Sun 1 Nov, 09:00:10 UTC."
    );
    assert_eq!(wide.says("next"), "It is over. If it was as brief as it was seen, it is forgiven.");
    let never = Seen { before: None, ..seen() }.says("certain");
    assert_eq!(
        never,
        "Not certain. It was never seen healthy before, so it may have begun long ago and be persistent."
    );
    assert_eq!(
        seen().says("certain"),
        "Certain: the shortest and the longest duration give the same verdict."
    );
}

#[test]
fn what_google_does_has_its_source_at_every_verdict() {
    assert_eq!(
        ongoing(76).says("google"),
        "While errors last, it crawls the whole host more slowly: the more URLs fail, the more so. [documented] It tries a failing URL again for about two days, and then begins to drop it from its index. [documented]"
    );
    assert!(ongoing(3).says("google").ends_with("Nothing is dropped from its index. [documented]"));
    assert!(ongoing(30).says("google").ends_with("nothing is dropped before that. [documented]"));
    for case in [seen(), ongoing(3), ongoing(30), ongoing(76), lottery(30), lottery(76)] {
        for said in case.google() {
            let ground = said.ground.unwrap_or_else(|| panic!("{}", said.text));
            assert_eq!(ground.source.is_empty(), ground.basis == Basis::Model, "{}", said.text);
        }
    }
}

#[test]
fn urls_that_cannot_be_indexed_are_never_said_to_be_dropped() {
    let kept_out = Seen { indexable: 0, ..ongoing(76) };
    assert!(kept_out.says("google").ends_with("so none can be dropped from it."));
    assert_eq!(kept_out.says("next"), "");
    let headline = kept_out.told(|facts| facts.headline().to_string());
    assert!(headline.ends_with("none of it can be in the index, so nothing is lost there."), "{headline}");
}

#[test]
fn what_comes_next_has_its_instant_and_its_source() {
    assert_eq!(
        ongoing(3).says("next"),
        "If it goes on, it is called prolonged from Mon 2 Nov, 09:00 UTC on. [documented]"
    );
    assert_eq!(
        ongoing(30).says("next"),
        "If it goes on, it is called persistent, and Google begins to drop its URLs from Tue 3 Nov, 09:00 UTC on. [documented]"
    );
    assert_eq!(
        ongoing(76).says("next"),
        "If it goes on, its URLs are treated like pages that are gone (404) from Sun 8 Nov, 09:00 UTC on. [reported]"
    );
    let over = Seen { last: 76 * HOUR, after: Some(76 * HOUR + 1), now: 80 * HOUR, ..seen() };
    assert!(over.says("next").ends_with("it counts as recovering until Sat 7 Nov, 13:01 UTC. [documented]"));
    assert_eq!(seen().says("next"), "Nothing: it is over, and forgiven.");
}

#[test]
fn a_sites_own_line_is_not_passed_off_as_googles() {
    let mut policy = Policy::default();
    policy.set("persistent_after", "20s").unwrap();
    let own = Seen { policy, ..ongoing(1) };
    assert_eq!(
        own.says("why"),
        "It was seen failing for 1 h, which is longer than 20 s. That line is this site's own, not a search engine's."
    );
}

#[test]
fn a_failing_robots_txt_is_told_by_its_own_ladder() {
    let robots = Seen {
        scope: Scope::Url("/robots.txt"),
        urls: 1,
        indexable: 0,
        extent: Extent::default(),
        ..ongoing(3)
    };
    assert!(
        robots.says("why").ends_with("For robots.txt other lines count, and they begin at once: see below.")
    );
    assert_eq!(
        robots.says("google"),
        "Google stops crawling the whole host, and keeps asking for robots.txt. [documented]"
    );
    assert_eq!(
        robots.says("next"),
        "If it goes on, from Sun 1 Nov, 21:00 UTC on: Google crawls again, by the last good copy that it has. [documented]"
    );
}
