//! The remote procedure calls of Data Center before 9.1: the only way to read space permissions there.

use axum::extract::Path;
use axum::http::StatusCode;
use serde_json::{Value, json};

use super::answers::{Answer, Refused, json, tomcat};
use super::site::Visit;
use super::wiki::{Space, Subject};

/// `{"jsonrpc":"2.0","method":…,"params":[…],"id":…}`.
pub(crate) async fn call(visit: Visit, body: String) -> Answer {
    must_be_on(&visit)?;
    let request: Value = serde_json::from_str(&body).unwrap_or_default();
    let id = request.get("id").cloned().unwrap_or_default();
    let Some(method) = request.get("method").and_then(Value::as_str) else {
        return Ok(json(&failure(&id, -32600, "Invalid Request")));
    };
    let empty = Vec::new();
    let params = request.get("params").and_then(Value::as_array).unwrap_or(&empty);
    Ok(json(&match run(&visit, method, params) {
        Ok(result) => json!({ "jsonrpc": "2.0", "id": id, "result": result }),
        Err((code, message)) => failure(&id, code, &message),
    }))
}

/// Light mode: the method in the path, the parameters as a bare list.
pub(crate) async fn call_light(visit: Visit, Path(method): Path<String>, body: String) -> Answer {
    must_be_on(&visit)?;
    let params: Vec<Value> = serde_json::from_str(&body).unwrap_or_default();
    Ok(json(&match run(&visit, &method, &params) {
        Ok(result) => result,
        Err((code, message)) => json!({ "error": { "code": code, "message": message } }),
    }))
}

fn must_be_on(visit: &Visit) -> Result<(), Refused> {
    if visit.site.switches().json_rpc {
        Ok(())
    } else {
        Err(tomcat(StatusCode::FORBIDDEN, "Remote API is not enabled on this server. Ask a site administrator to enable it.").into())
    }
}

fn run(visit: &Visit, method: &str, params: &[Value]) -> Result<Value, (i64, String)> {
    let site = &visit.site;
    let refused = |what: &str| (500, format!("com.atlassian.confluence.rpc.{what}"));
    match method {
        "getSpaces" => Ok(site.spaces_for(visit.who).map(|space| summary(visit, space)).collect()),
        "getSpace" | "getPermissions" | "getSpacePermissionSets" => {
            let key = params.first().and_then(Value::as_str).unwrap_or_default();
            let space = site
                .space_for(visit.who, key)
                .ok_or_else(|| refused("RemoteException: You're not allowed to view that space, or it does not exist."))?;
            let is_admin = visit.is_admin() || site.is_space_admin(visit.who, space);
            match method {
                "getSpace" => Ok(summary(visit, space)),
                "getPermissions" if visit.who.is_none() => Ok(json!(["view"])),
                "getPermissions" if is_admin => Ok(json!(["view", "modify", "comment", "admin"])),
                "getPermissions" => Ok(json!(["view", "modify", "comment"])),
                _ if !is_admin => Err(refused("NotPermittedException: You are not permitted to view space permissions")),
                // Only administrators of Confluence can open a secure session, so only they are asked for one.
                _ if visit.is_admin() && site.switches().websudo && !visit.is_elevated() && site.version().guards_rpc_by_websudo() => {
                    Err(refused("WebSudoRequiredException: Secure session required"))
                }
                _ => Ok(permission_sets(space)),
            }
        }
        _ => Err((-32601, format!("Method not found: {method}"))),
    }
}

fn summary(visit: &Visit, space: &Space) -> Value {
    let url = format!("{}/display/{}", visit.site.base(), space.key);
    json!({ "key": space.key, "name": space.name, "type": space.kind(), "url": url })
}

fn permission_sets(space: &Space) -> Value {
    let both = || space.readers.iter().chain(&space.admins);
    let set = |kind: &str, subjects: &mut dyn Iterator<Item = &Subject>| {
        let list: Vec<Value> = subjects
            .map(|subject| match subject {
                Subject::Group(name) => json!({ "type": kind, "userName": null, "groupName": name }),
                Subject::Person(who) => json!({ "type": kind, "userName": who.username(), "groupName": null }),
            })
            .collect();
        json!({ "type": kind, "spacePermissions": list })
    };
    json!([
        set("SETSPACEPERMISSIONS", &mut space.admins.iter()),
        set("VIEWSPACE", &mut both()),
        set("EXPORTSPACE", &mut space.admins.iter()),
    ])
}

fn failure(id: &Value, code: i64, message: &str) -> Value {
    json!({ "jsonrpc": "2.0", "id": id, "error": { "code": code, "message": message } })
}
