//! The subject of a summary: the verdict, before anything is opened. The worst of what goes on comes first, then what was
//! forgiven; a day on which nothing happened says so.

use std::collections::BTreeSet;

use super::group::Group;
use super::{Digest, Entry, SiteDigest};
use crate::report::wording::{count, plural};

/// The headings that can be the verdict of a subject, each by its own words.
const WORST: [Group; 4] = [Group::Persistent, Group::Prolonged, Group::Intermittent, Group::Failing];

impl Digest {
    /// `Gatecrawl: 134 URLs persistently 502 on shop.example; 2 brief outages forgiven`.
    pub fn subject(&self) -> String {
        format!("Gatecrawl: {}", self.verdict())
    }

    /// The same without our name: the first line of the mail.
    pub fn verdict(&self) -> String {
        let parts: Vec<String> =
            [self.stopped(), self.worst(), self.over(), self.forgiven()].into_iter().flatten().collect();
        if !parts.is_empty() {
            return parts.join("; ");
        }
        let seen = self.sites.iter().filter(|site| site.is_seen).count() as u64;
        match (self.sites.as_slice(), seen) {
            ([], _) => "no site is watched yet".to_owned(),
            (_, 0) => "nothing was looked at".to_owned(),
            ([site], _) => format!("all is well on {}", site.host),
            (sites, seen) if seen < sites.len() as u64 => {
                let unseen = sites.len() as u64 - seen;
                format!("all is well on {}; {} not looked at", plural(seen, "site", "sites"), count(unseen))
            }
            (_, seen) => format!("all is well on {}", plural(seen, "site", "sites")),
        }
    }

    /// Crawling stands still, because a robots.txt cannot be had.
    fn stopped(&self) -> Option<String> {
        let stopped: Vec<&SiteDigest> = self.sites.iter().filter(|site| site.robots.is_some()).collect();
        match stopped.as_slice() {
            [] => None,
            [site] => Some(format!("robots.txt of {} fails", site.host)),
            many => Some(format!("robots.txt of {} fails", plural(many.len() as u64, "site", "sites"))),
        }
    }

    fn worst(&self) -> Option<String> {
        let group = WORST.into_iter().find(|group| self.of_group(*group).next().is_some())?;
        let told: Vec<(&SiteDigest, &Entry)> = self.of_group(group).collect();
        let urls: u64 = told.iter().map(|(_, entry)| entry.urls).sum();
        let hosts: BTreeSet<&str> = told.iter().map(|(site, _)| site.host.as_str()).collect();
        let on = match hosts.iter().next() {
            Some(host) if hosts.len() == 1 => (*host).to_owned(),
            _ => plural(hosts.len() as u64, "site", "sites"),
        };
        let answers: BTreeSet<&str> = told.iter().map(|(_, entry)| entry.answer.as_str()).collect();
        let answer = match answers.iter().next() {
            Some(answer) if answers.len() == 1 => answer,
            _ => "failing",
        };
        let urls = plural(urls, "URL", "URLs");
        Some(match group {
            Group::Persistent => format!("{urls} persistently {answer} on {on}"),
            Group::Prolonged => format!("{urls} {answer} on {on}, the index is next"),
            Group::Intermittent => format!("{urls} {answer} again and again on {on}"),
            _ => format!("{urls} {answer} now on {on}, may still be forgiven"),
        })
    }

    fn over(&self) -> Option<String> {
        let over = self.of_group(Group::Recovered).count() as u64;
        (over > 0).then(|| format!("{} over", plural(over, "costly outage", "costly outages")))
    }

    fn forgiven(&self) -> Option<String> {
        let brief = self.of_group(Group::Brief).count() as u64;
        let outages = if brief == 1 { "brief outage" } else { "brief outages" };
        (brief > 0).then(|| format!("{} {outages} forgiven", count(brief)))
    }
}

#[cfg(test)]
mod tests {
    use crate::report::digest::samples;

    #[test]
    fn the_subject_carries_the_verdict() {
        assert_eq!(
            samples::bad().subject(),
            "Gatecrawl: 134 URLs persistently 502 on shop.example; 1 costly outage over; 2 brief outages forgiven"
        );
        assert_eq!(samples::quiet().subject(), "Gatecrawl: all is well on 2 sites");
        assert_eq!(samples::empty().subject(), "Gatecrawl: no site is watched yet");
    }

    #[test]
    fn several_sites_and_several_answers_are_summed_up() {
        let mut digest = samples::bad();
        let mut other = digest.sites[0].clone();
        other.host = "news.example".to_owned();
        other.entries[0].answer = "504".to_owned();
        digest.sites.push(other);
        assert!(
            digest.subject().starts_with("Gatecrawl: 268 URLs persistently failing on 2 sites;"),
            "{}",
            digest.subject()
        );
    }
}
