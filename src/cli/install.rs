//! `gatecrawl completions` and `gatecrawl man`: what a shell and `man` want to know of the commands, made from the commands
//! themselves, so that it cannot be out of date.

use std::io;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::{Args, Command, CommandFactory};
use clap_complete::Shell;
use clap_mangen::Man;

use super::{Cli, Outcome, Success, output};

#[derive(Debug, Args)]
pub(super) struct Completions {
    /// The shell; its own documentation says where it looks for completions
    shell: Shell,
}

#[derive(Debug, Args)]
pub(super) struct ManPages {
    /// Write a page for each command into this directory, made when it is not there; without it, all go to stdout
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// Prints what the shell reads.
pub(super) fn completions(options: &Completions) -> Outcome {
    let mut script = Vec::new();
    clap_complete::generate(options.shell, &mut Cli::command(), "gatecrawl", &mut script);
    output::data(String::from_utf8_lossy(&script).trim_end())?;
    Ok(Success::Fine)
}

/// Writes or prints the manual.
pub(super) fn man(options: &ManPages) -> Outcome {
    let mut whole = Cli::command().disable_help_subcommand(true);
    whole.build();
    let pages = pages(&whole)?;
    if let Some(directory) = &options.out {
        write(directory, &pages)?;
        return Ok(Success::Fine);
    }
    for (_, page) in &pages {
        output::data(page.trim_end())?;
    }
    Ok(Success::Fine)
}

/// A page each for this command and all below it: its file, and its text as roff.
fn pages(command: &Command) -> io::Result<Vec<(String, String)>> {
    let man = Man::new(command.clone());
    let mut page = Vec::new();
    man.render(&mut page)?;
    let mut pages = vec![(man.get_filename(), String::from_utf8_lossy(&page).into_owned())];
    for below in command.get_subcommands().filter(|below| !below.is_hide_set()) {
        pages.extend(self::pages(below)?);
    }
    Ok(pages)
}

fn write(directory: &Path, pages: &[(String, String)]) -> anyhow::Result<()> {
    let told = || format!("the pages cannot be written to {}", directory.display());
    std::fs::create_dir_all(directory).with_context(told)?;
    for (name, page) in pages {
        std::fs::write(directory.join(name), page).with_context(told)?;
    }
    output::talk(&format!("{} pages are in {}.", pages.len(), directory.display()));
    Ok(())
}
