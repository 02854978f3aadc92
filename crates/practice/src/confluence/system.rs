//! Version, liveness and instance-wide facts of Data Center.

use axum::body::Body;
use axum::http::{Response, StatusCode};
use serde_json::{Value, json};

use super::accounts::{OPERATORS_GROUP, SUPER_GROUP, USERS_GROUP, Who};
use super::answers::{Answer, accepts_json, json, of_type, rest_error};
use super::auth::challenge;
use super::site::Visit;

/// `/status`: liveness only.
pub(crate) async fn status() -> Response<Body> {
    json(&json!({ "state": "RUNNING" }))
}

/// `/rest/applinks/1.0/manifest`: open to everybody; XML unless JSON is asked for.
pub(crate) async fn manifest(visit: Visit) -> Response<Body> {
    const ID: &str = "91c4a0de-52f6-3c07-9a7e-0d4b6c7e1f20";
    const OAUTH: &str = "com.atlassian.applinks.api.auth.types.OAuthAuthenticationProvider";
    let base = visit.site.base();
    let (version, build) = visit.site.version().release();
    if accepts_json(&visit.parts.headers) {
        return json(&json!({
            "id": ID, "name": "Brackwater Wiki", "typeId": "confluence", "version": version, "buildNumber": build,
            "applinksVersion": "9.1.8", "inboundAuthenticationTypes": [OAUTH], "outboundAuthenticationTypes": [OAUTH],
            "publicSignup": false, "url": base,
            "iconUrl": format!("{base}/images/icons/applink/confluence_128x128.png"),
        }));
    }
    of_type(
        StatusCode::OK,
        "application/xml",
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?><manifest><id>{ID}</id>\
             <name>Brackwater Wiki</name><typeId>confluence</typeId><version>{version}</version>\
             <buildNumber>{build}</buildNumber><applinksVersion>9.1.8</applinksVersion>\
             <inboundAuthenticationTypes>{OAUTH}</inboundAuthenticationTypes>\
             <outboundAuthenticationTypes>{OAUTH}</outboundAuthenticationTypes>\
             <publicSignup>false</publicSignup><url>{base}</url></manifest>"
        ),
    )
}

/// `/rest/api/accessmode`.
pub(crate) async fn access_mode(visit: Visit) -> Response<Body> {
    json(&Value::from(if visit.site.switches().read_only { "READ_ONLY" } else { "READ_WRITE" }))
}

/// `/rest/api/server-information`, for people who are signed in.
pub(crate) async fn server_information(visit: Visit) -> Response<Body> {
    if visit.who.is_none() {
        return challenge(&visit.site, "Client must be authenticated to access this resource.");
    }
    let (version, build) = visit.site.version().release();
    json(&json!({
        "baseUrl": visit.site.base(), "version": version, "buildNumber": build, "marketplaceBuildNumber": build,
        "buildDate": "2025-02-24T00:00:00.000Z",
    }))
}

/// `/rest/api/instance-metrics`: the whole instance, not what the caller sees.
pub(crate) async fn instance_metrics(visit: Visit) -> Answer {
    must_administer(&visit)?;
    let wiki = &visit.site.wiki;
    let pages = wiki.pages().filter(|(_, page)| page.kind == "page").count();
    let users = Who::ALL.into_iter().filter(|who| who.is_licensed()).count();
    Ok(json(&json!({ "pages": pages, "spaces": wiki.spaces.len(), "users": users })))
}

/// `/rest/api/permissions`: global permissions.
pub(crate) async fn global_permissions(visit: Visit) -> Answer {
    must_administer(&visit)?;
    let held = [
        ("application", "use", USERS_GROUP),
        ("personal_space", "create", USERS_GROUP),
        ("space", "create", USERS_GROUP),
        ("application", "administer", OPERATORS_GROUP),
        ("application", "administer", SUPER_GROUP),
        ("system", "administer", SUPER_GROUP),
    ];
    let list = held.map(|(target, operation, group)| {
        json!({
            "operation": { "targetType": target, "operationKey": operation },
            "subject": { "type": "group", "name": group },
        })
    });
    Ok(json(&Value::from(list.to_vec())))
}

fn must_administer(visit: &Visit) -> Result<(), super::answers::Refused> {
    match visit.who {
        None => Err(challenge(&visit.site, "Client must be authenticated to access this resource.").into()),
        Some(who) if who.is_admin() => Ok(()),
        Some(_) => Err(rest_error(StatusCode::FORBIDDEN, "Only administrators can access this resource").into()),
    }
}
