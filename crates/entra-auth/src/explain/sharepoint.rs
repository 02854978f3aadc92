//! What a person is told when SharePoint, Graph or a site's address is the matter, and who can do something about it.

use std::time::Duration;

use preflight::{Cause, Explain, Fail, Field, Hint, HintAction, SafeText};
use url::Url;

use crate::check::{CheckError, Shortage};
use crate::graph::{GraphError, Refusal as GraphRefusal};
use crate::sharepoint::{Evidence, Refusal, SharePointError, Unusable};
use crate::verdict::Standing;
use crate::{AddressError, AppPage, RealmError, RefusedApp, SiteAddress, Way};

/// What else is known when SharePoint or Graph refuses, so that hints can lead somewhere.
#[derive(Clone, Debug)]
pub(crate) struct Context {
    pub(crate) site: SiteAddress,
    pub(crate) app: RefusedApp,
    pub(crate) account: String,
    pub(crate) way: Way,
}

impl Explain for AddressError {
    fn explain(&self) -> Fail {
        let edit = |text: &'static str| Hint::with(text, HintAction::EditField(Field::SharePointAddress));
        let example = || edit("Enter the address of the site, such as https://contoso.sharepoint.com/sites/wiki");
        match self {
            Self::Empty => Fail::new(Cause::AddressInvalid, "The SharePoint site address is missing").hint(example()),
            Self::NotAnAddress => Fail::new(Cause::AddressInvalid, "This is not a web address").hint(example()),
            Self::OtherScheme => Fail::new(Cause::AddressInvalid, "A SharePoint site address begins with https://").hint(example()),
            Self::EmailAddress => Fail::new(Cause::AddressInvalid, "This is an e-mail address, not the address of a site").hint(example()),
            Self::NotPublic { host } => Fail::new(
                Cause::AddressInvalid,
                format!("{host} is a name of a local network; SharePoint Online has names such as contoso.sharepoint.com"),
            )
            .hint(example())
            .hint(Hint::say("SharePoint Server in the organization's own data centre cannot be tested: SharePoint Online is meant")),
            Self::NoOrganization { host } => {
                Fail::new(Cause::AddressInvalid, format!("{host} lacks the name of the organization in front")).hint(example())
            }
            Self::NoSiteName { managed_path } => {
                Fail::new(Cause::AddressInvalid, format!("The name of the site is missing after /{managed_path}/"))
                    .hint(edit("Open the site in a browser and copy its address from there"))
            }
            Self::AdminCentre { host, sites_host } => {
                Fail::new(Cause::AddressInvalid, format!("{host} is the SharePoint admin center, which is no site"))
                    .hint(edit("Enter the address of the site itself"))
                    .hint(Hint::say(format!("Sites of this organization begin with https://{sites_host}/sites/")))
            }
            Self::ClosedCloud { host } => {
                Fail::new(Cause::AddressInvalid, format!("{host} belongs to the Microsoft cloud for Germany, which was closed in 2021"))
                    .hint(edit("Enter the address that the site has now, usually one that ends in sharepoint.com"))
            }
            Self::OtherProduct { host, product } => Fail::new(Cause::AddressInvalid, format!("{host} is {product}, not a SharePoint site"))
                .hint(edit("Open the SharePoint site in a browser and copy its address from there")),
        }
    }
}

impl Explain for RealmError {
    fn explain(&self) -> Fail {
        let edit = || Hint::with("Check the address of the site", HintAction::EditField(Field::SharePointAddress));
        match self {
            Self::Transport(error) => error.explain(),
            Self::Moved { to } => moved(to),
            Self::OnPremises { host } => Fail::new(
                Cause::AddressNotSharePoint,
                format!("{host} asks for Windows sign-in, so it is SharePoint Server or something else on the local network"),
            )
            .hint(Hint::with("Enter the address of a SharePoint Online site", HintAction::EditField(Field::SharePointAddress))),
            Self::NotSharePoint { host, .. } => {
                Fail::new(Cause::AddressNotSharePoint, format!("{host} answers, but not as SharePoint Online")).hint(edit())
            }
            Self::NotTold { host } => {
                Fail::new(Cause::AddressNotSharePoint, format!("{host} does not say which organization it belongs to")).hint(edit()).hint(
                    Hint::with(
                        "If the address is right, enter the tenant ID by hand: the Entra admin center shows it under Overview",
                        HintAction::EditField(Field::TenantId),
                    ),
                )
            }
            Self::InTheWay { host, leads_to, .. } => {
                let summary = match leads_to {
                    Some(other) => format!("Instead of {host}, something on this network answers and leads to {other}"),
                    None => format!("Instead of {host}, something on this network answers"),
                };
                in_the_way(summary)
            }
            Self::Throttled { host } => throttled(host, None),
            Self::ServerError { host, status } => server_error(host, *status),
        }
    }
}

