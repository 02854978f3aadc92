//! The authorization endpoint and the pages behind it.

use std::collections::BTreeMap;

use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use url::{Url, form_urlencoded};

use super::directory::{App, Block, Platform, Tenant, User};
use super::discovery::Place;
use super::flow::{Ask, Challenge, Destination, FLOW_SECONDS, Flow, Prompt, ResponseMode, SignedIn, redirect_matches};
use super::ids::{guid, opaque};
use super::pages;
use super::refusal::{Refusal, Trace};
use super::scopes::{At, Requested};
use super::token::Code;
use super::{Entra, Fault, World};
use crate::markers::Kind;

/// `GET /{tenant}/oauth2/v2.0/authorize`.
pub(crate) async fn authorize(
    State(entra): State<Entra>,
    Path(segment): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    begin(&entra, &segment, query.unwrap_or_default().as_bytes(), &headers)
}

/// The same by `POST` (OpenID Connect Core 1.0, section 3.1.2.1).
pub(crate) async fn authorize_post(
    State(entra): State<Entra>,
    Path(segment): Path<String>,
    headers: HeaderMap,
    body: bytes::Bytes,
) -> Response {
    begin(&entra, &segment, &body, &headers)
}

fn begin(entra: &Entra, segment: &str, query: &[u8], headers: &HeaderMap) -> Response {
    let trace = Trace::new(entra.clock(), headers);
    let parameters: BTreeMap<String, String> = form_urlencoded::parse(query).into_owned().collect();
    let mut world = entra.world();
    let session = world.session_of(headers).unwrap_or_else(|| opaque(Kind::Session.stem(), 24));
    world.sessions.entry(session.clone()).or_default();
    let step = match read(&world, segment, &parameters) {
        Ok(ask) => {
            let mut flow = Flow::new(ask, session.clone(), entra.clock().seconds());
            prefill(&world, &mut flow);
            advance(entra, &mut world, flow, &trace)
        }
        Err(NoFlow::Page(refusal)) => pages::refusal(&refusal, &trace),
        Err(NoFlow::Redirect(told)) => refuse_at(&told.0, &told.1, &trace),
    };
    with_session(step, &world, &session)
}

pub(crate) fn with_session(mut response: Response, world: &World, session: &str) -> Response {
    if let Ok(cookie) = format!("{}={session}; Path=/; HttpOnly; SameSite=Lax", world.cookie()).parse() {
        response.headers_mut().append("Set-Cookie", cookie);
    }
    response
}

/// A request that does not become a sign-in.
enum NoFlow {
    /// Told on the page, because the return address cannot be trusted (RFC 6749, section 4.1.2.1).
    Page(Box<Refusal>),
    /// Told to the app.
    Redirect(Box<(Destination, Refusal)>),
}

impl From<Refusal> for NoFlow {
    fn from(refusal: Refusal) -> Self {
        Self::Page(Box::new(refusal))
    }
}

