//! The SharePoint side of the gallery.

use super::{Draft, Rungs, ability, open, person};
use crate::{
    Ability, AbilityId, AdminRequest, Ask, AskWay, Cause, Factor, Field, Hint, HintAction, Identity, Limit, Report, RequestFact, Side,
    TargetKind, Tool, Verdict,
};

const RUNGS: Rungs = &[
    ("sharepoint.address", "Address"),
    ("sharepoint.tenant", "Tenant"),
    ("sharepoint.credential", "Sign-in method"),
    ("sharepoint.sign_in", "Sign-in"),
    ("sharepoint.identity", "Signed in as"),
    ("sharepoint.sharepoint_token", "Token for SharePoint"),
    ("sharepoint.graph_token", "Token for Graph"),
    ("sharepoint.site", "Site"),
    ("sharepoint.state", "Site state"),
    ("sharepoint.rights", "Rights on the site"),
    ("sharepoint.library", "Site Pages library"),
    ("sharepoint.graph", "Graph"),
];

const TENANT: &str = "11111111-aaaa-4bbb-8ccc-222222222222";
const OTHER_TENANT: &str = "99999999-aaaa-4bbb-8ccc-888888888888";
const APP: &str = "33333333-dddd-4eee-8fff-444444444444";

fn draft() -> Draft {
    Draft::new(TargetKind::SharePoint, RUNGS, "https://contoso.sharepoint.com/sites/wiki")
        .passed("Understood as https://contoso.sharepoint.com/sites/wiki", 0)
        .detail("typed", "https://contoso.sharepoint.com/sites/wiki/SitePages/Home.aspx?web=1")
        .detail("cloud", "public")
}

fn adele() -> Identity {
    Identity {
        tenant: Some(TENANT.into()),
        tenant_name: Some("Contoso".into()),
        app: Some(APP.into()),
        app_name: Some("Wiki migration".into()),
        ..person("Adele Vance", "adele.vance@contoso.com")
    }
}

/// Up to the person, who signed in in the browser.
fn signed_in() -> Draft {
    draft()
        .passed("The site belongs to the tenant entered", 143)
        .detail("tenant_id", TENANT)
        .passed("Interactive, in the system browser", 0)
        .passed("Signed in", 18_420)
        .detail("redirect_uri", "http://localhost:50327")
        .passed("Adele Vance (adele.vance@contoso.com)", 2)
        .detail("signed_by", "login.microsoftonline.com, key checked")
}

/// The abilities with the part of each side; the app is the limit where an ability says so.
fn made_of(mut abilities: Vec<Ability>, account: &'static str, app: &'static str) -> Vec<Ability> {
    for ability in abilities.iter_mut().filter(|ability| ability.id != AbilityId::UsersAndGroups) {
        ability.factors = vec![
            Factor::new(Side::Account, account),
            Factor::new(Side::App, app).limiting(ability.limited_by.contains(&Limit::AppScope)),
            Factor::new(Side::Site, "Open for changes; custom scripts are off, which a migration does not need"),
        ];
    }
    abilities
}

pub(super) fn all_good() -> Report {
    signed_in()
        .passed("AllSites.FullControl", 211)
        .detail("audience", "https://contoso.sharepoint.com")
        .passed("Sites.FullControl.All, User.ReadBasic.All", 188)
        .passed("The site Wiki answers as Adele Vance", 162)
        .passed("Not locked, not read-only", 97)
        .passed("Site administrator; the app may use all of it", 131)
        .detail("permission_bits", "high 2147483647, low 4294705151")
        .passed("Pages can be created and edited", 88)
        .passed("Graph finds the site and people", 240)
        .identity(adele())
        .abilities(made_of(
            vec![
                ability(AbilityId::Content, Verdict::Yes, &[], "Pages and files can be created and edited"),
                ability(AbilityId::PagePermissions, Verdict::Yes, &[], "Page permissions can be set"),
                ability(
                    AbilityId::AuthorshipDates,
                    Verdict::Yes,
                    &[],
                    "Authors and dates can be kept, by Microsoft's rule; only a write proves it",
                ),
                ability(AbilityId::UsersAndGroups, Verdict::Yes, &[], "People and groups can be looked up through Graph"),
            ],
            "Site administrator: everything on the site",
            "AllSites.FullControl: everything that the account may do",
        ))
        .done()
}

pub(super) fn plan_b() -> Report {
    let scope = &[Limit::AppScope];
    signed_in()
        .passed("AllSites.Manage", 205)
        .passed("Sites.Manage.All", 190)
        .passed("The site Wiki answers as Adele Vance", 158)
        .passed("Not locked, not read-only", 101)
        .limited(
            Cause::SharePointScopeInsufficient,
            "The app was approved for managing sites only (AllSites.Manage), although this account owns the site",
            127,
        )
        .detail("permission_bits", "high 432, low 1012866047")
        .detail("missing", "ManageWeb, ManagePermissions")
        .hint(open(
            "Ask an Entra administrator to approve AllSites.FullControl for the app",
            "https://login.microsoftonline.com/11111111-aaaa-4bbb-8ccc-222222222222/adminconsent?client_id=33333333-dddd-4eee-8fff-444444444444",
        ))
        .hint(Hint::with(
            "Or go on without page permissions, authors and dates",
            HintAction::Copy("AllSites.Manage is enough for pages and files".into()),
        ))
        .passed("Pages can be created and edited", 85)
        .passed("Graph finds the site", 233)
        .hint(Hint::say("To look people up, have User.ReadBasic.All approved for the app as well"))
        .identity(adele())
        .abilities(made_of(
 vec![
            ability(AbilityId::Content, Verdict::Yes, &[], "Pages and files can be created and edited"),
            ability(AbilityId::PagePermissions, Verdict::No, scope, "Every page will be open to everybody who may open the site"),
            ability(
                AbilityId::AuthorshipDates,
                Verdict::No,
                scope,
                "Every page will look as if this account had written it on the day of the migration",
            ),
            ability(AbilityId::UsersAndGroups, Verdict::No, scope, "People cannot be looked up, so mentions become plain names"),
        ],
 "Site administrator: everything on the site",
 "AllSites.Manage: pages, files, libraries and columns, and nothing beyond",
))
        .done()
}

