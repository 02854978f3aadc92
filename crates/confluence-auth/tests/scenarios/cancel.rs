//! Dropping the test ends it: at every request it makes, at once, with nothing sent afterwards.

use std::time::Duration;

use confluence_auth::{Cx, PLAN, test_connection};
use practice::confluence::{Confluence, Who};
use preflight::{Recorder, Target, TargetKind};

use crate::harness::*;

#[tokio::test]
async fn dropped_at_every_request() {
    let whole = {
        let wiki = Confluence::builder().data_center("8.5").start().await.expect("a practice server");
        report_of(&wiki, basic(Who::Super)).await;
        wiki.server().requests().len()
    };
    assert!(whole >= 10, "{whole} requests");
    for stop_at in 1..=whole {
        let wiki = Confluence::builder().data_center("8.5").start().await.expect("a practice server");
        let network = network();
        let settings = settings_for(&wiki, basic(Who::Super));
        let clock = ThisComputer(std::time::Instant::now());
        let target = Target { kind: TargetKind::Confluence, address: String::new().into(), practice: true };
        let recorder = Recorder::new(PLAN, target, &clock, &());
        let cx = Cx { network: &network, clock: &clock };
        {
            let test = test_connection(&cx, &settings, &recorder);
            tokio::select! {
                biased;
                () = wiki.server().arrived(stop_at) => {}
                () = test => {}
            }
        }
        let sent = wiki.server().requests().len();
        let report = recorder.finish();
        assert_eq!(report.checks.len(), PLAN.len(), "every rung is told");
        // whatever was left running would ask on: give it every chance, on a clock that costs nothing
        for _ in 0..50 {
            tokio::task::yield_now().await;
        }
        tokio::time::timeout(Duration::from_millis(20), wiki.server().arrived(sent + 3)).await.expect_err("nothing more is sent");
    }
}
