//! Entra ID and SharePoint Online: who is asked to sign people in, how they sign in, which tokens come of it, and what refusals mean.
//!
//! The way of a sign-in: [`Authority`] (cloud and tenant) → [`discover`] → [`sign_in_interactive`] → [`SignedIn`], which proves who signed in
//! and hands out an [`AccessToken`] per [`Resource`]. Everything outside is handed in by [`Cx`]: this room opens no connection to a server but
//! by `transport::Network`, knows no window and no settings file, and never prints. Its one listener is the loopback one for the browser's answer.

pub mod aadsts;
mod abilities;
mod address;
mod authority;
mod check;
mod cx;
mod discovery;
mod error;
mod explain;
pub mod graph;
mod guid;
mod id_token;
mod loopback;
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
pub use check::{CheckError, PLAN, Shortage, test_connection};
pub use cx::{Cx, OpenError, UrlOpener};
pub use discovery::{Metadata, MetadataError, discover};
pub use error::{Content, SignInError, Stage, UnexpectedAnswer};
pub use guid::Guid;
pub use id_token::{IdTokenError, Who};
pub use realm::{Detected, RealmError, detect_tenant};
pub use replies::{NobodyWaits, Replies, Reply, ReplySender};
pub use settings::{Method, Settings};
pub use sign_in::{AccountHint, SignedIn, sign_in_interactive};
pub use token::{AccessToken, Resource, TokenCache, TokenClaims};
pub use token_error::{Refusal, RefusedApp};
pub use verdict::{Facts, Judgement, LibraryRights, Lock, Ruling, Standing};

#[cfg(test)]
mod testing;
