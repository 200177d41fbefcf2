//! The axis of one outage: the last good answer, the first failing one, the last failing one, good again.
//!
//! What is certain is solid; between the last good answer and the first failing one, and again at the end, the bar fades,
//! because nobody saw the moment itself. The parts are drawn in proportion only as far as each stays visible: two minutes
//! beside three days still fade over a finger's width, and the numbers beside the marks tell the rest.

use askama::Template;
use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;

use super::tone::Tone;
use super::{Drawing, Px, Svg};
use crate::domain::bounds::Bounds;

mod layout;

use layout::spread;

/// What is drawn.
#[derive(Debug, Clone)]
pub struct OutageAxis {
    /// The four instants.
    pub bounds: Bounds,
    /// Where a bar that has no end yet reaches to.
    pub now: DateTime<Utc>,
    /// In which zone the instants are written.
    pub zone: Tz,
    /// The class of the bar.
    pub tone: Tone,
    /// The whole of it in a sentence, for those who do not see it.
    pub description: String,
}

/// No part of the bar that exists is shorter.
const LEAST_PART: f64 = 40.0;
/// Between two labels, at least.
const APART: f64 = 12.0;

/// The bar lies on the wide drawing and stands on the narrow one; along it runs the axis, across it the labels.
#[derive(Clone, Copy)]
struct Frame {
    name: &'static str,
    upright: bool,
    width: f64,
    height: f64,
    /// Where the axis begins and ends; the bar keeps `margin` from both.
    start: f64,
    end: f64,
    margin: f64,
    /// The bar across the axis.
    bar: (f64, f64),
    /// Room along the axis for a label.
    label: f64,
}

const WIDE: Frame = Frame {
    name: "wide",
    upright: false,
    width: 960.0,
    height: 118.0,
    start: 4.0,
    end: 956.0,
    margin: 110.0,
    bar: (8.0, 44.0),
    label: 160.0,
};
const NARROW: Frame = Frame {
    name: "narrow",
    upright: true,
    width: 358.0,
    height: 250.0,
    start: 4.0,
    end: 246.0,
    margin: 20.0,
    bar: (4.0, 36.0),
    label: 38.0,
};

#[derive(Template)]
#[template(path = "chart/bounds.svg")]
struct Picture<'a> {
    frame: &'static str,
    tone: &'static str,
    width: Px,
    height: Px,
    description: &'a str,
    axis: Line,
    parts: Vec<Part>,
    marks: Vec<Mark>,
}

struct Line {
    x1: Px,
    y1: Px,
    x2: Px,
    y2: Px,
}

struct Part {
    fill: &'static str,
    x: Px,
    y: Px,
    width: Px,
    height: Px,
}

struct Mark {
    leader: Line,
    anchor: &'static str,
    x: Px,
    y: Px,
    note_y: Px,
    when: String,
    note: &'static str,
}

/// An instant that gets a label, and where along the axis it lies.
struct Instant {
    place: f64,
    at: DateTime<Utc>,
    note: &'static str,
}

/// Where the parts of the bar begin and end along the axis.
struct Places {
    faded_from: f64,
    solid_from: f64,
    solid_to: f64,
    faded_to: f64,
}

impl OutageAxis {
    /// Draws it for both widths.
    pub fn draw(&self) -> Drawing {
        Drawing { wide: self.picture(WIDE), narrow: self.picture(NARROW) }
    }

    fn picture(&self, frame: Frame) -> Svg {
        let places = self.places(frame);
        Svg::of(&Picture {
            frame: frame.name,
            tone: self.tone.class(),
            width: Px(frame.width),
            height: Px(frame.height),
            description: &self.description,
            axis: frame.along(frame.start, frame.end, frame.bar.1),
            parts: parts(frame, &places),
            marks: self.marks(frame, &places),
        })
    }

    /// In proportion, but no part that exists shorter than [`LEAST_PART`].
    fn places(&self, frame: Frame) -> Places {
        let b = &self.bounds;
        let end = b.healthy_after.unwrap_or(self.now);
        let lengths = [
            b.healthy_before.map_or(TimeDelta::zero(), |before| b.first_failing - before),
            b.last_failing - b.first_failing,
            end - b.last_failing,
        ]
        .map(|length| length.max(TimeDelta::zero()).as_seconds_f64());
        let least = lengths.map(|length| if length > 0.0 { LEAST_PART } else { 0.0 });
        let whole: f64 = lengths.iter().sum::<f64>().max(f64::MIN_POSITIVE);
        let (from, to) = (frame.start + frame.margin, frame.end - frame.margin);
        let spare = (to - from) - least.iter().sum::<f64>();
        let [begin, solid, fade] = [0, 1, 2].map(|i| least[i] + spare * lengths[i] / whole);
        Places {
            faded_from: from,
            solid_from: from + begin,
            solid_to: from + begin + solid,
            faded_to: from + begin + solid + fade,
        }
    }

