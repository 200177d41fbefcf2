//! Which addresses may be asked: the guard between a page that somebody else wrote and the network that we stand in.
//!
//! It is not a firewall: it judges addresses only, no ports and no schemes. It has two doors, because an address comes
//! by two ways. A name is resolved here, each of its addresses is judged, and only those that passed are handed on, so
//! that the connection goes to exactly what was judged and a second answer of the name server changes nothing. An
//! address written in the URL never reaches a resolver, so it is judged before each request; the `url` crate has by
//! then turned `2130706433` and `0x7f.1` into `127.0.0.1`.
//!
//! A name with public and private addresses is asked at the public ones: a stray private record is a fault that
//! search engines see past as well.

use std::error::Error;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use thiserror::Error;
use url::{Host, Url};

use super::{Refused, local};
use crate::domain::egress::Reach;
use crate::domain::page_url::PageUrl;

/// Which hosts may be asked although their address is not a public one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum PrivateAccess {
    /// None.
    #[default]
    Refused,
    /// This host, because a person typed it. As a name it may be at a private or loopback address, but not at the
    /// others of the table, among them the metadata services of clouds; these must be typed as addresses.
    Host(String),
    /// Every host: the site's settings say so.
    Allowed,
}

/// What a block of addresses is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Use {
    /// Networks that people run for themselves, and loopback: a site may live there.
    Private,
    /// Nothing that a website can live on.
    Special,
}

/// A block of addresses that is not public.
struct Block<A> {
    first: A,
    prefix: u32,
    is: Use,
}

const fn v4(octets: [u8; 4], prefix: u32, is: Use) -> Block<Ipv4Addr> {
    Block { first: Ipv4Addr::from_octets(octets), prefix, is }
}

/// The IPv4 blocks that are not public. Source: the IANA IPv4 special-purpose address registry,
/// <https://www.iana.org/assignments/iana-ipv4-special-registry/>, and RFC 5771 (multicast).
const V4_BLOCKS: [Block<Ipv4Addr>; 16] = [
    v4([0, 0, 0, 0], 8, Use::Special),  // this network; 0.0.0.0 is the own host
    v4([10, 0, 0, 0], 8, Use::Private), // RFC 1918
    v4([100, 64, 0, 0], 10, Use::Private), // carrier-grade NAT; also Alibaba's metadata service
    v4([127, 0, 0, 0], 8, Use::Private), // loopback
    v4([168, 63, 129, 16], 32, Use::Special), // Azure's platform service: a public number that is local to each machine
    v4([169, 254, 0, 0], 16, Use::Special),   // link-local, with the metadata services of most clouds
    v4([172, 16, 0, 0], 12, Use::Private),    // RFC 1918
    v4([192, 0, 0, 0], 24, Use::Special),     // IETF protocol assignments; also Oracle's metadata service
    v4([192, 0, 2, 0], 24, Use::Special),     // documentation
    v4([192, 88, 99, 0], 24, Use::Special),   // 6to4 relays, deprecated
    v4([192, 168, 0, 0], 16, Use::Private),   // RFC 1918
    v4([198, 18, 0, 0], 15, Use::Special),    // benchmarks
    v4([198, 51, 100, 0], 24, Use::Special),  // documentation
    v4([203, 0, 113, 0], 24, Use::Special),   // documentation
    v4([224, 0, 0, 0], 4, Use::Special),      // multicast
    v4([240, 0, 0, 0], 4, Use::Special),      // reserved, and broadcast
];

const fn v6(segments: [u16; 8], prefix: u32, is: Use) -> Block<Ipv6Addr> {
    Block { first: Ipv6Addr::from_segments(segments), prefix, is }
}

/// The IPv6 blocks that are not public although they lie in [`V6_PUBLIC`], and the private ones outside it. Source:
/// the IANA IPv6 special-purpose address registry, <https://www.iana.org/assignments/iana-ipv6-special-registry/>.
const V6_BLOCKS: [Block<Ipv6Addr>; 5] = [
    v6([0, 0, 0, 0, 0, 0, 0, 1], 128, Use::Private),     // loopback
    v6([0xfc00, 0, 0, 0, 0, 0, 0, 0], 7, Use::Private),  // unique local; also Amazon's metadata service
    v6([0x2001, 0, 0, 0, 0, 0, 0, 0], 23, Use::Special), // IETF protocol assignments, Teredo among them
    v6([0x2001, 0xdb8, 0, 0, 0, 0, 0, 0], 32, Use::Special), // documentation
    v6([0x3fff, 0, 0, 0, 0, 0, 0, 0], 20, Use::Special), // documentation
];

