//! One Confluence as a place to send requests to: an origin, a context path and at most one credential.

use std::sync::Arc;

use http::{HeaderName, HeaderValue};
use preflight::{BoundSecret, Origin};
use serde::de::DeserializeOwned;
use transport::{Authorization, Body, Request, Response, Route, Transport};

use crate::classify::{Refusal, refusal};
use crate::error::ConfluenceError;
use crate::settings::{Cx, Settings};

/// Sends requests to one Confluence.
#[derive(Clone, Debug)]
pub(crate) struct Api {
    transport: Arc<dyn Transport>,
    context: String,
    authorization: Option<Authorization>,
    gate_headers: Vec<(HeaderName, BoundSecret)>,
    ask_for_basic: bool,
}

impl Api {
    /// The Confluence at this origin and context path, asked without a credential.
    pub(crate) fn at(cx: &Cx<'_>, settings: &Settings, origin: &Origin, context: &str) -> Self {
        // a gate's headers are secrets: not to other hosts, and not in the clear
        let is_gateway = *origin == settings.gateway && settings.address.origin() != origin;
        let in_the_clear = !origin.is_https() && !origin.is_loopback();
        let gate_headers = if is_gateway || in_the_clear {
            Vec::new()
        } else {
            settings.extra_headers.iter().map(|(name, secret)| (name.clone(), secret.clone().bind(origin.clone()))).collect()
        };
        Self { transport: cx.network.to(origin), context: context.to_owned(), authorization: None, gate_headers, ask_for_basic: false }
    }

    /// The same Confluence under another context path.
    pub(crate) fn under(&self, context: &str) -> Self {
        Self { context: context.to_owned(), ..self.clone() }
    }

    /// The same Confluence, asked with this credential.
    pub(crate) fn with(&self, authorization: Authorization) -> Self {
        Self { authorization: Some(authorization), ..self.clone() }
    }

    /// The same Confluence, asked by another carrier, which has a session of its own.
    pub(crate) fn through(&self, transport: Arc<dyn Transport>) -> Self {
        Self { transport, ..self.without_credential() }
    }

    /// What carries the requests.
    pub(crate) fn carrier(&self) -> Arc<dyn Transport> {
        Arc::clone(&self.transport)
    }

    /// The same Confluence, asked as a stranger.
    pub(crate) fn without_credential(&self) -> Self {
        Self { authorization: None, ask_for_basic: false, ..self.clone() }
    }

    /// The way that requests take.
    pub(crate) fn route(&self) -> &'static str {
        match self.transport.route() {
            Route::Direct => "direct",
            Route::Browser => "browser",
            Route::Scripted => "scripted",
        }
    }

    /// Adds `os_authType=basic` to every request: then a single sign-on app lets it through to Confluence, and a wrong password
    /// is a 401 instead of an anonymous answer (developer.atlassian.com, "HTTP authentication with Seraph").
    pub(crate) fn asking_for_basic(self) -> Self {
        Self { ask_for_basic: true, ..self }
    }

    /// Scheme, host and port.
    pub(crate) fn origin(&self) -> &Origin {
        self.transport.origin()
    }

    /// The context path.
    pub(crate) fn context(&self) -> &str {
        &self.context
    }

    /// The base address, without a slash at its end.
    pub(crate) fn base(&self) -> String {
        format!("{}{}", self.origin(), self.context)
    }

    /// An address below the base, for people to open.
    pub(crate) fn page(&self, path: &str) -> Option<url::Url> {
        url::Url::parse(&format!("{}{path}", self.base())).ok()
    }

    /// A GET for a path below the context path, asking for JSON.
    pub(crate) fn get(&self, path: &str) -> Request {
        self.dressed(Request::get(format!("{}{path}", self.context)).accept_json())
    }

    /// A GET for a path of the host itself, outside of the context path.
    pub(crate) fn get_of_host(&self, path: &str) -> Request {
        self.dressed(Request::get(path).accept_json())
    }

    /// A GET for a page, following redirects within the origin.
    pub(crate) fn get_page(&self, path: &str) -> Request {
        let request =
            Request::get(format!("{}{path}", self.context)).header(http::header::ACCEPT, "text/html,application/xhtml+xml;q=0.9,*/*;q=0.5");
        self.dressed(request.follow())
    }

    /// A POST with a JSON body. Confluence refuses POSTs without `X-Atlassian-Token` as cross-site.
    pub(crate) fn post(&self, path: &str, body: serde_json::Value) -> Request {
        let mut request = Request::post(format!("{}{path}", self.context), Body::Json(body)).accept_json();
        request.headers.insert(HeaderName::from_static("x-atlassian-token"), HeaderValue::from_static("no-check"));
        self.dressed(request)
    }

    fn dressed(&self, mut request: Request) -> Request {
        if self.ask_for_basic {
            request.path = request.path.query("os_authType", "basic");
        }
        request.secret_headers.clone_from(&self.gate_headers);
        request.authorized(self.authorization.clone())
    }

    /// Sends a request. Any status is an answer.
    pub(crate) async fn send(&self, request: Request) -> Result<Response, ConfluenceError> {
        tracing::debug!(method = %request.method, origin = %self.origin(), path = request.path.as_str().split('?').next(), "asking Confluence");
        let response = self.transport.execute(request).await?;
        tracing::debug!(status = response.status.as_u16(), "Confluence answered");
        Ok(response)
    }

    /// Asks for JSON. Another status than 2xx, or a body that is no JSON, is a refusal; no answer is an error.
    pub(crate) async fn ask<T: DeserializeOwned>(&self, path: &str) -> Result<Result<T, Refusal>, ConfluenceError> {
        let response = self.send(self.get(path)).await?;
        Ok(json_of(&response))
    }
}

/// The JSON that was asked for, or why it did not come.
pub(crate) fn json_of<T: DeserializeOwned>(response: &Response) -> Result<T, Refusal> {
    if response.status.is_success() && !response.is_html() {
        response.json().map_err(|_other_shape| refusal(response))
    } else {
        Err(refusal(response))
    }
}
