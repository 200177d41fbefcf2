//! Sites that fall silent, and witnesses that answer or do not: real sockets, at the many addresses of the loopback
//! network. A neighbour lives at 127.0.0.2, another machine as far as anybody here can tell.

use tokio::net::TcpListener;

use super::super::client::{Client, Options};
use super::super::fault_server::{Deed, FaultServer};
use super::*;
use crate::clock::SystemClock;

/// A page in any browser.
const PAGE: &str = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\npage";

/// A client that does not wait long, watched over with these probes.
fn watched(egress: &Arc<Egress>) -> Watched {
    let options = Options {
        private: PrivateAccess::Allowed,
        ca_file: None,
        dns_timeout: Duration::from_millis(200),
        connect_timeout: Duration::from_millis(200),
        read_timeout: Duration::from_millis(500),
        total_timeout: Duration::from_millis(900),
        ..Options::default()
    };
    let client = Client::new(options, Arc::new(SystemClock)).unwrap();
    Watched::new(Arc::new(client), Arc::clone(egress))
}

fn named(port: u16) -> Arc<Egress> {
    Arc::new(Egress::new(vec![format!("127.0.0.1:{port}").parse().unwrap()]))
}

fn with_neighbour(address: &str) -> Arc<Egress> {
    let egress = Egress::new(Vec::new());
    let start = PageUrl::parse(&format!("http://{address}/")).unwrap();
    egress.set_neighbours(vec![Probe::of_site(&start, PrivateAccess::Allowed)]);
    Arc::new(egress)
}

/// A port on which nobody listens, at this address.
async fn dead(address: &str) -> SocketAddr {
    TcpListener::bind((address, 0)).await.unwrap().local_addr().unwrap()
}

/// A site that takes connections and requests, and never says a word.
async fn silent() -> FaultServer {
    FaultServer::start(Deed::SendAndStay(Vec::new())).await
}

/// What the watched client makes of a URL: the outcome, or that we are offline.
async fn met(egress: &Arc<Egress>, url: &PageUrl) -> String {
    match watched(egress).fetch(&Request::probe(url.clone())).await {
        Ok(fetched) => fetched.outcome.to_string(),
        Err(NotFetched::Offline(_)) => "offline".to_owned(),
        Err(NotFetched::Refused(refused)) => refused.to_string(),
    }
}

async fn refusing() -> PageUrl {
    PageUrl::parse(&format!("http://{}/", dead("127.0.0.1").await)).unwrap()
}

#[tokio::test]
async fn a_site_that_falls_silent_while_a_neighbour_answers_is_down() {
    let neighbour = TcpListener::bind("127.0.0.2:0").await.unwrap();
    let egress = with_neighbour(&neighbour.local_addr().unwrap().to_string());
    assert_eq!(met(&egress, &silent().await.url("/")).await, "read_timeout");
}

#[tokio::test]
async fn a_site_that_falls_silent_while_the_neighbours_do_too_is_unknown() {
    let egress = with_neighbour(&dead("127.0.0.2").await.to_string());
    assert_eq!(met(&egress, &silent().await.url("/")).await, "offline");
}

#[tokio::test]
async fn a_neighbour_on_the_same_machine_is_no_witness() {
    let egress = with_neighbour(&dead("127.0.0.1").await.to_string());
    assert_eq!(met(&egress, &silent().await.url("/")).await, "read_timeout");
}

#[tokio::test]
async fn a_refusal_is_an_answer_unless_the_operator_named_a_probe_that_does_not_answer() {
    let down = dead("127.0.0.1").await.port();
    let site = refusing().await;
    assert_eq!(met(&with_neighbour(&dead("127.0.0.2").await.to_string()), &site).await, "refused");
    assert_eq!(met(&named(down), &site).await, "offline");
    let probe = FaultServer::sending(PAGE).await;
    assert_eq!(met(&named(probe.port()), &site).await, "refused");
}

#[tokio::test]
async fn an_error_page_is_believed_although_no_probe_answers() {
    let site = FaultServer::sending("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n").await;
    let egress = named(dead("127.0.0.1").await.port());
    assert_eq!(met(&egress, &site.url("/")).await, "502");
}

#[tokio::test]
async fn an_answer_that_came_meanwhile_from_another_site_proves_our_connection() {
    let egress = with_neighbour(&dead("127.0.0.2").await.to_string());
    let (site, other) = (silent().await, FaultServer::sending(PAGE).await);
    let other_url = other.url("/");
    let answered_meanwhile = async {
        // Once the site has the request, the other one is asked.
        while site.connections() == 0 {
            tokio::task::yield_now().await;
        }
        met(&egress, &other_url).await
    };
    let site_url = site.url("/");
    let (of_site, of_other) = tokio::join!(met(&egress, &site_url), answered_meanwhile);
    assert_eq!((of_site.as_str(), of_other.as_str()), ("read_timeout", "200"));
    assert_eq!(met(&egress, &site_url).await, "offline", "an older answer proves nothing");
}

#[tokio::test]
async fn many_failures_cost_a_witness_one_connection() {
    let probe = FaultServer::sending(PAGE).await;
    let (egress, site) = (named(probe.port()), refusing().await);
    for _ in 0..10 {
        assert_eq!(met(&egress, &site).await, "refused");
    }
    assert_eq!(probe.connections(), 1);
}

#[tokio::test]
async fn the_words_name_the_site_and_the_probes() {
    let (down, site) = (dead("127.0.0.1").await.port(), refusing().await);
    let not = watched(&named(down)).fetch(&Request::of(site)).await.unwrap_err().to_string();
    for word in ["127.0.0.1 failed", "refused", &format!("127.0.0.1:{down} did not answer"), "unknown"] {
        assert!(not.contains(word), "{word} is not in: {not}");
    }
}

#[test]
fn a_probe_is_a_host_and_a_port() {
    for (text, shown) in
        [("gateway.example:443", "gateway.example:443"), (" [2001:DB8::1]:53 ", "[2001:db8::1]:53")]
    {
        assert_eq!(text.parse::<Probe>().unwrap().to_string(), shown);
    }
    for bad in
        ["", "gateway.example", "gateway.example:0", ":443", "a b:1", "http://shop.example/", "x:99999"]
    {
        assert!(bad.parse::<Probe>().unwrap_err().to_string().contains("HOST:PORT"), "{bad}");
    }
}
