//! How well predictions fit the truth. A predicted outage fits a true one when their URL sets have a Jaccard index of one
//! half or more and their spans overlap by half of the shorter; each fits one at most, the best fit first.

use std::collections::HashSet;

use chrono::{DateTime, TimeDelta, Utc};
use gatecrawl::domain::bounds::Bounds;
use gatecrawl::domain::policy::Policy;
use gatecrawl::domain::verdict::{Certainty, Verdict, by_duration};

use super::truth::Truth;

/// One outage as some rule sees it.
#[derive(Debug, Clone)]
pub struct Prediction {
    pub urls: HashSet<usize>,
    pub bounds: Bounds,
    pub ongoing: bool,
    pub verdict: Verdict,
    pub certainty: Certainty,
}

/// Sums over many cases.
#[derive(Debug, Clone, Default)]
pub struct Score {
    pub truths: usize,
    pub predictions: usize,
    pub fitting: usize,
    pub right: usize,
    /// The true duration lies between the verdict and the worst that the certainty allows.
    pub allowed: usize,
    pub instants: usize,
    pub covered: usize,
    pub width: f64,
    pub best_width: f64,
    pub ratios: Vec<f64>,
    pub false_persistent: usize,
}

impl Score {
    pub fn add(&mut self, other: &Self) {
        self.truths += other.truths;
        self.predictions += other.predictions;
        self.fitting += other.fitting;
        self.right += other.right;
        self.allowed += other.allowed;
        self.instants += other.instants;
        self.covered += other.covered;
        self.width += other.width;
        self.best_width += other.best_width;
        self.ratios.extend(&other.ratios);
        self.false_persistent += other.false_persistent;
    }

    /// What it adds up to. `None`: there was nothing to measure.
    pub fn measures(&self) -> [Option<f64>; 6] {
        let mut ratios = self.ratios.clone();
        ratios.sort_by(f64::total_cmp);
        [
            ratio(2 * self.fitting, self.predictions + self.truths),
            ratio(self.right, self.fitting),
            ratio(self.allowed, self.fitting),
            ratio(self.covered, self.instants),
            (self.best_width > 0.0).then(|| self.width / self.best_width),
            ratios.get(ratios.len() / 2).copied(),
        ]
    }
}

fn ratio(part: usize, whole: usize) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

/// The verdict that the looks allow a perfect judge.
pub fn true_verdict(truth: &Truth, policy: &Policy) -> Verdict {
    if truth.passed {
        return Verdict::Transient;
    }
    match by_duration(truth.seen_for, policy) {
        Verdict::Persistent if truth.share < 1.0 => Verdict::Intermittent,
        verdict => verdict,
    }
}

pub fn score(truths: &[Truth], predictions: &[Prediction], now: DateTime<Utc>, verbose: bool) -> Score {
    let policy = Policy::default();
    let mut score = Score { truths: truths.len(), predictions: predictions.len(), ..Score::default() };
    let pairs = fit(truths, predictions);
    for (truth, prediction) in &pairs {
        let (truth, prediction) = (&truths[*truth], &predictions[*prediction]);
        let verdict = true_verdict(truth, &policy);
        score.fitting += 1;
        score.right += usize::from(prediction.verdict == verdict);
        score.allowed += usize::from(is_allowed(truth, prediction, now, &policy));
        let bad = score.bound(truth, prediction);
        if verbose && (prediction.verdict != verdict || bad) {
            println!(
                "FITS, BUT {verdict} told {}\n  {}\n  {}",
                prediction.verdict,
                told(truth),
                shown(prediction)
            );
        }
    }
    let hit: HashSet<usize> = pairs.iter().map(|(_, prediction)| *prediction).collect();
    let found: HashSet<usize> = pairs.iter().map(|(truth, _)| *truth).collect();
    let any_persistent = |prediction: &Prediction| {
        truths.iter().any(|truth| {
            true_verdict(truth, &policy) == Verdict::Persistent && !truth.urls.is_disjoint(&prediction.urls)
        })
    };
    score.false_persistent =
        predictions.iter().filter(|p| p.verdict == Verdict::Persistent && !any_persistent(p)).count();
    if verbose {
        for (_, truth) in truths.iter().enumerate().filter(|(n, _)| !found.contains(n)) {
            println!("MISSED {}", told(truth));
        }
        for (_, prediction) in predictions.iter().enumerate().filter(|(n, _)| !hit.contains(n)) {
            println!("STRANGE {}", shown(prediction));
        }
    }
    score
}

