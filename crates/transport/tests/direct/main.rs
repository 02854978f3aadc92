//! The direct route against real sockets on loopback: every way in which a request can go wrong, and what is never sent.

mod body;
mod credentials;
mod environment;
mod proxy;
mod reach;
mod redirects;
mod retry;
mod support;
mod tls;
#[cfg(target_os = "linux")]
mod trust_store;
mod wire;
