//! Spaces of Data Center and their permissions.

use axum::extract::{Path, Query};
use axum::http::StatusCode;
use serde_json::{Value, json};

use super::answers::{Answer, Refused, json, rest_error};
use super::paging::{Length, expands, listing, number};
use super::site::{Params, Site, Visit};
use super::wiki::{Space, Subject};

/// `/rest/api/space`: only what the caller may see, for administrators too.
pub(crate) async fn list(visit: Visit, Query(params): Query<Params>) -> Answer {
    let wants = |name: &str, value: &str| params.get(name).is_none_or(|wanted| wanted == value);
    for (name, allowed) in [("type", ["global", "personal"]), ("status", ["current", "archived"])] {
        if params.get(name).is_some_and(|value| !allowed.contains(&value.as_str())) {
            let message = format!("java.lang.IllegalArgumentException: unknown {name}");
            return Err(rest_error(StatusCode::BAD_REQUEST, &message).into());
        }
    }
    let values = visit
        .site
        .spaces_for(visit.who)
        .filter(|space| wants("type", space.kind()) && wants("status", space.status()) && wants("spaceKey", &space.key))
        .map(|space| value(&visit.site, space, &params))
        .collect::<Result<_, _>>()?;
    Ok(json(&listing(&visit, &params, "/rest/api/space", Length { usual: 25, most: 500 }, values)?))
}

/// `/rest/api/space/{key}`.
pub(crate) async fn one(visit: Visit, Path(key): Path<String>, Query(params): Query<Params>) -> Answer {
    let space = existing(&visit, &key)?;
    Ok(json(&value(&visit.site, space, &params)?))
}

/// `/rest/api/space/{key}/permissions`: for administrators of the space or of Confluence.
pub(crate) async fn permissions(visit: Visit, Path(key): Path<String>) -> Answer {
    let space = existing(&visit, &key)?;
    if !visit.is_admin() && !visit.site.is_space_admin(visit.who, space) {
        let refusal = if visit.site.switches().permissions_crash {
            rest_error(StatusCode::INTERNAL_SERVER_ERROR, "")
        } else {
            rest_error(StatusCode::FORBIDDEN, "Only space administrators can view space permissions")
        };
        return Err(refusal.into());
    }
    let mut list = Vec::new();
    for subject in &space.readers {
        for (target, operation) in [("space", "read"), ("page", "create"), ("attachment", "create")] {
            list.push(permission(space, target, operation, *subject));
        }
    }
    for subject in &space.admins {
        for (target, operation) in [("space", "read"), ("space", "administer"), ("space", "export")] {
            list.push(permission(space, target, operation, *subject));
        }
    }
    Ok(json(&Value::from(list)))
}

/// `/rest/spacedirectory/1/search`: the one listing with a total.
pub(crate) async fn directory(visit: Visit, Query(params): Query<Params>) -> Answer {
    let start = number(&visit, &params, "startIndex")?.unwrap_or(0);
    let length = number(&visit, &params, "pageSize")?.unwrap_or(20).min(50);
    let text = params.get("query").map(|text| text.to_lowercase()).unwrap_or_default();
    let wants = |name: &str, value: &str| params.get(name).is_none_or(|wanted| wanted == value);
    let found: Vec<&Space> = visit
        .site
        .spaces_for(visit.who)
        .filter(|space| wants("type", space.kind()) && wants("status", space.status()))
        .filter(|space| space.name.to_lowercase().contains(&text))
        .collect();
    let context = &visit.site.context;
    let shown = found.iter().skip(start).take(length).map(|space| {
        json!({
            "key": space.key, "name": space.name, "description": "", "labels": [],
            "summaryPath": format!("{context}/pages/viewpage.action?pageId={}", space.home()),
            "browseSpacePath": format!("{context}/spaces/viewspacesummary.action?key={}", space.key),
        })
    });
    Ok(json(&json!({ "totalSize": found.len(), "spaces": shown.collect::<Vec<_>>() })))
}

/// The space, or 404 for "does not exist" and "not for you" alike.
pub(crate) fn existing<'site>(visit: &'site Visit, key: &str) -> Result<&'site Space, Refused> {
    visit
        .site
        .space_for(visit.who, key)
        .ok_or_else(|| rest_error(StatusCode::NOT_FOUND, &format!("No space found with key : {key}")).into())
}

pub(crate) fn value(site: &Site, space: &Space, params: &Params) -> Result<Value, Refused> {
    if expands(params, "permissions") {
        let message = "java.lang.IllegalArgumentException: cannot expand permissions";
        return Err(rest_error(StatusCode::INTERNAL_SERVER_ERROR, message).into());
    }
    let mut value = json!({
        "id": space.id, "key": space.key, "name": space.name, "type": space.kind(), "status": space.status(),
        "_links": {
            "webui": format!("/display/{}", space.key),
            "self": format!("{}/rest/api/space/{}", site.base(), space.key),
        },
        "_expandable": {
            "metadata": "", "icon": "", "description": "", "retentionPolicy": "",
            "homepage": format!("/rest/api/content/{}", space.home()),
        },
    });
    if expands(params, "description") {
        let text = format!("{} of Brackwater Instruments", space.name);
        value["description"] = json!({ "plain": { "value": text, "representation": "plain" } });
    }
    if expands(params, "homepage")
        && let Some(home) = space.pages.first()
    {
        value["homepage"] = json!({ "id": home.id.to_string(), "type": home.kind, "status": "current", "title": home.title });
    }
    Ok(value)
}

fn permission(space: &Space, target: &str, operation: &str, subject: Subject) -> Value {
    let subject = match subject {
        Subject::Group(name) => json!({ "type": "group", "name": name }),
        Subject::Person(who) => json!({ "type": "user", "userKey": who.account().user_key }),
    };
    json!({
        "operation": { "targetType": target, "operationKey": operation },
        "subject": subject, "spaceKey": space.key, "spaceId": space.id,
    })
}
