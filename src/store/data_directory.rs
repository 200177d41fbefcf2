//! The data directory: made when it is not there, closed to other users, and looked at before the database is opened, because
//! the system says more plainly than the engine what is wrong with it.
//!
//! The database holds hashes of passwords, signing keys and the addresses of recipients: so it is for its owner alone. What
//! was made wider by hand is left as it is; `doctor` says so.

use std::fs::{DirBuilder, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use super::backend::OpenError;

/// Makes directory and file, and sees that both can be written.
pub(super) fn prepare(directory: &Path, file: &Path) -> Result<(), OpenError> {
    let unusable = |source| OpenError::Directory { path: directory.to_owned(), source };
    make(directory).map_err(unusable)?;
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

/// Makes a data directory, for its owner alone.
pub(super) fn make(directory: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(directory)
}

/// The size of a write that shows whether there is room: about a batch of observations.
pub(super) const TRIAL: usize = 256 * 1024;

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

/// Writes so much into a file without a name, which is gone afterwards.
pub fn try_write(directory: &Path) -> io::Result<()> {
    let mut file = tempfile::tempfile_in(directory)?;
    file.write_all(&vec![0; TRIAL])?;
    file.sync_all()
}

/// What the engine keeps beside a database in use: what was written last, and an index into that.
pub(super) const BESIDE: [&str; 2] = ["-wal", "-shm"];

/// The file beside a database in which a process keeps what it has written last.
pub(super) fn wal(database: &Path) -> PathBuf {
    beside(database, BESIDE[0])
}

/// The file beside a database with this ending.
pub(super) fn beside(database: &Path, ending: &str) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// What tells a file from every other that is there at the same time.
pub(super) fn identity(path: &Path) -> io::Result<(u64, u64)> {
    std::fs::metadata(path).map(|file| (file.dev(), file.ino()))
}

/// Whose it is, for this user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rights {
    /// The number of the user whose it is.
    pub owner: u32,
    /// The number of this user.
    pub user: u32,
    /// Whether this user may read and write it.
    pub may_write: bool,
    /// Whether others than its owner may read it.
    pub open_to_others: bool,
}

/// What this user may do with a file or a directory.
pub fn rights(path: &Path) -> io::Result<Rights> {
    use rustix::fs::{Access, AtFlags, CWD, accessat};
    let owner = std::fs::metadata(path)?.uid();
    let user = rustix::process::geteuid().as_raw();
    let may_write = accessat(CWD, path, Access::READ_OK | Access::WRITE_OK, AtFlags::EACCESS).is_ok();
    Ok(Rights { owner, user, may_write, open_to_others: is_open_to_others(path)? })
}

/// Whether every user of the machine may read it. A group is somebody's choice: a service often reads by it.
pub fn is_readable_by_all(path: &Path) -> io::Result<bool> {
    Ok(std::fs::metadata(path)?.mode() & 0o004 != 0)
}

/// Whether others than its owner may read it.
pub fn is_open_to_others(path: &Path) -> io::Result<bool> {
    Ok(std::fs::metadata(path)?.mode() & 0o077 != 0)
}
