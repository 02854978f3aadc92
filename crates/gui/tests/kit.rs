//! How the kit behaves, asked through accessible names as assistive technology does.

use egui::accesskit::{Role, Toggled};
use egui::{Key, Modifiers, Theme};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _, by};
use gui::kit::{self, Alert, Button, Field, IconButton, Modal, Note, Rung, Status, Toasts, field, icons, modal::Clicked, segmented, theme};

fn harness<'a, S: 'a>(state: S, ui: impl FnMut(&mut egui::Ui, &mut S) + 'a) -> Harness<'a, S> {
    Harness::builder().with_size([640.0, 480.0]).with_theme(Theme::Dark).with_context_setup(theme::apply).build_ui_state(ui, state)
}

/// Everything that assistive technology can read: names, values, descriptions, hints.
fn all_text<S>(harness: &Harness<'_, S>) -> String {
    let mut text = String::new();
    for node in harness.root().children_recursive() {
        let node = node.accesskit_node();
        let data = node.data();
        for part in [data.label(), data.value(), data.description(), data.placeholder(), data.tooltip()].into_iter().flatten() {
            text.push_str(part);
            text.push('\n');
        }
    }
    text
}

/// What is put on the clipboard during the next frames.
fn copied<S>(harness: &mut Harness<'_, S>) -> Option<String> {
    (0..4).find_map(|_frame| {
        harness.step();
        harness.output().platform_output.commands.iter().find_map(|command| match command {
            egui::OutputCommand::CopyText(text) => Some(text.clone()),
            _ => None,
        })
    })
}

// fields

#[test]
fn a_field_is_named_by_its_label_to_the_letter() {
    let mut harness = harness(String::new(), |ui, text| {
        Field::new("Confluence address", text)
            .hint("https://wiki.example.com")
            .optional()
            .note(Some(Note::Error("This is no address")))
            .button(Button::secondary("Detect tenant"))
            .show(ui);
    });
    harness.run();
    let field = harness.get_by_role_and_label(Role::TextInput, "Confluence address");
    field.focus();
    harness.run();
    harness.get_by_role_and_label(Role::TextInput, "Confluence address").type_text("wiki.example.com");
    harness.run();
    assert_eq!(harness.state(), "wiki.example.com");
    harness.get_by_label("This is no address");
}

#[test]
fn what_appears_above_takes_the_keyboard_from_nobody() {
    let mut harness = harness((String::new(), 0, false), |ui, (text, method, alert)| {
        if *alert {
            Alert::info("Sign in in the browser window that just opened").show(ui);
        }
        kit::Card::new("Confluence").show(
            ui,
            |_| {},
            |ui| {
                Field::new("Confluence address", text).show(ui);
                segmented(ui, "Confluence sign-in method", method, &METHODS);
            },
        );
    });
    harness.run();
    for name in ["Confluence address", "Interactive"] {
        harness.get_by_label(name).focus();
        harness.run();
        harness.state_mut().2 ^= true;
        harness.run();
        assert!(harness.get_by_label(name).is_focused(), "{name}");
    }
}

#[test]
fn a_field_tells_enter_from_leaving() {
    let mut harness = harness((String::new(), 0, 0), |ui, (text, submitted, left)| {
        let response = Field::new("Token", text).show(ui);
        *submitted += i32::from(response.submitted);
        *left += i32::from(response.left);
        ui.add(Button::secondary("Next"));
    });
    harness.run();
    harness.get_by_role(Role::TextInput).focus();
    harness.run();
    harness.key_press(Key::Tab);
    harness.run();
    assert_eq!((harness.state().1, harness.state().2), (0, 1));

    harness.get_by_role(Role::TextInput).focus();
    harness.run();
    harness.key_press(Key::Enter);
    harness.run();
    assert_eq!((harness.state().1, harness.state().2), (1, 2));
}

#[test]
fn a_secret_stays_out_of_the_accessibility_tree_even_when_shown() {
    let secret = "marker-8c1f";
    let mut harness = harness(secret.to_owned(), |ui, text| {
        Field::new("Token", text).secret().show(ui);
    });
    harness.run();
    assert!(!all_text(&harness).contains(secret));

    harness.get_by_label("Show what was typed").click();
    harness.run();
    harness.get_by_label("Hide what was typed");
    harness.get_by_role_and_label(Role::PasswordInput, "Token").focus();
    harness.run();
    assert!(!all_text(&harness).contains(secret), "{}", all_text(&harness));

    // Nor can it be copied from there.
    harness.key_press_modifiers(Modifiers::COMMAND, Key::A);
    harness.event(egui::Event::Copy);
    assert_eq!(copied(&mut harness), None);
}

#[test]
fn a_taken_secret_cannot_be_brought_back_by_undo() {
    let mut harness = harness((String::new(), false), |ui, (text, take)| {
        let response = Field::new("Token", text).secret().show(ui);
        if std::mem::take(take) {
            text.clear();
            field::forget_typing(ui, response.text.id);
        }
    });
    harness.run();
    harness.get_by_role(Role::PasswordInput).focus();
    harness.run();
    for letter in ["a", "b", "c"] {
        harness.event(egui::Event::Text(letter.to_owned()));
        // egui makes an undo point once the text has stood still for a second
        harness.run_steps(8);
    }
    assert_eq!(harness.state().0, "abc");
    harness.state_mut().1 = true;
    harness.run();
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    harness.run();
    assert_eq!(harness.state().0, "");
}

// segmented control

const METHODS: [(u8, &str); 3] = [(0, "Interactive"), (1, "Token"), (2, "Anonymous")];

fn chosen(harness: &Harness<'_, u8>) -> Vec<String> {
    harness
        .get_all_by_role(Role::RadioButton)
        .filter(|node| node.accesskit_node().toggled() == Some(Toggled::True))
        .filter_map(|node| node.accesskit_node().label())
        .collect()
}

#[test]
fn a_segment_is_chosen_by_click() {
    let mut harness = harness(0, |ui, method| {
        segmented(ui, "Confluence sign-in method", method, &METHODS);
    });
    harness.run();
    harness.get_by_role_and_label(Role::RadioGroup, "Confluence sign-in method");
    assert_eq!(chosen(&harness), ["Interactive"]);
    harness.get_by_label("Anonymous").click();
    harness.run();
    assert_eq!(*harness.state(), 2);
    assert_eq!(chosen(&harness), ["Anonymous"]);
}

#[test]
fn segments_are_one_tab_stop_and_the_arrows_choose() {
    let mut harness = harness(1, |ui, method| {
        ui.add(Button::secondary("Before"));
        segmented(ui, "Confluence sign-in method", method, &METHODS);
        ui.add(Button::secondary("After"));
    });
    harness.run();
    harness.get_by_label("Before").focus();
    harness.run();
    harness.key_press(Key::Tab);
    harness.run();
    assert!(harness.get_by_label("Token").is_focused());
    for (key, expected) in
        [(Key::ArrowRight, 2), (Key::ArrowRight, 0), (Key::ArrowLeft, 2), (Key::ArrowUp, 1), (Key::Home, 0), (Key::End, 2)]
    {
        harness.key_press(key);
        harness.run();
        assert_eq!(*harness.state(), expected, "after {key:?}");
        assert_eq!(chosen(&harness).len(), 1);
    }
    harness.key_press(Key::Tab);
    harness.run();
    assert!(harness.get_by_label("After").is_focused());
}

#[test]
fn a_list_is_named_by_its_label_and_chosen_from() {
    let mut harness = harness(0, |ui, cloud| {
        kit::select(ui, "Cloud", cloud, &[(0, "Public"), (1, "GCC High"), (2, "China")]);
    });
    harness.run();
    harness.get_by_role_and_label(Role::ComboBox, "Cloud").click();
    harness.run();
    harness.get_by_label("GCC High").click();
    harness.run();
    assert_eq!(*harness.state(), 1);
    assert_eq!(harness.get_by_role_and_label(Role::ComboBox, "Cloud").value().as_deref(), Some("GCC High"));
}

// buttons

#[test]
fn a_pending_or_disabled_button_cannot_be_clicked() {
    let mut harness = harness((true, 0), |ui, (pending, clicks)| {
        if ui.add(Button::primary("Test Confluence connection").pending(*pending)).clicked() {
            *clicks += 1;
        }
        if ui.add(Button::secondary("Cancel").enabled(false)).clicked() {
            *clicks += 1;
        }
    });
    harness.run_steps(2);
    for name in ["Test Confluence connection", "Cancel"] {
        assert!(harness.get_by_label(name).accesskit_node().is_disabled(), "{name}");
        harness.get_by_label(name).click();
        harness.run_steps(2);
    }
    assert_eq!(harness.state().1, 0);
    harness.state_mut().0 = false;
    harness.run_steps(2);
    harness.get_by_label("Test Confluence connection").click();
    harness.run_steps(2);
    assert_eq!(harness.state().1, 1);
}

#[test]
fn an_icon_button_is_named_by_its_alt_text_and_works_by_keyboard() {
    let mut harness = harness(0, |ui, clicks| {
        *clicks += i32::from(ui.add(IconButton::new(icons::SETTINGS)).clicked());
    });
    harness.run();
    harness.get_by_label("Settings").focus();
    harness.run();
    harness.key_press(Key::Enter);
    harness.run();
    assert_eq!(*harness.state(), 1);
}

// dialogs

#[derive(Default)]
struct Dialog {
    open: bool,
    clicked: Option<Clicked>,
    behind: u32,
}

fn dialog_harness() -> Harness<'static, Dialog> {
    harness(Dialog { open: true, ..Dialog::default() }, |ui, state: &mut Dialog| {
        state.behind += u32::from(ui.add(Button::secondary("Behind")).clicked());
        if state.open {
            let shown = Modal::new("test", "Test result")
                .primary(Button::primary("Close"))
                .other(Button::secondary("Save report…"))
                .other(Button::secondary("Copy report"))
                .aside(Button::ghost("Test again"))
                .show(ui, |ui| kit::text::body(ui, "Connected to Confluence as Jane Doe"));
            state.clicked = shown.clicked.or(state.clicked);
            state.open = !shown.should_close;
        }
    })
}

