//! `wayleave explain`: what a Microsoft sign-in error means, from the program's own table.

use std::process::ExitCode;

use crate::USAGE;
use crate::args::Explain;
use crate::output;

/// Explains an AADSTS number or a pasted error text.
pub(crate) fn run(args: &Explain) -> ExitCode {
    let text = args.text.join(" ");
    match engine::explain(&text) {
        Some(fail) => {
            output::explanation(&fail);
            ExitCode::SUCCESS
        }
        None => output::refuse(
            "No AADSTS number that Wayleave knows is in this text. Microsoft explains every number at https://login.microsoftonline.com/error",
            USAGE,
        ),
    }
}
