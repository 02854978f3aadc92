//! The recorder: runs the steps of a plan, writes down how each came out, and makes the report.

use std::fmt;
use std::future::Future;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

use crate::{
    Ability, Cause, CheckId, CheckResult, CheckSpec, Detail, Event, Factor, Fail, Hint, HintAction, Identity, Outcome, Plan, Progress,
    Report, SafeText, Secret, Target, TargetKind, UserPrompt,
};

/// The time, handed in.
pub trait Clock: Send + Sync + fmt::Debug {
    /// The date and time now.
    fn now(&self) -> Timestamp;
    /// Time since some fixed moment; never goes back.
    fn ticks(&self) -> Duration;
}

/// A step that succeeded: the value for the next steps, and what to write down.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Pass<T> {
    value: T,
    summary: SafeText,
    limited: Option<Cause>,
    details: Vec<Detail>,
    hints: Vec<Hint>,
}

impl<T> Pass<T> {
    /// Succeeded, with one sentence (no final period) about what was found.
    pub fn new(value: T, summary: impl Into<SafeText>) -> Self {
        Self { value, summary: summary.into(), limited: None, details: Vec::new(), hints: Vec::new() }
    }

    /// Works, with less, for this cause.
    #[must_use]
    pub fn limited(mut self, cause: Cause) -> Self {
        self.limited = Some(cause);
        self
    }

    /// With one more piece of evidence.
    #[must_use]
    pub fn detail(mut self, key: &'static str, value: impl Into<SafeText>) -> Self {
        self.details.push(Detail { key, value: value.into() });
        self
    }

    /// With one more thing to do.
    #[must_use]
    pub fn hint(mut self, hint: Hint) -> Self {
        self.hints.push(hint);
        self
    }
}

/// A step failed; the rest is not reached. What failed is in the recorder.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Stop;

/// Runs the steps of one plan and writes down how each came out. Shared by reference, so that independent steps can run side by side.
///
/// A step yields the value that the next step needs, so a step that failed leaves the later ones unreachable by construction:
///
/// ```
/// use preflight::*;
/// # use std::time::Duration;
/// # #[derive(Debug)] struct Still;
/// # impl Clock for Still { fn now(&self) -> jiff::Timestamp { jiff::Timestamp::UNIX_EPOCH } fn ticks(&self) -> Duration { Duration::ZERO } }
/// const ADDRESS: CheckId = CheckId("confluence.address");
/// const REACHABLE: CheckId = CheckId("confluence.reachable");
/// static PLAN: &[CheckSpec] = &[
///     CheckSpec { id: ADDRESS, title: "Address", why: "" },
///     CheckSpec { id: REACHABLE, title: "Reachable", why: "" },
/// ];
/// # let target = Target { kind: TargetKind::Confluence, address: "x".into(), practice: false };
/// # let work = async {
/// let recorder = Recorder::new(PLAN, target, &Still, &());
/// let _stopped: Result<(), Stop> = async {
///     let address = recorder.step(ADDRESS, async { Ok(Pass::new("wiki.example.com", "Understood")) }).await?;
///     recorder.step(REACHABLE, async move { Err::<Pass<()>, _>(Fail::new(Cause::NetworkDns, format!("{address} does not resolve"))) }).await
/// }.await;
/// let report = recorder.finish();
/// assert_eq!(report.cause(), Some(Cause::NetworkDns));
/// # };
/// # futures_executor_free(work);
/// # fn futures_executor_free<F: std::future::Future>(f: F) { let mut f = std::pin::pin!(f); let mut cx = std::task::Context::from_waker(std::task::Waker::noop()); assert!(f.as_mut().poll(&mut cx).is_ready()); }
/// ```
pub struct Recorder<'a> {
    plan: Plan,
    clock: &'a dyn Clock,
    progress: &'a dyn Progress,
    started_at: Timestamp,
    started_ticks: Duration,
    state: Mutex<State>,
}

struct State {
    target: Target,
    running: Vec<(CheckId, Duration)>,
    results: Vec<CheckResult>,
    identity: Option<Identity>,
    abilities: Vec<Ability>,
    prompt: bool,
    secrets: Vec<Secret>,
}

impl<'a> Recorder<'a> {
    /// Begins a test. Emits the plan.
    pub fn new(plan: Plan, target: Target, clock: &'a dyn Clock, progress: &'a dyn Progress) -> Self {
        progress.emit(Event::Plan(plan));
        Self {
            plan,
            clock,
            progress,
            started_at: clock.now(),
            started_ticks: clock.ticks(),
            state: Mutex::new(State {
                target,
                running: Vec::new(),
                results: Vec::new(),
                identity: None,
                abilities: Vec::new(),
                prompt: false,
                secrets: Vec::new(),
            }),
        }
    }