impl Explain for SharePointError {
    fn explain(&self) -> Fail {
        match self {
            Self::Transport(error) => error.explain(),
            Self::Refused { refusal, evidence } => show(refusal.explain_with(evidence), evidence),
            Self::Unusable { host, what, evidence } => show(unusable(host, what), evidence),
        }
    }
}

impl Refusal {
    fn explain_with(&self, evidence: &Evidence) -> Fail {
        match self {
            Self::AppOnlyToken => {
                Fail::new(Cause::SharePointAppOnlySecretRefused, "SharePoint accepts no app that signs in by a client secret")
                    .hint(Hint::with("Sign in with a certificate instead", HintAction::EditField(Field::SharePointMethod)))
                    .hint(Hint::say("An Entra administrator uploads the certificate to the app registration and removes the secret"))
            }
            Self::AppWithoutPermission => {
                Fail::new(Cause::SharePointScopeInsufficient, "The app has no application permission on SharePoint")
                    .hint(Hint::say("An Entra administrator adds the SharePoint application permission Sites.Selected or Sites.FullControl.All to the app registration and approves it"))
            }
            Self::AppWithoutSharePoint => {
                Fail::new(Cause::SharePointTokenRejected, "This app has no permission on SharePoint: it is one of Microsoft's own apps or lacks AllSites permissions")
                    .hint(Hint::with(
                        "Enter the client ID of an app registration of your own organization",
                        HintAction::EditField(Field::ClientId),
                    ))
                    .hint(Hint::say("An Entra administrator adds the delegated SharePoint permission AllSites.FullControl to it and approves it"))
            }
            Self::RetiredToken => {
                Fail::new(Cause::SharePointTokenRejected, "SharePoint no longer accepts this kind of app: the Azure Access Control Service is retired")
                    .hint(Hint::with(
                        "Enter the client ID of an app registered in Entra, not one made by appregnew.aspx",
                        HintAction::EditField(Field::ClientId),
                    ))
            }
            Self::ClaimsChallenge => Fail::new(
                Cause::EntraSessionExpired,
                "SharePoint wants a new sign-in: the session was revoked, or a policy asks for more",
            )
            .hint(Hint::with("Test again, which signs you in anew", HintAction::Retry))
            .hint(Hint::say("If it happens again, an Entra administrator finds the policy in the sign-in log")),
            Self::WrongAudience => {
                Fail::new(Cause::SharePointTokenRejected, "SharePoint rejects the token: it is for another host or organization than the site")
                    .hint(Hint::with("Check that the site belongs to this tenant", HintAction::EditField(Field::TenantId)))
            }
            Self::ForeignToken => Fail::new(
                Cause::SharePointTokenRejected,
                "SharePoint rejects the token's signature: it is from another organization or sign-in service",
            )
            .hint(Hint::with("Check that the site belongs to this tenant and cloud", HintAction::EditField(Field::TenantId))),
            Self::TokenNotAccepted => Fail::new(Cause::SharePointTokenRejected, "SharePoint does not accept the token")
                .hint(Hint::with("Test again, which signs you in anew", HintAction::Retry))
                .hint(Hint::say("If it happens again, give the request ID in the details to Microsoft's support")),
            Self::NoAccess => Fail::new(Cause::SharePointNoAccess, "The account may not open this site"),
            Self::NotGrantedToApp => Fail::new(
                Cause::SharePointNotGrantedToApp,
                "The app has Sites.Selected, and nobody has granted it this site",
            ),
            Self::PolicyBlocked => Fail::new(
                Cause::SharePointPolicyBlocked,
                "A policy of the organization blocks SharePoint from this device or network",
            )
            .hint(Hint::say("Test from a managed computer on the company network"))
            .hint(Hint::say(
                "A SharePoint administrator finds the policy in the SharePoint admin center under Policies, Access control, and the site's own restricted access there",
            )),
            Self::Locked => Fail::new(Cause::SharePointSiteLocked, "The site is locked or archived, so nobody can open it"),
            Self::SiteNotFound => Fail::new(Cause::SharePointSiteNotFound, "There is no site at this address")
                .hint(Hint::with("Check the address: open it in a browser and copy it from there", HintAction::EditField(Field::SharePointAddress)))
                .hint(Hint::say("If the site was deleted, a SharePoint administrator can restore it for 93 days")),
            Self::ObjectNotFound => {
                Fail::new(Cause::NetworkUnexpectedAnswer, "The site lacks something that every site has").hint(retry())
            }
            Self::Moved { to } => moved(to),
            Self::Throttled { retry_after } => throttled("SharePoint", *retry_after),
            Self::StorageFull => Fail::new(Cause::ServerError, "The site's storage is full")
                .hint(Hint::say("A SharePoint administrator raises the storage limit, or somebody empties the site's recycle bin")),
            Self::ServerError => server_error("SharePoint", evidence.status),
        }
    }
}

