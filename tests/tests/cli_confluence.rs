//! `wayleave check confluence` from outside, against practice servers.

use std::time::{Duration, Instant};

use end_to_end::program::{Home, Run, Said, wayleave};
use end_to_end::proxy::Proxy;
use practice::confluence::{Builder, Confluence, Front, Who};
use practice::faults::Fault;
use practice::markers::Kind;
use practice::{Authority, Identity};

async fn wiki(change: impl FnOnce(Builder) -> Builder) -> Confluence {
    change(Confluence::builder()).start().await.expect("a practice wiki")
}

fn check(words: &[&str]) -> Run {
    wayleave(&[&["check", "confluence"], words].concat())
}

/// With the token of somebody who may do everything.
async fn as_super(words: &[&str]) -> Said {
    check(&[words, &["--token-env", "T", "--json"]].concat()).env("T", Who::Super.pat()).end().await
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_and_credentials() {
    let closed = wiki(|wiki| wiki.context("/confluence")).await;
    let open = wiki(|wiki| wiki.anonymous(true)).await;
    let old = wiki(|wiki| wiki.data_center("7.4")).await;
    let email = Who::Super.email();
    let name = Who::Super.username();
    let limited = "1 limited confluence.not-administrator";
    let table: &[(&Confluence, String, &[&str], &str)] = &[
        (&closed, Who::Super.pat(), &[], "0 passed -"),
        (&closed, Who::Admin.pat(), &[], limited),
        (&closed, Who::Reader.pat(), &[], limited),
        (&closed, Who::Super.password(), &["--user", name], "0 passed -"),
        (&old, Who::Super.password(), &["--user", name], "0 passed -"),
        (&closed, Who::Super.pat() + "x", &[], "2 failed confluence.treated-as-anonymous"),
        (&open, Who::Super.pat() + "x", &[], "2 failed confluence.treated-as-anonymous"),
        (&closed, Who::Super.password() + "x", &["--user", name], "2 failed confluence.credential-rejected"),
        (&closed, Who::Unlicensed.password(), &["--user", Who::Unlicensed.username()], "2 failed confluence.no-access"),
        (&old, Who::Super.pat(), &[], "2 failed confluence.token-unsupported"),
    ];
    for (wiki, token, more, expected) in table {
        let address = format!("{}/spaces/viewspace.action?key=ENG", wiki.base());
        let by_env = check(&[&[&*address, "--json", "--token-env", "WIKI_TOKEN"], *more].concat()).env("WIKI_TOKEN", token);
        let by_env = by_env.end().await;
        assert_eq!(by_env.verdict(), *expected, "{more:?}: {by_env:?}");
        let by_stdin = check(&[&[&*address, "--json", "--token-stdin"], *more].concat()).typed(format!("{token}\n"));
        assert_eq!(by_stdin.end().await.verdict(), *expected, "{more:?}");
    }
    let cloud = wiki(Builder::cloud).await;
    let gateway = cloud.gateway().expect("a gateway").origin().to_owned();
    let table: &[(String, &[&str], &str)] = &[
        // without the admin key, Cloud hides restricted pages from its administrators, too
        (Who::Super.api_token(), &["--email", email], limited),
        (Who::Super.api_token(), &[], "2 failed confluence.email-needed"),
        (Who::Super.api_token() + "x", &["--email", email], "2 failed confluence.credential-rejected"),
    ];
    for (token, more, expected) in table {
        let run = check(&[&[&*cloud.base(), "--json", "--token-env", "T"], *more].concat()).env("T", token);
        assert_eq!(run.env("WAYLEAVE_ATLASSIAN_GATEWAY", &gateway).end().await.verdict(), *expected, "{more:?}");
    }
    let captcha = wiki(|wiki| wiki.switches(|switches| switches.captcha_after = Some(0))).await;
    let locked = check(&[&captcha.base(), "--user", name, "--token-env", "T", "--json"]).env("T", Who::Super.password()).end().await;
    assert_eq!(locked.verdict(), "2 failed confluence.captcha-required");
    let anonymous = check(&[&open.base(), "--anonymous", "--json"]).end().await;
    assert_eq!((anonymous.verdict().as_str(), &anonymous.json()["identity"]["kind"]), (limited, &"anonymous".into()));
    let refused = check(&[&closed.base(), "--anonymous", "--json"]).end().await;
    assert_eq!(refused.verdict(), "2 failed confluence.anonymous-not-allowed");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_json_is_as_published() {
    let schema = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/report.schema.json")).expect("the schema");
    let schema = serde_json::from_str(&schema).expect("a schema");
    let schema = jsonschema::validator_for(&schema).expect("a valid schema");
    let open = wiki(|wiki| wiki.anonymous(true)).await;
    let nginx = wiki(|wiki| wiki.front(Front::Nginx)).await;
    for (wiki, verdict) in [(&open, "1 limited confluence.not-administrator"), (&nginx, "2 failed address.not-confluence")] {
        let said = check(&[&wiki.base(), "--anonymous", "--json"]).end().await;
        let errors: Vec<String> = schema.iter_errors(&said.json()).map(|error| error.to_string()).collect();
        assert_eq!(errors, Vec::<String>::new());
        assert_eq!(said.verdict(), verdict);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_account_is_red() {
    let wiki = wiki(|wiki| wiki).await;
    let said = as_super(&[&wiki.base(), "--expect-account", "somebody-else"]).await;
    assert_eq!(said.verdict(), "2 failed confluence.wrong-account");
    let upper = Who::Super.username().to_uppercase();
    assert_eq!(as_super(&[&wiki.base(), "--expect-account", &upper]).await.verdict(), "0 passed -");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gate_gets_its_header() {
    let wiki = wiki(|wiki| wiki).await;
    let said =
        check(&[&wiki.base(), "--token-env", "T", "--json", "--header-env", "X-Gate=GATE", "--header-env", "CF-Access-Client-Id=ID"])
            .env("T", Who::Super.pat())
            .env("GATE", Kind::ClientSecret.of("gate"))
            .env("ID", "an id")
            .end()
            .await;
    assert_eq!(said.verdict(), "0 passed -");
    for seen in wiki.server().requests() {
        assert_eq!(seen.headers["x-gate"], Kind::ClientSecret.of("gate").as_str(), "{}", seen.path);
        assert_eq!(seen.headers["cf-access-client-id"], "an id", "{}", seen.path);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn time_runs_out() {
    let wiki = wiki(|wiki| wiki).await;
    wiki.server().faults().on("/", Fault::Hang);
    assert_eq!(as_super(&[&wiki.base(), "--timeout", "1"]).await.verdict(), "2 failed network.timeout");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_private_certificate_is_trusted_where_it_is_given() {
    let authority = Authority::new().expect("an authority");
    let by_authority = authority.issue(&["localhost"]).expect("a certificate");
    let by_itself = Identity::self_signed(&["localhost"]).expect("a certificate");
    let other = Authority::new().expect("an authority");
    for (pem, identity) in [(authority.pem().to_owned(), by_authority), (by_itself.pem().to_owned(), by_itself)] {
        let wiki = wiki(|wiki| wiki.https(identity)).await;
        assert_eq!(as_super(&[&wiki.base()]).await.verdict(), "2 failed network.tls-untrusted");
        let home = Home::new();
        let (right, wrong) = (home.file("right.pem", &pem), home.file("wrong.pem", other.pem()));
        assert_eq!(as_super(&[&wiki.base(), "--ca-file", &right]).await.verdict(), "0 passed -");
        assert_eq!(as_super(&[&wiki.base(), "--ca-file", &wrong]).await.verdict(), "2 failed network.tls-untrusted");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_goes_through_the_proxy_that_is_given() {
    let authority = Authority::new().expect("an authority");
    let home = Home::new();
    let ca = home.file("ca.pem", authority.pem());
    let plain = wiki(|wiki| wiki).await;
    let secure = authority.issue(&["localhost"]).expect("a certificate");
    let secure = wiki(|wiki| wiki.https(secure)).await;
    let password = Kind::ProxyPassword.of("jane");
    for wiki in [&plain, &secure] {
        let with = |proxy: &str, more: &[&str]| {
            let address = wiki.base();
            let words = [&[&*address, "--json", "--token-env", "T", "--ca-file", &ca, "--proxy", proxy], more].concat();
            check(&words).env("T", Who::Super.pat()).env("PP", &password).env("WRONG", Kind::ProxyPassword.of("joe"))
        };
        let open = Proxy::start(None).await;
        assert_eq!(with(&open.address, &[]).end().await.verdict(), "0 passed -");
        assert!(!open.asked().is_empty());

        let asking = Proxy::start(Some(("jane", &password))).await;
        let address = format!("http://{}", asking.address);
        assert_eq!(with(&address, &[]).end().await.verdict(), "2 failed network.proxy-auth-required");
        let wrong = ["--proxy-user", "jane", "--proxy-password-env", "WRONG"];
        assert_eq!(with(&address, &wrong).end().await.verdict(), "2 failed network.proxy-auth-required");
        let before = wiki.server().requests().len();
        let right = ["--proxy-user", "jane", "--proxy-password-env", "PP"];
        assert_eq!(with(&address, &right).end().await.verdict(), "0 passed -");
        let requests = wiki.server().requests();
        assert!(requests.len() > before);
        if wiki.base().starts_with("https:") {
            assert!(requests.iter().all(|seen| !seen.headers.contains_key("proxy-authorization")), "the password is for the proxy only");
        }
    }
    let nowhere = as_super(&[&plain.base(), "--proxy", "http://127.0.0.1:9"]).await;
    assert_eq!(nowhere.verdict(), "2 failed network.proxy-failed");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_right_is_usage() {
    let home = Home::new();
    let empty = home.file("empty.pem", "no certificate");
    let wiki = "https://wiki.example.com";
    let table: &[(&[&str], &str)] = &[
        (&["not an address at all", "--anonymous"], "Confluence address"),
        (&[wiki], "--token-stdin"),
        (&[wiki, "--email", "jane@example.com"], "--token-stdin"),
        (&[wiki, "--token-env", "NOT_SET"], "NOT_SET is not set"),
        (&[wiki, "--token-env", "EMPTY"], "EMPTY is empty"),
        (&[wiki, "--token-env", ""], "--token-env"),
        (&[wiki, "--token-stdin"], "no token came on standard input"),
        (&[wiki, "--token-stdin", "--anonymous"], "cannot be used with"),
        (&[wiki, "--token-env", "SET", "--email", "jane"], "Email (Cloud only)"),
        (&[wiki, "--token-env", "SET", "--email", "jane@example.com", "--user", "jane"], "cannot be used with"),
        (&[wiki, "--anonymous", "--user", "jane"], "cannot be used with"),
        (&[wiki, "--anonymous", "--expect-account", ""], "--expect-account"),
        (&[wiki, "--anonymous", "--header-env", "X-Gate"], "--header-env takes NAME=ENV"),
        (&[wiki, "--anonymous", "--header-env", "not a name=SET"], "not the name of a header"),
        (&[wiki, "--anonymous", "--header-env", "X-Gate=NOT_SET"], "NOT_SET is not set"),
        (&[wiki, "--anonymous", "--ca-file", "/does/not/exist.pem"], "CA"),
        (&[wiki, "--anonymous", "--ca-file", &empty], "CA"),
        (&[wiki, "--anonymous", "--timeout", "0"], "--timeout"),
        (&[wiki, "--anonymous", "--timeout", "soon"], "--timeout"),
        (&[wiki, "--anonymous", "--proxy", "socks5://127.0.0.1"], "--proxy takes an address"),
        (&[wiki, "--anonymous", "--proxy", "http://jane:pass@127.0.0.1"], "--proxy-password-env"),
        (&[wiki, "--anonymous", "--proxy-user", "jane"], "--proxy"),
        (
            &[wiki, "--anonymous", "--proxy", "http://127.0.0.1", "--proxy-user", "jane", "--proxy-password-env", "NOT_SET"],
            "NOT_SET is not",
        ),
        (&["--practice", "no-such-situation"], "no practice situation"),
        (&[wiki, "--anonymous", "--no-such-flag"], "--no-such-flag"),
        (&[], "URL"),
    ];
    for (words, sentence) in table {
        let said = check(words).env("SET", "something").env("EMPTY", " ").typed("").end().await;
        assert_eq!((said.code, said.out.as_str()), (Some(64), ""), "{words:?}: {said:?}");
        assert!(said.told().contains(sentence), "{words:?}: {said:?}");
        assert!(!said.err.contains("jane:pass"), "{words:?}: {said:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn practice_tells_every_story() {
    let table = [
        ("all-well", "0 passed -"),
        ("confluence-cloud", "1 limited confluence.not-administrator"),
        ("anonymous", "1 limited confluence.not-administrator"),
        ("reader", "1 limited confluence.not-administrator"),
        ("not-super", "1 limited confluence.not-administrator"),
        ("token-ignored", "2 failed confluence.treated-as-anonymous"),
        ("token-rejected", "2 failed confluence.treated-as-anonymous"),
        ("too-old-for-tokens", "2 failed confluence.token-unsupported"),
        ("single-sign-on", "2 failed confluence.sso-required"),
        ("login-form", "2 failed confluence.treated-as-anonymous"),
        ("sign-in-pop-up", "2 failed confluence.treated-as-anonymous"),
        ("gate", "2 failed confluence.sso-required"),
        ("bound-session", "2 failed confluence.treated-as-anonymous"),
        ("cloud-sign-in", "2 failed confluence.credential-rejected"),
        ("kerberos", "2 failed confluence.negotiate-required"),
        ("maintenance", "2 failed server.maintenance"),
        ("rate-limit-blocked", "2 failed server.blocked-by-administrator"),
        ("people-hidden", "1 limited confluence.not-administrator"),
        ("read-only", "0 passed -"),
        ("not-confluence", "2 failed address.not-confluence"),
    ];
    for (situation, verdict) in table {
        let said = check(&["--practice", situation, "--json"]).end().await;
        assert_eq!(said.verdict(), verdict, "{situation}: {said:?}");
        assert_eq!(said.json()["target"]["practice"], true);
        assert!(said.told().contains("Practice: "), "{said:?}");
    }
}

/// No real server is asked, whatever stands beside `--practice`; who is expected is still looked at.
#[tokio::test(flavor = "multi_thread")]
async fn practice_stays_practice() {
    let real = wiki(|wiki| wiki).await;
    let said = check(&[&real.base(), "--token-env", "T", "--practice", "--json"]).env("T", Who::Super.pat()).end().await;
    assert_eq!(said.verdict(), "0 passed -");
    assert!(said.told().contains("not used"), "{said:?}");
    assert!(real.server().requests().is_empty());
    let said = check(&["--practice", "--json", "--expect-account", "somebody-else"]).end().await;
    assert_eq!(said.verdict(), "2 failed confluence.wrong-account");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_text_is_plain_and_may_be_cut_off() {
    let said = check(&["--practice", "reader", "--verbose"]).end().await;
    assert_eq!(said.code, Some(1));
    for part in ["PRACTICE", "What can be migrated", "Mirela Wren", "Cause: confluence.not-administrator"] {
        assert!(said.out.contains(part), "no {part}: {}", said.out);
    }
    assert!(!said.out.contains('\u{1b}') && !said.told().contains('\u{1b}'), "colour without a terminal");

    // `| head -0`: nobody reads what is written
    let home = Home::new();
    let mut command = home.command("wayleave");
    command.args(["check", "confluence", "--practice", "reader"]);
    let mut child = command.spawn().expect("started");
    drop(child.stdout.take());
    let output = tokio::task::spawn_blocking(move || child.wait_with_output()).await.expect("joined").expect("ended");
    assert_eq!(output.status.code(), Some(1));
    assert!(!String::from_utf8_lossy(&output.stderr).contains("panicked"));
}

/// Interrupted while a server does not answer: exit 130 at once.
#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn an_interrupt_ends_it() {
    for signal in ["INT", "TERM"] {
        let wiki = wiki(|wiki| wiki).await;
        wiki.server().faults().on("/", Fault::Hang);
        let running = check(&[&wiki.base(), "--anonymous", "--json"]).start().await;
        wiki.server().arrived(1).await;
        let begun = Instant::now();
        running.signal(signal);
        let said = running.end().await;
        assert!(begun.elapsed() < Duration::from_secs(2));
        assert_eq!((said.code, said.out.as_str()), (Some(130), ""), "{said:?}");
        assert!(said.told().contains("Cancelled"));
    }
}

/// While the token is waited for, too.
#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn an_interrupt_ends_the_wait_for_a_token() {
    let mut running = check(&["https://wiki.example.com", "--token-stdin"]).start().await;
    running.hears("waits for the token").await;
    running.signal("TERM");
    assert_eq!(running.end().await.code, Some(130));
}

/// On one screen the checks are told once, line by line; a pipe gets the whole report.
#[cfg(target_os = "linux")]
#[test]
fn on_a_terminal_no_check_is_told_twice() {
    use end_to_end::program::binary;
    let said_on_a_terminal = |more: &str| {
        let home = Home::new();
        let words = format!("'{}' check confluence --practice all-well{more}", binary("wayleave").display());
        // it runs the words on a terminal of their own
        let mut script = std::process::Command::new("script");
        script.args(["-qec", &words, "/dev/null"]).env_clear().envs(home.environment()).env("SHELL", "/bin/sh");
        let output = script.stdin(std::process::Stdio::null()).output().expect("script: of every Debian");
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).expect("text")
    };
    let told = |text: &str| text.matches("Reachable").count();
    let brief = said_on_a_terminal("");
    assert_eq!(told(&brief), 1, "{brief}");
    assert!(brief.contains("What can be migrated"), "{brief}");
    assert_eq!(told(&said_on_a_terminal(" --verbose")), 2);
}
