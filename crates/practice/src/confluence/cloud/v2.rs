//! Version 2 of the Cloud REST API: cursors, string IDs, errors as lists.

use axum::body::Body;
use axum::extract::{Path, Query};
use axum::http::{HeaderName, Response, StatusCode, header};
use axum::response::IntoResponse as _;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::super::accounts::Who;
use super::super::answers::{Answer, Refused, json, json_with, set};
use super::super::content::download_link;
use super::super::paging::query;
use super::super::site::{Params, Visit};
use super::super::wiki::{Attachment, Page, Space, Subject};

/// `/api/v2/spaces`.
pub(super) async fn spaces(visit: Visit, Query(params): Query<Params>) -> Answer {
    let site = &visit.site;
    let among = |name: &str, value: &str| params.get(name).is_none_or(|wanted| wanted.split(',').any(|wanted| wanted == value));
    let found = site
        .spaces_for(visit.who)
        .filter(|space| among("type", space.kind()) && among("status", space.status()))
        .filter(|space| among("keys", &site.key_of(space)) && among("ids", &space.id.to_string()))
        .map(|space| (space.id, space_value(&visit, space)))
        .collect();
    page_of(&visit, &params, "/api/v2/spaces", found)
}

/// `/api/v2/spaces/{id}`.
pub(super) async fn space(visit: Visit, Path(id): Path<String>) -> Answer {
    Ok(json(&space_value(&visit, existing(&visit, &id)?)))
}

/// `/api/v2/spaces/{id}/operations`.
pub(super) async fn operations(visit: Visit, Path(id): Path<String>) -> Answer {
    let space = existing(&visit, &id)?;
    Ok(json(&json!({ "operations": super::operations(&visit.site, visit.who, space) })))
}

/// `/api/v2/spaces/{id}/permissions`: readable by anybody who may read the space.
pub(super) async fn permissions(visit: Visit, Path(id): Path<String>, Query(params): Query<Params>) -> Answer {
    let space = existing(&visit, &id)?;
    let readers = space.readers.iter().map(|subject| ("read", subject));
    let admins = space.admins.iter().map(|subject| ("administer", subject));
    let list = readers.chain(admins).zip(1..).map(|((operation, subject), number)| {
        let principal = match subject {
            Subject::Group(name) => json!({ "type": "group", "id": name }),
            Subject::Person(who) => json!({ "type": "user", "id": who.account().account_id }),
        };
        let operation = json!({ "key": operation, "targetType": "space" });
        (number, json!({ "id": number.to_string(), "principal": principal, "operation": operation }))
    });
    page_of(&visit, &params, &format!("/api/v2/spaces/{id}/permissions"), list.collect())
}

/// `/api/v2/spaces/{id}/pages`.
pub(super) async fn pages(visit: Visit, Path(id): Path<String>, Query(params): Query<Params>) -> Answer {
    let space = existing(&visit, &id)?;
    let visible = space.pages.iter().filter(|page| page.kind == "page" && visit.site.sees_page(visit.who, space, page));
    let list = visible.map(|page| (page.id, page_value(space, page, &params))).collect();
    page_of(&visit, &params, &format!("/api/v2/spaces/{id}/pages"), list)
}

/// `/api/v2/pages/{id}`.
pub(super) async fn page(visit: Visit, Path(id): Path<String>, Query(params): Query<Params>) -> Answer {
    let (space, page) = visit.site.page_for(visit.who, &id).ok_or_else(not_found)?;
    Ok(json(&page_value(space, page, &params)))
}

/// `/api/v2/pages/{id}/attachments`.
pub(super) async fn attachments(visit: Visit, Path(id): Path<String>, Query(params): Query<Params>) -> Answer {
    let (_, page) = visit.site.page_for(visit.who, &id).ok_or_else(not_found)?;
    let value = |file: &Attachment| {
        let link = download_link(page, file);
        json!({
            "id": format!("att{}", file.id), "status": "current", "title": file.name, "pageId": page.id.to_string(),
            "mediaType": file.media_type, "fileSize": file.bytes.len(), "downloadLink": link, "webuiLink": link,
            "version": { "number": 1, "createdAt": "2026-03-02T10:00:00.000Z" }, "_links": { "download": link },
        })
    };
    let list = page.attachments.iter().map(|file| (file.id, value(file))).collect();
    page_of(&visit, &params, &format!("/api/v2/pages/{id}/attachments"), list)
}

/// `GET /api/v2/admin-key`: 404 for "not on" and "not for you" alike.
pub(super) async fn admin_key(visit: Visit) -> Answer {
    let who = visit.who.filter(|who| visit.site.memory().admin_keys.contains(who)).ok_or_else(not_found)?;
    Ok(json(&key_value(who)))
}