impl Explain for GraphError {
    fn explain(&self) -> Fail {
        match self {
            Self::Transport(error) => error.explain(),
            Self::Refused { refusal, evidence } => show(refusal.explain_with(evidence), evidence),
            Self::Unusable { host, what, evidence } => show(unusable(host, what), evidence),
        }
    }
}

impl GraphRefusal {
    fn explain_with(&self, evidence: &Evidence) -> Fail {
        match self {
            Self::TokenNotAccepted => Fail::new(Cause::GraphConsentMissing, "Graph does not accept the token")
                .hint(Hint::with("Test again, which signs you in anew", HintAction::Retry))
                .hint(Hint::say("Check this computer's date and time")),
            Self::ClaimsChallenge => {
                Fail::new(Cause::EntraSessionExpired, "Graph wants a new sign-in: the session was revoked, or a policy asks for more")
                    .hint(Hint::with("Test again, which signs you in anew", HintAction::Retry))
            }
            Self::WrongTenantHost => Fail::new(Cause::GraphWrongTenantHost, "Graph does not know the site's host in this organization")
                .hint(Hint::with("Check that the site belongs to this tenant", HintAction::EditField(Field::TenantId)))
                .hint(Hint::say("Use Detect tenant, or sign in with an account of the organization that the site belongs to")),
            Self::NoSharePointLicence => Fail::new(Cause::GraphNoSharePointLicence, "This organization has no SharePoint Online plan")
                .hint(Hint::with("Check that the right tenant is entered", HintAction::EditField(Field::TenantId)))
                .hint(Hint::say("An administrator of the organization adds a plan with SharePoint in the Microsoft 365 admin center")),
            Self::NoAccess => Fail::new(Cause::SharePointNoAccess, "Graph says that the account may not see this site"),
            Self::NotGrantedToApp => {
                Fail::new(Cause::SharePointNotGrantedToApp, "The app has Sites.Selected, and nobody has granted it this site")
            }
            Self::ScopeMissing => {
                Fail::new(Cause::GraphConsentMissing, "The app lacks a permission on Microsoft Graph that the test needs")
            }
            Self::PolicyBlocked => {
                Fail::new(Cause::SharePointPolicyBlocked, "A policy of the organization blocks Graph from this device or network")
                    .hint(Hint::say("Test from a managed computer on the company network"))
            }
            Self::NotFound => Fail::new(Cause::SharePointSiteNotFound, "Graph finds no site at this address")
                .hint(Hint::with("Check the address of the site", HintAction::EditField(Field::SharePointAddress))),
            Self::Locked => Fail::new(Cause::SharePointSiteLocked, "Graph says that the site is locked or archived")
                .hint(Hint::say("A SharePoint administrator unlocks or reactivates the site")),
            Self::Throttled { retry_after } => throttled("Graph", *retry_after),
            Self::ServerError => server_error("Graph", evidence.status),
        }
    }
}

