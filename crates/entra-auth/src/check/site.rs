//! The site: whether it answers, its lock, the rights on it and on its Site Pages library. All of it is asked side by side.

use std::future::{Future, pending};
use std::pin::pin;
use std::sync::Arc;

use futures::FutureExt as _;
use futures::future::{Either, Shared, join_all, join3, join4, select};
use preflight::{Ability, Cause, CheckId, Explain as _, Fail, Pass, Recorder, Stop, Verdict};

use super::error::{CheckError, Shortage};
use super::graph::Told;
use super::identity::granted;
use super::{LIBRARY, RIGHTS, SITE, STATE, limited};
use crate::abilities::{self, People};
use crate::caller::{Caller, Renewal};
use crate::explain::sharepoint::{
    Context, graph_refused, library_unknown, moderation_hint, no_library_hint, owner_hint, site_refused, state_unknown,
};
use crate::graph::Refusal as GraphRefusal;
use crate::sharepoint::{GrantedScopes, Library, Permission, Refusal, ScopeLevel, SharePoint, SharePointError, SiteState, SiteUser, Web};
use crate::verdict::{Facts, LibraryRights, Lock, PERMISSIONS, Standing, WRITE};
use crate::{AccessToken, TokenClaims, Way};

/// What the site told.
#[derive(Clone, Debug)]
pub(super) enum Found {
    /// Its rights, which is the proof that it works.
    Rights(Box<Facts>),
    /// That it does not open, and why, where that says enough.
    Refused(Option<Refusal>),
}

impl Found {
    /// What can be migrated.
    pub(super) fn abilities(&self, people: People) -> Vec<Ability> {
        match self {
            Self::Rights(facts) => abilities::judged(facts, &facts.judge(), people),
            Self::Refused(Some(refusal)) => abilities::refused(refusal, people),
            Self::Refused(None) => Vec::new(),
        }
    }
}

/// Asks the site for everything.
pub(super) async fn ask(
    renewal: &Renewal<'_>,
    token: &AccessToken,
    context: &Context,
    recorder: &Recorder<'_>,
    graph: Shared<impl Future<Output = Told> + Send>,
) -> Result<Found, Stop> {
    let sharepoint = SharePoint::new(Caller::new(renewal, token));
    let scopes = granted(token);
    let (path, found) = locate(&sharepoint, context).await;
    let context = &Context { site: context.site.at(&path), ..context.clone() };
    recorder.address(context.site.shown());
    let path = path.as_str();

    let web = async {
        let found = match found {
            Some(found) => found,
            None => sharepoint.web(path).await,
        };
        Arc::new(found)
    }
    .shared();
    let state = async { Arc::new(sharepoint.state(path).await) }.shared();
    let visit = Visit { context, scopes: &scopes };
    let (mut refusal, mut lock, mut standing, mut library, mut guest) =
        (None, Lock::Unknown, Standing::Unknown, LibraryRights::Unknown, false);

    let site_row = recorder.step(SITE, async {
        match &*web.clone().await {
            Ok(web) => Ok(site_passed(web, context.way)),
            Err(error) => {
                // why nobody could answer says more than that the question was asked
                if let (Some(Refusal::ClaimsChallenge), Some(failure)) = (error.refusal(), renewal.failure()) {
                    return Err(failure.explain());
                }
                let (fail, meaning) = in_light_of(error, &graph.await, &scopes, token.claims.as_ref(), context);
                refusal = meaning;
                Err(fail)
            }
        }
    });
    let state_row = row(recorder, STATE, &web, async {
        let (_, state) = (opened(&web).await, state.clone().await);
        lock = lock_of(&state);
        visit.lock(&state)
    });
    let rights_row = row(recorder, RIGHTS, &web, async {
        let (web, who, state) = join3(opened(&web), who(&sharepoint, path, context.way), state.clone()).await;
        standing = who.standing;
        guest = who.is_guest();
        visit.rights(&web, &who, lock_of(&state))
    });
    let library_row = row(recorder, LIBRARY, &web, async {
        let (web, found, state) = join3(opened(&web), sharepoint.site_pages(path), state.clone()).await;
        let (rights, result) = library_told(&web, found, lock_of(&state));
        library = rights;
        result
    });
    let (site, (), (), ()) = join4(site_row, state_row, rights_row, library_row).await;
    match (site, &*web.await) {
        (Ok(()), Ok(web)) => {
            let (site, group) = (web.effective_base_permissions, web.is_of_a_group());
            Ok(Found::Rights(Box::new(Facts { site, library, scopes, standing, lock, guest, group })))
        }
        _ => Ok(Found::Refused(refusal)),
    }
}

