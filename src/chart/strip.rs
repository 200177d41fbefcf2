//! The strip: one mark a day, whose height and class tell the worst verdict of that day.
//!
//! The marks of one tone are one path. A dashboard of 200 sites has 18,000 of them, and as many elements would make the
//! browser slow; the text alternative counts the days instead.

use std::fmt::Write;

use askama::Template;

use super::tone::Tone;
use super::{Px, Svg, float};
use crate::domain::verdict::Verdict;

/// Height of the drawing; the worst verdict fills it.
const HEIGHT: f64 = 28.0;
/// From one mark to the next, and how much of it the mark takes.
const PITCH: f64 = 10.0;
const MARK: f64 = 7.6;

#[derive(Template)]
#[template(path = "chart/strip.svg")]
struct Strip {
    width: Px,
    height: Px,
    label: String,
    marks: Vec<(&'static str, String)>,
}

/// Draws days, oldest first. It is stretched to whatever width it is given, and has no text.
pub fn draw(days: &[Tone]) -> Svg {
    Svg::of(&Strip {
        width: Px(PITCH * float(days.len().max(1)) - (PITCH - MARK)),
        height: Px(HEIGHT),
        label: label(days),
        marks: Tone::ALL.iter().filter_map(|tone| marks(days, *tone)).collect(),
    })
}

fn marks(days: &[Tone], tone: Tone) -> Option<(&'static str, String)> {
    let mut path = String::new();
    for (day, _) in days.iter().enumerate().filter(|(_, t)| **t == tone) {
        let (left, height) = (PITCH * float(day), height(tone));
        let top = HEIGHT - height;
        // Writing into a string cannot fail.
        let _ = write!(path, "M{} {}h{}v{}h-{}z", Px(left), Px(top), Px(MARK), Px(height), Px(MARK));
    }
    (!path.is_empty()).then_some((tone.class(), path))
}

/// Heights far enough apart to be told without colour.
fn height(tone: Tone) -> f64 {
    match tone {
        Tone::Unknown => 2.0,
        Tone::Healthy => 6.0,
        Tone::Failing(Verdict::Transient) => 9.0,
        Tone::Failing(Verdict::Brief) => 13.0,
        Tone::Failing(Verdict::Intermittent) => 18.0,
        Tone::Failing(Verdict::Prolonged) => 23.0,
        Tone::Failing(Verdict::Persistent) => HEIGHT,
    }
}

/// "90 days: 3 persistent, 1 brief, 86 healthy", worst first.
fn label(days: &[Tone]) -> String {
    let counts = Tone::ALL.iter().rev().filter_map(|tone| {
        let count = days.iter().filter(|t| *t == tone).count();
        (count > 0).then(|| format!("{count} {}", tone.word()))
    });
    let unit = if days.len() == 1 { "day" } else { "days" };
    match counts.collect::<Vec<_>>().join(", ") {
        none if none.is_empty() => "no days yet".to_owned(),
        counts => format!("{} {unit}: {counts}", days.len()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::chart::tests::coordinates;

    #[test]
    fn a_bad_day_stands_out_by_height_and_by_class() {
        let days = [Tone::Unknown, Tone::Healthy, Tone::Healthy, Tone::Failing(Verdict::Persistent)];
        insta::assert_snapshot!(draw(&days), @r#"<svg class="strip" viewBox="0 0 37.6 28" preserveAspectRatio="none" role="img" aria-label="4 days: 1 persistent, 2 healthy, 1 unknown"><path class="t-unknown" d="M0 26h7.6v2h-7.6z"/><path class="t-healthy" d="M10 22h7.6v6h-7.6zM20 22h7.6v6h-7.6z"/><path class="t-persistent" d="M30 0h7.6v28h-7.6z"/></svg>"#);
    }

    #[test]
    fn no_days_are_drawn_as_nothing_and_say_so() {
        assert!(draw(&[]).as_str().contains("no days yet"));
    }

    proptest! {
        #[test]
        fn every_mark_lies_within_the_drawing(days in prop::collection::vec(0usize..7, 0..120)) {
            let days: Vec<Tone> = days.into_iter().map(|i| Tone::ALL[i]).collect();
            let svg = draw(&days);
            let most = (PITCH * float(days.len().max(1))).max(HEIGHT);
            for n in coordinates(&svg) {
                prop_assert!((-HEIGHT..=most).contains(&n), "{} in {}", n, svg);
            }
        }
    }
}