    /// Masks this secret in the whole report and in every event from now on, whoever says it (a server may echo it).
    pub fn guard(&self, secret: Secret) {
        if !secret.is_empty() {
            self.lock().secrets.push(secret);
        }
    }

    /// Runs a step that the later ones need. A failure is written down as failed and stops.
    pub async fn step<T>(&self, id: CheckId, work: impl Future<Output = Result<Pass<T>, Fail>>) -> Result<T, Stop> {
        self.begin(id);
        match work.await {
            Ok(pass) => Ok(self.end_passed(id, pass)),
            Err(fail) => {
                self.end_failed(id, fail, Outcome::Failed);
                Err(Stop)
            }
        }
    }

    /// Runs a step that a migration can do without. A failure is written down as limited and yields nothing.
    pub async fn try_step<T>(&self, id: CheckId, work: impl Future<Output = Result<Pass<T>, Fail>>) -> Option<T> {
        self.begin(id);
        match work.await {
            Ok(pass) => Some(self.end_passed(id, pass)),
            Err(fail) => {
                self.end_failed(id, fail, Outcome::Limited);
                None
            }
        }
    }

    /// Writes down that a check was left out, and why.
    pub fn skip(&self, id: CheckId, why: impl Into<SafeText>) {
        self.write(id, Outcome::Skipped, None, why.into(), Vec::new(), Vec::new());
    }

    /// Asks something of the person, or takes the question back.
    pub fn prompt(&self, prompt: Option<UserPrompt>) {
        self.lock().prompt = prompt.is_some();
        self.progress.emit(Event::Prompt(prompt));
    }

    /// Writes down who the server says we are.
    pub fn identity(&self, identity: Identity) {
        self.lock().identity = Some(identity);
        self.tell_identity();
    }

    /// Writes down more about who we are: the name of something that was a number so far.
    pub fn identity_more(&self, more: impl FnOnce(&mut Identity)) {
        let known = self.lock().identity.as_mut().map(more).is_some();
        if known {
            self.tell_identity();
        }
    }

    /// True where this check came to its end, or is under way.
    pub fn got_past(&self, id: CheckId) -> bool {
        let state = self.lock();
        state.results.iter().any(|result| result.id == id) || state.running.iter().any(|(running, _)| *running == id)
    }

    /// Takes over what another recorder wrote down of these checks, with its identity and the secrets that it guards: they hold here, too.
    pub fn inherit(&self, from: &Recorder<'_>, ids: &[CheckId]) {
        let (results, identity, secrets) = {
            let state = from.lock();
            let results: Vec<CheckResult> = state.results.iter().filter(|result| ids.contains(&result.id)).cloned().collect();
            (results, state.identity.clone(), state.secrets.clone())
        };
        let mut state = self.lock();
        state.results.retain(|earlier| !ids.contains(&earlier.id));
        state.results.extend(results);
        state.identity = identity;
        state.secrets.extend(secrets);
    }

    fn tell_identity(&self) {
        let identity = {
            let state = self.lock();
            state.identity.clone().map(|identity| identity.map(|text| mask_in(&state.secrets, text)))
        };
        if let Some(identity) = identity {
            self.progress.emit(Event::Identity(identity));
        }
    }

    /// Writes down what was understood as the address.
    pub fn address(&self, address: impl Into<SafeText>) {
        self.lock().target.address = address.into();
    }

    /// Writes down what can be migrated.
    pub fn abilities(&self, abilities: Vec<Ability>) {
        self.lock().abilities = abilities;
    }

    /// The person cancelled in another window. Tells it; what is written down afterwards is not wanted any more.
    pub fn cancelled(&self) {
        self.progress.emit(Event::Cancelled);
    }

    /// Ends every running step as out of time, or the next one where the time ran out between two.
    /// Waiting for the person ends as a sign-in that nobody finished, all else as a slow network.
    pub fn time_out(&self, limit: Duration) {
        let (prompt, kind) = {
            let state = self.lock();
            (state.prompt, state.target.kind)
        };
        let cause = match (prompt, kind) {
            (true, TargetKind::Confluence) => Cause::ConfluenceSignInTimeout,
            (true, TargetKind::SharePoint) => Cause::EntraSignInTimeout,
            (false, _) => Cause::NetworkTimeout,
        };
        let seconds = limit.as_secs();
        let what = if prompt { "Nobody finished signing in" } else { "There was no answer" };
        let fail = Fail::new(cause, format!("{what} within {seconds} seconds"))
            .hint(Hint::with("Test again, with a longer time limit if the network is slow", HintAction::Retry));
        self.stop(&fail);
    }

    /// Ends every running step as failed for this one reason, or the next one where it came between two.
    pub fn stop(&self, fail: &Fail) {
        let mut running: Vec<_> = self.lock().running.iter().map(|(id, _)| *id).collect();
        if running.is_empty() {
            running.extend(self.missing().first());
        }
        for id in running {
            self.end_failed(id, fail.clone(), Outcome::Failed);
        }
    }