    fn marks(&self, frame: Frame, places: &Places) -> Vec<Mark> {
        let instants = self.instants(places);
        let wanted: Vec<f64> = instants.iter().map(|i| i.place).collect();
        let centres = spread(&wanted, frame.label, APART, frame.start, frame.end);
        let format = self.format();
        let when = |at: DateTime<Utc>| at.with_timezone(&self.zone).format(format).to_string();
        instants
            .iter()
            .zip(centres)
            .map(|(i, centre)| frame.mark(i.place, centre, when(i.at), i.note))
            .collect()
    }

    fn instants(&self, places: &Places) -> Vec<Instant> {
        let b = &self.bounds;
        let only_one = b.first_failing == b.last_failing;
        let first_note = match (only_one, b.healthy_before) {
            (true, _) => "only failing",
            (false, Some(_)) => "first failing",
            (false, None) => "first look, failing",
        };
        let before = b.healthy_before.map(|at| Instant { place: places.faded_from, at, note: "last good" });
        let first = Instant { place: places.solid_from, at: b.first_failing, note: first_note };
        let last = Instant { place: places.solid_to, at: b.last_failing, note: "last failing" };
        let after = match b.healthy_after {
            Some(at) => Instant { place: places.faded_to, at, note: "good again" },
            None => Instant { place: places.faded_to, at: self.now, note: "now, not over" },
        };
        before.into_iter().chain([first]).chain((!only_one).then_some(last)).chain([after]).collect()
    }

    /// As much of each instant as tells it from the others; the page says the day.
    fn format(&self) -> &'static str {
        let local_day = |at: DateTime<Utc>| at.with_timezone(&self.zone).date_naive();
        let begin = self.bounds.healthy_before.unwrap_or(self.bounds.first_failing);
        match (local_day(self.bounds.healthy_after.unwrap_or(self.now)) - local_day(begin)).num_days() {
            0 => "%H:%M:%S",
            1..=6 => "%a %H:%M:%S",
            _ => "%-d %b, %H:%M",
        }
    }
}

fn parts(frame: Frame, places: &Places) -> Vec<Part> {
    let mut parts = vec![
        frame.part("fades-in", places.faded_from, places.solid_from),
        frame.part("solid", places.solid_from, places.solid_to),
        frame.part("fades-out", places.solid_to, places.faded_to),
    ];
    parts.retain(|part| part.width > Px(0.0) && part.height > Px(0.0));
    parts
}

impl Frame {
    /// A line along the axis, at this distance across it.
    fn along(self, from: f64, to: f64, across: f64) -> Line {
        self.line((from, across), (to, across))
    }

    /// A line between two points, each given along and across.
    fn line(self, from: (f64, f64), to: (f64, f64)) -> Line {
        let ((x1, y1), (x2, y2)) = (self.point(from), self.point(to));
        Line { x1, y1, x2, y2 }
    }

    fn point(self, (along, across): (f64, f64)) -> (Px, Px) {
        if self.upright { (Px(across), Px(along)) } else { (Px(along), Px(across)) }
    }

    fn part(self, fill: &'static str, from: f64, to: f64) -> Part {
        let (x, y) = self.point((from, self.bar.0));
        let (width, height) = self.point((to - from, self.bar.1 - self.bar.0));
        Part { fill, x, y, width, height }
    }

    /// A label and the line that leads to it from its place on the bar.
    fn mark(self, place: f64, centre: f64, when: String, note: &'static str) -> Mark {
        let leader = self.line((place, self.bar.1), (centre, self.bar.1 + 20.0));
        let across = self.bar.1 + 26.0;
        if self.upright {
            let (x, y, note_y) = (Px(across), Px(centre - 2.0), Px(centre + 15.0));
            return Mark { leader, anchor: "start", x, y, note_y, when, note };
        }
        let (x, y, note_y) = (Px(centre), Px(across + 14.0), Px(across + 36.0));
        Mark { leader, anchor: "middle", x, y, note_y, when, note }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::chart::tests::coordinates;
    use crate::domain::verdict::Verdict;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::days(20_776) + TimeDelta::seconds(second)
    }

