//! Typed calls to one site, made with one token.

use http::header::USER_AGENT as USER_AGENT_HEADER;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use transport::Request;
use url::Url;

use super::error::{Evidence, SharePointError, Unusable, read};
use super::permissions::Permissions;
use crate::caller::Caller;

/// The list template of Site Pages libraries (`ListTemplateType.WebPageLibrary`).
const SITE_PAGES_TEMPLATE: u32 = 119;

/// SharePoint's REST service at one host, with a token for it.
#[derive(Clone, Debug)]
pub(crate) struct SharePoint<'a> {
    caller: Caller<'a>,
}

/// A site (in SharePoint's words a web) as it shows itself to this account.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Web {
    pub(crate) title: String,
    pub(crate) url: Url,
    #[serde(default, rename = "WebTemplate")]
    pub(crate) template: String,
    #[serde(default)]
    pub(crate) language: u32,
    /// The account's rights cut down by the app's scope: the one honest measure of both.
    pub(crate) effective_base_permissions: Permissions,
}

impl Web {
    /// True for the site of a Microsoft 365 group (the template of modern team sites, `GROUP#0`).
    pub(crate) fn is_of_a_group(&self) -> bool {
        self.template.eq_ignore_ascii_case("GROUP")
    }
}

/// The state of a site collection.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct SiteState {
    pub(crate) read_only: bool,
    #[serde(default)]
    pub(crate) lock_issue: Option<String>,
    #[serde(default)]
    pub(crate) geo_location: Option<String>,
}

/// The account as the site knows it.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct SiteUser {
    pub(crate) id: i64,
    pub(crate) login_name: String,
    #[serde(default)]
    pub(crate) title: String,
    #[serde(default)]
    pub(crate) is_site_admin: bool,
}

impl SiteUser {
    /// The name that the site and its administrators know the account by: what stands behind the claim's last bar.
    pub(crate) fn account(&self) -> &str {
        self.login_name.rsplit('|').next().unwrap_or(&self.login_name)
    }

    /// True for a guest of another organization.
    pub(crate) fn is_guest(&self) -> bool {
        self.login_name.to_ascii_lowercase().contains("#ext#")
    }
}

/// A Site Pages library and what the account may do in it, which may differ from the site.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Library {
    pub(crate) title: String,
    pub(crate) effective_base_permissions: Permissions,
    #[serde(default)]
    pub(crate) enable_moderation: bool,
    #[serde(default)]
    pub(crate) force_checkout: bool,
    #[serde(default)]
    root_folder: Option<RootFolder>,
}

#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RootFolder {
    server_relative_url: String,
}

impl Library {
    fn is_site_pages(&self) -> bool {
        self.root_folder.as_ref().is_some_and(|folder| folder.server_relative_url.to_ascii_lowercase().ends_with("/sitepages"))
    }

    /// Where it is, for people.
    pub(crate) fn path(&self) -> Option<&str> {
        self.root_folder.as_ref().map(|folder| folder.server_relative_url.as_str())
    }
}

#[derive(Deserialize)]
struct Collection<T> {
    value: Vec<T>,
}

impl<'a> SharePoint<'a> {
    pub(crate) const fn new(caller: Caller<'a>) -> Self {
        Self { caller }
    }

    /// The site and the rights on it. `EffectiveBasePermissions` comes only where it is named.
    pub(crate) async fn web(&self, site: &str) -> Result<Web, SharePointError> {
        self.get(site, "web?$select=Id,Title,Url,WebTemplate,Language,EffectiveBasePermissions").await
    }

    /// Read-only lock and its reason. A call of its own: an unknown property fails the whole call with 400.
    pub(crate) async fn state(&self, site: &str) -> Result<SiteState, SharePointError> {
        self.get(site, "site?$select=ReadOnly,LockIssue,GeoLocation").await
    }

    /// Who the site takes the account for.
    pub(crate) async fn current_user(&self, site: &str) -> Result<SiteUser, SharePointError> {
        self.get(site, "web/currentuser?$select=Id,LoginName,Title,IsSiteAdmin").await
    }

    /// Whether the account stands in the site's Owners group by itself. Behind a Microsoft 365 group stand no people but a claim, and
    /// its owners are site administrators.
    pub(crate) async fn is_owner(&self, site: &str, user: &SiteUser) -> Result<bool, SharePointError> {
        let path = format!("web/associatedownergroup/users?$select=Id&$filter=Id%20eq%20{}", user.id);
        let people: Collection<Value> = self.get(site, &path).await?;
        Ok(!people.value.is_empty())
    }

    /// The Site Pages library, with the rights on the library itself. None where there is none that the account may see.
    pub(crate) async fn site_pages(&self, site: &str) -> Result<Option<Library>, SharePointError> {
        let path = format!(
            "web/lists?$filter=BaseTemplate%20eq%20{SITE_PAGES_TEMPLATE}&$expand=RootFolder\
             &$select=Id,Title,EnableModeration,ForceCheckout,EffectiveBasePermissions,RootFolder/ServerRelativeUrl"
        );
        let mut libraries: Vec<Library> = self.get::<Collection<Library>>(site, &path).await?.value;
        let at = libraries.iter().position(Library::is_site_pages).unwrap_or(0);
        Ok(if libraries.is_empty() { None } else { Some(libraries.swap_remove(at)) })
    }

