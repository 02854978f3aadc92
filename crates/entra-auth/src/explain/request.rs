//! The request to the administrator: for every cause that somebody else can mend, what to ask of whom, with the links and lines for this
//! tenant, app and site.
//!
//! Roles: Microsoft, "Microsoft Entra built-in roles" and "Grant tenant-wide admin consent to an application". Approval pages: Microsoft,
//! "Admin consent on the Microsoft identity platform" (with `scope`) and "OAuth 2.0 client credentials flow" (the form without it, which
//! approves whatever the registration asks for).

use preflight::{AdminRequest, Ask, AskWay, Cause, CheckResult, Outcome, Report, RequestFact, SafeText, TargetKind};

use super::commands;
use crate::{AppPage, Authority, Cloud, Settings, Tenant};

const ENTRA_APPS: &str = "an Application Administrator or Cloud Application Administrator of the organization";
const ENTRA_ROLES: &str = "a Privileged Role Administrator of the organization";
const REGISTRATION: &str = "an owner of the app registration, or an Application Administrator of the organization";
const RULES: &str = "a Conditional Access Administrator or Security Administrator of the organization";
const ACCOUNTS: &str = "a User Administrator of the organization";
const SHAREPOINT: &str = "a SharePoint Administrator of the organization";
const OWNERS: &str = "an owner of the site, or a SharePoint Administrator of the organization";

/// What to ask of an administrator, where one can mend what these tests found. All of them are of one sign-in: with several sites there is
/// one request for all.
pub fn admin_request(reports: &[&Report], settings: &Settings) -> Option<AdminRequest> {
    let reports: Vec<&Report> = reports.iter().copied().filter(|report| report.target.kind == TargetKind::SharePoint).collect();
    let desk = Desk::new(&reports, settings);
    let mut asks: Vec<Ask> = Vec::new();
    let mut first: Option<(&Report, &CheckResult, Cause)> = None;
    let mut sites: Vec<SafeText> = Vec::new();
    for report in &reports {
        let mut about_this_site = false;
        for (check, cause) in lacking(report) {
            let mends = desk.mend(cause, report);
            if mends.is_empty() {
                continue;
            }
            about_this_site = true;
            first = first.or(Some((report, check, cause)));
            for ask in mends {
                add(&mut asks, ask);
            }
        }
        if about_this_site && !sites.contains(&report.target.address) {
            sites.push(report.target.address.clone());
        }
    }
    let (report, check, cause) = first?;
    let place = match sites.as_slice() {
        [one] => one.to_string(),
        many => format!("{} sites", many.len()),
    };
    Some(AdminRequest {
        subject: format!("Wiki migration to {place}: {}", topic(cause)).into(),
        cause,
        sentence: check.summary.clone(),
        sites,
        asks,
        facts: desk.facts(report, check, cause),
    })
}

/// Everything that failed or works with less, the decisive one first.
fn lacking(report: &Report) -> Vec<(&CheckResult, Cause)> {
    let of = |outcome| report.checks.iter().filter(move |check| check.outcome == outcome);
    let all = of(Outcome::Failed).chain(of(Outcome::Limited));
    all.filter_map(|check| check.cause.map(|cause| (check, cause))).collect()
}

/// The same thing is asked once; what differs is only the sites that its commands are about.
fn add(asks: &mut Vec<Ask>, ask: Ask) {
    match asks.iter_mut().find(|known| known.text == ask.text && known.whom == ask.whom) {
        None => asks.push(ask),
        Some(known) => {
            for way in ask.ways {
                if !known.ways.contains(&way) {
                    known.ways.push(way);
                }
            }
        }
    }
}

/// What it is about, for a subject line.
fn topic(cause: Cause) -> &'static str {
    match cause {
        Cause::EntraConsentRequired | Cause::EntraAdminConsentRequired | Cause::EntraConsentDeclined | Cause::GraphConsentMissing => {
            "approval of an app"
        }
        Cause::EntraUserNotAssigned => "assignment to an app",
        Cause::EntraConditionalAccess | Cause::EntraDeviceRequired | Cause::EntraDeviceCodeBlocked | Cause::SharePointPolicyBlocked => {
            "a rule keeps the migration out"
        }
        Cause::EntraAppDisabled => "an app that is switched off",
        Cause::EntraRedirectUri
        | Cause::EntraPublicClientDisabled
        | Cause::EntraAppType
        | Cause::EntraAppNotFound
        | Cause::EntraResourceNotAvailable
        | Cause::EntraSecretRejected
        | Cause::EntraSecretExpired
        | Cause::EntraCertificateRejected
        | Cause::EntraCertificateExpired
        | Cause::SharePointAppOnlySecretRefused => "the app registration",
        Cause::EntraAccountNotInTenant | Cause::EntraAccountBlocked | Cause::EntraPasswordExpired => "an account",
        Cause::SharePointSiteLocked | Cause::SharePointSiteReadOnly => "a locked site",
        Cause::SharePointNotGrantedToApp | Cause::SharePointScopeInsufficient => "permissions of an app",
        Cause::GraphNoSharePointLicence => "a plan with SharePoint",
        _ => "access to a site",
    }
}

