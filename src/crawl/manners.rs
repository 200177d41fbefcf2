//! How a run behaves towards its site: it brings together pace, throttle, `Retry-After` and breaker, and says in one place
//! what the run may do next. What each of them means is decided in `politeness`.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use super::politeness::breaker::{self, Breaker, Down};
use super::politeness::pace::Pace;
use super::politeness::throttle::Throttle;
use super::visit::{Purpose, Visit};
use crate::domain::crawl::Crawl;
use crate::domain::outcome::Outcome;
use crate::domain::page_url::Section;
use crate::domain::policy::Policy;

/// A server that asks to be left alone for no longer than this holds up the run; a longer wait pauses it.
const LONGEST_HOLD: TimeDelta = TimeDelta::seconds(60);

/// So many of the newest fetches are searched for those that ask to be left alone ...
const NEWEST: usize = 20;

/// ... and so many of them speak for the host. A single 503 may be the maintenance of a single page.
const SPEAK_FOR_HOST: usize = 3;

/// Fewer re-checks than these say nothing of the others.
const FEW_RECHECKS: u32 = 10;

/// At this share of re-checks in vain, the others that are due are put off.
const IN_VAIN: f64 = 0.5;

/// So many failing probes of a section, and no healthy one, show that it is down. Fewer may be pages that fail by
/// themselves.
const SHOW_SECTION_DOWN: usize = 3;

/// A crawl that waits for nothing but sections that are down ends after so many tries: about twenty minutes.
const MOST_TRIES_FOR_SECTIONS: u32 = 4;

/// A run that ends with its work unfinished, because the site is not to be asked now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pause {
    /// When to try again.
    pub until: DateTime<Utc>,
    /// Why, for a reader of the crawl's result.
    pub why: String,
    /// About how many URLs are still to be fetched.
    pub left: u64,
    /// It may be tried before, when what failed is seen to be well again; not when the site asked for the time.
    pub may_hurry: bool,
}

/// What a run knows of its site's condition.
#[derive(Debug)]
pub(super) struct Manners {
    pub(super) pace: Arc<Pace>,
    throttle: Throttle,
    breaker: Breaker,
    policy: Policy,
    /// How often the crawl was tried in vain, and the seed of its waits.
    pauses: u32,
    seed: u64,
    asked_to_wait: VecDeque<bool>,
    pause: Option<(DateTime<Utc>, String)>,
    may_hurry: bool,
    held_back: u64,
    now: Option<DateTime<Utc>>,
    notes: Vec<String>,
    /// What probes came to: section, and whether it failed.
    probes: Vec<(Section, bool)>,
    rechecks: (u32, u32),
}

impl Manners {
    /// Manners for a run at this pace over a site with this policy.
    pub(super) fn new(pace: Pace, policy: Policy) -> Self {
        Self {
            policy,
            pace: Arc::new(pace),
            throttle: Throttle::default(),
            breaker: Breaker::default(),
            pauses: 0,
            seed: 0,
            asked_to_wait: VecDeque::new(),
            pause: None,
            may_hurry: true,
            held_back: 0,
            now: None,
            notes: Vec::new(),
            probes: Vec::new(),
            rechecks: (0, 0),
        }
    }

    /// Goes on where the last run of this crawl paused.
    pub(super) fn goes_on_with(&mut self, crawl: &Crawl) {
        self.pauses = crawl.pauses;
        self.seed = crawl.id.0.cast_unsigned();
    }

    /// Takes note of a visit. Returns how many times slower than usual the site is asked now.
    pub(super) fn note(&mut self, visit: &Visit, is_start: bool, now: DateTime<Utc>) -> f64 {
        let is_failing = visit.fetched.outcome.is_failing();
        let section = &visit.task.known.section;
        self.now = Some(now);
        match visit.task.purpose {
            Purpose::Crawl => {
                if let Some(down) = self.breaker.note(section, is_failing) {
                    self.break_off(&down, now);
                }
            }
            Purpose::Recheck => {
                self.rechecks.0 += 1;
                self.rechecks.1 += u32::from(is_failing);
            }
            Purpose::Sentinel => self.probes.push((section.clone(), is_failing)),
        }
        self.heed_retry_after(visit, is_start, now);
        let head = (visit.fetched.at - visit.fetched.asked_at).to_std().unwrap_or_default();
        let slowdown = self.throttle.note(head, is_failing);
        self.pace.slow_down(slowdown);
        slowdown
    }

