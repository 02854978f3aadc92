//! Which Confluence it is: Cloud or Server/Data Center, which version, under which context path.
//!
//! Cloud proves itself by `/_edge/tenant_info` on any host, custom domains too; Server and Data Center by the application link
//! manifest, which needs no sign-in, else by the meta elements of their pages. A path `/wiki` proves nothing.

mod version;

use serde::Deserialize;
use transport::Response;

pub(crate) use self::version::Version;
use crate::api::{Api, json_of};
use crate::classify::{Metas, Obstacle, is_from_confluence, metas, obstacle};
use crate::error::ConfluenceError;

/// What was found out about the product before signing in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Product {
    pub(crate) edition: Edition,
    /// The build number, where it is told.
    pub(crate) build: Option<String>,
    /// The base address that the server is configured with, where it is told.
    pub(crate) own_base: Option<String>,
    /// The identity provider that stands before it for people without a credential.
    pub(crate) gate: Option<String>,
}

/// Cloud, or Server/Data Center of some version.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Edition {
    Cloud { cloud_id: String },
    DataCenter { version: Option<Version> },
}

impl Product {
    pub(crate) fn new(edition: Edition) -> Self {
        Self { edition, build: None, own_base: None, gate: None }
    }

    pub(crate) fn is_cloud(&self) -> bool {
        matches!(self.edition, Edition::Cloud { .. })
    }

    pub(crate) fn version(&self) -> Option<&Version> {
        match &self.edition {
            Edition::DataCenter { version } => version.as_ref(),
            Edition::Cloud { .. } => None,
        }
    }

    /// True where the version is known and is at least this one.
    pub(crate) fn is_at_least(&self, major: u16, minor: u16) -> bool {
        self.version().is_some_and(|version| version.is_at_least(major, minor))
    }

    /// True where the version is known and is before this one.
    pub(crate) fn is_before(&self, major: u16, minor: u16) -> bool {
        self.version().is_some_and(|version| !version.is_at_least(major, minor))
    }

    /// What people call it. REST does not tell Server from Data Center; 8.5 is the last version that Server had.
    pub(crate) fn name(&self) -> &'static str {
        match &self.edition {
            Edition::Cloud { .. } => "Confluence Cloud",
            Edition::DataCenter { version: Some(version) } if version.is_at_least(8, 6) => "Confluence Data Center",
            Edition::DataCenter { .. } => "Confluence Server or Data Center",
        }
    }
}

/// The first answer of the host, and whom it came from.
pub(crate) struct First {
    pub(crate) api: Api,
    pub(crate) response: Response,
    /// The identity provider that stands before this Confluence; what proves it is Confluence is in `behind`.
    pub(crate) gate: Option<String>,
    pub(crate) behind: Option<Metas>,
}

/// The application link manifest, as Atlassian's servers publish it without a sign-in.
pub(crate) const MANIFEST: &str = "/rest/applinks/1.0/manifest";
/// Cloud's description of a site, without a sign-in, outside of `/wiki`.
pub(crate) const TENANT_INFO: &str = "/_edge/tenant_info";

/// Finds out what is there. Asks without a credential; stops at the first answer that is Confluence.
pub(crate) async fn detect(
    first: &First,
    candidates: &[String],
    cloud_id: Option<&str>,
    cloud_host: bool,
) -> Result<(Api, Product), ConfluenceError> {
    let api = &first.api;
    if let Some(cloud_id) = cloud_id {
        return Ok((api.clone(), Product::new(Edition::Cloud { cloud_id: cloud_id.to_owned() })));
    }
    if cloud_host {
        return match tenant(&first.response) {
            Some(cloud_id) => Ok((api.clone(), Product::new(Edition::Cloud { cloud_id }))),
            None => Err(no_cloud_site(&first.response, api)),
        };
    }
    if let (Some(gate), Some(behind)) = (&first.gate, &first.behind) {
        let product = Product { gate: Some(gate.clone()), ..from_metas(behind) };
        return checked(api.under(behind.context_path().unwrap_or(api.context())), product);
    }
    let mut search = Search::default();
    if let Some(found) = search.manifest(api, &first.response) {
        return checked(found.0, found.1);
    }
    let tenant_info = api.send(api.get_of_host(TENANT_INFO)).await?;
    if let Some(cloud_id) = tenant(&tenant_info) {
        return Ok((api.under("/wiki"), Product::new(Edition::Cloud { cloud_id })));
    }
    for context in candidates.iter().skip(1) {
        let there = api.under(context);
        let response = there.send(there.get(MANIFEST)).await?;
        if let Some(found) = search.manifest(&there, &response) {
            return checked(found.0, found.1);
        }
    }
    // no manifest: an app may be switched off, or something may keep strangers from the API; pages still say what they are
    for context in candidates {
        let there = api.under(context);
        let response = there.send(there.get_page("/")).await?;
        if let Some(found) = search.page(&there, &response) {
            return checked(found.0, found.1);
        }
    }
    Err(search.nothing(api))
}

