//! Signing in, and what comes of it.

mod app;
mod device_code;
mod interactive;
mod password;
mod proof;
mod signed_in;

pub use app::{AppCredential, AppIdentity, ByCertificate, sign_in_app};
pub use device_code::sign_in_device_code;
pub use interactive::{AccountHint, sign_in_interactive};
pub use password::sign_in_password;
pub use signed_in::{Principal, SignedIn};
