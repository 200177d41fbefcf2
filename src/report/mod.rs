//! What there is to say about sites and their outages, in words that a mail, a page and the command line share.

pub mod history;
pub mod wording;
