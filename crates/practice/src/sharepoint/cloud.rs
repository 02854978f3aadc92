//! A whole practice cloud: Entra ID, SharePoint and Graph together, with a tenant ready to sign in to.

use std::io;

use crate::Server;
use crate::entra::{
    App, Block, ClientCertificate, Clock, Entra, Fault, GRAPH_APP_ID, Platform, Policy, Resource, SHAREPOINT_APP_ID, SigningKey, Tenant,
    User,
};
use crate::markers::Kind;
use crate::server::Bound;
use crate::tls::Authority;

use super::{BasePermissions, Role, SharePoint, Site, SiteState};

/// What is the matter in the practice cloud.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Situation {
    /// Everything is granted and the person owns the site.
    AllWell,
    /// The registration asks for `AllSites.Manage` only, which needs no administrator.
    PlanB,
    /// The person is in the Owners group without being site collection administrator.
    OwnersGroup,
    /// The person is in the Members group.
    Member,
    /// The person is in the Visitors group.
    Visitor,
    /// The person has no role on the site.
    NoRole,
    /// Owner of a site on which custom scripts are off.
    NoScriptOwner,
    /// The Site Pages library has permissions of its own, in which the person may only read.
    LibraryReadOnly,
    /// A guest from another organization is a member of the site.
    Guest,
    /// The account asks for a second factor.
    SecondFactor,
    /// SharePoint is consented to and Graph is not.
    GraphConsentMissing,
    /// The registration asks for full control and nobody has consented.
    AdminConsentRequired,
    /// The app may be used by assigned people only, and the person is not among them.
    NotAssigned,
    /// A Conditional Access policy blocks the sign-in.
    BlockedByPolicy,
    /// A Conditional Access policy asks for a compliant device.
    DeviceRequired,
    /// The registration lists another return address.
    RedirectUriNotRegistered,
    /// The return address is registered under the platform Web.
    RegisteredAsWebApp,
    /// No app with that client id exists in the tenant.
    AppNotFound,
    /// An administrator has switched the app off.
    AppDisabled,
    /// The account belongs to another organization and is no guest here.
    WrongAccount,
    /// Another tenant is entered than the one the site belongs to.
    WrongTenant,
    /// The site is locked for changes.
    SiteReadOnly,
    /// The site is locked for everybody.
    SiteNoAccess,
    /// The site is archived.
    SiteArchived,
    /// No site stands at the address.
    SiteMissing,
    /// The site's host was renamed.
    SiteMoved,
    /// The tenant has no SharePoint plan.
    NoSharePointPlan,
    /// The tenant has no SharePoint service at all.
    NoSharePointService,
    /// The sign-in service is unavailable.
    SignInUnavailable,
    /// This computer's clock and the service's are twenty minutes apart.
    ClockWrong,
    /// An app signs in by itself, with a certificate and full control.
    AppOnly,
    /// The same with permissions for content only.
    AppPlanB,
    /// The same for selected sites, of which the site is one.
    AppSelected,
    /// The same for selected sites, and nobody has selected the site.
    AppNotGranted,
    /// The same with no application permission at all: a token comes, and is good for nothing.
    AppWithoutPermission,
    /// The app's certificate was never uploaded.
    CertificateUnknown,
}

impl Situation {
    /// All of them, in the order a chooser shows them.
    pub const ALL: [Self; 36] = [
        Self::AllWell,
        Self::PlanB,
        Self::OwnersGroup,
        Self::Member,
        Self::Visitor,
        Self::NoRole,
        Self::NoScriptOwner,
        Self::LibraryReadOnly,
        Self::Guest,
        Self::SecondFactor,
        Self::GraphConsentMissing,
        Self::AdminConsentRequired,
        Self::NotAssigned,
        Self::BlockedByPolicy,
        Self::DeviceRequired,
        Self::RedirectUriNotRegistered,
        Self::RegisteredAsWebApp,
        Self::AppNotFound,
        Self::AppDisabled,
        Self::WrongAccount,
        Self::WrongTenant,
        Self::SiteReadOnly,
        Self::SiteNoAccess,
        Self::SiteArchived,
        Self::SiteMissing,
        Self::SiteMoved,
        Self::NoSharePointPlan,
        Self::NoSharePointService,
        Self::SignInUnavailable,
        Self::ClockWrong,
        Self::AppOnly,
        Self::AppPlanB,
        Self::AppSelected,
        Self::AppNotGranted,
        Self::AppWithoutPermission,
        Self::CertificateUnknown,
    ];

