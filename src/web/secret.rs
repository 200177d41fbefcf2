//! Passwords and tokens: how they are made, and in what form they are kept.
//!
//! Passwords are kept as argon2id with the crate's parameters (19 MiB, two passes: the first choice of the OWASP
//! Password Storage Cheat Sheet). Hashing runs outside the async workers, and few at a time, so that a flood of logins
//! costs neither all memory nor all threads. Tokens are 256 random bits; the store has their hash alone, so that a copy
//! of the database opens no session.

use std::sync::Arc;

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use tokio::sync::Semaphore;

use super::error::Error;

/// How many passwords are hashed at a time.
const AT_A_TIME: usize = 2;
/// The shortest password that is taken.
pub(crate) const LEAST_LENGTH: usize = 10;
/// The longest: hashing takes in all of it.
pub(crate) const MOST_LENGTH: usize = 1024;

/// The longest name of an account.
const LONGEST_NAME: usize = 100;

/// Hashes passwords and checks them.
#[derive(Debug, Clone)]
pub(crate) struct Passwords(Arc<Semaphore>);

impl Passwords {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Semaphore::new(AT_A_TIME)))
    }

    /// The form in which it is stored.
    pub(crate) async fn hash(&self, password: String) -> Result<String, Error> {
        self.run(move || Argon2::default().hash_password(password.as_bytes()).map(|hash| hash.to_string()))
            .await?
            .map_err(|why| Error::Secret(why.to_string()))
    }

    /// Whether this is the password; with no account, as much work is done and the answer is no.
    pub(crate) async fn check(&self, password: String, stored: Option<String>) -> Result<bool, Error> {
        let Some(stored) = stored else {
            self.hash(password).await?;
            return Ok(false);
        };
        self.run(move || {
            PasswordHash::new(&stored)
                .is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
        })
        .await
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Error> {
        let failed = |why: &dyn std::fmt::Display| Error::Secret(why.to_string());
        let _turn = self.0.acquire().await.map_err(|why| failed(&why))?;
        tokio::task::spawn_blocking(work).await.map_err(|why| failed(&why))
    }
}

/// What is wrong with a password that somebody wants to have.
pub(crate) fn objection(password: &str) -> Option<String> {
    match password.chars().count() {
        n if n < LEAST_LENGTH => {
            Some(format!("The password has {n} characters; at least {LEAST_LENGTH} are needed."))
        }
        n if n > MOST_LENGTH => {
            Some(format!("The password has {n} characters; at most {MOST_LENGTH} are taken."))
        }
        _ => None,
    }
}

/// What is wrong with a name that somebody wants to have.
pub(crate) fn unusable_name(name: &str) -> Option<String> {
    match name.chars().count() {
        0 => Some("Give it a name.".to_owned()),
        n if n > LONGEST_NAME => {
            Some(format!("The name has {n} characters; at most {LONGEST_NAME} are taken."))
        }
        _ => None,
    }
}

/// A new token, 256 random bits in hex.
pub(crate) fn token() -> Result<String, Error> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|why| Error::Secret(why.to_string()))?;
    Ok(blake3::Hash::from_bytes(bytes).to_hex().to_string())
}

/// The form in which a token is stored and looked up.
pub(crate) fn token_hash(token: &str) -> String {
    blake3::hash(token.as_bytes()).to_hex().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_opens_its_own_hash_alone() {
        let passwords = Passwords::new();
        let stored = passwords.hash("correct horse".to_owned()).await.unwrap();
        assert!(stored.starts_with("$argon2id$"));
        assert!(passwords.check("correct horse".to_owned(), Some(stored.clone())).await.unwrap());
        assert!(!passwords.check("correct hors".to_owned(), Some(stored)).await.unwrap());
        assert!(!passwords.check("correct horse".to_owned(), None).await.unwrap());
        assert!(!passwords.check("correct horse".to_owned(), Some("rubbish".to_owned())).await.unwrap());
    }

    #[test]
    fn two_tokens_differ_and_neither_is_stored_as_it_is() {
        let (one, other) = (token().unwrap(), token().unwrap());
        assert_eq!(one.len(), 64);
        assert_ne!(one, other);
        assert_ne!(token_hash(&one), one);
    }

    #[test]
    fn a_password_is_judged_by_its_length_in_characters() {
        assert!(objection("ääääääääää").is_none());
        assert!(objection("neunneunn").is_some_and(|why| why.contains("9 characters")));
        assert!(objection(&"x".repeat(1025)).is_some());
    }
}
