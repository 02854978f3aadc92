//! What only the person can do while a test waits, with everything that helps.

use std::time::Duration;

use egui::{Rect, Ui};
use jiff::Timestamp;
use preflight::{TargetKind, UserPrompt};

use crate::command::UiCommand;
use crate::desk::Talk;
use crate::kit::theme::space;
use crate::kit::{Alert, Button, Field, Note, code, icons, text};

/// What a running test waits for.
pub const fn waiting_for(prompt: Option<&UserPrompt>) -> &'static str {
    match prompt {
        None => "Testing…",
        Some(UserPrompt::SystemBrowser { .. }) => "Waiting for you in the browser",
        Some(UserPrompt::DeviceCode { .. }) => "Waiting for the code to be used",
        Some(UserPrompt::ControlledBrowser { .. }) => "Waiting for you in the sign-in window",
    }
}

/// Shows what is wanted of the person.
pub fn prompt_ui(
    ui: &mut Ui,
    kind: TargetKind,
    prompt: Option<&UserPrompt>,
    talk: &mut Talk,
    now: Timestamp,
    commands: &mut Vec<UiCommand>,
) {
    let top = ui.cursor().top();
    let (paste, hint, help) = match prompt {
        None => {
            talk.seen = None;
            return;
        }
        Some(UserPrompt::SystemBrowser { opened, .. }) => {
            system_browser_ui(ui, kind, *opened, commands);
            (
                "Address or error from the browser",
                "http://localhost… or AADSTS50011",
                "If the browser shows an error code, or cannot come back to Wayleave, paste it here",
            )
        }
        Some(UserPrompt::DeviceCode { code, url, expires_at }) => {
            device_code_ui(ui, kind, code, url.as_str(), left(now, *expires_at), commands);
            ("Error from the page", "AADSTS50097", "If the page refuses the sign-in, paste its error code or its whole text here")
        }
        Some(UserPrompt::ControlledBrowser { host, seen, again }) => {
            controlled_browser_ui(ui, host, seen.as_str(), *again);
            return;
        }
    };
    if talk.seen.as_ref() != prompt {
        talk.seen = prompt.cloned();
        let wanted = Rect::from_x_y_ranges(ui.min_rect().x_range(), top..=ui.min_rect().bottom());
        ui.scroll_to_rect(wanted, None);
    }
    if let Some(notice) = talk.notice() {
        Alert::limited(notice.as_str()).show(ui);
    }
    let field =
        Field::new(paste, &mut talk.pasted).hint(hint).optional().note(Some(Note::Help(help))).button(Button::secondary("Use")).show(ui);
    if field.button_clicked || field.submitted {
        commands.push(UiCommand::Paste(kind));
    }
}

fn system_browser_ui(ui: &mut Ui, kind: TargetKind, opened: bool, commands: &mut Vec<UiCommand>) {
    let (title, explanation) = if opened {
        (
            "Sign in on the page that has opened in your browser",
            "The wrong account is signed in there? Copy the link into a private window or another browser.",
        )
    } else {
        ("The browser could not be opened", "Copy the link and open it in a browser on this computer.")
    };
    let alert = Alert::info(title)
        .icon(icons::GLOBE)
        .text(explanation)
        .action(Button::secondary("Copy link").icon(icons::COPY))
        .action(Button::ghost("Open again").icon(icons::EXTERNAL_LINK))
        .show(ui);
    match alert.clicked {
        Some(0) => commands.push(UiCommand::CopySignInPage(kind)),
        Some(_) => commands.push(UiCommand::OpenSignInPage(kind)),
        None => {}
    }
}

/// The window in which somebody signs in, and what is seen there.
pub fn controlled_browser_ui(ui: &mut Ui, host: &str, seen: &str, again: bool) {
    let title = if again {
        format!("The session at {host} has ended: sign in once more in the window that has come back")
    } else {
        format!("Sign in to {host} in the window that has opened")
    };
    Alert::info(&title).icon(icons::GLOBE).text(seen).show(ui);
}

fn device_code_ui(ui: &mut Ui, kind: TargetKind, user_code: &str, page: &str, left: Option<Duration>, commands: &mut Vec<UiCommand>) {
    let explanation = format!("On any device, open {page} and type this code:");
    let alert = Alert::info("Sign in with a code")
        .icon(icons::KEY)
        .text(&explanation)
        .action(Button::secondary("Open page").icon(icons::EXTERNAL_LINK))
        .action(Button::ghost("Copy link").icon(icons::COPY))
        .show_with(ui, |ui| {
            ui.add_space(space::S);
            ui.horizontal_wrapped(|ui| {
                ui.spacing_mut().item_spacing.x = space::M;
                code(ui, "Code", user_code);
                ui.vertical(|ui| {
                    ui.spacing_mut().item_spacing.y = 2.0;
                    if ui.add(Button::secondary("Copy code").icon(icons::COPY).small()).clicked() {
                        commands.push(UiCommand::CopyDeviceCode(kind));
                    }
                    text::small(ui, countdown(left));
                });
            });
        });
    match alert.clicked {
        Some(0) => commands.push(UiCommand::OpenSignInPage(kind)),
        Some(_) => commands.push(UiCommand::CopySignInPage(kind)),
        None => {}
    }
    if left.is_some() {
        ui.request_repaint_after(Duration::from_secs(1));
    }
}

/// How long the code can still be used; none once it cannot.
fn left(now: Timestamp, expires_at: Timestamp) -> Option<Duration> {
    let seconds = u64::try_from(expires_at.as_second() - now.as_second()).ok()?;
    (seconds > 0).then(|| Duration::from_secs(seconds))
}

fn countdown(left: Option<Duration>) -> String {
    match left.map(|left| left.as_secs()) {
        None => "The code has expired".to_owned(),
        Some(seconds) => format!("Expires in {}:{:02}", seconds / 60, seconds % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_that_is_left_is_told_by_the_second() {
        let at = |second: i64| Timestamp::from_second(1_800_000_000 + second).expect("a time");
        for (now, told) in [
            (0, "Expires in 15:00"),
            (1, "Expires in 14:59"),
            (895, "Expires in 0:05"),
            (900, "The code has expired"),
            (5000, "The code has expired"),
        ] {
            assert_eq!(countdown(left(at(now), at(900))), told);
        }
    }
}
