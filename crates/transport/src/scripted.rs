//! A network for tests: ordered expectations and answers. A request that nobody expected fails.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use jiff::Timestamp;
use preflight::Origin;

use crate::{Network, Request, Response, Route, Transport, TransportError, TransportErrorKind};

/// What a script expects to be asked, and what it answers.
#[derive(Clone, Debug)]
pub struct Want {
    method: Method,
    path_start: String,
    answer: Result<(StatusCode, HeaderMap, String), TransportErrorKind>,
}

impl Want {
    /// Expects a GET whose path starts with this; answers 200 with an empty body.
    pub fn get(path_start: &str) -> Self {
        Self { method: Method::GET, path_start: path_start.to_owned(), answer: Ok((StatusCode::OK, HeaderMap::new(), String::new())) }
    }

    /// Expects a POST whose path starts with this; answers 200 with an empty body.
    pub fn post(path_start: &str) -> Self {
        Self { method: Method::POST, ..Self::get(path_start) }
    }

    /// Answers with this status and body.
    ///
    /// # Panics
    /// On a number that is no status: the script is wrong.
    #[must_use]
    pub fn answer(mut self, status: u16, body: &str) -> Self {
        let headers = self.answer.map(|(_, headers, _)| headers).unwrap_or_default();
        self.answer = Ok((StatusCode::from_u16(status).expect("a status"), headers, body.to_owned()));
        self
    }

    /// Answers with this header, too.
    ///
    /// # Panics
    /// On a name or value that no header can have: the script is wrong.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: &str) -> Self {
        if let Ok((_, headers, _)) = &mut self.answer {
            headers.append(HeaderName::from_static(name), HeaderValue::from_str(value).expect("a header value"));
        }
        self
    }

    /// Does not answer.
    #[must_use]
    pub fn fails(mut self, kind: TransportErrorKind) -> Self {
        self.answer = Err(kind);
        self
    }
}

/// A scripted network. Every request must be the next one expected for any origin.
#[derive(Clone, Default, Debug)]
pub struct ScriptedNetwork {
    script: Arc<Mutex<VecDeque<Want>>>,
    seen: Arc<Mutex<Vec<String>>>,
}

impl ScriptedNetwork {
    /// A network that expects these requests in this order.
    pub fn new(script: impl IntoIterator<Item = Want>) -> Self {
        Self { script: Arc::new(Mutex::new(script.into_iter().collect())), seen: Arc::default() }
    }

    /// What was asked, as `METHOD origin path`.
    pub fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How many expected requests did not come.
    pub fn left(&self) -> usize {
        self.script.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
}

impl Network for ScriptedNetwork {
    fn to(&self, origin: &Origin) -> Arc<dyn Transport> {
        Arc::new(ScriptedTransport { origin: origin.clone(), network: self.clone() })
    }
}

#[derive(Debug)]
struct ScriptedTransport {
    origin: Origin,
    network: ScriptedNetwork,
}

#[async_trait]
impl Transport for ScriptedTransport {
    fn origin(&self) -> &Origin {
        &self.origin
    }

    fn route(&self) -> Route {
        Route::Scripted
    }

    async fn execute(&self, request: Request) -> Result<Response, TransportError> {
        let asked = format!("{} {} {}", request.method, self.origin, request.path.as_str());
        self.network.seen.lock().unwrap_or_else(PoisonError::into_inner).push(asked.clone());
        let want = self.network.script.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        let want = want.unwrap_or_else(|| panic!("nobody expected {asked}"));
        assert!(
            want.method == request.method && request.path.as_str().starts_with(&want.path_start),
            "expected {} {}, was asked {asked}",
            want.method,
            want.path_start
        );
        let url = self.origin.to_url().join(request.path.as_str()).expect("a path");
        match want.answer {
            Ok((status, headers, body)) => Ok(Response { status, headers, body: body.into(), url, received_at: Timestamp::UNIX_EPOCH }),
            Err(kind) => Err(TransportError { origin: self.origin.clone(), kind, source: None }),
        }
    }
}
