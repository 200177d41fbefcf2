//! The command line as scripts use it: sites, reports, and their shapes.

use serde_json::Value;

use crate::support::program::Program;
use crate::support::world::World;

#[test]
fn a_site_is_added_shown_set_paused_resumed_and_removed() {
    let program = Program::new();
    let ok = |arguments: &[&str]| assert_eq!(program.run(arguments).code, 0, "{arguments:?}");
    let site = || program.json(0, &["site", "show", "shop.example"]);
    ok(&[
        "site",
        "add",
        "https://Shop.Example/start",
        "--set",
        "schedule=cron 0 3 * * *",
        "--set",
        "time_zone=Europe/Berlin",
    ]);
    assert_eq!(site()["site"], "https://shop.example");
    assert_eq!(site()["start_url"], "https://shop.example/start");
    assert_eq!(site()["settings"]["schedule"], "cron 0 3 * * *");
    ok(&["site", "set", "shop.example", "rate=2", "persistent_after=36h"]);
    assert_eq!(
        (&site()["settings"]["rate"], &site()["settings"]["persistent_after"]),
        (&"2".into(), &"36h".into())
    );
    ok(&["site", "pause", "shop.example"]);
    assert_eq!(site()["paused"], true);
    ok(&["site", "resume", "shop.example"]);
    assert_eq!(site()["paused"], false);
    assert_eq!(program.run(&["site", "add", "https://shop.example/"]).code, 2, "it is known already");
    ok(&["site", "remove", "shop.example", "--yes"]);
    assert_eq!(program.run(&["site", "show", "shop.example"]).code, 2);
}

#[test]
fn a_site_is_not_removed_without_a_yes() {
    let program = Program::new();
    assert_eq!(program.run(&["site", "add", "https://shop.example/"]).code, 0);
    assert_eq!(program.run(&["site", "remove", "shop.example"]).code, 2);
    assert_eq!(program.json(0, &["site", "list"]).as_array().unwrap().len(), 1);
}

