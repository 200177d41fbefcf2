//! The circuit breaker: tells from the newest fetches of a crawl whether the site, or one section of it, has gone down, so
//! that no more of it is asked for. Going on would only add load and errors.
//!
//! A section that is down is held back alone, and the crawl goes on elsewhere: that the shop is down must not keep the
//! help pages from being looked at. When failures come from all over, the whole site is down, and the crawl pauses.
//!
//! It does not know the time; when to try again is said by [`wait`].

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::time::Duration;

use crate::domain::jitter::jitter;
use crate::domain::page_url::Section;
use crate::domain::policy::Policy;
use crate::domain::span::Span;

/// How many of the newest fetches are looked at.
const WINDOW: usize = 20;

/// How many of them must have failed. Fewer are faults of single pages; so many in a row are none.
const FAILURES: usize = 18;

/// So many failures in other sections than the one that fails most show that it is not that section's fault alone.
const ELSEWHERE: usize = 3;

/// How many sections are watched one by one; those found later share the site's window only.
const MOST_SECTIONS: usize = 1000;

/// A paused crawl looks at least this often whether the site is back.
const LONGEST_WAIT: Span = Span::minutes(15);

/// What has gone down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Down {
    /// The site.
    Site,
    /// One section of it.
    Section(Section),
}

/// The newest fetches, and what is held back because of them.
#[derive(Debug, Default)]
pub struct Breaker {
    site: VecDeque<(Section, bool)>,
    sections: HashMap<Section, VecDeque<bool>>,
    held: BTreeSet<Section>,
}

impl Breaker {
    /// A breaker that holds these sections back from the start, because they were just seen to be down.
    pub fn holding(held: BTreeSet<Section>) -> Self {
        Self { held, ..Self::default() }
    }

    /// Takes note of a fetch of this section; returns what it shows to be down, once.
    pub fn note(&mut self, section: &Section, is_failing: bool) -> Option<Down> {
        if self.held.contains(section) {
            return None;
        }
        push(&mut self.site, (section.clone(), is_failing));
        if self.sections.contains_key(section) || self.sections.len() < MOST_SECTIONS {
            push(self.sections.entry(section.clone()).or_default(), is_failing);
        }
        if is_failing { self.judge(section) } else { None }
    }

    /// Whether URLs of this section are not to be asked for.
    pub fn holds(&self, section: &Section) -> bool {
        self.held.contains(section)
    }

    /// What is held back.
    pub fn held(&self) -> &BTreeSet<Section> {
        &self.held
    }

    fn judge(&mut self, section: &Section) -> Option<Down> {
        let site_fails = is_down(self.site.iter().map(|(_, is_failing)| *is_failing));
        let elsewhere = self.site.iter().filter(|(of, is_failing)| *is_failing && of != section).count();
        if site_fails && elsewhere >= ELSEWHERE {
            return Some(Down::Site);
        }
        let section_fails = self.sections.get(section).is_some_and(|window| is_down(window.iter().copied()));
        if !section_fails {
            return None;
        }
        // What one section did says nothing of the others: they get a fair look.
        self.site.retain(|(of, _)| of != section);
        self.held.insert(section.clone());
        Some(Down::Section(section.clone()))
    }
}

/// How long a crawl that was paused so many times before waits until it looks whether its site is back: by the ladder by
/// which single failing URLs are looked at again, a quarter more or less, so that crawls of many sites behind one gateway
/// do not come back together. The same `seed` and number give the same wait.
pub fn wait(policy: &Policy, pauses: u32, seed: u64) -> Duration {
    let rung = policy.recheck_wait(usize::try_from(pauses).unwrap_or(usize::MAX)).min(LONGEST_WAIT);
    rung.duration().mul_f64(jitter(seed.rotate_left(32).wrapping_add(u64::from(pauses))))
}

fn push<T>(window: &mut VecDeque<T>, fetch: T) {
    if window.len() == WINDOW {
        window.pop_front();
    }
    window.push_back(fetch);
}

fn is_down(newest: impl Iterator<Item = bool>) -> bool {
    newest.filter(|is_failing| *is_failing).count() >= FAILURES
}

#[cfg(test)]
mod tests {
    use super::*;

    fn section(name: &str) -> Section {
        Section::of_path(&format!("/{name}/x"))
    }

    /// Fetches of these sections in turn; what is told and after how many.
    fn told(
        breaker: &mut Breaker,
        sections: &[&str],
        fetches: usize,
        is_failing: bool,
    ) -> Vec<(usize, Down)> {
        let names = sections.iter().cycle().take(fetches);
        let note = |(n, name): (usize, &&str)| Some((n + 1, breaker.note(&section(name), is_failing)?));
        names.enumerate().filter_map(note).collect()
    }

    #[test]
    fn failures_from_all_over_show_that_the_site_is_down() {
        let mut breaker = Breaker::default();
        told(&mut breaker, &["a", "b", "c"], 100, false);
        let down = told(&mut breaker, &["a", "b", "c"], 18, true);
        assert_eq!(down, [(18, Down::Site)]);
    }

    #[test]
    fn a_section_that_is_down_is_held_back_alone() {
        let mut breaker = Breaker::default();
        told(&mut breaker, &["shop", "help"], 40, false);
        let mut down = Vec::new();
        for _ in 0..30 {
            down.extend(breaker.note(&section("shop"), true));
            assert_eq!(breaker.note(&section("help"), false), None);
        }
        assert_eq!(down, [Down::Section(section("shop"))]);
        assert!(breaker.holds(&section("shop")) && !breaker.holds(&section("help")));
    }

    #[test]
    fn the_site_is_down_when_another_section_fails_behind_the_one_that_is_held_back() {
        let mut breaker = Breaker::default();
        assert_eq!(told(&mut breaker, &["shop"], 20, true), [(18, Down::Section(section("shop")))]);
        let down = told(&mut breaker, &["a", "b"], 20, true);
        assert_eq!(down.first(), Some(&(18, Down::Site)));
    }

    #[test]
    fn single_pages_that_fail_are_no_outage() {
        let mut breaker = Breaker::default();
        for _ in 0..50 {
            assert_eq!(told(&mut breaker, &["a", "b"], 16, true), []);
            assert_eq!(told(&mut breaker, &["a", "b"], 4, false), []);
        }
    }

    #[test]
    fn waits_grow_to_a_quarter_of_an_hour_and_differ_from_site_to_site() {
        let wait = |pauses, seed| wait(&Policy::default(), pauses, seed).as_secs();
        for seed in 0..50 {
            assert!((22..=38).contains(&wait(0, seed)));
            assert!((90..=150).contains(&wait(1, seed)));
            assert!((675..=1125).contains(&wait(5, seed)) && (675..=1125).contains(&wait(4000, seed)));
        }
        assert_ne!(wait(1, 1), wait(1, 2));
    }
}
