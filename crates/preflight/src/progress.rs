//! Progress as a value: events are folded into one [`Live`] picture, which is all that the window and the command line show.

use jiff::Timestamp;
use url::Url;

use crate::{CheckId, CheckResult, Identity, Plan, SafeText};

/// Something that happened during a test.
#[derive(Clone, PartialEq, Debug)]
pub enum Event {
    /// The plan, before anything runs.
    Plan(Plan),
    /// A check began.
    Started(CheckId),
    /// A check came to its end.
    Finished(CheckResult),
    /// The server says who we are, or more about it.
    Identity(Identity),
    /// Something is wanted of the person, or no longer.
    Prompt(Option<UserPrompt>),
    /// The person cancelled in another window than this one, such as the browser's. What comes after it is not wanted any more.
    Cancelled,
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
    /// Sign in in the browser window that was opened for it.
    ControlledBrowser {
        /// The host to sign in to.
        host: String,
        /// What is seen there at the moment: “Not signed in yet”.
        seen: SafeText,
        /// The session has ended, and the person is asked to sign in once more.
        again: bool,
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
    /// Who the server says we are, once it does.
    pub identity: Option<Identity>,
    /// What is wanted of the person.
    pub prompt: Option<UserPrompt>,
    /// The person cancelled in another window.
    pub cancelled: bool,
}

impl Live {
    /// Folds one event in.
    pub fn apply(&mut self, event: Event) {
        match event {
            Event::Plan(plan) => {
                self.rows = plan.iter().map(|spec| Row { id: spec.id, title: spec.title, state: RowState::Pending }).collect();
                self.identity = None;
                self.prompt = None;
                self.cancelled = false;
            }
            Event::Started(id) => self.set(id, RowState::Running),
            Event::Finished(result) => self.set(result.id, RowState::Done(Box::new(result))),
            Event::Identity(identity) => self.identity = Some(identity),
            Event::Prompt(prompt) => self.prompt = prompt,
            Event::Cancelled => self.cancelled = true,
        }
    }

    fn set(&mut self, id: CheckId, state: RowState) {
        if let Some(row) = self.rows.iter_mut().find(|row| row.id == id) {
            row.state = state;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::{CheckSpec, Outcome};

    const FIRST: CheckId = CheckId("confluence.address");
    const SECOND: CheckId = CheckId("confluence.reachable");
    static PLAN: &[CheckSpec] =
        &[CheckSpec { id: FIRST, title: "Address", why: "" }, CheckSpec { id: SECOND, title: "Reachable", why: "" }];

    fn finished(id: CheckId) -> CheckResult {
        CheckResult {
            id,
            title: "",
            outcome: Outcome::Passed,
            cause: None,
            summary: "Fine".into(),
            details: Vec::new(),
            hints: Vec::new(),
            took: Duration::ZERO,
        }
    }

    fn states(live: &Live) -> Vec<&'static str> {
        let word = |row: &Row| match row.state {
            RowState::Pending => "pending",
            RowState::Running => "running",
            RowState::Done(_) => "done",
        };
        live.rows.iter().map(word).collect()
    }

    #[test]
    fn events_become_one_picture() {
        let url = Url::parse("https://login.example.com/").expect("a URL");
        let mut live = Live::default();
        for (event, expected) in [
            (Event::Plan(PLAN), ["pending", "pending"]),
            (Event::Started(FIRST), ["running", "pending"]),
            (Event::Started(SECOND), ["running", "running"]),
            (Event::Finished(finished(SECOND)), ["running", "done"]),
            (Event::Started(CheckId("confluence.unheard-of")), ["running", "done"]),
            (Event::Prompt(Some(UserPrompt::SystemBrowser { url, opened: true })), ["running", "done"]),
            (Event::Finished(finished(FIRST)), ["done", "done"]),
        ] {
            live.apply(event);
            assert_eq!(states(&live), expected);
        }
        assert!(live.prompt.is_some() && live.identity.is_none());
        live.apply(Event::Identity(Identity::anonymous()));
        assert_eq!(live.identity, Some(Identity::anonymous()));
        live.apply(Event::Prompt(None));
        assert_eq!((&live.prompt, live.cancelled), (&None, false));
        live.apply(Event::Cancelled);
        assert!(live.cancelled);
    }

    #[test]
    fn a_new_plan_begins_a_new_picture() {
        let mut live = Live::default();
        live.apply(Event::Plan(PLAN));
        live.apply(Event::Finished(finished(FIRST)));
        live.apply(Event::Identity(Identity::anonymous()));
        live.apply(Event::Prompt(Some(UserPrompt::DeviceCode {
            code: "F7K2-M9QX".to_owned(),
            url: Url::parse("https://microsoft.com/devicelogin").expect("a URL"),
            expires_at: Timestamp::UNIX_EPOCH,
        })));
        live.apply(Event::Cancelled);
        live.apply(Event::Plan(PLAN));
        assert_eq!((states(&live), live.prompt, live.identity, live.cancelled), (vec!["pending", "pending"], None, None, false));
    }
}
