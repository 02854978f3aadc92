//! The site: whether it answers, its lock, the rights on it and on its Site Pages library. All of it is asked side by side.

use std::future::Future;
use std::sync::Arc;

use futures::FutureExt as _;
use futures::future::{Shared, join, join_all, join3, join4};
use preflight::{Ability, Explain as _, Fail, Outcome, Pass, Recorder, Stop};

use super::error::{CheckError, Shortage};
use super::graph::Told;
use super::identity::granted;
use super::{LIBRARY, RIGHTS, SITE, STATE};
use crate::abilities::{self, People};
use crate::explain::sharepoint::{
    Context, graph_refused, library_unknown, moderation_hint, no_library_hint, owner_hint, site_refused, state_unknown,
};
use crate::graph::Refusal as GraphRefusal;
use crate::sharepoint::{GrantedScopes, Library, Permission, Refusal, ScopeLevel, SharePoint, SharePointError, SiteState, SiteUser, Web};
use crate::verdict::{Facts, LibraryRights, Lock, PERMISSIONS, Standing, WRITE};
use crate::{AccessToken, Cx, TokenClaims};

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
    cx: &Cx<'_>,
    token: &AccessToken,
    context: &Context,
    recorder: &Recorder<'_>,
    graph: Shared<impl Future<Output = Told> + Send>,
) -> Result<Found, Stop> {
    let sharepoint = SharePoint::new(cx.network.to(context.site.origin()), token.secret.clone());
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
    let visit = Visit { recorder, context, scopes: &scopes };

    let site = async {
        let mut refused = None;
        let answer = web.clone().await;
        let step = async {
            match &*answer {
                Ok(web) => Ok(site_passed(web)),
                Err(error) => {
                    let (fail, refusal) = in_light_of(error, &graph.await, &scopes, token.claims.as_ref(), context);
                    refused = refusal;
                    Err(fail)
                }
            }
        };
        let outcome = recorder.step(SITE, step).await;
        (outcome, refused)
    };
    let lock = async {
        let (web, state) = join(web.clone(), state.clone()).await;
        if web.is_ok() { visit.lock(&state).await } else { Lock::Unknown }
    };
    let standing = async {
        let (web, user, state) = join3(web.clone(), who(&sharepoint, path), state.clone()).await;
        if let Ok(web) = &*web { visit.rights(web, &user, &state).await } else { Standing::Unknown }
    };
    let library = async {
        let (web, library, state) = join3(web.clone(), sharepoint.site_pages(path), state.clone()).await;
        if let Ok(web) = &*web { visit.library(web, library, &state).await } else { LibraryRights::Unknown }
    };
    let ((site, refused), lock, standing, library) = join4(site, lock, standing, library).await;
    match (site, &*web.await) {
        (Ok(()), Ok(web)) => Ok(Found::Rights(Box::new(Facts { site: web.effective_base_permissions, library, scopes, standing, lock }))),
        _ => Ok(Found::Refused(refused)),
    }
}

/// The site's own path. What stands behind it in the address may be a subsite: then all that it may be is asked at once, and the deepest
/// that answers is it.
async fn locate(sharepoint: &SharePoint, context: &Context) -> (String, Option<Result<Web, SharePointError>>) {
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

async fn who(sharepoint: &SharePoint, path: &str) -> Who {
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

fn site_passed(web: &Web) -> Pass<()> {
    Pass::new((), format!("“{}” answered this account and told its rights", web.title))
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
        Some(Refusal::NoAccess | Refusal::TokenNotAccepted) if scopes.only_selected_sites() => {
            renamed(error, Refusal::NotGrantedToApp, context)
        }
        // the same words for a token by a certificate mean that nothing was granted
        Some(Refusal::AppOnlyToken) if by_certificate => renamed(error, Refusal::AppWithoutPermission, context),
        refusal => (site_refused(error, context), refusal.cloned()),
    }
}

fn renamed(error: &SharePointError, refusal: Refusal, context: &Context) -> (Fail, Option<Refusal>) {
    let fail = match error.renamed(refusal.clone()) {
        Some(renamed) => site_refused(&renamed, context),
        None => site_refused(error, context),
    };
    (fail, Some(refusal))
}

/// Writes down what the site told, once it is known that it answers.
struct Visit<'a> {
    recorder: &'a Recorder<'a>,
    context: &'a Context,
    scopes: &'a GrantedScopes,
}

