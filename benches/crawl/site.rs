//! The site that is crawled: pages as shops and magazines have them, the same bytes on every machine.
//!
//! `/` is the start page, the first hundredth are topics `/topic/NAME/`, the others `/guide/N-NAME.html`. A page links
//! to its eight children in a tree, so that every page can be reached from `/`, and besides as sites do: navigation,
//! breadcrumb, related pages (some with a fragment), pager; 45 `<a href>`, of which 41 lead to pages of the site. Its
//! size is log-normal around 25 KB. Strings in its script look like links, `<a href="/not-a-link-N">`: who asks for one
//! has taken script for markup.
//!
//! Random numbers come from a generator that stands here, not from a crate: a new version of a crate must not make a new
//! site, because measurements of two versions of the program are compared.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::thread;

use super::rng::Rng;

/// The digest of the 10,000 pages.
const KNOWN: (usize, &str) = (10_000, "bc288ab46c908447e20f5cfc139c393c9d19dfd89cd6eb39a5ab06f86cdb9a2c");

/// `<a href>` to pages of the site on each page.
const INNER_LINKS: usize = 41;
const CHILDREN: usize = 8;
const NAVIGATION: usize = 12;
const IMAGES: usize = 20;
/// What pages are long, in bytes.
const MEDIAN: f64 = 25_000.0;
const SIGMA: f64 = 0.55;
const SHORTEST: f64 = 7_000.0;
const LONGEST: f64 = 220_000.0;

/// A site on disk.
pub struct Site {
    /// What the server serves.
    pub folder: PathBuf,
    /// The path of each page, as it is asked for.
    pub paths: Vec<String>,
    /// Bytes of all pages.
    pub bytes: u64,
    /// Bytes of the page in the middle.
    pub median: u64,
}

impl Site {
    /// The site of so many pages in the cache, made if it is not there or not as it was made.
    pub fn cached(cache: &Path, pages: usize) -> Self {
        let folder = cache.join(format!("site-{pages}"));
        let stamp = cache.join(format!("site-{pages}.digest"));
        let plan = Plan::of(pages);
        let known = fs::read_to_string(&stamp).unwrap_or_default();
        let found = (!known.is_empty()).then(|| read(&folder, &plan)).flatten();
        let written = found.filter(|found| found.digest == known).unwrap_or_else(|| {
            println!("making {pages} pages in {}", folder.display());
            // What is there is broken, or nothing.
            let _ = fs::remove_dir_all(&folder);
            let written = write(&folder, &plan);
            fs::write(&stamp, &written.digest).expect("the cache can be written");
            written
        });
        let is_known = pages != KNOWN.0 || written.digest == KNOWN.1;
        assert!(is_known, "the generator makes another site than it did: its digest is {}", written.digest);
        let mut sizes = written.sizes;
        sizes.sort_unstable();
        Self { folder, paths: plan.paths, bytes: sizes.iter().sum(), median: sizes[pages / 2] }
    }
}

/// What is known of the pages before any is written.
struct Plan {
    words: Vec<String>,
    titles: Vec<String>,
    paths: Vec<String>,
}

/// The pages as they are on disk.
struct Pages {
    sizes: Vec<u64>,
    digest: String,
}

impl Pages {
    fn of(halves: Vec<Vec<(u64, blake3::Hash)>>) -> Self {
        let pages: Vec<_> = halves.into_iter().flatten().collect();
        let mut all = blake3::Hasher::new();
        for (_, hash) in &pages {
            all.update(hash.as_bytes());
        }
        let sizes = pages.iter().map(|(size, _)| *size).collect();
        Self { sizes, digest: all.finalize().to_string() }
    }
}

/// The pages as they lie there; nothing when one is missing. Reading them brings them into memory, too.
fn read(folder: &Path, plan: &Plan) -> Option<Pages> {
    let half = plan.paths.len() / 2;
    let read = |path: &String| {
        let content = fs::read(file(folder, path)).ok()?;
        Some((content.len() as u64, blake3::hash(&content)))
    };
    let (first, second) = thread::scope(|scope| {
        let first = scope.spawn(|| plan.paths[..half].iter().map(read).collect::<Option<Vec<_>>>());
        let second = plan.paths[half..].iter().map(read).collect::<Option<Vec<_>>>();
        (first.join().expect("a reader does not panic"), second)
    });
    Some(Pages::of(vec![first?, second?]))
}

fn write(folder: &Path, plan: &Plan) -> Pages {
    let pages = plan.paths.len();
    write_images(folder);
    let write = |n: usize| {
        let (content, file) = (plan.page(n), file(folder, &plan.paths[n]));
        fs::create_dir_all(file.parent().expect("a file stands in a folder"))
            .expect("the cache can be written");
        fs::write(file, &content).expect("the cache can be written");
        (content.len() as u64, blake3::hash(content.as_bytes()))
    };
    let (first, second) = thread::scope(|scope| {
        let first = scope.spawn(|| (0..pages / 2).map(write).collect());
        let second = (pages / 2..pages).map(write).collect();
        (first.join().expect("a writer does not panic"), second)
    });
    Pages::of(vec![first, second])
}

