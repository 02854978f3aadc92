//! The table itself.

use egui::Ui;
use preflight::render::words;
use preflight::{SpaceRole, Verdict};

use crate::kit::Status;
use crate::kit::table::{Act, Cell, Chosen, Column, Look, Rows, table};
use crate::spaces::order;
use crate::spaces::table::{Row, Table};
use crate::views::test_panel::sign;

/// Shows it. What is not known may still be asked about where more is to come. Returns what was asked for.
pub(super) fn rows_ui(ui: &mut Ui, spaces: &Table, more_to_come: bool, height: f32, focus: bool) -> Vec<Act> {
    let columns = order::Column::ALL.map(|column| Column {
        title: column.title(),
        width: match column {
            order::Column::Key | order::Column::Permissions => 116.0,
            order::Column::Name => 180.0,
            order::Column::Kind | order::Column::Status => 96.0,
            order::Column::Role | order::Column::Content => 108.0,
            order::Column::LimitedBy => 190.0,
        },
        grows: column == order::Column::Name,
    });
    table(ui, "Spaces", &columns, &Shown { spaces, more_to_come, cursor: spaces.cursor() }, height, focus)
}

/// What stands for what has not been asked about.
const NOT_YET: &str = "Not yet";

struct Shown<'a> {
    spaces: &'a Table,
    more_to_come: bool,
    cursor: Option<usize>,
}

impl Shown<'_> {
    fn row(&self, at: usize) -> Option<&Row> {
        self.spaces.row(at).map(|(_, row)| row)
    }
}

impl Rows for Shown<'_> {
    fn count(&self) -> usize {
        self.spaces.shown()
    }

    fn id(&self, at: usize) -> u64 {
        self.spaces.row(at).and_then(|(id, _)| u64::try_from(id).ok()).unwrap_or(u64::MAX)
    }

    fn name(&self, at: usize) -> String {
        let Some(row) = self.row(at) else { return String::new() };
        let space = &row.space;
        let limits = if row.limited_by.is_empty() { String::new() } else { format!("; limited by {}", row.limited_by) };
        format!(
            "{}, {}: {}, {}; {}; content: {}; permissions: {}{limits}",
            space.key,
            space.name,
            row.kind.to_lowercase(),
            row.status.to_lowercase(),
            space.role.title().to_lowercase(),
            words::verdict(space.content).to_lowercase(),
            words::verdict(space.permissions).to_lowercase(),
        )
    }

    fn cell(&self, at: usize, column: usize) -> Cell<'_> {
        let (Some(row), Some(column)) = (self.row(at), order::Column::ALL.get(column)) else {
            return Cell { text: "", status: None, look: Look::Plain };
        };
        let cell = |text, look| Cell { text, status: None, look };
        let verdict = |verdict| match verdict {
            Verdict::Unknown if self.more_to_come => Cell { text: NOT_YET, status: Some(Status::Pending), look: Look::Quiet },
            _ => Cell { text: words::verdict(verdict), status: Some(sign(words::verdict_as_outcome(verdict))), look: Look::Plain },
        };
        match column {
            order::Column::Key => cell(row.space.key.as_str(), Look::Literal),
            order::Column::Name => cell(row.space.name.as_str(), Look::Name),
            order::Column::Kind => cell(&row.kind, Look::Quiet),
            order::Column::Status => cell(&row.status, Look::Quiet),
            order::Column::Role if row.space.role == SpaceRole::Unknown && self.more_to_come => cell(NOT_YET, Look::Quiet),
            order::Column::Role => cell(row.space.role.title(), Look::Plain),
            order::Column::Content => verdict(row.space.content),
            order::Column::Permissions => verdict(row.space.permissions),
            order::Column::LimitedBy => cell(&row.limited_by, Look::Quiet),
        }
    }

    fn is_chosen(&self, at: usize) -> bool {
        self.spaces.row(at).is_some_and(|(id, _)| self.spaces.is_chosen(id))
    }

    fn chosen(&self) -> Chosen {
        self.spaces.chosen_of_shown()
    }

    fn cursor(&self) -> Option<usize> {
        self.cursor
    }

    fn sorted(&self) -> Option<(usize, bool)> {
        let order = self.spaces.order();
        let by = order::Column::ALL.iter().position(|column| Some(*column) == order.by)?;
        Some((by, order.descending))
    }
}
