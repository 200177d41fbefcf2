//! What is stored, how large it is, and for how long: the settings' page for those who look after the file. It changes nothing:
//! how long data are kept is set in the configuration, where a slip of the mouse does not remove a year.

use askama::Template;
use axum::extract::State;
use axum::response::Html;
use chrono::{DateTime, Utc};
use chrono_tz::UTC;

use super::Shell;
use crate::domain::keep::{Keep, Lasting, ROWS};
use crate::report::wording::{bytes, count, plural};
use crate::store::data_directory::{Room, room};
use crate::store::stock::{Measure, REST, SITES, Stock};
use crate::web::error::{Error, html};
use crate::web::state::AppState;
use crate::web::wording::Instant;

#[derive(Debug, Template)]
#[template(path = "pages/storage.html")]
pub(crate) struct StoragePage {
    pub(crate) shell: Shell,
    pub(crate) title: String,
    /// What is true of the file as a whole.
    pub(crate) facts: Vec<(&'static str, String)>,
    pub(crate) rows: Vec<StoredRow>,
    /// When sizes and rows were counted; `None`: not yet.
    pub(crate) counted: Option<Instant>,
}

/// One kind of data.
#[derive(Debug, Clone)]
pub(crate) struct StoredRow {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    /// Size and rows; `None`: not counted yet.
    pub(crate) measured: Option<(String, String)>,
    pub(crate) kept: String,
    /// The key under `[keep]`; empty: it cannot be set.
    pub(crate) key: &'static str,
}

/// What is kept as long as what it belongs to: key, name, what is in it, how long.
const UNLIMITED: [(&str, &str, &str, &str); 2] = [
    (
        SITES,
        "Sites and URLs",
        "Settings, known URLs, sitemaps and robots.txt. A URL that stays healthy costs a row or two.",
        "until the site is removed",
    ),
    (
        REST,
        "Everything else",
        "Accounts, tokens and recipients, and what the database needs for itself.",
        "until it is removed by hand",
    ),
];

/// `GET /settings/storage`
pub(crate) async fn show(State(app): State<AppState>) -> Result<Html<String>, Error> {
    let (stock, measures) = (app.store.stock().await?, app.store.measures().await?);
    // Where the system does not tell, nothing is said of it.
    let room = room(app.store.directory()).ok();
    html(&page(&stock, room, &measures, &app.keep.borrow().clone(), app.now()))
}

fn page(
    stock: &Stock,
    room: Option<Room>,
    measures: &[Measure],
    keep: &Keep,
    now: DateTime<Utc>,
) -> StoragePage {
    let counted = |kind: &str| {
        let found = measures.iter().find(|measure| measure.kind == kind);
        // Number and unit stay on one line.
        found.map(|measure| (bytes(measure.bytes).replace(' ', "\u{a0}"), count(measure.rows)))
    };
    let set = ROWS.iter().map(|row| StoredRow {
        name: row.name,
        about: row.about,
        measured: counted(row.key),
        kept: kept(keep.of(row.kind)),
        key: row.key,
    });
    let unlimited = UNLIMITED.map(|(kind, name, about, kept)| StoredRow {
        name,
        about,
        measured: counted(kind),
        kept: kept.to_owned(),
        key: "",
    });
    StoragePage {
        shell: Shell::inside("/settings"),
        title: format!("{} are stored", bytes(stock.bytes - stock.unused)),
        facts: facts(stock, room),
        rows: set.chain(unlimited).collect(),
        counted: measures
            .iter()
            .map(|measure| measure.measured_at)
            .min()
            .map(|at| Instant::minute(at, UTC, now)),
    }
}

fn facts(stock: &Stock, room: Option<Room>) -> Vec<(&'static str, String)> {
    let mut facts = vec![("The file", bytes(stock.bytes))];
    if stock.unused > 0 {
        facts.push(("Of it unused", bytes(stock.unused)));
    }
    if let Some(room) = room {
        facts.push(("Free on its disk", format!("{} of {}", bytes(room.free), bytes(room.whole))));
    }
    facts
}

fn kept(lasting: Lasting) -> String {
    match lasting {
        Lasting::Forever => "for ever".to_owned(),
        Lasting::For(span) => match span.delta().num_days() {
            0 => span.to_string(),
            days => plural(days.unsigned_abs(), "day", "days"),
        },
    }
}

#[cfg(test)]
pub(crate) mod samples {
    use super::*;

    fn now() -> DateTime<Utc> {
        "2026-11-28T18:00:00Z".parse().unwrap()
    }

    fn measures(scale: u64) -> Vec<Measure> {
        let kinds = [
            ("crawls", 3),
            ("evidence", 41),
            ("history", 2208),
            ("hours", 530),
            ("messages", 12),
            (REST, 4),
            (SITES, 3304),
        ];
        kinds
            .map(|(kind, rows)| Measure {
                kind: kind.to_owned(),
                rows: rows * scale,
                bytes: rows * scale * 92 + 8192,
                measured_at: "2026-11-28T03:12:00Z".parse().unwrap(),
            })
            .into()
    }

    pub(crate) fn all() -> Vec<(&'static str, StoragePage)> {
        let small = Stock { bytes: 409_600, unused: 0, schema: 22 };
        let large = Stock { bytes: 61_204_480_000, unused: 812_000_000, schema: 22 };
        let room = Room { free: 34_359_738_368, whole: 105_089_261_568 };
        let mut keep = Keep::default();
        keep.set(crate::domain::keep::Kind::History, "400d".parse().unwrap()).unwrap();
        vec![
            (
                "storage",
                page(&Stock { bytes: 983_040, ..small }, Some(room), &measures(1), &Keep::default(), now()),
            ),
            ("storage-uncounted", page(&small, Some(room), &[], &Keep::default(), now())),
            ("storage-large", page(&large, Some(room), &measures(100_000), &keep, now())),
        ]
    }
}

#[cfg(test)]
mod tests {
    use crate::web::testing::World;

    #[tokio::test]
    async fn an_admin_sees_what_is_stored_how_large_it_is_and_for_how_long() {
        let world = World::logged_in().await;
        let site = world.site("https://shop.example/").await;
        world.fetched(&site, "/", 0, "502").await;
        let page = world.get("/settings/storage").await;
        assert!(page.text("#kinds").contains("not counted yet"), "{}", page.text("#kinds"));
        world.app().store.measure(world.app().now()).await.unwrap();
        let page = world.get("/settings/storage").await;
        assert!(page.text("h1").ends_with(" kB are stored"), "{}", page.text("h1"));
        let kinds = page.text("#kinds");
        for words in ["Evidence", "90 days", "1,095 days", "for ever", "until the site is removed", "kB"] {
            assert!(kinds.contains(words), "{words} is not in: {kinds}");
        }
    }
}
