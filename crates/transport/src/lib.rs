//! Requests as paths on an origin, and the direct route that carries them.
//!
//! A [`Request`] has a path, never a full URL, so a credential cannot travel to another host by mistake: the [`Transport`] it is given
//! to belongs to one [`Origin`], and a secret in the request is released for that origin only. This room knows neither Confluence nor Entra.

pub mod direct;
mod error;
mod explain;
mod follow;
mod network;
mod request;
mod response;
mod retry_after;
mod scripted;

pub use error::{TransportError, TransportErrorKind};
pub use follow::Hop;
pub use network::{Network, Route, Transport};
pub use preflight::{NoOrigin, Origin};
pub use request::{Authorization, Body, FormValue, OriginPath, Redirects, Request, Retry};
pub use response::Response;
pub use retry_after::RetryAfter;
pub use scripted::{ScriptedNetwork, Want};
