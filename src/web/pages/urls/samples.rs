//! A page of many URLs, narrowed, with a path full of markup; a site of which none is known.

use super::*;

fn choices(labels: &[&'static str]) -> Vec<Choice> {
    let choice = |(i, label): (usize, &&'static str)| Choice {
        label,
        href: "/sites/1/urls".to_owned(),
        is_chosen: i == 0,
    };
    labels.iter().enumerate().map(choice).collect()
}

/// All of them, by name.
pub(crate) fn all() -> Vec<(&'static str, UrlsPage)> {
    let now = "2026-11-23T03:00:00Z".parse().unwrap();
    let at = Instant::minute(now, chrono_tz::UTC, now);
    let row = |n: usize| UrlRow {
        href: format!("/urls/{n}"),
        path: format!("/product/a-long-name-of-a-product-{n}?variant=<script>alert({n})</script>"),
        answer: if n.is_multiple_of(3) { "502" } else { "200" }.to_owned(),
        is_failing: n.is_multiple_of(3),
        since: Some(at.clone()),
        found: at.clone(),
        depth: "3".to_owned(),
        kept_out: if n == 2 { "noindex".to_owned() } else { String::new() },
    };
    let page = |rows: Vec<UrlRow>, none| UrlsPage {
        shell: Shell::inside(""),
        host: "shop.example".to_owned(),
        site_href: "/sites/1".to_owned(),
        title: plural(rows.len() as u64 * 1_204, "URL", "URLs"),
        text: "\"><b>".to_owned(),
        section: Some(("/product/*".to_owned(), "/sites/1/urls".to_owned())),
        kept: vec![("section", "/product/*".to_owned())],
        standings: choices(&["All", "Failing now", "Gone (4xx)", "Kept out of the index", "Not fetched yet"]),
        orders: choices(&["path", "newest", "distance from the start page"]),
        pages: (!rows.is_empty()).then(|| Pages {
            previous: None,
            next: Some("/sites/1/urls?page=2".to_owned()),
            text: "1 to 100 of 12,040".to_owned(),
        }),
        rows,
        export: "/sites/1/urls.csv".to_owned(),
        none,
    };
    vec![
        ("urls", page((1..11).map(row).collect(), "")),
        ("urls-none", page(Vec::new(), "No URL is like that. Take a filter away to see more.")),
    ]
}
