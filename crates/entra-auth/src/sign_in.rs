//! Signing in, and what comes of it.

mod interactive;
mod signed_in;

pub use interactive::{AccountHint, sign_in_interactive};
pub use signed_in::SignedIn;
