//! The overview with no site, one that is new, a few, all well, and two hundred.

use super::*;
use crate::chart::strip;
use crate::domain::verdict::Verdict;

const PERSISTENT: Tone = Tone::Failing(Verdict::Persistent);
const PROLONGED: Tone = Tone::Failing(Verdict::Prolonged);
const INTERMITTENT: Tone = Tone::Failing(Verdict::Intermittent);
const BRIEF: Tone = Tone::Failing(Verdict::Brief);

/// Ninety days, healthy but for those given by their number.
fn days(bad: &[(usize, Tone)], unknown: usize) -> Svg {
    let mut days = vec![Tone::Healthy; 90];
    days[..unknown].fill(Tone::Unknown);
    for (day, tone) in bad {
        days[*day] = *tone;
    }
    strip::draw(&days)
}

fn row(host: &str, tone: Tone, story: &str, strip: Svg, failing: &str, of: &str, next: &str) -> SiteRow {
    let [host, story, failing, of, next] = [host, story, failing, of, next].map(str::to_owned);
    SiteRow { href: "/sites/1".to_owned(), host, tone, story, strip, tallies: Vec::new(), failing, of, next }
}

fn bad() -> Vec<SiteRow> {
    let mut shop = row(
        "shop.example",
        PERSISTENT,
        "134 pages under /product/ have answered 502 for three days. Google drops URLs after two days.",
        days(
            &[
                (12, BRIEF),
                (31, BRIEF),
                (52, BRIEF),
                (86, PROLONGED),
                (87, PERSISTENT),
                (88, PERSISTENT),
                (89, PERSISTENT),
            ],
            0,
        ),
        "2.8 %",
        "of 4,812",
        "in 2 h",
    );
    shop.tallies = vec![(PERSISTENT, "1".to_owned()), (BRIEF, "5".to_owned())];
    let flapping: Vec<(usize, Tone)> = (76..90).map(|day| (day, INTERMITTENT)).collect();
    let mut docs = row(
        "docs.example",
        INTERMITTENT,
        "12 pages under /api/ answer 502 again and again, 34 % of the observed time in 7 days.",
        days(&flapping, 0),
        "0.9 %",
        "of 1,204",
        "in 40 min",
    );
    docs.tallies = vec![(INTERMITTENT, "1".to_owned())];
    vec![shop, docs]
}

fn well() -> Vec<SiteRow> {
    let mut blog = row(
        "blog.example",
        Tone::Healthy,
        "Nothing is failing. Two brief outages this week.",
        days(&[(5, BRIEF), (6, BRIEF), (84, BRIEF)], 0),
        "0 %",
        "of 640",
        "in 5 h",
    );
    blog.tallies = vec![(BRIEF, "3".to_owned())];
    let www = row(
        "www.example",
        Tone::Healthy,
        "Nothing has failed for 41 days.",
        days(&[(48, BRIEF)], 4),
        "0 %",
        "of 18,330",
        "tonight, 02:00",
    );
    vec![blog, www]
}

fn page(
    subject: &str,
    rest: &str,
    tone: Tone,
    lede: &str,
    rows: Vec<SiteRow>,
    folded: Vec<SiteRow>,
) -> OverviewPage {
    let headline = Headline { subject: subject.to_owned(), rest: rest.to_owned() };
    let folded_label = format!("{} healthy sites", folded.len());
    OverviewPage {
        shell: Shell::inside("/"),
        headline,
        tone,
        lede: lede.to_owned(),
        is_empty: rows.is_empty(),
        has_search: folded.len() > 12,
        text: String::new(),
        rows,
        folded,
        folded_label,
    }
}

fn many() -> OverviewPage {
    let healthy = |i: usize| {
        let host = format!("{}.a-customer-with-a-long-name-{i}.example", ["www", "shop", "de", "api"][i % 4]);
        row(
            &host,
            Tone::Healthy,
            "Nothing has failed for 41 days.",
            days(&[(i % 90, BRIEF)], 0),
            "0 %",
            "of 1,112,640",
            "in 5 h",
        )
    };
    let mut rows = bad();
    rows.extend((0..10).map(|i| SiteRow { tone: PROLONGED, ..healthy(i) }));
    let mut page = page(
        "134 pages under /product/ on shop.example",
        " have answered 502 for three days. Google drops URLs after two days.",
        PERSISTENT,
        "12 sites need you. Four more fail right now, and may still be forgiven. 17 brief outages this week on nine sites cost nothing that lasts.",
        rows,
        (0..188).map(healthy).collect(),
    );
    page.shell.activity = Some("Crawling docs.example, 412 of 1,204".to_owned());
    page
}

pub(crate) fn all() -> Vec<(&'static str, OverviewPage)> {
    let nothing = page("No site is watched yet.", "", Tone::Unknown, "", Vec::new(), Vec::new());
    let new_row = row(
        "shop.example",
        Tone::Unknown,
        "The first crawl is under way: 12 URLs looked at so far.",
        days(&[], 90),
        "–",
        "of 12",
        "under way",
    );
    let new = page(
        "Your site is being looked at",
        " for the first time.",
        Tone::Unknown,
        "",
        vec![new_row],
        Vec::new(),
    );
    let mut few = bad();
    few.extend(well());
    let few = page(
        "134 pages under /product/ on shop.example",
        " have answered 502 for three days. Google drops URLs after two days.",
        PERSISTENT,
        "Two sites need you. Five brief outages this week on two sites cost nothing that lasts.",
        few,
        Vec::new(),
    );
    let fine = page(
        "All is well.",
        " Two sites answer as they should.",
        Tone::Healthy,
        "Nothing has failed for 41 days.",
        well(),
        Vec::new(),
    );
    vec![
        ("overview-nothing", nothing),
        ("overview-new", new),
        ("overview", few),
        ("overview-well", fine),
        ("overview-many", many()),
    ]
}
