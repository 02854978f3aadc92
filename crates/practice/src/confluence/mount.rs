//! A web application under its context path, as Tomcat mounts it.

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::uri::PathAndQuery;
use axum::http::{Response, StatusCode, Uri};
use hyper::service::Service as _;
use hyper_util::service::TowerToHyperService;

use super::answers::{redirect, tomcat};

/// Serves `inner` under `context`; the bare context leads to the context with a slash, and all else is not found.
///
/// (`Router::nest` answers the bare path as well and does not answer the one with the slash.)
pub(crate) fn mount(context: &str, inner: Router) -> Router {
    if context.is_empty() {
        return inner;
    }
    Router::new().fallback(enter).with_state((context.to_owned(), inner))
}

async fn enter(State((context, inner)): State<(String, Router)>, mut request: Request) -> Response<Body> {
    let asked = request.uri().path_and_query().map_or("/", PathAndQuery::as_str);
    let Some(rest) = asked.strip_prefix(&context) else { return not_here() };
    if rest.is_empty() || rest.starts_with('?') {
        return redirect(&format!("{context}/{rest}"));
    }
    let Some(uri) = rest.starts_with('/').then(|| rest.parse::<Uri>().ok()).flatten() else { return not_here() };
    *request.uri_mut() = uri;
    match TowerToHyperService::new(inner).call(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    }
}

fn not_here() -> Response<Body> {
    tomcat(StatusCode::NOT_FOUND, "The requested resource is not available")
}
