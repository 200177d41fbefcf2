//! Work that is due: which sites, and who does it; which messages, and when they go. What the work is stands in `crawl`, what
//! a message says in `report`.

mod attach;
pub mod declared;
pub mod driver;
pub mod follow;
pub mod import;
pub mod patrol;
pub mod post;
pub mod tidy;
