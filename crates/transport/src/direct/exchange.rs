//! One exchange: send, follow within the origin, read to the end; once more where the server asks for patience.

use std::error::Error as StdError;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::BytesMut;
use http::{HeaderValue, Method, StatusCode, header};
use preflight::Origin;
use reqwest::RequestBuilder;
use url::Url;

use super::failure::{Underway, kind_of};
use super::proxy::Proxy;
use super::wire::Asked;
use super::{SetupError, Shared};
use crate::{Authorization, Body, FormValue, Hop, Request, Response, Route, Transport, TransportError, TransportErrorKind as Kind};

/// Carries requests to one origin.
pub(super) struct DirectTransport {
    origin: Origin,
    proxy: Option<Proxy>,
    shared: Arc<Shared>,
}

impl DirectTransport {
    pub(super) fn new(origin: Origin, shared: Arc<Shared>) -> Self {
        Self { proxy: shared.rules.for_origin(&origin), origin, shared }
    }
}

impl std::fmt::Debug for DirectTransport {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DirectTransport").field("origin", &self.origin).field("proxy", &self.proxy).finish_non_exhaustive()
    }
}

#[async_trait]
impl Transport for DirectTransport {
    fn origin(&self) -> &Origin {
        &self.origin
    }

    fn route(&self) -> Route {
        Route::Direct
    }

    async fn execute(&self, request: Request) -> Result<Response, TransportError> {
        self.may_send(&request)?;
        let answer = self.attempt(&request).await?;
        match request.retry.pause_after(&answer) {
            Some(pause) => {
                tokio::time::sleep(pause).await;
                self.attempt(&request).await
            }
            None => Ok(answer),
        }
    }
}

impl DirectTransport {
    /// What must be settled before anything leaves this computer.
    fn may_send(&self, request: &Request) -> Result<(), TransportError> {
        let stays_here = self.origin.is_loopback() && self.proxy.as_ref().is_none_or(|proxy| proxy.is_loopback);
        if !self.origin.is_https() && !stays_here && request.has_credential() {
            return Err(self.error(Kind::CredentialOverPlainHttp, None::<SetupError>));
        }
        if self.origin.is_https() && !self.shared.can_trust {
            return Err(self.error(Kind::Setup, Some(SetupError::NoTrustStore)));
        }
        Ok(())
    }

    /// The whole exchange, within its time.
    async fn attempt(&self, request: &Request) -> Result<Response, TransportError> {
        let limit = request.timeout.unwrap_or(self.shared.total_timeout);
        match tokio::time::timeout(limit, self.follow(request)).await {
            Ok(done) => done,
            Err(elapsed) => Err(self.error(Kind::Timeout, Some(elapsed))),
        }
    }

    async fn follow(&self, request: &Request) -> Result<Response, TransportError> {
        let mut hop = Hop::first(&self.origin, request);
        loop {
            let answer = self.hop(request, &hop.method, hop.body, &hop.url).await?;
            match hop.after(&answer) {
                Some(next) => hop = next,
                None => return Ok(answer),
            }
        }
    }

    /// One request and its answer.
    async fn hop(&self, request: &Request, method: &Method, body: &Body, url: &Url) -> Result<Response, TransportError> {
        let asked = Asked { method, origin: &self.origin, url, request };
        let started = self.shared.clock.ticks();
        let result = self.send(request, method, body, url).await;
        let took = self.shared.clock.ticks().saturating_sub(started);
        match &result {
            Ok(answer) => asked.answered(answer, took),
            Err(error) => asked.failed(&error.kind, took),
        }
        result
    }

