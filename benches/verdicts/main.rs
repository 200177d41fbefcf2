//! How well outages are judged, on made-up sites whose faults are known: `cargo bench --bench verdicts`.
//!
//! Options: `--seeds N` (default 20), `--family WORDS` (those whose name holds the words), `--verbose` (what does not
//! fit, one line each), `--ours` (leave the peers out).
//!
//! Columns:
//!
//! - F1 of outages, see [`score`];
//! - verdict: of the outages that fit, how many got the verdict that the looks allow a perfect judge; allowed: for how
//!   many the true duration lies between the verdict and the worst that the certainty names;
//! - coverage: how many true begins and ends lie within the told bounds;
//! - tightness: the width of the told bounds against the tightest that the looks allow, see [`truth`], by sums, and the
//!   median;
//! - false pers.: outages called persistent where nothing persisted;
//! - told / true: how many outages the rule tells, and how many there are.
//!
//! Rows: each rule over all outages together, in which the strays by their number count most; each rule as the mean of
//! its measures over the families, so that each family weighs the same; and Gatecrawl in each family. A dash: nothing was
//! there to measure, and the mean leaves it out.
//!
//! The families' parameters are what operators report; they were set before the judge was tuned. Those of [`held_out`]
//! were added when it was done.

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    clippy::print_stdout,
    clippy::unwrap_used,
    unreachable_pub,
    reason = "a benchmark prints, and its numbers are small"
)]

mod families;
mod held_out;
mod ours;
mod peers;
mod score;
mod table;
mod truth;
mod world;

use self::families::Family;
use self::score::{Score, score};
use self::table::Rule;
use self::truth::truths;
use self::world::instant;

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let value = |name: &str| args.iter().position(|arg| arg == name).and_then(|at| args.get(at + 1));
    let has = |name: &str| args.iter().any(|arg| arg == name);
    let seeds: u64 = value("--seeds").map_or(20, |text| text.parse().unwrap());
    let words = value("--family").cloned().unwrap_or_default();
    let first: u64 = value("--seed").map_or(1, |text| text.parse().unwrap());
    let (verbose, alone) = (has("--verbose"), has("--ours"));
    let families =
        || families::FAMILIES.iter().chain(held_out::FAMILIES).filter(|(name, _)| name.contains(&words));
    let mut rules = Rule::all(alone);
    for family in families() {
        for (rule, score) in rules.iter_mut().zip(compare(family, first..first + seeds, alone, verbose)) {
            rule.by_family.push(score);
        }
    }
    let names: Vec<&str> = families().map(|(name, _)| *name).collect();
    table::show(&rules, &names, seeds);
}

/// The scores of all rules in one family: ours, and unless we are alone each peer's, one by one and joined.
fn compare(family: &Family, seeds: std::ops::Range<u64>, alone: bool, verbose: bool) -> Vec<Score> {
    let (name, make) = family;
    let mut scores = vec![Score::default(); if alone { 1 } else { 1 + 2 * peers::RULES.len() }];
    for seed in seeds {
        let world = make(&mut fastrand::Rng::with_seed(seed.wrapping_mul(7919) ^ name.len() as u64));
        let (looks, faults) = world.watch();
        let now = instant(world.lasts * 1000);
        let truths = truths(&world, &looks, &faults);
        if verbose {
            let (urls, looks) = (world.paths.len(), looks.len());
            println!(
                "-- {name}, seed {seed}: {urls} URLs, {looks} looks, {:?}, strays {}",
                world.schedule, world.strays
            );
        }
        scores[0].add(&score(&truths, &ours::judge(&world, &looks, now), now, verbose));
        let peers = scores[1..].chunks_exact_mut(2).zip(peers::RULES);
        for (of_rule, (_, rule)) in peers {
            let incidents = peers::judge(*rule, &looks, now);
            of_rule[0].add(&score(&truths, &incidents, now, false));
            of_rule[1].add(&score(&truths, &peers::joined(&incidents, now), now, false));
        }
    }
    scores
}
