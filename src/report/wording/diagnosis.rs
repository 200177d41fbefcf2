//! How it reads who made an answer and why: "nginx wrote it (0.97). Behind it, the upstream refused the connection (0.45)."
//! Confidence stands beside each claim, because bytes can be copied; none of them is ever told as certain.

use std::fmt::Write;

use super::{count, plural};
use crate::diagnosis::advice;
use crate::diagnosis::cause::Cause;
use crate::diagnosis::consensus::Consensus;
use crate::diagnosis::gateway::Gateway;
use crate::diagnosis::misuse::misuse;
use crate::diagnosis::signature::MadeBy;
use crate::diagnosis::{Diagnosis, Likely};
use crate::domain::evidence::Evidence;
use crate::report::diagnosis::OutageDiagnosis;

/// Each cause as the end of a sentence that begins with "because".
const BECAUSE: &[(Cause, &str)] = &[
    (Cause::UpstreamRefused, "the upstream refused the connection"),
    (Cause::UpstreamReset, "the upstream reset the connection"),
    (Cause::UpstreamEmpty, "the upstream hung up without an answer"),
    (Cause::UpstreamTimeout, "the upstream took too long"),
    (Cause::UpstreamInvalid, "the upstream sent what is not valid HTTP"),
    (Cause::UpstreamHeaderTooBig, "the upstream sent too large a head"),
    (Cause::UpstreamDns, "the upstream's name has no address"),
    (Cause::UpstreamTls, "TLS with the upstream failed"),
    (Cause::UpstreamTruncated, "the upstream broke off in the middle of its answer"),
    (Cause::UpstreamUnavailable, "the upstream could not be used"),
    (Cause::Overload, "there were more requests than it takes"),
    (Cause::Maintenance, "it is under maintenance"),
    (Cause::RateLimited, "this client asked more often than it may"),
    (Cause::ApplicationMade, "the application's own code says so"),
    (Cause::EdgeRule, "a rule of the gateway says so"),
];

/// The same where no gateway answered, so that it is told of the site's own address.
const AT_THE_SITE: &[(Cause, &str)] = &[
    (Cause::UpstreamRefused, "the site's own address refused the connection"),
    (Cause::UpstreamReset, "the connection to the site was reset"),
    (Cause::UpstreamEmpty, "the connection to the site was closed without an answer"),
    (Cause::UpstreamTimeout, "the site took too long"),
    (Cause::UpstreamDns, "the site's own name has no address"),
    (Cause::UpstreamTls, "TLS with the site itself failed"),
];

/// A cause in words, by who told it.
fn because_of(made_by: MadeBy, cause: Cause) -> &'static str {
    let here = AT_THE_SITE.iter().find(|(of, _)| *of == cause && made_by == MadeBy::Unknown);
    here.map_or_else(|| because(cause), |(_, words)| words)
}

/// A cause in words.
pub fn because(cause: Cause) -> &'static str {
    BECAUSE.iter().find(|(of, _)| *of == cause).map_or("why is not known", |(_, words)| words)
}

/// Who made an answer, in a few words for a list: "nginx", "The application itself".
pub fn maker(diagnosis: &Diagnosis) -> String {
    match (diagnosis.made_by, diagnosis.gateway.name) {
        (MadeBy::Gateway, Gateway::Unknown) => "A gateway, which one is not known".to_owned(),
        (MadeBy::Gateway, name) => capital(name.title()),
        (MadeBy::Application, Gateway::Unknown) => "The application itself".to_owned(),
        (MadeBy::Application, name) => format!("The application itself, through {}", name.title()),
        (MadeBy::Unknown, _) => "Nobody: no gateway answered, or none can be told".to_owned(),
    }
}

/// The diagnosis of one answer in a sentence.
pub fn headline(diagnosis: &Diagnosis) -> String {
    if !diagnosis.failing {
        return "This answer is no error of the server.".to_owned();
    }
    let Likely { name, confidence } = diagnosis.cause;
    match diagnosis.made_by {
        MadeBy::Application => format!("{}.", by_an_application(diagnosis.status, diagnosis.gateway)),
        MadeBy::Unknown if name == Cause::Unknown => "Who made this answer cannot be told.".to_owned(),
        MadeBy::Unknown => {
            format!("No gateway answered: {} ({confidence:.2}).", because_of(MadeBy::Unknown, name))
        }
        MadeBy::Gateway => {
            let who = by_a_gateway(diagnosis.gateway);
            match name {
                Cause::Unknown => format!("{who}."),
                _ => format!("{who}, most likely because {} ({confidence:.2}).", because(name)),
            }
        }
    }
}

fn by_a_gateway(gateway: Likely<Gateway>) -> String {
    match gateway.name {
        Gateway::Unknown => "A gateway wrote this answer".to_owned(),
        name => format!("{} wrote this answer ({:.2})", capital(name.title()), gateway.confidence),
    }
}

fn by_an_application(status: Option<u16>, gateway: Likely<Gateway>) -> String {
    let said = status.map_or_else(|| "this".to_owned(), |status| status.to_string());
    match gateway.name {
        Gateway::Unknown => format!("The application itself says {said}"),
        name => format!("The application itself says {said}, and {} passed it on", name.title()),
    }
}

/// What to do about one answer.
pub fn advice(diagnosis: &Diagnosis) -> String {
    if !diagnosis.failing {
        return "Nothing needs doing about this answer.".to_owned();
    }
    let misuse = diagnosis.misuse().map(|misuse| format!("{} {}", misuse.finding, misuse.advice));
    let advice = diagnosis.advice().map(|advice| advice.text.to_owned());
    misuse.or(advice).unwrap_or_default()
}

