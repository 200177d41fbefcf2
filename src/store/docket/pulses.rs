//! The pulses of a docket's places, as rows: read when it is loaded, written for the places that a batch looked at.

use sqlx::sqlite::SqliteConnection;

use super::Docket;
use crate::domain::judge::{Place, Pulse};
use crate::domain::observation::UrlId;
use crate::domain::page_url::Section;
use crate::store::{StoreError, corrupt};

impl Docket {
    pub(super) async fn restore_pulses(&mut self, db: &mut SqliteConnection) -> Result<(), StoreError> {
        let rows: Vec<(String, String)> =
            sqlx::query_as("select place, state from pulse where site_id = $1 and observer = $2")
                .bind(self.site.0)
                .bind(self.observer.as_str())
                .fetch_all(db)
                .await?;
        for (place, state) in rows {
            let pulse: Pulse =
                serde_json::from_str(&state).map_err(|error| corrupt("pulse", self.site.0, error))?;
            let place = read(&place).ok_or_else(|| corrupt("pulse", self.site.0, &place))?;
            self.judge.restore_pulse(place, pulse);
        }
        Ok(())
    }

    pub(super) async fn store_pulses(&mut self, db: &mut SqliteConnection) -> Result<(), StoreError> {
        for place in std::mem::take(&mut self.places) {
            let state = self.judge.pulse(&place).and_then(|pulse| serde_json::to_string(pulse).ok());
            let statement = match &state {
                Some(_) => {
                    "insert into pulse (site_id, observer, place, state) values ($1, $2, $3, $4)
                     on conflict (site_id, observer, place) do update set state = excluded.state"
                }
                None => "delete from pulse where site_id = $1 and observer = $2 and place = $3",
            };
            let query =
                sqlx::query(statement).bind(self.site.0).bind(self.observer.as_str()).bind(word(&place));
            let query = if state.is_some() { query.bind(state) } else { query };
            query.execute(&mut *db).await?;
        }
        Ok(())
    }
}

fn word(place: &Place) -> String {
    match place {
        Place::Site => "site".to_owned(),
        Place::Section(section) => format!("section:{}", section.as_str()),
        Place::Url(url) => format!("url:{url}"),
    }
}

fn read(word: &str) -> Option<Place> {
    match word.split_once(':') {
        None => (word == "site").then_some(Place::Site),
        Some(("section", template)) => Some(Place::Section(Section::stored(template.to_owned()))),
        Some(("url", id)) => id.parse().ok().map(|id| Place::Url(UrlId(id))),
        Some(_) => None,
    }
}
