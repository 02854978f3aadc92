//! SharePoint Online's REST service, as far as a connection test asks it, and what its refusals mean.

mod api;
mod error;
mod permissions;
mod scope;

pub(crate) use api::{Library, SharePoint, SiteState, SiteUser, Web};
pub use error::{Evidence, Refusal, SharePointError, Unusable};
pub(crate) use error::{Leads, error_code, is_sharepoint, redirect, retry_after};
pub use permissions::{Permission, Permissions};
pub use scope::{GrantedScopes, ScopeLevel};

/// How Microsoft asks tools of an organization to name themselves, so that they are throttled last
/// ("Avoid getting throttled or blocked in SharePoint Online": `NONISV|CompanyName|AppName/Version`).
pub(crate) const USER_AGENT: &str = concat!("NONISV|Wayleave|Wayleave/", env!("CARGO_PKG_VERSION"));
