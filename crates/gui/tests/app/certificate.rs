//! The certificate: read and shown before it is used, wrong at the field where it can be put right, made new.

use std::sync::Arc;

use egui::Key;
use practice::entra::App;
use practice::markers::{self, Kind};
use practice::sharepoint::{Cloud, Situation};

use crate::harness::Window;
use crate::sharepoint::at_a_site;

/// A window at a site whose app signs in by itself, and the file of its certificate.
fn at_an_app() -> (Window, Arc<Cloud>, String) {
    let (mut window, cloud) = at_a_site(Situation::AppOnly);
    let certificate = cloud.certificate.as_ref().expect("a situation of an app");
    let file = window.folder().join("app.pem");
    std::fs::write(&file, format!("{}{}", certificate.pem(), certificate.key_pem())).expect("written");
    window.click("Certificate");
    (window, cloud, file.display().to_string())
}

#[test]
fn a_certificate_is_shown_before_it_is_used() {
    let (mut window, cloud, file) = at_an_app();
    window.types("Certificate file", &file);
    window.focus("Tenant ID");
    window.until_sees("Thumbprint");
    window.sees("CN=Wiki Migration (practice)");
    assert!(cloud.entra_server().requests().is_empty(), "nobody was asked yet");
    window.click("Test SharePoint connection");
    window.until_sees("Test result");
    window.sees("App by itself");
    window.sees_part("SharePoint works as");
    window.sees_no("Sign in as someone else");
    assert!(markers::found_in(&window.tree()).is_empty());
    window.key(Key::Escape);
    window.unfocus();
    window.runs_until("stored", |window| window.stored().contains("app.pem"));
}

#[test]
fn enter_in_its_field_reads_it_first_and_tests_then() {
    let (mut window, _cloud, file) = at_an_app();
    window.types("Certificate file", &file);
    window.key(Key::Enter);
    window.until_sees("Test result");
    window.sees_part("SharePoint works as");
}

#[test]
fn what_is_wrong_with_a_certificate_is_told_at_its_field() {
    let (mut window, _cloud, file) = at_an_app();
    let tests = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../entra-auth/tests/certificates");
    let at = |name: &str| tests.join(name).display().to_string();
    for (path, password, field, told) in [
        ("no-such-file.pfx".to_owned(), "", "Certificate file", "There is no certificate file"),
        (at("modern.pfx"), "", "Certificate password", "protected by a password"),
        (at("modern.pfx"), &*Kind::KeyPassphrase.of("wrong"), "Certificate password", "does not open"),
        (at("cert-only.pfx"), &*Kind::KeyPassphrase.of("file"), "Certificate file", "without its private key"),
    ] {
        window.replaces("Certificate password", password);
        window.replaces("Certificate file", &path);
        window.key(Key::Enter);
        window.until_sees_part(told);
        assert!(window.is_invalid(field), "{path}: {}", window.tree());
        window.sees_no("Cancel");
    }
    assert!(markers::found_in(&window.tree()).is_empty());
    // what is typed anew is no longer wrong
    window.replaces("Certificate file", &file);
    assert!(!window.is_invalid("Certificate file") && !window.is_invalid("Certificate password"));
}

#[test]
fn a_certificate_is_made_uploaded_and_used() {
    let (mut window, cloud, _file) = at_an_app();
    window.click("Make a certificate…");
    window.sees("Make a certificate");
    window.replaces("Folder", &window.folder().display().to_string());
    window.types("Password for the file", &Kind::KeyPassphrase.of("made"));
    window.click("Make");
    window.until_sees("The certificate is made");
    window.sees_part("Upload certificate");
    assert!(markers::found_in(&window.tree()).is_empty());
    let cer = std::fs::read(window.folder().join("wiki-migration.cer")).expect("the CER file");
    let uploaded = cloud.entra.edit_app(&cloud.client_id, |app: &mut App| app.upload_certificate(&cer).expect("taken"));
    assert!(uploaded);
    window.click("Use this certificate");
    window.sees("CN=Wiki migration");
    window.click("Test SharePoint connection");
    window.until_sees("Test result");
    window.sees_part("SharePoint works as");
    window.key(Key::Escape);
    // a second one of that name would overwrite the first
    window.replaces("Certificate file", "another.pfx");
    window.click("Make a certificate…");
    window.replaces("Folder", &window.folder().display().to_string());
    window.click("Make");
    window.until_sees_part("is there already");
    assert!(markers::found_in(&window.stored()).is_empty());
}

#[test]
fn practice_has_a_certificate_of_its_own() {
    let mut window = Window::new(crate::settings::welcomed);
    window.practises("App for selected sites");
    window.sees("CN=Wiki Migration (practice)");
    window.click("Test SharePoint connection");
    window.until_sees("Test result");
    window.sees("App by itself");
}
