//! What is true of a case, and what a perfect judge could know of it from the looks: one who knows of each failing look
//! which fault made it fail, which URLs a fault hits, and with which odds, but has only the looks for its begin and end.
//!
//! The best possible bounds, against which told ones are measured:
//!
//! - A fault that fails every fetch of its URLs is bounded by the newest healthy look at any of them before its first
//!   failure and the first one after its last. A look that failed by a later fault is as good as a healthy one; one at the
//!   same told instant is none, because nobody can know which came first.
//! - When URLs are reached one by one, or recover one by one, only those that are reached first, and that recover last,
//!   bound the whole. URLs that nobody saw failing do not count.
//! - Of a fault by which each fetch fails with a probability p below 1, no look proves that it is absent, so there are no
//!   bounds that always hold, and the narrowest ones, between neighbouring looks, are wrong with probability 1 - p each.
//!   "Best" makes sense only together with how often a bound may be wrong: here [`RISK`], which is what the target for
//!   coverage leaves. The best bound is then the n-th healthy look away, with the least n for which (1 - p)^n is not above
//!   the risk. A judge must guess p from a dozen looks, so that he cannot quite reach it; and a told bound that is tighter
//!   than the best is luck, or a risk that he should not take, which coverage then shows.

use std::collections::HashSet;

use chrono::{DateTime, TimeDelta, Utc};

use super::world::{Fault, Look, World};

/// How often a bound may be wrong: the target is that 98 of 100 hold.
const RISK: f64 = 0.02;

/// What a perfect judge could know of a fault.
#[derive(Debug, Clone)]
pub struct Truth {
    pub urls: HashSet<usize>,
    pub first_failing: DateTime<Utc>,
    pub last_failing: DateTime<Utc>,
    /// The true begin and end; no end: it goes on.
    pub began: DateTime<Utc>,
    pub ended: Option<DateTime<Utc>>,
    /// The tightest bounds that the looks allow.
    pub healthy_before: Option<DateTime<Utc>>,
    pub healthy_after: Option<DateTime<Utc>>,
    /// The time that it was seen to last, without silences.
    pub seen_for: TimeDelta,
    /// It failed once, and was healthy when it was looked at a little later.
    pub passed: bool,
    pub share: f64,
}

/// The looks that a fault made fail: the first and the last, by their number.
#[derive(Debug, Clone, Copy)]
struct Seen {
    first: usize,
    last: usize,
}

/// The truth of each fault that was seen at all.
pub fn truths(world: &World, looks: &[Look], faults: &[Fault]) -> Vec<Truth> {
    let mut found: Vec<Option<(Truth, Seen)>> = vec![None; faults.len()];
    let max_gap = world.max_gap().delta();
    for (place, look) in looks.iter().enumerate() {
        let Some(number) = look.fault else { continue };
        let at = look.seen.at;
        let (truth, seen) = found[number]
            .get_or_insert_with(|| (unbounded(at, faults[number].share), Seen { first: place, last: place }));
        let step = at - truth.last_failing;
        if step <= max_gap {
            truth.seen_for += step;
        }
        truth.urls.insert(look.url);
        (truth.last_failing, seen.last) = (at, place);
    }
    let mut truths = Vec::new();
    for (number, found) in found.into_iter().enumerate() {
        if let Some((mut truth, seen)) = found {
            bound(&mut truth, seen, number, &faults[number], world, looks);
            truth.passed = passed(&truth, looks);
            truths.push(truth);
        }
    }
    truths
}

fn unbounded(at: DateTime<Utc>, share: f64) -> Truth {
    Truth {
        urls: HashSet::new(),
        first_failing: at,
        last_failing: at,
        began: at,
        ended: None,
        healthy_before: None,
        healthy_after: None,
        seen_for: TimeDelta::zero(),
        passed: false,
        share,
    }
}

fn bound(truth: &mut Truth, seen: Seen, number: usize, fault: &Fault, world: &World, looks: &[Look]) {
    let from = |url: &usize| *fault.late.get(url).unwrap_or(&fault.from);
    let begin = truth.urls.iter().map(from).min().unwrap_or_default();
    let end = truth.urls.iter().map(|url| fault.urls[url]).max().unwrap_or_default();
    truth.began = world.instant(begin * 1000);
    truth.ended = (end <= world.lasts).then(|| world.instant(end * 1000));
    let is_without_it =
        |look: &&Look| !look.seen.outcome.is_failing() || look.fault.is_some_and(|other| other > number);
    let is_first = |look: &&Look| fault.urls.contains_key(&look.url) && from(&look.url) == begin;
    // When each URL has its own end, nobody can know of those that nobody saw failing.
    let rolls = fault.urls.values().any(|other| *other != end);
    let is_last =
        |look: &&Look| fault.urls.get(&look.url) == Some(&end) && (!rolls || truth.urls.contains(&look.url));
    let step = looks_for(fault.share) - 1;
    let step_after = if fault.worse_from.is_some() { 0 } else { step };
    let is_before = |look: &&Look| look.seen.at < truth.first_failing;
    let is_after = |look: &&Look| look.seen.at > truth.last_failing;
    let before = looks[..seen.first].iter().rev().filter(is_first).filter(is_without_it);
    let after = looks[seen.last + 1..].iter().filter(is_last).filter(is_without_it);
    let healthy_before = before.filter(is_before).nth(step).map(|look| look.seen.at);
    let healthy_after = after.filter(is_after).nth(step_after).map(|look| look.seen.at);
    (truth.healthy_before, truth.healthy_after) = (healthy_before, healthy_after);
}

/// How many healthy looks in a row come about too seldom when this share of the looks fails.
fn looks_for(share: f64) -> usize {
    if share < 1.0 { (RISK.ln() / (1.0 - share).ln()).ceil() as usize } else { 1 }
}

fn passed(truth: &Truth, looks: &[Look]) -> bool {
    let single = truth.urls.len() == 1 && truth.first_failing == truth.last_failing;
    let next =
        || looks.iter().find(|look| truth.urls.contains(&look.url) && look.seen.at > truth.last_failing);
    let is_soon = |look: &Look| {
        !look.seen.outcome.is_failing() && look.seen.at - truth.last_failing <= TimeDelta::minutes(5)
    };
    single && next().is_some_and(is_soon)
}
