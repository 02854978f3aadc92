//! The time the practice services live in.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::Timestamp;

/// A clock that runs with the machine's and can be moved, so that nobody waits ten minutes for a code to expire.
///
/// Clones share the offset: moving one moves all of them.
#[derive(Debug, Clone, Default)]
pub struct Clock {
    offset_seconds: Arc<AtomicI64>,
}

impl Clock {
    /// The service's idea of now.
    pub fn now(&self) -> Timestamp {
        let offset = self.offset_seconds.load(Ordering::Relaxed);
        let seconds = Timestamp::now().as_second().saturating_add(offset);
        Timestamp::from_second(seconds).unwrap_or(Timestamp::UNIX_EPOCH)
    }

    /// Lets time pass (or, with a negative number, sets the clock back). The `Date` header and every token follow.
    pub fn advance_seconds(&self, seconds: i64) {
        self.offset_seconds.fetch_add(seconds, Ordering::Relaxed);
    }

    /// Seconds since 1970, as tokens count.
    pub(crate) fn seconds(&self) -> i64 {
        self.now().as_second()
    }
}

/// `2026-01-15 10:00:00Z`, as Entra writes it into its errors.
pub(crate) fn entra_timestamp(now: Timestamp) -> String {
    now.strftime("%Y-%m-%d %H:%M:%SZ").to_string()
}

/// The form of the HTTP `Date` header (RFC 9110, section 5.6.7).
pub(crate) fn http_date(now: Timestamp) -> String {
    now.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}
