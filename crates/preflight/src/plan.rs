//! A plan: which checks a connection test makes, known before anything runs, so that every row can be drawn at once.

use serde::Serialize;

/// Stable id of a check, such as `confluence.identity`. Used in JSON reports and tests.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize)]
#[serde(transparent)]
pub struct CheckId(pub &'static str);

impl std::fmt::Display for CheckId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0)
    }
}

/// One check of a plan.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CheckSpec {
    /// Stable id.
    pub id: CheckId,
    /// What a person reads in the list of rungs.
    pub title: &'static str,
    /// Why it is asked, for help and documentation.
    pub why: &'static str,
}

/// The checks of one kind of test, in the order in which they are shown.
pub type Plan = &'static [CheckSpec];
