//! Whom to trust, and what exactly is wrong with a certificate.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use practice::{Authority, Identity, Server};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls::RootCertStore;
use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::{ServerConfig, WebPkiClientVerifier};
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use transport::direct::{DirectConfig, DirectNetwork, SetupError};
use transport::{Response, TransportErrorKind as Kind};

use crate::support::{Raw, config, failure, file, get};

/// Asks a server that shows this certificate, trusting these certificates beside the system's.
async fn ask(identity: &Identity, ca: Option<&str>) -> Result<Response, Kind> {
    let server = Server::https_as(Router::new(), identity).await.expect("a server");
    let ca = ca.map(file);
    let config = DirectConfig { ca_file: ca.as_ref().map(|path| path.to_path_buf()), ..config() };
    get(config, server.origin()).await.map_err(|error| error.kind)
}

fn authority() -> Authority {
    Authority::new().expect("an authority")
}

const ISSUER: &str = "Brackwater practice authority (Brackwater Instruments (practice))";

#[tokio::test]
async fn an_unknown_issuer() {
    let identity = authority().issue(&["localhost"]).expect("a certificate");
    let untrusted = |intercepted| Kind::TlsUntrusted { issuer: Some(ISSUER.to_owned()), intercepted };
    assert_eq!(ask(&identity, None).await.expect_err("no answer"), untrusted(false));
    assert_eq!(ask(&identity, Some(authority().pem())).await.expect_err("another authority"), untrusted(false));

    let server = Server::https_as(Router::new(), &identity).await.expect("a server");
    let publicly_trusted = |domain: &str| DirectConfig { publicly_trusted: vec![domain.to_owned()], ..config() };
    assert_eq!(failure(publicly_trusted("localhost"), server.origin()).await, untrusted(true));
    assert_eq!(failure(publicly_trusted("host"), server.origin()).await, untrusted(false), "not a domain above it");
}

#[tokio::test]
async fn an_authority_in_the_ca_file() {
    let authority = authority();
    let identity = authority.issue(&["localhost", "127.0.0.1"]).expect("a certificate");
    assert_eq!(ask(&identity, Some(authority.pem())).await.expect("an answer").status, 404);
    let bundle = format!("Bag Attributes\r\n{}\n# and the one we need\n{}", self::authority().pem(), authority.pem());
    assert_eq!(ask(&identity, Some(&bundle)).await.expect("an answer").status, 404);
}

#[tokio::test]
async fn a_self_signed_certificate_in_the_ca_file() {
    let identity = Identity::self_signed(&["localhost"]).expect("a certificate");
    assert!(matches!(ask(&identity, None).await, Err(Kind::TlsUntrusted { .. })));
    assert_eq!(ask(&identity, Some(identity.pem())).await.expect("an answer").status, 404);

    let same_names = Identity::self_signed(&["localhost"]).expect("a certificate");
    let refused = ask(&same_names, Some(identity.pem())).await.expect_err("not the chosen one");
    assert!(matches!(refused, Kind::TlsUntrusted { intercepted: false, .. }), "{refused:?}");
}

#[tokio::test]
async fn an_authority_of_the_same_name_with_another_kind_of_key() {
    let named_alike = |params: &mut CertificateParams| params.distinguished_name.push(DnType::CommonName, "localhost");
    let shown = own("localhost", named_alike);
    let mut params = CertificateParams::new(Vec::new()).expect("params");
    named_alike(&mut params);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate_for(&rcgen::PKCS_ED25519).expect("a key");
    let certificate = params.self_signed(&key).expect("a certificate");
    let namesake = Own { pem: certificate.pem(), der: certificate.der().clone(), key, params };
    let kind = ask_own(&shown, &namesake).await.expect_err("another authority");
    assert!(matches!(kind, Kind::TlsUntrusted { .. }), "{kind:?}");
}