    async fn send(&self, request: &Request, method: &Method, body: &Body, url: &Url) -> Result<Response, TransportError> {
        let client = if self.proxy.is_some() { &self.shared.through_proxy } else { &self.shared.straight };
        let builder = client.request(method.clone(), url.clone()).headers(request.headers.clone());
        let builder = self.with_credentials(builder, request)?;
        let builder = self.with_body(builder, body)?;

        let mut answer = builder.send().await.map_err(|error| self.failure(error))?;
        let received_at = self.shared.clock.now();
        // Only a proxy asks this way (RFC 9110 §15.5.8). Inside a tunnel it would be the server's own oddity, and an answer.
        if answer.status() == StatusCode::PROXY_AUTHENTICATION_REQUIRED && !self.origin.is_https() {
            return Err(self.error(Kind::ProxyAuthRequired, None::<SetupError>));
        }

        let limit = request.body_limit;
        let too_large = || self.error(Kind::BodyTooLarge { limit }, None::<SetupError>);
        let announced = answer.content_length().unwrap_or_default();
        if usize::try_from(announced).unwrap_or(usize::MAX) > limit {
            return Err(too_large());
        }
        let mut read = BytesMut::new();
        // The pieces are already unpacked, so a small answer that unpacks to a large one ends here, too.
        while let Some(piece) = answer.chunk().await.map_err(|error| self.failure(error))? {
            if read.len() + piece.len() > limit {
                return Err(too_large());
            }
            read.extend_from_slice(&piece);
        }
        let headers = std::mem::take(answer.headers_mut());
        Ok(Response { status: answer.status(), headers, body: read.freeze(), url: url.clone(), received_at })
    }

    fn with_credentials(&self, mut builder: RequestBuilder, request: &Request) -> Result<RequestBuilder, TransportError> {
        for (name, value) in &request.secret_headers {
            builder = builder.header(name, self.secret_value(value.expose_for(&self.origin).map_err(|error| self.wrong_origin(error))?)?);
        }
        Ok(match &request.authorization {
            None => builder,
            Some(Authorization::EmptyBearer) => builder.header(header::AUTHORIZATION, HeaderValue::from_static("Bearer")),
            Some(Authorization::Bearer(token)) => {
                let token = token.expose_for(&self.origin).map_err(|error| self.wrong_origin(error))?;
                builder.header(header::AUTHORIZATION, self.secret_value(&format!("Bearer {token}"))?)
            }
            Some(Authorization::Basic { user, password }) => {
                builder.basic_auth(user, Some(password.expose_for(&self.origin).map_err(|error| self.wrong_origin(error))?))
            }
        })
    }

    fn with_body(&self, builder: RequestBuilder, body: &Body) -> Result<RequestBuilder, TransportError> {
        Ok(match body {
            Body::Empty => builder,
            Body::Json(value) => builder.json(value),
            Body::Form(fields) => {
                let mut pairs = Vec::with_capacity(fields.len());
                for (name, value) in fields {
                    pairs.push(match value {
                        FormValue::Plain(text) => (*name, text.as_ref()),
                        FormValue::Secret(secret) => (*name, secret.expose_for(&self.origin).map_err(|error| self.wrong_origin(error))?),
                    });
                }
                builder.form(&pairs)
            }
        })
    }

    fn secret_value(&self, text: &str) -> Result<HeaderValue, TransportError> {
        let mut value = HeaderValue::from_bytes(text.as_bytes()).map_err(|error| self.error(Kind::UnsendableCredential, Some(error)))?;
        value.set_sensitive(true);
        Ok(value)
    }

    fn failure(&self, error: reqwest::Error) -> TransportError {
        let underway = Underway { origin: &self.origin, proxy: self.proxy.as_ref(), publicly_trusted: &self.shared.publicly_trusted };
        let kind = kind_of(&error, &underway);
        // the address would be shown with its query
        self.error(kind, Some(error.without_url()))
    }

    fn wrong_origin(&self, error: preflight::WrongOrigin) -> TransportError {
        self.error(Kind::WrongOrigin(Box::new(error)), None::<SetupError>)
    }

    fn error(&self, kind: Kind, source: Option<impl StdError + Send + Sync + 'static>) -> TransportError {
        TransportError { origin: self.origin.clone(), kind, source: source.map(|source| Box::new(source) as _) }
    }
}
