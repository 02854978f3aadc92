//! Running one connection test: recorder, time limit, report.

use std::path::PathBuf;
use std::time::Duration;

use confluence_auth::Deadline;
use entra_auth::Replies;
use futures::FutureExt as _;
use futures::future::BoxFuture;
use preflight::{Plan, Progress, Recorder, Report, Secret, Target, TargetKind};
use url::Url;

use crate::Deps;

/// A connection test to run.
#[derive(Debug)]
pub enum Job {
    /// Test the source.
    Confluence(Box<confluence_auth::Settings>),
    /// Test the destination.
    SharePoint(Box<entra_auth::Settings>),
}

impl Job {
    fn target(&self, practice: bool) -> Target {
        let (kind, address) = match self {
            Self::Confluence(settings) => (TargetKind::Confluence, settings.address.shown()),
            Self::SharePoint(settings) => (TargetKind::SharePoint, settings.site.shown()),
        };
        Target { kind, address: address.into(), practice }
    }

    /// True where a person has a part in it, which takes longer.
    pub fn needs_a_person(&self) -> bool {
        match self {
            Self::Confluence(settings) => settings.credential.needs_a_person(),
            Self::SharePoint(settings) => settings.method.needs_a_person(),
        }
    }
}

/// How requests leave this computer.
#[derive(Clone, Default, Debug)]
pub struct NetworkOptions {
    /// The proxy.
    pub proxy: ProxyOption,
    /// A PEM file with a CA, or with the server's own self-signed certificate.
    pub ca_file: Option<PathBuf>,
    /// The program of the controlled browser, instead of the first one that is found.
    pub browser: Option<PathBuf>,
    /// Environment variables that hold secrets and are none of any browser's business.
    pub secret_variables: Vec<String>,
}

/// Which proxy to use.
#[derive(Clone, Default, Debug)]
pub enum ProxyOption {
    /// The system's rules.
    #[default]
    System,
    /// This one, for every host.
    Explicit {
        /// Its address.
        url: Url,
        /// Its user name, if it asks for one.
        user: Option<String>,
        /// The password to go with it.
        password: Option<Secret>,
    },
}

/// A job with its circumstances.
#[derive(Debug)]
pub struct Order {
    /// What to test.
    pub job: Job,
    /// The longest time for the whole run; none means 60 seconds, or 600 where a person has a part in it.
    pub time_limit: Option<Duration>,
    /// True where the servers are the practice servers on this computer.
    pub practice: bool,
}

const TIME_LIMIT: Duration = Duration::from_mins(1);
const TIME_LIMIT_WITH_A_PERSON: Duration = Duration::from_mins(10);
/// A sign-in that runs out of time says itself what it was waiting for.
const LAST_WORDS: Duration = Duration::from_millis(50);

/// The checks of one side, in their order.
pub const fn plan(kind: TargetKind) -> Plan {
    match kind {
        TargetKind::Confluence => confluence_auth::PLAN,
        TargetKind::SharePoint => entra_auth::PLAN,
    }
}

/// The longest time where none is given.
pub(crate) const fn usual_limit(needs_a_person: bool) -> Duration {
    if needs_a_person { TIME_LIMIT_WITH_A_PERSON } else { TIME_LIMIT }
}

/// Runs a connection test to its end. Dropping the future cancels it and leaves nothing running.
pub fn run<'a>(deps: &'a Deps, order: &'a Order, progress: &'a dyn Progress, replies: &'a Replies) -> BoxFuture<'a, Report> {
    run_to_end(deps, order, progress, replies).boxed()
}

async fn run_to_end(deps: &Deps, order: &Order, progress: &dyn Progress, replies: &Replies) -> Report {
    let target = order.job.target(order.practice);
    let plan = plan(target.kind);
    let limit = order.time_limit.unwrap_or_else(|| usual_limit(order.job.needs_a_person()));
    let deadline = Deadline::new(limit);
    let recorder = Recorder::new(plan, target, &*deps.clock, progress);
    let test = async {
        match &order.job {
            Job::Confluence(settings) => {
                let cx = confluence_auth::Cx {
                    launcher: Some(&*deps.launcher),
                    deadline: Some(&deadline),
                    ..confluence_auth::Cx::new(&*deps.network, &*deps.clock)
                };
                confluence_auth::test_connection(&cx, settings, &recorder).await;
            }
            Job::SharePoint(settings) => {
                let cx = deps.entra(replies);
                let authority = settings.authority.clone().or_else(|| deps.authority.clone());
                let memory = settings.memory.clone().or_else(|| deps.memory.clone());
                let settings = entra_auth::Settings { authority, memory, ..(**settings).clone() };
                entra_auth::test_connection(&cx, &settings, &recorder).await;
            }
        }
    };
    let out_of_time = async {
        deadline.passed().await;
        if order.job.needs_a_person() {
            tokio::time::sleep(LAST_WORDS).await;
        }
    };
    tokio::select! {
        biased;
        () = test => {}
        () = out_of_time => recorder.time_out(deadline.length()),
    }
    let mut report = recorder.finish();
    if let Job::SharePoint(settings) = &order.job {
        report.request = entra_auth::admin_request(&[&report], settings);
    }
    report
}
