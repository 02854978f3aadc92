//! `Retry-After` (RFC 9110, section 10.2.3): seconds or a date.

use transport::Response;

/// The wait in seconds. A number too large to read is as long as can be.
pub(super) fn seconds(response: &Response) -> Option<u64> {
    let text = response.header("retry-after")?.trim();
    if !text.is_empty() && text.chars().all(|c| c.is_ascii_digit()) {
        return Some(text.parse().unwrap_or(u64::MAX));
    }
    let date = jiff::fmt::rfc2822::parse(text).ok()?.timestamp();
    let wait = date.as_second().saturating_sub(response.received_at.as_second());
    Some(u64::try_from(wait).unwrap_or(0))
}