    fn break_off(&mut self, down: &Down, now: DateTime<Utc>) {
        match down {
            Down::Site => self.pause_for_a_while(
                now,
                "nearly all of the last 20 fetches failed: the crawl paused, so as not to make it worse"
                    .to_owned(),
            ),
            Down::Section(section) => self.notes.push(format!(
                "nearly all of the last 20 fetches of section {section} failed: its other URLs were held back"
            )),
        }
    }

    fn pause_for_a_while(&mut self, now: DateTime<Utc>, why: String) {
        let wait = TimeDelta::from_std(breaker::wait(&self.policy, self.pauses, self.seed))
            .unwrap_or(TimeDelta::MAX);
        self.pause_until(now + wait, why);
    }

    fn pause_until(&mut self, until: DateTime<Utc>, why: String) {
        tracing::warn!(%until, "{why}");
        if self.pause.as_ref().is_none_or(|(before, _)| *before < until) {
            self.pause = Some((until, why));
        }
    }

    /// 429 speaks for the host, and so does a 503 of the start page, or of several pages.
    fn heed_retry_after(&mut self, visit: &Visit, is_start: bool, now: DateTime<Utc>) {
        if self.asked_to_wait.len() == NEWEST {
            self.asked_to_wait.pop_front();
        }
        self.asked_to_wait.push_back(visit.not_before.is_some());
        let Some(until) = visit.not_before.filter(|until| *until > now) else { return };
        let asked = self.asked_to_wait.iter().filter(|asked| **asked).count();
        let outcome = visit.fetched.outcome;
        if outcome != Outcome::Status(429) && !is_start && asked < SPEAK_FOR_HOST {
            return;
        }
        let wait = until - now;
        if wait <= LONGEST_HOLD {
            self.pace.hold(wait.to_std().unwrap_or_default());
        } else if visit.task.purpose == Purpose::Crawl {
            let why = format!(
                "the site answered {outcome} and asked to be left alone for {} (Retry-After): the crawl paused",
                crate::domain::span::Span::from(wait.to_std().unwrap_or_default())
            );
            self.may_hurry = false;
            self.pause_until(until, why);
        }
    }

    /// Whether the run has to end with its work unfinished.
    pub(super) fn is_paused(&self) -> bool {
        self.pause.is_some()
    }

    /// Whether a URL of this section may be asked for; if not, it is left for later.
    pub(super) fn lets_through(&mut self, section: &Section) -> bool {
        let is_held = self.breaker.holds(section);
        self.held_back += u64::from(is_held);
        !is_held
    }

    /// Whether most of what had failed is well again.
    pub(super) fn has_recovered(&self) -> bool {
        let (made, failed) = self.rechecks;
        made > 0 && failed * 2 < made
    }

    /// Whether the re-checks that are due are to be put off, because most of the last ones, of at least a few, failed again.
    /// Then the count begins anew.
    pub(super) fn puts_off_rechecks(&mut self) -> bool {
        let (made, failed) = self.rechecks;
        let are_in_vain = made >= FEW_RECHECKS && f64::from(failed) > IN_VAIN * f64::from(made);
        if are_in_vain {
            self.rechecks = (0, 0);
        }
        are_in_vain
    }

