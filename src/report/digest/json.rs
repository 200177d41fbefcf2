//! A summary as JSON: `gatecrawl report --format json`, and the body of a webhook. Others rely on it, so a field is added,
//! never renamed.

use serde::Serialize;

use super::{Digest, Efficiency, Entry, SiteDigest};
use crate::report::json::{OutageJson, rfc3339, share};

/// The shape.
#[derive(Debug, Serialize)]
pub struct DigestJson<'a> {
    schema: u8,
    event: &'static str,
    cadence: &'static str,
    from: String,
    to: String,
    subject: String,
    quiet: bool,
    notice: Option<&'a str>,
    sites: Vec<SiteJson<'a>>,
}

#[derive(Debug, Serialize)]
struct SiteJson<'a> {
    site: &'a str,
    known_urls: u64,
    failing_urls: u64,
    robots: Option<&'a str>,
    single_failures: u64,
    efficiency: EfficiencyJson,
    entries: Vec<EntryJson<'a>>,
}

#[derive(Debug, Serialize)]
struct EfficiencyJson {
    failing_url_share: Option<f64>,
    failing_url_share_7d: Option<f64>,
    fetches: u64,
    wasted_fetches: u64,
    wasted_seconds: f64,
    wasted_fetch_share_7d: f64,
}

#[derive(Debug, Serialize)]
struct EntryJson<'a> {
    group: &'static str,
    text: &'a str,
    url_count: u64,
    link: Option<String>,
    outage: Option<&'a OutageJson>,
}

impl Digest {
    /// The shape of it.
    pub fn json(&self) -> DigestJson<'_> {
        DigestJson {
            schema: 1,
            event: "summary",
            cadence: self.cadence.word(),
            from: rfc3339(self.from),
            to: rfc3339(self.to),
            subject: self.subject(),
            quiet: self.is_quiet(),
            notice: self.notice.as_deref(),
            sites: self.sites.iter().map(|site| self.site_json(site)).collect(),
        }
    }

    fn site_json<'a>(&self, site: &'a SiteDigest) -> SiteJson<'a> {
        SiteJson {
            site: &site.origin,
            known_urls: site.known_urls,
            failing_urls: site.failing_urls,
            robots: site.robots.as_deref(),
            single_failures: site.transient,
            efficiency: efficiency(&site.efficiency),
            entries: site.entries.iter().map(|entry| self.entry_json(entry)).collect(),
        }
    }

    fn entry_json<'a>(&self, entry: &'a Entry) -> EntryJson<'a> {
        EntryJson {
            group: entry.group.word(),
            text: &entry.sentence,
            url_count: entry.urls,
            link: entry.outage.map(|id| format!("{}/outages/{id}", self.base)),
            outage: entry.json.as_deref(),
        }
    }
}

fn efficiency(told: &Efficiency) -> EfficiencyJson {
    let rounded = |share: f64| (share * 10_000.0).round() / 10_000.0;
    EfficiencyJson {
        failing_url_share: told.failing_share.map(rounded),
        failing_url_share_7d: told.failing_share_before.map(rounded),
        fetches: told.effort.fetches,
        wasted_fetches: told.effort.wasted_fetches,
        wasted_seconds: rounded(told.effort.wasted_time.as_secs_f64()),
        wasted_fetch_share_7d: share(told.effort_before.wasted_fetches, told.effort_before.fetches),
    }
}
