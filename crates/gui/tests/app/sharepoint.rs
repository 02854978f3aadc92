//! Every way of signing in to SharePoint, from the fields to the result.

use std::sync::Arc;

use egui::Key;
use egui::accesskit::Role;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use practice::entra::{App, Block, Browser, Choice, ClientSecret, GRAPH_APP_ID, Policy, SHAREPOINT_APP_ID};
use practice::markers::{self, Kind};
use practice::sharepoint::{Cloud, Situation};
use preflight::Field;

use crate::harness::{IdleBrowser, Window, settings};

/// A window whose SharePoint card names this cloud's site and app.
pub(crate) fn at_a_site(situation: Situation) -> (Window, Arc<Cloud>) {
    let mut window = Window::new(settings::welcomed);
    let cloud = Arc::new(window.servers.block_on(Cloud::start(situation)).expect("a practice cloud"));
    cloud.entra.set_device_interval(1);
    window.authority(&cloud.authority());
    window.types("SharePoint site address", &cloud.site());
    window.types("Application (client) ID", &cloud.client_id);
    (window, cloud)
}

/// The code on screen.
fn code(window: &mut Window) -> String {
    window.until_sees_part("Code: ");
    let tree = window.tree();
    let code = tree.lines().find_map(|line| line.split("Code: ").nth(1)).expect("a code");
    code.trim().to_owned()
}

#[test]
fn a_code_signs_a_person_in() {
    let (mut window, cloud) = at_a_site(Situation::Member);
    window.click("Device code");
    window.click("Test SharePoint connection");
    let code = code(&mut window);
    window.sees_part("Expires in 1");
    window.sees_part("/devicelogin");
    window.click("Copy code");
    assert_eq!(window.copied(), code);
    window.click("Copy link");
    assert_eq!(window.copied(), format!("{}/devicelogin", cloud.authority()));
    // no browser was opened so far: one would have failed the test
    let browser = Arc::new(IdleBrowser::default());
    window.opener(browser.clone());
    window.click("Open page");
    assert_eq!(browser.page().as_str(), format!("{}/devicelogin", cloud.authority()));
    let upn = cloud.user.upn.clone();
    window.servers.block_on(async { Browser::new(&cloud.entra).enter_device_code(&code, &upn, Choice::Accept).await });
    window.until_sees("Test result");
    window.sees_part("Ivy Fell");
    window.sees_part("sharepoint.role-insufficient");
    assert!(markers::found_in(&window.tree()).is_empty());
}

#[test]
fn an_organization_that_blocks_codes_is_told_with_what_works() {
    let (mut window, cloud) = at_a_site(Situation::AllWell);
    cloud.entra.add_policy(Policy::new(&cloud.tenant, Block::DeviceCode));
    window.click("Device code");
    window.click("Test SharePoint connection");
    let code = code(&mut window);
    let upn = cloud.user.upn.clone();
    window.servers.block_on(async { Browser::new(&cloud.entra).enter_device_code(&code, &upn, Choice::Accept).await });
    // the page alone knows: the person says what it says, and what is no error is told
    window.types("Error from the page", "it did not work");
    window.key(Key::Enter);
    window.until_sees_part("neither the address after signing in nor an error number");
    window.types("Error from the page", "AADSTS53003: Access has been blocked by Conditional Access policies");
    window.click("Use");
    window.until_sees("Test result");
    window.sees_part("entra.device-code-blocked");
    window.click(&format!("Go to {}", Field::SharePointMethod.label()));
    window.sees_no("Test result");
    let chosen = window.harness.get_by_role_and_label(Role::RadioButton, "Device code");
    assert!(chosen.is_focused(), "the keyboard is where the hint leads");
}

#[test]
fn cancelling_takes_the_code_away() {
    let (mut window, _cloud) = at_a_site(Situation::AllWell);
    window.click("Device code");
    window.click("Test SharePoint connection");
    let code = code(&mut window);
    window.key(Key::Escape);
    window.sees("Cancelled");
    assert!(!window.tree().contains(&code));
    assert_eq!(window.tasks_alive(), 0);
}

#[test]
fn a_secret_is_tested_with_the_honest_note_beforehand() {
    let (mut window, cloud) = at_a_site(Situation::AllWell);
    let roles = |app: &App| {
        app.clone().with_app_roles(SHAREPOINT_APP_ID, &["Sites.FullControl.All"]).with_app_roles(GRAPH_APP_ID, &["Sites.Read.All"])
    };
    let secrets = vec![ClientSecret { value: Kind::ClientSecret.of("window"), expires_at: i64::MAX }];
    assert!(cloud.entra.edit_app(&cloud.client_id, |app| *app = App { secrets, ..roles(app) }));
    window.click("Client secret");
    window.sees("SharePoint refuses apps that sign in by a secret");
    window.click("Test SharePoint connection");
    assert!(window.is_focused("Client secret") && window.is_invalid("Client secret"));
    window.types("Client secret", &Kind::ClientSecret.of("window"));
    window.key(Key::Enter);
    window.until_sees("Test result");
    window.sees_part("sharepoint.app-only-secret-refused");
    keeps_secrets(&mut window);
}

