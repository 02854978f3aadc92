//! The Confluence card by its accessible names: interactive sign-in and what few people need.

use egui::accesskit::Role;
use egui_kittest::kittest::Queryable as _;
use practice::confluence::{Confluence, Who};
use practice::markers;

use crate::harness::{Window, settings};

/// Chooses this way of signing in to Confluence; both cards have one of that name.
fn signs_in(window: &mut Window, method: &str) {
    window.run();
    window.harness.query_all_by_role_and_label(Role::RadioButton, method).next().expect("a way of signing in").click();
    window.run();
}

/// Folds the options of the Confluence card out; the other card has some as well.
fn unfolds(window: &mut Window) {
    window.harness.query_all_by_label("More options").next().expect("a fold").click();
    window.run();
}

#[test]
fn an_interactive_sign_in_has_its_options() {
    let mut window = Window::new(settings::welcomed);
    window.types("Confluence address", "https://wiki.example.com");
    signs_in(&mut window, "Interactive");
    window.sees_no("Email (Cloud only)");
    window.sees_part("Opens a browser window in which you sign in as always");
    unfolds(&mut window);
    window.sees("Anonymous through the browser");
    window.click("Keep the browser");
    window.sees("Every request goes through the window, which stays open. No cookie leaves it");
    window.click("Anonymous through the browser");
    window.unfocus();
    window.runs_until("the choices are stored", |window| {
        let stored = window.stored();
        ["method = \"interactive\"", "route = \"browser\"", "without_account = true"].iter().all(|line| stored.contains(line))
    });
    window.click("Forget this browser session");
    window.sees("Forget this browser session?");
    window.click("Keep");
    window.sees_no("Forget this browser session?");
}

#[test]
fn a_header_for_a_gate_is_sent_and_never_shown() {
    let mut window = Window::new(settings::welcomed);
    let wiki = window.servers.block_on(Confluence::builder().start()).expect("a practice wiki");
    let value = markers::Kind::Password.of("the gate");
    window.types("Confluence address", &wiki.base());
    window.types("Token", &Who::Reader.pat());
    unfolds(&mut window);
    window.types("Extra header", "cookie jar");
    window.types("Extra header value", &value);
    window.click("Test Confluence connection");
    assert!(window.is_invalid("Extra header"), "this is no name of a header");
    window.replaces("Extra header", "Authorization");
    window.click("Test Confluence connection");
    assert!(window.is_invalid("Extra header"), "and this one is the request's own");
    window.replaces("Extra header", "X-Gate");
    window.click("Test Confluence connection");
    window.until_sees("Test result");
    let seen = wiki.server().requests();
    assert!(seen.iter().any(|seen| seen.headers.get("x-gate").is_some_and(|sent| sent.as_bytes() == value.as_bytes())));
    window.click("Close");
    window.unfocus();
    window.runs_until("the name is stored", |window| window.stored().contains("X-Gate"));
    assert!(markers::found_in(&window.stored()).is_empty() && markers::found_in(&window.tree()).is_empty());
}
