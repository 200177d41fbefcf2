use super::*;

fn read_with(text: &str, variables: &[(&str, &str)]) -> Result<Config, BadConfig> {
    let get =
        |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
    Config::parse(text, &Place::default(), &get)
}

fn parsed(text: &str) -> Config {
    read_with(text, &[]).unwrap()
}

fn refused(text: &str) -> String {
    read_with(text, &[]).unwrap_err().to_string()
}

/// The example with each line that is a setting switched on.
fn switched_on() -> String {
    let is_setting = |line: &str| line.starts_with('#') && !line.starts_with("# ");
    EXAMPLE
        .lines()
        .map(|line| if is_setting(line) { &line[1..] } else { line })
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn the_example_says_nothing_but_the_defaults() {
    assert_eq!(format!("{:?}", parsed(EXAMPLE)), format!("{:?}", parsed("")));
    let config = parsed(EXAMPLE);
    assert!(config.sites.is_empty() && config.data.is_none());
    assert!(config.mail.is_none() && config.public_url.is_none() && !config.webhooks.allow_private);
}

#[test]
fn the_values_of_the_example_are_the_defaults_where_there_are_defaults() {
    let text = switched_on()
        .replace("password_file = \"mail-password\"", "")
        .replace("ca_file = \"ca.pem\"", "")
        .replace("{ file = \"slack-webhook\" }", "\"x\"");
    let config = read_with(&text, &[("NTFY_TOKEN", "tk_1")]).unwrap();
    let (relay, plain) =
        (config.mail.unwrap(), parsed("[mail]\nhost = \"a\"\nfrom = \"a@b.example\"").mail.unwrap());
    assert_eq!((relay.port(), relay.security, relay.timeout), (plain.port(), plain.security, plain.timeout));
    let (given, default) = (config.webhooks, parsed("").webhooks);
    assert_eq!(
        (given.allow_private, given.timeout, given.telegram_api),
        (default.allow_private, default.timeout, default.telegram_api)
    );
    assert_eq!(config.keep, parsed("").keep);
    assert_eq!(config.secrets.names().collect::<Vec<_>>(), ["chat", "ntfy-token", "signing"]);
}

#[test]
fn every_setting_is_in_the_example_and_has_its_variable() {
    let text = switched_on();
    let table: toml::Table = toml::from_str(&text).unwrap();
    for (section, nonsense) in [
        ("", "zz = 1"),
        ("mail", "[mail]\nzz = 1"),
        ("webhooks", "[webhooks]\nzz = 1"),
        ("web", "[web]\nzz = 1"),
        ("keep", "[keep]\nzz = 1"),
    ] {
        let keys = refused(nonsense);
        let keys = keys.split_once("there are ").expect("the keys are listed").1.split(", ");
        for key in keys {
            let holder = if section.is_empty() { Some(&table) } else { table[section].as_table() };
            assert!(holder.unwrap().contains_key(key), "{section}.{key} is not in the example");
            let is_section = section.is_empty() && (table[key].is_table() || table[key].is_array());
            let prefix = if section.is_empty() { String::new() } else { format!("{section}_") };
            let name = format!("GATECRAWL_{prefix}{key}").to_uppercase();
            assert!(is_section || environment::names().any(|(n, k)| n == name && k == key), "{name}");
        }
    }
}

#[test]
fn every_setting_is_in_the_page_for_operators() {
    let page = include_str!("../../docs/configuration.md");
    for (variable, key) in environment::names() {
        let is_told = page.contains(&format!("`{key}`")) || page.contains(&format!(".{key}`"));
        assert!(is_told, "{key} ({variable}) is not in docs/configuration.md");
    }
}

#[test]
fn the_environment_is_stronger_than_the_file() {
    let file = "public_url = \"https://a.example/x\"\n[mail]\nhost = \"a\"\nport = 1\nfrom = \"a@b.example\"\npassword = \"p\"\nuser = \"u\"";
    let config = read_with(
        file,
        &[
            ("GATECRAWL_MAIL_PORT", "2525"),
            ("GATECRAWL_MAIL_PASSWORD", "007"),
            ("GATECRAWL_WEBHOOKS_ALLOW_PRIVATE", "true"),
        ],
    )
    .unwrap();
    let relay = config.mail.unwrap();
    assert_eq!((relay.host.as_str(), relay.port()), ("a", 2525));
    assert_eq!(relay.password.unwrap().expose(), "007");
    assert!(config.webhooks.allow_private);
    assert_eq!(config.public_url.unwrap().as_str(), "https://a.example/x/");
    let alone =
        read_with("", &[("GATECRAWL_MAIL_HOST", "a"), ("GATECRAWL_MAIL_FROM", "a@b.example")]).unwrap();
    assert_eq!(alone.mail.unwrap().host, "a");
}

#[test]
fn a_password_of_the_environment_takes_the_place_of_a_file_that_is_not_there() {
    let file =
        "[mail]\nhost = \"a\"\nfrom = \"a@b.example\"\nuser = \"u\"\npassword_file = \"/does/not/exist\"";
    assert!(refused(file).contains("/does/not/exist cannot be read"));
    let config = read_with(file, &[("GATECRAWL_MAIL_PASSWORD", "tiger")]).unwrap();
    assert_eq!(config.mail.unwrap().password.unwrap().expose(), "tiger");
}

#[test]
fn a_variable_that_cannot_be_used_is_named() {
    for (name, value) in [
        ("GATECRAWL_MAIL_PORT", "many"),
        ("GATECRAWL_MAIL_PORT", "70000"),
        ("GATECRAWL_MAIL_FROM", "nobody"),
        ("GATECRAWL_WEBHOOKS_ALLOW_PRIVATE", "maybe"),
        ("GATECRAWL_MAIL_TIMEOUT", "soon"),
    ] {
        let why = read_with("", &[(name, value)]).unwrap_err().to_string();
        assert!(why.contains(name), "{why}");
    }
}

#[test]
fn a_relay_that_lacks_something_is_refused_with_what_is_missing() {
    for (settings, told) in [
        ("host = \"a\"", "lacks from"),
        ("from = \"a@b.example\"", "lacks host"),
        ("user = \"u\"\npassword = \"p\"", "lacks host"),
        ("host = \"a\"\nfrom = \"a@b.example\"\nuser = \"u\"", "password is not"),
        (
            "host = \"a\"\nfrom = \"a@b.example\"\nuser = \"u\"\npassword = \"p\"\npassword_file = \"f\"",
            "leave one out",
        ),
        (
            "host = \"a\"\nfrom = \"a@b.example\"\nuser = \"u\"\npassword = \"p\"\nsecurity = \"none\"",
            "security = \"none\"",
        ),
        ("host = \"a\"\nfrom = \"a@b.example\"\ntimeout = \"0s\"", "timeout is zero"),
        ("host = \"a\"\nfrom = \"a@b.example\"\nca_file = \"/does/not/exist\"", "/does/not/exist"),
    ] {
        let why = refused(&format!("[mail]\n{settings}"));
        assert!(why.contains("[mail]") && why.contains(told), "{settings}: {why}");
    }
}

#[test]
fn secrets_come_from_the_file_the_environment_or_another_file_beside_it() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("chat"), "https://hooks.example/x\n").unwrap();
    let file = directory.path().join("gatecrawl.toml");
    let text = "[secrets]\na = \"literal\"\nb = { env = \"B\" }\nc = { file = \"chat\" }";
    std::fs::write(&file, text).unwrap();
    let config = Config::load(Some(&file), |name| (name == "B").then(|| "of env".to_owned())).unwrap();
    let secret = |name| config.secrets.get(name).unwrap().expose();
    assert_eq!((secret("a"), secret("b"), secret("c")), ("literal", "of env", "https://hooks.example/x"));
    assert!(!format!("{config:?}").contains("literal"));
}

