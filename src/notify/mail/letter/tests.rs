use super::*;
use crate::notify::message::sample;

fn from() -> MailAddress {
    "Gatecrawl <watch@shop.example>".parse().unwrap()
}

fn written(to: &str, message: &Message) -> String {
    let to = to.parse().unwrap();
    String::from_utf8(write(&from(), &to, message).unwrap().formatted()).unwrap()
}

/// The headers of the whole, unfolded.
fn head(mail: &str) -> Vec<String> {
    let (head, _) = mail.split_once("\r\n\r\n").unwrap();
    head.replace("\r\n ", " ").replace("\r\n\t", " ").split("\r\n").map(str::to_owned).collect()
}

#[test]
fn a_mail_says_what_it_is_to_programs() {
    let head = head(&written("Ada <ada@shop.example>", &sample()));
    for line in [
        "From: Gatecrawl <watch@shop.example>",
        "To: Ada <ada@shop.example>",
        "Date: Sun, 01 Mar 2026 12:00:00 +0000",
        "Auto-Submitted: auto-generated",
        "List-Unsubscribe: <https://watch.example/unsubscribe/abc>",
        "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
        "MIME-Version: 1.0",
    ] {
        assert!(head.iter().any(|l| l == line), "{line} is not in {head:#?}");
    }
}

#[test]
fn a_mail_has_one_id_on_every_try_and_another_for_each_recipient() {
    let id = |to: &str, key: &str| {
        let message = Message { key: key.to_owned(), ..sample() };
        let head = head(&written(to, &message));
        head.into_iter().find(|line| line.starts_with("Message-ID: <")).unwrap()
    };
    assert_eq!(id("ada@shop.example", "k"), id("Ada <ada@shop.example>", "k"));
    assert_ne!(id("ada@shop.example", "k"), id("bob@shop.example", "k"));
    assert_ne!(id("ada@shop.example", "k"), id("ada@shop.example", "l"));
    assert!(id("ada@shop.example", "a@b>\r\nX: y").ends_with("@shop.example>"));
}

#[test]
fn text_and_document_stand_beside_each_other_and_the_image_within_the_document() {
    let mail = written("ada@shop.example", &sample());
    let place = |what: &str| mail.find(what).unwrap_or_else(|| panic!("{what} is not in {mail}"));
    let order = [
        "multipart/alternative",
        "text/plain; charset=utf-8",
        "multipart/related",
        "text/html; charset=utf-8",
        "Content-ID: <chart>",
        "Content-Disposition: inline; filename=\"chart.png\"",
        "Content-Type: image/png",
        "iVBORw0KGgo=",
    ];
    assert!(order.map(place).is_sorted(), "{mail}");
    let plain = Message { html: None, ..sample() };
    assert!(written("ada@shop.example", &plain).contains("\r\nContent-Type: text/plain; charset=utf-8\r\n"));
}

#[test]
fn no_title_begins_a_header() {
    for subject in [
        "Sale\r\nBcc: everybody@shop.example\r\n\r\n<script>",
        "Sale\nBcc: everybody@shop.example",
        "Sale\rBcc: everybody@shop.example",
        "Sale\u{2028}Bcc: everybody@shop.example",
        "Sale\u{85}Bcc: everybody@shop.example\u{202e}",
        "Sale\u{0}\u{b}\u{c}Bcc: everybody@shop.example",
    ] {
        let mail = written("ada@shop.example", &Message { subject: subject.to_owned(), ..sample() });
        let head = head(&mail);
        assert!(!head.iter().any(|line| line.to_lowercase().starts_with("bcc")), "{head:#?}");
        assert!(head.iter().any(|line| line.starts_with("Subject: Sale")), "{head:#?}");
        assert!(mail.is_ascii() && !mail.contains('\0'));
    }
}

#[test]
fn no_link_begins_a_header_and_one_that_is_none_is_left_out() {
    for link in
        ["https://watch.example/a\r\nBcc: b@shop.example", "https://watch.example/a>,<mailto:b@x.example"]
    {
        let mail = written("ada@shop.example", &Message { unsubscribe: Some(link.to_owned()), ..sample() });
        let head = head(&mail);
        assert!(!head.iter().any(|line| line.starts_with("Bcc")), "{head:#?}");
        let header = head.iter().find(|line| line.starts_with("List-Unsubscribe:"));
        assert!(header.is_none_or(|line| line.matches('<').count() == 1), "{header:?}");
    }
    for link in ["javascript:alert(1)", "no link", &format!("https://watch.example/{}", "a".repeat(1000))] {
        let mail = written("ada@shop.example", &Message { unsubscribe: Some(link.to_owned()), ..sample() });
        assert!(!mail.contains("List-Unsubscribe"), "{link}");
    }
}

#[test]
fn letters_beyond_ascii_are_encoded_and_long_lines_folded() {
    let subject = format!("Anhaltend: {} – größer als gestern 🔥", "schöner.example ".repeat(12));
    let message = Message { subject, text: format!("Grüße 🔥\n{}", "lang ".repeat(400)), ..sample() };
    let mail = written("Jörg Ünlü <joerg@shop.example>", &message);
    assert!(mail.is_ascii());
    assert!(mail.contains("=?utf-8?b?"), "{mail}");
    let longest = mail.split("\r\n").map(str::len).max().unwrap();
    assert!(longest <= 998, "a line has {longest} bytes");
    let longest_of_head = mail.split("\r\n\r\n").next().unwrap().split("\r\n").map(str::len).max();
    assert!(longest_of_head <= Some(78), "{longest_of_head:?}: {mail}");
}

#[test]
fn an_image_whose_name_would_begin_a_header_is_refused() {
    let mut message = sample();
    message.images[0].cid = "a>\r\nX: y".to_owned();
    let why = write(&from(), &"ada@shop.example".parse().unwrap(), &message).unwrap_err();
    assert_eq!(why, "an image is called `a> X: y`");
}
