//! What search bots really met, from access logs: by themselves, and kept beside what Gatecrawl saw.

use std::fs;

use std::io::Write;
use std::path::Path;

use chrono::{DateTime, TimeDelta, Utc};
use gatecrawl::domain::observation::SiteId;
use gatecrawl::store::Store;
use serde_json::{Value, json};

use crate::support::program::Program;
use crate::support::wait_for;

/// Three days of a shop, in the form that nginx and Apache write without being told.
const LOG: &str = include_str!("../fixtures/logs/shop.log");

fn told(program: &Program, arguments: &[&str]) -> Value {
    let mut all = vec!["logs"];
    all.extend(arguments);
    program.json(0, &all)
}

/// Hits and failing share of a bot with this verification.
fn bot(told: &Value, name: &str, verification: &str) -> Option<(u64, f64)> {
    let rows = told["bots"].as_array().unwrap();
    let row = rows.iter().find(|row| row["bot"] == name && row["verification"] == verification)?;
    Some((row["hits"].as_u64().unwrap(), row["failing_share"].as_f64().unwrap()))
}

fn outages(told: &Value, bot: &str) -> Vec<Value> {
    let all = told["outages"].as_array().unwrap().iter();
    all.filter(|outage| outage["observer"] == bot).cloned().collect()
}

#[test]
fn bots_are_told_by_how_well_they_are_founded_and_real_ones_see_outages() {
    let program = Program::new();
    let log = program.put("access.log", LOG);
    let told = told(&program, &[&log]);
    assert_eq!(
        told["lines"],
        json!({"read": 80, "parsed": 80, "rejected": 0, "first_rejected": [], "troubles": []})
    );
    assert_eq!(told["format"], "combined");
    assert_eq!(bot(&told, "googlebot", "ip").unwrap().0, 51);
    assert_eq!(bot(&told, "googlebot", "spoofed"), Some((4, 0.0)));
    assert_eq!(bot(&told, "googlebot", "claimed").unwrap().0, 1, "an internal address is a proxy's");
    assert_eq!(bot(&told, "googlebot-image", "ip"), Some((3, 0.0)));
    assert_eq!(bot(&told, "bingbot", "ip"), Some((3, 0.0)));
    assert_eq!(bot(&told, "yandexbot", "claimed"), Some((3, 0.0)), "nobody was asked about it");

    let seen = outages(&told, "googlebot");
    let section = seen.iter().find(|outage| outage["section"] == "/product/*").unwrap();
    assert_eq!((&section["url_count"], &section["verdict"]), (&json!(6), &json!("brief")));
    assert_eq!(section["started_between"][1], "2026-10-06T20:00:11Z");
    assert_eq!(section["ended_between"][0], "2026-10-06T20:55:11Z");
    let failing = told["failing_urls"].as_array().unwrap();
    let twice = failing.iter().find(|url| url["url"] == "/misc/title.txt").unwrap();
    assert_eq!((&twice["hits"], &twice["by_outcome"]["500"]), (&json!(2), &json!(2)));
    assert_eq!(twice["first_failing"], "2026-10-06T03:05:34Z");
    assert_eq!(twice["last_failing"], "2026-10-06T15:05:42Z");
}

#[test]
fn robots_txt_has_its_phase_days_add_up_and_what_the_bot_did_not_wait_for_is_unknown() {
    let program = Program::new();
    let log = program.put("access.log", LOG);
    let told = told(&program, &[&log, "--site", "https://shop.example", "--now", "2026-10-08T12:00:00Z"]);
    let robots = &told["robots"][0];
    assert_eq!((&robots["site"], &robots["fetches"]), (&json!("https://shop.example"), &json!(5)));
    assert_eq!(robots["failing_since"], "2026-10-07T22:00:00Z");
    assert_eq!(robots["phase"]["google"], "last good copy", "after twelve hours");
    let days: u64 = told["days"].as_array().unwrap().iter().map(|day| day["hits"].as_u64().unwrap()).sum();
    let real = told["bots"].as_array().unwrap().iter().filter(|row| row["verification"] == "ip");
    assert_eq!(days, real.map(|row| row["hits"].as_u64().unwrap()).sum::<u64>());
    let googlebot = &told["bots"]
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["verification"] == "ip" && row["bot"] == "googlebot")
        .unwrap();
    assert_eq!(googlebot["by_outcome"]["unknown"], 1);
    assert_eq!(told["sections"][0]["section"], "/product/*");
    assert_eq!(told["wasted"]["fetches"], 16);
}

#[test]
fn parts_of_a_log_in_any_order_tell_the_same_as_the_whole_and_three_hops_count_once() {
    let program = Program::new();
    let whole = program.put("whole.log", LOG);
    let lines: Vec<&str> = LOG.lines().collect();
    let (old, new) = lines.split_at(30);
    let (old, new) =
        (program.put("b.log", &(old.join("\n") + "\n")), program.put("a.log", &(new.join("\n") + "\n")));
    let strip = |mut told: Value| {
        for key in ["lines", "notes", "formats"] {
            told.as_object_mut().unwrap().remove(key);
        }
        told
    };
    let expected = strip(told(&program, &[&whole]));
    assert_eq!(strip(told(&program, &[&new, &old])), expected);
    let (second, third) = (program.put("2.log", LOG), program.put("3.log", LOG));
    let hops = told(&program, &[&whole, &second, &third]);
    assert!(hops["notes"].to_string().contains("another line tells"), "{}", hops["notes"]);
    assert_eq!(strip(hops), expected);
}

