//! Entra ID and SharePoint Online: who is asked to sign people in, how they sign in, which tokens come of it, and what refusals mean.
//!
//! The way of a sign-in: [`Authority`] (cloud and tenant) → [`discover`] → [`sign_in_interactive`] or one of its kin → [`SignedIn`], which proves who signed in
//! and hands out an [`AccessToken`] per [`Resource`]. Everything outside is handed in by [`Cx`]: this room opens no connection to a server but
//! by `transport::Network`, knows no window and no settings file, and never prints. Its one listener is the loopback one for the browser's answer.
//!
//! ```
//! use entra_auth::{AccountHint, Authority, ClientId, Cloud, Cx, Resource, SignInError, Tenant, Window, discover, sign_in_interactive};
//! use preflight::UserPrompt;
//!
//! async fn two_tokens(cx: &Cx<'_>, tenant: Tenant, app: &ClientId, site: &Resource) -> Result<(), SignInError> {
//!     let metadata = discover(cx, &Authority::of(Cloud::Public, tenant)).await?;
//!     let show = |prompt: Option<UserPrompt>| drop(prompt);
//!     let signed_in = sign_in_interactive(cx, &metadata, app, site, &AccountHint::Choose, Window::Default, &show).await?;
//!     let for_the_site = signed_in.token(cx, site).await?;
//!     let for_graph = signed_in.token(cx, &Resource::graph(&metadata)).await?;
//!     assert!(for_the_site.secret.expose_for(&for_graph.resource.origin).is_err());
//!     Ok(())
//! }
//! ```

pub mod aadsts;
mod abilities;
mod address;
mod authority;
mod caller;
mod certificate;
mod check;
mod cx;
mod discovery;
mod error;
mod explain;
mod factors;
pub mod graph;
mod guid;
mod id_token;
mod loopback;
mod memory;
mod pages;
mod realm;
mod replies;
mod settings;
pub mod sharepoint;
mod sign_in;
mod token;
mod token_endpoint;
mod token_error;
mod verdict;

pub use aadsts::explain_text;
pub use address::{AddressError, SiteAddress};
pub use authority::{AppPage, Authority, AuthorityError, ClientId, ClientIdError, Cloud, Tenant, TenantError, UnknownCloud};
pub use certificate::{Certificate, CertificateError, KeySize, Made, MakeError, make as make_certificate};
pub use check::{CheckError, PLAN, Session, Shortage, Visits, share_failure, test_connection};
pub use cx::{Cx, OpenError, UrlOpener, Watched, WatchedWindow, Window, WindowEvent};
pub use discovery::{Metadata, MetadataError, discover};
pub use error::{Content, SignInError, Stage, UnexpectedAnswer};
pub use explain::admin_request;
pub use guid::Guid;
pub use id_token::{IdTokenError, Who};
pub use memory::{Memory, MemoryKey, Remembered};
pub use realm::{Detected, RealmError, detect_tenant};
pub use replies::{NobodyWaits, Replies, Reply, ReplySender};
pub use settings::{Method, Settings, Way};
pub use sign_in::{
    AccountHint, AppCredential, AppIdentity, ByCertificate, Principal, SignedIn, sign_in_app, sign_in_device_code, sign_in_interactive,
    sign_in_password, sign_in_remembered,
};
pub use token::{AccessToken, Resource, TokenClaims, TokenSource};
pub use token_error::{Refusal, RefusedApp};
pub use verdict::{Facts, Judgement, LibraryRights, Lock, Ruling, Standing};

#[cfg(test)]
mod testing;
