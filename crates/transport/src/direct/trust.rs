//! Whom to trust: the operating system's store, the authorities of the CA file, and exactly the other certificates in it.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, DigitallySignedStruct, Error as TlsError, OtherError, RootCertStore, SignatureScheme};
use rustls_platform_verifier::Verifier;

use super::SetupError;
use super::certificate::{self, Refused};

/// The largest CA file that is read. The whole public web's authorities take a quarter of a megabyte.
const LARGEST_CA_FILE: u64 = 16 * 1024 * 1024;

/// The certificates of a CA file.
#[derive(Default, Debug)]
pub(super) struct CaFile(Vec<CertificateDer<'static>>);

impl CaFile {
    /// Reads certificates: PEM with anything else between them, or one in DER, as Windows exports it.
    pub(super) fn read(path: &Path) -> Result<Self, SetupError> {
        let unreadable = |source: io::Error| SetupError::CaFileUnreadable { path: path.to_owned(), source };
        let mut bytes = Vec::new();
        File::open(path).and_then(|file| file.take(LARGEST_CA_FILE).read_to_end(&mut bytes)).map_err(unreadable)?;

        let mut found: Vec<CertificateDer<'static>> = if certificate::is_certificate(&bytes) {
            vec![CertificateDer::from(bytes)]
        } else {
            // one damaged certificate of a bundle does not make the others worthless
            CertificateDer::pem_slice_iter(&bytes).filter_map(Result::ok).collect()
        };
        found.retain(|one| RootCertStore::empty().add(one.clone()).is_ok());
        if found.is_empty() { Err(SetupError::CaFileEmpty { path: path.to_owned() }) } else { Ok(Self(found)) }
    }
}

/// The certificates of a CA file, in DER, for whatever else has to trust the same.
pub fn ca_certificates(path: &Path) -> Result<Vec<Vec<u8>>, SetupError> {
    CaFile::read(path).map(|CaFile(found)| found.iter().map(|one| one.to_vec()).collect())
}

/// Verifies servers' certificates.
///
/// The operating system decides, with the CA file's authorities as further roots. A certificate that it refuses passes only if it stands
/// in the CA file itself, bit for bit, and is for the name asked for and valid now. That admits what appliances sign for themselves,
/// also where it calls itself an authority, which webpki refuses as a server's own certificate.
#[derive(Debug)]
pub(super) struct Trust {
    /// None where the computer has no trusted certificates and the CA file has no authority.
    platform: Option<Verifier>,
    chosen: Vec<CertificateDer<'static>>,
    provider: Arc<CryptoProvider>,
}

impl Trust {
    pub(super) fn new(CaFile(chosen): CaFile, provider: Arc<CryptoProvider>) -> Self {
        let authorities = chosen.iter().filter(|one| certificate::is_authority(one)).cloned();
        let platform = Verifier::new_with_extra_roots(authorities, Arc::clone(&provider))
            .inspect_err(|error| tracing::warn!(%error, "this computer has no trusted CA certificates"))
            .ok();
        Self { platform, chosen, provider }
    }

    /// False where no certificate whatever can pass.
    pub(super) fn is_possible(&self) -> bool {
        self.platform.is_some() || !self.chosen.is_empty()
    }
}

impl ServerCertVerifier for Trust {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, TlsError> {
        let by_system = match &self.platform {
            Some(platform) => platform.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now),
            None => Err(CertificateError::UnknownIssuer.into()),
        };
        by_system
            .or_else(|reason| {
                let is_chosen = self.chosen.iter().any(|one| one.as_ref() == end_entity.as_ref());
                // for a certificate that was chosen, its own fault says more than that no authority vouches for it
                if is_chosen { certificate::fits(end_entity, server_name, now) } else { Err(reason) }
                    .map(|()| ServerCertVerified::assertion())
            })
            .map_err(|reason| CertificateError::Other(OtherError(Arc::new(Refused::new(end_entity, reason)))).into())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        verify_tls12_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        verify_tls13_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
