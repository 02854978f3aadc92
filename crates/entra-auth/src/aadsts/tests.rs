use std::fmt::Write as _;

use preflight::{HintAction, SafeText};

use super::*;
use crate::testing::read;

#[test]
fn whole_numbers_only() {
    let table: &[(&str, &[u32])] = &[
        ("AADSTS65001: The user or administrator has not consented", &[65001]),
        ("AADSTS650052: The app needs access to a service", &[650_052]),
        ("AADSTS50020", &[50020]),
        ("AADSTS500207", &[500_207]),
        ("aadsts50011 and AADSTS50011 again", &[50011]),
        ("error_codes: AADSTS70002, AADSTS70008.", &[70002, 70008]),
        ("Error 50011", &[50011]),
        ("50011", &[50011]),
        ("50011.", &[50011]),
        ("code: 50011: the reply address", &[50011]),
        ("x50011", &[]),
        ("50011x", &[]),
        ("150011", &[]),
        ("5001", &[]),
        ("request 50011-22 of 7", &[]),
        // the ids of an error page are full of digits
        ("Correlation Id: 50011a00-0000-4000-8000-000050011000", &[]),
        ("AADSTS991", &[]),
        ("AADSTS", &[]),
        ("AADSTS12345678 is unknown to us", &[12_345_678]),
        ("AADSTS123456789", &[]),
        ("12345678", &[]),
        // with the prefix somewhere, bare numbers are something else
        ("AADSTS50105: user 50011", &[50105]),
        ("ſAADSTS50105 größe", &[50105]),
    ];
    for (text, expected) in table {
        assert_eq!(codes_in(text), *expected, "{text}");
    }
}

#[test]
fn the_table_is_whole() {
    let entries: Vec<&Entry> = table().collect();
    assert!(entries.len() > 180, "{}", entries.len());
    for entry in &entries {
        let sentences = std::iter::once(&entry.says).chain(&entry.todo);
        for sentence in sentences {
            assert!(
                !sentence.trim().is_empty() && !sentence.ends_with('.') && sentence.starts_with(char::is_uppercase),
                "{}: {sentence}",
                entry.code
            );
            assert_eq!(SafeText::from(sentence.clone()).as_str(), sentence, "{}: would be masked", entry.code);
        }
        assert!(!entry.todo.is_empty(), "{}: nothing to do", entry.code);
        assert!(matches!(entry.cause.as_str().split('.').next(), Some("entra" | "network")), "{}", entry.code);
    }
    // the numbers that the vocabulary of causes names
    let named = [
        (90002, "entra.tenant-not-found"),
        (900_023, "entra.tenant-not-found"),
        (700_016, "entra.app-not-found"),
        (7_000_229, "entra.app-not-found"),
        (7_000_112, "entra.app-disabled"),
        (50194, "entra.tenant-needed"),
        (50011, "entra.redirect-uri"),
        (500_113, "entra.redirect-uri"),
        (7_000_218, "entra.public-client-disabled"),
        (700_025, "entra.app-type"),
        (9_002_326, "entra.app-type"),
        (65001, "entra.consent-required"),
        (90094, "entra.admin-consent-required"),
        (90095, "entra.admin-consent-required"),
        (65005, "entra.admin-consent-required"),
        (65004, "entra.consent-declined"),
        (50105, "entra.user-not-assigned"),
        (50020, "entra.account-not-in-tenant"),
        (50034, "entra.account-not-in-tenant"),
        (90072, "entra.account-not-in-tenant"),
        (51004, "entra.account-not-in-tenant"),
        (50126, "entra.password-rejected"),
        (50053, "entra.account-blocked"),
        (50057, "entra.account-blocked"),
        (50055, "entra.password-expired"),
        (50072, "entra.mfa-required"),
        (50074, "entra.mfa-required"),
        (50076, "entra.mfa-required"),
        (50079, "entra.mfa-required"),
        (50158, "entra.mfa-required"),
        (53003, "entra.conditional-access"),
        (53000, "entra.device-required"),
        (53001, "entra.device-required"),
        (530_003, "entra.device-required"),
        (530_033, "entra.device-required"),
        (50129, "entra.device-required"),
        (50097, "entra.device-required"),
        (530_036, "entra.device-code-blocked"),
        (70020, "entra.device-code-expired"),
        (700_082, "entra.session-expired"),
        (700_084, "entra.session-expired"),
        (70043, "entra.session-expired"),
        (50173, "entra.session-expired"),
        (70008, "entra.session-expired"),
        (54005, "entra.session-expired"),
        (7_000_215, "entra.secret-rejected"),
        (7_000_222, "entra.secret-expired"),
        (700_027, "entra.certificate-rejected"),
        (700_030, "entra.certificate-rejected"),
        (7_000_214, "entra.certificate-rejected"),
        (500_011, "entra.resource-not-available"),
        (650_052, "entra.resource-not-available"),
        (650_057, "entra.resource-not-available"),
        (90033, "entra.temporarily-unavailable"),
    ];
    for (code, cause) in named {
        assert_eq!(lookup(code).expect("in the table").cause.as_str(), cause, "{code}");
    }
}

#[test]
fn every_number_reads_well() {
    let mut text = String::new();
    for entry in table() {
        let fail = explain_text(&format!("AADSTS{}", entry.code)).expect("in the table");
        assert_eq!(fail.cause, entry.cause);
        let page = if entry.page_only { ", seen on the page only" } else { "" };
        writeln!(text, "{} (acts: {}{page})\n{}\n", entry.code, entry.who.as_str(), read(&fail)).expect("to a string");
    }
    insta::assert_snapshot!(text);
}

#[test]
fn a_pasted_page_is_explained_with_its_ids() {
    let page = "Sorry, but we're having trouble signing you in.\n\nAADSTS50105: Your administrator has configured the application to block users.\n\n\
                Request Id: 1\nTrace ID: 0a1b2c3d-0000-4000-8000-00000000aaaa\nCorrelation ID: 0a1b2c3d-0000-4000-8000-00000000bbbb\nTimestamp: 2026-03-02 11:12:13Z\n";
    let fail = explain_text(page).expect("a number is in it");
    assert_eq!(fail.cause, Cause::EntraUserNotAssigned);
    let details: Vec<(&str, &str)> = fail.details.iter().map(|detail| (detail.key, detail.value.as_str())).collect();
    insta::assert_debug_snapshot!(details);
    assert_eq!(explain_text("all is well"), None);
    let unknown = explain_text("AADSTS12345678: new").expect("it is a number of Microsoft's");
    assert_eq!(unknown.cause, Cause::EntraRefused);
    assert!(
        unknown.hints.iter().any(|hint| matches!(&hint.action, Some(HintAction::OpenUrl(url)) if url.query() == Some("code=12345678")))
    );
}
