//! `POST /api/v1/sites/{id}/logs`: takes in an access log that a program sends, plain or packed. It is written to a temporary
//! file as it comes, so it may be larger than memory, and is read when it is whole: a log that breaks off changes nothing.

use axum::Json;
use axum::body::Body;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use futures_util::StreamExt;
use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;
use tokio::io::AsyncWriteExt;

use super::Problem;
use crate::accesslog::format::Format;
use crate::accesslog::parser::Options as Reading;
use crate::jobs::import::Imported;
use crate::web::error::Error;
use crate::web::listing;
use crate::web::pages::site::find;
use crate::web::state::AppState;

/// The largest upload that is taken, in bytes as they are sent.
const LARGEST: u64 = 1 << 30;

/// How its lines are read, where that is not as `serve` was told.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Wanted {
    format: Option<String>,
    client_from: Option<String>,
}

/// What came of an upload.
#[derive(Debug, Serialize)]
pub(crate) struct TakenJson {
    lines: LinesJson,
    hits: HitsJson,
}

#[derive(Debug, Serialize)]
struct LinesJson {
    read: u64,
    parsed: u64,
    rejected: u64,
    /// What could not be read to its end.
    troubles: Vec<String>,
}

/// The hits of bots in it.
#[derive(Debug, Serialize)]
struct HitsJson {
    new: u64,
    known: u64,
    /// Of other sites, and left out.
    elsewhere: u64,
}

/// Takes in a log.
pub(crate) async fn take(
    State(app): State<AppState>,
    Path(id): Path<String>,
    query: Result<Query<Wanted>, QueryRejection>,
    body: Body,
) -> Result<Json<TakenJson>, Problem> {
    let site = find(&app, &id).await?;
    let wanted = listing::wanted(query)?;
    let Some((by, reading)) = app.importer.clone() else {
        return Err(Error::Import("this process takes in no logs".to_owned()).into());
    };
    let reading = wanted.reading(reading)?;
    let file = put_down(body, LARGEST).await?;
    let done = by.upload(&site, file.path().to_owned(), reading).await;
    told(done.map_err(|error| Error::Import(format!("{error:#}")))?).map(Json).map_err(Problem::from)
}

impl Wanted {
    fn reading(self, usual: Reading) -> Result<Reading, Error> {
        let format = self
            .format
            .as_deref()
            .map(|text| if text.contains(['$', '%']) { Format::from_log_format(text) } else { text.parse() });
        let format = format.transpose().map_err(|error| Error::Query(error.to_string()))?;
        let client_from = self.client_from.as_deref().map(str::parse).transpose();
        let client_from = client_from.map_err(|error| Error::Query(format!("{error}")))?;
        Ok(Reading {
            format: format.or(usual.format),
            client_from: client_from.unwrap_or(usual.client_from),
            zone: usual.zone,
        })
    }
}

/// Writes what comes to a temporary file, up to this size.
async fn put_down(body: Body, largest: u64) -> Result<NamedTempFile, Error> {
    let failed = |error: std::io::Error| Error::Import(error.to_string());
    let file = NamedTempFile::new().map_err(failed)?;
    let mut into = tokio::fs::File::from_std(file.reopen().map_err(failed)?);
    let (mut chunks, mut size) = (body.into_data_stream(), 0_u64);
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|error| Error::NoLog(format!("it broke off ({error})")))?;
        size += chunk.len() as u64;
        if size > largest {
            return Err(Error::TooLarge(largest));
        }
        into.write_all(&chunk).await.map_err(failed)?;
    }
    into.flush().await.map_err(failed)?;
    Ok(file)
}

fn told(imported: Imported) -> Result<TakenJson, Error> {
    let Imported { report, tally, taken } = imported;
    if report.parsed == 0 && (report.read > 0 || !report.troubles.is_empty()) {
        let why = report.first_rejected.first().map_or_else(String::new, |line| line.why.to_string());
        return Err(Error::NoLog(why));
    }
    Ok(TakenJson {
        lines: LinesJson {
            read: report.read,
            parsed: report.parsed,
            rejected: report.rejected,
            troubles: report.troubles.into_iter().map(|trouble| trouble.what).collect(),
        },
        hits: HitsJson { new: taken.new, known: taken.known, elsewhere: tally.elsewhere },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_larger_than_what_is_taken_is_refused() {
        let body = || Body::from("0123456789");
        assert!(matches!(put_down(body(), 9).await, Err(Error::TooLarge(9))));
        let file = put_down(body(), 10).await.unwrap();
        assert_eq!(std::fs::read(file.path()).unwrap(), b"0123456789");
    }
}
