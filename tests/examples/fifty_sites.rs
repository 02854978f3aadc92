//! How long fifty sites take with one sign-in when every answer comes late, against one site.

use std::io::Write as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use end_to_end::jobs::{self, Person};
use engine::sites::{self, SiteList, SiteRow, SitesOrder};
use engine::{Deps, Job, NetworkOptions, Replies};
use practice::sharepoint::{Cloud, Site, Situation};

/// What is added to every answer.
const LATENCY: Duration = Duration::from_millis(100);
const SITES: usize = 50;
const ROUNDS: usize = 5;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (mut one, mut many) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        one.push(round(1).await?);
        many.push(round(SITES).await?);
    }
    one.sort_unstable();
    many.sort_unstable();
    let (one, many) = (one[ROUNDS / 2].as_millis(), many[ROUNDS / 2].as_millis());
    writeln!(
        std::io::stdout(),
        "{}",
        serde_json::json!({ "one_ms": one, "many_ms": many, "sites": SITES, "latency_ms": LATENCY.as_millis() })
    )?;
    Ok(())
}

/// So many sites from the begin to the report, without the time that the person took.
async fn round(count: usize) -> Result<Duration, Box<dyn std::error::Error>> {
    let cloud = Arc::new(Cloud::start(Situation::AllWell).await?);
    let wiki = cloud.sharepoint.site("/sites/wiki").ok_or("the practice site")?;
    for number in 1..count {
        cloud.sharepoint.add_site(Site { path: format!("/sites/wiki-{number}"), ..wiki.clone() });
    }
    let Job::SharePoint(settings) = jobs::sharepoint(&cloud)? else { return Err("a SharePoint job".into()) };
    for server in [cloud.entra_server(), cloud.sharepoint_server(), cloud.graph_server()] {
        server.set_latency(LATENCY);
    }
    let person = Arc::new(Person::new(cloud.clone()).taking(LATENCY * 3));
    let mut deps = Deps::production(&NetworkOptions::default())?;
    deps.opener = person.clone();
    let row = |number: usize| {
        let site = cloud.site();
        let address = if number == 0 { site } else { format!("{site}-{number}") };
        SiteRow { address, more: Vec::new() }
    };
    let list = SiteList { columns: Vec::new(), rows: (0..count).map(row).collect() };
    let order = SitesOrder { settings, list, time_limit: None, practice: true };
    let (_sender, replies) = Replies::channel();
    let begun = Instant::now();
    let report = sites::run(&deps, &order, &(), &replies, std::future::pending()).await;
    let took = begun.elapsed();
    assert_eq!((report.sites.len(), report.outcome), (count, preflight::Outcome::Passed), "{}", report.headline());
    let (opened, answered) = person.was_busy().ok_or("nobody was asked to sign in")?;
    Ok(took.saturating_sub(answered - opened))
}
