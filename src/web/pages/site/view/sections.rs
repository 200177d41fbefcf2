//! Which path templates of a site hurt: how many of their URLs fail now, and what became of them in the last 90 days.
//!
//! It is read off the outages, which know their sections, and not off the URLs: a site has a million of those.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use chrono::TimeDelta;

use crate::chart::tone::Tone;
use crate::domain::outage::Scope;
use crate::domain::page_url::Section;
use crate::domain::verdict::Verdict;
use crate::report::wording::{count, length, plural};
use crate::web::listing;
use crate::web::status::{DAYS, Judged, Status};
use crate::web::wording::unbroken;

/// So many are shown; those that hurt most.
const SHOWN: usize = 12;

/// The table.
#[derive(Debug, Clone)]
pub(crate) struct Sections {
    pub(crate) rows: Vec<SectionRow>,
    /// Said when there are more.
    pub(crate) more: Option<String>,
    pub(crate) days: u32,
}

/// One path template.
#[derive(Debug, Clone)]
pub(crate) struct SectionRow {
    pub(crate) template: String,
    /// Its URLs.
    pub(crate) href: String,
    /// How it stands now.
    pub(crate) tone: Tone,
    pub(crate) failing: String,
    pub(crate) is_failing: bool,
    /// What they came to, worst first.
    pub(crate) tallies: Vec<(Tone, String)>,
    pub(crate) longest: String,
}

#[derive(Debug, Default)]
struct Tally {
    now: Option<Verdict>,
    failing: u64,
    by_verdict: BTreeMap<Reverse<Verdict>, u64>,
    longest: TimeDelta,
}

/// `None`: nothing failed.
pub(super) fn told(status: &Status) -> Option<Sections> {
    let mut tallies: BTreeMap<Section, Tally> = BTreeMap::new();
    for judged in status.outages.iter().filter(|o| o.judgement.verdict != Verdict::Transient) {
        for (section, urls) in of(status, judged) {
            tallies.entry(section).or_default().add(judged, urls);
        }
    }
    let mut tallies: Vec<(Section, Tally)> = tallies.into_iter().collect();
    tallies.sort_by_key(|(_, tally)| Reverse((tally.now, tally.failing, tally.worst(), tally.longest)));
    let more = tallies.len().saturating_sub(SHOWN) as u64;
    let rows: Vec<SectionRow> =
        tallies.into_iter().take(SHOWN).map(|(section, tally)| tally.row(status, &section)).collect();
    (!rows.is_empty()).then(|| Sections {
        rows,
        more: (more > 0)
            .then(|| format!("{} with less to tell.", plural(more, "other template", "other templates"))),
        days: DAYS,
    })
}

/// The sections of an outage, and how many of their URLs failed in it.
fn of(status: &Status, judged: &Judged) -> Vec<(Section, u64)> {
    if !judged.extent.sections.is_empty() {
        return judged.extent.sections.clone();
    }
    let urls = judged.outage.url_count;
    match &judged.outage.scope {
        Scope::Section(section) => vec![(section.clone(), urls)],
        Scope::Url => {
            let url = status.site.origin.url(&judged.path).ok();
            url.map(|url| (url.section(), urls)).into_iter().collect()
        }
        Scope::Site => Vec::new(),
    }
}

impl Tally {
    fn add(&mut self, judged: &Judged, urls: u64) {
        if judged.is_ongoing() {
            self.now = self.now.max(Some(judged.judgement.verdict));
            self.failing += urls;
        }
        *self.by_verdict.entry(Reverse(judged.judgement.verdict)).or_default() += 1;
        self.longest = self.longest.max(judged.outage.bounds.shortest());
    }

    fn worst(&self) -> Option<Verdict> {
        self.by_verdict.keys().next().map(|Reverse(verdict)| *verdict)
    }

    fn row(&self, status: &Status, section: &Section) -> SectionRow {
        SectionRow {
            template: section.as_str().to_owned(),
            href: listing::href(&format!("/sites/{}/urls", status.site.id), &[("section", section.as_str())]),
            tone: self.now.map_or(Tone::Healthy, Tone::Failing),
            failing: count(self.failing),
            is_failing: self.failing > 0,
            tallies: self
                .by_verdict
                .iter()
                .map(|(Reverse(verdict), n)| (Tone::Failing(*verdict), count(*n)))
                .collect(),
            longest: unbroken(&length(self.longest)),
        }
    }
}
