//! The demo as a stranger meets it: one command, one link, and within a minute a page that holds persistent and brief apart.
//! It leaves nothing behind, and touches nothing beside its own directory.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};

use tempfile::TempDir;
use thirtyfour::prelude::*;

use crate::support::browser::Browser;
use crate::support::program::Program;
use crate::support::{Ended, PATIENCE, wait_for};

/// A running demo, with a place of its own for everything that it might write.
struct Demo {
    place: TempDir,
    process: Ended,
    lines: Receiver<String>,
    /// What it has printed.
    printed: Vec<String>,
}

impl Demo {
    fn start(arguments: &[&str]) -> Self {
        let place = tempfile::tempdir().unwrap();
        for folder in ["home", "temporary", "here"] {
            fs::create_dir(place.path().join(folder)).unwrap();
        }
        let mut child = Command::new(env!("CARGO_BIN_EXE_gatecrawl"))
            .args(["demo", "--no-open"])
            .args(arguments)
            .current_dir(place.path().join("here"))
            .env("HOME", place.path().join("home"))
            .env("TMPDIR", place.path().join("temporary"))
            .env("GATECRAWL_DATA", place.path().join("data"))
            // What an installation is told holds for no demo.
            .env("GATECRAWL_CONFIG", place.path().join("no-such-file.toml"))
            .env_remove("RUST_LOG")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program runs");
        let (sender, lines) = channel();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        std::thread::spawn(move || {
            for line in stdout.lines().map_while(Result::ok) {
                let _ = sender.send(line);
            }
        });
        Self { place, process: Ended(child), lines, printed: Vec::new() }
    }

    /// Waits for a line with these words, and gives what follows them.
    fn says(&mut self, words: &str) -> String {
        loop {
            let line = self.lines.recv_timeout(PATIENCE);
            let line = line.unwrap_or_else(|_| panic!("{words:?} does not come: {:?}", self.printed));
            self.printed.push(line.clone());
            if let Some((_, rest)) = line.split_once(words) {
                return rest.to_owned();
            }
        }
    }

    fn folder(&self, name: &str) -> PathBuf {
        self.place.path().join(name)
    }

    fn interrupt(&mut self) -> ExitStatus {
        let process: &mut Child = &mut self.process.0;
        let pid = process.id().to_string();
        assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
        wait_for("the demo ends after Ctrl-C", || process.try_wait().unwrap())
    }
}

fn entries(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_sees_brief_and_persistent_apart_and_nothing_is_left_behind() -> WebDriverResult<()> {
    let mut demo = Demo::start(&[]);
    demo.says("This is a demo");
    let link = demo.says("once: ");
    let page = demo.says("its page is ");
    let browser = Browser::start().await?;
    browser.driver.goto(&link).await?;
    let overview = browser.text().await?;
    for told in
        ["This is a demo.", "shop.example", "42 pages under /product/ have answered 502", "docs.example"]
    {
        assert!(overview.contains(told), "{told:?} is not in {overview}");
    }

    browser.driver.goto(&page).await?;
    see_apart(&browser).await?;
    assert!(browser.text().await?.contains("This is a demo."));

    let directories = entries(&demo.folder("temporary"));
    assert!(matches!(&directories[..], [one] if one.starts_with("gatecrawl-demo-")), "{directories:?}");
    assert!(demo.interrupt().success());
    demo.says("its data are gone");
    for folder in ["temporary", "home", "here"] {
        assert_eq!(entries(&demo.folder(folder)), Vec::<String>::new(), "{folder}");
    }
    assert!(!demo.folder("data").exists(), "the data of an installation are not touched");
    browser.driver.clone().quit().await
}

/// Loads the page of the live site anew until it holds what costs and what is forgiven apart.
async fn see_apart(browser: &Browser) -> WebDriverResult<()> {
    // The script itself takes most of a minute.
    let until = std::time::Instant::now() + 2 * PATIENCE;
    loop {
        let text = browser.text().await?;
        let apart =
            text.split_once("Costing you now").and_then(|(_, rest)| rest.split_once("Brief, forgiven"));
        if let Some((costs, forgiven)) = apart
            && costs.contains("Persistent")
            && costs.contains("/product/* answers 502")
            && forgiven.contains("Whole site answered 503")
        {
            return Ok(());
        }
        assert!(std::time::Instant::now() < until, "they are not told apart: {text}");
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
        browser.driver.refresh().await?;
    }
}

#[test]
fn a_demo_that_is_kept_can_be_looked_at_again() {
    let program = Program::new();
    let mut demo = Demo::start(&["--keep", program.data().to_str().unwrap()]);
    demo.says("once: ");
    assert!(demo.interrupt().success());
    demo.says("its data stay in ");
    assert_eq!(entries(&demo.folder("temporary")), Vec::<String>::new());
    let sites = program.json(0, &["site", "list"]);
    let hosts = sites.to_string();
    for host in ["shop.example", "blog.example", "docs.example", "news.example", "127.0.0.1"] {
        assert!(hosts.contains(host), "{host} in {hosts}");
    }
    assert_eq!(sites.as_array().map(Vec::len), Some(5), "{sites}");
}

#[test]
fn a_demo_is_not_kept_where_something_is() {
    let program = Program::new();
    let kept = program.put("precious.txt", "mine");
    let folder = Path::new(&kept).parent().unwrap();
    let ran = program.run(&["demo", "--no-open", "--keep", folder.to_str().unwrap()]);
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    assert!(
        ran.stderr.contains("is not empty: give --keep a directory that is new or empty"),
        "{}",
        ran.stderr
    );
    assert_eq!((ran.stdout.as_str(), entries(folder)), ("", vec!["precious.txt".to_owned()]));
}
