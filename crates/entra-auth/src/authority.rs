//! Who is asked to sign people in: Microsoft's clouds, the tenant, the app, and the authority that these make together.
//!
//! Endpoints per cloud: Microsoft, "National cloud deployments" and "Microsoft Graph and Graph Explorer service root endpoints".

use std::fmt;
use std::str::FromStr;

use preflight::{NoOrigin, Origin};
use transport::OriginPath;
use url::{Host, Url};

use crate::Guid;

/// One of Microsoft's separate clouds. GCC belongs to the public one.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Default)]
pub enum Cloud {
    /// Worldwide, with GCC.
    #[default]
    Public,
    /// US Government, GCC High.
    GccHigh,
    /// US Government, Department of Defense.
    Dod,
    /// China, operated by 21Vianet.
    China,
}

impl Cloud {
    /// All clouds, in the order in which they are offered.
    pub const ALL: [Self; 4] = [Self::Public, Self::GccHigh, Self::Dod, Self::China];

    /// The stable name, as written on the command line and in settings.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::GccHigh => "gcc-high",
            Self::Dod => "dod",
            Self::China => "china",
        }
    }

    /// The cloud that a site's host belongs to. None for a host that is not under one of Microsoft's SharePoint domains.
    pub fn of_site_host(host: &str) -> Option<Self> {
        let host = host.trim_end_matches('.').to_ascii_lowercase();
        let below = |domain: &str| host.strip_suffix(domain).is_some_and(|name| name.len() > 1 && name.ends_with('.'));
        Self::ALL.into_iter().find(|cloud| below(cloud.site_domain()))
    }

    /// The cloud that signs people in at this host; none for a host that is not Microsoft's.
    pub(crate) fn of_login_host(host: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|cloud| cloud.login_hosts().iter().any(|known| known.eq_ignore_ascii_case(host)))
    }

    /// The domain that all sites of the cloud are under.
    pub const fn site_domain(self) -> &'static str {
        match self {
            Self::Public => "sharepoint.com",
            Self::GccHigh => "sharepoint.us",
            Self::Dod => "sharepoint-mil.us",
            Self::China => "sharepoint.cn",
        }
    }

    /// Where people of this cloud sign in.
    pub fn login(self) -> Origin {
        origin(self.login_hosts()[0])
    }

    /// Where Graph of this cloud answers.
    pub fn graph(self) -> Origin {
        origin(match self {
            Self::Public => "graph.microsoft.com",
            Self::GccHigh => "graph.microsoft.us",
            Self::Dod => "dod-graph.microsoft.us",
            Self::China => "microsoftgraph.chinacloudapi.cn",
        })
    }

    /// The hosts that sign people in to this cloud: the usual one first, then names that mean the same
    /// (the groups of Microsoft's instance discovery document).
    const fn login_hosts(self) -> &'static [&'static str] {
        match self {
            Self::Public => &["login.microsoftonline.com", "login.windows.net", "login.microsoft.com", "sts.windows.net"],
            Self::GccHigh | Self::Dod => &["login.microsoftonline.us", "login.usgovcloudapi.net"],
            Self::China => &["login.partner.microsoftonline.cn", "login.chinacloudapi.cn"],
        }
    }

    /// A page about an app registration in this cloud's portal.
    #[expect(clippy::missing_panics_doc, reason = "made of fixed text and a GUID")]
    pub fn app_page(self, page: AppPage, app: &ClientId) -> Url {
        let portal = match self {
            Self::Public => "https://entra.microsoft.com",
            Self::GccHigh | Self::Dod => "https://portal.azure.us",
            Self::China => "https://portal.azure.cn",
        };
        let page = match page {
            AppPage::Overview => "Overview",
            AppPage::Authentication => "Authentication",
            AppPage::Permissions => "CallAnAPI",
        };
        let text = format!("{portal}/#view/Microsoft_AAD_RegisteredApps/ApplicationMenuBlade/~/{page}/appId/{app}");
        Url::parse(&text).expect("made of fixed text and a GUID")
    }
}

