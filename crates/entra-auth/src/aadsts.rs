//! Microsoft's sign-in error numbers (AADSTS…): which one a text holds, and our own table of what each means to a person.
//!
//! The numbers are Microsoft's ("Microsoft Entra authentication and authorization error codes"); the words are ours.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use preflight::{Cause, Fail};
use serde::Deserialize;

/// What a number means.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The number.
    pub code: u32,
    /// The machine-readable cause.
    pub cause: Cause,
    /// One sentence without a final period: what is wrong.
    pub says: String,
    /// What to do, the most useful first, each a sentence without a final period.
    #[serde(rename = "do")]
    pub todo: Vec<String>,
    /// Who has to act.
    pub who: Actor,
    /// True where only the browser's page shows it, so that it reaches this program by the person alone.
    #[serde(default)]
    pub page_only: bool,
}

/// Who has to act on a refusal.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Actor {
    /// The person at this computer.
    You,
    /// Whoever owns the app registration.
    AppOwner,
    /// An administrator of the tenant.
    Administrator,
    /// Microsoft: waiting helps, or support.
    Microsoft,
}

impl Actor {
    /// What a person reads.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::You => "you",
            Self::AppOwner => "the owner of the app registration",
            Self::Administrator => "an administrator of the tenant",
            Self::Microsoft => "Microsoft",
        }
    }
}

static TABLE: LazyLock<BTreeMap<u32, Entry>> = LazyLock::new(|| {
    let entries: Vec<Entry> = serde_json::from_str(include_str!("../data/aadsts-codes.json")).expect("our own table, read in a test");
    entries.into_iter().map(|entry| (entry.code, entry)).collect()
});

/// What a number means, where our table has it.
pub fn lookup(code: u32) -> Option<&'static Entry> {
    TABLE.get(&code)
}

/// The whole table, by number.
pub fn table() -> impl Iterator<Item = &'static Entry> {
    TABLE.values()
}

/// What the AADSTS number in a pasted text means, from our own table. The text may be the number alone, or everything on Microsoft's error
/// page. None where it holds no such number.
pub fn explain_text(text: &str) -> Option<Fail> {
    crate::Refusal::from_page(text).map(Fail::from)
}

/// The numbers in a text that a person pasted: those after `AADSTS`, else (without any of those) bare numbers that the table knows.
/// Whole numbers only, since many begin like others (65001 and 650052, 50020 and 500207).
pub(crate) fn codes_in(text: &str) -> Vec<u32> {
    let prefixed = codes_after_prefix(text);
    if !prefixed.is_empty() {
        return prefixed;
    }
    let mut codes: Vec<u32> = Vec::new();
    let words = text.split(|c: char| !(c.is_alphanumeric() || matches!(c, '-' | '.' | ':' | '_')));
    for word in words {
        let code = word.trim_end_matches(['.', ':']).parse().ok().filter(|code| lookup(*code).is_some());
        codes.extend(code.filter(|code| !codes.contains(code)));
    }
    codes
}

/// The numbers after `AADSTS` in a text, as they come.
pub(crate) fn codes_after_prefix(text: &str) -> Vec<u32> {
    let upper = text.to_ascii_uppercase();
    let mut codes: Vec<u32> = Vec::new();
    for (at, prefix) in upper.match_indices("AADSTS") {
        let digits: &str = &upper[at + prefix.len()..];
        let digits = &digits[..digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len())];
        let code = if (5..=8).contains(&digits.len()) { digits.parse().ok() } else { None };
        codes.extend(code.filter(|code| !codes.contains(code)));
    }
    codes
}

#[cfg(test)]
mod tests;
