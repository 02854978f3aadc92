//! What a practice directory holds: tenants, people, apps, resources and policies.

use std::collections::{BTreeMap, BTreeSet};

use x509_parser::prelude::{FromDer as _, X509Certificate};

use super::ids::guid_of;

/// The app id of SharePoint Online in every tenant.
pub const SHAREPOINT_APP_ID: &str = "00000003-0000-0ff1-ce00-000000000000";
/// The app id of Microsoft Graph in every tenant.
pub const GRAPH_APP_ID: &str = "00000003-0000-0000-c000-000000000000";

/// An organization.
#[derive(Debug, Clone)]
pub struct Tenant {
    /// Directory (tenant) id.
    pub id: String,
    /// What the sign-in pages call it.
    pub name: String,
    /// Verified domains; the first is the default one.
    pub domains: Vec<String>,
    /// Whether people may consent for themselves to permissions that need no administrator.
    pub user_consent: bool,
    /// Resources without a service principal here (AADSTS650052), by app id.
    pub missing_resources: BTreeSet<String>,
    /// Resources switched off here (AADSTS500014), by app id.
    pub disabled_resources: BTreeSet<String>,
}

impl Tenant {
    /// A tenant named `name` with one domain and an id that follows from it.
    pub fn new(name: &str, domain: &str) -> Self {
        Self {
            id: guid_of(domain),
            name: name.to_owned(),
            domains: vec![domain.to_owned()],
            user_consent: true,
            missing_resources: BTreeSet::new(),
            disabled_resources: BTreeSet::new(),
        }
    }

    /// A further verified domain.
    #[must_use]
    pub fn with_domain(mut self, domain: &str) -> Self {
        self.domains.push(domain.to_owned());
        self
    }

    /// Nobody but an administrator may consent to anything.
    #[must_use]
    pub fn without_user_consent(mut self) -> Self {
        self.user_consent = false;
        self
    }

    /// The tenant never had this resource: consent ends in AADSTS650052.
    #[must_use]
    pub fn without_resource(mut self, app_id: &str) -> Self {
        self.missing_resources.insert(app_id.to_owned());
        self
    }

    /// The resource's subscription lapsed here: AADSTS500014.
    #[must_use]
    pub fn with_disabled_resource(mut self, app_id: &str) -> Self {
        self.disabled_resources.insert(app_id.to_owned());
        self
    }

    pub(crate) fn answers_to(&self, name: &str) -> bool {
        self.id.eq_ignore_ascii_case(name) || self.domains.iter().any(|domain| domain.eq_ignore_ascii_case(name))
    }
}

/// Someone who can sign in.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own in the directory's pages too")]
pub struct User {
    /// User principal name; of a guest: the address in the home organization.
    pub upn: String,
    /// Display name.
    pub name: String,
    /// Object id in this tenant.
    pub oid: String,
    /// The password, shown on the practice pages.
    pub password: String,
    /// What the account picker says about the person.
    pub note: String,
    /// The tenant the account is found in.
    pub tenant: String,
    /// For a guest: the home tenant's id.
    pub home_tenant: Option<String>,
    /// Whether a second factor is asked for.
    pub mfa: bool,
    /// Whether sign-in is blocked for the account (AADSTS50057).
    pub disabled: bool,
    /// Whether the password has run out (AADSTS50055).
    pub password_expired: bool,
    /// Whether the account is locked after too many attempts (AADSTS50053).
    pub locked: bool,
    /// Whether the person may consent for the organization.
    pub admin: bool,
    /// Apps (client ids) the person is assigned to.
    pub assigned: BTreeSet<String>,
}

impl User {
    /// A member of a tenant.
    pub fn member(tenant: &Tenant, upn: &str, name: &str, password: &str) -> Self {
        Self {
            upn: upn.to_owned(),
            name: name.to_owned(),
            oid: guid_of(&format!("{upn} in {}", tenant.id)),
            password: password.to_owned(),
            note: "Practice account".to_owned(),
            tenant: tenant.id.clone(),
            home_tenant: None,
            mfa: false,
            disabled: false,
            password_expired: false,
            locked: false,
            admin: false,
            assigned: BTreeSet::new(),
        }
    }

