//! Outages of every verdict, one of which goes on; a site on which nothing ever failed.

use super::*;

/// All of them, by name.
pub(crate) fn all() -> Vec<(&'static str, OutagesPage)> {
    let now = "2026-11-23T03:00:00Z".parse().unwrap();
    let at = Instant::minute(now, chrono_tz::UTC, now);
    let row = |(i, tone): (usize, Tone)| OutageRow {
        href: format!("/outages/{i}"),
        tone,
        title: "/product/<b>* answered 502".to_owned(),
        began: at.clone(),
        ended: (i != 6).then(|| at.clone()),
        lasted: "38 to 42 min".to_owned(),
        urls: "4,812".to_owned(),
    };
    let choice = |(_, _, label): (Kind, &str, &'static str)| Choice {
        label,
        href: "/sites/1/outages".to_owned(),
        is_chosen: label == "All",
    };
    let page = |rows: Vec<OutageRow>| OutagesPage {
        shell: Shell::inside(""),
        host: "shop.example".to_owned(),
        site_href: "/sites/1".to_owned(),
        title: plural(rows.len() as u64, "outage", "outages"),
        text: String::new(),
        kept: vec![("state", "brief")],
        kinds: KINDS.map(choice).into(),
        orders: Vec::new(),
        pages: None,
        rows,
        export: "/sites/1/outages.csv".to_owned(),
        none: "Nothing was ever seen failing. When something does, it is kept here for good.",
    };
    let tones = Tone::ALL.into_iter().enumerate().skip(2).rev();
    vec![("outages", page(tones.map(row).collect())), ("outages-none", page(Vec::new()))]
}
