//! What works, and how much a migration with it would carry.

use practice::confluence::{Confluence, Paging, Who};
use preflight::{Cause, IdentityKind, Origin, Outcome, Secret, Verdict};
use transport::{Authorization, Network as _, Request};

use crate::harness::*;
use Verdict::{No, Partly, Unknown, Yes};

#[tokio::test]
async fn the_super_group_passes_on_every_version_with_every_credential() {
    for version in ["7.4", "7.13", "7.19", "8.5", "9.2", "10.0"] {
        for context in ["", "/confluence", "/wiki"] {
            let wiki = Confluence::builder().data_center(version).context(context).start().await.expect("a practice server");
            for credential in [pat(Who::Super), basic(Who::Super)] {
                if version == "7.4" && matches!(credential, confluence_auth::Credential::PersonalToken(_)) {
                    continue;
                }
                let report = report_of(&wiki, credential).await;
                expect(&report, Outcome::Passed, None, "");
                assert_eq!(verdicts(&report), [Some(Yes); 4], "{version} {context}\n{}", told(&report));
                let identity = report.identity.as_ref().expect("somebody");
                assert_eq!(
                    (identity.kind, identity.account.as_ref().map(preflight::SafeText::as_str)),
                    (IdentityKind::User, Some("ghalvorsen"))
                );
            }
        }
    }
}

#[tokio::test]
async fn what_each_account_of_data_center_carries_across() {
    for (version, who, credential, content, permissions) in [
        ("9.2", Who::Admin, pat(Who::Admin), Partly, Yes),
        ("8.5", Who::Admin, basic(Who::Admin), Partly, Yes),
        ("9.2", Who::SpaceAdmin, pat(Who::SpaceAdmin), Partly, Partly),
        ("8.5", Who::SpaceAdmin, pat(Who::SpaceAdmin), Partly, Partly),
        ("7.4", Who::SpaceAdmin, basic(Who::SpaceAdmin), Partly, Partly),
    ] {
        let wiki = Confluence::builder().data_center(version).start().await.expect("a practice server");
        let report = report_of(&wiki, credential).await;
        expect(&report, Outcome::Limited, Some(Cause::ConfluenceNotAdministrator), "administrator");
        assert_eq!(verdicts(&report), [Some(content), Some(permissions), Some(Yes), Some(Yes)], "{version} {who:?}\n{}", told(&report));
    }
}

#[tokio::test]
async fn an_account_that_administers_nothing_loses_permissions() {
    for (version, crash) in [("8.5", false), ("9.2", false), ("9.2", true), ("10.0", false)] {
        let wiki = Confluence::builder()
            .data_center(version)
            .switches(|switches| switches.permissions_crash = crash)
            .start()
            .await
            .expect("a practice server");
        let report = report_of(&wiki, pat(Who::Reader)).await;
        expect(&report, Outcome::Limited, Some(Cause::ConfluenceNotAdministrator), "administrator");
        let [content, permissions, ..] = verdicts(&report);
        assert_eq!(content, Some(Partly), "{}", told(&report));
        assert!(matches!(permissions, Some(No | Partly)), "{version}\n{}", told(&report));
        assert_eq!(report.checks.len(), confluence_auth::PLAN.len());
    }
}

#[tokio::test]
async fn anonymous_on_an_open_site_is_limited() {
    for version in ["7.4", "9.2"] {
        let wiki = Confluence::builder().data_center(version).anonymous(true).start().await.expect("a practice server");
        let report = report_of(&wiki, confluence_auth::Credential::Anonymous).await;
        expect(&report, Outcome::Limited, Some(Cause::ConfluenceNotAdministrator), "administrator");
        assert_eq!(verdicts(&report)[..2], [Some(Partly), Some(No)], "{}", told(&report));
        assert_eq!(report.identity.as_ref().map(|identity| identity.kind), Some(IdentityKind::Anonymous));
        assert_eq!(check(&report, "credential").outcome, Outcome::Skipped);
    }
}

#[tokio::test]
async fn cloud_by_site_and_by_gateway() {
    let wiki = Confluence::builder().cloud().start().await.expect("a practice server");
    for (credential, sent_as) in [(cloud(Who::Super), "basic"), (scoped(Who::Super), "gateway")] {
        let report = report_of(&wiki, credential).await;
        expect(&report, Outcome::Limited, Some(Cause::ConfluenceNotAdministrator), "administrator");
        assert_eq!(verdicts(&report), [Some(Partly), Some(Yes), Some(Yes), Some(Yes)], "{}", told(&report));
        assert_eq!(detail(&report, "credential", "sent_as"), Some(sent_as));
        assert_eq!(detail(&report, "product", "edition"), Some("cloud"));
        let account = report.identity.as_ref().and_then(|identity| identity.account.clone());
        assert_eq!(account.as_ref().map(preflight::SafeText::as_str), Some(Who::Super.email()));
    }
    let report = report_of(&wiki, cloud(Who::Reader)).await;
    expect(&report, Outcome::Limited, Some(Cause::ConfluenceNotAdministrator), "administrator");
}

#[tokio::test]
async fn anonymous_on_an_open_cloud_site() {
    let wiki = Confluence::builder().cloud().anonymous(true).start().await.expect("a practice server");
    let report = report_of(&wiki, confluence_auth::Credential::Anonymous).await;
    expect(&report, Outcome::Limited, Some(Cause::ConfluenceNotAdministrator), "administrator");
    assert_eq!(verdicts(&report)[..2], [Some(Partly), Some(No)], "{}", told(&report));
}

