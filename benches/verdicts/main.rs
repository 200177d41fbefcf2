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
//! - tightness: the width of the told bounds against the tightest that the looks allow, by sums, and the median;
//! - false persistent: outages called persistent where nothing persisted.
//!
//! The families' parameters are what operators report; they were set before the judge was tuned.

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
mod ours;
mod peers;
mod score;
mod world;

use comfy_table::{Table, presets};
use gatecrawl::domain::policy::Policy;

use self::families::FAMILIES;
use self::score::{Score, score};
use self::world::{instant, truths};

const HEAD: [&str; 9] = [
    "rule",
    "F1",
    "verdict",
    "allowed",
    "coverage",
    "tightness",
    "median",
    "false persistent",
    "outages told / true",
];

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let value = |name: &str| args.iter().position(|arg| arg == name).and_then(|at| args.get(at + 1));
    let has = |name: &str| args.iter().any(|arg| arg == name);
    let seeds: u64 = value("--seeds").map_or(20, |text| text.parse().unwrap());
    let family = value("--family").cloned().unwrap_or_default();
    let first: u64 = value("--seed").map_or(1, |text| text.parse().unwrap());
    let mut by_family: Vec<(&str, Score)> = Vec::new();
    let mut by_rule: Vec<(String, Score)> = vec![("gatecrawl".to_owned(), Score::default())];
    for (name, make) in FAMILIES.iter().filter(|(name, _)| name.contains(&family)) {
        let mut of_family = Score::default();
        for seed in first..first + seeds {
            let world = make(&mut fastrand::Rng::with_seed(seed.wrapping_mul(7919) ^ name.len() as u64));
            let (looks, faults) = world.watch();
            let now = instant(world.lasts * 1000);
            let truths = truths(&looks, &faults, world.lasts, Policy::default().gap(None).delta());
            if has("--verbose") {
                println!(
                    "-- {name}, seed {seed}: {} URLs, {} looks, {:?}, strays {}",
                    world.paths.len(),
                    looks.len(),
                    world.schedule,
                    world.strays
                );
            }
            of_family.add(&score(&truths, &ours::judge(&world, &looks, now), now, has("--verbose")));
            if !has("--ours") {
                compare(&mut by_rule, &looks, &truths, now);
            }
        }
        by_rule[0].1.add(&of_family);
        by_family.push((name, of_family));
    }
    show(by_rule.iter().map(|(name, score)| (name.as_str(), score)));
    println!("\nGatecrawl by family, {seeds} seeds each:");
    show(by_family.iter().map(|(name, score)| (*name, score)));
}

fn compare(
    by_rule: &mut Vec<(String, Score)>,
    looks: &[world::Look],
    truths: &[world::Truth],
    now: chrono::DateTime<chrono::Utc>,
) {
    let mut add = |name: String, of: Score| match by_rule.iter_mut().find(|(known, _)| *known == name) {
        Some((_, score)) => score.add(&of),
        None => by_rule.push((name, of)),
    };
    for (name, rule) in peers::RULES {
        let incidents = peers::judge(*rule, looks, now);
        let joined = peers::joined(&incidents, now);
        add((*name).to_owned(), score(truths, &incidents, now, false));
        add(format!("  {name}, joined"), score(truths, &joined, now, false));
    }
}

fn show<'a>(rows: impl Iterator<Item = (&'a str, &'a Score)>) {
    let mut table = Table::new();
    table.load_style(presets::UTF8_HORIZONTAL_ONLY).set_header(HEAD);
    for (name, score) in rows {
        table.add_row([
            name.to_owned(),
            format!("{:.3}", score.f1()),
            format!("{:.3}", score.accuracy()),
            format!("{:.3}", score.allowance()),
            format!("{:.3}", score.coverage()),
            format!("{:.2}", score.tightness()),
            format!("{:.2}", score.median_tightness()),
            score.false_persistent.to_string(),
            format!("{} / {}", score.predictions, score.truths),
        ]);
    }
    println!("{table}");
}
