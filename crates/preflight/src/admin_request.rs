//! The request to the administrator: what somebody else has to do, told so that it can be sent to them as it is.

use crate::{Cause, SafeText};

/// Everything an administrator needs, as plain data; [`crate::render::request`] makes Markdown and an e-mail of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AdminRequest {
    /// What it is about in a few words, for a subject line.
    pub subject: SafeText,
    /// What went wrong first.
    pub cause: Cause,
    /// What came in the way, in one sentence without a final period.
    pub sentence: SafeText,
    /// The sites that the migration is to go to.
    pub sites: Vec<SafeText>,
    /// What to do, in the order in which it helps.
    pub asks: Vec<Ask>,
    /// By what the event is found in the logs: ids, time, app, account.
    pub facts: Vec<RequestFact>,
}

/// One thing to do, and who can.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ask {
    /// What to do, in one sentence without a final period.
    pub text: SafeText,
    /// The role that may.
    pub whom: SafeText,
    /// The ways of doing it; one of them is enough.
    pub ways: Vec<AskWay>,
}

/// A way of doing it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum AskWay {
    /// A page that does it, or on which it is done.
    Page {
        /// What the page is.
        label: SafeText,
        /// Its address.
        url: SafeText,
    },
    /// Where to click.
    Path(SafeText),
    /// A line to type.
    Command {
        /// With which program.
        tool: Tool,
        /// The line.
        line: SafeText,
    },
}

/// A program that administrators type commands into.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Tool {
    /// <https://pnp.github.io/powershell>
    PnpPowerShell,
    /// <https://pnp.github.io/cli-microsoft365>
    CliMicrosoft365,
}

impl Tool {
    /// The stable name, as written in reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PnpPowerShell => "pnp-powershell",
            Self::CliMicrosoft365 => "cli-microsoft365",
        }
    }

    /// What a person reads.
    pub const fn title(self) -> &'static str {
        match self {
            Self::PnpPowerShell => "PnP PowerShell",
            Self::CliMicrosoft365 => "CLI for Microsoft 365",
        }
    }
}

/// One thing by which the event is found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RequestFact {
    /// A short, stable key in `snake_case`.
    pub key: &'static str,
    /// The value.
    pub value: SafeText,
}

impl AskWay {
    /// A page.
    pub fn page(label: impl Into<SafeText>, url: impl Into<SafeText>) -> Self {
        Self::Page { label: label.into(), url: url.into() }
    }

    /// What stands before it: `Open`, `Click`, the program.
    pub const fn title(&self) -> &'static str {
        match self {
            Self::Page { .. } => "Page",
            Self::Path(_) => "By hand",
            Self::Command { tool, .. } => tool.title(),
        }
    }
}
