//! `wayleave check`: runs one test, or is cancelled.

use std::io;
use std::process::ExitCode;

use engine::practice::Practice;
use engine::{Deps, Job, Order, PRODUCT, Replies, ReplySender};
use preflight::{Outcome, Report, Secret};

use crate::args::{Common, Confluence, SharePoint};
use crate::order::{self, UsageError};
use crate::output::{self, Lines};
use crate::{CANCELLED, USAGE};

/// Tests Confluence.
pub fn confluence(args: Confluence) -> ExitCode {
    let job = |practice: Option<&Practice>| match practice {
        Some(practice) if args.address.is_none() => practice.confluence_job(args.anonymous).map_err(UsageError::Value),
        _ => order::confluence(&args),
    };
    run(&args.common, job)
}

/// Tests SharePoint.
pub fn sharepoint(args: SharePoint) -> ExitCode {
    let job = |practice: Option<&Practice>| match practice {
        Some(practice) if args.site.is_none() => practice.sharepoint_job().map_err(UsageError::Value),
        _ => order::sharepoint(&args),
    };
    run(&args.common, job)
}

fn run(common: &Common, job: impl FnOnce(Option<&Practice>) -> Result<Job, UsageError>) -> ExitCode {
    let runtime = match tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return output::refuse(&format!("the program could not start: {error}"), 2),
    };
    let code = runtime.block_on(async {
        let practice = match &common.practice {
            Some(situation) => match Practice::start(situation).await {
                Ok(practice) => Some(practice),
                Err(error) => return output::refuse(&preflight::chain(&error), USAGE),
            },
            None => None,
        };
        let prepared = job(practice.as_ref()).and_then(|job| Ok((job, order::network(common)?)));
        let (job, network) = match prepared {
            Ok(prepared) => prepared,
            Err(error) => return output::refuse(&preflight::chain(&error), USAGE),
        };
        let deps = match Deps::production(&network) {
            Ok(deps) => deps,
            Err(error) => return output::refuse_explained(&error, USAGE),
        };
        if let Some(practice) = &practice {
            output::note(&practice.note(&job));
        }
        let order = Order { job, time_limit: order::time_limit(common), practice: practice.is_some() };
        let lines = Lines::new();
        let (sender, replies) = Replies::channel();
        if order.job.needs_a_person() {
            listen_to_stdin(sender);
        }
        tokio::select! {
            report = engine::run(&deps, &order, &lines, &replies) => {
                output::report(&report, common.json, common.verbose, PRODUCT);
                ExitCode::from(exit_code(&report))
            }
            () = interrupted() => {
                output::note("Cancelled");
                ExitCode::from(CANCELLED)
            }
        }
    });
    // whatever still runs has been dropped; nothing is waited for
    runtime.shutdown_background();
    code
}

fn exit_code(report: &Report) -> u8 {
    match report.outcome() {
        Outcome::Passed | Outcome::Skipped => 0,
        Outcome::Limited => 1,
        Outcome::Failed => 2,
    }
}

/// Interrupt (Ctrl-C) or a request to terminate.
async fn interrupted() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    if tokio::signal::ctrl_c().await.is_err() {
        // without a signal handler there is nothing to wait for
        std::future::pending::<()>().await;
    }
}

/// What the person types while the sign-in waits: the address that the browser shows, or the error on its page.
fn listen_to_stdin(sender: ReplySender) {
    let listener = std::thread::Builder::new().name("standard-input".to_owned()).spawn(move || {
        for line in io::stdin().lines().map_while(Result::ok) {
            let line = line.trim();
            if !line.is_empty() && sender.send(engine::Reply::Pasted(Secret::new(line.to_owned()))).is_err() {
                return;
            }
        }
    });
    if let Err(error) = listener {
        tracing::warn!(%error, "standard input is not listened to");
    }
}
