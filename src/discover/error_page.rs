//! What a person would read on an error page: its title, its first heading, its text. It is kept as evidence beside the
//! bytes, because "502 Bad Gateway, nginx" says more at 3 a.m. than 157 bytes of markup.
//!
//! A DOM (`scraper`) is used here and nowhere else: error pages are small and rare, and their markup is the worst.

use scraper::{Html, Node, Selector};

/// So much of the text is kept, in characters.
const TEXT_KEPT: usize = 500;

/// Elements whose text nobody sees.
const UNSEEN: [&str; 5] = ["script", "style", "template", "head", "noscript"];

/// What is written on an error page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ErrorPage {
    /// Its `<title>`.
    pub title: Option<String>,
    /// Its first heading.
    pub heading: Option<String>,
    /// The begin of its visible text, white space folded.
    pub text: String,
}

/// Reads the bytes of an error page; whatever they are, there is a result.
pub fn read(body: &[u8]) -> ErrorPage {
    let page = Html::parse_document(&String::from_utf8_lossy(body));
    ErrorPage { title: first(&page, "title"), heading: first(&page, "h1, h2, h3"), text: visible_text(&page) }
}

fn first(page: &Html, selector: &str) -> Option<String> {
    let selector = Selector::parse(selector).ok()?;
    let texts = page.select(&selector).map(|element| folded(&element.text().collect::<String>()));
    texts.filter(|text| !text.is_empty()).map(|text| text.chars().take(TEXT_KEPT).collect()).next()
}

fn visible_text(page: &Html) -> String {
    let mut text = String::new();
    for node in page.tree.root().descendants() {
        let Node::Text(part) = node.value() else { continue };
        let mut elements = node.ancestors().filter_map(|ancestor| ancestor.value().as_element());
        if !elements.any(|element| UNSEEN.contains(&element.name())) {
            text.push_str(part);
            text.push(' ');
        }
        if text.len() > 8 * TEXT_KEPT {
            break;
        }
    }
    folded(&text).chars().take(TEXT_KEPT).collect()
}

fn folded(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_page_of_nginx_reads_as_a_person_reads_it() {
        let page = read(
            b"<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx/1.22.1</center>\r\n</body>\r\n</html>\r\n",
        );
        assert_eq!(page.title.as_deref(), Some("502 Bad Gateway"));
        assert_eq!(page.heading.as_deref(), Some("502 Bad Gateway"));
        assert_eq!(page.text, "502 Bad Gateway nginx/1.22.1");
    }

    #[test]
    fn what_nobody_sees_is_no_text() {
        let page = read(
            b"<style>p{}</style><script>let a = '<p>no</p>';</script><p>Sorry,\n  we are <b>down</b>.</p>",
        );
        assert_eq!((page.title, page.heading), (None, None));
        assert_eq!(page.text, "Sorry, we are down .");
    }

    #[test]
    fn a_long_page_is_cut() {
        assert_eq!(read("word ".repeat(10_000).as_bytes()).text.chars().count(), TEXT_KEPT);
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_fail(body in prop::collection::vec(any::<u8>(), 0..400)) {
            prop_assert!(read(&body).text.chars().count() <= TEXT_KEPT);
        }
    }
}
