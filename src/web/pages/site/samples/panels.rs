//! The panels of a site in trouble: the indexing clock, the sections that hurt, who answers and why.

use chrono::TimeDelta;

use super::now;
use crate::chart::tone::Tone;
use crate::domain::policy::rule;
use crate::domain::verdict::Verdict;
use crate::web::pages::site::view::clock::{Clock, StageRow};
use crate::web::pages::site::view::makers::{MakerRow, Makers};
use crate::web::pages::site::view::sections::{SectionRow, Sections};
use crate::web::wording::{Instant, Tag};

pub(super) fn clock() -> Clock {
    let stage = |name, urls: &str, key| StageRow {
        name,
        urls: urls.to_owned(),
        is_reached: urls != "0",
        tag: rule(key).map(Tag::from),
    };
    let next = Instant::minute(now() + TimeDelta::hours(80), chrono_tz::Europe::Berlin, now());
    Clock {
        stages: vec![
            stage("At risk: crawling is slowed, the index is next", "0", "brief_max"),
            stage("Being dropped from the index", "134", "persistent_after"),
            stage("Treated like pages that are gone (404)", "0", "treated_as_gone_after"),
            stage("What is known of them fades", "0", "signals_fade_after"),
        ],
        next: Some((
            "If it goes on, 134 of them are treated like pages that are gone in 3 d 8 h,".to_owned(),
            next,
        )),
    }
}

pub(super) fn sections() -> Sections {
    let row = |template: &str, tone, failing: &str| SectionRow {
        template: template.to_owned(),
        href: "/sites/1/urls?section=x".to_owned(),
        tone,
        failing: failing.to_owned(),
        is_failing: failing != "0",
        tallies: vec![
            (Tone::Failing(Verdict::Persistent), "1".to_owned()),
            (Tone::Failing(Verdict::Brief), "12".to_owned()),
        ],
        longest: "3 d 4 h".to_owned(),
    };
    Sections {
        rows: vec![
            row("/product/*", Tone::Failing(Verdict::Persistent), "134"),
            row("/a-section-with-<b>markup</b>-and-a-long-name-that-goes-on/*", Tone::Healthy, "0"),
        ],
        more: Some("3 other templates with less to tell.".to_owned()),
        days: 90,
    }
}

pub(super) fn makers() -> Makers {
    let row = |who: &str, why: &str, failures: &str| MakerRow {
        who: who.to_owned(),
        why: why.to_owned(),
        failures: failures.to_owned(),
        newest: Instant::minute(now(), chrono_tz::Europe::Berlin, now()),
    };
    Makers {
        rows: vec![
            row("nginx", "it could not connect to the server behind it", "812"),
            row("The application itself, through nginx", "why is not known", "41"),
        ],
        note: "By the first answer of 853 failures of single URLs, the newest ones.".to_owned(),
    }
}
