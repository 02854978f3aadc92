//! `wayleave forget`: removes the browser session that is kept for a Confluence.

use std::process::ExitCode;

use engine::{Deps, NetworkOptions};
use preflight::{Cause, Fail};

use crate::USAGE;
use crate::args::Forget;
use crate::output;

/// Removes it, and says whether there was one.
pub(crate) fn run(args: &Forget) -> ExitCode {
    let deps = match Deps::production(&NetworkOptions::default()) {
        Ok(deps) => deps,
        Err(error) => return output::refuse_explained(&error, 2),
    };
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return output::refuse(&format!("the program could not start: {error}"), 2),
    };
    match runtime.block_on(engine::forget(&deps, &args.address)) {
        Ok(there_was_one) => {
            output::said(if there_was_one { "The browser session was removed" } else { "No browser session is kept for this address" });
            ExitCode::SUCCESS
        }
        Err(fail) => output::refuse_fail(&fail, code(&fail)),
    }
}

fn code(fail: &Fail) -> u8 {
    if fail.cause == Cause::AddressInvalid { USAGE } else { 2 }
}
