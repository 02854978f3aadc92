//! What the checks themselves find wrong, where no single answer said so.

use preflight::Cause;

use crate::sharepoint::GrantedScopes;
use crate::verdict::Standing;
use crate::{Guid, RefusedApp, Tenant};

/// Something does not fit together, or does not suffice.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum CheckError {
    /// The site belongs to another tenant than the one entered.
    #[error("{host} belongs to tenant {site}, and {entered} is tenant {entered_id}")]
    TenantMismatch {
        /// The site's host.
        host: String,
        /// The tenant of the site.
        site: Guid,
        /// The tenant as it was entered.
        entered: Tenant,
        /// Its id.
        entered_id: Guid,
    },
    /// Somebody signed in to another tenant than the site's.
    #[error("signed in to tenant {signed_in}, and the site belongs to tenant {site}")]
    SignedInElsewhere {
        /// The tenant signed in to.
        signed_in: Guid,
        /// The tenant of the site.
        site: Guid,
    },
    /// Somebody else signed in than the one expected.
    #[error("signed in as {signed_in}, not as {expected}")]
    WrongAccount {
        /// Who signed in.
        signed_in: String,
        /// Who was expected.
        expected: String,
    },
    /// The app signed in by itself, and an account was expected.
    #[error("the app {app} signed in by itself, not {expected}")]
    AppInsteadOfAccount {
        /// Its client ID.
        app: String,
        /// Who was expected.
        expected: String,
    },
    /// The tenant's id stands in the field for the client ID.
    #[error("the client ID is the tenant's own ID")]
    TenantAsClient,
    /// Account or app may do less than a whole migration takes.
    #[error("the rights do not suffice for a whole migration")]
    Rights(Box<Shortage>),
    /// The site takes no changes.
    #[error("the site is read-only")]
    ReadOnly {
        /// The reason that an administrator left.
        issue: Option<String>,
        /// The site.
        site: url::Url,
    },
    /// The Site Pages library has permissions of its own, under which the account cannot write.
    #[error("the library {library} has permissions of its own")]
    Library {
        /// Its title.
        library: String,
        /// True where nothing can be written, false where only permissions cannot be set.
        nothing: bool,
    },
    /// Graph's token came without a permission on sites.
    #[error("the token for Graph holds no permission on sites")]
    GraphConsent {
        /// What it holds.
        scopes: GrantedScopes,
        /// The app.
        app: Box<RefusedApp>,
        /// True where the app signed in by itself.
        by_itself: bool,
    },
}

/// What is short, and of whom.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Shortage {
    /// Which of app and account is the limit.
    pub cause: Cause,
    /// True where nothing can be written at all.
    pub nothing: bool,
    /// True where the app's permissions are those of plan B: content without page permissions, authors and dates.
    pub plan_b: bool,
    /// True where the app may use only sites that it was granted one by one.
    pub selected: bool,
    /// What the account is on the site.
    pub standing: Standing,
    /// What the app was granted.
    pub scopes: GrantedScopes,
    /// The app.
    pub app: RefusedApp,
    /// The account.
    pub account: String,
    /// The site.
    pub site: url::Url,
}
