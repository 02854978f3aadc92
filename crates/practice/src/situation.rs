//! Situations of practice mode: a Confluence and a Microsoft cloud on this computer that behave as one story tells.

use std::io;

use crate::confluence::{Confluence, Front, RateLimit, Who};
use crate::sharepoint::{Cloud, Situation as CloudSituation};

/// Which side of a migration a situation is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Both work.
    Both,
    /// The source is special, the destination works.
    Confluence,
    /// The destination is special, the source works.
    SharePoint,
}

/// A story to practise.
#[derive(Debug)]
pub struct Situation {
    /// Its name on the command line.
    pub id: &'static str,
    /// Its name in a chooser.
    pub title: &'static str,
    /// What is the matter, in one sentence.
    pub text: &'static str,
    /// Which side it is about.
    pub side: Side,
    wiki: Wiki,
    cloud: CloudSituation,
}

/// What is the matter with the practice Confluence.
#[derive(Debug, Clone, Copy)]
enum Wiki {
    Works,
    CloudSite,
    Anonymous,
    Reader,
    NotSuper,
    TokenIgnored,
    TokenRejected,
    TooOld,
    SingleSignOn,
    LoginForm,
    SignInPopUp,
    Gate,
    BoundSession,
    CloudSignIn,
    Kerberos,
    Maintenance,
    Blocked,
    PeopleHidden,
    ReadOnly,
    OtherProduct,
}

const fn wiki(id: &'static str, title: &'static str, text: &'static str, wiki: Wiki) -> Situation {
    Situation { id, title, text, side: Side::Confluence, wiki, cloud: CloudSituation::AllWell }
}

const fn cloud(id: &'static str, title: &'static str, text: &'static str, cloud: CloudSituation) -> Situation {
    Situation { id, title, text, side: Side::SharePoint, wiki: Wiki::Works, cloud }
}

