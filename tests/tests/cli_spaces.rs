//! `wayleave spaces` from outside, against practice servers.

use end_to_end::program::{Run, Said, wayleave};
use practice::Fault;
use practice::confluence::{Builder, Confluence, Front, Who};
use preflight::Cause;
use serde_json::{Value, json};

async fn wiki(change: impl FnOnce(Builder) -> Builder) -> Confluence {
    change(Confluence::builder()).start().await.expect("a practice wiki")
}

fn run(words: &[&str], token: &str) -> Run {
    wayleave(&[&["spaces"], words].concat()).env("WIKI_TOKEN", token)
}

async fn spaces(words: &[&str], token: &str) -> Said {
    run(words, token).end().await
}

fn schema() -> Value {
    let schema = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/spaces.schema.json")).expect("the schema");
    serde_json::from_str(&schema).expect("a schema")
}

fn errors(document: &Value) -> Vec<String> {
    let schema = jsonschema::validator_for(&schema()).expect("a valid schema");
    schema.iter_errors(document).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

/// The document, as published.
#[track_caller]
fn document(said: &Said) -> Value {
    let document = said.json();
    assert_eq!(errors(&document), Vec::<String>::new(), "{said:?}");
    document
}

/// Where, how to sign in, with which secret; exit code, outcome, total and whether it is complete.
type Case<'a> = (&'a Confluence, &'a [&'a str], String, (i32, &'a str, Value, bool));

#[tokio::test(flavor = "multi_thread")]
async fn the_document_is_as_published() {
    let closed = wiki(|wiki| wiki.context("/confluence")).await;
    let open = wiki(|wiki| wiki.anonymous(true)).await;
    let nginx = wiki(|wiki| wiki.front(Front::Nginx)).await;
    let old = wiki(|wiki| wiki.data_center("7.4")).await;
    let broken = wiki(|wiki| wiki).await;
    let page = Fault::answer(http_ok(), "text/html", "<html><title>Hm</title></html>");
    broken.server().faults().on("/rest/api/space/ENG/permissions", page);
    let (reader, administrator) = (Who::Reader.pat(), Who::Super.pat());
    let token = ["--token-env", "WIKI_TOKEN"];
    let user = ["--user", "mwren", "--token-env", "WIKI_TOKEN"];
    let table: [Case<'_>; 8] = [
        (&closed, &token, administrator.clone(), (0, "passed", json!(8), true)),
        (&closed, &token, reader.clone(), (0, "passed", json!(6), true)),
        (&open, &["--anonymous"], String::new(), (0, "passed", json!(1), true)),
        (&old, &user, Who::Reader.password(), (0, "passed", json!(6), true)),
        (&broken, &token, reader.clone(), (1, "limited", json!(6), false)),
        (&open, &token, reader.clone() + "x", (2, "failed", Value::Null, false)),
        (&closed, &["--anonymous"], String::new(), (2, "failed", Value::Null, false)),
        (&nginx, &["--anonymous"], String::new(), (2, "failed", Value::Null, false)),
    ];
    for (wiki, sign_in, secret, expected) in table {
        let address = wiki.base();
        let words: Vec<&str> = [&[address.as_str(), "--json"], sign_in].concat();
        let said = spaces(&words, &secret).await;
        let document = document(&said);
        let (code, outcome, total, complete) = expected;
        let told = (said.code, &document["outcome"], &document["total"], &document["complete"]);
        assert_eq!(told, (Some(code), &json!(outcome), &total, &json!(complete)), "{said:?}");
        let keys: Vec<&str> = document.as_object().expect("an object").keys().map(String::as_str).collect();
        assert_eq!(keys, ["schema", "address", "outcome", "cause", "headline", "identity", "total", "complete", "spaces"]);
        assert_eq!(document["address"], json!(wiki.base()));
    }
    let said = spaces(&[&open.base(), "--json", "--token-env", "WIKI_TOKEN"], &(reader + "x")).await;
    let document = document(&said);
    assert_eq!((&document["cause"], &document["identity"]["kind"]), (&json!("confluence.treated-as-anonymous"), &json!("anonymous")));
    assert_eq!(document["spaces"], json!([]), "no inventory under a false name");
    let said = run(&[&closed.base(), "--json", "--token-stdin"], "").typed(administrator).end().await;
    let document = self::document(&said);
    let row = json!({ "key": "OLD", "name": "Legacy Gauges (2016)", "type": "global", "status": "archived", "role": "administrator",
        "content": "yes", "permissions": "yes", "limited_by": [] });
    assert_eq!(document["spaces"].as_array().and_then(|spaces| spaces.last()), Some(&row));
}

fn http_ok() -> reqwest::StatusCode {
    reqwest::StatusCode::OK
}

#[tokio::test(flavor = "multi_thread")]
async fn text_and_csv() {
    let wiki = wiki(|wiki| wiki.spaces(1200)).await;
    let said = spaces(&[&wiki.base(), "--token-env", "WIKI_TOKEN", "--csv"], &Who::Admin.pat()).await;
    assert_eq!(said.code, Some(0), "{said:?}");
    let mut lines = said.out.lines();
    assert_eq!(lines.next(), Some("key,name,type,status,role,content,permissions,limited_by"));
    assert_eq!(lines.next(), Some("HB,Company Handbook,global,current,administrator,partly,yes,account_role"));
    assert!(said.out.lines().count() > 1190);
    let told = said.told();
    let progress: Vec<&str> = told.lines().filter(|line| line.contains("spaces")).collect();
    assert!(progress.contains(&"Listing spaces: 1,000 so far"), "{progress:?}");
    assert!(progress.len() < 10 && !said.err.contains('\r'), "sparse where it is no terminal: {progress:?}");
    let said = spaces(&[&wiki.base(), "--token-env", "WIKI_TOKEN"], &Who::Admin.pat()).await;
    assert!(said.out.starts_with("[ok] ") && said.out.contains("permissions can be migrated for all of them"), "{}", said.out);
    assert!(said.out.contains("Inés Okonjo") && said.out.lines().any(|line| line.starts_with("HB ")), "{}", said.out);
}

#[tokio::test(flavor = "multi_thread")]
async fn practice_and_usage() {
    let said = spaces(&["--practice", "--json"], "").await;
    assert_eq!((said.code, &document(&said)["complete"]), (Some(0), &json!(true)), "{said:?}");
    assert!(said.err.contains("Practice"), "{said:?}");
    let said = spaces(&["--practice", "confluence-cloud", "--json"], "").await;
    assert_eq!((said.code, &document(&said)["complete"]), (Some(0), &json!(true)), "{said:?}");
    for words in [
        &["--practice", "--json", "--csv"][..],
        &["https://wiki.example.com"],
        &["https://wiki.example.com", "--anonymous", "--token-stdin"],
        &[],
    ] {
        let said = spaces(words, "").await;
        assert_eq!((said.code, said.out.as_str()), (Some(64), ""), "{words:?}: {said:?}");
    }
    let wiki = wiki(|wiki| wiki).await;
    let said = spaces(&[&wiki.base(), "--json", "--token-env", "WIKI_TOKEN", "--expect-account", "jane"], &Who::Reader.pat()).await;
    assert_eq!((said.code, &document(&said)["cause"]), (Some(2), &json!("confluence.wrong-account")), "{said:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_time_limit_leaves_what_was_found() {
    let wiki = wiki(|wiki| wiki).await;
    wiki.server().faults().on("/rest/api/space/OPS/permissions", Fault::Hang);
    let words = [&wiki.base(), "--json", "--token-env", "WIKI_TOKEN", "--timeout", "2"];
    let said = spaces(&words, &Who::Reader.pat()).await;
    let document = document(&said);
    let told = (said.code, &document["cause"], &document["total"]);
    assert_eq!(told, (Some(1), &json!("network.timeout"), &json!(6)), "{said:?}");
    let unknown = document["spaces"].as_array().expect("spaces").iter().filter(|space| space["permissions"] == "unknown").count();
    assert_eq!(unknown, 1);
}

/// Interrupted while a space is asked about: what was found until then, exit 130 at once, and nothing is left.
#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn an_interrupt_gives_what_there_is() {
    for signal in ["INT", "TERM"] {
        let wiki = wiki(|wiki| wiki.spaces(40)).await;
        wiki.server().faults().on("/rest/api/space/PRJ20/permissions", Fault::Hang);
        let running = run(&[&wiki.base(), "--json", "--token-env", "WIKI_TOKEN"], &Who::Reader.pat()).start().await;
        // five before the spaces are asked about, and at most twelve at a time
        wiki.server().arrived(30).await;
        let begun = std::time::Instant::now();
        running.signal(signal);
        let said = running.end().await;
        assert!(begun.elapsed() < std::time::Duration::from_secs(2));
        assert_eq!(said.code, Some(130), "{said:?}");
        let document = document(&said);
        let told = (&document["outcome"], &document["cause"], &document["complete"]);
        assert_eq!(told, (&json!("limited"), &Value::Null, &json!(false)), "{said:?}");
        let count = |permissions: &str| {
            document["spaces"].as_array().expect("spaces").iter().filter(|space| space["permissions"] == permissions).count()
        };
        assert!(count("unknown") >= 1 && count("no") >= 1, "{said:?}");
    }
}

#[test]
fn the_schema_knows_every_cause_and_refuses_what_is_never_written() {
    let names: Vec<&str> = Cause::ALL.iter().map(|cause| cause.as_str()).collect();
    assert_eq!(schema()["$defs"]["cause"]["enum"], json!(names), "docs/spaces.schema.json lists other causes than Cause::ALL");
    let row = json!({ "key": "ENG", "name": "Engineering", "type": "global", "status": "current", "role": "viewer", "content": "partly",
        "permissions": "no", "limited_by": ["account_role"] });
    let good = json!({ "schema": 1, "address": "https://wiki.example.com", "outcome": "passed", "cause": null, "headline": "1 space",
        "identity": null, "total": 1, "complete": true, "spaces": [row] });
    assert_eq!(errors(&good), Vec::<String>::new());
    for (pointer, value) in [
        ("/schema", json!(2)),
        ("/outcome", json!("skipped")),
        ("/outcome", json!("limited")),
        ("/cause", json!("network.timeout")),
        ("/total", Value::Null),
        ("/complete", json!(false)),
        ("/spaces/0/role", json!("owner")),
        ("/spaces/0/content", json!("maybe")),
        ("/spaces/0/permissions", json!("partly")),
        ("/spaces/0/limited_by", json!(["weather"])),
        ("/spaces/0/key", json!("")),
    ] {
        let mut bad = good.clone();
        *bad.pointer_mut(pointer).expect(pointer) = value.clone();
        assert!(!errors(&bad).is_empty(), "{pointer} = {value} was not refused");
    }
}
