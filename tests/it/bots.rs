//! The lists of bots' addresses: what is carried, what is fetched, and what a bad list leaves as it is.

use std::fs;

use serde_json::Value;

use crate::support::nginx::Nginx;
use crate::support::program::Program;

/// The days of the lists at hand by which this bot is verified.
fn days(program: &Program, bot: &str) -> Vec<String> {
    let listed = program.json(0, &["bots", "list"]);
    let bot = listed.as_array().unwrap().iter().find(|row| row["bot"] == bot).unwrap().clone();
    let lists = bot["lists"].as_array().unwrap().clone();
    let at_hand = lists.iter().flat_map(|list| list["at_hand"].as_array().unwrap().clone());
    at_hand.map(|list| list["day"].as_str().unwrap().to_owned()).collect()
}

fn result(updated: &Value, list: &str) -> String {
    let row = updated.as_array().unwrap().iter().find(|row| row["list"] == list).unwrap();
    row["result"].as_str().unwrap().to_owned()
}

#[test]
fn a_newer_list_stands_beside_the_older_ones_and_a_bad_one_leaves_what_is_known() {
    let mirror = tempfile::tempdir().unwrap();
    let put = |name: &str, text: &str| fs::write(mirror.path().join(name), text).unwrap();
    put(
        "googlebot.json",
        r#"{"creationTime": "2026-11-20T10:00:00", "prefixes": [{"ipv4Prefix": "192.0.2.0/24"}]}"#,
    );
    put("applebot.json", "192.0.2.0/28\n192.0.2.16/28 # in lines\n");
    put("bingbot.json", "<html><body>502 Bad Gateway</body></html>");
    let nginx = Nginx::of_files(mirror.path());
    let program = Program::new();
    assert_eq!(days(&program, "googlebot"), ["2024-06-18", "2026-06-09"]);

    let from = format!("http://127.0.0.1:{}/", nginx.port);
    let updated = program.json(3, &["bots", "update", "--from", &from]);
    assert_eq!(result(&updated, "googlebot"), "new");
    assert_eq!(result(&updated, "applebot"), "new");
    assert_eq!(result(&updated, "bingbot"), "failed");
    assert_eq!(result(&updated, "gptbot"), "failed", "the mirror does not have it");
    assert_eq!(days(&program, "googlebot"), ["2024-06-18", "2026-06-09", "2026-11-20"]);
    assert_eq!(days(&program, "applebot").len(), 1);
    assert_eq!(days(&program, "bingbot"), ["2024-01-03"]);

    let again = program.json(3, &["bots", "update", "--from", &from]);
    assert_eq!(result(&again, "googlebot"), "unchanged");
    assert_eq!(result(&again, "applebot"), "unchanged");
}
