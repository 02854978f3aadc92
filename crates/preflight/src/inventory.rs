//! The inventory of spaces: what one account could migrate, space by space. Plain data, like a report.

use std::time::Duration;

use crate::render::words;
use crate::{Cause, Hint, Identity, Limit, Outcome, SafeText, UserPrompt, Verdict};

/// What an account may do in a space, the most first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum SpaceRole {
    /// Administers the space, or Confluence as a whole.
    Administrator,
    /// May change pages.
    Editor,
    /// May view it. Where a server tells no more than that the account administers nothing, it may still be allowed to edit.
    Viewer,
    /// Could not be found out, or not yet.
    Unknown,
}

impl SpaceRole {
    /// The stable name, as written in documents.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Administrator => "administrator",
            Self::Editor => "editor",
            Self::Viewer => "viewer",
            Self::Unknown => "unknown",
        }
    }

    /// What a person reads.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Administrator => "Space admin",
            Self::Editor => "Can edit",
            Self::Viewer => "Can view",
            Self::Unknown => "Unknown",
        }
    }
}

/// One space.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SpaceRow {
    /// Its key.
    pub key: SafeText,
    /// Its name.
    pub name: SafeText,
    /// The server's word for its type: `global`, `personal` and on Cloud others.
    pub kind: SafeText,
    /// `current` or `archived`.
    pub status: SafeText,
    /// What the account may do there.
    pub role: SpaceRole,
    /// Whether its pages and files can be migrated. `Partly` where pages that are restricted to others stay hidden.
    pub content: Verdict,
    /// Whether its permissions can be migrated. An error is never a no.
    pub permissions: Verdict,
    /// What limits either.
    pub limited_by: Vec<Limit>,
}

/// The spaces that an account sees.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Inventory {
    /// The address of Confluence.
    pub address: SafeText,
    /// Passed where it is complete, limited where it is not, failed where there is nothing in it.
    pub outcome: Outcome,
    /// Why it is not complete.
    pub cause: Option<Cause>,
    /// One sentence, without a final period.
    pub headline: SafeText,
    /// Who the server says we are.
    pub identity: Option<Identity>,
    /// How many spaces the account sees, once all of them are listed.
    pub total: Option<u64>,
    /// True where every space is listed and nothing about it is unknown that could be asked.
    pub complete: bool,
    /// The spaces, in the order of the server, archived ones last.
    pub spaces: Vec<SpaceRow>,
    /// What to do about what is missing.
    pub hints: Vec<Hint>,
}

impl Inventory {
    /// The same with some of its spaces only: those that `wanted` names by their place in the list.
    #[must_use]
    pub fn part(&self, wanted: impl IntoIterator<Item = usize>) -> Self {
        let spaces: Vec<SpaceRow> = wanted.into_iter().filter_map(|at| self.spaces.get(at).cloned()).collect();
        if spaces.len() == self.spaces.len() {
            return Self { spaces, ..self.clone() };
        }
        let headline = format!("{} of {}, as chosen", words::count(spaces.len()), words::spaces(self.spaces.len()));
        Self {
            address: self.address.clone(),
            outcome: self.outcome,
            cause: self.cause,
            headline: headline.into(),
            identity: self.identity.clone(),
            total: self.total,
            complete: false,
            spaces,
            hints: self.hints.clone(),
        }
    }

    /// In how many spaces permissions can be migrated.
    pub fn with_permissions(&self) -> usize {
        self.spaces.iter().filter(|space| space.permissions == Verdict::Yes).count()
    }

    /// Of how many spaces the permissions are not known.
    pub fn unclear(&self) -> usize {
        self.spaces.iter().filter(|space| space.permissions == Verdict::Unknown).count()
    }
}

/// What an inventory is doing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Phase {
    /// Proves who is signed in.
    SigningIn,
    /// Lists the spaces.
    Listing,
    /// Asks about the spaces one by one.
    Asking,
}

/// How far an inventory has come.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SoFar {
    /// What it is doing.
    pub phase: Phase,
    /// How many spaces are listed.
    pub listed: usize,
    /// How many of those that need a question have been asked about.
    pub asked: usize,
    /// How many need a question of their own.
    pub to_ask: usize,
    /// The server or the network asks for patience: nothing is sent for so long.
    pub waiting: Option<Duration>,
}

/// Whoever wants to know how far an inventory has come.
pub trait InventoryProgress: Send + Sync {
    /// It has come so far.
    fn so_far(&self, so_far: SoFar);
    /// Something is wanted of the person, or no longer.
    fn prompt(&self, _prompt: Option<UserPrompt>) {}
}

/// Nobody wants to know.
impl InventoryProgress for () {
    fn so_far(&self, _so_far: SoFar) {}
}