#[test]
fn a_password_is_tested_where_it_was_chosen() {
    let (mut window, cloud) = at_a_site(Situation::AllWell);
    window.sees_no("User name");
    window.click("Password (legacy)");
    window.sees("Most organizations do not allow this way any more");
    window.types("User name", &cloud.user.upn);
    window.types("Password", &cloud.user.password);
    window.click("Test SharePoint connection");
    window.until_sees("Test result");
    window.sees_part("Ada Brook");
    keeps_secrets(&mut window);
    // what was typed for one way is not shown by another
    window.key(Key::Escape);
    window.click("Interactive");
    window.sees_no("Password");
    window.sees_no("User name");
}

/// No secret in the accessibility tree, the settings file, or what can be undone.
fn keeps_secrets(window: &mut Window) {
    assert!(markers::found_in(&window.tree()).is_empty());
    window.key(Key::Escape);
    window.unfocus();
    window.runs_until("stored", |window| window.stored().contains("method ="));
    assert!(markers::found_in(&window.stored()).is_empty());
    for secret in Field::SECRETS {
        if window.harness.query_all_by_role_and_label(Role::PasswordInput, secret.label()).count() > 0 {
            let before = window.value(secret.label());
            window.focus(secret.label());
            window.press(egui::Modifiers::COMMAND, Key::Z);
            assert_eq!(window.value(secret.label()), before, "{} can be undone", secret.label());
        }
    }
}

#[test]
fn somebody_else_than_expected_is_turned_away() {
    let (mut window, cloud) = at_a_site(Situation::AllWell);
    window.person(end_to_end::jobs::Person::new(cloud));
    window.sees_no("Expected account");
    window.click("More options");
    window.types("Expected account", "Ivy Fell");
    window.click("Test SharePoint connection");
    window.until_sees("Test result");
    window.sees_part("entra.wrong-account");
    window.key(Key::Escape);
    window.click("More options");
    window.sees_part("expects Ivy Fell");
}

#[test]
fn who_signed_in_is_shown_and_can_be_expected_forgotten_and_changed() {
    let (mut window, cloud) = at_a_site(Situation::Guest);
    let person = Arc::new(end_to_end::jobs::Person::new(cloud.clone()));
    window.opener(person.clone());
    window.click("Test SharePoint connection");
    window.until_sees("Test result");
    for told in ["Sol Strand", "Guest", "Heather & Vale", "Wiki Migration (practice)"] {
        window.sees(told);
    }
    window.click("Expect this account from now on");
    window.sees("Forget expected account");
    window.click("Sign in as someone else");
    window.until_sees("Test result");
    let opened = person.opened();
    assert!(opened.iter().all(|url| url.query().is_some_and(|query| query.contains("prompt=select_account"))), "{opened:?}");
    assert_eq!(opened.len(), 2);
    window.click("Expect this account from now on");
    window.key(Key::Escape);
    window.click("Test SharePoint connection");
    window.until_sees("Test result");
    let hinted = person.opened().pop().expect("a page");
    assert!(hinted.query().is_some_and(|query| query.contains("login_hint=sol")), "{hinted}");
    window.click("Forget expected account");
    window.sees("Expect this account from now on");
}

#[test]
fn a_mismatch_is_red_with_a_word_and_nothing_is_done() {
    let (mut window, cloud) = at_a_site(Situation::AllWell);
    window.person(end_to_end::jobs::Person::new(cloud.clone()));
    window.click("More options");
    window.types("Expected account", "Ivy Fell");
    window.click("Test SharePoint connection");
    window.until_sees("Test result");
    window.sees("Expected");
    window.sees("Ivy Fell");
    window.sees("Wrong account");
    window.sees_part("Nothing was done with this account");
    assert_eq!(cloud.sharepoint_server().requests().len(), 1, "only the site's realm was asked");
    window.sees_no("Expect this account from now on");
}

#[test]
fn what_decides_is_in_three_columns_with_the_limit_marked() {
    let (mut window, cloud) = at_a_site(Situation::PlanB);
    window.person(end_to_end::jobs::Person::new(cloud));
    window.click("Test SharePoint connection");
    window.until_sees("Test result");
    window.sees("App (the limit)");
    let before = window.count("Account");
    // folded in where all is well
    window.harness.query_all_by_label("What decides it").next().expect("one for each").click_accesskit();
    window.run();
    assert_eq!(window.count("Account"), before + 1);
}

