//! Version 1 of the Cloud REST API, and what lies outside `/wiki`.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderName, Response, StatusCode, header};
use serde_json::{Value, json};

use super::super::accounts::{GROUPS, Who};
use super::super::answers::{Answer, Refused, escape, html, json, json_with, redirect, set};
use super::super::login::within;
use super::super::paging::{Length, expands, listing};
use super::super::session;
use super::super::site::{Params, Site, Visit};
use super::super::wiki::Space;
use super::auth::api_token_owner;
use super::{CLOUD_ID, existing, operations, person};

/// `/_edge/tenant_info`: open to everybody; only Cloud has it.
pub(super) async fn tenant_info() -> Response<Body> {
    json(&json!({ "cloudId": CLOUD_ID, "cloudName": "brackwater" }))
}

/// `/rest/api/3/serverInfo` of the Jira next door, which unlike Confluence says in a header that a pair is wrong.
pub(super) async fn jira_server_info(State(site): State<Arc<Site>>, headers: HeaderMap) -> Response<Body> {
    let origin = &site.origin;
    let mut response = json(&json!({
        "baseUrl": origin, "displayUrl": origin, "displayUrlConfluence": origin, "version": "1001.0.0-SNAPSHOT",
        "versionNumbers": [1001, 0, 0], "deploymentType": "Cloud", "serverTitle": "Jira",
    }));
    if headers.contains_key("authorization") {
        let reason = if api_token_owner(&headers).is_some() { "OK" } else { "AUTHENTICATED_FAILED" };
        set(&mut response, HeaderName::from_static("x-seraph-loginreason"), reason);
    }
    response
}

/// Back from the sign-in of Atlassian accounts: its ticket is worth one session.
pub(super) async fn enter(State(site): State<Arc<Site>>, Query(params): Query<Params>) -> Response<Body> {
    let param = |name: &str| params.get(name).map(String::as_str).unwrap_or_default();
    let who = site.memory().idp.tickets.remove(param("ticket"));
    let Some(who) = who else { return json_with(StatusCode::UNAUTHORIZED, &json!({ "code": 401, "message": "Unauthorized" })) };
    let back = param("continue").strip_prefix(&site.origin).map_or("/wiki/home", within);
    let mut response = redirect(back);
    set(&mut response, header::SET_COOKIE, &session::open_session(&site, Some(who)));
    response
}

/// `/wiki/logout.action`.
pub(super) async fn leave(visit: Visit) -> Response<Body> {
    session::end(&visit.site, &visit.parts.headers);
    let mut response = redirect(&format!("{}/sign-out", visit.site.idp));
    set(&mut response, header::SET_COOKIE, &format!("{}=; Path=/; Max-Age=0; HttpOnly", visit.site.session_cookie()));
    response
}

/// The site's root.
pub(super) async fn front_door() -> Response<Body> {
    redirect("/wiki/")
}

/// The start page, for people who may see it.
pub(super) async fn home(visit: Visit) -> Response<Body> {
    let account = visit.who.map(Who::account);
    let id = account.map_or("", |account| account.account_id);
    let name = escape(account.map_or("Anonymous", |account| account.display_name));
    html(
        StatusCode::OK,
        format!(
            "<!DOCTYPE html><html><head><title>Home - Confluence</title><meta name=\"ajs-remote-user\" content=\"{id}\">\
             <meta name=\"ajs-cloud-id\" content=\"{CLOUD_ID}\"></head><body><p>{name}</p></body></html>"
        ),
    )
}

/// `/rest/api/user/current?expand=operations`.
pub(super) async fn current(visit: Visit, Query(params): Query<Params>) -> Response<Body> {
    let mut user = match visit.who {
        Some(who) => person(&visit.site, who),
        None => json!({
            "type": "anonymous", "displayName": "Anonymous", "isExternalCollaborator": false, "isGuest": false,
            "profilePicture": { "path": "/wiki/aa-avatar/anonymous", "width": 48, "height": 48, "isDefault": true },
            "_links": { "base": visit.site.base(), "context": visit.site.context },
        }),
    };
    if expands(&params, "operations") {
        let names: &[&str] = match visit.who {
            None => &["use"],
            Some(who) if who.is_admin() => &["use", "administer", "create_space"],
            Some(_) => &["use", "create_space"],
        };
        let list = names.iter().map(|name| json!({ "operation": name, "targetType": "application" }));
        user["operations"] = list.collect();
    }
    json(&user)
}