    /// Its name on the command line.
    pub fn slug(self) -> &'static str {
        self.words().0
    }

    /// Its name in a chooser.
    pub fn title(self) -> &'static str {
        self.words().1
    }

    /// The situation of that name.
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|situation| situation.slug() == slug)
    }

    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::AllWell => ("all-well", "All well"),
            Self::PlanB => ("plan-b", "Plan B: the app may manage content only"),
            Self::OwnersGroup => ("owners-group", "In the Owners group, not site administrator"),
            Self::Member => ("member", "The account is a member of the site"),
            Self::Visitor => ("visitor", "The account may only read"),
            Self::NoRole => ("no-role", "The account has no access to the site"),
            Self::NoScriptOwner => ("no-script-owner", "Owner of a site without custom scripts"),
            Self::LibraryReadOnly => ("library-read-only", "Site Pages has permissions of its own"),
            Self::Guest => ("guest", "A guest account"),
            Self::SecondFactor => ("second-factor", "The account asks for a second factor"),
            Self::GraphConsentMissing => ("graph-consent-missing", "Consent missing for Microsoft Graph"),
            Self::AdminConsentRequired => ("admin-consent-required", "An administrator has to consent"),
            Self::NotAssigned => ("not-assigned", "The account is not assigned to the app"),
            Self::BlockedByPolicy => ("blocked-by-policy", "Blocked by Conditional Access"),
            Self::DeviceRequired => ("device-required", "A managed device is required"),
            Self::RedirectUriNotRegistered => ("redirect-uri", "The return address is not registered"),
            Self::RegisteredAsWebApp => ("web-app", "The app is registered as a web app"),
            Self::AppNotFound => ("app-not-found", "The client ID is unknown"),
            Self::AppDisabled => ("app-disabled", "The app is switched off"),
            Self::WrongAccount => ("wrong-account", "An account of another organization"),
            Self::WrongTenant => ("wrong-tenant", "The site belongs to another tenant"),
            Self::SiteReadOnly => ("site-read-only", "The site is locked for changes"),
            Self::SiteNoAccess => ("site-no-access", "The site is locked"),
            Self::SiteArchived => ("site-archived", "The site is archived"),
            Self::SiteMissing => ("site-missing", "No site at this address"),
            Self::SiteMoved => ("site-moved", "The site has moved to another host"),
            Self::NoSharePointPlan => ("no-sharepoint-plan", "The tenant has no SharePoint plan"),
            Self::NoSharePointService => ("no-sharepoint-service", "The tenant has no SharePoint service"),
            Self::SignInUnavailable => ("sign-in-unavailable", "The sign-in service is unavailable"),
            Self::ClockWrong => ("clock-wrong", "This computer's clock is wrong"),
            Self::AppOnly => ("app-only", "An app by itself, with a certificate"),
            Self::AppPlanB => ("app-plan-b", "An app by itself that may manage content only"),
            Self::AppSelected => ("app-selected", "An app by itself, for selected sites"),
            Self::AppNotGranted => ("app-not-granted", "An app by itself, and the site not selected"),
            Self::AppWithoutPermission => ("app-without-permission", "An app by itself, without any permission"),
            Self::CertificateUnknown => ("certificate-unknown", "An app by itself, its certificate not uploaded"),
        }
    }

    /// Whether an app signs in by itself, with a certificate.
    pub const fn is_of_an_app(self) -> bool {
        matches!(
            self,
            Self::AppOnly
                | Self::AppPlanB
                | Self::AppSelected
                | Self::AppNotGranted
                | Self::AppWithoutPermission
                | Self::CertificateUnknown
        )
    }
}

/// The client id of the practice app.
pub const CLIENT_ID: &str = "6f1d2c3a-8b47-4e59-a0c6-2d9e7b5f4a11";
/// A client id that no app has.
const UNKNOWN_CLIENT_ID: &str = "0c9d8e7f-6a5b-4c3d-9e2f-1a0b9c8d7e6f";