/// The site's answer, for all who need it.
type Answer = Arc<Result<Web, SharePointError>>;

/// The site, once it has opened; where it does not open, nothing for ever.
async fn opened(web: &Shared<impl Future<Output = Answer>>) -> Web {
    match &*web.clone().await {
        Ok(web) => web.clone(),
        Err(_) => pending().await,
    }
}

/// One row that makes sense only on a site that opens. It is under way meanwhile, and left out where the site does not open.
async fn row(
    recorder: &Recorder<'_>,
    id: CheckId,
    web: &Shared<impl Future<Output = Answer>>,
    work: impl Future<Output = Result<Pass<()>, Fail>>,
) {
    let closed = async {
        if web.clone().await.is_ok() {
            pending::<()>().await;
        }
    };
    // whether a failure stops anything is decided by the verdict
    if let Either::Right(_) = select(pin!(recorder.step(id, work)), pin!(closed)).await {
        recorder.skip(id, "Not asked: the site does not open");
    }
}

/// The site's own path. What stands behind it in the address may be a subsite: then all that it may be is asked at once, and the deepest
/// that answers is it.
async fn locate(sharepoint: &SharePoint<'_>, context: &Context) -> (String, Option<Result<Web, SharePointError>>) {
    let candidates = context.site.candidates();
    if candidates.len() < 2 {
        return (context.site.path().to_owned(), None);
    }
    let mut answers = join_all(candidates.iter().map(|path| sharepoint.web(path))).await;
    let at = answers.iter().position(Result::is_ok).unwrap_or(answers.len() - 1);
    let answer = answers.swap_remove(at);
    let path = match &answer {
        // SharePoint may answer for the site around a library: it says itself where it is
        Ok(web) if preflight::Origin::of(&web.url).as_ref() == Ok(context.site.origin()) => web.url.path().trim_end_matches('/').to_owned(),
        _ => candidates[at].clone(),
    };
    (path, Some(answer))
}

/// The account on the site, where the site tells.
struct Who {
    standing: Standing,
    user: Option<SiteUser>,
}

impl Who {
    fn is_guest(&self) -> bool {
        self.user.as_ref().is_some_and(SiteUser::is_guest)
    }
}

async fn who(sharepoint: &SharePoint<'_>, path: &str, way: Way) -> Who {
    if way.is_app() {
        // to the site every app is the same pseudo user, in no group
        return Who { standing: Standing::App, user: None };
    }
    let Ok(user) = sharepoint.current_user(path).await else { return Who { standing: Standing::Unknown, user: None } };
    let standing = if user.is_site_admin {
        Standing::SiteAdmin
    } else {
        match sharepoint.is_owner(path, &user).await {
            Ok(true) => Standing::Owner,
            Ok(false) => Standing::Other,
            // the members of a group may be hidden
            Err(_) => Standing::Unknown,
        }
    };
    Who { standing, user: Some(user) }
}

fn site_passed(web: &Web, way: Way) -> Pass<()> {
    let whom = if way.is_app() { "the app" } else { "this account" };
    Pass::new((), format!("“{}” answered {whom} and told its rights", web.title))
        .detail("title", web.title.clone())
        .detail("url", web.url.to_string())
        .detail("template", web.template.clone())
        .detail("language", web.language.to_string())
        .detail("rights", web.effective_base_permissions.to_string())
}