#[test]
fn a_secret_that_is_not_there_is_told_by_its_name_and_place() {
    for (source, told) in [
        ("{ env = \"NOT_SET\" }", "NOT_SET"),
        ("{ file = \"/does/not/exist\" }", "/does/not/exist"),
        ("\"\"", "empty"),
        ("{ env = \"A\", file = \"b\" }", "nothing else"),
    ] {
        let why = refused(&format!("[secrets]\nchat = {source}"));
        assert!(why.contains(told), "{source}: {why}");
    }
}

#[test]
fn a_file_that_is_not_there_is_told_with_where_it_was_named() {
    let why = Config::load(Some(Path::new("/does/not/exist.toml")), |_| None).unwrap_err().to_string();
    assert!(why.contains("/does/not/exist.toml") && why.contains("--config"), "{why}");
}

#[test]
fn sites_are_declared_with_settings_in_quotes_or_bare() {
    let config = parsed(
        "[[site]]\nurl = \"https://Shop.example/start\"\nsettings = { rate = 2, schedule = \"every 6h\", public_status = true }\n[[site]]\nurl = \"https://blog.example\"",
    );
    let site = &config.sites[0];
    assert_eq!((site.start_url.as_str(), config.sites.len()), ("https://shop.example/start", 2));
    let set: std::collections::BTreeMap<_, _> = site.settings.values().into_iter().collect();
    assert_eq!(
        (set["rate"].as_str(), set["schedule"].as_str(), set["public_status"].as_str()),
        ("2", "every 6h", "true")
    );
}