/// The diagnosis of one answer for a terminal: what it is, what was seen, what to do.
pub fn report(diagnosis: &Diagnosis, answer: &Evidence) -> String {
    let mut out = format!("{}\n{}\n", status_line(answer), headline(diagnosis));
    let also = diagnosis.alternatives.iter();
    let also: Vec<String> = also
        .map(|other| format!("{} ({:.2})", because_of(diagnosis.made_by, other.name), other.confidence))
        .collect();
    // Writing to a string cannot fail.
    if !also.is_empty() {
        let _ = writeln!(out, "It may as well be that {}.", also.join(", or that "));
    }
    let _ = writeln!(out, "\nWhat was seen");
    for seen in &diagnosis.evidence {
        let _ = writeln!(out, "  - {seen}");
    }
    let _ = write!(out, "\nWhat to do\n  {}", advice(diagnosis));
    if let Some(misuse) = diagnosis.misuse() {
        let code: Vec<String> = misuse.code.lines().map(|line| format!("    {line}")).collect();
        let _ =
            write!(out, "\n  In {}:\n\n{}\n\n  Source: {}", misuse.language, code.join("\n"), misuse.source);
    }
    out
}

/// The first line of an answer as it came.
fn status_line(answer: &Evidence) -> String {
    let Some(status) = answer.status else {
        return answer.detail.clone().unwrap_or_else(|| "No answer came.".to_owned());
    };
    let version = answer.version.as_deref().unwrap_or("HTTP");
    format!("{version} {status} {}", answer.reason.as_deref().unwrap_or_default()).trim_end().to_owned()
}

/// Who answered in an outage, and why; one paragraph a line.
pub fn of_outage(told: &OutageDiagnosis) -> Vec<String> {
    let mut lines = vec![who(&told.now)];
    lines.extend(why(&told.now));
    if let Some(limit) = told.timer {
        lines.push(format!(
            "Nearly all of them came after {} s, which is how long {} waits by default ({}): its timer ran out.",
            limit.waits.as_secs(),
            limit.gateway.title(),
            limit.setting
        ));
    }
    if let Some(first) = &told.at_first {
        lines.push(format!("It changed while it lasted. At first: {}", who(first)));
        lines.extend(why(first));
    }
    lines
}

/// What to do about an outage, by what its answers say together; `commonest`: the status of most of them.
pub fn advice_of(consensus: &Consensus, commonest: Option<u16>) -> Option<String> {
    if consensus.cause.name == Cause::Unknown || consensus.made_by == MadeBy::Unknown {
        return None;
    }
    let misused = commonest.filter(|_| consensus.made_by == MadeBy::Application);
    let misuse = misused.and_then(|status| misuse(status, None));
    let misuse = misuse.map(|misuse| format!("{} {}", misuse.finding, misuse.advice));
    misuse.or_else(|| {
        advice::advice(consensus.gateway.name, consensus.cause.name).map(|row| row.text.to_owned())
    })
}

fn who(consensus: &Consensus) -> String {
    let Likely { name, confidence } = consensus.gateway;
    let others = if consensus.differ + consensus.unclear > 0 { votes(consensus) } else { String::new() };
    match (consensus.made_by, name) {
        (MadeBy::Unknown, _) => "No gateway answered, so there is nobody to name.".to_owned(),
        (MadeBy::Application, Gateway::Unknown) => "The application itself made these answers.".to_owned(),
        (MadeBy::Application, name) => {
            format!("The application itself made these answers; {} passed them on.{others}", name.title())
        }
        (MadeBy::Gateway, Gateway::Unknown) => {
            "A gateway made these answers; which one does not show.".to_owned()
        }
        (MadeBy::Gateway, name) => {
            format!("{} wrote these answers ({confidence:.2}).{others}", capital(name.title()))
        }
    }
}

fn votes(consensus: &Consensus) -> String {
    let mut parts =
        vec![format!(" {} say so", plural(consensus.agree, "URL's answer does", "URLs' answers"))];
    if consensus.agree == 1 {
        parts = vec![" One URL's answer says so".to_owned()];
    }
    if consensus.differ > 0 {
        parts.push(format!("{} name another gateway", count(consensus.differ)));
    }
    if consensus.unclear > 0 {
        parts.push(format!("{} do not tell", count(consensus.unclear)));
    }
    format!("{}.", parts.join(", "))
}

fn why(consensus: &Consensus) -> Option<String> {
    /// What is less likely is not worth a word.
    const WORTH_A_WORD: f32 = 0.05;
    let Likely { name, confidence } = consensus.cause;
    if name == Cause::Unknown {
        return None;
    }
    let others: Vec<&str> = consensus
        .alternatives
        .iter()
        .filter(|other| other.confidence >= WORTH_A_WORD)
        .take(3)
        .map(|other| because_of(consensus.made_by, other.name))
        .collect();
    let same =
        if consensus.made_by == MadeBy::Unknown { "It looks the same" } else { "The same answer comes" };
    let others = match others.as_slice() {
        [] => String::new(),
        [other] => format!(" {same} when {other}."),
        [rest @ .., last] => format!(" {same} when {}, or when {last}.", rest.join(", when ")),
    };
    Some(format!("Most likely, {} ({confidence:.2}).{others}", because_of(consensus.made_by, name)))
}

fn capital(text: &str) -> String {
    match text {
        "a Go reverse proxy"
        | "a Node.js proxy"
        | "an AWS load balancer"
        | "an unknown gateway"
        | "a Google Cloud load balancer"
        | "a Huawei Cloud load balancer" => {
            let mut chars = text.chars();
            chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
        }
        // The names of products are written as they are: nginx, lighttpd.
        name => name.to_owned(),
    }
}