impl Explain for CheckError {
    fn explain(&self) -> Fail {
        match self {
            Self::TenantMismatch { host, site, entered, entered_id } => {
                let entered_text = if entered.to_string() == entered_id.to_string() {
                    entered_id.to_string()
                } else {
                    format!("{entered} ({entered_id})")
                };
                Fail::new(Cause::EntraTenantMismatch, format!("{host} belongs to tenant {site}, not to {entered_text}"))
                    .hint(Hint::with("Copy the tenant ID of the site, and enter that", HintAction::Copy(SafeText::from(site.to_string()))))
                    .hint(Hint::with("Or change the tenant", HintAction::EditField(Field::TenantId)))
                    .hint(Hint::with("Or change the site's address", HintAction::EditField(Field::SharePointAddress)))
            }
            Self::SignedInElsewhere { signed_in, site } => Fail::new(
                Cause::EntraTenantMismatch,
                format!("The sign-in was to tenant {signed_in}, and the site belongs to tenant {site}"),
            )
            .hint(Hint::with("Enter the tenant of the site", HintAction::EditField(Field::TenantId)))
            .hint(Hint::with("Then sign in with an account of that organization", HintAction::Retry)),
            Self::WrongAccount { signed_in, expected } => {
                Fail::new(Cause::EntraWrongAccount, format!("Signed in as {signed_in}, and {expected} was expected"))
                    .hint(Hint::with("Test again and choose the other account on Microsoft's page", HintAction::Retry))
                    .hint(Hint::say("If the browser signs in by itself, copy the link into a private window or another browser profile"))
            }
            Self::AppInsteadOfAccount { app, expected } => {
                Fail::new(Cause::EntraWrongAccount, format!("The app {app} signed in by itself, and {expected} was expected")).hint(
                    Hint::with(
                        "Choose a sign-in with an account, or expect the app's client ID",
                        HintAction::EditField(Field::SharePointMethod),
                    ),
                )
            }
            Self::TenantAsClient => {
                Fail::new(Cause::EntraAppNotFound, "The client ID is the tenant's own ID, not that of an app").hint(Hint::with(
                    "Copy “Application (client) ID” from the app registration's Overview in the Entra admin center",
                    HintAction::EditField(Field::ClientId),
                ))
            }
            Self::Rights(shortage) => shortage.explain(),
            Self::ReadOnly { issue, site } => {
                let fail = Fail::new(Cause::SharePointSiteReadOnly, "The site is read-only, so nothing can be migrated into it");
                let fail = match issue {
                    Some(issue) => fail.detail("lock_issue", issue.clone()),
                    None => fail,
                };
                fail.hint(Hint::with(
                    "A SharePoint administrator unlocks the site with this command",
                    HintAction::Copy(SafeText::from(format!("Set-SPOSite -Identity {site} -LockState Unlock"))),
                ))
                .hint(Hint::say("A site can also be read-only because its storage is full, or while Microsoft moves it"))
            }
            Self::Library { library, nothing } => {
                let summary = if *nothing {
                    format!("The library “{library}” has permissions of its own, under which this account cannot write")
                } else {
                    format!("The library “{library}” has permissions of its own, under which this account cannot set page permissions")
                };
                Fail::new(Cause::SharePointRoleInsufficient, summary).hint(Hint::say(
                    "An owner of the site opens the library's settings, Permissions for this document library, and gives the account full control or removes the library's own permissions",
                ))
            }
            Self::GraphConsent { scopes, app, by_itself } => {
                consent(Fail::new(Cause::GraphConsentMissing, "The app has no permission on sites in Microsoft Graph"), app, *by_itself)
                    .detail("granted", scopes.shown())
            }
        }
    }
}

