//! `wayleave check sharepoint` from outside: a real browser signs in on the practice pages, as a person would.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Stdio};

use end_to_end::browser::Browser;
use end_to_end::program::{Home, Said};
use practice::markers;
use practice::sharepoint::{Cloud, Situation};

/// A running check that waits for its person.
struct Waiting {
    child: Child,
    lines: Vec<String>,
    rest: std::thread::JoinHandle<String>,
    /// The sign-in page.
    url: String,
}

fn begin(home: &Home, cloud: &Cloud, more: &[&str]) -> Waiting {
    let mut command = home.command("wayleave");
    command.args(["check", "sharepoint", &cloud.site(), "--client-id", &cloud.client_id, "--tenant", &cloud.tenant_to_enter]);
    command.args(["--authority", &cloud.authority(), "--json", "--timeout", "100"]).args(more);
    // a browser that opens nothing: this test is the browser
    command.env("BROWSER", "true").stdin(Stdio::null());
    let mut child = command.spawn().expect("started");
    let mut reader = BufReader::new(child.stderr.take().expect("piped"));
    let mut lines = Vec::new();
    let url = loop {
        let mut line = String::new();
        assert!(reader.read_line(&mut line).expect("readable") > 0, "it ended before the sign-in: {lines:?}");
        let line = line.trim_end().to_owned();
        lines.push(line.clone());
        if line.contains("/authorize?") {
            break line;
        }
    };
    let rest = std::thread::Builder::new()
        .name("stderr".to_owned())
        .spawn(move || reader.lines().map_while(Result::ok).collect::<Vec<_>>().join("\n"))
        .expect("a thread");
    Waiting { child, lines, rest, url }
}

impl Waiting {
    fn end(self) -> Said {
        let output = self.child.wait_with_output().expect("ended");
        let rest = self.rest.join().expect("read");
        let mut said = Said::from(output);
        said.err = format!("{}\n{rest}", self.lines.join("\n"));
        said.keeps(&markers::all());
        said
    }
}

