//! Every explanation, as people read it.

use preflight::Origin;
use transport::{TransportError, TransportErrorKind};

use super::*;
use crate::sharepoint::GrantedScopes;
use crate::{ClientId, Guid, Tenant};

const TENANT: &str = "7c3a2f10-95c1-4b7e-8a55-0f2f6a1f4d20";
const OTHER: &str = "11d3e0c4-7b52-4f0a-9f4e-5a0a4c6b7e21";

fn url(text: &str) -> Url {
    Url::parse(text).expect(text)
}

fn guid(text: &str) -> Guid {
    Guid::parse(text).expect(text)
}

fn app() -> RefusedApp {
    let client_id = ClientId::parse("5b0f7f0e-2d4f-4c8c-9a43-7f1f5e9a1c01").expect("a GUID");
    let authority = crate::Authority::of(crate::Cloud::Public, Tenant::Id(guid(TENANT)));
    RefusedApp::new(&authority, &client_id)
}

fn context() -> Context {
    let site = SiteAddress::understand("https://heather.sharepoint.com/sites/wiki").expect("a site");
    Context { site, app: app(), account: "ada@heather.example".to_owned(), way: Way::Browser }
}

fn evidence(status: u16) -> Evidence {
    Evidence { status, request_id: Some("8a1e0aa1-1111-4000-8000-000000000001".to_owned()), ..Evidence::default() }
}

fn unreachable() -> TransportError {
    let origin = Origin::parse("https://heather.sharepoint.com").expect("an origin");
    TransportError { origin, kind: TransportErrorKind::Dns, source: None }
}

/// The variant without what is in it.
fn name_of(debug: &str) -> String {
    debug.split([' ', '{', '(']).next().unwrap_or_default().to_owned()
}

/// Checks what every explanation has to keep, and writes it down.
fn told(name: &str, fail: &Fail) -> String {
    assert!(!fail.summary.as_str().ends_with('.'), "{name}: {}", fail.summary);
    assert!(!fail.hints.is_empty(), "{name} says nothing to do");
    let mut text = format!("{name}\n  {}: {}\n", fail.cause, fail.summary);
    for hint in &fail.hints {
        assert!(!hint.text.as_str().ends_with('.'), "{name}: {}", hint.text);
        let action = match &hint.action {
            None => String::new(),
            Some(HintAction::OpenUrl(url)) => format!(" [open {url}]"),
            Some(HintAction::Copy(text)) => format!(" [copy {text}]"),
            Some(HintAction::EditField(field)) => format!(" [edit {}]", field.label()),
            Some(HintAction::Retry) => " [retry]".to_owned(),
        };
        text.extend(["  - ", hint.text.as_str(), &action, "\n"]);
    }
    for detail in &fail.details {
        text.extend(["  ", detail.key, " = ", detail.value.as_str(), "\n"]);
    }
    text
}

#[test]
fn addresses() {
    let host = || "host.example".to_owned();
    let all = [
        AddressError::Empty,
        AddressError::NotAnAddress,
        AddressError::OtherScheme,
        AddressError::EmailAddress,
        AddressError::NotPublic { host: host() },
        AddressError::NoOrganization { host: "sharepoint.com".to_owned() },
        AddressError::NoSiteName { managed_path: "sites" },
        AddressError::AdminCentre { host: "heather-admin.sharepoint.com".to_owned(), sites_host: "heather.sharepoint.com".to_owned() },
        AddressError::ClosedCloud { host: "heather.sharepoint.de".to_owned() },
        AddressError::OtherProduct { host: "teams.microsoft.com".to_owned(), product: "Microsoft Teams" },
    ];
    let text: String = all.iter().map(|error| told(&error.to_string(), &error.explain())).collect();
    insta::assert_snapshot!(text);
}

