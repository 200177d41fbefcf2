//! Follows redirects: one request a hop, each with its own record, because each is a fetch that can fail.
//!
//! It is not a judge: where a redirect may lead (to another host, past a robots.txt) is the caller's rule and comes in
//! as a function. A private address in the middle of a chain ends it but is no error: what was fetched before it
//! stays on record, so only a refused first request is `Err`.

use super::{Fetch, Fetched, Refused, Request};
use crate::domain::page_url::PageUrl;

/// How many redirects to follow from a page: "Googlebot follows up to 10 redirect hops".
/// Source: <https://developers.google.com/search/docs/crawling-indexing/http-network-errors>.
pub const PAGE_HOPS: usize = 10;

/// How many redirects to follow from a robots.txt: Google "follows at least five redirect hops"; so says RFC 9309,
/// 2.3.1.2. Source: <https://developers.google.com/crawling/docs/robots-txt/robots-txt-spec>.
pub const ROBOTS_HOPS: usize = 5;

/// A request and the redirects that were followed from it.
#[derive(Debug, Clone)]
pub struct Chain {
    /// What was fetched, in order; never empty.
    pub hops: Vec<Fetched>,
    /// Why there is no further hop.
    pub end: End,
}

/// Why a chain of redirects ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// The last hop is an answer and no redirect, or a network error.
    Answer,
    /// The last hop points to an address that was already asked in this chain.
    Loop,
    /// The last hop points on, but the hops are used up.
    TooManyHops,
    /// The caller's rule forbids where the last hop points.
    NotAllowed,
    /// The last hop points to a private address.
    Refused(Refused),
}

/// Makes a request and follows what it redirects to, at most `hops` times and only where `may_go(from, to)` allows.
///
/// # Errors
///
/// [`Refused`] when the first request may not be made, so that there is nothing on record.
pub async fn follow(
    fetch: &dyn Fetch,
    mut request: Request,
    hops: usize,
    may_go: impl Fn(&PageUrl, &PageUrl) -> bool,
) -> Result<Chain, Refused> {
    let mut chain = Vec::new();
    loop {
        let answer = match fetch.fetch(&request).await {
            Ok(answer) => answer,
            Err(refused) if chain.is_empty() => return Err(refused),
            Err(refused) => return Ok(ended(chain, End::Refused(refused))),
        };
        let target = answer.redirect.clone();
        chain.push(answer);
        let Some(target) = target else {
            return Ok(ended(chain, End::Answer));
        };
        if let Some(end) = barrier(&chain, &request.url, &target, hops, &may_go) {
            return Ok(ended(chain, end));
        }
        request.url = target;
    }
}

fn barrier(
    chain: &[Fetched],
    from: &PageUrl,
    to: &PageUrl,
    hops: usize,
    may_go: impl Fn(&PageUrl, &PageUrl) -> bool,
) -> Option<End> {
    if chain.iter().any(|hop| hop.url == *to) {
        Some(End::Loop)
    } else if chain.len() > hops {
        Some(End::TooManyHops)
    } else if !may_go(from, to) {
        Some(End::NotAllowed)
    } else {
        None
    }
}

fn ended(hops: Vec<Fetched>, end: End) -> Chain {
    Chain { hops, end }
}