/// Reads an authorization request. First what decides whether the return address may be used at all.
fn read(world: &World, segment: &str, parameters: &BTreeMap<String, String>) -> Result<Ask, NoFlow> {
    let get = |name: &str| parameters.get(name).map(String::as_str).filter(|value| !value.is_empty());
    let place = world.place(segment)?;
    let client_id = get("client_id").ok_or_else(|| Refusal::missing_parameter("client_id"))?;
    let tenant = match &place {
        Place::Tenant(id) => world.tenant(id),
        Place::Shared(_) => None,
    };
    let shown = tenant.map_or("Microsoft Services", |tenant| tenant.name.as_str());
    let app = world.app(client_id).ok_or_else(|| Refusal::app_not_found(client_id, shown))?;
    if let Some(tenant) = tenant
        && app.tenant != tenant.id
        && !app.multi_tenant
    {
        return Err(Refusal::app_not_found(client_id, shown).into());
    }
    if tenant.is_none() && !app.multi_tenant {
        return Err(Refusal::single_tenant(client_id, &app.name).into());
    }
    let (uri, platform) = return_address(app, get("redirect_uri"))?;
    let mode = match get("response_mode") {
        None | Some("query") => ResponseMode::Query,
        Some("fragment") => ResponseMode::Fragment,
        Some("form_post") if !world.faults.is_on(Fault::NoFormPost) => ResponseMode::FormPost,
        Some(other) => {
            let text = format!("The 'response_mode' value '{other}' is not supported.");
            return Err(Refusal::new(70007, "unsupported_response_mode", text).into());
        }
    };
    let state = get("state").map(str::to_owned);
    let destination = Destination::Redirect { uri, platform, mode, state };
    let refuse = |refusal| NoFlow::Redirect(Box::new((destination.clone(), refusal)));

    match get("response_type") {
        Some("code") => {}
        None => return Err(refuse(Refusal::missing_parameter("response_type"))),
        Some(other) if other.contains("token") => {
            let text = "response_type 'id_token' is not enabled for the application.";
            return Err(refuse(Refusal::new(700_054, "unsupported_response_type", text)));
        }
        Some(other) => {
            let text = format!("The response type '{other}' is not supported.");
            return Err(refuse(Refusal::new(70005, "unsupported_response_type", text)));
        }
    }
    let scope = get("scope").ok_or_else(|| refuse(Refusal::missing_parameter("scope")))?.to_owned();
    let challenge = challenge(world, platform, get("code_challenge"), get("code_challenge_method")).map_err(refuse)?;
    let prompt = match get("prompt") {
        None => Prompt::Default,
        Some("select_account") => Prompt::SelectAccount,
        Some("login") => Prompt::Login,
        Some("consent") => Prompt::Consent,
        Some("none") => Prompt::None,
        Some(other) => {
            let text = format!("Invalid STS request. The 'prompt' value '{other}' is not supported.");
            return Err(refuse(Refusal::new(90023, "invalid_request", text)));
        }
    };
    let login_hint = get("login_hint").map(str::to_owned);
    if prompt == Prompt::SelectAccount && login_hint.is_some() {
        let text = "Invalid STS request. 'login_hint' cannot be combined with 'prompt=select_account'.";
        return Err(refuse(Refusal::new(90023, "invalid_request", text)));
    }
    Ok(Ask {
        segment: segment.to_owned(),
        tenant: tenant.map(|tenant| tenant.id.clone()),
        client_id: app.client_id.clone(),
        scope,
        nonce: get("nonce").map(str::to_owned),
        challenge,
        prompt,
        login_hint,
        destination,
    })
}

fn return_address(app: &App, given: Option<&str>) -> Result<(String, Platform), Refusal> {
    if app.redirect_uris.is_empty() {
        return Err(Refusal::new(500_113, "invalid_request", "No reply address is registered for the application."));
    }
    let Some(given) = given else {
        return Err(Refusal::new(900_971, "invalid_request", "No reply address provided."));
    };
    let matching = app.redirect_uris.iter().find(|(_, registered)| redirect_matches(registered, given));
    let Some((platform, _)) = matching else {
        let text = format!(
            "The redirect URI '{given}' specified in the request does not match the redirect URIs configured for the application \
             '{}'. Make sure the redirect URI sent in the request matches one added to your application in the Azure portal. \
             Navigate to https://aka.ms/redirectUriMismatchError to learn more about how to troubleshoot this error.",
            app.client_id
        );
        return Err(Refusal::new(50011, "invalid_request", text));
    };
    Ok((given.to_owned(), *platform))
}

fn challenge(world: &World, platform: Platform, value: Option<&str>, method: Option<&str>) -> Result<Option<Challenge>, Refusal> {
    let strict = world.faults.is_on(Fault::NoPlainPkce);
    let Some(value) = value else {
        if strict || platform == Platform::Spa {
            let text = "Proof Key for Code Exchange is required for cross-origin authorization code redemption.";
            return Err(Refusal::new(9_002_325, "invalid_request", text));
        }
        return Ok(None);
    };
    let plain = match method {
        Some("S256") => false,
        None | Some("plain") if !strict => true,
        other => {
            let text = format!("The code_challenge_method '{}' is not supported.", other.unwrap_or("plain"));
            return Err(Refusal::new(501_491, "invalid_request", text));
        }
    };
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    if !(43..=128).contains(&value.len()) || !value.bytes().all(allowed) {
        let text = "The size of the code_challenge parameter is not valid.";
        return Err(Refusal::new(50147, "invalid_request", text));
    }
    Ok(Some(Challenge { plain, value: value.to_owned() }))
}

