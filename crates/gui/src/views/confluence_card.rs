//! The Confluence card: the source.

use egui::Ui;
use engine::forms::ConfluenceMethod;
use jiff::Timestamp;
use preflight::{Field as FieldId, TargetKind};

use super::form::{Form, card_ui};
use crate::command::UiCommand;
use crate::desk::Desk;
use crate::kit::{Card, Note, icons};

/// Shows the card.
pub fn confluence_card_ui(ui: &mut Ui, desk: &mut Desk, now: Timestamp, commands: &mut Vec<UiCommand>) {
    let card = Card::new("Confluence").subtitle("The source").icon(icons::FILE_TEXT);
    card_ui(ui, card, TargetKind::Confluence, desk, now, commands, |ui, form, _commands| {
        address_ui(ui, form);
        let options = ConfluenceMethod::ALL.map(|method| (method, method.label()));
        form.choice(ui, FieldId::ConfluenceMethod, |desk| &mut desk.confluence.method, &options);
        if form.desk.confluence.method == ConfluenceMethod::Token {
            let help = Note::Help("A personal access token, or for Cloud an API token. Kept in memory only");
            form.field(ui, FieldId::Token, |desk| &mut desk.token, Some(help), |field| field.secret().icon(icons::KEY));
            form.field(
                ui,
                FieldId::Email,
                |desk| &mut desk.confluence.email,
                None,
                |field| field.hint("jane@example.com").icon(icons::USER),
            );
        }
    });
}

fn address_ui(ui: &mut Ui, form: &mut Form<'_>) {
    let understood = form.desk.confluence.understood();
    let note = understood.as_deref().map(Note::Understood);
    form.field(
        ui,
        FieldId::ConfluenceAddress,
        |desk| &mut desk.confluence.address,
        note,
        |field| field.hint("https://wiki.example.com").icon(icons::GLOBE),
    );
}
