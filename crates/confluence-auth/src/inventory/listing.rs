//! The list of spaces, page by page, through the defects that servers have: a next page past the end (CONFSERVER-95272, -95312,
//! -95396), limits cut down silently, entries that come twice.

use preflight::SafeText;
use serde::Deserialize;
use serde_json::Value;
use transport::OriginPath;

use crate::api::{Api, json_of};
use crate::error::ConfluenceError;
use crate::inventory::patience::{Taken, taken_for};
use crate::inventory::question::{Told, by_operations};
use crate::rungs::must;
use crate::whoami::Operation;
use transport::Response;

/// Which listing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Source {
    /// Server and Data Center, `GET /rest/api/space`. No version is known to give more than 500 at once.
    DataCenter,
    /// Version 1 of Cloud, which tells along with each space what the account may do in it. Deprecated since 2023.
    CloudV1,
    /// Version 2 of Cloud, by cursor.
    CloudV2,
}

/// The two that there are.
pub(super) const STATUSES: [&str; 2] = ["current", "archived"];

/// Pages in a row without anything new after which a server is given up that names a next page for ever.
const MOST_STALE_PAGES: usize = 3;

/// A space as it is listed.
#[derive(Clone, Debug)]
pub(super) struct Listed {
    pub(super) key: String,
    pub(super) id: String,
    /// The key, to be shown.
    pub(super) shown: SafeText,
    pub(super) name: SafeText,
    pub(super) kind: SafeText,
    pub(super) status: SafeText,
    pub(super) told: Told,
}

impl Listed {
    /// True for an archived space.
    pub(super) fn is_archived(&self) -> bool {
        self.status.as_str() == STATUSES[1]
    }
}

/// A word that most spaces have in common is kept once.
fn common(word: &str) -> SafeText {
    let known = ["global", "personal", "collaboration", "knowledge_base", STATUSES[0], STATUSES[1]];
    known.into_iter().find(|known| *known == word).map_or_else(|| SafeText::from(word.to_owned()), SafeText::from)
}

/// Where to go on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Place {
    Start(usize),
    Cursor(String),
}

/// One page.
pub(super) struct Page {
    pub(super) spaces: Vec<Listed>,
    pub(super) turn: Turn,
    pub(super) taken: Taken,
}

/// What a page tells about the next.
pub(super) struct Turn {
    /// Entries on the page, repeated ones included.
    length: usize,
    next: Option<String>,
}

/// Goes through the pages of one listing.
#[derive(Debug)]
pub(super) struct Pages {
    source: Source,
    status: &'static str,
    place: Option<Place>,
    stale: usize,
    /// The server went round in a circle: whether there is more is not known.
    pub(super) circled: bool,
}

impl Pages {
    pub(super) fn new(source: Source, status: &'static str) -> Self {
        Self { source, status, place: Some(Place::Start(0)), stale: 0, circled: false }
    }

    /// The path of the next page, or none at the end.
    pub(super) fn path(&self) -> Option<OriginPath> {
        let place = self.place.as_ref()?;
        let (path, limit) = match self.source {
            Source::DataCenter => ("/rest/api/space", "500"),
            Source::CloudV1 => ("/rest/api/space", "1000"),
            Source::CloudV2 => ("/api/v2/spaces", "250"),
        };
        let mut path = OriginPath::new(path).query("status", self.status).query("limit", limit);
        if self.source == Source::CloudV1 {
            path = path.query("expand", "operations");
        }
        Some(match place {
            Place::Start(0) => path,
            Place::Start(start) => path.query("start", &start.to_string()),
            Place::Cursor(cursor) => path.query("cursor", cursor),
        })
    }

    /// Takes a page in, of which `new` spaces were not known before.
    pub(super) fn turn(&mut self, page: &Turn, new: usize) {
        let Some(place) = self.place.take() else { return };
        // an empty page is the end, whatever it says
        let (Some(next), true) = (&page.next, page.length > 0) else { return };
        self.stale = if new == 0 { self.stale + 1 } else { 0 };
        let named = next_place(next);
        self.place = match (place, named) {
            (Place::Start(start), Some(Place::Start(named))) if new == 0 => Some(Place::Start(named.max(start + page.length))),
            (Place::Start(start), None | Some(Place::Start(_))) => Some(Place::Start(start + page.length)),
            (before, Some(cursor @ Place::Cursor(_))) if cursor != before => Some(cursor),
            _ => {
                self.circled = true;
                None
            }
        };
        if self.stale >= MOST_STALE_PAGES {
            self.circled = true;
            self.place = None;
        }
    }
}

/// Where a link leads: its host and path may be wrong (another base address, the gateway), its parameters are not.
fn next_place(link: &str) -> Option<Place> {
    let query = link.split_once('?')?.1;
    let find =
        |wanted: &str| url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == wanted).map(|(_, value)| value.into_owned());
    find("cursor").map(Place::Cursor).or_else(|| find("start")?.parse().ok().map(Place::Start))
}