impl Shortage {
    fn explain(&self) -> Fail {
        let fail = Fail::new(self.cause, self.summary()).detail("granted", self.scopes.shown());
        let app = |fail: Fail| {
            let text = match (self.standing, self.selected) {
                (Standing::App, true) => return grant_to_app(fail, &self.site, &self.app),
                (Standing::App, false) => {
                    "An Entra administrator adds the SharePoint application permission Sites.FullControl.All to the app registration"
                }
                _ => "An Entra administrator adds the delegated SharePoint permission AllSites.FullControl to the app registration",
            };
            let fail = fail.hint(on_permissions_page(text, &self.app));
            approve(fail, &self.app)
        };
        let role = |fail: Fail| own_the_site(fail, &self.site, &self.account, self.standing);
        match self.cause {
            Cause::SharePointScopeInsufficient => app(fail),
            Cause::SharePointScopeAndRoleInsufficient => role(app(fail)),
            Cause::SharePointRoleInsufficient => role(fail),
            _ => fail.hint(Hint::say(
                "A SharePoint administrator looks for a policy that limits this device or site: SharePoint admin center, Policies, Access control",
            )),
        }
    }

    fn summary(&self) -> &'static str {
        match (self.cause, self.nothing) {
            (Cause::SharePointScopeInsufficient, true) => "The app's permissions do not allow writing to the site",
            (Cause::SharePointScopeInsufficient, false) if self.plan_b && self.standing == Standing::App => {
                "The app has Sites.Manage.All instead of Sites.FullControl.All, so page permissions, authors and dates are not migrated"
            }
            (Cause::SharePointScopeInsufficient, false) if self.plan_b => {
                "The app has AllSites.Manage instead of AllSites.FullControl, so page permissions, authors and dates are not migrated"
            }
            (Cause::SharePointScopeInsufficient, false) => "The app's permissions do not suffice for page permissions, authors and dates",
            (Cause::SharePointScopeAndRoleInsufficient, true) => {
                "Neither the app's permissions nor the account's role allow writing to the site"
            }
            (Cause::SharePointScopeAndRoleInsufficient, false) => {
                "Neither the app's permissions nor the account's role suffice for page permissions, authors and dates"
            }
            (Cause::SharePointRoleInsufficient, true) => "The account may read the site but not write to it",
            (Cause::SharePointRoleInsufficient, false) => {
                "The account's role on the site does not suffice for page permissions, authors and dates"
            }
            _ => "Something other than role and app takes rights away from this account, as a policy for unmanaged devices does",
        }
    }
}

/// What is told about a site that refused, with links for this site, app and account.
pub(crate) fn site_refused(error: &SharePointError, context: &Context) -> Fail {
    let fail = error.explain();
    let site = context.site.site_url();
    let fail = match error.refusal() {
        Some(Refusal::NoAccess) if context.way.is_app() => app_kept_out(fail),
        Some(Refusal::NoAccess) => own_the_site(fail, &site, &context.account, Standing::Unknown)
            .hint(Hint::say("If the account is a member already, a policy of the organization may keep it out")),
        Some(Refusal::NotGrantedToApp) => grant_to_app(fail, &site, &context.app),
        Some(Refusal::Locked) => fail
            .hint(Hint::with(
                "A SharePoint administrator unlocks the site with this command",
                HintAction::Copy(SafeText::from(format!("Set-SPOSite -Identity {site} -LockState Unlock"))),
            ))
            .hint(Hint::with(
                "If it is archived, with this one",
                HintAction::Copy(SafeText::from(format!("Set-SPOSiteArchiveState -Identity {site} -ArchiveState Active"))),
            )),
        _ => fail,
    };
    with_error(fail, error)
}

/// The same for Graph.
pub(crate) fn graph_refused(error: &GraphError, context: &Context) -> Fail {
    let fail = error.explain();
    let fail = match error.refusal() {
        Some(GraphRefusal::ScopeMissing) => consent(fail, &context.app, context.way.is_app()),
        Some(GraphRefusal::NoAccess) if context.way.is_app() => app_kept_out(fail),
        Some(GraphRefusal::NoAccess) => own_the_site(fail, &context.site.site_url(), &context.account, Standing::Unknown),
        Some(GraphRefusal::NotGrantedToApp) => grant_to_app(fail, &context.site.site_url(), &context.app),
        _ => fail,
    };
    with_error(fail, error)
}