#[tokio::test]
async fn a_chosen_certificate_holds_for_its_name_and_time_only() {
    let elsewhere = own("wiki.elsewhere.example", |_| {});
    let kind = ask_own(&elsewhere, &elsewhere).await.expect_err("another name");
    assert_eq!(kind, Kind::TlsNameMismatch { names: vec!["wiki.elsewhere.example".to_owned()] });

    let expired = own("localhost", |params| params.not_after = rcgen::date_time_ymd(2021, 2, 3));
    let kind = ask_own(&expired, &expired).await.expect_err("expired");
    assert_eq!(kind, Kind::TlsExpired { when: "2021-02-03T00:00:00Z".parse().ok(), not_yet: false });

    let early = own("localhost", |params| params.not_before = rcgen::date_time_ymd(2090, 2, 3));
    let kind = ask_own(&early, &early).await.expect_err("not valid yet");
    assert_eq!(kind, Kind::TlsExpired { when: "2090-02-03T00:00:00Z".parse().ok(), not_yet: true });
}

#[tokio::test]
async fn a_chosen_certificate_without_alternative_names_is_for_its_common_name() {
    let only_common_name = |name: &str| {
        own("localhost", |params| {
            params.subject_alt_names.clear();
            params.distinguished_name.push(DnType::CommonName, name);
        })
    };
    let appliance = only_common_name("LocalHost");
    ask_own(&appliance, &appliance).await.expect("an answer");
    let other = only_common_name("appliance.example");
    assert_eq!(ask_own(&other, &other).await.expect_err("another name"), Kind::TlsNameMismatch { names: Vec::new() });
}

#[tokio::test]
async fn a_chosen_certificate_that_is_no_authority_vouches_for_nobody() {
    let chosen = own("wiki.elsewhere.example", |_| {});
    let mut params = CertificateParams::new(["localhost".to_owned()]).expect("params");
    params.use_authority_key_identifier_extension = true;
    let key = KeyPair::generate().expect("a key");
    let certificate = params.signed_by(&key, &Issuer::new(chosen.params.clone(), &chosen.key)).expect("a certificate");
    let forged = Own { pem: certificate.pem(), der: certificate.der().clone(), key, params };
    let kind = ask_own(&forged, &chosen).await.expect_err("signed by no authority");
    assert!(matches!(kind, Kind::TlsUntrusted { .. }), "{kind:?}");
}

#[tokio::test]
async fn another_name() {
    let authority = authority();
    let identity = authority.issue_for_another_name(&["localhost"]).expect("a certificate");
    let kind = ask(&identity, Some(authority.pem())).await.expect_err("no answer");
    assert_eq!(kind, Kind::TlsNameMismatch { names: vec!["wiki.elsewhere.example".to_owned()] });
}

#[tokio::test]
async fn another_time() {
    let authority = authority();
    let expired = authority.issue_expired(&["localhost"]).expect("a certificate");
    let kind = ask(&expired, Some(authority.pem())).await.expect_err("no answer");
    assert_eq!(kind, Kind::TlsExpired { when: "2021-01-01T00:00:00Z".parse().ok(), not_yet: false });
    let early = authority.issue_not_yet_valid(&["localhost"]).expect("a certificate");
    let kind = ask(&early, Some(authority.pem())).await.expect_err("no answer");
    assert_eq!(kind, Kind::TlsExpired { when: "2090-01-01T00:00:00Z".parse().ok(), not_yet: true });
}

#[tokio::test]
async fn a_client_certificate_is_wanted() {
    let own = own("localhost", |_| {});
    for version in [&rustls::version::TLS12, &rustls::version::TLS13] {
        let mut clients = RootCertStore::empty();
        clients.add(own_authority()).expect("an authority");
        let provider = Arc::new(ring::default_provider());
        let verifier = WebPkiClientVerifier::builder_with_provider(clients.into(), Arc::clone(&provider)).build().expect("a verifier");
        let builder = ServerConfig::builder_with_provider(provider).with_protocol_versions(&[version]).expect("a version");
        let address = serve(builder.with_client_cert_verifier(verifier), &own).await;
        let ca = file(&own.pem);
        let config = DirectConfig { ca_file: Some(ca.to_path_buf()), ..config() };
        assert_eq!(failure(config, &format!("https://localhost:{}", address.port())).await, Kind::TlsFailed, "{version:?}");
    }
}

#[tokio::test]
async fn no_common_version_or_cipher() {
    // fatal alerts, as an old appliance sends them: handshake_failure (40) and protocol_version (70), RFC 8446 §6.2
    for alert in [40, 70] {
        let server = Raw::says(&[&[0x15, 0x03, 0x01, 0x00, 0x02, 0x02, alert]]).await;
        assert_eq!(failure(config(), &server.https()).await, Kind::TlsFailed, "alert {alert}");
    }
}

