//! The environment over the file: a variable for each setting, named after it. A variable that is set and empty counts as set.

use super::error::BadConfig;
use super::file::File;
use super::parse;

/// A setting and the variable that overrides it.
struct Variable {
    name: &'static str,
    /// The section; empty: none.
    section: &'static str,
    key: &'static str,
    /// Whether the value is a number or `true` or `false`, rather than a text.
    bare: bool,
    /// A setting of the file that says the same in another way, and gives way.
    instead_of: Option<&'static str>,
}

const fn text(name: &'static str, section: &'static str, key: &'static str) -> Variable {
    Variable { name, section, key, bare: false, instead_of: None }
}

const fn bare(name: &'static str, section: &'static str, key: &'static str) -> Variable {
    Variable { bare: true, ..text(name, section, key) }
}

/// Every variable. Secrets under `[secrets]` say themselves which one they are in.
const VARIABLES: [Variable; 24] = [
    text("GATECRAWL_DATA", "", "data"),
    text("GATECRAWL_LISTEN", "", "listen"),
    text("GATECRAWL_PUBLIC_URL", "", "public_url"),
    text("GATECRAWL_MAIL_HOST", "mail", "host"),
    bare("GATECRAWL_MAIL_PORT", "mail", "port"),
    text("GATECRAWL_MAIL_SECURITY", "mail", "security"),
    text("GATECRAWL_MAIL_USER", "mail", "user"),
    Variable { instead_of: Some("password_file"), ..text("GATECRAWL_MAIL_PASSWORD", "mail", "password") },
    Variable {
        instead_of: Some("password"),
        ..text("GATECRAWL_MAIL_PASSWORD_FILE", "mail", "password_file")
    },
    text("GATECRAWL_MAIL_FROM", "mail", "from"),
    text("GATECRAWL_MAIL_CA_FILE", "mail", "ca_file"),
    text("GATECRAWL_MAIL_TIMEOUT", "mail", "timeout"),
    bare("GATECRAWL_WEBHOOKS_ALLOW_PRIVATE", "webhooks", "allow_private"),
    text("GATECRAWL_WEBHOOKS_TIMEOUT", "webhooks", "timeout"),
    text("GATECRAWL_WEBHOOKS_TELEGRAM_API", "webhooks", "telegram_api"),
    text("GATECRAWL_WEB_TRUSTED_PROXIES", "web", "trusted_proxies"),
    text("GATECRAWL_WEB_BASE_PATH", "web", "base_path"),
    text("GATECRAWL_WEB_TLS_CERT", "web", "tls_cert"),
    text("GATECRAWL_WEB_TLS_KEY", "web", "tls_key"),
    text("GATECRAWL_KEEP_EVIDENCE", "keep", "evidence"),
    text("GATECRAWL_KEEP_HOURS", "keep", "hours"),
    text("GATECRAWL_KEEP_CRAWLS", "keep", "crawls"),
    text("GATECRAWL_KEEP_MESSAGES", "keep", "messages"),
    text("GATECRAWL_KEEP_HISTORY", "keep", "history"),
];

/// The file's settings with those of the environment over them. `text` is the file, of which `file` was read.
pub(super) fn over(
    file: File,
    text: &str,
    environment: &dyn Fn(&str) -> Option<String>,
) -> Result<File, BadConfig> {
    let set = VARIABLES.iter().filter_map(|variable| Some((variable, environment(variable.name)?)));
    let set: Vec<_> = set.collect();
    if set.is_empty() {
        return Ok(file);
    }
    let mut whole: toml::Table = toml::from_str(text).unwrap_or_default();
    for (variable, value) in set {
        // Alone first, so that a fault is known to be this one's.
        let mut alone = toml::Table::new();
        variable.put(&mut alone, &value);
        let bad = |why| BadConfig::Environment { name: variable.name.to_owned(), why };
        parse::of_table::<File>(alone).map_err(bad)?;
        variable.put(&mut whole, &value);
    }
    parse::of_table(whole).map_err(|why| BadConfig::Environment { name: "GATECRAWL_*".to_owned(), why })
}

impl Variable {
    fn put(&self, table: &mut toml::Table, value: &str) {
        let as_text = || toml::Value::String(value.to_owned());
        let typed =
            || value.parse().map(toml::Value::Boolean).or_else(|_| value.parse().map(toml::Value::Integer));
        let value = if self.bare { typed().unwrap_or_else(|_| as_text()) } else { as_text() };
        let section = if self.section.is_empty() {
            Some(table)
        } else {
            let empty = toml::Value::Table(toml::Table::new());
            table.entry(self.section).or_insert(empty).as_table_mut()
        };
        if let Some(section) = section {
            section.insert(self.key.to_owned(), value);
            self.instead_of.map(|other| section.remove(other));
        }
    }
}

#[cfg(test)]
pub(super) fn names() -> impl Iterator<Item = (&'static str, &'static str)> {
    VARIABLES.iter().map(|variable| (variable.name, variable.key))
}
