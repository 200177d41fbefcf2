//! Calls webhooks: the user's own, signed, and those of chats, each with its body. It tries once.
//!
//! The address of a chat, and the token in Telegram's, are passwords: a failure is told with the host alone, and what the other
//! side answered is shown without them.

use std::fmt::Write;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde_json::Value;
use url::Url;

use super::address::{Target, place};
use super::outcome::{Again, NotSent, Receipt};
use super::secret::Secret;
use super::{Address, Message, bodies, plain, signature};
use crate::clock::Clock;
use crate::domain::channel::Channel;
use crate::fetch::client::BuildError;
use crate::fetch::guard::PrivateAccess;
use crate::fetch::post::{Answer, NotPosted, Options, Post, Poster};
use crate::fetch::retry_after;

/// How much of an answer is shown.
const LONGEST_ANSWER: usize = 200;

/// How webhooks are called.
#[derive(Debug, Clone)]
pub struct Webhooks {
    /// Whether they may be at private and loopback addresses.
    pub allow_private: bool,
    /// How long one may take, from the name to the end of the answer.
    pub timeout: Duration,
    /// Where Telegram's bots are spoken to; another than Telegram's own is a Bot API server of one's own.
    pub telegram_api: Url,
}

/// Calls webhooks.
#[derive(Debug)]
pub(super) struct Caller {
    poster: Poster,
    telegram_api: Url,
    clock: Arc<dyn Clock>,
}

/// A call that is ready to be made.
struct Call {
    channel: Channel,
    post: Post,
    /// How the other side is called in what is told.
    place: String,
    /// What must not be told.
    hidden: Vec<String>,
}

impl Caller {
    pub(super) fn new(config: Webhooks, clock: Arc<dyn Clock>) -> Result<Self, BuildError> {
        let private = if config.allow_private { PrivateAccess::Allowed } else { PrivateAccess::Refused };
        let poster = Poster::new(Options { private, timeout: config.timeout, ca_file: trusted() })?;
        Ok(Self { poster, telegram_api: config.telegram_api, clock })
    }

    pub(super) async fn call(&self, to: &Address, message: &Message) -> Result<Receipt, NotSent> {
        let call = self.prepared(to, message)?;
        let Call { channel, post, place, hidden } = call;
        match self.poster.post(post).await {
            Ok(answer) => judged(channel, &place, &hidden, &answer, self.clock.now()),
            Err(why) => Err(unanswered(&place, &why)),
        }
    }

    fn prepared(&self, to: &Address, message: &Message) -> Result<Call, NotSent> {
        let plain = |url: &Target, body: &Value| Call::to(to.channel(), url.url().clone(), body, Vec::new());
        match to {
            Address::Webhook { url, secret } => {
                let mut call = plain(url, &message.json);
                call.post.headers = self.signed(message, &call.post.body, secret.as_ref())?;
                Ok(call)
            }
            Address::Slack { url } => Ok(plain(url, &bodies::slack::body(message))),
            Address::Discord { url } => Ok(plain(url, &bodies::discord::body(message))),
            Address::Teams { url } => Ok(plain(url, &bodies::teams::body(message))),
            Address::Ntfy { url, token } => Ok(Call::ntfy(url, token.as_ref(), message)),
            Address::Telegram { token, chat } => self.telegram(token, chat, message),
            Address::Mail(_) => Err(NotSent::never("A mail is not sent by a webhook.")),
        }
    }

    fn signed(
        &self,
        message: &Message,
        body: &[u8],
        secret: Option<&Secret>,
    ) -> Result<Vec<(&'static str, String)>, NotSent> {
        let id = signature::id(&message.key);
        let at = self.clock.now().timestamp();
        let mut headers = vec![
            ("idempotency-key", id.clone()),
            ("webhook-id", id.clone()),
            ("webhook-timestamp", at.to_string()),
        ];
        if let Some(secret) = secret {
            let signature = signature::of(secret, &id, at, body)
                .map_err(|why| NotSent::never(format!("The webhook cannot be signed: {why}.")))?;
            headers.push(("webhook-signature", signature));
        }
        Ok(headers)
    }

    fn telegram(&self, token: &Secret, chat: &str, message: &Message) -> Result<Call, NotSent> {
        let path = format!("bot{}/sendMessage", token.expose());
        let mut url = self.telegram_api.clone();
        match url.path_segments_mut() {
            Ok(mut segments) => segments.pop_if_empty().extend(path.split('/')),
            Err(()) => {
                return Err(NotSent::never("telegram_api under [webhooks] is no address of a server."));
            }
        };
        let mut call = Call::to(Channel::Telegram, url, &bodies::telegram::body(chat, message), Vec::new());
        call.hidden.push(token.expose().to_owned());
        Ok(call)
    }
}

