//! Progress as a value: events are folded into one [`Live`] picture, which is all that the window and the command line show.

use jiff::Timestamp;
use url::Url;

use crate::{CheckId, CheckResult, Plan};

/// Something that happened during a test.
#[derive(Clone, PartialEq, Debug)]
pub enum Event {
    /// The plan, before anything runs.
    Plan(Plan),
    /// A check began.
    Started(CheckId),
    /// A check came to its end.
    Finished(CheckResult),
    /// Something is wanted of the person, or no longer.
    Prompt(Option<UserPrompt>),
}

/// Something that only the person can do.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum UserPrompt {
    /// Sign in on the page that was opened in the system browser.
    SystemBrowser {
        /// The page's address, to be copied into another browser.
        url: Url,
        /// Whether the browser could be started.
        opened: bool,
    },
    /// Type this code on that page (RFC 8628).
    DeviceCode {
        /// The code to type.
        code: String,
        /// Where to type it.
        url: Url,
        /// When it stops being valid.
        expires_at: Timestamp,
    },
}

/// Where events go.
pub trait Progress: Send + Sync {
    /// Takes one event. Must not block.
    fn emit(&self, event: Event);
}

/// Nobody watches.
impl Progress for () {
    fn emit(&self, _event: Event) {}
}

/// Where one check stands.
#[derive(Clone, PartialEq, Debug)]
pub enum RowState {
    /// Not begun.
    Pending,
    /// Under way.
    Running,
    /// At its end.
    Done(Box<CheckResult>),
}

/// One check in the live list.
#[derive(Clone, PartialEq, Debug)]
pub struct Row {
    /// Which check.
    pub id: CheckId,
    /// Its title.
    pub title: &'static str,
    /// Where it stands.
    pub state: RowState,
}

/// All that is known of a running test.
#[derive(Clone, Default, PartialEq, Debug)]
pub struct Live {
    /// The checks, in the order of the plan.
    pub rows: Vec<Row>,
    /// What is wanted of the person.
    pub prompt: Option<UserPrompt>,
}

impl Live {
    /// Folds one event in.
    pub fn apply(&mut self, event: Event) {
        match event {
            Event::Plan(plan) => {
                self.rows = plan.iter().map(|spec| Row { id: spec.id, title: spec.title, state: RowState::Pending }).collect();
            }
            Event::Started(id) => self.set(id, RowState::Running),
            Event::Finished(result) => self.set(result.id, RowState::Done(Box::new(result))),
            Event::Prompt(prompt) => self.prompt = prompt,
        }
    }

    fn set(&mut self, id: CheckId, state: RowState) {
        if let Some(row) = self.rows.iter_mut().find(|row| row.id == id) {
            row.state = state;
        }
    }
}