/// Takes the person from the session or from the hint, as far as the request allows it.
fn prefill(world: &World, flow: &mut Flow) {
    let signed_in = world.sessions.get(&flow.session).cloned().unwrap_or_default();
    let here = |person: &&SignedIn| flow.ask.tenant.as_ref().is_none_or(|id| *id == person.tenant);
    let person = match (flow.ask.prompt, &flow.ask.login_hint) {
        (Prompt::SelectAccount | Prompt::Login, _) => None,
        (_, Some(hint)) => signed_in
            .iter()
            .filter(here)
            .find(|person| world.user(&person.tenant, &person.oid).is_some_and(|user| user.upn.eq_ignore_ascii_case(hint))),
        // one account is taken without asking; several are a choice
        (_, None) => {
            let mut candidates = signed_in.iter().filter(here);
            candidates.next().filter(|_| candidates.next().is_none())
        }
    };
    if let Some(person) = person {
        flow.person = Some((person.tenant.clone(), person.oid.clone()));
        flow.password_ok = true;
        flow.amr.clone_from(&person.amr);
    } else if let Some(hint) = flow.ask.login_hint.clone() {
        let found = world.tenants_of(&flow.ask).find_map(|tenant| world.user_named(&tenant.id, &hint));
        flow.person = found.map(|user| (user.tenant.clone(), user.oid.clone()));
    }
}

/// Shows the next page, or ends the sign-in. Every call gives the flow a new token.
pub(crate) fn advance(entra: &Entra, world: &mut World, mut flow: Flow, trace: &Trace) -> Response {
    flow.token = opaque("", 24);
    let outcome = decide(world, &mut flow);
    match outcome {
        Next::Show(page) if flow.ask.prompt == Prompt::None => {
            let refusal = match page {
                Page::Mfa => Refusal::new(
                    50076,
                    "interaction_required",
                    "Due to a configuration change made by your administrator, or because you moved to a new location, you must use \
                     multi-factor authentication to access the resource.",
                ),
                Page::Consent { .. } | Page::Approval { .. } => {
                    let mut refusal = world.app(&flow.ask.client_id).map_or_else(
                        || Refusal::not_consented(&flow.ask.client_id, ""),
                        |app| Refusal::not_consented(&app.client_id, &app.name),
                    );
                    refusal.error = "consent_required";
                    refusal
                }
                _ => Refusal::new(50058, "login_required", "A silent sign-in request was sent but no user is signed in."),
            };
            refuse_at(&flow.ask.destination, &refusal, trace)
        }
        Next::Show(page) => {
            let html = pages::page(world, &flow, &page, trace);
            world.flows.insert(flow.token.clone(), flow);
            html
        }
        Next::Refuse { refusal, at_redirect } if at_redirect || flow.ask.prompt == Prompt::None => {
            refuse_at(&flow.ask.destination, &refusal, trace)
        }
        Next::Refuse { refusal, .. } => pages::refusal(&refusal, trace),
        Next::Finish { tenant, user } => finish(entra, world, &flow, &tenant, &user),
    }
}

/// A page to show.
#[derive(Debug, Clone)]
pub(crate) enum Page {
    /// Account picker and user name in one; the text says what was wrong before.
    Username {
        problem: Option<Refusal>,
    },
    Password {
        problem: Option<Refusal>,
    },
    Mfa,
    Confirm,
    Consent {
        consent: super::scopes::Consent,
    },
    Approval {
        consent: super::scopes::Consent,
        refusal: Refusal,
    },
}

enum Next {
    Show(Page),
    Refuse { refusal: Refusal, at_redirect: bool },
    Finish { tenant: Box<Tenant>, user: Box<User> },
}

