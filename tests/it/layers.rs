//! The rules of the house that no lint knows: imports go down only, foreign crates have one owner, files say what they
//! are and stay readable.

use std::fs;
use std::path::{Path, PathBuf};

/// Each room of `src`, and the layer that it stands in. A room may use those below it, and itself.
const ROOMS: [(&str, u8); 20] = [
    ("clock", 0),
    ("domain", 0),
    ("diagnosis", 0),
    ("chart", 0),
    ("discover", 1),
    ("fetch", 2),
    ("store", 2),
    ("notify", 2),
    ("crawl", 3),
    ("accesslog", 3),
    ("report", 3),
    ("jobs", 4),
    ("app", 4),
    ("config", 4),
    ("shutdown", 4),
    ("demo", 4),
    ("web", 5),
    ("cli", 5),
    ("main", 6),
    ("lib", 6),
];

/// Crates that only one room may know. A face may show the other face's errors, but not use its means.
const OWNED: [(&str, &[&str]); 10] = [
    ("reqwest", &["fetch"]),
    ("sqlx", &["store"]),
    ("lettre", &["notify"]),
    ("axum", &["web", "cli", "demo"]),
    ("askama", &["web", "chart", "report"]),
    ("clap", &["cli"]),
    ("scraper", &["discover", "web"]),
    ("lol_html", &["discover"]),
    ("hickory_resolver", &["accesslog"]),
    ("ipnet", &["accesslog", "config", "web"]),
];

/// Neighbours of one layer that may know each other: who, whom, and why.
const NEIGHBOURS: [(&str, &str, &str); 7] = [
    ("report", "accesslog", "what search bots met is told as what we saw is"),
    ("app", "jobs", "the composition root puts patrols together"),
    ("cli", "web", "`serve` starts the dashboard"),
    ("notify", "fetch", "a webhook goes through the guard of addresses"),
    ("chart", "domain", "charts draw verdicts in their tones"),
    ("diagnosis", "domain", "an answer is evidence, and has an outcome"),
    ("domain", "domain", "a room knows itself"),
];

/// No file is longer without its tests.
const LONGEST: usize = 400;

#[test]
fn imports_go_down_only() {
    let mut faults = Vec::new();
    for (room, file, code) in sources() {
        for (other, layer) in ROOMS {
            let knows =
                code.contains(&format!("crate::{other}::")) || code.contains(&format!("crate::{{{other}"));
            let may = room == other
                || layer < layer_of(&room)
                || NEIGHBOURS.iter().any(|(who, whom, _)| *who == room && *whom == other);
            if knows && !may {
                faults.push(format!("{} uses crate::{other}", file.display()));
            }
        }
    }
    assert_eq!(faults, Vec::<String>::new());
}

#[test]
fn foreign_crates_have_one_owner() {
    let mut faults = Vec::new();
    for (room, file, code) in sources() {
        for (name, owners) in OWNED {
            if code.contains(&format!("{name}::")) && !owners.contains(&room.as_str()) {
                faults.push(format!("{} uses {name}", file.display()));
            }
        }
    }
    assert_eq!(faults, Vec::<String>::new());
}

#[test]
fn every_file_opens_by_saying_what_it_is_and_stays_readable() {
    let mut faults = Vec::new();
    for (_, file, code) in sources() {
        if !code.starts_with("//! ") {
            faults.push(format!("{} does not open with //!", file.display()));
        }
        let lines = code.lines().count();
        if lines > LONGEST {
            faults.push(format!("{} has {lines} lines without its tests", file.display()));
        }
    }
    assert_eq!(faults, Vec::<String>::new());
}

fn layer_of(room: &str) -> u8 {
    let found = ROOMS.iter().find(|(name, _)| *name == room);
    found.unwrap_or_else(|| panic!("src/{room} has no layer: give it one here and in src/lib.rs")).1
}

/// Each file of `src` with its room, and its text up to its tests, without comments' sake: paths in them are links.
fn sources() -> Vec<(String, PathBuf, String)> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    collect(&src, &mut files);
    assert!(files.len() > 50, "the sources are found: {}", files.len());
    files
        .into_iter()
        .filter(|file| !file.ends_with("tests.rs"))
        .map(|file| {
            let inside = file.strip_prefix(&src).unwrap();
            let room = inside.components().next().unwrap().as_os_str().to_str().unwrap();
            let text = fs::read_to_string(&file).unwrap();
            let code = text.split("\n#[cfg(test)]\nmod tests").next().unwrap().to_owned();
            (room.trim_end_matches(".rs").to_owned(), file.clone(), code)
        })
        .collect()
}

fn collect(directory: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}