impl Call {
    fn to(channel: Channel, url: Url, body: &Value, headers: Vec<(&'static str, String)>) -> Self {
        let place = place(&url);
        let hidden = [Some(url.path()), url.query(), url.password()];
        let hidden = hidden.into_iter().flatten().filter(|part| part.len() > 1).map(str::to_owned).collect();
        let post = Post { url, body: body.to_string().into_bytes(), headers };
        Self { channel, post, place, hidden }
    }

    fn ntfy(url: &Target, token: Option<&Secret>, message: &Message) -> Self {
        let topic = bodies::ntfy::topic(url.url()).unwrap_or_default();
        let login = token.map(|token| ("authorization", format!("Bearer {}", token.expose())));
        let body = bodies::ntfy::body(topic, message);
        let mut call =
            Self::to(Channel::Ntfy, bodies::ntfy::root(url.url()), &body, login.into_iter().collect());
        call.hidden.extend(token.map(|token| token.expose().to_owned()));
        call
    }
}

/// What `SSL_CERT_FILE` names is trusted here as it is where pages are fetched.
fn trusted() -> Option<std::path::PathBuf> {
    std::env::var_os("SSL_CERT_FILE").map(Into::into)
}

/// What an answer means. Sources: RFC 9110, 15; for what chats say when they want less: 429 in each one's documentation.
fn judged(
    channel: Channel,
    place: &str,
    hidden: &[String],
    answer: &Answer,
    now: DateTime<Utc>,
) -> Result<Receipt, NotSent> {
    let status = answer.status;
    let told = told(channel, place, hidden, answer);
    match status {
        200..=299 => Ok(Receipt { said: format!("HTTP {status}") }),
        300..=399 => Err(NotSent::never(format!(
            "{told}. Redirects are not followed with a message: give the address that it leads to."
        ))),
        429 => Err(NotSent::new(
            wait(answer, now),
            format!("{told}: it wants fewer messages. It is tried again."),
        )),
        408 | 425 | 500.. => Err(NotSent::new(wait(answer, now), format!("{told}. It is tried again."))),
        401 | 403 => {
            Err(NotSent::never(format!("{told}. Check the address, and the token if it needs one.")))
        }
        404 | 410 => {
            Err(NotSent::never(format!("{told}. There is nothing at this address any more: give a new one.")))
        }
        _ => Err(NotSent::never(format!("{told}."))),
    }
}

/// `Slack (hooks.slack.com) answered 404: no_service`.
fn told(channel: Channel, place: &str, hidden: &[String], answer: &Answer) -> String {
    let who = match channel {
        Channel::Webhook => format!("The webhook at {place}"),
        chat => format!("{} ({place})", chat.name()),
    };
    let said = hidden.iter().fold(plain::line(&answer.body), |text, part| text.replace(part, "***"));
    let mut told = format!("{who} answered {}", answer.status);
    if !said.is_empty() {
        // Writing to a string cannot fail.
        let _ = write!(told, " ({})", plain::cut(&said, LONGEST_ANSWER));
    }
    told
}

/// How long the other side asks to be left alone: by the header, or as Telegram has it, in the body.
fn wait(answer: &Answer, now: DateTime<Utc>) -> Again {
    let in_body = || {
        let body: Value = serde_json::from_str(&answer.body).ok()?;
        Some(body.get("parameters")?.get("retry_after")?.as_u64()?.to_string())
    };
    let asked = answer.retry_after.clone().or_else(in_body);
    let wait = asked.and_then(|text| retry_after::wait(&text, now)).and_then(|wait| wait.to_std().ok());
    wait.map_or(Again::Later, Again::After)
}

fn unanswered(place: &str, why: &NotPosted) -> NotSent {
    match why {
        NotPosted::Refused { .. } => NotSent::never(format!(
            "The webhook at {place} was not called: {why}. If that is meant, set allow_private = true under [webhooks] in the configuration."
        )),
        NotPosted::Header(_) => NotSent::never(format!("The webhook at {place} was not called: {why}.")),
        NotPosted::Ours(_) => {
            NotSent::later(format!("{place} could not be called: {why}. It is tried again."))
        }
        NotPosted::Network(..) | NotPosted::Late(_) => {
            NotSent::later(format!("{place} was called and did not answer: {why}. It is tried again."))
        }
    }
}
