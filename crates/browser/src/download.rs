//! Large files: the browser's own download, written straight to disk, many times faster than through the protocol.

use std::path::Path;
use std::time::Duration;

use headless_chrome::protocol::cdp::Browser;
use preflight::Origin;
use serde::Deserialize;
use serde_json::Value;
use tokio::sync::mpsc::UnboundedReceiver;
use url::Url;

use crate::BrowserError;
use crate::cdp::calls::{self, Done};
use crate::cdp::{Cdp, Happening, PROMPTLY};
use crate::live::Alive;
use crate::route::{Page, Place, find_or_make};
use crate::world;

/// How long a server may take to begin, and how long it may be silent in between.
const SILENCE: Duration = Duration::from_mins(1);

/// What refusals are called here.
const WHAT: &str = "download";

/// Follows a link as a download, from inside a page of the same origin. Nothing of the address is run.
const FOLLOW: &str = "(url) => {
    const link = document.createElement('a');
    link.href = url;
    link.download = '';
    link.click();
}";

#[derive(Deserialize)]
struct WillBegin {
    guid: String,
    url: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Progress {
    guid: String,
    total_bytes: f64,
    received_bytes: f64,
    state: String,
}

/// Downloads a file. The number of its bytes comes back; `progress` is told how many have come, of how many.
pub(crate) async fn download(
    alive: &Alive,
    address: &Url,
    to: &Path,
    progress: &(dyn Fn(u64, Option<u64>) + Send + Sync),
) -> Result<u64, BrowserError> {
    let mut kept = alive.downloading.lock().await;
    let refused = |words: String| BrowserError::Refused { what: WHAT, words };
    let origin = Origin::of(address).map_err(|error| refused(error.to_string()))?;
    let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let folder = folder.canonicalize().map_err(BrowserError::Profile)?;

    let cdp = &alive.cdp;
    let mut told = cdp.listen(None);
    let into = Browser::SetDownloadBehavior {
        behavior: Browser::SetDownloadBehaviorBehaviorOption::AllowAndName,
        browser_context_id: None,
        download_path: Some(folder.display().to_string()),
        events_enabled: Some(true),
    };
    let _: Done = cdp.ask(None, into, PROMPTLY).await?;
    let mut running = Running { cdp, guid: None, folder: &folder };
    let begun = match kept.take().filter(|(of, _)| *of == origin) {
        // it may be gone since
        Some((_, page)) => begin(alive, &page, address).await.is_ok().then_some(page),
        None => None,
    };
    let page = match begun {
        Some(page) => page,
        None => match find_or_make(alive, &origin).await.map_err(|kind| refused(kind.to_string()))? {
            Place::On(page) => begin(alive, &page, address).await.map(|()| page)?,
            Place::Elsewhere(_) => return Err(refused("the site sends elsewhere".to_owned())),
        },
    };
    *kept = Some((origin, page));

    loop {
        let happening = next(&mut told).await?;
        match (&*happening.name, &running.guid) {
            ("Browser.downloadWillBegin", None) => {
                running.guid = happening.read::<WillBegin>().filter(|begun| begun.url == address.as_str()).map(|begun| begun.guid);
            }
            ("Browser.downloadProgress", Some(guid)) => {
                let Some(now) = happening.read::<Progress>().filter(|now| now.guid == *guid) else { continue };
                progress(whole(now.received_bytes), Some(whole(now.total_bytes)).filter(|total| *total > 0));
                match now.state.as_str() {
                    "completed" => {
                        let file = folder.join(guid);
                        running.guid = None;
                        std::fs::rename(file, to).map_err(BrowserError::Profile)?;
                        return Ok(whole(now.received_bytes));
                    }
                    "canceled" => return Err(refused("the download was cut off or refused".to_owned())),
                    _ => {}
                }
            }
            _ => {}
        }
    }
}

async fn begin(alive: &Alive, page: &Page, address: &Url) -> Result<(), BrowserError> {
    let _: Option<Value> = world::call_in(&alive.cdp, &page.session, page.world, FOLLOW, address.as_str().into(), PROMPTLY).await?;
    Ok(())
}

async fn next(told: &mut UnboundedReceiver<Happening>) -> Result<Happening, BrowserError> {
    let happening = tokio::time::timeout(SILENCE, told.recv()).await;
    happening.map_err(|_elapsed| BrowserError::Timeout { what: WHAT })?.ok_or(BrowserError::Closed)
}

/// The protocol knows only floating-point numbers.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "numbers of bytes are whole, not negative and far below 2^53")]
fn whole(number: f64) -> u64 {
    number.max(0.0) as u64
}

/// A download under way. Called off, and its part removed, where nobody waits for it any more; the person's own downloads go where they went before.
struct Running<'a> {
    cdp: &'a Cdp,
    guid: Option<String>,
    folder: &'a Path,
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        if let Some(guid) = self.guid.take() {
            // there may be nothing yet
            std::fs::remove_file(self.folder.join(&guid)).ok();
            self.cdp.tell(None, Browser::CancelDownload { guid, browser_context_id: None });
        }
        self.cdp.tell(None, calls::usual_downloads());
    }
}
