//! The app by its accessible names, with the real engine against practice servers.

mod certificate;
mod confluence;
mod harness;
mod sharepoint;
mod sites;
mod spaces;

use std::sync::Arc;
use std::time::Duration;

use egui::accesskit::Role;
use egui::{Key, Modifiers, ViewportCommand};
use egui_kittest::kittest::Queryable as _;
use end_to_end::jobs::Person;
use engine::UrlOpener as _;
use harness::{IdleBrowser, Window, settings};
use practice::confluence::{Confluence, Who};
use practice::faults::Fault;
use practice::markers;
use practice::sharepoint::{Cloud, Situation};

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
    window.key(Key::Escape);
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
    assert!(!window.is_invalid("Application (client) ID"), "nobody complains while somebody types");
    window.focus("SharePoint site address");
    assert!(window.is_invalid("Application (client) ID"));
    window.types("SharePoint site address", "contoso.sharepoint.com/sites/wiki/SitePages/Home.aspx");
    assert!(!window.is_invalid("SharePoint site address"));
    window.sees("Will test https://contoso.sharepoint.com/sites/wiki");
}

#[test]
fn a_test_with_wrong_fields_leads_to_the_first_of_them() {
    let mut window = Window::new(settings::welcomed);
    window.click("Test Confluence connection");
    window.run();
    assert!(window.is_focused("Confluence address"));
    assert!(window.is_invalid("Confluence address") && window.is_invalid("Token"));
    window.sees_no("Cancel");

    window.types("Confluence address", "https://wiki.example.com");
    window.press(Modifiers::COMMAND, Key::Num1);
    assert!(window.is_focused("Token"));
    window.sees_no("Cancel");
}

#[test]
fn enter_in_a_field_tests() {
    let mut window = Window::new(settings::welcomed);
    let wiki = wiki(&window);
    window.click("Anonymous");
    window.types("Confluence address", &wiki.base());
    window.key(Key::Enter);
    window.until_sees("Test result");
}

#[test]
fn what_is_too_long_is_told_and_shown() {
    let mut window = Window::new(settings::welcomed);
    let long = "wiki/".repeat(4000);
    window.types("Confluence address", &long);
    window.types("Token", &"t".repeat(20_000));
    window.types("Email (Cloud only)", &"\u{e9}".repeat(5000));
    window.types("Tenant ID", &"contoso.".repeat(1000));
    window.types("Application (client) ID", &"0".repeat(5000));
    window.unfocus();
    for field in ["Email (Cloud only)", "Tenant ID", "Application (client) ID"] {
        assert!(window.is_invalid(field), "{field}");
    }
    window.click("Test Confluence connection");
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
    window.focus("Confluence address");
    window.key(Key::F1);
    window.sees("Keys");
    window.key(Key::Escape);
    window.sees_no("Keys");
    window.sees("Cancel");
    window.key(Key::Escape);
    window.sees("Cancelled");
    assert_eq!(window.tasks_alive(), 0, "the test's task is gone");
}

#[test]
fn closing_while_a_test_runs_asks_first() {
    let mut window = Window::new(settings::welcomed);
    let wiki = wiki(&window);
    wiki.server().faults().on("/", Fault::Hang);
    window.types("Confluence address", &wiki.base());
    window.click("Anonymous");
    window.click("Test Confluence connection");
    window.until_sees("Cancel");
    assert!(window.close_requested().contains(&ViewportCommand::CancelClose));
    window.sees("Stop the test and quit?");
    window.click("Go on testing");
    window.sees_no("Stop the test and quit?");
    window.sees("Cancel");

    assert!(window.close_requested().contains(&ViewportCommand::CancelClose));
    window.run();
    window.harness.get_by_label("Quit").click();
    let mut wanted = Vec::new();
    for _frame in 0..4 {
        window.harness.step();
        wanted.extend(window.wanted());
    }
    assert!(wanted.contains(&ViewportCommand::Close));
    assert!(!window.close_requested().contains(&ViewportCommand::CancelClose), "the second time nobody asks");
}

#[test]
fn closing_an_idle_window_asks_nobody() {
    let mut window = Window::new(settings::welcomed);
    assert!(window.close_requested().is_empty());
}

#[test]
fn a_window_that_goes_leaves_nothing_running() {
    let mut window = Window::new(|_settings| {});
    window.practises("All well");
    assert_eq!(window.goes(), 0, "practice servers end with the window");
}

#[test]
fn an_idle_window_sleeps() {
    let mut window = Window::new(settings::welcomed);
    window.until_asleep();
    assert_eq!(window.sleeps(), Duration::MAX);
    let wiki = wiki(&window);
    window.types("Confluence address", &wiki.base());
    window.click("Anonymous");
    window.click("Test Confluence connection");
    window.until_sees("Test result");
    window.key(Key::Escape);
    window.unfocus();
    window.until_asleep();
    assert!(window.sleeps() > Duration::from_secs(50), "it wakes for the words “2 minutes ago” alone: {:?}", window.sleeps());
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
    cloud.entra_server().faults().on("/", Fault::Hang);
    window.person(Person::new(cloud.clone()));
    window.authority(&cloud.authority());
    window.types("Confluence address", &wiki.base());
    window.click("Anonymous");
    window.types("SharePoint site address", &cloud.site());
    window.types("Application (client) ID", &cloud.client_id);
    window.click("Test Confluence connection");
    window.click("Test SharePoint connection");
    window.runs_until("both run", |window| window.count("Cancel") == 2);
    window.key(Key::Escape);
    window.runs_until("both are cancelled", |window| window.count("Cancelled") == 2);
    assert_eq!(window.tasks_alive(), 0);
}