/// How a practice cloud is served.
#[derive(Debug, Default)]
pub struct CloudBuilder<'a> {
    authority: Option<&'a Authority>,
    clock: Clock,
}

impl<'a> CloudBuilder<'a> {
    /// Serves HTTPS on `localhost` with certificates of this authority instead of plain HTTP on `127.0.0.1`.
    #[must_use]
    pub fn https(mut self, authority: &'a Authority) -> Self {
        self.authority = Some(authority);
        self
    }

    /// Lives by this clock.
    #[must_use]
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// Starts everything in a situation.
    pub async fn start(self, situation: Situation) -> io::Result<Cloud> {
        let (entra_port, sharepoint_port, graph_port) = match self.authority {
            Some(authority) => {
                let identity = authority.issue(&["localhost"])?;
                (Bound::https(&identity).await?, Bound::https(&identity).await?, Bound::https(&identity).await?)
            }
            None => (Bound::http().await?, Bound::http().await?, Bound::http().await?),
        };
        let origins = Origins {
            entra: entra_port.origin().to_owned(),
            sharepoint: sharepoint_port.origin().to_owned(),
            graph: graph_port.origin().to_owned(),
        };
        // making the key takes a moment the first time, which nobody else on this runtime should wait for
        let keys = move || {
            SigningKey::shared();
            situation.is_of_an_app().then(ClientCertificate::shared).transpose()
        };
        let certificate = tokio::task::spawn_blocking(keys).await.map_err(io::Error::other)??;
        let plan = Plan::of(situation, &origins, self.clock);
        if let Some(certificate) = certificate.as_ref().filter(|_| situation != Situation::CertificateUnknown) {
            plan.entra.edit_app(CLIENT_ID, |app| app.certificates.push(certificate.der()));
        }
        let entra_server = entra_port.serve(plan.entra.router());
        let sharepoint_server = sharepoint_port.serve(plan.sharepoint.router());
        let graph_server = graph_port.serve(plan.sharepoint.graph_router());
        Ok(Cloud {
            entra: plan.entra,
            sharepoint: plan.sharepoint,
            situation,
            tenant: plan.tenant,
            tenant_to_enter: plan.tenant_to_enter,
            client_id: plan.client_id,
            site_path: plan.site_path,
            user: plan.user,
            certificate,
            entra_server,
            sharepoint_server,
            graph_server,
        })
    }
}

/// A running practice cloud; dropping it stops it.
#[derive(Debug)]
pub struct Cloud {
    /// The identity provider.
    pub entra: Entra,
    /// SharePoint and Graph.
    pub sharepoint: SharePoint,
    /// What is the matter.
    pub situation: Situation,
    /// The tenant of the site.
    pub tenant: Tenant,
    /// The tenant id a person would type (another one where that is the mistake).
    pub tenant_to_enter: String,
    /// The client id a person would type.
    pub client_id: String,
    /// The person who signs in, password included.
    pub user: User,
    /// The app's certificate, in a situation where it signs in by itself.
    pub certificate: Option<ClientCertificate>,
    site_path: String,
    entra_server: Server,
    sharepoint_server: Server,
    graph_server: Server,
}

impl Cloud {
    /// Starts a cloud over plain HTTP.
    pub async fn start(situation: Situation) -> io::Result<Self> {
        CloudBuilder::default().start(situation).await
    }

    /// Chooses how it is served first.
    pub fn builder<'a>() -> CloudBuilder<'a> {
        CloudBuilder::default()
    }

    /// The sign-in host, such as `http://127.0.0.1:49152`: what `--authority` takes.
    pub fn authority(&self) -> String {
        self.entra.origin()
    }

    /// The address of the site to test.
    pub fn site(&self) -> String {
        format!("{}{}", self.sharepoint.origin(), self.site_path)
    }

    /// The resource to ask a SharePoint token for.
    pub fn sharepoint_resource(&self) -> String {
        self.sharepoint.origin()
    }

    /// Graph's origin, which is its resource too.
    pub fn graph(&self) -> String {
        self.sharepoint.graph_origin()
    }

