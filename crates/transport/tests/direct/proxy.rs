//! Through a proxy, or not through it.

use axum::Router;
use axum::routing::get as route;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use practice::{Authority, Server, markers};
use preflight::Secret;
use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpListener, TcpStream};
use transport::TransportErrorKind as Kind;
use transport::direct::{DirectConfig, ProxyChoice};

use crate::support::{Raw, config, failure, file, get, read_head, through};

const ASKS_FOR_PASSWORD: &[u8] =
    b"HTTP/1.1 407 Proxy Authentication Required\r\nproxy-authenticate: Basic realm=\"corp\"\r\ncontent-length: 0\r\n\r\n";

#[tokio::test]
async fn a_proxy_that_asks_for_a_password() {
    let proxy = Raw::says(&[ASKS_FOR_PASSWORD]).await;
    assert_eq!(failure(through(proxy.address), "http://wiki.example.com").await, Kind::ProxyAuthRequired);
    assert_eq!(failure(through(proxy.address), "https://wiki.example.com").await, Kind::ProxyAuthRequired);
    let heads = proxy.heads();
    assert!(heads[0].starts_with("GET http://wiki.example.com/ HTTP/1.1\r\n"), "{}", heads[0]);
    assert!(heads[1].starts_with("CONNECT wiki.example.com:443 HTTP/1.1\r\n"), "{}", heads[1]);
}

#[tokio::test]
async fn a_proxy_that_is_not_there() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
    let address = listener.local_addr().expect("an address");
    drop(listener);
    let proxy = address.to_string();
    // an explicit proxy holds for loopback as well, so these must not be reached past it
    for origin in ["http://wiki.example.com", "https://wiki.example.com", "http://127.0.0.1:9", "https://localhost:9"] {
        assert_eq!(failure(through(address), origin).await, Kind::ProxyFailed { proxy: proxy.clone() }, "{origin}");
    }
}

#[tokio::test]
async fn a_proxy_whose_name_does_not_resolve() {
    let unknown = || DirectConfig {
        proxy: ProxyChoice::Explicit { url: "http://jane:s3cret@proxy.invalid:3128".to_owned(), user: None, password: None },
        ..config()
    };
    for origin in ["http://wiki.example.com", "https://wiki.example.com"] {
        assert_eq!(failure(unknown(), origin).await, Kind::ProxyFailed { proxy: "proxy.invalid:3128".to_owned() }, "{origin}");
    }
}

#[tokio::test]
async fn a_proxy_that_refuses_the_tunnel() {
    for answer in [
        &b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n"[..],
        b"HTTP/1.1 502 Bad Gateway\r\ncontent-type: text/html\r\n\r\n<html>no such host</html>",
        b"HTTP/1.1 503 Service Unavailable\r\n\r\n",
        b"HTTP/1.1 504 Gateway Timeout\r\n\r\n",
        b"not a proxy\r\n\r\n",
        b"",
    ] {
        let proxy = Raw::says(&[answer]).await;
        let failed = failure(through(proxy.address), "https://wiki.example.com").await;
        assert_eq!(failed, Kind::ProxyFailed { proxy: proxy.address.to_string() }, "{}", answer.escape_ascii());
    }
}

#[tokio::test]
async fn the_proxys_password_goes_to_the_proxy() {
    // with everything in it that an address would have to encode
    let password = format!("{}%41:@/ü", markers::Kind::ProxyPassword.of("jane"));
    let given = ProxyChoice::Explicit { url: String::new(), user: Some("jane".to_owned()), password: Some(Secret::new(password.clone())) };
    let encoded = "http://jane:MARKER-SECRET-PROXY-PASSWORD-jane%2541%3A%40%2F%C3%BC@";
    for scheme in ["http", "https"] {
        for in_address in [false, true] {
            let proxy = Raw::says(&[ASKS_FOR_PASSWORD]).await;
            let choice = match (in_address, given.clone()) {
                (true, _) => ProxyChoice::Explicit { url: format!("{encoded}{}", proxy.address), user: None, password: None },
                (false, ProxyChoice::Explicit { user, password, .. }) => {
                    // what the address says as well is overruled
                    ProxyChoice::Explicit { url: format!("http://old:older@{}", proxy.address), user, password }
                }
                (false, other) => other,
            };
            let error =
                get(DirectConfig { proxy: choice, ..config() }, &format!("{scheme}://wiki.example.com")).await.expect_err("no answer");
            assert_eq!(error.kind, Kind::ProxyAuthRequired);
            let expected = format!("proxy-authorization: Basic {}\r\n", STANDARD.encode(format!("jane:{password}")));
            let head = &proxy.heads()[0];
            assert!(head.to_lowercase().contains(&expected.to_lowercase()), "{scheme}, in the address: {in_address}: {head}");
            assert_eq!(markers::found_in(&format!("{error:?} {}", preflight::chain(&error))), Vec::<String>::new());
        }
    }
}

#[tokio::test]
async fn through_the_tunnel_it_is_the_server_that_counts() {
    let authority = Authority::new().expect("an authority");
    let server = Server::https(Router::new().route("/", route(|| async { "wiki" })), &authority, &["localhost"]).await.expect("a server");
    let proxy = tunnels().await;
    let ca = file(authority.pem());
    let answer = get(DirectConfig { ca_file: Some(ca.to_path_buf()), ..through(proxy) }, server.origin()).await.expect("an answer");
    assert_eq!(answer.text(), "wiki");
    let untrusted = failure(through(proxy), server.origin()).await;
    assert!(matches!(untrusted, Kind::TlsUntrusted { .. }), "{untrusted:?}");
}

/// A proxy that tunnels to this computer.
async fn tunnels() -> std::net::SocketAddr {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            tokio::spawn(async move {
                let head = read_head(&mut client).await?;
                let port = head.split_whitespace().nth(1).and_then(|to| to.rsplit(':').next()).and_then(|port| port.parse::<u16>().ok());
                let mut server = TcpStream::connect(("127.0.0.1", port.unwrap_or_default())).await?;
                client.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await?;
                tokio::io::copy_bidirectional(&mut client, &mut server).await
            });
        }
    });
    address
}
