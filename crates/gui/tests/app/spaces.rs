//! The spaces by their accessible names, with the real engine against practice servers.

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use practice::confluence::{Builder, Confluence, Who};
use practice::faults::Fault;
use practice::markers;
use serde_json::Value;

use crate::harness::{Window, settings};

fn wiki(window: &Window, change: impl FnOnce(Builder) -> Builder) -> Confluence {
    window.servers.block_on(change(Confluence::builder()).start()).expect("a practice wiki")
}

/// The card is filled in, and the spaces are asked for.
fn lists(window: &mut Window, wiki: &Confluence, who: Who) {
    window.types("Confluence address", &wiki.base());
    window.types("Token", &who.pat());
    window.click("List spaces…");
}

/// The keys in the rows on screen, from the top.
fn keys(window: &Window) -> Vec<String> {
    let mut rows: Vec<(f32, String)> = window
        .harness
        .query_all_by_role(Role::Row)
        .filter_map(|node| Some((node.rect().top(), node.accesskit_node().label()?.split(',').next()?.to_owned())))
        .collect();
    rows.sort_by(|one, other| one.0.total_cmp(&other.0));
    rows.into_iter().map(|(_, key)| key).collect()
}

/// The whole row of this key, as it is read out.
fn row(window: &Window, key: &str) -> String {
    let label = |node: egui_kittest::Node<'_>| node.accesskit_node().label().unwrap_or_default();
    let found = window.harness.query_all_by_role(Role::Row).map(label).find(|name| name.starts_with(&format!("{key}, ")));
    found.unwrap_or_else(|| panic!("no row {key} in\n{}", window.tree()))
}

fn click_role(window: &mut Window, role: Role, label: &str) {
    window.run();
    window.harness.get_by_role_and_label(role, label).click();
    window.run();
}

/// Chooses in one of the lists over the table.
fn narrows(window: &mut Window, list: &str, word: &str) {
    click_role(window, Role::ComboBox, list);
    let shown = |node: &egui_kittest::Node<'_>| !matches!(node.accesskit_node().role(), Role::Cell | Role::ComboBox);
    let option = window.harness.query_all_by_label(word).find(shown);
    option.unwrap_or_else(|| panic!("no “{word}” in\n{}", window.tree())).click();
    window.run();
}

#[test]
fn spaces_are_listed_filtered_and_sorted() {
    let mut window = Window::new(settings::welcomed);
    let wiki = wiki(&window, |wiki| wiki.spaces(300));
    lists(&mut window, &wiki, Who::SpaceAdmin);
    window.until_sees("Complete");
    window.sees_part("permissions can be migrated for");
    assert_eq!(
        row(&window, "ENG"),
        "ENG, Engineering: global, current; space admin; content: partly; permissions: yes; limited by account role"
    );
    assert!(row(&window, "HB").contains("can view; content: partly; permissions: no"), "{}", row(&window, "HB"));
    assert!(markers::found_in(&window.tree()).is_empty(), "a secret is in the accessibility tree");
    let rows = keys(&window).len();
    assert!(rows < 40, "only rows on screen are laid out: {rows}");

    window.types("Filter", "gauge");
    assert_eq!(keys(&window), ["OLD"]);
    window.sees_part("1 of 298 spaces shown");
    assert!(row(&window, "OLD").contains("global, archived;"));
    window.click("Clear filters");
    narrows(&mut window, "Role", "Space admin");
    let own = keys(&window);
    assert!(own.contains(&"ENG".to_owned()) && !own.contains(&"HB".to_owned()), "{own:?}");
    narrows(&mut window, "Status", "Archived");
    assert_eq!(keys(&window), ["OLD"]);
    narrows(&mut window, "Type", "Personal");
    window.sees("No space matches");
    window.click("Show all spaces");

    let first = keys(&window);
    click_role(&mut window, Role::ColumnHeader, "Name");
    window.sees("Name, sorted ascending");
    let ascending = keys(&window);
    click_role(&mut window, Role::ColumnHeader, "Name, sorted ascending");
    window.sees("Name, sorted descending");
    assert_ne!(ascending, keys(&window));
    click_role(&mut window, Role::ColumnHeader, "Name, sorted descending");
    assert_eq!(keys(&window), first, "back in the order of the server");

    // back to the card, and to the same list, without asking anything again
    wiki.server().forget_requests();
    window.press(Modifiers::ALT, Key::ArrowLeft);
    window.sees("Test Confluence connection");
    window.click("List spaces…");
    window.sees("Complete");
    assert_eq!(wiki.server().requests().len(), 0);
    window.click("List again");
    window.until_sees("Complete");
    assert!(!wiki.server().requests().is_empty());
}

