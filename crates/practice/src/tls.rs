//! A throw-away certificate authority, and certificates with the faults that people meet.

use std::io;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    date_time_ymd,
};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::{RootCertStore, ServerConfig};

const DAY: Duration = Duration::from_hours(24);

/// A certificate authority that no machine trusts unless told so. Its key never leaves the process.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
    der: CertificateDer<'static>,
}

impl std::fmt::Debug for Authority {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Authority").finish_non_exhaustive()
    }
}

impl Authority {
    /// Makes a fresh authority.
    pub fn new() -> io::Result<Self> {
        let mut params = CertificateParams::default();
        params.distinguished_name = named("Brackwater practice authority");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let key = KeyPair::generate().map_err(io::Error::other)?;
        let certificate = params.self_signed(&key).map_err(io::Error::other)?;
        Ok(Self { pem: certificate.pem(), der: certificate.der().clone(), issuer: Issuer::new(params, key) })
    }

    /// The authority's certificate, for a `--ca-file` or a trust store.
    pub fn pem(&self) -> &str {
        &self.pem
    }

    /// A good server certificate for these names.
    pub fn issue(&self, names: &[&str]) -> io::Result<Identity> {
        self.signed(names, names, |_| {})
    }

    /// A certificate that ended in 2021.
    pub fn issue_expired(&self, names: &[&str]) -> io::Result<Identity> {
        self.signed(names, names, |params| {
            params.not_before = date_time_ymd(2020, 1, 1);
            params.not_after = date_time_ymd(2021, 1, 1);
        })
    }

    /// A certificate that begins in 2090, as a client with a wrong clock sees a new one.
    pub fn issue_not_yet_valid(&self, names: &[&str]) -> io::Result<Identity> {
        self.signed(names, names, |params| {
            params.not_before = date_time_ymd(2090, 1, 1);
            params.not_after = date_time_ymd(2091, 1, 1);
        })
    }

    /// A certificate for `wiki.elsewhere.example`, shown by a server that is reached under `names`.
    pub fn issue_for_another_name(&self, names: &[&str]) -> io::Result<Identity> {
        self.signed(names, &["wiki.elsewhere.example"], |_| {})
    }

    /// A client certificate and its key in one PEM text, for a person or a program of this name.
    pub fn issue_client_pem(&self, name: &str) -> io::Result<String> {
        let mut params = server_params(&[name])?;
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        let key = KeyPair::generate().map_err(io::Error::other)?;
        let certificate = params.signed_by(&key, &self.issuer).map_err(io::Error::other)?;
        Ok(format!("{}{}", certificate.pem(), key.serialize_pem()))
    }

    fn signed(&self, reached_as: &[&str], names: &[&str], bend: impl FnOnce(&mut CertificateParams)) -> io::Result<Identity> {
        let mut params = server_params(names)?;
        params.use_authority_key_identifier_extension = true;
        bend(&mut params);
        let key = KeyPair::generate().map_err(io::Error::other)?;
        let certificate = params.signed_by(&key, &self.issuer).map_err(io::Error::other)?;
        Ok(Identity {
            host: first(reached_as),
            pem: certificate.pem(),
            chain: vec![certificate.der().clone(), self.der.clone()],
            key: key.serialize_der(),
            clients_of: None,
        })
    }
}

/// A server's certificate and key.
pub struct Identity {
    host: String,
    pem: String,
    chain: Vec<CertificateDer<'static>>,
    key: Vec<u8>,
    /// Authority whose client certificates are asked for.
    clients_of: Option<CertificateDer<'static>>,
}

impl std::fmt::Debug for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Identity").field("host", &self.host).finish_non_exhaustive()
    }
}

impl Identity {
    /// A certificate that signs itself and calls itself an authority (`CA:TRUE`), as many appliances ship it.
    ///
    /// Adding it to a trust store does not help every client: some refuse an authority as a server's own certificate.
    pub fn self_signed(names: &[&str]) -> io::Result<Self> {
        let mut params = server_params(names)?;
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().map_err(io::Error::other)?;
        let certificate = params.self_signed(&key).map_err(io::Error::other)?;
        Ok(Self {
            host: first(names),
            pem: certificate.pem(),
            chain: vec![certificate.der().clone()],
            key: key.serialize_der(),
            clients_of: None,
        })
    }

    /// Only clients with a certificate of `authority` finish the handshake.
    #[must_use]
    pub fn wanting_client_certificate(mut self, authority: &Authority) -> Self {
        self.clients_of = Some(authority.der.clone());
        self
    }

    /// The server's certificate (not its key).
    pub fn pem(&self) -> &str {
        &self.pem
    }

    /// The host name under which the server is reached.
    pub fn host(&self) -> &str {
        &self.host
    }

    pub(crate) fn acceptor(&self) -> io::Result<TlsAcceptor> {
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(self.key.clone()));
        let provider = Arc::new(ring::default_provider());
        let builder =
            ServerConfig::builder_with_provider(Arc::clone(&provider)).with_safe_default_protocol_versions().map_err(io::Error::other)?;
        let builder = if let Some(authority) = &self.clients_of {
            let mut roots = RootCertStore::empty();
            roots.add(authority.clone()).map_err(io::Error::other)?;
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build();
            builder.with_client_cert_verifier(verifier.map_err(io::Error::other)?)
        } else {
            builder.with_no_client_auth()
        };
        let mut config = builder.with_single_cert(self.chain.clone(), key).map_err(io::Error::other)?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(TlsAcceptor::from(Arc::new(config)))
    }
}

fn server_params(names: &[&str]) -> io::Result<CertificateParams> {
    let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
    let common_name = names.first().cloned().unwrap_or_default();
    let mut params = CertificateParams::new(names).map_err(io::Error::other)?;
    params.distinguished_name = named(&common_name);
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    // Apple's verifier accepts no server certificate that lasts longer than 825 days, wherever it comes from.
    let today = date_time_ymd(1970, 1, 1) + SystemTime::UNIX_EPOCH.elapsed().map_err(io::Error::other)?;
    params.not_before = today - DAY;
    params.not_after = today + DAY * 365;
    Ok(params)
}

fn named(common_name: &str) -> DistinguishedName {
    let mut name = DistinguishedName::new();
    name.push(DnType::CommonName, common_name);
    name.push(DnType::OrganizationName, "Brackwater Instruments (practice)");
    name
}

fn first(names: &[&str]) -> String {
    names.first().copied().unwrap_or("localhost").to_owned()
}
