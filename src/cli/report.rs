//! `gatecrawl report`: today's summary on stdout.

use std::path::Path;

use clap::Args;

use super::{Outcome, Success, output};
use crate::report::summary;

#[derive(Debug, Args)]
pub(super) struct Options {}

pub(super) async fn run(_: &Options, data: &Path) -> Outcome {
    let app = super::open(data).await?;
    output::data(summary::text(&app.store, app.clock.now()).await?.trim_end())?;
    Ok(Success::Fine)
}