impl Next {
    fn refuse(refusal: Refusal) -> Self {
        Self::Refuse { refusal, at_redirect: false }
    }
}

fn decide(world: &World, flow: &mut Flow) -> Next {
    let Some(app) = world.app(&flow.ask.client_id) else {
        return Next::refuse(Refusal::app_not_found(&flow.ask.client_id, &flow.ask.segment));
    };
    let Some((tenant_id, oid)) = flow.person.clone() else {
        return Next::Show(Page::Username { problem: None });
    };
    let (Some(user), Some(account_tenant)) = (world.user(&tenant_id, &oid), world.tenant(&tenant_id)) else {
        return Next::Show(Page::Username { problem: None });
    };
    if !flow.password_ok {
        return Next::Show(Page::Password { problem: None });
    }
    let tenant = match &flow.ask.tenant {
        Some(id) if *id != tenant_id => {
            let here = world.tenant(id).map_or(id.as_str(), |tenant| tenant.name.as_str());
            let text = format!(
                "User account '{}' from identity provider 'https://sts.windows.net/{tenant_id}/' does not exist in tenant '{here}' \
                 and cannot access the application '{}'({}) in that tenant. The account needs to be added as an external user in \
                 the tenant first. Sign out and sign in again with a different Azure Active Directory user account.",
                user.upn, app.client_id, app.name
            );
            return Next::refuse(Refusal::new(50020, "access_denied", text));
        }
        _ => account_tenant,
    };
    if matches!(flow.ask.destination, Destination::Device { .. }) && !flow.confirmed {
        return Next::Show(Page::Confirm);
    }
    if user.mfa && !flow.amr.iter().any(|method| method == "mfa") {
        return Next::Show(Page::Mfa);
    }
    if !app.enabled {
        return Next::refuse(Refusal::app_disabled(&app.client_id, &app.name));
    }
    let told_at_redirect = world.faults.is_on(Fault::RefuseAtRedirect);
    let refused = |mut refusal: Refusal| {
        refusal.error = "access_denied";
        Next::Refuse { refusal, at_redirect: told_at_redirect }
    };
    if app.assignment_required && !user.assigned.contains(&app.client_id) {
        return refused(Refusal::not_assigned(&app.client_id, &app.name, &user.upn));
    }
    let requested = match Requested::parse(world, tenant, app, &flow.ask.scope, At::Authorize) {
        Ok(requested) => requested,
        Err(refusal) => {
            let at_redirect = matches!(refusal.code, Some(650_052 | 70011));
            return Next::Refuse { refusal, at_redirect };
        }
    };
    let device = matches!(flow.ask.destination, Destination::Device { .. });
    let resources = requested.resources.iter().map(|part| part.resource.app_id.as_str());
    for resource in resources.map(Some).chain([None]) {
        if let Some(refusal) = world.policy_refusal(tenant, user, resource, device) {
            return refused(refusal);
        }
    }
    let ask_again = flow.ask.prompt == Prompt::Consent && !flow.consented;
    let consent = match world.consent_needed(tenant, app, user, &requested, ask_again) {
        Ok(consent) => consent,
        Err(refusal) => {
            let at_redirect = refusal.code == Some(650_052);
            return Next::Refuse { refusal, at_redirect };
        }
    };
    if consent.is_needed() {
        if !user.admin && (consent.needs_admin() || !tenant.user_consent || app.assignment_required) {
            let refusal = Refusal::new(90094, "access_denied", "The grant requires admin permission.");
            return Next::Show(Page::Approval { consent, refusal });
        }
        return Next::Show(Page::Consent { consent });
    }
    Next::Finish { tenant: Box::new(tenant.clone()), user: Box::new(user.clone()) }
}

