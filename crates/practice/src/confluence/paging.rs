//! Pages of listings, with the defects that real ones have.

use axum::http::StatusCode;
use serde_json::{Value, json};
use url::form_urlencoded;

use super::answers::{Refused, rest_error, unknown_resource};
use super::site::{Params, Visit};
use super::switches::Paging;

/// How long pages of one listing are.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Length {
    pub(crate) usual: usize,
    pub(crate) most: usize,
}

/// The part of a listing that was asked for, in the envelope of REST version 1 (both Data Center and Cloud).
pub(crate) fn listing(visit: &Visit, params: &Params, path: &str, length: Length, items: Vec<Value>) -> Result<Value, Refused> {
    let site = &visit.site;
    let start = number(visit, params, "start")?.unwrap_or(0);
    let asked = number(visit, params, "limit")?.unwrap_or(length.usual);
    let paging = site.switches().paging;
    let limit = asked.min(if let Paging::Clamped(most) = paging { most } else { length.most });
    let from = if paging == Paging::Duplicates { start.saturating_sub(1) } else { start };

    let total = items.len();
    let results: Vec<Value> = items.into_iter().skip(from).take(limit).collect();
    let count = results.len();
    let more = from + count < total || paging == Paging::NextPastEnd;

    // Cloud says by a parameter of its own which way the link leads.
    let link = |way: &str, start: usize| {
        let (limit, start) = (limit.to_string(), start.to_string());
        let mut fixed = vec![("limit", limit.as_str()), ("start", &start)];
        if site.is_cloud() {
            fixed.insert(0, (way, "true"));
        }
        Value::from(format!("{path}?{}", query(&fixed, params)))
    };
    let mut links = json!({ "self": format!("{}{path}", site.base()), "base": site.base(), "context": site.context });
    if more && limit > 0 {
        links["next"] = link("next", start + limit);
    }
    if start > 0 {
        links["prev"] = link("prev", start.saturating_sub(limit));
    }
    Ok(json!({ "results": results, "start": start, "limit": limit, "size": count, "_links": links }))
}

/// The query of a paging link: the fixed parameters, then the others that were asked with.
pub(crate) fn query(fixed: &[(&str, &str)], params: &Params) -> String {
    const OF_PAGING: [&str; 5] = ["start", "limit", "next", "prev", "cursor"];
    let others = params.iter().filter(|(name, _)| !OF_PAGING.contains(&name.as_str()));
    form_urlencoded::Serializer::new(String::new()).extend_pairs(fixed).extend_pairs(others).finish()
}

/// A parameter that must be a number: text is answered as an unknown resource, as JAX-RS does, a negative one is refused.
pub(crate) fn number(visit: &Visit, params: &Params, name: &str) -> Result<Option<usize>, Refused> {
    let Some(text) = params.get(name) else { return Ok(None) };
    match text.parse::<i64>() {
        Ok(number) => usize::try_from(number).map(Some).map_err(|_negative| {
            let message = format!("java.lang.IllegalArgumentException: {name} cannot be less than zero");
            rest_error(StatusCode::BAD_REQUEST, &message).into()
        }),
        Err(_text) => Err(unknown_resource(&visit.site, &visit.parts).into()),
    }
}

/// The fields that `expand` names.
pub(crate) fn expands(params: &Params, field: &str) -> bool {
    let expand = params.get("expand").map(String::as_str).unwrap_or_default();
    expand.split(',').any(|asked| asked.trim() == field || asked.trim().starts_with(&format!("{field}.")))
}
