//! What to do next: for an operator at 3 a.m., which box to look at and which line of its log to look for. A row for a gateway
//! and a cause goes before the row for the cause alone; each cause has one.

mod by_gateway;
mod general;

use self::by_gateway::BY_GATEWAY;
use self::general::GENERAL;
use super::cause::Cause;
use super::gateway::Gateway;

/// A piece of advice.
#[derive(Debug)]
pub struct Advice {
    /// For which gateway; `None`: for any.
    pub gateway: Option<Gateway>,
    /// For which fault.
    pub cause: Cause,
    /// What to do, in a few sentences.
    pub text: &'static str,
    /// Where what it says of logs and settings is written.
    pub source: &'static str,
}

/// What to do about this fault behind this gateway.
pub fn advice(gateway: Gateway, cause: Cause) -> Option<&'static Advice> {
    let of_gateway = BY_GATEWAY.iter().find(|row| row.gateway == Some(gateway) && row.cause == cause);
    of_gateway.or_else(|| GENERAL.iter().find(|row| row.cause == cause))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_something_to_do_about_each_cause_behind_each_gateway() {
        for cause in Cause::ALL {
            for gateway in Gateway::ALL {
                let told = advice(*gateway, *cause);
                assert!(
                    told.is_some_and(|told| told.text.len() > 40 && told.text.ends_with('.')),
                    "{gateway} {cause}"
                );
            }
        }
    }

    #[test]
    fn the_gateways_own_advice_goes_before_the_general() {
        let nginx = advice(Gateway::Nginx, Cause::UpstreamHeaderTooBig).unwrap();
        assert!(nginx.text.contains("proxy_buffer_size"));
        let other = advice(Gateway::Lighttpd, Cause::UpstreamHeaderTooBig).unwrap();
        assert_eq!(other.gateway, None);
    }

    #[test]
    fn no_advice_stands_there_twice() {
        let mut keys: Vec<_> = BY_GATEWAY.iter().chain(GENERAL).map(|row| (row.gateway, row.cause)).collect();
        let all = keys.len();
        keys.sort();
        keys.dedup();
        assert_eq!(keys.len(), all);
    }
}
