//! Microsoft Graph, as far as a connection test asks it, and what its refusals mean.

mod api;
mod error;

pub(crate) use api::{Graph, Me, Organization};
pub use error::{GraphError, Refusal};
