//! The SharePoint card: the destination.

use egui::Ui;
use engine::forms::{CloudChoice, SharePointForm, SharePointMethod};
use jiff::Timestamp;
use preflight::{Field as FieldId, TargetKind};

use super::certificate::certificate_ui;
use super::form::{Form, card_ui};
use crate::command::UiCommand;
use crate::desk::Desk;
use crate::kit::{Alert, Button, Card, Fold, Note, icons, select, switch, text};

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
        let options = SharePointMethod::ALL.map(|method| (method, method.label()));
        form.choice(ui, FieldId::SharePointMethod, |desk| &mut desk.sharepoint.method, &options);
        method_ui(ui, form, now, commands);
        more_ui(ui, form, commands);
    });
}

/// What the chosen way of signing in needs, and what is to be known of it beforehand.
fn method_ui(ui: &mut Ui, form: &mut Form<'_>, now: Timestamp, commands: &mut Vec<UiCommand>) {
    match form.desk.sharepoint.method {
        SharePointMethod::Interactive => {}
        SharePointMethod::DeviceCode => {
            let about = "Shows a code to type on Microsoft's page, on any device. Many organizations block this way";
            ui.vertical(|ui| text::small(ui, about));
        }
        SharePointMethod::Certificate => certificate_ui(ui, form, now, commands),
        SharePointMethod::ClientSecret => {
            Alert::limited("SharePoint refuses apps that sign in by a secret")
                .text("Microsoft Graph takes them, so this tests the app and its secret. For SharePoint, use a certificate.")
                .show(ui);
            let help = Note::Help("Its value, from “Certificates & secrets”. Kept in memory only");
            form.field(ui, FieldId::ClientSecret, |desk| &mut desk.client_secret, Some(help), |field| field.secret().icon(icons::KEY));
        }
        SharePointMethod::Password => {
            Alert::limited("Most organizations do not allow this way any more")
                .text("It cannot answer a second factor or a sign-in rule. Choose Interactive where you can.")
                .show(ui);
            form.field(
                ui,
                FieldId::Username,
                |desk| &mut desk.sharepoint.username,
                None,
                |field| field.hint("ada@contoso.com").icon(icons::USER),
            );
            let help = Note::Help("Kept in memory only");
            form.field(ui, FieldId::Password, |desk| &mut desk.password, Some(help), |field| field.secret().icon(icons::KEY));
        }
    }
}

/// What few people need.
fn more_ui(ui: &mut Ui, form: &mut Form<'_>, commands: &mut Vec<UiCommand>) {
    let chosen = chosen(&form.desk.sharepoint, form.desk.remember == Some(true));
    let asked_for = form.desk.focus == Some(FieldId::ExpectedAccount);
    Fold::new("More options").aside(&chosen).open_now(asked_for).show(ui, |ui| {
        if form.desk.sharepoint.method.asks_who() {
            let help = Note::Help("Anybody else who signs in is turned away");
            form.field(
                ui,
                FieldId::ExpectedAccount,
                |desk| &mut desk.sharepoint.expect_account,
                Some(help),
                |field| field.hint("ada@contoso.com").icon(icons::USER).optional(),
            );
        }
        if form.desk.sharepoint.method == SharePointMethod::Interactive {
            remember_ui(ui, form.desk, commands);
        }
        select(ui, "Microsoft cloud", &mut form.desk.sharepoint.cloud, &CloudChoice::ALL.map(|choice| (choice, choice.label())));
    });
}

fn remember_ui(ui: &mut Ui, desk: &mut Desk, commands: &mut Vec<UiCommand>) {
    let Some(remember) = &mut desk.remember else { return };
    let note = match (&desk.no_keychain, *remember) {
        (Some(why), true) => Note::Error(why.as_str()),
        _ => Note::Help("The next sign-in needs no browser. Kept in the system's keychain, nowhere else"),
    };
    if switch(ui, "Remember me on this computer", remember, Some(note)).changed() {
        commands.push(UiCommand::RememberChanged);
    }
}

/// What was chosen there, in a few words.
fn chosen(form: &SharePointForm, remember: bool) -> String {
    let expected = form.expected().map(|account| format!("expects {account}"));
    let cloud = (form.cloud != CloudChoice::Automatic).then(|| form.cloud.label().to_owned());
    let remembers = (remember && form.method == SharePointMethod::Interactive).then(|| "remembers you".to_owned());
    let chosen: Vec<String> = expected.into_iter().chain(remembers).chain(cloud).collect();
    chosen.join(" · ")
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