/// The only IPv6 block that is given to networks of the Internet; the rest is link-local, multicast or unassigned.
/// Source: <https://www.iana.org/assignments/ipv6-address-space/>.
const V6_PUBLIC: Block<Ipv6Addr> = v6([0x2000, 0, 0, 0, 0, 0, 0, 0], 3, Use::Special);

impl Block<Ipv4Addr> {
    fn has(&self, address: Ipv4Addr) -> bool {
        (self.first.to_bits() ^ address.to_bits()).leading_zeros() >= self.prefix
    }
}

impl Block<Ipv6Addr> {
    fn has(&self, address: Ipv6Addr) -> bool {
        (self.first.to_bits() ^ address.to_bits()).leading_zeros() >= self.prefix
    }
}

/// What keeps an address from being public, or nothing.
fn special_use(address: IpAddr) -> Option<Use> {
    match address {
        IpAddr::V4(v4) => V4_BLOCKS.iter().find(|b| b.has(v4)).map(|b| b.is),
        IpAddr::V6(v6) => match carried_v4(v6) {
            Some(v4) => special_use(IpAddr::V4(v4)),
            None => special_use_v6(v6),
        },
    }
}

fn special_use_v6(address: Ipv6Addr) -> Option<Use> {
    match V6_BLOCKS.iter().find(|b| b.has(address)) {
        Some(block) => Some(block.is),
        None if V6_PUBLIC.has(address) => None,
        None => Some(Use::Special),
    }
}

/// The IPv4 address that packets to this IPv6 address end at: mapped (RFC 4291), NAT64 (RFC 6052) and 6to4 (RFC 3056).
fn carried_v4(address: Ipv6Addr) -> Option<Ipv4Addr> {
    match address.segments() {
        [0, 0, 0, 0, 0, 0xffff, high, low]
        | [0x64, 0xff9b, 0, 0, 0, 0, high, low]
        | [0x2002, high, low, ..] => {
            let bits = u32::from(high) << 16 | u32::from(low);
            Some(Ipv4Addr::from_bits(bits))
        }
        _ => None,
    }
}

/// Judges addresses by one site's setting.
#[derive(Debug, Clone)]
pub(super) struct Guard {
    access: PrivateAccess,
    /// How long a name server may take.
    patience: Duration,
}

/// A name that leads nowhere. Found again in the error's chain, see `classify`.
#[derive(Debug, Error)]
pub(super) enum NoAddress {
    /// The resolver said so, or could not be asked.
    #[error("the name `{0}` has no address: {1}")]
    Failed(String, io::Error),
    /// The resolver answered with an empty list.
    #[error("the name `{0}` has no address")]
    Empty(String),
    /// It has addresses that may be asked, and this machine knows a way to none of them.
    #[error("this machine has no route to `{0}` at {1}")]
    NoRoute(String, IpAddr),
    /// The resolver did not answer.
    #[error("the name server gave no answer for `{0}` in {1:?}")]
    Late(String, Duration),
}

/// The address that a URL states itself, without a name.
pub(super) fn literal(url: &PageUrl) -> Option<IpAddr> {
    stated(&url.as_url())
}

fn stated(url: &Url) -> Option<IpAddr> {
    match url.host()? {
        Host::Ipv4(v4) => Some(IpAddr::V4(v4)),
        Host::Ipv6(v6) => Some(IpAddr::V6(v6)),
        Host::Domain(_) => None,
    }
}

/// How far away an address is.
pub(super) fn reach(address: IpAddr) -> Reach {
    match special_use(address) {
        _ if address.to_canonical().is_loopback() => Reach::Loopback,
        Some(_) => Reach::Private,
        None => Reach::Public,
    }
}

/// The private or otherwise special address that a URL states itself, without a name. It is known before any fetch.
pub fn private_literal(url: &PageUrl) -> Option<IpAddr> {
    let address = literal(url)?;
    special_use(address).map(|_| address)
}

/// How many addresses a host has that may be asked; the error says in words why there are none.
pub async fn count_addresses(host: &str, access: PrivateAccess, patience: Duration) -> Result<usize, String> {
    let guard = Guard::new(access, patience);
    if let Ok(literal) = bare(host).parse::<IpAddr>() {
        let is_admitted = special_use(literal).is_none() || guard.trusts(host);
        return if is_admitted { Ok(1) } else { Err(refusal(host, literal).to_string()) };
    }
    guard.look_up(host.to_owned()).await.map(Iterator::count).map_err(|error| error.to_string())
}

impl Guard {
    pub(super) fn new(access: PrivateAccess, patience: Duration) -> Self {
        Self { access, patience }
    }

    /// Judges the address in a URL; a name passes, it is judged when it is resolved.
    pub(super) fn check_literal(&self, url: &PageUrl) -> Result<(), Refused> {
        self.check(&url.as_url())
    }

