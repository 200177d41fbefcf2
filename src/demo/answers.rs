//! Error answers as real gateways send them, byte for byte but for the date, so that the demo's diagnosis is a real one.
//! Which gateway stands before which site is said in [`super::scenes`].

use chrono::{DateTime, Utc};

use crate::domain::evidence::Evidence;

/// Who answers when nothing behind it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gateway {
    /// As nginx 1.22.1 sends it.
    Nginx,
    /// As nginx 1.22.1 sends it when it is told to `return 503`, as while a deploy is under way.
    NginxClosed,
    /// As `HAProxy` 2.6 sends it.
    HaProxy,
    /// As Caddy 2.6 sends it: without a body.
    Caddy,
}

const NGINX: &str = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n\
                     <center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx/1.22.1</center>\r\n</body>\r\n</html>\r\n";

const NGINX_CLOSED: &str = "<html>\r\n<head><title>503 Service Temporarily Unavailable</title></head>\r\n<body>\r\n\
                            <center><h1>503 Service Temporarily Unavailable</h1></center>\r\n\
                            <hr><center>nginx/1.22.1</center>\r\n</body>\r\n</html>\r\n";

const HAPROXY: &str = "<html><body><h1>502 Bad Gateway</h1>\n\
                       The server returned an invalid or incomplete response.\n</body></html>\n";

impl Gateway {
    /// The status and its reason phrase.
    pub(super) fn status(self) -> (u16, &'static str) {
        match self {
            Self::Nginx | Self::HaProxy | Self::Caddy => (502, "Bad Gateway"),
            Self::NginxClosed => (503, "Service Temporarily Unavailable"),
        }
    }

    /// What comes with the status.
    pub(super) fn body(self) -> &'static str {
        match self {
            Self::Nginx => NGINX,
            Self::NginxClosed => NGINX_CLOSED,
            Self::HaProxy => HAPROXY,
            Self::Caddy => "",
        }
    }

    /// The headers in the gateway's order.
    pub(super) fn headers(self, now: DateTime<Utc>) -> Vec<(&'static str, String)> {
        let length = self.body().len().to_string();
        let date = http_date(now);
        match self {
            Self::Nginx | Self::NginxClosed => vec![
                ("server", "nginx/1.22.1".to_owned()),
                ("date", date),
                ("content-type", "text/html".to_owned()),
                ("content-length", length),
                ("connection", "keep-alive".to_owned()),
            ],
            Self::HaProxy => vec![
                ("content-length", length),
                ("cache-control", "no-cache".to_owned()),
                ("content-type", "text/html".to_owned()),
            ],
            Self::Caddy => {
                vec![("server", "Caddy".to_owned()), ("date", date), ("content-length", length)]
            }
        }
    }

    /// Its answer, as a failing fetch keeps it.
    pub(super) fn evidence(self, now: DateTime<Utc>) -> Evidence {
        let headers = self.headers(now).into_iter().map(|(name, value)| (name.to_owned(), value));
        let (status, reason) = self.status();
        Evidence {
            version: Some("HTTP/1.1".to_owned()),
            status: Some(status),
            reason: Some(reason.to_owned()),
            headers: headers.collect(),
            body: self.body().as_bytes().to_vec(),
            detail: None,
        }
    }
}

/// An instant as HTTP writes it (RFC 9110, 5.6.7).
pub(super) fn http_date(at: DateTime<Utc>) -> String {
    at.format("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnosis::answer::Answer;
    use crate::diagnosis::diagnose;
    use crate::diagnosis::gateway::Gateway as Named;
    use crate::domain::outcome::Outcome;

    #[test]
    fn each_answer_is_taken_for_what_it_imitates() {
        let known = [
            (Gateway::Nginx, Named::Nginx),
            (Gateway::NginxClosed, Named::Nginx),
            (Gateway::HaProxy, Named::Haproxy),
            (Gateway::Caddy, Named::Caddy),
        ];
        for (ours, named) in known {
            let evidence = ours.evidence(DateTime::UNIX_EPOCH);
            let found = diagnose(Answer::of(&evidence, Outcome::Status(ours.status().0)));
            assert_eq!(found.gateway.name, named);
            assert!(found.gateway.confidence > 0.5, "{ours:?}: {}", found.gateway.confidence);
        }
    }

    #[test]
    fn a_date_is_written_as_http_has_it() {
        assert_eq!(http_date(DateTime::UNIX_EPOCH), "Thu, 01 Jan 1970 00:00:00 GMT");
    }
}