/// A refusal says less than Graph and the token do.
fn in_light_of(
    error: &SharePointError,
    graph: &Told,
    scopes: &GrantedScopes,
    claims: Option<&TokenClaims>,
    context: &Context,
) -> (Fail, Option<Refusal>) {
    let about_access =
        matches!(error.refusal(), Some(Refusal::NoAccess | Refusal::SiteNotFound | Refusal::TokenNotAccepted | Refusal::WrongAudience));
    if let Some(from_graph) = graph.site_error.as_deref().filter(|_| about_access) {
        match from_graph.refusal() {
            Some(GraphRefusal::NoSharePointLicence | GraphRefusal::WrongTenantHost) => return (graph_refused(from_graph, context), None),
            Some(GraphRefusal::Locked) => return renamed(error, Refusal::Locked, context),
            _ => {}
        }
    }
    let by_certificate = claims.and_then(|claims| claims.app_proof.as_deref()) == Some("2");
    match error.refusal() {
        // SharePoint has had more than one answer to these over the years
        Some(Refusal::AppOnlyToken | Refusal::NoAccess | Refusal::TokenNotAccepted) if context.way == Way::ClientSecret => {
            renamed(error, Refusal::AppOnlyToken, context)
        }
        Some(Refusal::NoAccess | Refusal::TokenNotAccepted) if scopes.only_selected_sites() => {
            renamed(error, Refusal::NotGrantedToApp, context)
        }
        // the same words for a token by a certificate mean that nothing was granted
        Some(Refusal::AppOnlyToken) if by_certificate => renamed(error, Refusal::AppWithoutPermission, context),
        // a token comes even where nothing was granted
        Some(Refusal::NoAccess | Refusal::TokenNotAccepted) if by_certificate && may_nothing(scopes, claims) => {
            renamed(error, Refusal::AppWithoutPermission, context)
        }
        refusal => (site_refused(error, context), refusal.cloned()),
    }
}

/// True where an app's own token names no permission that reaches a site.
fn may_nothing(scopes: &GrantedScopes, claims: Option<&TokenClaims>) -> bool {
    claims.is_some_and(|claims| claims.roles.is_empty()) || scopes.level() == Some(ScopeLevel::Nothing)
}

fn renamed(error: &SharePointError, refusal: Refusal, context: &Context) -> (Fail, Option<Refusal>) {
    let fail = match error.renamed(refusal.clone()) {
        Some(renamed) => site_refused(&renamed, context),
        None => site_refused(error, context),
    };
    (fail, Some(refusal))
}

/// Understands what an opened site told.
struct Visit<'a> {
    context: &'a Context,
    scopes: &'a GrantedScopes,
}

impl Visit<'_> {
    fn lock(&self, state: &Result<SiteState, SharePointError>) -> Result<Pass<()>, Fail> {
        match state {
            Ok(state) if state.read_only => {
                Err(CheckError::ReadOnly { issue: state.lock_issue.clone(), site: self.context.site.site_url() }.into())
            }
            Ok(state) => {
                let pass = Pass::new((), "The site is open for changes");
                Ok(match &state.geo_location {
                    Some(place) => pass.detail("geo_location", place.clone()),
                    None => pass,
                })
            }
            Err(error) => Ok(limited((), state_unknown(error))),
        }
    }

    fn rights(&self, web: &Web, who: &Who, lock: Lock) -> Result<Pass<()>, Fail> {
        let rights = web.effective_base_permissions;
        // the library is judged on its own row
        let facts = Facts {
            site: rights,
            library: LibraryRights::Told(rights),
            scopes: self.scopes.clone(),
            standing: who.standing,
            lock,
            guest: who.is_guest(),
            group: web.is_of_a_group(),
        };
        let judgement = facts.judge();
        let app_is_short = self.scopes.level().is_some_and(|level| level < ScopeLevel::FullControl);
        let (cause, nothing) = match judgement.cause {
            // behind the lock only the app can be judged
            Some(Cause::SharePointSiteReadOnly) => (app_is_short.then_some(Cause::SharePointScopeInsufficient), false),
            cause => (cause, judgement.content.verdict == Verdict::No),
        };
        let Some(cause) = cause else { return Ok(self.rights_passed(web, who, lock)) };
        let shortage = Shortage {
            cause,
            nothing,
            plan_b: self.scopes.level() == Some(ScopeLevel::Manage),
            selected: self.scopes.only_selected_sites(),
            standing: who.standing,
            scopes: self.scopes.clone(),
            app: self.context.app.clone(),
            account: self.account(who).to_owned(),
            site: self.context.site.site_url(),
        };
        let fail = CheckError::Rights(Box::new(shortage)).explain();
        let fail = evidence(web, who).into_iter().fold(fail, |fail, (key, value)| fail.detail(key, value));
        if nothing { Err(fail) } else { Ok(limited((), fail)) }
    }

    /// A guest has another name on the site than at home.
    fn account<'b>(&'b self, who: &'b Who) -> &'b str {
        who.user.as_ref().map_or(&self.context.account, SiteUser::account)
    }

    fn rights_passed(&self, web: &Web, who: &Who, lock: Lock) -> Pass<()> {
        let summary = match (lock, who.standing) {
            (Lock::ReadOnly, _) => "What the account may do shows once the site is no longer read-only",
            (_, Standing::App) => "The app may do everything on the site by itself",
            (_, Standing::SiteAdmin) => "The account is a site administrator, and the app lets it use that",
            (_, Standing::Owner) => "The account is an owner of the site, and the app lets it use that",
            (_, Standing::Other | Standing::Unknown) => "The account has full control of the site, and the app lets it use that",
        };
        let pass = evidence(web, who).into_iter().fold(Pass::new((), summary), |pass, (key, value)| pass.detail(key, value));
        let pass = pass.detail("granted", self.scopes.shown());
        if matches!(who.standing, Standing::SiteAdmin | Standing::App) || lock == Lock::ReadOnly {
            pass
        } else {
            pass.hint(owner_hint(&self.context.site.site_url(), self.account(who)))
        }
    }
}

