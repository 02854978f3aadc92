//! What a certificate says about itself, read for messages and for the certificates that the CA file names.

use std::net::IpAddr;

use jiff::Timestamp;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, Error as TlsError};
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::{FromDer as _, X509Version};
use x509_parser::x509::X509Name;

/// Why a certificate was refused, and what it says about itself. Travels inside the TLS library's own error.
#[derive(Clone, Debug, thiserror::Error)]
#[error("the server's certificate was refused")]
pub(super) struct Refused {
    pub(super) refusal: Refusal,
    /// Who issued the server's own certificate.
    pub(super) issuer: Option<String>,
    /// The names that it is for.
    pub(super) names: Vec<String>,
    #[source]
    reason: TlsError,
}

/// What is wrong with a certificate, as far as people have to do different things about it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Refusal {
    Untrusted,
    WrongName,
    Expired {
        when: Option<Timestamp>,
    },
    NotYetValid {
        when: Option<Timestamp>,
    },
    /// Revoked, damaged, signed in a way that is not accepted any more.
    Unusable,
}

impl Refused {
    pub(super) fn new(certificate: &CertificateDer<'_>, reason: TlsError) -> Self {
        let parsed = parse(certificate);
        let refusal = match &reason {
            TlsError::InvalidCertificate(error) => refusal(error, parsed.as_ref()),
            _ => Refusal::Unusable,
        };
        let issuer = parsed.as_ref().and_then(|parsed| display_name(parsed.issuer()));
        let names = parsed.as_ref().map(names).unwrap_or_default();
        Self { refusal, issuer, names, reason }
    }
}

fn refusal(error: &CertificateError, certificate: Option<&X509Certificate<'_>>) -> Refusal {
    use CertificateError as E;
    let validity = certificate.map(|certificate| certificate.validity());
    match error {
        E::NotValidForName | E::NotValidForNameContext { .. } => Refusal::WrongName,
        // With context it is the date of the certificate that is too old, which need not be the server's own.
        E::ExpiredContext { not_after, .. } => Refusal::Expired { when: timestamp(*not_after) },
        E::Expired => Refusal::Expired { when: validity.and_then(|v| Timestamp::from_second(v.not_after.timestamp()).ok()) },
        E::NotValidYetContext { not_before, .. } => Refusal::NotYetValid { when: timestamp(*not_before) },
        E::NotValidYet => Refusal::NotYetValid { when: validity.and_then(|v| Timestamp::from_second(v.not_before.timestamp()).ok()) },
        // A signature of another kind than an authority of the same name could make: where several call themselves localhost, say.
        // `Other` is how webpki refuses an authority as a server's own certificate, and what the systems' verifiers say in their own words.
        E::UnknownIssuer
        | E::BadSignature
        | E::UnsupportedSignatureAlgorithmForPublicKeyContext { .. }
        | E::InvalidPurpose
        | E::InvalidPurposeContext { .. }
        | E::Other(_) => Refusal::Untrusted,
        _ => Refusal::Unusable,
    }
}

/// Whether a certificate is for this name and valid now. Says nothing about trust.
///
/// A certificate without subject alternative names is taken to be for its common name. That rule is dead for certificates that an authority vouches
/// for (RFC 9525 §2), but appliances still sign such ones for themselves, and here somebody chose exactly this certificate.
pub(super) fn fits(certificate: &CertificateDer<'_>, name: &ServerName<'_>, now: UnixTime) -> Result<(), TlsError> {
    let parsed = parse(certificate).ok_or(TlsError::InvalidCertificate(CertificateError::BadEncoding))?;
    let seconds = i64::try_from(now.as_secs()).unwrap_or(i64::MAX);
    if seconds > parsed.validity().not_after.timestamp() {
        return Err(CertificateError::Expired.into());
    }
    if seconds < parsed.validity().not_before.timestamp() {
        return Err(CertificateError::NotValidYet.into());
    }
    let named = rustls::client::verify_server_name(&ParsedCertificate::try_from(certificate)?, name);
    if named.is_err() && names(&parsed).is_empty() {
        let wanted = name.to_str();
        let common_name_fits = parsed.subject().iter_common_name().any(|cn| cn.as_str().is_ok_and(|cn| cn.eq_ignore_ascii_case(&wanted)));
        return if common_name_fits { Ok(()) } else { named };
    }
    named
}

/// Whether this is the certificate of an authority, whose signatures count. A certificate of X.509 version 1 cannot say so (RFC 5280 §4.2.1.9),
/// but old company authorities have such ones.
pub(super) fn is_authority(certificate: &CertificateDer<'_>) -> bool {
    let Some(parsed) = parse(certificate) else { return false };
    let may_sign = match parsed.key_usage() {
        Ok(Some(usage)) => usage.value.key_cert_sign(),
        Ok(None) => true,
        Err(_) => false,
    };
    may_sign && (parsed.is_ca() || (parsed.version() == X509Version::V1 && parsed.subject() == parsed.issuer()))
}

/// Whether these bytes are a certificate.
pub(super) fn is_certificate(der: &[u8]) -> bool {
    X509Certificate::from_der(der).is_ok()
}

fn parse<'a>(certificate: &'a CertificateDer<'_>) -> Option<X509Certificate<'a>> {
    X509Certificate::from_der(certificate).ok().map(|(_rest, parsed)| parsed)
}

/// `Common name (Organization)`, or what there is of it.
fn display_name(name: &X509Name<'_>) -> Option<String> {
    let common_name = name.iter_common_name().find_map(|cn| cn.as_str().ok());
    let organization = name.iter_organization().find_map(|o| o.as_str().ok());
    match (common_name, organization) {
        (Some(cn), Some(o)) => Some(format!("{cn} ({o})")),
        (Some(one), None) | (None, Some(one)) => Some(one.to_owned()),
        (None, None) => Some(name.to_string()).filter(|text| !text.is_empty()),
    }
}

/// The subject alternative names that are host names or addresses.
fn names(certificate: &X509Certificate<'_>) -> Vec<String> {
    let Ok(Some(extension)) = certificate.subject_alternative_name() else { return Vec::new() };
    let names = extension.value.general_names.iter().filter_map(|name| match name {
        GeneralName::DNSName(name) => Some((*name).to_owned()),
        GeneralName::IPAddress(bytes) => match <[u8; 4]>::try_from(*bytes) {
            Ok(v4) => Some(IpAddr::from(v4).to_string()),
            Err(_) => <[u8; 16]>::try_from(*bytes).ok().map(|v6| IpAddr::from(v6).to_string()),
        },
        _ => None,
    });
    names.collect()
}

fn timestamp(time: UnixTime) -> Option<Timestamp> {
    i64::try_from(time.as_secs()).ok().and_then(|seconds| Timestamp::from_second(seconds).ok())
}