pub(super) fn tls_intercepted() -> Report {
    draft()
        .failed(
            Cause::NetworkTlsIntercepted,
            "Something between this computer and login.microsoftonline.com opens the secure connection: its certificate was issued by CN=Contoso Web Gateway CA, O=Contoso",
            95,
        )
        .detail("issuer", "CN=Contoso Web Gateway CA, O=Contoso")
        .detail("error", "the request could not be sent: invalid peer certificate: UnknownIssuer")
        .hint(Hint::say(
            "Your network inspects encrypted traffic. Ask your network team for its CA certificate (a PEM file) and choose it as CA file, or have this host excluded from inspection",
        ))
        .done()
}

pub(super) fn wrong_tenant() -> Report {
    draft()
        .failed(Cause::EntraTenantMismatch, "The site belongs to another tenant than the one entered", 151)
        .detail("tenant_of_the_site", TENANT)
        .detail("tenant_entered", OTHER_TENANT)
        .hint(Hint::with("Use the tenant of the site", HintAction::EditField(Field::TenantId)))
        .hint(Hint::with("Or check the address of the site", HintAction::EditField(Field::SharePointAddress)))
        .hint(Hint::with("The tenant ID of the site", HintAction::Copy(TENANT.into())))
        .done()
}

pub(super) fn graph_consent_missing() -> Report {
    let scope = &[Limit::AppScope];
    signed_in()
        .passed("AllSites.FullControl", 214)
        .limited(Cause::GraphConsentMissing, "Nobody has approved the app's permissions for Microsoft Graph", 176)
        .detail("error", "invalid_grant")
        .detail("suberror", "consent_required")
        .detail("error_codes", "65001")
        .detail("trace_id", "0f0c7c4e-5a7b-4f63-9a57-3f5b6d3c1a00")
        .hint(open(
            "Send this link to an Entra administrator, who can approve the permissions for everybody",
            "https://login.microsoftonline.com/11111111-aaaa-4bbb-8ccc-222222222222/adminconsent?client_id=33333333-dddd-4eee-8fff-444444444444",
        ))
        .passed("The site Wiki answers as Adele Vance", 160)
        .passed("Not locked, not read-only", 99)
        .passed("Member of the Owners group; the app may use all of it", 129)
        .passed("Pages can be created and edited", 84)
        .skipped("Needs a token for Graph")
        .identity(adele())
        .abilities(made_of(
 vec![
            ability(AbilityId::Content, Verdict::Yes, &[], "Pages and files can be created and edited"),
            ability(AbilityId::PagePermissions, Verdict::Yes, &[], "Page permissions can be set"),
            ability(
                AbilityId::AuthorshipDates,
                Verdict::Yes,
                &[],
                "Authors and dates can be kept, by Microsoft's rule; only a write proves it",
            ),
            ability(AbilityId::UsersAndGroups, Verdict::No, scope, "People cannot be looked up through Graph"),
        ],
 "Owner: everything, except in pages that leave the owners out",
 "AllSites.FullControl: everything that the account may do",
))
        .request(approval())
        .done()
}

fn approval() -> AdminRequest {
    let fact = |key, value: &'static str| RequestFact { key, value: value.into() };
    AdminRequest {
        subject: "Wiki migration to https://contoso.sharepoint.com/sites/wiki: approval of an app".into(),
        cause: Cause::GraphConsentMissing,
        sentence: "Nobody has approved the app's permissions for Microsoft Graph".into(),
        sites: vec!["https://contoso.sharepoint.com/sites/wiki".into()],
        asks: vec![Ask {
            text: "Approve the app for the organization, with the delegated permissions Microsoft Graph Sites.FullControl.All and User.Read".into(),
            whom: "a Cloud Application Administrator of the organization".into(),
            ways: vec![
                AskWay::page(
                    "Approve everything that the registration asks for",
                    "https://login.microsoftonline.com/11111111-aaaa-4bbb-8ccc-222222222222/adminconsent?client_id=33333333-dddd-4eee-8fff-444444444444",
                ),
                AskWay::Path("Entra admin center > App registrations > the app > API permissions > Grant admin consent".into()),
                AskWay::Command {
                    tool: Tool::CliMicrosoft365,
                    line: "m365 entra app permission add --appId \"33333333-dddd-4eee-8fff-444444444444\" --delegatedPermissions \"https://graph.microsoft.com/Sites.FullControl.All\" --grantAdminConsent".into(),
                },
            ],
        }],
        facts: vec![
            fact("cause", "graph.consent-missing"),
            fact("app", APP),
            fact("tenant", TENANT),
            fact("aadsts", "AADSTS65001"),
            fact("trace_id", "0f0c7c4e-5a7b-4f63-9a57-3f5b6d3c1a00"),
        ],
    }
}

pub(super) fn nobody_signed_in() -> Report {
    draft()
        .passed("The site belongs to the tenant entered", 139)
        .passed("Interactive, in the system browser", 0)
        .failed(Cause::EntraSignInTimeout, "Nobody finished signing in within 600 seconds", 600_000)
        .hint(Hint::say("If the browser shows a code such as AADSTS50011, look it up: such an error never comes back to this program"))
        .hint(Hint::with("Test again, with a longer time limit if the network is slow", HintAction::Retry))
        .done()
}
