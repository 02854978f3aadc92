//! One sign-in, good for every site of its tenant, and what the sites share: nothing that one of them found out is asked for again.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures::FutureExt as _;
use futures::future::join;
use preflight::{Fail, Pass, Recorder, Stop};
use tokio::sync::OnceCell;

use super::before::{self, Tenancy};
use super::error::CheckError;
use super::graph::{self, Directory};
use super::site::Found;
use super::{ADDRESS, CREDENTIAL, IDENTITY, PLAN, SHAREPOINT_TOKEN, SIGN_IN, TENANT, identity, site};
use crate::caller::Renewal;
use crate::explain::sharepoint::Context;
use crate::sharepoint::Refusal;
use crate::{AccessToken, Cx, Guid, RealmError, RefusedApp, Resource, Settings, SignInError, SignedIn, SiteAddress, detect_tenant};

/// A proven sign-in of the right account in the right tenant.
#[derive(Debug)]
pub struct Session {
    pub(super) settings: Settings,
    pub(super) tenancy: Tenancy,
    pub(super) signed_in: SignedIn,
}

impl Session {
    /// Everything up to the account. The site of the settings tells the tenant, where none is entered.
    pub async fn open(cx: &Cx<'_>, settings: &Settings, recorder: &Recorder<'_>) -> Result<Self, Stop> {
        if let Some(secret) = settings.method.secrets() {
            recorder.guard(secret.clone());
        }
        recorder.address(settings.site.shown());
        recorder.step(ADDRESS, async { Ok(before::address(settings, &settings.site)) }).await?;
        let tenancy = recorder.step(TENANT, before::tenant(cx, settings)).await?;
        recorder.step(CREDENTIAL, async { before::credential(cx, settings, &tenancy) }).await?;
        let resource = Resource::new(settings.site.origin().clone());
        let signed_in = recorder.step(SIGN_IN, identity::sign_in(cx, settings, &tenancy, &resource, recorder)).await?;
        let identity = async {
            let confirmed = identity::confirm(settings, &tenancy, &signed_in, recorder)?;
            Ok(identity::remember(settings, &tenancy, &signed_in, confirmed).await)
        };
        recorder.step(IDENTITY, identity).await?;
        Ok(Self { settings: settings.clone(), tenancy, signed_in })
    }
}

/// The refusal of a token, once there was one. Whoever asks first holds it meanwhile.
type Refused = Arc<tokio::sync::Mutex<Option<Arc<SignInError>>>>;
/// The tenant of a host, once it was asked; none where the host keeps silent.
type Realm = Arc<OnceCell<Result<Option<Guid>, Fail>>>;

/// Visits of sites within one session, side by side if one likes.
#[derive(Debug)]
pub struct Visits<'a> {
    pub(super) cx: Cx<'a>,
    pub(super) session: &'a Session,
    /// One resource, one answer: a refusal is not asked for again, a token is renewed by the session.
    refused: Mutex<BTreeMap<Resource, Refused>>,
    /// The tenant is the host's, so a host is asked once.
    realms: Mutex<BTreeMap<String, Realm>>,
    pub(super) directory: OnceCell<Directory>,
}

impl<'a> Visits<'a> {
    /// With nothing known yet but what the session found out.
    pub fn new(cx: Cx<'a>, session: &'a Session) -> Self {
        let host = session.settings.site.origin().to_string();
        let known = OnceCell::new_with(Some(Ok(session.tenancy.site_tenant.clone())));
        Self {
            cx,
            session,
            refused: Mutex::default(),
            realms: Mutex::new(BTreeMap::from([(host, Arc::new(known))])),
            directory: OnceCell::new(),
        }
    }

    /// Tests a site of a list, with what the session found out in `lead` as the rungs before it. Returns how long SharePoint asks to be
    /// left alone, where it does: then the visit is worth repeating.
    pub async fn visit(&self, site: &SiteAddress, lead: &Recorder<'_>, recorder: &Recorder<'_>) -> Option<Duration> {
        // what stopped it is in the recorder
        self.visit_to_end(site, lead, recorder).await.ok().flatten()
    }

    async fn visit_to_end(&self, site: &SiteAddress, lead: &Recorder<'_>, recorder: &Recorder<'_>) -> Result<Option<Duration>, Stop> {
        recorder.address(site.shown());
        recorder.step(ADDRESS, async { Ok(before::address(&self.session.settings, site)) }).await?;
        recorder.step(TENANT, self.belongs(site)).await?;
        recorder.inherit(lead, &[CREDENTIAL, SIGN_IN, IDENTITY]);
        self.look(site, recorder).await
    }

