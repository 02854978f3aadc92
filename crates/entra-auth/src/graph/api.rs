//! Typed calls to Graph, made with one token.

use http::header::{ACCEPT, USER_AGENT as USER_AGENT_HEADER};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use transport::Request;

use super::error::{GraphError, Refusal, read};
use crate::SiteAddress;
use crate::caller::Caller;
use crate::sharepoint::{Evidence, USER_AGENT, Unusable};

/// Microsoft Graph v1.0 with a token for it.
#[derive(Clone, Debug)]
pub(crate) struct Graph<'a> {
    caller: Caller<'a>,
}

/// A site as Graph sees it.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub(crate) struct Site {
    pub(crate) id: String,
}

/// The person as Graph sees them.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Me {
    /// Object id in this tenant.
    #[serde(default)]
    pub(crate) id: Option<String>,
    pub(crate) user_principal_name: String,
    #[serde(default)]
    pub(crate) user_type: Option<String>,
}

/// The tenant as Graph sees it.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Organization {
    #[serde(default)]
    pub(crate) display_name: Option<String>,
    /// Empty for apps that may not see them.
    #[serde(default)]
    assigned_plans: Vec<Plan>,
}

#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Plan {
    #[serde(default)]
    capability_status: String,
    #[serde(default)]
    service: String,
}

impl Organization {
    /// Whether the tenant has a SharePoint plan that works; none where the app may not see plans.
    pub(crate) fn has_sharepoint(&self) -> Option<bool> {
        let works = |plan: &Plan| plan.service == "SharePoint" && matches!(plan.capability_status.as_str(), "Enabled" | "Warning");
        (!self.assigned_plans.is_empty()).then(|| self.assigned_plans.iter().any(works))
    }
}

#[derive(Deserialize)]
struct Collection<T> {
    value: Vec<T>,
}

impl<'a> Graph<'a> {
    pub(crate) const fn new(caller: Caller<'a>) -> Self {
        Self { caller }
    }

    /// The signed-in person.
    pub(crate) async fn me(&self) -> Result<Me, GraphError> {
        self.get("me?$select=id,displayName,userPrincipalName,userType").await
    }

    /// The site, found by its address.
    pub(crate) async fn site(&self, site: &SiteAddress) -> Result<Site, GraphError> {
        let host = site.origin().to_string();
        let host = host.split("://").nth(1).unwrap_or_default();
        let address = if site.path().is_empty() { host.to_owned() } else { format!("{host}:{}", site.path()) };
        self.get(&format!("sites/{address}?$select=id,displayName,webUrl")).await
    }

    /// The tenant's name and plans.
    pub(crate) async fn organization(&self) -> Result<Option<Organization>, GraphError> {
        let found: Collection<Organization> = self.get("organization?$select=id,displayName,assignedPlans").await?;
        Ok(found.value.into_iter().next())
    }

    /// Whether people can be looked up. A refusal for want of a permission is an answer.
    pub(crate) async fn can_look_up_people(&self) -> Result<bool, GraphError> {
        match self.get::<Collection<Value>>("users?$top=1&$select=id").await {
            Ok(_) => Ok(true),
            Err(GraphError::Refused { refusal: Refusal::ScopeMissing | Refusal::NoAccess, .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    async fn get<T: DeserializeOwned>(&self, call: &str) -> Result<T, GraphError> {
        let request = Request::get(format!("/v1.0/{call}")).header(ACCEPT, "application/json").header(USER_AGENT_HEADER, USER_AGENT);
        let response = self.caller.execute(request).await?;
        let body = read(&response)?;
        serde_json::from_value(body).map_err(|_not_the_shape| GraphError::Unusable {
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

    fn graph(network: &ScriptedNetwork) -> Graph<'static> {
        let origin = Origin::parse("https://graph.microsoft.com").expect("an origin");
        Graph::new(Caller::with(network.to(&origin), Secret::new("S3CRET-GRAPH".to_owned()).bind(origin)))
    }

    #[tokio::test]
    async fn sites_are_asked_for_by_host_and_path() {
        let site = |text: &str| SiteAddress::understand(text).expect(text);
        let network = ScriptedNetwork::new([
            Want::get("/v1.0/sites/heather.sharepoint.com:/sites/wiki?$select").answer(200, r#"{"id":"heather.sharepoint.com,1,2"}"#),
            Want::get("/v1.0/sites/heather.sharepoint.com?$select").answer(200, r#"{"id":"heather.sharepoint.com,1,3"}"#),
            Want::get("/v1.0/sites/127.0.0.1:8080:/sites/wiki?").answer(200, r#"{"id":"x"}"#),
        ]);
        let graph = graph(&network);
        for (address, id) in [
            ("https://heather.sharepoint.com/sites/wiki", "heather.sharepoint.com,1,2"),
            ("https://heather.sharepoint.com", "heather.sharepoint.com,1,3"),
            ("http://127.0.0.1:8080/sites/wiki", "x"),
        ] {
            assert_eq!(graph.site(&site(address)).await.expect(address).id, id);
        }
        assert!(!format!("{graph:?}").contains("S3CRET"));
    }

    #[tokio::test]
    async fn a_refused_look_up_is_an_answer_and_a_failed_one_is_not() {
        let denied = r#"{"error":{"code":"Authorization_RequestDenied","message":"x"}}"#;
        let network = ScriptedNetwork::new([
            Want::get("/v1.0/users?$top=1").answer(200, r#"{"value":[{"id":"1"}]}"#),
            Want::get("/v1.0/users").answer(403, denied),
            Want::get("/v1.0/users").answer(500, ""),
        ]);
        let graph = graph(&network);
        assert!(graph.can_look_up_people().await.expect("an answer"));
        assert!(!graph.can_look_up_people().await.expect("an answer"));
        assert!(graph.can_look_up_people().await.is_err());
    }

    #[test]
    fn a_sharepoint_plan_is_told_only_where_plans_can_be_seen() {
        let read = |plans: &str| {
            let organization: Organization = serde_json::from_str(&format!(r#"{{"assignedPlans":[{plans}]}}"#)).expect(plans);
            organization.has_sharepoint()
        };
        assert_eq!(read(""), None);
        assert_eq!(read(r#"{"capabilityStatus":"Enabled","service":"SharePoint"}"#), Some(true));
        assert_eq!(
            read(r#"{"capabilityStatus":"Deleted","service":"SharePoint"},{"capabilityStatus":"Enabled","service":"exchange"}"#),
            Some(false)
        );
    }
}
