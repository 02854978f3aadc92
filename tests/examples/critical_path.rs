//! How long a SharePoint check takes when every answer comes late, against the answers that have to follow one another.

use std::io::Write as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use end_to_end::jobs::{self, Person};
use engine::{Deps, NetworkOptions, Order, Replies};
use practice::sharepoint::{Cloud, Situation};

/// What is added to every answer.
const LATENCY: Duration = Duration::from_millis(100);

/// Answers that have to follow one another, because each asks for what only the one before can tell:
///
/// 1. Entra's configuration names the endpoints. (The site tells its tenant meanwhile.) Here the person signs in; that time is taken off,
///    and Entra's keys come meanwhile.
/// 2. The code is exchanged for SharePoint's token and a refresh token.
/// 3. The refresh token is exchanged for Graph's token. (The site, its state, its library and the current user are asked meanwhile.)
/// 4. Graph is asked for the site. (Who owns the site may be asked meanwhile.)
const HOPS: u64 = 4;

/// Longer than one answer, as people are.
const PERSON: Duration = Duration::from_millis(300);

const ROUNDS: usize = 9;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut all = Vec::new();
    for _ in 0..ROUNDS {
        all.push(round().await?);
    }
    all.sort_unstable();
    let said = serde_json::json!({ "took_ms": all[ROUNDS / 2].as_millis(), "hops": HOPS, "latency_ms": LATENCY.as_millis() });
    writeln!(std::io::stdout(), "{said}")?;
    Ok(())
}

/// One check from its begin to its report, without the time that the person took.
async fn round() -> Result<Duration, Box<dyn std::error::Error>> {
    let cloud = Arc::new(Cloud::start(Situation::AllWell).await?);
    let job = jobs::sharepoint(&cloud)?;
    for server in [cloud.entra_server(), cloud.sharepoint_server(), cloud.graph_server()] {
        server.set_latency(LATENCY);
    }
    let person = Arc::new(Person::new(cloud.clone()).taking(PERSON));
    let mut deps = Deps::production(&NetworkOptions::default())?;
    deps.opener = person.clone();
    let order = Order { job, time_limit: None, practice: true };
    let (_sender, replies) = Replies::channel();
    let begun = Instant::now();
    let report = engine::run(&deps, &order, &(), &replies).await;
    let took = begun.elapsed();
    assert_eq!(report.outcome(), preflight::Outcome::Passed, "{}", report.headline());
    let (opened, answered) = person.was_busy().ok_or("nobody was asked to sign in")?;
    Ok(took.saturating_sub(answered - opened))
}
