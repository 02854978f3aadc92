//! A test runs out of time where the clock says so, and the report says what it waited for.

#![cfg(feature = "practice")]

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use browser::{BrowserError, Launcher, Open, Window};
use engine::deps::SystemClock;
use engine::forms::{ConfluenceForm, ConfluenceMethod, SharePointForm, SharePointSecrets};
use engine::practice::Practice;
use engine::{Deps, Job, NetworkOptions, OpenError, Order, Replies, UrlOpener};
use preflight::{Cause, Origin, Outcome, Report, Secret};
use transport::{Network, Request, Response, Route, Transport, TransportError};
use url::Url;

/// Takes every request and answers none.
#[derive(Debug)]
struct Silence;

#[derive(Debug)]
struct SilentTransport(Origin);

impl Network for Silence {
    fn to(&self, origin: &Origin) -> Arc<dyn Transport> {
        Arc::new(SilentTransport(origin.clone()))
    }
}

#[async_trait]
impl Transport for SilentTransport {
    fn origin(&self) -> &Origin {
        &self.0
    }

    fn route(&self) -> Route {
        Route::Direct
    }

    async fn execute(&self, _request: Request) -> Result<Response, TransportError> {
        std::future::pending().await
    }
}

/// Nobody sits at this computer.
#[derive(Debug)]
struct Nobody;

impl UrlOpener for Nobody {
    fn open(&self, _url: &Url) -> Result<(), OpenError> {
        Ok(())
    }
}

#[async_trait]
impl Launcher for Nobody {
    async fn open(&self, _order: Open) -> Result<Arc<dyn Window>, BrowserError> {
        std::future::pending().await
    }

    async fn forget(&self, _connection: &str) -> Result<bool, BrowserError> {
        Err(BrowserError::ProfileInUse)
    }
}

fn silent() -> Deps {
    let nobody = Arc::new(Nobody);
    Deps {
        network: Arc::new(Silence),
        clock: Arc::new(SystemClock::default()),
        opener: nobody.clone(),
        launcher: nobody,
        authority: None,
        memory: None,
    }
}

fn confluence() -> Job {
    let form = ConfluenceForm { address: "https://wiki.example.com".into(), method: ConfluenceMethod::Anonymous, ..Default::default() };
    Job::Confluence(Box::new(form.settings(&Secret::new(String::new())).expect("settings")))
}

fn sharepoint() -> Job {
    let form = SharePointForm {
        address: "https://contoso.sharepoint.com/sites/wiki".into(),
        client_id: "6f1d2c3a-8b47-4e59-a0c6-2d9e7b5f4a11".into(),
        ..SharePointForm::default()
    };
    Job::SharePoint(Box::new(form.settings(&SharePointSecrets::default()).expect("settings")))
}

async fn run(deps: &Deps, job: Job, time_limit: Option<Duration>) -> Report {
    let replies = Replies::none();
    engine::run(deps, &Order { job, time_limit, practice: false }, &(), &replies).await
}

/// How long a test took on tokio's clock, and how it ended.
async fn out_of_time(deps: &Deps, job: Job, time_limit: Option<Duration>) -> (Duration, Outcome, Option<Cause>, String) {
    let begun = tokio::time::Instant::now();
    let report = run(deps, job, time_limit).await;
    let said = report.decisive().map(|check| check.summary.to_string()).unwrap_or_default();
    (begun.elapsed(), report.outcome(), report.cause(), said)
}

#[tokio::test(start_paused = true)]
async fn a_network_that_says_nothing_ends_with_the_limit() {
    let (minute, long) = (Duration::from_mins(1), Duration::from_mins(10));
    for (job, limit, expected) in [
        (confluence as fn() -> Job, None, minute),
        (confluence, Some(Duration::from_secs(7)), Duration::from_secs(7)),
        (sharepoint, None, long),
        (sharepoint, Some(Duration::from_secs(7)), Duration::from_secs(7)),
    ] {
        let (took, outcome, cause, said) = out_of_time(&silent(), job(), limit).await;
        assert!(took >= expected && took < expected + Duration::from_millis(100), "{took:?}");
        assert_eq!((outcome, cause), (Outcome::Failed, Some(Cause::NetworkTimeout)));
        assert_eq!(said, format!("There was no answer within {} seconds", expected.as_secs()));
    }
}

/// The practice cloud answers, and nobody signs in.
#[tokio::test]
async fn a_person_who_does_not_come_ends_with_the_limit() {
    let practice = Practice::start("all-well").await.expect("practice servers");
    let mut deps = Deps::production(&NetworkOptions::default()).expect("a network");
    deps.opener = Arc::new(Nobody);
    let job = practice.sharepoint_job().expect("a job");
    let (_, outcome, cause, said) = out_of_time(&deps, job, Some(Duration::from_secs(1))).await;
    assert_eq!((outcome, cause), (Outcome::Failed, Some(Cause::EntraSignInTimeout)));
    assert_eq!(said, "Nobody finished signing in within 1 seconds");
}

/// Somebody who expects another account gets no green, in practice as elsewhere.
#[tokio::test]
async fn practice_jobs_go_to_the_practice_servers() {
    let practice = Practice::start("confluence-cloud").await.expect("practice servers");
    let deps = Deps::production(&NetworkOptions::default()).expect("a network");
    let report = run(&deps, practice.confluence_job(false).expect("a job"), None).await;
    assert_eq!(report.outcome(), Outcome::Limited);
    assert!(!practice.stage().confluence.server().requests().is_empty());
    let report = run(&deps, practice.confluence_job(true).expect("a job"), None).await;
    assert_eq!(report.cause(), Some(Cause::ConfluenceAnonymousNotAllowed));
}
