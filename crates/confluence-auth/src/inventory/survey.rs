//! An inventory while it is made. Whatever ends it, what was found until then can be taken.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures::{FutureExt as _, join};
use preflight::render::words;
use preflight::{
    Cause, Event, Fail, Hint, Identity, IdentityKind, Inventory, InventoryProgress, Outcome, Phase, Plan, Progress, Recorder, SafeText,
    Secret, SoFar, Target, TargetKind, UserPrompt, Verdict,
};

use crate::api::Api;
use crate::check::{PLAN, Proven, prove, secrets_of};
use crate::error::{ConfluenceError, SignInError};
use crate::interactive::{Afterwards, Audience};
use crate::inventory::account::{self, Account};
use crate::inventory::ask::Asking;
use crate::inventory::listing::{self, Listed, NoPage, Pages, STATUSES, Source};
use crate::inventory::patience::{Taken, insist};
use crate::inventory::question::{Told, Way, sample_way};
use crate::inventory::rows::{Basis, row};
use crate::product::Product;
use crate::remote_api::{self, RemoteApi};
use crate::rights::Role;
use crate::rungs::credential::SignedIn;
use crate::settings::{Cx, Settings};
use crate::whoami::{Asked, Named, ask};

/// The rungs up to the account's name.
const PROOF: usize = 5;
/// How long the proof may take. The listing has no limit of its own: a large wiki takes its time, and every request has one.
const PROOF_LIMIT: Duration = Duration::from_mins(1);
/// How many of an administrator's spaces are tried, where one right covers all.
const SAMPLES: usize = 3;
/// How often finding out about the account is tried where the network fails.
const MOST_TRIES: u32 = 3;

/// An inventory in the making. Share it by reference: [`Survey::run`] fills it, and [`Survey::so_far`] can be asked at any time,
/// also after the run was dropped.
#[derive(Debug)]
pub struct Survey {
    state: Mutex<State>,
    secrets: Mutex<Vec<Secret>>,
    /// The person cancelled in the browser window.
    cancelled: AtomicBool,
}

#[derive(Debug)]
struct State {
    address: SafeText,
    identity: Option<Identity>,
    /// By [`STATUSES`]; after the listing all are in the first.
    lists: [List; 2],
    listed_all: bool,
    done: bool,
    basis: Basis,
    /// An answer that matters did not say for whom it was.
    unproven: bool,
    stopped: Option<Fail>,
    fault: Option<Fail>,
}

#[derive(Clone, Default, Debug)]
struct List {
    spaces: Vec<Listed>,
    keys: HashSet<String>,
}

impl Survey {
    /// Nothing found yet.
    pub fn new(settings: &Settings) -> Self {
        let state = State {
            address: settings.address.shown().into(),
            identity: None,
            lists: Default::default(),
            listed_all: false,
            done: false,
            basis: Basis { account: None, by_rights: false, needs_elevation: false, refuses_properly: false, doubted: false },
            unproven: false,
            stopped: None,
            fault: None,
        };
        Self { state: Mutex::new(state), secrets: Mutex::new(secrets_of(settings)), cancelled: AtomicBool::new(false) }
    }

    /// Goes on where an earlier one ended, whatever ended it: what was listed and told then is not asked again. Should the server
    /// name another account this time, all of it is forgotten.
    pub fn resuming(earlier: &Self, settings: &Settings) -> Self {
        let survey = Self::new(settings);
        let mut state = survey.lock();
        let before = earlier.lock();
        if before.address == state.address {
            state.identity.clone_from(&before.identity);
            state.lists.clone_from(&before.lists);
            state.listed_all = before.listed_all;
            state.basis.account = before.basis.account;
            let doubted = before.basis.doubted;
            drop(before);
            for space in state.lists.iter_mut().flat_map(|list| &mut list.spaces) {
                if space.told == Told::Unclear || (doubted && space.told.is_no()) {
                    space.told = Told::NotAsked;
                }
            }
            state.basis.refuses_properly = state.lists.iter().flat_map(|list| &list.spaces).any(|space| space.told.is_no());
        } else {
            drop(before);
        }
        drop(state);
        survey
    }