#[test]
fn without_verified_bots_there_are_no_outages_unless_the_user_agent_is_trusted() {
    let program = Program::new();
    let log =
        program.put("access.log", &LOG.replace("66.249.66.", "127.0.0.").replace("40.77.167.", "127.0.1."));
    let untrusted = told(&program, &[&log]);
    assert_eq!(untrusted["outages"], json!([]));
    let notes = untrusted["notes"].to_string();
    assert!(notes.contains("--trust-user-agent") && notes.contains("--client-from"), "{notes}");
    let trusted = told(&program, &[&log, "--trust-user-agent"]);
    assert_eq!(trusted["trusted_user_agent"], true);
    assert_eq!(outages(&trusted, "googlebot").iter().filter(|o| o["section"] == "/product/*").count(), 1);
    assert!(trusted["notes"].to_string().contains("The user agent was trusted"));
}

#[test]
fn an_outage_that_goes_on_makes_the_exit_code_by_its_verdict() {
    let program = Program::new();
    let log = program.put("access.log", LOG);
    let later = "2026-10-20T00:00:00Z";
    assert_eq!(program.run(&["logs", &log, "--fail-on", "persistent"]).code, 0);
    assert_eq!(program.run(&["logs", &log, "--fail-on", "brief", "--now", later]).code, 1);
}

#[test]
fn bad_arguments_are_refused_with_the_reason_and_bad_lines_are_shown() {
    let program = Program::new();
    for (arguments, why) in [
        (vec!["logs", "/nowhere/access.log"], "/nowhere/access.log cannot be read"),
        (vec!["logs", "."], "is a directory"),
        (vec!["logs", "-", "--log-format", "klingon"], "klingon"),
        (vec!["logs", "-", "--client-from", "xff:0"], "xff:N"),
        (vec!["logs", "-", "--set", "brief_max"], "KEY=VALUE"),
        (vec!["logs", "-", "--format", "csv"], "json"),
    ] {
        let ran = program.run(&arguments);
        assert_eq!(ran.code, 2, "{arguments:?}: {}", ran.stderr);
        assert!(ran.stderr.contains(why), "{arguments:?}: {}", ran.stderr);
    }
    let log = program.put("access.log", &format!("{LOG}what is this\n\u{1}\u{2}\n"));
    let ran = program.run(&["logs", &log]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stdout.starts_with("82 lines read"), "{}", ran.stdout);
    assert!(ran.stderr.contains("line 81"), "{}", ran.stderr);
}

