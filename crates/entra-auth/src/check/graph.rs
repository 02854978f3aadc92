//! Graph: its own token, the site as Graph sees it, the tenant's plans, and whether people can be looked up.

use std::sync::Arc;

use futures::future::{join, join3};
use preflight::{Cause, Explain as _, Fail, Pass, Recorder};

use super::error::CheckError;
use super::identity::{describe, granted, lacks_every_role};
use super::session::Visits;
use super::{GRAPH, GRAPH_TOKEN};
use crate::abilities::People;
use crate::caller::{Caller, Renewal};
use crate::explain::sharepoint::{Context, graph_not_consented, graph_refused, people_hint};
use crate::graph::{Graph, GraphError, Me, Organization, Refusal};
use crate::sharepoint::GrantedScopes;
use crate::{AccessToken, Guid, Principal, Resource, Way};

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

/// What Graph tells of the tenant and the account: the same for every site.
#[derive(Clone, Debug)]
pub(super) struct Directory {
    me: Option<Me>,
    organization: Option<Organization>,
    people: People,
}

impl Directory {
    async fn ask(graph: &Graph<'_>, way: Way) -> Self {
        let me = async {
            // an app by itself is nobody's account
            if way.is_app() { None } else { graph.me().await.ok() }
        };
        let (me, organization, people) = join3(me, graph.organization(), graph.can_look_up_people()).await;
        let people = match people {
            Ok(true) => People::Found,
            Ok(false) => People::Refused,
            Err(_) => People::Unknown,
        };
        Self { me, organization: organization.ok().flatten(), people }
    }
}

/// Where Graph takes the token for somebody else's than the one whose sign-in was proven. Objects are compared, not names: those change.
fn another(me: &Me, who: &Principal) -> Option<CheckError> {
    let (person, id) = (who.person()?, me.id.as_deref().and_then(Guid::parse)?);
    (id != person.oid)
        .then(|| CheckError::WrongAccount { signed_in: me.user_principal_name.clone(), expected: person.account().to_owned() })
}

/// Asks Graph for everything. A migration can do without, so nothing here stops it.
pub(super) async fn ask(visits: &Visits<'_>, renewal: &Renewal<'_>, context: &Context, recorder: &Recorder<'_>) -> Told {
    let resource = Resource::graph(&visits.session.tenancy.metadata);
    let mut unapproved = false;
    let token = async {
        let token = token(visits, &resource, context, recorder).await;
        unapproved = token.as_ref().is_err_and(|fail| fail.cause == Cause::GraphConsentMissing);
        token
    };
    let Some(token) = recorder.try_step(GRAPH_TOKEN, token).await else {
        recorder.skip(GRAPH, "Not asked: there is no token for Graph");
        return Told { site_error: None, people: if unapproved { People::Unapproved } else { People::Unknown } };
    };
    let scopes = granted(&token);
    let graph = Graph::new(Caller::new(renewal, &token));
    let mut told = Told { site_error: None, people: People::Unknown };
    recorder.try_step(GRAPH, look(visits, &graph, &scopes, context, &mut told, recorder)).await;
    told
}

async fn token(visits: &Visits<'_>, resource: &Resource, context: &Context, recorder: &Recorder<'_>) -> Result<Pass<AccessToken>, Fail> {
    let token = visits.token(resource).await.map_err(|error| graph_not_consented(Fail::of(&*error)))?;
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
    visits: &Visits<'_>,
    graph: &Graph<'_>,
    scopes: &GrantedScopes,
    context: &Context,
    told: &mut Told,
    recorder: &Recorder<'_>,
) -> Result<Pass<()>, Fail> {
    let (site, directory) = join(graph.site(&context.site), visits.directory.get_or_init(|| Directory::ask(graph, context.way))).await;
    let Directory { me, organization, people } = directory;
    told.people = *people;
    if let Some(stranger) = me.as_ref().and_then(|me| another(me, &visits.session.signed_in.who)) {
        return Err(stranger.into());
    }
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
        pass = pass.detail("account", me.user_principal_name.clone());
        if let Some(user_type) = &me.user_type {
            pass = pass.detail("user_type", user_type.clone());
        }
    }
    if let Some(organization) = organization {
        let plan = match organization.has_sharepoint() {
            Some(true) => "yes",
            Some(false) => "no",
            None => "not told",
        };
        pass = pass.detail("sharepoint_plan", plan);
        if let Some(name) = &organization.display_name {
            pass = pass.detail("organization", name.clone());
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