/// What was seen on the way, for the case that nothing is found.
#[derive(Default)]
struct Search {
    other_product: Option<String>,
    gate: Option<Obstacle>,
    title: Option<String>,
    /// The status with which strangers are turned away, by whomever.
    refused: Option<u16>,
    /// The status of a page that turns strangers away, which any web server may have for some of its paths.
    page_refused: Option<u16>,
    /// Something was answered otherwise than with a refusal.
    answered: bool,
}

impl Search {
    fn manifest(&mut self, api: &Api, response: &Response) -> Option<(Api, Product)> {
        self.answered |= !is_refusal(response);
        let manifest = Manifest::read(response)?;
        if !manifest.type_id.eq_ignore_ascii_case("confluence") {
            self.other_product.get_or_insert_with(|| manifest.product());
            return None;
        }
        // redirects within the host may have led to another context path
        let context = response.url.path().strip_suffix(MANIFEST).unwrap_or(api.context());
        let version = manifest.version.as_deref().and_then(Version::parse);
        let product = Product { build: manifest.build, own_base: manifest.url, ..Product::new(Edition::DataCenter { version }) };
        Some((api.under(context), product))
    }

    fn page(&mut self, api: &Api, response: &Response) -> Option<(Api, Product)> {
        self.answered |= !is_refusal(response);
        let metas = metas(&response.text());
        if metas.is_confluence() {
            let context = metas.context_path().unwrap_or(api.context()).trim_end_matches('/').to_owned();
            return Some((api.under(&context), from_metas(&metas)));
        }
        if metas.get("application-name").is_some_and(|name| name.eq_ignore_ascii_case("jira")) {
            self.other_product.get_or_insert_with(|| "Jira".to_owned());
        }
        match obstacle(response) {
            Some(Obstacle::WebPage { title }) => {
                self.title = self.title.take().or(title);
                if is_refusal(response) {
                    self.page_refused.get_or_insert(response.status.as_u16());
                }
            }
            Some(Obstacle::Login) | None if is_from_confluence(response) => {
                return Some((api.clone(), Product::new(Edition::DataCenter { version: None })));
            }
            Some(other) => {
                self.gate.get_or_insert(other);
            }
            None if is_refusal(response) => {
                self.refused.get_or_insert(response.status.as_u16());
            }
            None => {}
        }
        None
    }

    fn nothing(self, api: &Api) -> ConfluenceError {
        let host = api.origin().host().to_owned();
        let refused = self.refused.or(self.page_refused.filter(|_| !self.answered));
        if let (None, None, Some(status)) = (&self.other_product, &self.gate, refused) {
            let by = format!("a gate that turns requests away before Confluence sees them (status {status})");
            return ConfluenceError::InTheWay { host, obstacle: Obstacle::Filter { by } };
        }
        match (self.other_product, self.gate) {
            (Some(product), _) => ConfluenceError::NotConfluence { found: product },
            (None, Some(Obstacle::Login) | None) => {
                let found =
                    self.title.map_or_else(|| "a web server without Confluence".to_owned(), |title| format!("a web page named “{title}”"));
                ConfluenceError::NotConfluence { found }
            }
            (None, Some(obstacle)) => ConfluenceError::InTheWay { host, obstacle },
        }
    }
}

