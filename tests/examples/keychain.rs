//! Three sign-ins to a practice cloud with what this session's keychain remembers between them, told as JSON: how often the person was
//! asked, and what was said about remembering. `tests/keychain.rs` runs it in sessions with and without a keychain.

use std::io::Write as _;
use std::sync::Arc;

use end_to_end::jobs::{self, Person};
use engine::keychain::Keychain;
use engine::{Deps, NetworkOptions, Order, Replies};
use practice::markers;
use practice::sharepoint::{Cloud, Situation};
use preflight::Report;
use serde_json::{Value, json};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let cloud = Arc::new(Cloud::start(Situation::AllWell).await?);
    let first = sign_in(&cloud).await?;
    let again = sign_in(&cloud).await?;
    // an administrator ends the session: what is remembered is of no use, and the person is asked
    cloud.entra.revoke_sessions(&cloud.user.upn);
    let revoked = sign_in(&cloud).await?;
    writeln!(std::io::stdout(), "{}", json!({ "first": first, "again": again, "revoked": revoked }))?;
    Ok(())
}

/// One sign-in, as a program that was just started would do it.
async fn sign_in(cloud: &Arc<Cloud>) -> Result<Value, Box<dyn std::error::Error>> {
    let person = Arc::new(Person::new(cloud.clone()));
    let mut deps = Deps::production(&NetworkOptions::default())?;
    deps.opener = person.clone();
    let keychain = Keychain::system().await;
    let unavailable = keychain.unavailable().map(ToString::to_string);
    deps.memory = Some(Arc::new(keychain));
    let order = Order { job: jobs::sharepoint(cloud)?, time_limit: None, practice: true };
    let (_sender, replies) = Replies::channel();
    let report = engine::run(&deps, &order, &(), &replies).await;
    assert_eq!(markers::found_in(&format!("{report:?}")), Vec::<String>::new());
    Ok(json!({
        "outcome": report.outcome().as_str(),
        "asked": person.opened().len(),
        "unavailable": unavailable,
        "used": detail(&report, "remembered_sign_in"),
        "remembered": detail(&report, "remembered_on_this_computer"),
    }))
}

fn detail(report: &Report, key: &str) -> Option<String> {
    let mut details = report.checks.iter().flat_map(|check| &check.details);
    details.find(|detail| detail.key == key).map(|detail| detail.value.to_string())
}
