//! More families, thought up when the judge was done: what else happens to sites, and other ways of looking at them. They
//! show whether the judge's rules hold beyond what they were made with.

use super::families::{Family, LADDER, all, brief, fault, section, sections, status, watched};
use super::world::{DAY, HOUR, MINUTE, World};

pub const FAMILIES: &[Family] = &[
    ("cascades over the site", cascading),
    ("told by the minute", by_the_minute),
    ("below a section", below_a_section),
    ("half of it cached", cached),
    ("maintenance each night", maintenance),
    ("crawl alone, any fault", crawl_alone),
    ("three days, daily crawls", daily_crawls),
    ("very big site", very_big),
    ("three URLs", three_urls),
    ("sentinels alone", sentinels_alone),
    ("two causes that look alike", alike),
    ("partial, then all of it", worsening),
];

/// It begins in one section and is everywhere within 20 minutes.
fn cascading(rng: &mut fastrand::Rng) -> World {
    let mut world = watched(rng, 3 * DAY);
    let (from, spreads) = (rng.i64(DAY..2 * DAY), rng.i64(5 * MINUTE..20 * MINUTE));
    let mut fault = fault(all(&world), from, rng.i64(HOUR..10 * HOUR), status(rng));
    let mut reached = sections(&world);
    rng.shuffle(&mut reached);
    for urls in reached.into_iter().skip(1) {
        let at = from + rng.i64(1..spreads);
        fault.late.extend(urls.into_iter().map(|url| (url, at)));
    }
    world.faults.push(fault);
    world
}

fn by_the_minute(rng: &mut fastrand::Rng) -> World {
    let mut world = watched(rng, 3 * DAY);
    world.resolution = MINUTE * 1000;
    let urls = if rng.bool() { all(&world).collect() } else { section(&world, rng) };
    let (from, lasts, outcome) = (rng.i64(DAY..2 * DAY), brief(rng).min(20 * HOUR), status(rng));
    world.faults.push(fault(urls, from, lasts, outcome));
    world
}

/// A template that is a part of a section: the listings with a query, or one folder of many.
fn below_a_section(rng: &mut fastrand::Rng) -> World {
    let mut world = watched(rng, 3 * DAY);
    let folders = rng.usize(2..=5);
    let by_query = rng.bool();
    for (n, path) in world.paths.iter_mut().enumerate().skip(3) {
        let folder = n % folders;
        *path = match by_query {
            true if folder == 0 => format!("/catalog/list?page={n}"),
            true => format!("/catalog/{n}"),
            false => format!("/catalog/{folder}/{n}"),
        };
    }
    let urls: Vec<usize> = all(&world).skip(3).filter(|n| n % folders == 0).collect();
    let (lasts, outcome) = (rng.i64(HOUR..18 * HOUR), status(rng));
    world.faults.push(fault(urls, DAY + rng.i64(0..HOUR), lasts, outcome));
    world
}

/// A cache answers for half of the URLs all the while.
fn cached(rng: &mut fastrand::Rng) -> World {
    let mut world = watched(rng, 3 * DAY);
    let urls: Vec<usize> = all(&world).filter(|_| rng.bool()).collect();
    let (from, lasts, outcome) = (rng.i64(DAY..2 * DAY), brief(rng).min(20 * HOUR), status(rng));
    world.faults.push(fault(urls, from, lasts, outcome));
    world
}

fn maintenance(rng: &mut fastrand::Rng) -> World {
    let mut world = watched(rng, 16 * DAY);
    let at = rng.i64(0..20 * HOUR);
    for night in 1..=14 {
        let (jitter, lasts) = (rng.i64(0..5 * MINUTE), 3 * HOUR + rng.i64(0..10 * MINUTE));
        world.faults.push(fault(all(&world), night * DAY + at + jitter, lasts, "503"));
    }
    world
}