/// Why a page of the list did not come.
pub(super) enum NoPage {
    /// Version 1 of Cloud is gone, or out of the token's scopes: version 2 is worth a try.
    TryVersion2,
    /// Anything else.
    Error(ConfluenceError),
}

/// Reads a page.
pub(super) fn read(api: &Api, response: &Response, source: Source, status: &str, anonymous: bool) -> Result<Page, NoPage> {
    let taken = taken_for(response);
    if !anonymous && taken == Taken::Nobody {
        return Err(NoPage::Error(ConfluenceError::SessionExpired));
    }
    match json_of::<Listing>(response) {
        Ok(listing) => Ok(listing.into_page(status, taken)),
        Err(refusal) if source == Source::CloudV1 && (refusal.is_not_found() || refusal.missing_scope.is_some()) => {
            Err(NoPage::TryVersion2)
        }
        Err(refusal) => Err(NoPage::Error(must(api, "the list of spaces", refusal, anonymous))),
    }
}

#[derive(Deserialize)]
struct Listing {
    results: Vec<Entry>,
    #[serde(rename = "_links", default)]
    links: Links,
}

#[derive(Deserialize, Default)]
struct Links {
    next: Option<String>,
}

#[derive(Deserialize)]
struct Entry {
    #[serde(default)]
    id: Value,
    key: String,
    name: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    status: Option<String>,
    operations: Option<Vec<Operation>>,
}

impl Listing {
    fn into_page(self, asked_for: &str, taken: Taken) -> Page {
        let length = self.results.len();
        let spaces = self.results.into_iter().map(|entry| entry.into_listed(asked_for)).collect();
        Page { spaces, turn: Turn { length, next: self.links.next }, taken }
    }
}

impl Entry {
    fn into_listed(self, asked_for: &str) -> Listed {
        let id = self.id.as_str().map_or_else(|| self.id.to_string(), str::to_owned);
        let kind = self.kind.unwrap_or_else(|| if self.key.starts_with('~') { "personal" } else { "global" }.to_owned());
        // older versions do not say the status, which is why the two are asked for apart
        let status = self.status.map_or_else(|| asked_for.to_owned(), |status| status.to_ascii_lowercase());
        let told = self.operations.as_deref().map_or(Told::NotAsked, by_operations);
        let name = self.name.filter(|name| !name.is_empty()).unwrap_or_else(|| self.key.clone());
        let (shown, name) = (SafeText::from(self.key.clone()), SafeText::from(name));
        Listed { key: self.key, id, shown, name, kind: common(&kind), status: common(&status), told }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(length: usize, next: Option<&str>) -> Turn {
        Turn { length, next: next.map(str::to_owned) }
    }

    fn path(pages: &Pages) -> Option<String> {
        pages.path().map(|path| path.as_str().to_owned())
    }

    #[test]
    fn goes_on_by_what_came_not_by_what_was_asked_for() {
        let mut pages = Pages::new(Source::DataCenter, "current");
        assert_eq!(path(&pages).as_deref(), Some("/rest/api/space?status=current&limit=500"));
        pages.turn(&page(100, Some("/rest/api/space?limit=100&start=100")), 100);
        assert_eq!(path(&pages).as_deref(), Some("/rest/api/space?status=current&limit=500&start=100"));
        // nothing new, and the server names a place further on
        pages.turn(&page(10, Some("/rest/api/space?limit=100&start=700")), 0);
        assert_eq!(path(&pages).as_deref(), Some("/rest/api/space?status=current&limit=500&start=700"));
        // a next page that is empty is the end
        pages.turn(&page(0, Some("/rest/api/space?limit=100&start=800")), 0);
        assert_eq!((path(&pages), pages.circled), (None, false));
    }

    #[test]
    fn a_circle_is_left() {
        let mut pages = Pages::new(Source::DataCenter, "current");
        let mut turned = 0;
        while pages.path().is_some() {
            pages.turn(&page(25, Some("/rest/api/space?start=0")), usize::from(turned == 0));
            turned += 1;
        }
        assert_eq!((turned, pages.circled), (4, true));
        let mut pages = Pages::new(Source::CloudV2, "archived");
        pages.turn(&page(250, Some("/wiki/api/v2/spaces?cursor=abc%3D&limit=250")), 250);
        assert_eq!(path(&pages).as_deref(), Some("/api/v2/spaces?status=archived&limit=250&cursor=abc%3D"));
        pages.turn(&page(250, Some("/wiki/api/v2/spaces?cursor=abc%3D&limit=250")), 250);
        assert_eq!((path(&pages), pages.circled), (None, true));
    }
}
