//! The connection test against a practice cloud: every situation, what it is called, and that nothing secret gets out.

mod common;

use common::{Hold, Run};
use practice::entra::{App, GRAPH_APP_ID, SHAREPOINT_APP_ID};
use practice::markers;
use practice::sharepoint::{BasePermissions, Cloud, Situation};
use preflight::{AbilityId, Outcome, Report, render};

/// `outcome cause: content page_permissions authorship_dates users_and_groups`
fn shown(report: &Report) -> String {
    let cause = report.cause().map_or("-", preflight::Cause::as_str);
    let abilities: Vec<String> = AbilityId::ALL
        .iter()
        .filter_map(|id| report.abilities.iter().find(|ability| ability.id == *id))
        .map(|ability| {
            let limits: Vec<&str> = ability.limited_by.iter().map(|limit| limit.as_str()).collect();
            if limits.is_empty() {
                ability.verdict.as_str().to_owned()
            } else {
                format!("{}({})", ability.verdict.as_str(), limits.join("+"))
            }
        })
        .collect();
    format!("{} {cause}: {}", report.outcome().as_str(), abilities.join(" "))
}

fn check<'a>(report: &'a Report, id: &str) -> &'a preflight::CheckResult {
    report.checks.iter().find(|check| check.id.0 == id).unwrap_or_else(|| panic!("{id} is not in the report"))
}

/// Nothing that a person or a file could show holds a secret.
fn assert_no_secret(run: &Run, report: &Report) {
    let product = "wayleave test";
    let verbose = render::text::Style { verbose: true, ..render::text::Style::default() };
    let all = [
        render::to_json(report, product).to_string(),
        render::to_markdown(report, product),
        render::to_html(report, product),
        render::to_text(report, verbose),
        format!("{report:?} {:?} {:?} {}", run.settings, run.network, run.written.text()),
    ]
    .join("\n");
    assert_eq!(markers::found_in(&all), Vec::<String>::new());
    assert!(!all.contains("eyJ"), "a token is shown");
}

async fn run(situation: Situation) -> (Cloud, Report, Vec<String>) {
    let cloud = Cloud::start(situation).await.expect("a practice cloud");
    let (report, seen) = {
        let run = Run::new(&cloud, Hold::Nothing);
        let report = run.report().await;
        assert_no_secret(&run, &report);
        assert_eq!(run.network.open(), 0);
        (report, run.network.seen())
    };
    (cloud, report, seen)
}

