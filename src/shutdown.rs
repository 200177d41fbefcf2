//! The end of the process: SIGTERM and Ctrl-C ask everything to finish what it is at; a second one ends it at once. And what
//! would end it and shall not.
//!
//! Long-running parts are given the token and hand back a future; they are joined, never detached, so that a part which
//! dies by itself takes the process down with an error instead of leaving half of it running.

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// The signals that ask for the end, caught from the moment on in which this is made: before anybody is told that we run.
#[derive(Debug)]
pub struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    /// Catches them.
    pub fn catch() -> std::io::Result<Self> {
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    /// Waits for the first signal and cancels the token; ends with an error at the second.
    pub async fn obey(mut self, stop: CancellationToken) -> anyhow::Result<()> {
        either(&mut self.terminate, &mut self.interrupt).await;
        tracing::info!("stopping: what is under way is finished; a second signal stops at once");
        stop.cancel();
        either(&mut self.terminate, &mut self.interrupt).await;
        anyhow::bail!(
            "stopped by a second signal; what was not stored yet is fetched again at the next start"
        )
    }
}

/// A limit on the size of files is told by a signal that ends the process unless somebody catches it. Once it is caught, for as long
/// as the process lives, a write beyond the limit fails like one on a full disk.
pub fn outlive_file_limits() -> std::io::Result<()> {
    signal(SignalKind::from_raw(rustix::process::Signal::XFSZ.as_raw())).map(drop)
}

async fn either(one: &mut Signal, other: &mut Signal) {
    tokio::select! {
        _ = one.recv() => {}
        _ = other.recv() => {}
    }
}