fn told(truth: &Truth) -> String {
    format!(
        "truth: {} URLs, seen {} .. {}, began {} ended {:?}, best {:?} .. {:?}",
        truth.urls.len(),
        clock(truth.first_failing),
        clock(truth.last_failing),
        clock(truth.began),
        truth.ended.map(clock),
        truth.healthy_before.map(clock),
        truth.healthy_after.map(clock)
    )
}

fn shown(prediction: &Prediction) -> String {
    let b = &prediction.bounds;
    format!(
        "told: {} URLs, {:?} < {} .. {} < {:?}, {} {:?}",
        prediction.urls.len(),
        b.healthy_before.map(clock),
        clock(b.first_failing),
        clock(b.last_failing),
        b.healthy_after.map(clock),
        prediction.verdict,
        prediction.certainty
    )
}

fn clock(at: DateTime<Utc>) -> String {
    at.format("%d %H:%M:%S").to_string()
}

fn is_allowed(truth: &Truth, prediction: &Prediction, now: DateTime<Utc>, policy: &Policy) -> bool {
    let real = match by_duration(truth.ended.unwrap_or(now) - truth.began, policy) {
        Verdict::Persistent if truth.share < 1.0 => Verdict::Intermittent,
        verdict => verdict,
    };
    let worst = match prediction.certainty {
        Certainty::Certain => prediction.verdict.max(Verdict::Brief),
        Certainty::UpTo(worst) => worst,
    };
    prediction.verdict <= real && real <= worst
}

impl Score {
    /// Adds how the bounds of a fitting prediction hold; `true`: they do not, or are twice as wide as they could be.
    fn bound(&mut self, truth: &Truth, prediction: &Prediction) -> bool {
        let bounds = &prediction.bounds;
        let start = bounds.healthy_before.is_none_or(|before| before <= truth.began)
            && truth.began <= bounds.first_failing;
        let end = match (truth.ended, prediction.ongoing) {
            (None, ongoing) => ongoing,
            (Some(ended), true) => bounds.last_failing <= ended,
            (Some(ended), false) => {
                bounds.last_failing <= ended && bounds.healthy_after.is_none_or(|after| ended <= after)
            }
        };
        self.instants += 2;
        self.covered += usize::from(start) + usize::from(end);
        let sides = [
            (
                bounds.healthy_before.map(|b| bounds.first_failing - b),
                truth.healthy_before.map(|b| truth.first_failing - b),
            ),
            (
                bounds.healthy_after.map(|a| a - bounds.last_failing),
                truth.healthy_after.map(|a| a - truth.last_failing),
            ),
        ];
        let mut is_wide = false;
        for (ours, best) in sides {
            let (Some(ours), Some(best)) = (ours, best) else { continue };
            let (ours, best) = (seconds(ours), seconds(best));
            is_wide |= ours > 2.0 * best;
            self.width += ours;
            self.best_width += best;
            if best > 0.0 {
                self.ratios.push(ours / best);
            }
        }
        !start || !end || is_wide
    }
}

fn seconds(length: TimeDelta) -> f64 {
    length.num_milliseconds() as f64 / 1000.0
}

/// Pairs of truth and prediction that fit, the best first.
fn fit(truths: &[Truth], predictions: &[Prediction]) -> Vec<(usize, usize)> {
    let mut fits = Vec::new();
    for (t, truth) in truths.iter().enumerate() {
        for (p, prediction) in predictions.iter().enumerate() {
            if !overlaps(truth, prediction) {
                continue;
            }
            let jaccard = jaccard(&truth.urls, &prediction.urls);
            if jaccard >= 0.5 {
                fits.push((jaccard, t, p));
            }
        }
    }
    fits.sort_by(|a, b| b.0.total_cmp(&a.0));
    let (mut truths, mut predictions, mut pairs) = (HashSet::new(), HashSet::new(), Vec::new());
    for (_, t, p) in fits {
        if !truths.contains(&t) && !predictions.contains(&p) {
            truths.insert(t);
            predictions.insert(p);
            pairs.push((t, p));
        }
    }
    pairs
}

fn jaccard(one: &HashSet<usize>, other: &HashSet<usize>) -> f64 {
    let (small, large) = if one.len() < other.len() { (one, other) } else { (other, one) };
    let common = small.iter().filter(|url| large.contains(url)).count();
    ratio(common, one.len() + other.len() - common).unwrap_or_default()
}

/// A span of one instant counts a second.
fn overlaps(truth: &Truth, prediction: &Prediction) -> bool {
    let second = TimeDelta::seconds(1);
    let (a, b) = (
        (truth.first_failing, truth.last_failing + second),
        (prediction.bounds.first_failing, prediction.bounds.last_failing + second),
    );
    let common = a.1.min(b.1) - a.0.max(b.0);
    common * 2 >= (a.1 - a.0).min(b.1 - b.0) && common > TimeDelta::zero()
}
