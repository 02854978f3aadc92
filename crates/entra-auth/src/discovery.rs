//! The tenant's OpenID configuration: proves that the tenant exists, and says where everything else is.
//!
//! OpenID Connect Discovery 1.0 §4. Its rule that the issuer equals the address asked does not fit Entra, which answers for a domain
//! with the tenant's GUID and for `organizations` with the text `{tenantid}`. So the rule is replaced, not dropped: every endpoint must be
//! at the authority or at another name of the same cloud, and the issuer must be of a tenant that was asked for.

use http::StatusCode;
use openidconnect::core::{
    CoreAuthDisplay, CoreClaimName, CoreClaimType, CoreClientAuthMethod, CoreGrantType, CoreJsonWebKey, CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm, CoreResponseMode, CoreResponseType, CoreSubjectIdentifierType,
};
use openidconnect::{AdditionalProviderMetadata, ProviderMetadata, TokenUrl};
use preflight::Origin;
use serde::{Deserialize, Serialize};
use transport::{OriginPath, Request};
use url::Url;

use crate::token_endpoint::TokenEndpoint;
use crate::{Authority, ClientId, Cx, Guid, Refusal, RefusedApp, SignInError, Stage, Tenant, UnexpectedAnswer, Way};

/// What the tenant's configuration says, checked.
#[derive(Clone, Debug)]
pub struct Metadata {
    authority: Authority,
    tenant: Guid,
    issuer: String,
    authorization_endpoint: Url,
    token_endpoint: Url,
    keys: Url,
    device_endpoint: Option<Url>,
    form_post: bool,
    graph: Origin,
    region: Option<String>,
}

/// Why a configuration cannot be used.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum MetadataError {
    /// An endpoint is at a host that is not the sign-in service's.
    #[error("its {what} is at {host}, which does not belong to the sign-in service")]
    Foreign {
        /// Which endpoint.
        what: &'static str,
        /// Where it would be.
        host: String,
    },
    /// The issuer names no tenant.
    #[error("its issuer names no tenant")]
    NoTenant,
    /// Another tenant than the one asked for.
    #[error("it is for tenant {found}")]
    OtherTenant {
        /// The tenant it is for.
        found: Guid,
    },
}

/// Stands for the tenant's GUID in an issuer.
const TENANT_PLACEHOLDER: &str = "{tenantid}";

/// Fields that Entra adds (Microsoft, "OpenID Connect on the Microsoft identity platform").
#[derive(Clone, PartialEq, Eq, Debug, Deserialize, Serialize)]
struct EntraFields {
    device_authorization_endpoint: Option<Url>,
    msgraph_host: Option<String>,
    tenant_region_scope: Option<String>,
}

impl AdditionalProviderMetadata for EntraFields {}

type EntraMetadata = ProviderMetadata<
    EntraFields,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

/// Asks the sign-in service for the tenant's configuration. Needs no credential, so it proves network and tenant before anybody signs in.
pub async fn discover(cx: &Cx<'_>, authority: &Authority) -> Result<Metadata, SignInError> {
    let request = Request { path: authority.path("v2.0/.well-known/openid-configuration"), ..Request::get("/").accept_json() };
    let response = cx.network.to(authority.origin()).execute(request).await?;
    if response.status == StatusCode::OK
        && let Ok(document) = response.json::<EntraMetadata>()
    {
        return Metadata::check(authority, &document).map_err(SignInError::Metadata);
    }
    Err(match Refusal::from_response(Stage::Discovery, &response) {
        Some(refusal) => refusal.into(),
        None => SignInError::Unexpected(UnexpectedAnswer::of(Stage::Discovery, &response)),
    })
}

