//! Numbers to SVG, and SVG to a picture for mails: the 90-day strip, the timeline of failing URLs, their share, a bot's pace,
//! the bounds of an outage, the spells of a
//! URL, the hours of the week.
//!
//! Pure, and without a colour in it: shapes carry CSS classes (`t-persistent`), so that one drawing serves the light and
//! the dark page. What has text in it is drawn twice, for a wide and for a narrow screen, because an SVG that is scaled
//! down takes its letters with it; the stylesheet shows one of the two.

use std::fmt;

use askama::Template;
use askama::filters::HtmlSafe;

pub mod bounds;
pub mod lanes;
mod plot;
pub mod png;
pub mod rate;
pub mod share;
pub mod strip;
pub mod timeline;
pub mod tone;
pub mod week;

/// A finished drawing. It goes into a page as it is: every text in it has been escaped by its template.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Svg(String);

/// One chart, drawn for two widths.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Drawing {
    /// For a screen of more than 640 px.
    pub wide: Svg,
    /// For a phone.
    pub narrow: Svg,
}

/// A length or a place in a drawing's own units, written with one decimal.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
struct Px(f64);

impl Svg {
    fn of(drawing: &impl Template) -> Self {
        // Writing into a string cannot fail; were it to, a missing picture is better than a missing page.
        Self(drawing.render().unwrap_or_default().trim().to_owned())
    }

    /// The markup.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Svg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl HtmlSafe for Svg {}

impl fmt::Display for Px {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tenths = (self.0 * 10.0).round() / 10.0;
        // No NaN in a path, and no `-0`.
        if tenths.is_finite() && tenths != 0.0 { write!(f, "{tenths}") } else { f.write_str("0") }
    }
}

/// A count as a number to draw with.
fn float(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::MAX, f64::from)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Every number in the attributes that place something, so that a test can say where they may lie.
    pub(crate) fn coordinates(svg: &Svg) -> Vec<f64> {
        const PLACING: [&str; 9] =
            [" x=\"", " y=\"", " x1=\"", " x2=\"", " y1=\"", " y2=\"", " width=\"", " height=\"", " d=\""];
        let attributes = PLACING.iter().flat_map(|name| svg.as_str().split(name).skip(1));
        let values = attributes.filter_map(|rest| rest.split('"').next());
        values
            .flat_map(|value| value.split(|c: char| !(c.is_ascii_digit() || ".-Naif".contains(c))))
            .filter(|number| !number.is_empty())
            .map(|number| number.parse().unwrap_or_else(|_| panic!("{number} is not a number in {svg}")))
            .collect()
    }

    #[test]
    fn a_length_is_written_short_and_is_always_a_number() {
        let written: Vec<String> =
            [1.0, 0.04, -0.01, 12.345, f64::NAN, f64::INFINITY].map(|n| Px(n).to_string()).into();
        assert_eq!(written, ["1", "0", "0", "12.3", "0", "0"]);
    }
}
