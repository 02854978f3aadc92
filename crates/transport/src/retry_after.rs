//! How long a server asks to be left alone.

use std::time::SystemTime;

use jiff::Timestamp;

use crate::Response;

/// What `Retry-After` asks for (RFC 9110 §10.2.3).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum RetryAfter {
    /// So many seconds from the answer on, rounded up. Absurdly large values are kept.
    Seconds(u64),
}

impl Response {
    /// How long the server asks to be left alone, if it says so in a way that makes sense.
    ///
    /// Fractions of a second, which some servers send, are rounded up. A date is counted from the server's own `Date`, so that a
    /// wrong clock on this computer does not matter, else from when the answer came.
    pub fn retry_after(&self) -> Option<RetryAfter> {
        let value = self.header("retry-after")?.trim();
        seconds(value).or_else(|| self.seconds_until(value)).map(RetryAfter::Seconds)
    }

    fn seconds_until(&self, date: &str) -> Option<u64> {
        let then = http_date(date)?;
        let now = self.header("date").and_then(http_date).unwrap_or(self.received_at);
        Some(u64::try_from(then.as_second().saturating_sub(now.as_second())).unwrap_or(0))
    }
}

fn seconds(text: &str) -> Option<u64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let are_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !are_digits(whole) || !are_digits(fraction) {
        return None;
    }
    // only digits, so what does not fit is too large
    let whole = whole.parse::<u64>().unwrap_or(u64::MAX);
    Some(whole.saturating_add(u64::from(fraction.bytes().any(|digit| digit != b'0'))))
}

/// All three forms of a date (RFC 9110 §5.6.7).
fn http_date(text: &str) -> Option<Timestamp> {
    httpdate::parse_http_date(text).ok().and_then(|time: SystemTime| Timestamp::try_from(time).ok())
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::{HeaderMap, HeaderValue, StatusCode};

    use super::*;

    fn answer(headers: &[(&'static str, &str)]) -> Response {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(*name, HeaderValue::from_str(value).expect(value));
        }
        let url = "https://wiki.example.com/".parse().expect("a URL");
        let received_at = "2026-03-01T10:00:00Z".parse().expect("a time");
        Response { status: StatusCode::TOO_MANY_REQUESTS, headers: map, body: Bytes::new(), url, received_at }
    }

    #[test]
    fn every_way_to_ask_for_patience_is_understood() {
        let check = |value: &str, expected: Option<u64>| {
            assert_eq!(answer(&[("retry-after", value)]).retry_after(), expected.map(RetryAfter::Seconds), "{value}");
        };
        check("0", Some(0));
        check(" 7 ", Some(7));
        check("1.5", Some(2));
        check("2.0", Some(2));
        check("18446744073709551615", Some(u64::MAX));
        check("99999999999999999999999999", Some(u64::MAX));
        check("Sun, 01 Mar 2026 10:00:12 GMT", Some(12));
        check("Sunday, 01-Mar-26 10:00:12 GMT", Some(12));
        check("Sun Mar  1 10:00:12 2026", Some(12));
        check("Sun, 01 Mar 2026 09:00:00 GMT", Some(0));
        for nonsense in ["", "-1", "soon", "1e3", ".5", "1.-5", "+3"] {
            check(nonsense, None);
        }
        assert_eq!(answer(&[]).retry_after(), None);
    }

    #[test]
    fn a_date_is_counted_from_the_servers_own_clock() {
        let headers = [("retry-after", "Sun, 01 Mar 2026 12:00:05 GMT"), ("date", "Sun, 01 Mar 2026 12:00:00 GMT")];
        assert_eq!(answer(&headers).retry_after(), Some(RetryAfter::Seconds(5)));
    }
}
