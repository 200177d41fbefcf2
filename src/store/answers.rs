//! What the members of an outage met, each kind of answer once with the number of those that met it. Reading only.
//!
//! Times are told by whole seconds, because that is what gateways' limits are told by; so members with the same answer are
//! one row, or a few.

use std::time::Duration;

use chrono::{DateTime, Utc};
use sqlx::FromRow;

use super::{Store, StoreError, corrupt, instant, millis};
use crate::domain::evidence::Evidence;
use crate::domain::observation::{OutageId, SiteId};
use crate::domain::outcome::Outcome;

/// So many kinds of answers are read, the most common ones. Some gateways number their pages, so that each is another.
const MOST_KINDS: i64 = 50;

/// An answer that so many members met.
#[derive(Debug, Clone)]
pub struct MetAnswer {
    /// What came.
    pub evidence: Evidence,
    /// What it came to.
    pub outcome: Outcome,
    /// About how long it took.
    pub elapsed: Option<Duration>,
    /// How many met it.
    pub members: u64,
}

/// Which answer of each member is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// The first failing one.
    First,
    /// The newest failing one.
    Newest,
}

#[derive(Debug, FromRow)]
struct Row {
    version: Option<String>,
    status: Option<i64>,
    reason: Option<String>,
    headers: String,
    body: Vec<u8>,
    detail: Option<String>,
    latest: String,
    elapsed_ms: Option<i64>,
    members: i64,
}

/// An answer that was met on a site, and when last.
#[derive(Debug, Clone)]
pub struct SiteAnswer {
    /// What was met; its members are runs of failures.
    pub met: MetAnswer,
    /// The newest failing answer of them.
    pub newest: DateTime<Utc>,
}

#[derive(Debug, FromRow)]
struct SiteRow {
    #[sqlx(flatten)]
    row: Row,
    newest: i64,
}

impl Store {
    /// What so many of a site's newest runs of failures since this instant met first, the most common first.
    pub async fn site_answers(
        &self,
        site: SiteId,
        since: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<SiteAnswer>, StoreError> {
        let rows: Vec<SiteRow> = sqlx::query_as(
            "select e.version, e.status, e.reason, e.headers, e.body, e.detail, m.latest, m.elapsed_ms, m.members, m.newest
             from (select first_evidence as digest, latest, min(first_elapsed_ms) as elapsed_ms, count(*) as members,
                       max(last_failing) as newest
                   from (select first_evidence, latest, first_elapsed_ms, last_failing from episode
                         where site_id = $1 and first_failing >= $2 order by first_failing desc limit $3) recent
                   group by first_evidence, latest) m
             join evidence e on e.digest = m.digest
             order by m.members desc, e.digest limit $4",
        )
        .bind(site.0)
        .bind(millis(since))
        .bind(i64::from(limit))
        .bind(MOST_KINDS)
        .fetch_all(&self.db.reader)
        .await?;
        let read = |SiteRow { row, newest }| {
            Ok(SiteAnswer { met: row.answer(OutageId(0))?, newest: instant(newest) })
        };
        rows.into_iter().map(read).collect()
    }

    /// What the members of an outage met, the most common first. What is no longer kept is left out.
    pub async fn answers(&self, outage: OutageId, which: Which) -> Result<Vec<MetAnswer>, StoreError> {
        let rows: Vec<Row> = sqlx::query_as(which.statement())
            .bind(outage.0)
            .bind(MOST_KINDS)
            .fetch_all(&self.db.reader)
            .await?;
        rows.into_iter().map(|row| row.answer(outage)).collect()
    }
}

impl Which {
    fn statement(self) -> &'static str {
        match self {
            Self::First => {
                "select e.version, e.status, e.reason, e.headers, e.body, e.detail, m.latest, m.elapsed_ms, m.members
                 from (select first_evidence as digest, latest, min(first_elapsed_ms) as elapsed_ms, count(*) as members
                       from episode where outage_id = $1
                       group by first_evidence, latest, first_elapsed_ms / 1000) m
                 join evidence e on e.digest = m.digest
                 order by m.members desc, e.digest limit $2"
            }
            Self::Newest => {
                "select e.version, e.status, e.reason, e.headers, e.body, e.detail, m.latest, m.elapsed_ms, m.members
                 from (select last_evidence as digest, latest, min(last_elapsed_ms) as elapsed_ms, count(*) as members
                       from episode where outage_id = $1
                       group by last_evidence, latest, last_elapsed_ms / 1000) m
                 join evidence e on e.digest = m.digest
                 order by m.members desc, e.digest limit $2"
            }
        }
    }
}

impl Row {
    fn answer(self, outage: OutageId) -> Result<MetAnswer, StoreError> {
        let bad = |why: String| corrupt("answer of outage", outage.0, why);
        let latest: Outcome = self
            .latest
            .parse()
            .map_err(|error: crate::domain::outcome::UnknownOutcome| bad(error.to_string()))?;
        let status = self.status.and_then(|status| u16::try_from(status).ok());
        Ok(MetAnswer {
            outcome: came_to(status, latest),
            evidence: Evidence {
                version: self.version,
                status,
                reason: self.reason,
                headers: serde_json::from_str(&self.headers).map_err(|error| bad(error.to_string()))?,
                body: self.body,
                detail: self.detail,
            },
            elapsed: self.elapsed_ms.map(|ms| Duration::from_millis(ms.cast_unsigned())),
            members: self.members.cast_unsigned(),
        })
    }
}

/// What an answer came to. Of a member's first answer only the status is kept, and of its newest the outcome; they are the
/// same but where the error changed in between.
fn came_to(status: Option<u16>, latest: Outcome) -> Outcome {
    match (status, latest) {
        (Some(200..=299) | None, Outcome::Network(_) | Outcome::SoftError) => latest,
        (Some(200..=299), Outcome::Status(_)) => {
            Outcome::Network(crate::domain::outcome::NetworkError::Incomplete)
        }
        (Some(status), _) => Outcome::of_status(status),
        (None, Outcome::Status(_)) => Outcome::Network(crate::domain::outcome::NetworkError::Reset),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_comes_to_its_status_unless_the_status_says_that_all_is_well() {
        let came = |status, latest: &str| came_to(status, latest.parse().unwrap()).to_string();
        assert_eq!(came(Some(502), "504"), "502");
        assert_eq!(came(Some(200), "incomplete"), "incomplete");
        assert_eq!(came(Some(200), "soft_error"), "soft_error");
        assert_eq!(came(Some(200), "502"), "incomplete");
        assert_eq!(came(None, "refused"), "refused");
        assert_eq!(came(None, "502"), "reset");
    }
}
