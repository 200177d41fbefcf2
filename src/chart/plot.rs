//! What charts over time share: the two sizes of a plot, where an instant lies in it, its ticks, and the runs in which
//! nobody looked. It draws nothing.

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;

use super::{Px, float};

pub(super) mod ticks;

/// One of the two sizes: its box, the plot in it, and how many ticks have room.
#[derive(Clone, Copy)]
pub(super) struct Frame {
    pub(super) name: &'static str,
    pub(super) width: f64,
    pub(super) height: f64,
    pub(super) left: f64,
    pub(super) right: f64,
    pub(super) top: f64,
    pub(super) bottom: f64,
    ticks: usize,
    /// Room for a tick's text, so that none leaves the box.
    label: f64,
}

pub(super) const WIDE: Frame = Frame {
    name: "wide",
    width: 960.0,
    height: 230.0,
    left: 56.0,
    right: 952.0,
    top: 16.0,
    bottom: 196.0,
    ticks: 8,
    label: 76.0,
};
pub(super) const NARROW: Frame = Frame {
    name: "narrow",
    width: 358.0,
    height: 210.0,
    left: 40.0,
    right: 356.0,
    top: 14.0,
    bottom: 178.0,
    ticks: 4,
    label: 60.0,
};

/// The time that a plot covers, in equal parts.
#[derive(Clone, Copy)]
pub(super) struct Window {
    pub(super) from: DateTime<Utc>,
    /// Later than `from`.
    pub(super) to: DateTime<Utc>,
    pub(super) zone: Tz,
    pub(super) parts: usize,
}

pub(super) struct Tick {
    pub(super) x: Px,
    pub(super) label_x: Px,
    pub(super) label: String,
}

impl Frame {
    /// The height of the plot.
    pub(super) fn rise(self) -> f64 {
        self.bottom - self.top
    }

    /// The left edge of a part; of the one after the last, the right edge of the plot.
    pub(super) fn x(self, window: Window, part: usize) -> f64 {
        self.left + (self.right - self.left) * float(part) / float(window.parts.max(1))
    }

    /// Where an instant lies.
    pub(super) fn x_at(self, window: Window, at: DateTime<Utc>) -> f64 {
        let length = (window.to - window.from).max(TimeDelta::seconds(1));
        let past = (at - window.from).as_seconds_f64() / length.as_seconds_f64();
        self.left + (self.right - self.left) * past
    }

    pub(super) fn ticks(self, window: Window) -> Vec<Tick> {
        let half = self.label / 2.0;
        let place = |(at, label)| {
            let x = self.x_at(window, at);
            Tick { x: Px(x), label_x: Px(x.clamp(half, self.width - half)), label }
        };
        ticks::instants(window.from, window.to, window.zone, self.ticks).into_iter().map(place).collect()
    }

    /// Left edge and width of each run of parts.
    pub(super) fn spans(self, window: Window, runs: Vec<(usize, usize)>) -> Vec<(Px, Px)> {
        let span = |(start, end)| (self.x(window, start), self.x(window, end));
        runs.into_iter().map(span).map(|(left, right)| (Px(left), Px(right - left))).collect()
    }
}

/// The runs of neighbours that fulfil a condition, as start and end.
pub(super) fn runs<T>(parts: &[T], wanted: impl Fn(&T) -> bool) -> Vec<(usize, usize)> {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for (i, _) in parts.iter().enumerate().filter(|(_, part)| wanted(part)) {
        match runs.last_mut() {
            Some((_, end)) if *end == i => *end = i + 1,
            _ => runs.push((i, i + 1)),
        }
    }
    runs
}
