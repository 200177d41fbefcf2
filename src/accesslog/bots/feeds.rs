//! The lists of addresses that operators of bots publish: what each is called here, where it is, and the dated copies of it
//! that the program carries. It fetches nothing; [`super::update`] does.
//!
//! The decision that a reader would question: a list that was published once counts for ever. An address of an old log may
//! have left the list since, and nobody publishes which lists there were.

/// A published list.
#[derive(Debug)]
pub struct Feed {
    /// Its name here, and of the files in which copies of it are kept.
    pub name: &'static str,
    /// Where it is published. `None`: nowhere as one list; only a copy of several together is known.
    pub url: Option<&'static str>,
    /// The copies that the program carries, each with the day of its list.
    pub carried: &'static [(&'static str, &'static str)],
}

const fn feed(name: &'static str, url: &'static str) -> Feed {
    Feed { name, url: Some(url), carried: &[] }
}

/// All of them.
pub static FEEDS: &[Feed] = &[
    Feed {
        carried: &[
            ("2024-06-18", include_str!("ranges/googlebot_2024-06-18.txt")),
            ("2026-06-09", include_str!("ranges/googlebot_2026-06-09.txt")),
        ],
        ..feed("googlebot", "https://developers.google.com/static/crawling/ipranges/common-crawlers.json")
    },
    feed("google-special", "https://developers.google.com/static/crawling/ipranges/special-crawlers.json"),
    feed(
        "google-user",
        "https://developers.google.com/static/crawling/ipranges/user-triggered-fetchers.json",
    ),
    feed(
        "google-user-google",
        "https://developers.google.com/static/crawling/ipranges/user-triggered-fetchers-google.json",
    ),
    feed(
        "google-user-agents",
        "https://developers.google.com/static/crawling/ipranges/user-triggered-agents.json",
    ),
    Feed {
        carried: &[("2024-01-03", include_str!("ranges/bingbot_2024-01-03.txt"))],
        ..feed("bingbot", "https://www.bing.com/toolbox/bingbot.json")
    },
    feed("applebot", "https://search.developer.apple.com/applebot.json"),
    Feed {
        carried: &[("2026-07-06", include_str!("ranges/duckduckbot_2026-07-06.txt"))],
        ..feed("duckduckbot", "https://duckduckgo.com/duckduckbot.json")
    },
    feed("duckassistbot", "https://duckduckgo.com/duckassistbot.json"),
    feed("gptbot", "https://openai.com/gptbot.json"),
    feed("oai-searchbot", "https://openai.com/searchbot.json"),
    feed("chatgpt-user", "https://openai.com/chatgpt-user.json"),
    Feed {
        name: "openai",
        url: None,
        carried: &[("2026-08-14", include_str!("ranges/openai_2026-08-14.txt"))],
    },
    feed("perplexitybot", "https://www.perplexity.ai/perplexitybot.json"),
    feed("perplexity-user", "https://www.perplexity.ai/perplexity-user.json"),
    Feed {
        name: "perplexity",
        url: None,
        carried: &[("2025-10-15", include_str!("ranges/perplexity_2025-10-15.txt"))],
    },
    feed("anthropic", "https://claude.com/crawling/bots.json"),
    feed("ccbot", "https://index.commoncrawl.org/ccbot.json"),
];
