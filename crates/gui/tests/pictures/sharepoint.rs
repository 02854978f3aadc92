//! The SharePoint card by its ways of signing in.

use std::sync::Arc;

use egui_kittest::SnapshotResults;
use engine::forms::SharePointMethod;
use gui::certificate::{Inspection, NewCertificateForm};
use gui::desk::Page;
use gui::request::Request;
use gui::sites::State;
use practice::markers::Kind;
use preflight::{Cause, Field, Hint, HintAction, Identity, Outcome, Report, Secret, SitesReport, Target, TargetKind, UserPrompt, gallery};
use url::Url;
use zeroize::Zeroizing;

use super::{BOTH, DARK, LIGHT, Over, Shown, TENANT_FOUND, USUAL, filled_in, now, pictures, report, running};

fn by(method: SharePointMethod) -> Shown {
    let mut desk = filled_in();
    desk.sharepoint.method = method;
    Shown { desk, ..Shown::default() }
}

/// With a certificate of the tests of signing in, read already.
fn by_certificate(file: &str, password: Option<&str>) -> Shown {
    let mut shown = by(SharePointMethod::Certificate);
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../entra-auth/tests/certificates").join(file);
    let password = password.map(|password| Secret::new(password.to_owned()));
    // the tests' certificates are younger than the pictures
    let in_a_month = now().checked_add(std::time::Duration::from_hours(30 * 24)).expect("a time");
    shown.desk.sharepoint.certificate = format!("/srv/wiki/{file}");
    shown.desk.certificate = Inspection::Read(engine::certificate::inspect(&path, password.as_ref(), in_a_month));
    shown.desk.certificate_password = Zeroizing::new("a password".to_owned());
    shown.desk.left.extend([Field::CertificateFile, Field::CertificatePassword].map(Field::label));
    shown
}

fn with_code() -> Shown {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().expect("a runtime");
    let mut shown = by(SharePointMethod::DeviceCode);
    let url = Url::parse("https://microsoft.com/devicelogin").expect("a URL");
    let expires_at = now().checked_add(std::time::Duration::from_secs(872)).expect("a time");
    let prompt = UserPrompt::DeviceCode { code: "F7K2M9QXH".to_owned(), url, expires_at };
    shown.desk.sharepoint_test.state = running(&runtime, engine::plan(TargetKind::SharePoint), TENANT_FOUND, Some(prompt));
    Shown { _runtime: Some(runtime), ..shown }
}

#[test]
fn ways_of_signing_in() {
    let mut results = SnapshotResults::new();
    pictures(&mut results, "device_code", USUAL, BOTH, with_code);
    pictures(&mut results, "device_code_small", super::SMALLEST, LIGHT, with_code);
    pictures(&mut results, "client_secret", USUAL, LIGHT, || by(SharePointMethod::ClientSecret));
    pictures(&mut results, "password", USUAL, DARK, || {
        let mut shown = by(SharePointMethod::Password);
        shown.desk.sharepoint.username = "ada".to_owned();
        shown.desk.password = Zeroizing::new("a password".to_owned());
        shown.desk.left.insert(Field::Username.label());
        shown
    });
    pictures(&mut results, "certificate", USUAL, BOTH, || by_certificate("modern.pfx", Some(&Kind::KeyPassphrase.of("file"))));
    pictures(&mut results, "certificate_problem", USUAL, DARK, || by_certificate("modern.pfx", Some("not the password")));
    pictures(&mut results, "more_options", USUAL, LIGHT, || {
        let mut shown = by(SharePointMethod::Interactive);
        shown.desk.focus = Some(Field::ExpectedAccount);
        shown.desk.remember = Some(true);
        shown
    });
    pictures(&mut results, "no_keychain", NARROW, DARK, || {
        let mut shown = by(SharePointMethod::Interactive);
        shown.desk.focus = Some(Field::ExpectedAccount);
        shown.desk.remember = Some(true);
        shown.desk.no_keychain = Some("Sign-ins cannot be remembered: no Secret Service (such as GNOME Keyring or KWallet) runs in this session. This sign-in stays in memory and ends with the program".into());
        shown
    });
    pictures(&mut results, "narrow", NARROW, DARK, || by_certificate("modern.pfx", Some(&Kind::KeyPassphrase.of("file"))));
    // at 200 %
    pictures(&mut results, "sharp", [540.0, 700.0], &[(egui::Theme::Dark, 2.0)], || by(SharePointMethod::ClientSecret));
}