    /// Makes the inventory. Dropping the future ends it at once; what was found stays.
    pub async fn run(&self, cx: &Cx<'_>, settings: &Settings, progress: &dyn InventoryProgress) {
        let tell = Teller { survey: self, progress };
        tell.so_far(Phase::SigningIn, 0, 0, None);
        let Some(proven) = self.prove(cx, settings, progress).await else { return };
        let work = async {
            if let Err(error) = self.explore(cx, &proven, &tell).await {
                self.stop(error.into());
            }
            // also after a stop: what a stranger was refused is no answer for the account
            self.prove_again(&proven).await;
        };
        let work = work.boxed();
        match &proven.session {
            None => work.await,
            Some(session) => {
                let person = Person { survey: self, progress };
                let done = session.accompany(cx, &person, work).await;
                session.close().await;
                if let Err(error) = done {
                    self.cancelled.fetch_or(matches!(error, ConfluenceError::InBrowser(SignInError::Cancelled)), Ordering::AcqRel);
                    self.stop(error.into());
                }
            }
        }
        self.lock().done = true;
    }

    /// The person cancelled in the browser window.
    pub fn was_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Acquire)
    }

    /// The time ran out.
    pub fn time_out(&self, limit: Duration) {
        let summary = format!("The time limit of {} seconds ran out", limit.as_secs());
        self.stop(Fail::new(Cause::NetworkTimeout, summary).hint(Hint::say("Run it again with a longer time limit")));
    }

    /// What has been found until now.
    pub fn so_far(&self) -> Inventory {
        let state = self.lock();
        let [current, archived] = &state.lists;
        let archived = archived.spaces.iter().filter(|space| !current.keys.contains(&space.key));
        let spaces: Vec<_> = current.spaces.iter().chain(archived).map(|space| row(space, state.basis)).collect();
        let unclear = spaces.iter().filter(|space| space.permissions == Verdict::Unknown).count();
        let complete = state.done && state.listed_all && state.stopped.is_none() && unclear == 0 && !spaces.is_empty();
        let why = if complete { None } else { state.why(unclear, spaces.is_empty()) };
        let total = state.listed_all.then(|| u64::try_from(spaces.len()).unwrap_or(u64::MAX));
        let outcome = match (complete, spaces.is_empty()) {
            (true, _) => Outcome::Passed,
            (false, true) => Outcome::Failed,
            (false, false) => Outcome::Limited,
        };
        let mut inventory = Inventory {
            address: state.address.clone(),
            outcome,
            cause: why.as_ref().map(|why| why.cause),
            headline: "".into(),
            identity: state.identity.clone(),
            total,
            complete,
            spaces,
            hints: match &why {
                Some(why) => why.hints.clone(),
                // the account may read them; until then the server wants a person's password
                None if state.basis.needs_elevation => Fail::from(ConfluenceError::ElevationRequired).hints,
                None => Vec::new(),
            },
        };
        inventory.headline = headline(&inventory, why.as_ref(), &state);
        inventory
    }

    async fn prove(&self, cx: &Cx<'_>, settings: &Settings, progress: &dyn InventoryProgress) -> Option<Proven> {
        let plan: Plan = &PLAN[..PROOF];
        let target = Target { kind: TargetKind::Confluence, address: settings.address.shown().into(), practice: false };
        let person = Person { survey: self, progress };
        let recorder = Recorder::new(plan, target, cx.clock, &person);
        for secret in self.secrets() {
            recorder.guard(secret);
        }
        let proof = prove(cx, settings, &recorder, Afterwards::Keep);
        let proven = if settings.credential.needs_a_person() {
            // the sign-in has a limit of its own
            proof.await.ok()
        } else {
            let proven = tokio::time::timeout(PROOF_LIMIT, proof).await;
            if proven.is_err() {
                recorder.time_out(PROOF_LIMIT);
            }
            proven.ok().and_then(Result::ok)
        };
        let report = recorder.finish();
        if let Some(session) = proven.as_ref().and_then(|proven| proven.session.as_ref()) {
            session.secrets().into_iter().for_each(|secret| self.guard(secret));
        }
        if proven.is_none() {
            let check = report.decisive();
            let cause = report.cause().unwrap_or(Cause::NetworkUnexpectedAnswer);
            let hints = check.map(|check| check.hints.clone()).unwrap_or_default();
            let summary = check.map_or_else(|| report.headline(), |check| check.summary.clone());
            self.stop(Fail { cause, summary, details: Vec::new(), hints });
        }
        let mut state = self.lock();
        state.address = report.target.address;
        if proven.is_some() && !is_same(state.identity.as_ref(), report.identity.as_ref()) {
            state.forget();
        }
        if proven.is_some() || state.lists.iter().all(|list| list.spaces.is_empty()) {
            state.identity = report.identity;
        }
        drop(state);
        proven
    }

    async fn explore(&self, cx: &Cx<'_>, proven: &Proven, tell: &Teller<'_>) -> Result<(), ConfluenceError> {
        let (api, product) = (proven.api(), &proven.product);
        let signed_in = proven.signed_in.as_ref();
        let list = async { if self.lock().listed_all { Ok(()) } else { self.list(cx, api, product, signed_in.is_none(), tell).await } };
        let (account, listed) = join!(self.account(api, product, signed_in), list);
        self.settle(account, listed.is_ok());
        // what is listed can be asked about, even where a page of the list is missing; but not when nobody answers any more
        listed?;
        let Some(signed_in) = signed_in else { return Ok(()) };
        if account.administers_all() && !account.is_cloud {
            self.try_samples(cx, signed_in, product, account, tell).await?;
        }
        let left = if self.lock().basis.by_rights { Vec::new() } else { self.not_asked() };
        self.ask(cx, signed_in, product, left, tell).await
    }

    async fn account(&self, api: &Api, product: &Product, signed_in: Option<&SignedIn>) -> Account {
        let mut tries = 0;
        loop {
            match account::find(api, product, signed_in).boxed().await {
                Ok(account) => return account,
                Err(error) => {
                    tries += 1;
                    if tries >= MOST_TRIES {
                        self.fault(error);
                        return Account { role: Role::Unknown, is_cloud: product.is_cloud(), all_spaces: None };
                    }
                    tokio::time::sleep(Duration::from_secs(1) * tries).await;
                }
            }
        }
    }

    /// Both listings side by side.
    async fn list(&self, cx: &Cx<'_>, api: &Api, product: &Product, anonymous: bool, tell: &Teller<'_>) -> Result<(), ConfluenceError> {
        tell.so_far(Phase::Listing, 0, 0, None);
        let source = if product.is_cloud() { Source::CloudV1 } else { Source::DataCenter };
        let one = |at: usize| self.list_one(cx, api, at, source, anonymous, tell).boxed();
        let (current, archived) = join!(one(0), one(1));
        current.and(archived)
    }

    async fn list_one(
        &self,
        cx: &Cx<'_>,
        api: &Api,
        at: usize,
        mut source: Source,
        anonymous: bool,
        tell: &Teller<'_>,
    ) -> Result<(), ConfluenceError> {
        let mut pages = Pages::new(source, STATUSES[at]);
        while let Some(path) = pages.path() {
            let waits = |pause| tell.so_far(Phase::Listing, 0, 0, Some(pause));
            let response = insist(cx, api, &api.get(path.as_str()), &waits).await?;
            let page = match listing::read(api, &response, source, STATUSES[at], anonymous) {
                Ok(page) => page,
                Err(NoPage::TryVersion2) => {
                    source = Source::CloudV2;
                    pages = Pages::new(source, STATUSES[at]);
                    continue;
                }
                Err(NoPage::Error(error)) => return Err(error),
            };
            let taken = page.taken;
            let new = self.add(at, page.spaces, taken);
            pages.turn(&page.turn, new);
            tell.so_far(Phase::Listing, 0, 0, None);
        }
        if pages.circled {
            let words = Some("the list goes round in a circle".to_owned());
            return Err(ConfluenceError::Unreadable { asked: "the list of spaces", status: 200, words });
        }
        Ok(())
    }

    fn add(&self, at: usize, spaces: Vec<Listed>, taken: Taken) -> usize {
        let secrets = self.secrets();
        let mut state = self.lock();
        state.unproven |= taken == Taken::Untold;
        let list = &mut state.lists[at];
        let before = list.spaces.len();
        for space in spaces {
            if list.keys.insert(space.key.clone()) {
                let name = mask_in(&secrets, space.name);
                list.spaces.push(Listed { name, ..space });
            }
        }
        list.spaces.len() - before
    }

    /// The listing is over: one list from now on.
    fn settle(&self, account: Account, listed_all: bool) {
        let mut state = self.lock();
        let [current, archived] = std::mem::take(&mut state.lists);
        let List { mut spaces, mut keys } = current;
        for space in archived.spaces {
            // a server that does not know the parameter lists everything twice
            if keys.insert(space.key.clone()) {
                spaces.push(space);
            }
        }
        // those that came late stand in their place as well
        spaces.sort_by_key(Listed::is_archived);
        state.lists = [List { spaces, keys }, List::default()];
        state.listed_all = listed_all;
        state.basis.account = Some(account);
    }

    /// Whether one right really covers every space: three of them are tried.
    async fn try_samples(
        &self,
        cx: &Cx<'_>,
        signed_in: &SignedIn,
        product: &Product,
        account: Account,
        tell: &Teller<'_>,
    ) -> Result<(), ConfluenceError> {
        let all = self.not_asked();
        if let Some(Way::Rest) = sample_way(product, account.role) {
            let mut samples: Vec<usize> =
                [0, all.len() / 2, all.len().saturating_sub(1)].iter().filter_map(|at| all.get(*at).copied()).collect();
            samples.dedup();
            samples.truncate(SAMPLES);
            self.ask(cx, signed_in, product, samples.clone(), tell).await?;
            let holds = |at: &usize| {
                matches!(self.lock().lists[0].spaces[*at].told, Told::Rights { role: preflight::SpaceRole::Administrator, .. })
            };
            let hold = samples.iter().all(holds);
            self.lock().basis.by_rights = hold;
            return Ok(());
        }
        // before 9.1 only the remote API gives permissions, where it is on; where it is not, pages still say the role
        let first = all.first().map(|at| self.space(*at).0);
        if let Some(key) = first
            && remote_api::permissions_of(&signed_in.api, &key).await? == RemoteApi::NeedsElevation
        {
            self.lock().basis.needs_elevation = true;
        }
        self.lock().basis.by_rights = true;
        Ok(())
    }

    async fn ask(
        &self,
        cx: &Cx<'_>,
        signed_in: &SignedIn,
        product: &Product,
        indices: Vec<usize>,
        tell: &Teller<'_>,
    ) -> Result<(), ConfluenceError> {
        let to_ask = indices.len();
        if to_ask == 0 {
            return Ok(());
        }
        tell.so_far(Phase::Asking, 0, to_ask, None);
        let progress = |asked, waiting| tell.so_far(Phase::Asking, asked, to_ask, waiting);
        let asking = Asking { cx, api: &signed_in.api, product, sent: signed_in.sent, survey: self, progress: &progress };
        asking.about(indices).boxed().await
    }

    /// Asks once more who is signed in, where the answers did not say it themselves.
    async fn prove_again(&self, proven: &Proven) {
        let Some(signed_in) = &proven.signed_in else { return };
        if !self.lock().unproven {
            return;
        }
        let asked = Asked { sent: Some(signed_in.sent), is_cloud: proven.product.is_cloud(), tokens_page: None, login_page: None };
        let still = match ask(&signed_in.api, &asked).boxed().await {
            Ok(Named::User(user)) => user.account() == signed_in.user.account(),
            // no answer is no proof against it
            Err(ConfluenceError::Transport(_) | ConfluenceError::InTheWay { .. }) => true,
            Ok(Named::Anonymous) | Err(_) => false,
        };
        if !still {
            let mut state = self.lock();
            state.basis.doubted = true;
            state.listed_all = false;
            drop(state);
            self.stop(ConfluenceError::SessionExpired.into());
        }
    }

    /// Key and id of a space.
    pub(super) fn space(&self, index: usize) -> (String, String) {
        let state = self.lock();
        state.lists[0].spaces.get(index).map(|space| (space.key.clone(), space.id.clone())).unwrap_or_default()
    }

    fn not_asked(&self) -> Vec<usize> {
        let state = self.lock();
        let spaces = state.lists[0].spaces.iter().enumerate();
        spaces.filter(|(_, space)| space.told == Told::NotAsked).map(|(index, _)| index).collect()
    }

    /// Something was told about a space.
    pub(super) fn tell(&self, index: usize, told: Told, taken: Taken) {
        let mut state = self.lock();
        state.unproven |= told.is_no() && taken == Taken::Untold;
        state.basis.refuses_properly |= told.is_no();
        if let Some(space) = state.lists[0].spaces.get_mut(index) {
            space.told = told;
        }
    }

    /// Something failed for one space only.
    pub(super) fn fault(&self, error: ConfluenceError) {
        let fail = self.mask_fail(error.into());
        self.lock().fault.get_or_insert(fail);
    }

    /// It ends here. The first reason counts.
    fn stop(&self, fail: Fail) {
        let fail = self.mask_fail(fail);
        self.lock().stopped.get_or_insert(fail);
    }

    fn mask_fail(&self, fail: Fail) -> Fail {
        let hints = fail.hints.into_iter().map(|hint| Hint { text: self.masked(hint.text), ..hint }).collect();
        Fail { summary: self.masked(fail.summary), hints, details: Vec::new(), ..fail }
    }

    fn masked(&self, text: SafeText) -> SafeText {
        mask_in(&self.secrets(), text)
    }

    fn secrets(&self) -> Vec<Secret> {
        self.secrets.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn guard(&self, secret: Secret) {
        self.secrets.lock().unwrap_or_else(PoisonError::into_inner).push(secret);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn mask_in(secrets: &[Secret], text: SafeText) -> SafeText {
    secrets.iter().fold(text, |text, secret| secret.mask_in(text))
}

/// Who was signed in before is signed in now; nobody before is no other.
fn is_same(before: Option<&Identity>, now: Option<&Identity>) -> bool {
    before.is_none_or(|before| now.is_some_and(|now| (before.kind, &before.account) == (now.kind, &now.account)))
}

impl State {
    /// What was found for another account is nothing.
    fn forget(&mut self) {
        self.lists = Default::default();
        self.listed_all = false;
        self.basis.refuses_properly = false;
        self.basis.account = None;
    }

    /// Why it is not complete. None while it is simply not done.
    fn why(&self, unclear: usize, is_empty: bool) -> Option<Fail> {
        if let Some(fail) = self.stopped.as_ref().or(self.fault.as_ref()) {
            return Some(fail.clone());
        }
        if !self.done {
            return None;
        }
        Some(if is_empty {
            let anonymous = self.identity.as_ref().is_some_and(|identity| identity.kind == IdentityKind::Anonymous);
            let cause = if anonymous { Cause::ConfluenceAnonymousNotAllowed } else { Cause::ConfluenceNoAccess };
            Fail::new(cause, "No space is visible to this account")
                .hint(Hint::say("If there should be spaces, ask an administrator to give this account the permission to view them"))
        } else {
            let what = words::spaces(unclear);
            Fail::new(Cause::ConfluencePermissionsUnknown, format!("The server gave no clear answer about {what}")).hint(Hint::say(
                "Run it again; if the same spaces stay unknown, the administrator of Confluence finds the reason in its log",
            ))
        })
    }
}

fn headline(inventory: &Inventory, why: Option<&Fail>, state: &State) -> SafeText {
    let count = words::spaces(inventory.spaces.len());
    let who = match &inventory.identity {
        Some(identity) if identity.kind == IdentityKind::Anonymous => " without signing in".to_owned(),
        Some(identity) => format!(" as {}", identity.called()),
        None => String::new(),
    };
    let text = match (inventory.outcome, why) {
        (Outcome::Failed, Some(why)) => return why.summary.clone(),
        (Outcome::Failed, None) => "Stopped before a space was listed".to_owned(),
        (Outcome::Passed, _) => {
            let permissions = match inventory.with_permissions() {
                0 => "permissions can be migrated for none of them".to_owned(),
                all if all == inventory.spaces.len() => "permissions can be migrated for all of them".to_owned(),
                some => format!("permissions can be migrated for {} of them", words::count(some)),
            };
            let seen = inventory.total.unwrap_or_default();
            let hidden = state.basis.account.and_then(|account| account.all_spaces).map_or(0, |all| all.saturating_sub(seen));
            let hidden = if hidden == 0 { String::new() } else { format!("; {hidden} more are hidden from the account") };
            format!("{count}{who}: {permissions}{hidden}")
        }
        (_, Some(why)) => format!("Not complete, {count} so far{who}: {}", why.summary),
        (_, None) => format!("Not finished, {count} so far{who}"),
    };
    SafeText::from(text)
}

/// Passes on what is wanted of the person.
struct Person<'a> {
    survey: &'a Survey,
    progress: &'a dyn InventoryProgress,
}

impl Progress for Person<'_> {
    fn emit(&self, event: Event) {
        match event {
            Event::Prompt(prompt) => self.progress.prompt(prompt),
            Event::Cancelled => self.survey.cancelled.store(true, Ordering::Release),
            Event::Plan(_) | Event::Started(_) | Event::Finished(_) | Event::Identity(_) => {}
        }
    }
}

impl Audience for Person<'_> {
    fn prompt(&self, prompt: Option<UserPrompt>) {
        self.progress.prompt(prompt);
    }

    fn guard(&self, secret: Secret) {
        self.survey.guard(secret);
    }
}

/// Tells how far it has come.
struct Teller<'a> {
    survey: &'a Survey,
    progress: &'a dyn InventoryProgress,
}

impl Teller<'_> {
    fn so_far(&self, phase: Phase, asked: usize, to_ask: usize, waiting: Option<Duration>) {
        let listed = self.survey.lock().lists.iter().map(|list| list.spaces.len()).sum();
        self.progress.so_far(SoFar { phase, listed, asked, to_ask, waiting });
    }
}