/// What the pages show; no page, but some crawlers ask for it.
fn write_images(folder: &Path) {
    let image = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"9\" height=\"9\"/>";
    fs::create_dir_all(folder).expect("the cache can be written");
    for name in (0..IMAGES).map(|n| format!("image-{n}.svg")).chain(["logo.svg".to_owned()]) {
        fs::write(folder.join(name), image).expect("the cache can be written");
    }
}

fn file(folder: &Path, path: &str) -> PathBuf {
    let index = if path.ends_with('/') { "index.html" } else { "" };
    folder.join(format!("{}{index}", &path[1..]))
}

impl Plan {
    fn of(pages: usize) -> Self {
        let mut rng = Rng::new(1);
        let words: Vec<String> = (0..2_500).map(|_| word(&mut rng)).collect();
        let topics = (pages / 100).max(1);
        let mut pick = || words[rng.below(words.len())].as_str();
        let names: Vec<String> = (0..pages)
            .map(|n| if n <= topics { format!("{}-{n}", pick()) } else { [pick(), pick(), pick()].join("-") })
            .collect();
        let path = |(n, name): (usize, &String)| match n {
            0 => "/".to_owned(),
            n if n <= topics => format!("/topic/{name}/"),
            n => format!("/guide/{n:05}-{name}.html"),
        };
        let paths = names.iter().enumerate().map(path).collect();
        Self { words, titles: names.iter().map(|name| title(name)).collect(), paths }
    }

    fn page(&self, n: usize) -> String {
        let mut rng = Rng::new(1_000 + n as u64);
        let size = (MEDIAN * exp(SIGMA * rng.normal())).clamp(SHORTEST, LONGEST) as usize;
        let mut page = String::with_capacity(size + 4096);
        let (before, after) = (n.checked_sub(1), Some(n + 1).filter(|n| *n < self.paths.len()));
        let pager: Vec<usize> = before.into_iter().chain(after).collect();
        let first_child = CHILDREN * n + 1;
        let children: Vec<usize> =
            (first_child..first_child + CHILDREN).filter(|n| *n < self.paths.len()).collect();
        self.head(&mut page, n, &mut rng);
        let topic = self.navigation(&mut page, n);
        // The logo, the navigation, the three steps of the breadcrumb.
        let so_far = 1 + topic + 3 + children.len() + pager.len();
        let mut related: Vec<usize> = (so_far..INNER_LINKS).map(|_| rng.below(self.paths.len())).collect();
        self.list(&mut page, "In this section", &children, &mut rng);
        let in_text = related.split_off(related.len().saturating_sub(6));
        let foot = self.foot(&related, &pager);
        self.text(&mut page, &in_text, size.saturating_sub(foot.len()), &mut rng);
        page + &foot
    }

    fn head(&self, page: &mut String, n: usize, rng: &mut Rng) {
        let (title, path, about) =
            (&self.titles[n], &self.paths[n], self.words[rng.below(2_000)..][..20].join(" "));
        put(
            page,
            format_args!(
                "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>{title} - Example</title>\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"description\" content=\"{about}\">\n<meta name=\"robots\" content=\"index, follow\">\n\
             <link rel=\"canonical\" href=\"{path}\">\n<style>\n"
            ),
        );
        for rule in 0..32 {
            let (space, colour) = (rule % 9, rule * 7_321 % 4_096);
            put(
                page,
                format_args!(".box-{rule} {{ margin: {space}px; color: #{colour:03x}; display: flex }}\n"),
            );
        }
        put(
            page,
            format_args!(
                "</style>\n<script type=\"application/ld+json\">{{\"@context\":\"https://schema.org\",\"@type\":\"Article\",\
             \"headline\":\"{title}\",\"position\":{n}}}</script>\n</head>\n<body>\n"
            ),
        );
    }

    /// The top of a page; returns how many links the navigation holds.
    fn navigation(&self, page: &mut String, n: usize) -> usize {
        let topics = (self.paths.len() / 100).clamp(1, NAVIGATION).min(self.paths.len() - 1);
        page.push_str(
            "<header><a class=\"logo\" href=\"/\"><img src=\"/logo.svg\" alt=\"Example\"></a>\n<nav><ul>\n",
        );
        for topic in 1..=topics {
            let (title, path) = (&self.titles[topic], &self.paths[topic]);
            put(
                page,
                format_args!(
                    "<li class=\"entry box-{topic}\"><a href=\"{path}\" data-place=\"top\">{title}</a></li>\n"
                ),
            );
        }
        let topic = 1 + n % topics;
        put(
            page,
            format_args!(
                "</ul></nav></header>\n<ol class=\"crumbs\"><li><a href=\"/\">Start</a></li><li><a href=\"{}\">{}</a></li>\
             <li><a href=\"{}\" aria-current=\"page\">{}</a></li></ol>\n<main><h1>{}</h1>\n\
             <p><a href=\"mailto:desk@example.invalid\">Write</a> <a href=\"tel:+4900000\">call</a> \
             <a href=\"#comments\">comments</a> <a href=\"javascript:void(0)\">share</a></p>\n",
                self.paths[topic], self.titles[topic], self.paths[n], self.titles[n], self.titles[n]
            ),
        );
        topics
    }