#[test]
fn realms() {
    let host = || "heather.sharepoint.com".to_owned();
    let all = [
        RealmError::Transport(unreachable()),
        RealmError::Moved { to: url("https://heathervale.sharepoint.com/sites/wiki") },
        RealmError::OnPremises { host: host() },
        RealmError::NotSharePoint { host: host(), status: 200 },
        RealmError::NotTold { host: host() },
        RealmError::InTheWay { host: host(), status: 302, leads_to: Some("portal.hotel.example".to_owned()) },
        RealmError::InTheWay { host: host(), status: 403, leads_to: None },
        RealmError::Throttled { host: host() },
        RealmError::ServerError { host: host(), status: 502 },
    ];
    let text: String = all.iter().map(|error| told(&error.to_string(), &error.explain())).collect();
    insta::assert_snapshot!(text);
}

#[test]
fn sharepoint_refusals() {
    let refused = |status, refusal| SharePointError::Refused { refusal, evidence: Box::new(evidence(status)) };
    let unusable = |what| SharePointError::Unusable { host: "heather.sharepoint.com".to_owned(), what, evidence: Box::new(evidence(200)) };
    let all = [
        SharePointError::Transport(unreachable()),
        refused(401, Refusal::AppOnlyToken),
        refused(401, Refusal::AppWithoutPermission),
        refused(401, Refusal::AppWithoutSharePoint),
        refused(401, Refusal::RetiredToken),
        refused(401, Refusal::ClaimsChallenge),
        refused(401, Refusal::WrongAudience),
        refused(401, Refusal::ForeignToken),
        refused(401, Refusal::TokenNotAccepted),
        refused(403, Refusal::NoAccess),
        refused(403, Refusal::NotGrantedToApp),
        refused(403, Refusal::PolicyBlocked),
        refused(423, Refusal::Locked),
        refused(404, Refusal::SiteNotFound),
        refused(404, Refusal::ObjectNotFound),
        refused(301, Refusal::Moved { to: url("https://heathervale.sharepoint.com/sites/wiki") }),
        refused(429, Refusal::Throttled { retry_after: Some(Duration::from_secs(31)) }),
        refused(503, Refusal::Throttled { retry_after: None }),
        refused(507, Refusal::StorageFull),
        refused(500, Refusal::ServerError),
        unusable(Unusable::WebPage),
        unusable(Unusable::NotTheData),
        unusable(Unusable::Status),
        unusable(Unusable::Redirect { host: "portal.hotel.example".to_owned() }),
    ];
    let text: String = all
        .iter()
        .map(|error| {
            told(
                &error.refusal().map_or_else(|| error.to_string(), |refusal| name_of(&format!("{refusal:?}"))),
                &site_refused(error, &context()),
            )
        })
        .collect();
    insta::assert_snapshot!(text);
}

#[test]
fn graph_refusals() {
    let refused = |status, refusal| GraphError::Refused { refusal, evidence: Box::new(evidence(status)) };
    let all = [
        GraphError::Transport(unreachable()),
        refused(401, GraphRefusal::TokenNotAccepted),
        refused(401, GraphRefusal::ClaimsChallenge),
        refused(400, GraphRefusal::WrongTenantHost),
        refused(400, GraphRefusal::NoSharePointLicence),
        refused(403, GraphRefusal::NoAccess),
        refused(403, GraphRefusal::NotGrantedToApp),
        refused(403, GraphRefusal::ScopeMissing),
        refused(403, GraphRefusal::PolicyBlocked),
        refused(404, GraphRefusal::NotFound),
        refused(423, GraphRefusal::Locked),
        refused(429, GraphRefusal::Throttled { retry_after: Some(Duration::from_millis(2128)) }),
        refused(503, GraphRefusal::ServerError),
        GraphError::Unusable { host: "graph.microsoft.com".to_owned(), what: Unusable::WebPage, evidence: Box::new(evidence(200)) },
    ];
    let text: String = all
        .iter()
        .map(|error| {
            told(
                &error.refusal().map_or_else(|| error.to_string(), |refusal| name_of(&format!("{refusal:?}"))),
                &graph_refused(error, &context()),
            )
        })
        .collect();
    insta::assert_snapshot!(text);
}

