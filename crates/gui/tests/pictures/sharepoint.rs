//! The SharePoint card by its ways of signing in.

use egui_kittest::SnapshotResults;
use engine::forms::SharePointMethod;
use preflight::{Field, TargetKind, UserPrompt};
use url::Url;
use zeroize::Zeroizing;

use super::{BOTH, DARK, LIGHT, Shown, TENANT_FOUND, USUAL, filled_in, now, pictures, running};

fn by(method: SharePointMethod) -> Shown {
    let mut desk = filled_in();
    desk.sharepoint.method = method;
    Shown { desk, ..Shown::default() }
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
    pictures(&mut results, "more_options", USUAL, LIGHT, || {
        let mut shown = by(SharePointMethod::Interactive);
        shown.desk.focus = Some(Field::ExpectedAccount);
        shown
    });
}
