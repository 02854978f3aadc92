//! Several sites: one list, one sign-in, one table, a report for each and one of all.

use std::sync::Arc;

use egui::Key;
use egui::accesskit::Role;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use end_to_end::jobs::Person;
use practice::markers;
use practice::sharepoint::{Cloud, Situation};

use crate::harness::{IdleBrowser, Window};
use crate::sharepoint::at_a_site;

/// A window at the page, with a list of three rows of which two are sites.
fn at_a_list(situation: Situation) -> (Window, Arc<Cloud>) {
    let (mut window, cloud) = at_a_site(situation);
    window.click("Several sites…");
    window.sees("Several sites");
    let site = cloud.site();
    let missing = site.replace("/sites/wiki", "/sites/gone");
    let area = window.harness.get_by_role_and_label(Role::MultilineTextInput, "Site addresses");
    area.focus();
    window.run();
    let area = window.harness.get_by_role_and_label(Role::MultilineTextInput, "Site addresses");
    area.type_text(&format!("{site} {missing} nonsense"));
    window.sees_part("3 sites, 1 of them not the address of a site");
    (window, cloud)
}

fn rows(window: &Window) -> Vec<String> {
    let rows = window.harness.query_all_by_role(Role::Row);
    rows.filter_map(|row| row.accesskit_node().label()).collect()
}

#[test]
fn every_site_is_tested_with_one_sign_in() {
    let (mut window, cloud) = at_a_list(Situation::AllWell);
    let person = Arc::new(Person::new(cloud.clone()));
    window.opener(person.clone());
    window.click("Test all sites");
    window.until_sees_part("3 sites tested: 1 passed, 0 limited, 2 failed");
    assert_eq!(person.opened().len(), 1, "one sign-in");
    window.sees("Ada Brook");
    let rows = rows(&window);
    assert_eq!(rows.len(), 3, "{rows:?}");
    assert!(rows[0].ends_with(": passed"), "in the order of the list: {rows:?}");
    assert!(rows[1].contains("failed: "), "{rows:?}");
    // a row's report, by mouse and by keyboard
    window.click(&rows[1]);
    window.sees("Test result");
    window.sees_part("sharepoint.site-not-found");
    window.key(Key::Escape);
    window.sees_no("Test result");
    window.harness.get_by_role_and_label(Role::Grid, "Sites").focus();
    window.run();
    window.key(Key::ArrowDown);
    window.key(Key::Enter);
    window.sees("Test result");
    window.sees_part("SharePoint works as Ada Brook");
    window.key(Key::Escape);
    // all of them in one file
    window.click("Save report…");
    for (format, ending, part) in [("HTML", "html", "<table"), ("Markdown", "md", "| "), ("JSON", "json", "\"sites\"")] {
        if format != "HTML" {
            window.click("Save report…");
            window.click(format);
        }
        let path = window.folder().join(format!("sites.{ending}"));
        window.replaces("File", &path.display().to_string());
        window.click("Save");
        window.until_sees_part("Report saved to");
        let text = std::fs::read_to_string(&path).expect("the report");
        assert!(text.contains(part) && markers::found_in(&text).is_empty(), "{text}");
    }
    assert!(markers::found_in(&window.tree()).is_empty());
    window.click("Change the list");
    window.sees("Test all sites");
    window.click("Connections");
    window.sees("Test SharePoint connection");
}

#[test]
fn a_list_is_cancelled_and_what_was_pasted_goes_to_its_own_sign_in() {
    let (mut window, _cloud) = at_a_list(Situation::AllWell);
    window.opener(Arc::new(IdleBrowser::default()));
    window.click("Test all sites");
    window.until_sees("Sign in on the page that has opened in your browser");
    window.click("Copy link");
    assert!(window.copied().contains("/authorize?"), "{}", window.copied());
    window.key(Key::Escape);
    window.sees_no("Cancel");
    assert_eq!(window.tasks_alive(), 0);
    // what was done by then is kept
    window.sees_part("1 site tested, interrupted");
    window.click("Test again");
    window.until_sees("Sign in on the page that has opened in your browser");
    window.types("Address or error from the browser", "AADSTS90094");
    window.click("Use");
    window.until_sees_part("3 sites tested: 0 passed");
    window.click("Request to the administrator…");
    window.sees_part("AADSTS90094");
    window.click("Back");
    window.sees("Change the list");
}

#[test]
fn a_list_without_sites_is_told_and_a_wrong_card_is_led_to() {
    let mut window = Window::new(crate::settings::welcomed);
    window.click("Several sites…");
    window.click("Test all sites");
    window.sees_part("Paste the addresses of sites");
    let area = window.harness.get_by_role_and_label(Role::MultilineTextInput, "Site addresses");
    area.focus();
    window.run();
    window.harness.get_by_role_and_label(Role::MultilineTextInput, "Site addresses").type_text("https://contoso.sharepoint.com/sites/a");
    window.run();
    window.click("Test all sites");
    assert!(window.is_focused("Application (client) ID"), "how to sign in stands on the card");
}
