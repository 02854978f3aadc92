//! What both cards are built of: a card with its fields, then its test. The fields of one side complain and submit alike.

use egui::{Align, Ui};
use engine::forms::FieldError;
use jiff::Timestamp;
use preflight::{Field as FieldId, TargetKind};

use super::test_panel::{Chip, test_panel_ui};
use crate::command::UiCommand;
use crate::desk::Desk;
use crate::kit::field::{FieldResponse, forget_field, forget_typing};
use crate::kit::{
    Card, Field, Note,
    segmented::{self, segmented},
};

/// Shows one side's card: what `fields` shows, then the test. Enter in a field starts the test.
pub fn card_ui(
    ui: &mut Ui,
    card: Card<'_>,
    kind: TargetKind,
    desk: &mut Desk,
    now: Timestamp,
    commands: &mut Vec<UiCommand>,
    fields: impl FnOnce(&mut Ui, &mut Form<'_>, &mut Vec<UiCommand>),
) {
    let chip = Chip::of(desk.test(kind));
    card.unframed().show(
        ui,
        |ui| chip.show(ui),
        |ui| {
            let mut form = Form { errors: desk.errors(kind), desk, submitted: false };
            fields(ui, &mut form, commands);
            if form.submitted {
                commands.push(UiCommand::Test(kind));
            }
            test_panel_ui(ui, kind, desk.test_mut(kind), now, commands);
        },
    );
}

/// One side's fields while they are shown.
pub struct Form<'a> {
    /// What they edit.
    pub desk: &'a mut Desk,
    errors: Vec<FieldError>,
    submitted: bool,
}

impl Form<'_> {
    /// Shows the field of this name over the text that `text` points at, in the look that `look` gives it. Its error, once it
    /// was left, stands in the place of `note`; it takes the keyboard where that was asked for.
    pub fn field(
        &mut self,
        ui: &mut Ui,
        id: FieldId,
        text: fn(&mut Desk) -> &mut String,
        note: Option<Note<'_>>,
        look: impl FnOnce(Field<'_>) -> Field<'_>,
    ) -> FieldResponse {
        let complains = self.desk.left.contains(id.label());
        let error = self.errors.iter().find(|error| complains && error.field == id).map(|error| Note::Error(error.text.as_str()));
        let response = look(Field::new(id.label(), text(self.desk)).note(error.or(note))).show(ui);
        if response.left {
            self.desk.left.insert(id.label());
            if id.is_secret() {
                forget_typing(ui.ctx(), response.text.id);
            }
        }
        if self.desk.focus == Some(id) {
            self.desk.focus = None;
            response.text.request_focus();
            response.text.scroll_to_me(Some(Align::Center));
        }
        self.submitted |= response.submitted;
        response
    }

    /// Shows a choice among ways of signing in, which takes the keyboard where that was asked for. With the other way's fields
    /// goes what egui keeps of the secrets typed there.
    pub fn choice<T: PartialEq + Clone>(&mut self, ui: &mut Ui, id: FieldId, chosen: fn(&mut Desk) -> &mut T, options: &[(T, &str)]) {
        let response = segmented(ui, id.label(), chosen(self.desk), options);
        if response.changed() {
            for secret in FieldId::SECRETS {
                forget_field(ui, secret.label());
            }
        }
        if self.desk.focus == Some(id) {
            self.desk.focus = None;
            let option = options.iter().position(|(option, _)| option == chosen(self.desk)).unwrap_or_default();
            segmented::focus(ui, &response, option);
        }
    }
}
