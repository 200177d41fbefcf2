//! Takes in access logs for a site: reads them, verifies the bots in them, and hands their hits to the writer in the order
//! of their instants, each once. A log may come from the command line, by upload, or be followed.

use std::io;
use std::path::PathBuf;

use anyhow::Context;

use crate::accesslog::bots::verify::Verifier;
use crate::accesslog::gather::{Gathered, Gatherer, Gathering, Place};
use crate::accesslog::identify::identify;
use crate::accesslog::keep::Keeper;
use crate::accesslog::parser::Options as Reading;
use crate::accesslog::source::{self, Input, Report};
use crate::accesslog::tally::{Hits, Rules, Tally};
use crate::domain::site::Site;
use crate::store::log_positions::LogPosition;
use crate::store::logged::{LogBatch, LoggedHit, Taken};
use crate::store::writer::Writer;

/// How many hits are stored in one transaction.
const AT_ONCE: usize = 1000;

/// Who takes logs in.
#[derive(Debug)]
pub struct Importer {
    /// Who stores.
    pub writer: Writer,
    /// Who checks claims.
    pub verifier: Verifier,
    /// Whoever names a bot is taken to be it.
    pub trust: bool,
}

/// What came of logs.
#[derive(Debug)]
pub struct Imported {
    /// What was read.
    pub report: Report,
    /// What it shows.
    pub tally: Tally,
    /// What was new.
    pub taken: Taken,
}

/// Reads all hits of bots from these files.
pub fn gather(inputs: &[Input], reading: &Reading, place: Place) -> io::Result<(Gathered, Report)> {
    let gathering = Gathering::new(place);
    let (threads, report) = source::read(
        inputs,
        reading,
        || gathering.gatherer(),
        |gatherer, input, hit| gatherer.take(input, &hit),
    );
    let threads = threads.into_iter().map(Gatherer::finish).collect();
    Ok((gathering.gathered(threads)?, report))
}

/// The hits of this site, and those that name none.
pub fn of_site(site: &Site) -> Place {
    Place { site: Some(site.origin.clone()), only: true }
}

impl Importer {
    /// Takes in these files.
    pub async fn files(&self, site: &Site, inputs: &[Input], reading: &Reading) -> anyhow::Result<Imported> {
        let (gathered, report) = gather(inputs, reading, of_site(site))
            .context("hits could not be sorted in the directory for temporary files")?;
        let (tally, taken) = self.take(site, gathered, None).await?;
        Ok(Imported { report, tally, taken })
    }

    /// Takes in a file that was put down for this, without holding up others while it is read.
    pub async fn upload(&self, site: &Site, file: PathBuf, reading: Reading) -> anyhow::Result<Imported> {
        let place = of_site(site);
        let reader = tokio::task::spawn_blocking(move || gather(&[Input::File(file)], &reading, place));
        let (gathered, report) = reader.await??;
        let (tally, taken) = self.take(site, gathered, None).await?;
        Ok(Imported { report, tally, taken })
    }

    /// Stores what was gathered, the last of it with the position up to which the log was read.
    pub async fn take(
        &self,
        site: &Site,
        gathered: Gathered,
        position: Option<LogPosition>,
    ) -> anyhow::Result<(Tally, Taken)> {
        let identified = identify(&gathered.whos, &self.verifier).await;
        let rules = Rules { policy: site.settings.policy.clone(), trust: self.trust };
        let mut tally = Tally::new(&gathered, &identified, rules);
        let mut keeper = Keeper::new(self.trust);
        let (mut taken, mut waiting) = (Taken::default(), Vec::with_capacity(AT_ONCE));
        let mut hits = Hits::new(gathered.records, gathered.whos, identified);
        for hit in hits.by_ref() {
            let hit = hit.context("hits could not be read back from temporary files")?;
            tally.take(&hit);
            waiting.push(keeper.keep(&hit, &gathered.urls));
            if waiting.len() == AT_ONCE {
                taken.add(self.store(site, std::mem::take(&mut waiting), None).await?);
            }
        }
        if !waiting.is_empty() || position.is_some() {
            taken.add(self.store(site, waiting, position).await?);
        }
        tally.repeated = hits.repeated();
        Ok((tally, taken))
    }

    async fn store(
        &self,
        site: &Site,
        hits: Vec<LoggedHit>,
        position: Option<LogPosition>,
    ) -> anyhow::Result<Taken> {
        Ok(self.writer.log(LogBatch { site: site.id, hits, position }).await?)
    }
}
