//! What a plan promises, against the same schedule played through event by event.

use super::*;

const HOUR: f64 = 3600.0;
const SCOPES: [Scope; 4] = [Scope::Site, Scope::Section, Scope::SmallSection, Scope::Url];

fn setup(schedule: &str, urls: u64, sections: u64) -> Setup {
    Setup {
        schedule: schedule.parse().unwrap(),
        zone: Tz::UTC,
        now: "2026-11-02T12:00:00Z".parse().unwrap(),
        urls,
        sections,
        sentinels: 15,
        sentinel_every: Span::minutes(5),
        recheck: [30, 120, 300, 900, 3600].map(Span::seconds).to_vec(),
        pace: Pace { rate: 5.0, crawl_delay: Duration::ZERO, measured: None },
    }
}

fn seen(setup: &Setup, scope: Scope, length: f64) -> f64 {
    setup.outlook(scope).chance(length).seen
}

fn near(a: f64, b: f64) -> bool {
    (a - b).abs() < 1e-9
}

#[test]
fn a_page_that_is_looked_at_once_a_day_shows_an_hour_of_failure_with_a_chance_of_1_in_24() {
    let outlook = setup("every 24h", 9_000, 40).outlook(Scope::Url);
    let hour = outlook.chance(HOUR);
    assert!(near(hour.seen, 1.0 / 24.0) && near(hour.delay.unwrap(), HOUR / 2.0), "{hour:?}");
    assert!(near(hour.confirmed, (HOUR - 30.0) / (24.0 * HOUR)), "the re-check comes after 30 s: {hour:?}");
    let two_days = outlook.chance(48.0 * HOUR);
    assert!(near(two_days.seen, 1.0) && near(two_days.delay.unwrap(), 12.0 * HOUR));
    assert!((0.94..0.96).contains(&outlook.chance(outlook.seen_from(0.95).unwrap()).seen));
}

#[test]
fn fifteen_minutes_of_a_small_section_between_nightly_crawls_are_seen_one_time_in_ninety_six() {
    let seen = seen(&setup("every 24h", 9_000, 9_000), Scope::SmallSection, 900.0);
    assert!(near(seen, 1.0 / 96.0), "{seen}");
}

#[test]
fn five_minutes_of_a_watched_section_are_nearly_always_seen_and_one_minute_one_time_in_five() {
    let nightly = setup("every 24h", 9_000, 40);
    assert!(seen(&nightly, Scope::Section, 300.0) > 0.99);
    assert!(seen(&nightly, Scope::Section, 300.0) < 1.0, "the rhythm breaks where a crawl begins");
    let minute = seen(&nightly, Scope::Section, 60.0);
    assert!((0.19..0.23).contains(&minute), "{minute}");
}

#[test]
fn without_crawls_only_sentinels_see_anything() {
    let never = setup("never", 9_000, 40);
    assert!(near(seen(&never, Scope::Site, 150.0), 0.5));
    let none = Chance { seen: 0.0, confirmed: 0.0, delay: None, width: None };
    assert_eq!(never.outlook(Scope::Url).chance(1e9), none);
    assert_eq!(never.outlook(Scope::Url).seen_from(0.95), None);
}

#[test]
fn a_crawl_that_outlasts_its_interval_delays_the_next_one() {
    let slow = setup("every 24h", 1_000_000, 40);
    let takes = 200_000.0;
    assert!(near(slow.watch().interval().unwrap(), takes) && near(slow.watch().crawl, takes));
    assert!(near(seen(&slow, Scope::Url, 24.0 * HOUR), 24.0 * HOUR / takes), "not each day");
    assert_eq!(slow.shortest_interval(), Some(24.0 * HOUR));
}

#[test]
fn a_cron_schedule_with_uneven_gaps_is_played_through() {
    let twice_on_workdays = setup("cron 0 6,18 * * MON-FRI", 60, 3);
    let intervals = twice_on_workdays.watch().intervals;
    assert_eq!(intervals.len(), 40, "four weeks of five days of two");
    assert!(near(intervals.iter().sum(), 28.0 * 24.0 * HOUR));
    let weekend = intervals.iter().filter(|interval| **interval > 13.0 * HOUR).count();
    assert_eq!(weekend, 4);
    // Of a week, nine gaps of 12 h are filled by 12 h, and the one of 60 h in part.
    let half_a_day = seen(&twice_on_workdays, Scope::Url, 12.0 * HOUR);
    assert!(near(half_a_day, 120.0 / 168.0), "{half_a_day}");
}