/// Every situation, in the order of the chooser.
pub static SITUATIONS: &[Situation] = &[
    Situation {
        id: "all-well",
        title: "All well",
        text: "Both sides work, and everything can be migrated",
        side: Side::Both,
        wiki: Wiki::Works,
        cloud: CloudSituation::AllWell,
    },
    wiki("confluence-cloud", "Confluence Cloud", "A Cloud site with e-mail address and API token", Wiki::CloudSite),
    wiki("anonymous", "Open wiki, no account", "Everybody may read; nobody is signed in", Wiki::Anonymous),
    wiki("reader", "An ordinary reader", "The token belongs to somebody who may only read", Wiki::Reader),
    wiki("not-super", "Administrator, but not super", "Restricted pages stay hidden from this administrator", Wiki::NotSuper),
    wiki("token-ignored", "Token silently ignored", "The server answers, but as if nobody had signed in", Wiki::TokenIgnored),
    wiki("token-rejected", "Token rejected", "The wiki is closed and does not know the token", Wiki::TokenRejected),
    wiki("too-old-for-tokens", "Too old for tokens", "Confluence 7.4 has no personal access tokens", Wiki::TooOld),
    wiki("single-sign-on", "Single sign-on in front", "An identity provider's page stands before the wiki", Wiki::SingleSignOn),
    wiki("login-form", "Sign-in page only", "Tokens are switched off; people sign in on the wiki's own page", Wiki::LoginForm),
    wiki("sign-in-pop-up", "Sign-in in a pop-up", "The identity provider opens in a window of its own", Wiki::SignInPopUp),
    wiki("gate", "A gate in front", "Remote access has a sign-in page of its own before the wiki's", Wiki::Gate),
    wiki("bound-session", "Session bound to the browser", "Sessions work only in the browser that opened them", Wiki::BoundSession),
    wiki("cloud-sign-in", "Cloud, signed in by page", "The API token is revoked; the sign-in page works", Wiki::CloudSignIn),
    wiki("kerberos", "Kerberos in front", "The server wants a Windows sign-in", Wiki::Kerberos),
    wiki("maintenance", "Under maintenance", "The wiki is being upgraded", Wiki::Maintenance),
    wiki("rate-limit-blocked", "Blocked by rate limit", "An administrator blocks all API requests", Wiki::Blocked),
    wiki("people-hidden", "People are hidden", "This account may not look up users and groups", Wiki::PeopleHidden),
    wiki("read-only", "Wiki is read-only", "Read-only mode is on: fine for a source", Wiki::ReadOnly),
    wiki("not-confluence", "Not Confluence at all", "Another web server answers at the address", Wiki::OtherProduct),
    cloud("plan-b", "Plan B permissions", "The app may manage content, but has no full control", CloudSituation::PlanB),
    cloud("member", "Site member", "The account may edit pages, and no more", CloudSituation::Member),
    cloud("visitor", "Site visitor", "The account may only read the site", CloudSituation::Visitor),
    cloud("guest", "Guest account", "The account comes from another organization", CloudSituation::Guest),
    cloud("second-factor", "Second factor", "The sign-in asks for a second factor", CloudSituation::SecondFactor),
    cloud(
        "graph-consent-missing",
        "Graph not approved",
        "SharePoint is approved for the app, Microsoft Graph is not",
        CloudSituation::GraphConsentMissing,
    ),
    cloud(
        "admin-consent-required",
        "Administrator must approve",
        "Nobody has approved the app's permissions yet",
        CloudSituation::AdminConsentRequired,
    ),
    cloud("not-assigned", "Not assigned to the app", "Only assigned people may use the app", CloudSituation::NotAssigned),
    cloud(
        "blocked-by-policy",
        "Blocked by Conditional Access",
        "A policy of the organization blocks the sign-in",
        CloudSituation::BlockedByPolicy,
    ),
    cloud(
        "redirect-uri",
        "Return address missing",
        "The app registration lacks http://localhost",
        CloudSituation::RedirectUriNotRegistered,
    ),
    cloud("web-app", "Registered as a web app", "The return address stands under the wrong platform", CloudSituation::RegisteredAsWebApp),
    cloud("app-not-found", "Unknown client ID", "No app with this ID exists in the tenant", CloudSituation::AppNotFound),
    cloud("wrong-account", "Account of another tenant", "The person has no account in this tenant", CloudSituation::WrongAccount),
    cloud("wrong-tenant", "Wrong tenant entered", "The site belongs to another tenant", CloudSituation::WrongTenant),
    cloud("site-read-only", "Site is read-only", "The site is locked for changes", CloudSituation::SiteReadOnly),
    cloud("site-archived", "Site is archived", "The site has to be reactivated first", CloudSituation::SiteArchived),
    cloud("site-missing", "No such site", "Nothing is at this address", CloudSituation::SiteMissing),
    cloud("no-site-access", "No access to the site", "The account may not open the site", CloudSituation::NoRole),
    cloud("no-sharepoint-plan", "No SharePoint plan", "The tenant has no SharePoint subscription", CloudSituation::NoSharePointPlan),
    cloud("clock-wrong", "Wrong clock", "This computer's clock is twenty minutes off", CloudSituation::ClockWrong),
    cloud("app-only", "App by itself", "The app signs in with a certificate, without a person", CloudSituation::AppOnly),
    cloud("app-plan-b", "App by itself, plan B", "The app may manage content, but has no full control", CloudSituation::AppPlanB),
    cloud("app-selected", "App for selected sites", "The app was granted exactly this site", CloudSituation::AppSelected),
    cloud("app-not-granted", "App without this site", "The app is for selected sites, and this is none", CloudSituation::AppNotGranted),
    cloud(
        "app-without-permission",
        "App without permissions",
        "The app signs in with a certificate, and may do nothing",
        CloudSituation::AppWithoutPermission,
    ),
    cloud("certificate-unknown", "Certificate not uploaded", "The app does not know the certificate", CloudSituation::CertificateUnknown),
];

/// The situation of that name.
pub fn find(id: &str) -> Option<&'static Situation> {
    SITUATIONS.iter().find(|situation| situation.id == id)
}

