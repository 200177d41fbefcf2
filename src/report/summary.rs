//! The outages of a site with their judgement, sentence and JSON shape, gathered from the store.

use chrono::{DateTime, Utc};

use super::deploys;
use super::diagnosis;
use super::json::{OutageJson, Surroundings};
use super::wording;
use super::wording::headline::{Facts, Scope as Told};
use crate::domain::extent::Extent;
use crate::domain::observation::OutageId;
use crate::domain::outage::{Outage, Scope};
use crate::domain::site::Site;
use crate::domain::verdict::{Judgement, State};
use crate::store::outages::StoredOutage;
use crate::store::{Store, StoreError};

/// One outage, ready to be shown.
#[derive(Debug, Clone)]
pub struct SiteOutage {
    /// Its row.
    pub id: OutageId,
    /// What was seen.
    pub outage: Outage,
    /// What it means now.
    pub judgement: Judgement,
    /// What it means in a sentence or two.
    pub sentence: String,
    /// The deploy that it began with, in a few words.
    pub deploy: Option<String>,
    /// Its JSON shape.
    pub json: OutageJson,
    /// The instant of judgement.
    pub now: DateTime<Utc>,
}

/// The outages of a site that go on or are recovering, worst first.
pub async fn unresolved(
    store: &Store,
    site: &Site,
    now: DateTime<Utc>,
) -> Result<Vec<SiteOutage>, StoreError> {
    let since = now - site.settings.policy.recovering_for.delta();
    let known_urls = store.count_urls(site).await?;
    let mut outages = Vec::new();
    for stored in store.outages(site.id, Some(since)).await? {
        let urls = store.members(stored.id, 0, 1).await?;
        let first = urls.first().map_or("/", |member| member.url.path_and_query());
        let around = surroundings(store, site, &stored, known_urls).await?;
        outages.push(ready(site, &stored, first, &around, now));
    }
    outages.retain(|outage| outage.judgement.state != State::Resolved);
    outages.sort_by_key(|outage| (outage.judgement.state, std::cmp::Reverse(outage.judgement.verdict)));
    Ok(outages)
}

/// These outages of a site in the one shape, in their order.
pub async fn told(
    store: &Store,
    site: &Site,
    outages: Vec<StoredOutage>,
    now: DateTime<Utc>,
) -> Result<Vec<OutageJson>, StoreError> {
    let known_urls = store.count_urls(site).await?;
    let mut told = Vec::new();
    for stored in outages {
        let around = surroundings(store, site, &stored, known_urls).await?;
        let (id, origin, policy) = (Some(stored.id), site.origin.as_str(), &site.settings.policy);
        told.push(OutageJson::of(id, origin, &stored.outage, &around, now, policy));
    }
    Ok(told)
}

/// What the store knows around an outage: how much of its site is known and can be indexed, its deploy, who answered.
pub(super) async fn surroundings(
    store: &Store,
    site: &Site,
    stored: &StoredOutage,
    known_urls: u64,
) -> Result<Surroundings, StoreError> {
    Ok(Surroundings {
        known_urls,
        indexable_urls: store.indexable_members(stored.id).await?,
        deploy: deploys::began_with(store, site, &stored.outage.bounds).await?,
        answers: diagnosis::of_outage(store, stored.id).await?.now,
    })
}

fn ready(
    site: &Site,
    stored: &StoredOutage,
    first: &str,
    around: &Surroundings,
    now: DateTime<Utc>,
) -> SiteOutage {
    let policy = &site.settings.policy;
    let outage = stored.outage.clone();
    let json = OutageJson::of(Some(stored.id), site.origin.as_str(), &outage, around, now, policy);
    let told = Facts {
        indexable_urls: Some(around.indexable_urls),
        ..facts(site, &outage, &stored.extent, first, now)
    };
    let mut sentence = told.headline().to_string();
    if let Some(began) = &around.deploy {
        sentence.push(' ');
        sentence.push_str(&wording::deploys::sentence(began, site.settings.time_zone, now));
    }
    let zone = site.settings.time_zone;
    let deploy = around.deploy.as_ref().map(|began| wording::deploys::hint(began, zone, now));
    SiteOutage { id: stored.id, judgement: outage.judge(now, policy), sentence, deploy, json, outage, now }
}

/// What the headline of an outage is made of; `first` is the path of its first member.
pub fn facts<'a>(
    site: &'a Site,
    outage: &'a Outage,
    extent: &'a Extent,
    first: &'a str,
    now: DateTime<Utc>,
) -> Facts<'a> {
    Facts {
        site: None,
        scope: match &outage.scope {
            Scope::Site => Told::Site,
            Scope::Section(section) => Told::Section(section.as_str()),
            Scope::Url => Told::Url(first),
        },
        urls: outage.url_count,
        outcomes: &outage.outcomes,
        bounds: outage.bounds,
        judgement: outage.judge(now, &site.settings.policy),
        alternating: outage.alternating,
        extent,
        indexable_urls: None,
        policy: &site.settings.policy,
        zone: site.settings.time_zone,
        now,
    }
}
