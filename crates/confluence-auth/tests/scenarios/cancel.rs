//! Dropping the test ends it: at every request it makes, at once, with nothing sent afterwards.

use std::time::Duration;

use confluence_auth::{Credential, Cx, PLAN, test_connection};
use practice::Server;
use practice::confluence::{Confluence, Who};
use preflight::{Recorder, Target, TargetKind};

use crate::harness::*;

/// The longest that nothing must come for. Whatever was left running would ask on within a millisecond here.
const QUIET: Duration = Duration::from_millis(20);

async fn start(is_cloud: bool) -> Confluence {
    let builder = Confluence::builder().anonymous(true);
    let builder = if is_cloud { builder.cloud() } else { builder.data_center("8.5") };
    builder.start().await.expect("a practice server")
}

/// The server that the credential goes to.
fn watched(wiki: &Confluence) -> &Server {
    wiki.gateway().unwrap_or_else(|| wiki.server())
}

#[tokio::test]
async fn dropped_at_every_request() {
    for (is_cloud, credential) in
        [(false, basic(Who::Super)), (false, pat(Who::Reader)), (false, Credential::Anonymous), (true, scoped(Who::Super))]
    {
        let whole = {
            let wiki = start(is_cloud).await;
            report_of(&wiki, credential.clone()).await;
            watched(&wiki).requests().len()
        };
        assert!(whole >= 9, "{whole} requests");
        for stop_at in 1..=whole {
            dropped_at(stop_at, &start(is_cloud).await, credential.clone()).await;
        }
    }
}

async fn dropped_at(stop_at: usize, wiki: &Confluence, credential: Credential) {
    let network = network();
    let settings = settings_for(wiki, credential);
    let clock = ThisComputer(std::time::Instant::now());
    let target = Target { kind: TargetKind::Confluence, address: String::new().into(), practice: true };
    let recorder = Recorder::new(PLAN, target, &clock, &());
    let cx = Cx::new(&network, &clock);
    {
        let test = test_connection(&cx, &settings, &recorder);
        tokio::select! {
            biased;
            () = watched(wiki).arrived(stop_at) => {}
            () = test => {}
        }
    }
    let report = recorder.finish();
    assert_eq!(report.checks.len(), PLAN.len(), "every rung is told");
    // requests that were side by side with the last one may still be on their way in
    let sent = watched(wiki).requests().len();
    tokio::time::timeout(QUIET, watched(wiki).arrived(sent + 4)).await.expect_err("nothing more is sent");
}
