//! How fast observations are judged: a million of them, over 100,000 URLs of one site, with an outage of the site, one of
//! a section, and strays. Compared, in the same run, with folding spells alone, which every judge of histories must do.
//!
//! `cargo bench --bench judge`; the figure is the throughput, in elements (observations) a second on one core.

#![expect(clippy::unwrap_used, reason = "a benchmark")]

use std::hint::black_box;

use chrono::{DateTime, TimeDelta, Utc};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use gatecrawl::domain::judge::{Sighting, SiteJudge};
use gatecrawl::domain::observation::{Observation, Observer, UrlId};
use gatecrawl::domain::outcome::Outcome;
use gatecrawl::domain::page_url::Section;
use gatecrawl::domain::span::Span;
use gatecrawl::domain::spell::{Folded, Spell};

const URLS: usize = 100_000;
const LOOKS: usize = 1_000_000;
const SECTIONS: [&str; 4] = ["/product/1", "/blog/1", "/news/1", "/help/1"];

struct Look {
    url: usize,
    seen: Observation,
}

/// Ten crawls; the site is down for a tenth of the second, a section during the fifth.
fn looks() -> Vec<Look> {
    let mut rng = fastrand::Rng::with_seed(7);
    let start: DateTime<Utc> = DateTime::UNIX_EPOCH + TimeDelta::days(20_000);
    let look = |n: usize| {
        let url = n % URLS;
        let site_is_down = (110_000..120_000).contains(&n);
        let section_is_down = (400_000..500_000).contains(&n) && url % SECTIONS.len() == 1;
        let is_failing = site_is_down || section_is_down || rng.usize(0..2000) == 0;
        let at = start + TimeDelta::milliseconds(i64::try_from(n).unwrap() * 300);
        Look { url, seen: Observation::instant(at, Outcome::Status(if is_failing { 502 } else { 200 })) }
    };
    (0..LOOKS).map(look).collect()
}

fn fold_spells(looks: &[Look]) -> Vec<Option<Spell>> {
    let mut spells = vec![None; URLS];
    for look in looks {
        if let Folded::Extended(spell) | Folded::Opened(spell) =
            Spell::fold(spells[look.url].as_ref(), &look.seen)
        {
            spells[look.url] = Some(spell);
        }
    }
    spells
}

fn judge(looks: &[Look], sections: &[Section]) -> usize {
    let mut judge = SiteJudge::new(Observer::gatecrawl(), Span::hours(12), None);
    let mut spells: Vec<Option<Spell>> = vec![None; URLS];
    for look in looks {
        let sighting = Sighting {
            url: UrlId(i64::try_from(look.url).unwrap()),
            section: &sections[look.url % sections.len()],
            newest: spells[look.url].as_ref(),
            seen: look.seen,
        };
        if let Folded::Extended(spell) | Folded::Opened(spell) = judge.observe(&sighting) {
            spells[look.url] = Some(spell);
        }
    }
    judge.outages().count()
}

fn speed(criterion: &mut Criterion) {
    let looks = looks();
    let sections = SECTIONS.map(Section::of_path);
    let mut group = criterion.benchmark_group("a million observations");
    group.throughput(Throughput::Elements(LOOKS as u64)).sample_size(10);
    group.bench_function("fold spells alone", |b| b.iter(|| fold_spells(black_box(&looks))));
    group.bench_function("judge outages", |b| b.iter(|| judge(black_box(&looks), &sections)));
    group.finish();
}

criterion_group!(benches, speed);
criterion_main!(benches);
