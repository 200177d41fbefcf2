//! What a look at a site that is not added yet shows, in sentences: whether it answers, whether robots.txt lets us in,
//! what its sitemaps list, and how long a crawl of that would take.

use std::time::Duration;

use chrono::{DateTime, TimeDelta};

use crate::crawl::preview::{NoPreview, Preview, ReadSitemap, preview};
use crate::domain::observation::SiteId;
use crate::domain::outcome::{Class, Outcome};
use crate::domain::site::Site;
use crate::fetch::NotFetched;
use crate::report::wording::url::said;
use crate::report::wording::{length, plural};
use crate::store::sites::NewSite;
use crate::web::error::Error;
use crate::web::state::AppState;

/// So long a person waits.
const WITHIN: Duration = Duration::from_secs(10);

/// So many sitemaps are listed.
const SHOWN: usize = 8;

/// What was seen.
#[derive(Debug, Clone)]
pub(crate) struct Look {
    pub(crate) lines: Vec<Line>,
    /// Address and what it lists.
    pub(crate) sitemaps: Vec<(String, String)>,
    /// How long a crawl takes.
    pub(crate) estimate: Option<String>,
}

/// A sentence.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    pub(crate) text: String,
    /// It needs a decision before the site is added.
    pub(crate) is_bad: bool,
}

/// Looks; `None`: this dashboard cannot.
pub(super) async fn at(app: &AppState, new: &NewSite) -> Result<Option<Look>, Error> {
    let Some(fetch_for) = &app.fetch_for else { return Ok(None) };
    let fetch = fetch_for(&assumed(new)).map_err(|why| Error::Look(format!("{why:#}")))?;
    Ok(Some(match preview(fetch.as_ref(), &new.start_url, WITHIN).await {
        Ok(preview) => told(&preview, new),
        Err(NoPreview::NotFetched(NotFetched::Refused(refused))) => refusal(format!(
            "{} is a private or local address: if it is yours, tick the box that allows it.",
            refused.address
        )),
        Err(why) => refusal(why.to_string()),
    }))
}

/// The site as it would be.
fn assumed(new: &NewSite) -> Site {
    Site {
        id: SiteId(0),
        origin: new.start_url.origin(),
        start_url: new.start_url.clone(),
        settings: new.settings.clone(),
        paused: false,
        declared: false,
        created_at: DateTime::UNIX_EPOCH,
        next_crawl_at: None,
    }
}

fn refusal(text: String) -> Look {
    Look { lines: vec![Line { text, is_bad: true }], sitemaps: Vec::new(), estimate: None }
}

fn told(preview: &Preview, new: &NewSite) -> Look {
    let lines = [Some(robots(preview)), moved(preview).or_else(|| start(preview)), listed(preview)];
    let sitemap = |read: &ReadSitemap| (read.url.to_string(), says(read));
    Look {
        lines: lines.into_iter().flatten().collect(),
        sitemaps: preview
            .sitemaps
            .iter()
            .filter(|read| read.listed.is_some())
            .take(SHOWN)
            .map(sitemap)
            .collect(),
        estimate: estimate(preview, new),
    }
}

fn line(text: String, is_bad: bool) -> Line {
    Line { text, is_bad }
}

fn robots(preview: &Preview) -> Line {
    match preview.robots {
        None => line("robots.txt did not answer in time.".to_owned(), true),
        Some(outcome) if outcome.class() == Class::Failing => line(
            format!(
                "robots.txt answers {}: a search engine crawls nothing of the host while it does.",
                said(outcome)
            ),
            true,
        ),
        Some(_) if !preview.is_allowed => {
            line("robots.txt keeps us out of the start page: Gatecrawl obeys it.".to_owned(), true)
        }
        Some(Outcome::Status(200..=299)) => match preview.crawl_delay {
            Some(delay) => {
                let seconds = TimeDelta::from_std(delay).unwrap_or(TimeDelta::MAX);
                line(format!("robots.txt lets us in, with {} between two requests.", length(seconds)), false)
            }
            None => line("robots.txt lets us in.".to_owned(), false),
        },
        Some(outcome) => {
            line(format!("There is no robots.txt ({}): all may be fetched.", said(outcome)), false)
        }
    }
}

fn moved(preview: &Preview) -> Option<Line> {
    let to = preview.moved_to.as_ref()?;
    let text =
        format!("The start page redirects to another host. What is crawled is one host: add {to} instead.");
    Some(line(text, true))
}

fn start(preview: &Preview) -> Option<Line> {
    let outcome = preview.start?;
    Some(line(format!("The start page answers {}.", said(outcome)), outcome.class() != Class::Healthy))
}

