//! Reads one page with its body and its history.

use preflight::{Fail, Hint, Pass};
use serde::Deserialize;

use crate::api::Api;
use crate::error::ConfluenceError;
use crate::product::Product;
use crate::rights::PageRead;
use crate::rungs::must;
use crate::rungs::spaces::{Space, Spaces};

/// How many spaces are looked into for a page, before it is taken that there is none to try.
const SPACES_TO_TRY: usize = 5;
/// How many pages of a space are taken, so that one of them may have an attachment.
const PAGES_TO_TAKE: usize = 5;

/// What was read.
#[derive(Clone, Debug, Default)]
pub(crate) struct Content {
    /// Ids of the pages that were listed; the first was read. Empty where no page was found.
    pub(crate) pages: Vec<String>,
    /// Who wrote it and when came along.
    pub(crate) has_history: bool,
}

impl Content {
    pub(crate) fn read(&self) -> PageRead {
        match (self.pages.is_empty(), self.has_history) {
            (true, _) => PageRead::None,
            (false, true) => PageRead::WithHistory,
            (false, false) => PageRead::WithoutHistory,
        }
    }
}

pub(crate) async fn run(api: &Api, product: &Product, spaces: &Spaces, anonymous: bool) -> Result<Pass<Content>, Fail> {
    let mut tried = 0_usize;
    let mut listed = 0_usize;
    let mut closed = 0_usize;
    for space in spaces.likeliest_first().take(SPACES_TO_TRY) {
        tried += 1;
        let Some(pages) = pages_of(api, product, space, anonymous).await? else {
            closed += 1;
            continue;
        };
        listed += pages.len();
        let Some(first) = pages.iter().find(|page| page.has_body()) else { continue };
        let title = first.title.clone();
        let content = Content { has_history: first.has_history(), pages: pages.iter().map(|page| page.id.clone()).collect() };
        let characters = first.body_length().to_string();
        let has_history = content.has_history;
        let mut pass = Pass::new(content, format!("Read the page “{title}” in the space {}", space.key))
            .detail("space", space.key.clone())
            .detail("page", first.id.clone())
            .detail("body_characters", characters)
            .detail("history", if has_history { "readable" } else { "not in the answer" });
        if !has_history {
            pass = pass.hint(Hint::say("The page came without its author and date, so authors and dates may not carry over"));
        }
        return Ok(pass);
    }
    // "no page" is only an answer where the pages could have been read
    if tried > 0 && closed == tried {
        return Err(ConfluenceError::Refused { what: "a page", status: 404, words: None }.into());
    }
    if listed > 0 {
        return Err(ConfluenceError::Unreadable { asked: "the body of a page", status: 200, words: None }.into());
    }
    let summary = if tried == 0 {
        "There is no space, so there was no page to try".to_owned()
    } else {
        format!("No page was found to try in {tried} spaces")
    };
    Ok(Pass::new(Content::default(), summary).detail("spaces_tried", tried.to_string()))
}

/// The first pages of a space; none where the space is gone or closed.
async fn pages_of(api: &Api, product: &Product, space: &Space, anonymous: bool) -> Result<Option<Vec<Page>>, ConfluenceError> {
    let key: String = url::form_urlencoded::byte_serialize(space.key.as_bytes()).collect();
    let path = format!("/rest/api/content?spaceKey={key}&type=page&limit={PAGES_TO_TAKE}&expand=body.storage,version,history");
    match api.ask::<Listing>(&path).await? {
        Ok(listing) => Ok(Some(listing.results)),
        Err(refusal) if product.is_cloud() && (refusal.is_not_found() || refusal.missing_scope.is_some()) => {
            let path = format!("/api/v2/spaces/{}/pages?limit={PAGES_TO_TAKE}&body-format=storage", space.id);
            match api.ask::<Listing>(&path).await? {
                Ok(listing) => Ok(Some(listing.results)),
                Err(refusal) => Err(must(api, "a page", refusal, anonymous)),
            }
        }
        // "not found" for a space that was listed a moment ago: it is gone or closed, and the next one will do
        Err(refusal) if refusal.status == 404 && refusal.obstacle.is_none() => Ok(None),
        Err(refusal) => Err(must(api, "a page", refusal, anonymous)),
    }
}

#[derive(Deserialize)]
struct Listing {
    results: Vec<Page>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    id: String,
    #[serde(default)]
    title: String,
    body: Option<Body>,
    version: Option<Version>,
    history: Option<History>,
    /// The second version of Cloud's API names the author by this.
    author_id: Option<String>,
    created_at: Option<String>,
}

#[derive(Deserialize)]
struct Body {
    storage: Option<Storage>,
}

#[derive(Deserialize)]
struct Storage {
    value: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Version {
    when: Option<String>,
    created_at: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct History {
    created_by: Option<serde_json::Value>,
    created_date: Option<String>,
}

impl Page {
    fn has_body(&self) -> bool {
        self.body.as_ref().is_some_and(|body| body.storage.is_some())
    }

    fn body_length(&self) -> usize {
        self.body.as_ref().and_then(|body| body.storage.as_ref()).map_or(0, |storage| storage.value.chars().count())
    }

    fn has_history(&self) -> bool {
        let modified = self.version.as_ref().is_some_and(|version| version.when.is_some() || version.created_at.is_some());
        let by_first_version = self.history.as_ref().is_some_and(|history| history.created_by.is_some() && history.created_date.is_some());
        modified && (by_first_version || (self.author_id.is_some() && self.created_at.is_some()))
    }
}
