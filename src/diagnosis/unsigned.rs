//! An answer that no signature knows: an application's own, when it shows signs of one or when a gateway that would have sent its
//! own page passed it on; planned work, when it says so; and else of unknown make, because error pages are replaced.

use super::answer::Seen;
use super::application::Application;
use super::cause::Cause::{ApplicationMade, Maintenance, Overload, RateLimited, UpstreamUnavailable};
use super::edges::Edge;
use super::signature::MadeBy;
use super::{BY_ITS_TRACE, Diagnosis, Likely, NO_GATEWAY, likely, through, told};
use crate::diagnosis::cause::Cause;
use crate::diagnosis::gateway::Gateway;

/// So sure must the signs be to name the application.
const SURE_ENOUGH: f32 = 0.3;

/// How sure a passed on answer is the application's, by nothing but that its gateway sends other ones itself.
const PASSED_ON: f32 = 0.6;

/// A limit, whoever set it.
const LIMITED: &[(Cause, f32)] = &[(RateLimited, 0.85), (ApplicationMade, 0.1)];

/// A page that says 503 and when to come back. Source: RFC 9110, 15.6.4 and 10.2.3.
const PLANNED: &[(Cause, f32)] = &[(Maintenance, 0.65), (ApplicationMade, 0.15), (Overload, 0.15)];

/// A page of unknown make.
const NOBODYS: &[(Cause, f32)] = &[(ApplicationMade, 0.45), (UpstreamUnavailable, 0.4), (Maintenance, 0.05)];

pub(super) fn diagnose(seen: &Seen<'_>, edges: &[Edge]) -> Diagnosis {
    let application = Application::of(seen);
    let (made_by, causes) = verdict(seen, &application, edges);
    let gateway =
        edges.first().map_or(NO_GATEWAY, |edge| Likely { name: edge.gateway, confidence: BY_ITS_TRACE });
    let mut evidence: Vec<String> = application.shows.iter().map(|shows| (*shows).to_owned()).collect();
    evidence.push("no gateway that is known writes such an answer".to_owned());
    evidence.extend(when_to_come_back(seen));
    evidence.extend(through(edges, Gateway::Unknown));
    let framework = (made_by == MadeBy::Application).then_some(application.framework).flatten();
    Diagnosis { framework, ..told(seen, made_by, gateway, causes, evidence) }
}

fn verdict(seen: &Seen<'_>, application: &Application, edges: &[Edge]) -> (MadeBy, Vec<Likely<Cause>>) {
    let is_json = seen.text.starts_with(['{', '[']);
    let was_passed_on = !edges.is_empty();
    let is_made_by_it = application.confidence >= SURE_ENOUGH || was_passed_on;
    let made_by = if is_made_by_it { MadeBy::Application } else { MadeBy::Unknown };
    if seen.status() == Some(429) {
        return (made_by, likely(LIMITED));
    }
    // In JSON, an interface tells its callers to come back; a page tells people.
    if seen.status() == Some(503) && seen.header("retry-after").is_some() && !is_json {
        return (made_by, likely(PLANNED));
    }
    if made_by == MadeBy::Unknown {
        return (made_by, likely(NOBODYS));
    }
    let confidence =
        if was_passed_on { application.confidence.max(PASSED_ON) } else { application.confidence };
    let mut causes = vec![Likely { name: ApplicationMade, confidence }];
    if let Some(also) = also(seen) {
        causes.push(Likely { name: also, confidence: (1.0 - confidence) / 2.0 });
    }
    causes.push(Likely { name: UpstreamUnavailable, confidence: (1.0 - confidence) / 2.0 });
    (made_by, causes)
}

/// What lies behind it when it says when to come back.
fn also(seen: &Seen<'_>) -> Option<Cause> {
    (seen.status() == Some(503) && seen.header("retry-after").is_some()).then_some(Maintenance)
}

fn when_to_come_back(seen: &Seen<'_>) -> Option<String> {
    let after = seen.header("retry-after").filter(|_| seen.status() == Some(503))?;
    Some(format!("503 with Retry-After ({after}) is how planned work and passing overload are told"))
}