    /// Judges by the probes whether a paused crawl can go on: not while half of them fail. Sections whose probes all fail
    /// are held back.
    pub(super) fn judge_probes(&mut self, now: DateTime<Utc>) {
        let probes = std::mem::take(&mut self.probes);
        let failed = probes.iter().filter(|(_, is_failing)| *is_failing).count();
        if failed * 2 >= probes.len() && failed > 0 {
            let why = format!(
                "{failed} of {} probes failed: the crawl waits for the site to come back",
                probes.len()
            );
            return self.pause_for_a_while(now, why);
        }
        let mut sections: BTreeMap<Section, (usize, usize)> = BTreeMap::new();
        for (section, is_failing) in probes {
            let (failed, well) = sections.entry(section).or_default();
            *(if is_failing { failed } else { well }) += 1;
        }
        let is_down = |(failed, well): &(usize, usize)| *well == 0 && *failed >= SHOW_SECTION_DOWN;
        let down = sections.into_iter().filter(|(_, probes)| is_down(probes)).map(|(section, _)| section);
        self.breaker = Breaker::holding(down.collect());
    }

    /// Ends the run unfinished because robots.txt cannot be had.
    pub(super) fn pause_for_robots(&mut self, now: DateTime<Utc>, why: String) {
        self.pause_for_a_while(now, why);
    }

    /// The pause in which the run ends, if it does; `left`: how many URLs are still to be fetched.
    pub(super) fn pause(&mut self, left: u64) -> Option<Pause> {
        if let (None, true, Some(now)) = (&self.pause, self.held_back > 0, self.now) {
            let held = self.breaker.held().iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            if self.pauses >= MOST_TRIES_FOR_SECTIONS {
                let note =
                    format!("{held} did not come back: about {} of its URLs were left alone", self.held_back);
                self.notes.push(note);
                return None;
            }
            self.pause_for_a_while(now, format!("{held} failed: the rest of it was held back"));
        }
        let (until, why) = self.pause.clone()?;
        Some(Pause { until, why, left: left + self.held_back, may_hurry: self.may_hurry })
    }

    /// What a reader of the result must know.
    pub(super) fn notes(&mut self) -> Vec<String> {
        std::mem::take(&mut self.notes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn section(name: &str) -> Section {
        Section::of_path(&format!("/{name}/x"))
    }

    /// Manners of a run whose probes came to this.
    fn after(probes: &[(&str, bool)]) -> Manners {
        let mut manners = Manners::new(Pace::new(0.0, None), Policy::default());
        manners.probes = probes.iter().map(|(name, is_failing)| (section(name), *is_failing)).collect();
        manners.judge_probes(DateTime::UNIX_EPOCH);
        manners
    }

    #[tokio::test]
    async fn a_paused_crawl_waits_on_while_half_of_its_probes_fail() {
        assert!(after(&[("a", true), ("b", false)]).is_paused());
        assert!(!after(&[("a", true), ("b", false), ("c", false)]).is_paused());
        assert!(!after(&[]).is_paused(), "where there is nothing to probe there is nothing to wait for");
    }

    #[tokio::test]
    async fn it_goes_on_without_the_sections_that_are_down() {
        let well = [("a", false), ("a", false), ("b", false), ("b", false), ("b", false), ("c", true)];
        let mut manners = after(&[&well[..], &[("shop", true), ("shop", true), ("shop", true)]].concat());
        assert!(!manners.lets_through(&section("shop")));
        assert!(manners.lets_through(&section("c")), "one page that fails is no section that is down");
    }

    #[tokio::test]
    async fn a_crawl_that_waits_for_sections_alone_ends_after_some_tries() {
        let tried = |pauses| {
            let mut manners = after(&[]);
            manners.breaker = Breaker::holding([section("shop")].into());
            manners.pauses = pauses;
            manners.now = Some(DateTime::UNIX_EPOCH);
            assert!(!manners.lets_through(&section("shop")));
            (manners.pause(0).map(|pause| pause.left), manners.notes().concat())
        };
        assert_eq!(tried(0), (Some(1), String::new()));
        let (pause, note) = tried(MOST_TRIES_FOR_SECTIONS);
        assert_eq!(pause, None);
        assert!(note.contains("/shop/* did not come back"), "{note}");
    }
}
