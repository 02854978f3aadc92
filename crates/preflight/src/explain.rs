//! What a person is told about a failure. The error says what happened; its explanation says what that means and what to try.

use std::error::Error;

use crate::{Cause, Detail, Hint, SafeText};

/// A failure, explained: the cause, one sentence, the evidence and what to do.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fail {
    /// The machine-readable cause.
    pub cause: Cause,
    /// One sentence without a final period: what is wrong.
    pub summary: SafeText,
    /// Evidence, folded away at first.
    pub details: Vec<Detail>,
    /// What to do, the most useful first.
    pub hints: Vec<Hint>,
}

impl Fail {
    /// A failure with a cause and a sentence.
    pub fn new(cause: Cause, summary: impl Into<SafeText>) -> Self {
        Self { cause, summary: summary.into(), details: Vec::new(), hints: Vec::new() }
    }

    /// An error's explanation, with the error itself as evidence.
    pub fn of(error: &impl Explain) -> Self {
        error.explain().detail("error", chain(error))
    }

    /// With one more thing to do.
    #[must_use]
    pub fn hint(mut self, hint: Hint) -> Self {
        self.hints.push(hint);
        self
    }

    /// With one more piece of evidence.
    #[must_use]
    pub fn detail(mut self, key: &'static str, value: impl Into<SafeText>) -> Self {
        self.details.push(Detail { key, value: value.into() });
        self
    }
}

/// An error that can be explained to a person. Implementations stand in a crate's `explain.rs` and nowhere else.
pub trait Explain: Error {
    /// Cause, sentence, evidence and what to do.
    fn explain(&self) -> Fail;
}

impl<E: Explain> From<E> for Fail {
    fn from(error: E) -> Self {
        Self::of(&error)
    }
}

/// An error and its sources, joined by `: `.
pub fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        let inner_text = inner.to_string();
        // libraries often repeat their source's words in their own
        if !text.contains(&inner_text) {
            text.push_str(": ");
            text.push_str(&inner_text);
        }
        source = inner.source();
    }
    text
}
