//! The app by its accessible names, with the real engine against practice servers.

#[path = "app/harness.rs"]
mod harness;

use egui_kittest::kittest::Queryable as _;
use end_to_end::jobs::Person;
use harness::{Window, settings};
use practice::confluence::{Confluence, Who};
use practice::faults::Fault;
use practice::markers;
use practice::sharepoint::{Cloud, Situation};
use std::sync::Arc;

fn wiki(window: &Window) -> Confluence {
    window.servers.block_on(Confluence::builder().start()).expect("a practice wiki")
}

#[test]
fn the_welcome_screen_leads_on() {
    let mut window = Window::new(|_settings| {});
    window.sees("Welcome to Wayleave");
    window.click("Set up connections");
    window.sees("Test Confluence connection");
    window.sees("Test SharePoint connection");
    window.runs_until("the choice is stored", |window| window.stored().contains("welcomed = true"));
}

#[test]
fn a_token_is_tested_and_never_shown() {
    let mut window = Window::new(settings::welcomed);
    let wiki = wiki(&window);
    window.types("Confluence address", &format!("{}/display/ENG/Home", wiki.base()));
    window.types("Token", &Who::Reader.pat());
    window.click("Test Confluence connection");
    window.until_sees("Test result");
    window.sees("What can be migrated");
    window.sees_part("Mirela Wren");
    window.click("Copy report");
    let copied = window.copied();
    assert!(copied.contains("Mirela Wren") && markers::found_in(&copied).is_empty(), "{copied}");
    let tree = window.tree();
    assert!(markers::found_in(&tree).is_empty(), "a secret is in the accessibility tree");
    window.key(egui::Key::Escape);
    window.sees_part("Tested just now");
    window.click("Show result");
    window.sees("Test result");
    window.click("Close");
    assert!(markers::found_in(&window.stored()).is_empty());
}

#[test]
fn errors_show_when_a_field_is_left() {
    let mut window = Window::new(settings::welcomed);
    window.types("Application (client) ID", "12345");
    window.sees_no_part("does not look");
    let before = window.tree();
    window.focus("SharePoint site address");
    let after = window.tree();
    assert_ne!(before, after, "the field that was left says what is wrong");
    window.types("SharePoint site address", "contoso.sharepoint.com/sites/wiki/SitePages/Home.aspx");
    window.sees_part("https://contoso.sharepoint.com/sites/wiki");
}

#[test]
fn a_test_with_a_wrong_field_leads_to_the_field() {
    let mut window = Window::new(settings::welcomed);
    window.click("Test Confluence connection");
    window.run();
    assert!(window.is_focused("Confluence address"));
    window.sees_no("Cancel");
}

#[test]
fn cancel_leaves_nothing_running() {
    let mut window = Window::new(settings::welcomed);
    let wiki = wiki(&window);
    wiki.server().faults().on("/", Fault::Hang);
    window.types("Confluence address", &wiki.base());
    window.click("Anonymous");
    window.click("Test Confluence connection");
    window.until_sees("Cancel");
    window.servers.block_on(wiki.server().arrived(1));
    window.click("Cancel");
    window.sees("Cancelled");
    window.sees("Test Confluence connection");
    assert_eq!(window.tasks_alive(), 0, "the test's task is gone");
}

#[test]
fn escape_cancels_what_runs() {
    let mut window = Window::new(settings::welcomed);
    let wiki = wiki(&window);
    wiki.server().faults().on("/", Fault::Hang);
    window.types("Confluence address", &wiki.base());
    window.click("Anonymous");
    window.click("Test Confluence connection");
    window.until_sees("Cancel");
    window.key(egui::Key::Escape);
    window.sees("Cancelled");
}

#[test]
fn a_person_signs_in_and_reads_what_is_possible() {
    let mut window = Window::new(settings::welcomed);
    let cloud = Arc::new(window.servers.block_on(Cloud::start(Situation::PlanB)).expect("a practice cloud"));
    window.person(Person::new(cloud.clone()));
    window.authority(&cloud.authority());
    window.types("SharePoint site address", &format!("{}/SitePages/Home.aspx", cloud.site()));
    window.types("Application (client) ID", &cloud.client_id);
    window.click("Detect tenant");
    window.until_sees("Found from the site");
    window.click("Test SharePoint connection");
    window.until_sees("Test result");
    window.sees_part("Ada Brook");
    window.sees("Page permissions");
    window.sees_part("app scope");
    assert!(markers::found_in(&window.tree()).is_empty());
}