#[test]
fn data_go_to_stdout_without_colour_or_progress_when_it_is_no_terminal() {
    let world = World::with_small_site(&["docs"], 3);
    let ran = world.program.run(&["crawl", &world.url(), "--rate", "0"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(!ran.stdout.contains('\u{1b}') && !ran.stderr.contains('\u{1b}'));
    assert!(ran.stdout.contains("4 x 200") || ran.stdout.contains("5 x 200"), "{}", ran.stdout);
}

#[test]
fn failing_urls_come_as_rows_and_the_report_names_the_outage() {
    let mut world = World::with_small_site(&["docs"], 3);
    let url = world.url();
    world.crawl(0, &["--set", "recheck=1s"]);
    world.app.kill();
    let ran = world.program.run(&["crawl", &url, "--rate", "0", "--wait", "0s", "--format", "csv"]);
    assert_eq!(ran.code, 0, "a brief outage is below --fail-on: {}", ran.stderr);
    let mut rows = ran.stdout.lines();
    assert_eq!(rows.next(), Some("url,outcome,first_failing"));
    assert!(rows.any(|row| row.starts_with(&format!("{url}docs/1.html,502,20"))), "{}", ran.stdout);
    let strict = world.program.run(&["crawl", &url, "--rate", "0", "--wait", "0s", "--fail-on", "transient"]);
    assert_eq!(strict.code, 1, "{}", strict.stderr);
    let report = world.program.run(&["report"]);
    assert_eq!(report.code, 0);
    assert!(report.stdout.contains("502") && report.stdout.contains("127.0.0.1"), "{}", report.stdout);
}

#[test]
fn a_password_that_is_too_short_or_nobodys_is_refused() {
    let program = Program::new();
    assert_eq!(program.json(0, &["user", "list"]).as_array().unwrap().len(), 0);
    let short = program.run_typing("short\n", &["user", "password", "nobody"]);
    assert_eq!(short.code, 2);
    assert!(short.stderr.contains("at least 10"), "{}", short.stderr);
    let nobody = program.run_typing("a gate for crawlers\n", &["user", "password", "nobody"]);
    assert_eq!(nobody.code, 2);
    assert!(nobody.stderr.contains("no account `nobody`"), "{}", nobody.stderr);
}

#[test]
fn accounts_and_tokens_are_kept_from_the_command_line() {
    let program = Program::new();
    let add =
        |name, role| program.run_typing("a gate for crawlers\n", &["user", "add", name, "--role", role]);
    assert_eq!(add("nadia", "admin").stdout, "nadia can log in as admin.\n");
    assert_eq!(add("ola", "viewer").code, 0);
    assert!(add("ola", "viewer").stderr.contains("taken"));
    assert!(add("timur", "root").stderr.contains("`viewer`"));
    assert_eq!(program.json(0, &["user", "list"])[1]["role"], "viewer");
    let last = program.run(&["user", "remove", "nadia"]);
    assert!(last.code == 2 && last.stderr.contains("the only admin"), "{}", last.stderr);
    assert_eq!(program.run(&["user", "role", "ola", "admin"]).stdout, "ola is an admin now.\n");
    assert_eq!(program.run(&["user", "remove", "nadia"]).code, 0);
    let made = program.run(&["token", "create", "wall", "--expires", "90d"]);
    assert_eq!(
        (made.code, made.stdout.trim().len()),
        (0, 64),
        "the token alone is on stdout: {}",
        made.stdout
    );
    assert_eq!(program.json(0, &["token", "list"])[0]["name"], "wall");
    assert_eq!(program.run(&["token", "revoke", "wall"]).code, 0);
    assert_eq!(program.run(&["token", "revoke", "wall"]).code, 2);
}

#[test]
fn every_command_explains_itself() {
    let program = Program::new();
    for command in [
        &[][..],
        &["serve"],
        &["crawl"],
        &["site"],
        &["site", "add"],
        &["deploy", "mark"],
        &["user", "password"],
        &["user", "add"],
        &["token", "create"],
        &["plan"],
        &["replay"],
        &["report"],
        &["health"],
        &["completions"],
        &["man"],
    ] {
        let help = std::process::Command::new(env!("CARGO_BIN_EXE_gatecrawl"))
            .args(command)
            .arg("--help")
            .output()
            .unwrap();
        assert!(
            help.status.success() && String::from_utf8_lossy(&help.stdout).contains("Usage:"),
            "{command:?}"
        );
    }
    assert_eq!(program.run(&["no-such-command"]).code, 2);
}

#[test]
fn its_version_says_which_it_is() {
    let version = Program::new().run(&["--version"]);
    assert_eq!(version.code, 0);
    let told = version.stdout.trim().strip_prefix("gatecrawl ").expect("its name comes first");
    assert!(told.starts_with(env!("CARGO_PKG_VERSION")), "{told}");
}

#[test]
fn completions_of_every_shell_know_the_commands_even_when_the_configuration_is_broken() {
    let program = Program::new();
    let broken = program.put("broken.toml", "[mail");
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let ran = program.run(&["completions", shell, "--config", &broken]);
        assert_eq!(ran.code, 0, "{shell}: {}", ran.stderr);
        for word in ["diagnose", "recipient", "egress-probe"] {
            assert!(ran.stdout.contains(word), "{shell}: {word}");
        }
    }
    assert_eq!(program.run(&["completions", "tcsh"]).code, 2);
}

#[test]
fn bash_takes_the_completions_and_offers_the_commands() {
    let program = Program::new();
    let script = program.put("gatecrawl.bash", &program.run(&["completions", "bash"]).stdout);
    let ask = format!(
        "source {script}; COMP_WORDS=(gatecrawl si); COMP_CWORD=1; _gatecrawl gatecrawl si gatecrawl; printf '%s\\n' \"${{COMPREPLY[@]}}\""
    );
    let offered = std::process::Command::new("bash").args(["--norc", "-c", &ask]).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&offered.stdout).trim(), "site", "{offered:?}");
}

#[test]
fn the_manual_has_a_page_for_each_command() {
    let program = Program::new();
    let folder = program.data();
    let ran = program.run(&["man", "--out", folder.to_str().unwrap()]);
    assert_eq!((ran.code, ran.stdout.as_str()), (0, ""), "{}", ran.stderr);
    let page = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
    assert!(page("gatecrawl.1").contains("gatecrawl\\-serve(1)"), "{}", page("gatecrawl.1"));
    assert!(page("gatecrawl-site-add.1").contains(".TH"));
    assert!(page("gatecrawl-crawl.1").contains("persistent"));
    let printed = program.run(&["man"]).stdout;
    assert_eq!(printed.matches(".TH ").count(), std::fs::read_dir(&folder).unwrap().count());
    let taken = program.put("file", "");
    let ran = program.run(&["man", "--out", &taken]);
    assert_eq!(ran.code, 3);
    assert!(ran.stderr.contains("cannot be written"), "{}", ran.stderr);
}

