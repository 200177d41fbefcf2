//! The section `[web]`: what stands in front of the dashboard, and whether it speaks TLS itself. It reads no certificate; who
//! serves does.

use std::net::IpAddr;
use std::path::PathBuf;

use ipnet::IpNet;
use serde::{Deserialize, Deserializer, de};

use super::Place;
use super::error::BadConfig;

/// How the dashboard is reached.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Web {
    /// Who may say on whose behalf they ask.
    pub trusted_proxies: Vec<IpNet>,
    /// The path under which a proxy shows the dashboard, such as `/gatecrawl`; empty: at the root.
    pub base_path: String,
    /// With these the dashboard speaks TLS; `None`: plain HTTP.
    pub tls: Option<TlsFiles>,
}

/// A certificate and its key, each a PEM file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsFiles {
    /// The certificate, and those between it and its authority.
    pub cert: PathBuf,
    /// Its private key.
    pub key: PathBuf,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WebSection {
    #[serde(default, deserialize_with = "networks")]
    trusted_proxies: Vec<IpNet>,
    #[serde(default, deserialize_with = "base_path")]
    base_path: String,
    tls_cert: Option<PathBuf>,
    pub(super) tls_key: Option<PathBuf>,
}

impl WebSection {
    pub(super) fn web(self, place: &Place) -> Result<Web, BadConfig> {
        let missing = |key, other| Err(BadConfig::Missing { section: "web", key, other });
        let tls = match (self.tls_cert, self.tls_key) {
            (None, None) => None,
            (Some(_), None) => return missing("tls_key", "tls_cert"),
            (None, Some(_)) => return missing("tls_cert", "tls_key"),
            (Some(cert), Some(key)) => Some(TlsFiles { cert: place.path(&cert), key: place.path(&key) }),
        };
        Ok(Web { trusted_proxies: self.trusted_proxies, base_path: self.base_path, tls })
    }
}

/// A list as the file has it, or a text with commas as a variable of the environment has it.
#[derive(Deserialize)]
#[serde(
    untagged,
    expecting = "a list of addresses or networks is expected, such as [\"127.0.0.1\", \"10.0.0.0/8\"]"
)]
enum Listed {
    List(Vec<String>),
    Text(String),
}

fn networks<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<IpNet>, D::Error> {
    let listed = match Listed::deserialize(deserializer)? {
        Listed::List(list) => list,
        Listed::Text(text) => text.split(',').map(str::to_owned).collect(),
    };
    let named = listed.iter().map(|one| one.trim()).filter(|one| !one.is_empty());
    named.map(|one| network(one).map_err(de::Error::custom)).collect()
}

fn network(text: &str) -> Result<IpNet, String> {
    text.parse::<IpNet>().or_else(|_| text.parse::<IpAddr>().map(IpNet::from)).map_err(|_| {
        format!("`{text}` is neither an address nor a network: write it as 127.0.0.1 or 10.0.0.0/8")
    })
}

/// A path of plain letters, digits, `-`, `_`, `.` and `~`: it stands in links, in `Location` and in cookies, as it is.
fn base_path<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = String::deserialize(deserializer)?;
    let path = text.trim_end_matches('/');
    let is_plain = |part: &str| {
        let may = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
        !part.is_empty() && part.bytes().all(may) && part.bytes().any(|byte| byte != b'.')
    };
    let is_path = path.strip_prefix('/').is_some_and(|parts| parts.split('/').all(is_plain));
    if path.is_empty() || is_path {
        return Ok(path.to_owned());
    }
    Err(de::Error::custom(format!("`{text}` is no path under which pages can be: write it as /gatecrawl")))
}

#[cfg(test)]
mod tests {
    use super::super::parse::of_table;
    use super::*;

    fn read(text: &str) -> Result<Web, String> {
        let section: WebSection = of_table(toml::from_str(text).unwrap())?;
        section.web(&Place::default()).map_err(|why| why.to_string())
    }

    #[test]
    fn proxies_are_networks_or_single_addresses() {
        let web = read("trusted_proxies = [\"127.0.0.1\", \"10.0.0.0/8\", \"::1\"]").unwrap();
        let told: Vec<_> = web.trusted_proxies.iter().map(ToString::to_string).collect();
        assert_eq!(told, ["127.0.0.1/32", "10.0.0.0/8", "::1/128"]);
        let as_in_the_environment = read("trusted_proxies = \"127.0.0.1, 10.0.0.0/8,::1\"").unwrap();
        assert_eq!(as_in_the_environment, web);
        assert!(
            read("trusted_proxies = [\"proxy.example\"]").unwrap_err().contains("`proxy.example` is neither")
        );
        assert!(read("trusted_proxies = 7").unwrap_err().contains("a list of addresses"));
    }

    #[test]
    fn a_base_path_is_taken_with_and_without_a_slash_at_its_end() {
        for (given, taken) in
            [("/gatecrawl", "/gatecrawl"), ("/tools/gate-crawl/", "/tools/gate-crawl"), ("/", ""), ("", "")]
        {
            assert_eq!(read(&format!("base_path = \"{given}\"")).unwrap().base_path, taken, "{given}");
        }
        for bad in
            ["gatecrawl", "//evil.example", "/a b", "/a\\\"b", "/a?b", "/..", "https://a.example/x", "/a//b"]
        {
            assert!(read(&format!("base_path = \"{bad}\"")).unwrap_err().contains("is no path"), "{bad}");
        }
    }

    #[test]
    fn a_certificate_and_its_key_come_together() {
        assert!(read("tls_cert = \"a.pem\"").unwrap_err().contains("lacks tls_key"));
        assert!(read("tls_key = \"a.pem\"").unwrap_err().contains("lacks tls_cert"));
        let tls = read("tls_cert = \"a.pem\"\ntls_key = \"b.pem\"").unwrap().tls.unwrap();
        assert_eq!((tls.cert, tls.key), ("a.pem".into(), "b.pem".into()));
    }
}