fn is_refusal(response: &Response) -> bool {
    matches!(response.status.as_u16(), 401 | 403)
}

/// Too old for the REST API is as good as not there.
fn checked(api: Api, product: Product) -> Result<(Api, Product), ConfluenceError> {
    match product.version() {
        Some(version) if !version.is_at_least(5, 5) => Err(ConfluenceError::TooOld { version: version.to_string() }),
        _ => Ok((api, product)),
    }
}

fn no_cloud_site(response: &Response, api: &Api) -> ConfluenceError {
    let from_atlassian =
        response.header("server").is_some_and(|server| server.contains("Atlassian")) || response.headers.contains_key("atl-traceid");
    let host = api.origin().host().to_owned();
    match obstacle(response) {
        Some(obstacle @ (Obstacle::WebPage { .. } | Obstacle::Login)) if !from_atlassian && !matches!(response.status.as_u16(), 404) => {
            let by = match obstacle {
                Obstacle::WebPage { title: Some(title) } => format!("a page named “{title}”"),
                _ => "a web page that is not Atlassian's".to_owned(),
            };
            ConfluenceError::InTheWay { host, obstacle: Obstacle::Filter { by } }
        }
        _ => ConfluenceError::NotConfluence { found: "no Confluence Cloud site of this name".to_owned() },
    }
}

fn from_metas(metas: &Metas) -> Product {
    let version = metas.get("ajs-version-number").and_then(Version::parse);
    let text = |name: &str| metas.get(name).filter(|text| !text.is_empty()).map(str::to_owned);
    Product {
        build: text("ajs-build-number"),
        own_base: text("ajs-base-url").or_else(|| text("confluence-base-url")),
        ..Product::new(Edition::DataCenter { version })
    }
}

fn tenant(response: &Response) -> Option<String> {
    #[derive(Deserialize)]
    struct TenantInfo {
        #[serde(rename = "cloudId")]
        cloud_id: String,
    }
    let info: TenantInfo = json_of(response).ok()?;
    (!info.cloud_id.is_empty()).then_some(info.cloud_id)
}

/// What the manifest says. It comes as XML unless JSON is asked for, and some proxies lose the question.
struct Manifest {
    type_id: String,
    name: Option<String>,
    version: Option<String>,
    build: Option<String>,
    url: Option<String>,
}

impl Manifest {
    fn read(response: &Response) -> Option<Self> {
        if !response.status.is_success() || response.is_html() {
            return None;
        }
        let text = response.text();
        if text.trim_start().starts_with('<') { Self::from_xml(&text) } else { Self::from_json(response) }
    }

    fn from_json(response: &Response) -> Option<Self> {
        let value: serde_json::Value = response.json().ok()?;
        let text = |name: &str| match value.get(name)? {
            serde_json::Value::String(text) => Some(text.clone()),
            serde_json::Value::Number(number) => Some(number.to_string()),
            _ => None,
        };
        Some(Self { type_id: text("typeId")?, name: text("name"), version: text("version"), build: text("buildNumber"), url: text("url") })
    }

    fn from_xml(text: &str) -> Option<Self> {
        if !text.contains("<manifest") {
            return None;
        }
        let element = |name: &str| {
            let (_, rest) = text.split_once(&format!("<{name}>"))?;
            let (content, _) = rest.split_once("</")?;
            Some(content.trim().replace("&amp;", "&"))
        };
        Some(Self {
            type_id: element("typeId")?,
            name: element("name"),
            version: element("version"),
            build: element("buildNumber"),
            url: element("url"),
        })
    }

    fn product(&self) -> String {
        let product = match self.type_id.as_str() {
            "jira" => "Jira",
            "stash" => "Bitbucket",
            "bamboo" => "Bamboo",
            "fecru" => "Fisheye/Crucible",
            "refapp" => "an Atlassian reference application",
            other => self.name.as_deref().unwrap_or(other),
        };
        self.version.as_ref().map_or_else(|| product.to_owned(), |version| format!("{product} {version}"))
    }
}
