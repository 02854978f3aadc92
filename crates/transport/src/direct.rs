//! The direct route: from this program to the server, over reqwest and rustls.
//!
//! ```no_run
//! # use std::sync::Arc;
//! # use transport::{Network as _, Origin, Request, direct::{DirectConfig, DirectNetwork}};
//! # async fn example(clock: Arc<dyn preflight::Clock>) -> Result<(), Box<dyn std::error::Error>> {
//! let network = DirectNetwork::new(DirectConfig::new("wayleave/1.0", clock))?;
//! let wiki = network.to(&Origin::parse("https://wiki.example.com")?);
//! let answer = wiki.execute(Request::get("/rest/api/space").accept_json()).await?;
//! # Ok(()) }
//! ```

mod certificate;
mod exchange;
mod failure;
mod proxy;
mod resolve;
mod setup;
mod trust;
mod wire;

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use preflight::{Clock, Origin};
use rustls::crypto::{CryptoProvider, ring};

use self::exchange::DirectTransport;
pub use self::proxy::ProxyChoice;
use self::proxy::{ProxyRules, Way};
pub use self::setup::SetupError;
pub use self::trust::ca_certificates;
use self::trust::{CaFile, Trust};
use crate::{Network, Transport};

/// How the direct route is set up.
#[derive(Clone, Debug)]
pub struct DirectConfig {
    /// Which proxy is used.
    pub proxy: ProxyChoice,
    /// Certificates that are trusted beside those of the operating system: PEM, or one certificate in DER.
    /// An authority in it is trusted for what it signs, any other certificate for itself only.
    pub ca_file: Option<PathBuf>,
    /// The longest wait for a connection, its proxy tunnel and its TLS handshake included.
    pub connect_timeout: Duration,
    /// The longest wait for a whole exchange: redirects within the origin and the body included, the pause before a retry not.
    pub total_timeout: Duration,
    /// `User-Agent` of requests that bring none of their own.
    pub user_agent: String,
    /// Domains whose hosts always have a publicly trusted certificate. Where one of them shows an issuer that is not
    /// trusted here, somebody on the way is inspecting TLS.
    pub publicly_trusted: Vec<String>,
    /// Tells when an answer came. Whether a certificate is valid is always judged by the computer's own clock.
    pub clock: Arc<dyn Clock>,
}

impl DirectConfig {
    /// The system's proxy and trust, ten seconds to connect and thirty for the whole.
    pub fn new(user_agent: impl Into<String>, clock: Arc<dyn Clock>) -> Self {
        Self {
            proxy: ProxyChoice::System,
            ca_file: None,
            connect_timeout: Duration::from_secs(10),
            total_timeout: Duration::from_secs(30),
            user_agent: user_agent.into(),
            publicly_trusted: Vec::new(),
            clock,
        }
    }
}

/// A network that goes straight to the servers, or through the proxy that the configuration names.
///
/// It keeps no cookies and follows no redirect off an origin. Connections are shared by everything that it makes.
#[derive(Clone)]
pub struct DirectNetwork {
    shared: Arc<Shared>,
}

/// What the transports of one network have in common.
struct Shared {
    straight: reqwest::Client,
    through_proxy: reqwest::Client,
    rules: ProxyRules,
    /// False where there is nothing to judge a certificate by.
    can_trust: bool,
    total_timeout: Duration,
    publicly_trusted: Vec<String>,
    clock: Arc<dyn Clock>,
}

impl DirectNetwork {
    /// Reads the CA file, the proxy settings and the trust store.
    ///
    /// A computer without trusted certificates is no error yet: plain http to its own loopback works. Requests over https then fail
    /// with [`Setup`](crate::TransportErrorKind::Setup).
    pub fn new(config: DirectConfig) -> Result<Self, SetupError> {
        let DirectConfig { proxy, ca_file, connect_timeout, total_timeout, user_agent, publicly_trusted, clock } = config;
        let ca_file = ca_file.map(|path| CaFile::read(&path)).transpose()?.unwrap_or_default();
        let trust = Arc::new(Trust::new(ca_file, provider()));
        let can_trust = trust.is_possible();
        let rules = ProxyRules::new(&proxy)?;
        let client = |way| client(way, &trust, &user_agent, connect_timeout);
        let shared = Shared {
            straight: client(Way::Straight)?,
            through_proxy: client(rules.way(&proxy))?,
            rules,
            can_trust,
            total_timeout,
            publicly_trusted,
            clock,
        };
        Ok(Self { shared: Arc::new(shared) })
    }
}

impl Network for DirectNetwork {
    fn to(&self, origin: &Origin) -> Arc<dyn Transport> {
        Arc::new(DirectTransport::new(origin.clone(), Arc::clone(&self.shared)))
    }
}

impl fmt::Debug for DirectNetwork {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DirectNetwork").field("proxy", &self.shared.rules).finish_non_exhaustive()
    }
}

/// The one place that makes reqwest clients.
fn client(way: Way, trust: &Arc<Trust>, user_agent: &str, connect_timeout: Duration) -> Result<reqwest::Client, SetupError> {
    let mut tls = rustls::ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .map_err(SetupError::Tls)?
        .dangerous() // the verifier asks the operating system first and only ever adds what the CA file names
        .with_custom_certificate_verifier(Arc::clone(trust) as _)
        .with_no_client_auth();
    tls.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];

    let builder = reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .user_agent(user_agent)
        .connect_timeout(connect_timeout)
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        .dns_resolver(Arc::new(resolve::SystemResolver));
    let builder = match way {
        Way::Straight => builder.no_proxy(),
        Way::System => builder,
        Way::Through(proxy) => builder.no_proxy().proxy(*proxy),
    };
    builder.build().map_err(SetupError::Client)
}

/// Cryptography by ring, also as the default of the process, because libraries ask for that.
fn provider() -> Arc<CryptoProvider> {
    // An error says that the process has a default already, which then stays.
    ring::default_provider().install_default().ok();
    Arc::new(ring::default_provider())
}
