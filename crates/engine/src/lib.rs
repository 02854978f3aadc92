//! Use cases, settings, and the bundle of outside things: what the window and the command line both drive.
//!
//! [`deps::Deps`] is the only place that builds network clients, opens a browser, reads the clock or the settings file.

pub mod certificate;
pub mod deps;
mod explain;
pub mod forms;
pub mod job;
pub mod keychain;
pub mod log;
#[cfg(feature = "practice")]
pub mod practice;
pub mod settings;
pub mod sites;
pub mod spaces;
pub mod windows;

pub use browser::{Installed as Browser, installed as browsers};
pub use deps::Deps;
pub use entra_auth::{OpenError, Replies, Reply, ReplySender, UrlOpener, Window};
pub use job::{Job, NetworkOptions, Order, ProxyOption, plan, run};

/// Name and version of the product, as written in reports.
pub const PRODUCT: &str = concat!("wayleave ", env!("CARGO_PKG_VERSION"));

/// What a Microsoft sign-in error means, from our own table; works offline. None where the text holds no number that is known.
pub fn explain(text: &str) -> Option<preflight::Fail> {
    entra_auth::explain_text(text)
}

/// Removes the browser session that is kept for this Confluence, with every cookie in it. True where there was one.
pub async fn forget(deps: &Deps, address: &str) -> Result<bool, preflight::Fail> {
    let site = confluence_auth::SiteAddress::understand(address)?;
    confluence_auth::forget(&*deps.launcher, &site).await
}

/// The tenant that owns the site at this address, asked of the site itself.
pub async fn detect_tenant(deps: &Deps, address: &str) -> Result<String, preflight::Fail> {
    let site = entra_auth::SiteAddress::understand(address)?;
    let detected = entra_auth::detect_tenant(&*deps.network, &site).await?;
    Ok(detected.tenant.to_string())
}
