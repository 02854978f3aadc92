//! A computer without trusted certificates. Only on Linux does the trust store consist of files that can be hidden from one process.

use std::collections::BTreeMap;

use axum::Router;
use axum::routing::get as route;
use practice::{Authority, Identity, Server};
use transport::direct::{DirectConfig, DirectNetwork};
use transport::{Network as _, Request, TransportErrorKind as Kind};

use crate::environment::{is_inside, run_inside};
use crate::support::{config, failure, file, get, origin};

#[tokio::test]
async fn without_trusted_certificates_only_https_fails() {
    if !is_inside() {
        let nothing = tempfile::tempdir().expect("a folder");
        let at = |name: &str| nothing.path().join(name).to_string_lossy().into_owned();
        let variables = BTreeMap::from([("SSL_CERT_FILE", at("missing.pem")), ("SSL_CERT_DIR", at(""))]);
        run_inside("trust_store::without_trusted_certificates_only_https_fails", variables).await;
        return;
    }
    let router = || Router::new().route("/", route(|| async { "here" }));
    let plain = Server::http(router()).await.expect("a server");
    assert_eq!(get(config(), plain.origin()).await.expect("an answer").text(), "here");

    let authority = Authority::new().expect("an authority");
    let identity = Identity::self_signed(&["localhost"]).expect("a certificate");
    let by_authority = Server::https(router(), &authority, &["localhost"]).await.expect("a server");
    let by_itself = Server::https_as(router(), &identity).await.expect("a server");
    assert_eq!(failure(config(), by_authority.origin()).await, Kind::Setup);

    let trusting = |pem: &str| {
        let ca = file(pem);
        // read when the network is made, so the file may go
        DirectNetwork::new(DirectConfig { ca_file: Some(ca.to_path_buf()), ..config() }).expect("a network")
    };
    let ask = async |network: &DirectNetwork, server: &Server| network.to(&origin(server.origin())).execute(Request::get("/")).await;
    assert_eq!(ask(&trusting(authority.pem()), &by_authority).await.expect("an answer").text(), "here");
    assert_eq!(ask(&trusting(identity.pem()), &by_itself).await.expect("an answer").text(), "here");
    let refused = ask(&trusting(identity.pem()), &by_authority).await.expect_err("not the chosen one");
    assert!(matches!(refused.kind, Kind::TlsUntrusted { .. }), "{:?}", refused.kind);
}
