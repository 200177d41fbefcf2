//! The data directory: made when it is not there, closed to other users, and looked at before the database is opened, because
//! the system says more plainly than the engine what is wrong with it.
//!
//! The database holds hashes of passwords, signing keys and the addresses of recipients: so it is for its owner alone. What
//! was made wider by hand is left as it is; `doctor` says so.

use std::fs::{DirBuilder, OpenOptions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::Path;

use super::backend::OpenError;

/// Makes directory and file, and sees that both can be written.
pub(super) fn prepare(directory: &Path, file: &Path) -> Result<(), OpenError> {
    let unusable = |source| OpenError::Directory { path: directory.to_owned(), source };
    DirBuilder::new().recursive(true).mode(0o700).create(directory).map_err(unusable)?;
    // The engine puts files of its own beside the database. A full disk is no reason not to look at what there is.
    if let Err(error) = tempfile::tempfile_in(directory)
        && matches!(error.kind(), ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem)
    {
        return Err(unusable(error));
    }
    let unwritable = |source| OpenError::Unwritable { path: file.to_owned(), source };
    OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(file)
        .map(drop)
        .map_err(unwritable)
}

/// How a place stands on its disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Room {
    /// Bytes that are free for this user.
    pub free: u64,
    /// Bytes that the disk has.
    pub whole: u64,
}

/// How much room there is where this directory is.
pub fn room(directory: &Path) -> io::Result<Room> {
    let disk = rustix::fs::statvfs(directory)?;
    Ok(Room {
        free: disk.f_bavail.saturating_mul(disk.f_frsize),
        whole: disk.f_blocks.saturating_mul(disk.f_frsize),
    })
}

/// Whether others than its owner may read it.
pub fn is_open_to_others(path: &Path) -> io::Result<bool> {
    Ok(std::fs::metadata(path)?.mode() & 0o077 != 0)
}