    /// Makes the report. Checks that were not reached are written down as skipped.
    pub fn finish(self) -> Report {
        self.prompt(None);
        for id in self.missing() {
            let begun = self.lock().running.iter().any(|(running, _)| *running == id);
            self.skip(id, if begun { "Not finished" } else { "Not reached" });
        }
        let took = self.clock.ticks().saturating_sub(self.started_ticks);
        let state = self.state.into_inner().unwrap_or_else(PoisonError::into_inner);
        let secrets = &state.secrets;
        let mask = |text: SafeText| mask_in(secrets, text);
        // once more: a secret may have become known after a check was written down
        let mut checks: Vec<CheckResult> = state.results.into_iter().map(|result| mask_result(secrets, result)).collect();
        checks.sort_by_key(|result| self.plan.iter().position(|spec| spec.id == result.id).unwrap_or(usize::MAX));
        let identity = state.identity.map(|identity| identity.map(mask));
        let target = Target { address: mask(state.target.address), ..state.target };
        let mask_factor = |factor: Factor| Factor { text: mask(factor.text), ..factor };
        let mask_ability = |ability: Ability| Ability {
            text: mask(ability.text),
            factors: ability.factors.into_iter().map(mask_factor).collect(),
            ..ability
        };
        let abilities = state.abilities.into_iter().map(mask_ability).collect();
        Report { target, started_at: self.started_at, took, identity, checks, abilities, request: None }
    }

    /// The checks of the plan that have no result yet.
    fn missing(&self) -> Vec<CheckId> {
        let state = self.lock();
        self.plan.iter().map(|spec| spec.id).filter(|id| !state.results.iter().any(|result| result.id == *id)).collect()
    }

    fn begin(&self, id: CheckId) {
        let now = self.clock.ticks();
        let mut state = self.lock();
        // an earlier attempt at the same check may have been dropped before its end
        state.running.retain(|(running, _)| *running != id);
        state.running.push((id, now));
        drop(state);
        self.progress.emit(Event::Started(id));
    }

    fn end_passed<T>(&self, id: CheckId, pass: Pass<T>) -> T {
        let outcome = if pass.limited.is_some() { Outcome::Limited } else { Outcome::Passed };
        self.write(id, outcome, pass.limited, pass.summary, pass.details, pass.hints);
        pass.value
    }

    fn end_failed(&self, id: CheckId, fail: Fail, outcome: Outcome) {
        self.write(id, outcome, Some(fail.cause), fail.summary, fail.details, fail.hints);
    }

    fn write(&self, id: CheckId, outcome: Outcome, cause: Option<Cause>, summary: SafeText, details: Vec<Detail>, hints: Vec<Hint>) {
        let result = {
            let mut state = self.lock();
            let begun = state.running.iter().position(|(running, _)| *running == id).map(|at| state.running.remove(at).1);
            let took = begun.map_or(Duration::ZERO, |begun| self.clock.ticks().saturating_sub(begun));
            let title = self.spec(id).map_or(id.0, |spec| spec.title);
            let result = mask_result(&state.secrets, CheckResult { id, title, outcome, cause, summary, details, hints, took });
            state.results.retain(|earlier| earlier.id != id);
            state.results.push(result.clone());
            result
        };
        self.progress.emit(Event::Finished(result));
    }

    fn spec(&self, id: CheckId) -> Option<&CheckSpec> {
        self.plan.iter().find(|spec| spec.id == id)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn mask_in(secrets: &[Secret], text: SafeText) -> SafeText {
    secrets.iter().fold(text, |text, secret| secret.mask_in(text))
}

fn mask_result(secrets: &[Secret], result: CheckResult) -> CheckResult {
    let mask = |text| mask_in(secrets, text);
    CheckResult {
        summary: mask(result.summary),
        details: result.details.into_iter().map(|detail| Detail { value: mask(detail.value), ..detail }).collect(),
        hints: result.hints.into_iter().map(|hint| Hint { text: mask(hint.text), action: mask_action(secrets, hint.action) }).collect(),
        ..result
    }
}

/// A page whose address holds a secret is not offered at all.
fn mask_action(secrets: &[Secret], action: Option<HintAction>) -> Option<HintAction> {
    match action? {
        HintAction::Copy(text) => Some(HintAction::Copy(mask_in(secrets, text))),
        HintAction::OpenUrl(url) => {
            let address = SafeText::from(url.to_string());
            (mask_in(secrets, address.clone()) == address).then_some(HintAction::OpenUrl(url))
        }
        action @ (HintAction::EditField(_) | HintAction::Retry) => Some(action),
    }
}

impl fmt::Debug for Recorder<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recorder").field("plan", &self.plan.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
