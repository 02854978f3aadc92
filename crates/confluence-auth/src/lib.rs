//! Confluence: addresses, credentials and the connection test of Cloud, Server and Data Center.
//!
//! A test is given a [`SiteAddress`] and a [`Credential`], asks through the [`transport::Network`] it is handed, and writes down
//! rung by rung how it came out. It is green only when the server names the account: many servers answer 200 to a credential that
//! they ignore. This room knows nothing of SharePoint, of windows or of settings files, and prints nothing.

mod abilities;
mod address;
mod api;
mod check;
mod classify;
mod deadline;
mod error;
mod explain;
mod interactive;
mod inventory;
mod product;
mod remote_api;
mod rights;
mod rungs;
mod scopes;
mod session;
mod settings;
#[cfg(test)]
mod testing;
mod whoami;

pub use address::{AddressError, SiteAddress};
pub use check::{PLAN, test_connection};
pub use deadline::Deadline;
pub use interactive::forget;
pub use inventory::{Survey, inventory};
pub use settings::{Credential, Cx, RouteChoice, Settings, WindowOptions};
