//! The filters over the table.

use egui::{Ui, vec2};
use preflight::render::words;
use preflight::{SpaceRole, Verdict};

use crate::kit::theme::space;
use crate::kit::{Field, card, icons, select};
use crate::spaces::Spaces;

/// Width of a list.
const LIST: f32 = 124.0;
/// The words get at least so much room, or a row of their own.
const WORDS: f32 = 200.0;
/// How many lists there are.
const LISTS: f32 = 5.0;
/// What stands for no filter.
const ANY: &str = "All";

/// Shows them.
pub(super) fn filters_ui(ui: &mut Ui, spaces: &mut Spaces) {
    let mut filter = spaces.table.filter().clone();
    let all = ui.available_width();
    let lists = LISTS * (LIST + space::S);
    let in_one_row = all >= WORDS + lists;
    ui.vertical(|ui| {
        ui.spacing_mut().item_spacing = vec2(space::S, space::S);
        let mut words_ui = |ui: &mut Ui| {
            let field = Field::new("Filter", &mut filter.text).hint("Key or name").icon(icons::SEARCH).show(ui);
            if std::mem::take(&mut spaces.wants_filter) {
                field.text.request_focus();
            }
        };
        if !in_one_row {
            words_ui(ui);
        }
        ui.horizontal_top(|ui| {
            let width = if in_one_row {
                card::cell(ui, all - lists, words_ui);
                LIST
            } else {
                (all - (LISTS - 1.0) * space::S) / LISTS
            };
            let kinds: Vec<(String, String)> = spaces.table.kinds().iter().map(|kind| (kind.clone(), words::kind(kind))).collect();
            list_ui(ui, width, "Type", &mut filter.kind, kinds.iter().map(|(kind, word)| (kind.clone(), word.as_str())));
            let statuses = ["current", "archived"].map(|status| (status.to_owned(), words::kind(status)));
            list_ui(ui, width, "Status", &mut filter.status, statuses.iter().map(|(status, word)| (status.clone(), word.as_str())));
            list_ui(ui, width, "Role", &mut filter.role, ROLES.iter().map(|role| (*role, role.title())));
            let verdicts = || VERDICTS.iter().map(|verdict| (*verdict, words::verdict(*verdict)));
            list_ui(ui, width, "Content", &mut filter.content, verdicts());
            let known = verdicts().filter(|(verdict, _)| *verdict != Verdict::Partly);
            list_ui(ui, width, "Permissions", &mut filter.permissions, known);
        });
    });
    spaces.table.set_filter(filter);
}

const ROLES: [SpaceRole; 4] = [SpaceRole::Administrator, SpaceRole::Editor, SpaceRole::Viewer, SpaceRole::Unknown];
const VERDICTS: [Verdict; 4] = [Verdict::Yes, Verdict::Partly, Verdict::No, Verdict::Unknown];

fn list_ui<'a, T: PartialEq + Clone>(
    ui: &mut Ui,
    width: f32,
    label: &str,
    chosen: &mut Option<T>,
    values: impl Iterator<Item = (T, &'a str)>,
) {
    let options: Vec<(Option<T>, &str)> = std::iter::once((None, ANY)).chain(values.map(|(value, word)| (Some(value), word))).collect();
    card::cell(ui, width, |ui| select(ui, label, chosen, &options));
}
