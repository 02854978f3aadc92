//! The connection test against practice servers: versions, accounts, credentials, gates and refusals, each named right.

mod abilities;
mod cancel;
mod causes;
mod harness;
mod pace;
mod secrecy;
mod spaces;