#[test]
fn a_result_does_not_push_another_dialog_away() {
    let mut window = Window::new(settings::welcomed);
    let cloud = Arc::new(window.servers.block_on(Cloud::start(Situation::AllWell)).expect("a practice cloud"));
    let browser = Arc::new(IdleBrowser::default());
    window.opener(browser.clone());
    window.authority(&cloud.authority());
    window.types("SharePoint site address", &cloud.site());
    window.types("Application (client) ID", &cloud.client_id);
    window.click("Test SharePoint connection");
    window.until_sees("Sign in on the page that has opened in your browser");
    window.key(Key::F1);
    Person::new(cloud.clone()).open(&browser.page()).expect("a person");
    window.until_sees_part("SharePoint was tested: works");
    window.sees("Keys");
    window.key(Key::Escape);
    window.click("Show result");
    window.sees("Test result");
}

#[test]
fn an_error_pasted_from_the_browser_names_its_cause() {
    let mut window = Window::new(settings::welcomed);
    window.opener(Arc::new(IdleBrowser::default()));
    window.practises("Return address missing");
    window.click("Test SharePoint connection");
    window.until_sees("Sign in on the page that has opened in your browser");
    window.types("Address or error from the browser", "AADSTS50011: The redirect URI does not match");
    window.click("Use");
    window.until_sees("Test result");
    window.sees_part("entra.redirect-uri");
}

#[test]
fn practice_is_marked_everywhere() {
    let mut window = Window::new(|_settings| {});
    window.practises("An ordinary reader");
    window.sees("Practice");
    window.click("Test Confluence connection");
    window.until_sees("Test result");
    window.sees_part("It says nothing about a real site");
    window.key(Key::Escape);
    window.click("Leave practice");
    window.sees("Welcome to Wayleave");
    assert!(!window.stored().contains("127.0.0.1"), "practice leaves no trace in the settings");
    assert_eq!(window.tasks_alive(), 0, "the practice servers are gone");
}

#[test]
fn the_real_desk_waits_while_somebody_practises() {
    let mut window = Window::new(settings::welcomed);
    window.types("Confluence address", "https://wiki.example.com");
    window.types("Token", "MARKER-SECRET-PAT-practice");
    window.click("Practice");
    window.click("Start: All well");
    window.runs_until("the fields are filled in", |window| window.value("Confluence address").starts_with("http://127.0.0.1"));
    window.click("Leave practice");
    window.run();
    assert_eq!(window.value("Confluence address"), "https://wiki.example.com");
    window.sees_part("•••");
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
    window.key(Key::F1);
    window.sees("Help");
    for shortcut in gui::command::SHORTCUTS {
        window.sees(shortcut.does);
    }
    window.key(Key::Escape);
    window.sees_no("Close this dialog");
}

#[test]
fn the_zoom_is_kept() {
    let mut window = Window::new(settings::welcomed);
    window.press(Modifiers::COMMAND, Key::Plus);
    window.runs_until("the zoom is stored", |window| window.stored().contains("zoom = 1.1"));
    let window = window.restart();
    assert!((window.harness.ctx.zoom_factor() - 1.1).abs() < 0.01);
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

/// Names that assistive technology, the documentation and other people's tests rely on.
#[test]
fn every_promised_name_is_there_to_the_letter() {
    let mut window = Window::new(settings::welcomed);
    let promised: [(Role, &[&str]); 5] = [
        (Role::TextInput, &["Confluence address", "Email (Cloud only)", "SharePoint site address", "Tenant ID", "Application (client) ID"]),
        (Role::PasswordInput, &["Token"]),
        (Role::RadioGroup, &["Confluence sign-in method", "SharePoint sign-in method"]),
        (Role::RadioButton, &["Token", "Anonymous", "Interactive", "Device code", "Certificate", "Client secret", "Password (legacy)"]),
        (Role::Button, &["Detect tenant", "Test Confluence connection", "Test SharePoint connection"]),
    ];
    window.run();
    for (role, names) in promised {
        for name in names {
            assert!(window.harness.query_all_by_role_and_label(role, name).count() > 0, "{role:?} {name} in\n{}", window.tree());
        }
    }
    let wiki = wiki(&window);
    window.types("Confluence address", &wiki.base());
    window.types("Token", &Who::Super.pat());
    window.click("Test Confluence connection");
    window.until_sees("Test result");
    for name in ["Copy report", "Save report…", "Close"] {
        assert!(window.harness.query_by_role_and_label(Role::Button, name).is_some(), "{name}");
    }
    window.sees("What can be migrated");
}
