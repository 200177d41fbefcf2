//! The week: at which hour of which weekday something began, a square for each hour that has any. The square's area
//! tells how many, so that no colour is needed; an hour or weekday that stands out has a frame.
//!
//! The days are rows and the hours columns, on a phone too: 24 columns of 13 px are narrow, but an hour has its one place.

use std::fmt::Write;

use askama::Template;

use super::{Drawing, Px, Svg, float};

/// What is drawn.
#[derive(Debug, Clone)]
pub struct WeekChart {
    /// How many began, by weekday from Monday and hour.
    pub counts: [[u32; 24]; 7],
    /// The hour that stands out, from 0 to 23.
    pub hour: Option<u32>,
    /// The weekday that stands out, counted from Monday as 0.
    pub weekday: Option<u32>,
    /// What it shows, in a few words.
    pub title: String,
    /// What there is to see, in a sentence.
    pub description: String,
}

const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
/// The hours that are written below.
const TICKS: [u32; 5] = [0, 6, 12, 18, 24];
/// A square is never smaller than this: one of a hundred is seen.
const LEAST_SIDE: f64 = 4.0;

/// One of the two sizes: its box, and the plot in it.
#[derive(Clone, Copy)]
struct Frame {
    name: &'static str,
    width: f64,
    height: f64,
    left: f64,
    right: f64,
    top: f64,
    /// From one day to the next.
    row: f64,
    /// The side of the largest square.
    side: f64,
    /// Room for a tick's text, so that none leaves the box.
    label: f64,
}

const WIDE: Frame = Frame {
    name: "wide",
    width: 960.0,
    height: 212.0,
    left: 56.0,
    right: 952.0,
    top: 4.0,
    row: 25.0,
    side: 20.0,
    label: 50.0,
};
const NARROW: Frame = Frame {
    name: "narrow",
    width: 358.0,
    height: 186.0,
    left: 42.0,
    right: 356.0,
    top: 2.0,
    row: 22.0,
    side: 12.0,
    label: 44.0,
};

#[derive(Template)]
#[template(path = "chart/week.svg")]
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
    label_y: Px,
    days: Vec<(Px, &'static str)>,
    ticks: Vec<Tick>,
    bands: Vec<Band>,
    squares: String,
}

struct Tick {
    x: Px,
    label_x: Px,
    label: String,
}

struct Band {
    x: Px,
    y: Px,
    width: Px,
    height: Px,
}

impl WeekChart {
    /// Draws it for both widths.
    pub fn draw(&self) -> Drawing {
        Drawing { wide: self.picture(WIDE), narrow: self.picture(NARROW) }
    }

    fn picture(&self, frame: Frame) -> Svg {
        let days = DAYS.iter().enumerate().map(|(i, day)| (Px(frame.middle(i)), *day));
        Svg::of(&Picture {
            frame: frame.name,
            width: Px(frame.width),
            height: Px(frame.height),
            title: &self.title,
            description: &self.description,
            left: Px(frame.left),
            right: Px(frame.right),
            top: Px(frame.top),
            bottom: Px(frame.bottom()),
            label_y: Px(frame.bottom() + 21.0),
            days: days.collect(),
            ticks: TICKS.map(|hour| frame.tick(hour)).into(),
            bands: self.bands(frame),
            squares: self.squares(frame),
        })
    }

    fn bands(&self, frame: Frame) -> Vec<Band> {
        let hour = self.hour.map(|hour| Band {
            x: Px(frame.x(hour)),
            y: Px(frame.top),
            width: Px(frame.column()),
            height: Px(frame.bottom() - frame.top),
        });
        let weekday = self.weekday.map(|day| Band {
            x: Px(frame.left),
            y: Px(frame.top + frame.row * f64::from(day)),
            width: Px(frame.right - frame.left),
            height: Px(frame.row),
        });
        hour.into_iter().chain(weekday).collect()
    }

    fn squares(&self, frame: Frame) -> String {
        let most = self.counts.iter().flatten().copied().max().unwrap_or(0).max(1);
        let mut path = String::new();
        for (day, hours) in self.counts.iter().enumerate() {
            for (hour, count) in (0..).zip(hours).filter(|(_, count)| **count > 0) {
                let side = (frame.side * (f64::from(*count) / f64::from(most)).sqrt()).max(LEAST_SIDE);
                let left = frame.x(hour) + (frame.column() - side) / 2.0;
                let top = frame.middle(day) - side / 2.0;
                // Writing into a string cannot fail.
                let _ = write!(path, "M{} {}h{}v{}H{}z", Px(left), Px(top), Px(side), Px(side), Px(left));
            }
        }
        path
    }
}

impl Frame {
    fn bottom(self) -> f64 {
        self.top + self.row * float(DAYS.len())
    }

    /// The width of an hour.
    fn column(self) -> f64 {
        (self.right - self.left) / 24.0
    }

    /// Where an hour begins.
    fn x(self, hour: u32) -> f64 {
        self.left + self.column() * f64::from(hour)
    }

    /// The middle of a day's row.
    fn middle(self, day: usize) -> f64 {
        self.top + self.row * (float(day) + 0.5)
    }

    fn tick(self, hour: u32) -> Tick {
        let (x, half) = (self.x(hour), self.label / 2.0);
        let label_x = x.clamp(half, self.width - half);
        Tick { x: Px(x), label_x: Px(label_x), label: format!("{hour:02}:00") }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::chart::tests::coordinates;

    fn chart(counts: &[[u32; 24]; 7]) -> WeekChart {
        let (title, description) = ("When outages begin".to_owned(), "At night & on Sundays.".to_owned());
        WeekChart { counts: *counts, hour: Some(3), weekday: Some(6), title, description }
    }

    fn squares(drawing: &Svg) -> String {
        let path = drawing.as_str().split("class=\"squares\" d=\"").nth(1).unwrap_or_default();
        path.split('"').next().unwrap_or_default().to_owned()
    }

    #[test]
    fn an_hour_with_four_times_as_many_has_a_square_of_twice_the_side() {
        let mut counts = [[0; 24]; 7];
        counts[0][0] = 4;
        counts[6][23] = 1;
        let drawing = chart(&counts).draw();
        assert_eq!(squares(&drawing.narrow), "M42.5 7h12v12H42.5zM346.5 142h6v6H346.5z");
        assert!(
            drawing.wide.as_str().contains("<desc id=\"week-wide-desc\">At night &#38; on Sundays.</desc>")
        );
    }

    #[test]
    fn what_stands_out_has_a_frame_and_what_does_not_has_none() {
        let plain = WeekChart { hour: None, weekday: None, ..chart(&[[0; 24]; 7]) };
        assert_eq!(plain.draw().wide.as_str().matches("class=\"band\"").count(), 0);
        assert_eq!(squares(&plain.draw().wide), "", "a week without any is an empty plot");
        assert_eq!(chart(&[[1; 24]; 7]).draw().wide.as_str().matches("class=\"band\"").count(), 2);
    }

    proptest! {
        #[test]
        fn every_coordinate_lies_within_the_box(
            counts in prop::array::uniform7(prop::array::uniform24(prop::sample::select(vec![0, 1, 3, 5_000_000]))),
        ) {
            let drawing = chart(&counts).draw();
            for (svg, frame) in [(drawing.wide, WIDE), (drawing.narrow, NARROW)] {
                for n in coordinates(&svg) {
                    prop_assert!((0.0..=frame.width).contains(&n), "{}", n);
                }
            }
        }
    }
}