    fn list(&self, page: &mut String, heading: &str, pages: &[usize], rng: &mut Rng) {
        put(page, format_args!("<section><h2>{heading}</h2><ul>\n"));
        for n in pages {
            let (path, title, about) = (&self.paths[*n], &self.titles[*n], self.sentence(rng));
            put(
                page,
                format_args!("<li class=\"card\"><a href=\"{path}\"><b>{title}</b></a> {about}</li>\n"),
            );
        }
        page.push_str("</ul></section>\n");
    }

    /// Paragraphs until the page is so long; these pages are linked from the first of them.
    fn text(&self, page: &mut String, linked: &[usize], until: usize, rng: &mut Rng) {
        let mut linked = linked.iter();
        let mut part = 0;
        loop {
            let link = linked.next();
            if link.is_none() && page.len() >= until {
                return;
            }
            match rng.below(10) {
                0 => put(page, format_args!("<h2 id=\"part-{part}\">{}</h2>\n", self.sentence(rng))),
                1 => put(
                    page,
                    format_args!(
                        "<figure class=\"box-{}\"><img loading=\"lazy\" src=\"/image-{}.svg\" alt=\"{}\"></figure>\n",
                        part % 32,
                        rng.below(IMAGES),
                        self.words[rng.below(self.words.len())]
                    ),
                ),
                2 => {
                    let (left, right) = (self.sentence(rng), rng.below(10_000));
                    put(
                        page,
                        format_args!("<table><tr><th>{left}</th><td class=\"n\">{right}</td></tr></table>\n"),
                    );
                }
                _ => {}
            }
            put(page, format_args!("<div class=\"block box-{}\" data-part=\"{part}\"><p>", part % 32));
            for _ in 0..3 + rng.below(4) {
                page.push_str(&self.sentence(rng));
                page.push(' ');
            }
            if let Some(n) = link {
                put(
                    page,
                    format_args!(
                        "See <a class=\"in-text\" href=\"{}\">{}</a>.",
                        self.paths[*n], self.titles[*n]
                    ),
                );
            }
            page.push_str("</p></div>\n");
            part += 1;
        }
    }

    fn foot(&self, related: &[usize], pager: &[usize]) -> String {
        let mut foot = "<aside><h2>Related</h2><ul>\n".to_owned();
        for n in related {
            let fragment = if n % 9 == 0 { "#part-2" } else { "" };
            put(
                &mut foot,
                format_args!("<li><a href=\"{}{fragment}\">{}</a></li>\n", self.paths[*n], self.titles[*n]),
            );
        }
        foot.push_str("</ul></aside>\n<nav class=\"pager\">");
        for n in pager {
            put(&mut foot, format_args!("<a href=\"{}\">{}</a> ", self.paths[*n], self.titles[*n]));
        }
        foot.push_str(
            "</nav>\n</main>\n<footer>Example, 2026 &amp; before</footer>\n<script>\nvar parts = [];\n",
        );
        for n in 0..12 {
            put(
                &mut foot,
                format_args!(
                    "function part{n}(a, b) {{ if (a < b && b > {n}) {{ parts.push('<a href=\"/not-a-link-{n}\">' + a + '</a>') }} }}\n"
                ),
            );
        }
        foot + "</script>\n</body>\n</html>\n"
    }

    fn sentence(&self, rng: &mut Rng) -> String {
        let mut sentence = String::new();
        for n in 0..6 + rng.below(12) {
            let word = &self.words[rng.below(self.words.len())];
            match (n, rng.below(24)) {
                (0, _) => sentence.push_str(&title(word)),
                (_, 0) => put(&mut sentence, format_args!(" <em>{word}</em>")),
                (_, 1) => put(&mut sentence, format_args!(" {word} &amp; co")),
                _ => put(&mut sentence, format_args!(" {word}")),
            }
        }
        sentence + "."
    }
}

fn put(page: &mut String, text: std::fmt::Arguments<'_>) {
    page.write_fmt(text).expect("a string takes all that is written");
}

/// Two to four syllables.
fn word(rng: &mut Rng) -> String {
    const CONSONANTS: &[u8] = b"bcdfghklmnprstvw";
    const VOWELS: &[u8] = b"aeiou";
    let mut word = String::new();
    for _ in 0..2 + rng.below(3) {
        word.push(char::from(CONSONANTS[rng.below(CONSONANTS.len())]));
        word.push(char::from(VOWELS[rng.below(VOWELS.len())]));
    }
    word
}

/// `some-words-7` as `Some words 7`.
fn title(name: &str) -> String {
    let mut title = name.replace('-', " ");
    title[..1].make_ascii_uppercase();
    title
}

/// e to the power of x, by multiplications only: a library's `exp` may differ in the last place between machines.
fn exp(x: f64) -> f64 {
    (0..20).fold(1.0 + x / f64::from(1 << 20), |y, _| y * y)
}
