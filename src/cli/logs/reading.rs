//! How access logs are read and bots verified: the options that `logs` and `serve` share.

use std::net::SocketAddr;
use std::path::Path;

use chrono_tz::Tz;
use clap::Args;

use super::super::{Failure, bots};
use crate::accesslog::bots::dns::Dns;
use crate::accesslog::bots::verify::Verifier;
use crate::accesslog::client::ClientFrom;
use crate::accesslog::format::Format;
use crate::accesslog::parser::Options as Reading;

#[derive(Debug, Args)]
pub(crate) struct LogReading {
    /// How the lines are written: a name such as combined or haproxy, or a format string of nginx or Apache [default: it is
    /// found out]
    #[arg(long, value_name = "NAME|FORMAT")]
    log_format: Option<String>,
    /// Where the client's address stands: connection, xff:N (the Nth from the right of X-Forwarded-For), or a field's name
    #[arg(long, value_name = "PLACE", default_value = "connection")]
    client_from: ClientFrom,
    /// The zone of times in logs that name none
    #[arg(long, value_name = "ZONE", default_value = "UTC")]
    log_time_zone: Tz,
    /// Ask DNS about addresses of bots that no list has
    #[arg(long)]
    dns: bool,
    /// Ask this name server [default: those of this machine]
    #[arg(long, value_name = "ADDRESS:PORT", requires = "dns")]
    dns_server: Option<SocketAddr>,
    /// Take whoever names a bot for that bot, verified or not
    #[arg(long)]
    pub(crate) trust_user_agent: bool,
}

impl LogReading {
    /// How lines are read.
    pub(crate) fn reading(&self) -> Result<Reading, Failure> {
        let format = self
            .log_format
            .as_deref()
            .map(|text| if text.contains(['$', '%']) { Format::from_log_format(text) } else { text.parse() });
        let format = format.transpose().map_err(|error| Failure::Usage(error.into()))?;
        Ok(Reading { format, client_from: self.client_from.clone(), zone: self.log_time_zone })
    }

    /// Who checks claims, with the lists in this data directory.
    pub(crate) fn verifier(&self, data: &Path) -> Result<Verifier, Failure> {
        let dns = if self.dns { Some(Dns::new(self.dns_server)?) } else { None };
        Ok(Verifier { lists: bots::read_lists(data), dns })
    }
}