impl fmt::Display for Cloud {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Public => "the worldwide cloud",
            Self::GccHigh => "the US Government cloud (GCC High)",
            Self::Dod => "the US Government cloud (DoD)",
            Self::China => "the cloud for China (21Vianet)",
        })
    }
}

/// A text that names no cloud.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the cloud must be public, gcc-high, dod or china")]
pub struct UnknownCloud;

impl FromStr for Cloud {
    type Err = UnknownCloud;

    fn from_str(text: &str) -> Result<Self, UnknownCloud> {
        Self::ALL.into_iter().find(|cloud| cloud.as_str() == text).ok_or(UnknownCloud)
    }
}

/// A page about an app registration.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AppPage {
    /// Overview: names and ids.
    Overview,
    /// Authentication: return addresses, platforms, public client flows.
    Authentication,
    /// API permissions.
    Permissions,
}

fn origin(host: &str) -> Origin {
    Origin::parse(&format!("https://{host}")).expect("a host name from the table")
}

/// The organization to sign in to.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Tenant {
    /// By its id.
    Id(Guid),
    /// By one of its verified domains, such as `contoso.onmicrosoft.com`.
    Domain(String),
}

/// Why a text is no tenant.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum TenantError {
    /// Nothing was entered.
    #[error("the tenant is empty")]
    Empty,
    /// `common` and its kin, which name no organization.
    #[error("“{0}” names no organization")]
    Shared(&'static str),
    /// A web address.
    #[error("the tenant is a web address")]
    WebAddress,
    /// A SharePoint host.
    #[error("the tenant is a SharePoint host")]
    SharePointHost {
        /// The domain that is probably meant.
        perhaps: String,
    },
    /// An e-mail address.
    #[error("the tenant is an e-mail address")]
    EmailAddress {
        /// The part after the `@`.
        perhaps: String,
    },
    /// A name without a dot.
    #[error("the tenant is neither a GUID nor a domain")]
    SingleWord {
        /// The domain that is probably meant.
        perhaps: String,
    },
    /// The GUID of zeros.
    #[error("the tenant ID is a placeholder of zeros")]
    Placeholder,
    /// Anything else.
    #[error("the tenant is neither a GUID nor a domain")]
    Neither,
}

/// Words that stand for "any organization" at Microsoft's sign-in service.
const SHARED: &[&str] = &["common", "organizations", "consumers", "organisations"];

impl Tenant {
    /// Reads a tenant: a GUID or a domain.
    pub fn parse(text: &str) -> Result<Self, TenantError> {
        let text = text.trim().trim_end_matches('.');
        if text.is_empty() {
            return Err(TenantError::Empty);
        }
        if let Some(id) = Guid::parse(text) {
            return if id.is_zero() { Err(TenantError::Placeholder) } else { Ok(Self::Id(id)) };
        }
        let lower = text.to_lowercase();
        if let Some(shared) = SHARED.iter().find(|shared| **shared == lower) {
            return Err(TenantError::Shared(shared));
        }
        if text.contains("://") || text.contains('/') {
            return Err(TenantError::WebAddress);
        }
        if let Some((name, domain)) = lower.split_once('@') {
            return Err(if !name.is_empty() && domain_name(domain).is_some() {
                TenantError::EmailAddress { perhaps: domain.to_owned() }
            } else {
                TenantError::Neither
            });
        }
        if Cloud::of_site_host(&lower).is_some() {
            let name = lower.split('.').next().unwrap_or_default();
            let name = name.strip_suffix("-my").or_else(|| name.strip_suffix("-admin")).unwrap_or(name);
            return Err(TenantError::SharePointHost { perhaps: format!("{name}.onmicrosoft.com") });
        }
        let domain = domain_name(&lower).ok_or(TenantError::Neither)?;
        if domain.contains('.') {
            Ok(Self::Domain(domain))
        } else {
            Err(TenantError::SingleWord { perhaps: format!("{domain}.onmicrosoft.com") })
        }
    }
}