#[tokio::test]
async fn every_situation_is_called_by_its_name() {
    use Situation as S;
    let whole = "yes yes yes no(app_scope)";
    let locked = "no(site_lock) no(site_lock) no(site_lock)";
    let table = [
        (S::AllWell, format!("passed -: {whole}")),
        (S::OwnersGroup, format!("passed -: {whole}")),
        (S::NoScriptOwner, format!("passed -: {whole}")),
        (S::SecondFactor, format!("passed -: {whole}")),
        (S::PlanB, "limited sharepoint.scope-insufficient: yes no(app_scope) no(app_scope) no(app_scope)".to_owned()),
        (S::Member, "limited sharepoint.role-insufficient: yes no(account_role) no(account_role) no(app_scope)".to_owned()),
        (S::Guest, "limited sharepoint.role-insufficient: yes no(account_role) no(account_role) no(app_scope)".to_owned()),
        (S::Visitor, "failed sharepoint.role-insufficient: no(account_role) no(account_role) no(account_role) no(app_scope)".to_owned()),
        (
            S::LibraryReadOnly,
            "failed sharepoint.role-insufficient: no(account_role) no(account_role) no(account_role) no(app_scope)".to_owned(),
        ),
        (S::NoRole, "failed sharepoint.no-access: no(account_role) no(account_role) no(account_role) no(app_scope)".to_owned()),
        (S::GraphConsentMissing, "limited graph.consent-missing: yes yes yes no(app_scope)".to_owned()),
        (S::AdminConsentRequired, "failed entra.admin-consent-required: ".to_owned()),
        (S::NotAssigned, "failed entra.user-not-assigned: ".to_owned()),
        (S::BlockedByPolicy, "failed entra.conditional-access: ".to_owned()),
        (S::AppNotFound, "failed entra.app-not-found: ".to_owned()),
        (S::WrongTenant, "failed entra.tenant-mismatch: ".to_owned()),
        (S::SiteReadOnly, format!("failed sharepoint.site-read-only: {locked} no(app_scope)")),
        (S::SiteNoAccess, format!("failed sharepoint.site-locked: {locked} no(app_scope)")),
        (S::SiteArchived, format!("failed sharepoint.site-locked: {locked} no(app_scope)")),
        (S::SiteMissing, "failed sharepoint.site-not-found: ".to_owned()),
        (S::SiteMoved, "failed sharepoint.site-moved: ".to_owned()),
        (S::NoSharePointPlan, "failed graph.no-sharepoint-licence: ".to_owned()),
        (S::ClockWrong, "failed entra.clock-skew: ".to_owned()),
    ];
    let mut wrong = Vec::new();
    for (situation, expected) in table {
        let (_cloud, report, _) = run(situation).await;
        let found = shown(&report);
        if found != expected {
            wrong.push(format!("{situation:?}\n  expected {expected}\n  found    {found}\n  {}", report.headline()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn a_good_run_says_who_where_and_with_what() {
    let (cloud, report, seen) = run(Situation::AllWell).await;
    assert_eq!(report.headline().as_str(), "SharePoint works as Ada Brook");
    let identity = report.identity.as_ref().expect("an identity");
    assert_eq!(identity.account.as_ref().map(preflight::SafeText::as_str), Some(cloud.user.upn.as_str()));
    assert_eq!(identity.tenant.as_ref().map(preflight::SafeText::as_str), Some(cloud.tenant.id.as_str()));
    assert_eq!(identity.app.as_ref().map(preflight::SafeText::as_str), Some(cloud.client_id.as_str()));
    assert_eq!(report.target.address.as_str(), cloud.site());
    assert!(report.checks.iter().all(|check| check.outcome == Outcome::Passed), "{report:?}");
    // people cannot be looked up, which is said and costs nothing
    assert!(check(&report, "sharepoint.graph").hints.iter().any(|hint| hint.text.as_str().contains("User.ReadBasic.All")));
    let granted = check(&report, "sharepoint.sharepoint_token").details.iter().find(|detail| detail.key == "granted").expect("scopes");
    assert_eq!(granted.value.as_str(), "AllSites.FullControl");
    // no call is made twice
    let mut once = seen.clone();
    once.sort();
    once.dedup();
    let tokens = seen.iter().filter(|path| path.ends_with("/token")).count();
    assert_eq!(seen.len(), once.len() + tokens - 1, "{seen:?}");
}

#[tokio::test]
async fn tools_name_themselves_as_microsoft_asks() {
    let cloud = Cloud::start(Situation::AllWell).await.expect("a practice cloud");
    let report = Run::new(&cloud, Hold::Nothing).report().await;
    assert_eq!(report.outcome(), Outcome::Passed);
    for seen in cloud.sharepoint_server().requests().iter().chain(&cloud.graph_server().requests()) {
        assert!(format!("{seen:?}").contains("NONISV|Wayleave|Wayleave/"), "{seen:?}");
    }
}

#[tokio::test]
async fn another_tenant_is_told_before_anybody_signs_in() {
    let cloud = Cloud::start(Situation::WrongTenant).await.expect("a practice cloud");
    let run = Run::new(&cloud, Hold::Nothing);
    let report = run.report().await;
    assert!(run.browser.opened().is_empty());
    let failed = check(&report, "sharepoint.tenant");
    for tenant in [&cloud.tenant.id, &cloud.tenant_to_enter] {
        assert!(failed.summary.as_str().contains(tenant.as_str()), "{}", failed.summary);
    }
    assert_eq!(report.identity, None);
}

#[tokio::test]
async fn without_a_tenant_the_site_tells_it() {
    let cloud = Cloud::start(Situation::AllWell).await.expect("a practice cloud");
    let mut run = Run::new(&cloud, Hold::Nothing);
    run.settings.tenant = None;
    assert_eq!(run.report().await.outcome(), Outcome::Passed);
}

#[tokio::test]
async fn another_account_than_the_expected_one_gets_no_further() {
    let cloud = Cloud::start(Situation::AllWell).await.expect("a practice cloud");
    let mut run = Run::new(&cloud, Hold::Nothing);
    run.settings.expect_account = Some("Ivy Fell".to_owned());
    let report = run.report().await;
    assert_eq!(report.cause(), Some(preflight::Cause::EntraWrongAccount), "{}", report.headline());
    assert!(report.identity.is_some(), "who it was is told");
    assert!(!run.network.seen().iter().any(|path| path.contains("/_api/") || path.contains("/v1.0/")), "nothing is done with the account");

    let mut run = Run::new(&cloud, Hold::Nothing);
    run.settings.expect_account = Some(cloud.user.upn.to_uppercase());
    assert_eq!(run.report().await.outcome(), Outcome::Passed);
}

#[tokio::test]
async fn the_tenants_id_as_client_id_is_told_before_anybody_signs_in() {
    let cloud = Cloud::start(Situation::AllWell).await.expect("a practice cloud");
    let mut run = Run::new(&cloud, Hold::Nothing);
    run.settings.client_id = entra_auth::ClientId::parse(&cloud.tenant.id).expect("a GUID");
    let report = run.report().await;
    assert_eq!((report.cause(), run.browser.opened().len()), (Some(preflight::Cause::EntraAppNotFound), 0));
}

#[tokio::test]
async fn links_to_pages_and_folders_lead_to_the_site() {
    let cloud = Cloud::start(Situation::AllWell).await.expect("a practice cloud");
    for deep in ["/SitePages/Home.aspx?web=1", "/Guides/Old/Page.aspx"] {
        let mut run = Run::new(&cloud, Hold::Nothing);
        run.settings.site = entra_auth::SiteAddress::understand(&format!("{}{deep}", cloud.site())).expect("an address");
        let report = run.report().await;
        assert_eq!((report.outcome(), report.target.address.as_str()), (Outcome::Passed, cloud.site().as_str()), "{deep}");
    }
}

#[tokio::test]
async fn an_owner_is_told_what_a_site_administrator_has_more() {
    let (_cloud, report, _) = run(Situation::OwnersGroup).await;
    let rights = check(&report, "sharepoint.rights");
    assert!(rights.summary.as_str().contains("owner"), "{}", rights.summary);
    assert!(rights.hints.iter().any(|hint| hint.text.as_str().contains("site administrator")));
    let (_cloud, report, _) = run(Situation::AllWell).await;
    assert!(check(&report, "sharepoint.rights").hints.is_empty());
}

#[tokio::test]
async fn a_guest_is_called_one() {
    let (_cloud, report, _) = run(Situation::Guest).await;
    assert!(check(&report, "sharepoint.identity").summary.as_str().contains("guest"), "{report:?}");
}

#[tokio::test]
async fn throttling_is_called_by_its_name_where_waiting_does_not_help() {
    let cloud = Cloud::start(Situation::AllWell).await.expect("a practice cloud");
    let run = Run::new(&cloud, Hold::Nothing);
    // longer than anybody waits politely
    cloud.sharepoint_server().faults().on("/sites/wiki/_api/", practice::Fault::TooManyRequests { retry_after: "900".to_owned() });
    let report = run.report().await;
    assert_eq!(report.cause(), Some(preflight::Cause::ServerThrottled), "{}", report.headline());
    assert!(report.hints().iter().any(|hint| hint.text.as_str().contains("900 seconds")));
}

#[tokio::test]
async fn what_does_not_need_each_other_goes_side_by_side() {
    let cloud = Cloud::start(Situation::AllWell).await.expect("a practice cloud");
    // while the site does not answer, all the rest is asked
    let run = Run::new(&cloud, Hold::Path("/_api/web?$select"));
    let everything = [
        "/_api/site?",
        "/_api/web/currentuser?",
        "/_api/web/associatedownergroup",
        "/_api/web/lists?",
        "/v1.0/me?",
        "/v1.0/sites/",
        "/v1.0/organization?",
        "/v1.0/users?",
    ];
    tokio::select! {
        _ = run.report() => panic!("the site never answers"),
        () = run.network.until(|seen| everything.iter().all(|part| part.contains("ownergroup") || seen.iter().any(|path| path.contains(part)))) => {}
    }
    // while the tenant's configuration does not come, the site is asked for its tenant
    let run = Run::new(&cloud, Hold::Path("/.well-known/openid-configuration"));
    tokio::select! {
        _ = run.report() => panic!("the configuration never comes"),
        () = run.network.until(|seen| seen.iter().any(|path| path.contains("/_vti_bin/client.svc"))) => {}
    }
    // while Graph's token does not come, the site is asked
    let run = Run::new(&cloud, Hold::Path("/v1.0/"));
    tokio::select! {
        _ = run.report() => panic!("Graph never answers"),
        () = run.network.until(|seen| seen.iter().filter(|path| path.contains("/_api/")).count() >= 4) => {}
    }
}

#[tokio::test]
async fn dropping_it_anywhere_ends_everything() {
    let cloud = Cloud::start(Situation::OwnersGroup).await.expect("a practice cloud");
    let whole = {
        let run = Run::new(&cloud, Hold::Nothing);
        assert_eq!(run.report().await.outcome(), Outcome::Passed);
        run.network.seen().len()
    };
    assert!(whole >= 13, "{whole}");
    for number in 0..whole {
        let run = Run::new(&cloud, Hold::Number(number));
        tokio::select! {
            _ = run.report() => panic!("request {number} is never answered"),
            () = run.network.until_held() => {}
        }
        assert_eq!(run.network.open(), 0, "request {number} goes on");
        for page in run.browser.opened() {
            let back = page.query_pairs().find(|(name, _)| name == "redirect_uri").expect("a return address").1.into_owned();
            let port = url::Url::parse(&back).expect("an address").port().expect("a port");
            assert!(std::net::TcpStream::connect(("127.0.0.1", port)).is_err(), "the listener of request {number} goes on");
        }
    }
}

/// A cloud in which all is well but for the app, which was granted exactly this.
async fn with_app(on_sharepoint: &[&str], on_graph: &[&str]) -> Cloud {
    let cloud = Cloud::start(Situation::AllWell).await.expect("a practice cloud");
    let app = App::desktop(&cloud.tenant, &cloud.client_id, "Wiki Migration (practice)")
        .requesting(SHAREPOINT_APP_ID, on_sharepoint)
        .requesting(GRAPH_APP_ID, on_graph)
        .consented_for_all(SHAREPOINT_APP_ID)
        .consented_for_all(GRAPH_APP_ID);
    assert!(cloud.entra.edit_app(&cloud.client_id, |known| *known = app));
    cloud
}

#[tokio::test]
async fn what_the_app_was_granted_decides() {
    let full = "AllSites.FullControl";
    let table: [(&[&str], &[&str], &str); 5] = [
        (&[full], &["Sites.FullControl.All", "User.Read", "User.ReadBasic.All"], "passed -: yes yes yes yes"),
        (&[full], &["User.Read"], "limited graph.consent-missing: yes yes yes no(app_scope)"),
        (
            &["AllSites.Write"],
            &["Sites.ReadWrite.All", "User.Read"],
            "limited sharepoint.scope-insufficient: partly(app_scope) no(app_scope) no(app_scope) no(app_scope)",
        ),
        (
            &["AllSites.Read"],
            &["Sites.Read.All", "User.Read"],
            "failed sharepoint.scope-insufficient: no(app_scope) no(app_scope) no(app_scope) no(app_scope)",
        ),
        (
            &["Sites.Selected"],
            &["Sites.Selected", "User.Read"],
            "failed sharepoint.not-granted-to-app: no(app_scope) no(app_scope) no(app_scope) no(app_scope)",
        ),
    ];
    for (on_sharepoint, on_graph, expected) in table {
        let cloud = with_app(on_sharepoint, on_graph).await;
        assert_eq!(shown(&Run::new(&cloud, Hold::Nothing).report().await), expected, "{on_sharepoint:?} {on_graph:?}");
    }
}

#[tokio::test]
async fn a_site_that_was_granted_to_the_app_works_whole() {
    let cloud = with_app(&["Sites.Selected"], &["Sites.Selected", "User.Read"]).await;
    cloud.sharepoint.edit_site("/sites/wiki", |site| *site = site.clone().granted_to_app(&cloud.client_id, BasePermissions::FULL));
    assert_eq!(shown(&Run::new(&cloud, Hold::Nothing).report().await), "passed -: yes yes yes no(app_scope)");
}

#[tokio::test]
async fn on_a_site_that_does_not_open_nothing_else_is_judged() {
    for situation in [Situation::NoRole, Situation::SiteNoAccess, Situation::SiteMissing] {
        let (_cloud, report, _) = run(situation).await;
        assert_eq!(check(&report, "sharepoint.site").outcome, Outcome::Failed);
        for id in ["sharepoint.state", "sharepoint.rights", "sharepoint.library"] {
            let left_out = check(&report, id);
            assert_eq!(
                (left_out.outcome, left_out.summary.as_str()),
                (Outcome::Skipped, "Not asked: the site does not open"),
                "{situation:?}"
            );
        }
    }
}

#[tokio::test]
async fn the_rows_of_a_site_are_under_way_while_it_is_asked() {
    let cloud = Cloud::start(Situation::AllWell).await.expect("a practice cloud");
    let run = Run::new(&cloud, Hold::Path("/_api/web?$select"));
    tokio::select! {
        _ = run.report() => panic!("the site never answers"),
        () = run.network.until(|seen| seen.iter().any(|path| path.contains("/_api/web/lists?"))) => {}
    }
    for id in ["site", "state", "rights", "library"] {
        assert!(run.written.text().contains(&format!("Started(CheckId(\"sharepoint.{id}\"))")), "{}", run.written.text());
    }
}