#[test]
fn what_was_imported_is_known_however_often_and_in_whatever_form_it_comes_again() {
    let program = Program::new();
    assert_eq!(program.run(&["site", "add", "https://shop.example/"]).code, 0);
    let (log, lines) = (program.put("access.log", LOG), LOG.lines().count());
    let half: String = LOG.split_inclusive('\n').take(lines / 2).collect();
    let half = program.put("half.log", &half);
    let import = |file: &str| {
        let told = program.json(0, &["logs", file, "--import", "shop.example"]);
        (told["imported"]["new"].as_u64().unwrap(), told["imported"]["known"].as_u64().unwrap())
    };
    let (first, none) = import(&half);
    assert_eq!(none, 0);
    let (rest, known) = import(&log);
    assert_eq!((known, first + rest), (first, 65), "the first half was known");
    assert_eq!(import(&log), (0, 65));
    fs::rename(&log, format!("{log}.1")).unwrap();
    assert_eq!(import(&format!("{log}.1")), (0, 65));
    let ran = program.run(&["logs", &half, "--import", "blog.example"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("no site `blog.example` is known"), "{}", ran.stderr);
}

/// All that the store holds of bots, but for the numbers of rows.
fn kept(data: &Path) -> String {
    let kept = async {
        let store = Store::open(data).await.unwrap();
        let (site, begin) = (SiteId(1), DateTime::UNIX_EPOCH);
        let end = begin + TimeDelta::days(100_000);
        let mut all = Vec::new();
        for stored in store.bot_outages(site, begin).await.unwrap() {
            let members = store.members(stored.id, 0, 10_000).await.unwrap();
            let members: Vec<_> = members.iter().map(|member| (&member.url, &member.episode)).collect();
            all.push(format!("{:?} {:?} {members:?}", stored.outage, stored.extent));
        }
        all.push(format!("{:?}", store.bot_hours(site, begin, end).await.unwrap()));
        all.push(format!("{:?}", store.bot_sums(site, begin, end).await.unwrap()));
        store.close().await;
        all.join("\n")
    };
    tokio::runtime::Runtime::new().unwrap().block_on(kept)
}

/// How many hits of bots the store holds.
fn hits(data: &Path) -> u64 {
    let hits = async {
        let store = Store::open(data).await.unwrap();
        let (begin, days) = (DateTime::UNIX_EPOCH, TimeDelta::days(100_000));
        let hours = store.bot_hours(SiteId(1), begin, begin + days).await.unwrap();
        store.close().await;
        hours.iter().map(|hour| hour.hits).sum()
    };
    tokio::runtime::Runtime::new().unwrap().block_on(hits)
}

fn line(at: DateTime<Utc>, path: &str, status: u16) -> String {
    let at = at.format("%d/%b/%Y:%H:%M:%S +0000");
    format!(
        "66.249.66.1 - - [{at}] \"GET {path} HTTP/1.1\" {status} 512 \"-\" \"Mozilla/5.0 (compatible; Googlebot/2.1; \
         +http://www.google.com/bot.html)\"\n"
    )
}

/// Three weeks in which Googlebot comes every minute, and a part of the shop fails now and then.
fn weeks() -> String {
    let start: DateTime<Utc> = "2026-10-01T00:00:00Z".parse().unwrap();
    (0..21 * 1440 / 2)
        .map(|n| {
            let at = start + TimeDelta::minutes(2 * n);
            let is_down = (n / 700) % 5 == 3 && n % 3 != 1;
            let section = if n % 3 == 1 { "about" } else { "product" };
            line(at, &format!("/{section}/{}", n % 60), if is_down { 502 } else { 200 })
        })
        .collect()
}

#[test]
fn an_import_that_was_killed_and_run_again_is_as_one_that_was_not() {
    let (killed, clean) = (Program::new(), Program::new());
    let log = weeks();
    for program in [&killed, &clean] {
        assert_eq!(program.run(&["site", "add", "https://shop.example/"]).code, 0);
        program.put("access.log", &log);
    }
    let import = ["logs", "access.log", "--import", "shop.example"];
    for least in [1, 4_000] {
        let mut running = killed.start(&import);
        wait_for("some hits are kept", || (hits(&killed.data()) >= least).then_some(()));
        running.kill().unwrap();
        let some = hits(&killed.data());
        assert!(some < 15_120, "it was killed too late to show anything: {some}");
    }
    let again = killed.json(0, &import);
    assert!(again["imported"]["known"].as_u64().unwrap() >= 4_000, "{}", again["imported"]);
    let once = clean.json(0, &import);
    assert_eq!(once["imported"]["new"], 15_120);
    let (killed, clean) = (kept(&killed.data()), kept(&clean.data()));
    assert!(clean.lines().count() > 4, "there are outages to compare");
    assert!(killed == clean, "{killed}\n\nis not\n\n{clean}");
}

#[test]
fn a_log_is_followed_across_rotation_and_kill_and_nothing_counts_twice() {
    let program = Program::new();
    assert_eq!(program.run(&["site", "add", "http://127.0.0.1:9/", "--allow-private"]).code, 0);
    assert_eq!(program.run(&["site", "pause", "127.0.0.1:9"]).code, 0);
    let path = program.put("access.log", "");
    let follow = format!("127.0.0.1:9={path}");
    let (start, mut written): (DateTime<Utc>, Vec<String>) =
        ("2026-10-01T00:00:00Z".parse().unwrap(), Vec::new());
    let mut write = |name: &str, lines: i64| {
        let mut file = fs::File::options().create(true).append(true).open(name).unwrap();
        for _ in 0..lines {
            let n = i64::try_from(written.len()).unwrap();
            let line = line(start + TimeDelta::seconds(n), &format!("/{}", n % 7), 200);
            file.write_all(line.as_bytes()).unwrap();
            written.push(line);
        }
        (written.len() as u64, written.concat())
    };
    let await_hits = |wanted: u64| {
        wait_for(&format!("{wanted} hits"), || (hits(&program.data()) == wanted).then_some(()));
    };
    let serve = program.serve_with(&["--follow", &follow]);
    await_hits(write(&path, 20).0);
    // The old file gets a last line when it has its new name already, as a server that has not been told yet writes it.
    fs::rename(&path, format!("{path}.1")).unwrap();
    write(&format!("{path}.1"), 1);
    await_hits(write(&path, 20).0);
    serve.kill();
    write(&path, 5);
    fs::rename(&path, format!("{path}.2")).unwrap();
    let (wanted, all) = write(&path, 7);
    let serve = program.serve_with(&["--follow", &follow]);
    await_hits(wanted);
    assert!(serve.terminate().success());
    let whole = program.put("whole.log", &all);
    let imported = program.json(0, &["logs", &whole, "--import", "127.0.0.1:9"]);
    assert_eq!(imported["imported"]["new"], 0, "{}", imported["imported"]);
    assert_eq!(imported["imported"]["known"], wanted);
}

#[test]
fn a_log_of_a_site_that_is_not_known_is_not_followed() {
    let program = Program::new();
    let ran = program.run(&["serve", "--listen", "127.0.0.1:0", "--follow", "shop.example=/var/log/x.log"]);
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    assert!(ran.stderr.contains("no site `shop.example` is known"), "{}", ran.stderr);
}
