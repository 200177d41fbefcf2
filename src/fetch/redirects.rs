//! Follows redirects: one request a hop, each with its own record, because each is a fetch that can fail.
//!
//! It is not a judge: where a redirect may lead (to another host, past a robots.txt) is the caller's rule and comes in
//! as a function. A private address in the middle of a chain ends it but is no error: what was fetched before it
//! stays on record, so only a refused first request is `Err`. That our own connection went down always is: where the
//! chain leads is then not known.

use super::{Fetch, Fetched, NotFetched, Refused, Request};
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
/// [`NotFetched`] when the first request may not be made, so that there is nothing on record, or when we are offline.
pub async fn follow(
    fetch: &dyn Fetch,
    mut request: Request,
    hops: usize,
    may_go: impl Fn(&PageUrl, &PageUrl) -> bool,
) -> Result<Chain, NotFetched> {
    let mut chain = Vec::new();
    loop {
        let answer = match fetch.fetch(&request).await {
            Ok(answer) => answer,
            Err(NotFetched::Refused(refused)) if !chain.is_empty() => {
                return Ok(ended(chain, End::Refused(refused)));
            }
            Err(not) => return Err(not),
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::client::{Client, Options};
    use super::super::fault_server::{Deed, FaultServer};
    use super::super::guard::PrivateAccess;
    use super::*;
    use crate::clock::SystemClock;
    use crate::domain::outcome::Outcome;

    /// `/N` redirects to `/N-1`, `/0` is a page; the others are named after what they do.
    fn site(path: &str, _: u32) -> String {
        let target = match path {
            "/0" => return "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\npage".to_owned(),
            "/gone" => return "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n".to_owned(),
            "/self" => "/self#again".to_owned(),
            "/ring-a" => "/ring-b".to_owned(),
            "/ring-b" => "/ring-a".to_owned(),
            "/metadata" => "http://169.254.169.254/latest/meta-data".to_owned(),
            "/decimal" => "http://2852039166/".to_owned(),
            "/to-gone" => "/gone".to_owned(),
            number => {
                let number: usize = number[1..].parse().unwrap();
                format!("/{}", number - 1)
            }
        };
        format!("HTTP/1.1 302 Found\r\nLocation: {target}\r\nContent-Length: 0\r\n\r\n")
    }

    fn client() -> Client {
        let options = Options { private: PrivateAccess::Host("127.0.0.1".to_owned()), ..Options::default() };
        Client::new(options, Arc::new(SystemClock)).unwrap()
    }

    async fn chain_from(path: &str, hops: usize) -> Chain {
        let server = FaultServer::start(Deed::Serve(site)).await;
        let request = Request::of(server.url(path));
        follow(&client(), request, hops, |_, _| true).await.unwrap()
    }

    #[tokio::test]
    async fn a_chain_is_followed_to_its_end_with_a_record_per_hop() {
        for (path, statuses) in [("/0", &[200][..]), ("/2", &[302, 302, 200]), ("/to-gone", &[302, 404])] {
            let chain = chain_from(path, PAGE_HOPS).await;
            let seen: Vec<_> = chain.hops.iter().map(|hop| hop.outcome).collect();
            let expected: Vec<_> = statuses.iter().copied().map(Outcome::Status).collect();
            assert_eq!(seen, expected, "{path}");
            assert_eq!(chain.end, End::Answer, "{path}");
        }
    }

    #[tokio::test]
    async fn ten_hops_from_a_page_and_five_from_a_robots_txt_are_followed_and_no_more() {
        for hops in [PAGE_HOPS, ROBOTS_HOPS] {
            let within = chain_from(&format!("/{hops}"), hops).await;
            assert_eq!((within.hops.len(), within.end), (hops + 1, End::Answer));
            let beyond = chain_from(&format!("/{}", hops + 1), hops).await;
            assert_eq!((beyond.hops.len(), beyond.end), (hops + 1, End::TooManyHops));
        }
    }

    #[tokio::test]
    async fn a_loop_is_left_before_it_repeats() {
        for (path, requests) in [("/self", 1), ("/ring-a", 2)] {
            let chain = chain_from(path, PAGE_HOPS).await;
            assert_eq!((chain.hops.len(), chain.end), (requests, End::Loop));
        }
    }

    #[tokio::test]
    async fn a_redirect_to_a_private_address_is_refused_and_the_hop_before_it_kept() {
        for path in ["/metadata", "/decimal"] {
            let chain = chain_from(path, PAGE_HOPS).await;
            assert_eq!(chain.hops.len(), 1, "{path}");
            let End::Refused(refused) = chain.end else {
                panic!("{path} ended with {:?}", chain.end);
            };
            assert_eq!(refused.address.to_string(), "169.254.169.254");
        }
    }

    #[tokio::test]
    async fn a_first_request_to_a_private_address_is_an_error() {
        let request = Request::of(PageUrl::parse("http://10.0.0.1/").unwrap());
        let refused = follow(&client(), request, PAGE_HOPS, |_, _| true).await;
        let Err(NotFetched::Refused(refused)) = refused else { panic!("it is refused") };
        assert_eq!(refused.host, "10.0.0.1");
    }

    #[tokio::test]
    async fn the_callers_rule_stops_a_chain() {
        let server = FaultServer::start(Deed::Serve(site)).await;
        let not_home = |from: &PageUrl, to: &PageUrl| from.path() == "/2" && to.path() == "/1";
        let request = Request::of(server.url("/2"));
        let chain = follow(&client(), request, PAGE_HOPS, not_home).await;
        let chain = chain.unwrap();
        assert_eq!((chain.hops.len(), chain.end), (2, End::NotAllowed));
    }
}
