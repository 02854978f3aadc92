//! Pages, files, restrictions and search, in the version 1 shape that Data Center and Cloud share.

use axum::extract::{Path, Query};
use axum::http::{StatusCode, header};
use axum::response::IntoResponse as _;
use serde_json::{Value, json};

use super::accounts::Who;
use super::answers::{Answer, Refused, encode, json, rest_error};
use super::cql::Cql;
use super::paging::{Length, expands, listing, number, query};
use super::site::{Params, Site, Visit};
use super::wiki::{Attachment, Page, Space};
use super::{cloud, pages, spaces, users};

/// `/rest/api/content?spaceKey=&type=`.
pub(crate) async fn list(visit: Visit, Query(params): Query<Params>) -> Answer {
    let kind = params.get("type").map_or("page", String::as_str);
    let key = params.get("spaceKey").map(String::as_str);
    let wanted = key.map(|key| space(&visit, key)).transpose()?.map(|space| space.id);
    let title = params.get("title");
    let found = visible(&visit)
        .filter(|(space, page)| page.kind == kind && wanted.is_none_or(|id| id == space.id))
        .filter(|(_, page)| title.is_none_or(|title| *title == page.title))
        .map(|(space, page)| value(&visit.site, space, page, &params))
        .collect();
    Ok(json(&listing(&visit, &params, "/rest/api/content", length(&params), found)?))
}

/// `/rest/api/space/{key}/content/page`.
pub(crate) async fn of_space(visit: Visit, Path((key, kind)): Path<(String, String)>, Query(params): Query<Params>) -> Answer {
    let space = space(&visit, &key)?;
    let found = visible(&visit)
        .filter(|(of, page)| of.id == space.id && page.kind == kind)
        .map(|(space, page)| value(&visit.site, space, page, &params))
        .collect();
    let path = format!("/rest/api/space/{}/content/{}", encode(&key), encode(&kind));
    Ok(json(&listing(&visit, &params, &path, length(&params), found)?))
}

/// `/rest/api/content/scan`: cursor paging over the database, restricted pages included for those who may see them.
pub(crate) async fn scan(visit: Visit, Query(params): Query<Params>) -> Answer {
    let limit = number(&visit, &params, "limit")?.unwrap_or(25).min(1000);
    let after: u64 = params.get("cursor").and_then(|cursor| cursor.rsplit(':').next()).and_then(|id| id.parse().ok()).unwrap_or(0);
    let kind = params.get("type").map_or("page", String::as_str);
    let key = params.get("spaceKey").map(String::as_str);
    let mut found =
        visible(&visit).filter(|(space, page)| page.kind == kind && key.is_none_or(|key| key == space.key) && page.id > after).peekable();
    let mut last = after;
    let mut results = Vec::new();
    while results.len() < limit
        && let Some((space, page)) = found.next()
    {
        last = page.id;
        results.push(value(&visit.site, space, page, &params));
    }
    let base = visit.site.base();
    let mut answer = json!({
        "size": results.len(), "results": results, "cursor": format!("content:false:{after}"), "limit": limit,
        "_links": { "self": format!("{base}/rest/api/content/scan"), "base": base, "context": visit.site.context },
    });
    if found.peek().is_some() {
        let cursor = format!("content:false:{last}");
        let next = query(&[("cursor", &cursor), ("limit", &limit.to_string())], &params);
        answer["nextCursor"] = cursor.into();
        answer["_links"]["next"] = format!("/rest/api/content/scan?{next}").into();
    }
    Ok(json(&answer))
}

/// `/rest/api/content/{id}`.
pub(crate) async fn one(visit: Visit, Path(id): Path<String>, Query(params): Query<Params>) -> Answer {
    let (space, page) = page(&visit, &id)?;
    Ok(json(&value(&visit.site, space, page, &params)))
}

/// `/rest/api/content/{id}/child/attachment`.
pub(crate) async fn attachments(visit: Visit, Path(id): Path<String>, Query(params): Query<Params>) -> Answer {
    let (_, page) = page(&visit, &id)?;
    let files = page.attachments.iter().map(|file| attachment(&visit.site, page, file)).collect();
    let path = format!("/rest/api/content/{id}/child/attachment");
    Ok(json(&listing(&visit, &params, &path, Length { usual: 50, most: 200 }, files)?))
}

/// `/rest/api/content/{id}/restriction/byOperation`.
pub(crate) async fn restrictions(visit: Visit, Path(id): Path<String>) -> Answer {
    let (_, page) = page(&visit, &id)?;
    let list = |values: Vec<Value>| json!({ "size": values.len(), "results": values, "start": 0, "limit": 200 });
    let people = page.only.iter().map(|who| person(&visit.site, *who)).collect();
    Ok(json(&json!({
        "read": { "operation": "read", "restrictions": { "user": list(people), "group": list(Vec::new()) } },
        "update": { "operation": "update", "restrictions": { "user": list(Vec::new()), "group": list(Vec::new()) } },
        "_links": { "base": visit.site.base(), "context": visit.site.context },
    })))
}

