//! How fast sites are visited: never more in five minutes than SharePoint bears, and not at all while it asks to be left alone.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// SharePoint counts the requests of a user in so much time.
const WINDOW: Duration = Duration::from_mins(5);
/// It allows 3,000; a visit makes about six, and others may work as the same user.
const VISITS: usize = 400;
/// Whoever asks for a longer rest than this is told apart as throttling.
const LONGEST_REST: Duration = Duration::from_mins(5);

/// The turns of one run.
pub(super) struct Pace {
    state: Mutex<State>,
}

struct State {
    /// When the last visits began, the oldest first.
    begun: VecDeque<Instant>,
    resting_until: Option<Instant>,
}

impl Pace {
    pub(super) fn new() -> Self {
        Self { state: Mutex::new(State { begun: VecDeque::new(), resting_until: None }) }
    }

    /// Waits until a visit may begin.
    pub(super) async fn turn(&self) {
        while let Some(at) = self.not_before() {
            sleep_until(at).await;
        }
    }

    /// Nobody begins for so long.
    pub(super) fn rest(&self, pause: Duration) {
        let until = Instant::now() + pause.min(LONGEST_REST);
        let mut state = self.lock();
        state.resting_until = state.resting_until.max(Some(until));
    }

    /// The moment before which no visit may begin; none where this one begins now.
    fn not_before(&self) -> Option<Instant> {
        let now = Instant::now();
        let mut state = self.lock();
        if let Some(until) = state.resting_until.filter(|until| *until > now) {
            return Some(until);
        }
        while state.begun.front().is_some_and(|begun| *begun + WINDOW <= now) {
            state.begun.pop_front();
        }
        match state.begun.front() {
            Some(oldest) if state.begun.len() >= VISITS => Some(*oldest + WINDOW),
            _ => {
                state.begun.push_back(now);
                None
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_long_list_keeps_to_what_sharepoint_allows() {
        let pace = Pace::new();
        let begun = Instant::now();
        for _ in 0..VISITS {
            pace.turn().await;
        }
        assert_eq!(begun.elapsed(), Duration::ZERO, "a usual list does not wait");
        pace.turn().await;
        assert_eq!(begun.elapsed(), WINDOW);
        for _ in 1..VISITS {
            pace.turn().await;
        }
        assert_eq!(begun.elapsed(), WINDOW);
        pace.turn().await;
        assert_eq!(begun.elapsed(), WINDOW * 2);
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_begins_while_sharepoint_asks_to_be_left_alone() {
        let pace = Pace::new();
        let begun = Instant::now();
        pace.rest(Duration::from_secs(31));
        pace.rest(Duration::from_secs(5));
        pace.turn().await;
        assert_eq!(begun.elapsed(), Duration::from_secs(31), "the longer rest counts");
        pace.turn().await;
        assert_eq!(begun.elapsed(), Duration::from_secs(31));
        pace.rest(Duration::from_hours(24));
        pace.turn().await;
        assert_eq!(begun.elapsed(), Duration::from_secs(31) + LONGEST_REST, "no server keeps anybody for a day");
    }
}
