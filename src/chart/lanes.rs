//! What one URL answered over time: a lane for each observer, a band for each spell.
//!
//! A band is as long as the answers were seen to be the same; between two bands lies a thin line, because the moment of
//! the change was seen by nobody. A failing band is full, a band of 4xx is half as high, a healthy one is low: the height
//! tells them apart without colour. Every instant stands in the page's table, which the drawing names its window for.

use askama::Template;
use chrono::{DateTime, SecondsFormat, Utc};
use chrono_tz::Tz;

use super::plot::{Frame, NARROW, Tick, WIDE, Window};
use super::tone::Tone;
use super::{Drawing, Px, Svg, float};

/// What is drawn.
#[derive(Debug, Clone)]
pub struct Lanes {
    /// Where the window begins.
    pub from: DateTime<Utc>,
    /// Where it ends; later than `from`.
    pub to: DateTime<Utc>,
    /// In which zone the days begin.
    pub zone: Tz,
    /// One lane for each observer, from the top.
    pub lanes: Vec<Lane>,
    /// What there is to see, in a sentence.
    pub description: String,
}

/// What one observer saw.
#[derive(Debug, Clone)]
pub struct Lane {
    /// The observer's name.
    pub name: String,
    /// In any order; bands outside the window are not drawn.
    pub bands: Vec<Band>,
}

/// Answers that were all the same.
#[derive(Debug, Clone, Copy)]
pub struct Band {
    /// The first of them.
    pub first: DateTime<Utc>,
    /// The last of them.
    pub last: DateTime<Utc>,
    /// What they were.
    pub kind: Kind,
}

/// How a band looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Healthy, or failing in an outage with a verdict.
    Tone(Tone),
    /// 4xx.
    Gone,
}

/// Height of a lane, of the name above it, and of the room between two.
const LANE: f64 = 26.0;
const NAME: f64 = 22.0;
const ROOM: f64 = 8.0;
/// A single answer is seen, too.
const LEAST_WIDTH: f64 = 2.0;

#[derive(Template)]
#[template(path = "chart/lanes.svg")]
struct Picture<'a> {
    frame: &'static str,
    width: Px,
    height: Px,
    description: &'a str,
    from: String,
    to: String,
    left: Px,
    right: Px,
    top: Px,
    bottom: Px,
    tick_end: Px,
    label_y: Px,
    ticks: Vec<Tick>,
    lanes: Vec<DrawnLane<'a>>,
}

struct DrawnLane<'a> {
    name: &'a str,
    name_y: Px,
    floor: Px,
    bands: Vec<DrawnBand>,
}

struct DrawnBand {
    class: &'static str,
    x: Px,
    y: Px,
    width: Px,
    height: Px,
}

impl Lanes {
    /// Draws it for both widths.
    pub fn draw(&self) -> Drawing {
        Drawing { wide: self.picture(WIDE), narrow: self.picture(NARROW) }
    }

    fn picture(&self, mut frame: Frame) -> Svg {
        (frame.left, frame.top) = (4.0, 0.0);
        frame.bottom = (NAME + LANE + ROOM) * float(self.lanes.len());
        let iso = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::Secs, true);
        let window = Window { from: self.from, to: self.to, zone: self.zone, parts: 1 };
        Svg::of(&Picture {
            frame: frame.name,
            width: Px(frame.width),
            height: Px(frame.bottom + 34.0),
            description: &self.description,
            from: iso(self.from),
            to: iso(self.to),
            left: Px(frame.left),
            right: Px(frame.right),
            top: Px(frame.top),
            bottom: Px(frame.bottom),
            tick_end: Px(frame.bottom + 5.0),
            label_y: Px(frame.bottom + 24.0),
            ticks: frame.ticks(window),
            lanes: self.lanes.iter().enumerate().map(|(i, lane)| lane.drawn(frame, window, i)).collect(),
        })
    }
}

