//! The columns of the table of spaces, and sorting by them.

use std::cmp::Ordering;

use super::table::Row;

/// A column.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Column {
    /// The space's key.
    Key,
    /// Its name.
    Name,
    /// Global, personal and so on.
    Kind,
    /// Current or archived.
    Status,
    /// What the account is there.
    Role,
    /// Whether content can be migrated.
    Content,
    /// Whether permissions can be migrated.
    Permissions,
    /// What limits either.
    LimitedBy,
}

impl Column {
    /// All of them, in the order on screen.
    pub const ALL: [Self; 8] =
        [Self::Key, Self::Name, Self::Kind, Self::Status, Self::Role, Self::Content, Self::Permissions, Self::LimitedBy];

    /// What stands over it.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Key => "Key",
            Self::Name => "Name",
            Self::Kind => "Type",
            Self::Status => "Status",
            Self::Role => "Role",
            Self::Content => "Content",
            Self::Permissions => "Permissions",
            Self::LimitedBy => "Limited by",
        }
    }

    fn compare(self, one: &Row, other: &Row) -> Ordering {
        match self {
            Self::Key => natural(one.folded_key(), other.folded_key()),
            Self::Name => natural(one.folded_name(), other.folded_name()),
            Self::Kind => one.kind.cmp(&other.kind),
            Self::Status => one.status.cmp(&other.status),
            Self::Role => one.space.role.cmp(&other.space.role),
            Self::Content => one.space.content.cmp(&other.space.content),
            Self::Permissions => one.space.permissions.cmp(&other.space.permissions),
            Self::LimitedBy => one.limited_by.cmp(&other.limited_by),
        }
    }
}

/// Which comes first where numbers count as numbers: `prj9` before `prj10`.
fn natural(one: &str, other: &str) -> Ordering {
    let (mut one, mut other) = (one.as_bytes(), other.as_bytes());
    loop {
        let (Some(a), Some(b)) = (one.first(), other.first()) else { return one.len().cmp(&other.len()) };
        if a.is_ascii_digit() && b.is_ascii_digit() {
            let (number_a, rest_a) = number(one);
            let (number_b, rest_b) = number(other);
            // without leading zeros, the longer one is the larger
            let ordering = number_a.len().cmp(&number_b.len()).then_with(|| number_a.cmp(number_b));
            if ordering.is_ne() {
                return ordering;
            }
            (one, other) = (rest_a, rest_b);
        } else if a == b {
            (one, other) = (&one[1..], &other[1..]);
        } else {
            return a.cmp(b);
        }
    }
}

/// The digits at the beginning without leading zeros, and the rest.
fn number(text: &[u8]) -> (&[u8], &[u8]) {
    let end = text.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    let zeros = digits.iter().take_while(|digit| **digit == b'0').count();
    (&digits[zeros..], rest)
}

/// How the table is sorted. Not at all is the order of the server, archived spaces last.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Order {
    /// By this column.
    pub by: Option<Column>,
    /// The most first.
    pub descending: bool,
}

impl Order {
    /// What a click on the header of a column makes of it: ascending, descending, not at all.
    #[must_use]
    pub fn clicked(self, column: Column) -> Self {
        match self {
            Self { by: Some(by), descending: false } if by == column => Self { by: Some(column), descending: true },
            Self { by: Some(by), descending: true } if by == column => Self::default(),
            _ => Self { by: Some(column), descending: false },
        }
    }

    /// Which comes first. Equal ones stay in the order of the server, whichever way it is sorted.
    pub(super) fn compare(self, one: &Row, other: &Row) -> Ordering {
        let by_column = self.by.map_or(Ordering::Equal, |column| {
            let ordering = column.compare(one, other);
            if self.descending { ordering.reverse() } else { ordering }
        });
        by_column.then(one.place.cmp(&other.place))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_count_as_numbers() {
        let mut names =
            ["prj10", "prj9", "prj", "prj007", "prj7b", "ops 2 9", "ops 10", "ops 2 10", "é1", "prj99999999999999999999999", "7"];
        names.sort_by(|one, other| natural(one, other));
        assert_eq!(
            names,
            ["7", "ops 2 9", "ops 2 10", "ops 10", "prj", "prj007", "prj7b", "prj9", "prj10", "prj99999999999999999999999", "é1"]
        );
    }
}
