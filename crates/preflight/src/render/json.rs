//! JSON, schema 1, as published in `docs/report.schema.json`.

use serde_json::{Map, Value, json};

use crate::{CheckResult, Factor, Hint, HintAction, Identity, Report};

/// The version of the JSON schema.
pub const SCHEMA: u32 = 1;

/// The report as JSON. `product` is the program's name and version, such as `wayleave 0.1.0`.
pub fn to_json(report: &Report, product: &str) -> Value {
    let mut target = json!({ "kind": report.target.kind.as_str(), "address": report.target.address });
    if report.target.practice {
        target["practice"] = Value::Bool(true);
    }
    let mut document = json!({
        "schema": SCHEMA,
        "product": product,
        "target": target,
        "started_at": report.started_at.to_string(),
        "took_ms": millis(report.took),
        "outcome": report.outcome().as_str(),
        "cause": report.cause(),
        "headline": report.headline(),
        "identity": report.identity.as_ref().map(identity),
        "checks": report.checks.iter().map(check).collect::<Vec<_>>(),
        "abilities": report.abilities.iter().map(|ability| json!({
            "id": ability.id.as_str(),
            "outcome": ability.verdict.as_str(),
            "limited_by": ability.limited_by.iter().map(|limit| limit.as_str()).collect::<Vec<_>>(),
            "text": ability.text,
            "factors": ability.factors.iter().map(factor).collect::<Vec<_>>(),
        })).collect::<Vec<_>>(),
    });
    if let Some(request) = &report.request {
        document["request"] = super::request::to_json(request);
    }
    document
}

fn factor(factor: &Factor) -> Value {
    json!({ "side": factor.side.as_str(), "text": factor.text, "limiting": factor.limiting })
}

pub(super) fn identity(identity: &Identity) -> Value {
    json!({
        "kind": identity.kind.as_str(),
        "name": identity.name,
        "account": identity.account,
        "tenant": identity.tenant,
        "app": identity.app,
    })
}

fn check(check: &CheckResult) -> Value {
    let mut details = Map::new();
    for detail in &check.details {
        match details.get_mut(detail.key) {
            // the same thing twice, such as two requests of one check: nothing is lost
            Some(Value::String(earlier)) => *earlier = format!("{earlier}\n{}", detail.value),
            _ => drop(details.insert(detail.key.to_owned(), Value::String(detail.value.to_string()))),
        }
    }
    json!({
        "id": check.id,
        "title": check.title,
        "outcome": check.outcome.as_str(),
        "cause": check.cause,
        "summary": check.summary,
        "details": details,
        "hints": check.hints.iter().map(hint).collect::<Vec<_>>(),
        "took_ms": millis(check.took),
    })
}

fn hint(hint: &Hint) -> Value {
    let action = hint.action.as_ref().map(|action| match action {
        HintAction::OpenUrl(url) => json!({ "kind": "open", "url": url.as_str() }),
        HintAction::Copy(text) => json!({ "kind": "copy", "text": text }),
        HintAction::EditField(field) => json!({ "kind": "edit", "field": field.label() }),
        HintAction::Retry => json!({ "kind": "retry" }),
    });
    json!({ "text": hint.text, "action": action })
}

fn millis(duration: std::time::Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
