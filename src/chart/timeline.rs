//! URLs failing over time, stacked by verdict: how many at once, since when, and what kind of trouble it is.
//!
//! The costly verdicts lie at the bottom, where their height can be read off the axis; brief peaks stand on top of them.
//! A bucket in which nobody looked is shaded over the full height: it is neither zero nor failing.

use std::fmt::Write;

use askama::Template;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::plot::{Frame, NARROW, Tick, WIDE, Window, runs, ticks};
use super::tone::Tone;
use super::{Drawing, Px, Svg};
use crate::domain::verdict::Verdict;

/// What is drawn.
#[derive(Debug, Clone)]
pub struct Timeline {
    /// Where the window begins.
    pub from: DateTime<Utc>,
    /// Where it ends; later than `from`.
    pub to: DateTime<Utc>,
    /// In which zone the days begin.
    pub zone: Tz,
    /// The window in equal parts, oldest first.
    pub buckets: Vec<Bucket>,
    /// Deploys, in any order; those outside the window are not drawn.
    pub deploys: Vec<DateTime<Utc>>,
    /// What it shows, in a few words.
    pub title: String,
    /// What there is to see, in a sentence.
    pub description: String,
}

/// One part of the window.
#[derive(Debug, Clone, Default)]
pub struct Bucket {
    /// Distinct URLs that failed in it, each under the verdict on its outage.
    pub failing: Vec<(Verdict, u32)>,
    /// Somebody looked.
    pub observed: bool,
}

/// From the bottom of the stack to its top.
const STACK: [Verdict; 5] =
    [Verdict::Persistent, Verdict::Intermittent, Verdict::Prolonged, Verdict::Brief, Verdict::Transient];

/// A count above zero is never drawn lower than this: one URL of ten thousand is seen.
const LEAST_HEIGHT: f64 = 2.5;

#[derive(Template)]
#[template(path = "chart/timeline.svg")]
struct Picture<'a> {
    frame: &'static str,
    width: Px,
    height: Px,
    title: &'a str,
    description: &'a str,
    left: Px,
    right: Px,
    bottom: Px,
    tick_end: Px,
    label_y: Px,
    levels: Vec<(Px, String)>,
    ticks: Vec<Tick>,
    unknown: Vec<(Px, Px)>,
    top: Px,
    plot_height: Px,
    areas: Vec<(&'static str, String)>,
    /// The left corner of each deploy's mark, and its tip.
    deploys: Vec<(Px, Px)>,
    /// The upper edge of a deploy's mark.
    deploy_top: Px,
}

impl Timeline {
    /// Draws it for both widths.
    pub fn draw(&self) -> Drawing {
        Drawing { wide: self.picture(WIDE), narrow: self.picture(NARROW) }
    }

    fn picture(&self, frame: Frame) -> Svg {
        let peak = self.buckets.iter().map(Bucket::total).max().unwrap_or(0);
        let levels = ticks::levels(peak);
        let top_level = levels.last().copied().unwrap_or(1);
        let y = |count: u32| frame.bottom - frame.rise() * f64::from(count) / f64::from(top_level);
        Svg::of(&Picture {
            frame: frame.name,
            width: Px(frame.width),
            height: Px(frame.height),
            title: &self.title,
            description: &self.description,
            left: Px(frame.left),
            right: Px(frame.right),
            bottom: Px(frame.bottom),
            tick_end: Px(frame.bottom + 5.0),
            label_y: Px(frame.bottom + 24.0),
            levels: levels.iter().map(|level| (Px(y(*level)), ticks::grouped(*level))).collect(),
            ticks: frame.ticks(self.window()),
            unknown: frame.spans(self.window(), runs(&self.buckets, |bucket| !bucket.observed)),
            top: Px(frame.top),
            plot_height: Px(frame.rise()),
            areas: self.areas(frame, top_level),
            deploys: self.deploys(frame),
            deploy_top: Px(frame.top - 9.0),
        })
    }