/// How a person signs in to the practice Confluence.
#[derive(Debug, Clone)]
pub struct WikiSignIn {
    /// What to enter as the token; empty for no sign-in.
    pub token: String,
    /// The e-mail address, for Cloud.
    pub email: Option<&'static str>,
    /// The story is about signing in on a page in the browser: the token does not get in.
    pub interactive: bool,
}

/// A story that is being played: its servers run until it is dropped.
#[derive(Debug)]
pub struct Stage {
    /// The story.
    pub situation: &'static Situation,
    /// The source.
    pub confluence: Confluence,
    /// The destination.
    pub cloud: Cloud,
    /// How to sign in to the source.
    pub sign_in: WikiSignIn,
}

impl Stage {
    /// Starts the servers of a story.
    pub async fn start(situation: &'static Situation) -> io::Result<Self> {
        let (confluence, sign_in) = situation.wiki.start().await?;
        let cloud = Cloud::start(situation.cloud).await?;
        Ok(Self { situation, confluence, cloud, sign_in })
    }
}

impl Wiki {
    async fn start(self) -> io::Result<(Confluence, WikiSignIn)> {
        let builder = Confluence::builder().context("/wiki");
        let builder = match self {
            Self::CloudSite | Self::CloudSignIn => Confluence::builder().cloud(),
            Self::Anonymous | Self::TokenIgnored => builder.anonymous(true),
            Self::TooOld => builder.data_center("7.4"),
            Self::Reader => builder.data_center("8.5"),
            Self::SingleSignOn => builder.front(Front::IdpRedirect),
            Self::LoginForm => builder.switches(|switches| (switches.tokens, switches.csp) = (false, true)),
            Self::SignInPopUp => builder.front(Front::IdpPopup).switches(|switches| switches.tokens = false),
            Self::Gate => builder.front(Front::GatePage),
            Self::BoundSession => builder.switches(|switches| (switches.tokens, switches.bound_sessions) = (false, true)),
            Self::Kerberos => builder.front(Front::Negotiate),
            Self::Maintenance => builder.front(Front::Maintenance),
            Self::OtherProduct => builder.front(Front::Nginx),
            Self::Blocked => builder.rate_limit(RateLimit::Blocked),
            Self::PeopleHidden => builder.switches(|switches| switches.browse_users = false),
            Self::ReadOnly => builder.switches(|switches| switches.read_only = true),
            Self::Works | Self::NotSuper | Self::TokenRejected => builder,
        };
        let confluence = builder.start().await?;
        let token = match self {
            Self::Anonymous => String::new(),
            Self::TokenIgnored | Self::TokenRejected => format!("{}-expired", Who::Super.pat()),
            Self::CloudSite => Who::Super.api_token(),
            Self::CloudSignIn => format!("{}-revoked", Who::Super.api_token()),
            Self::Reader | Self::PeopleHidden => Who::Reader.pat(),
            Self::NotSuper => Who::Admin.pat(),
            _ => Who::Super.pat(),
        };
        let email = matches!(self, Self::CloudSite | Self::CloudSignIn).then_some(Who::Super.email());
        let interactive =
            matches!(self, Self::LoginForm | Self::SingleSignOn | Self::SignInPopUp | Self::Gate | Self::BoundSession | Self::CloudSignIn);
        Ok((confluence, WikiSignIn { token, email, interactive }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique() {
        for situation in SITUATIONS {
            assert_eq!(SITUATIONS.iter().filter(|other| other.id == situation.id).count(), 1, "{}", situation.id);
            assert!(!situation.text.ends_with('.') && !situation.title.is_empty());
        }
        assert!(SITUATIONS.len() >= 12);
    }

    #[tokio::test]
    async fn every_story_starts() {
        for situation in SITUATIONS {
            let stage = Stage::start(situation).await.expect(situation.id);
            assert!(stage.confluence.base().starts_with("http://127.0.0.1:"), "{}", situation.id);
        }
    }
}
