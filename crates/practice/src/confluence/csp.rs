//! A content security policy as strict as they come: nothing but the page's own style and script, and no request from it.

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderName, Response, header};
use axum::middleware::Next;

use super::answers::set;
use super::site::Site;

/// Longest page of a practice server, by far.
const MOST: usize = 1 << 20;

/// Puts the policy on every answer and its nonce on the page's own style and script, where the switch is on.
pub(crate) async fn guard(State(site): State<Arc<Site>>, request: Request, next: Next) -> Response<Body> {
    let mut response = next.run(request).await;
    if !site.switches().csp {
        return response;
    }
    let nonce = format!("{:032x}", rand::random::<u128>());
    let policy = format!(
        "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; connect-src 'none'; img-src 'self'; \
         form-action 'self' {}; base-uri 'none'; frame-ancestors 'none'",
        site.idp
    );
    set(&mut response, HeaderName::from_static("content-security-policy"), &policy);
    let is_page = response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if !is_page {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let page = to_bytes(body, MOST).await.unwrap_or_default();
    let page = String::from_utf8_lossy(&page)
        .replace("<style>", &format!("<style nonce=\"{nonce}\">"))
        .replace("<script>", &format!("<script nonce=\"{nonce}\">"));
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, page.into())
}
