//! `wayleave check sharepoint --sites FILE.csv`: a list of sites, one sign-in.

use std::process::ExitCode;

use engine::sites::{self, SiteList, SitesOrder};
use engine::{Job, PRODUCT, Replies};
use preflight::chain;

use crate::args::SharePoint;
use crate::check::{Prepared, exit_code, interrupted, listen_to_stdin, prepare, tell_notices};
use crate::order;
use crate::output::{self, Lines};
use crate::{CANCELLED, USAGE};

/// Tests all of them, or what there is time for.
pub(crate) fn run(args: SharePoint) -> ExitCode {
    let list = match args.sites.as_deref().map(sites::read) {
        Some(Ok(list)) => list,
        Some(Err(error)) => return output::refuse(&format!("--sites: {}", chain(&error)), USAGE),
        None => SiteList::default(),
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return output::refuse(&format!("the program could not start: {error}"), 2),
    };
    let code = runtime.block_on(test(args, list));
    // whatever still runs has been dropped; nothing is waited for
    runtime.shutdown_background();
    code
}

async fn test(args: SharePoint, list: SiteList) -> ExitCode {
    let (common, request) = (args.common(), args.request);
    let typed = args.client_id.is_some() || args.tenant.is_some();
    let mut interrupted = std::pin::pin!(interrupted());
    // the form wants a site: the first that can be one. Where none can, every row says so
    let first = list.rows.iter().map(|row| &row.address).find(|address| sites::is_address(address));
    let site = first.cloned().unwrap_or_else(|| "https://contoso.sharepoint.com/sites/wiki".to_owned());
    let args = SharePoint { site: Some(site), ..args };
    let prepared = tokio::select! {
        // first, so that the signals are listened to from the beginning
        biased;
        () = &mut interrupted => return cancelled(),
        prepared = prepare(&common, typed, move |practice| order::sharepoint(&args, practice)) => prepared,
    };
    // the practice servers run as long as they are held
    let Prepared { deps, job, practice } = match prepared {
        Ok(prepared) => prepared,
        Err(code) => return code,
    };
    let Job::SharePoint(settings) = job else { return output::refuse("sites are SharePoint's", USAGE) };
    let order = SitesOrder { settings, list, time_limit: order::time_limit(&common), practice: practice.is_some() };
    let lines = Lines::new();
    let (sender, replies) = Replies::channel();
    let notices = tell_notices(sender.notice());
    if order.settings.method.needs_a_person() {
        listen_to_stdin(sender);
    }
    tokio::select! {
        report = sites::run(&deps, &order, &lines, &replies, interrupted) => {
            output::sites(&report, common.json, common.verbose, PRODUCT);
            if !common.json {
                output::request(report.request.as_ref(), request);
            }
            if report.interrupted { cancelled() } else { ExitCode::from(exit_code(report.outcome)) }
        }
        never = notices => match never {},
    }
}

fn cancelled() -> ExitCode {
    output::note("Cancelled");
    ExitCode::from(CANCELLED)
}
