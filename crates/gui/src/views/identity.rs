//! Who signed in: the person or app, the tenant, the app, and whether that is who was meant.

use egui::{Align, Layout, Ui, vec2};
use preflight::render::words;
use preflight::{Cause, CheckResult, Identity, IdentityKind, Live, Outcome, Report, RowState, SafeText, TargetKind};

use super::facts::facts_ui;
use crate::command::UiCommand;
use crate::kit::theme::space;
use crate::kit::{Button, Icon, Tokens, Tone, card, icons, tag, text};

/// What the card says beside the identity.
#[derive(Clone, Copy, Debug)]
pub struct Around<'a> {
    /// That this is not who was meant, where it is not.
    pub mismatch: Option<&'static str>,
    /// The account that is expected of the next sign-in, empty for any; none where it is settled who signs in.
    pub expected: Option<&'a str>,
}

/// That the account of a report is not who was meant.
pub fn mismatch_of_report(report: &Report) -> Option<&'static str> {
    report.checks.iter().find_map(mismatch)
}

/// That the account of a running test is not who was meant.
pub fn mismatch_of_live(live: &Live) -> Option<&'static str> {
    live.rows.iter().find_map(|row| match &row.state {
        RowState::Done(check) => mismatch(check),
        RowState::Pending | RowState::Running => None,
    })
}

fn mismatch(check: &CheckResult) -> Option<&'static str> {
    let failed = check.id.0.ends_with(".identity") && check.outcome == Outcome::Failed;
    failed.then(|| if check.cause == Some(Cause::EntraTenantMismatch) { "Wrong tenant" } else { "Wrong account" })
}

/// Shows the card.
pub fn identity_ui(ui: &mut Ui, kind: TargetKind, identity: &Identity, around: Around<'_>, commands: &mut Vec<UiCommand>) {
    let frame = if around.mismatch.is_some() { card::failed_frame(ui) } else { card::frame(ui) };
    frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = space::S;
        head_ui(ui, identity, around.mismatch);
        // the head says who
        facts_ui(ui, &words::identity_facts(identity)[1..]);
        if around.mismatch.is_some() {
            text::body(ui, "Nothing was done with this account: its sign-in was dropped");
        }
        if let Some(expected) = around.expected.map(str::trim) {
            actions_ui(ui, kind, identity, expected, around.mismatch.is_some(), commands);
        }
    });
}

fn head_ui(ui: &mut Ui, identity: &Identity, mismatch: Option<&str>) {
    let (icon, tone, place): (Icon, Tone, &str) = match (identity.kind, &identity.home_tenant) {
        (IdentityKind::User, None) => (icons::USER, Tone::Neutral, "At home in this tenant"),
        (IdentityKind::User, Some(_)) => (icons::USER, Tone::Limited, "Guest"),
        (IdentityKind::App, _) => (icons::APP_WINDOW, Tone::Neutral, "App by itself"),
        (IdentityKind::Anonymous, _) => (icons::USER, Tone::Limited, "Nobody"),
    };
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = space::M;
        let t = Tokens::of(ui);
        icon.decoration(ui, if mismatch.is_some() { t.failed.icon } else { t.accent.text });
        ui.with_layout(Layout::right_to_left(Align::Min), |ui| {
            tag(ui, tone, icons::SHIELD, place);
            if let Some(mismatch) = mismatch {
                tag(ui, Tone::Failed, icons::CIRCLE_X, mismatch);
            }
            ui.with_layout(Layout::top_down(Align::Min), |ui| {
                ui.spacing_mut().item_spacing = vec2(0.0, 2.0);
                text::strong(ui, identity.called());
                if let Some(account) = identity.account.as_ref().filter(|account| account.as_str() != identity.called()) {
                    text::subdued(ui, account.as_str());
                }
            });
        });
    });
}

fn actions_ui(ui: &mut Ui, kind: TargetKind, identity: &Identity, expected: &str, mismatch: bool, commands: &mut Vec<UiCommand>) {
    let account = identity.account.as_ref().map(SafeText::as_str);
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = space::S;
        if ui.add(Button::secondary("Sign in as someone else").icon(icons::LOG_IN).small()).clicked() {
            commands.push(UiCommand::SignInAsSomeoneElse(kind));
        }
        if !expected.is_empty() {
            if ui.add(Button::ghost("Forget expected account").small()).clicked() {
                commands.push(UiCommand::ForgetExpected(kind));
            }
        } else if let Some(account) = account.filter(|_| !mismatch)
            && ui.add(Button::ghost("Expect this account from now on").small()).clicked()
        {
            commands.push(UiCommand::Expect(kind, account.to_owned()));
        }
    });
}
