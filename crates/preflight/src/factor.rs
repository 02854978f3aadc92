//! What an ability is made of. What works is what is left where three things meet: the rights of the account, the permissions of the app,
//! and the state of the site. The one that is missing is the one to do something about.

use crate::{Ability, SafeText};

/// Whose part it is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Side {
    /// What the account may do.
    Account,
    /// What the app may do for it, or by itself.
    App,
    /// What the site allows at the moment.
    Site,
}

impl Side {
    /// All three, in the order in which they are shown.
    pub const ALL: [Self; 3] = [Self::Account, Self::App, Self::Site];

    /// The stable name, as written in reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::App => "app",
            Self::Site => "site",
        }
    }

    /// What a person reads.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Account => "Account",
            Self::App => "App",
            Self::Site => "Site",
        }
    }
}

/// One of the three parts of an ability.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Factor {
    /// Whose part it is.
    pub side: Side,
    /// What there is of it: one sentence without a final period.
    pub text: SafeText,
    /// True where this part is what keeps the ability from being whole.
    pub limiting: bool,
}

impl Factor {
    /// A part that suffices.
    pub fn new(side: Side, text: impl Into<SafeText>) -> Self {
        Self { side, text: text.into(), limiting: false }
    }

    /// The same part, as the limit where that is so.
    #[must_use]
    pub const fn limiting(mut self, limiting: bool) -> Self {
        self.limiting = limiting;
        self
    }
}

impl Ability {
    /// The part of one side, where it is known.
    pub fn factor(&self, side: Side) -> Option<&Factor> {
        self.factors.iter().find(|factor| factor.side == side)
    }
}
