//! Graph: its own token, the site as Graph sees it, the tenant's plans, and whether people can be looked up.

use std::sync::Arc;

use futures::future::join4;
use preflight::{Cause, Explain as _, Fail, Pass, Recorder};

use super::before::Tenancy;
use super::error::CheckError;
use super::identity::{describe, granted, lacks_every_role};
use super::{GRAPH, GRAPH_TOKEN};
use crate::abilities::People;
use crate::explain::sharepoint::{Context, graph_not_consented, graph_refused, people_hint};
use crate::graph::{Graph, GraphError, Organization, Refusal};
use crate::sharepoint::GrantedScopes;
use crate::{AccessToken, Cx, Resource, SignedIn};

/// Any of these lets the app see sites.
const SITES: &[&str] = &["Sites.Read.All", "Sites.ReadWrite.All", "Sites.Manage.All", "Sites.FullControl.All", "Sites.Selected"];

/// What Graph told, for those who need it to understand SharePoint.
#[derive(Clone, Debug)]
pub(super) struct Told {
    /// Why Graph does not see the site, where it does not.
    pub(super) site_error: Option<Arc<GraphError>>,
    /// Whether people can be looked up.
    pub(super) people: People,
}

/// Asks Graph for everything. A migration can do without, so nothing here stops it.
pub(super) async fn ask(cx: &Cx<'_>, tenancy: &Tenancy, signed_in: &SignedIn, context: &Context, recorder: &Recorder<'_>) -> Told {
    let resource = Resource::graph(&tenancy.metadata);
    let mut unapproved = false;
    let token = async {
        let token = token(cx, signed_in, &resource, context, recorder).await;
        unapproved = token.as_ref().is_err_and(|fail| fail.cause == Cause::GraphConsentMissing);
        token
    };
    let Some(token) = recorder.try_step(GRAPH_TOKEN, token).await else {
        recorder.skip(GRAPH, "Not asked: there is no token for Graph");
        return Told { site_error: None, people: if unapproved { People::Unapproved } else { People::Unknown } };
    };
    let scopes = granted(&token);
    let graph = Graph::new(cx.network.to(&resource.origin), token.secret);
    let mut told = Told { site_error: None, people: People::Unknown };
    recorder.try_step(GRAPH, look(&graph, &scopes, context, &mut told, recorder)).await;
    told
}

async fn token(
    cx: &Cx<'_>,
    signed_in: &SignedIn,
    resource: &Resource,
    context: &Context,
    recorder: &Recorder<'_>,
) -> Result<Pass<AccessToken>, Fail> {
    let token = signed_in.token(cx, resource).await.map_err(|error| graph_not_consented(error.into()))?;
    recorder.guard(token.secret.clone().unbind());
    let scopes = granted(&token);
    let by_itself = context.way.is_app();
    if (scopes.is_unknown() && !lacks_every_role(&token)) || scopes.has_any(SITES) {
        let whose = if by_itself { "The app may use Graph by itself" } else { "The app may use Graph for this account" };
        return Ok(describe(token, whose));
    }
    let fail = CheckError::GraphConsent { scopes, app: Box::new(context.app.clone()), by_itself }.explain();
    let pass = describe(token, fail.summary).limited(fail.cause);
    Ok(fail.hints.into_iter().fold(pass, Pass::hint))
}

async fn look(
    graph: &Graph,
    scopes: &GrantedScopes,
    context: &Context,
    told: &mut Told,
    recorder: &Recorder<'_>,
) -> Result<Pass<()>, Fail> {
    let me = async {
        // an app by itself is nobody's account
        if context.way.is_app() { None } else { graph.me().await.ok() }
    };
    let (site, me, organization, people) = join4(graph.site(&context.site), me, graph.organization(), graph.can_look_up_people()).await;
    told.people = match people {
        Ok(true) => People::Found,
        Ok(false) => People::Refused,
        Err(_) => People::Unknown,
    };
    let organization = organization.ok().flatten();
    if let Some(name) = organization.as_ref().and_then(|organization| organization.display_name.clone()) {
        recorder.identity_more(|identity| identity.tenant_name = Some(name.into()));
    }
    let site = match site {
        Ok(site) => site,
        Err(error) => {
            let error = in_light_of(error, scopes, organization.as_ref());
            let fail = graph_refused(&error, context);
            told.site_error = Some(Arc::new(error));
            return Err(fail);
        }
    };
    let mut pass = Pass::new((), "Graph finds the site").detail("site_id", site.id);
    if let Some(me) = me {
        pass = pass.detail("account", me.user_principal_name);
        if let Some(user_type) = me.user_type {
            pass = pass.detail("user_type", user_type);
        }
    }
    if let Some(organization) = organization {
        let plan = match organization.has_sharepoint() {
            Some(true) => "yes",
            Some(false) => "no",
            None => "not told",
        };
        pass = pass.detail("sharepoint_plan", plan);
        if let Some(name) = organization.display_name {
            pass = pass.detail("organization", name);
        }
    }
    let people = match told.people {
        People::Found => "yes",
        People::Refused | People::Unapproved => "no",
        People::Unknown => "not told",
    };
    pass = pass.detail("people_look_up", people);
    Ok(if told.people == People::Refused { pass.hint(people_hint(context.way.is_app())) } else { pass })
}

/// A refusal says less than the permissions and the tenant's plans do.
fn in_light_of(error: GraphError, scopes: &GrantedScopes, organization: Option<&Organization>) -> GraphError {
    let renamed = match error.refusal() {
        Some(Refusal::NoAccess | Refusal::NotFound) if organization.and_then(Organization::has_sharepoint) == Some(false) => {
            Refusal::NoSharePointLicence
        }
        Some(Refusal::NoAccess) if !scopes.is_unknown() && !scopes.has_any(SITES) => Refusal::ScopeMissing,
        Some(Refusal::NoAccess) if scopes.only_selected_sites() => Refusal::NotGrantedToApp,
        _ => return error,
    };
    error.renamed(renamed)
}