fn crawl_alone(rng: &mut fastrand::Rng) -> World {
    let mut world = watched(rng, 5 * DAY);
    let urls: Vec<usize> = match rng.usize(0..4) {
        0 => all(&world).collect(),
        1 => section(&world, rng),
        2 => all(&world).filter(|_| rng.f64() < 0.4).collect(),
        _ => vec![rng.usize(all(&world))],
    };
    (world.schedule.sentinels_every, world.schedule.rechecks) = (0, Vec::new());
    let lasts = world.schedule.crawl_every + rng.i64(HOUR..8 * HOUR);
    let (from, outcome) = (rng.i64(DAY..2 * DAY), status(rng));
    world.faults.push(fault(urls, from, lasts, outcome));
    world
}

fn daily_crawls(rng: &mut fastrand::Rng) -> World {
    let mut world = watched(rng, 8 * DAY);
    world.schedule.crawl_every = DAY;
    (world.schedule.sentinels_every, world.schedule.rechecks) = (0, Vec::new());
    let (from, outcome) = (rng.i64(DAY..3 * DAY), status(rng));
    world.faults.push(fault(all(&world), from, 72 * HOUR, outcome));
    world
}

fn very_big(rng: &mut fastrand::Rng) -> World {
    let mut world = watched(rng, 2 * DAY);
    for n in world.paths.len()..5000 {
        let like = rng.usize(3..world.paths.len());
        let path = format!("{}-{n}", world.paths[like]);
        world.paths.push(path);
    }
    let (from, outcome) = (rng.i64(12 * HOUR..36 * HOUR), status(rng));
    world.faults.push(fault(all(&world), from, 10 * MINUTE, outcome));
    world
}

fn three_urls(rng: &mut fastrand::Rng) -> World {
    let mut world = watched(rng, 4 * DAY);
    world.paths.truncate(3);
    let urls: Vec<usize> = if rng.bool() { all(&world).collect() } else { vec![rng.usize(0..3)] };
    let (from, lasts, outcome) = (rng.i64(DAY..2 * DAY), brief(rng), status(rng));
    world.faults.push(fault(urls, from, lasts, outcome));
    world
}

fn sentinels_alone(rng: &mut fastrand::Rng) -> World {
    let mut world = watched(rng, 3 * DAY);
    world.schedule.crawl_every = 0;
    world.schedule.rechecks = if rng.bool() { LADDER.to_vec() } else { Vec::new() };
    let (from, lasts, outcome) = (rng.i64(DAY..2 * DAY), brief(rng).min(20 * HOUR), status(rng));
    world.faults.push(fault(all(&world), from, lasts, outcome));
    world
}

/// As different causes do, they begin hours apart and share no section; they show the same answer.
fn alike(rng: &mut fastrand::Rng) -> World {
    let mut world = watched(rng, 3 * DAY);
    let mut sections = sections(&world);
    sections.sort_by_key(|urls| std::cmp::Reverse(urls.len()));
    let (from, lasts) = (rng.i64(DAY..2 * DAY), rng.i64(3 * HOUR..10 * HOUR));
    let (later, outcome) = (from + rng.i64(HOUR..lasts - 30 * MINUTE), status(rng));
    world.faults.push(fault(sections.swap_remove(0), from, lasts, outcome));
    world.faults.push(fault(sections.swap_remove(0), later, rng.i64(2 * HOUR..10 * HOUR), outcome));
    world
}

/// One backend dies, and a while later the others: one root to whoever looks from outside.
fn worsening(rng: &mut fastrand::Rng) -> World {
    let mut world = watched(rng, 3 * DAY);
    let (from, lasts, outcome) = (rng.i64(DAY..2 * DAY), rng.i64(HOUR..6 * HOUR), status(rng));
    let mut fault = fault(all(&world), from, lasts, outcome);
    fault.share = 0.34;
    fault.worse_from = Some(from + rng.i64(20 * MINUTE..lasts - 20 * MINUTE));
    world.faults.push(fault);
    world
}
