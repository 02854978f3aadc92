//! Certificates from outside: `wayleave cert new`, and `wayleave check sharepoint --sign-in certificate`.

use std::process::Command;

use end_to_end::program::{Home, Run, Said};
use practice::entra::{App, ClientCertificate};
use practice::markers::Kind;
use practice::sharepoint::{Cloud, Situation};

/// Where the program runs, and the file that the app signs in with.
struct Desk {
    cloud: Cloud,
    home: Home,
    file: String,
}

impl Desk {
    async fn of(situation: Situation) -> Self {
        let cloud = Cloud::start(situation).await.expect("a practice cloud");
        let certificate = cloud.certificate.as_ref().expect("a situation of an app");
        let home = Home::new();
        let file = home.file("app.pem", &format!("{}{}", certificate.pem(), certificate.key_pem()));
        Self { cloud, home, file }
    }

    /// Runs the check, in a home of its own.
    async fn check(&self, more: &[&str]) -> Said {
        let (site, authority) = (self.cloud.site(), self.cloud.authority());
        let words = ["check", "sharepoint", &site, "--client-id", &self.cloud.client_id, "--authority", &authority, "--json"];
        let certificate = ["--sign-in", "certificate", "--certificate", &self.file];
        let run = Run::new(Home::new(), &[&words, &certificate[..], more].concat());
        run.env("BROWSER", "false").env("CERT_PASSWORD", Kind::KeyPassphrase.of("wiki")).end().await
    }
}