fn listed(preview: &Preview) -> Option<Line> {
    let good = preview.sitemaps.iter().filter(|read| read.listed.is_some()).count() as u64;
    if good == 0 {
        let text = "No sitemap was found: the crawl follows links from the start page.";
        return (!preview.is_cut).then(|| line(text.to_owned(), false));
    }
    let (sitemaps, urls) = (plural(good, "sitemap", "sitemaps"), plural(preview.urls, "URL", "URLs"));
    let more = if preview.is_cut { ", and there are more than could be read in this time" } else { "" };
    Some(line(format!("{sitemaps} with {urls}{more}."), false))
}

fn says(read: &ReadSitemap) -> String {
    let listed = read.listed.unwrap_or_default();
    format!("{}, {}", said(read.outcome), plural(listed, "address", "addresses"))
}

/// At the rate that is set, or as slowly as robots.txt wants it.
fn estimate(preview: &Preview, new: &NewSite) -> Option<String> {
    let set = (new.settings.rate > 0.0).then_some(new.settings.rate);
    let asked = preview.crawl_delay.filter(|delay| !delay.is_zero()).map(|delay| 1.0 / delay.as_secs_f64());
    let rate = set.into_iter().chain(asked).min_by(f64::total_cmp)?;
    #[expect(clippy::cast_precision_loss, reason = "URLs stay far below 2^52")]
    let seconds = preview.urls as f64 / rate;
    let took = TimeDelta::from_std(Duration::try_from_secs_f64(seconds).ok()?).ok()?;
    (preview.urls > 0).then(|| {
        let least = if preview.is_cut { "at least " } else { "about " };
        format!(
            "At {rate:.1} requests a second a crawl takes {least}{}, and longer where links lead to more.",
            length(took)
        )
    })
}

#[cfg(test)]
pub(crate) mod samples {
    use super::*;

    pub(crate) fn found() -> Look {
        Look {
            lines: vec![
                line("robots.txt lets us in, with 1 s between two requests.".to_owned(), false),
                line("The start page redirects to another host. What is crawled is one host: add https://www.shop.example/ instead.".to_owned(), true),
                line("2 sitemaps with 4,790 URLs.".to_owned(), false),
            ],
            sitemaps: vec![
                ("https://shop.example/sitemap-products.xml?<b>".to_owned(), "200 OK, 4,700 addresses".to_owned()),
                ("https://shop.example/sitemap-blog.xml".to_owned(), "200 OK, 90 addresses".to_owned()),
            ],
            estimate: Some("At 1.0 requests a second a crawl takes about 1 h 20 min, and longer where links lead to more.".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::page_url::PageUrl;
    use crate::domain::site::Settings;

    fn new() -> NewSite {
        NewSite { start_url: PageUrl::parse("https://shop.example/").unwrap(), settings: Settings::default() }
    }

    fn seen(robots: u16) -> Preview {
        Preview {
            start: Some(Outcome::Status(200)),
            moved_to: None,
            robots: Some(Outcome::Status(robots)),
            is_allowed: true,
            crawl_delay: None,
            sitemaps: vec![ReadSitemap {
                url: PageUrl::parse("https://shop.example/sitemap.xml").unwrap(),
                outcome: Outcome::Status(200),
                listed: Some(600),
            }],
            urls: 600,
            is_cut: false,
        }
    }

    fn text(preview: &Preview) -> String {
        let look = told(preview, &new());
        let lines = look.lines.into_iter().map(|line| line.text);
        lines.chain(look.estimate).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_site_that_lets_us_in_tells_how_long_a_crawl_takes() {
        assert_eq!(
            text(&seen(200)),
            "robots.txt lets us in. The start page answers 200. 1 sitemap with 600 URLs. \
             At 5.0 requests a second a crawl takes about 2 min, and longer where links lead to more."
        );
        let slow = Preview { crawl_delay: Some(Duration::from_secs(10)), is_cut: true, ..seen(200) };
        assert!(text(&slow).contains("10 s between two requests"));
        assert!(
            text(&slow).contains("At 0.1 requests a second a crawl takes at least 1 h 40 min"),
            "{}",
            text(&slow)
        );
    }

    #[test]
    fn what_needs_a_decision_is_told_as_such() {
        let bad = |preview: &Preview| told(preview, &new()).lines.iter().any(|line| line.is_bad);
        assert!(!bad(&seen(200)) && !bad(&seen(404)));
        assert!(bad(&seen(502)) && text(&seen(502)).contains("crawls nothing of the host"));
        assert!(bad(&Preview { is_allowed: false, ..seen(200) }));
        assert!(bad(&Preview { start: Some(Outcome::Status(502)), ..seen(200) }));
        let www = PageUrl::parse("https://www.shop.example/").unwrap();
        assert!(
            text(&Preview { moved_to: Some(www), ..seen(200) })
                .contains("add https://www.shop.example/ instead")
        );
    }
}
