//! A desk: both cards with their fields and their tests. There is one for the real servers, and one for practice while that is on.

use std::collections::BTreeSet;
use std::sync::Arc;

use engine::forms::{ConfluenceForm, ConfluenceSettings, FieldError, SharePointForm, SharePointSecrets};
use engine::{Reply, ReplySender};
use jiff::Timestamp;
use preflight::{Fail, Field, Live, Report, SafeText, Secret, TargetKind, UserPrompt};
use zeroize::Zeroizing;

use crate::certificate::Inspection;
use crate::sites::Sites;
use crate::spaces::Spaces;
use crate::task::Task;

/// Both cards.
#[derive(Default)]
pub struct Desk {
    /// The Confluence card's fields.
    pub confluence: ConfluenceForm,
    /// The token as it is being typed. It is in memory only, and wiped when it is dropped.
    pub token: Zeroizing<String>,
    /// The value of the extra header as it is being typed, kept as the token is.
    pub header_value: Zeroizing<String>,
    /// The SharePoint card's fields.
    pub sharepoint: SharePointForm,
    /// The certificate file's password as it is being typed, kept as the token is.
    pub certificate_password: Zeroizing<String>,
    /// The certificate, once it was read.
    pub certificate: Inspection,
    /// The client secret as it is being typed, kept as the token is.
    pub client_secret: Zeroizing<String>,
    /// The password as it is being typed, kept as the token is.
    pub password: Zeroizing<String>,
    /// Whether sign-ins to SharePoint are remembered; none where that cannot be chosen.
    pub remember: Option<bool>,
    /// Why they cannot be remembered.
    pub no_keychain: Option<SafeText>,
    /// The test of the source.
    pub confluence_test: Connection,
    /// The test of the destination.
    pub sharepoint_test: Connection,
    /// The spaces of the source.
    pub spaces: Spaces,
    /// A list of sites of the destination.
    pub sites: Sites,
    /// What is on screen.
    pub page: Page,
    /// Looking for the tenant of the site.
    pub detect: Option<Task<Result<String, Fail>>>,
    /// How looking for the tenant came out, below its field.
    pub detected: Option<Result<SafeText, SafeText>>,
    /// Fields that were left at least once; only these complain.
    pub left: BTreeSet<&'static str>,
    /// The field to be focused next.
    pub focus: Option<Field>,
}

/// What fills the window.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Page {
    /// Both cards.
    #[default]
    Connections,
    /// The spaces of the source.
    Spaces,
    /// A list of sites of the destination.
    Sites,
}

/// Everything about one side's test.
#[derive(Default)]
pub struct Connection {
    /// Where the test stands.
    pub state: State,
    /// What the person and the sign-in say to each other.
    pub talk: Talk,
}

/// What the person and a sign-in under way say to each other.
#[derive(Default)]
pub struct Talk {
    /// Where typed answers go while the browser is waited for.
    pub replies: Option<ReplySender>,
    /// The answer as it is being typed. It may hold a code, so it is wiped when it is dropped.
    pub pasted: Zeroizing<String>,
    /// What was last seen to be wanted of the person: a new wish is scrolled to.
    pub seen: Option<UserPrompt>,
}

/// Where a test stands. Two tests of one side at once cannot be written down.
#[derive(Default)]
pub enum State {
    /// Never run.
    #[default]
    Idle,
    /// Under way.
    Running(Task<Report>),
    /// At its end.
    Done {
        /// What was found.
        report: Arc<Report>,
        /// When.
        at: Timestamp,
    },
    /// Cancelled before its end, with what was known by then.
    Cancelled(Box<Live>),
    /// It broke down: a defect of ours.
    Broken,
}

impl Talk {
    /// A conversation with the sign-in that these replies go to.
    pub fn with(replies: ReplySender) -> Self {
        Self { replies: Some(replies), ..Self::default() }
    }

    /// What the sign-in last had to say about an answer that it could not use.
    pub fn notice(&self) -> Option<SafeText> {
        self.replies.as_ref().and_then(|replies| replies.notice().borrow().clone())
    }

    /// Hands over what was pasted. A sign-in that ended meanwhile needs no answer.
    pub fn hand_over(&mut self) {
        let pasted = std::mem::take(&mut self.pasted);
        let answer = pasted.trim();
        if let Some(sender) = &self.replies
            && !answer.is_empty()
        {
            sender.send(Reply::Pasted(Secret::new(answer.to_owned()))).ok();
        }
    }
}

