//! A site whose outages keep to an hour and to deploys, one that had two outages, and one that has them all the time and
//! of which nobody records deploys.

use chrono::Weekday;

use super::*;
use crate::domain::patterns::Cluster;

fn line(key: &str, text: &str) -> Line {
    Line { text: text.to_owned(), tag: rule(key).map(Tag::from) }
}

pub(crate) fn with_patterns() -> Begins {
    let mut counts = [[0; 24]; 7];
    for (day, hour, count) in [(0, 3, 1), (1, 3, 2), (3, 3, 4), (6, 3, 1), (6, 14, 1), (5, 23, 1)] {
        counts[day][hour] = count;
    }
    let hour = Some(Cluster { at: 3, count: 8 });
    let week = Week { counts, placed: 10, unplaced: 2, hour, weekday: None };
    Begins {
        lines: vec![
            line(
                "deploy_window",
                "5 of 7 outages began within 15 min after a deploy (71 %), and one more may have. Five earlier outages do not count: no deploy was recorded by then.",
            ),
            line("pattern_chance", &wording::patterns::week(&week)),
            line("begin_known_within", &wording::patterns::unplaced(&week).unwrap()),
        ],
        command: None,
        week: Some(figure(&week, "Europe/Berlin")),
    }
}

pub(crate) fn too_few() -> Begins {
    Begins {
        lines: vec![line(
            "pattern_least",
            "2 outages in the last 90 days: too few to have anything in common.",
        )],
        command: Some(command("shop.example")),
        week: None,
    }
}

pub(crate) fn without_deploys() -> Begins {
    let mut week = Week { counts: [[0; 24]; 7], placed: 168, unplaced: 0, hour: None, weekday: None };
    for (i, count) in (0..).zip(week.counts.iter_mut().flatten()) {
        *count = (i * 37) % 11;
    }
    week.weekday = Some(Cluster { at: Weekday::Sun, count: 90 });
    Begins {
        lines: vec![line("pattern_chance", &wording::patterns::week(&week))],
        command: Some(command("shop.example")),
        week: Some(figure(&week, "Europe/Berlin")),
    }
}