/// `POST /api/v2/admin-key`: from then on the organisation's administrator sees restricted content.
pub(super) async fn open_admin_key(visit: Visit) -> Answer {
    let who = visit.who.filter(|who| *who == Who::Super).ok_or_else(not_found)?;
    visit.site.memory().admin_keys.insert(who);
    Ok(json(&key_value(who)))
}

/// `DELETE /api/v2/admin-key`.
pub(super) async fn close_admin_key(visit: Visit) -> Answer {
    let was_on = visit.who.is_some_and(|who| visit.site.memory().admin_keys.remove(&who));
    if was_on { Ok(StatusCode::NO_CONTENT.into_response()) } else { Err(not_found().into()) }
}

pub(super) fn not_found() -> Response<Body> {
    failure(StatusCode::NOT_FOUND, "NOT_FOUND", "Not Found")
}

fn failure(status: StatusCode, code: &str, title: &str) -> Response<Body> {
    let error = json!({ "status": status.as_u16(), "code": code, "title": title, "detail": null });
    json_with(status, &json!({ "errors": [error] }))
}

fn key_value(who: Who) -> Value {
    let until = jiff::Timestamp::now() + jiff::SignedDuration::from_mins(10);
    json!({ "accountId": who.account().account_id, "expirationTime": until.to_string() })
}

fn existing<'site>(visit: &'site Visit, id: &str) -> Result<&'site Space, Refused> {
    let found = visit.site.spaces_for(visit.who).find(|space| space.id.to_string() == id);
    found.ok_or_else(|| not_found().into())
}

/// One page of a listing: `cursor` in, `Link` header and `_links.next` out. Limits above 250 are refused, not clamped.
fn page_of(visit: &Visit, params: &Params, path: &str, items: Vec<(u64, Value)>) -> Answer {
    let invalid = |what: &str| failure(StatusCode::BAD_REQUEST, "INVALID_REQUEST_PARAMETER", what);
    let limit = match params.get("limit").map(|text| text.parse::<usize>()) {
        None => 25,
        Some(Ok(limit @ 1..=250)) => limit,
        Some(_) => return Err(invalid("Provided value for 'limit' is not valid").into()),
    };
    let after = match params.get("cursor").map(|cursor| read_cursor(cursor)) {
        None => 0,
        Some(Some(after)) => after,
        Some(None) => return Err(invalid("Provided value for 'cursor' is not valid").into()),
    };
    let base = visit.site.base();
    let mut rest = items.into_iter().filter(|(id, _)| *id > after).peekable();
    let mut last = after;
    let mut results = Vec::new();
    while results.len() < limit
        && let Some((id, value)) = rest.next()
    {
        last = id;
        results.push(value);
    }
    let mut links = json!({ "base": base });
    let mut link = format!("<{base}>; rel=\"base\"");
    if rest.peek().is_some() {
        let fixed = [("limit", limit.to_string()), ("cursor", write_cursor(last))];
        let fixed = fixed.each_ref().map(|(name, value)| (*name, value.as_str()));
        let next = format!("/wiki{path}?{}", query(&fixed, params));
        link = format!("<{next}>; rel=\"next\", {link}");
        links["next"] = next.into();
    }
    let mut response = json(&json!({ "results": results, "_links": links }));
    set(&mut response, header::LINK, &link);
    set(&mut response, HeaderName::from_static("cache-control"), "no-cache, no-store");
    Ok(response)
}

fn write_cursor(last: u64) -> String {
    URL_SAFE_NO_PAD.encode(json!({ "id": last.to_string() }).to_string())
}

fn read_cursor(cursor: &str) -> Option<u64> {
    let read: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()?;
    read.get("id")?.as_str()?.parse().ok()
}

fn space_value(visit: &Visit, space: &Space) -> Value {
    let key = visit.site.key_of(space);
    let author = space.owner.unwrap_or(Who::Super).account().account_id;
    json!({
        "id": space.id.to_string(), "key": key, "name": space.name, "type": space.kind(), "status": space.status(),
        "authorId": author, "currentActiveAlias": key, "createdAt": "2024-01-15T08:00:00.000Z",
        "homepageId": space.home().to_string(), "description": null, "icon": null,
        "_links": { "webui": format!("/spaces/{key}") },
    })
}

fn page_value(space: &Space, page: &Page, params: &Params) -> Value {
    let mut body = json!({});
    if params.get("body-format").is_some_and(|format| format == "storage") {
        body = json!({ "storage": { "value": page.storage(), "representation": "storage" } });
    }
    json!({
        "id": page.id.to_string(), "status": "current", "title": page.title, "spaceId": space.id.to_string(),
        "authorId": page.author.account().account_id, "createdAt": "2024-01-22T09:30:00.000Z", "body": body,
        "version": { "number": 3, "createdAt": "2026-03-02T10:00:00.000Z" },
    })
}
