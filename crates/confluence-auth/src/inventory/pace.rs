//! How many questions may be under way at a time. It grows by one while all goes well and is halved when the server struggles:
//! on a 429, and when answers take much longer than they did (additive increase, multiplicative decrease, as TCP does).

use std::time::Duration;

/// How many at first.
const FIRST: usize = 4;
/// How many at most: a wiki is there for people, too.
pub(super) const MOST: usize = 12;
/// Answers that take so many times as long as the quickest mean that the server struggles.
const SLOWER: u32 = 3;
/// Differences below this are noise.
const NOISE: Duration = Duration::from_millis(50);
/// The pauses after refusals in a row that name no time themselves.
const PAUSES: [Duration; 4] = [Duration::from_secs(1), Duration::from_secs(2), Duration::from_secs(5), Duration::from_secs(15)];

/// The window, and until when nothing is sent.
#[derive(Debug)]
pub(super) struct Pace {
    window: usize,
    good: usize,
    usual: Option<Duration>,
    /// Answers to what was sent before this moment say nothing new.
    slowed_at: Duration,
    resume_at: Duration,
    refused_in_a_row: usize,
}

impl Default for Pace {
    fn default() -> Self {
        Self { window: FIRST, good: 0, usual: None, slowed_at: Duration::ZERO, resume_at: Duration::ZERO, refused_in_a_row: 0 }
    }
}

impl Pace {
    /// How many may be under way.
    pub(super) fn window(&self) -> usize {
        self.window
    }

    /// How long nothing may be sent.
    pub(super) fn wait(&self, now: Duration) -> Option<Duration> {
        self.resume_at.checked_sub(now).filter(|wait| !wait.is_zero())
    }

    /// How often in a row the server asked for patience.
    pub(super) fn refused_in_a_row(&self) -> usize {
        self.refused_in_a_row
    }

    /// An answer came.
    pub(super) fn answered(&mut self, sent: Duration, now: Duration) {
        let took = now.saturating_sub(sent);
        self.refused_in_a_row = 0;
        // the quickest so far, forgetting slowly, so that a server that is slow for good becomes the usual
        let usual = self.usual.map_or(took, |usual| if took < usual { took } else { usual + took.saturating_sub(usual) / 256 });
        let struggles = took > usual * SLOWER + NOISE;
        self.usual = Some(usual);
        if struggles && self.window > 1 {
            self.slow_down(sent, now);
            return;
        }
        if struggles {
            // alone and still slow: that is how the server is, and no sign that it is asked too much
            self.usual = Some(took);
        }
        self.good += 1;
        if self.good >= self.window {
            self.good = 0;
            self.window = (self.window + 1).min(MOST);
        }
    }

    /// The server asks for patience, with or without saying how long. Returns the pause.
    pub(super) fn refused(&mut self, sent: Duration, now: Duration, asked_for: Option<Duration>) -> Duration {
        // questions that were under way together are refused together: that is one refusal
        if sent >= self.slowed_at || self.refused_in_a_row == 0 {
            self.refused_in_a_row += 1;
        }
        let usual = PAUSES[(self.refused_in_a_row - 1).min(PAUSES.len() - 1)];
        // "0 seconds" while still refusing is no answer
        let pause = asked_for.filter(|asked_for| !asked_for.is_zero()).unwrap_or(usual);
        self.slow_down(sent, now);
        self.resume_at = self.resume_at.max(now + pause);
        pause
    }

    /// The network failed: everybody waits, but that is no reason to ask less at a time.
    pub(super) fn pause(&mut self, now: Duration, failed: usize) -> Duration {
        let pause = PAUSES[failed.saturating_sub(1).min(PAUSES.len() - 1)];
        self.resume_at = self.resume_at.max(now + pause);
        pause
    }

    fn slow_down(&mut self, sent: Duration, now: Duration) {
        self.good = 0;
        if sent >= self.slowed_at {
            self.window = (self.window / 2).max(1);
            self.slowed_at = now;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn ms(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    fn ago(now: Duration, by: Duration) -> Duration {
        now.checked_sub(by).expect("the clock began long ago")
    }

    #[test]
    fn grows_by_one_and_is_halved() {
        let mut pace = Pace::default();
        let mut now = ms(1000);
        let mut seen = vec![pace.window()];
        for _ in 0..200 {
            now += ms(10);
            pace.answered(ago(now, ms(10)), now);
            if seen.last() != Some(&pace.window()) {
                seen.push(pace.window());
            }
        }
        assert_eq!(seen, [4, 5, 6, 7, 8, 9, 10, 11, 12]);
        // four that were under way together and are refused together are one refusal
        let sent = now;
        now += ms(5);
        for _ in 0..4 {
            pace.refused(sent, now, Some(ms(3000)));
        }
        assert_eq!((pace.window(), pace.refused_in_a_row(), pace.wait(now)), (6, 1, Some(ms(3000))));
        now += ms(3000);
        assert_eq!(pace.wait(now), None);
        pace.refused(now, now + ms(5), None);
        assert_eq!((pace.window(), pace.refused_in_a_row()), (3, 2));
        assert_eq!(pace.wait(now + ms(5)), Some(ms(2000)), "longer from time to time where the server does not say");
    }

    #[test]
    fn slow_answers_mean_less_at_a_time() {
        let mut pace = Pace::default();
        let mut now = ms(1000);
        for _ in 0..40 {
            now += ms(20);
            pace.answered(ago(now, ms(20)), now);
        }
        let before = pace.window();
        now += ms(400);
        pace.answered(ago(now, ms(400)), now);
        assert_eq!(pace.window(), before / 2);
        // what was under way meanwhile says nothing new
        pace.answered(ago(now, ms(390)), now);
        assert_eq!(pace.window(), before / 2);
        // and a server that is slow for good is not strangled
        for _ in 0..2000 {
            now += ms(400);
            pace.answered(ago(now, ms(400)), now);
        }
        assert!(pace.window() > 4, "{}", pace.window());
    }

    #[test]
    fn never_less_than_one() {
        let mut pace = Pace::default();
        let mut now = ms(1);
        for _ in 0..20 {
            now += ms(1000);
            pace.refused(now, now + ms(1), Some(Duration::ZERO));
        }
        assert_eq!(pace.window(), 1);
        assert!(pace.wait(now).is_some(), "a pause of nothing is no pause");
    }
}
