//! `gatecrawl bots`: which bots are known, how each is verified, of which day the lists of their addresses are, and newer
//! lists from those who publish them. It opens no database.

use std::path::Path;
use std::sync::Arc;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::{Failure, Format, Outcome, Success, output};
use crate::accesslog::bots::lists::Lists;
use crate::accesslog::bots::update::{Came, Updated, update};
use crate::accesslog::bots::{BOTS, Bot};
use crate::clock::{Clock, SystemClock};
use crate::domain::page_url::PageUrl;
use crate::fetch::client::{Client, Options as Fetching};
use crate::fetch::guard::PrivateAccess;
use crate::report::wording;

#[derive(Debug, Args)]
pub(super) struct Options {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List the bots that are known, and how each is verified
    List {
        /// The form of what is shown
        #[arg(long, value_enum, default_value = "human")]
        format: Format,
    },
    /// Fetch the lists of addresses that their operators publish; older lists stay, for old logs
    Update {
        /// Fetch NAME.json below this address instead, from a mirror of one's own
        #[arg(long, value_name = "URL")]
        from: Option<String>,
        /// The form of what is shown
        #[arg(long, value_enum, default_value = "human")]
        format: Format,
    },
}

pub(super) async fn run(options: Options, data: &Path) -> Outcome {
    match options.action {
        Action::List { format } => list(data, format),
        Action::Update { from, format } => fetch_lists(data, from.as_deref(), format).await,
    }
}

const HEAD: [&str; 7] = ["bot", "agent", "kind", "lists", "of", "reverse DNS", "source"];

fn list(data: &Path, format: Format) -> Outcome {
    let lists = read_lists(data);
    match format {
        Format::Json => output::json(&BOTS.iter().map(|bot| shape(bot, &lists)).collect::<Vec<_>>())?,
        Format::Csv => output::csv(&HEAD, &rows(&lists))?,
        Format::Human => {
            // Sources are long; who wants them asks for CSV or JSON.
            let rows = rows(&lists).into_iter().map(|mut row| {
                row.truncate(HEAD.len() - 1);
                row
            });
            output::data(&output::table(&HEAD[..HEAD.len() - 1], rows.collect(), &[]).to_string())?;
            output::data("\nWhat is in no list and has no name to be asked for stays a claim.")?;
        }
    }
    Ok(Success::Fine)
}

/// The lists at hand; says which files could not be read.
pub(super) fn read_lists(data: &Path) -> Lists {
    let lists = Lists::load(data);
    for (path, why) in &lists.unreadable {
        output::talk(&format!("{} is no list ({why}), and is left out: remove it", path.display()));
    }
    lists
}

fn rows(lists: &Lists) -> Vec<Vec<String>> {
    let row = |bot: &Bot| {
        vec![
            bot.name.to_owned(),
            bot.token.to_owned(),
            bot.kind.word().to_owned(),
            bot.lists.join(" "),
            days(bot, lists).join(" "),
            bot.dns.join(" "),
            bot.source.to_owned(),
        ]
    };
    BOTS.iter().map(row).collect()
}

fn days(bot: &Bot, lists: &Lists) -> Vec<String> {
    let mut days: Vec<_> = bot.lists.iter().flat_map(|name| lists.of(name)).map(|list| list.day).collect();
    days.sort_unstable();
    days.dedup();
    days.iter().map(ToString::to_string).collect()
}

fn shape(bot: &Bot, lists: &Lists) -> Value {
    let of = |name: &&str| {
        let all = lists.of(name).iter();
        let one = |list: &crate::accesslog::bots::lists::List| json!({"day": list.day.to_string(), "ranges": list.ranges.len()});
        json!({"name": name, "at_hand": all.map(one).collect::<Vec<_>>()})
    };
    json!({
        "bot": bot.name,
        "agent": bot.token,
        "kind": bot.kind.word(),
        "lists": bot.lists.iter().map(of).collect::<Vec<_>>(),
        "reverse_dns": bot.dns,
        "source": bot.source,
    })
}

async fn fetch_lists(data: &Path, from: Option<&str>, format: Format) -> Outcome {
    let mirror = from.map(PageUrl::parse).transpose().map_err(|error| Failure::Usage(error.into()))?;
    // A person typed the mirror's host: it may be asked even if it is here.
    let private =
        mirror.as_ref().map_or(PrivateAccess::Refused, |at| PrivateAccess::Host(at.host().to_owned()));
    let clock = Arc::new(SystemClock);
    let client = Client::new(Fetching { private, ..Fetching::default() }, clock.clone())?;
    let updated = update(&client, data, mirror.as_ref(), clock.now()).await;
    let failed = updated.iter().filter(|one| one.result.is_err()).count();
    match format {
        Format::Json => output::json(&updated.iter().map(came_json).collect::<Vec<_>>())?,
        Format::Csv => output::csv(
            &["list", "result", "day", "ranges", "url"],
            &updated.iter().map(came_row).collect::<Vec<_>>(),
        )?,
        Format::Human => {
            for one in &updated {
                output::data(&came_line(one))?;
            }
        }
    }
    if failed > 0 {
        let lists = wording::plural(failed as u64, "list", "lists");
        output::talk(&format!("{lists} could not be had or read; what was known of them stays."));
        return Ok(Success::BadInput);
    }
    Ok(Success::Fine)
}

fn came_line(one: &Updated) -> String {
    let name = one.feed.name;
    match &one.result {
        Ok(Came::New { day, ranges }) => {
            format!("{name}: new, of {day}, {}", wording::plural(*ranges as u64, "range", "ranges"))
        }
        Ok(Came::Known(day)) => format!("{name}: unchanged, of {day}"),
        Err(why) => format!("{name}: {} could not be used: {why}", one.url),
    }
}

fn came_row(one: &Updated) -> Vec<String> {
    let (result, day, ranges) = match &one.result {
        Ok(Came::New { day, ranges }) => ("new".to_owned(), day.to_string(), ranges.to_string()),
        Ok(Came::Known(day)) => ("unchanged".to_owned(), day.to_string(), String::new()),
        Err(why) => (why.clone(), String::new(), String::new()),
    };
    vec![one.feed.name.to_owned(), result, day, ranges, one.url.clone()]
}

fn came_json(one: &Updated) -> Value {
    let (list, url) = (one.feed.name, &one.url);
    match &one.result {
        Ok(Came::New { day, ranges }) => {
            json!({"list": list, "url": url, "result": "new", "day": day.to_string(), "ranges": ranges})
        }
        Ok(Came::Known(day)) => {
            json!({"list": list, "url": url, "result": "unchanged", "day": day.to_string()})
        }
        Err(why) => json!({"list": list, "url": url, "result": "failed", "why": why}),
    }
}
