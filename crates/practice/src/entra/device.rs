//! The device code flow (RFC 8628, "OAuth 2.0 device authorization grant flow").

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use rand::Rng as _;
use serde_json::{Value, json};
use url::form_urlencoded;

use super::credentials;
use super::directory::App;
use super::discovery::Place;
use super::flow::{Ask, Destination, Flow, Prompt};
use super::ids::opaque;
use super::refusal::{Refusal, Trace, answer};
use super::token::{Code, Grant, TokenRequest, find_app};
use super::{Entra, World, authorize, pages};
use crate::markers::Kind;

const LIFETIME_SECONDS: i64 = 900;
const USUAL_INTERVAL_SECONDS: i64 = 5;

/// A code shown on a device, and what came of it.
#[derive(Debug, Clone)]
pub(crate) struct DeviceCode {
    pub(crate) user_code: String,
    pub(crate) client_id: String,
    pub(crate) tenant: Option<String>,
    pub(crate) segment: String,
    pub(crate) scope: String,
    pub(crate) issued_at: i64,
    pub(crate) polled_at: Option<i64>,
    pub(crate) answer: Option<Result<Code, Refusal>>,
}

/// `POST /{tenant}/oauth2/v2.0/devicecode`.
pub(crate) async fn start(State(entra): State<Entra>, Path(segment): Path<String>, headers: HeaderMap, body: bytes::Bytes) -> Response {
    let trace = Trace::new(entra.clock(), &headers);
    let mut world = entra.world();
    let origin = world.origin.clone();
    let form: std::collections::BTreeMap<String, String> = form_urlencoded::parse(&body).into_owned().collect();
    let request = TokenRequest { form, headers: &headers, now: entra.clock().seconds() };
    match issue_code(&mut world, &segment, &request) {
        Ok(body) => answer(StatusCode::OK, &body, &trace, 0),
        Err(refusal) => refusal.into_json(&trace, &origin),
    }
}

fn issue_code(world: &mut World, segment: &str, request: &TokenRequest<'_>) -> Result<Value, Refusal> {
    let place = world.place(segment)?;
    let client_id = request.need("client_id")?;
    let scope = request.need("scope")?;
    let app = find_app(world, &place, client_id)?;
    let alphabet = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    let user_code: String = (0..9).map(|_| char::from(alphabet[rand::rng().random_range(0..alphabet.len())])).collect();
    let device_code = opaque(Kind::DeviceCode.stem(), 64);
    let entry = DeviceCode {
        user_code: user_code.clone(),
        client_id: app.client_id,
        tenant: match place {
            Place::Tenant(id) => Some(id),
            Place::Shared(_) => None,
        },
        segment: segment.to_owned(),
        scope: scope.to_owned(),
        issued_at: request.now,
        polled_at: None,
        answer: None,
    };
    world.device_codes.insert(device_code.clone(), entry);
    let verification_uri = format!("{}/devicelogin", world.origin);
    let message =
        format!("To sign in, use a web browser to open the page {verification_uri} and enter the code {user_code} to authenticate.");
    Ok(json!({
        "user_code": user_code,
        "device_code": device_code,
        "verification_uri": verification_uri,
        "expires_in": LIFETIME_SECONDS,
        "interval": world.device_interval.unwrap_or(USUAL_INTERVAL_SECONDS),
        "message": message,
    }))
}

/// The polling end, at the token endpoint.
pub(crate) fn poll(entra: &Entra, world: &mut World, app: &App, request: &TokenRequest<'_>) -> Result<Value, Refusal> {
    let device_code = request.need("device_code")?;
    let interval = world.device_interval.unwrap_or(USUAL_INTERVAL_SECONDS);
    let known = world.device_codes.get_mut(device_code).filter(|known| known.client_id == app.client_id);
    let Some(known) = known else {
        let text = "The device_code sent to the /token endpoint wasn't recognized.";
        return Err(Refusal::unnumbered("bad_verification_code", text));
    };
    if request.now - known.issued_at >= LIFETIME_SECONDS {
        let text = "The provided value for the input parameter 'device_code' is not valid. This device code has expired.";
        return Err(Refusal::new(70020, "expired_token", text));
    }
    let too_soon = known.polled_at.is_some_and(|at| request.now - at < interval - 1);
    known.polled_at = Some(request.now);
    let grant = match known.answer.clone() {
        None if too_soon => return Err(Refusal::unnumbered("slow_down", "Polling too quickly.")),
        None => {
            let text = "OAuth 2.0 device flow error. Authorization is pending. Continue polling.";
            return Err(Refusal::new(70016, "authorization_pending", text));
        }
        Some(Err(refusal)) => return Err(refusal),
        Some(Ok(code)) => code,
    };
    // whether the app may be public at all is looked at only now, after the person has signed in
    if app.fallback_public_client {
        credentials::refuse_credentials(app, request)?;
    } else {
        credentials::authenticate(world, app, request)?;
    }
    world.device_codes.remove(device_code);
    let grant = Grant {
        tenant: grant.tenant,
        oid: grant.oid,
        amr: grant.amr,
        scope: grant.scope,
        nonce: None,
        spa: false,
        by_device_code: true,
        refreshing: None,
    };
    grant.tokens(entra, world, app, request)
}

/// `GET /devicelogin`: where the person types the code.
pub(crate) async fn page() -> Response {
    pages::device_code(None)
}

/// `POST /devicelogin`: the code is known, or asked for again.
pub(crate) async fn enter(State(entra): State<Entra>, headers: HeaderMap, body: bytes::Bytes) -> Response {
    let trace = Trace::new(entra.clock(), &headers);
    let typed = form_urlencoded::parse(&body).find(|(name, _)| name == "otc").map(|(_, code)| code.trim().to_uppercase());
    let typed = typed.unwrap_or_default();
    let now = entra.clock().seconds();
    let mut world = entra.world();
    let open = |pending: &DeviceCode| pending.answer.is_none() && now - pending.issued_at < LIFETIME_SECONDS;
    let found = world.device_codes.iter().find(|(_, pending)| pending.user_code == typed && open(pending));
    let Some((device_code, pending)) = found else {
        let text = "Invalid verification code due to User typing in wrong user code for device code flow.";
        return pages::device_code(Some(&Refusal::new(70018, "bad_verification_code", text)));
    };
    let ask = Ask {
        segment: pending.segment.clone(),
        tenant: pending.tenant.clone(),
        client_id: pending.client_id.clone(),
        scope: pending.scope.clone(),
        nonce: None,
        challenge: None,
        prompt: Prompt::Default,
        login_hint: None,
        destination: Destination::Device { device_code: device_code.clone() },
    };
    let session = world.session_of(&headers).unwrap_or_else(|| opaque(Kind::Session.stem(), 24));
    world.sessions.entry(session.clone()).or_default();
    let flow = Flow::new(ask, session.clone(), now);
    let response = authorize::advance(&entra, &mut world, flow, &trace);
    authorize::with_session(response, &world, &session)
}
