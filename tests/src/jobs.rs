//! Jobs against practice servers, and a person who signs in by itself when a browser is asked for.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use engine::forms::{SharePointForm, SharePointSecrets};
use engine::{Job, OpenError, UrlOpener};
use practice::entra::{Choice, Landing};
use practice::sharepoint::Cloud;
use url::Url;

/// The SharePoint test of a practice cloud.
pub fn sharepoint(cloud: &Cloud) -> Result<Job, String> {
    let form = SharePointForm {
        address: cloud.site(),
        tenant: cloud.tenant_to_enter.clone(),
        client_id: cloud.client_id.clone(),
        ..SharePointForm::default()
    };
    let mut settings = form.settings(&SharePointSecrets::default()).map_err(|errors| format!("{errors:?}"))?;
    settings.authority = Url::parse(&cloud.authority()).ok();
    Ok(Job::SharePoint(Box::new(settings)))
}

/// A person at a browser: signs in on the practice pages and lets the browser return.
pub struct Person {
    cloud: Arc<Cloud>,
    takes: Duration,
    opened: Mutex<Vec<(Url, Instant)>>,
    answered: Arc<Mutex<Option<Instant>>>,
}

impl Person {
    /// The person that this cloud is about, who signs in at once.
    pub fn new(cloud: Arc<Cloud>) -> Self {
        Self { cloud, takes: Duration::ZERO, opened: Mutex::default(), answered: Arc::default() }
    }

    /// Somebody who takes this long.
    #[must_use]
    pub fn taking(mut self, takes: Duration) -> Self {
        self.takes = takes;
        self
    }

    /// What was opened in the browser.
    pub fn opened(&self) -> Vec<Url> {
        lock(&self.opened).iter().map(|(url, _)| url.clone()).collect()
    }

    /// When the first page was opened, and when the browser came back.
    pub fn was_busy(&self) -> Option<(Instant, Instant)> {
        let opened = lock(&self.opened).first().map(|(_, at)| *at);
        opened.zip(*lock(&self.answered))
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl fmt::Debug for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Person")
    }
}

impl UrlOpener for Person {
    fn open(&self, url: &Url) -> Result<(), OpenError> {
        lock(&self.opened).push((url.clone(), Instant::now()));
        let (cloud, url, takes, answered) = (self.cloud.clone(), url.clone(), self.takes, self.answered.clone());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| OpenError(Box::new(error)))?;
        let sign_in = move || {
            runtime.block_on(async move {
                tokio::time::sleep(takes).await;
                let landing = cloud.entra.sign_in_like_a_browser(url.as_str(), &cloud.user.upn, Choice::Accept).await;
                *lock(&answered) = Some(Instant::now());
                // the listener may be gone: the test was cancelled meanwhile
                deliver(landing).await.ok();
            });
        };
        std::thread::Builder::new().name("person".to_owned()).spawn(sign_in).map_err(|error| OpenError(Box::new(error)))?;
        Ok(())
    }
}

/// What a browser does at the end of a sign-in. Returns the page that it shows then.
pub async fn deliver(landing: Landing) -> reqwest::Result<String> {
    // a second installation in the same process is the same provider
    rustls::crypto::ring::default_provider().install_default().ok();
    let client = reqwest::Client::builder().no_proxy().build()?;
    let answer = match landing {
        Landing::Redirect { url, .. } => client.get(url).send().await?,
        Landing::FormPost { action, fields, .. } => client.post(action).form(&fields).send().await?,
        Landing::Page(page) => return Ok(page.message),
        Landing::Done => return Ok(String::new()),
    };
    answer.text().await
}
