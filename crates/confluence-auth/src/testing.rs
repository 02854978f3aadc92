//! Answers for tests, without a server.

use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use transport::Response;

/// An answer of `https://wiki.example.com/rest/api/user/current`.
pub(crate) fn answer(status: u16, headers: &[(&'static str, &str)], body: &str) -> Response {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        map.append(HeaderName::from_static(name), HeaderValue::from_str(value).expect(value));
    }
    Response {
        status: StatusCode::from_u16(status).expect("a status"),
        headers: map,
        body: body.to_owned().into(),
        url: "https://wiki.example.com/rest/api/user/current".parse().expect("a URL"),
        received_at: "2026-11-21T12:00:00Z".parse().expect("a time"),
    }
}

pub(crate) const HTML: (&str, &str) = ("content-type", "text/html;charset=UTF-8");
pub(crate) const JSON: (&str, &str) = ("content-type", "application/json");

/// The container's error page.
pub(crate) fn tomcat(message: &str) -> String {
    format!(
        "<!doctype html><html lang=\"en\"><head><title>HTTP Status 401 – Unauthorized</title></head><body><h1>HTTP Status 401</h1>\
         <p><b>Type</b> Status Report</p><p><b>Message</b> {message}</p><h3>Apache Tomcat/9.0.91</h3></body></html>"
    )
}