#[test]
fn escape_closes_a_dialog() {
    let mut harness = dialog_harness();
    harness.run();
    harness.get_by_role_and_label(Role::Dialog, "Test result");
    harness.key_press(Key::Escape);
    harness.run();
    assert!(!harness.state().open);
    assert!(harness.query_by_label("Test result").is_none());
}

#[test]
fn the_cross_and_a_click_beside_it_close_a_dialog_and_reach_nothing_behind() {
    let mut harness = dialog_harness();
    harness.run();
    harness.get_by_label("Behind").click();
    harness.run();
    assert!(!harness.state().open);
    assert_eq!(harness.state().behind, 0);

    harness.state_mut().open = true;
    harness.run();
    harness.get_by_label("Close this dialog").click();
    harness.run();
    assert!(!harness.state().open);
}

#[test]
fn the_primary_button_has_the_keyboard_and_the_footer_reports_what_was_clicked() {
    let mut harness = dialog_harness();
    harness.run();
    assert!(harness.get_by_label("Close").is_focused());
    harness.key_press(Key::Enter);
    harness.run();
    assert_eq!(harness.state().clicked, Some(Clicked::Primary));
    for (name, expected) in [("Save report…", Clicked::Other(0)), ("Copy report", Clicked::Other(1)), ("Test again", Clicked::Aside(0))] {
        harness.get_by_label(name).click();
        harness.run();
        assert_eq!(harness.state().clicked, Some(expected));
    }
    let right = |name| harness.get_by_label(name).rect().right();
    assert!(right("Test again") < right("Copy report"));
    assert!(right("Copy report") < right("Save report…"));
    assert!(right("Save report…") < right("Close"));
}