    /// Someone of another organization who was invited into `tenant`.
    pub fn guest(tenant: &Tenant, address: &str, name: &str, password: &str, home_tenant: &str) -> Self {
        Self { home_tenant: Some(home_tenant.to_owned()), ..Self::member(tenant, address, name, password) }
    }

    /// What the account picker says about the person.
    #[must_use]
    pub fn described(mut self, note: &str) -> Self {
        note.clone_into(&mut self.note);
        self
    }

    /// Asks for a second factor.
    #[must_use]
    pub fn with_mfa(mut self) -> Self {
        self.mfa = true;
        self
    }

    /// May consent for the organization.
    #[must_use]
    pub fn as_admin(mut self) -> Self {
        self.admin = true;
        self
    }

    /// Assigned to the app with this client id.
    #[must_use]
    pub fn assigned_to(mut self, client_id: &str) -> Self {
        self.assigned.insert(client_id.to_owned());
        self
    }

    /// The name of the account inside the tenant: a guest's is `address#EXT#@domain`, with `_` for the `@`.
    pub(crate) fn upn_in_tenant(&self, domain: &str) -> String {
        if self.home_tenant.is_none() {
            return self.upn.clone();
        }
        format!("{}#EXT#@{domain}", self.upn.replace('@', "_"))
    }
}

/// The platform a redirect URI is registered under; it decides how the code may be redeemed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Platform {
    /// Mobile and desktop applications.
    PublicClient,
    /// Web: the code needs a secret or an assertion.
    Web,
    /// Single-page application: the code needs a cross-origin request.
    Spa,
}

/// A client secret of an app.
#[derive(Debug, Clone)]
pub struct ClientSecret {
    /// The value, as sent.
    pub value: String,
    /// Seconds since 1970.
    pub expires_at: i64,
}

/// An app registration together with its enterprise application.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own in the registration's manifest too")]
pub struct App {
    /// Application (client) id.
    pub client_id: String,
    /// Display name.
    pub name: String,
    /// The tenant of the registration.
    pub tenant: String,
    /// Registered return addresses.
    pub redirect_uris: Vec<(Platform, String)>,
    /// "Allow public client flows".
    pub fallback_public_client: bool,
    /// Whether other tenants' accounts may use it.
    pub multi_tenant: bool,
    /// "Enabled for users to sign in".
    pub enabled: bool,
    /// "Assignment required".
    pub assignment_required: bool,
    /// Delegated permissions in the registration, by resource app id.
    pub delegated: BTreeMap<String, Vec<String>>,
    /// Application permissions granted, by resource app id.
    pub app_roles: BTreeMap<String, Vec<String>>,
    /// Delegated permissions granted for everybody, by resource app id.
    pub granted_to_all: BTreeMap<String, BTreeSet<String>>,
    /// Delegated permissions granted per person: (object id, resource app id).
    pub granted_to: BTreeMap<(String, String), BTreeSet<String>>,
    /// Client secrets.
    pub secrets: Vec<ClientSecret>,
    /// Certificates, DER.
    pub certificates: Vec<Vec<u8>>,
    /// Takes assertions signed by RS256 only, as some set-ups do.
    pub only_rs256: bool,
}

impl App {
    /// A desktop app in one tenant, with `http://localhost` registered and nothing requested.
    pub fn desktop(tenant: &Tenant, client_id: &str, name: &str) -> Self {
        Self {
            client_id: client_id.to_owned(),
            name: name.to_owned(),
            tenant: tenant.id.clone(),
            redirect_uris: vec![(Platform::PublicClient, "http://localhost".to_owned())],
            fallback_public_client: true,
            multi_tenant: false,
            enabled: true,
            assignment_required: false,
            delegated: BTreeMap::new(),
            app_roles: BTreeMap::new(),
            granted_to_all: BTreeMap::new(),
            granted_to: BTreeMap::new(),
            secrets: Vec::new(),
            certificates: Vec::new(),
            only_rs256: false,
        }
    }

