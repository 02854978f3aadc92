//! Downloads one small attachment. Files are served by another part of Confluence than the API, and not every sign-in reaches it.

use preflight::{Cause, Fail, Hint, Pass};
use serde::Deserialize;
use transport::{Origin, Response};

use crate::api::Api;
use crate::classify::{Obstacle, refusal};
use crate::error::{ConfluenceError, Sent};
use crate::product::Product;
use crate::rungs::content::Content;
use crate::scopes;

/// What came of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Download {
    /// A file came.
    Works,
    /// None was found to try.
    NothingToTry,
    /// Refused: the sign-in does not reach files.
    Refused,
}

/// The largest file that is downloaded to try it.
const LARGEST: u64 = 1024 * 1024;
/// How many pages are looked at for an attachment.
const PAGES_TO_TRY: usize = 4;

pub(crate) async fn run(api: &Api, product: &Product, content: &Content, sent: Option<Sent>) -> Result<Pass<Download>, Fail> {
    for page in content.pages.iter().take(PAGES_TO_TRY) {
        let Some(file) = smallest(files_of(api, product, page).await?) else { continue };
        let (response, path) = download(api, product, page, &file, sent).await?;
        let name = file.title.clone();
        let host = media_host(&response, product);
        if is_whole(&response, &file) || host.is_some() {
            let bytes = response.body.len().to_string();
            let mut pass = Pass::new(Download::Works, format!("Downloaded the attachment {name}"))
                .detail("attachment", name)
                .detail("path", without_query(&path));
            pass = match host {
                // Cloud hands out a short-lived address of its media service: that it does is the proof
                Some(host) => pass.detail("handed_out_by", host),
                None => pass.detail("bytes", bytes),
            };
            return Ok(pass);
        }
        return Ok(refused(&response, &name, sent));
    }
    Ok(Pass::new(Download::NothingToTry, "No attachment was found to try"))
}

fn refused(response: &Response, name: &str, sent: Option<Sent>) -> Pass<Download> {
    let refusal = refusal(response);
    let to_login = matches!(refusal.obstacle, Some(Obstacle::Login | Obstacle::IdentityProvider { .. }));
    let cause = if refusal.missing_scope.is_some() {
        Cause::ConfluenceTokenScopeMissing
    } else if to_login && sent == Some(Sent::PersonalToken) {
        Cause::ConfluenceTokenUnsupported
    } else {
        Cause::ConfluenceNoAccess
    };
    let summary = if to_login {
        format!("The attachment {name} was not handed out: the server wants a sign-in page for downloads")
    } else if response.status.is_success() {
        format!("Something else came than the attachment {name}: its size is not the one that Confluence tells")
    } else {
        format!("The attachment {name} was not handed out (status {})", refusal.status)
    };
    let hint = match cause {
        _ if response.status.is_success() && !to_login => {
            Hint::say("Download it in the browser: if it is whole there, a box in between changes downloads")
        }
        _ if to_login => {
            Hint::say("Choose the interactive sign-in if attachments are to be migrated; tokens do not reach downloads on every server")
        }
        _ => Hint::say("Ask an administrator to let this account read attachments"),
    };
    let pass = Pass::new(Download::Refused, summary).limited(cause).detail("status", refusal.status.to_string());
    match refusal.missing_scope {
        Some(scope) => scopes::hints().into_iter().fold(pass.detail("missing_scope", scope), Pass::hint),
        None => pass.hint(hint),
    }
}

async fn files_of(api: &Api, product: &Product, page: &str) -> Result<Vec<File>, ConfluenceError> {
    match api.ask::<Listing>(&format!("/rest/api/content/{page}/child/attachment?limit=25")).await? {
        Ok(listing) => Ok(listing.results),
        Err(refusal) if product.is_cloud() && (refusal.is_not_found() || refusal.missing_scope.is_some()) => {
            let answer = api.ask::<Listing>(&format!("/api/v2/pages/{page}/attachments?limit=25")).await?;
            Ok(answer.map(|listing| listing.results).unwrap_or_default())
        }
        // the attempt is about the download; a listing that is not there leaves nothing to try
        Err(_refusal) => Ok(Vec::new()),
    }
}

fn smallest(files: Vec<File>) -> Option<File> {
    files
        .into_iter()
        .filter(|file| file.size().is_some_and(|size| size <= LARGEST) && file.link().is_some())
        .min_by_key(|file| file.size().unwrap_or(u64::MAX))
}

async fn download(
    api: &Api,
    product: &Product,
    page: &str,
    file: &File,
    sent: Option<Sent>,
) -> Result<(Response, String), ConfluenceError> {
    let link = file.link().unwrap_or_default().to_owned();
    if product.is_cloud() && sent == Some(Sent::GatewayToken) {
        // the gateway is for the API; this is the API's own way to a file
        let path = format!("/rest/api/content/{page}/child/attachment/{}/download", file.id);
        let response = fetch(api, &path).await?;
        if response.status.as_u16() != 404 {
            return Ok((response, path));
        }
    }
    Ok((fetch(api, &link).await?, link))
}

async fn fetch(api: &Api, path: &str) -> Result<Response, ConfluenceError> {
    let mut request = api.get(path);
    request.headers.insert(http::header::ACCEPT, http::HeaderValue::from_static("*/*"));
    request.body_limit = usize::try_from(LARGEST).unwrap_or(usize::MAX).saturating_mul(2);
    // a file may have moved within the host; a login page at the end is told by what it is
    api.send(request.follow()).await
}

/// Cloud hands a file out by a redirect to its media service. A redirect to any other host is a gate, not a file.
fn media_host(response: &Response, product: &Product) -> Option<String> {
    let origin = Origin::of(&response.redirect_away()?).ok()?;
    let is_media = product.is_cloud() && origin.is_https() && origin.is_within("media.atlassian.com");
    is_media.then(|| origin.host().to_owned())
}

/// A login page with status 200 is no file, nor is half of one. The right number of bytes is.
fn is_whole(response: &Response, file: &File) -> bool {
    let length = u64::try_from(response.body.len()).unwrap_or(u64::MAX);
    response.status.is_success() && file.size() == Some(length)
}

fn without_query(path: &str) -> String {
    path.split('?').next().unwrap_or_default().to_owned()
}

#[derive(Deserialize)]
struct Listing {
    results: Vec<File>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct File {
    id: String,
    #[serde(default)]
    title: String,
    extensions: Option<Extensions>,
    #[serde(rename = "_links", default)]
    links: Links,
    /// The second version of Cloud's API has these two at the top.
    #[serde(rename = "fileSize")]
    size: Option<u64>,
    download_link: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Extensions {
    file_size: Option<u64>,
}

#[derive(Deserialize, Default)]
struct Links {
    download: Option<String>,
}

impl File {
    fn size(&self) -> Option<u64> {
        self.size.or_else(|| self.extensions.as_ref().and_then(|extensions| extensions.file_size))
    }

    /// The path below the context path.
    fn link(&self) -> Option<&str> {
        self.links.download.as_deref().or(self.download_link.as_deref()).filter(|link| link.starts_with('/'))
    }
}
