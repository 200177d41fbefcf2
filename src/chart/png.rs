//! A drawing as a picture, for mails: the same geometry as on a page, with colours and letters of its own, because a mail has
//! neither our stylesheet nor our reader's fonts.
//!
//! The decision that a reader would question: the picture has no background, and greys that can be read on white and on
//! black. A mail reader that turns a mail dark leaves its pictures as they are.

use std::fmt::Write;
use std::sync::{Arc, OnceLock};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{self, Tree};

use super::Svg;
use super::tone::Tone;
use crate::domain::verdict::Verdict;

/// A picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// A PNG file.
    pub png: Vec<u8>,
}

/// The fill and the text colour of each state on white: those of the stylesheet's light scheme.
const COLOURS: [(Tone, &str, &str); 7] = [
    (Tone::Unknown, "#d3cec2", "#625e56"),
    (Tone::Healthy, "#bfd3c7", "#33694d"),
    (Tone::Failing(Verdict::Transient), "#c9b98f", "#625e56"),
    (Tone::Failing(Verdict::Brief), "#d59a1b", "#785100"),
    (Tone::Failing(Verdict::Intermittent), "#7450a8", "#6b47a0"),
    (Tone::Failing(Verdict::Prolonged), "#d1661f", "#a0440b"),
    (Tone::Failing(Verdict::Persistent), "#b3261e", "#b3261e"),
];

/// Letters and lines: 4.4 to 1 on white, 3.9 to 1 on the dark scheme's paper.
const STYLE: &str = "text{font-family:Ubuntu;font-size:13px;fill:#7d786e}.level{text-anchor:end}.label{text-anchor:middle}\
.grid,.tick,.axis{stroke:#7d786e;stroke-opacity:.35}.gap{opacity:.35}";

/// Draws it so many pixels wide; `None`: it is no drawing.
pub fn of(svg: &Svg, width: u32) -> Option<Picture> {
    let tree = Tree::from_str(&styled(svg.as_str()), options()).ok()?;
    let scale = narrowed(width) / tree.size().width();
    let height = (tree.size().height() * scale).ceil();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a picture is a few hundred pixels high"
    )]
    let mut pixels = Pixmap::new(width, height as u32)?;
    resvg::render(&tree, Transform::from_scale(scale, scale), &mut pixels.as_mut());
    Some(Picture { png: pixels.encode_png().ok()? })
}

/// The fill and the text colour of a state on white.
pub fn colours(tone: Tone) -> (&'static str, &'static str) {
    COLOURS
        .iter()
        .find(|(of, ..)| *of == tone)
        .map_or(("#d3cec2", "#625e56"), |(_, fill, text)| (*fill, *text))
}

impl Picture {
    /// The picture as an address, for a document that has to hold it.
    pub fn data_url(&self) -> String {
        format!("data:image/png;base64,{}", STANDARD.encode(&self.png))
    }
}

/// The drawing as a document of its own.
fn styled(svg: &str) -> String {
    let mut fills = String::new();
    for (tone, fill, _) in COLOURS {
        // Writing to a string cannot fail.
        let _ = write!(fills, ".{}{{fill:{fill}}}", tone.class());
    }
    let opened = svg.replacen("<svg ", "<svg xmlns=\"http://www.w3.org/2000/svg\" ", 1);
    let head = opened.find('>').map_or(0, |end| end + 1);
    format!("{}<style>{STYLE}{fills}</style>{}", &opened[..head], &opened[head..])
}

fn narrowed(width: u32) -> f32 {
    u16::try_from(width).map_or(f32::from(u16::MAX), f32::from)
}

/// One font, read once.
fn options() -> &'static usvg::Options<'static> {
    static OPTIONS: OnceLock<usvg::Options<'static>> = OnceLock::new();
    OPTIONS.get_or_init(|| {
        let mut options = usvg::Options { font_family: "Ubuntu".to_owned(), ..usvg::Options::default() };
        Arc::make_mut(&mut options.fontdb).load_font_data(epaint_default_fonts::UBUNTU_LIGHT.to_vec());
        options
    })
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta};

    use super::*;
    use crate::chart::timeline::{Bucket, Timeline};

    fn drawing(urls: u32) -> Svg {
        let from = DateTime::UNIX_EPOCH + TimeDelta::days(20_000);
        let bucket = |_| Bucket { failing: vec![(Verdict::Persistent, urls)], observed: true };
        Timeline {
            from,
            to: from + TimeDelta::days(7),
            zone: chrono_tz::UTC,
            buckets: (0..7).map(bucket).collect(),
            deploys: Vec::new(),
            title: "URLs <failing>".to_owned(),
            description: "9 & no more".to_owned(),
        }
        .draw()
        .narrow
    }

    fn pixels(picture: &Picture) -> Pixmap {
        Pixmap::decode_png(&picture.png).unwrap()
    }

    #[test]
    fn a_picture_is_as_wide_as_asked_and_shows_the_states_in_their_colours_and_letters() {
        let picture = of(&drawing(9), 716).unwrap();
        let pixels = pixels(&picture);
        assert_eq!((pixels.width(), pixels.height()), (716, 420));
        let has = |wanted: (u8, u8, u8)| {
            pixels
                .pixels()
                .iter()
                .any(|p| (p.red(), p.green(), p.blue(), p.alpha()) == (wanted.0, wanted.1, wanted.2, 255))
        };
        assert!(has((0xb3, 0x26, 0x1e)), "persistent");
        assert!(has((0x7d, 0x78, 0x6e)), "letters");
        assert_eq!(pixels.pixel(0, 0).unwrap().alpha(), 0, "no background");
    }

    #[test]
    fn the_colours_are_those_of_the_stylesheet() {
        let style = include_str!("../web/assets/style.css");
        for (tone, fill, text) in COLOURS {
            let line = style.lines().find(|line| line.starts_with(&format!(".{} ", tone.class()))).unwrap();
            assert!(line.contains(&format!("light-dark({fill},")), "{line}");
            assert!(
                line.contains(&format!("light-dark({text},")) || line.contains("--tone: var(--soft)"),
                "{line}"
            );
        }
        assert!(style.contains("--soft: light-dark(#625e56,"));
    }

    #[test]
    fn what_is_no_drawing_makes_no_picture() {
        assert_eq!(of(&Svg::default(), 100), None);
    }
}
