//! The SharePoint card: the destination.

use egui::Ui;
use jiff::Timestamp;
use preflight::{Field as FieldId, TargetKind};

use super::form::{Form, card_ui};
use crate::command::UiCommand;
use crate::desk::Desk;
use crate::kit::{Button, Card, Note, icons, segmented};

/// The ways of signing in that there are.
#[derive(Clone, PartialEq)]
enum Method {
    Interactive,
}

/// Shows the card.
pub fn sharepoint_card_ui(ui: &mut Ui, desk: &mut Desk, now: Timestamp, commands: &mut Vec<UiCommand>) {
    let card = Card::new("SharePoint").subtitle("The destination").icon(icons::APP_WINDOW);
    card_ui(ui, card, TargetKind::SharePoint, desk, now, commands, |ui, form, commands| {
        address_ui(ui, form);
        tenant_ui(ui, form, commands);
        form.field(
            ui,
            FieldId::ClientId,
            |desk| &mut desk.sharepoint.client_id,
            None,
            |field| field.hint("From the Overview page of the app registration").mono(),
        );
        segmented(ui, FieldId::SharePointMethod.label(), &mut Method::Interactive, &[(Method::Interactive, "Interactive")]);
    });
}

fn address_ui(ui: &mut Ui, form: &mut Form<'_>) {
    let understood = form.desk.sharepoint.understood();
    let note = understood.as_deref().map(Note::Understood);
    let response = form.field(
        ui,
        FieldId::SharePointAddress,
        |desk| &mut desk.sharepoint.address,
        note,
        |field| field.hint("https://contoso.sharepoint.com/sites/wiki").icon(icons::GLOBE),
    );
    if response.text.changed() {
        form.desk.detected = None;
    }
}

fn tenant_ui(ui: &mut Ui, form: &mut Form<'_>, commands: &mut Vec<UiCommand>) {
    let detected = form.desk.detected.clone();
    let note = detected.as_ref().map(|found| match found {
        Ok(text) => Note::Understood(text.as_str()),
        Err(text) => Note::Error(text.as_str()),
    });
    let detect = Button::secondary("Detect tenant").pending(form.desk.detect.is_some());
    let response = form.field(
        ui,
        FieldId::TenantId,
        |desk| &mut desk.sharepoint.tenant,
        note,
        |field| field.hint("Found from the site where left empty").button(detect),
    );
    if response.text.changed() {
        form.desk.detected = None;
    }
    if response.button_clicked && form.desk.detect.is_none() {
        commands.push(UiCommand::DetectTenant);
    }
}