#[test]
fn a_plan_goes_by_the_time_that_the_last_whole_crawl_took_at_the_same_rate() {
    let world = World::with_small_site(&["docs"], 30);
    let url = world.url();
    assert_eq!(world.program.run(&["site", "add", &url, "--set", "rate=50"]).code, 0);
    let watched = |more: &[&str]| {
        let plan = world.program.json(0, &[&["plan", &url], more].concat());
        (plan["watched"]["is_crawl_measured"] == true, plan["watched"]["urls"].as_u64().unwrap())
    };
    assert_eq!(watched(&[]), (false, 1000), "nothing is known of it");
    assert_eq!(world.program.run(&["crawl", &url, "--max-urls", "5"]).code, 0);
    assert!(!watched(&[]).0, "that was a part of it");
    assert_eq!(world.program.run(&["crawl", &url]).code, 0);
    assert_eq!(watched(&[]), (true, 33), "its pages, the start page, robots.txt and the sitemap");
    assert!(!watched(&["--set", "rate=2"]).0);
    assert!(watched(&["--set", "sentinel_every=1m"]).0);
}

#[test]
fn a_plan_tells_what_a_schedule_would_see_of_a_known_site_and_of_an_assumed_one() {
    let world = World::with_small_site(&["docs", "blog"], 10);
    world.crawl(0, &[]);
    let plan = world.program.json(0, &["plan", &world.url(), "--set", "schedule=every 2h"]);
    assert_eq!(
        (&plan["watched"]["sections"], &plan["watched"]["crawl_every_seconds"]),
        (&3.into(), &7200.into())
    );
    let seen = |plan: &Value, scope: &str, length: u64| {
        let rows = plan["rows"].as_array().unwrap();
        let row = rows.iter().find(|row| row["scope"] == scope && row["length_seconds"] == length).unwrap();
        row["seen"].as_f64().unwrap()
    };
    assert!(seen(&plan, "site", 60) < 0.6 && seen(&plan, "site", 300) > 0.99, "{plan:#}");
    assert!((seen(&plan, "url", 3600) - 0.5).abs() < 0.01, "an hour in two");
    assert_eq!(plan["watched"]["is_crawl_measured"], false, "that crawl was made at another rate");
    let from = plan["seen_from_seconds"]["url"].as_u64().unwrap();
    assert!((6830..=6850).contains(&from), "95 % of two hours: {from}");
    let assumed = ["plan", "https://shop.example", "--urls", "90000", "--sections", "50"];
    let plan = world.program.json(0, &assumed);
    assert!(plan["warnings"].to_string().contains("36 smallest of 50 sections"), "{plan:#}");
    let has_widths = plan["rows"].as_array().unwrap().iter().all(|row| row["bounds_width_seconds"].is_u64());
    assert!(has_widths, "{plan:#}");
    let rows = world.program.run(&[&assumed[..], &["--format", "csv"]].concat());
    assert_eq!(rows.stdout.lines().count(), 1 + 4 * 12, "{}", rows.stdout);
    let text = world.program.run(&assumed);
    assert!(
        text.stdout.contains("An outage of") && text.stdout.contains("a small section"),
        "{}",
        text.stdout
    );
    let stored = world.program.json(0, &["plan", &world.url()]);
    assert_eq!(stored["watched"]["crawl_every_seconds"], 86_400, "what is tried is not stored");
    assert_eq!(world.program.run(&["plan", &world.url(), "--set", "sentinel_every=soon"]).code, 2);
}

#[test]
fn a_configuration_is_printed_checked_and_refused_with_its_line() {
    let program = Program::new();
    let example = program.run(&["config", "example"]);
    assert_eq!(example.code, 0);
    let file = program.put("gatecrawl.toml", &example.stdout);
    let checked = program.run(&["config", "check", "--config", &file]);
    assert_eq!(checked.code, 0, "{}", checked.stderr);
    assert!(checked.stdout.contains("No mail is sent") && checked.stdout.contains("can be used"));

    program.put("password", "tiger\n");
    let mail = "[mail]\nhost = \"mail.shop.example\"\nfrom = \"watch@shop.example\"\nuser = \"watch\"\n";
    let file = program.put("mail.toml", &format!("{mail}password_file = \"password\"\n"));
    let checked = program.run(&["--config", &file, "config", "check"]);
    assert_eq!(checked.code, 0, "{}", checked.stderr);
    assert!(checked.stdout.contains("mail.shop.example:587 (starttls, as watch)"), "{}", checked.stdout);
    assert!(!checked.stdout.contains("tiger"));

    let file = program.put("bad.toml", &format!("{mail}pasword = \"tiger\"\n"));
    for command in [&["config", "check"][..], &["site", "list"], &["report"]] {
        let ran = program.run(&[command, &["--config", &file]].concat());
        assert_eq!(ran.code, 2, "{command:?}");
        assert!(ran.stderr.contains("bad.toml cannot be used: line 5, column 1"), "{}", ran.stderr);
        assert!(ran.stderr.contains("did you mean `password`?") && !ran.stderr.contains("tiger"));
    }
    assert_eq!(program.run(&["config", "example", "--config", &file]).code, 0);
}
