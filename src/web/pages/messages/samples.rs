//! An outbox with nothing in it, with everything in it, and one message of it.

use chrono::TimeDelta;

use super::*;
use crate::domain::delivery::Kind;
use crate::domain::recipient::RecipientId;

/// As the gallery renders them: two templates.
#[derive(Debug)]
pub(crate) enum Sample {
    All(MessagesPage),
    One(SentPage),
}

impl Sample {
    pub(crate) fn render(&self) -> askama::Result<String> {
        match self {
            Self::All(page) => page.render(),
            Self::One(page) => page.render(),
        }
    }
}

fn message(id: i64, kind: Kind, standing: Standing, tries: u32, error: Option<&str>) -> OutboxMessage {
    let now: chrono::DateTime<chrono::Utc> = "2026-11-23T03:00:00Z".parse().unwrap();
    OutboxMessage {
        id,
        key: format!("alert 1 {id}"),
        recipient: RecipientId(1),
        recipient_name: "SEO <b>team</b>".to_owned(),
        kind,
        subject: "Gatecrawl: 134 URLs persistently 502 on shop.example; 2 brief outages forgiven".to_owned(),
        created_at: now - TimeDelta::hours(id),
        standing,
        due_at: now + TimeDelta::minutes(4),
        tries,
        last_error: error.map(str::to_owned),
        settled_at: None,
    }
}

pub(crate) fn all() -> Vec<(&'static str, Sample)> {
    let now = "2026-11-23T03:00:00Z".parse().unwrap();
    let dead = message(
        9,
        Kind::Alert,
        Standing::Dead,
        12,
        Some(
            "The relay mail.example:587 answered 550 5.7.1 <nobody@shop.example>: relaying denied. Check the address, or ask who runs the relay.",
        ),
    );
    let all = [
        dead.clone(),
        message(
            8,
            Kind::Summary,
            Standing::Waiting,
            2,
            Some("The relay mail.example:587 did not answer within 30 s."),
        ),
        message(7, Kind::Test, Standing::Waiting, 0, None),
        message(6, Kind::Summary, Standing::Delivered, 1, None),
        message(5, Kind::Reminder, Standing::Dropped, 3, None),
    ];
    let one = SentPage {
        shell: Shell::inside("/settings"),
        row: row(&dead, now),
        text: Some(crate::report::digest::samples::bad().text()),
    };
    let tally = Tally { waiting: 2, failing: 1, dead: 1 };
    vec![
        ("messages-none", Sample::All(page(&[], &Tally::default(), now))),
        ("messages", Sample::All(page(&all, &tally, now))),
        ("message-dead", Sample::One(one)),
    ]
}