#[test]
fn a_dialog_does_not_shrink_while_it_is_open() {
    let mut harness = harness(6, |ui, lines| {
        Modal::new("test", "Test result").primary(Button::primary("Close")).show(ui, |ui| {
            for line in 0..*lines {
                kit::text::body(ui, format!("Line {line}"));
            }
        });
    });
    harness.run();
    let before = harness.get_by_label("Close").rect();
    *harness.state_mut() = 1;
    harness.run();
    assert_eq!(harness.get_by_label("Close").rect(), before);
}

#[test]
fn a_long_dialog_scrolls_inside_and_keeps_its_footer_in_the_window() {
    let mut harness = harness((), |ui, ()| {
        Modal::new("test", "Test result").primary(Button::primary("Close")).show(ui, |ui| {
            for line in 0..100 {
                kit::text::body(ui, format!("Line {line}"));
            }
        });
    });
    harness.run();
    let window = egui::Rect::from_min_size(egui::Pos2::ZERO, egui::vec2(640.0, 480.0));
    assert!(window.contains_rect(harness.get_by_label("Close").rect()));
    assert!(window.contains_rect(harness.get_by_label("Close this dialog").rect()));
}

// rungs and alerts

#[test]
fn a_rung_says_its_state_in_words_and_folds_its_details() {
    let mut harness = harness((), |ui, ()| {
        Rung::new(Status::Limited, "Site rights")
            .summary("May not set permissions")
            .show_with_details(ui, "rights", |ui| kit::details(ui, "details of Site rights", &[("Scope", "AllSites.Manage")]));
        Rung::new(Status::Skipped, "Library").show(ui);
    });
    harness.run();
    harness.get_by_label("Library: skipped");
    assert!(harness.query_by_label("AllSites.Manage").is_none());
    harness.get_by_role_and_label(Role::Button, "Site rights: limited").click();
    harness.run();
    harness.get_by_label("AllSites.Manage");
    harness.get_by_label("Copy details of Site rights").click();
    assert_eq!(copied(&mut harness).as_deref(), Some("Scope: AllSites.Manage"));
}

