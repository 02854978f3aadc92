//! The treacherous points of Confluence, asked from outside over HTTP.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop here")]

mod cloud;
mod fronts;
mod listing;
mod person;
mod rights;
mod sign_in;
mod ways_in;

use practice::confluence::{Confluence, Who};
use reqwest::{Client, RequestBuilder, Response, StatusCode};
use serde_json::Value;

/// What a request carries.
#[derive(Debug, Clone, Copy)]
enum With {
    Nothing,
    Pat(Who),
    WrongPat,
    /// The token in the place of the password.
    PatAsBasic(Who),
    Password(Who),
    WrongPassword(Who),
    ApiToken(Who),
    Session(Who),
}

fn client() -> Client {
    drop(rustls::crypto::ring::default_provider().install_default());
    Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap()
}

fn dress(wiki: &Confluence, request: RequestBuilder, with: With) -> RequestBuilder {
    match with {
        With::Nothing => request,
        With::Pat(who) => request.bearer_auth(who.pat()),
        With::WrongPat => request.bearer_auth("NjM4MDQ2NTg3OTQ0OpaF"),
        With::PatAsBasic(who) => request.basic_auth(who.username(), Some(who.pat())),
        With::Password(who) => request.basic_auth(who.username(), Some(who.password())),
        With::WrongPassword(who) => request.basic_auth(who.username(), Some("guess")),
        With::ApiToken(who) => request.basic_auth(who.email().to_uppercase(), Some(who.api_token())),
        With::Session(who) => request.header("cookie", format!("a=b; JSESSIONID={}", wiki.open_session(who))),
    }
}

async fn get(wiki: &Confluence, path: &str, with: With) -> Response {
    let request = client().get(format!("{}{path}", wiki.base())).header("accept", "application/json");
    dress(wiki, request, with).send().await.unwrap()
}

async fn get_json(wiki: &Confluence, path: &str, with: With) -> Value {
    let response = get(wiki, path, with).await;
    assert_eq!(response.status(), StatusCode::OK, "{path} with {with:?}");
    response.json().await.unwrap()
}

async fn status(wiki: &Confluence, path: &str, with: With) -> u16 {
    get(wiki, path, with).await.status().as_u16()
}

fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    response.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

/// The values of one field over a list.
fn each(list: &Value, field: &str) -> Vec<String> {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    list.as_array().unwrap().iter().map(|entry| text(&entry[field])).collect()
}