/// What every sentence is about: this app in this tenant of this cloud.
struct Desk<'a> {
    settings: &'a Settings,
    authority: Option<Authority>,
    app: &'a str,
    by_itself: bool,
    /// The app is one that is granted sites one by one, as far as that was told.
    selected: bool,
}

impl<'a> Desk<'a> {
    fn new(reports: &[&Report], settings: &'a Settings) -> Self {
        let told = reports.iter().find_map(|report| detail(report, "sharepoint.tenant", "tenant"));
        let tenant = told.and_then(|text| Tenant::parse(text.as_str()).ok()).or_else(|| settings.tenant.clone());
        let authority = tenant.and_then(|tenant| match &settings.authority {
            Some(address) => Authority::custom(address, tenant).ok(),
            None => Some(Authority::of(settings.cloud(), tenant)),
        });
        Self {
            settings,
            authority,
            app: settings.client_id.as_str(),
            by_itself: settings.method.way().is_app(),
            selected: reports.iter().any(|report| granted_only_selected(report)),
        }
    }

    fn mend(&self, cause: Cause, report: &Report) -> Vec<Ask> {
        let site = report.target.address.as_str();
        match cause {
            Cause::EntraConsentRequired | Cause::EntraAdminConsentRequired | Cause::EntraConsentDeclined | Cause::EntraResourceNotAvailable => {
                vec![self.consent(true, true)]
            }
            Cause::GraphConsentMissing => vec![self.consent(false, true)],
            Cause::EntraUserNotAssigned => vec![self.assign(report)],
            Cause::EntraConditionalAccess | Cause::EntraDeviceRequired | Cause::EntraDeviceCodeBlocked => vec![self.rule(cause)],
            Cause::EntraAppDisabled => vec![ask(
                "Switch the app on: set “Enabled for users to sign-in?” to Yes",
                ENTRA_APPS,
                vec![self.enterprise_app("Properties")],
            )],
            Cause::EntraRedirectUri => vec![self.desktop("Register the return address http://localhost for the platform “Mobile and desktop applications”")],
            Cause::EntraPublicClientDisabled => vec![self.desktop(
                "Set the app up as a desktop app: http://localhost under “Mobile and desktop applications” (not under “Web”), and “Allow public client flows” set to Yes",
            )],
            Cause::EntraAppType => vec![self.desktop(
                "Make the registration fit this sign-in: http://localhost under “Mobile and desktop applications” for people, a certificate for an app by itself",
            )],
            Cause::EntraAppNotFound => vec![ask(
                "Tell me the “Application (client) ID” of the app that the migration is to use in this tenant, or register one",
                REGISTRATION,
                vec![AskWay::Path("Entra admin center > App registrations > New registration".into())],
            )],
            Cause::EntraSecretRejected | Cause::EntraSecretExpired => vec![ask(
                "Make a new client secret for the app, and give me its value (not its ID) on a safe way",
                REGISTRATION,
                vec![self.registration("Certificates & secrets > Client secrets > New client secret", AppPage::Overview)],
            )],
            Cause::EntraCertificateRejected | Cause::EntraCertificateExpired | Cause::SharePointAppOnlySecretRefused => vec![self.certificate()],
            Cause::EntraAccountNotInTenant => vec![ask(
                "Invite the account as a guest, or give me an account of the organization",
                ACCOUNTS,
                vec![AskWay::Path("Entra admin center > Users > New user > Invite external user".into())],
            )],
            Cause::EntraAccountBlocked => vec![ask(
                "Unlock or enable the account",
                ACCOUNTS,
                vec![AskWay::Path("Entra admin center > Users > the account > Edit properties > Settings > Account enabled".into())],
            )],
            Cause::EntraPasswordExpired => vec![ask(
                "Reset the account's password",
                ACCOUNTS,
                vec![AskWay::Path("Entra admin center > Users > the account > Reset password".into())],
            )],
            Cause::SharePointNoAccess | Cause::SharePointRoleInsufficient if self.by_itself => vec![self.rule(cause)],
            Cause::SharePointNoAccess | Cause::SharePointRoleInsufficient => vec![role(site, report)],
            Cause::SharePointScopeInsufficient => self.scope(site, report),
            Cause::SharePointScopeAndRoleInsufficient => {
                let mut asks = self.scope(site, report);
                asks.push(role(site, report));
                asks
            }
            Cause::SharePointNotGrantedToApp => vec![self.grant(site)],
            Cause::SharePointSiteReadOnly => vec![ask(
                "Unlock the site, which is read-only, until the migration is over; if its storage is full, raise its limit instead",
                SHAREPOINT,
                commands::unlock(site),
            )],
            Cause::SharePointSiteLocked => vec![
                ask("If the site is locked, unlock it", SHAREPOINT, commands::unlock(site)),
                ask("If the site is archived, reactivate it", SHAREPOINT, commands::unarchive(site)),
            ],
            Cause::SharePointPolicyBlocked => vec![ask(
                "Find the policy that keeps this account out of the site from this device or network, and exclude the migration from it",
                SHAREPOINT,
                vec![
                    AskWay::Path("SharePoint admin center > Policies > Access control (unmanaged devices, network location)".into()),
                    AskWay::Path("SharePoint admin center > Active sites > the site > Settings > Restricted site access".into()),
                ],
            )],
            Cause::GraphNoSharePointLicence => vec![ask(
                "Add a plan with SharePoint Online to the organization, or tell me the tenant that has one",
                "a Billing Administrator of the organization",
                vec![AskWay::Path("Microsoft 365 admin center > Billing > Your products".into())],
            )],
            _ => Vec::new(),
        }
    }