#[test]
fn both_tests_run_side_by_side() {
    let mut window = Window::new(settings::welcomed);
    let wiki = wiki(&window);
    wiki.server().faults().on("/", Fault::Hang);
    let cloud = Arc::new(window.servers.block_on(Cloud::start(Situation::AllWell)).expect("a practice cloud"));
    cloud.entra_server().faults().on("/", practice::faults::Fault::Hang);
    window.person(Person::new(cloud.clone()));
    window.authority(&cloud.authority());
    window.types("Confluence address", &wiki.base());
    window.click("Anonymous");
    window.types("SharePoint site address", &cloud.site());
    window.types("Application (client) ID", &cloud.client_id);
    window.click("Test Confluence connection");
    window.click("Test SharePoint connection");
    window.runs_until("both run", |window| window.count("Cancel") == 2);
}

#[test]
fn practice_is_marked_everywhere() {
    let mut window = Window::new(|_settings| {});
    window.click("Try it in practice mode");
    window.sees("Practice");
    window.click("Start: An ordinary reader");
    window.until_sees("Test Confluence connection");
    window.runs_until("the fields are filled in", |window| window.value("Confluence address").starts_with("http://127.0.0.1"));
    window.sees("Leave practice");
    window.click("Test Confluence connection");
    window.until_sees("Test result");
    window.sees_part("Practice: no real server was asked");
    window.key(egui::Key::Escape);
    window.click("Leave practice");
    window.sees("Welcome to Wayleave");
    assert!(!window.stored().contains("127.0.0.1"), "practice leaves no trace in the settings");
}

#[test]
fn a_report_is_saved_in_each_form() {
    let mut window = Window::new(settings::welcomed);
    let wiki = wiki(&window);
    window.types("Confluence address", &wiki.base());
    window.click("Anonymous");
    window.click("Test Confluence connection");
    window.until_sees("Test result");
    for (format, ending, start) in [("HTML", "html", "<!doctype html"), ("Markdown", "md", "#"), ("JSON", "json", "{")] {
        window.click("Save report…");
        window.click(format);
        let path = window.folder().join(format!("report.{ending}"));
        window.replaces("File", &path.display().to_string());
        window.click("Save");
        window.until_sees_part("Report saved to");
        let text = std::fs::read_to_string(&path).expect("the report");
        assert!(text.to_lowercase().starts_with(start), "{text}");
        window.click("Show result");
    }
    window.click("Save report…");
    window.replaces("File", "/does/not/exist/report.html");
    window.click("Save");
    window.until_sees_part("could not be written");
}

#[test]
fn f1_lists_every_key() {
    let mut window = Window::new(settings::welcomed);
    window.key(egui::Key::F1);
    window.sees("Help");
    for shortcut in gui::command::SHORTCUTS {
        window.sees(shortcut.does);
    }
    window.key(egui::Key::Escape);
    window.sees_no("Help, keys");
}

#[test]
fn settings_survive_a_restart_and_hold_no_secret() {
    let mut window = Window::new(settings::welcomed);
    window.types("Confluence address", "https://wiki.example.com/confluence");
    window.types("Token", "MARKER-SECRET-PAT-settings");
    window.focus("Confluence address");
    window.unfocus();
    window.runs_until("stored", |window| window.stored().contains("wiki.example.com"));
    assert!(markers::found_in(&window.stored()).is_empty());
    let window = window.restart();
    assert_eq!(window.value("Confluence address"), "https://wiki.example.com/confluence");
    assert_eq!(window.value("Token"), "");
}

#[test]
fn unreadable_settings_are_told() {
    let mut window = Window::with_file("zoom = [");
    window.click("Set up connections");
    window.sees_part("was kept as");
}

#[test]
fn a_query_finds_every_promised_name() {
    let mut window = Window::new(settings::welcomed);
    for name in [
        "Confluence address",
        "Confluence sign-in method",
        "Token",
        "Email (Cloud only)",
        "Test Confluence connection",
        "SharePoint site address",
        "Tenant ID",
        "Detect tenant",
        "Application (client) ID",
        "SharePoint sign-in method",
        "Test SharePoint connection",
    ] {
        window.run();
        assert!(window.harness.query_all_by_label(name).next().is_some(), "{name}");
    }
}
