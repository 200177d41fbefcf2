//! An alert as text, as HTML and as JSON, with the same content.

use std::fmt::Write;

use askama::Template;
use serde::Serialize;
use serde_json::Value;

use super::{Alert, Line};
use crate::chart::png;
use crate::chart::tone::Tone;
use crate::domain::news::News;
use crate::domain::verdict::Verdict;
use crate::report::digest::text::capital;
use crate::report::json::{OutageJson, rfc3339};
use crate::report::wording::instant;

/// So many lines are told; the dashboard has the others.
const MOST: usize = 25;

#[derive(Template)]
#[template(path = "email/alert.html")]
struct Page<'a> {
    alert: &'a Alert,
    headline: String,
    told: Vec<Told<'a>>,
    left_out: Option<String>,
    when: String,
    unsubscribe: Option<&'a str>,
}

/// A line with its colours: of the fill, and of text.
struct Told<'a> {
    line: &'a Line,
    tone: Tone,
    colour: (&'static str, &'static str),
}

#[derive(Serialize)]
struct Shape<'a> {
    schema: u8,
    event: &'static str,
    at: String,
    subject: String,
    news: Vec<NewsShape<'a>>,
}

#[derive(Serialize)]
struct NewsShape<'a> {
    happening: &'static str,
    site: &'a str,
    text: &'a str,
    url_count: u64,
    outage_count: usize,
    link: String,
    outages: &'a [OutageJson],
}

impl Alert {
    /// The text, lines ended by LF.
    pub fn text(&self) -> String {
        let mut out = format!("{}\n{}\n", capital(&self.headline()), self.when());
        // Writing to a string cannot fail.
        for line in self.lines.iter().take(MOST) {
            let _ = writeln!(out, "\n[{}] {}: {}", line.word(), line.host, line.sentence);
            for detail in &line.details {
                let _ = writeln!(out, "  {detail}");
            }
            let _ = writeln!(out, "  {}", line.link(&self.base));
        }
        if let Some(more) = self.left_out() {
            let _ = writeln!(out, "\n{more}");
        }
        out
    }

    /// The page. `unsubscribe`: where a reader says that they want no more.
    pub fn html(&self, unsubscribe: Option<&str>) -> String {
        let told = |line| {
            let tone = tone(line);
            Told { line, tone, colour: png::colours(tone) }
        };
        let page = Page {
            alert: self,
            headline: capital(&self.headline()),
            told: self.lines.iter().take(MOST).map(told).collect(),
            left_out: self.left_out(),
            when: self.when(),
            unsubscribe,
        };
        // Writing into a string cannot fail; were it to, the text part says the same.
        page.render().unwrap_or_default()
    }

    /// The body of a webhook.
    pub fn json(&self) -> Value {
        let news = |line| self.news_shape(line);
        let shape = Shape {
            schema: 1,
            event: if self.is_reminder { "reminder" } else { "alert" },
            at: rfc3339(self.now),
            subject: self.subject(),
            news: self.lines.iter().map(news).collect(),
        };
        serde_json::to_value(shape).unwrap_or_default()
    }

    fn news_shape<'a>(&self, line: &'a Line) -> NewsShape<'a> {
        NewsShape {
            happening: line.news.word(),
            site: &line.origin,
            text: &line.sentence,
            url_count: line.urls,
            outage_count: line.outages.len(),
            link: line.link(&self.base),
            outages: &line.json,
        }
    }

    /// How bad it is.
    pub fn tone(&self) -> Tone {
        self.lines.first().map_or(Tone::Unknown, tone)
    }

    /// Where to read on.
    pub fn link(&self) -> String {
        match self.lines.as_slice() {
            [one] => one.link(&self.base),
            _ => format!("{}/", self.base),
        }
    }

    fn when(&self) -> String {
        instant(self.now, self.zone, self.now)
    }

    fn left_out(&self) -> Option<String> {
        let rest = self.lines.len().saturating_sub(MOST);
        (rest > 0).then(|| format!("And {rest} more: {}/", self.base))
    }
}

impl Line {
    /// What happened, in a word or two.
    pub(super) fn word(&self) -> &'static str {
        match self.news {
            News::Crossed(verdict) => verdict.word(),
            News::Recovered | News::RobotsRecovered => "recovered",
            News::FailsAgain => "fails again",
            News::Robots(_) => "robots.txt",
        }
    }
}

fn tone(line: &Line) -> Tone {
    match line.news {
        News::Crossed(verdict) => Tone::Failing(verdict),
        News::FailsAgain | News::Robots(_) => Tone::Failing(Verdict::Persistent),
        News::Recovered | News::RobotsRecovered => Tone::Healthy,
    }
}
