//! What an outage's page says of other outages: URLs that went on failing in one, and that its place fails again and again.

use super::{Point, Said};
use crate::domain::observation::OutageId;
use crate::domain::policy::rule;
use crate::domain::site::Site;
use crate::report::wording::{self, plural};
use crate::store::kin::Kin;
use crate::store::outages::StoredOutage;
use crate::web::error::Error;
use crate::web::state::AppState;
use crate::web::status::Status;
use crate::web::wording::Tag;

/// Outages that went on from one another.
#[derive(Debug, Clone, Default)]
pub(super) struct Relations {
    /// Those in which URLs of this one went on failing.
    pub(super) outlasting: Vec<Kin>,
    /// Those that were over when this one went on.
    pub(super) outlasted: Vec<Kin>,
}

impl Relations {
    /// Asks the store.
    pub(super) async fn of(app: &AppState, stored: &StoredOutage) -> Result<Self, Error> {
        Ok(Self {
            outlasting: app.store.outlasting(stored).await?,
            outlasted: app.store.outlasted(stored).await?,
        })
    }

    /// What tells that it is one of many of its place; `None`: it is not.
    pub(super) async fn habit(app: &AppState, site: &Site, id: OutageId) -> Result<Option<Point>, Error> {
        let status = Status::of(app, site.clone()).await?;
        let policy = &site.settings.policy;
        let Some(habit) = status.habits.iter().find(|habit| habit.outages.contains(&id)) else {
            return Ok(None);
        };
        let extent = wording::habit::extent(&habit.flapping, policy);
        let text = format!(
            "{} fails again and again: {extent}. {} By itself this outage is forgiven; together they keep crawling slow.",
            habit.subject,
            wording::habit::rule(policy)
        );
        let tag = rule("intermittent_share").map(Tag::from);
        let says = vec![Said { text, tag, link: None }];
        Ok(Some(Point { id: "habit".to_owned(), name: "Again and again".to_owned(), says }))
    }

    /// The point that tells of them; `None`: there are none.
    pub(super) fn point(&self) -> Option<Point> {
        let says: Vec<Said> = self
            .outlasting
            .iter()
            .map(outlasting)
            .chain(self.outlasted.iter().take(1).map(outlasted))
            .collect();
        (!says.is_empty()).then(|| Point { id: "went-on".to_owned(), name: "What went on".to_owned(), says })
    }
}

fn outlasting(kin: &Kin) -> Said {
    let urls = plural(kin.urls, "URL", "URLs");
    let text = match (kin.urls, kin.ongoing) {
        (1, true) => {
            "When the rest recovered, 1 URL did not. It fails to this moment, which is an outage of its own:"
                .to_owned()
        }
        (1, false) => {
            "When the rest recovered, 1 URL did not. It failed on for a while, which is an outage of its own:"
                .to_owned()
        }
        (_, true) => format!(
            "When the rest recovered, {urls} did not. They fail to this moment, which is an outage of its own:"
        ),
        (_, false) => format!(
            "When the rest recovered, {urls} did not. They failed on for a while, which is an outage of its own:"
        ),
    };
    Said { text, tag: None, link: Some((href(kin), format!("outage {}", kin.id))) }
}

fn outlasted(kin: &Kin) -> Said {
    let text = format!(
        "It began in a larger outage ({}). The rest of that recovered, and what is told here did not:",
        plural(kin.urls, "URL", "URLs")
    );
    Said { text, tag: None, link: Some((href(kin), format!("outage {}", kin.id))) }
}

fn href(kin: &Kin) -> String {
    format!("/outages/{}", kin.id)
}
