//! The families of cases, each a site with faults of one kind. Their parameters were chosen before the judge was tuned:
//! what operators report, not what suits the rules.

use super::world::{DAY, Fault, HOUR, MINUTE, Schedule, World};

/// A family: its name, and how a case of it is made.
pub type Family = (&'static str, fn(&mut fastrand::Rng) -> World);

pub const FAMILIES: &[Family] = &[
    ("site down, fast rechecks", site_down),
    ("site down, slow crawl alone", slow_crawl),
    ("one section", one_section),
    ("one URL for weeks beneath", beneath),
    ("partial: each fetch by chance", partial),
    ("sharded: some URLs always", sharded),
    ("recovery rolls", rolling),
    ("two causes overlap", two_causes),
    ("outcomes change", changing),
    ("back to back", back_to_back),
    ("nightly deploys", nightly),
    ("strays", strays),
    ("strays and an outage", strays_and_outage),
    ("silent observer", silent),
    ("ends as 404", ends_gone),
    ("flapping for a week", flapping),
    ("prolonged", prolonged),
    ("persistent", persistent),
    ("goes on, or began before", open_ended),
    ("tiny sites", tiny),
    ("429 for a part", throttled),
];

pub const LADDER: [i64; 5] = [30, 2 * MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR];
const SECTIONS: [&str; 12] =
    ["product", "blog", "category", "help", "shop", "news", "tag", "user", "docs", "forum", "api", "media"];

fn site(rng: &mut fastrand::Rng, urls: usize) -> Vec<String> {
    let sections = rng.usize(3..=12).min(urls);
    let mut paths = vec!["/".to_owned(), "/about".to_owned(), "/contact".to_owned()];
    for n in paths.len()..urls {
        // Sections are not of one size.
        let section = (rng.f64().powi(2) * sections as f64) as usize;
        paths.push(format!("/{}/{n}", SECTIONS[section.min(sections - 1)]));
    }
    paths.truncate(urls);
    paths
}

/// A site as it is mostly watched: crawled some times a day, with sentinels and re-checks.
pub fn watched(rng: &mut fastrand::Rng, lasts: i64) -> World {
    let urls = rng.usize(60..1200);
    let crawl_every = [4 * HOUR, 6 * HOUR, 12 * HOUR, DAY][rng.usize(0..4)];
    World {
        paths: site(rng, urls),
        faults: Vec::new(),
        schedule: Schedule {
            crawl_every,
            pace: rng.i64(200..2000),
            shuffled: rng.bool(),
            sentinels_every: 5 * MINUTE,
            rechecks: LADDER.to_vec(),
            silences: Vec::new(),
        },
        lasts,
        strays: 0.0,
        resolution: 1,
        seed: rng.u64(..),
    }
}

pub fn status(rng: &mut fastrand::Rng) -> &'static str {
    ["502", "502", "503", "504", "500", "refused", "read_timeout"][rng.usize(0..7)]
}

pub fn fault(urls: impl IntoIterator<Item = usize>, from: i64, lasts: i64, outcome: &'static str) -> Fault {
    let urls = urls.into_iter().map(|url| (url, from + lasts)).collect();
    Fault { urls, from, outcomes: vec![(0, outcome)], ..Fault::whole() }
}

pub fn all(world: &World) -> std::ops::Range<usize> {
    0..world.paths.len()
}

/// The URLs of a section that has some.
pub fn section(world: &World, rng: &mut fastrand::Rng) -> Vec<usize> {
    let sections = sections(world);
    let large: Vec<&Vec<usize>> = sections.iter().filter(|urls| urls.len() >= 5).collect();
    large.get(rng.usize(0..large.len().max(1))).map_or_else(|| all(world).collect(), |urls| (*urls).clone())
}

