//! Scopes: which resource they mean, and which of them an app holds.
//!
//! The resource is everything before the last `/` of a scope; a scope without one belongs to Graph
//! (Microsoft identity platform, "Scopes and permissions").

use std::collections::BTreeSet;

use super::World;
use super::directory::{App, GRAPH_APP_ID, Permission, Resource, Tenant, User};
use super::refusal::Refusal;

/// The scopes of a request, sorted by resource.
#[derive(Debug, Clone, Default)]
#[expect(clippy::struct_excessive_bools, reason = "one for each identity scope")]
pub(crate) struct Requested {
    pub(crate) openid: bool,
    pub(crate) profile: bool,
    pub(crate) email: bool,
    pub(crate) offline_access: bool,
    pub(crate) resources: Vec<ForResource>,
}

/// What is asked of one resource.
#[derive(Debug, Clone)]
pub(crate) struct ForResource {
    /// The identifier as the request wrote it; becomes the audience.
    pub(crate) uri: String,
    pub(crate) resource: Resource,
    pub(crate) names: Vec<String>,
    pub(crate) default: bool,
}

/// Whether an unknown permission name is told as the sign-in page or as the token endpoint tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum At {
    Authorize,
    Token,
}

impl Requested {
    pub(crate) fn parse(world: &World, tenant: &Tenant, app: &App, scope: &str, at: At) -> Result<Self, Refusal> {
        let mut requested = Self::default();
        for item in scope.split_whitespace() {
            match item {
                "openid" => requested.openid = true,
                "profile" => requested.profile = true,
                "email" => requested.email = true,
                "offline_access" => requested.offline_access = true,
                _ => requested.add(world, tenant, app, item, at)?,
            }
        }
        if let Some(mixed) = requested.resources.iter().find(|part| part.default && !part.names.is_empty()) {
            let text = format!(
                "The provided value for the input parameter 'scope' is not valid. .default scope can't be combined with \
                 resource-specific scopes ({}).",
                mixed.uri
            );
            return Err(Refusal::new(70011, "invalid_scope", text));
        }
        Ok(requested)
    }

    fn add(&mut self, world: &World, tenant: &Tenant, app: &App, item: &str, at: At) -> Result<(), Refusal> {
        let (uri, name) = match item.rsplit_once('/') {
            Some((uri, name)) => (uri.to_owned(), name),
            None => (world.graph_uri(), item),
        };
        if name.is_empty() || (uri.contains(':') && !uri.contains("://")) {
            return Err(Refusal::invalid_scope(item));
        }
        if uri == app.client_id {
            let text = format!("Application '{uri}' is requesting a token for itself.");
            return Err(Refusal::new(90009, "invalid_resource", text));
        }
        let resource = world.resource(tenant, &uri)?;
        if self.resources.iter().all(|part| part.uri != uri) {
            let part = ForResource { uri: uri.clone(), resource: resource.clone(), names: Vec::new(), default: false };
            self.resources.push(part);
        }
        let Some(part) = self.resources.iter_mut().find(|part| part.uri == uri) else {
            return Ok(());
        };
        if name == ".default" {
            part.default = true;
        } else if let Some(permission) = resource.permission(name) {
            part.names.push(permission.name.clone());
        } else if at == At::Token {
            return Err(Refusal::invalid_scope(item));
        } else {
            let text = format!(
                "The application '{}' asked for scope '{name}' that doesn't exist on the resource '{}'. Contact the app vendor.",
                app.name, resource.app_id
            );
            return Err(Refusal::new(650_053, "invalid_client", text));
        }
        Ok(())
    }
}

impl World {
    /// The canonical identifier of Graph.
    pub(crate) fn graph_uri(&self) -> String {
        let graph = self.resources.iter().find(|resource| resource.app_id == GRAPH_APP_ID);
        graph.and_then(|resource| resource.uris.first()).cloned().unwrap_or_else(|| GRAPH_APP_ID.to_owned())
    }

