//! People, groups and personal access tokens of Data Center.

use axum::body::Body;
use axum::extract::{Path, Query};
use axum::http::{Response, StatusCode};
use serde_json::{Value, json};

use super::accounts::{Account, GROUPS, Who};
use super::answers::{Answer, Refused, encode, json, json_with, rest_error, unknown_resource};
use super::auth::challenge;
use super::paging::{Length, listing};
use super::site::{Params, Site, Visit};
use crate::markers::Kind;

const LENGTH: Length = Length { usual: 200, most: 1000 };

/// `/rest/api/user/current`: the one honest test of a sign-in.
pub(crate) async fn current(visit: Visit) -> Response<Body> {
    json(&match visit.who {
        Some(who) => person(&visit.site, who.account()),
        None => json!({
            "type": "anonymous",
            "profilePicture": picture("/images/icons/profilepics/anonymous.svg"),
            "displayName": "Anonymous",
            "_links": {
                "base": visit.site.base(), "context": visit.site.context,
                "self": format!("{}/rest/api/user/anonymous", visit.site.base()),
            },
            "_expandable": { "status": "" },
        }),
    })
}

/// `/rest/api/user?username=` or `?key=`.
pub(crate) async fn one(visit: Visit, Query(params): Query<Params>) -> Answer {
    must_browse(&visit)?;
    let who = wanted(&params)?;
    Ok(json(&person(&visit.site, who.account())))
}

/// `/rest/api/user/memberof`.
pub(crate) async fn member_of(visit: Visit, Query(params): Query<Params>) -> Answer {
    must_browse(&visit)?;
    let who = wanted(&params)?;
    let groups = who.account().groups.iter().map(|name| group_value(&visit.site, name)).collect();
    Ok(json(&listing(&visit, &params, "/rest/api/user/memberof", LENGTH, groups)?))
}

/// `/rest/api/group`.
pub(crate) async fn groups(visit: Visit, Query(params): Query<Params>) -> Answer {
    must_browse(&visit)?;
    let groups = GROUPS.iter().map(|name| group_value(&visit.site, name)).collect();
    Ok(json(&listing(&visit, &params, "/rest/api/group", LENGTH, groups)?))
}

/// `/rest/api/group/{name}`.
pub(crate) async fn group(visit: Visit, Path(name): Path<String>) -> Answer {
    must_browse(&visit)?;
    Ok(json(&group_value(&visit.site, existing_group(&name)?)))
}

/// `/rest/api/group/{name}/member`.
pub(crate) async fn members(visit: Visit, Path(name): Path<String>, Query(params): Query<Params>) -> Answer {
    must_browse(&visit)?;
    let group = existing_group(&name)?;
    let accounts = Who::ALL.into_iter().map(Who::account).filter(|account| account.groups.contains(&group));
    let people = accounts.map(|account| person(&visit.site, account)).collect();
    Ok(json(&listing(&visit, &params, &format!("/rest/api/group/{}/member", encode(group)), LENGTH, people)?))
}

/// `GET /rest/pat/latest/tokens`: the caller's tokens without their secrets; absent where tokens are off.
pub(crate) async fn tokens(visit: Visit) -> Answer {
    let who = must_manage_tokens(&visit)?;
    let memory = visit.site.memory();
    let mut list = Vec::new();
    if !memory.revoked.contains(&who.pat()) {
        list.push(json!({ "id": 1, "name": "Migration", "createdAt": "2026-02-03T09:12:00.000Z" }));
    }
    let own = memory.made.iter().filter(|(_, owner, _)| *owner == who);
    list.extend(own.zip(2..).map(|((_, _, name), id)| json!({ "id": id, "name": name })));
    Ok(json(&Value::from(list)))
}

/// `POST /rest/pat/latest/tokens` with `{"name", "expirationDuration"}`: shows the secret this once.
pub(crate) async fn make_token(visit: Visit, body: String) -> Answer {
    let who = must_manage_tokens(&visit)?;
    if visit.site.switches().read_only {
        let message = "Confluence is in read-only mode";
        return Err(rest_error(StatusCode::METHOD_NOT_ALLOWED, message).into());
    }
    let wish: Value = serde_json::from_str(&body).unwrap_or_default();
    let Some(name) = wish.get("name").and_then(Value::as_str).filter(|name| !name.is_empty()) else {
        return Err(rest_error(StatusCode::BAD_REQUEST, "The token needs a name").into());
    };
    let mut memory = visit.site.memory();
    let id = memory.made.len() + 2;
    let secret = Kind::Pat.of(format_args!("{}-{id}", who.username()));
    memory.made.push((secret.clone(), who, name.to_owned()));
    Ok(json_with(StatusCode::CREATED, &json!({ "id": id, "name": name, "rawToken": secret })))
}

fn must_manage_tokens(visit: &Visit) -> Result<Who, Refused> {
    if !visit.site.switches().tokens {
        return Err(unknown_resource(&visit.site, &visit.parts).into());
    }
    visit.who.ok_or_else(|| challenge(&visit.site, "Client must be authenticated to access this resource.").into())
}

fn must_browse(visit: &Visit) -> Result<(), Refused> {
    if visit.who.is_some() && (visit.site.switches().browse_users || visit.is_admin()) {
        Ok(())
    } else {
        Err(rest_error(StatusCode::FORBIDDEN, "Not permitted to view user profiles or groups").into())
    }
}

fn wanted(params: &Params) -> Result<Who, Refused> {
    let by_name = params.get("username").map(|name| (name, Who::find(|who| who.username().eq_ignore_ascii_case(name))));
    let by_key = params.get("key").map(|key| (key, Who::find(|who| who.account().user_key == key)));
    match by_name.or(by_key) {
        Some((_, Some(who))) => Ok(who),
        Some((text, None)) => {
            let message = format!("No user found with the given username or key: {text}");
            Err(rest_error(StatusCode::NOT_FOUND, &message).into())
        }
        None => Err(rest_error(StatusCode::BAD_REQUEST, "Must supply either a username or a key").into()),
    }
}

fn existing_group(name: &str) -> Result<&'static str, Refused> {
    GROUPS
        .into_iter()
        .find(|group| *group == name)
        .ok_or_else(|| rest_error(StatusCode::NOT_FOUND, &format!("No group found with name: {name}")).into())
}

pub(crate) fn person(site: &Site, account: &Account) -> Value {
    json!({
        "type": "known",
        "username": account.username,
        "userKey": account.user_key,
        "profilePicture": picture("/images/icons/profilepics/default.svg"),
        "displayName": account.display_name,
        "_links": {
            "base": site.base(), "context": site.context,
            "self": format!("{}/rest/api/user?key={}", site.base(), account.user_key),
        },
        "_expandable": { "status": "" },
    })
}

pub(crate) fn group_value(site: &Site, name: &str) -> Value {
    let link = format!("{}/rest/api/group/{}", site.base(), encode(name));
    json!({ "type": "group", "name": name, "_links": { "self": link } })
}

fn picture(path: &str) -> Value {
    json!({ "path": path, "width": 48, "height": 48, "isDefault": true })
}