#[test]
fn an_alert_reports_the_action_that_was_clicked() {
    let mut harness = harness((None, false), |ui, (clicked, dismissed)| {
        let shown = Alert::failed("SharePoint refused the sign-in")
            .action(Button::secondary("Try again"))
            .action(Button::ghost("Copy the error"))
            .dismissible()
            .show(ui);
        *clicked = shown.clicked.or(*clicked);
        *dismissed |= shown.dismissed;
    });
    harness.run();
    harness.get_by_role_and_label(Role::Alert, "SharePoint refused the sign-in");
    harness.get_by_label("Copy the error").click();
    harness.run();
    assert_eq!(harness.state().0, Some(1));
    harness.get_by_label("Dismiss").click();
    harness.run();
    assert!(harness.state().1);
}

// waiting

fn painted_text<S>(harness: &Harness<'_, S>, wanted: &str) -> bool {
    fn within(shape: &egui::Shape, wanted: &str) -> bool {
        match shape {
            egui::Shape::Vec(shapes) => shapes.iter().any(|shape| within(shape, wanted)),
            egui::Shape::Text(text) => text.galley.text() == wanted,
            _ => false,
        }
    }
    harness.output().shapes.iter().any(|clipped| within(&clipped.shape, wanted))
}

#[test]
fn the_indicator_is_announced_at_once_but_seen_only_after_a_moment() {
    const REASON: &str = "Waiting for you in the browser";
    let mut harness = Harness::builder().with_step_dt(0.05).with_context_setup(theme::apply).build_ui_state(
        |ui, shown: &mut bool| {
            if *shown {
                kit::waiting(ui, REASON);
            }
        },
        false,
    );
    *harness.state_mut() = true;
    harness.step();
    assert!(!painted_text(&harness, REASON));
    harness.get_by_role_and_label(Role::ProgressIndicator, REASON);
    let place = harness.get_by_label(REASON).rect();
    harness.run_steps(2);
    assert!(!painted_text(&harness, REASON), "quick work must not flash");
    harness.run_steps(2);
    assert!(painted_text(&harness, REASON));
    assert_eq!(harness.get_by_label(REASON).rect(), place, "nothing may jump");

    // A later wait starts anew.
    *harness.state_mut() = false;
    harness.run_steps(6);
    *harness.state_mut() = true;
    harness.step();
    assert!(!painted_text(&harness, REASON));
}

