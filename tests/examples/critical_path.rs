//! How long a SharePoint check takes when every answer comes late, against the answers that have to follow one another.

use std::sync::Arc;
use std::time::{Duration, Instant};

use engine::{Deps, NetworkOptions, Order, Replies};
use practice::sharepoint::{Cloud, Situation};

const LATENCY: Duration = Duration::from_millis(100);

/// Answers that have to follow one another: discovery; the code for a SharePoint token; the refresh token for a Graph token (while
/// SharePoint names the current user); Graph's calls (while the owner group is asked for that user).
const HOPS: u64 = 4;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let cloud = Arc::new(Cloud::start(Situation::AllWell).await?);
    let practice_job = end_to_end::jobs::sharepoint(&cloud)?;
    for server in [cloud.entra_server(), cloud.sharepoint_server(), cloud.graph_server()] {
        server.set_latency(LATENCY);
    }
    let mut deps = Deps::production(&NetworkOptions::default())?;
    deps.opener = Arc::new(end_to_end::jobs::Person::new(cloud.clone()));
    let order = Order { job: practice_job, time_limit: None, practice: true };
    let (_sender, replies) = Replies::channel();
    let begun = Instant::now();
    let report = engine::run(&deps, &order, &(), &replies).await;
    let took = begun.elapsed();
    let headline = report.headline();
    assert_eq!(report.outcome(), preflight::Outcome::Passed, "{headline}");
    let said = serde_json::json!({ "took_ms": took.as_millis(), "hops": HOPS, "latency_ms": LATENCY.as_millis() });
    use std::io::Write as _;
    writeln!(std::io::stdout(), "{said}")?;
    Ok(())
}