    fn axis(before: Option<i64>, first: i64, last: i64, after: Option<i64>, now: i64) -> OutageAxis {
        OutageAxis {
            bounds: Bounds {
                healthy_before: before.map(at),
                first_failing: at(first),
                last_failing: at(last),
                healthy_after: after.map(at),
                unknown: TimeDelta::zero(),
            },
            now: at(now),
            zone: chrono_tz::UTC,
            tone: Tone::Failing(Verdict::Brief),
            description: "It began between 00:01 and 00:02.".to_owned(),
        }
    }

    fn notes(axis: &OutageAxis) -> Vec<&'static str> {
        axis.instants(&axis.places(WIDE)).into_iter().map(|i| i.note).collect()
    }

    #[test]
    fn an_outage_with_both_ends_seen_fades_at_both() {
        insta::assert_snapshot!(axis(Some(60), 180, 2400, Some(2460), 9000).draw().wide, @r#"
        <svg class="wide t-brief" viewBox="0 0 960 118" role="img" aria-label="It began between 00:01 and 00:02.">
        <defs><linearGradient id="fades-in-wide"><stop class="clear" offset="0"/><stop class="full" offset="1"/></linearGradient><linearGradient id="fades-out-wide"><stop class="full" offset="0"/><stop class="clear" offset="1"/></linearGradient></defs>
        <line class="axis" x1="4" y1="44" x2="956" y2="44"/>
        <rect class="part" x="114" y="8" width="70.6" height="36" fill="url(#fades-in-wide)"/>
        <rect class="part" x="184.6" y="8" width="606.1" height="36"/>
        <rect class="part" x="790.7" y="8" width="55.3" height="36" fill="url(#fades-out-wide)"/>
        <line class="leader" x1="114" y1="44" x2="114" y2="64"/>
        <text class="when" text-anchor="middle" x="114" y="84">00:01:00</text><text class="note" text-anchor="middle" x="114" y="106">last good</text>
        <line class="leader" x1="184.6" y1="44" x2="286" y2="64"/>
        <text class="when" text-anchor="middle" x="286" y="84">00:03:00</text><text class="note" text-anchor="middle" x="286" y="106">first failing</text>
        <line class="leader" x1="790.7" y1="44" x2="704" y2="64"/>
        <text class="when" text-anchor="middle" x="704" y="84">00:40:00</text><text class="note" text-anchor="middle" x="704" y="106">last failing</text>
        <line class="leader" x1="846" y1="44" x2="876" y2="64"/>
        <text class="when" text-anchor="middle" x="876" y="84">00:41:00</text><text class="note" text-anchor="middle" x="876" y="106">good again</text>
        </svg>
        "#);
    }

    #[test]
    fn an_outage_that_goes_on_reaches_to_now() {
        assert_eq!(
            notes(&axis(Some(0), 60, 600, None, 700)),
            ["last good", "first failing", "last failing", "now, not over"]
        );
    }

    #[test]
    fn one_never_seen_healthy_has_a_hard_edge_and_says_so() {
        let axis = axis(None, 60, 600, Some(700), 900);
        assert_eq!(notes(&axis), ["first look, failing", "last failing", "good again"]);
        assert!(!axis.draw().wide.as_str().contains("#fades-in"), "{}", axis.draw().wide);
    }

    #[test]
    fn a_single_failing_answer_is_one_mark_between_two_fades() {
        let axis = axis(Some(0), 60, 60, Some(120), 900);
        assert_eq!(notes(&axis), ["last good", "only failing", "good again"]);
    }

    #[test]
    fn two_minutes_beside_three_days_still_fade_visibly() {
        let axis = axis(Some(0), 120, 260_000, Some(260_060), 300_000);
        let places = axis.places(WIDE);
        assert!(places.solid_from - places.faded_from >= LEAST_PART);
        assert!(places.faded_to - places.solid_to >= LEAST_PART);
    }

    proptest! {
        #[test]
        fn every_coordinate_lies_within_the_box(
            before in prop::option::of(0i64..1_000_000),
            lasted in 0i64..10_000_000,
            after in prop::option::of(0i64..1_000_000),
            since in 0i64..1_000_000,
        ) {
            let axis = axis(before.map(|b| -b), 0, lasted, after.map(|a| lasted + a), lasted + since);
            let drawing = axis.draw();
            for (svg, frame) in [(drawing.wide, WIDE), (drawing.narrow, NARROW)] {
                for n in coordinates(&svg) {
                    prop_assert!((0.0..=frame.width.max(frame.height)).contains(&n), "{} in {}", n, svg);
                }
            }
        }
    }
}