/// `/rest/api/search?cql=`. Counts come from the index, and the index keeps restricted pages to those they name: members of
/// the super group do not find them here either (CONFSERVER-62994).
pub(crate) async fn search(visit: Visit, Query(params): Query<Params>) -> Answer {
    let refuse = |message: &str| Refused::from(rest_error(StatusCode::BAD_REQUEST, message));
    let text = params.get("cql").ok_or_else(|| refuse("cql query parameter is required"))?;
    let cql = Cql::parse(text).map_err(|error| refuse(&format!("Could not parse cql : {text} ({error})")))?;
    for key in &cql.spaces {
        if visit.site.space_for(visit.who, key).is_none() {
            return Err(refuse(&format!("No space exists with key : {key}")));
        }
    }
    let with_archived = params.get("includeArchivedSpaces").is_some_and(|value| value == "true");
    let found: Vec<Value> = visible(&visit)
        .filter(|(space, page)| page.names(visit.who) && cql.matches(&visit.site.key_of(space), page))
        .filter(|(space, _)| with_archived || !space.archived)
        .map(|(space, page)| json!({ "content": value(&visit.site, space, page, &params), "title": page.title, "entityType": "content" }))
        .collect();
    let total = found.len();
    let mut answer = listing(&visit, &params, "/rest/api/search", length(&params), found)?;
    answer["totalSize"] = total.into();
    answer["cqlQuery"] = text.as_str().into();
    answer["searchDuration"] = 12.into();
    answer["archivedResultCount"] = 0.into();
    Ok(json(&answer))
}

/// `/download/attachments/{page}/{file}`: the bytes.
pub(crate) async fn download(visit: Visit, Path((id, name)): Path<(String, String)>) -> Answer {
    let found = visit.site.page_for(visit.who, &id);
    let file = found.and_then(|(_, page)| page.attachments.iter().find(|file| file.name == name));
    let Some(file) = file else { return Err(pages::not_found(&visit).into()) };
    let disposition = format!("attachment; filename=\"{}\"", file.name);
    let headers = [(header::CONTENT_TYPE, file.media_type), (header::CONTENT_DISPOSITION, disposition.as_str())];
    Ok((headers, file.bytes.clone()).into_response())
}

fn visible(visit: &Visit) -> impl Iterator<Item = (&Space, &Page)> {
    visit.site.wiki.pages().filter(|(space, page)| visit.site.sees_page(visit.who, space, page))
}

fn space<'site>(visit: &'site Visit, key: &str) -> Result<&'site Space, Refused> {
    if visit.site.is_cloud() { cloud::existing(visit, key) } else { spaces::existing(visit, key) }
}

fn page<'site>(visit: &'site Visit, id: &str) -> Result<(&'site Space, &'site Page), Refused> {
    visit
        .site
        .page_for(visit.who, id)
        .ok_or_else(|| rest_error(StatusCode::NOT_FOUND, &format!("No content found with id: ContentId{{id={id}}}")).into())
}

/// Data Center gives fewer entries per page the more it has to expand (Atlassian knowledge base 1032258424).
fn length(params: &Params) -> Length {
    let most = match params.get("expand") {
        Some(expand) if expand.contains("body") => 50,
        Some(_) => 200,
        None => 1000,
    };
    Length { usual: 25, most }
}

fn person(site: &Site, who: Who) -> Value {
    if site.is_cloud() { cloud::person(site, who) } else { users::person(site, who.account()) }
}

pub(crate) fn value(site: &Site, space: &Space, page: &Page, params: &Params) -> Value {
    let id = page.id.to_string();
    let key = site.key_of(space);
    let webui = if site.is_cloud() {
        format!("/spaces/{key}/pages/{id}/{}", encode(&page.title))
    } else {
        format!("/display/{key}/{}", encode(&page.title))
    };
    let mut value = json!({
        "id": id, "type": page.kind, "status": "current", "title": page.title,
        "_links": { "webui": webui, "self": format!("{}/rest/api/content/{id}", site.base()) },
        "_expandable": { "container": format!("/rest/api/space/{key}"), "body": "", "version": "", "history": "" },
    });
    if expands(params, "body.storage") {
        value["body"] = json!({ "storage": { "value": page.storage(), "representation": "storage" } });
    }
    if expands(params, "version") {
        value["version"] = json!({ "by": person(site, page.author), "number": 3, "when": "2026-03-02T10:00:00.000Z" });
    }
    if expands(params, "history") {
        value["history"] = json!({ "latest": true, "createdBy": person(site, page.author), "createdDate": "2024-01-22T09:30:00.000Z" });
    }
    if expands(params, "space") {
        value["space"] = json!({ "id": space.id, "key": key, "name": space.name, "type": space.kind() });
    }
    if expands(params, "restrictions.read") {
        let people: Vec<_> = page.only.iter().map(|who| person(site, *who)).collect();
        value["restrictions"] = json!({ "read": { "operation": "read", "restrictions": {
            "user": { "size": people.len(), "results": people, "start": 0, "limit": 200 },
            "group": { "results": [], "start": 0, "limit": 200, "size": 0 },
        } } });
    }
    value
}

/// Where a file is to be had, below the context path.
pub(crate) fn download_link(page: &Page, file: &Attachment) -> String {
    format!("/download/attachments/{}/{}?version=1&api=v2", page.id, encode(&file.name).replace('+', "%20"))
}

fn attachment(site: &Site, page: &Page, file: &Attachment) -> Value {
    let path = download_link(page, file);
    json!({
        "id": format!("att{}", file.id), "type": "attachment", "status": "current", "title": file.name,
        "metadata": { "mediaType": file.media_type },
        "extensions": { "mediaType": file.media_type, "fileSize": file.bytes.len(), "comment": "" },
        "_links": { "download": path, "self": format!("{}/rest/api/content/att{}", site.base(), file.id) },
    })
}
