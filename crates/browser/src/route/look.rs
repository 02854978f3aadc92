//! Asks once more while the browser reports on its network: where a redirect leads, and why a connection failed.

use std::collections::BTreeMap;
use std::time::Duration;

use headless_chrome::protocol::cdp::Network;
use http::StatusCode;
use serde::Deserialize;
use serde_json::Value;
use tokio::sync::mpsc::UnboundedReceiver;
use transport::{Hop, Response, TransportError, TransportErrorKind as Kind};

use super::answer::{self, Outcome};
use super::page::Page;
use super::{BrowserTransport, failure};
use crate::cdp::Happening;
use crate::cdp::PROMPTLY;
use crate::cdp::calls::{self, Done};

/// How long the report may come after the answer.
const LATE_REPORT: Duration = Duration::from_millis(500);

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WillBeSent {
    request_id: String,
    request: Sent,
}

#[derive(Deserialize)]
struct Sent {
    url: String,
}

/// `Network.responseReceivedExtraInfo`: the answer as it came over the wire.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Raw {
    request_id: String,
    status_code: u16,
    headers: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LoadingFailed {
    request_id: String,
    error_text: String,
}

/// What the browser reported about one request.
#[derive(Default)]
struct Report {
    request: Option<String>,
    raw: Vec<Raw>,
    failed: Vec<LoadingFailed>,
}

impl Report {
    fn take(&mut self, happening: &Happening, url: &str) {
        match &*happening.name {
            "Network.requestWillBeSent" => {
                if let Some(sent) = happening.read::<WillBeSent>().filter(|sent| sent.request.url == url) {
                    self.request = Some(sent.request_id);
                }
            }
            "Network.responseReceivedExtraInfo" => self.raw.extend(happening.read::<Raw>()),
            "Network.loadingFailed" => self.failed.extend(happening.read::<LoadingFailed>()),
            _ => {}
        }
    }

    /// These reports may come before the one that names the request.
    fn redirect(&self) -> Option<&Raw> {
        let request = self.request.as_ref()?;
        self.raw.iter().find(|raw| raw.request_id == *request && (300..400).contains(&raw.status_code))
    }

    fn failure(&self) -> Option<&str> {
        let request = self.request.as_ref()?;
        self.failed.iter().find(|failed| failed.request_id == *request).map(|failed| failed.error_text.as_str())
    }
}

impl BrowserTransport {
    /// The request once more, with open eyes. What it is answered now counts.
    pub(super) async fn look(&self, page: &Page, call: &Value, hop: &Hop<'_>, limit: Duration) -> Result<Response, TransportError> {
        let _alone = page.looking.lock().await;
        let cdp = &self.alive.cdp;
        let mut told = cdp.listen(Some(&page.session));
        let watching: Done =
            cdp.ask(Some(&page.session), calls::watch_network(), PROMPTLY).await.map_err(|error| self.broken(Kind::Closed, error))?;
        let Done {} = watching;
        let outcome = self.ask(page, call, limit).await;
        let mut report = Report::default();
        let now = self.alive.clock.now();
        let looked = match outcome {
            Ok(Outcome::Answer(answer)) => answer.into_response(&hop.url, now).map_err(|kind| self.error(kind)),
            Ok(Outcome::Redirected) => {
                wait_for(&mut report, &mut told, hop, |report| report.redirect().is_some()).await;
                let redirect = report.redirect();
                Ok(redirect.map_or_else(
                    || answer::sent_somewhere(&hop.url, now),
                    |raw| Response {
                        status: StatusCode::from_u16(raw.status_code).unwrap_or(StatusCode::FOUND),
                        headers: answer::headers(raw.headers.clone()),
                        ..answer::sent_somewhere(&hop.url, now)
                    },
                ))
            }
            Ok(Outcome::Failed(name)) if name == "TimeoutError" => Err(self.error(Kind::Timeout)),
            Ok(_) => {
                wait_for(&mut report, &mut told, hop, |report| report.failure().is_some()).await;
                Err(self.error(report.failure().map_or(Kind::Closed, |error| failure::kind_of(error, &self.alive.proxy))))
            }
            Err(error) => Err(self.broken(Kind::Closed, error)),
        };
        cdp.tell(Some(&page.session), Network::Disable(None));
        looked
    }
}

async fn wait_for(report: &mut Report, told: &mut UnboundedReceiver<Happening>, hop: &Hop<'_>, enough: impl Fn(&Report) -> bool + Send) {
    let mut url = hop.url.clone();
    url.set_fragment(None);
    let waiting = async {
        while !enough(report) {
            let Some(happening) = told.recv().await else { return };
            report.take(&happening, url.as_str());
        }
    };
    tokio::time::timeout(LATE_REPORT, waiting).await.ok();
}
