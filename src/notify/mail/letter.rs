//! A message as a mail: headers, text, document, images. It sends nothing.
//!
//! Every byte of it is ASCII, whatever the message holds, so that any relay takes it; only an address with letters beyond ASCII
//! before the `@` needs more of the relay. Nothing in a message can begin a header: the subject is made one line, and the rest
//! of the headers is written by us or checked.

use std::time::SystemTime;

use lettre::message::header::{ContentTransferEncoding, ContentType, Header, HeaderName, HeaderValue};
use lettre::message::{Attachment, MultiPart, SinglePart};
use url::Url;

use crate::notify::{Image, MailAddress, Message, plain};

/// More of a title than this says nothing that the text does not say.
const LONGEST_SUBJECT: usize = 250;

/// A longer address fits no line of a header (RFC 5322, 2.1.1: 998 characters).
const LONGEST_LINK: usize = 900;

/// A header that we write ourselves, in visible ASCII.
#[derive(Debug, Clone)]
struct Own<const NAME: usize>(String);

/// The headers that say what the mail is to programs: how to leave the list in one step (RFC 2369, RFC 8058), and that no
/// absence note shall answer it (RFC 3834, 5).
const NAMES: [&str; 3] = ["List-Unsubscribe", "List-Unsubscribe-Post", "Auto-Submitted"];
type ListUnsubscribe = Own<0>;
type ListUnsubscribePost = Own<1>;
type AutoSubmitted = Own<2>;

impl<const NAME: usize> Header for Own<NAME> {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str(NAMES[NAME])
    }

    fn parse(text: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self(text.to_owned()))
    }

    /// Not encoded: a folded or encoded address is not understood by all who read these headers.
    fn display(&self) -> HeaderValue {
        HeaderValue::dangerous_new_pre_encoded(Self::name(), self.0.clone(), self.0.clone())
    }
}

/// Writes the mail. The error says in words what is wrong with the message.
pub(super) fn write(
    from: &MailAddress,
    to: &MailAddress,
    message: &Message,
) -> Result<lettre::Message, String> {
    let mut mail = lettre::Message::builder()
        .from(from.0.clone())
        .to(to.0.clone())
        .subject(plain::cut(&plain::line(&message.subject), LONGEST_SUBJECT))
        .date(SystemTime::from(message.at))
        .message_id(Some(id(from, to, message)))
        .header(AutoSubmitted::of("auto-generated"));
    if let Some(link) = message.unsubscribe.as_deref().and_then(one_click) {
        mail = mail.header(ListUnsubscribe::of(&format!("<{link}>")));
        // One click without a question is for https alone (RFC 8058 section 3.1).
        if link.starts_with("https:") {
            mail = mail.header(ListUnsubscribePost::of("List-Unsubscribe=One-Click"));
        }
    }
    let text = SinglePart::plain(plain::lines(&message.text));
    let whole = match &message.html {
        None => mail.singlepart(text),
        Some(html) => {
            mail.multipart(MultiPart::alternative().singlepart(text).multipart(document(html, message)?))
        }
    };
    whole.map_err(|error| error.to_string())
}

/// The document with the images that it shows.
fn document(html: &str, message: &Message) -> Result<MultiPart, String> {
    let html = SinglePart::html(html.to_owned());
    let mut whole = MultiPart::related().singlepart(html);
    for image in &message.images {
        whole = whole.singlepart(inline(image)?);
    }
    Ok(whole)
}

fn inline(image: &Image) -> Result<SinglePart, String> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    if image.cid.is_empty() || !image.cid.bytes().all(is_plain) {
        return Err(format!("an image is called `{}`", plain::line(&image.cid)));
    }
    let png = ContentType::parse("image/png").map_err(|error| error.to_string())?;
    let body = lettre::message::Body::new_with_encoding(image.png.clone(), ContentTransferEncoding::Base64)
        .map_err(|_| format!("the image `{}` cannot be encoded", image.cid))?;
    let name = format!("{}.png", image.cid);
    Ok(Attachment::new_inline_with_name(image.cid.clone(), name).body(body, png))
}

/// The same for each try, so that who receives two copies can tell; another for each recipient.
fn id(from: &MailAddress, to: &MailAddress, message: &Message) -> String {
    let mut hash = blake3::Hasher::new();
    for part in [&message.key, to.address()] {
        hash.update(part.as_bytes()).update(&[0]);
    }
    let name = hash.finalize().to_hex();
    format!("<{}@{}>", &name.as_str()[..32], from.domain())
}

/// An address for leaving the list that a header may hold, which RFC 8058 wants to be https. An address that is none is left
/// out: the mail is worth more than its header.
fn one_click(link: &str) -> Option<String> {
    let url = Url::parse(link).ok()?;
    let text = url.as_str();
    let fits = text.len() <= LONGEST_LINK && text.bytes().all(|byte| byte.is_ascii_graphic());
    (matches!(url.scheme(), "https" | "http") && fits && !text.contains(['<', '>'])).then(|| text.to_owned())
}

impl<const NAME: usize> Own<NAME> {
    fn of(text: &str) -> Self {
        Self(text.to_owned())
    }
}

#[cfg(test)]
mod tests;
