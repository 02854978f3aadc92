//! What is told about a window, in order, to whoever waits for it.

use std::collections::VecDeque;
use std::sync::Mutex;

use tokio::sync::Notify;

use crate::cdp::lock;
use crate::{Event, Gone};

/// Events that nobody has taken yet.
#[derive(Default)]
pub(crate) struct Events {
    queue: Mutex<Queue>,
    more: Notify,
}

#[derive(Default)]
struct Queue {
    events: VecDeque<Event>,
    gone: Option<Gone>,
}

impl Events {
    /// Adds one.
    pub(crate) fn push(&self, event: Event) {
        let mut queue = lock(&self.queue);
        match event {
            Event::Gone(gone) => queue.gone = queue.gone.or(Some(gone)),
            event => queue.events.push_back(event),
        }
        drop(queue);
        self.more.notify_waiters();
        self.more.notify_one();
    }

    /// Waits for the next one. The end is told again and again.
    pub(crate) async fn next(&self) -> Event {
        loop {
            let more = self.more.notified();
            if let Some(event) = self.take() {
                return event;
            }
            more.await;
        }
    }

    fn take(&self) -> Option<Event> {
        let mut queue = lock(&self.queue);
        queue.events.pop_front().or(queue.gone.map(Event::Gone))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Choice;

    #[tokio::test]
    async fn events_come_in_order_and_the_end_stays() {
        let events = Events::default();
        events.push(Event::Pressed(Choice::Use));
        events.push(Event::Navigated(None));
        events.push(Event::Gone(Gone::Closed));
        events.push(Event::Gone(Gone::Crashed));
        assert_eq!(events.next().await, Event::Pressed(Choice::Use));
        assert_eq!(events.next().await, Event::Navigated(None));
        assert_eq!(events.next().await, Event::Gone(Gone::Closed));
        assert_eq!(events.next().await, Event::Gone(Gone::Closed));
    }

    #[tokio::test]
    async fn a_later_event_wakes_whoever_waits() {
        let events = std::sync::Arc::new(Events::default());
        let waiting = tokio::spawn({
            let events = std::sync::Arc::clone(&events);
            async move { events.next().await }
        });
        tokio::task::yield_now().await;
        events.push(Event::Pressed(Choice::Cancel));
        assert_eq!(waiting.await.expect("ended"), Event::Pressed(Choice::Cancel));
    }
}
