//! The SharePoint card: the destination.

use egui::Ui;
use jiff::Timestamp;
use preflight::{Field as FieldId, TargetKind};

use super::test_panel;
use crate::command::UiCommand;
use crate::desk::Desk;
use crate::kit::{Button, Card, Field, Note, icons, segmented};

/// The ways of signing in that there are.
#[derive(Clone, PartialEq)]
enum Method {
    Interactive,
}

/// Shows the card.
pub fn sharepoint_card_ui(ui: &mut Ui, desk: &mut Desk, now: Timestamp, commands: &mut Vec<UiCommand>) {
    let card = Card::new("SharePoint").subtitle("The destination").icon(icons::APP_WINDOW).unframed();
    let chip = test_panel::Chip::of(&desk.sharepoint_test);
    card.show(
        ui,
        |ui| chip.show(ui),
        |ui| {
            let errors = desk.errors(TargetKind::SharePoint);
            let mut form = Form { desk, errors: &errors, submitted: false };
            form.address(ui);
            form.tenant(ui, commands);
            form.client_id(ui);
            segmented(ui, FieldId::SharePointMethod.label(), &mut Method::Interactive, &[(Method::Interactive, "Interactive")]);
            if form.submitted {
                commands.push(UiCommand::Test(TargetKind::SharePoint));
            }
            test_panel::test_panel_ui(ui, TargetKind::SharePoint, &mut desk.sharepoint_test, now, commands);
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
        let id = FieldId::SharePointAddress;
        let understood = self.desk.sharepoint.understood();
        let error = test_panel::error_at(self.desk, self.errors, id);
        let note = error.map(Note::Error).or(understood.as_deref().map(Note::Understood));
        let field = Field::new(id.label(), &mut self.desk.sharepoint.address)
            .hint("https://contoso.sharepoint.com/sites/wiki")
            .icon(icons::GLOBE)
            .note(note);
        let response = field.show(ui);
        if response.text.changed() {
            self.desk.detected = None;
        }
        self.submitted |= test_panel::after_field(ui, self.desk, id, &response);
    }

    fn tenant(&mut self, ui: &mut Ui, commands: &mut Vec<UiCommand>) {
        let id = FieldId::TenantId;
        let error = test_panel::error_at(self.desk, self.errors, id);
        let detected = self.desk.detected.clone();
        let note = error.map(Note::Error).or_else(|| {
            detected.as_ref().map(|found| match found {
                Ok(text) => Note::Understood(text.as_str()),
                Err(text) => Note::Error(text.as_str()),
            })
        });
        let detect = Button::secondary("Detect tenant").pending(self.desk.detect.is_some());
        let field =
            Field::new(id.label(), &mut self.desk.sharepoint.tenant).hint("Found from the site where left empty").note(note).button(detect);
        let response = field.show(ui);
        if response.text.changed() {
            self.desk.detected = None;
        }
        if response.button_clicked && self.desk.detect.is_none() {
            commands.push(UiCommand::DetectTenant);
        }
        self.submitted |= test_panel::after_field(ui, self.desk, id, &response);
    }

    fn client_id(&mut self, ui: &mut Ui) {
        let id = FieldId::ClientId;
        let error = test_panel::error_at(self.desk, self.errors, id);
        let field = Field::new(id.label(), &mut self.desk.sharepoint.client_id)
            .hint("From the Overview page of the app registration")
            .mono()
            .note(error.map(Note::Error));
        let response = field.show(ui);
        self.submitted |= test_panel::after_field(ui, self.desk, id, &response);
    }
}
