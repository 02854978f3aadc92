//! The seam: what carries a request, and what makes such a carrier for an origin.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use preflight::Origin;

use crate::{Request, Response, TransportError};

/// The way that requests take.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Route {
    /// From this program to the server.
    Direct,
    /// By a page in the controlled browser.
    Browser,
    /// From a script in a test.
    Scripted,
}

/// Carries requests to one origin. Dropping the future of a request ends it.
#[async_trait]
pub trait Transport: Send + Sync + fmt::Debug {
    /// The origin that every request goes to.
    fn origin(&self) -> &Origin;
    /// The way that requests take, to be shown in the report.
    fn route(&self) -> Route;
    /// Sends one request and reads the whole answer. Any status is an answer.
    async fn execute(&self, request: Request) -> Result<Response, TransportError>;
}

/// Makes transports: the one thing that the auth rooms are given to reach the outside.
pub trait Network: Send + Sync + fmt::Debug {
    /// A carrier to this origin. Cheap: connections are shared.
    fn to(&self, origin: &Origin) -> Arc<dyn Transport>;
}
