//! Who may look: the one-time set-up link. Tokens are random and stored as hashes, so that who reads the database cannot
//! use them.

use anyhow::Context;
use chrono::{DateTime, Utc};

use crate::store::Store;

/// Makes a one-time link for the first account and returns its token; `None`: there is an account already.
pub async fn new_setup_link(store: &Store, now: DateTime<Utc>) -> anyhow::Result<Option<String>> {
    if store.has_accounts().await? {
        return Ok(None);
    }
    let token = new_token()?;
    store.put_setup_link(&hash(&token), now).await?;
    Ok(Some(token))
}

/// 256 random bits, as 64 hexadecimal digits.
fn new_token() -> anyhow::Result<String> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).context("the system gives no randomness, so no secret can be made")?;
    Ok(blake3::Hash::from_bytes(bytes).to_hex().to_string())
}

/// The form in which a token is stored.
fn hash(token: &str) -> String {
    blake3::hash(token.as_bytes()).to_hex().to_string()
}