impl World {
    /// The first Conditional Access policy that stands in the way.
    pub(crate) fn policy_refusal(&self, tenant: &Tenant, user: &User, resource: Option<&str>, device_code: bool) -> Option<Refusal> {
        let applies = |policy: &&super::Policy| {
            policy.tenant == tenant.id
                && policy.resource.as_deref().is_none_or(|id| resource == Some(id))
                && policy.upn.as_deref().is_none_or(|upn| upn.eq_ignore_ascii_case(&user.upn))
                && (policy.block != Block::DeviceCode || device_code)
        };
        self.policies.iter().find(applies).map(|policy| match policy.block {
            Block::Access | Block::DeviceCode => Refusal::blocked_by_policy(&policy.id),
            Block::Device => Refusal::device_not_compliant(&policy.id),
        })
    }
}

/// Issues the code (or wakes the device) and remembers who is signed in in this browser.
fn finish(entra: &Entra, world: &mut World, flow: &Flow, tenant: &Tenant, user: &User) -> Response {
    let now = entra.clock().seconds();
    if flow.fresh_sign_in {
        let signed_in = world.sessions.entry(flow.session.clone()).or_default();
        signed_in.retain(|person| person.oid != user.oid || person.tenant != user.tenant);
        let person = SignedIn { tenant: user.tenant.clone(), oid: user.oid.clone(), amr: flow.amr.clone() };
        signed_in.push(person);
    }
    let grant = Code {
        client_id: flow.ask.client_id.clone(),
        tenant: tenant.id.clone(),
        oid: user.oid.clone(),
        redirect_uri: String::new(),
        platform: Platform::PublicClient,
        challenge: flow.ask.challenge.clone(),
        scope: flow.ask.scope.clone(),
        nonce: flow.ask.nonce.clone(),
        amr: flow.amr.clone(),
        issued_at: now,
        used: false,
    };
    match &flow.ask.destination {
        Destination::Device { device_code } => {
            if let Some(device) = world.device_codes.get_mut(device_code) {
                device.answer = Some(Ok(grant));
            }
            pages::done("You have signed in", "You may close this page and go back to the device or app.")
        }
        Destination::Redirect { uri, platform, mode, state } => {
            let code = opaque(Kind::AuthorizationCode.stem(), 48);
            let grant = Code { redirect_uri: uri.clone(), platform: *platform, ..grant };
            world.codes.insert(code.clone(), grant);
            let mut parameters = vec![("code".to_owned(), code)];
            if world.faults.strikes(Fault::WrongState) {
                parameters.push(("state".to_owned(), opaque("not-yours-", 16)));
            } else if let Some(state) = state {
                parameters.push(("state".to_owned(), state.clone()));
            }
            parameters.push(("session_state".to_owned(), guid()));
            let twice = world.faults.strikes(Fault::DeliverTwice);
            deliver(uri, *mode, &parameters, twice)
        }
    }
}

/// Takes a refusal to where the app (or the polling device) learns of it.
pub(crate) fn refuse_at(destination: &Destination, refusal: &Refusal, trace: &Trace) -> Response {
    refuse_with(destination, refusal, trace, None)
}

fn refuse_with(destination: &Destination, refusal: &Refusal, trace: &Trace, subcode: Option<&str>) -> Response {
    let Destination::Redirect { uri, mode, state, .. } = destination else {
        return pages::refusal(refusal, trace);
    };
    let mut parameters = vec![("error".to_owned(), refusal.error.to_owned())];
    if let Some(subcode) = subcode {
        parameters.push(("error_subcode".to_owned(), subcode.to_owned()));
    }
    parameters.push(("error_description".to_owned(), refusal.description(trace)));
    if let Some(code) = refusal.code {
        parameters.push(("error_uri".to_owned(), format!("https://login.microsoftonline.com/error?code={code}")));
    }
    if let Some(state) = state {
        parameters.push(("state".to_owned(), state.clone()));
    }
    deliver(uri, *mode, &parameters, false)
}

fn deliver(uri: &str, mode: ResponseMode, parameters: &[(String, String)], twice: bool) -> Response {
    if mode == ResponseMode::FormPost {
        return pages::form_post(uri, parameters, twice);
    }
    let Ok(mut url) = Url::parse(uri) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    if mode == ResponseMode::Fragment {
        let fragment = form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish();
        url.set_fragment(Some(&fragment));
    } else {
        url.query_pairs_mut().extend_pairs(parameters);
    }
    if twice {
        return pages::redirect_twice(url.as_str());
    }
    let headers = [("Location", url.to_string()), ("Cache-Control", "no-store, no-cache".to_owned())];
    (StatusCode::FOUND, headers).into_response()
}