impl Visit<'_> {
    /// Writes down a failure, as one that content depends on or not.
    async fn note(&self, id: preflight::CheckId, fail: Fail, outcome: Outcome) {
        let work = async { Err::<Pass<()>, _>(fail) };
        if outcome == Outcome::Failed {
            // what it stops is decided by the verdict
            self.recorder.step(id, work).await.ok();
        } else {
            self.recorder.try_step(id, work).await;
        }
    }

    async fn pass(&self, id: preflight::CheckId, pass: Pass<()>) {
        self.recorder.try_step(id, async { Ok(pass) }).await;
    }

    async fn lock(&self, state: &Result<SiteState, SharePointError>) -> Lock {
        match state {
            Ok(state) if state.read_only => {
                let error = CheckError::ReadOnly { issue: state.lock_issue.clone(), site: self.context.site.site_url() };
                self.note(STATE, error.into(), Outcome::Failed).await;
                Lock::ReadOnly
            }
            Ok(state) => {
                let pass = Pass::new((), "The site is open for changes");
                let pass = match &state.geo_location {
                    Some(place) => pass.detail("geo_location", place.clone()),
                    None => pass,
                };
                self.pass(STATE, pass).await;
                Lock::Open
            }
            Err(error) => {
                self.note(STATE, state_unknown(error), Outcome::Limited).await;
                Lock::Unknown
            }
        }
    }

    async fn rights(&self, web: &Web, who: &Who, state: &Result<SiteState, SharePointError>) -> Standing {
        let lock = lock_of(state);
        let rights = web.effective_base_permissions;
        // the library is judged on its own rung
        let facts = Facts { site: rights, library: LibraryRights::Told(rights), scopes: self.scopes.clone(), standing: who.standing, lock };
        let judgement = facts.judge();
        let app_is_short = self.scopes.level().is_some_and(|level| level < ScopeLevel::FullControl);
        let (cause, nothing) = match judgement.cause {
            // behind the lock only the app can be judged
            Some(preflight::Cause::SharePointSiteReadOnly) => {
                (app_is_short.then_some(preflight::Cause::SharePointScopeInsufficient), false)
            }
            cause => (cause, judgement.content.verdict == preflight::Verdict::No),
        };
        let Some(cause) = cause else {
            self.pass(RIGHTS, self.rights_passed(web, who, lock)).await;
            return who.standing;
        };
        let shortage = Shortage {
            cause,
            nothing,
            plan_b: self.scopes.level() == Some(ScopeLevel::Manage),
            standing: who.standing,
            scopes: self.scopes.clone(),
            app: self.context.app.clone(),
            account: self.context.account.clone(),
            site: self.context.site.site_url(),
        };
        let fail = CheckError::Rights(Box::new(shortage)).explain();
        let fail = evidence(web, who).into_iter().fold(fail, |fail, (key, value)| fail.detail(key, value));
        self.note(RIGHTS, fail, if nothing { Outcome::Failed } else { Outcome::Limited }).await;
        who.standing
    }

    fn rights_passed(&self, web: &Web, who: &Who, lock: Lock) -> Pass<()> {
        let summary = match (lock, who.standing) {
            (Lock::ReadOnly, _) => "What the account may do shows once the site is no longer read-only",
            (_, Standing::SiteAdmin) => "The account is a site administrator, and the app lets it use that",
            (_, Standing::Owner) => "The account is an owner of the site, and the app lets it use that",
            (_, Standing::Other | Standing::Unknown) => "The account has full control of the site, and the app lets it use that",
        };
        let pass = evidence(web, who).into_iter().fold(Pass::new((), summary), |pass, (key, value)| pass.detail(key, value));
        let pass = pass.detail("granted", self.scopes.shown());
        if who.standing == Standing::SiteAdmin || lock == Lock::ReadOnly {
            pass
        } else {
            pass.hint(owner_hint(&self.context.site.site_url(), &self.context.account))
        }
    }

    async fn library(
        &self,
        web: &Web,
        library: Result<Option<Library>, SharePointError>,
        state: &Result<SiteState, SharePointError>,
    ) -> LibraryRights {
        let site = web.effective_base_permissions;
        let library = match library {
            Ok(Some(library)) => library,
            Ok(None) => {
                let pass = Pass::new((), "The site shows this account no Site Pages library, so there is no place for pages");
                self.pass(LIBRARY, pass.hint(no_library_hint())).await;
                return LibraryRights::NotSeen;
            }
            Err(error) => {
                self.note(LIBRARY, library_unknown(&error), Outcome::Limited).await;
                return LibraryRights::Unknown;
            }
        };
        let own = library.effective_base_permissions;
        let lacks = |rights: &[Permission]| lock_of(state) != Lock::ReadOnly && site.has_all(rights) && !own.has_all(rights);
        if lacks(WRITE) || lacks(PERMISSIONS) {
            let nothing = lacks(WRITE);
            let fail = CheckError::Library { library: library.title.clone(), nothing }.explain().detail("rights", own.to_string());
            self.note(LIBRARY, fail, if nothing { Outcome::Failed } else { Outcome::Limited }).await;
            return LibraryRights::Told(own);
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
        self.pass(LIBRARY, pass).await;
        LibraryRights::Told(own)
    }
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
