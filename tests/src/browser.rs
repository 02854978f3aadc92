//! Chromium, driven by its WebDriver: pages are opened, typed into and clicked as a person would.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use fantoccini::{Client, ClientBuilder, Locator};
use serde_json::json;
use tempfile::TempDir;

/// A browser that ends when it is closed.
pub struct Browser {
    /// Its driver.
    pub client: Client,
    driver: Child,
    _profile: TempDir,
}

/// How long a page may take.
const PATIENCE: Duration = Duration::from_secs(20);

impl Browser {
    /// Starts a headless Chromium with a fresh profile.
    ///
    /// # Panics
    /// Where Chromium or its driver are missing.
    pub async fn start() -> Self {
        let profile = tempfile::tempdir().expect("a temporary folder");
        let mut driver = Command::new("chromedriver")
            .arg("--port=0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver: run `cargo xtask setup`");
        let mut lines = BufReader::new(driver.stdout.take().expect("piped")).lines().map_while(Result::ok);
        let port = lines
            .by_ref()
            .filter_map(|line| line.split("on port ").nth(1).and_then(|rest| rest.trim_end_matches('.').parse::<u16>().ok()))
            // its first line repeats the zero that it was given
            .find(|port| *port != 0)
            .expect("chromedriver says its port");
        // its later lines are read away, or it would block on a full pipe
        std::thread::Builder::new().name("chromedriver".to_owned()).spawn(move || lines.for_each(drop)).expect("a thread");

        let arguments = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--no-first-run",
            "--no-proxy-server",
            &format!("--user-data-dir={}", profile.path().display()),
        ]
        .map(str::to_owned);
        let mut capabilities = serde_json::Map::new();
        capabilities.insert("goog:chromeOptions".to_owned(), json!({ "args": arguments, "binary": "/usr/bin/chromium" }));
        let client = ClientBuilder::new(hyper_util_connector())
            .capabilities(capabilities)
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .expect("a browser session");
        Self { client, driver, _profile: profile }
    }

    /// Waits for an element and clicks it.
    ///
    /// # Panics
    /// Where it does not come.
    pub async fn click(&self, css: &str) {
        let element = self.client.wait().at_most(PATIENCE).for_element(Locator::Css(css)).await;
        element.unwrap_or_else(|error| panic!("no {css}: {error}")).click().await.expect("clickable");
    }

    /// Waits for a field and types into it.
    ///
    /// # Panics
    /// Where it does not come.
    pub async fn type_into(&self, css: &str, text: &str) {
        let element = self.client.wait().at_most(PATIENCE).for_element(Locator::Css(css)).await;
        element.unwrap_or_else(|error| panic!("no {css}: {error}")).send_keys(text).await.expect("typeable");
    }

    /// The visible text of the page, once it holds this.
    ///
    /// # Panics
    /// Where it does not come.
    pub async fn reads(&self, part: &str) -> String {
        let xpath = format!("//body[contains(., '{part}')]");
        let body = self.client.wait().at_most(PATIENCE).for_element(Locator::XPath(&xpath)).await;
        match body {
            Ok(body) => body.text().await.expect("text"),
            Err(error) => panic!("the page never said “{part}”: {error}; it says {:?}", self.client.source().await),
        }
    }

    /// Ends the browser and waits until it is gone.
    ///
    /// # Panics
    /// Where the session cannot be closed.
    pub async fn close(mut self) {
        self.client.clone().close().await.expect("closed");
        self.driver.kill().ok();
        self.driver.wait().ok();
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // after `close` it is gone already
        self.driver.kill().ok();
        self.driver.wait().ok();
    }
}

fn hyper_util_connector() -> hyper_util::client::legacy::connect::HttpConnector {
    hyper_util::client::legacy::connect::HttpConnector::new()
}
