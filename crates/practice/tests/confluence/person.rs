//! A person with a browser, as far as redirects, cookies and forms go: scripts that only submit a form are played by hand.

use std::collections::BTreeMap;

use practice::confluence::Confluence;
use reqwest::header::{LOCATION, SET_COOKIE};
use reqwest::{Client, Url};

use crate::client;

/// Cookies by host, as browsers keep them: the port does not matter.
#[derive(Default)]
pub(crate) struct Person {
    cookies: BTreeMap<String, BTreeMap<String, (String, String)>>,
}

/// What is on the screen.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) url: Url,
    pub(crate) status: u16,
    pub(crate) reason: String,
    pub(crate) policy: String,
    pub(crate) text: String,
}

impl Person {
    /// Opens an address, and follows where it leads.
    pub(crate) async fn opens(&mut self, url: &str) -> Page {
        self.goes(client(), Url::parse(url).unwrap(), None).await
    }

    /// Fills in the form of a page, hidden fields included, and submits it.
    pub(crate) async fn submits(&mut self, page: &Page, fields: &[(&str, &str)]) -> Page {
        let text = page.text.replace("\\u003c", "<").replace("\\\"", "\"").replace("<\\/", "</");
        let form = text.split("<form").nth(1).unwrap_or_else(|| panic!("no form in {text}")).split("</form>").next().unwrap();
        let action = attribute(form, "action").unwrap();
        let mut filled: BTreeMap<String, String> = BTreeMap::new();
        for input in form.split("<input").skip(1).map(|input| input.split('>').next().unwrap()) {
            if attribute(input, "type").as_deref() == Some("hidden") {
                filled.insert(attribute(input, "name").unwrap(), attribute(input, "value").unwrap());
            }
        }
        for (name, value) in fields {
            // the practice pages' buttons and fields are all the person may use
            assert!(form.contains(&format!("name=\"{name}\"")), "no field {name} in {form}");
            filled.insert((*name).to_owned(), (*value).to_owned());
        }
        self.goes(client(), page.url.join(&action).unwrap(), Some(filled)).await
    }

    /// The cookies that would go to this address.
    pub(crate) fn cookie(&self, url: &Url) -> String {
        let all = self.cookies.get(url.host_str().unwrap()).into_iter().flatten();
        let fitting = all.filter(|(_, (_, path))| url.path().starts_with(path.as_str()));
        fitting.map(|(name, (value, _))| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    /// Closes the browser's window as far as one site's session cookie goes.
    pub(crate) fn loses(&mut self, name: &str) {
        for cookies in self.cookies.values_mut() {
            cookies.remove(name);
        }
    }

    /// Who the API says this is, asked from the browser or from outside with its cookies.
    pub(crate) async fn is(&self, wiki: &Confluence, in_browser: bool) -> (u16, String) {
        let url = Url::parse(&format!("{}/rest/api/user/current", wiki.base())).unwrap();
        let mut request = client().get(url.clone()).header("cookie", self.cookie(&url));
        if in_browser {
            request = request.header("sec-fetch-site", "same-origin");
        }
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        let body: serde_json::Value = response.json().await.unwrap_or_default();
        let name = body["username"].as_str().or(body["email"].as_str()).or(body["type"].as_str());
        (status, name.unwrap_or_default().to_owned())
    }

    async fn goes(&mut self, client: Client, mut url: Url, mut form: Option<BTreeMap<String, String>>) -> Page {
        for _ in 0..12 {
            let cookie = self.cookie(&url);
            let request = match form.take() {
                Some(form) => client.post(url.clone()).form(&form),
                None => client.get(url.clone()),
            };
            let response = request.header("cookie", cookie).header("sec-fetch-site", "none").send().await.unwrap();
            for line in response.headers().get_all(SET_COOKIE) {
                self.keeps(&url, line.to_str().unwrap());
            }
            let text = |name: &str| response.headers().get(name).map_or("", |value| value.to_str().unwrap()).to_owned();
            let (reason, policy) = (text("x-seraph-loginreason"), text("content-security-policy"));
            let Some(to) = response.headers().get(LOCATION) else {
                let status = response.status().as_u16();
                return Page { url, status, reason, policy, text: response.text().await.unwrap() };
            };
            url = url.join(to.to_str().unwrap()).unwrap();
        }
        panic!("it never ends at {url}")
    }

    fn keeps(&mut self, url: &Url, line: &str) {
        let mut parts = line.split("; ");
        let (name, value) = parts.next().unwrap().split_once('=').unwrap();
        let attributes: Vec<&str> = parts.collect();
        assert!(attributes.contains(&"HttpOnly"), "a page could read {name}");
        let path = attributes.iter().find_map(|part| part.strip_prefix("Path=")).unwrap();
        let cookies = self.cookies.entry(url.host_str().unwrap().to_owned()).or_default();
        if attributes.contains(&"Max-Age=0") {
            cookies.remove(name);
        } else {
            cookies.insert(name.to_owned(), (value.to_owned(), path.to_owned()));
        }
    }
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let value = tag.split(&format!("{name}=\"")).nth(1)?.split('"').next()?;
    Some(value.replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))
}
