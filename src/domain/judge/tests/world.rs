//! A site under test: folds observations as the store would, and answers with its outages. It is not the store: nothing
//! is written, and nothing is forgotten unless a test says so.

use std::collections::HashMap;

use super::super::*;
use crate::domain::outcome::Outcome;
use crate::domain::spell::Folded;

/// A judge with the spells that it needs.
pub(in crate::domain::judge) struct World {
    pub(in crate::domain::judge) judge: SiteJudge,
    pub(in crate::domain::judge) spells: HashMap<UrlId, Spell>,
    paths: Vec<String>,
}

impl World {
    pub(in crate::domain::judge) fn new() -> Self {
        Self { judge: judge(), spells: HashMap::new(), paths: Vec::new() }
    }

    /// Looks at a path in this minute.
    pub(in crate::domain::judge) fn see(&mut self, minute: i64, path: &str, status: u16) -> &mut Self {
        self.take(path, Observation::instant(minutes(minute), Outcome::of_status(status)));
        self
    }

    pub(in crate::domain::judge) fn see_all(
        &mut self,
        minute: i64,
        paths: &[&str],
        status: u16,
    ) -> &mut Self {
        for path in paths {
            self.see(minute, path, status);
        }
        self
    }

    /// Goes round the site from this minute on, a look a second.
    pub(in crate::domain::judge) fn round(
        &mut self,
        minute: i64,
        paths: &[&str],
        mut status: impl FnMut(&str) -> u16,
    ) -> &mut Self {
        for (second, path) in (0..).zip(paths) {
            let at = minutes(minute) + TimeDelta::seconds(second);
            self.take(path, Observation::instant(at, Outcome::of_status(status(path))));
        }
        self
    }

    /// Takes in one observation; `false`: it was stale.
    pub(in crate::domain::judge) fn take(&mut self, path: &str, seen: Observation) -> bool {
        let url = self.url(path);
        let section = Section::of_path(path);
        let newest = self.spells.get(&url).copied();
        let sighting = Sighting { url, section: &section, newest: newest.as_ref(), seen };
        match self.judge.observe(&sighting) {
            Folded::Extended(spell) | Folded::Opened(spell) => self.spells.insert(url, spell),
            Folded::Stale => return false,
        };
        true
    }

    /// The URL of a path; paths are numbered as they are first seen.
    pub(in crate::domain::judge) fn url(&mut self, path: &str) -> UrlId {
        let index = self.paths.iter().position(|p| p == path).unwrap_or_else(|| {
            self.paths.push(path.to_owned());
            self.paths.len() - 1
        });
        UrlId(i64::try_from(index).unwrap())
    }

    pub(in crate::domain::judge) fn outages(&self) -> Vec<Outage> {
        self.judge.outages().map(|(_, outage)| outage).collect()
    }
}

/// A judge that has seen nothing, with the gap of the default policy.
pub(in crate::domain::judge) fn judge() -> SiteJudge {
    SiteJudge::new(Observer::gatecrawl(), Span::hours(12), None)
}

/// A site of four sections.
pub(in crate::domain::judge) const SHOP: [&str; 20] = [
    "/", "/about", "/a/1", "/a/2", "/a/3", "/a/4", "/a/5", "/a/6", "/b/1", "/b/2", "/b/3", "/b/4", "/b/5",
    "/b/6", "/c/1", "/c/2", "/c/3", "/c/4", "/c/5", "/c/6",
];

pub(in crate::domain::judge) fn minutes(minute: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::minutes(minute)
}