#[test]
fn the_keyboard_alone_is_enough() {
    let mut window = Window::new(settings::welcomed);
    let wiki = wiki(&window, |wiki| wiki.spaces(300));
    lists(&mut window, &wiki, Who::Admin);
    window.until_sees("Complete");
    let grid = |window: &Window| window.harness.get_by_role_and_label(Role::Grid, "Spaces").accesskit_node().is_focused();
    // to whoever listens, the row at the cursor has the keyboard
    let row = |window: &Window| window.harness.query_all_by_role(Role::Row).any(|row| row.accesskit_node().is_focused());
    let focused = |window: &Window| grid(window) || row(window);
    assert!(grid(&window), "the table has the keyboard");
    let first = keys(&window);
    for (key, modifiers) in [(Key::ArrowDown, Modifiers::NONE), (Key::ArrowDown, Modifiers::NONE), (Key::Space, Modifiers::NONE)] {
        window.press(modifiers, key);
    }
    window.sees_part("297 spaces, 1 selected");
    assert!(row(&window) && !grid(&window));
    window.press(Modifiers::SHIFT, Key::ArrowDown);
    window.press(Modifiers::SHIFT, Key::ArrowDown);
    window.sees_part("297 spaces, 3 selected");
    window.key(Key::End);
    assert!(!keys(&window).contains(&first[0]), "it has scrolled");
    assert!(keys(&window).contains(&"OLD".to_owned()), "to the last row: {:?}", keys(&window));
    window.key(Key::PageUp);
    window.key(Key::Home);
    assert_eq!(keys(&window), first);
    window.press(Modifiers::COMMAND, Key::A);
    window.sees_part("297 spaces, 297 selected");
    window.click("Clear selection");
    window.sees("297 spaces");
    window.press(Modifiers::COMMAND, Key::F);
    assert!(window.is_focused("Filter"));
    // one stop for Tab: past the lists and the headers, into the table
    let mut stops = 0;
    while !focused(&window) {
        stops += 1;
        assert!(stops < 20, "Tab never comes to the table");
        window.key(Key::Tab);
    }
}

#[test]
fn what_was_chosen_is_exported() {
    let mut window = Window::new(settings::welcomed);
    let wiki = wiki(&window, |wiki| wiki.spaces(60));
    lists(&mut window, &wiki, Who::Reader);
    window.until_sees("Complete");
    window.types("Filter", "handbook");
    click_role(&mut window, Role::CheckBox, "All that are shown");
    window.click("Clear filters");
    for (which, format, expected) in
        [("Selected (1)", "CSV", 1), ("All (58)", "CSV", 58), ("Selected (1)", "JSON", 1), ("All (58)", "JSON", 58)]
    {
        window.press(Modifiers::COMMAND, Key::S);
        window.sees("Export spaces");
        window.click(which);
        window.click(format);
        let file = window.folder().join(format!("{expected}.{}", format.to_lowercase()));
        window.replaces("File", &file.display().to_string());
        window.click("Save");
        window.until_sees_part("Spaces exported to");
        let text = std::fs::read_to_string(&file).expect("written");
        assert!(markers::found_in(&text).is_empty());
        if format == "CSV" {
            assert_eq!(text.lines().count(), expected + 1, "{text}");
            assert!(text.contains("HB,Company Handbook,global,current,viewer,partly,no,account_role"), "{text}");
        } else {
            let document: Value = serde_json::from_str(&text).expect("JSON");
            let told = (document["spaces"].as_array().map(Vec::len), &document["total"], &document["complete"]);
            assert_eq!(told, (Some(expected), &Value::from(58), &Value::from(expected == 58)));
        }
    }
}

