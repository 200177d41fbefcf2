//! A failing answer as it came: status line, headers and body as text, whatever they hold.

use std::time::Duration;

use axum::http::StatusCode;
use chrono_tz::Tz;

use crate::discover::{error_page, page};
use crate::domain::evidence::{BODY_KEPT, Evidence};
use crate::store::outages::StoredMember;
use crate::web::error::Error;
use crate::web::pages::outage::Answer;
use crate::web::state::AppState;
use crate::web::wording::Instant;

/// What a member met, if it is still kept.
pub(in crate::web::pages) async fn of(
    app: &AppState,
    member: Option<&StoredMember>,
    digest: fn(&StoredMember) -> Option<&str>,
) -> Result<Option<(StoredMember, Evidence)>, Error> {
    let Some((member, digest)) = member.and_then(|member| Some((member, digest(member)?))) else {
        return Ok(None);
    };
    let evidence = app.store.evidence(digest).await?;
    Ok(evidence.map(|evidence| (member.clone(), evidence)))
}

/// What a URL met first and last in one run of failures, as far as it is still kept.
pub(in crate::web::pages) async fn of_member(
    app: &AppState,
    member: Option<&StoredMember>,
    zone: Tz,
) -> Result<Vec<Answer>, Error> {
    let Some(bounds) = member.map(|member| member.episode.bounds) else { return Ok(Vec::new()) };
    let shown = |at| Instant::second(at, zone, app.now());
    let first = of(app, member, |member| member.first_evidence.as_deref()).await?;
    let last = of(app, member, |member| member.last_evidence.as_deref()).await?;
    let first = first.map(|(member, evidence)| {
        answer("First failing answer", shown(bounds.first_failing), &member, member.first_elapsed, &evidence)
    });
    let last = last.filter(|_| bounds.first_failing < bounds.last_failing).map(|(member, evidence)| {
        answer("Last failing answer", shown(bounds.last_failing), &member, member.last_elapsed, &evidence)
    });
    Ok(first.into_iter().chain(last).collect())
}

/// The answer, ready to be shown.
pub(in crate::web::pages) fn answer(
    name: &'static str,
    at: Instant,
    member: &StoredMember,
    elapsed: Option<Duration>,
    evidence: &Evidence,
) -> Answer {
    let is_cut = evidence.body.len() >= BODY_KEPT;
    Answer {
        name,
        at,
        url: member.url.to_string(),
        timing: elapsed.map(|elapsed| format!("took {}", milliseconds(elapsed))).unwrap_or_default(),
        status_line: status_line(evidence),
        // Equal answers are kept once, so what differs each time (Date) is that of another instant.
        headers: evidence.steady_headers().cloned().collect(),
        reads: reads(evidence),
        body: readable(&evidence.body),
        note: is_cut.then(|| "The body goes on; its first 4 KB are kept.".to_owned()),
    }
}

/// What a person would read on it, where it is a page.
fn reads(evidence: &Evidence) -> Option<String> {
    let media = evidence.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-type"));
    let is_page = page::is_html(media.map(|(_, value)| value.as_str()), &evidence.body);
    let text = is_page.then(|| error_page::read(&evidence.body).text)?;
    Some(text).filter(|text| !text.is_empty())
}

fn status_line(evidence: &Evidence) -> String {
    let Some(status) = evidence.status else {
        return evidence.detail.clone().unwrap_or_else(|| "No answer came.".to_owned());
    };
    let version = evidence.version.as_deref().unwrap_or("HTTP");
    let standard = || StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason());
    let reason = evidence.reason.as_deref().or_else(standard);
    format!("{version} {status} {}", reason.unwrap_or_default()).trim_end().to_owned()
}

/// Text as text; what cannot be shown is replaced.
fn readable(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let shown = |c: char| if c.is_control() && !matches!(c, '\n' | '\t') { '\u{fffd}' } else { c };
    text.replace("\r\n", "\n").trim_end().chars().map(shown).collect()
}

fn milliseconds(elapsed: Duration) -> String {
    if elapsed >= Duration::from_secs(10) {
        format!("{} s", elapsed.as_secs())
    } else {
        format!("{} ms", elapsed.as_millis())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_told_by_its_status_line_and_a_silence_by_its_reason() {
        let answered =
            Evidence { version: Some("HTTP/1.1".to_owned()), status: Some(502), ..Evidence::default() };
        assert_eq!(status_line(&answered), "HTTP/1.1 502 Bad Gateway");
        let odd = Evidence { status: Some(521), ..answered };
        assert_eq!(status_line(&odd), "HTTP/1.1 521");
        let silent = Evidence { detail: Some("connection refused".to_owned()), ..Evidence::default() };
        assert_eq!(status_line(&silent), "connection refused");
    }

    #[test]
    fn an_error_page_is_told_as_a_person_reads_it() {
        let page = Evidence {
            headers: vec![("Content-Type".to_owned(), "text/html".to_owned())],
            body: b"<head><title>t</title></head><h1>502</h1><p>nginx".to_vec(),
            ..Evidence::default()
        };
        assert_eq!(reads(&page).as_deref(), Some("502 nginx"));
        let json =
            Evidence { headers: vec![("Content-Type".to_owned(), "application/json".to_owned())], ..page };
        assert_eq!(reads(&json), None);
    }

    #[test]
    fn a_body_is_shown_whatever_it_holds() {
        assert_eq!(readable(b"a\r\nb\x00\x1b[31m\xff"), "a\nb\u{fffd}\u{fffd}[31m\u{fffd}");
    }

    #[test]
    fn times_are_told_in_the_unit_that_fits() {
        assert_eq!(milliseconds(Duration::from_millis(12)), "12 ms");
        assert_eq!(milliseconds(Duration::from_secs(61)), "61 s");
    }
}