    /// The identity provider's server, with what it was asked.
    pub fn entra_server(&self) -> &Server {
        &self.entra_server
    }

    /// SharePoint's server, with what it was asked.
    pub fn sharepoint_server(&self) -> &Server {
        &self.sharepoint_server
    }

    /// Graph's server, with what it was asked.
    pub fn graph_server(&self) -> &Server {
        &self.graph_server
    }
}

struct Origins {
    entra: String,
    sharepoint: String,
    graph: String,
}

/// Everything a situation decides.
struct Plan {
    entra: Entra,
    sharepoint: SharePoint,
    tenant: Tenant,
    tenant_to_enter: String,
    client_id: String,
    site_path: String,
    user: User,
}

fn member(tenant: &Tenant, nick: &str, name: &str) -> User {
    let domain = tenant.domains.first().map_or("", String::as_str);
    User::member(tenant, &format!("{nick}@{domain}"), name, &Kind::Password.of(nick))
}

impl Plan {
    fn of(situation: Situation, origins: &Origins, clock: Clock) -> Self {
        use Situation as S;
        let mut tenant = Tenant::new("Heather & Vale", "heathervale.example");
        if situation == S::NoSharePointService {
            tenant = tenant.without_resource(SHAREPOINT_APP_ID);
        }
        let neighbour = Tenant::new("Fjord Lighting", "fjordlighting.example");
        let mut ada = member(&tenant, "ada", "Ada Brook").described("Owns the wiki site");
        ada.mfa = situation == S::SecondFactor;
        let ivy = member(&tenant, "ivy", "Ivy Fell").described("Member of the wiki site");
        let juno = member(&tenant, "juno", "Juno Tarn").described("Visitor of the wiki site");
        let kit = member(&tenant, "kit", "Kit Sedge").described("Not on the wiki site");
        let rowan = member(&tenant, "rowan", "Rowan Marsh").as_admin().described("Administrator of the tenant");
        let sol_at_home = member(&neighbour, "sol", "Sol Strand").described("Of another organization");
        let sol = User::guest(&tenant, &sol_at_home.upn, &sol_at_home.name, &sol_at_home.password, &neighbour.id)
            .described("Guest, member of the wiki site");
        let user = match situation {
            S::Member => ivy.clone(),
            S::Visitor => juno.clone(),
            S::NoRole => kit.clone(),
            S::Guest => sol.clone(),
            S::WrongAccount => sol_at_home.clone(),
            _ => ada.clone(),
        };

        let mut entra = Entra::builder().clock(clock).app(app(situation, &tenant, &user));
        for person in [ada.clone(), ivy.clone(), juno.clone(), kit, rowan.clone(), sol_at_home] {
            entra = entra.user(person);
        }
        if situation != S::WrongAccount {
            entra = entra.user(sol.clone());
        }
        match situation {
            S::BlockedByPolicy => entra = entra.policy(Policy::new(&tenant, Block::Access)),
            S::DeviceRequired => entra = entra.policy(Policy::new(&tenant, Block::Device)),
            _ => {}
        }
        let public_graph = "https://graph.microsoft.com".to_owned();
        let entra = entra
            .tenant(tenant.clone())
            .tenant(neighbour.clone())
            .resource(Resource::sharepoint(&tenant, vec![origins.sharepoint.clone()]))
            .resource(Resource::graph(vec![origins.graph.clone(), public_graph]))
            .build();
        entra.set_origin(&origins.entra);
        entra.set_graph_host(origins.graph.split("://").nth(1).unwrap_or_default());
        match situation {
            S::SignInUnavailable => entra.break_with(Fault::Unavailable),
            S::ClockWrong => entra.clock().advance_seconds(20 * 60),
            _ => {}
        }

        let mut site = Site::new("/sites/wiki", "Heather Wiki")
            .with_role(&ada.upn, if situation == S::OwnersGroup { Role::Owner } else { Role::SiteAdmin })
            .with_role(&ivy.upn, Role::Member)
            .with_role(&juno.upn, Role::Visitor)
            .with_role(&sol.upn, Role::Member)
            .with_role(&rowan.upn, Role::SiteAdmin);
        site = match situation {
            S::NoScriptOwner => site.with_no_script(),
            S::LibraryReadOnly => site.with_role(&ada.upn, Role::Owner).with_library_role(&ada.upn, Role::Visitor),
            S::SiteReadOnly => site.in_state(SiteState::ReadOnly { issue: "Locked for the yearly audit".to_owned() }),
            S::SiteNoAccess => site.in_state(SiteState::NoAccess),
            S::SiteArchived => site.in_state(SiteState::Archived),
            S::AppSelected => site.granted_to_app(CLIENT_ID, BasePermissions::FULL),
            S::SiteMoved => site.in_state(SiteState::MovedHost { to: "https://heather-and-vale.example/sites/wiki".to_owned() }),
            _ => site,
        };
        let mut sharepoint = SharePoint::builder(&entra, &tenant.id)
            .site(Site::new("", "Heather & Vale").with_role(&ada.upn, Role::Visitor).with_role(&rowan.upn, Role::SiteAdmin))
            .site(site);
        if situation == S::NoSharePointPlan {
            sharepoint = sharepoint.without_licence();
        }
        let sharepoint = sharepoint.build();
        sharepoint.set_origin(&origins.sharepoint);
        sharepoint.set_graph_origin(&origins.graph);

        let tenant_to_enter = if situation == S::WrongTenant { neighbour.id } else { tenant.id.clone() };
        let client_id = if situation == S::AppNotFound { UNKNOWN_CLIENT_ID } else { CLIENT_ID }.to_owned();
        let site_path = if situation == S::SiteMissing { "/sites/wikki" } else { "/sites/wiki" }.to_owned();
        Self { entra, sharepoint, tenant, tenant_to_enter, client_id, site_path, user }
    }
}

