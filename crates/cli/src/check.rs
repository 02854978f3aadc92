//! `wayleave check`: runs one test, or is cancelled.

use std::convert::Infallible;
use std::io;
use std::process::ExitCode;
use std::sync::Arc;

use engine::practice::Practice;
use engine::{Deps, Job, Order, PRODUCT, Replies, ReplySender};
use preflight::{Outcome, SafeText, Secret};
use tokio::sync::watch;

use crate::args::{Common, Confluence, SharePoint};
use crate::order::{self, UsageError};
use crate::output::{self, Lines};
use crate::{CANCELLED, USAGE};

/// Tests Confluence.
pub(crate) fn confluence(args: Confluence) -> ExitCode {
    let common = args.common();
    let typed = args.address.is_some() || args.token_env.is_some() || args.token_stdin;
    run(common, false, typed, move |practice| order::confluence(&args, practice))
}

/// Tests SharePoint.
pub(crate) fn sharepoint(args: SharePoint) -> ExitCode {
    if args.sites.is_some() {
        return crate::sites::run(args);
    }
    let common = args.common();
    let typed = args.site.is_some() || args.client_id.is_some() || args.tenant.is_some();
    run(common, args.request, typed, move |practice| order::sharepoint(&args, practice))
}

fn run(
    common: Common,
    request: bool,
    typed: bool,
    job: impl FnOnce(Option<&Practice>) -> Result<Job, UsageError> + Send + 'static,
) -> ExitCode {
    let runtime = match tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return output::refuse(&format!("the program could not start: {error}"), 2),
    };
    let code = runtime.block_on(async {
        tokio::select! {
            // first, so that the signals are listened to from the beginning
            biased;
            () = interrupted() => {
                output::note("Cancelled");
                ExitCode::from(CANCELLED)
            }
            code = test(common, request, typed, job) => code,
        }
    });
    // whatever still runs has been dropped; nothing is waited for
    runtime.shutdown_background();
    code
}

/// What a run needs.
pub(crate) struct Prepared {
    pub(crate) deps: Deps,
    pub(crate) job: Job,
    /// The practice servers, which run until this is dropped.
    pub(crate) practice: Option<Arc<Practice>>,
}

/// Starts what must be there before anything runs, or refuses.
pub(crate) async fn prepare(
    common: &Common,
    typed: bool,
    job: impl FnOnce(Option<&Practice>) -> Result<Job, UsageError> + Send + 'static,
) -> Result<Prepared, ExitCode> {
    let practice = match &common.practice {
        Some(situation) => match Practice::start(situation).await {
            Ok(practice) => Some(Arc::new(practice)),
            Err(error) => return Err(output::refuse(&preflight::chain(&error), USAGE)),
        },
        None => None,
    };
    let prepared = {
        let (practice, common) = (practice.clone(), common.clone());
        // it may read standard input, which takes as long as it takes
        let prepare = move || job(practice.as_deref()).and_then(|job| Ok((job, order::network(&common)?)));
        tokio::task::spawn_blocking(prepare).await
    };
    let (job, network) = match prepared {
        Ok(Ok(prepared)) => prepared,
        Ok(Err(error)) => return Err(output::refuse(&preflight::chain(&error), USAGE)),
        Err(error) => return Err(output::refuse(&preflight::chain(&error), 2)),
    };
    let deps = match Deps::production(&network) {
        Ok(deps) => deps,
        Err(error) => return Err(output::refuse_explained(&error, USAGE)),
    };
    if let Some(practice) = &practice {
        output::note(&practice.note(&job));
        if typed {
            output::note("Practice has an address and a sign-in of its own; the ones given are not used");
        }
    }
    Ok(Prepared { deps, job, practice })
}

async fn test(
    common: Common,
    request: bool,
    typed: bool,
    job: impl FnOnce(Option<&Practice>) -> Result<Job, UsageError> + Send + 'static,
) -> ExitCode {
    let Prepared { deps, job, practice } = match prepare(&common, typed, job).await {
        Ok(prepared) => prepared,
        Err(code) => return code,
    };
    let order = Order { job, time_limit: order::time_limit(&common), practice: practice.is_some() };
    let lines = Lines::new();
    let (sender, replies) = Replies::channel();
    let notices = tell_notices(sender.notice());
    if matches!(order.job, Job::SharePoint(_)) && order.job.needs_a_person() {
        listen_to_stdin(sender);
    }
    tokio::select! {
        report = engine::run(&deps, &order, &lines, &replies) => {
            if lines.was_cancelled() {
                output::note("Cancelled");
                return ExitCode::from(CANCELLED);
            }
            output::report(&report, common.json, common.verbose, PRODUCT);
            if !common.json {
                output::request(report.request.as_ref(), request);
            }
            ExitCode::from(exit_code(report.outcome()))
        }
        never = notices => match never {},
    }
}

/// Passes on what the sign-in has to say about an answer that it could not use.
pub(crate) async fn tell_notices(mut notice: watch::Receiver<Option<SafeText>>) -> Infallible {
    while notice.changed().await.is_ok() {
        let text = notice.borrow_and_update().clone();
        if let Some(text) = text {
            output::note(text.as_str());
        }
    }
    std::future::pending().await
}

pub(crate) fn exit_code(outcome: Outcome) -> u8 {
    match outcome {
        Outcome::Passed | Outcome::Skipped => 0,
        Outcome::Limited => 1,
        Outcome::Failed => 2,
    }
}

/// Interrupt (Ctrl-C) or a request to terminate.
pub(crate) async fn interrupted() {
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
pub(crate) fn listen_to_stdin(sender: ReplySender) {
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
