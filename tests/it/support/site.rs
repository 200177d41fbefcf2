//! Sites to crawl: small ones made for a test, and the documentation of Python as a real one.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// The HTML of the package python3-doc.
pub(crate) fn python_doc() -> PathBuf {
    let directory = PathBuf::from("/usr/share/doc/python3-doc/html");
    assert!(
        directory.join("index.html").exists(),
        "the package python3-doc is installed: tests/run.sh does it"
    );
    fs::canonicalize(directory).unwrap()
}

/// A site of a start page and so many pages in each of these sections, with a robots.txt.
pub(crate) fn small(sections: &[&str], pages: usize) -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    let mut links = String::new();
    for section in sections {
        fs::create_dir(directory.path().join(section)).unwrap();
        for page in 1..=pages {
            let path = format!("{section}/{page}.html");
            put(&directory, &path, &format!("<title>{path}</title><a href=\"/\">start</a>"));
            links += "<a href=\"/";
            links += &path;
            links += "\">page</a> ";
        }
    }
    put(&directory, "index.html", &format!("<!doctype html><title>Start</title>{links}"));
    put(&directory, "robots.txt", "User-agent: *\nDisallow: /private/\n");
    directory
}

/// Puts a file into a site.
pub(crate) fn put(site: &TempDir, path: &str, content: &str) {
    let path: &Path = &site.path().join(path);
    fs::write(path, content).unwrap();
}