/// Graph's token was refused for want of consent: the migration goes on without it.
pub(crate) fn graph_not_consented(mut fail: Fail) -> Fail {
    if matches!(fail.cause, Cause::EntraConsentRequired | Cause::EntraAdminConsentRequired | Cause::EntraConsentDeclined) {
        fail.cause = Cause::GraphConsentMissing;
        fail.summary = "Nobody has approved the app's permissions on Microsoft Graph".into();
    }
    fail
}

/// An owner is not an administrator of the site: a page that leaves the owners out is closed to them.
pub(crate) fn owner_hint(site: &Url, account: &str) -> Hint {
    Hint::with(
        "As an owner the account is kept out of pages whose own permissions leave the owners out; a site administrator is not. A SharePoint administrator makes it one with this command",
        HintAction::Copy(SafeText::from(format!("Set-SPOUser -Site {site} -LoginName {account} -IsSiteCollectionAdmin $true"))),
    )
}

/// Looking people up is a permission that the recommended registration lacks.
pub(crate) fn people_hint(by_itself: bool) -> Hint {
    let kind = if by_itself { "application" } else { "delegated" };
    Hint::say(format!(
        "The app may not look people up. If the migration is to match people by their directory entries, an Entra administrator adds the {kind} Graph permission User.ReadBasic.All",
    ))
}

/// An app that has a permission on every site is not kept out for want of a role.
fn app_kept_out(mut fail: Fail) -> Fail {
    fail.summary = "The app may not open this site".into();
    fail.hint(Hint::say(
        "A policy may keep the app out although it has the permission: a SharePoint administrator looks at the site's restricted access in the SharePoint admin center, and an Entra administrator at the policies for workload identities",
    ))
}

/// A site without a Site Pages library takes files only.
pub(crate) fn no_library_hint() -> Hint {
    Hint::say(
        "An owner of the site activates the feature “Site Pages” in the site's settings, or the account is given access to the library",
    )
}

/// Pages of somebody who may not approve stay drafts.
pub(crate) fn moderation_hint() -> Hint {
    Hint::say(
        "The library wants pages to be approved, and the account may not approve them: migrated pages stay drafts until an approver publishes them",
    )
}

/// The site's lock could not be asked for.
pub(crate) fn state_unknown(error: &SharePointError) -> Fail {
    let mut fail = error.explain();
    fail.summary = "Whether the site is locked could not be read".into();
    with_error(fail, error)
}

/// The Site Pages library could not be asked for.
pub(crate) fn library_unknown(error: &SharePointError) -> Fail {
    let mut fail = error.explain();
    fail.summary = "The Site Pages library could not be read".into();
    with_error(fail, error)
}

/// The entered tenant is unknown, and the site tells its own.
pub(crate) fn site_tenant_hint(tenant: &crate::Guid) -> Hint {
    Hint::with("The site itself belongs to this tenant: copy its ID, and enter that", HintAction::Copy(SafeText::from(tenant.to_string())))
}

fn own_the_site(fail: Fail, site: &Url, account: &str, standing: Standing) -> Fail {
    let mut page = site.clone();
    page.set_path(&format!("{}/_layouts/15/user.aspx", site.path().trim_end_matches('/')));
    let ask = match standing {
        Standing::Owner => {
            "The Owners group has been given a lower level than full control: an owner or administrator of the site gives it full control on the page of its permissions"
        }
        Standing::SiteAdmin | Standing::Other | Standing::App | Standing::Unknown => {
            "An owner of the site adds the account to the site's owners on the page of its permissions"
        }
    };
    fail.hint(Hint::with(ask, HintAction::OpenUrl(page))).hint(Hint::with(
        "Or a SharePoint administrator makes it a site administrator with this command, which is the safest for a migration",
        HintAction::Copy(SafeText::from(format!("Set-SPOUser -Site {site} -LoginName {account} -IsSiteCollectionAdmin $true"))),
    ))
}

fn grant_to_app(fail: Fail, site: &Url, app: &RefusedApp) -> Fail {
    fail.hint(Hint::with(
        "A SharePoint administrator grants the site to the app with this PnP PowerShell command",
        HintAction::Copy(SafeText::from(format!(
            "Grant-PnPEntraIDAppSitePermission -AppId {} -DisplayName Wayleave -Site {site} -Permissions FullControl",
            app.client_id
        ))),
    ))
    .hint(Hint::say("Sites.Selected has to be approved for both SharePoint and Microsoft Graph"))
}

