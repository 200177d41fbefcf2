//! What is made of the answers of a real name server.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::sync::Arc;

use hickory_server::Server;
use hickory_server::net::runtime::TokioRuntimeProvider as Provider;
use hickory_server::proto::rr::rdata::{A, PTR, SOA};
use hickory_server::proto::rr::{Name, RData as Data, Record};
use hickory_server::store::in_memory::InMemoryZoneHandler;
use hickory_server::zone_handler::{AxfrPolicy, Catalog, ZoneType};
use tokio::net::UdpSocket;

use super::*;

/// A name server on loopback with these names; it ends when it is dropped.
async fn server(records: &[(&str, Data)]) -> (SocketAddr, Server<Catalog>) {
    let root = Name::root();
    let mut zone = InMemoryZoneHandler::<Provider>::empty(root.clone(), ZoneType::Primary, AxfrPolicy::Deny);
    let soa = SOA::new(root.clone(), root.clone(), 1, 60, 60, 60, 60);
    let mut all: BTreeMap<Name, Vec<Data>> = BTreeMap::from([(root.clone(), vec![Data::SOA(soa)])]);
    for (name, data) in records {
        all.entry(Name::from_ascii(name).unwrap()).or_default().push(data.clone());
    }
    for (name, data) in all {
        for data in data {
            zone.upsert_mut(Record::from_rdata(name.clone(), 60, data), 1);
        }
    }
    let mut catalog = Catalog::new();
    catalog.upsert(root.into(), vec![Arc::new(zone)]);
    let mut server = Server::new(catalog);
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = socket.local_addr().unwrap();
    server.register_socket(socket);
    (address, server)
}

fn ptr(name: &str) -> Data {
    Data::PTR(PTR(Name::from_ascii(name).unwrap()))
}

fn a(address: [u8; 4]) -> Data {
    Data::A(A(Ipv4Addr::from(address)))
}

#[tokio::test]
async fn a_name_counts_when_it_is_the_operators_and_leads_back() {
    let (address, _server) = server(&[
        ("1.2.0.192.in-addr.arpa.", ptr("crawl-192-0-2-1.googlebot.com.")),
        ("crawl-192-0-2-1.googlebot.com.", a([192, 0, 2, 1])),
        // Whoever owns an address may write any name.
        ("2.2.0.192.in-addr.arpa.", ptr("crawl-192-0-2-1.googlebot.com.")),
        ("3.2.0.192.in-addr.arpa.", ptr("crawl.notgooglebot.com.")),
        ("crawl.notgooglebot.com.", a([192, 0, 2, 3])),
        ("4.2.0.192.in-addr.arpa.", ptr("googlebot.com.evil.example.")),
        ("googlebot.com.evil.example.", a([192, 0, 2, 4])),
        ("6.2.0.192.in-addr.arpa.", ptr("gone.googlebot.com.")),
    ])
    .await;
    let dns = Dns::new(Some(address)).unwrap();
    for (last, told) in [
        (1, Told::Confirmed),
        (2, Told::Contradicted),
        (3, Told::Contradicted),
        (4, Told::Contradicted),
        (5, Told::Contradicted),
        (6, Told::Contradicted),
    ] {
        let address = IpAddr::from([192, 0, 2, last]);
        assert_eq!(dns.ask(address, &["googlebot.com"]).await, told, "192.0.2.{last}");
    }
}

#[tokio::test]
async fn a_server_that_does_not_answer_says_nothing() {
    // Bound, and never read.
    let silent = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let dns = Dns::new(Some(silent.local_addr().unwrap())).unwrap();
    assert_eq!(dns.ask(IpAddr::from([192, 0, 2, 1]), &["googlebot.com"]).await, Told::Nothing);
}
