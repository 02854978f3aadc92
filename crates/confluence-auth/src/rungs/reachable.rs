//! Does anything answer, and is it free to be asked? The first request, without a credential.

use preflight::{Fail, Hint, Origin, Pass};
use transport::{Request, Response, Retry};
use url::Url;

use crate::address::SiteAddress;
use crate::api::Api;
use crate::classify::{ATLASSIAN, Metas, Obstacle, metas, obstacle};
use crate::error::ConfluenceError;
use crate::product::{First, MANIFEST, TENANT_INFO};
use crate::settings::{Credential, Cx, Settings};
use crate::whoami::CURRENT_USER;

/// How often a host may send us from http to https.
const MOST_UPGRADES: usize = 3;

pub(crate) async fn run(cx: &Cx<'_>, settings: &Settings) -> Result<Pass<First>, Fail> {
    let typed = settings.address.origin();
    let (api, response) = knock(cx, settings).await?;
    let origin = api.origin().clone();
    let host = origin.host().to_owned();
    if !settings.extra_headers.is_empty() && !origin.is_https() && !origin.is_loopback() {
        return Err(ConfluenceError::GateHeadersInTheClear { host }.into());
    }
    let upgraded = origin != *typed;
    let status = response.status.as_u16().to_string();
    let mut first = First { api, response, gate: None, behind: None };
    let seen = obstacle(&first.response);
    if let Some(Obstacle::IdentityProvider { name }) = &seen
        && name != ATLASSIAN
        && let Some(behind) = behind_the_gate(&first.api, &settings.credential).await?
    {
        first.gate = Some(name.clone());
        first.behind = Some(behind);
    } else if let Some(obstacle) = seen.filter(|obstacle| !is_for_later(obstacle)) {
        match gate_for_a_person(&obstacle) {
            // whoever signs in in a browser gets past it there; what is behind it, the browser shows
            Some(name) if settings.credential.needs_a_person() => first.gate = Some(name),
            _ => return Err(ConfluenceError::InTheWay { host, obstacle }.into()),
        }
    }
    let gate = first.gate.clone();
    let route = first.api.route();
    let mut summary = format!("{host} answers");
    if upgraded {
        summary = format!("{host} answers and moved on to https, so nothing goes over plain http");
    }
    let mut pass = Pass::new(first, summary).detail("origin", origin.to_string()).detail("status", status).detail("route", route);
    if let Some(gate) = gate {
        let hint = if settings.credential.needs_a_person() {
            format!("{gate} stands before it; in the browser, people get past that")
        } else {
            format!("People are sent to {gate} first; whether it lets this credential through, the next steps show")
        };
        pass = pass.detail("gate", gate).hint(Hint::say(hint));
    }
    Ok(pass)
}

/// The first request. Followed from http to https of the same host; never to another host.
async fn knock(cx: &Cx<'_>, settings: &Settings) -> Result<(Api, Response), ConfluenceError> {
    let address = &settings.address;
    let mut origin = address.origin().clone();
    for _ in 0..MOST_UPGRADES {
        let api = Api::at(cx, settings, &origin, address.context());
        let request = first_question(&api, address);
        // "come back in half a minute" is worth waiting for when there are too many requests, not when Confluence is being upgraded
        let mut response = api.send(Request { retry: Retry::Never, ..request.clone() }).await?;
        if matches!(obstacle(&response), Some(Obstacle::Throttled { .. })) {
            response = api.send(request).await?;
        }
        match upgrade(&origin, response.redirect_away().as_ref()) {
            Some(over_https) => origin = over_https,
            None => return Ok((api, response)),
        }
    }
    let host = origin.host().to_owned();
    Err(ConfluenceError::InTheWay { host: host.clone(), obstacle: Obstacle::Elsewhere { host, moved_to: None } })
}

fn first_question(api: &Api, address: &SiteAddress) -> Request {
    let request = if address.gateway_cloud_id().is_some() {
        api.get(CURRENT_USER)
    } else if address.looks_like_cloud() {
        api.get_of_host(TENANT_INFO)
    } else {
        api.get(MANIFEST)
    };
    request.follow()
}

/// The first request once more, this time with a session that gets past what stands in front.
pub(crate) async fn with_session(api: &Api, address: &SiteAddress) -> Result<First, ConfluenceError> {
    let response = api.send(first_question(api, address)).await?;
    Ok(First { api: api.clone(), response, gate: None, behind: None })
}

/// What a person gets past in a browser, and how to call it.
fn gate_for_a_person(obstacle: &Obstacle) -> Option<String> {
    match obstacle {
        Obstacle::IdentityProvider { name } => Some(name.clone()),
        Obstacle::Elsewhere { host, moved_to: None } if !host.is_empty() => Some(host.clone()),
        Obstacle::Negotiate { schemes } => Some(format!("A Windows sign-in ({schemes})")),
        Obstacle::GateLogin { .. } => Some("A gate with a sign-in of its own".to_owned()),
        Obstacle::ClientCertificate => Some("A gate that wants a client certificate".to_owned()),
        Obstacle::Filter { by } => Some(format!("A gate ({by})")),
        _ => None,
    }
}

/// The same host over https, where a redirect leads there.
fn upgrade(from: &Origin, to: Option<&Url>) -> Option<Origin> {
    let to = Origin::of(to?).ok()?;
    (!from.is_https() && to.is_https() && to.host() == from.host()).then_some(to)
}

/// What stands in the way of a stranger and need not stand in the way of somebody with a credential, or is for the next rung to name.
fn is_for_later(obstacle: &Obstacle) -> bool {
    match obstacle {
        Obstacle::Login | Obstacle::WebPage { .. } | Obstacle::WebSudo => true,
        // Cloud behind a domain of its own sends strangers to its own sign-in page
        Obstacle::IdentityProvider { name } => name == ATLASSIAN,
        _ => false,
    }
}

/// Single sign-on of Data Center leaves a way for local accounts and for scripts (`login.action?auth_fallback`). Only if that proves
/// that Confluence is behind the gate, a credential may be sent there.
async fn behind_the_gate(api: &Api, credential: &Credential) -> Result<Option<Metas>, ConfluenceError> {
    if credential.is_anonymous() {
        return Ok(None);
    }
    let response = api.send(api.get_page("/login.action?auth_fallback")).await?;
    let found = metas(&response.text());
    Ok((response.status.is_success() && found.is_confluence()).then_some(found))
}