#[test]
fn what_an_administrator_has_to_do_can_be_sent_to_them() {
    let (mut window, cloud) = at_a_site(Situation::AdminConsentRequired);
    window.opener(Arc::new(IdleBrowser::default()));
    window.click("Test SharePoint connection");
    window.until_sees("Sign in on the page that has opened in your browser");
    window.types("Address or error from the browser", "AADSTS90094");
    window.click("Use");
    window.until_sees("Test result");
    window.click("Request to the administrator…");
    window.sees("Request to the administrator");
    window.sees_part(&cloud.client_id);
    window.click("Copy as Markdown");
    assert!(window.copied().starts_with("## "), "{}", window.copied());
    window.click("Copy as e-mail");
    assert!(window.copied().starts_with("Subject: ") && window.copied().contains("adminconsent"), "{}", window.copied());
    let browser = Arc::new(IdleBrowser::default());
    window.opener(browser.clone());
    window.click("Open mail program");
    assert_eq!(browser.page().scheme(), "mailto");
    window.click("Markdown");
    window.sees_part("## ");
    window.click("Back");
    window.sees("Test result");
    window.click("Request to the administrator…");
    window.click("Re-check");
    window.until_sees("Sign in on the page that has opened in your browser");
}

#[test]
fn a_sign_in_is_remembered_where_that_was_wanted_and_forgotten_for_somebody_else() {
    let (mut window, cloud) = at_a_site(Situation::AllWell);
    let person = Arc::new(end_to_end::jobs::Person::new(cloud.clone()));
    window.opener(person.clone());
    window.click("More options");
    window.click("Remember me on this computer");
    let tests_again = |window: &mut Window| {
        window.click("Test SharePoint connection");
        window.until_sees("Test result");
        window.sees_part("Ada Brook");
        person.opened().len()
    };
    assert_eq!(tests_again(&mut window), 1);
    window.key(Key::Escape);
    assert_eq!(tests_again(&mut window), 1, "nobody is asked a second time");
    assert!(markers::found_in(&window.tree()).is_empty());
    window.click("Sign in as someone else");
    window.until_sees("Test result");
    assert_eq!(person.opened().len(), 2, "whom this computer remembers is forgotten first");
    window.key(Key::Escape);
    window.unfocus();
    window.runs_until("stored", |window| window.stored().contains("remember_sign_in = true"));
    assert!(markers::found_in(&window.stored()).is_empty(), "settings hold no token");

    let mut window = window.restart();
    window.opener(person.clone());
    window.authority(&cloud.authority());
    assert_eq!(tests_again(&mut window), 2, "after a restart nobody is asked either");
    window.key(Key::Escape);
    window.click("More options");
    window.click("Remember me on this computer");
    assert_eq!(tests_again(&mut window), 3, "switched off, nothing is remembered");
}

/// Tab leads through everything in the order in which it is read.
#[test]
fn tab_leads_through_the_card_and_the_dialog_and_comes_back() {
    let (mut window, cloud) = at_a_site(Situation::PlanB);
    window.click("Password (legacy)");
    window.click("More options");
    let order = tab_order(&mut window, "SharePoint site address", "Several sites…");
    assert_eq!(
        order,
        [
            "SharePoint site address",
            "Tenant ID",
            "Detect tenant",
            "Application (client) ID",
            "Password (legacy)",
            "User name",
            "Password",
            "Show what was typed",
            "More options",
            "Microsoft cloud",
            "Test SharePoint connection",
            "Several sites…",
        ]
    );
    window.click("Interactive");
    window.person(end_to_end::jobs::Person::new(cloud));
    window.click("Test SharePoint connection");
    window.until_sees("Test result");
    // the keyboard is at what one does next, and stays in the dialog
    let order = tab_order(&mut window, "Close", "Save report…");
    assert_eq!(order.first().map(String::as_str), Some("Close"), "{order:?}");
    for name in ["Close this dialog", "Sign in as someone else", "What decides it", "Copy report", "Save report…"] {
        assert!(order.iter().any(|each| each == name), "no {name} in {order:?}");
    }
    assert!(!order.iter().any(|name| name == "Test SharePoint connection"), "{order:?}");
}

/// What has the keyboard, from `first` on, Tab by Tab until `last`.
fn tab_order(window: &mut Window, first: &str, last: &str) -> Vec<String> {
    window.run();
    let begin = window.harness.query_all_by_label(first).find(|node| {
        let role = node.accesskit_node().role();
        matches!(role, Role::TextInput | Role::Button)
    });
    begin.expect("the first").focus();
    window.run();
    let mut order = Vec::new();
    while order.last().is_none_or(|name| name != last) {
        assert!(order.len() < 60, "{last} is never reached: {order:?}");
        order.push(focused(window));
        window.key(Key::Tab);
    }
    order
}

fn focused(window: &Window) -> String {
    let mut nodes = vec![window.harness.root().accesskit_node()];
    while let Some(node) = nodes.pop() {
        if node.is_focused() && node.role() != Role::Window {
            return node.label().unwrap_or_default();
        }
        nodes.extend(node.children());
    }
    String::new()
}
