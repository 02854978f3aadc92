//! Practice mode: a desk of its own, with servers on this computer that behave as one situation asks.

use engine::practice::{Practice, Situation, situation};
use preflight::SafeText;
use tokio::runtime::Handle;
use zeroize::Zeroizing;

use crate::certificate::Inspection;
use crate::desk::Desk;
use crate::task::{Task, TaskPoll, Wake};

/// A practice situation, on its way or there.
pub struct Practising {
    /// The cards.
    pub desk: Desk,
    situation: Option<&'static Situation>,
    starting: Option<Task<Result<Practice, SafeText>>>,
    servers: Option<Practice>,
    problem: Option<SafeText>,
}

impl Practising {
    /// Starts the servers of a situation.
    pub fn start(runtime: &Handle, wake: Wake, name: &str) -> Self {
        let name = name.to_owned();
        let situation = situation(&name);
        let starting = Task::spawn(runtime, wake, move |_progress| async move {
            Practice::start(&name).await.map_err(|error| SafeText::from(preflight::chain(&error)))
        });
        Self { desk: Desk::default(), situation, starting: Some(starting), servers: None, problem: None }
    }

    /// Takes the servers when they are there, and fills in the fields.
    pub fn receive(&mut self) {
        let Some(task) = &mut self.starting else { return };
        match task.poll() {
            TaskPoll::Running => return,
            TaskPoll::Finished(Ok(practice)) => {
                self.desk.confluence = practice.confluence_form();
                self.desk.token = Zeroizing::new(practice.token().inspect(str::to_owned));
                self.desk.sharepoint = practice.sharepoint_form();
                let secrets = practice.sharepoint_secrets();
                self.desk.password = Zeroizing::new(secrets.password.inspect(str::to_owned));
                self.desk.certificate = secrets.certificate.map(Inspection::Read).unwrap_or_default();
                self.servers = Some(practice);
                tracing::debug!("practice servers answer");
            }
            TaskPoll::Finished(Err(problem)) => self.problem = Some(problem),
            TaskPoll::Broken => self.problem = Some("The practice servers broke down".into()),
        }
        self.starting = None;
    }

    /// The servers, once they are there.
    pub fn servers(&self) -> Option<&Practice> {
        self.servers.as_ref()
    }

    /// The situation that is being practised.
    pub fn situation(&self) -> Option<&'static Situation> {
        self.situation
    }

    /// What the top bar says.
    pub fn banner(&self) -> Banner {
        let note = match (&self.servers, &self.problem) {
            (Some(practice), _) => practice.sign_in_note(),
            (None, Some(problem)) => problem.to_string(),
            (None, None) => "Starting the practice servers…".to_owned(),
        };
        Banner { title: self.situation.map_or("", |situation| situation.title), note, failed: self.problem.is_some() }
    }
}

/// What the top bar says about practice.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Banner {
    /// The situation's title.
    pub title: &'static str,
    /// What the person should know: who to sign in as, or why there are no servers.
    pub note: String,
    /// There are no servers.
    pub failed: bool,
}
