//! What is seen in the browser, in words for the panel there and for the prompt here.

use std::fmt;

use browser::Panel;

use super::Wanted;

/// What is seen.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Seen {
    /// The window is on its way.
    Opening,
    /// The site, which names nobody.
    NotYet,
    /// Another site.
    Elsewhere {
        /// Its host.
        host: String,
    },
    /// The site is not up, or asks for patience.
    Busy,
    /// Somebody who will do.
    Checking {
        /// Who.
        name: String,
    },
    /// Somebody who will do, when the person says so.
    Ready {
        /// Who.
        name: String,
    },
    /// Somebody else.
    WrongAccount {
        /// Who.
        name: String,
        /// Who should be there.
        expected: String,
    },
    /// Somebody, where nobody should be.
    NotAnonymous {
        /// Who.
        name: String,
    },
    /// Somebody who may not use Confluence.
    NoAccess,
}

impl fmt::Display for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Opening => f.write_str("The page is opening"),
            Self::NotYet => f.write_str("Not signed in yet"),
            Self::Elsewhere { host } => write!(f, "At {host}, waiting"),
            Self::Busy => f.write_str("The site asks for patience, waiting"),
            Self::Checking { name } => write!(f, "Signed in as {name}, checking…"),
            Self::Ready { name } => write!(f, "Signed in as {name}"),
            Self::WrongAccount { name, expected } => {
                write!(f, "Signed in as {name}, but {expected} is expected. Sign out here and sign in as {expected}")
            }
            Self::NotAnonymous { name } => write!(f, "Signed in as {name}, which is not anonymous. Sign out here"),
            Self::NoAccess => f.write_str("This account may not use Confluence. Sign out here and sign in with another one"),
        }
    }
}

/// The panel.
pub(crate) fn panel(wanted: &Wanted, host: &str, seen: &Seen, extendable: bool) -> Panel {
    Panel { task: task(wanted, host), seen: seen.to_string(), usable: matches!(seen, Seen::Ready { .. }), extendable }
}

/// The panel of a window that is kept because requests go through it, or to renew the session.
pub(crate) fn working_panel(name: &str) -> Panel {
    Panel {
        task: "Wayleave needs this window until it is done. Leave it open; it goes away by itself".to_owned(),
        seen: format!("Signed in as {name}"),
        usable: false,
        extendable: false,
    }
}

fn task(wanted: &Wanted, host: &str) -> String {
    if wanted.anonymous {
        return format!("Pass whatever stands before {host}, without signing in to Confluence. This window goes away by itself");
    }
    let whom = wanted.expected.as_ref().map(|expected| format!(" as {expected}")).unwrap_or_default();
    if wanted.again {
        format!("Your session has ended. Sign in to {host}{whom} once more; the test then goes on where it was")
    } else if wanted.confirm {
        format!("Sign in to {host}{whom} as you always do, then press “Use this account”")
    } else {
        format!("Sign in to {host}{whom} as you always do. This window goes away by itself")
    }
}