/// A domain name in the form that addresses use, or nothing where it cannot be one.
fn domain_name(text: &str) -> Option<String> {
    let Ok(Host::Domain(domain)) = Host::parse(text) else { return None };
    let label_fits = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    (domain.len() <= 253 && domain.split('.').all(label_fits)).then_some(domain)
}

impl fmt::Display for Tenant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => id.fmt(f),
            Self::Domain(domain) => f.write_str(domain),
        }
    }
}

/// The "Application (client) ID" of an app registration.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct ClientId(Guid);

/// Why a text is no client ID. It does not repeat the text, which may be a secret.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ClientIdError {
    /// Nothing was entered.
    #[error("the client ID is empty")]
    Empty,
    /// A web address.
    #[error("this looks like a web address, not like a client ID")]
    WebAddress,
    /// An e-mail address.
    #[error("this looks like an e-mail address, not like a client ID")]
    EmailAddress,
    /// The value of a client secret.
    #[error("this looks like a client secret, not like a client ID")]
    ClientSecret,
    /// A certificate's thumbprint.
    #[error("this looks like a certificate's thumbprint, not like a client ID")]
    Thumbprint,
    /// A GUID without its hyphens.
    #[error("this looks like a GUID without its hyphens")]
    NoHyphens,
    /// A GUID with a digit too many or too few.
    #[error("this looks like a GUID with a part missing or too much")]
    Incomplete,
    /// The GUID of zeros.
    #[error("this is a placeholder of zeros")]
    Placeholder,
    /// A resource of Microsoft's, not an app of one's own.
    #[error("this is the ID of {0} itself, not of an app that signs in")]
    Microsoft(&'static str),
    /// A name.
    #[error("this looks like a name, not like a client ID")]
    Name,
}