impl Connection {
    /// True while the test runs.
    pub fn is_running(&self) -> bool {
        matches!(self.state, State::Running(_))
    }

    /// Stops the test. What is known stays on screen.
    pub fn cancel(&mut self) {
        if let State::Running(task) = &self.state {
            let live = task.live().clone();
            self.state = State::Cancelled(Box::new(live));
            self.talk = Talk::default();
        }
    }

    /// The last report.
    pub fn report(&self) -> Option<Arc<Report>> {
        match &self.state {
            State::Done { report, .. } => Some(report.clone()),
            _ => None,
        }
    }
}

impl Desk {
    /// One side's test.
    pub fn test(&self, kind: TargetKind) -> &Connection {
        match kind {
            TargetKind::Confluence => &self.confluence_test,
            TargetKind::SharePoint => &self.sharepoint_test,
        }
    }

    /// One side's test, to change it.
    pub fn test_mut(&mut self, kind: TargetKind) -> &mut Connection {
        match kind {
            TargetKind::Confluence => &mut self.confluence_test,
            TargetKind::SharePoint => &mut self.sharepoint_test,
        }
    }

    /// The account that is expected of one side's next sign-in, empty for any; none where it is settled who signs in.
    pub fn expected(&self, kind: TargetKind) -> Option<&str> {
        match kind {
            TargetKind::Confluence => self.confluence.asks_who().then_some(&self.confluence.expect_account),
            TargetKind::SharePoint => self.sharepoint.method.asks_who().then_some(&self.sharepoint.expect_account),
        }
    }

    /// Expects this account of one side's next sign-in, or takes any where it is empty.
    pub fn expect(&mut self, kind: TargetKind, account: String) {
        match kind {
            TargetKind::Confluence => self.confluence.expect_account = account,
            TargetKind::SharePoint => self.sharepoint.expect_account = account,
        }
    }

    /// The conversation that is on screen: of the list of sites where that is shown, else of the card.
    pub fn talk_mut(&mut self, kind: TargetKind) -> &mut Talk {
        match (kind, self.page) {
            (TargetKind::SharePoint, Page::Sites) => &mut self.sites.talk,
            _ => &mut self.test_mut(kind).talk,
        }
    }

    /// What the Confluence card asks for, or everything that cannot be right.
    pub fn confluence_settings(&self) -> Result<ConfluenceSettings, Vec<FieldError>> {
        let settings = self.confluence.settings(&self.secret());
        match (settings, self.confluence.gate_header(&Secret::new(self.header_value.to_string()))) {
            (Ok(mut settings), Ok(header)) => {
                settings.extra_headers.extend(header);
                // in the window, the person says which account it is to be
                settings.window.confirm = true;
                Ok(settings)
            }
            (settings, header) => Err(settings.err().into_iter().chain(header.err()).flatten().collect()),
        }
    }

    /// What is wanted of the person, in the conversation on screen.
    pub fn prompt(&self, kind: TargetKind) -> Option<UserPrompt> {
        match (kind, self.page, &self.test(kind).state) {
            (TargetKind::SharePoint, Page::Sites, _) => self.sites.prompt(),
            (_, _, State::Running(task)) => task.live().prompt.clone(),
            _ => None,
        }
    }

    /// The typed token, as a secret.
    pub fn secret(&self) -> Secret {
        Secret::new(self.token.to_string())
    }

    /// The typed secrets of the SharePoint card.
    pub fn sharepoint_secrets(&self) -> SharePointSecrets {
        let secret = |typed: &Zeroizing<String>| Secret::new(typed.to_string());
        SharePointSecrets {
            client_secret: secret(&self.client_secret),
            password: secret(&self.password),
            certificate: self.certificate.outcome().cloned(),
        }
    }

    /// What is wrong with one side's fields, whether they were left or not.
    pub fn errors(&self, kind: TargetKind) -> Vec<FieldError> {
        match kind {
            TargetKind::Confluence => self.confluence_settings().err(),
            TargetKind::SharePoint => self.sharepoint.settings(&self.sharepoint_secrets()).err(),
        }
        .unwrap_or_default()
    }

    /// True while anything runs.
    pub fn is_busy(&self) -> bool {
        self.confluence_test.is_running() || self.sharepoint_test.is_running() || self.spaces.is_running() || self.sites.is_running()
    }
}
