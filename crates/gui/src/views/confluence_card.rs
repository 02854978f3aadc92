//! The Confluence card: the source.

use egui::Ui;
use engine::forms::ConfluenceMethod;
use jiff::Timestamp;
use preflight::{Field as FieldId, TargetKind};

use super::test_panel;
use crate::command::UiCommand;
use crate::desk::Desk;
use crate::kit::{Card, Field, Note, icons, segmented};

/// Shows the card.
pub fn confluence_card_ui(ui: &mut Ui, desk: &mut Desk, now: Timestamp, commands: &mut Vec<UiCommand>) {
    let card = Card::new("Confluence").subtitle("The source").icon(icons::FILE_TEXT).unframed();
    let chip = test_panel::Chip::of(&desk.confluence_test);
    card.show(
        ui,
        |ui| chip.show(ui),
        |ui| {
            let errors = desk.errors(TargetKind::Confluence);
            let mut form = Form { desk, errors: &errors, submitted: false };
            form.address(ui);
            let method = FieldId::ConfluenceMethod.label();
            let options = ConfluenceMethod::ALL.map(|method| (method, method.label()));
            segmented(ui, method, &mut form.desk.confluence.method, &options);
            if form.desk.confluence.method == ConfluenceMethod::Token {
                form.token(ui);
                form.email(ui);
            }
            if form.submitted {
                commands.push(UiCommand::Test(TargetKind::Confluence));
            }
            test_panel::test_panel_ui(ui, TargetKind::Confluence, &mut desk.confluence_test, now, commands);
        },
    );
}

struct Form<'a> {
    desk: &'a mut Desk,
    errors: &'a [engine::forms::FieldError],
    submitted: bool,
}

impl Form<'_> {
    fn address(&mut self, ui: &mut Ui) {
        let id = FieldId::ConfluenceAddress;
        let understood = self.desk.confluence.understood();
        let error = test_panel::error_at(self.desk, self.errors, id);
        let note = error.map(Note::Error).or(understood.as_deref().map(Note::Understood));
        let field =
            Field::new(id.label(), &mut self.desk.confluence.address).hint("https://wiki.example.com").icon(icons::GLOBE).note(note);
        let response = field.show(ui);
        self.after(ui, id, &response);
    }

    fn token(&mut self, ui: &mut Ui) {
        let id = FieldId::Token;
        let error = test_panel::error_at(self.desk, self.errors, id);
        let help = Note::Help("A personal access token, or for Cloud an API token. Kept in memory only");
        let field = Field::new(id.label(), &mut self.desk.token).secret().icon(icons::KEY).note(Some(error.map_or(help, Note::Error)));
        let response = field.show(ui);
        self.after(ui, id, &response);
    }

    fn email(&mut self, ui: &mut Ui) {
        let id = FieldId::Email;
        let error = test_panel::error_at(self.desk, self.errors, id);
        let field =
            Field::new(id.label(), &mut self.desk.confluence.email).hint("jane@example.com").icon(icons::USER).note(error.map(Note::Error));
        let response = field.show(ui);
        self.after(ui, id, &response);
    }

    fn after(&mut self, ui: &Ui, id: FieldId, response: &crate::kit::field::FieldResponse) {
        self.submitted |= test_panel::after_field(ui, self.desk, id, response);
    }
}
