//! ntfy's form.

use url::Url;

/// The topic that an address names: the last part of its path.
pub(in crate::notify) fn topic(url: &Url) -> Option<&str> {
    url.path_segments()?.next_back().filter(|topic| !topic.is_empty())
}