impl Lane {
    fn drawn(&self, frame: Frame, window: Window, place: usize) -> DrawnLane<'_> {
        let top = (NAME + LANE + ROOM) * float(place);
        let floor = top + NAME + LANE;
        let bands = self.bands.iter().filter_map(|band| band.drawn(frame, window, floor)).collect();
        DrawnLane { name: &self.name, name_y: Px(top + NAME - 6.0), floor: Px(floor), bands }
    }
}

impl Band {
    fn drawn(&self, frame: Frame, window: Window, floor: f64) -> Option<DrawnBand> {
        if self.last < window.from || self.first > window.to {
            return None;
        }
        let place = |at: DateTime<Utc>| frame.x_at(window, at.clamp(window.from, window.to));
        let left = place(self.first).min(frame.right - LEAST_WIDTH);
        let width = (place(self.last) - left).max(LEAST_WIDTH);
        let (class, height) = self.kind.looks();
        Some(DrawnBand { class, x: Px(left), y: Px(floor - height), width: Px(width), height: Px(height) })
    }
}

impl Kind {
    /// Its class, and its height.
    fn looks(self) -> (&'static str, f64) {
        match self {
            Self::Gone => ("t-gone", LANE / 2.0),
            Self::Tone(tone @ Tone::Failing(_)) => (tone.class(), LANE),
            Self::Tone(tone) => (tone.class(), LANE / 4.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use proptest::prelude::*;

    use super::*;
    use crate::chart::tests::coordinates;
    use crate::domain::verdict::Verdict;

    fn at(minute: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::days(20_776) + TimeDelta::minutes(minute)
    }

    fn lanes(bands: &[(i64, i64, Kind)]) -> Lanes {
        let band =
            |(first, last, kind): &(i64, i64, Kind)| Band { first: at(*first), last: at(*last), kind: *kind };
        let lane = Lane { name: "Gatecrawl".to_owned(), bands: bands.iter().map(band).collect() };
        let (zone, description) = (chrono_tz::UTC, "It failed & recovered.".to_owned());
        Lanes { from: at(0), to: at(1000), zone, lanes: vec![lane], description }
    }

    #[test]
    fn failing_gone_and_healthy_are_told_apart_by_height() {
        let failing = Kind::Tone(Tone::Failing(Verdict::Brief));
        let bands = [(0, 300, Kind::Tone(Tone::Healthy)), (310, 400, failing), (500, 600, Kind::Gone)];
        let drawn = lanes(&bands).draw();
        let wide = drawn.wide.as_str();
        assert!(
            wide.contains(r#"<rect class="t-healthy" x="4" y="41.5" width="284.4" height="6.5"/>"#),
            "{wide}"
        );
        assert!(
            wide.contains(r#"<rect class="t-brief" x="297.9" y="22" width="85.3" height="26"/>"#),
            "{wide}"
        );
        assert!(wide.contains(r#"<rect class="t-gone" x="478" y="35" width="94.8" height="13"/>"#), "{wide}");
        assert!(wide.contains("It failed &#38; recovered."), "{wide}");
    }

    #[test]
    fn what_lies_outside_the_window_is_not_drawn() {
        let bands = [(-50, -1, Kind::Gone), (1001, 1002, Kind::Gone)];
        assert!(!lanes(&bands).draw().wide.as_str().contains("t-gone"));
    }

    proptest! {
        #[test]
        fn every_coordinate_lies_within_the_box(bands in prop::collection::vec((-500i64..1500, 0i64..900), 0..40)) {
            let bands: Vec<_> = bands.into_iter().map(|(first, length)| (first, first + length, Kind::Gone)).collect();
            for svg in { let drawn = lanes(&bands).draw(); [drawn.wide, drawn.narrow] } {
                for n in coordinates(&svg) {
                    prop_assert!((0.0..=WIDE.width).contains(&n), "{} in {}", n, svg);
                }
            }
        }
    }
}
