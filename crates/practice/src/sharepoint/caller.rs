//! Who calls: a bearer token checked against the practice Entra, the audience and the clock.

use std::collections::BTreeSet;

use axum::http::{HeaderMap, header};
use serde_json::Value;

use crate::entra::{GRAPH_APP_ID, SHAREPOINT_APP_ID, UnverifiedJwt, User};

use super::SharePoint;
use super::permissions::BasePermissions;
use super::site::Site;

/// What a request carries in its `Authorization` header.
#[derive(Debug)]
pub(crate) enum Credential {
    /// No such header, or another scheme.
    None,
    /// `Bearer` and nothing behind it.
    EmptyBearer,
    /// A token.
    Bearer(String),
}

impl Credential {
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let value = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let (scheme, token) = value.trim().split_once(' ').unwrap_or((value.trim(), ""));
        if !scheme.eq_ignore_ascii_case("bearer") {
            return Self::None;
        }
        match token.trim() {
            "" => Self::EmptyBearer,
            token => Self::Bearer(token.to_owned()),
        }
    }
}

/// Why a token is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Distrust {
    /// Not a JWT.
    Malformed,
    /// Signed by an algorithm that is not accepted.
    Algorithm,
    /// Not Entra's signature, or another tenant's token.
    Signature,
    /// For another audience.
    Audience,
    /// Before its time or after it.
    Time,
    /// Issued before the sessions were revoked, by a client that understands the challenge.
    Revoked,
}

/// A caller whose token is good.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    pub(crate) kind: Kind,
    /// Delegated permissions, or application permissions of an app-only token.
    pub(crate) permissions: BTreeSet<String>,
    pub(crate) client_id: String,
}

/// Person or app.
#[derive(Debug, Clone)]
pub(crate) enum Kind {
    Person(Box<User>),
    App {
        /// Proven by a certificate rather than a secret.
        by_certificate: bool,
    },
}

/// Which service looks at the token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Service {
    SharePoint,
    Graph,
}

impl SharePoint {
    /// Checks a token in the order the service does: form, signature, audience, time.
    pub(crate) fn caller(&self, token: &str, service: Service) -> Result<Caller, Distrust> {
        let jwt = UnverifiedJwt::parse(token).ok_or(Distrust::Malformed)?;
        if jwt.header_text("alg") != "RS256" {
            return Err(Distrust::Algorithm);
        }
        let audience = jwt.text("aud");
        let (own, other) = (self.audiences(service), self.audiences(service.other()));
        // Graph checks the audience first; to SharePoint a Graph token has a wrong signature
        if service == Service::Graph && !own.iter().any(|known| known == audience) {
            return Err(Distrust::Audience);
        }
        if service == Service::SharePoint && other.iter().any(|known| known == audience) {
            return Err(Distrust::Signature);
        }
        let key = self.entra().signing_key();
        if jwt.header_text("kid") != key.kid() || !jwt.is_signed_by(&key.public()) {
            return Err(Distrust::Signature);
        }
        if !own.iter().any(|known| known == audience) {
            return Err(Distrust::Audience);
        }
        let issuer = format!("{}/{}/", self.entra().origin(), self.tenant());
        if jwt.text("iss") != issuer || jwt.text("tid") != self.tenant() {
            return Err(Distrust::Signature);
        }
        let now = self.entra().clock().seconds();
        let (not_before, expires) = (jwt.number("nbf").unwrap_or(i64::MAX), jwt.number("exp").unwrap_or(0));
        if now + 300 < not_before || now >= expires {
            return Err(Distrust::Time);
        }
        let revoked = self.inside().revoked_before.is_some_and(|moment| jwt.number("iat").unwrap_or(0) < moment);
        let understands = jwt.claims.get("xms_cc").is_some_and(|value| value.to_string().contains("cp1"));
        if revoked && understands {
            return Err(Distrust::Revoked);
        }
        self.identify(&jwt).ok_or(Distrust::Signature)
    }

    fn audiences(&self, service: Service) -> Vec<String> {
        let inside = self.inside();
        match service {
            Service::SharePoint => {
                let mut known = inside.audiences.clone();
                known.extend([inside.origin.clone(), SHAREPOINT_APP_ID.to_owned()]);
                known
            }
            Service::Graph => {
                let public = "https://graph.microsoft.com".to_owned();
                vec![inside.graph_origin.clone(), public, GRAPH_APP_ID.to_owned()]
            }
        }
    }

    fn identify(&self, jwt: &UnverifiedJwt) -> Option<Caller> {
        let world = self.entra().world();
        let client_id = jwt.text("appid").to_owned();
        if jwt.text("idtyp") == "app" {
            let roles = jwt.claims.get("roles").and_then(Value::as_array).cloned().unwrap_or_default();
            let permissions = roles.iter().filter_map(Value::as_str).map(str::to_owned).collect();
            world.app(&client_id)?;
            let by_certificate = jwt.text("appidacr") == "2";
            return Some(Caller { kind: Kind::App { by_certificate }, permissions, client_id });
        }
        let user = world.user(self.tenant(), jwt.text("oid"))?.clone();
        let permissions = jwt.text("scp").split_whitespace().map(str::to_owned).collect();
        Some(Caller { kind: Kind::Person(Box::new(user)), permissions, client_id })
    }
}

impl Service {
    fn other(self) -> Self {
        match self {
            Self::SharePoint => Self::Graph,
            Self::Graph => Self::SharePoint,
        }
    }
}

impl Caller {
    pub(crate) fn has_any(&self, names: &[&str]) -> bool {
        names.iter().any(|&name| self.permissions.contains(name))
    }

    /// What the app's permissions let through on a site.
    pub(crate) fn scope(&self, site: &Site) -> BasePermissions {
        let mut scope =
            self.permissions.iter().filter_map(|name| BasePermissions::of_scope(name)).fold(BasePermissions::NONE, BasePermissions::or);
        if self.permissions.contains("Sites.Selected")
            && let Some(granted) = site.granted_apps.get(&self.client_id)
        {
            scope = scope.or(*granted);
        }
        scope
    }

    /// The rights of the caller on a site: role and scope both must have them.
    pub(crate) fn effective(&self, site: &Site) -> BasePermissions {
        let own = match &self.kind {
            Kind::Person(user) => site.roles.get(&user.upn.to_lowercase()).map_or(BasePermissions::NONE, |role| role.permissions()),
            Kind::App { .. } => BasePermissions::FULL,
        };
        site.cut_by_no_script(own.and(self.scope(site)))
    }

    /// The same on the Site Pages library, which may have permissions of its own.
    pub(crate) fn effective_on_library(&self, site: &Site) -> BasePermissions {
        let (Some(roles), Kind::Person(user)) = (&site.library_roles, &self.kind) else {
            return self.effective(site);
        };
        let own = roles.get(&user.upn.to_lowercase()).map_or(BasePermissions::NONE, |role| role.permissions());
        // a site collection administrator stands above unique permissions
        let own = match site.roles.get(&user.upn.to_lowercase()) {
            Some(super::Role::SiteAdmin) => BasePermissions::FULL,
            _ => own,
        };
        site.cut_by_no_script(own.and(self.scope(site)))
    }
}
