//! How often a bot came on each day, with what failed of it, and the outages behind it.
//!
//! The scale begins at 0, so that half the height is half the pace. Bars, not a line: a day is a count, and between two days
//! there is nothing.

use std::fmt::Write;

use askama::Template;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::plot::{Frame, NARROW, Tick, WIDE, Window, runs, ticks};
use super::tone::Tone;
use super::{Drawing, Px, Svg};

/// What is drawn.
#[derive(Debug, Clone)]
pub struct RateChart {
    /// Where the window begins.
    pub from: DateTime<Utc>,
    /// Where it ends; later than `from`.
    pub to: DateTime<Utc>,
    /// In which zone the days begin.
    pub zone: Tz,
    /// The window in equal parts, oldest first: fetches, and how many of them failed; `None`: no log is known.
    pub parts: Vec<Option<(u32, u32)>>,
    /// Outages, each from its first failing answer to its last.
    pub outages: Vec<(DateTime<Utc>, DateTime<Utc>, Tone)>,
    /// What it shows, in a few words.
    pub title: String,
    /// What there is to see, in a sentence.
    pub description: String,
}

/// An outage of a minute is seen, too.
const LEAST_WIDTH: f64 = 3.0;

/// How much of a part is its bar.
const BAR: f64 = 0.8;

#[derive(Template)]
#[template(path = "chart/rate.svg")]
struct Picture<'a> {
    frame: &'static str,
    width: Px,
    height: Px,
    title: &'a str,
    description: &'a str,
    left: Px,
    right: Px,
    top: Px,
    bottom: Px,
    plot_height: Px,
    tick_end: Px,
    label_y: Px,
    levels: Vec<(Px, String)>,
    ticks: Vec<Tick>,
    unknown: Vec<(Px, Px)>,
    outages: Vec<(&'static str, Px, Px)>,
    all: String,
    failing: String,
}

impl RateChart {
    /// Draws it for both widths.
    pub fn draw(&self) -> Drawing {
        Drawing { wide: self.picture(WIDE), narrow: self.picture(NARROW) }
    }

    fn picture(&self, frame: Frame) -> Svg {
        let window = Window { from: self.from, to: self.to, zone: self.zone, parts: self.parts.len() };
        let levels = ticks::levels(self.parts.iter().flatten().map(|(all, _)| *all).max().unwrap_or(0));
        let highest = levels.last().copied().unwrap_or(1).max(1);
        let y = |count: u32| frame.bottom - frame.rise() * f64::from(count.min(highest)) / f64::from(highest);
        Svg::of(&Picture {
            frame: frame.name,
            width: Px(frame.width),
            height: Px(frame.height),
            title: &self.title,
            description: &self.description,
            left: Px(frame.left),
            right: Px(frame.right),
            top: Px(frame.top),
            bottom: Px(frame.bottom),
            plot_height: Px(frame.rise()),
            tick_end: Px(frame.bottom + 5.0),
            label_y: Px(frame.bottom + 24.0),
            levels: levels.iter().map(|level| (Px(y(*level)), ticks::grouped(*level))).collect(),
            ticks: frame.ticks(window),
            unknown: frame.spans(window, runs(&self.parts, Option::is_none)),
            outages: self.outages(frame, window),
            all: self.bars(frame, window, |(all, _)| y(*all)),
            failing: self.bars(frame, window, |(all, failing)| y((*failing).min(*all))),
        })
    }

    /// Tone, left edge and width of each outage, as far as it lies in the window.
    fn outages(&self, frame: Frame, window: Window) -> Vec<(&'static str, Px, Px)> {
        let within = self.outages.iter().filter(|(from, to, _)| *from <= self.to && *to >= self.from);
        within
            .map(|(from, to, tone)| {
                let left = frame.x_at(window, (*from).max(self.from)).min(frame.right - LEAST_WIDTH);
                let right = frame.x_at(window, (*to).min(self.to));
                (tone.class(), Px(left), Px((right - left).max(LEAST_WIDTH)))
            })
            .collect()
    }

    /// The bars that reach up to `y`, as one path.
    fn bars(&self, frame: Frame, window: Window, y: impl Fn(&(u32, u32)) -> f64) -> String {
        let mut path = String::new();
        for (i, part) in self.parts.iter().enumerate() {
            let (left, right) = (frame.x(window, i), frame.x(window, i + 1));
            let top = part.as_ref().map_or(frame.bottom, &y);
            let room = (right - left) * (1.0 - BAR) / 2.0;
            if top < frame.bottom {
                // Writing into a string cannot fail.
                let _ = write!(path, "M{} {}", Px(left + room), Px(frame.bottom));
                let _ = write!(path, "V{}H{}V{}z", Px(top), Px(right - room), Px(frame.bottom));
            }
        }
        path
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use proptest::prelude::*;

    use super::*;
    use crate::chart::tests::coordinates;
    use crate::domain::verdict::Verdict;

    fn drawn(parts: Vec<Option<(u32, u32)>>, outage: (i64, i64)) -> Drawing {
        let from = DateTime::UNIX_EPOCH + TimeDelta::days(20_000);
        let at = |hour| from + TimeDelta::hours(hour);
        RateChart {
            from,
            to: from + TimeDelta::days(4),
            zone: chrono_tz::UTC,
            parts,
            outages: vec![(at(outage.0), at(outage.1), Tone::Failing(Verdict::Brief))],
            title: "Fetches of googlebot".to_owned(),
            description: "Half & half.".to_owned(),
        }
        .draw()
    }

    #[test]
    fn half_the_fetches_are_half_as_high_and_an_outage_lies_behind_its_days() {
        let drawing = drawn(vec![Some((100, 0)), Some((100, 50)), None, Some((200, 200))], (24, 48));
        let svg = drawing.narrow.as_str();
        assert!(
            svg.contains(r#"<rect class="t-brief gap" x="119" y="14" width="79" height="164"/>"#),
            "{svg}"
        );
        assert!(svg.contains(r#"<path class="area" d="M47.9 178V96H111.1V178z"#), "{svg}");
        assert!(svg.contains(r#"<path class="t-persistent" d="M126.9 178V137H190.1V178z"#), "{svg}");
        assert!(
            svg.contains(r#"<rect class="t-unknown gap" x="198" y="14" width="79" height="164"/>"#),
            "{svg}"
        );
        assert!(svg.contains("Half &#38; half."));
    }

    proptest! {
        #[test]
        fn every_coordinate_lies_within_the_box(
            parts in prop::collection::vec(prop::option::of((0_u32..3_000_000_000, any::<u32>())), 0..60),
            from in -200_i64..200, length in 0_i64..300,
        ) {
            let drawing = drawn(parts, (from, from + length));
            for (svg, width) in [(drawing.wide, WIDE.width), (drawing.narrow, NARROW.width)] {
                for n in coordinates(&svg) {
                    prop_assert!((0.0..=width).contains(&n), "{} in {}", n, svg);
                }
            }
        }
    }
}
