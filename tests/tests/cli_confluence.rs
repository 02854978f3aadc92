//! `wayleave check confluence` from outside, against practice servers.

use std::io::Write as _;
use std::process::Stdio;

use end_to_end::program::{Home, Said};
use practice::confluence::{Builder, Confluence, Front, Who};
use practice::markers;

async fn wiki(change: impl FnOnce(Builder) -> Builder) -> Confluence {
    change(Confluence::builder()).start().await.expect("a practice wiki")
}

async fn check(home: &Home, words: &[&str], environment: &[(&str, String)], stdin: Option<&str>) -> Said {
    let mut command = home.command("wayleave");
    command.args(["check", "confluence"]).args(words).envs(environment.iter().map(|(name, value)| (*name, value.as_str())));
    if stdin.is_some() {
        command.stdin(Stdio::piped());
    }
    let stdin = stdin.map(str::to_owned);
    let said = tokio::task::spawn_blocking(move || {
        let mut child = command.spawn().expect("started");
        if let Some(text) = stdin {
            child.stdin.take().expect("piped").write_all(text.as_bytes()).expect("written");
        }
        Said::from(child.wait_with_output().expect("ended"))
    });
    let said = said.await.expect("joined");
    said.keeps(&markers::all());
    for (path, content) in home.files() {
        assert!(markers::found_in(&String::from_utf8_lossy(&content)).is_empty(), "a secret is in {}", path.display());
    }
    said
}

fn outcome(said: &Said) -> (String, Option<String>, Option<i32>) {
    let report = said.json();
    let text = |key: &str| report[key].as_str().map(str::to_owned);
    (text("outcome").unwrap_or_default(), text("cause"), said.code)
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_and_credentials() {
    let passed = |cause: Option<&str>, code: i32, outcome: &str| (outcome.to_owned(), cause.map(str::to_owned), Some(code));
    let closed = wiki(|wiki| wiki.context("/confluence")).await;
    let open = wiki(|wiki| wiki.anonymous(true)).await;
    let old = wiki(|wiki| wiki.data_center("7.4")).await;
    let table = [
        (&closed, Who::Super.pat(), passed(None, 0, "passed")),
        (&closed, Who::Admin.pat(), passed(Some("confluence.not-administrator"), 1, "limited")),
        (&closed, Who::Reader.pat(), passed(Some("confluence.not-administrator"), 1, "limited")),
        (&closed, Who::Super.pat() + "x", passed(Some("confluence.credential-rejected"), 2, "failed")),
        (&open, Who::Super.pat() + "x", passed(Some("confluence.treated-as-anonymous"), 2, "failed")),
        (&old, Who::Super.pat(), passed(Some("confluence.token-unsupported"), 2, "failed")),
    ];
    for (wiki, token, expected) in table {
        let home = Home::new();
        let address = format!("{}/spaces/viewspace.action?key=ENG", wiki.base());
        let by_env = check(&home, &[&address, "--token-env", "WIKI_TOKEN", "--json"], &[("WIKI_TOKEN", token.clone())], None).await;
        assert_eq!(outcome(&by_env), expected, "{by_env:?}");
        let by_stdin = check(&home, &[&address, "--token-stdin", "--json"], &[], Some(&format!("{token}\n"))).await;
        assert_eq!(outcome(&by_stdin), expected, "{by_stdin:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_json_is_as_published() {
    let schema = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/report.schema.json")).expect("the schema");
    let schema = serde_json::from_str(&schema).expect("a schema");
    let schema = jsonschema::validator_for(&schema).expect("a valid schema");
    let open = wiki(|wiki| wiki.anonymous(true)).await;
    let nginx = wiki(|wiki| wiki.front(Front::Nginx)).await;
    for (wiki, code) in [(&open, 1), (&nginx, 2)] {
        let said = check(&Home::new(), &[&wiki.base(), "--anonymous", "--json"], &[], None).await;
        let errors: Vec<String> = schema.iter_errors(&said.json()).map(|error| error.to_string()).collect();
        assert_eq!(errors, Vec::<String>::new());
        assert_eq!(said.code, Some(code), "{said:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_account_is_red() {
    let wiki = wiki(|wiki| wiki).await;
    let token = [("T", Who::Reader.pat())];
    let words = |account| [wiki.base(), "--token-env".into(), "T".into(), "--json".into(), "--expect-account".into(), account];
    let words = words("somebody-else".to_owned());
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let said = check(&Home::new(), &words, &token, None).await;
    assert_eq!(outcome(&said), ("failed".to_owned(), Some("confluence.wrong-account".to_owned()), Some(2)));
    let upper = Who::Reader.username().to_uppercase();
    let said = check(&Home::new(), &[&wiki.base(), "--token-env", "T", "--json", "--expect-account", &upper], &token, None).await;
    assert_eq!(said.code, Some(1), "{said:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_right_is_usage() {
    let home = Home::new();
    let table: &[(&[&str], &str)] = &[
        (&["not an address at all", "--anonymous"], "Confluence address"),
        (&["https://wiki.example.com"], "--token-stdin"),
        (&["https://wiki.example.com", "--token-env", "NOT_SET"], "NOT_SET is not set"),
        (&["https://wiki.example.com", "--token-stdin", "--anonymous"], "cannot be used with"),
        (&["https://wiki.example.com", "--anonymous", "--ca-file", "/does/not/exist.pem"], "CA"),
        (&["https://wiki.example.com", "--anonymous", "--timeout", "0"], "--timeout"),
        (&["--practice", "no-such-situation"], "no practice situation"),
        (&[], "URL"),
    ];
    for (words, sentence) in table {
        let said = check(&home, words, &[], None).await;
        assert_eq!(said.code, Some(64), "{words:?}: {said:?}");
        assert!(said.err.contains(sentence), "{words:?}: {said:?}");
        assert_eq!(said.out, "", "{words:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn practice_needs_no_address() {
    let said = check(&Home::new(), &["--practice", "--json"], &[], None).await;
    assert_eq!(said.code, Some(0), "{said:?}");
    assert_eq!(said.json()["target"]["practice"], true);
    assert!(said.err.contains("Practice"), "{said:?}");
}

/// Interrupted while a server does not answer: exit 130 at once, and nothing is left.
#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn an_interrupt_ends_it() {
    for signal in ["-INT", "-TERM"] {
        let wiki = wiki(|wiki| wiki).await;
        wiki.server().faults().on("/", practice::faults::Fault::Hang);
        let mut command = Home::new().command("wayleave");
        command.args(["check", "confluence", &wiki.base(), "--anonymous"]);
        let mut child = command.spawn().expect("started");
        wiki.server().arrived(1).await;
        let begun = std::time::Instant::now();
        let kill = std::process::Command::new("kill").args([signal, &child.id().to_string()]).status().expect("kill");
        assert!(kill.success());
        let status = tokio::task::spawn_blocking(move || child.wait()).await.expect("joined").expect("ended");
        assert_eq!(status.code(), Some(130));
        assert!(begun.elapsed() < std::time::Duration::from_secs(2));
    }
}
