//! The build script: says from which commit a release is built, and when that was made.
//!
//! It is not needed to build: without git, or from an archive, the version is the package's alone, and a packager may say the
//! commit by `GATECRAWL_COMMIT` and `GATECRAWL_COMMIT_DATE`. Only release builds ask git: a build for development would be made
//! anew after each commit for the sake of a line that nobody reads.
#![expect(clippy::print_stdout, reason = "this is how a build script talks to cargo")]

use std::env;
use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=packaging/version.rs");
    println!("cargo::rerun-if-env-changed=GATECRAWL_COMMIT");
    println!("cargo::rerun-if-env-changed=GATECRAWL_COMMIT_DATE");
    let version = env::var("CARGO_PKG_VERSION").unwrap_or_default();
    let told = match commit() {
        Some((commit, Some(date))) => format!("{version} ({commit}, {date})"),
        Some((commit, None)) => format!("{version} ({commit})"),
        None => version,
    };
    println!("cargo::rustc-env=GATECRAWL_VERSION={told}");
}

/// The commit, and its day.
fn commit() -> Option<(String, Option<String>)> {
    if let Some(commit) = said("GATECRAWL_COMMIT") {
        return Some((commit, said("GATECRAWL_COMMIT_DATE")));
    }
    if said("PROFILE").as_deref() != Some("release") {
        return None;
    }
    for file in ["HEAD", "packed-refs"] {
        watch(file);
    }
    if let Some(branch) = git(&["symbolic-ref", "--quiet", "HEAD"]) {
        watch(&branch);
    }
    Some((git(&["rev-parse", "--short", "HEAD"])?, git(&["log", "-1", "--format=%cs"])))
}

/// Has cargo ask again when this file of the repository changes.
fn watch(file: &str) {
    if let Some(path) = git(&["rev-parse", "--git-path", file]) {
        println!("cargo::rerun-if-changed={path}");
    }
}

fn said(variable: &str) -> Option<String> {
    env::var(variable).ok().filter(|value| !value.is_empty())
}

/// What git says in one line; `None`: there is no git, or this is no repository.
fn git(arguments: &[&str]) -> Option<String> {
    let output =
        Command::new("git").args(arguments).output().ok().filter(|output| output.status.success())?;
    let line = String::from_utf8(output.stdout).ok()?.trim().to_owned();
    (!line.is_empty()).then_some(line)
}
