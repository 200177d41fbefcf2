//! Faults of this machine that stop a request before it leaves: no route, no sockets, no ports, a firewall of our own.
//! They say nothing of the site, so they never become an observation.
//!
//! A missing route is asked for before any connection is made (the kernel looks it up for a UDP socket without sending a
//! packet), because afterwards the same error may have come from a router on the way and then tells of the site. For the
//! same reason an address family that this machine does not have is left out of a name's addresses: the error of its
//! IPv6 address must not hide what its IPv4 address did.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};

/// What the system says when the fault is ours, and what to do. Source: the errors of socket(2) and connect(2).
const FAULTS: [(i32, &str); 7] = [
    (
        libc::EMFILE,
        "this process has too many connections open: raise its limit (ulimit -n), or lower the concurrency",
    ),
    (libc::ENFILE, "this machine has too many files open"),
    (libc::ENOBUFS, "this machine is out of network buffers"),
    (libc::ENOMEM, "this machine is out of memory"),
    (libc::EADDRNOTAVAIL, "this machine has no free port or address to ask from"),
    (libc::ENETDOWN, "the network of this machine is down"),
    (libc::EPERM, "a firewall of this machine forbids the connection"),
];

/// Addresses that stand for the whole Internet when its route is looked up: reserved for documentation, never sent to.
const FAR: [IpAddr; 2] =
    [IpAddr::V4(Ipv4Addr::new(203, 0, 113, 1)), IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1))];

/// A port to look up routes with; it does not matter, nothing is sent.
const DISCARD: u16 = 9;

/// What is wrong with this machine, if this error says so.
pub(super) fn fault(error: &io::Error) -> Option<&'static str> {
    let code = error.raw_os_error()?;
    FAULTS.iter().find(|(known, _)| *known == code).map(|(_, words)| *words)
}

/// Whether this machine knows a way to an address. A machine that cannot say does.
pub(super) fn has_route(address: IpAddr) -> bool {
    let any: IpAddr = match address {
        IpAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        IpAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    };
    let looked_up = UdpSocket::bind((any, 0)).and_then(|s| s.connect(SocketAddr::new(address, DISCARD)));
    !looked_up.is_err_and(|error| is_no_route(&error))
}

/// Whether this machine knows a way to the Internet.
pub(super) fn has_way_out() -> bool {
    FAR.into_iter().any(has_route)
}

fn is_no_route(error: &io::Error) -> bool {
    // A machine without IPv6 cannot even make the socket.
    let codes = [libc::ENETUNREACH, libc::EAFNOSUPPORT, libc::EADDRNOTAVAIL, libc::ENETDOWN];
    error.raw_os_error().is_some_and(|code| codes.contains(&code))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_knows_the_way_to_itself() {
        assert!(has_route(Ipv4Addr::LOCALHOST.into()));
    }

    #[test]
    fn only_faults_of_this_machine_are_ours() {
        let of = |code| fault(&io::Error::from_raw_os_error(code)).is_some();
        assert!(of(libc::EMFILE) && of(libc::EADDRNOTAVAIL));
        assert!(!of(libc::ECONNREFUSED) && !of(libc::EHOSTUNREACH) && !of(libc::ENETUNREACH));
    }
}