    /// Replaces the registered return addresses.
    #[must_use]
    pub fn with_redirect_uris(mut self, uris: &[(Platform, &str)]) -> Self {
        self.redirect_uris = uris.iter().map(|(platform, uri)| (*platform, (*uri).to_owned())).collect();
        self
    }

    /// Lists delegated permissions of a resource in the registration.
    #[must_use]
    pub fn requesting(mut self, resource: &str, permissions: &[&str]) -> Self {
        self.delegated.insert(resource.to_owned(), permissions.iter().map(|&name| name.to_owned()).collect());
        self
    }

    /// An administrator's consent to everything the registration lists for a resource.
    #[must_use]
    pub fn consented_for_all(mut self, resource: &str) -> Self {
        let permissions = self.delegated.get(resource).cloned().unwrap_or_default();
        self.granted_to_all.entry(resource.to_owned()).or_default().extend(permissions);
        self
    }

    /// Application permissions of a resource, consented.
    #[must_use]
    pub fn with_app_roles(mut self, resource: &str, roles: &[&str]) -> Self {
        self.app_roles.insert(resource.to_owned(), roles.iter().map(|&name| name.to_owned()).collect());
        self
    }

    /// What "Upload certificate" does with a file: a certificate, DER or PEM, is added; anything else is refused.
    pub fn upload_certificate(&mut self, file: &[u8]) -> Result<(), &'static str> {
        const REFUSED: &str = "upload a certificate (public key) of type .cer, .pem or .crt";
        let der = match x509_parser::pem::parse_x509_pem(file) {
            Ok((_, pem)) if pem.label == "CERTIFICATE" => pem.contents,
            Ok(_) => return Err(REFUSED),
            Err(_) => file.to_vec(),
        };
        let (rest, _) = X509Certificate::from_der(&der).map_err(|_no_certificate| REFUSED)?;
        if !rest.is_empty() {
            return Err(REFUSED);
        }
        self.certificates.push(der);
        Ok(())
    }

    /// Only people assigned to the app may use it.
    #[must_use]
    pub fn with_assignment_required(mut self) -> Self {
        self.assignment_required = true;
        self
    }

    /// What is granted to a person (or, without one, to everybody) on a resource.
    pub(crate) fn granted(&self, oid: Option<&str>, resource: &str) -> BTreeSet<String> {
        let mut granted = self.granted_to_all.get(resource).cloned().unwrap_or_default();
        if let Some(own) = oid.and_then(|oid| self.granted_to.get(&(oid.to_owned(), resource.to_owned()))) {
            granted.extend(own.iter().cloned());
        }
        granted
    }

    pub(crate) fn has_any_grant(&self, oid: &str) -> bool {
        !self.granted_to_all.is_empty() || self.granted_to.keys().any(|(who, _)| who == oid)
    }
}

/// A permission of a resource.
#[derive(Debug, Clone)]
pub struct Permission {
    /// The name in scopes.
    pub name: String,
    /// Whether only an administrator may consent.
    pub admin_only: bool,
    /// What the consent page says.
    pub text: String,
}

/// Something tokens are issued for.
#[derive(Debug, Clone)]
pub struct Resource {
    /// Its app id.
    pub app_id: String,
    /// Display name.
    pub name: String,
    /// Identifier URIs, without a final slash; the first is the canonical one.
    pub uris: Vec<String>,
    /// The tenant it belongs to; `None` for all.
    pub tenant: Option<String>,
    /// Its delegated permissions.
    pub permissions: Vec<Permission>,
}

impl Resource {
    /// SharePoint Online of a tenant, at these origins.
    pub fn sharepoint(tenant: &Tenant, uris: Vec<String>) -> Self {
        Self {
            app_id: SHAREPOINT_APP_ID.to_owned(),
            name: "Office 365 SharePoint Online".to_owned(),
            uris,
            tenant: Some(tenant.id.clone()),
            permissions: permissions(SHAREPOINT_PERMISSIONS),
        }
    }

    /// Microsoft Graph, at these origins.
    pub fn graph(uris: Vec<String>) -> Self {
        Self {
            app_id: GRAPH_APP_ID.to_owned(),
            name: "Microsoft Graph".to_owned(),
            uris,
            tenant: None,
            permissions: permissions(GRAPH_PERMISSIONS),
        }
    }