fn app(situation: Situation, tenant: &Tenant, user: &User) -> App {
    use Situation as S;
    let app = App::desktop(tenant, CLIENT_ID, "Wiki Migration (practice)");
    let full = |app: App| {
        app.requesting(SHAREPOINT_APP_ID, &["AllSites.FullControl"]).requesting(GRAPH_APP_ID, &["Sites.FullControl.All", "User.Read"])
    };
    let granted = |app: App| app.consented_for_all(SHAREPOINT_APP_ID).consented_for_all(GRAPH_APP_ID);
    match situation {
        // nobody has consented yet, and nobody has to but the person
        S::PlanB => app.requesting(SHAREPOINT_APP_ID, &["AllSites.Manage"]).requesting(GRAPH_APP_ID, &["Sites.Manage.All", "User.Read"]),
        S::AdminConsentRequired => full(app),
        S::GraphConsentMissing => full(app).consented_for_all(SHAREPOINT_APP_ID),
        S::NotAssigned => granted(full(app)).with_assignment_required(),
        S::RedirectUriNotRegistered => granted(full(app)).with_redirect_uris(&[(Platform::PublicClient, "http://localhost/signed-in")]),
        S::RegisteredAsWebApp => granted(full(app)).with_redirect_uris(&[(Platform::Web, "http://localhost")]),
        S::AppDisabled => App { enabled: false, ..granted(full(app)) },
        S::AppOnly | S::CertificateUnknown => app
            .with_app_roles(SHAREPOINT_APP_ID, &["Sites.FullControl.All"])
            .with_app_roles(GRAPH_APP_ID, &["Sites.FullControl.All", "User.ReadBasic.All"]),
        S::AppPlanB => app.with_app_roles(SHAREPOINT_APP_ID, &["Sites.Manage.All"]).with_app_roles(GRAPH_APP_ID, &["Sites.Manage.All"]),
        S::AppSelected | S::AppNotGranted => {
            app.with_app_roles(SHAREPOINT_APP_ID, &["Sites.Selected"]).with_app_roles(GRAPH_APP_ID, &["Sites.Selected"])
        }
        S::AppWithoutPermission => app,
        // an account of elsewhere gets as far as its own tenant only with an app that may be used there
        S::WrongAccount => App { multi_tenant: user.tenant != tenant.id, ..granted(full(app)) },
        _ => granted(full(app)),
    }
}
