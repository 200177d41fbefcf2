//! The sentences as a reader meets them: every verdict in every state, and the odd cases.

use super::*;

const NOW: &str = "2026-11-23T03:00:00Z";

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// An outage that was first seen so many hours before now and lasted so many minutes.
struct Case {
    hours_ago: i64,
    minutes: i64,
    /// Minutes between the last good answer and the first failing one, and again at the end.
    slack: i64,
    judgement: Judgement,
    scope: Scope<'static>,
    urls: u64,
}

fn case(verdict: Verdict, state: State) -> Case {
    let minutes = match verdict {
        Verdict::Transient => 0,
        Verdict::Brief => 40,
        Verdict::Intermittent => 90,
        Verdict::Prolonged => 30 * 60,
        Verdict::Persistent => 76 * 60,
    };
    let hours_ago = if state == State::Ongoing { minutes / 60 + 1 } else { 78 };
    let judgement = Judgement { verdict, certainty: Certainty::Certain, state };
    Case { hours_ago, minutes, slack: 1, judgement, scope: Scope::Section("/product/*"), urls: 134 }
}

impl Case {
    fn told(&self, policy: &Policy) -> String {
        let first = at(NOW) - TimeDelta::hours(self.hours_ago);
        let last = first + TimeDelta::minutes(self.minutes);
        let slack = TimeDelta::minutes(self.slack);
        let bounds = Bounds {
            healthy_before: Some(first - slack),
            first_failing: first,
            last_failing: last,
            healthy_after: (self.judgement.state != State::Ongoing).then(|| last + slack),
            unknown: TimeDelta::zero(),
        };
        Facts {
            site: None,
            scope: self.scope,
            urls: self.urls,
            outcomes: &BTreeMap::from([(Outcome::Status(502), 310)]),
            bounds,
            judgement: self.judgement,
            alternating: false,
            extent: &Extent::default(),
            indexable_urls: None,
            policy,
            zone: chrono_tz::UTC,
            now: at(NOW),
        }
        .headline()
        .to_string()
    }

    fn said(&self) -> String {
        self.told(&Policy::default())
    }
}

