//! What an outage's page says of another outage: URLs that went on failing in it, and the deploy that it began with.

use super::{Point, Said};
use crate::report::wording::plural;
use crate::store::kin::Kin;
use crate::store::outages::StoredOutage;
use crate::web::error::Error;
use crate::web::state::AppState;

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