    /// The rungs after the account. Writes down what can be migrated.
    pub(super) async fn look(&self, site: &SiteAddress, recorder: &Recorder<'_>) -> Result<Option<Duration>, Stop> {
        let Session { settings, tenancy, signed_in } = self.session;
        let context = Context {
            site: site.clone(),
            app: RefusedApp::new(tenancy.metadata.authority(), &settings.client_id),
            account: signed_in.who.account().to_owned(),
            way: settings.method.way(),
        };
        let resource = Resource::new(site.origin().clone());
        let again = identity::again(&self.cx, settings, tenancy, signed_in, recorder);
        let renewal = Renewal::new(&self.cx, signed_in, again, |token| recorder.guard(token));
        let graph = graph::ask(self, &renewal, &context, recorder).shared();
        let found = async {
            let token = recorder.step(SHAREPOINT_TOKEN, identity::sharepoint_token(self, &resource, &context, recorder)).await?;
            site::ask(&renewal, &token, &context, recorder, graph.clone()).await
        };
        let (found, graph) = join(found, graph.clone()).await;
        let found = found?;
        recorder.abilities(found.abilities(graph.people));
        Ok(match found {
            Found::Refused(Some(Refusal::Throttled { retry_after })) => Some(retry_after.unwrap_or(UNTOLD_PAUSE)),
            Found::Refused(_) | Found::Rights(_) => None,
        })
    }

    /// Whether a site belongs to the tenant that was signed in to.
    async fn belongs(&self, site: &SiteAddress) -> Result<Pass<()>, Fail> {
        let tenant = self.session.tenancy.metadata.tenant();
        let known = {
            let mut realms = self.realms.lock().unwrap_or_else(PoisonError::into_inner);
            realms.entry(site.origin().to_string()).or_default().clone()
        };
        let asked = known.get_or_init(|| async {
            match detect_tenant(self.cx.network, site).await {
                Ok(found) => Ok(Some(found.tenant)),
                // the site keeps silent, and what is asked of it with a token will tell more
                Err(RealmError::NotTold { .. }) => Ok(None),
                Err(error) => Err(error.into()),
            }
        });
        match asked.await {
            Ok(Some(found)) if found == tenant => {
                Ok(Pass::new((), format!("The site belongs to tenant {tenant}, which was signed in to"))
                    .detail("tenant", tenant.to_string()))
            }
            Ok(Some(found)) => Err(CheckError::TenantMismatch {
                host: site.origin().host().to_owned(),
                site: found.clone(),
                entered: crate::Tenant::Id(tenant.clone()),
                entered_id: tenant.clone(),
            }
            .into()),
            Ok(None) => Ok(Pass::new((), "The site did not say which tenant it belongs to").detail("tenant", tenant.to_string())),
            Err(fail) => Err(fail.clone()),
        }
    }

    /// A token for this resource, or the refusal that the first who asked got.
    pub(super) async fn token(&self, resource: &Resource) -> Result<AccessToken, Arc<SignInError>> {
        let gate = {
            let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
            refused.entry(resource.clone()).or_default().clone()
        };
        let mut refused = gate.lock().await;
        if let Some(error) = &*refused {
            return Err(error.clone());
        }
        self.session.signed_in.token(&self.cx, resource).await.map_err(|error| {
            let error = Arc::new(error);
            // a network may come back
            if !matches!(*error, SignInError::Transport(_)) {
                *refused = Some(error.clone());
            }
            error
        })
    }
}

/// SharePoint always says how long; this is what other programs take where it does not.
const UNTOLD_PAUSE: Duration = Duration::from_secs(10);

/// Writes down for a site of a list that the sign-in did not come about, as it is written down in `lead`.
pub fn share_failure(site: &SiteAddress, settings: &Settings, lead: &Recorder<'_>, recorder: &Recorder<'_>) {
    recorder.address(site.shown());
    let ids: Vec<_> = PLAN.iter().map(|spec| spec.id).filter(|id| *id != ADDRESS).collect();
    recorder.inherit(lead, &ids);
    let step = recorder.step(ADDRESS, async { Ok(before::address(settings, site)) });
    // it waits for nothing
    step.now_or_never();
}