#[test]
fn cancel_keeps_what_is_there_and_it_goes_on() {
    let mut window = Window::new(settings::welcomed);
    let wiki = wiki(&window, |wiki| wiki.spaces(120));
    wiki.server().faults().on("/rest/api/space/PRJ90/permissions", Fault::Hang);
    lists(&mut window, &wiki, Who::SpaceAdmin);
    window.runs_until("it hangs", |_| wiki.server().requests().iter().any(|seen| seen.path.contains("PRJ90/")));
    window.until_sees_part("of 118 spaces");
    window.sees("Listing");
    assert_eq!(window.harness.query_all_by_label("Spaces asked about").count(), 1);
    window.click("Cancel");
    window.sees("Cancelled");
    window.sees_part("Not finished, 118 spaces so far");
    window.sees("118 spaces");
    assert_eq!(window.tasks_alive(), 0, "nothing is left running");
    assert!(row(&window, "ENG").contains("permissions: yes"), "{}", row(&window, "ENG"));
    wiki.server().faults().clear();
    wiki.server().forget_requests();
    window.click("Continue");
    window.until_sees("Complete");
    let asked = wiki.server().requests();
    assert!(!asked.iter().any(|seen| seen.path.ends_with("/ENG/permissions")), "what is known is not asked again");
    assert!(asked.iter().any(|seen| seen.path.ends_with("/PRJ90/permissions")));
    // Escape cancels as well
    wiki.server().faults().on("/rest/api/space/PRJ90/permissions", Fault::Hang);
    window.click("List again");
    window.until_sees("Listing");
    window.key(Key::Escape);
    window.sees("Cancelled");
}

#[test]
fn an_error_is_unknown_and_trying_again_goes_on() {
    let mut window = Window::new(settings::welcomed);
    let wiki = wiki(&window, |wiki| wiki.spaces(60));
    let blocked = Fault::TooManyRequests { retry_after: i64::MAX.to_string() };
    wiki.server().faults().on("/rest/api/space/PRJ9/permissions", blocked);
    lists(&mut window, &wiki, Who::Reader);
    window.until_sees("Not complete");
    window.sees_part("Not complete, 58 spaces so far");
    window.sees_part("Unknown for");
    assert!(row(&window, "PRJ9").contains("unknown; content: partly; permissions: unknown"), "{}", row(&window, "PRJ9"));
    wiki.server().faults().clear();
    window.click("Try again");
    window.until_sees("Complete");
    assert!(row(&window, "PRJ9").contains("permissions: no"), "{}", row(&window, "PRJ9"));
}

#[test]
fn what_was_refused_is_told_and_leads_back_to_the_card() {
    let mut window = Window::new(settings::welcomed);
    let wiki = wiki(&window, |wiki| wiki.anonymous(false));
    window.click("List spaces…");
    assert!(window.is_focused("Confluence address"), "nothing is listed without an address");
    window.types("Confluence address", &wiki.base());
    window.click("Anonymous");
    window.click("List spaces…");
    window.until_sees("Failed");
    window.sees("This Confluence is not open to anonymous visitors");
    window.sees_no("Filter");
    window.click("Go to Confluence sign-in method");
    window.click("Token");
    window.types("Token", &markers::Kind::Pat.of("nobody"));
    window.click("List spaces…");
    window.until_sees("The server ignored the token and answered as to an anonymous visitor");
    assert!(markers::found_in(&window.tree()).is_empty());
    window.click("Connections");
    window.replaces("Token", &Who::Reader.pat());
    window.click("List spaces…");
    window.until_sees("Complete");
}

#[test]
fn a_result_leads_to_the_spaces() {
    let mut window = Window::new(settings::welcomed);
    window.practises("An ordinary reader");
    window.click("Test Confluence connection");
    window.until_sees("Test result");
    window.click("List spaces…");
    window.until_sees("Complete");
    window.sees("Leave practice");
    window.click("Leave practice");
    window.sees("Test Confluence connection");
}
