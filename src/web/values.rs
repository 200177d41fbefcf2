//! The table behind a chart: what it draws, as rows of text between two instants.
//!
//! Neighbours that say the same are one row, so that a quiet week is a line and not a hundred. The page's script reads
//! the values for the pointer and the arrow keys out of this table, so that there is no second copy of them.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::wording::Instant;

/// The table. A chart and its table have the same name.
#[derive(Debug, Clone)]
pub(crate) struct Values {
    /// Of letters; once a page.
    pub(crate) name: &'static str,
    /// The heads of the cells.
    pub(crate) columns: Vec<&'static str>,
    /// Oldest first.
    pub(crate) rows: Vec<ValueRow>,
}

/// What a chart shows between two instants.
#[derive(Debug, Clone)]
pub(crate) struct ValueRow {
    pub(crate) from: Instant,
    pub(crate) to: Instant,
    /// One for each column; empty: nothing to tell.
    pub(crate) cells: Vec<String>,
}

/// A part of a chart: from, to, and its cells.
pub(crate) type Part = (DateTime<Utc>, DateTime<Utc>, Vec<String>);

impl Values {
    /// Of the parts of a chart, oldest first.
    pub(crate) fn of(
        name: &'static str,
        columns: Vec<&'static str>,
        parts: impl IntoIterator<Item = Part>,
        zone: Tz,
        now: DateTime<Utc>,
    ) -> Self {
        let row = |(from, to, cells)| ValueRow {
            from: Instant::minute(from, zone, now),
            to: Instant::minute(to, zone, now),
            cells,
        };
        Self { name, columns, rows: merged(parts).into_iter().map(row).collect() }
    }

    /// Of days, oldest first: told by their date alone, `to` being the end of the day.
    pub(crate) fn of_days(
        name: &'static str,
        columns: Vec<&'static str>,
        parts: impl IntoIterator<Item = Part>,
        zone: Tz,
    ) -> Self {
        let row = |(from, to, cells): Part| ValueRow {
            from: Instant::day(from, zone),
            // The last moment of the last day.
            to: Instant::day(to - chrono::TimeDelta::seconds(1), zone),
            cells,
        };
        Self { name, columns, rows: merged(parts).into_iter().map(row).collect() }
    }
}

fn merged(parts: impl IntoIterator<Item = Part>) -> Vec<Part> {
    let mut rows: Vec<Part> = Vec::new();
    for (from, to, cells) in parts {
        match rows.last_mut() {
            Some((_, end, same)) if *end == from && *same == cells => *end = to,
            _ => rows.push((from, to, cells)),
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    #[test]
    fn neighbours_that_say_the_same_are_one_row() {
        let at = |hour| DateTime::UNIX_EPOCH + TimeDelta::hours(hour);
        let part = |hour, says: &str| (at(hour), at(hour + 1), vec![says.to_owned()]);
        let parts = [part(0, "0"), part(1, "0"), part(2, "7"), part(3, "0"), part(5, "0")];
        let values = Values::of("failing", vec!["URLs"], parts, chrono_tz::UTC, at(9));
        let rows: Vec<_> = values
            .rows
            .iter()
            .map(|row| (&row.from.iso[11..16], &row.to.iso[11..16], &*row.cells[0]))
            .collect();
        assert_eq!(
            rows,
            [
                ("00:00", "02:00", "0"),
                ("02:00", "03:00", "7"),
                ("03:00", "04:00", "0"),
                ("05:00", "06:00", "0")
            ]
        );
    }

    #[test]
    fn a_run_of_days_is_named_by_its_first_and_its_last_day() {
        let day = |n| DateTime::UNIX_EPOCH + TimeDelta::days(n);
        let parts = [0, 1, 2].map(|n| (day(n), day(n + 1), vec!["Healthy".to_owned()]));
        let values = Values::of_days("days", vec!["Worst"], parts, chrono_tz::UTC);
        assert_eq!((values.rows[0].from.text.as_str(), values.rows[0].to.text.as_str()), ("1 Jan", "3 Jan"));
    }
}
