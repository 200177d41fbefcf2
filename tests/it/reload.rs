//! Sites that the configuration declares, and what changes when it is read again at SIGHUP.

use serde_json::Value;

use crate::support::ask::Client;
use crate::support::program::{Program, Ran};
use crate::support::service::Service;
use crate::support::smtp::{Mood, Relay};
use crate::support::wait_for;

const READ_AGAIN: &str = "the configuration was read again";
const NOT_USED: &str = "the configuration cannot be used";

/// A program with this configuration, which is its path.
fn configured(program: &Program, text: &str) -> String {
    program.put("gatecrawl.toml", text)
}

fn serve(program: &Program, file: &str) -> Service {
    Service::start(program, &["--listen", "127.0.0.1:0", "--config", file], &[])
}

/// Sends SIGHUP; gives the line of the log that tells what came of it.
fn reload(serve: &Service, says: &str) -> String {
    serve.signal("HUP");
    serve.logs(says)
}

/// What a command says that does not read the configuration.
fn setting(program: &Program, site: &str, key: &str) -> Value {
    program.json(0, &["site", "show", site, "--config", "/dev/null"])["settings"][key].clone()
}

fn refused(ran: &Ran) {
    let words = ["the configuration declares", "change it there", "nothing was changed"];
    assert!(ran.code == 2 && words.iter().all(|word| ran.stderr.contains(word)), "{}", ran.stderr);
}

#[test]
fn a_declared_site_is_taken_in_at_the_start_and_changed_nowhere_else() {
    let program = Program::new();
    let shop =
        "[[site]]\nurl = \"https://shop.example/start\"\nsettings = { schedule = \"never\", rate = 2 }\n";
    let file = configured(&program, shop);
    let serve = serve(&program, &file);
    let mut client = Client::new(&serve.address());
    client.set_up(&serve.setup_token());
    let site = program.json(0, &["site", "show", "shop.example"]);
    assert_eq!(
        (&site["settings"]["rate"], &site["start_url"]),
        (&"2".into(), &"https://shop.example/start".into())
    );

    let page = client.get("/sites/1/settings").body;
    assert!(
        page.contains("The configuration file declares this site")
            && page.contains("<fieldset class=\"bare\" disabled>"),
        "{page}"
    );
    for (path, form) in [("/sites/1/settings", "rate=9"), ("/sites/1/remove", "")] {
        let answer = client.post(path, form);
        assert_eq!(answer.status, 409, "{path}");
        assert!(answer.body.contains("The configuration declares this site"), "{}", answer.body);
    }
    refused(&program.run(&["site", "set", "shop.example", "rate=9"]));
    refused(&program.run(&["site", "remove", "shop.example", "--yes"]));
    refused(&program.run(&["site", "add", "https://shop.example/"]));
    assert_eq!(program.json(0, &["site", "show", "shop.example"]), site);
    assert_eq!(program.run(&["site", "pause", "shop.example"]).code, 0, "a pause is no setting");
}

#[test]
fn sites_come_change_and_are_let_go_when_the_file_is_read_again() {
    let program = Program::new();
    let site = |host: &str, rate: u8| {
        format!("[[site]]\nurl = \"https://{host}/\"\nsettings = {{ schedule = \"never\", rate = {rate} }}\n")
    };
    let file = configured(&program, &[site("shop.example", 2), site("blog.example", 1)].concat());
    let mut serve = serve(&program, &file);
    serve.address();
    wait_for("both are taken in", || {
        (program.json(0, &["site", "list"]).as_array().unwrap().len() == 2).then_some(())
    });
    configured(&program, &[site("shop.example", 4), site("docs.example", 3)].concat());
    let told = reload(&serve, READ_AGAIN);
    for word in ["docs.example", "shop.example", "blog.example"] {
        assert!(told.contains(word), "{told}");
    }
    let rates = ["shop.example", "docs.example", "blog.example"].map(|host| setting(&program, host, "rate"));
    assert_eq!(rates, ["4", "3", "1"].map(Value::from), "what leaves the file stays as it was");
    refused(&program.run(&["site", "set", "docs.example", "rate=9"]));
    assert_eq!(
        program.run(&["site", "set", "blog.example", "rate=9"]).code,
        0,
        "nobody declares it any more"
    );
    assert_eq!(serve.end(), Some(0));
}

