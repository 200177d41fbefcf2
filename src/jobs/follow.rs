//! Follows access logs as they are written: new lines are taken in within seconds, across rotation, truncation and restarts.
//!
//! A file is known by its first bytes, not by its name or number: a name passes from file to file when logs are rotated,
//! and a copy that was made before a truncation has another number. How far it was read is stored with the hits that were
//! read up to there. When the file under the name is another one, the rest of the old one is looked for among its
//! neighbours, by its first bytes again.

mod tail;

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::anyhow;
use thiserror::Error;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use self::tail::{Chunk, Tail};
use super::import::{Importer, of_site};
use crate::accesslog::gather::Gathering;
use crate::accesslog::parser::{Line, Options as Reading, Parser};
use crate::clock::Clock;
use crate::domain::site::Site;
use crate::store::Store;
use crate::store::log_positions::LogPosition;

/// How often a file is looked at for new lines.
const POLL: Duration = Duration::from_secs(1);

/// How long a file rests that could not be read or taken in.
const REST: Duration = Duration::from_secs(15);

/// A log that is followed, as it is written on the command line: `SITE=PATH`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Follow {
    /// Host or address of a known site.
    pub site: String,
    /// The file that is written.
    pub path: PathBuf,
}

/// A text that names no log.
#[derive(Debug, Error, PartialEq, Eq)]
#[error(
    "`{0}` does not say which log is of which site: write it as www.example.com=/var/log/nginx/access.log"
)]
pub struct BadFollow(String);

impl FromStr for Follow {
    type Err = BadFollow;

    fn from_str(text: &str) -> Result<Self, BadFollow> {
        // A site's address has no `=` in it; a path may.
        match text.split_once('=') {
            Some((site, path)) if !site.trim().is_empty() && !path.trim().is_empty() => {
                Ok(Self { site: site.trim().to_owned(), path: PathBuf::from(path.trim()) })
            }
            _ => Err(BadFollow(text.to_owned())),
        }
    }
}

/// Follows logs.
pub struct Followers {
    /// Where positions are.
    pub store: Store,
    /// Who takes hits in.
    pub importer: Arc<Importer>,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// How lines are read.
    pub reading: Reading,
}

impl Followers {
    /// Follows all of these until `stop` is cancelled.
    pub async fn run(self, logs: Vec<(Site, PathBuf)>, stop: CancellationToken) -> anyhow::Result<()> {
        let shared = Arc::new(self);
        let mut all = JoinSet::new();
        for (site, path) in logs {
            let (by, stop) = (Arc::clone(&shared), stop.clone());
            all.spawn(async move { by.follow(site, path, stop).await });
        }
        drop(shared);
        while let Some(ended) = all.join_next().await {
            ended?;
        }
        // Whoever follows nothing waits for the end, too: a part that ends by itself would stop the others.
        stop.cancelled().await;
        Ok(())
    }

    async fn follow(&self, site: Site, path: PathBuf, stop: CancellationToken) {
        let mut parser = Parser::new(&self.reading);
        let mut tail: Option<Tail> = None;
        let mut was_missing = false;
        while !stop.is_cancelled() {
            let rest = match self.look(&site, &path, &mut tail, &mut parser).await {
                Ok(true) => continue,
                Ok(false) => POLL,
                Err(error) => {
                    let is_news = !std::mem::replace(&mut was_missing, true);
                    if is_news {
                        tracing::warn!(log = %path.display(), error = format!("{error:#}"), "a log cannot be followed");
                    }
                    // What was read and not stored is read again, from the position in the store.
                    tail = None;
                    REST
                }
            };
            was_missing &= rest == REST;
            tokio::select! {
                () = tokio::time::sleep(rest) => {}
                () = stop.cancelled() => {}
            }
        }
    }

    /// Takes in what is new; true: there may be more.
    async fn look(
        &self,
        site: &Site,
        path: &Path,
        tail: &mut Option<Tail>,
        parser: &mut Parser,
    ) -> anyhow::Result<bool> {
        // The site may have been changed or removed meanwhile.
        let site = self.store.site(site.id).await?.ok_or_else(|| anyhow!("its site was removed"))?;
        if tail.is_none() {
            let known = self.store.log_positions(site.id).await?;
            let name = path.display().to_string();
            *tail = Some(Tail::new(path.to_owned(), known.into_iter().find(|known| known.path == name)));
        }
        let Some(reader) = tail.take() else { return Ok(false) };
        // A slow disk must not hold up the others.
        let (reader, chunk) = tokio::task::spawn_blocking(move || reader.next()).await?;
        *tail = Some(reader);
        match chunk? {
            None => Ok(false),
            Some(chunk) => self.take(&site, &chunk, parser).await.map(|()| true),
        }
    }

    async fn take(&self, site: &Site, chunk: &Chunk, parser: &mut Parser) -> anyhow::Result<()> {
        if chunk.is_begin {
            *parser = Parser::new(&self.reading);
            // What the head of the file says of its lines holds for those behind it.
            lines(&chunk.head).for_each(|line| drop(parser.read(line)));
        }
        let gathering = Gathering::new(of_site(site));
        let mut hits = gathering.gatherer();
        let (mut read, mut rejected) = (0_u64, 0_u64);
        for line in lines(&chunk.bytes) {
            match parser.read(line) {
                Ok(Line::Hit(hit, ..)) => hits.take(0, &hit),
                Ok(Line::Directive | Line::Blank) => continue,
                Err(_) => rejected += 1,
            }
            read += 1;
        }
        let threads = vec![hits.finish()];
        let gathered = gathering.gathered(threads)?;
        let position = LogPosition { read_at: self.clock.now(), ..chunk.position.clone() };
        let (_, taken) = self.importer.take(site, gathered, Some(position)).await?;
        if taken.new > 0 || rejected > 0 {
            tracing::info!(log = chunk.position.path, lines = read, rejected, hits = taken.new, "read a log");
        }
        Ok(())
    }
}

/// The lines of a text, without their line feeds.
fn lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes.split_inclusive(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\n").unwrap_or(line))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_is_named_with_its_site_and_a_path_may_have_any_sign_in_it() {
        let follow: Follow = "www.example.com=/var/log/a=b.log".parse().unwrap();
        assert_eq!(
            (follow.site.as_str(), follow.path.to_str()),
            ("www.example.com", Some("/var/log/a=b.log"))
        );
        for text in ["", "/var/log/access.log", "=x", "www.example.com="] {
            assert!(text.parse::<Follow>().is_err(), "{text}");
        }
    }
}