/// What the library adds to the site's own rights, and what is told of it.
fn library_told(web: &Web, found: Result<Option<Library>, SharePointError>, lock: Lock) -> (LibraryRights, Result<Pass<()>, Fail>) {
    let site = web.effective_base_permissions;
    let library = match found {
        Ok(Some(library)) => library,
        Ok(None) => {
            let pass = Pass::new((), "The site shows this account no Site Pages library, so there is no place for pages");
            return (LibraryRights::NotSeen, Ok(pass.hint(no_library_hint())));
        }
        Err(error) => return (LibraryRights::Unknown, Ok(limited((), library_unknown(&error)))),
    };
    let own = library.effective_base_permissions;
    let told = LibraryRights::Told(own);
    let lacks = |rights: &[Permission]| lock != Lock::ReadOnly && site.has_all(rights) && !own.has_all(rights);
    if lacks(WRITE) || lacks(PERMISSIONS) {
        let nothing = lacks(WRITE);
        let fail = CheckError::Library { library: library.title.clone(), nothing }.explain().detail("rights", own.to_string());
        return (told, if nothing { Err(fail) } else { Ok(limited((), fail)) });
    }
    let summary = if own == site {
        format!("“{}” is there, with the same rights as the site", library.title)
    } else {
        format!("“{}” is there, with rights of its own that suffice for what the site allows", library.title)
    };
    let mut pass = Pass::new((), summary)
        .detail("rights", own.to_string())
        .detail("content_approval", if library.enable_moderation { "on" } else { "off" })
        .detail("check_out_required", if library.force_checkout { "yes" } else { "no" });
    if let Some(path) = library.path() {
        pass = pass.detail("path", path.to_owned());
    }
    if library.enable_moderation && !own.has(Permission::ApproveItems) {
        pass = pass.hint(moderation_hint());
    }
    (told, Ok(pass))
}

fn lock_of(state: &Result<SiteState, SharePointError>) -> Lock {
    match state {
        Ok(state) if state.read_only => Lock::ReadOnly,
        Ok(_) => Lock::Open,
        Err(_) => Lock::Unknown,
    }
}