#[tokio::test]
async fn the_address_of_the_gateway_works_by_itself() {
    let wiki = Confluence::builder().cloud().start().await.expect("a practice server");
    let gateway = wiki.gateway().expect("a gateway").origin();
    let address = format!("{gateway}/ex/confluence/{}/wiki/rest/api/space", wiki.cloud_id());
    let report = report(&settings(&address, scoped(Who::Super))).await;
    expect(&report, Outcome::Limited, Some(Cause::ConfluenceNotAdministrator), "administrator");
    assert_eq!(wiki.server().requests().len(), 0, "the site itself is not asked");
}

#[tokio::test]
async fn an_active_admin_key_sees_everything() {
    let wiki = Confluence::builder().cloud().start().await.expect("a practice server");
    let origin = Origin::parse(wiki.server().origin()).expect("an origin");
    let password = Secret::new(Who::Super.api_token()).bind(origin.clone());
    let request = Request::post("/wiki/api/v2/admin-key", transport::Body::Json(serde_json::json!({ "durationInMinutes": 10 })))
        .header(http::HeaderName::from_static("x-atlassian-token"), "no-check")
        .authorized(Some(Authorization::Basic { user: Who::Super.email().to_owned(), password }));
    let answer = network().to(&origin).execute(request).await.expect("an answer");
    assert!(answer.status.is_success(), "{answer:?}");
    let report = report_of(&wiki, cloud(Who::Super)).await;
    expect(&report, Outcome::Passed, None, "");
}

#[tokio::test]
async fn a_pasted_token_may_have_a_line_end() {
    let wiki = Confluence::builder().data_center("9.2").start().await.expect("a practice server");
    let report = report_of(&wiki, confluence_auth::Credential::PersonalToken(Secret::new(format!(" {}\n", Who::Super.pat())))).await;
    expect(&report, Outcome::Passed, None, "");
}

#[tokio::test]
async fn cloud_without_the_first_version_of_its_api() {
    let wiki = Confluence::builder().cloud().switches(|switches| switches.v1_gone = true).start().await.expect("a practice server");
    let report = report_of(&wiki, cloud(Who::Super)).await;
    assert_eq!(verdicts(&report)[0], Some(Partly), "{}", told(&report));
    assert_eq!(verdicts(&report)[2], Some(Yes), "{}", told(&report));
}

#[tokio::test]
async fn a_token_pair_for_data_center_goes_as_a_token() {
    let wiki = Confluence::builder().data_center("9.2").start().await.expect("a practice server");
    let token = Secret::new(Who::Super.pat());
    let report = report_of(&wiki, confluence_auth::Credential::CloudToken { email: "grete@brackwater.example".to_owned(), token }).await;
    expect(&report, Outcome::Passed, None, "");
    assert!(check(&report, "credential").summary.as_str().contains("not Cloud"));
}

#[tokio::test]
async fn a_read_only_confluence_passes_with_a_hint() {
    let wiki =
        Confluence::builder().data_center("9.2").switches(|switches| switches.read_only = true).start().await.expect("a practice server");
    let report = report_of(&wiki, pat(Who::Super)).await;
    expect(&report, Outcome::Passed, None, "");
    assert!(check(&report, "spaces").hints.iter().any(|hint| hint.text.as_str().contains("read-only")));
}

#[tokio::test]
async fn secure_administrator_sessions_are_a_limit() {
    for who in [Who::Super, Who::Admin] {
        let wiki =
            Confluence::builder().data_center("8.5").switches(|switches| switches.websudo = true).start().await.expect("a practice server");
        let report = report_of(&wiki, basic(who)).await;
        expect(&report, Outcome::Limited, Some(Cause::ConfluenceElevationRequired), "administrator");
        assert_eq!(verdicts(&report)[1], Some(Unknown));
    }
}

#[tokio::test]
async fn without_browsing_users_people_stay_unmapped() {
    let wiki = Confluence::builder()
        .data_center("9.2")
        .switches(|switches| switches.browse_users = false)
        .start()
        .await
        .expect("a practice server");
    let report = report_of(&wiki, pat(Who::Reader)).await;
    assert_eq!(report.outcome(), Outcome::Limited, "{}", told(&report));
    assert!(matches!(verdicts(&report)[3], Some(No | Partly)), "{}", told(&report));
}

#[tokio::test]
async fn listings_with_defects_are_read_right() {
    for paging in [Paging::NextPastEnd, Paging::Clamped(2), Paging::Duplicates] {
        let wiki = Confluence::builder().data_center("9.2").paging(paging).start().await.expect("a practice server");
        let report = report_of(&wiki, pat(Who::Super)).await;
        expect(&report, Outcome::Passed, None, "");
    }
}

#[tokio::test]
async fn the_context_path_is_found() {
    let wiki = Confluence::builder().data_center("9.2").context("/confluence").start().await.expect("a practice server");
    let origin = wiki.server().origin().to_owned();
    for typed in
        [origin.clone(), format!("{origin}/confluence/display/ENG/Home"), format!("{origin}/confluence/"), format!("{origin}/wiki")]
    {
        let report = report(&settings(&typed, pat(Who::Super))).await;
        expect(&report, Outcome::Passed, None, "");
        assert_eq!(report.target.address.as_str(), wiki.base(), "typed {typed}");
    }
}

#[tokio::test]
async fn the_expected_account_has_many_names() {
    let wiki = Confluence::builder().data_center("9.2").start().await.expect("a practice server");
    let mut settings = settings_for(&wiki, pat(Who::Super));
    for (expected, fits) in [("ghalvorsen", true), ("GHalvorsen", true), (" ghalvorsen ", true), ("mwren", false)] {
        settings.expect_account = Some(expected.to_owned());
        let report = report(&settings).await;
        if fits {
            expect(&report, Outcome::Passed, None, "");
        } else {
            expect_failed(&report, Cause::ConfluenceWrongAccount, "identity");
        }
    }
}
