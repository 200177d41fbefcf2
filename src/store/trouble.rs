//! What an error of the database means for whoever runs it, and what to do. It is a table: the engine's own words come first,
//! these follow.

use std::error::Error;

/// An error of the engine that a person can do something about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// There is no room.
    Full,
    /// The disk does not do what it is asked.
    Disk,
    /// The file or its directory may not be written.
    ReadOnly,
    /// The file is damaged, or no database.
    Damaged,
    /// Another process holds it.
    Busy,
}

/// Primary result codes of SQLite. Source: <https://www.sqlite.org/rescode.html>.
const CODES: [(i64, Trouble); 8] = [
    (5, Trouble::Busy),
    (6, Trouble::Busy),
    (8, Trouble::ReadOnly),
    (10, Trouble::Disk),
    (11, Trouble::Damaged),
    (13, Trouble::Full),
    (14, Trouble::ReadOnly),
    (26, Trouble::Damaged),
];

impl Trouble {
    /// What it is, by the engine's code; the low byte of an extended code is its primary one.
    pub(super) fn of(error: &sqlx::Error) -> Option<Self> {
        let code: i64 = error.as_database_error()?.code()?.parse().ok()?;
        CODES.iter().find(|(known, _)| *known == code & 0xff).map(|(_, trouble)| *trouble)
    }

    /// The same of an error that may hold the engine's somewhere in its chain, with the engine's words.
    pub(super) fn within(error: &(dyn Error + 'static)) -> Option<(Self, String)> {
        let mut next = Some(error);
        while let Some(error) = next {
            if let Some(engine) = error.downcast_ref::<sqlx::Error>()
                && let Some(found) = Self::of(engine)
            {
                return Some((found, words(engine)));
            }
            next = error.source();
        }
        None
    }

    /// What to do.
    pub fn advice(self) -> &'static str {
        match self {
            Self::Full => "make room on the disk",
            Self::Disk => {
                "the disk may be full, over its quota, or failing: make room, and look into the system's log"
            }
            Self::ReadOnly => "make the data directory and the files in it writable for this user",
            Self::Damaged => "stop Gatecrawl, and restore a backup with `gatecrawl restore FILE --force`",
            Self::Busy => "another program holds the database: close it, and try again",
        }
    }
}

/// What the engine says. Its code and who passed the word on are left out.
pub(super) fn words(error: &sqlx::Error) -> String {
    error.as_database_error().map_or_else(|| error.to_string(), |said| said.message().to_owned())
}

/// What the engine says, and what to do about it.
pub(super) fn told(error: &sqlx::Error) -> String {
    match Trouble::of(error) {
        Some(trouble) => format!("{}; {}", words(error), trouble.advice()),
        None => words(error),
    }
}