/// `POST /{tenant}/login`: a form of one of the pages.
pub(crate) async fn step(State(entra): State<Entra>, Path(_segment): Path<String>, headers: HeaderMap, body: bytes::Bytes) -> Response {
    let trace = Trace::new(entra.clock(), &headers);
    let form: BTreeMap<String, String> = form_urlencoded::parse(&body).into_owned().collect();
    let field = |name: &str| form.get(name).map_or("", |value| value.trim());
    let mut world = entra.world();
    let session = world.session_of(&headers);
    let now = entra.clock().seconds();
    // a form is good once, for the browser it was shown in, and not for ever
    let flow = world.flows.remove(field("flowToken"));
    let Some(flow) = flow.filter(|flow| session.as_ref() == Some(&flow.session) && now - flow.started_at < FLOW_SECONDS) else {
        let refusal = Refusal::new(50089, "invalid_grant", "Authentication failed due to flow token expired.");
        return pages::refusal(&refusal, &trace);
    };
    if field("action") == "cancel" {
        return cancelled(&mut world, &flow, field("page"), &trace);
    }
    match field("page") {
        "username" => enter_name(&entra, &mut world, flow, field("username"), &trace),
        "password" => {
            // passwords are taken as typed
            let password = form.get("password").map_or("", String::as_str);
            enter_password(&entra, &mut world, flow, password, &trace)
        }
        "mfa" => {
            let mut flow = flow;
            if field("action") != "approve" {
                let text = "Authentication failed during strong authentication request.";
                return pages::refusal(&Refusal::new(500_121, "access_denied", text), &trace);
            }
            flow.amr.push("mfa".to_owned());
            flow.fresh_sign_in = true;
            advance(&entra, &mut world, flow, &trace)
        }
        "confirm" => {
            let flow = Flow { confirmed: true, ..flow };
            advance(&entra, &mut world, flow, &trace)
        }
        "consent" => {
            let flow = Flow { consented: true, ..flow };
            record_consent(&mut world, &flow, field("for_organization") == "true");
            advance(&entra, &mut world, flow, &trace)
        }
        _ => pages::refusal(&Refusal::new(90013, "invalid_request", "Invalid input received from the user."), &trace),
    }
}

fn cancelled(world: &mut World, flow: &Flow, page: &str, trace: &Trace) -> Response {
    if let Destination::Device { device_code } = &flow.ask.destination {
        if let Some(device) = world.device_codes.get_mut(device_code) {
            let text = "The end user denied the authorization request.";
            device.answer = Some(Err(Refusal::unnumbered("authorization_declined", text)));
        }
        return pages::done("Sign-in cancelled", "The device or app was told. You may close this page.");
    }
    if page == "approval" {
        let refusal = Refusal::new(90094, "access_denied", "The grant requires admin permission.");
        return refuse_at(&flow.ask.destination, &refusal, trace);
    }
    let refusal = Refusal::new(65004, "access_denied", "User declined to consent to access the app.");
    refuse_with(&flow.ask.destination, &refusal, trace, Some("cancel"))
}

fn enter_name(entra: &Entra, world: &mut World, mut flow: Flow, name: &str, trace: &Trace) -> Response {
    let signed_in = world.sessions.get(&flow.session).cloned().unwrap_or_default();
    let here = world.tenants_of(&flow.ask).find_map(|tenant| world.user_named(&tenant.id, name));
    // an account of another organization is found at home and refused after its password
    let anywhere = here.or_else(|| world.tenants.iter().find_map(|tenant| world.user_named(&tenant.id, name)));
    let Some(user) = anywhere else {
        let text = format!(
            "The user account '{name}' does not exist in the directory. To sign into this application, the account must be added \
             to the directory."
        );
        let problem = Some(Refusal::new(50034, "invalid_grant", text));
        return show(world, flow, &Page::Username { problem }, trace);
    };
    flow.person = Some((user.tenant.clone(), user.oid.clone()));
    let session = signed_in.iter().find(|person| person.oid == user.oid && person.tenant == user.tenant);
    if let Some(person) = session.filter(|_| flow.ask.prompt != Prompt::Login) {
        flow.password_ok = true;
        flow.amr.clone_from(&person.amr);
    } else {
        flow.password_ok = false;
        flow.amr.clear();
    }
    advance(entra, world, flow, trace)
}

