//! The dashboard: pages made on the server, that work without JavaScript and load nothing from elsewhere.
//!
//! It shows what `store` knows in the words of `report::wording`; it judges nothing itself.

mod assets;
mod error;
mod pages;
mod secret;
mod security;
mod throttle;
mod wording;