    /// Where deploys are marked; several that would lie on one another are one mark.
    fn deploys(&self, frame: Frame) -> Vec<(Px, Px)> {
        /// Half of the mark, and a little.
        const APART: f64 = 3.0;
        let mut at: Vec<_> = self.deploys.iter().filter(|at| (self.from..=self.to).contains(at)).collect();
        at.sort_unstable();
        let mut places: Vec<f64> = Vec::new();
        for place in at.into_iter().map(|at| frame.x_at(self.window(), *at)) {
            if places.last().is_none_or(|last| place - last >= APART) {
                places.push(place);
            }
        }
        places.into_iter().map(|x| (Px((x - 4.5).min(frame.width - 9.0)), Px(x))).collect()
    }

    fn window(&self) -> Window {
        Window { from: self.from, to: self.to, zone: self.zone, parts: self.buckets.len() }
    }

    fn areas(&self, frame: Frame, top_level: u32) -> Vec<(&'static str, String)> {
        let unit = frame.rise() / f64::from(top_level);
        let mut floor = vec![frame.bottom; self.buckets.len()];
        let mut areas = Vec::new();
        for verdict in STACK {
            let ceiling: Vec<f64> = self
                .buckets
                .iter()
                .zip(&floor)
                .map(|(b, f)| rise(*f, b.count(verdict), unit, frame.top))
                .collect();
            let path = self.outline(frame, verdict, &floor, &ceiling);
            if !path.is_empty() {
                areas.push((Tone::Failing(verdict).class(), path));
            }
            floor = ceiling;
        }
        areas
    }

    /// A closed path around each run of buckets with this verdict: along its steps, and back along what it stands on.
    fn outline(&self, frame: Frame, verdict: Verdict, floor: &[f64], ceiling: &[f64]) -> String {
        let x = |bucket| Px(frame.x(self.window(), bucket));
        let mut path = String::new();
        for (start, end) in runs(&self.buckets, |bucket| bucket.count(verdict) > 0) {
            // Writing into a string cannot fail.
            let _ = write!(path, "M{} {}", x(start), Px(floor[start]));
            for (i, y) in ceiling.iter().enumerate().take(end).skip(start) {
                let _ = write!(path, "V{}H{}", Px(*y), x(i + 1));
            }
            for (i, y) in floor.iter().enumerate().take(end).skip(start).rev() {
                let _ = write!(path, "V{}H{}", Px(*y), x(i));
            }
            path.push('z');
        }
        path
    }
}

impl Bucket {
    fn count(&self, verdict: Verdict) -> u32 {
        self.failing.iter().filter(|(v, _)| *v == verdict).map(|(_, count)| *count).sum()
    }

    fn total(&self) -> u32 {
        self.failing.iter().map(|(_, count)| *count).sum()
    }
}

