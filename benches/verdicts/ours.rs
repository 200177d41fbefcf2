//! Our own rules, by way of the library.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use gatecrawl::domain::judge::{Sighting, SiteJudge};
use gatecrawl::domain::observation::{Observer, UrlId};
use gatecrawl::domain::policy::Policy;
use gatecrawl::domain::spell::{Folded, Spell};

use super::score::Prediction;
use super::world::{Look, World};

pub fn judge(world: &World, looks: &[Look], now: DateTime<Utc>) -> Vec<Prediction> {
    let policy = Policy::default();
    let sections: Vec<_> = (0..world.paths.len()).map(|url| world.section(url)).collect();
    let mut judge = SiteJudge::new(Observer::gatecrawl(), world.max_gap(), None);
    let mut spells: HashMap<usize, Spell> = HashMap::new();
    for look in looks {
        let newest = spells.get(&look.url).copied();
        let url = UrlId(look.url as i64);
        let sighting =
            Sighting { url, section: &sections[look.url], newest: newest.as_ref(), seen: look.seen };
        if let Folded::Extended(spell) | Folded::Opened(spell) = judge.observe(&sighting) {
            spells.insert(look.url, spell);
        }
    }
    let outages: Vec<_> = judge.outages().collect();
    let predict = |(key, outage): (_, gatecrawl::domain::outage::Outage)| {
        let judged = outage.judge(now, &policy);
        Prediction {
            urls: judge.members_of(key).map(|(_, part)| part.url.0 as usize).collect(),
            bounds: outage.bounds,
            ongoing: outage.ongoing,
            verdict: judged.verdict,
            certainty: judged.certainty,
        }
    };
    outages.into_iter().map(predict).collect()
}
