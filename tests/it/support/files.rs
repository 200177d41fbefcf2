//! Files that are looked at, taken away from somebody, or damaged.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions, Permissions};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{Seek, SeekFrom, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::process::Command;

/// Whether the tests run as root, whom no mode keeps out.
pub(crate) fn is_root() -> bool {
    fs::metadata("/proc/self").unwrap().uid() == 0
}

/// Sets the mode of a file or directory.
pub(crate) fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

/// Every file of a directory, by its length and a hash of its bytes.
pub(crate) fn contents(directory: &Path) -> BTreeMap<String, (usize, u64)> {
    let files = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    let content = |path: std::path::PathBuf| {
        let bytes = fs::read(&path).unwrap();
        let mut hash = DefaultHasher::new();
        bytes.hash(&mut hash);
        (path.file_name().unwrap().to_str().unwrap().to_owned(), (bytes.len(), hash.finish()))
    };
    files.map(content).collect()
}

/// Writes nonsense over a part of a file.
pub(crate) fn damage(path: &Path, at: u64, bytes: usize) {
    let mut file = OpenOptions::new().write(true).open(path).unwrap();
    file.seek(SeekFrom::Start(at)).unwrap();
    file.write_all(&vec![0xA5; bytes]).unwrap();
    file.sync_all().unwrap();
}

/// Writes nonsense over the first page of a table, and over nothing else.
pub(crate) fn damage_table(database: &Path, table: &str) {
    let page: u64 =
        sql(database, &format!("select rootpage from sqlite_master where name = '{table}'")).parse().unwrap();
    let size: u64 = sql(database, "pragma page_size").parse().unwrap();
    damage(database, (page - 1) * size, usize::try_from(size).unwrap());
}

/// Asks or tells a database something by its own library; the first value of what it answers.
pub(crate) fn sql(database: &Path, statement: &str) -> String {
    let script = "import sqlite3, sys
c = sqlite3.connect(sys.argv[1])
row = c.execute(sys.argv[2]).fetchone()
c.commit()
print(row[0] if row else '')";
    let done = Command::new("python3").args(["-c", script]).arg(database).arg(statement).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8(done.stdout).unwrap().trim().to_owned()
}
