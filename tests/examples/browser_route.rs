//! How fast the route through the browser is, against a bare `fetch` loop in a page of the same origin, in the same browser and from the same server.

use std::io::Write as _;
use std::time::Instant;

use axum::Router;
use axum::body::Body;
use axum::extract::RawQuery;
use axum::response::Html;
use axum::routing::get;
use browser::Window;
use end_to_end::controlled::Desk;
use futures::stream::{self, StreamExt as _};
use practice::Server;
use tokio::sync::mpsc;
use transport::{Origin, Request, Transport};
use url::Url;

/// Calls in a row, and side by side.
const CALLS: u32 = 300;
const SIDE_BY_SIDE: usize = 6;
/// A large attachment.
const LARGE: usize = 64 * 1024 * 1024;
const ROUNDS: usize = 5;

type Failure = Box<dyn std::error::Error>;

/// The bare loop. It tells the server how long it took.
const LOOP: &str = "<script>(async () => {
    const [what, calls, width, large] = location.search.slice(1).split(',');
    const begun = performance.now();
    if (what === 'large') {
        await (await fetch('/large', { cache: 'no-store' })).arrayBuffer();
    } else {
        let next = 0;
        const worker = async () => { while (next++ < calls) await (await fetch('/small', { cache: 'no-store' })).text(); };
        await Promise.all(Array.from({ length: width }, worker));
    }
    await fetch('/took?' + (performance.now() - begun));
})()</script>";

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let (tell, mut told) = mpsc::unbounded_channel::<f64>();
    let took = move |RawQuery(took): RawQuery| {
        let tell = tell.clone();
        async move {
            let took = took.and_then(|text| text.parse().ok()).unwrap_or(f64::NAN);
            // nobody listens once all is measured
            tell.send(took).ok();
        }
    };
    let small = format!("{{\"results\":[{}]}}", vec!["{\"key\":\"DEV\",\"name\":\"Development\"}"; 50].join(","));
    let disposition = [("content-disposition", "attachment; filename=large.bin"), ("content-type", "application/octet-stream")];
    let site = Router::new()
        .route("/", get(|| async { Html("<h1>Wiki</h1>") }))
        .route("/loop", get(|| async { Html(LOOP) }))
        .route("/took", get(took))
        .route("/small", get(move || async move { ([("content-type", "application/json")], small) }))
        .route("/large", get(move || async move { (disposition, Body::from(vec![7_u8; LARGE])) }));
    let server = Server::http(site).await?;
    let desk = Desk::new();
    let window = desk.open(server.origin()).await;
    let origin = Origin::parse(server.origin())?;
    let transport = window.transport(&origin).await?;
    calls(&*transport, 1, 20).await?;

    let mut all: [Vec<f64>; 6] = Default::default();
    for _ in 0..ROUNDS {
        for (place, width) in [(0, 1), (2, SIDE_BY_SIDE)] {
            all[place].push(calls(&*transport, width, CALLS).await?);
            all[place + 1].push(bare(&*window, &server, &format!("small,{CALLS},{width}"), &mut told).await?);
        }
        let begun = Instant::now();
        window.download(&address(&server, "/large")?, &desk.data.path().join("large.bin"), &|_, _| {}).await?;
        all[4].push(begun.elapsed().as_secs_f64());
        all[5].push(bare(&*window, &server, "large", &mut told).await?);
    }
    window.close().await;
    let [one, bare_one, many, bare_many, large, bare_large] = all.map(|mut times| {
        times.sort_by(f64::total_cmp);
        times[ROUNDS / 2]
    });
    let said = serde_json::json!({
        "calls_per_second": f64::from(CALLS) / one, "bare_calls_per_second": f64::from(CALLS) / bare_one,
        "calls_per_second_side_by_side": f64::from(CALLS) / many, "bare_calls_per_second_side_by_side": f64::from(CALLS) / bare_many,
        "side_by_side": SIDE_BY_SIDE,
        "mb_per_second": megabytes() / large, "bare_mb_per_second": megabytes() / bare_large,
    });
    writeln!(std::io::stdout(), "{said}")?;
    Ok(())
}

fn megabytes() -> f64 {
    f64::from(u32::try_from(LARGE / 1024 / 1024).unwrap_or_default())
}

fn address(server: &Server, path: &str) -> Result<Url, Failure> {
    Ok(Url::parse(&format!("{}{path}", server.origin()))?)
}

/// Seconds that as many calls take through the route, so many side by side.
async fn calls(transport: &dyn Transport, width: usize, count: u32) -> Result<f64, Failure> {
    let begun = Instant::now();
    let mut answers = stream::iter(0..count).map(|_| transport.execute(Request::get("/small"))).buffer_unordered(width);
    while let Some(answer) = answers.next().await {
        assert!(answer?.status.is_success());
    }
    Ok(begun.elapsed().as_secs_f64())
}

/// Seconds that the bare loop says it took.
async fn bare(window: &dyn Window, server: &Server, what: &str, told: &mut mpsc::UnboundedReceiver<f64>) -> Result<f64, Failure> {
    window.go_to(&address(server, &format!("/loop?{what}"))?).await?;
    Ok(told.recv().await.ok_or("the page said nothing")? / 1000.0)
}
