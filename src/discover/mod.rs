//! Bytes to facts: what a robots.txt allows, what a sitemap lists, where a page links to and what it says of itself.
//! Pure; it fetches nothing and is given bytes that are already capped.

pub mod answer;
pub mod error_page;
pub mod page;
pub mod robots;
pub mod sitemap;
