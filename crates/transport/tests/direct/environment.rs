//! What the environment decides. A process cannot safely change its own, so these tests run themselves once more in another one.

use std::collections::BTreeMap;
use std::env;
use std::process::Stdio;

use axum::Router;
use axum::routing::get as route;
use practice::Server;
use tokio::process::Command;
use transport::direct::{DirectConfig, ProxyChoice};
use transport::{Request, TransportErrorKind as Kind};

use crate::support::{Raw, bearer, config, failure, get, transport};

const INSIDE: &str = "TRANSPORT_TEST_INSIDE";

pub(crate) fn is_inside() -> bool {
    env::var_os(INSIDE).is_some()
}

/// Runs this one test again with other variables, and without any proxy settings that happen to be around.
pub(crate) async fn run_inside(test: &str, variables: BTreeMap<&str, String>) {
    let mut command = Command::new(env::current_exe().expect("this program"));
    for name in ["ALL_PROXY", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "REQUEST_METHOD"] {
        command.env_remove(name).env_remove(name.to_lowercase());
    }
    let done = command.args(["--exact", test]).env(INSIDE, "1").envs(variables).stdin(Stdio::null()).output().await.expect("it runs");
    let told = format!("{}{}", String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    assert!(done.status.success() && told.contains("1 passed"), "{told}");
}

#[tokio::test]
async fn the_systems_proxy_rules_hold_except_for_loopback() {
    if !is_inside() {
        let proxy = Raw::says(&[b"HTTP/1.1 200 OK\r\ncontent-length: 7\r\n\r\nproxied"]).await;
        let variables = BTreeMap::from([
            ("http_proxy", format!("http://jane:s3cret@{}", proxy.address)),
            ("NO_PROXY", "exempt.invalid,10.0.0.0/8".to_owned()),
        ]);
        run_inside("environment::the_systems_proxy_rules_hold_except_for_loopback", variables).await;
        let heads = proxy.heads();
        assert_eq!(heads.len(), 1, "{heads:?}");
        assert!(heads[0].starts_with("GET http://wiki.invalid/ ") && heads[0].contains("authorization: Basic "), "{}", heads[0]);
        return;
    }
    let system = || DirectConfig { proxy: ProxyChoice::System, ..config() };
    assert_eq!(get(system(), "http://wiki.invalid").await.expect("by the proxy").text(), "proxied");
    assert_eq!(failure(system(), "http://exempt.invalid").await, Kind::Dns);
    assert_eq!(failure(config(), "http://wiki.invalid").await, Kind::Dns, "without a proxy");

    let here = Server::http(Router::new().route("/", route(|| async { "here" }))).await.expect("a server");
    for at in [here.origin().to_owned(), here.origin().replace("127.0.0.1", "localhost")] {
        let request = Request::get("/").authorized(Some(bearer("s3cret-s3cret", &at)));
        assert_eq!(transport(system(), &at).execute(request).await.expect("no proxy").text(), "here");
    }
}
