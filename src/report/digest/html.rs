//! A summary as an HTML mail. Mail readers know tables and inlined styles; what they know of dark colours stands in the head,
//! and those that ignore it show the light ones. There is no script, no remote picture and no web font in it.

use askama::Template;

use super::group::Group;
use super::text::{capital, more};
use super::{Digest, Entry, SiteDigest};
use crate::chart::png::{self, Picture};
use crate::report::wording::instant;

/// So many entries stand under one heading; the dashboard has the others.
pub const MOST_A_GROUP: usize = 12;

/// The content id of the chart.
pub const CHART_CID: &str = "chart.gatecrawl";

/// The letters of a mail's text, where the reader has them.
pub const SANS: &str = "font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif";

/// So wide the chart is shown, in CSS pixels; it is drawn twice as wide, for screens that are dense.
const CHART_WIDTH: u32 = 552;

#[derive(Template)]
#[template(path = "email/digest.html")]
struct Page<'a> {
    digest: &'a Digest,
    headline: String,
    groups: Vec<Told<'a>>,
    sites: Vec<Standing<'a>>,
    chart: Option<&'a str>,
    /// Where the chart is: a part of the mail, or the picture itself.
    chart_src: &'a str,
    unsubscribe: Option<&'a str>,
}

/// What stands under one heading.
struct Told<'a> {
    group: Group,
    colour: (&'static str, &'static str),
    entries: Vec<(&'a SiteDigest, &'a Entry)>,
    more: Option<String>,
}

/// How a site stands.
struct Standing<'a> {
    site: &'a SiteDigest,
    lines: Vec<String>,
}

/// Where a mail is read, which decides where its picture is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// In a mail, with the picture as a part of it.
    InMail,
    /// In a file, with the picture inside.
    InFile,
}

impl Digest {
    /// The page, with [`Self::picture`]. `unsubscribe`: where a reader says that they want no more.
    pub fn html(&self, picture: Option<&Picture>, shown: Shown, unsubscribe: Option<&str>) -> String {
        let chart_src = match (shown, picture) {
            (Shown::InFile, Some(picture)) => picture.data_url(),
            _ => format!("cid:{CHART_CID}"),
        };
        let alt = self.chart.as_ref().map(|chart| format!("{}. {}", chart.title, chart.description));
        let page = Page {
            digest: self,
            headline: capital(&self.verdict()),
            groups: Group::ALL.into_iter().filter_map(|group| self.told(group)).collect(),
            sites: self.sites.iter().map(|site| self.standing(site)).collect(),
            chart: alt.as_deref().filter(|_| picture.is_some()),
            chart_src: &chart_src,
            unsubscribe,
        };
        // Writing into a string cannot fail; were it to, the text part says the same.
        page.render().unwrap_or_default()
    }

    /// The chart as a picture; `None`: nothing failed.
    pub fn picture(&self) -> Option<Picture> {
        png::of(&self.chart.as_ref()?.draw().narrow, CHART_WIDTH * 2)
    }

    /// The time that it is about: `Fri 27 Nov, 07:00 CET to Sat 28 Nov, 07:00 CET`.
    pub fn span(&self) -> String {
        let shown = |at| instant(at, self.zone, self.to);
        format!("{} to {}", shown(self.from), shown(self.to))
    }

    fn told(&self, group: Group) -> Option<Told<'_>> {
        let all: Vec<(&SiteDigest, &Entry)> = self.of_group(group).collect();
        let more = more(all.len());
        let entries: Vec<_> = all.into_iter().take(MOST_A_GROUP).collect();
        let colour = png::colours(group.tone());
        (!entries.is_empty()).then_some(Told { group, colour, entries, more })
    }

    fn standing<'a>(&self, site: &'a SiteDigest) -> Standing<'a> {
        Standing { site, lines: site.lines(self.cadence.period()) }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;
    use crate::report::digest::samples;

    fn all() -> [(&'static str, Digest); 3] {
        [
            ("digest-bad", samples::bad()),
            ("digest-quiet", samples::quiet()),
            ("digest-empty", samples::empty()),
        ]
    }

    #[test]
    fn the_text_says_all_that_the_page_says() {
        for (name, digest) in all().into_iter().take(2) {
            let page =
                scraper::Html::parse_document(&digest.html(digest.picture().as_ref(), Shown::InMail, None));
            let text = digest.text();
            for (_, entry) in digest.entries() {
                for said in entry.lines.iter().chain([&entry.sentence]) {
                    assert!(text.contains(said.as_str()), "{name}: {said}");
                }
            }
            let shown: String = page.root_element().text().collect();
            for line in
                text.lines().map(|line| line.trim_start_matches(['*', ' '])).filter(|line| !line.is_empty())
            {
                let line = line.strip_prefix("URLs failing, last 7 days: ").unwrap_or(line);
                let is_address = line.starts_with("https://") || line.starts_with("Dashboard:");
                let is_heading = line == line.to_uppercase();
                assert!(is_address || is_heading || shown.contains(line), "{name}: {line}");
            }
        }
    }

    #[test]
    fn what_others_wrote_is_text_and_every_picture_has_words() {
        let html = samples::bad().html(
            samples::bad().picture().as_ref(),
            Shown::InMail,
            Some("https://watch.example/unsubscribe/s1.x"),
        );
        assert!(!html.contains("<b>help") && html.contains("&#60;b&#62;help"));
        let page = scraper::Html::parse_document(&html);
        let images: Vec<_> = page.select(&scraper::Selector::parse("img").unwrap()).collect();
        assert_eq!(images.len(), 1);
        assert_eq!(images[0].attr("src"), Some("cid:chart.gatecrawl"));
        assert!(images[0].attr("alt").unwrap().contains("at the end 134 did"));
        assert!(html.contains("Stop these mails"));
        assert!(!html.contains("<script") && !html.contains("http://"), "nothing is loaded from elsewhere");
    }

    #[test]
    fn a_mail_is_small_enough_to_be_shown_whole() {
        /// Gmail cuts a message off after about this many bytes. Reported by many, documented nowhere.
        const CUT_OFF: usize = 102_000;
        let mut digest = samples::bad();
        let many = vec![digest.sites[0].entries[0].clone(); 400];
        digest.sites[0].entries = many;
        let html = digest.html(digest.picture().as_ref(), Shown::InMail, None);
        assert!(html.len() < CUT_OFF, "{}", html.len());
        assert!(html.contains("And 388 more."));
    }

    #[test]
    fn the_mails_can_be_looked_at() {
        let Some(folder) = std::env::var_os("GATECRAWL_GALLERY") else { return };
        fs::create_dir_all(&folder).unwrap();
        for (name, digest) in all() {
            let file = Path::new(&folder).join(name).with_extension("html");
            fs::write(
                file,
                digest.html(
                    digest.picture().as_ref(),
                    Shown::InFile,
                    Some("https://watch.example/unsubscribe/s1.x"),
                ),
            )
            .unwrap();
        }
    }
}
