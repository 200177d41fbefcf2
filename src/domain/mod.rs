//! What the words mean: outcome, observation, spell, episode, outage, verdict, policy. Pure: no I/O, no async, no
//! clock; the present instant is an argument.
//!
//! An [`observation::Observation`] enters a [`judge::SiteJudge`], which folds it into its URL's [`spell::Spell`] and
//! [`episode::Episode`] and groups episodes into [`outage::Outage`]s; [`verdict`] says what a search engine makes of
//! one. Nothing here knows where observations come from (a crawl, an access log, a replayed file), nor where the results
//! are kept.

pub mod bounds;
pub mod cadence;
pub mod channel;
pub mod comparison;
pub mod crawl;
pub mod delivery;
pub mod deploy;
pub mod efficiency;
pub mod egress;
pub mod episode;
pub mod evidence;
pub mod extent;
pub mod history;
pub mod impact;
pub mod indexability;
pub mod jitter;
pub mod judge;
pub mod keep;
pub mod load;
pub mod looked;
pub mod news;
pub mod observation;
pub mod outage;
pub mod outcome;
pub mod pace;
pub mod page_url;
pub mod page_version;
pub mod patterns;
pub mod percent;
pub mod plan;
pub mod policy;
pub mod recheck;
pub mod recipient;
pub mod robots_ladder;
pub mod role;
pub mod schedule;
pub mod share;
pub mod site;
pub mod sitemap_state;
pub mod span;
pub mod spell;
pub mod traps;
pub mod verdict;