fn consent(fail: Fail, app: &RefusedApp, by_itself: bool) -> Fail {
    let text = if by_itself {
        "An Entra administrator adds the Microsoft Graph application permission Sites.FullControl.All (or Sites.Selected) to the app registration"
    } else {
        "An Entra administrator adds the delegated Microsoft Graph permission Sites.FullControl.All (or Sites.Manage.All) to the app registration"
    };
    approve(fail.hint(on_permissions_page(text, app)), app)
}

/// A hint that leads to the registration's permissions, where its cloud has a page for them.
fn on_permissions_page(text: &'static str, app: &RefusedApp) -> Hint {
    match app.cloud {
        Some(cloud) => Hint::with(text, HintAction::OpenUrl(cloud.app_page(AppPage::Permissions, &app.client_id))),
        None => Hint::say(text),
    }
}

fn approve(fail: Fail, app: &RefusedApp) -> Fail {
    fail.hint(Hint::with(
        "Then an Entra administrator approves it for everybody on this page",
        HintAction::OpenUrl(app.admin_consent.clone()),
    ))
    .hint(Hint::with(
        "Copy the link to that page, to send it to the administrator",
        HintAction::Copy(SafeText::from(app.admin_consent.to_string())),
    ))
}

fn moved(to: &Url) -> Fail {
    Fail::new(Cause::SharePointSiteMoved, format!("The site has moved to {to}"))
        .hint(Hint::with("Copy the new address, and enter that", HintAction::Copy(SafeText::from(to.to_string()))))
        .hint(Hint::with("Change the site's address", HintAction::EditField(Field::SharePointAddress)))
}

fn throttled(who: &str, retry_after: Option<Duration>) -> Fail {
    let wait = match retry_after {
        Some(wait) if wait.as_secs() >= 1 => format!("Wait {} seconds, then test again", wait.as_secs()),
        _ => "Wait a few minutes, then test again".to_owned(),
    };
    Fail::new(Cause::ServerThrottled, format!("{who} is asked too often at the moment, by this or by other programs"))
        .hint(Hint::with(wait, HintAction::Retry))
}

fn server_error(who: &str, status: u16) -> Fail {
    Fail::new(Cause::ServerError, format!("{who} failed with status {status}"))
        .hint(Hint::with("Test again in a few minutes", HintAction::Retry))
        .hint(Hint::say("If it goes on, Microsoft tells of troubles under Service health in the Microsoft 365 admin center"))
}

fn in_the_way(summary: String) -> Fail {
    Fail::new(Cause::NetworkUnexpectedAnswer, summary)
        .hint(Hint::say("If this network asks for a sign-in or for accepting its terms, do that in a browser first"))
        .hint(Hint::say("If it blocks SharePoint, ask your network team to let this address through"))
        .hint(retry())
}

fn unusable(host: &str, what: &Unusable) -> Fail {
    let summary = match what {
        Unusable::WebPage => format!("{host} answered with a web page instead of data"),
        Unusable::NotTheData => format!("{host} answered with something other than the data that was asked for"),
        Unusable::Status => format!("{host} gave an answer that the service does not give"),
        Unusable::Redirect { host: other } => format!("Instead of {host}, something on this network answers and leads to {other}"),
    };
    in_the_way(summary)
}

fn retry() -> Hint {
    Hint::with("Test again", HintAction::Retry)
}

fn show(mut fail: Fail, evidence: &Evidence) -> Fail {
    fail = fail.detail("status", evidence.status.to_string());
    let known = [
        ("code", &evidence.code),
        ("diagnostics", &evidence.diagnostics),
        ("request_id", &evidence.request_id),
        ("server_time", &evidence.date),
    ];
    for (key, value) in known {
        if let Some(value) = value {
            fail = fail.detail(key, value.clone());
        }
    }
    fail
}

fn with_error(fail: Fail, error: &dyn std::error::Error) -> Fail {
    fail.detail("error", preflight::chain(error))
}

#[cfg(test)]
mod tests;