fn repaint_delay<S>(harness: &Harness<'_, S>) -> std::time::Duration {
    harness.output().viewport_output[&egui::ViewportId::ROOT].repaint_delay
}

#[test]
fn the_indicator_sleeps_between_steps_and_stands_still_on_wish() {
    let mut harness = harness((), |ui, ()| {
        kit::waiting(ui, "Reading spaces");
    });
    harness.run_steps(6);
    let delay = repaint_delay(&harness);
    assert!(delay >= std::time::Duration::from_millis(50), "paints every {delay:?}");
    theme::set_reduced_motion(&harness.ctx, true);
    harness.run();
    assert_eq!(repaint_delay(&harness), std::time::Duration::MAX, "a still indicator paints nothing anew");
    harness.get_by_role_and_label(Role::ProgressIndicator, "Reading spaces");
}

// toasts

fn toast_harness() -> Harness<'static, Toasts> {
    let mut harness = Harness::builder()
        .with_size([640.0, 480.0])
        .with_step_dt(0.5)
        .with_context_setup(theme::apply)
        .build_ui_state(|ui, toasts: &mut Toasts| toasts.show(ui), Toasts::default());
    harness.state_mut().done("Report copied");
    harness.run_steps(2);
    harness
}

#[test]
fn a_toast_goes_by_itself() {
    let mut harness = toast_harness();
    harness.get_by_role_and_label(Role::Status, "Report copied");
    harness.run_steps(6);
    assert_eq!(harness.state().len(), 1);
    harness.run_steps(3);
    assert!(harness.state().is_empty());
    assert!(harness.query_by_label("Report copied").is_none());
}

#[test]
fn a_toast_stays_while_it_is_pointed_at() {
    let mut harness = toast_harness();
    let middle = harness.get_by_role_and_label(Role::Status, "Report copied").rect().center();
    harness.hover_at(middle);
    harness.run_steps(40);
    assert_eq!(harness.state().len(), 1);
    harness.hover_at(egui::pos2(10.0, 10.0));
    harness.run_steps(9);
    assert!(harness.state().is_empty());
}

#[test]
fn a_toast_can_be_sent_away_and_the_same_message_comes_only_once() {
    let mut harness = toast_harness();
    harness.state_mut().done("Report copied");
    harness.state_mut().info("Practice mode is on");
    harness.run_steps(2);
    assert_eq!(harness.state().len(), 2);
    harness.get_by_label("Dismiss: Report copied").click();
    harness.run_steps(2);
    assert_eq!(harness.state().len(), 1);
    harness.get(by().role(Role::Status).label("Practice mode is on"));
}

// the rule that keeps the looks in one place

#[test]
fn no_view_names_a_colour() {
    fn rust_files(folder: &std::path::Path, found: &mut Vec<std::path::PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && !path.ends_with("kit") {
                rust_files(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    let mut files = Vec::new();
    rust_files(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut files);
    assert!(files.iter().any(|file| file.ends_with("main.rs")));
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        for literal in ["Color32::from_", "Color32::WHITE", "Color32::BLACK", "Color32::RED", "Rgba::from_", "hex_color!"] {
            assert!(!text.contains(literal), "{} names a colour ({literal}): take a token", file.display());
        }
    }
}
