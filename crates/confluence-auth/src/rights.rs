//! What the account's rights were found to be. Unknown stays unknown.

use crate::error::Sent;

/// The account's standing on the whole site.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Role {
    /// Member of `confluence-administrators` on Data Center, or Cloud's admin key is on: sees every space and every restricted page.
    SeesAll,
    /// Administers Confluence, and does not see pages that are restricted away from the account.
    Administrator,
    /// Administers nothing as a whole.
    Ordinary,
    /// Nobody.
    Anonymous,
    /// Could not be found out.
    Unknown,
}

/// Whether a page was read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum PageRead {
    /// With its author and dates.
    WithHistory,
    /// Without them.
    WithoutHistory,
    /// There was none to try.
    None,
}

/// Whether people and groups can be looked up.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum People {
    /// Both.
    Both,
    /// Only people, or only groups.
    Some,
    /// Refused.
    None,
    /// Could not be found out.
    Unknown,
}

/// How an attempt to read something came out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Reading {
    /// It came.
    Works,
    /// It was refused.
    Refused,
    /// The token does not reach it: it lacks this scope.
    ScopeMissing(&'static str),
    /// There was nothing to try, or no clear answer.
    Unknown,
}

/// What was found out about permissions.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Permissions {
    /// In how many of the spaces that were asked about the account administers permissions.
    pub(crate) administered: usize,
    /// How many were asked about with a clear answer.
    pub(crate) clear: usize,
    /// True where those were all of the spaces that the account sees.
    pub(crate) all: bool,
    /// Whether the restrictions of a page could be read.
    pub(crate) restrictions: Reading,
    /// A space refused its permissions, although the account should be able to read them.
    pub(crate) contradicted: bool,
}

/// Everything that the abilities are concluded from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Rights {
    pub(crate) sent: Option<Sent>,
    pub(crate) role: Role,
    /// Secure administrator sessions hide what administrators may do.
    pub(crate) needs_elevation: bool,
    pub(crate) page: PageRead,
    /// There are spaces at all.
    pub(crate) has_spaces: bool,
    pub(crate) files: Option<crate::rungs::attachment::Download>,
    pub(crate) people: People,
    pub(crate) permissions: Option<Permissions>,
    /// Spaces that exist and were not listed.
    pub(crate) hidden_spaces: Option<u64>,
}
