//! Which spaces are shown.

use preflight::{SpaceRole, SpaceRow, Verdict};

/// What a space has to be like. Nothing said means any.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Filter {
    /// Words of its key or name.
    pub text: String,
    /// Its type, as the server says it.
    pub kind: Option<String>,
    /// Its status.
    pub status: Option<String>,
    /// What the account is there.
    pub role: Option<SpaceRole>,
    /// Whether content can be migrated.
    pub content: Option<Verdict>,
    /// Whether permissions can be migrated.
    pub permissions: Option<Verdict>,
}

impl Filter {
    /// Everything is shown.
    pub fn is_open(&self) -> bool {
        self.text.trim().is_empty() && *self == Self { text: self.text.clone(), ..Self::default() }
    }

    /// The words to look for, prepared.
    pub(super) fn words(&self) -> Vec<String> {
        self.text.split_whitespace().map(str::to_lowercase).collect()
    }

    /// The space is like that. `folded` is its key and name in small letters.
    pub(super) fn takes(&self, space: &SpaceRow, folded: &str, words: &[String]) -> bool {
        let is = |wanted: &Option<String>, word: &str| wanted.as_deref().is_none_or(|wanted| wanted == word);
        self.role.is_none_or(|role| role == space.role)
            && self.content.is_none_or(|content| content == space.content)
            && self.permissions.is_none_or(|permissions| permissions == space.permissions)
            && is(&self.kind, space.kind.as_str())
            && is(&self.status, space.status.as_str())
            && words.iter().all(|word| folded.contains(word.as_str()))
    }
}