/// Where a layer of so many URLs ends that stands on `floor`; it never leaves the plot at the top.
fn rise(floor: f64, count: u32, unit: f64, top: f64) -> f64 {
    if count == 0 { floor } else { (floor - (f64::from(count) * unit).max(LEAST_HEIGHT)).max(top) }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use proptest::prelude::*;

    use super::*;
    use crate::chart::tests::coordinates;

    fn drawn(buckets: Vec<Bucket>) -> Drawing {
        let from = DateTime::UNIX_EPOCH + TimeDelta::days(20_000);
        let (title, description) = ("URLs failing".to_owned(), "One peak & no more.".to_owned());
        let to = from + TimeDelta::days(2);
        // Not in order, two of them too close to be told apart, and two outside the window.
        let deploys = [2880, 1440, 1441, -1, 3000].map(|minute| from + TimeDelta::minutes(minute)).into();
        Timeline { from, to, zone: chrono_tz::UTC, buckets, deploys, title, description }.draw()
    }

    fn bucket(failing: &[(Verdict, u32)]) -> Bucket {
        Bucket { failing: failing.to_vec(), observed: true }
    }

    #[test]
    fn a_brief_peak_stands_on_the_persistent_plateau() {
        let low = bucket(&[(Verdict::Persistent, 3)]);
        let peak = bucket(&[(Verdict::Brief, 4), (Verdict::Persistent, 3)]);
        let drawing = drawn(vec![Bucket::default(), low.clone(), peak, low]);
        insta::assert_snapshot!(drawing.narrow, @r#"
        <svg class="narrow" viewBox="0 0 358 210" data-plot="40 356 14 178" role="img" aria-labelledby="timeline-narrow-title timeline-narrow-desc"><title id="timeline-narrow-title">URLs failing</title><desc id="timeline-narrow-desc">One peak &#38; no more.</desc>
        <rect class="t-unknown gap" x="40" y="14" width="79" height="164"/>
        <line class="grid" x1="40" x2="356" y1="178" y2="178"/><text class="level" x="40" y="178" dx="-0.6em" dy="0.35em">0</text>
        <line class="grid" x1="40" x2="356" y1="96" y2="96"/><text class="level" x="40" y="96" dx="-0.6em" dy="0.35em">5</text>
        <line class="grid" x1="40" x2="356" y1="14" y2="14"/><text class="level" x="40" y="14" dx="-0.6em" dy="0.35em">10</text>
        <path class="t-persistent" d="M119 178V128.8H198V128.8H277V128.8H356V178H277V178H198V178H119z"/>
        <path class="t-brief" d="M198 128.8V63.2H277V128.8H198z"/>
        <line class="tick" x1="40" x2="40" y1="178" y2="183"/><text class="label" x="40" y="202">Fri 4</text>
        <line class="tick" x1="198" x2="198" y1="178" y2="183"/><text class="label" x="198" y="202">Sat 5</text>
        <line class="tick" x1="356" x2="356" y1="178" y2="183"/><text class="label" x="328" y="202">Sun 6</text>
        <g class="deploy"><line x1="198" x2="198" y1="14" y2="178"/><path d="M193.5 5h9L198 14z"/></g>
        <g class="deploy"><line x1="356" x2="356" y1="14" y2="178"/><path d="M349 5h9L356 14z"/></g>
        </svg>
        "#);
    }

    #[test]
    fn a_deploy_is_marked_above_the_plot_and_those_outside_the_window_are_not() {
        let drawing = drawn(Vec::new());
        assert_eq!(drawing.wide.as_str().matches("class=\"deploy\"").count(), 2);
        assert!(drawing.wide.as_str().contains("M499.5 7h9L504 16z"), "{}", drawing.wide);
    }

    #[test]
    fn one_url_beside_ten_thousand_is_still_seen() {
        let many = bucket(&[(Verdict::Brief, 10_000)]);
        let drawing = drawn(vec![many, bucket(&[(Verdict::Persistent, 1)])]);
        assert!(drawing.wide.as_str().contains("V193.5"), "{}", drawing.wide);
    }

    #[test]
    fn a_window_without_a_bucket_is_an_empty_plot() {
        assert!(drawn(Vec::new()).wide.as_str().contains("URLs failing"));
    }

    proptest! {
        #[test]
        fn every_coordinate_lies_within_the_box(
            counts in prop::collection::vec((0u32..5_000_000, 0u32..50, 0u32..3, any::<bool>()), 0..60),
        ) {
            let of = |(a, b, c, observed)| Bucket {
                failing: vec![(Verdict::Persistent, a), (Verdict::Brief, b), (Verdict::Transient, c)],
                observed,
            };
            let drawing = drawn(counts.into_iter().map(of).collect());
            for n in coordinates(&drawing.wide) {
                prop_assert!((0.0..=WIDE.width).contains(&n), "{}", n);
            }
            for n in coordinates(&drawing.narrow) {
                prop_assert!((0.0..=NARROW.width).contains(&n), "{}", n);
            }
        }
    }
}