    pub(crate) fn resource(&self, tenant: &Tenant, uri: &str) -> Result<Resource, Refusal> {
        let resource = self
            .resources
            .iter()
            .filter(|resource| resource.tenant.as_ref().is_none_or(|id| *id == tenant.id))
            .find(|resource| resource.app_id == uri || resource.uris.iter().any(|known| known.eq_ignore_ascii_case(uri)))
            .ok_or_else(|| Refusal::resource_not_found(uri, &tenant.name))?;
        if tenant.missing_resources.contains(&resource.app_id) {
            let organization = tenant.domains.first().map_or("", String::as_str);
            return Err(Refusal::resource_missing(&resource.app_id, &resource.name, organization));
        }
        if tenant.disabled_resources.contains(&resource.app_id) {
            return Err(Refusal::resource_disabled(uri));
        }
        Ok(resource.clone())
    }

    /// What still has to be consented to before `requested` can be granted.
    pub(crate) fn consent_needed(
        &self,
        tenant: &Tenant,
        app: &App,
        user: &User,
        requested: &Requested,
        ask_again: bool,
    ) -> Result<Consent, Refusal> {
        let mut consent = Consent { offline_access: requested.offline_access, ..Consent::default() };
        for part in &requested.resources {
            let granted = app.granted(Some(&user.oid), &part.resource.app_id);
            if part.default {
                let registered = app.registered(part)?;
                if ask_again || granted.is_empty() || registered.is_empty() {
                    // consent by `.default` is asked for every API of the registration at once
                    for (app_id, names) in &app.delegated {
                        consent.add(&self.resource(tenant, app_id)?, names.iter());
                    }
                }
            } else {
                consent.add(&part.resource, part.names.iter().filter(|name| ask_again || !granted.contains(*name)));
            }
        }
        consent.basics = !consent.items.is_empty() || ask_again || !app.has_any_grant(&user.oid);
        Ok(consent)
    }
}

impl App {
    /// What the registration lists for the resource of `part`; nothing listed is AADSTS650057.
    fn registered(&self, part: &ForResource) -> Result<Vec<String>, Refusal> {
        let refusal = || Refusal::resource_not_requested(&self.client_id, &self.name, &part.resource.app_id, &part.uri);
        self.delegated.get(&part.resource.app_id).cloned().ok_or_else(refusal)
    }

    /// The delegated permissions a token for `part` carries: everything consented for the resource, as Entra does it,
    /// provided that what was asked for is among it.
    pub(crate) fn scopes_for(&self, user: &User, part: &ForResource) -> Result<BTreeSet<String>, Refusal> {
        let granted = self.granted(Some(&user.oid), &part.resource.app_id);
        if part.default {
            self.registered(part)?;
        }
        let lacking = part.names.iter().any(|name| !granted.contains(name));
        if lacking || granted.is_empty() {
            return Err(Refusal::not_consented(&self.client_id, &self.name));
        }
        Ok(granted)
    }
}

/// What a consent page asks for.
#[derive(Debug, Clone, Default)]
pub(crate) struct Consent {
    /// (resource app id, resource name, permission)
    pub(crate) items: Vec<(String, String, Permission)>,
    /// Sign-in and basic profile.
    pub(crate) basics: bool,
    pub(crate) offline_access: bool,
}

impl Consent {
    fn add<'a>(&mut self, resource: &Resource, names: impl Iterator<Item = &'a String>) {
        for name in names {
            let known = self.items.iter().any(|(id, _, item)| *id == resource.app_id && item.name == *name);
            if let Some(permission) = resource.permission(name).filter(|_| !known) {
                self.items.push((resource.app_id.clone(), resource.name.clone(), permission.clone()));
            }
        }
    }

    pub(crate) fn is_needed(&self) -> bool {
        self.basics
    }

    pub(crate) fn needs_admin(&self) -> bool {
        self.items.iter().any(|(_, _, permission)| permission.admin_only)
    }
}
