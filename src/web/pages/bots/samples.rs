//! The page without a log, with a quiet one, and with a long outage in it.

use chrono::{DateTime, TimeDelta, Utc};

use super::*;
use crate::chart::rate::RateChart;
use crate::domain::verdict::Verdict;

fn now() -> DateTime<Utc> {
    "2026-11-23T03:00:00Z".parse().unwrap()
}

fn shown(days: i64) -> Instant {
    Instant::minute(now() - TimeDelta::days(days), chrono_tz::UTC, now())
}

fn claim(bot: &str, founded: &'static str, hits: &str, failing: &str) -> ClaimRow {
    ClaimRow {
        bot: bot.to_owned(),
        founded,
        hits: hits.to_owned(),
        healthy: hits.to_owned(),
        gone: "31".to_owned(),
        failing: failing.to_owned(),
        any_failing: failing != "0",
        share: "1.2 %".to_owned(),
    }
}

fn rate(failing: u32) -> Rate {
    let from = now() - TimeDelta::days(30);
    let parts: Vec<(u32, u32)> =
        (0..30)
            .map(|day| {
                if (20..24).contains(&day) { (60 * (day - 18), failing) } else { (1_200 + 40 * (day % 7), 0) }
            })
            .collect();
    let day = |(i, (all, failing)): (i64, &(u32, u32))| {
        (from + TimeDelta::days(i), from + TimeDelta::days(i + 1), vec![all.to_string(), failing.to_string()])
    };
    let values = Values::of_days(
        "rate",
        vec!["Fetches", "of them failed"],
        (0..).zip(&parts).map(day),
        chrono_tz::UTC,
    );
    let note = "34,120 fetches, 412 of them failed.".to_owned();
    let outages = if failing > 0 {
        vec![(from + TimeDelta::days(20), from + TimeDelta::days(23), Tone::Failing(Verdict::Persistent))]
    } else {
        Vec::new()
    };
    let chart = RateChart {
        from,
        to: now(),
        zone: chrono_tz::UTC,
        parts: parts.into_iter().map(Some).collect(),
        outages,
        title: "Fetches of googlebot by day".to_owned(),
        description: note.clone(),
    };
    Rate { title: "Fetches of googlebot by day".to_owned(), drawing: chart.draw(), values, note }
}

fn page() -> BotsPage {
    BotsPage {
        shell: Shell::inside(""),
        host: "shop.example".to_owned(),
        site_href: "/sites/1".to_owned(),
        lede: String::new(),
        window: "25 Oct 2026 to 23 Nov 2026, as the access logs tell.".to_owned(),
        claims: Vec::new(),
        choices: Vec::new(),
        rate: None,
        paces: Vec::new(),
        back_means: "Back is a whole day with at least 80 % of the fetches of the week before.".to_owned(),
        outages: Vec::new(),
    }
}

fn busy() -> BotsPage {
    let choice = |label, is_chosen| Choice { label, href: format!("/sites/1/bots?bot={label}"), is_chosen };
    let title = "5,000 pages under /product/ answered 502".to_owned();
    let tone = Tone::Failing(Verdict::Persistent);
    BotsPage {
        lede: "34,120 of 36,002 hits were by real bots. Bots saw 2 outages.".to_owned(),
        claims: vec![
            claim("googlebot", "its address is published", "34,120", "412"),
            claim("yandexbot", "cannot be checked", "1,204", "0"),
            claim("googlebot", "its address is another's", "678", "0"),
        ],
        choices: vec![choice("googlebot", true), choice("bingbot", false), choice("duckduckbot", false)],
        rate: Some(rate(52)),
        paces: vec![PaceRow {
            href: "/outages/7".to_owned(),
            tone,
            title: title.clone(),
            began: shown(10),
            before: "1,310 a day".to_owned(),
            during: "121 a day (9.2 %)".to_owned(),
            after: "240 a day (18 %)".to_owned(),
            back: "by Fri 20 Nov, 05:00 UTC, 3 d 4 h after".to_owned(),
        }],
        outages: vec![SeenRow {
            href: "/outages/9".to_owned(),
            tone,
            bot: "googlebot".to_owned(),
            title,
            first: shown(10),
            last: shown(7),
            lasted: "2 d 22 h to 3 d 1 h".to_owned(),
            urls: "412".to_owned(),
        }],
        ..page()
    }
}

pub(crate) fn all() -> Vec<(&'static str, BotsPage)> {
    let quiet = BotsPage {
        lede: "1,204 of 1,204 hits were by real bots. No bot saw an outage.".to_owned(),
        claims: vec![claim("googlebot", "its address is published", "1,204", "0")],
        rate: Some(rate(0)),
        ..page()
    };
    vec![("bots-none", page()), ("bots-quiet", quiet), ("bots", busy())]
}