impl Metadata {
    fn check(authority: &Authority, document: &EntraMetadata) -> Result<Self, MetadataError> {
        let own = |what: &'static str, url: &Url| {
            let trusted =
                Origin::of(url).is_ok_and(|origin| authority.trusts(&origin)) && url.username().is_empty() && url.password().is_none();
            if trusted {
                Ok(url.clone())
            } else {
                Err(MetadataError::Foreign { what, host: url.host_str().unwrap_or_default().to_owned() })
            }
        };
        let needed = |what: &'static str, url: Option<&Url>| own(what, url.ok_or(MetadataError::Foreign { what, host: String::new() })?);
        let issuer = document.issuer();
        own("issuer", issuer.url())?;
        let token_endpoint = needed("token endpoint", document.token_endpoint().map(TokenUrl::url))?;
        let tenant = tenant_in(issuer.as_str())
            .or_else(|| {
                if issuer.as_str().contains(TENANT_PLACEHOLDER) {
                    asked_id(authority).or_else(|| tenant_in(token_endpoint.as_str()))
                } else {
                    None
                }
            })
            .ok_or(MetadataError::NoTenant)?;
        if asked_id(authority).is_some_and(|asked| asked != tenant) {
            return Err(MetadataError::OtherTenant { found: tenant });
        }
        let entra = document.additional_metadata();
        let modes = document.response_modes_supported().map(Vec::as_slice).unwrap_or_default();
        Ok(Self {
            authorization_endpoint: own("authorization endpoint", document.authorization_endpoint().url())?,
            keys: own("key set", document.jwks_uri().url())?,
            device_endpoint: entra.device_authorization_endpoint.as_ref().map(|url| own("device endpoint", url)).transpose()?,
            form_post: modes.contains(&CoreResponseMode::FormPost),
            graph: graph(authority, entra.msgraph_host.as_deref())?,
            region: entra.tenant_region_scope.clone(),
            issuer: issuer.as_str().to_owned(),
            authority: authority.clone(),
            tenant,
            token_endpoint,
        })
    }

    /// The authority that was asked.
    pub fn authority(&self) -> &Authority {
        &self.authority
    }

    /// The tenant's GUID, also where it was asked for by a domain.
    pub fn tenant(&self) -> &Guid {
        &self.tenant
    }

    /// Where Graph answers.
    pub fn graph(&self) -> &Origin {
        &self.graph
    }

    /// The region that the tenant belongs to, such as `WW` or `EU`.
    pub fn region(&self) -> Option<&str> {
        self.region.as_deref()
    }

    /// Where device codes are asked for, where that is offered.
    pub fn device_endpoint(&self) -> Option<&Url> {
        self.device_endpoint.as_ref()
    }

    pub(crate) fn authorization_endpoint(&self) -> &Url {
        &self.authorization_endpoint
    }

    pub(crate) fn keys(&self) -> &Url {
        &self.keys
    }

    /// True where the answer can come as a form post, which keeps the code out of history and logs.
    pub(crate) fn form_post(&self) -> bool {
        self.form_post
    }

    /// The issuer that an ID token for this tenant must name.
    pub(crate) fn issuer_of(&self, tenant: &Guid) -> String {
        self.issuer.replace(TENANT_PLACEHOLDER, tenant.as_str())
    }

    pub(crate) fn token_endpoint(&self, client_id: &ClientId, way: Way) -> TokenEndpoint {
        TokenEndpoint {
            origin: Origin::of(&self.token_endpoint).expect("checked when it was read"),
            path: path_of(&self.token_endpoint),
            client_id: client_id.clone(),
            app: RefusedApp::new(&self.authority, client_id),
            way,
        }
    }
}

/// Path and query of a URL.
pub(crate) fn path_of(url: &Url) -> OriginPath {
    OriginPath::new(&url[url::Position::BeforePath..url::Position::AfterQuery])
}

fn asked_id(authority: &Authority) -> Option<Guid> {
    match authority.tenant() {
        Tenant::Id(id) => Some(id.clone()),
        Tenant::Domain(_) => None,
    }
}

/// The first GUID among the parts of an address.
fn tenant_in(address: &str) -> Option<Guid> {
    address.split('/').skip(3).find_map(Guid::parse)
}

/// Graph's address. A custom authority names it, port and all, and it is reached the same way as the authority; Microsoft's own are known.
fn graph(authority: &Authority, named: Option<&str>) -> Result<Origin, MetadataError> {
    if let Some(cloud) = authority.cloud() {
        // DoD shares its sign-in service with GCC High, whose configuration names GCC High's Graph
        return Ok(cloud.graph());
    }
    let host = named.unwrap_or_default();
    let foreign = || MetadataError::Foreign { what: "Graph host", host: host.to_owned() };
    if host.contains(['/', '@', '?', '#']) {
        return Err(foreign());
    }
    let graph = Origin::parse(&format!("{}://{host}", authority.origin().scheme())).map_err(|_no_host| foreign())?;
    if graph.is_https() || graph.is_loopback() { Ok(graph) } else { Err(foreign()) }
}

#[cfg(test)]
mod tests;
