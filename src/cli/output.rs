//! Where words go: data to stdout, talk to stderr. A reader that went away (`| head`) is no error.
#![expect(clippy::print_stderr, reason = "the one place that talks to the terminal")]

use std::io::{self, ErrorKind, IsTerminal, Write};

use comfy_table::{Cell, CellAlignment, ContentArrangement, Table, presets};
use serde::Serialize;

use crate::report::summary::SiteOutage;
use crate::report::wording;

/// Writes data, with a line end.
pub(super) fn data(text: &str) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    match writeln!(stdout, "{text}").and_then(|()| stdout.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

/// Writes data as JSON.
pub(super) fn json(value: &impl Serialize) -> anyhow::Result<()> {
    Ok(data(&serde_json::to_string_pretty(value)?)?)
}

/// Says something to the person at the terminal.
pub(super) fn talk(text: &str) {
    eprintln!("{text}");
}

/// A table without frames; columns whose number is in `right` are aligned to the right.
pub(super) fn table(head: &[&str], rows: Vec<Vec<String>>, right: &[usize]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic).set_header(head);
    if !io::stdout().is_terminal() {
        table.set_width(160);
    }
    for row in rows {
        table.add_row(row.into_iter().map(Cell::new));
    }
    for column in right {
        if let Some(column) = table.column_mut(*column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
}

/// The outages of a site, a row each; with the deploys that they began with, when there are any.
pub(super) fn outages(outages: &[SiteOutage]) -> Table {
    let has_deploys = outages.iter().any(|outage| outage.deploy.is_some());
    let row = |o: &SiteOutage| {
        let longest = o.outage.bounds.longest(o.now);
        let mut row = vec![
            o.id.to_string(),
            o.judgement.verdict.to_string(),
            o.judgement.state.word().to_owned(),
            o.outage.scope.to_string(),
            wording::count(o.outage.url_count),
            wording::range(o.outage.bounds.shortest(), longest),
            o.outage.bounds.first_failing.format("%Y-%m-%d %H:%M:%S UTC").to_string(),
        ];
        row.extend(has_deploys.then(|| o.deploy.clone().unwrap_or_default()));
        row
    };
    let mut head = vec!["Outage", "verdict", "state", "scope", "URLs", "lasted", "first seen failing"];
    head.extend(has_deploys.then_some("deploy"));
    table(&head, outages.iter().map(row).collect(), &[0, 4])
}

/// Rows as comma-separated values (RFC 4180).
pub(super) fn csv(head: &[&str], rows: &[Vec<String>]) -> io::Result<()> {
    let line = |cells: Vec<&str>| cells.into_iter().map(quoted).collect::<Vec<_>>().join(",");
    data(&line(head.to_vec()))?;
    rows.iter().try_for_each(|row| data(&line(row.iter().map(String::as_str).collect())))
}

fn quoted(cell: &str) -> String {
    if cell.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn a_cell_is_quoted_only_where_it_must_be() {
        assert_eq!(quoted("plain"), "plain");
        assert_eq!(quoted("a,b"), "\"a,b\"");
        assert_eq!(quoted("say \"hi\""), "\"say \"\"hi\"\"\"");
    }
}
