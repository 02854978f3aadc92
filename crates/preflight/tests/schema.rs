//! `docs/report.schema.json` describes what [`preflight::render::to_json`] writes, and refuses what it never writes.

use preflight::render::sites::to_json as to_json_of_sites;
use preflight::render::to_json;
use preflight::{Cause, gallery};
use serde_json::{Value, json};

fn schema() -> Value {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/report.schema.json");
    serde_json::from_str(&std::fs::read_to_string(path).expect(path)).expect("the schema is JSON")
}

fn validator(schema: &Value) -> jsonschema::Validator {
    assert!(jsonschema::draft202012::meta::is_valid(schema));
    jsonschema::draft202012::options().should_validate_formats(true).build(schema).expect("the schema is one")
}

fn errors(validator: &jsonschema::Validator, document: &Value) -> Vec<String> {
    validator.iter_errors(document).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

#[test]
fn every_report_of_the_gallery_is_valid() {
    let validator = validator(&schema());
    for (name, report) in gallery::reports() {
        assert_eq!(errors(&validator, &to_json(&report, "wayleave 0.1.0")), Vec::<String>::new(), "{name}");
    }
}

#[test]
fn the_causes_of_the_schema_are_the_causes_there_are() {
    let names: Vec<&str> = Cause::ALL.iter().map(|cause| cause.as_str()).collect();
    assert_eq!(schema()["$defs"]["cause"]["enum"], json!(names), "docs/report.schema.json lists other causes than Cause::ALL");
}

#[test]
fn what_is_never_written_is_refused() {
    let validator = validator(&schema());
    let (_, report) = gallery::reports().into_iter().find(|(name, _)| *name == "plan_b").expect("it is in the gallery");
    let good = to_json(&report, "wayleave 0.1.0");
    let limited = report.checks.iter().position(|check| check.cause.is_some()).expect("a limited check");
    let at_limited = |key: &str| format!("/checks/{limited}/{key}");
    for (pointer, value) in [
        ("/schema".to_owned(), json!(2)),
        ("/outcome".to_owned(), json!("skipped")),
        ("/outcome".to_owned(), json!("green")),
        ("/cause".to_owned(), json!("network.nonsense")),
        ("/started_at".to_owned(), json!("yesterday")),
        ("/took_ms".to_owned(), json!(-1)),
        ("/headline".to_owned(), json!("")),
        ("/target/kind".to_owned(), json!("jira")),
        ("/identity".to_owned(), json!({})),
        ("/identity/kind".to_owned(), json!("robot")),
        (at_limited("cause"), json!("network.nonsense")),
        (at_limited("cause"), Value::Null),
        (at_limited("outcome"), json!("passed")),
        (at_limited("id"), json!("Rights")),
        (at_limited("details"), json!({ "Not Snake": "x" })),
        (at_limited("details"), json!({ "number": 1 })),
        (at_limited("hints/0/action"), json!({ "kind": "run" })),
        (at_limited("hints/0/action/url"), json!(null)),
        ("/abilities/0/outcome".to_owned(), json!("maybe")),
        ("/abilities/0/id".to_owned(), json!("macros")),
        ("/abilities/1/limited_by".to_owned(), json!(["weather"])),
        ("/abilities/1/factors/1/side".to_owned(), json!("moon")),
        ("/abilities/1/factors/1/limiting".to_owned(), json!("yes")),
    ] {
        let mut bad = good.clone();
        *bad.pointer_mut(&pointer).expect(&pointer) = value.clone();
        assert!(!validator.is_valid(&bad), "{pointer} = {value} was not refused");
    }
    for key in ["schema", "product", "target", "started_at", "took_ms", "outcome", "cause", "headline", "identity", "checks", "abilities"] {
        let mut bad = good.clone();
        bad.as_object_mut().expect("an object").shift_remove(key).expect(key);
        assert!(!validator.is_valid(&bad), "a report without {key} was not refused");
    }
    let (_, report) = gallery::reports().into_iter().find(|(_, report)| report.request.is_some()).expect("it is in the gallery");
    let with_request = to_json(&report, "wayleave 0.1.0");
    for (pointer, value) in [
        ("/request/cause", json!("network.nonsense")),
        ("/request/asks", json!([])),
        ("/request/asks/0/ways/0/kind", json!("run")),
        ("/request/asks/0/ways/2/tool", json!("sh")),
        ("/request/facts/cause", json!(1)),
    ] {
        let mut bad = with_request.clone();
        *bad.pointer_mut(pointer).expect(pointer) = value;
        assert!(!validator.is_valid(&bad), "{pointer} was not refused");
    }
    let mut surplus = good;
    surplus["secret"] = json!("x");
    assert!(!validator.is_valid(&surplus), "an unknown key was not refused");
}

#[test]
fn a_document_of_several_sites_has_its_own_definition() {
    let mut schema = schema();
    let object = schema.as_object_mut().expect("an object");
    object.insert("$ref".to_owned(), json!("#/$defs/sites"));
    let validator = validator(&schema);
    let good = to_json_of_sites(&gallery::sites(), "wayleave 0.1.0");
    assert_eq!(errors(&validator, &good), Vec::<String>::new());
    for (pointer, value) in
        [("/sites/1/cause", json!("network.nonsense")), ("/sites/1/columns", json!(["x"])), ("/outcome", json!("green"))]
    {
        let mut bad = good.clone();
        *bad.pointer_mut(pointer).expect(pointer) = value;
        assert!(!validator.is_valid(&bad), "{pointer} was not refused");
    }
}
