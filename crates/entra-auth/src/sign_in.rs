//! Signing in, and what comes of it.

mod signed_in;

pub use signed_in::SignedIn;
