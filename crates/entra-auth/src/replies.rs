//! What the person types while a sign-in waits for the browser, and what the sign-in says to that.

use preflight::{SafeText, Secret};
use tokio::sync::{Mutex, mpsc, watch};

/// Something the person handed over.
#[derive(Clone, Debug)]
pub enum Reply {
    /// The address from the browser's address bar after signing in, or the error (its number or its whole text) that the page shows.
    Pasted(Secret),
}

/// The person's end. Clones belong to the same run.
#[derive(Clone, Debug)]
pub struct ReplySender {
    replies: mpsc::Sender<Reply>,
    notice: watch::Receiver<Option<SafeText>>,
}

/// Nobody waits for a reply (any more), or too many lie unread.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("nobody waits for a reply")]
pub struct NobodyWaits;

impl ReplySender {
    /// Hands a reply over. Never blocks.
    pub fn send(&self, reply: Reply) -> Result<(), NobodyWaits> {
        self.replies.try_send(reply).map_err(|_full_or_closed| NobodyWaits)
    }

    /// What the sign-in last had to say about an answer that it could not use, while it waits on:
    /// a pasted text that is no answer, or one that belongs to another sign-in.
    pub fn notice(&self) -> watch::Receiver<Option<SafeText>> {
        self.notice.clone()
    }
}

/// The sign-in's end.
#[derive(Debug)]
pub struct Replies {
    replies: Mutex<mpsc::Receiver<Reply>>,
    notice: watch::Sender<Option<SafeText>>,
}

/// Replies that may lie unread. People paste one at a time.
const UNREAD: usize = 8;

impl Replies {
    /// Both ends.
    pub fn channel() -> (ReplySender, Self) {
        let (replies, receiver) = mpsc::channel(UNREAD);
        let (notice_sender, notice) = watch::channel(None);
        (ReplySender { replies, notice }, Self { replies: Mutex::new(receiver), notice: notice_sender })
    }

    /// Nobody will reply.
    pub fn none() -> Self {
        Self::channel().1
    }

    /// The next reply. Waits for ever where there is nobody to send one.
    pub(crate) async fn next(&self) -> Reply {
        let next = self.replies.lock().await.recv().await;
        match next {
            Some(reply) => reply,
            None => std::future::pending().await,
        }
    }

    /// Says something to the person who replies.
    pub(crate) fn tell(&self, notice: Option<SafeText>) {
        self.notice.send_replace(notice);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn replies_arrive_and_a_run_that_is_over_says_so() {
        let (sender, replies) = Replies::channel();
        sender.send(Reply::Pasted(Secret::new("50011".to_owned()))).expect("somebody waits");
        let Reply::Pasted(text) = replies.next().await;
        assert_eq!(text.inspect(str::len), 5);
        let notice = sender.notice();
        replies.tell(Some("That is the address of another sign-in".into()));
        assert_eq!(notice.borrow().as_ref().map(SafeText::as_str), Some("That is the address of another sign-in"));
        drop(replies);
        assert_eq!(sender.send(Reply::Pasted(Secret::new(String::new()))), Err(NobodyWaits));
    }
}