fn enter_password(entra: &Entra, world: &mut World, mut flow: Flow, password: &str, trace: &Trace) -> Response {
    let user = flow.person.as_ref().and_then(|(tenant, oid)| world.user(tenant, oid)).cloned();
    let Some(user) = user else {
        return show(world, flow, &Page::Username { problem: None }, trace);
    };
    if let Some(problem) = check_password(&user, password) {
        return show(world, flow, &Page::Password { problem: Some(problem) }, trace);
    }
    flow.password_ok = true;
    flow.fresh_sign_in = true;
    flow.amr = vec!["pwd".to_owned()];
    advance(entra, world, flow, trace)
}

/// What is wrong with an account or the password given for it.
pub(crate) fn check_password(user: &User, password: &str) -> Option<Refusal> {
    if user.locked {
        let text = "The account is locked, you've tried to sign in too many times with an incorrect user ID or password.";
        return Some(Refusal::new(50053, "invalid_grant", text));
    }
    if user.password != password {
        let text = "Error validating credentials due to invalid username or password.";
        return Some(Refusal::new(50126, "invalid_grant", text));
    }
    if user.disabled {
        return Some(Refusal::new(50057, "invalid_grant", "The user account is disabled."));
    }
    if user.password_expired {
        return Some(Refusal::new(50055, "invalid_grant", "The password is expired.").suberror("user_password_expired"));
    }
    None
}

fn show(world: &mut World, mut flow: Flow, page: &Page, trace: &Trace) -> Response {
    flow.token = opaque("", 24);
    let html = pages::page(world, &flow, page, trace);
    world.flows.insert(flow.token.clone(), flow);
    html
}

/// Writes down what was consented to: for the person, or by an administrator for everybody.
fn record_consent(world: &mut World, flow: &Flow, for_organization: bool) {
    let Some((tenant_id, oid)) = flow.person.clone() else { return };
    let (Some(tenant), Some(app), Some(user)) = (world.tenant(&tenant_id), world.app(&flow.ask.client_id), world.user(&tenant_id, &oid))
    else {
        return;
    };
    let Ok(requested) = Requested::parse(world, tenant, app, &flow.ask.scope, At::Authorize) else { return };
    let ask_again = flow.ask.prompt == Prompt::Consent;
    let Ok(consent) = world.consent_needed(tenant, app, user, &requested, ask_again) else { return };
    let for_organization = for_organization && user.admin;
    let client_id = app.client_id.clone();
    let Some(app) = world.apps.iter_mut().find(|app| app.client_id == client_id) else { return };
    let mut grant = |resource: &str, name: Option<&str>| {
        let granted = if for_organization {
            app.granted_to_all.entry(resource.to_owned()).or_default()
        } else {
            app.granted_to.entry((oid.clone(), resource.to_owned())).or_default()
        };
        granted.extend(name.map(str::to_owned));
    };
    for (resource, _, permission) in &consent.items {
        grant(resource, Some(&permission.name));
    }
    // sign-in itself is a permission of Graph
    grant(super::GRAPH_APP_ID, None);
}

/// `GET /{tenant}/oauth2/v2.0/logout`.
pub(crate) async fn logout(State(entra): State<Entra>, headers: HeaderMap) -> Response {
    let mut world = entra.world();
    if let Some(session) = world.session_of(&headers) {
        world.sessions.remove(&session);
    }
    pages::done("You signed out of your practice account", "It is a good idea to close the browser window.")
}
