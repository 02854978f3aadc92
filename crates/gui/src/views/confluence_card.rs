//! The Confluence card: the source.

use egui::Ui;
use engine::forms::{ConfluenceForm, ConfluenceMethod, Route};
use jiff::Timestamp;
use preflight::{Field as FieldId, TargetKind};

use super::form::{Form, card_ui};
use crate::command::UiCommand;
use crate::desk::Desk;
use crate::kit::{Button, Card, Fold, Note, icons, segmented, text};

/// Shows the card.
pub fn confluence_card_ui(ui: &mut Ui, desk: &mut Desk, now: Timestamp, commands: &mut Vec<UiCommand>) {
    let card = Card::new("Confluence").subtitle("The source").icon(icons::FILE_TEXT);
    card_ui(ui, card, TargetKind::Confluence, desk, now, commands, |ui, form, commands| {
        address_ui(ui, form);
        let options = ConfluenceMethod::ALL.map(|method| (method, method.label()));
        form.choice(ui, FieldId::ConfluenceMethod, |desk| &mut desk.confluence.method, &options);
        match form.desk.confluence.method {
            ConfluenceMethod::Interactive => interactive_ui(ui),
            ConfluenceMethod::Token => token_ui(ui, form),
            ConfluenceMethod::Anonymous => {}
        }
        more_ui(ui, form, commands);
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

fn interactive_ui(ui: &mut Ui) {
    let about =
        "Opens a browser window in which you sign in as always, whatever stands before Confluence. It keeps its session for the next time";
    ui.vertical(|ui| text::small(ui, about));
}

fn token_ui(ui: &mut Ui, form: &mut Form<'_>) {
    let help = Note::Help("A personal access token, or for Cloud an API token. Kept in memory only");
    form.field(ui, FieldId::Token, |desk| &mut desk.token, Some(help), |field| field.secret().icon(icons::KEY));
    form.field(ui, FieldId::Email, |desk| &mut desk.confluence.email, None, |field| field.hint("jane@example.com").icon(icons::USER));
}

/// What few people need.
fn more_ui(ui: &mut Ui, form: &mut Form<'_>, commands: &mut Vec<UiCommand>) {
    let chosen = chosen(&form.desk.confluence);
    let fields = [FieldId::ExpectedAccount, FieldId::HeaderName, FieldId::HeaderValue];
    let asked_for = form.desk.focus.is_some_and(|field| fields.contains(&field));
    Fold::new("More options").aside(&chosen).open_now(asked_for).show(ui, |ui| {
        if form.desk.confluence.method == ConfluenceMethod::Interactive {
            window_ui(ui, form, commands);
        }
        if form.desk.confluence.asks_who() {
            form.field(
                ui,
                FieldId::ExpectedAccount,
                |desk| &mut desk.confluence.expect_account,
                Some(Note::Help("Anybody else who signs in is turned away")),
                |field| field.hint("jdoe").icon(icons::USER).optional(),
            );
        }
        let help = Note::Help("Where a gate before Confluence wants one, such as CF-Access-Client-Secret");
        form.field(ui, FieldId::HeaderName, |desk| &mut desk.confluence.header, Some(help), |field| field.mono().optional());
        if !form.desk.confluence.header.trim().is_empty() {
            let help = Note::Help("Goes to this server only. Kept in memory only");
            form.field(ui, FieldId::HeaderValue, |desk| &mut desk.header_value, Some(help), |field| field.secret().icon(icons::KEY));
        }
    });
}

/// How the browser window of an interactive sign-in is used.
fn window_ui(ui: &mut Ui, form: &mut Form<'_>, commands: &mut Vec<UiCommand>) {
    let confluence = &mut form.desk.confluence;
    segmented(ui, "Account", &mut confluence.without_account, &[(false, "Sign in"), (true, "Anonymous through the browser")]);
    ui.vertical(|ui| {
        segmented(ui, "Route", &mut confluence.route, &Route::ALL.map(|route| (route, route.label())));
        text::small(ui, confluence.route.about());
    });
    let forget = Button::secondary("Forget this browser session").small().enabled(confluence.understood_address());
    if ui.add(forget).clicked() {
        commands.push(UiCommand::AskToForget);
    }
}

/// What was chosen there, in a few words.
fn chosen(form: &ConfluenceForm) -> String {
    let interactive = form.method == ConfluenceMethod::Interactive;
    let anonymous = (interactive && form.without_account).then(|| "anonymous".to_owned());
    let route = (interactive && form.route != Route::Automatic).then(|| form.route.label().to_lowercase());
    let expected = form.expected().map(|account| format!("expects {account}"));
    let header = Some(form.header.trim()).filter(|header| !header.is_empty()).map(str::to_owned);
    let chosen: Vec<String> = anonymous.into_iter().chain(route).chain(expected).chain(header).collect();
    chosen.join(" · ")
}