    /// The same for an address that is no page's.
    pub(super) fn check(&self, url: &Url) -> Result<(), Refused> {
        let host = url.host_str().unwrap_or_default();
        match stated(url) {
            Some(address) if special_use(address).is_some() && !self.trusts(host) => {
                Err(refusal(host, address))
            }
            _ => Ok(()),
        }
    }

    /// Those of a name's addresses that may be asked, or the first that may not when none may.
    fn admitted(&self, name: &str, found: Vec<SocketAddr>) -> Result<Vec<SocketAddr>, Refused> {
        let first = found.first().map(SocketAddr::ip);
        let admitted: Vec<_> = found.into_iter().filter(|a| self.admits_named(name, a.ip())).collect();
        match first {
            Some(address) if admitted.is_empty() => Err(refusal(name, address)),
            _ => Ok(admitted),
        }
    }

    fn admits_named(&self, name: &str, address: IpAddr) -> bool {
        match special_use(address) {
            None => true,
            Some(Use::Private) => self.trusts(name),
            Some(Use::Special) => self.access == PrivateAccess::Allowed,
        }
    }

    fn trusts(&self, host: &str) -> bool {
        match &self.access {
            PrivateAccess::Refused => false,
            PrivateAccess::Host(typed) => bare(typed).eq_ignore_ascii_case(bare(host)),
            PrivateAccess::Allowed => true,
        }
    }

    async fn look_up(self, name: String) -> Result<Addrs, Box<dyn Error + Send + Sync>> {
        let answer = tokio::net::lookup_host((name.clone(), 0));
        let found: Vec<_> = match tokio::time::timeout(self.patience, answer).await {
            Ok(Ok(found)) => found.collect(),
            Ok(Err(error)) => return Err(NoAddress::Failed(name, error).into()),
            Err(_) => return Err(NoAddress::Late(name, self.patience).into()),
        };
        let admitted = self.admitted(&name, found)?;
        let Some(first) = admitted.first().map(SocketAddr::ip) else {
            return Err(NoAddress::Empty(name).into());
        };
        let reachable: Vec<_> = admitted.into_iter().filter(|a| local::has_route(a.ip())).collect();
        if reachable.is_empty() {
            return Err(NoAddress::NoRoute(name, first).into());
        }
        Ok(Box::new(reachable.into_iter()))
    }

    /// The addresses at which a host may be asked; empty: there are none.
    pub(super) async fn addresses(&self, host: &str, port: u16) -> Vec<SocketAddr> {
        let with_port = |mut address: SocketAddr| {
            address.set_port(port);
            address
        };
        if let Ok(literal) = bare(host).parse::<IpAddr>() {
            let address = SocketAddr::new(literal, port);
            return if special_use(literal).is_none() || self.trusts(host) {
                vec![address]
            } else {
                Vec::new()
            };
        }
        let found = self.clone().look_up(host.to_owned()).await;
        found.map(|found| found.map(with_port).collect()).unwrap_or_default()
    }
}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(self.clone().look_up(name.as_str().to_owned()))
    }
}

/// A host without the brackets of an IPv6 address and the dot at the end of a full name.
fn bare(host: &str) -> &str {
    host.trim_start_matches('[').trim_end_matches(']').trim_end_matches('.')
}

