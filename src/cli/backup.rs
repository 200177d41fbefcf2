//! `gatecrawl backup` and `gatecrawl restore`: a copy of the database, and back.

use std::path::{Path, PathBuf};

use clap::Args;

use super::{Failure, Outcome, Success, output};
use crate::clock::{Clock, SystemClock};
use crate::report::wording::{bytes, plural};
use crate::store::backup::{self, Copied, CopyError};

#[derive(Debug, Args)]
pub(super) struct Backup {
    /// Where the copy goes
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Replace a file that is there already
    #[arg(long)]
    force: bool,
}

#[derive(Debug, Args)]
pub(super) struct Restore {
    /// The backup
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Put the database that is there already aside
    #[arg(long)]
    force: bool,
}

/// Copies the database, also while `serve` is running, and checks the copy.
pub(super) async fn back_up(options: &Backup, data: &Path) -> Outcome {
    let copied = backup::back_up(data, &options.file, options.force).await.map_err(failure)?;
    output::data(&format!("Backed up to {}: {}.", options.file.display(), holds(&copied)))?;
    Ok(Success::Fine)
}

/// Puts a copy of a backup into the data directory, brought to the schema of this version.
pub(super) async fn restore(options: &Restore, data: &Path) -> Outcome {
    let now = SystemClock.now();
    let restored = backup::restore(&options.file, data, options.force, now).await.map_err(failure)?;
    output::data(&format!("Restored {}: {}.", options.file.display(), holds(&restored.copied)))?;
    if let Some(aside) = restored.aside {
        output::data(&format!(
            "The database that was there before is {}: remove it when all is well.",
            aside.display()
        ))?;
    }
    Ok(Success::Fine)
}

fn holds(copied: &Copied) -> String {
    format!(
        "{}, {}, {}, {}, schema version {}; it was read back and is sound",
        bytes(copied.bytes),
        plural(copied.sites, "site", "sites"),
        plural(copied.urls, "URL", "URLs"),
        plural(copied.outages, "outage", "outages"),
        copied.schema
    )
}

fn failure(error: CopyError) -> Failure {
    match error {
        CopyError::Missing(_)
        | CopyError::Exists(_)
        | CopyError::Directory(_)
        | CopyError::Itself(_)
        | CopyError::Occupied(_)
        | CopyError::InUse(_) => Failure::Usage(error.into()),
        _ => Failure::Job(error.into()),
    }
}