    async fn get<T: DeserializeOwned>(&self, site: &str, call: &str) -> Result<T, SharePointError> {
        let request = Request::get(format!("{site}/_api/{call}"))
            .header(http::header::ACCEPT, "application/json;odata=nometadata")
            .header(USER_AGENT_HEADER, super::USER_AGENT);
        let response = self.caller.execute(request).await?;
        let body = read(&response)?;
        serde_json::from_value(body).map_err(|_not_the_shape| SharePointError::Unusable {
            host: self.caller.host().to_owned(),
            what: Unusable::NotTheData,
            evidence: Box::new(Evidence::of(&response, None)),
        })
    }
}

#[cfg(test)]
mod tests {
    use preflight::{Origin, Secret};
    use transport::{Network as _, ScriptedNetwork, Want};

    use super::*;

    const SITE: &str = "/sites/wiki";

    fn sharepoint(network: &ScriptedNetwork) -> SharePoint<'static> {
        let origin = Origin::parse("https://heather.sharepoint.com").expect("an origin");
        SharePoint::new(Caller::with(network.to(&origin), Secret::new("S3CRET-SPO".to_owned()).bind(origin)))
    }

    fn script(wants: impl IntoIterator<Item = Want>) -> ScriptedNetwork {
        ScriptedNetwork::new(wants)
    }

    #[tokio::test]
    async fn a_site_shows_itself_with_the_rights_on_it() {
        let body = r#"{"Id":"x","Title":"Heather Wiki","Url":"https://heather.sharepoint.com/sites/wiki","WebTemplate":"GROUP","Language":1033,
            "EffectiveBasePermissions":{"High":"432","Low":"1011030767"}}"#;
        let network = script([Want::get("/sites/wiki/_api/web?$select=").answer(200, body)]);
        let web = sharepoint(&network).web(SITE).await.expect("a site");
        assert_eq!(web.effective_base_permissions, Permissions::of_halves(432, 1_011_030_767));
        assert_eq!(web.title, "Heather Wiki");
    }

    #[tokio::test]
    async fn a_good_status_without_permission_bits_is_no_proof() {
        let body = r#"{"Title":"Heather Wiki","Url":"https://heather.sharepoint.com/sites/wiki"}"#;
        let network = script([Want::get("/sites/wiki/_api/web").answer(200, body)]);
        let error = sharepoint(&network).web(SITE).await.expect_err("no bits");
        assert!(matches!(error, SharePointError::Unusable { what: Unusable::NotTheData, .. }), "{error:?}");
    }

    #[tokio::test]
    async fn the_site_pages_library_is_found_among_its_kind() {
        let library = |folder: &str, low: &str| {
            format!(
                r#"{{"Title":"{folder}","EffectiveBasePermissions":{{"High":"432","Low":"{low}"}},"RootFolder":{{"ServerRelativeUrl":"/sites/wiki/{folder}"}}}}"#
            )
        };
        let body = format!(r#"{{"value":[{},{}]}}"#, library("Old", "1"), library("SitePages", "7"));
        let network = script([
            Want::get("/sites/wiki/_api/web/lists?$filter=BaseTemplate%20eq%20119").answer(200, &body),
            Want::get(SITE).answer(200, r#"{"value":[]}"#),
        ]);
        let sharepoint = sharepoint(&network);
        let found = sharepoint.site_pages(SITE).await.expect("an answer").expect("a library");
        assert_eq!((found.path(), found.effective_base_permissions), (Some("/sites/wiki/SitePages"), Permissions::of_halves(432, 7)));
        assert_eq!(sharepoint.site_pages(SITE).await.expect("an answer"), None);
    }

    #[tokio::test]
    async fn owners_are_looked_for_by_their_number() {
        let network = script([
            Want::get("/sites/wiki/_api/web/associatedownergroup/users?$select=Id&$filter=Id%20eq%2011")
                .answer(200, r#"{"value":[{"Id":11}]}"#),
            Want::get("/sites/wiki/_api/web/associatedownergroup/users").answer(200, r#"{"value":[]}"#),
        ]);
        let user = SiteUser {
            id: 11,
            login_name: "i:0#.f|membership|ada_x#EXT#@heather.example".to_owned(),
            title: String::new(),
            is_site_admin: false,
        };
        let sharepoint = sharepoint(&network);
        assert!(sharepoint.is_owner(SITE, &user).await.expect("an answer"));
        assert!(!sharepoint.is_owner(SITE, &user).await.expect("an answer"));
        assert!(user.is_guest());
        assert_eq!(user.account(), "ada_x#EXT#@heather.example");
    }

    #[test]
    fn nothing_shows_the_token() {
        assert!(!format!("{:?}", sharepoint(&script([]))).contains("S3CRET"));
    }
}