impl ClientId {
    /// Reads a client ID as people copy it.
    pub fn parse(text: &str) -> Result<Self, ClientIdError> {
        let text = text.trim();
        if let Some(id) = Guid::parse(text) {
            return match id.as_str() {
                _ if id.is_zero() => Err(ClientIdError::Placeholder),
                "00000003-0000-0000-c000-000000000000" => Err(ClientIdError::Microsoft("Microsoft Graph")),
                "00000003-0000-0ff1-ce00-000000000000" => Err(ClientIdError::Microsoft("SharePoint Online")),
                "00000002-0000-0000-c000-000000000000" => Err(ClientIdError::Microsoft("Azure AD Graph")),
                _ => Ok(Self(id)),
            };
        }
        let hex = text.bytes().filter(u8::is_ascii_hexdigit).count();
        let only_hex = hex == text.len();
        let hyphens = text.bytes().filter(|b| *b == b'-').count();
        Err(if text.is_empty() {
            ClientIdError::Empty
        } else if text.contains("://") || text.starts_with("www.") {
            ClientIdError::WebAddress
        } else if text.contains('@') && !text.contains(char::is_whitespace) && !text.contains('~') {
            ClientIdError::EmailAddress
        } else if only_hex && text.len() == 32 {
            ClientIdError::NoHyphens
        } else if (only_hex && matches!(text.len(), 40 | 64)) || (text.contains(':') && hex + text.matches(':').count() == text.len()) {
            ClientIdError::Thumbprint
        } else if hyphens >= 2 && text.bytes().all(|b| b.is_ascii_hexdigit() || matches!(b, b'-' | b'{' | b'}')) {
            ClientIdError::Incomplete
        } else if text.len() >= 30 && !text.contains(char::is_whitespace) {
            // today's secrets are 40 characters with a `~` in them, older ones 32 to 44 of base64
            ClientIdError::ClientSecret
        } else {
            ClientIdError::Name
        })
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl fmt::Display for ClientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A sign-in service and the tenant asked for there.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Authority {
    origin: Origin,
    /// Path before the tenant, without a slash at its end; empty at Microsoft.
    prefix: String,
    tenant: Tenant,
    cloud: Option<Cloud>,
}

/// Why an address cannot be a sign-in service.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum AuthorityError {
    /// Not an http or https address.
    #[error("the sign-in address is not an http or https address")]
    NoOrigin(#[source] NoOrigin),
    /// Codes and tokens would travel unprotected.
    #[error("the sign-in address must be https")]
    PlainHttp,
    /// User name, query or fragment in it.
    #[error("the sign-in address has more to it than host and path")]
    TooMuch,
}

impl Authority {
    /// A tenant in one of Microsoft's clouds.
    pub fn of(cloud: Cloud, tenant: Tenant) -> Self {
        Self { origin: cloud.login(), prefix: String::new(), tenant, cloud: Some(cloud) }
    }

    /// A tenant at another address of a sign-in service. Plain http is for this computer's own loopback only.
    pub fn custom(address: &Url, tenant: Tenant) -> Result<Self, AuthorityError> {
        let origin = Origin::of(address).map_err(AuthorityError::NoOrigin)?;
        if !origin.is_https() && !origin.is_loopback() {
            return Err(AuthorityError::PlainHttp);
        }
        if !address.username().is_empty() || address.password().is_some() || address.query().is_some() || address.fragment().is_some() {
            return Err(AuthorityError::TooMuch);
        }
        let path = address.path().trim_end_matches('/');
        // people paste the whole authority, tenant and all
        let prefix = path.strip_suffix("/v2.0").unwrap_or(path);
        let prefix = prefix.strip_suffix(&format!("/{tenant}")).unwrap_or(prefix);
        let cloud = origin.is_https().then(|| Cloud::of_login_host(origin.host())).flatten();
        Ok(Self { prefix: prefix.to_owned(), origin, tenant, cloud })
    }

    /// Where requests to it go.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The tenant asked for.
    pub fn tenant(&self) -> &Tenant {
        &self.tenant
    }

    /// The cloud it belongs to, where it is one of Microsoft's.
    pub fn cloud(&self) -> Option<Cloud> {
        self.cloud
    }

    /// A path below the tenant.
    pub(crate) fn path(&self, rest: &str) -> OriginPath {
        OriginPath::new(format!("{}/{}/{rest}", self.prefix, self.tenant))
    }

    /// True where a code or token may be sent to this origin: the authority's own, or another name of the same cloud.
    pub(crate) fn trusts(&self, other: &Origin) -> bool {
        *other == self.origin
            || self.cloud.is_some_and(|cloud| other.is_https() && other.port() == 443 && cloud.login_hosts().contains(&other.host()))
    }

    /// The page on which an administrator approves everything that the app's registration asks for, in this tenant
    /// (Microsoft, "Grant tenant-wide admin consent to an application").
    #[expect(clippy::missing_panics_doc, reason = "a path on an origin")]
    pub fn admin_consent(&self, app: &ClientId) -> Url {
        let path = self.path("adminconsent").query("client_id", app.as_str());
        self.origin.to_url().join(path.as_str()).expect("a path on an origin")
    }

    /// The page on which an administrator approves exactly these permissions of one resource (Microsoft, "Admin consent on the Microsoft
    /// identity platform"). Afterwards it leads to `http://localhost`, where nobody listens.
    #[expect(clippy::missing_panics_doc, reason = "a path on an origin")]
    pub fn admin_consent_to(&self, app: &ClientId, scopes: &str) -> Url {
        let path = self
            .path("v2.0/adminconsent")
            .query("client_id", app.as_str())
            .query("scope", scopes)
            .query("redirect_uri", "http://localhost");
        self.origin.to_url().join(path.as_str()).expect("a path on an origin")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "7c3a2f10-95c1-4b7e-8a55-0f2f6a1f4d20";

    #[test]
    fn clouds_are_told_by_the_sites_host() {
        let table = [
            ("heather.sharepoint.com", Some(Cloud::Public)),
            ("Heather-My.SharePoint.com.", Some(Cloud::Public)),
            ("heather.sharepoint.us", Some(Cloud::GccHigh)),
            ("heather.sharepoint-mil.us", Some(Cloud::Dod)),
            ("heather.sharepoint.cn", Some(Cloud::China)),
            ("sharepoint.com", None),
            (".sharepoint.com", None),
            ("notsharepoint.com", None),
            ("heather.sharepoint.com.evil.test", None),
            ("intranet.heather.example", None),
        ];
        for (host, cloud) in table {
            assert_eq!(Cloud::of_site_host(host), cloud, "{host}");
        }
    }

    #[test]
    fn clouds_have_their_own_hosts() {
        let table: Vec<String> = Cloud::ALL
            .into_iter()
            .map(|cloud| {
                assert_eq!(cloud.as_str().parse(), Ok(cloud));
                let app = ClientId::parse(ID).expect("a GUID");
                format!("{} {} {} {}", cloud.as_str(), cloud.login(), cloud.graph(), cloud.app_page(AppPage::Authentication, &app))
            })
            .collect();
        insta::assert_snapshot!(table.join("\n"));
        assert_eq!("germany".parse::<Cloud>(), Err(UnknownCloud));
    }

    #[test]
    fn tenants_are_ids_or_domains() {
        let id = Guid::parse(ID).expect("a GUID");
        let table = [
            (ID, Ok(Tenant::Id(id.clone()))),
            (" {7C3A2F10-95C1-4B7E-8A55-0F2F6A1F4D20} ", Ok(Tenant::Id(id))),
            ("Heather.OnMicrosoft.com", Ok(Tenant::Domain("heather.onmicrosoft.com".to_owned()))),
            ("bücher.example", Ok(Tenant::Domain("xn--bcher-kva.example".to_owned()))),
            ("", Err(TenantError::Empty)),
            ("Common", Err(TenantError::Shared("common"))),
            ("organizations", Err(TenantError::Shared("organizations"))),
            ("consumers", Err(TenantError::Shared("consumers"))),
            ("https://heather.sharepoint.com", Err(TenantError::WebAddress)),
            ("heather.sharepoint.com/sites/x", Err(TenantError::WebAddress)),
            ("heather-my.sharepoint.com", Err(TenantError::SharePointHost { perhaps: "heather.onmicrosoft.com".to_owned() })),
            ("ada@heather.example", Err(TenantError::EmailAddress { perhaps: "heather.example".to_owned() })),
            ("heather", Err(TenantError::SingleWord { perhaps: "heather.onmicrosoft.com".to_owned() })),
            ("Heather & Vale", Err(TenantError::Neither)),
            ("heather..example", Err(TenantError::Neither)),
            ("-heather.example", Err(TenantError::Neither)),
            ("192.0.2.1", Err(TenantError::Neither)),
            ("00000000-0000-0000-0000-000000000000", Err(TenantError::Placeholder)),
        ];
        for (text, expected) in table {
            assert_eq!(Tenant::parse(text), expected, "{text}");
        }
    }

    #[test]
    fn client_ids_say_what_they_look_like() {
        let table = [
            ("", ClientIdError::Empty),
            ("https://entra.microsoft.com/#view", ClientIdError::WebAddress),
            ("ada@heather.example", ClientIdError::EmailAddress),
            ("PLA~CEHOLDER-not-a-real-secret.value_000", ClientIdError::ClientSecret),
            ("5b0f7f0e2d4f4c8c9a437f1f5e9a1c01", ClientIdError::NoHyphens),
            ("2FD4E1C67A2D28FCED849EE1BB76E7391B93EB12", ClientIdError::Thumbprint),
            ("2F:D4:E1:C6", ClientIdError::Thumbprint),
            ("5b0f7f0e-2d4f-4c8c-9a43-7f1f5e9a1c0", ClientIdError::Incomplete),
            ("00000000-0000-0000-0000-000000000000", ClientIdError::Placeholder),
            ("00000003-0000-0ff1-ce00-000000000000", ClientIdError::Microsoft("SharePoint Online")),
            ("Wiki migration", ClientIdError::Name),
        ];
        for (text, expected) in table {
            assert_eq!(ClientId::parse(text), Err(expected), "{text}");
        }
        assert_eq!(ClientId::parse(&format!(" {{{}}}\n", ID.to_uppercase())).expect("a GUID").as_str(), ID);
    }

    #[test]
    fn custom_authorities_are_protected_and_may_be_pasted_whole() {
        let tenant = || Tenant::Domain("heather.example".to_owned());
        let custom = |text: &str| Authority::custom(&Url::parse(text).expect(text), tenant());
        for text in ["http://127.0.0.1:8080", "http://127.0.0.1:8080/heather.example/", "http://127.0.0.1:8080/heather.example/v2.0"] {
            let authority = custom(text).expect(text);
            assert_eq!(authority.path("v2.0/x").as_str(), "/heather.example/v2.0/x");
            assert_eq!(authority.cloud(), None);
        }
        assert_eq!(custom("https://idp.example/entra").expect("https").path("x").as_str(), "/entra/heather.example/x");
        assert_eq!(custom("https://login.windows.net").expect("an alias").cloud(), Some(Cloud::Public));
        assert_eq!(custom("http://login.microsoftonline.com"), Err(AuthorityError::PlainHttp));
        assert_eq!(custom("ftp://idp.example"), Err(AuthorityError::NoOrigin(NoOrigin)));
        assert_eq!(custom("https://idp.example/?tenant=x"), Err(AuthorityError::TooMuch));
        assert_eq!(custom("https://me:secret@idp.example/"), Err(AuthorityError::TooMuch));
    }

    #[test]
    fn codes_go_to_the_authority_and_its_other_names_only() {
        let parse = |text: &str| Origin::parse(text).expect(text);
        let public = Authority::of(Cloud::Public, Tenant::Domain("heather.example".to_owned()));
        for own in ["https://login.microsoftonline.com", "https://login.windows.net", "https://login.microsoft.com"] {
            assert!(public.trusts(&parse(own)), "{own}");
        }
        for foreign in [
            "http://login.windows.net",
            "https://login.windows.net:8443",
            "https://login.microsoftonline.us",
            "https://login.microsoftonline.com.evil.test",
        ] {
            assert!(!public.trusts(&parse(foreign)), "{foreign}");
        }
        let custom = Authority::custom(&Url::parse("http://127.0.0.1:8080").expect("a URL"), Tenant::Domain("heather.example".to_owned()))
            .expect("loopback");
        assert!(custom.trusts(&parse("http://127.0.0.1:8080")));
        assert!(!custom.trusts(&parse("http://127.0.0.1:8081")));
        assert!(!custom.trusts(&parse("https://login.microsoftonline.com")));
    }

    #[test]
    fn the_admin_consent_page_names_tenant_and_app() {
        let authority = Authority::of(Cloud::China, Tenant::parse(ID).expect("a GUID"));
        let url = authority.admin_consent(&ClientId::parse("5b0f7f0e-2d4f-4c8c-9a43-7f1f5e9a1c01").expect("a GUID"));
        assert_eq!(
            url.as_str(),
            "https://login.partner.microsoftonline.cn/7c3a2f10-95c1-4b7e-8a55-0f2f6a1f4d20/adminconsent?client_id=5b0f7f0e-2d4f-4c8c-9a43-7f1f5e9a1c01"
        );
    }
}
