//! The bots that are known, a row each: by which word in its `User-Agent` one is known, what it is for, and how an address
//! shows that it is real. It reads nothing; [`super::Bots`] finds the row of an agent.
//!
//! The decision that a reader would question: siblings are bots of their own (`googlebot-image` is not `googlebot`). Each
//! keeps its own pace and meets other URLs, so what one of them saw says little of what another did.

/// A crawler or fetcher that names itself.
#[derive(Debug, PartialEq, Eq)]
pub struct Bot {
    /// The name that it has as an observer: `googlebot`.
    pub name: &'static str,
    /// The word in its `User-Agent`, in any case.
    pub token: &'static str,
    /// What it is for.
    pub kind: Kind,
    /// The published lists of its addresses, by their names in [`super::feeds`]. None: none is known.
    pub lists: &'static [&'static str],
    /// What the name of its address ends in, by reverse DNS. None: nothing is documented.
    pub dns: &'static [&'static str],
    /// Who says so.
    pub source: &'static str,
}

/// What a bot is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Fills the index of a search engine.
    Search,
    /// Fills the index from which an assistant answers.
    AiSearch,
    /// Gathers what models are trained on.
    AiTraining,
    /// Comes because a person asked for this page.
    UserTriggered,
    /// Looks at pages for advertisements.
    Ads,
    /// Makes a preview of a link that somebody shared.
    Preview,
}

impl Kind {
    /// `search`, `ai_search`, `ai_training`, `user_triggered`, `ads` or `preview`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Search => "search",
            Self::AiSearch => "ai_search",
            Self::AiTraining => "ai_training",
            Self::UserTriggered => "user_triggered",
            Self::Ads => "ads",
            Self::Preview => "preview",
        }
    }
}

const GOOGLE_COMMON: &str =
    "https://developers.google.com/crawling/docs/crawlers-fetchers/google-common-crawlers";
const GOOGLE_SPECIAL: &str =
    "https://developers.google.com/crawling/docs/crawlers-fetchers/google-special-case-crawlers";
const GOOGLE_USER: &str =
    "https://developers.google.com/crawling/docs/crawlers-fetchers/google-user-triggered-fetchers";
const BING: &str = "https://www.bing.com/webmasters/help/which-crawlers-does-bing-use-8c184ec0";
const YANDEX: &str = "https://yandex.com/support/webmaster/robot-workings/check-yandex-robots.html";
const OPENAI: &str = "https://platform.openai.com/docs/bots";
const PERPLEXITY: &str = "https://docs.perplexity.ai/guides/bots";
const ANTHROPIC: &str = "https://support.anthropic.com/en/articles/8896518";
const DUCKDUCKGO: &str = "https://duckduckgo.com/duckduckgo-help-pages/results/duckduckbot";
const META: &str = "https://developers.facebook.com/docs/sharing/webmasters/web-crawlers";
const BAIDU: &str = "https://help.baidu.com/question?prod_id=99&class=476&id=2996";

const GOOGLEBOT_DNS: &[&str] = &["googlebot.com"];
const GOOGLE_DNS: &[&str] = &["googlebot.com", "google.com"];
const GOOGLE_USER_DNS: &[&str] = &["google.com", "googleusercontent.com"];
const GOOGLE_USER_LISTS: &[&str] = &["google-user", "google-user-google", "google-user-agents"];
const YANDEX_DNS: &[&str] = &["yandex.ru", "yandex.net", "yandex.com"];
const BING_DNS: &[&str] = &["search.msn.com"];
const MOST_BING: &[&str] = &["bingbot"];
const ANTHROPIC_LISTS: &[&str] = &["anthropic"];
const DUCK_LISTS: &[&str] = &["duckduckbot", "duckassistbot"];

/// A row, in the order of its fields.
const fn bot(
    name: &'static str,
    token: &'static str,
    kind: Kind,
    lists: &'static [&'static str],
    dns: &'static [&'static str],
    source: &'static str,
) -> Bot {
    Bot { name, token, kind, lists, dns, source }
}

use Kind::{Ads, AiSearch, AiTraining, Preview, Search, UserTriggered};