#[test]
fn a_slow_pace_makes_rounds_of_the_sentinels_longer() {
    let mut slow = setup("every 24h", 100, 40);
    slow.pace.crawl_delay = Duration::from_secs(30);
    assert!(near(slow.watch().sentinels, 450.0) && near(slow.watch().crawl, 3000.0));
    slow.pace = Pace { rate: 0.0, crawl_delay: Duration::ZERO, measured: Some(0.1) };
    assert!(near(slow.watch().crawl, 10.0), "what was measured counts");
}

#[test]
fn a_longer_outage_is_never_less_likely_seen_nor_confirmed_before_it_is_seen() {
    for scope in SCOPES {
        let outlook = setup("every 6h", 9_000, 40).outlook(scope);
        let chances = LENGTHS.map(|length| outlook.chance(seconds(length)));
        assert!(chances.is_sorted_by(|a, b| a.seen <= b.seen + 1e-12), "{scope:?}");
        assert!(chances.iter().all(|chance| chance.confirmed <= chance.seen && chance.seen <= 1.0));
    }
}

#[test]
fn what_is_proposed_does_what_it_promises() {
    for (urls, sections) in [(500, 3), (9_000, 40), (90_000, 400)] {
        let nightly = setup("every 24h", urls, sections);
        for scope in SCOPES {
            for length in LENGTHS.map(seconds) {
                let Some(remedy) = nightly.remedy(scope, length) else { continue };
                assert!(seen(&remedy.setup, scope, length) >= SURE, "{scope:?} {length} {:?}", remedy.pairs);
                assert!(remedy.setup.watch().crawl <= remedy.setup.shortest_interval().unwrap());
            }
        }
    }
    let nightly = setup("every 24h", 9_000, 40);
    assert_eq!(nightly.remedy(Scope::Section, 60.0).unwrap().pairs, ["sentinel_every=1m"]);
    assert_eq!(nightly.remedy(Scope::Url, 2.0 * HOUR).unwrap().pairs, ["schedule=\"every 2h\""]);
    let large = setup("every 24h", 90_000, 40);
    assert_eq!(large.remedy(Scope::Url, 2.0 * HOUR).unwrap().pairs, ["schedule=\"every 2h\"", "rate=16"]);
    assert_eq!(large.remedy(Scope::Url, 600.0), None, "no site should be asked 190 times a second");
    let mut shy = large;
    shy.pace.crawl_delay = Duration::from_secs(2);
    assert_eq!(shy.remedy(Scope::Url, 2.0 * HOUR), None, "a Crawl-delay is no matter of settings");
}

/// The formulas against the schedule, event by event: crawls begin at their ticks or when the last has ended, their visits
/// and the rounds of the sentinels come in their order, and an outage begins anywhere. No crawl here ends at the very instant
/// of a round, where the two run a race.
#[test]
fn the_formulas_say_what_a_simulation_shows() {
    let mut chance = fastrand::Rng::with_seed(7);
    let slow = |schedule, urls, sections| {
        let mut slow = setup(schedule, urls, sections);
        slow.pace.measured = Some(2.0);
        slow
    };
    for setup in
        [slow("every 6h", 910, 30), slow("cron 0 6,18 * * MON-FRI", 610, 30), slow("every 1h", 3_010, 20)]
    {
        for scope in SCOPES {
            let simulation = Simulation::of(&setup, scope);
            let outlook = setup.outlook(scope);
            for length in [60.0, 400.0, 2000.0, 4.0 * HOUR] {
                let told = outlook.chance(length);
                let shown = simulation.outages(length, &mut chance);
                let context = format!("{} {scope:?} {length}: {told:?}, {shown:?}", setup.schedule);
                assert!((told.seen - shown.seen).abs() < 0.01, "{context}");
                assert!((told.confirmed - shown.confirmed).abs() < 0.01, "{context}");
                if shown.seen < 0.01 {
                    continue;
                }
                let (delay, shown_delay) = (told.delay.unwrap(), shown.delay.unwrap());
                assert!((delay - shown_delay).abs() < 0.06 * shown_delay + 3.0, "{context}");
                // The end is told by the slower of two ladders, so never too well.
                let (width, shown_width) = (told.width.unwrap(), shown.width.unwrap());
                assert!(width > 0.9 * shown_width && width < 1.6 * shown_width + 60.0, "{context}");
            }
        }
    }
}