async fn sign_in(browser: &Browser, cloud: &Cloud, url: &str) {
    browser.client.goto(url).await.expect("the sign-in page");
    browser.type_into("#username", &cloud.user.upn).await;
    browser.click("#next").await;
    // the practice page fills in the practice password by itself
    browser.reads("Enter password").await;
    browser.click("#next").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_signs_in_in_a_real_browser() {
    let browser = Browser::start().await;
    for (situation, accepts, code, cause) in [
        (Situation::AllWell, false, 0, None),
        (Situation::PlanB, true, 1, Some("sharepoint.scope-insufficient")),
        (Situation::Visitor, false, 2, Some("sharepoint.role-insufficient")),
        (Situation::GraphConsentMissing, false, 1, Some("graph.consent-missing")),
    ] {
        let cloud = Cloud::start(situation).await.expect("a practice cloud");
        let home = Home::new();
        let waiting = begin(&home, &cloud, &[]);
        sign_in(&browser, &cloud, &waiting.url).await;
        if accepts {
            browser.click("#accept").await;
        }
        let page = browser.reads("close this").await;
        assert!(page.contains("signed in") || page.contains("Signed in"), "{page}");
        let said = tokio::task::spawn_blocking(|| waiting.end()).await.expect("joined");
        assert_eq!((said.code, said.json()["cause"].as_str()), (Some(code), cause), "{situation:?}: {said:?}");
        assert_eq!(said.json()["identity"]["account"], cloud.user.upn.as_str());
        for (path, content) in home.files() {
            assert!(markers::found_in(&String::from_utf8_lossy(&content)).is_empty(), "a secret is in {}", path.display());
        }
        browser.client.delete_all_cookies().await.expect("forgotten");
    }
    browser.close().await;
}

/// The page shows an error that never reaches the listener: the code is typed in instead.
#[tokio::test(flavor = "multi_thread")]
async fn the_code_on_the_page_can_be_pasted() {
    use std::io::Write as _;
    let cloud = Cloud::start(Situation::RedirectUriNotRegistered).await.expect("a practice cloud");
    let home = Home::new();
    let mut command = home.command("wayleave");
    command.args(["check", "sharepoint", &cloud.site(), "--client-id", &cloud.client_id, "--authority", &cloud.authority(), "--json"]);
    command.env("BROWSER", "true").stdin(Stdio::piped());
    let said = tokio::task::spawn_blocking(move || {
        let mut child = command.spawn().expect("started");
        let mut stdin = child.stdin.take().expect("piped");
        stdin.write_all(b"AADSTS50011: The redirect URI specified in the request does not match\n").expect("written");
        let said = Said::from(child.wait_with_output().expect("ended"));
        drop(stdin);
        said
    });
    let said = said.await.expect("joined");
    assert_eq!((said.code, said.json()["cause"].as_str()), (Some(2), Some("entra.redirect-uri")), "{said:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_signs_in() {
    let cloud = Cloud::start(Situation::AllWell).await.expect("a practice cloud");
    let home = Home::new();
    let mut command = home.command("wayleave");
    command.args(["check", "sharepoint", &cloud.site(), "--client-id", &cloud.client_id, "--authority", &cloud.authority()]);
    command.args(["--json", "--timeout", "2"]).env("BROWSER", "true");
    let said = tokio::task::spawn_blocking(move || Said::from(command.output().expect("ended"))).await.expect("joined");
    assert_eq!((said.code, said.json()["cause"].as_str()), (Some(2), Some("entra.sign-in-timeout")), "{said:?}");
}

/// The site belongs to another tenant: nobody is sent to a browser.
#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_tenant_is_told_before_the_sign_in() {
    let cloud = Cloud::start(Situation::WrongTenant).await.expect("a practice cloud");
    let home = Home::new();
    let mut command = home.command("wayleave");
    command.args(["check", "sharepoint", &cloud.site(), "--client-id", &cloud.client_id, "--tenant", &cloud.tenant_to_enter]);
    command.args(["--authority", &cloud.authority(), "--json"]).env("BROWSER", "false");
    let said = tokio::task::spawn_blocking(move || Said::from(command.output().expect("ended"))).await.expect("joined");
    assert_eq!((said.code, said.json()["cause"].as_str()), (Some(2), Some("entra.tenant-mismatch")), "{said:?}");
    assert!(!said.err.contains("/authorize?"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_right_is_usage() {
    let home = Home::new();
    let id = "6f1d2c3a-8b47-4e59-a0c6-2d9e7b5f4a11";
    let table: &[(&[&str], &str)] = &[
        (&["https://contoso.sharepoint.com/sites/wiki", "--client-id", "not-a-guid"], "Application (client) ID"),
        (&["https://contoso.sharepoint.com/sites/wiki"], "--client-id"),
        (&["https://contoso.sharepoint.com/sites/wiki", "--client-id", id, "--tenant", "common"], "Tenant ID"),
        (&["not an address", "--client-id", id], "SharePoint site address"),
    ];
    for (words, sentence) in table {
        let mut command = home.command("wayleave");
        command.args(["check", "sharepoint"]).args(*words);
        let said = tokio::task::spawn_blocking(move || Said::from(command.output().expect("ended"))).await.expect("joined");
        assert_eq!(said.code, Some(64), "{words:?}: {said:?}");
        assert!(said.err.contains(sentence), "{words:?}: {said:?}");
    }
}

#[test]
fn a_code_is_explained_offline() {
    let home = Home::new();
    for words in
        [vec!["50105"], vec!["AADSTS50105"], vec!["The browser says AADSTS50105: Your administrator has configured the application"]]
    {
        let said = Said::from(home.command("wayleave").arg("explain").args(&words).output().expect("ended"));
        assert_eq!(said.code, Some(0), "{said:?}");
        assert!(said.out.contains("administrator"), "{said:?}");
    }
    let said = Said::from(home.command("wayleave").args(["explain", "nothing of that kind"]).output().expect("ended"));
    assert_eq!(said.code, Some(64), "{said:?}");
}