    pub(crate) fn permission(&self, name: &str) -> Option<&Permission> {
        self.permissions.iter().find(|permission| permission.name.eq_ignore_ascii_case(name))
    }
}

fn permissions(table: &[(&str, bool, &str)]) -> Vec<Permission> {
    let entry = |&(name, admin_only, text): &(&str, bool, &str)| Permission { name: name.to_owned(), admin_only, text: text.to_owned() };
    table.iter().map(entry).collect()
}

/// Delegated permissions: name, whether an administrator is needed, what people read.
/// Names and consent types follow Microsoft's permission reference.
const SHAREPOINT_PERMISSIONS: &[(&str, bool, &str)] = &[
    ("AllSites.FullControl", true, "Have full control of all site collections"),
    ("AllSites.Manage", false, "Read and write items and lists in all site collections"),
    ("AllSites.Write", false, "Read and write items in all site collections"),
    ("AllSites.Read", false, "Read items in all site collections"),
    ("Sites.Selected", false, "Access selected site collections"),
    ("Sites.Search.All", true, "Run search queries as a user"),
    ("TermStore.Read.All", true, "Read managed metadata"),
    ("TermStore.ReadWrite.All", true, "Read and write managed metadata"),
    ("User.Read.All", true, "Read user profiles"),
    ("User.ReadWrite.All", true, "Read and write user profiles"),
    ("MyFiles.Read", false, "Read user files"),
    ("MyFiles.Write", false, "Read and write user files"),
];

const GRAPH_PERMISSIONS: &[(&str, bool, &str)] = &[
    ("User.Read", false, "Sign you in and read your profile"),
    ("User.ReadBasic.All", false, "Read all users' basic profiles"),
    ("User.Read.All", true, "Read all users' full profiles"),
    ("Organization.Read.All", true, "Read organization information"),
    ("Sites.FullControl.All", true, "Have full control of all site collections"),
    ("Sites.Manage.All", false, "Create, edit, and delete items and lists in all your site collections"),
    ("Sites.ReadWrite.All", false, "Edit or delete items in all site collections"),
    ("Sites.Read.All", false, "Read items in all site collections"),
    ("Sites.Selected", false, "Access selected site collections"),
    ("Group.Read.All", true, "Read all groups"),
    ("GroupMember.Read.All", true, "Read group memberships"),
    ("Directory.Read.All", true, "Read directory data"),
    ("Files.Read.All", false, "Read all files that you have access to"),
    ("Files.ReadWrite.All", false, "Have full access to all files you have access to"),
];

/// Why a Conditional Access policy blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Block {
    /// The location, the app or the flow is not allowed: AADSTS53003.
    Access,
    /// The device is not compliant: AADSTS53000.
    Device,
    /// Sign-in by device code is not allowed: AADSTS53003 in that flow only.
    DeviceCode,
}

/// A Conditional Access policy.
#[derive(Debug, Clone)]
pub struct Policy {
    /// Policy id; appears in the claims of the refusal.
    pub id: String,
    /// The tenant it belongs to.
    pub tenant: String,
    /// What it blocks.
    pub block: Block,
    /// Only for tokens of this resource (app id); `None` for all.
    pub resource: Option<String>,
    /// Only for this person; `None` for everybody.
    pub upn: Option<String>,
}

impl Policy {
    /// A policy for everybody and everything in a tenant.
    pub fn new(tenant: &Tenant, block: Block) -> Self {
        Self { id: guid_of(&format!("{block:?} in {}", tenant.id)), tenant: tenant.id.clone(), block, resource: None, upn: None }
    }

    /// Only for tokens of one resource.
    #[must_use]
    pub fn only_for_resource(mut self, app_id: &str) -> Self {
        self.resource = Some(app_id.to_owned());
        self
    }

    /// Only for one person.
    #[must_use]
    pub fn only_for_user(mut self, upn: &str) -> Self {
        self.upn = Some(upn.to_owned());
        self
    }
}