#[test]
fn every_verdict_in_every_state_makes_a_sentence() {
    let mut told = String::new();
    for verdict in Verdict::ALL {
        for state in [State::Ongoing, State::Recovering, State::Resolved] {
            told += &[verdict.word(), " ", state.word(), ": ", &case(verdict, state).said(), "\n"].concat();
        }
    }
    insta::assert_snapshot!(told, @r#"
    transient ongoing: 134 pages under /product/ failed once early this morning and were healthy again at the next look. Search engines retry: nothing to do.
    transient recovering: 134 pages under /product/ failed once on Thursday evening and were healthy again at the next look. Search engines retry: nothing to do.
    transient resolved: 134 pages under /product/ failed once on Thursday evening and were healthy again at the next look. Search engines retry: nothing to do.
    brief ongoing: 134 pages under /product/ have answered 502 for 40 minutes. If it ends before Tue 24 Nov, 02:00 UTC, it stays brief and is forgiven.
    brief recovering: 134 pages under /product/ answered 502 for about 40 minutes on Thursday evening. It was brief: no lasting effect.
    brief resolved: 134 pages under /product/ answered 502 for about 40 minutes on Thursday evening. It was brief: no lasting effect.
    prolonged ongoing: 134 pages under /product/ have answered 502 for 30 hours. Crawling slows; after Mon 23 Nov, 20:00 UTC, Google begins to drop URLs.
    prolonged recovering: 134 pages under /product/ answered 502 for about 30 hours, starting on Thursday evening. It was prolonged: crawling slowed, but it ended before the index suffers.
    prolonged resolved: 134 pages under /product/ answered 502 for about 30 hours, starting on Thursday evening. It was prolonged: crawling slowed, but it ended before the index suffers.
    intermittent ongoing: 134 pages under /product/ answer 502 again and again. Every visit is a lottery, and crawling stays slow.
    intermittent recovering: 134 pages under /product/ answered 502 again and again, first on Thursday evening. It was intermittent: no page was out for long, and crawling picks up again within days.
    intermittent resolved: 134 pages under /product/ answered 502 again and again, first on Thursday evening. It was intermittent: no page was out for long, and crawling picks up again within days.
    persistent ongoing: 134 pages under /product/ have answered 502 for three days. Google drops URLs after two days.
    persistent recovering: 134 pages under /product/ answered 502 for about three days, starting on Thursday evening. It was persistent: some pages may have left the index, and will return late.
    persistent resolved: 134 pages under /product/ answered 502 for about three days, starting on Thursday evening. It was persistent: check that the pages are back in the index.
    "#);
}

#[test]
fn the_subject_fits_scope_and_count() {
    let mut told = String::new();
    for (scope, urls) in [
        (Scope::Site, 4_812),
        (Scope::Site, 1),
        (Scope::Section("/product/*"), 1),
        (Scope::Section("/*"), 12),
        (Scope::Url("/search?q=a"), 1),
        (Scope::Url("/search"), 7),
    ] {
        for state in [State::Ongoing, State::Recovering] {
            told += &Case { scope, urls, ..case(Verdict::Persistent, state) }.said();
            told.push('\n');
        }
    }
    insta::assert_snapshot!(told, @r#"
    The whole site has answered 502 for three days. Google drops URLs after two days.
    The whole site answered 502 for about three days, starting on Thursday evening. It was persistent: some pages may have left the index, and will return late.
    The whole site has answered 502 for three days. Google drops URLs after two days.
    The whole site answered 502 for about three days, starting on Thursday evening. It was persistent: the page may have left the index, and will return late.
    1 page under /product/ has answered 502 for three days. Google drops URLs after two days.
    1 page under /product/ answered 502 for about three days, starting on Thursday evening. It was persistent: the page may have left the index, and will return late.
    12 pages at the top level have answered 502 for three days. Google drops URLs after two days.
    12 pages at the top level answered 502 for about three days, starting on Thursday evening. It was persistent: some pages may have left the index, and will return late.
    /search?q=a has answered 502 for three days. Google drops URLs after two days.
    /search?q=a answered 502 for about three days, starting on Thursday evening. It was persistent: the page may have left the index, and will return late.
    7 URLs have answered 502 for three days. Google drops URLs after two days.
    7 URLs answered 502 for about three days, starting on Thursday evening. It was persistent: some pages may have left the index, and will return late.
    "#);
}

#[test]
fn what_was_not_seen_is_not_claimed() {
    let unsure = Judgement {
        certainty: Certainty::UpTo(Verdict::Persistent),
        ..case(Verdict::Brief, State::Resolved).judgement
    };
    let wide = Case { slack: 2_000, judgement: unsure, ..case(Verdict::Brief, State::Resolved) };
    assert_eq!(
        wide.said(),
        "134 pages under /product/ answered 502 for 40 minutes to three days on Thursday evening. As far as it was seen, it was brief; it may have been persistent."
    );
    let once = Case { minutes: 0, slack: 2, ..case(Verdict::Brief, State::Resolved) };
    assert!(once.said().contains("for less than four minutes"), "{}", once.said());
}

#[test]
fn two_bounds_of_one_unit_name_it_once() {
    let wide = Case { minutes: 15, slack: 5, ..case(Verdict::Brief, State::Resolved) };
    assert!(wide.said().contains("for 15 to 25 minutes on Thursday"), "{}", wide.said());
}

#[test]
fn an_outage_that_is_short_of_two_days_is_not_called_two_days() {
    let nearly = Case { minutes: 47 * 60 + 50, hours_ago: 48, ..case(Verdict::Prolonged, State::Ongoing) };
    assert!(nearly.said().contains("for 47 hours."), "{}", nearly.said());
}

#[test]
fn a_site_with_its_own_line_is_not_told_what_google_does() {
    let mut policy = Policy::default();
    policy.set("persistent_after", "20s").unwrap();
    let told = case(Verdict::Persistent, State::Ongoing).told(&policy);
    assert!(told.ends_with("That is past this site's own line of 20 seconds."), "{told}");
}

#[test]
fn a_host_is_named_where_the_reader_does_not_know_it() {
    let policy = Policy::default();
    let outcomes = BTreeMap::from([(Outcome::Status(502), 1)]);
    let subject = |scope, urls| {
        let first_failing = at(NOW);
        let bounds = Bounds {
            healthy_before: None,
            first_failing,
            last_failing: first_failing,
            healthy_after: None,
            unknown: TimeDelta::zero(),
        };
        let judgement = case(Verdict::Brief, State::Ongoing).judgement;
        let (zone, now) = (chrono_tz::UTC, at(NOW));
        let site = Some("shop.example");
        Facts {
            site,
            scope,
            urls,
            outcomes: &outcomes,
            bounds,
            judgement,
            alternating: false,
            extent: &Extent::default(),
            indexable_urls: None,
            policy: &policy,
            zone,
            now,
        }
        .headline()
        .subject
    };
    assert_eq!(subject(Scope::Site, 3), "All of shop.example");
    assert_eq!(subject(Scope::Section("/api/*"), 3), "3 pages under /api/ on shop.example");
    assert_eq!(subject(Scope::Url("/search"), 1), "shop.example/search");
}