pub fn sections(world: &World) -> Vec<Vec<usize>> {
    let mut sections: std::collections::BTreeMap<String, Vec<usize>> = std::collections::BTreeMap::new();
    for url in all(world) {
        sections.entry(world.section(url).as_str().to_owned()).or_default().push(url);
    }
    sections.into_values().collect()
}

/// Minutes to hours, with the short ones more frequent; far from the lines of the verdicts.
pub fn brief(rng: &mut fastrand::Rng) -> i64 {
    (MINUTE as f64 * 6.0 * (200.0_f64).powf(rng.f64())) as i64
}

fn site_down(rng: &mut fastrand::Rng) -> World {
    let mut world = watched(rng, 3 * DAY);
    let (from, lasts, outcome) = (rng.i64(DAY..2 * DAY), brief(rng).min(20 * HOUR), status(rng));
    world.faults.push(fault(all(&world), from, lasts, outcome));
    world
}

fn slow_crawl(rng: &mut fastrand::Rng) -> World {
    let mut world = watched(rng, 4 * DAY);
    world.schedule.crawl_every = rng.i64(6..=24) * HOUR;
    world.schedule.pace = world.schedule.crawl_every * 1000 / world.paths.len() as i64;
    world.schedule.sentinels_every = 0;
    world.schedule.rechecks = Vec::new();
    let (from, lasts, outcome) = (rng.i64(DAY..2 * DAY), rng.i64(2 * HOUR..8 * HOUR), status(rng));
    world.faults.push(fault(all(&world), from, lasts, outcome));
    world
}

fn one_section(rng: &mut fastrand::Rng) -> World {
    let mut world = watched(rng, 3 * DAY);
    let urls = section(&world, rng);
    let (from, lasts, outcome) = (rng.i64(DAY..2 * DAY), brief(rng).min(20 * HOUR), status(rng));
    world.faults.push(fault(urls, from, lasts, outcome));
    world
}

fn beneath(rng: &mut fastrand::Rng) -> World {
    let mut world = watched(rng, 21 * DAY);
    world.schedule.crawl_every = DAY;
    world.schedule.sentinels_every = 15 * MINUTE;
    let broken = rng.usize(all(&world));
    let from = rng.i64(DAY..3 * DAY);
    world.faults.push(fault([broken], from, rng.i64(14 * DAY..17 * DAY), "500"));
    let (from, lasts, outcome) = (rng.i64(6 * DAY..10 * DAY), rng.i64(10 * MINUTE..10 * HOUR), status(rng));
    let others = all(&world).filter(|url| *url != broken);
    world.faults.push(fault(others.collect::<Vec<_>>(), from, lasts, outcome));
    world
}

fn partial(rng: &mut fastrand::Rng) -> World {
    let mut world = watched(rng, 3 * DAY);
    world.schedule.pace = world.schedule.pace.max(500);
    let urls = if rng.bool() { all(&world).collect() } else { section(&world, rng) };
    // It begins while a crawl is under way, or sentinels alone would have to find it.
    let from = DAY + rng.i64(0..MINUTE * 2);
    let mut partial = fault(urls, from, rng.i64(HOUR..16 * HOUR), "502");
    partial.share = [0.5, 1.0 / 3.0, 0.2][rng.usize(0..3)];
    world.faults.push(partial);
    world
}

fn sharded(rng: &mut fastrand::Rng) -> World {
    let mut world = watched(rng, 3 * DAY);
    let share = rng.f64() * 0.4 + 0.25;
    let urls: Vec<usize> = all(&world).filter(|_| rng.f64() < share).collect();
    let (lasts, outcome) = (rng.i64(HOUR..18 * HOUR), status(rng));
    world.faults.push(fault(urls, DAY + rng.i64(0..HOUR), lasts, outcome));
    world
}

