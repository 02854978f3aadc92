//! The time for a run. The person who is waited for can have more of it.

use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

/// How much *More time* gives.
const MORE: Duration = Duration::from_mins(5);
/// The person is offered more time when so much is left, or half of the whole where that is less.
const SHORT: Duration = Duration::from_mins(1);

/// When a run has to be over. Shared by reference: whoever waits sees it move.
#[derive(Debug)]
pub struct Deadline {
    begun: Instant,
    end: watch::Sender<Instant>,
}

impl Deadline {
    /// So long from now.
    pub fn new(length: Duration) -> Self {
        let begun = Instant::now();
        Self { begun, end: watch::Sender::new(begun + length) }
    }

    /// Five minutes more.
    pub fn extend(&self) {
        self.end.send_modify(|end| *end = (*end).max(Instant::now()) + MORE);
    }

    /// The whole of it, with what was added.
    pub fn length(&self) -> Duration {
        self.end.borrow().duration_since(self.begun)
    }

    /// Waits until it is over, wherever the end is moved to meanwhile.
    pub async fn passed(&self) {
        self.until(|end| end).await;
    }

    /// Waits until only a little is left.
    pub(crate) async fn is_short(&self) {
        let begun = self.begun;
        self.until(|end| end - SHORT.min(end.duration_since(begun) / 2)).await;
    }

    async fn until(&self, moment: impl Fn(Instant) -> Instant) {
        let mut end = self.end.subscribe();
        loop {
            let until = moment(*end.borrow_and_update());
            tokio::select! {
                () = sleep_until(until) => return,
                // the sender is `self`, so it is still there
                _moved = end.changed() => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn it_moves_while_somebody_waits() {
        let deadline = Deadline::new(Duration::from_mins(10));
        let begun = Instant::now();
        deadline.is_short().await;
        assert_eq!(begun.elapsed(), Duration::from_mins(9));
        let extended = async {
            tokio::time::sleep(Duration::from_secs(30)).await;
            deadline.extend();
        };
        tokio::join!(deadline.passed(), extended);
        assert_eq!(begun.elapsed(), Duration::from_mins(15));
        assert_eq!(deadline.length(), Duration::from_mins(15));
    }

    #[tokio::test(start_paused = true)]
    async fn a_short_one_is_short_at_half_of_it() {
        let deadline = Deadline::new(Duration::from_secs(20));
        let begun = Instant::now();
        deadline.is_short().await;
        assert_eq!(begun.elapsed(), Duration::from_secs(10));
    }
}
