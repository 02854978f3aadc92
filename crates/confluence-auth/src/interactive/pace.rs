//! When the server is asked next whether somebody has signed in: soon after a page has come, then ever more calmly.

use std::time::Duration;

use preflight::Clock;
use tokio::time::Instant;

/// After a page has come: scripts of a login page may still be at work.
const AFTER_A_PAGE: Duration = Duration::from_millis(300);
/// Never sooner than this after the last time, however fast pages come.
const LEAST: Duration = Duration::from_secs(1);
/// The pauses without a new page begin with this one.
const FIRST: Duration = Duration::from_secs(2);
/// They grow up to this one.
const MOST: Duration = Duration::from_secs(20);

/// The pace.
#[derive(Debug)]
pub(super) struct Pace {
    due: Instant,
    last: Option<Instant>,
    gap: Duration,
    noise: u64,
}

impl Pace {
    pub(super) fn new(clock: &dyn Clock) -> Self {
        let noise = u64::from(clock.now().subsec_nanosecond().unsigned_abs()) | 1;
        Self { due: Instant::now(), last: None, gap: FIRST, noise }
    }

    /// When to ask.
    pub(super) fn due(&self) -> Instant {
        self.due
    }

    /// A page has come.
    pub(super) fn page_came(&mut self) {
        let now = Instant::now();
        self.due = (now + AFTER_A_PAGE).max(self.last.map_or(now, |last| last + LEAST));
        self.gap = FIRST;
    }

    /// It was asked.
    pub(super) fn asked(&mut self) {
        let now = Instant::now();
        self.last = Some(now);
        self.due = now + self.uneven(self.gap);
        self.gap = (self.gap * 3 / 2).min(MOST);
    }

    /// The server wants to be left alone for so long.
    pub(super) fn wait(&mut self, wait: Duration) {
        self.due = self.due.max(Instant::now() + wait);
    }

    /// Up to a fifth shorter or longer, so that many windows do not ask in step (Marsaglia's xorshift).
    fn uneven(&mut self, pause: Duration) -> Duration {
        self.noise ^= self.noise << 13;
        self.noise ^= self.noise >> 7;
        self.noise ^= self.noise << 17;
        let percent = 80 + u32::try_from(self.noise % 41).unwrap_or(20);
        pause * percent / 100
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct Still;

    impl Clock for Still {
        fn now(&self) -> jiff::Timestamp {
            jiff::Timestamp::UNIX_EPOCH
        }

        fn ticks(&self) -> Duration {
            Duration::ZERO
        }
    }

    #[tokio::test(start_paused = true)]
    async fn ten_minutes_of_waiting_are_few_questions() {
        let mut pace = Pace::new(&Still);
        let begun = Instant::now();
        pace.page_came();
        let mut asked = 0;
        while pace.due() < begun + Duration::from_mins(10) {
            tokio::time::sleep_until(pace.due()).await;
            pace.asked();
            asked += 1;
        }
        assert!((25..=45).contains(&asked), "{asked} questions");
    }

    #[tokio::test(start_paused = true)]
    async fn pages_that_come_fast_do_not_hurry_it() {
        let mut pace = Pace::new(&Still);
        let mut asked = 0;
        for _ in 0..200 {
            pace.page_came();
            tokio::time::sleep(Duration::from_millis(100)).await;
            if pace.due() <= Instant::now() {
                pace.asked();
                asked += 1;
            }
        }
        assert!(asked <= 20, "{asked} questions in 20 seconds");
    }
}