fn rolling(rng: &mut fastrand::Rng) -> World {
    let mut world = watched(rng, 3 * DAY);
    let (from, lasts, outcome) = (rng.i64(DAY..2 * DAY), rng.i64(30 * MINUTE..10 * HOUR), status(rng));
    let rolls = rng.i64(10 * MINUTE..55 * MINUTE);
    let mut fault = fault(all(&world), from, lasts, outcome);
    for end in fault.urls.values_mut() {
        *end += rng.i64(0..rolls);
    }
    world.faults.push(fault);
    world
}

fn two_causes(rng: &mut fastrand::Rng) -> World {
    let mut world = watched(rng, 3 * DAY);
    let mut sections = sections(&world);
    sections.sort_by_key(|urls| std::cmp::Reverse(urls.len()));
    let from = rng.i64(DAY..2 * DAY);
    let lasts = rng.i64(90 * MINUTE..10 * HOUR);
    let later = from + rng.i64(20 * MINUTE..lasts - 10 * MINUTE);
    let second = rng.i64(90 * MINUTE..10 * HOUR);
    world.faults.push(fault(sections.swap_remove(0), from, lasts, "502"));
    world.faults.push(fault(sections.swap_remove(0), later, second, "504"));
    world
}

fn changing(rng: &mut fastrand::Rng) -> World {
    let mut world = site_down(rng);
    let lasts = rng.i64(HOUR..12 * HOUR);
    let fault = &mut world.faults[0];
    fault.urls.values_mut().for_each(|end| *end = fault.from + lasts);
    fault.outcomes =
        vec![(0, "502"), (fault.from + lasts / 3, "504"), (fault.from + lasts * 2 / 3, "refused")];
    world
}

fn back_to_back(rng: &mut fastrand::Rng) -> World {
    let mut world = watched(rng, 3 * DAY);
    let mut from = rng.i64(DAY..2 * DAY);
    let outcome = status(rng);
    let urls: Vec<usize> = if rng.bool() { all(&world).collect() } else { section(&world, rng) };
    for _ in 0..rng.usize(2..=3) {
        let lasts = rng.i64(8 * MINUTE..2 * HOUR);
        world.faults.push(fault(urls.clone(), from, lasts, outcome));
        from += lasts + rng.i64(8 * MINUTE..40 * MINUTE);
    }
    world
}

fn nightly(rng: &mut fastrand::Rng) -> World {
    let nights = rng.i64(5..=10);
    let mut world = watched(rng, (nights + 2) * DAY);
    if rng.bool() {
        // Nobody looks again before the next night.
        world.schedule.crawl_every = DAY;
        world.schedule.pace = 1000;
    }
    let at = rng.i64(0..DAY / 2);
    for night in 1..=nights {
        let (jitter, lasts) = (rng.i64(0..2 * MINUTE), rng.i64(6 * MINUTE..12 * MINUTE));
        world.faults.push(fault(all(&world), night * DAY + at + jitter, lasts, "502"));
    }
    world
}

fn strays(rng: &mut fastrand::Rng) -> World {
    let mut world = watched(rng, 4 * DAY);
    world.strays = 0.0005 * (20.0_f64).powf(rng.f64());
    if rng.f64() < 0.3 {
        world.schedule.rechecks = Vec::new();
    }
    world
}

fn strays_and_outage(rng: &mut fastrand::Rng) -> World {
    let mut world = if rng.bool() { site_down(rng) } else { one_section(rng) };
    world.strays = 0.0005 * (10.0_f64).powf(rng.f64());
    world
}

fn silent(rng: &mut fastrand::Rng) -> World {
    let mut world = watched(rng, 8 * DAY);
    // Longer than twice the longest time between crawls, or it would be no silence.
    let gap = (2 * DAY, 2 * DAY + rng.i64(2 * DAY + HOUR..5 * DAY));
    world.schedule.silences.push(gap);
    let from = gap.0 - rng.i64(2 * HOUR..10 * HOUR);
    match rng.usize(0..3) {
        // Over when somebody looks again.
        0 => world.faults.push(fault(all(&world), from, gap.1 - from - HOUR, "502")),
        // It goes on all the time.
        1 => world.faults.push(fault(all(&world), from, gap.1 - from + rng.i64(HOUR..8 * HOUR), "502")),
        // Something else afterwards.
        _ => {
            world.faults.push(fault(all(&world), from, gap.1 - from - 6 * HOUR, "502"));
            world.faults.push(fault(all(&world), gap.1 - 2 * HOUR, rng.i64(4 * HOUR..9 * HOUR), "refused"));
        }
    }
    world
}

