//! Where Gatecrawl lives: its configuration, its directory, its disk.

use std::path::Path;

use super::Finding;
use crate::config::Config;
use crate::report::wording::bytes;
use crate::store::checkup::{Checkup, Standing};
use crate::store::data_directory::{self, Rights, Room};
use crate::store::recording::ROOM_NEEDED;

/// Below twice the database, neither a backup beside it nor a migration that writes everything anew has room.
const COPIES: u64 = 2;

/// Below this, a crawl of a large site may fill the disk before anybody looks: a million failing fetches with evidence are about
/// as much.
const COMFORTABLE: u64 = 1 << 30;

/// Which configuration holds, and whether its secrets are kept.
pub(super) fn configuration(config: &Config) -> Vec<Finding> {
    const PART: &str = "configuration";
    let says = match &config.file {
        Some(file) => format!("{} was read.", file.display()),
        None => "no file was read: what is not in the environment is at its default. --config names a file."
            .to_owned(),
    };
    let open = config.private_files.iter().filter(|file| {
        // One that is not there any more is nobody's to read.
        data_directory::is_readable_by_all(file).unwrap_or_default()
    });
    let told = |file: &std::path::PathBuf| {
        let file = file.display();
        let says =
            format!("{file} holds secrets, and every user of this machine may read it: `chmod o= {file}`.");
        Finding::attention(PART, says)
    };
    [Finding::well(PART, says)].into_iter().chain(open.map(told)).collect()
}

/// Whose the data are.
pub(super) fn permissions(data: &Path, checkup: &Checkup) -> Vec<Finding> {
    const PART: &str = "permissions";
    let mut findings = Vec::new();
    // Nobody gets at a file whose directory is closed.
    let is_closed = data_directory::is_open_to_others(data).is_ok_and(|is_open| !is_open);
    for path in [data, &checkup.path] {
        match data_directory::rights(path) {
            Ok(rights) => {
                let open_to_others = rights.open_to_others && !is_closed;
                findings.extend(judged(path, Rights { open_to_others, ..rights }));
            }
            // That it is missing, or cannot be opened, is told of the database.
            Err(_) if checkup.standing == Standing::Missing => {}
            Err(why) => {
                findings
                    .push(Finding::broken(PART, format!("{} cannot be looked at: {why}.", path.display())));
            }
        }
    }
    if findings.is_empty() && checkup.standing == Standing::Missing {
        return Vec::new();
    }
    if findings.is_empty() {
        findings.push(Finding::well(PART, "data directory and database are this user's alone."));
    }
    findings
}

/// What is wrong with the rights of a place.
fn judged(path: &Path, rights: Rights) -> Option<Finding> {
    const PART: &str = "permissions";
    let (path, Rights { owner, user, .. }) = (path.display(), rights);
    if !rights.may_write {
        let says = format!(
            "{path} is not writable for this user (number {user}; it is number {owner}'s): run Gatecrawl as its owner, or `chown -R {user} {path}`; a disk that is mounted read-only must be mounted anew."
        );
        return Some(Finding::broken(PART, says));
    }
    if owner != user {
        let says = format!(
            "{path} is number {owner}'s, and this user is number {user}: run Gatecrawl as its owner, or files appear that its owner cannot write."
        );
        return Some(Finding::attention(PART, says));
    }
    rights.open_to_others.then(|| {
        let says = format!("{path} is open to others; hashes of passwords are in it: `chmod go= {path}`.");
        Finding::attention(PART, says)
    })
}

/// Whether there is room, by the figures and by a write.
pub(super) fn disk(data: &Path, database: u64) -> Vec<Finding> {
    const PART: &str = "disk";
    if !data.exists() {
        return Vec::new();
    }
    let mut findings = Vec::new();
    match data_directory::room(data) {
        Ok(room) => findings.push(roomy(room, database)),
        Err(why) => {
            findings.push(Finding::attention(PART, format!("how much is free cannot be told: {why}.")));
        }
    }
    if let Err(why) = data_directory::try_write(data) {
        let says = format!(
            "a file in {} cannot be written ({why}): make room, look at quota and limits of this user, and make the directory writable.",
            data.display()
        );
        findings.push(Finding::broken(PART, says));
    }
    findings
}

fn roomy(room: Room, database: u64) -> Finding {
    const PART: &str = "disk";
    let Room { free, whole } = room;
    let says = format!("{} of {} are free, the database has {}", bytes(free), bytes(whole), bytes(database));
    if free < ROOM_NEEDED {
        let needed = bytes(ROOM_NEEDED);
        return Finding::broken(
            PART,
            format!("{says}: recording is about to stop, and goes on at {needed} only; make room."),
        );
    }
    if free < database.saturating_mul(COPIES) {
        let says = format!("{says}: a backup beside it and some upgrades need twice that; make room.");
        return Finding::attention(PART, says);
    }
    if free < COMFORTABLE {
        return Finding::attention(PART, format!("{says}: that is soon full; make room."));
    }
    Finding::well(PART, format!("{says}."))
}

#[cfg(test)]
mod tests {
    use super::super::State;
    use super::*;

    const MB: u64 = 1_000_000;

    #[test]
    fn room_is_judged_by_what_a_backup_and_the_next_observations_need() {
        for (free, database, state) in [
            (20_000 * MB, 100 * MB, State::Well),
            (20_000 * MB, 10_001 * MB, State::Attention),
            (1_000 * MB, 100 * MB, State::Attention),
            (15 * MB, MB, State::Broken),
        ] {
            let found = roomy(Room { free, whole: 100_000 * MB }, database);
            assert_eq!(found.state, state, "{}", found.says);
        }
    }

    #[test]
    fn who_may_not_write_is_told_before_who_else_may_read() {
        let path = Path::new("data");
        let mine = Rights { owner: 7, user: 7, may_write: true, open_to_others: false };
        assert_eq!(judged(path, mine), None);
        for (rights, state, says) in [
            (Rights { open_to_others: true, ..mine }, State::Attention, "chmod go= data"),
            (Rights { owner: 8, ..mine }, State::Attention, "number 8's"),
            (Rights { owner: 8, may_write: false, ..mine }, State::Broken, "chown -R 7 data"),
        ] {
            let found = judged(path, rights).unwrap();
            assert_eq!((found.state, found.says.contains(says)), (state, true), "{}", found.says);
        }
    }
}
