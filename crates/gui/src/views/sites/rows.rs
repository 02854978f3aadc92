//! The table of sites.

use std::sync::Arc;

use egui::Ui;
use preflight::render::words;
use preflight::{AbilityId, Report};

use crate::kit::table::{Act, Cell, Chosen, Column, Look, Rows, table};
use crate::views::test_panel::sign;

const ABILITIES: [AbilityId; 4] = AbilityId::ALL;

/// Shows it. Returns what was asked for.
pub(super) fn rows_ui(ui: &mut Ui, reports: &[Arc<Report>], cursor: Option<usize>, height: f32) -> Vec<Act> {
    let column = |title, width, grows| Column { title, width, grows };
    let columns: Vec<Column> = [column("Result", 96.0, false), column("Site", 324.0, true)]
        .into_iter()
        .chain(ABILITIES.map(|id| column(id.title(), 116.0, false)))
        .chain([column("Why", 140.0, true)])
        .collect();
    let summaries = reports.iter().map(|report| report.decisive().map(|check| words::one_line(check.summary.as_str())).unwrap_or_default());
    let shown = Shown { reports, summaries: summaries.collect(), cursor };
    table(ui, "Sites", &columns, &shown, height, false)
}

struct Shown<'a> {
    reports: &'a [Arc<Report>],
    summaries: Vec<String>,
    cursor: Option<usize>,
}

impl Rows for Shown<'_> {
    fn count(&self) -> usize {
        self.reports.len()
    }

    fn id(&self, at: usize) -> u64 {
        u64::try_from(at).unwrap_or(u64::MAX)
    }

    fn name(&self, at: usize) -> String {
        let Some(report) = self.reports.get(at) else { return String::new() };
        let result = words::outcome(report.outcome()).to_lowercase();
        let why = self.summaries.get(at).filter(|why| !why.is_empty()).map_or_else(String::new, |why| format!(": {why}"));
        format!("{}: {result}{why}", report.target.address)
    }

    fn cell(&self, at: usize, column: usize) -> Cell<'_> {
        let Some(report) = self.reports.get(at) else { return Cell { text: "", status: None, look: Look::Plain } };
        let cell = |text, look| Cell { text, status: None, look };
        match column {
            0 => Cell { text: words::outcome(report.outcome()), status: Some(sign(report.outcome())), look: Look::Plain },
            // every address begins alike
            1 => cell(report.target.address.as_str().trim_start_matches("https://"), Look::Literal),
            _ => match ABILITIES.get(column - 2) {
                Some(id) => match report.verdict(*id) {
                    Some(verdict) => {
                        Cell { text: words::verdict(verdict), status: Some(sign(words::verdict_as_outcome(verdict))), look: Look::Plain }
                    }
                    None => cell("–", Look::Quiet),
                },
                None => cell(self.summaries.get(at).map_or("", String::as_str), Look::Quiet),
            },
        }
    }

    fn is_chosen(&self, _at: usize) -> bool {
        false
    }

    fn chosen(&self) -> Chosen {
        Chosen::None
    }

    fn cursor(&self) -> Option<usize> {
        self.cursor
    }

    fn sorted(&self) -> Option<(usize, bool)> {
        None
    }

    fn are_opened(&self) -> bool {
        true
    }
}
