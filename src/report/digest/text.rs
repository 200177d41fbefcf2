//! A summary as plain text: all that the HTML has, in the same order. It is what `gatecrawl report` prints.

use std::fmt::Write;

use super::group::Group;
use super::{Digest, Entry, SiteDigest};
use crate::report::wording::plural;

impl Digest {
    /// The text, lines ended by LF.
    pub fn text(&self) -> String {
        let mut out = format!("{}\n{}\n", capital(&self.verdict()), self.span());
        // Writing to a string cannot fail.
        if let Some(notice) = &self.notice {
            let _ = writeln!(out, "\n{notice}");
        }
        if self.sites.is_empty() {
            out.push_str(
                "\nNo site is watched yet: add one with `gatecrawl site add https://www.example.com/`.\n",
            );
        }
        for group in Group::ALL {
            self.write_group(&mut out, group);
        }
        if !self.sites.is_empty() {
            out.push_str("\nSITES\n");
        }
        for site in &self.sites {
            self.write_site(&mut out, site);
        }
        if let Some(chart) = &self.chart {
            let _ = writeln!(out, "\n{}: {}", chart.title, chart.description);
        }
        let _ = writeln!(out, "\nDashboard: {}/", self.base);
        out
    }

    fn write_group(&self, out: &mut String, group: Group) {
        let told: Vec<(&SiteDigest, &Entry)> = self.of_group(group).collect();
        if told.is_empty() {
            return;
        }
        let _ = writeln!(out, "\n{}", group.heading().to_uppercase());
        for (site, entry) in told.iter().take(super::html::MOST_A_GROUP) {
            let _ = writeln!(out, "\n* {}: {}", site.host, entry.sentence);
            for line in &entry.lines {
                let _ = writeln!(out, "  {line}");
            }
            if let Some(id) = entry.outage {
                let _ = writeln!(out, "  {}/outages/{id}", self.base);
            }
        }
        if let Some(more) = more(told.len()) {
            let _ = writeln!(out, "\n  {more}");
        }
    }

    fn write_site(&self, out: &mut String, site: &SiteDigest) {
        let _ = writeln!(out, "\n{}", site.host);
        let lines = [
            Some(site.standing()),
            site.robots.clone(),
            site.efficiency.line(self.cadence.period()),
            site.single_failures(),
        ];
        for line in lines.into_iter().flatten() {
            let _ = writeln!(out, "  {line}");
        }
        let _ = writeln!(out, "  {}/sites/{}", self.base, site.id);
    }
}

impl SiteDigest {
    /// Failures that nobody has to read about one by one.
    pub(super) fn single_failures(&self) -> Option<String> {
        (self.transient > 0).then(|| {
            format!(
                "{} and healthy at the next look.",
                plural(self.transient, "single failure,", "single failures,")
            )
        })
    }
}

/// "And 12 more."
pub(super) fn more(told: usize) -> Option<String> {
    let rest = told.saturating_sub(super::html::MOST_A_GROUP);
    (rest > 0).then(|| format!("And {rest} more."))
}

/// With its first letter large, but for the name of a file.
pub(in crate::report) fn capital(text: &str) -> String {
    if text.starts_with("robots.txt") {
        return text.to_owned();
    }
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
