//! Answers in the shapes that Confluence, its container and its neighbours give them.

use axum::body::Body;
use axum::extract::OriginalUri;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header};
use axum::response::IntoResponse;
use serde_json::{Value, json};

use super::site::Site;

/// What a handler gives back.
pub(crate) type Answer = Result<Response<Body>, Refused>;

/// An answer that ends the handling early.
#[derive(Debug)]
pub(crate) struct Refused(Box<Response<Body>>);

impl From<Response<Body>> for Refused {
    fn from(response: Response<Body>) -> Self {
        Self(Box::new(response))
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response<Body> {
        *self.0
    }
}

pub(crate) fn of_type(status: StatusCode, content_type: &'static str, body: impl Into<Body>) -> Response<Body> {
    (status, [(header::CONTENT_TYPE, content_type)], body.into()).into_response()
}

pub(crate) fn json(value: &Value) -> Response<Body> {
    json_with(StatusCode::OK, value)
}

pub(crate) fn json_with(status: StatusCode, value: &Value) -> Response<Body> {
    of_type(status, "application/json", value.to_string())
}

pub(crate) fn html(status: StatusCode, body: impl Into<Body>) -> Response<Body> {
    of_type(status, "text/html;charset=UTF-8", body)
}

pub(crate) fn redirect(to: &str) -> Response<Body> {
    let mut response = StatusCode::FOUND.into_response();
    set(&mut response, header::LOCATION, to);
    response
}

/// Sets a header; a value that no header can hold is a mistake in the practice data and shows up as a missing header.
pub(crate) fn set(response: &mut Response<Body>, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}

/// The error page of the container, which comes as HTML whatever the client accepts.
pub(crate) fn tomcat(status: StatusCode, message: &str) -> Response<Body> {
    let reason = status.canonical_reason().unwrap_or_default();
    let code = status.as_u16();
    html(
        status,
        format!(
            "<!doctype html><html lang=\"en\"><head><title>HTTP Status {code} – {reason}</title>\
             <style type=\"text/css\">body {{font-family:Tahoma,Arial,sans-serif;}}</style></head><body>\
             <h1>HTTP Status {code} – {reason}</h1><hr class=\"line\" /><p><b>Type</b> Status Report</p>\
             <p><b>Message</b> {message}</p><hr class=\"line\" /><h3>Apache Tomcat/9.0.91</h3></body></html>"
        ),
    )
}

/// An error of the REST API of Data Center.
pub(crate) fn rest_error(status: StatusCode, message: &str) -> Response<Body> {
    let mut body = json!({ "statusCode": status.as_u16() });
    // The hint "not authorized" comes with refusals and with "not found", which may mean the same.
    if matches!(status, StatusCode::FORBIDDEN | StatusCode::NOT_FOUND) {
        body["data"] = json!({ "authorized": false, "valid": true, "errors": [], "notSuccessful": true, "successful": false });
    }
    body["message"] = message.into();
    body["reason"] = status.canonical_reason().unwrap_or_default().into();
    json_with(status, &body)
}

/// What the REST servlet says about a path it does not know: JSON when asked for, XML else.
pub(crate) fn unknown_resource(site: &Site, parts: &Parts) -> Response<Body> {
    let path = parts.extensions.get::<OriginalUri>().map_or(parts.uri.path(), |original| original.path());
    let uri = format!("{}{path}", site.origin);
    if accepts_json(&parts.headers) {
        json_with(StatusCode::NOT_FOUND, &json!({ "message": format!("null for uri: {uri}"), "status-code": 404 }))
    } else {
        let uri = escape(&uri);
        of_type(
            StatusCode::NOT_FOUND,
            "application/xml",
            format!(
                "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?><status><status-code>404</status-code>\
                 <message>null for uri: {uri}</message></status>"
            ),
        )
    }
}

pub(crate) fn accepts_json(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
    accept.is_some_and(|accept| accept.contains("application/json"))
}

/// Text as it may stand in HTML and XML.
pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Text as it may stand in one query parameter.
pub(crate) fn encode(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}
