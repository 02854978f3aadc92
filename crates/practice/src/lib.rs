//! Practice servers on loopback: a Confluence, an Entra ID and a SharePoint as strict and as treacherous as the real ones.
//!
//! They serve two masters: practice mode, in which a person without any tenant tries the whole product in a real browser, and
//! the tests of every other room. So they never relax a rule to be convenient: a wrong token is ignored where the real server
//! ignores it, and refused where the real server refuses it.
//!
//! Everything binds to `127.0.0.1` on a free port and lives exactly as long as the value that started it.

pub mod confluence;
pub mod entra;
pub mod faults;
pub mod markers;
pub mod server;
pub mod sharepoint;
pub mod situation;
pub mod tls;

pub use faults::{Fault, Faults};
pub use server::{Credential, Seen, Server};
pub use tls::{Authority, Identity};
