//! A policy as a TOML file: the same keys as `--set` takes, alone in the file or in its table `[policy]`. It knows no other
//! settings.

use std::path::Path;

use anyhow::Context;

use crate::domain::policy::Policy;

/// The policy that a file gives: defaults where it is silent.
pub(super) fn read(path: &Path) -> anyhow::Result<Policy> {
    let text = std::fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
    parse(&text).with_context(|| format!("{} is no policy", path.display()))
}

fn parse(text: &str) -> anyhow::Result<Policy> {
    let file: toml::Table = toml::from_str(text)?;
    let table = match file.get("policy") {
        Some(toml::Value::Table(table)) => table,
        _ => &file,
    };
    let mut policy = Policy::default();
    for (key, value) in table {
        let text = match value {
            toml::Value::String(text) => text.clone(),
            toml::Value::Integer(_) | toml::Value::Array(_) => value.to_string(),
            other => anyhow::bail!("{key} is a {}: write it as a text such as \"6h\"", other.type_str()),
        };
        policy.set(key, &text)?;
    }
    Ok(policy)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::span::Span;

    #[test]
    fn a_file_gives_single_values_and_leaves_the_others() {
        for text in [
            "brief_max = \"6h\"\nrecheck = [\"30s\", \"2m\"]\nintermittent_days = 2",
            "[policy]\nbrief_max = \"6h\"\nrecheck = [\"30s\", \"2m\"]\nintermittent_days = 2",
        ] {
            let policy = parse(text).unwrap();
            assert_eq!((policy.brief_max, policy.intermittent_days), (Span::hours(6), 2));
            assert_eq!(policy.recheck, [Span::seconds(30), Span::minutes(2)]);
            assert_eq!(policy.persistent_after, Policy::default().persistent_after);
        }
    }

    #[test]
    fn what_is_no_policy_is_refused_with_the_reason() {
        for (text, reason) in [
            ("brief = \"6h\"", "brief_max"),
            ("brief_max = \"soon\"", "24h"),
            ("brief_max = true", "boolean"),
            ("brief_max = ", "TOML"),
        ] {
            let error = format!("{:#}", parse(text).unwrap_err());
            assert!(error.contains(reason), "{text}: {error}");
        }
    }
}
