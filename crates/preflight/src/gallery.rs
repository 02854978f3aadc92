//! A gallery of reports: one of every kind that people meet, made of plain data.
//!
//! The golden renderings of this room and the pictures of the window are made from it, so both show the same cases, long and hostile
//! texts included. Nothing in here is read by a real test.
//!
//! ```
//! let gallery = preflight::gallery::reports();
//! assert!(gallery.iter().any(|(name, report)| *name == "plan_b" && report.outcome() == preflight::Outcome::Limited));
//! ```

mod confluence;
mod sharepoint;
mod spaces;

pub use spaces::inventory;

use std::time::Duration;

use jiff::Timestamp;
use url::Url;

use crate::{
    Ability, AbilityId, AdminRequest, Cause, CheckId, CheckResult, Detail, Hint, HintAction, Identity, IdentityKind, Limit, Outcome,
    Report, SafeText, SitesReport, Target, TargetKind, Verdict,
};

/// Every report of the gallery with its name, in the order of the documentation. The names are `snake_case` and never change.
pub fn reports() -> Vec<(&'static str, Report)> {
    vec![
        ("confluence_all_good", confluence::all_good()),
        ("sharepoint_all_good", sharepoint::all_good()),
        ("plan_b", sharepoint::plan_b()),
        ("unknown_name", confluence::unknown_name()),
        ("tls_intercepted", sharepoint::tls_intercepted()),
        ("proxy_password_wanted", confluence::proxy_password_wanted()),
        ("token_rejected", confluence::token_rejected()),
        ("treated_as_anonymous", confluence::treated_as_anonymous()),
        ("captcha", confluence::captcha()),
        ("wrong_tenant", sharepoint::wrong_tenant()),
        ("graph_consent_missing", sharepoint::graph_consent_missing()),
        ("anonymous", confluence::anonymous()),
        ("nobody_signed_in", sharepoint::nobody_signed_in()),
        ("practice", confluence::practice()),
        ("hostile_texts", confluence::hostile_texts()),
    ]
}

/// A list of sites, with further columns.
pub fn sites() -> SitesReport {
    let sites = vec![sharepoint::all_good(), sharepoint::plan_b(), sharepoint::wrong_tenant(), sharepoint::graph_consent_missing()];
    let more = [("Ada", "first wave"), ("Ben | <b>", ""), ("", ""), ("=1+1", "second wave")];
    SitesReport {
        outcome: SitesReport::worst(&sites),
        request: sites.iter().find_map(|report| report.request.clone()),
        sites,
        columns: vec!["Owner".into(), "Wave".into()],
        more: more.into_iter().map(|(owner, wave)| vec![owner.into(), wave.into()]).collect(),
        interrupted: false,
    }
}

/// Ids and titles of the rungs of one side, in their order.
type Rungs = &'static [(&'static str, &'static str)];

/// A report under construction: rungs are added from the top, what is missing at the end was not reached.
struct Draft {
    rungs: Rungs,
    report: Report,
}

impl Draft {
    fn new(kind: TargetKind, rungs: Rungs, address: &'static str) -> Self {
        let started_at = Timestamp::constant(1_795_168_200, 0); // 2026-11-20 09:50 UTC
        let target = Target { kind, address: address.into(), practice: false };
        Self {
            rungs,
            report: Report { target, started_at, took: Duration::ZERO, identity: None, checks: vec![], abilities: vec![], request: None },
        }
    }

    fn identity(mut self, identity: Identity) -> Self {
        self.report.identity = Some(identity);
        self
    }

    fn abilities(mut self, abilities: Vec<Ability>) -> Self {
        self.report.abilities = abilities;
        self
    }

    fn request(mut self, request: AdminRequest) -> Self {
        self.report.request = Some(request);
        self
    }

    fn add(mut self, outcome: Outcome, cause: Option<Cause>, summary: impl Into<SafeText>, took_ms: u64) -> Self {
        let (id, title) = self.rungs[self.report.checks.len()];
        let took = Duration::from_millis(took_ms);
        let (details, hints) = (Vec::new(), Vec::new());
        self.report.checks.push(CheckResult { id: CheckId(id), title, outcome, cause, summary: summary.into(), details, hints, took });
        self
    }

    fn passed(self, summary: impl Into<SafeText>, took_ms: u64) -> Self {
        self.add(Outcome::Passed, None, summary, took_ms)
    }

    fn limited(self, cause: Cause, summary: impl Into<SafeText>, took_ms: u64) -> Self {
        self.add(Outcome::Limited, Some(cause), summary, took_ms)
    }

    fn failed(self, cause: Cause, summary: impl Into<SafeText>, took_ms: u64) -> Self {
        self.add(Outcome::Failed, Some(cause), summary, took_ms)
    }

    fn skipped(self, why: impl Into<SafeText>) -> Self {
        self.add(Outcome::Skipped, None, why, 0)
    }

    /// Evidence for the rung added last.
    fn detail(mut self, key: &'static str, value: impl Into<SafeText>) -> Self {
        if let Some(check) = self.report.checks.last_mut() {
            check.details.push(Detail { key, value: value.into() });
        }
        self
    }

    /// Something to do about the rung added last.
    fn hint(mut self, hint: Hint) -> Self {
        if let Some(check) = self.report.checks.last_mut() {
            check.hints.push(hint);
        }
        self
    }

    fn done(mut self) -> Report {
        while self.report.checks.len() < self.rungs.len() {
            self = self.skipped("Not reached");
        }
        self.report.took = self.report.checks.iter().map(|check| check.took).sum();
        self.report
    }
}

fn ability(id: AbilityId, verdict: Verdict, limited_by: &[Limit], text: &'static str) -> Ability {
    Ability { id, verdict, limited_by: limited_by.to_vec(), text: text.into(), factors: vec![] }
}

/// A hint that opens a page. An address that is none is only said.
fn open(text: &'static str, url: &str) -> Hint {
    Hint { text: text.into(), action: Url::parse(url).ok().map(HintAction::OpenUrl) }
}

fn person(name: &'static str, account: &'static str) -> Identity {
    Identity { kind: IdentityKind::User, name: Some(name.into()), account: Some(account.into()), ..Identity::anonymous() }
}