#[test]
fn what_the_checks_find() {
    let site = || url("https://heather.sharepoint.com/sites/wiki");
    let mut all = vec![
        CheckError::TenantMismatch {
            host: "heather.sharepoint.com".to_owned(),
            site: guid(TENANT),
            entered: Tenant::Domain("fjord.example".to_owned()),
            entered_id: guid(OTHER),
        },
        CheckError::TenantMismatch {
            host: "heather.sharepoint.com".to_owned(),
            site: guid(TENANT),
            entered: Tenant::Id(guid(OTHER)),
            entered_id: guid(OTHER),
        },
        CheckError::SignedInElsewhere { signed_in: guid(OTHER), site: guid(TENANT) },
        CheckError::WrongAccount { signed_in: "ivy@heather.example".to_owned(), expected: "ada@heather.example".to_owned() },
        CheckError::TenantAsClient,
        CheckError::ReadOnly { issue: Some("Locked for the audit".to_owned()), site: site() },
        CheckError::ReadOnly { issue: None, site: site() },
        CheckError::Library { library: "Site Pages".to_owned(), nothing: true },
        CheckError::Library { library: "Site Pages".to_owned(), nothing: false },
        CheckError::GraphConsent { scopes: GrantedScopes::of(["User.Read"]), app: Box::new(app()), by_itself: false },
    ];
    let shortage = |cause, nothing, standing, scope: &str| {
        CheckError::Rights(Box::new(Shortage {
            cause,
            nothing,
            plan_b: scope.ends_with(".Manage") || scope == "Sites.Manage.All",
            selected: scope == "Sites.Selected",
            standing,
            scopes: GrantedScopes::of([scope]),
            app: app(),
            account: "ada@heather.example".to_owned(),
            site: site(),
        }))
    };
    for nothing in [true, false] {
        all.push(shortage(Cause::SharePointScopeInsufficient, nothing, Standing::SiteAdmin, "AllSites.Read"));
        all.push(shortage(Cause::SharePointRoleInsufficient, nothing, Standing::Other, "AllSites.FullControl"));
        all.push(shortage(Cause::SharePointScopeAndRoleInsufficient, nothing, Standing::Other, "AllSites.Read"));
        all.push(shortage(Cause::SharePointPolicyBlocked, nothing, Standing::SiteAdmin, "AllSites.FullControl"));
    }
    all.push(shortage(Cause::SharePointScopeInsufficient, false, Standing::SiteAdmin, "AllSites.Manage"));
    all.push(shortage(Cause::SharePointRoleInsufficient, false, Standing::Owner, "AllSites.FullControl"));
    for (scope, nothing) in [("Sites.Manage.All", false), ("Sites.Read.All", true), ("Sites.Selected", true)] {
        all.push(shortage(Cause::SharePointScopeInsufficient, nothing, Standing::App, scope));
    }
    all.push(CheckError::GraphConsent { scopes: GrantedScopes::default(), app: Box::new(app()), by_itself: true });
    all.push(CheckError::AppInsteadOfAccount { app: "the client ID".to_owned(), expected: "ada@heather.example".to_owned() });
    let text: String = all.iter().map(|error| told(&error.to_string(), &error.explain())).collect();
    insta::assert_snapshot!(text);
}

#[test]
fn consent_that_graph_lacks_is_graphs_matter() {
    for cause in [Cause::EntraConsentRequired, Cause::EntraAdminConsentRequired, Cause::EntraConsentDeclined] {
        assert_eq!(graph_not_consented(Fail::new(cause, "x")).cause, Cause::GraphConsentMissing);
    }
    let other = Fail::new(Cause::EntraConditionalAccess, "A policy blocks it");
    assert_eq!(graph_not_consented(other.clone()), other);
}