fn evidence(web: &Web, who: &Who) -> Vec<(&'static str, String)> {
    let standing = match who.standing {
        Standing::SiteAdmin => "site administrator",
        Standing::Owner => "owner, not site administrator",
        Standing::Other => "neither owner nor site administrator",
        Standing::App => "an app by itself",
        Standing::Unknown => "not told",
    };
    let rights = web.effective_base_permissions;
    let can = |permission| if rights.has(permission) { "yes" } else { "no" }.to_owned();
    let mut evidence = vec![
        ("rights", rights.to_string()),
        ("standing", standing.to_owned()),
        ("add_items", can(Permission::AddListItems)),
        ("edit_items", can(Permission::EditListItems)),
        ("manage_lists", can(Permission::ManageLists)),
        ("manage_permissions", can(Permission::ManagePermissions)),
        ("manage_site", can(Permission::ManageWeb)),
        ("create_groups", can(Permission::CreateGroups)),
        ("custom_scripts", can(Permission::AddAndCustomizePages)),
    ];
    if let Some(user) = &who.user {
        evidence.push(("known_to_the_site_as", user.login_name.clone()));
        if user.is_guest() {
            evidence.push(("guest", "yes".to_owned()));
        }
    }
    evidence
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::*;
    use crate::graph::GraphError;
    use crate::sharepoint::Evidence;
    use crate::{Authority, ClientId, Cloud, RefusedApp, SiteAddress, Tenant};

    fn context() -> Context {
        let authority = Authority::of(Cloud::Public, Tenant::parse("heather.example").expect("a tenant"));
        let client_id = ClientId::parse("5b0f7f0e-2d4f-4c8c-9a43-7f1f5e9a1c01").expect("a client ID");
        let site = SiteAddress::understand("https://heather.sharepoint.com/sites/wiki").expect("a site");
        Context { site, app: RefusedApp::new(&authority, &client_id), account: "ada@heather.example".to_owned(), way: Way::Browser }
    }

    fn cause(refusal: Refusal, graph: Option<GraphRefusal>, scope: &str, app_proof: Option<&str>) -> Cause {
        let evidence = || Box::new(Evidence::default());
        let error = SharePointError::Refused { refusal, evidence: evidence() };
        let site_error = graph.map(|refusal| Arc::new(GraphError::Refused { refusal, evidence: evidence() }));
        let told = Told { site_error, people: People::Unknown };
        let claims = app_proof.map(|proof| TokenClaims { app_proof: Some(proof.to_owned()), ..TokenClaims::default() });
        in_light_of(&error, &told, &GrantedScopes::of([scope]), claims.as_ref(), &context()).0.cause
    }

    #[test]
    fn graph_and_the_token_know_more_than_sharepoint_says() {
        use Refusal as R;
        let full = "AllSites.FullControl";
        let moved = || R::Moved { to: Url::parse("https://heathervale.sharepoint.com").expect("a URL") };
        let table = [
            (R::NoAccess, None, full, None, Cause::SharePointNoAccess),
            (R::NoAccess, Some(GraphRefusal::NoAccess), full, None, Cause::SharePointNoAccess),
            (R::NoAccess, Some(GraphRefusal::Locked), full, None, Cause::SharePointSiteLocked),
            (R::SiteNotFound, Some(GraphRefusal::NotFound), full, None, Cause::SharePointSiteNotFound),
            (R::SiteNotFound, Some(GraphRefusal::NoSharePointLicence), full, None, Cause::GraphNoSharePointLicence),
            (R::TokenNotAccepted, Some(GraphRefusal::WrongTenantHost), full, None, Cause::GraphWrongTenantHost),
            (R::WrongAudience, Some(GraphRefusal::WrongTenantHost), full, None, Cause::GraphWrongTenantHost),
            (R::WrongAudience, None, full, None, Cause::SharePointTokenRejected),
            (R::NoAccess, None, "Sites.Selected", None, Cause::SharePointNotGrantedToApp),
            (R::TokenNotAccepted, None, "Sites.Selected", None, Cause::SharePointNotGrantedToApp),
            (R::AppOnlyToken, None, "", Some("1"), Cause::SharePointAppOnlySecretRefused),
            (R::AppOnlyToken, None, "", None, Cause::SharePointAppOnlySecretRefused),
            (R::AppOnlyToken, None, "", Some("2"), Cause::SharePointScopeInsufficient),
            (R::NoAccess, None, "", Some("2"), Cause::SharePointScopeInsufficient),
            (R::TokenNotAccepted, None, "TermStore.Read.All", Some("2"), Cause::SharePointScopeInsufficient),
            (R::NoAccess, None, "Sites.Selected", Some("2"), Cause::SharePointNotGrantedToApp),
            // what has nothing to do with access stays what it is
            (R::Throttled { retry_after: None }, Some(GraphRefusal::NoSharePointLicence), full, None, Cause::ServerThrottled),
            (moved(), Some(GraphRefusal::Locked), full, None, Cause::SharePointSiteMoved),
            (R::ServerError, Some(GraphRefusal::Locked), "Sites.Selected", None, Cause::ServerError),
        ];
        for (refusal, graph, scope, proof, expected) in table {
            let shown = format!("{refusal:?} {graph:?} {scope} {proof:?}");
            assert_eq!(cause(refusal, graph, scope, proof), expected, "{shown}");
        }
    }
}