/// The looks at one scope, over some weeks.
struct Simulation {
    looks: Vec<f64>,
    ladder: Vec<f64>,
    until: f64,
}

impl Simulation {
    fn of(setup: &Setup, scope: Scope) -> Self {
        let a_section = setup.urls / setup.sections;
        let (first, visits, has_sentinel) = match scope {
            Scope::Site => (0, setup.urls, true),
            Scope::Section => ((setup.urls - a_section) / 2, a_section, true),
            Scope::SmallSection => ((setup.urls - a_section) / 2, a_section, false),
            Scope::Url => (setup.urls / 2, 1, false),
        };
        let (every, a_url) = (seconds(setup.sentinel_every), setup.pace.a_url());
        let begin = setup.schedule.next(setup.now, setup.zone).unwrap();
        let mut looks = Vec::new();
        let mut clock = begin;
        // Five weeks and more, so that outages of the first four have an end.
        while clock < begin + TimeDelta::days(36) {
            let at = (clock - begin).as_seconds_f64();
            let next = setup.schedule.next(clock, setup.zone).unwrap();
            let mut probe = at + every;
            let mut now = at;
            for url in 0..setup.urls {
                if url >= first && url < first + visits {
                    looks.push(now);
                }
                now += a_url;
                if now >= probe {
                    looks.extend(has_sentinel.then_some(now));
                    probe = now + every;
                }
            }
            let next_at = (next - begin).as_seconds_f64();
            probe = now + every;
            while probe < next_at {
                looks.extend(has_sentinel.then_some(probe));
                probe += every;
            }
            clock = next.max(begin + delta(now));
        }
        Self {
            looks,
            ladder: setup.recheck.iter().copied().map(seconds).collect(),
            until: 28.0 * 24.0 * HOUR,
        }
    }

    fn outages(&self, length: f64, chance: &mut fastrand::Rng) -> Chance {
        let tries = 40_000;
        let (mut seen, mut confirmed, mut delay, mut width) = (0.0, 0.0, 0.0, 0.0);
        for _ in 0..tries {
            let begin = 24.0 * HOUR + chance.f64() * (self.until - 24.0 * HOUR);
            let end = begin + length;
            let index = self.looks.partition_point(|look| *look < begin);
            let first = self.looks[index];
            if first >= end {
                continue;
            }
            let (last, after) = self.watched_to_its_end(index, end);
            seen += 1.0;
            confirmed += f64::from(u8::from(last > first));
            delay += first - begin;
            width += first - self.looks[index - 1] + after - last;
        }
        let of_seen = |sum: f64| (seen > 0.0).then(|| sum / seen);
        let tries = f64::from(tries);
        Chance {
            seen: seen / tries,
            confirmed: confirmed / tries,
            delay: of_seen(delay),
            width: of_seen(width),
        }
    }

    /// The last failing look and the first good one, of the schedule's and the ladder's together.
    fn watched_to_its_end(&self, first: usize, end: f64) -> (f64, f64) {
        let (mut last, mut regular) = (self.looks[first], first + 1);
        let (mut rung, mut again) = (0, last + self.ladder[0]);
        loop {
            let look = again.min(self.looks[regular]);
            if look >= end {
                return (last, look);
            }
            if look >= self.looks[regular] {
                regular += 1;
            }
            if look >= again {
                rung = (rung + 1).min(self.ladder.len() - 1);
                again = look + self.ladder[rung];
            }
            last = look;
        }
    }
}
