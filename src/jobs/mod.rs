//! Work that is due: which sites, and who does it. What the work is stands in `crawl`.

mod attach;
pub mod driver;
pub mod follow;
pub mod import;
pub mod patrol;