/// All of them. Where one token holds another, the longer one is found.
pub static BOTS: &[Bot] = &[
    bot("googlebot", "Googlebot", Search, &["googlebot"], GOOGLEBOT_DNS, GOOGLE_COMMON),
    bot("googlebot-image", "Googlebot-Image", Search, &["googlebot"], GOOGLEBOT_DNS, GOOGLE_COMMON),
    bot("googlebot-news", "Googlebot-News", Search, &["googlebot"], GOOGLEBOT_DNS, GOOGLE_COMMON),
    bot("googlebot-video", "Googlebot-Video", Search, &["googlebot"], GOOGLEBOT_DNS, GOOGLE_COMMON),
    bot("googlebot-mobile", "Googlebot-Mobile", Search, &["googlebot"], GOOGLEBOT_DNS, GOOGLE_COMMON),
    bot("storebot-google", "Storebot-Google", Search, &["googlebot"], GOOGLEBOT_DNS, GOOGLE_COMMON),
    bot(
        "google-inspectiontool",
        "Google-InspectionTool",
        UserTriggered,
        &["googlebot"],
        GOOGLE_DNS,
        GOOGLE_COMMON,
    ),
    bot("googleother", "GoogleOther", Search, &["googlebot"], GOOGLEBOT_DNS, GOOGLE_COMMON),
    bot(
        "google-cloudvertexbot",
        "Google-CloudVertexBot",
        AiSearch,
        &["googlebot"],
        GOOGLEBOT_DNS,
        GOOGLE_COMMON,
    ),
    bot("adsbot-google", "AdsBot-Google", Ads, &["google-special"], GOOGLE_DNS, GOOGLE_SPECIAL),
    bot("mediapartners-google", "Mediapartners-Google", Ads, &["google-special"], GOOGLE_DNS, GOOGLE_SPECIAL),
    bot("apis-google", "APIs-Google", UserTriggered, &["google-special"], GOOGLE_DNS, GOOGLE_SPECIAL),
    bot(
        "feedfetcher-google",
        "FeedFetcher-Google",
        UserTriggered,
        GOOGLE_USER_LISTS,
        GOOGLE_USER_DNS,
        GOOGLE_USER,
    ),
    bot(
        "google-read-aloud",
        "Google-Read-Aloud",
        UserTriggered,
        GOOGLE_USER_LISTS,
        GOOGLE_USER_DNS,
        GOOGLE_USER,
    ),
    bot(
        "google-site-verification",
        "Google-Site-Verification",
        UserTriggered,
        GOOGLE_USER_LISTS,
        GOOGLE_USER_DNS,
        GOOGLE_USER,
    ),
    bot("bingbot", "bingbot", Search, MOST_BING, BING_DNS, BING),
    bot("msnbot", "msnbot", Search, MOST_BING, BING_DNS, BING),
    bot("bingpreview", "BingPreview", Preview, MOST_BING, BING_DNS, BING),
    bot("adidxbot", "adidxbot", Ads, MOST_BING, BING_DNS, BING),
    bot(
        "applebot",
        "Applebot",
        Search,
        &["applebot"],
        &["applebot.apple.com"],
        "https://support.apple.com/119829",
    ),
    bot("yandexbot", "YandexBot", Search, &[], YANDEX_DNS, YANDEX),
    bot("yandexmobilebot", "YandexMobileBot", Search, &[], YANDEX_DNS, YANDEX),
    bot("yandexrenderresourcesbot", "YandexRenderResourcesBot", Search, &[], YANDEX_DNS, YANDEX),
    bot("yandeximages", "YandexImages", Search, &[], YANDEX_DNS, YANDEX),
    bot("yandexvideo", "YandexVideo", Search, &[], YANDEX_DNS, YANDEX),
    bot("yandexnews", "YandexNews", Search, &[], YANDEX_DNS, YANDEX),
    bot("yandexwebmaster", "YandexWebmaster", UserTriggered, &[], YANDEX_DNS, YANDEX),
    bot("yandexmetrika", "YandexMetrika", UserTriggered, &[], YANDEX_DNS, YANDEX),
    bot("yandexdirect", "YandexDirect", Ads, &[], YANDEX_DNS, YANDEX),
    bot("yandexadditional", "YandexAdditional", AiSearch, &[], YANDEX_DNS, YANDEX),
    bot("duckduckbot", "DuckDuckBot", Search, DUCK_LISTS, &[], DUCKDUCKGO),
    bot("duckassistbot", "DuckAssistBot", AiSearch, DUCK_LISTS, &[], DUCKDUCKGO),
    bot("baiduspider", "Baiduspider", Search, &[], &["baidu.com", "baidu.jp"], BAIDU),
    bot(
        "petalbot",
        "PetalBot",
        Search,
        &[],
        &["petalsearch.com"],
        "https://webmaster.petalsearch.com/site/petalbot",
    ),
    bot(
        "seznambot",
        "SeznamBot",
        Search,
        &[],
        &["seznam.cz"],
        "https://o-seznam.cz/napoveda/vyhledavani/en/seznambot-crawler/",
    ),
    bot(
        "sogou",
        "Sogou web spider",
        Search,
        &[],
        &["sogou.com"],
        "http://www.sogou.com/docs/help/webmasters.htm#07",
    ),
    bot(
        "sogou-inst",
        "Sogou inst spider",
        Search,
        &[],
        &["sogou.com"],
        "http://www.sogou.com/docs/help/webmasters.htm#07",
    ),
    bot(
        "yeti",
        "Yeti/",
        Search,
        &[],
        &["naver.com"],
        "https://searchadvisor.naver.com/guide/seo-basic-firewall",
    ),
    bot("mojeekbot", "MojeekBot", Search, &[], &["mojeek.com"], "https://www.mojeek.com/bot.html"),
    bot("qwantbot", "Qwantbot", Search, &[], &["qwant.com"], "https://help.qwant.com/bot/"),
    bot("qwantify", "Qwantify", Search, &[], &["qwant.com"], "https://help.qwant.com/bot/"),
    bot("gptbot", "GPTBot", AiTraining, &["gptbot", "openai"], &[], OPENAI),
    bot("oai-searchbot", "OAI-SearchBot", AiSearch, &["oai-searchbot", "openai"], &[], OPENAI),
    bot("chatgpt-user", "ChatGPT-User", UserTriggered, &["chatgpt-user", "openai"], &[], OPENAI),
    bot("oai-adsbot", "OAI-AdsBot", Ads, &[], &[], OPENAI),
    bot("perplexitybot", "PerplexityBot", AiSearch, &["perplexitybot", "perplexity"], &[], PERPLEXITY),
    bot(
        "perplexity-user",
        "Perplexity-User",
        UserTriggered,
        &["perplexity-user", "perplexity"],
        &[],
        PERPLEXITY,
    ),
    bot("claudebot", "ClaudeBot", AiTraining, ANTHROPIC_LISTS, &[], ANTHROPIC),
    bot("claude-searchbot", "Claude-SearchBot", AiSearch, ANTHROPIC_LISTS, &[], ANTHROPIC),
    bot("claude-user", "Claude-User", UserTriggered, ANTHROPIC_LISTS, &[], ANTHROPIC),
    bot(
        "amazonbot",
        "Amazonbot",
        AiSearch,
        &[],
        &["crawl.amazonbot.amazon"],
        "https://developer.amazon.com/amazonbot",
    ),
    bot(
        "bytespider",
        "Bytespider",
        AiTraining,
        &[],
        &[],
        "its agent names spider-feedback@bytedance.com, and no page",
    ),
    bot(
        "ccbot",
        "CCBot",
        AiTraining,
        &["ccbot"],
        &["crawl.commoncrawl.org"],
        "https://commoncrawl.org/ccbot",
    ),
    bot("meta-externalagent", "meta-externalagent", AiTraining, &[], &[], META),
    bot("meta-externalfetcher", "meta-externalfetcher", UserTriggered, &[], &[], META),
    bot("facebookexternalhit", "facebookexternalhit", Preview, &[], &[], META),
];

#[cfg(test)]
mod tests {
    use super::super::feeds::FEEDS;
    use super::*;

    #[test]
    fn every_list_that_a_bot_is_verified_by_is_known() {
        for bot in BOTS {
            for list in bot.lists {
                assert!(FEEDS.iter().any(|feed| feed.name == *list), "{}: {list}", bot.name);
            }
        }
    }

    #[test]
    fn names_and_tokens_are_unique() {
        let mut names: Vec<_> = BOTS.iter().map(|bot| bot.name).collect();
        let mut tokens: Vec<_> = BOTS.iter().map(|bot| bot.token.to_lowercase()).collect();
        names.sort_unstable();
        names.dedup();
        tokens.sort_unstable();
        tokens.dedup();
        assert_eq!((names.len(), tokens.len()), (BOTS.len(), BOTS.len()));
    }
}