fn ends_gone(rng: &mut fastrand::Rng) -> World {
    let mut world = watched(rng, 5 * DAY);
    let first = rng.usize(all(&world));
    let (from, lasts) = (rng.i64(DAY..2 * DAY), rng.i64(HOUR..20 * HOUR));
    let mut fault = fault([first], from, lasts, "502");
    fault.then = Some("404");
    world.faults.push(fault);
    world
}

fn flapping(rng: &mut fastrand::Rng) -> World {
    let mut world = watched(rng, 9 * DAY);
    let urls = if rng.bool() { section(&world, rng) } else { vec![0] };
    let mut fault = fault(urls, DAY, 7 * DAY, "502");
    fault.share = 0.2 + rng.f64() * 0.3;
    world.faults.push(fault);
    world
}

fn lasting(rng: &mut fastrand::Rng, lasts: i64) -> World {
    let mut world = watched(rng, lasts + 4 * DAY);
    let urls: Vec<usize> = match rng.usize(0..3) {
        0 => all(&world).collect(),
        1 => section(&world, rng),
        _ => vec![rng.usize(all(&world))],
    };
    let (from, outcome) = (rng.i64(DAY..2 * DAY), status(rng));
    world.faults.push(fault(urls, from, lasts, outcome));
    world
}

fn prolonged(rng: &mut fastrand::Rng) -> World {
    let lasts = rng.i64(27 * HOUR..44 * HOUR);
    lasting(rng, lasts)
}

fn persistent(rng: &mut fastrand::Rng) -> World {
    let lasts = rng.i64(53 * HOUR..10 * DAY);
    lasting(rng, lasts)
}

fn open_ended(rng: &mut fastrand::Rng) -> World {
    let mut world = site_down(rng);
    let (lasts, fault) = (world.lasts, &mut world.faults[0]);
    if rng.bool() {
        fault.urls.values_mut().for_each(|end| *end = lasts + DAY);
    } else {
        (fault.from, fault.outcomes) = (-HOUR, vec![(-HOUR, "502")]);
        let end = rng.i64(2 * HOUR..20 * HOUR);
        fault.urls.values_mut().for_each(|of| *of = end);
    }
    world
}

fn tiny(rng: &mut fastrand::Rng) -> World {
    let mut world = one_kind(rng);
    let (from, lasts, outcome) = (rng.i64(DAY..2 * DAY), brief(rng).min(20 * HOUR), status(rng));
    world.faults.push(fault(all(&world), from, lasts, outcome));
    world
}

fn one_kind(rng: &mut fastrand::Rng) -> World {
    let mut world = watched(rng, 3 * DAY);
    world.paths = match rng.usize(0..3) {
        0 => (0..rng.usize(1..=5)).map(|n| format!("/{}", ["", "a", "b", "c/1", "d/1"][n])).collect(),
        1 => (0..rng.usize(20..200)).map(|n| format!("/all/{n}")).collect(),
        _ => (0..rng.usize(20..100)).map(|n| format!("/s{n}/page")).collect(),
    };
    world
}

fn throttled(rng: &mut fastrand::Rng) -> World {
    let mut world = watched(rng, 2 * DAY);
    let mut fault = fault(all(&world), DAY, rng.i64(20 * MINUTE..3 * HOUR), "429");
    fault.share = 0.3 + rng.f64() * 0.5;
    world.schedule.pace = 500;
    world.faults.push(fault);
    world
}
