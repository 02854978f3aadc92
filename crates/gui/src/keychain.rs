//! The system's keychain, opened when somebody wants sign-ins to be remembered.

use std::pin::Pin;
use std::sync::Arc;

use engine::keychain::Keychain;

use crate::task::{Task, TaskPoll};

/// Opens the keychain. It may ask the person to unlock it.
pub type OpenKeychain = Arc<dyn Fn() -> Pin<Box<dyn Future<Output = Keychain> + Send>> + Send + Sync>;

/// How far it is opened.
#[derive(Default)]
pub enum Opened {
    /// Nobody has wanted it.
    #[default]
    No,
    /// It is being opened.
    Opening(Task<Keychain>),
    /// It is there, or the reason why there is none.
    Yes(Keychain),
}

impl Opened {
    /// Takes what came of opening it. True where it has just come.
    pub fn receive(&mut self) -> bool {
        let Self::Opening(task) = self else { return false };
        *self = match task.poll() {
            TaskPoll::Running => return false,
            TaskPoll::Finished(keychain) => Self::Yes(keychain),
            TaskPoll::Broken => Self::No,
        };
        true
    }

    /// The keychain, where there is one to use.
    pub fn keychain(&self) -> Option<&Keychain> {
        match self {
            Self::Yes(keychain) if keychain.unavailable().is_none() => Some(keychain),
            _ => None,
        }
    }
}
