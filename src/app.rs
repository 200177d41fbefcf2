//! The composition root: opens the store, and puts together what works on it. It has no rules of its own, and knows
//! neither page nor command.

use std::path::Path;
use std::sync::Arc;

use anyhow::Context;

use crate::clock::{Clock, SteadyClock, SystemClock};
use crate::crawl::board::Board;
use crate::fetch::Fetch;
use crate::fetch::client::{Client, Options};
use crate::fetch::egress::{Egress, Probe, Watched};
use crate::jobs::patrol::{FetchFor, Patrols, private_access};
use crate::store::writer::{Writer, WriterTask};
use crate::store::{OpenError, Store};

/// The parts of a running program.
pub struct App {
    /// What was seen.
    pub store: Store,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// Who does the work that is due.
    pub patrols: Patrols,
    /// The writer; somebody has to run it.
    pub writer_task: WriterTask,
}

impl App {
    /// Opens the store in this directory and puts the parts together. `probes` show whether our own connection works;
    /// when there are none, the other sites' hosts do.
    pub async fn open(data: &Path, probes: Vec<Probe>) -> Result<Self, OpenError> {
        let store = Store::open(data).await?;
        let newest = store.newest_batch().await;
        let clock: Arc<dyn Clock> = Arc::new(SteadyClock::new(Arc::new(SystemClock), newest));
        let egress = Arc::new(Egress::new(probes));
        let (writer, writer_task) = Writer::new(store.clone());
        let patrols = Patrols {
            store: store.clone(),
            writer,
            fetch_for: fetchers(Arc::clone(&clock), Arc::clone(&egress)),
            egress,
            board: Board::default(),
            clock: Arc::clone(&clock),
            owner: owner(),
        };
        Ok(Self { store, clock, patrols, writer_task })
    }
}

/// One fetcher for each site that is worked on: connections are not shared between sites with different rights.
fn fetchers(clock: Arc<dyn Clock>, egress: Arc<Egress>) -> FetchFor {
    Arc::new(move |site| {
        let options = Options { private: private_access(site), ..Options::default() };
        let client = Client::new(options, Arc::clone(&clock)).context("the HTTP client could not be made")?;
        Ok(Arc::new(Watched::new(Arc::new(client), Arc::clone(&egress))) as Arc<dyn Fetch>)
    })
}

/// Names this process in leases.
fn owner() -> String {
    format!("process {}", std::process::id())
}