#[tokio::test]
async fn plain_http_on_an_https_address() {
    let server = Raw::says(&[b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"]).await;
    assert_eq!(failure(config(), &server.https()).await, Kind::PlainHttp);
    let practice = Server::http(Router::new()).await.expect("a server");
    assert_eq!(failure(config(), &practice.origin().replace("http://", "https://")).await, Kind::PlainHttp);
}

#[test]
fn a_ca_file_without_certificates_is_told_at_once() {
    let with = |path: std::path::PathBuf| DirectNetwork::new(DirectConfig { ca_file: Some(path), ..config() }).expect_err("no network");
    let key = file(&KeyPair::generate().expect("a key").serialize_pem());
    let damaged = file("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    let empty = file("");
    for path in [&key, &damaged, &empty] {
        assert!(matches!(with(path.to_path_buf()), SetupError::CaFileEmpty { .. }));
    }
    let folder = tempfile::tempdir().expect("a folder");
    for path in [folder.path().to_owned(), folder.path().join("missing.pem")] {
        assert!(matches!(with(path), SetupError::CaFileUnreadable { .. }));
    }
}

#[tokio::test]
async fn a_ca_file_may_be_one_certificate_in_der() {
    let own = own("localhost", |_| {});
    let path = file("");
    std::fs::write(&path, &own.der).expect("written");
    let builder = ServerConfig::builder_with_provider(Arc::new(ring::default_provider())).with_safe_default_protocol_versions();
    let address = serve(builder.expect("versions").with_no_client_auth(), &own).await;
    let config = DirectConfig { ca_file: Some(path.to_path_buf()), ..config() };
    // this server only shakes hands, and then hangs up
    assert_eq!(failure(config, &format!("https://localhost:{}", address.port())).await, Kind::Closed);
}

/// A certificate of which the test holds the key.
struct Own {
    pem: String,
    der: CertificateDer<'static>,
    key: KeyPair,
    params: CertificateParams,
}

/// A self-signed certificate that is no authority.
fn own(name: &str, bend: impl FnOnce(&mut CertificateParams)) -> Own {
    let mut params = CertificateParams::new([name.to_owned()]).expect("params");
    bend(&mut params);
    let key = KeyPair::generate().expect("a key");
    let certificate = params.self_signed(&key).expect("a certificate");
    Own { pem: certificate.pem(), der: certificate.der().clone(), key, params }
}

fn own_authority() -> CertificateDer<'static> {
    own("clients", |params| params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained)).der
}

/// Asks a server that shows `shown` for an answer, with `chosen` in the CA file. The server only shakes hands, so success is a broken connection.
async fn ask_own(shown: &Own, chosen: &Own) -> Result<(), Kind> {
    let builder = ServerConfig::builder_with_provider(Arc::new(ring::default_provider())).with_safe_default_protocol_versions();
    let address = serve(builder.expect("versions").with_no_client_auth(), shown).await;
    let ca = file(&chosen.pem);
    let config = DirectConfig { ca_file: Some(ca.to_path_buf()), ..config() };
    match failure(config, &format!("https://localhost:{}", address.port())).await {
        Kind::Closed => Ok(()),
        kind => Err(kind),
    }
}

/// A server that shakes hands and then hangs up, after the client has said all that it has to say.
async fn serve(builder: rustls::ConfigBuilder<ServerConfig, rustls::server::WantsServerCert>, own: &Own) -> SocketAddr {
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(own.key.serialize_der()));
    let config = builder.with_single_cert(vec![own.der.clone()], key).expect("a certificate");
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        let acceptor = TlsAcceptor::from(Arc::new(config));
        while let Ok((stream, _)) = listener.accept().await {
            match acceptor.accept(stream).into_fallible().await {
                Ok(mut stream) => drop(stream.read(&mut [0; 4096]).await),
                // hung up only once the client has, lest its alert be lost
                Err((_refused, mut stream)) => drop(stream.read_to_end(&mut Vec::new()).await),
            }
        }
    });
    address
}
