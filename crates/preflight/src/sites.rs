//! Several sites tested with one sign-in: a report for each, in the order of the list.

use crate::{AdminRequest, Outcome, Progress, Report, SafeText};

/// What came of a list of sites.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SitesReport {
    /// The worst of all.
    pub outcome: Outcome,
    /// A report per row; where it was interrupted, of the rows that were done by then.
    pub sites: Vec<Report>,
    /// Names of the list's further columns.
    pub columns: Vec<SafeText>,
    /// What stands in them, for each of [`SitesReport::sites`].
    pub more: Vec<Vec<SafeText>>,
    /// What to ask of an administrator about all of them, where one can mend it.
    pub request: Option<AdminRequest>,
    /// It was stopped from outside before all rows were done.
    pub interrupted: bool,
}

impl SitesReport {
    /// The worst outcome of these reports. Of none, a failure: nothing is proven.
    pub fn worst(sites: &[Report]) -> Outcome {
        sites.iter().map(Report::outcome).max().unwrap_or(Outcome::Failed)
    }

    /// How many came out so.
    pub fn count(&self, outcome: Outcome) -> usize {
        self.sites.iter().filter(|report| report.outcome() == outcome).count()
    }

    /// One sentence that says how it came out, without a final period.
    pub fn headline(&self) -> SafeText {
        let (all, works, limited, fails) =
            (self.sites.len(), self.count(Outcome::Passed), self.count(Outcome::Limited), self.count(Outcome::Failed));
        let sites = if all == 1 { "site" } else { "sites" };
        let interrupted = if self.interrupted { ", interrupted" } else { "" };
        format!("{all} {sites} tested{interrupted}: {works} passed, {limited} limited, {fails} failed").into()
    }

    /// What stands in the further columns of this report, by the name of the column.
    pub fn columns_of(&self, at: usize) -> impl Iterator<Item = (&SafeText, &SafeText)> {
        self.columns.iter().zip(self.more.get(at).into_iter().flatten())
    }
}

/// Where the progress of a list goes: the sign-in's as that of any test, and then each site as it is done.
pub trait SitesProgress: Progress {
    /// A site is done. Must not block.
    fn done(&self, count: usize, of: usize, report: &Report);
}

/// Nobody watches.
impl SitesProgress for () {
    fn done(&self, _count: usize, _of: usize, _report: &Report) {}
}