fn refusal(host: &str, address: IpAddr) -> Refused {
    Refused { host: host.to_owned(), address }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Duration = Duration::from_secs(5);

    fn guard(access: PrivateAccess) -> Guard {
        Guard::new(access, PATIENCE)
    }

    fn typed(host: &str) -> Guard {
        guard(PrivateAccess::Host(host.to_owned()))
    }

    fn found(addresses: &[&str]) -> Vec<SocketAddr> {
        let socket = |a: &&str| SocketAddr::new(a.parse().unwrap(), 0);
        addresses.iter().map(socket).collect()
    }

    fn literal(guard: &Guard, url: &str) -> Result<(), Refused> {
        guard.check_literal(&PageUrl::parse(url).unwrap())
    }

    #[test]
    fn the_borders_of_each_block_are_where_the_registry_has_them() {
        for (inside, outside) in [
            ("0.255.255.255", "1.0.0.0"),
            ("10.0.0.0", "9.255.255.255"),
            ("10.255.255.255", "11.0.0.0"),
            ("100.64.0.0", "100.63.255.255"),
            ("100.127.255.255", "100.128.0.0"),
            ("127.255.255.255", "128.0.0.0"),
            ("168.63.129.16", "168.63.129.17"),
            ("169.254.169.254", "169.255.0.0"),
            ("172.16.0.0", "172.15.255.255"),
            ("172.31.255.255", "172.32.0.0"),
            ("192.0.0.192", "192.0.1.0"),
            ("192.0.2.1", "192.0.3.0"),
            ("192.88.99.1", "192.88.100.0"),
            ("192.168.255.255", "192.169.0.0"),
            ("198.19.255.255", "198.20.0.0"),
            ("198.51.100.7", "198.51.101.0"),
            ("203.0.113.7", "203.0.114.0"),
            ("224.0.0.1", "223.255.255.255"),
            ("255.255.255.255", "8.8.8.8"),
            ("::1", "2606:4700::1111"),
            ("fe80::1", "2a00:1450::1"),
            ("fdff::1", "2001:200::1"),
            ("2001:0:5ef5:79fd::1", "2001:4860::1"),
            ("2001:db8::1", "2001:db9::1"),
            ("3fff:fff::1", "3fff:1000::1"),
        ] {
            assert!(special_use(inside.parse().unwrap()).is_some(), "{inside}");
            assert_eq!(special_use(outside.parse().unwrap()), None, "{outside}");
        }
    }

    #[test]
    fn an_ipv6_address_that_is_no_public_unicast_is_refused() {
        for address in
            ["::", "::7f00:1", "64:ff9b:1::a00:1", "100::1", "5f00::1", "fec0::1", "ff02::1", "4000::1"]
        {
            assert_eq!(special_use(address.parse().unwrap()), Some(Use::Special), "{address}");
        }
    }

    #[test]
    fn an_ipv4_address_inside_an_ipv6_one_is_what_is_judged() {
        for (carrier, inside_is) in [
            ("::ffff:127.0.0.1", Some(Use::Private)),
            ("::ffff:169.254.169.254", Some(Use::Special)),
            ("::ffff:8.8.8.8", None),
            ("64:ff9b::10.0.0.1", Some(Use::Private)),
            ("64:ff9b::8.8.8.8", None),
            ("2002:a00:1::1", Some(Use::Private)),
            ("2002:a9fe:a9fe::1", Some(Use::Special)),
            ("2002:808:808::1", None),
        ] {
            assert_eq!(special_use(carrier.parse().unwrap()), inside_is, "{carrier}");
        }
    }

    #[test]
    fn no_spelling_of_a_private_address_in_a_url_gets_through() {
        let strict = guard(PrivateAccess::Refused);
        for url in [
            "http://127.0.0.1:1/",
            "http://2130706433/",
            "http://0x7f.1/",
            "http://0177.0.0.1/",
            "http://0x7f000001/",
            "http://127.1/",
            "http://0/",
            "http://127.0.0.1./",
            "http://127.0.0.１/",
            "http://[::1]/",
            "http://[::ffff:127.0.0.1]/",
            "http://[::ffff:7f00:1]/",
            "http://[64:ff9b::a9fe:a9fe]/",
            "http://[fe80::1]/",
            "http://169.254.169.254/latest/meta-data",
            "http://user@10.0.0.1/",
        ] {
            assert!(literal(&strict, url).is_err(), "{url}");
            assert_eq!(literal(&guard(PrivateAccess::Allowed), url), Ok(()), "{url}");
        }
        assert_eq!(literal(&strict, "http://8.8.8.8/"), Ok(()));
    }

    #[test]
    fn a_typed_address_is_allowed_and_no_other() {
        for (host, url) in [
            ("127.0.0.1", "http://127.0.0.1:8080/"),
            ("169.254.169.254", "http://169.254.169.254/"),
            ("[::1]", "http://[::1]:8080/"),
            ("::1", "http://[::1]/"),
        ] {
            assert_eq!(literal(&typed(host), url), Ok(()), "{host}");
            assert!(literal(&typed(host), "http://127.0.0.2/").is_err());
        }
    }

    #[test]
    fn a_typed_name_may_be_private_but_not_the_metadata_service() {
        let shop = typed("Shop.internal");
        let private = found(&["10.0.0.1"]);
        assert_eq!(shop.admitted("shop.internal", private.clone()), Ok(private.clone()));
        assert_eq!(shop.admitted("shop.internal.", private.clone()), Ok(private.clone()));
        assert!(shop.admitted("other.internal", private).is_err());
        assert!(shop.admitted("shop.internal", found(&["169.254.169.254"])).is_err());
    }

    #[test]
    fn a_name_is_asked_only_at_its_public_addresses() {
        let strict = guard(PrivateAccess::Refused);
        let mixed = found(&["10.0.0.1", "8.8.8.8", "::1"]);
        assert_eq!(strict.admitted("shop.example", mixed), Ok(found(&["8.8.8.8"])));
        assert_eq!(
            strict.admitted("shop.example", found(&["fd00::1", "127.0.0.1"])),
            Err(Refused { host: "shop.example".to_owned(), address: "fd00::1".parse().unwrap() })
        );
    }
}
