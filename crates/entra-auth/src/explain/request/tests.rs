use std::time::Duration;

use jiff::Timestamp;
use preflight::{CheckId, Detail, Identity, IdentityKind, Secret, Target};

use super::*;
use crate::aadsts::{self, Actor};
use crate::testing::{CLIENT, TENANT};
use crate::{ClientId, Method, SiteAddress, Window};

const SITE: &str = "https://heather.sharepoint.com/sites/wiki";

fn settings(method: Method) -> Settings {
    Settings {
        site: SiteAddress::understand(SITE).expect("a site"),
        tenant: None,
        client_id: ClientId::parse(CLIENT).expect("a GUID"),
        method,
        cloud: None,
        authority: None,
        expect_account: None,
        memory: None,
        window: Window::Default,
    }
}

fn person() -> Settings {
    settings(Method::Interactive)
}

fn app() -> Settings {
    settings(Method::ClientSecret(Secret::new("S3CRET-APP".to_owned())))
}

fn check(id: &'static str, outcome: Outcome, cause: Option<Cause>, details: &[(&'static str, &str)]) -> CheckResult {
    let details = details.iter().map(|(key, value)| Detail { key, value: (*value).to_owned().into() }).collect();
    CheckResult {
        id: CheckId(id),
        title: "A rung",
        outcome,
        cause,
        summary: "What came in the way".into(),
        details,
        hints: vec![],
        took: Duration::ZERO,
    }
}

fn report_of(site: &str, cause: Cause) -> Report {
    let ids = [
        ("aadsts", "AADSTS1"),
        ("trace_id", "t-1"),
        ("correlation_id", "c-1"),
        ("timestamp", "2026-03-02 11:12:13Z"),
        ("request_id", "r-1"),
    ];
    Report {
        target: Target { kind: TargetKind::SharePoint, address: site.to_owned().into(), practice: false },
        started_at: Timestamp::UNIX_EPOCH,
        took: Duration::ZERO,
        identity: Some(Identity {
            kind: IdentityKind::User,
            name: Some("Ada Brook".into()),
            account: Some("ada@heather.example".into()),
            tenant: Some(TENANT.into()),
            app: Some(CLIENT.into()),
            ..Identity::anonymous()
        }),
        checks: vec![
            check("sharepoint.tenant", Outcome::Passed, None, &[("tenant", TENANT)]),
            check("sharepoint.site", Outcome::Failed, Some(cause), &ids),
        ],
        abilities: vec![],
        request: None,
    }
}

fn report(cause: Cause) -> Report {
    report_of(SITE, cause)
}

#[test]
fn what_an_administrator_can_mend_is_asked_of_them() {
    let mut shown = String::new();
    for (who, settings) in [("a person", person()), ("an app by itself", app())] {
        for cause in Cause::ALL {
            let Some(request) = admin_request(&[&report(*cause)], &settings) else { continue };
            let email = request.email();
            let asks = email
                .body
                .split_once("or pass it on to whoever can:\n")
                .and_then(|(_, rest)| rest.split_once("\nFor the logs"))
                .expect("asks")
                .0;
            shown.extend(["=== ", cause.as_str(), ", ", who, "\n", &email.subject, "\n", asks, "\n"]);
        }
    }
    insta::assert_snapshot!(shown);
}

#[test]
fn the_whole_message_names_everything_by_which_the_event_is_found() {
    let email = admin_request(&[&report(Cause::EntraConditionalAccess)], &person()).expect("a request").email();
    insta::assert_snapshot!(format!("Subject: {}\n\n{}", email.subject, email.body));
}

/// A refusal that somebody else can mend is one that can be sent to them.
#[test]
fn every_number_that_is_not_the_persons_own_has_a_request() {
    for entry in aadsts::table().filter(|entry| matches!(entry.who, Actor::Administrator | Actor::AppOwner)) {
        // the browser itself, or a page left open too long: nobody else can do anything about it
        if matches!(entry.cause, Cause::EntraSessionExpired | Cause::EntraRefused) {
            continue;
        }
        assert!(admin_request(&[&report(entry.cause)], &person()).is_some(), "AADSTS{} ({})", entry.code, entry.cause);
    }
}

#[test]
fn what_the_person_mends_alone_is_asked_of_nobody() {
    for cause in
        [Cause::NetworkDns, Cause::EntraPasswordRejected, Cause::EntraClockSkew, Cause::EntraWrongAccount, Cause::SharePointSiteNotFound]
    {
        assert_eq!(admin_request(&[&report(cause)], &person()), None, "{cause}");
    }
    let mut passed = report(Cause::NetworkDns);
    passed.checks.pop();
    assert_eq!(admin_request(&[&passed], &person()), None);
}

#[test]
fn several_sites_make_one_request() {
    let reports: Vec<Report> = ["one", "two", "three"]
        .map(|name| report_of(&format!("https://heather.sharepoint.com/sites/{name}"), Cause::SharePointNotGrantedToApp))
        .into();
    let request = admin_request(&reports.iter().collect::<Vec<_>>(), &app()).expect("a request");
    assert_eq!(request.asks.len(), 1);
    assert_eq!(request.asks[0].ways.len(), 6, "a line of each program for each site");
    assert_eq!(request.subject.as_str(), "Wiki migration to 3 sites: permissions of an app");
    assert_eq!(request.sites.len(), 3);
}

#[test]
fn consent_is_asked_for_exactly_what_is_missing_in_the_right_cloud() {
    let pages = |settings: &Settings, cause| -> Vec<String> {
        let request = admin_request(&[&report(cause)], settings).expect("a request");
        let ways = request.asks.into_iter().flat_map(|ask| ask.ways);
        ways.filter_map(|way| if let AskWay::Page { url, .. } = way { Some(url.to_string()) } else { None }).collect()
    };
    let login = format!("https://login.microsoftonline.com/{TENANT}");
    let graph = format!(
        "{login}/v2.0/adminconsent?client_id={CLIENT}&scope=https%3A%2F%2Fgraph.microsoft.com%2FSites.FullControl.All+https%3A%2F%2Fgraph.microsoft.com%2FUser.Read&redirect_uri=http%3A%2F%2Flocalhost"
    );
    let both = pages(&person(), Cause::EntraAdminConsentRequired);
    assert_eq!(both[0], format!("{login}/adminconsent?client_id={CLIENT}"));
    assert!(both[1].contains("scope=https%3A%2F%2Fheather.sharepoint.com%2FAllSites.FullControl&"), "{both:?}");
    assert_eq!(both[2].replace("%20", "+"), graph);
    let only_graph = pages(&person(), Cause::GraphConsentMissing);
    assert_eq!(only_graph.len(), 3, "the registration's own page of approval, Graph's, the portal: {only_graph:?}");
    let china = Settings { cloud: Some(Cloud::China), ..person() };
    assert!(
        pages(&china, Cause::GraphConsentMissing).iter().all(|url| url.contains(".cn/")),
        "{:?}",
        pages(&china, Cause::GraphConsentMissing)
    );
}

#[test]
fn a_request_holds_no_secret() {
    for cause in Cause::ALL {
        let request = admin_request(&[&report(*cause)], &app());
        let shown = format!("{request:?}{}", request.as_ref().map(AdminRequest::markdown).unwrap_or_default());
        assert!(!shown.contains("S3CRET"), "{cause}");
    }
}