    /// Approval of what the app asks for, of one resource or both.
    fn consent(&self, sharepoint: bool, graph: bool) -> Ask {
        let (of_sharepoint, of_graph): (&[&str], &[&str]) = match (self.by_itself, self.selected) {
            (false, _) => (&["AllSites.FullControl"], &["Sites.FullControl.All", "User.Read"]),
            (true, true) => (&["Sites.Selected"], &["Sites.Selected"]),
            (true, false) => (&["Sites.FullControl.All"], &["Sites.FullControl.All"]),
        };
        let kind = if self.by_itself { "application" } else { "delegated" };
        let resources = [("SharePoint", of_sharepoint, sharepoint), ("Microsoft Graph", of_graph, graph)];
        let named: Vec<String> = resources
            .iter()
            .filter(|(_, _, wanted)| *wanted)
            .map(|(resource, permissions, _)| format!("{resource} {}", permissions.join(" and ")))
            .collect();
        let text = format!("Approve the app for the organization, with the {kind} permissions {}", named.join(", "));
        let mut ways = Vec::new();
        if let Some(authority) = &self.authority {
            ways.push(AskWay::page(
                "Approve everything that the registration asks for, which has to hold these permissions",
                authority.admin_consent(&self.settings.client_id).to_string(),
            ));
            let site = self.settings.site.origin().to_string();
            let graph_host = authority.cloud().unwrap_or_else(|| self.settings.cloud()).graph().to_string();
            for (name, host, permissions, wanted) in
                [("SharePoint", site, of_sharepoint, sharepoint), ("Microsoft Graph", graph_host, of_graph, graph)]
            {
                if wanted && !self.by_itself {
                    let scopes: Vec<String> = permissions.iter().map(|permission| format!("{host}/{permission}")).collect();
                    let url = authority.admin_consent_to(&self.settings.client_id, &scopes.join(" "));
                    ways.push(AskWay::page(
                        format!("Or approve exactly this for {name} (that the browser then cannot reach localhost does not matter)"),
                        url.to_string(),
                    ));
                }
            }
        }
        ways.push(self.registration("API permissions > Add a permission, then Grant admin consent", AppPage::Permissions));
        if self.settings.cloud() == Cloud::Public {
            let full = |resource: &str, permissions: &[&str]| -> Vec<String> {
                permissions.iter().map(|permission| format!("{resource}/{permission}")).collect()
            };
            let mut all = if sharepoint { full(commands::SHAREPOINT_RESOURCE, of_sharepoint) } else { Vec::new() };
            all.extend(if graph { full("https://graph.microsoft.com", of_graph) } else { Vec::new() });
            ways.push(commands::add_permissions(self.app, &all, self.by_itself));
        }
        ask(text, if self.by_itself { ENTRA_ROLES } else { ENTRA_APPS }, ways)
    }

    fn assign(&self, report: &Report) -> Ask {
        let who = account(report).unwrap_or_else(|| "my account".to_owned());
        ask(
            format!("Assign {who} to the app, or set “Assignment required?” to No"),
            ENTRA_APPS,
            vec![self.enterprise_app("Users and groups > Add user/group")],
        )
    }