#[test]
fn a_file_with_a_fault_changes_nothing_and_the_log_says_where_it_is() {
    let program = Program::new();
    let good = "[[site]]\nurl = \"https://shop.example/\"\nsettings = { schedule = \"never\", rate = 2 }\n";
    let file = configured(&program, good);
    let mut serve = serve(&program, &file);
    serve.address();
    for (fault, says) in [
        ("[keep]\nevidence = 90\n", &["gatecrawl.toml", "line 5", "column 12"][..]),
        (
            "[[site]]\nurl = \"https://other.example/\"\nsetings = {}\n",
            &["line 6", "did you mean `settings`?"],
        ),
        ("[mail]\nhost = \"relay.example\"\n", &["[mail] lacks from"]),
        ("[secrets]\nchat = { file = \"/does/not/exist\" }\n", &["secrets.chat", "/does/not/exist"]),
    ] {
        configured(&program, &(good.replace("rate = 2", "rate = 7") + fault));
        let told = reload(&serve, NOT_USED);
        assert!(says.iter().all(|word| told.contains(word)), "{says:?} is not in: {told}");
        assert_eq!(setting(&program, "shop.example", "rate"), "2", "{fault}");
    }
    std::fs::remove_file(&file).unwrap();
    assert!(reload(&serve, NOT_USED).contains("cannot be read"));
    configured(&program, &good.replace("rate = 2", "rate = 7"));
    reload(&serve, READ_AGAIN);
    assert_eq!(setting(&program, "shop.example", "rate"), "7");
    assert_eq!(serve.end(), Some(0));
}

#[test]
fn the_next_message_goes_to_the_relay_that_the_file_names_now() {
    let program = Program::new();
    let (first, second) = (Relay::start(Mood::Plain), Relay::start(Mood::Plain));
    let by = |relay: &Relay| {
        let port = relay.port;
        format!(
            "[mail]\nhost = \"127.0.0.1\"\nport = {port}\nsecurity = \"none\"\nfrom = \"gatecrawl@shop.example\"\n"
        )
    };
    let file = configured(&program, &by(&first));
    assert_eq!(program.run(&["recipient", "add", "ops", "--mail", "ops@shop.example"]).code, 0);
    let mut serve = serve(&program, &file);
    let mut client = Client::new(&serve.address());
    client.set_up(&serve.setup_token());
    let send = |to: &Relay| {
        assert_eq!(client.post("/settings/recipients/1/test", "").status, 303);
        wait_for("the message arrives", || (!to.mails().is_empty()).then_some(()));
    };
    send(&first);
    configured(&program, &by(&second));
    reload(&serve, READ_AGAIN);
    send(&second);
    assert_eq!((first.mails().len(), second.mails().len()), (1, 1));
    assert_eq!(serve.end(), Some(0));
}

#[test]
fn how_long_data_are_kept_changes_and_what_waits_for_the_next_start_is_named() {
    let program = Program::new();
    let file = configured(&program, "[keep]\nevidence = \"90d\"\n");
    let mut serve = serve(&program, &file);
    let address = serve.address();
    assert_eq!(program.run(&["site", "add", "http://shop.example/", "--set", "schedule=never"]).code, 0);
    let database = program.data().join("gatecrawl.db");
    let old = "insert into evidence (digest, seen_at, headers, body)
        values ('old', 1000 * (strftime('%s', 'now') - 40 * 86400), '[]', x'00')";
    crate::support::files::sql(&database, old);
    let text = "listen = \"127.0.0.1:1\"\npublic_url = \"https://watch.example/\"\n[keep]\nevidence = \"30d\"\n[web]\nbase_path = \"/watch\"\n";
    configured(&program, text);
    let told = reload(&serve, "hold from the next start on");
    for word in ["listen", "public_url", "[web]"] {
        assert!(told.contains(word), "{told}");
    }
    assert!(!told.contains("data"), "{told}");
    wait_for("what is too old by now is gone", || {
        (crate::support::files::sql(&database, "select count(*) from evidence") == "0").then_some(())
    });
    assert_eq!(Client::new(&address).get("/readyz").status, 200, "it listens where it did");
    assert_eq!(serve.end(), Some(0));
}

#[test]
fn a_check_of_the_configuration_tells_its_sites_and_what_is_kept() {
    let program = Program::new();
    configured(&program, "[keep]\nevidence = \"30d\"\n[[site]]\nurl = \"https://shop.example/start\"\n");
    let told = program.run(&["config", "check"]).stdout;
    for word in ["Sites: https://shop.example.", "evidence 30d", "history forever", "can be used"] {
        assert!(told.contains(word), "{word:?} is not in: {told}");
    }
    assert!(!program.data().exists(), "a check makes nothing");
}