fn token_requests(cloud: &Cloud) -> usize {
    cloud.entra_server().requests().iter().filter(|request| request.path.ends_with("/oauth2/v2.0/token")).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_by_itself_gets_the_verdict_that_its_permissions_are_worth() {
    use Situation as S;
    for (situation, verdict, abilities) in [
        (S::AppOnly, "0 passed -", "yes yes yes yes"),
        (S::AppPlanB, "1 limited sharepoint.scope-insufficient", "yes no no no"),
        (S::AppSelected, "0 passed -", "yes yes yes no"),
        (S::AppNotGranted, "2 failed sharepoint.not-granted-to-app", "no no no no"),
        (S::AppWithoutPermission, "2 failed sharepoint.scope-insufficient", "no no no no"),
        (S::CertificateUnknown, "2 failed entra.certificate-rejected", ""),
    ] {
        let desk = Desk::of(situation).await;
        let said = desk.check(&[]).await;
        assert_eq!(said.verdict(), verdict, "{situation:?}: {said:?}");
        let json = said.json();
        let told: Vec<&str> = json["abilities"].as_array().expect("abilities").iter().filter_map(|a| a["outcome"].as_str()).collect();
        assert_eq!(told.join(" "), abilities, "{situation:?}: {said:?}");
        let credential = &json["checks"][2];
        let thumbprint = credential["details"]["thumbprint"].as_str().expect("a thumbprint");
        assert!(said.err.contains(thumbprint), "shown before it is used: {said:?}");
        if situation == S::CertificateUnknown {
            assert_eq!(token_requests(&desk.cloud), 1, "one attempt");
        } else {
            assert_eq!(json["identity"]["kind"], "app");
            assert_eq!(json["identity"]["account"], desk.cloud.client_id.as_str());
            assert_eq!(token_requests(&desk.cloud), 2, "one for SharePoint, one for Graph");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_takes_only_the_older_signature_gets_it_after_one_refusal() {
    let desk = Desk::of(Situation::AppOnly).await;
    assert!(desk.cloud.entra.edit_app(&desk.cloud.client_id, |app| app.only_rs256 = true));
    let said = desk.check(&[]).await;
    assert_eq!(said.verdict(), "0 passed -", "{said:?}");
    assert_eq!(said.json()["checks"][3]["details"]["assertion_signed_with"], "RS256");
    assert_eq!(token_requests(&desk.cloud), 3, "Graph's token is asked for by what worked");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_cannot_be_used_fails_the_test_and_says_why() {
    let mut desk = Desk::of(Situation::AppOnly).await;
    let certificate = desk.cloud.certificate.clone().expect("a certificate");
    let missing = desk.home.path().join("nowhere.pfx").display().to_string();
    let alone = desk.home.file("alone.cer", certificate.pem());
    let text = desk.home.file("text.pem", "not a certificate");
    let folder = desk.home.path().display().to_string();
    for (file, sentence) in [
        (missing, "There is no certificate file at this path"),
        (alone, "The file holds a certificate without its private key"),
        (text, "This is not a certificate file"),
        (folder, "This is a folder, not a certificate file"),
    ] {
        desk.file = file;
        let said = desk.check(&[]).await;
        assert_eq!(said.verdict(), "2 failed entra.certificate-unreadable", "{said:?}");
        assert!(said.out.contains(sentence), "{sentence}: {said:?}");
    }
    assert_eq!(token_requests(&desk.cloud), 0, "nobody was asked");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expired_certificate_is_found_here() {
    let desk = Desk::of(Situation::AppOnly).await;
    let old = ClientCertificate::new("old", "2024-01-01T00:00:00Z".parse().expect("a time")).expect("made");
    let file = desk.home.file("old.pem", &format!("{}{}", old.pem(), old.key_pem()));
    let desk = Desk { file, ..desk };
    let said = desk.check(&[]).await;
    assert_eq!(said.verdict(), "2 failed entra.certificate-expired", "{said:?}");
    assert_eq!(token_requests(&desk.cloud), 0, "nobody was asked");
}

fn openssl(words: &[&str]) -> String {
    let output = Command::new("openssl").args(words).output().expect("openssl is installed");
    assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

/// Whether OpenSSL is there to look at the files; it is no part of the product.
fn has_openssl() -> bool {
    Command::new("openssl").arg("version").output().is_ok_and(|output| output.status.success())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_certificate_is_made_looked_at_uploaded_and_used() {
    let password = Kind::KeyPassphrase.of("wiki");
    let home = Home::new();
    let words = ["cert", "new", "--out", "keys", "--name", "Wiki migration", "--days", "30", "--password-env", "CERT_PASSWORD"];
    let made = |home: &Home| {
        let mut command = home.command("wayleave");
        command.args(words).env("CERT_PASSWORD", &password).output().expect("run")
    };
    let output = made(&home);
    let said = String::from_utf8(output.stdout).expect("text");
    assert_eq!(output.status.code(), Some(0), "{said}{}", String::from_utf8_lossy(&output.stderr));
    let (pfx, cer) = (home.path().join("keys/wiki-migration.pfx"), home.path().join("keys/wiki-migration.cer"));
    let thumbprint = said.lines().find_map(|line| line.strip_prefix("Thumbprint")).expect("told").trim().to_owned();
    assert!(said.contains("Upload certificate"), "{said}");
    home.keeps_secrets();

    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(std::fs::metadata(&pfx).expect("there").permissions().mode() & 0o777, 0o600);
    }
    let (pfx_path, cer_path) = (pfx.display().to_string(), cer.display().to_string());
    if has_openssl() {
        let pass = format!("pass:{password}");
        let shown = openssl(&["pkcs12", "-in", &pfx_path, "-passin", &pass, "-nokeys"]);
        assert!(shown.contains("BEGIN CERTIFICATE"), "{shown}");
        let fingerprint = openssl(&["x509", "-in", &cer_path, "-noout", "-fingerprint", "-sha1", "-subject"]).replace(':', "");
        assert!(fingerprint.contains(&thumbprint) && fingerprint.contains("Wiki migration"), "{fingerprint}");
    }

    // nothing is overwritten, not even by itself
    let (before, again) = (std::fs::read(&pfx).expect("there"), made(&home));
    assert_eq!(again.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&again.stderr).contains("nothing is overwritten"));
    assert_eq!(std::fs::read(&pfx).expect("there"), before);

    // what is uploaded is the CER file
    let desk = Desk::of(Situation::CertificateUnknown).await;
    let upload = |app: &mut App| {
        app.upload_certificate(&before).expect_err("not the private key");
        app.upload_certificate(&std::fs::read(&cer).expect("there")).expect("a certificate");
    };
    assert!(desk.cloud.entra.edit_app(&desk.cloud.client_id, upload));
    let said = Desk { file: pfx_path, ..desk }.check(&["--certificate-password-env", "CERT_PASSWORD"]).await;
    assert_eq!(said.verdict(), "0 passed -", "{said:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn flags_that_do_not_fit_are_usage() {
    let cloud = Cloud::start(Situation::AllWell).await.expect("a practice cloud");
    let (site, authority) = (cloud.site(), cloud.authority());
    for (more, sentence) in [
        (&["--sign-in", "certificate"][..], "--certificate FILE"),
        (&["--certificate", "app.pfx"], "--sign-in certificate"),
        (&["--sign-in", "certificate", "--certificate-password-env", "X"], "--certificate"),
        (&["--sign-in", "certificate", "--certificate", "app.pfx", "--certificate-password-env", "NOT_SET_ANYWHERE"], "NOT_SET_ANYWHERE"),
        (&["--sign-in", "certificate", "--certificate", "app.pfx", "--expect-account", "ada@heathervale.example"], "contradicts"),
    ] {
        let words = ["check", "sharepoint", &site, "--client-id", &cloud.client_id, "--authority", &authority];
        let said = Run::new(Home::new(), &[&words, more].concat()).end().await;
        assert_eq!(said.code, Some(64), "{more:?}: {said:?}");
        assert!(said.err.contains(sentence) && said.out.is_empty(), "{more:?}: {said:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn practice_signs_in_with_a_certificate_of_its_own() {
    for (situation, code) in [("app-only", 0), ("app-not-granted", 2)] {
        let said = Run::new(Home::new(), &["check", "sharepoint", "--practice", situation, "--json"]).env("BROWSER", "false").end().await;
        assert_eq!(said.code, Some(code), "{said:?}");
        assert_eq!(said.json()["identity"]["kind"], "app");
    }
}