    fn rule(&self, cause: Cause) -> Ask {
        let text = match cause {
            Cause::EntraDeviceCodeBlocked => {
                "Allow sign-in by device code for this account and app, or let me know that I am to use another way"
            }
            Cause::EntraDeviceRequired => "Allow this account to sign in to the app from this computer, or register the computer",
            Cause::EntraConditionalAccess => {
                "Find the sign-in rule that blocks this, and exclude this account and app from it until the migration is over"
            }
            _ => "Find the policy that keeps the app out of the site, and exclude the app from it until the migration is over",
        };
        let mut ways = vec![AskWay::Path(
            "Entra admin center > Monitoring & health > Sign-in logs > find the event by the ids below > Conditional Access".into(),
        )];
        if self.settings.cloud() == Cloud::Public {
            ways.insert(
                0,
                AskWay::page(
                    "The sign-in rules (Conditional Access policies)",
                    "https://entra.microsoft.com/#view/Microsoft_AAD_ConditionalAccess/ConditionalAccessBlade/~/Policies",
                ),
            );
        }
        ask(text, RULES, ways)
    }

    fn desktop(&self, text: &'static str) -> Ask {
        ask(text, REGISTRATION, vec![self.registration("Authentication", AppPage::Authentication), commands::desktop_app(self.app)])
    }

    fn certificate(&self) -> Ask {
        ask(
            "Upload the certificate that I send along (its public part, a .cer file) to the app registration",
            REGISTRATION,
            vec![self.registration("Certificates & secrets > Certificates > Upload certificate", AppPage::Overview)],
        )
    }

    fn scope(&self, site: &str, report: &Report) -> Vec<Ask> {
        if self.by_itself && granted_only_selected(report) {
            return vec![self.grant(site)];
        }
        vec![self.consent(true, false)]
    }

    fn grant(&self, site: &str) -> Ask {
        ask(
            "Grant the site to the app, which may use only sites that it was granted one by one (Sites.Selected)",
            SHAREPOINT,
            commands::grant_site(site, self.app),
        )
    }

    fn registration(&self, path: &str, page: AppPage) -> AskWay {
        let path = format!("App registrations > the app {} > {path}", self.app);
        match self.authority.as_ref().and_then(Authority::cloud) {
            Some(cloud) => AskWay::page(path, cloud.app_page(page, &self.settings.client_id).to_string()),
            None => AskWay::Path(format!("Entra admin center > {path}").into()),
        }
    }

    fn enterprise_app(&self, path: &str) -> AskWay {
        AskWay::Path(format!("Entra admin center > Enterprise applications > the app {} > {path}", self.app).into())
    }

    fn facts(&self, report: &Report, check: &CheckResult, cause: Cause) -> Vec<RequestFact> {
        let fact = |key, value: SafeText| RequestFact { key, value };
        let mut facts = vec![fact("cause", cause.as_str().into()), fact("app", self.app.to_owned().into())];
        let identity = report.identity.as_ref();
        facts.extend(account(report).map(|who| fact("account", who.into())));
        let tenant = identity.and_then(|who| who.tenant.clone()).or_else(|| detail(report, "sharepoint.tenant", "tenant").cloned());
        facts.extend(tenant.map(|tenant| fact("tenant", tenant)));
        facts.push(fact("tested_at", report.started_at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string().into()));
        for key in ["aadsts", "trace_id", "correlation_id", "timestamp", "request_id", "server_time", "lock_issue"] {
            facts.extend(check.details.iter().find(|detail| detail.key == key).map(|detail| fact(key, detail.value.clone())));
        }
        facts
    }
}

fn role(site: &str, report: &Report) -> Ask {
    let Some(who) = account(report) else { return ask("Give my account full control of the site", OWNERS, Vec::new()) };
    let mut ways = commands::make_site_admin(site, &who);
    ways.push(AskWay::Path("SharePoint admin center > Active sites > the site > Membership > Site admins".into()));
    ask(format!("Make {who} an administrator of the site until the migration is over"), OWNERS, ways)
}

fn ask(text: impl Into<SafeText>, whom: &'static str, ways: Vec<AskWay>) -> Ask {
    Ask { text: text.into(), whom: whom.into(), ways }
}

fn detail<'a>(report: &'a Report, check: &str, key: &str) -> Option<&'a SafeText> {
    let check = report.checks.iter().find(|result| result.id.0 == check)?;
    check.details.iter().find(|detail| detail.key == key).map(|detail| &detail.value)
}

/// The account as the site's administrators know it: a guest has another name there than at home.
fn account(report: &Report) -> Option<String> {
    let on_site =
        detail(report, "sharepoint.rights", "known_to_the_site_as").map(|claim| claim.as_str().rsplit('|').next().unwrap_or_default());
    let signed_in = report.identity.as_ref().and_then(|who| who.account.as_ref()).map(SafeText::as_str);
    on_site.or(signed_in).map(str::to_owned).filter(|who| !who.is_empty())
}

fn granted_only_selected(report: &Report) -> bool {
    detail(report, "sharepoint.sharepoint_token", "granted").is_some_and(|granted| granted.as_str() == "Sites.Selected")
}

#[cfg(test)]
mod tests;