#[test]
fn a_site_that_cannot_be_used_is_named_with_its_reason() {
    for (site, told) in [
        ("url = \"ftp://shop.example\"", "ftp"),
        ("url = \"https://shop.example\"\nsettings = { rate = -1 }", "rate"),
        ("url = \"https://shop.example\"\nsettings = { speed = 1 }", "speed"),
        ("url = \"https://shop.example\"\n[[site]]\nurl = \"https://shop.example/other\"", "declared twice"),
        ("url = \"https://shop.example\"\nsettings = { rate = [1] }", "a number, true or false"),
        ("uri = \"https://shop.example\"", "did you mean `url`?"),
    ] {
        let why = refused(&format!("[[site]]\n{site}"));
        assert!(why.contains(told), "{site}: {why}");
    }
}

#[test]
fn what_is_kept_for_too_short_a_time_is_refused() {
    assert!(refused("[keep]\nhistory = \"2d\"").contains("[keep] cannot be used: history"));
    assert!(refused("[keep]\nevidence = \"soon\"").contains("or forever"));
    let kept = read_with("[keep]\nevidence = \"30d\"", &[("GATECRAWL_KEEP_EVIDENCE", "60d")]).unwrap().keep;
    assert_eq!(kept.of(crate::domain::keep::Kind::Evidence).to_string(), "60d");
}

#[test]
fn files_in_which_secrets_are_known_to_be_so() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("chat"), "https://hooks.example/x\n").unwrap();
    let file = directory.path().join("gatecrawl.toml");
    for (text, private) in [
        ("[keep]\nhours = \"90d\"", &[][..]),
        ("[secrets]\na = { env = \"A\" }", &[]),
        ("[secrets]\na = { file = \"chat\" }", &["chat"]),
        ("[secrets]\na = \"literal\"\nb = { file = \"chat\" }", &["gatecrawl.toml", "chat"]),
    ] {
        std::fs::write(&file, text).unwrap();
        let named = Config::load(Some(&file), |name| (name == "A").then(|| "of env".to_owned()));
        let named = named.unwrap().private_files;
        assert_eq!(
            named,
            private.iter().map(|name| directory.path().join(name)).collect::<Vec<_>>(),
            "{text}"
        );
    }
}