/// `/rest/api/user/memberof?accountId=`.
pub(super) async fn member_of(visit: Visit, Query(params): Query<Params>) -> Answer {
    must_browse(&visit)?;
    let id = params.get("accountId").map(String::as_str).unwrap_or_default();
    let Some(who) = Who::find(|who| who.account().account_id == id) else {
        let message = format!("No user found with account id : {id}");
        return Err(json_with(StatusCode::NOT_FOUND, &json!({ "statusCode": 404, "message": message })).into());
    };
    let groups = who.account().groups.iter().map(|name| group(name)).collect();
    Ok(json(&listing(&visit, &params, "/rest/api/user/memberof", LENGTH, groups)?))
}

/// `/rest/api/group`.
pub(super) async fn groups(visit: Visit, Query(params): Query<Params>) -> Answer {
    must_browse(&visit)?;
    let groups = GROUPS.iter().map(|name| group(name)).collect();
    Ok(json(&listing(&visit, &params, "/rest/api/group", LENGTH, groups)?))
}

/// `/rest/api/content/{id}/child/attachment/{file}/download`: a short-lived address of the media service.
pub(super) async fn hand_out(visit: Visit, Path((id, file)): Path<(String, String)>) -> Response<Body> {
    let found = visit.site.page_for(visit.who, &id).and_then(|(_, page)| {
        page.attachments.iter().find(|attachment| format!("att{}", attachment.id) == file || attachment.id.to_string() == file)
    });
    match found {
        Some(attachment) => redirect(&format!("https://api.media.atlassian.com/file/{}/binary?client=practice", attachment.id)),
        None => json_with(StatusCode::NOT_FOUND, &json!({ "statusCode": 404, "message": "No attachment found" })),
    }
}

/// `/rest/api/settings/systemInfo`.
pub(super) async fn system_info(visit: Visit) -> Response<Body> {
    json(&json!({
        "cloudId": CLOUD_ID, "commitHash": "4b1d0c7e9f3a52886e21d0a7c5e9b3f10a4c6d28", "baseUrl": visit.site.base(),
        "edition": "standard", "siteTitle": "Brackwater Wiki", "defaultLocale": "en_GB", "defaultTimeZone": "Etc/UTC",
        "microsPerimeter": "commercial",
    }))
}

/// `/rest/api/space?expand=operations`: the one bulk answer to "what may I do where".
pub(super) async fn spaces(visit: Visit, Query(params): Query<Params>) -> Answer {
    let wants = |name: &str, value: &str| params.get(name).is_none_or(|wanted| wanted == value);
    let site = &visit.site;
    let found = site
        .spaces_for(visit.who)
        .filter(|space| wants("type", space.kind()) && wants("status", space.status()))
        .filter(|space| wants("spaceKey", &site.key_of(space)))
        .map(|space| value(&visit, space, &params))
        .collect();
    Ok(json(&listing(&visit, &params, "/rest/api/space", Length { usual: 25, most: 1000 }, found)?))
}

/// `/rest/api/space/{key}`.
pub(super) async fn space(visit: Visit, Path(key): Path<String>, Query(params): Query<Params>) -> Answer {
    let space = existing(&visit, &key)?;
    Ok(json(&value(&visit, space, &params)))
}

const LENGTH: Length = Length { usual: 200, most: 1000 };

fn must_browse(visit: &Visit) -> Result<(), Refused> {
    if visit.who.is_some() && (visit.site.switches().browse_users || visit.is_admin()) {
        return Ok(());
    }
    let message = "Not permitted to view user profiles or groups";
    Err(json_with(StatusCode::FORBIDDEN, &json!({ "statusCode": 403, "message": message })).into())
}

fn group(name: &str) -> Value {
    json!({ "type": "group", "name": name, "id": format!("5f0c1a2e-0000-4000-8000-{:012x}", name.len()) })
}

fn value(visit: &Visit, space: &Space, params: &Params) -> Value {
    let site = &visit.site;
    let key = site.key_of(space);
    let mut value = json!({
        "id": space.id, "key": key, "alias": key, "name": space.name, "type": space.kind(), "status": space.status(),
        "_expandable": {
            "settings": format!("/rest/api/space/{key}/settings"), "operations": "", "permissions": "", "description": "",
            "homepage": format!("/rest/api/content/{}", space.home()),
        },
        "_links": { "webui": format!("/spaces/{key}"), "self": format!("{}/rest/api/space/{key}", site.base()) },
    });
    if expands(params, "operations") {
        value["operations"] = operations(site, visit.who, space);
    }
    value
}
