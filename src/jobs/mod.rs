//! Work that is due: which sites, and who does it. What the work is stands in `crawl`.

pub mod driver;
pub mod patrol;
