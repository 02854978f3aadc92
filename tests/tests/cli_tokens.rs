//! Every kind of token, from outside, with what each call carried as the server saw it.

use end_to_end::program::{Home, Said, wayleave};
use practice::Credential;
use practice::confluence::{Builder, Confluence, Front, GATE_CLIENT, GATE_HEADER, PAGE_PASSWORD, Switches, Who, gate_secret};

const LIMITED: &str = "1 limited confluence.not-administrator";

async fn wiki(change: impl FnOnce(Builder) -> Builder) -> Confluence {
    change(Confluence::builder()).start().await.expect("a practice wiki")
}

async fn check(wiki: &Confluence, secret: &str, more: &[&str]) -> Said {
    let address = wiki.base();
    let run = wayleave(&[&["check", "confluence", &address, "--json", "--token-env", "T"], more].concat()).env("T", secret);
    let run = run.env("GATE", gate_secret()).env("CLIENT", GATE_CLIENT);
    match wiki.gateway() {
        Some(gateway) => run.env("WAYLEAVE_ATLASSIAN_GATEWAY", gateway.origin()).end().await,
        None => run.end().await,
    }
}

/// How often each kind of credential came to the site.
fn carried(wiki: &Confluence, kind: Credential) -> usize {
    wiki.server().requests().iter().filter(|seen| seen.credential == kind).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn personal_tokens_by_version_and_setting() {
    for (version, has_tokens) in
        [("6.15", false), ("7.4", false), ("7.13", true), ("7.19", true), ("8.5", true), ("9.2", true), ("10.0", true)]
    {
        let wiki = wiki(|wiki| wiki.data_center(version)).await;
        let said = check(&wiki, &Who::Super.pat(), &[]).await;
        let expected = if has_tokens { "0 passed -" } else { "2 failed confluence.token-unsupported" };
        assert_eq!(said.verdict(), expected, "{version}");
        assert_eq!(carried(&wiki, Credential::Bearer) > 0, has_tokens, "{version}: a version without tokens is sent none");
    }
    let off = |switches: &mut Switches| (switches.tokens, switches.anonymous) = (false, true);
    let wiki = wiki(|wiki| wiki.switches(off)).await;
    assert_eq!(check(&wiki, &Who::Super.pat(), &[]).await.verdict(), "2 failed confluence.token-unsupported");
    assert_eq!(carried(&wiki, Credential::Bearer), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_credential_has_one_attempt() {
    type Switch = fn(&mut Switches);
    let off: Switch = |switches| switches.basic = false;
    let captcha: Switch = |switches| switches.captcha_after = Some(0);
    let as_is: Switch = |_switches| {};
    let name = Who::Super.username();
    let with_name = ["--user", name];
    let table: [(Switch, String, &[&str], Credential, &str); 6] = [
        (as_is, Who::Super.pat() + "x", &[], Credential::Bearer, "confluence.treated-as-anonymous"),
        (as_is, Who::Super.password() + "x", &with_name, Credential::Basic, "confluence.credential-rejected"),
        (as_is, Who::Super.pat(), &with_name, Credential::Basic, "confluence.credential-rejected"),
        (off, Who::Super.password(), &with_name, Credential::Basic, "confluence.basic-disabled"),
        (captcha, Who::Super.password(), &with_name, Credential::Basic, "confluence.captcha-required"),
        (as_is, Who::Unlicensed.password(), &["--user", Who::Unlicensed.username()], Credential::Basic, "confluence.no-access"),
    ];
    for (switch, secret, more, kind, cause) in table {
        let wiki = wiki(|wiki| wiki.data_center("8.5").switches(switch)).await;
        let said = check(&wiki, &secret, more).await;
        assert_eq!(said.verdict(), format!("2 failed {cause}"));
        assert_eq!(carried(&wiki, kind), 1, "{cause}");
    }
    let cloud = wiki(Builder::cloud).await;
    let said = check(&cloud, &(Who::Super.api_token() + "x"), &["--email", Who::Super.email()]).await;
    assert_eq!(said.verdict(), "2 failed confluence.credential-rejected");
    assert_eq!(carried(&cloud, Credential::Basic), 1);
    assert!(cloud.gateway().is_some_and(|gateway| gateway.requests().is_empty()), "a pair that the site refuses is not tried elsewhere");
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_of_an_app_in_the_place_of_the_password() {
    let wiki = wiki(|wiki| wiki.data_center("7.4").switches(|switches| switches.token_app = true)).await;
    let name = ["--user", Who::Super.username()];
    assert_eq!(check(&wiki, &Who::Super.app_token(), &name).await.verdict(), "0 passed -");
    assert_eq!(check(&wiki, &Who::Super.password(), &name).await.verdict(), "2 failed confluence.basic-disabled");
}

#[tokio::test(flavor = "multi_thread")]
async fn cloud_tokens_find_their_door() {
    let email = ["--email", Who::Super.email()];
    for (secret, more, at_gateway) in [
        (Who::Super.api_token(), &email[..], false),
        (Who::Super.scoped_token(), &email[..], true),
        // a service account has no e-mail address that people know
        (Who::Super.scoped_token(), &[], true),
    ] {
        for v1_gone in [false, true] {
            let wiki = wiki(|wiki| wiki.cloud().switches(|switches| switches.v1_gone = v1_gone)).await;
            let said = check(&wiki, &secret, more).await;
            assert_eq!(said.verdict(), LIMITED, "{more:?} {v1_gone}");
            let report = said.json();
            assert_eq!(report["identity"]["account"], Who::Super.email());
            let attachment =
                report["checks"].as_array().and_then(|checks| checks.iter().find(|check| check["id"] == "confluence.attachment"));
            assert_eq!(attachment.expect("a rung")["outcome"], "passed", "{more:?} {v1_gone}: {report}");
            let gateway = wiki.gateway().expect("a gateway");
            assert_eq!(
                gateway.requests().iter().any(|seen| seen.path.contains("/api/v2/pages/") || seen.path.contains("/rest/api/content")),
                at_gateway
            );
            let listed_by_v2 = |seen: &practice::Seen| seen.path.contains("/api/v2/pages/") && seen.path.ends_with("/attachments");
            let asked = [wiki.server().requests(), gateway.requests()].concat();
            assert_eq!(asked.iter().any(listed_by_v2), v1_gone, "{more:?}");
        }
    }
    let wiki = wiki(Builder::cloud).await;
    assert_eq!(check(&wiki, &Who::Super.api_token(), &[]).await.verdict(), "2 failed confluence.email-needed");
    assert_eq!(carried(&wiki, Credential::Bearer), 0, "the site is sent nothing without an e-mail address");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_scope_is_named_with_all_that_the_token_needs() {
    let wiki = wiki(|wiki| wiki.cloud().switches(|switches| switches.missing_scopes = &["read:confluence-content.permission"])).await;
    let said = check(&wiki, &Who::Super.scoped_token(), &["--email", Who::Super.email()]).await;
    let report = said.json();
    let rung = report["checks"].as_array().and_then(|checks| checks.iter().find(|check| check["id"] == "confluence.permissions"));
    let rung = rung.expect("a rung");
    assert_eq!(
        (&rung["cause"], &rung["details"]["missing_scope"]),
        (&"confluence.token-scope-missing".into(), &"read:confluence-content.permission".into())
    );
    let to_copy =
        rung["hints"].as_array().and_then(|hints| hints.iter().find_map(|hint| hint["action"]["text"].as_str())).expect("scopes to copy");
    for scope in ["read:confluence-content.permission", "read:space:confluence", "readonly:content.attachment:confluence"] {
        assert!(to_copy.split(' ').any(|listed| listed == scope), "{to_copy}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn gates_take_headers_and_a_cookie_together_with_the_token() {
    let token = Who::Super.pat();
    let by_key = wiki(|wiki| wiki.front(Front::GateHeader)).await;
    assert_eq!(check(&by_key, &token, &[]).await.verdict(), "2 failed network.unexpected-answer");
    assert_eq!(carried(&by_key, Credential::Bearer), 0, "no token for a gate that lets nothing through");
    let header = format!("{GATE_HEADER}=GATE");
    assert_eq!(check(&by_key, &token, &["--header-env", &header]).await.verdict(), "0 passed -");

    let access = wiki(|wiki| wiki.front(Front::GateAccess)).await;
    assert_eq!(check(&access, &token, &[]).await.verdict(), "2 failed confluence.sso-required");
    let two = ["--header-env", "CF-Access-Client-Id=CLIENT", "--header-env", "CF-Access-Client-Secret=GATE"];
    assert_eq!(check(&access, &token, &two).await.verdict(), "0 passed -");
    assert_eq!(access.idp().requests().len(), 0, "nothing goes to the gate's sign-in");

    let page = wiki(|wiki| wiki.context("/wiki").front(Front::GatePage)).await;
    assert_eq!(check(&page, &token, &[]).await.verdict(), "2 failed confluence.sso-required");
    let cookie = gate_cookie(&page).await;
    let address = page.base();
    page.server().forget_requests();
    let words = ["check", "confluence", &address, "--json", "--token-env", "T", "--header-env", "Cookie=COOKIE"];
    let said = wayleave(&words).env("T", &token).env("COOKIE", cookie).end().await;
    assert_eq!(said.verdict(), "0 passed -");
    let seen = page.server().requests();
    assert!(seen.iter().all(|seen| seen.cookies() == ["MRHSession"]), "the gate's cookie with every call");
    assert!(seen.iter().filter(|seen| seen.credential == Credential::Bearer).count() > 5, "and the token as well");
}

/// Signs in at the gate's own page, as a person does, and gives back its cookie.
async fn gate_cookie(wiki: &Confluence) -> String {
    drop(rustls::crypto::ring::default_provider().install_default());
    let client = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().expect("a client");
    let fields = [("username", "iokonjo"), ("password", PAGE_PASSWORD), ("back", "/wiki/")];
    let answer = client.post(format!("{}/my.policy", wiki.server().origin())).form(&fields).send().await.expect("an answer");
    let cookie = answer.headers()["set-cookie"].to_str().expect("text");
    cookie.split(';').next().expect("a pair").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_colon_ends_no_user_name() {
    let said =
        wayleave(&["check", "confluence", "https://wiki.example.com", "--token-env", "T", "--user", "a:b"]).env("T", "x").end().await;
    assert_eq!((said.code, said.out.as_str()), (Some(64), ""));
    assert!(said.told().contains("without a colon"), "{said:?}");
}

/// As `docs/storage.md` says.
#[tokio::test(flavor = "multi_thread")]
async fn a_test_leaves_no_file_behind() {
    let wiki = wiki(|wiki| wiki).await;
    let home = Home::new();
    for words in [&["check", "confluence"][..], &["spaces"]] {
        let mut command = home.command("wayleave");
        command.args(words).args([&wiki.base(), "--token-env", "T", "--json"]).env("T", Who::Super.pat());
        let output = tokio::task::spawn_blocking(move || command.output()).await.expect("joined").expect("ended");
        assert_eq!(output.status.code(), Some(0), "{words:?}");
        assert_eq!(home.files(), [], "{words:?}");
    }
}
