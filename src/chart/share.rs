//! The share of failing URLs over time, with the line above which one should look for a real fault.
//!
//! The scale is logarithmic, from 0.1 % to 100 %: what matters lies around 1 %, and a whole site that was down for an hour
//! would press a month of it flat. So the line is always at the same height, and two sites can be compared. Nothing
//! failing is the floor; any share above it is seen, however small.

use std::fmt::Write;

use askama::Template;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::plot::{Frame, NARROW, Tick, WIDE, Window, runs};
use super::{Drawing, Px, Svg};

/// What is drawn.
#[derive(Debug, Clone)]
pub struct ShareChart {
    /// Where the window begins.
    pub from: DateTime<Utc>,
    /// Where it ends; later than `from`.
    pub to: DateTime<Utc>,
    /// In which zone the days begin.
    pub zone: Tz,
    /// The window in equal parts, oldest first: a share from 0 to 1, or `None` where nobody looked.
    pub shares: Vec<Option<f64>>,
    /// The line, as a share.
    pub line: f64,
    /// What the line is called.
    pub line_name: String,
    /// What it shows, in a few words.
    pub title: String,
    /// What there is to see, in a sentence.
    pub description: String,
}

/// The levels that are marked, and how they read.
const LEVELS: [(f64, &str); 4] = [(0.001, "0.1 %"), (0.01, "1 %"), (0.1, "10 %"), (1.0, "100 %")];

/// The foot of the scale: half a decade lies below its first mark, so that small shares have a height.
const FOOT: f64 = 0.000_3;

/// A share above zero is never drawn lower than this.
const LEAST_HEIGHT: f64 = 2.5;

#[derive(Template)]
#[template(path = "chart/share.svg")]
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
    levels: Vec<(Px, &'static str)>,
    ticks: Vec<Tick>,
    unknown: Vec<(Px, Px)>,
    area: String,
    line_y: Px,
    line_name: &'a str,
}

impl ShareChart {
    /// Draws it for both widths.
    pub fn draw(&self) -> Drawing {
        Drawing { wide: self.picture(WIDE), narrow: self.picture(NARROW) }
    }

    fn picture(&self, frame: Frame) -> Svg {
        let window = Window { from: self.from, to: self.to, zone: self.zone, parts: self.shares.len() };
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
            levels: [(Px(frame.bottom), "0")]
                .into_iter()
                .chain(LEVELS.map(|(share, name)| (Px(y(frame, share)), name)))
                .collect(),
            ticks: frame.ticks(window),
            unknown: frame.spans(window, runs(&self.shares, Option::is_none)),
            area: self.area(frame, window),
            line_y: Px(y(frame, self.line)),
            line_name: &self.line_name,
        })
    }

    /// A closed path around each run of parts in which something failed, along its steps.
    fn area(&self, frame: Frame, window: Window) -> String {
        let x = |part| Px(frame.x(window, part));
        let mut path = String::new();
        for (start, end) in runs(&self.shares, |share| share.is_some_and(|share| share > 0.0)) {
            // Writing into a string cannot fail.
            let _ = write!(path, "M{} {}", x(start), Px(frame.bottom));
            for (i, share) in self.shares.iter().enumerate().take(end).skip(start) {
                let _ = write!(path, "V{}H{}", Px(y(frame, share.unwrap_or_default())), x(i + 1));
            }
            let _ = write!(path, "V{}z", Px(frame.bottom));
        }
        path
    }
}

/// How high a share lies.
fn y(frame: Frame, share: f64) -> f64 {
    if share <= 0.0 || !share.is_finite() {
        return frame.bottom;
    }
    let height = frame.rise() * (share.min(1.0) / FOOT).ln() / (1.0 / FOOT).ln();
    frame.bottom - height.max(LEAST_HEIGHT)
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use proptest::prelude::*;

    use super::*;
    use crate::chart::tests::coordinates;

    fn drawn(shares: Vec<Option<f64>>) -> Drawing {
        let from = DateTime::UNIX_EPOCH + TimeDelta::days(20_000);
        ShareChart {
            from,
            to: from + TimeDelta::days(2),
            zone: chrono_tz::UTC,
            shares,
            line: 0.01,
            line_name: "1 %: look for a real fault".to_owned(),
            title: "Failing URLs".to_owned(),
            description: "A tenth & no more.".to_owned(),
        }
        .draw()
    }

    #[test]
    fn shares_stand_on_a_logarithmic_scale_with_the_line_at_its_own_height() {
        let drawing = drawn(vec![None, Some(0.0), Some(0.1), Some(0.01)]);
        insta::assert_snapshot!(drawing.narrow, @r#"
        <svg class="narrow" viewBox="0 0 358 210" data-plot="40 356 14 178" role="img" aria-labelledby="share-narrow-title share-narrow-desc"><title id="share-narrow-title">Failing URLs</title><desc id="share-narrow-desc">A tenth &#38; no more.</desc>
        <rect class="t-unknown gap" x="40" y="14" width="79" height="164"/>
        <line class="grid" x1="40" x2="356" y1="178" y2="178"/><text class="level" x="40" y="178" dx="-0.6em" dy="0.35em">0</text>
        <line class="grid" x1="40" x2="356" y1="153.7" y2="153.7"/><text class="level" x="40" y="153.7" dx="-0.6em" dy="0.35em">0.1 %</text>
        <line class="grid" x1="40" x2="356" y1="107.1" y2="107.1"/><text class="level" x="40" y="107.1" dx="-0.6em" dy="0.35em">1 %</text>
        <line class="grid" x1="40" x2="356" y1="60.6" y2="60.6"/><text class="level" x="40" y="60.6" dx="-0.6em" dy="0.35em">10 %</text>
        <line class="grid" x1="40" x2="356" y1="14" y2="14"/><text class="level" x="40" y="14" dx="-0.6em" dy="0.35em">100 %</text>
        <path class="area" d="M198 178V60.6H277V107.1H356V178z"/>
        <line class="line" x1="40" x2="356" y1="107.1" y2="107.1"/><text class="line-name" x="356" y="107.1" dx="-0.3em" dy="-0.4em">1 %: look for a real fault</text>
        <line class="tick" x1="40" x2="40" y1="178" y2="183"/><text class="label" x="40" y="202">Fri 4</text>
        <line class="tick" x1="198" x2="198" y1="178" y2="183"/><text class="label" x="198" y="202">Sat 5</text>
        <line class="tick" x1="356" x2="356" y1="178" y2="183"/><text class="label" x="328" y="202">Sun 6</text>
        </svg>
        "#);
    }

    #[test]
    fn one_url_of_a_million_is_seen_and_all_of_them_fill_the_plot() {
        let drawing = drawn(vec![Some(0.000_001), Some(1.0)]);
        assert!(drawing.wide.as_str().contains("V193.5H504V16H952"), "{}", drawing.wide);
    }

    proptest! {
        #[test]
        fn every_coordinate_lies_within_the_box(
            shares in prop::collection::vec(prop::option::of(-1.0_f64..3.0), 0..60),
        ) {
            let drawing = drawn(shares);
            for (svg, width) in [(drawing.wide, WIDE.width), (drawing.narrow, NARROW.width)] {
                for n in coordinates(&svg) {
                    prop_assert!((0.0..=width).contains(&n), "{} in {}", n, svg);
                }
            }
        }
    }
}
