//! Secrets from where the configuration says that they are: in it, in a file of their own, in the environment.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::Place;
use super::error::BadConfig;
use super::file::{File, Source};
use crate::notify::{Secret, Secrets};

/// Looks up each secret.
pub(super) fn resolved(
    sources: BTreeMap<String, Source>,
    place: &Place,
    environment: &dyn Fn(&str) -> Option<String>,
) -> Result<Secrets, BadConfig> {
    let look_up = |(name, source): (String, Source)| {
        let key = format!("secrets.{name}");
        let secret = match source {
            Source::Literal(secret) => kept(&key, secret, "it is empty")?,
            Source::File(at) => in_file(&key, &at.file, place)?,
            Source::Environment(at) => {
                let why = format!("the environment variable {} is not set, or is empty", at.env);
                kept(&key, Secret::new(environment(&at.env).unwrap_or_default()), &why)?
            }
        };
        Ok((name, secret))
    };
    sources.into_iter().map(look_up).collect()
}

/// The files that have secrets in them: this one, when one is written out in it, and those that it names.
pub(super) fn private_files(file: &File, place: &Place) -> Vec<PathBuf> {
    let is_written_out = |source: &Source| matches!(source, Source::Literal(_));
    let has_some = file.mail.password.is_some() || file.secrets.values().any(is_written_out);
    let named = file.secrets.values().filter_map(|source| match source {
        Source::File(at) => Some(&at.file),
        Source::Literal(_) | Source::Environment(_) => None,
    });
    let named = named.chain(&file.mail.password_file).chain(&file.web.tls_key);
    let this = place.file.iter().filter(|_| has_some).cloned();
    this.chain(named.map(|path| place.path(path))).collect()
}

/// What a file holds, without the line break at its end.
pub(super) fn in_file(key: &str, path: &Path, place: &Place) -> Result<Secret, BadConfig> {
    let path = place.path(path);
    let bad = |why: String| BadConfig::Secret { key: key.to_owned(), why };
    let text = std::fs::read_to_string(&path).map_err(|error| {
        bad(format!(
            "{} cannot be read ({error}): correct the path, or make the file readable for this user",
            path.display()
        ))
    })?;
    kept(key, Secret::new(text.trim_end_matches(['\r', '\n'])), &format!("{} is empty", path.display()))
}

/// An empty secret protects nothing.
fn kept(key: &str, secret: Secret, why: &str) -> Result<Secret, BadConfig> {
    if secret.expose().is_empty() {
        return Err(BadConfig::Secret { key: key.to_owned(), why: why.to_owned() });
    }
    Ok(secret)
}