/// The usual small laptop window.
const NARROW: [f32; 2] = [900.0, 600.0];

/// Tall enough for a whole result.
const WHOLE_RESULT: [f32; 2] = [760.0, 1500.0];

fn over(report: Report) -> Shown {
    Shown { over: Over::Report(Box::new(report)), ..Shown::default() }
}

fn somebody_else() -> Report {
    let mut report = report("sharepoint_all_good");
    report.identity = report.identity.map(|identity| Identity {
        home_tenant: Some("99999999-aaaa-4bbb-8ccc-888888888888".into()),
        expected: Some("grady.archie@contoso.com".into()),
        ..identity
    });
    report.abilities.clear();
    for check in &mut report.checks {
        match check.id.0 {
            "sharepoint.address" | "sharepoint.tenant" | "sharepoint.credential" | "sharepoint.sign_in" => {}
            "sharepoint.identity" => {
                check.outcome = Outcome::Failed;
                check.cause = Some(Cause::EntraWrongAccount);
                check.summary = "adele.vance@contoso.com signed in, but grady.archie@contoso.com was expected".into();
                check.hints = vec![Hint::with("Test again and choose grady.archie@contoso.com", HintAction::Retry)];
            }
            _ => {
                check.outcome = Outcome::Skipped;
                check.summary = "Not reached".into();
            }
        }
    }
    report
}

#[test]
fn whole_results() {
    let mut results = SnapshotResults::new();
    pictures(&mut results, "verdict", WHOLE_RESULT, BOTH, || over(report("plan_b")));
    pictures(&mut results, "verdict_small", super::SMALLEST, LIGHT, || over(report("plan_b")));
    pictures(&mut results, "request", super::AROUND_A_DIALOG, BOTH, || {
        let report = gallery::reports().into_iter().find_map(|(_, report)| report.request.clone()).expect("in the gallery");
        Shown { over: Over::Request(Box::new(Request::new(None, report))), ..Shown::default() }
    });
    pictures(&mut results, "new_certificate", super::AROUND_A_DIALOG, LIGHT, || {
        let form = NewCertificateForm { folder: "/srv/wiki".to_owned(), ..NewCertificateForm::default() };
        Shown { over: Over::NewCertificate(Box::new(form)), ..Shown::default() }
    });
    pictures(&mut results, "wrong_account", super::AROUND_A_DIALOG, BOTH, || over(somebody_else()));
}

/// A list of sites with every kind of outcome.
fn sites(text: &str, names: &[&str]) -> Shown {
    let mut shown = Shown::default();
    shown.desk.page = Page::Sites;
    text.clone_into(&mut shown.desk.sites.text);
    if !names.is_empty() {
        let reports = names.iter().map(|name| report(name)).collect::<Vec<_>>();
        let sites = reports.iter().zip(1..).map(|(report, number)| Report {
            target: Target { address: format!("https://contoso.sharepoint.com/sites/team-{number}").into(), ..report.target.clone() },
            ..report.clone()
        });
        let sites: Vec<Report> = sites.collect();
        let request = sites.iter().find_map(|report| report.request.clone());
        let more = vec![Vec::new(); sites.len()];
        let report = SitesReport { outcome: SitesReport::worst(&sites), sites, columns: Vec::new(), more, request, interrupted: false };
        shown.desk.sites.state = State::Done { report: Arc::new(report), at: now() };
        shown.desk.sites.cursor = Some(1);
    }
    shown
}

#[test]
fn several_sites() {
    let mut results = SnapshotResults::new();
    let text = "https://contoso.sharepoint.com/sites/team-1\nhttps://contoso.sharepoint.com/sites/team-2\nteam three\n";
    pictures(&mut results, "sites_list", USUAL, LIGHT, || sites(text, &[]));
    let names = ["sharepoint_all_good", "plan_b", "wrong_tenant", "graph_consent_missing", "sharepoint_all_good"];
    pictures(&mut results, "sites", USUAL, BOTH, || sites(text, &names));
    pictures(&mut results, "sites_small", super::SMALLEST, DARK, || sites(text, &names));
}
