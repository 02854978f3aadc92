//! Signing in, and what comes of it.

mod app;
mod device_code;
mod interactive;
mod password;
mod proof;
mod remembered;
mod signed_in;

pub use app::{AppCredential, AppIdentity, ByCertificate, sign_in_app};
pub use device_code::sign_in_device_code;
pub(crate) use interactive::sign_in_again;
pub use interactive::{AccountHint, sign_in_interactive};
pub use password::sign_in_password;
pub(crate) use proof::server_time;
pub use remembered::sign_in_remembered;
pub use signed_in::{Principal, SignedIn};
