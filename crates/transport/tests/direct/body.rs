//! Bodies have an end.

use std::io::Write as _;

use axum::Router;
use axum::http::header;
use axum::routing::get as route;
use flate2::Compression;
use flate2::write::GzEncoder;
use practice::{Fault, Server};
use transport::{Request, Response, TransportErrorKind as Kind};

use crate::support::{Raw, config, failure, transport};

const LIMIT: usize = 100_000;

async fn read(server: &str, limit: usize) -> Result<Response, Kind> {
    let mut request = Request::get("/");
    request.body_limit = limit;
    transport(config(), server).execute(request).await.map_err(|error| error.kind)
}

fn zipped(bytes: usize) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(&vec![b'a'; bytes]).expect("zipped");
    encoder.finish().expect("zipped")
}

async fn serves_zipped(body: Vec<u8>) -> Server {
    let answer = route(move || async move { ([(header::CONTENT_ENCODING, "gzip")], body) });
    Server::http(Router::new().route("/", answer)).await.expect("a server")
}

#[tokio::test]
async fn an_announced_or_unannounced_flood_is_cut_off() {
    let too_large = Kind::BodyTooLarge { limit: LIMIT };
    let server = Server::http(Router::new()).await.expect("a server");
    server.faults().on("/", Fault::Large { bytes: LIMIT + 1 });
    assert_eq!(read(server.origin(), LIMIT).await.expect_err("too large"), too_large);
    assert_eq!(read(server.origin(), LIMIT + 1).await.expect("fits").body.len(), LIMIT + 1);

    // announced and never sent: nobody waits for it
    let lies = Raw::says(&[b"HTTP/1.1 200 OK\r\ncontent-length: 9000000000000000000\r\n\r\nabc"]).await;
    assert_eq!(read(&lies.http(), LIMIT).await.expect_err("too large"), too_large);

    let mut endless = b"HTTP/1.1 200 OK\r\n\r\n".to_vec();
    endless.resize(LIMIT * 3, b'a');
    let endless = Raw::says(&[&endless]).await;
    assert_eq!(read(&endless.http(), LIMIT).await.expect_err("too large"), too_large);
}

#[tokio::test]
async fn a_small_answer_that_unpacks_to_a_large_one_is_cut_off() {
    let bomb = zipped(64 * 1024 * 1024);
    assert!(bomb.len() < LIMIT, "small enough to pass unpacked");
    let server = serves_zipped(bomb).await;
    assert_eq!(read(server.origin(), LIMIT).await.expect_err("too large"), Kind::BodyTooLarge { limit: LIMIT });

    let server = serves_zipped(zipped(LIMIT)).await;
    let answer = read(server.origin(), LIMIT).await.expect("fits");
    assert_eq!(answer.body.len(), LIMIT, "unpacked");
}

#[tokio::test]
async fn a_body_that_does_not_unpack() {
    let damaged = serves_zipped(b"this was never zipped".to_vec()).await;
    assert_eq!(failure(config(), damaged.origin()).await, Kind::NotHttp);
    let mut cut = zipped(LIMIT);
    cut.truncate(40);
    let cut = serves_zipped(cut).await;
    assert_eq!(failure(config(), cut.origin()).await, Kind::Closed);
}
