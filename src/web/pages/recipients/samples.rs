//! Nobody who is told, several, and one to be changed.

use super::*;

/// As the gallery renders them: two templates.
#[derive(Debug)]
pub(crate) enum Sample {
    All(RecipientsPage),
    One(RecipientPage),
}

impl Sample {
    pub(crate) fn render(&self) -> askama::Result<String> {
        match self {
            Self::All(page) => page.render(),
            Self::One(page) => page.render(),
        }
    }
}

fn page(rows: Vec<RecipientRow>, title: &str, refusal: Option<&str>) -> RecipientsPage {
    RecipientsPage {
        shell: Shell::inside("/settings"),
        title: title.to_owned(),
        no_relay: rows.is_empty(),
        rows,
        channels: channels(Channel::Mail),
        refusal: refusal.map(str::to_owned),
        typed_name: String::new(),
        typed_target: refusal.map(|_| "\"><script>".to_owned()).unwrap_or_default(),
    }
}

fn row(name: &str, by: Channel, target: &str, summary: &str) -> RecipientRow {
    let now = "2026-11-23T03:00:00Z".parse().unwrap();
    RecipientRow {
        href: "/settings/recipients/1".to_owned(),
        name: name.to_owned(),
        by: by.name(),
        target: target.to_owned(),
        summary: summary.to_owned(),
        alerts: "at once",
        sites: "2 of 14".to_owned(),
        last: (by == Channel::Mail).then(|| Instant::minute(now, UTC, now)),
    }
}

pub(crate) fn all() -> Vec<(&'static str, Sample)> {
    let rows = vec![
        row(
            "SEO team",
            Channel::Mail,
            "SEO team <seo@shop.example>",
            "daily, monthly at 07:00 Europe/Berlin",
        ),
        row("<b>operators</b>", Channel::Slack, "hooks.slack.com", "never"),
    ];
    let one = RecipientPage {
        shell: Shell::inside("/settings"),
        href: "/settings/recipients/1".to_owned(),
        name: "SEO team".to_owned(),
        by: "e-mail",
        target: "seo@shop.example".to_owned(),
        has_secret: false,
        refusal: Some("Nothing was changed: one field needs another look.".to_owned()),
        done: None,
        wishes: wishes(
            &Wishes::default(),
            &Typed::from([("at".to_owned(), "seven".to_owned())]),
            &Typed::from([("at".to_owned(), "at=seven: give a time of day, such as 07:00".to_owned())]),
        ),
        all_sites: false,
        sites: ["shop.example", "blog.example", "a-very-long-name-of-a-host.on-a-platform.example"]
            .iter()
            .zip(1..)
            .map(|(host, id)| SiteChoice { id: SiteId(id), host: (*host).to_owned(), is_chosen: id == 1 })
            .collect(),
    };
    vec![
        ("recipients-none", Sample::All(page(Vec::new(), "Nobody is told yet", None))),
        ("recipients", Sample::All(page(rows, "2 recipients", Some("`\"><script>` is no e-mail address")))),
        ("recipient", Sample::One(one)),
    ]
}
