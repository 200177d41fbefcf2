//! An outage as JSON: one shape everywhere, in the command line, in the API and in webhooks. Others rely on it, so a
//! field is added, never renamed.

use std::collections::BTreeMap;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use serde::Serialize;

use super::diagnosis::NamedJson;
use crate::diagnosis::cause::Cause;
use crate::diagnosis::consensus::Consensus;
use crate::diagnosis::gateway::Gateway;
use crate::domain::bounds::Bounds;
use crate::domain::deploy::{BeganWith, Certainty};
use crate::domain::impact::index_clock;
use crate::domain::observation::OutageId;
use crate::domain::outage::Outage;
use crate::domain::policy::{Basis, Policy};
use crate::domain::verdict::{State, Verdict};

/// What is known of an outage's surroundings.
#[derive(Debug, Clone, Default)]
pub struct Surroundings {
    /// Known URLs of its site.
    pub known_urls: u64,
    /// Those of its URLs that can be indexed.
    pub indexable_urls: u64,
    /// The deploy that it began with.
    pub deploy: Option<BeganWith>,
    /// What its members' answers say of who made them, and why.
    pub answers: Consensus,
}

/// The shape.
#[derive(Debug, Clone, Serialize)]
pub struct OutageJson {
    id: Option<OutageId>,
    site: String,
    observer: String,
    verdict: Verdict,
    certainty: &'static str,
    state: State,
    scope: &'static str,
    section: Option<String>,
    url_count: u64,
    outcomes: BTreeMap<String, u64>,
    started_between: [Option<String>; 2],
    ended_between: Option<[Option<String>; 2]>,
    duration_seconds: Durations,
    gateway: NamedJson<Gateway>,
    cause: NamedJson<Cause>,
    crawl_impact: CrawlImpact,
    index_impact: IndexImpact,
    deploy: Option<DeployJson>,
    /// Its members, when they were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub urls: Option<Vec<String>>,
}

/// Shortest and longest, in seconds.
#[derive(Debug, Clone, Serialize)]
pub struct Durations {
    min: i64,
    max: Option<i64>,
}

#[derive(Debug, Clone, Serialize)]
struct CrawlImpact {
    failing_url_share: f64,
    wasted_fetches: u64,
    wasted_seconds: f64,
}

#[derive(Debug, Clone, Serialize)]
struct IndexImpact {
    stage: &'static str,
    indexable_urls: u64,
    next_stage_at: Option<String>,
    basis: Option<Basis>,
    source: Option<&'static str>,
}

/// The deploy that an outage began with.
#[derive(Debug, Clone, Serialize)]
struct DeployJson {
    name: Option<String>,
    at: String,
    /// From the deploy to the first failing answer.
    seconds_before: i64,
    certainty: Certainty,
}

impl OutageJson {
    /// The shape of one outage, judged now.
    pub fn of(
        id: Option<OutageId>,
        site: &str,
        outage: &Outage,
        around: &Surroundings,
        now: DateTime<Utc>,
        policy: &Policy,
    ) -> Self {
        let judgement = outage.judge(now, policy);
        Self {
            id,
            site: site.to_owned(),
            observer: outage.observer.to_string(),
            verdict: judgement.verdict,
            certainty: judgement.certainty.word(),
            state: judgement.state,
            scope: outage.scope.word(),
            section: outage.scope.section().map(ToString::to_string),
            url_count: outage.url_count,
            outcomes: outage.outcomes.iter().map(|(outcome, urls)| (outcome.to_string(), *urls)).collect(),
            started_between: started_between(&outage.bounds),
            ended_between: (!outage.ongoing).then(|| ended_between(&outage.bounds)),
            duration_seconds: durations(&outage.bounds, now),
            gateway: around.answers.gateway.into(),
            cause: around.answers.cause.into(),
            crawl_impact: crawl_impact(outage, around.known_urls),
            index_impact: index_impact(outage, around.indexable_urls, policy),
            deploy: around.deploy.as_ref().map(deploy_json),
            urls: None,
        }
    }
}

fn deploy_json(began: &BeganWith) -> DeployJson {
    DeployJson {
        name: began.deploy.name().map(str::to_owned),
        at: rfc3339(began.deploy.at()),
        seconds_before: began.at_most.num_seconds(),
        certainty: began.certainty,
    }
}

/// The last healthy and the first failing instant.
pub fn started_between(bounds: &Bounds) -> [Option<String>; 2] {
    [bounds.healthy_before.map(rfc3339), Some(rfc3339(bounds.first_failing))]
}

/// The last failing and the first healthy instant.
pub fn ended_between(bounds: &Bounds) -> [Option<String>; 2] {
    [Some(rfc3339(bounds.last_failing)), bounds.healthy_after.map(rfc3339)]
}

/// Shortest and longest duration in whole seconds.
pub fn durations(bounds: &Bounds, now: DateTime<Utc>) -> Durations {
    Durations {
        min: bounds.shortest().num_seconds(),
        max: bounds.longest(now).map(|longest| longest.num_seconds()),
    }
}

/// An instant as JSON has it: UTC, with milliseconds only where there are some.
pub fn rfc3339(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

fn crawl_impact(outage: &Outage, known_urls: u64) -> CrawlImpact {
    CrawlImpact {
        failing_url_share: share(outage.url_count, known_urls),
        wasted_fetches: outage.wasted_fetches,
        wasted_seconds: seconds(outage.wasted),
    }
}

fn index_impact(outage: &Outage, indexable_urls: u64, policy: &Policy) -> IndexImpact {
    let clock = index_clock(outage, indexable_urls, policy);
    IndexImpact {
        stage: clock.stage.word(),
        indexable_urls,
        next_stage_at: clock.next_stage_at.map(rfc3339),
        basis: clock.rule.map(|rule| rule.basis),
        source: clock.rule.map(|rule| rule.source),
    }
}

/// A share, rounded to four places; 0 when there is nothing to share.
#[expect(clippy::cast_precision_loss, reason = "counts of URLs stay far below 2^52")]
pub fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { (part as f64 / whole as f64 * 10_000.0).round() / 10_000.0 }
}

#[expect(clippy::cast_precision_loss, reason = "milliseconds of an outage stay far below 2^52")]
fn seconds(length: TimeDelta) -> f64 {
    length.num_milliseconds() as f64 / 1000.0
}
