//! Which spaces does the account see?

use futures::join;
use preflight::{Fail, Hint, Pass};
use serde::Deserialize;

use crate::api::Api;
use crate::error::ConfluenceError;
use crate::product::Product;
use crate::rungs::must;

/// The spaces that were seen: all of them, or a first page.
#[derive(Clone, Debug, Default)]
pub(crate) struct Spaces {
    pub(crate) list: Vec<Space>,
    /// There are more than were listed.
    pub(crate) more: bool,
}

/// A space as it is listed.
#[derive(Clone, Debug)]
pub(crate) struct Space {
    pub(crate) id: String,
    pub(crate) key: String,
    pub(crate) is_personal: bool,
    /// Whether the account administers it, where the listing tells.
    pub(crate) administers: Option<bool>,
}

impl Spaces {
    fn count(&self) -> String {
        match (self.list.len(), self.more) {
            (1, false) => "1 space".to_owned(),
            (count, false) => format!("{count} spaces"),
            (count, true) => format!("more than {count} spaces"),
        }
    }

    /// Spaces with pages are tried first in those that everybody shares.
    pub(crate) fn likeliest_first(&self) -> impl Iterator<Item = &Space> {
        let shared = self.list.iter().filter(|space| !space.is_personal);
        shared.chain(self.list.iter().filter(|space| space.is_personal))
    }
}

pub(crate) async fn run(api: &Api, product: &Product, anonymous: bool) -> Result<Pass<Spaces>, Fail> {
    let (spaces, read_only) = join!(list(api, product, anonymous), is_read_only(api, product));
    let spaces = spaces?;
    if anonymous && spaces.list.is_empty() {
        return Err(ConfluenceError::AnonymousNotAllowed.into());
    }
    let count = spaces.count();
    let listed = spaces.list.len().to_string();
    let summary = if spaces.list.is_empty() { "No space is visible to this account".to_owned() } else { format!("Reads {count}") };
    let more = spaces.more;
    let is_empty = spaces.list.is_empty();
    let mut pass = Pass::new(spaces, summary).detail("listed", listed).detail("complete", if more { "no" } else { "yes" });
    if is_empty {
        pass = pass.hint(Hint::say("If there should be spaces, ask an administrator to give this account the permission to view them"));
    }
    if read_only {
        pass = pass
            .detail("access_mode", "READ_ONLY")
            .hint(Hint::say("Confluence is in read-only mode; that does not matter for reading from it"));
    }
    Ok(pass)
}

async fn list(api: &Api, product: &Product, anonymous: bool) -> Result<Spaces, ConfluenceError> {
    let path = if product.is_cloud() { "/rest/api/space?limit=250&expand=operations" } else { "/rest/api/space?limit=500" };
    match api.ask::<Listing>(path).await? {
        Ok(listing) => Ok(listing.into_spaces()),
        // the first version of Cloud's API is on its way out, and wants scopes of its own
        Err(refusal) if product.is_cloud() && (refusal.is_not_found() || refusal.missing_scope.is_some()) => {
            let answer = api.ask::<Listing>("/api/v2/spaces?limit=250").await?;
            answer.map(Listing::into_spaces).map_err(|refusal| must(api, "the list of spaces", refusal, anonymous))
        }
        Err(refusal) => Err(must(api, "the list of spaces", refusal, anonymous)),
    }
}

/// Data Center's maintenance mode. An answer in another shape is no answer.
async fn is_read_only(api: &Api, product: &Product) -> bool {
    if product.is_cloud() || product.is_before(6, 10) {
        return false;
    }
    let Ok(response) = api.send(api.get("/rest/api/accessmode")).await else { return false };
    response.status.is_success() && response.text().contains("READ_ONLY")
}

#[derive(Deserialize)]
struct Listing {
    results: Vec<Listed>,
    #[serde(rename = "_links", default)]
    links: Links,
}

#[derive(Deserialize, Default)]
struct Links {
    next: Option<String>,
}

#[derive(Deserialize)]
struct Listed {
    #[serde(default)]
    id: serde_json::Value,
    key: String,
    #[serde(rename = "type", default)]
    kind: String,
    operations: Option<Vec<crate::whoami::Operation>>,
}

impl Listing {
    fn into_spaces(self) -> Spaces {
        // some servers name a next page past the end; an empty page ends the list whatever it says
        let more = self.links.next.is_some() && !self.results.is_empty();
        let mut list: Vec<Space> = Vec::new();
        for listed in self.results {
            if list.iter().any(|space| space.key == listed.key) {
                continue;
            }
            let administers = listed.operations.map(|operations| {
                operations.iter().any(|operation| operation.operation == "administer" && operation.target_type == "space")
            });
            let id = listed.id.as_str().map_or_else(|| listed.id.to_string(), str::to_owned);
            list.push(Space { id, is_personal: listed.kind == "personal" || listed.key.starts_with('~'), key: listed.key, administers });
        }
        Spaces { list, more }
    }
}
