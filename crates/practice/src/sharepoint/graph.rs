//! Microsoft Graph v1.0, as far as a connection test asks.

use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};
use url::form_urlencoded;

use crate::entra::{Tenant, User, guid, is_guid};

use super::SharePoint;
use super::caller::{Caller, Credential, Distrust, Kind, Service};
use super::permissions::BasePermissions;
use super::site::SiteState;

/// JSON batching takes no more requests than this at once.
const BATCH_LIMIT: usize = 20;

/// What Graph refuses with.
#[derive(Debug)]
struct GraphError {
    status: StatusCode,
    code: &'static str,
    message: String,
    inner_code: Option<&'static str>,
}

impl GraphError {
    fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), inner_code: None }
    }

    fn unauthorized(message: &str) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "InvalidAuthenticationToken", message)
    }

    fn denied() -> Self {
        let message = "Insufficient privileges to complete the operation.";
        Self::new(StatusCode::FORBIDDEN, "Authorization_RequestDenied", message)
    }

    fn body(&self, ids: &Ids) -> Value {
        let mut inner = Map::new();
        if let Some(code) = self.inner_code {
            inner.insert("code".into(), code.into());
        }
        inner.insert("date".into(), ids.date.clone().into());
        inner.insert("request-id".into(), ids.request_id.clone().into());
        inner.insert("client-request-id".into(), ids.client_request_id.clone().into());
        json!({"error": {"code": self.code, "message": self.message, "innerError": inner}})
    }
}

/// The ids of one exchange.
struct Ids {
    request_id: String,
    client_request_id: String,
    date: String,
}

impl Ids {
    fn of(sharepoint: &SharePoint, headers: &HeaderMap) -> Self {
        let request_id = guid();
        let sent = headers.get("client-request-id").and_then(|value| value.to_str().ok()).filter(|id| is_guid(id));
        Self {
            client_request_id: sent.map_or_else(|| request_id.clone(), str::to_owned),
            request_id,
            date: sharepoint.entra().clock().now().strftime("%Y-%m-%dT%H:%M:%S").to_string(),
        }
    }
}

/// Answers every request to Graph's host.
pub(crate) async fn answer(State(sharepoint): State<SharePoint>, request: Request) -> Response {
    let ids = Ids::of(&sharepoint, request.headers());
    let throttled = sharepoint.inside().graph_throttled.pop_front();
    if let Some(retry_after) = throttled {
        let error = GraphError::new(StatusCode::TOO_MANY_REQUESTS, "activityLimitReached", "Application has been throttled.");
        let mut response = respond(error.status, &error.body(&ids), &ids);
        super::set(response.headers_mut(), "retry-after", &retry_after);
        return response;
    }
    let caller = match authenticate(&sharepoint, request.headers()) {
        Ok(caller) => caller,
        Err((error, challenge)) => {
            let mut response = respond(error.status, &error.body(&ids), &ids);
            super::set(response.headers_mut(), "www-authenticate", &challenge);
            return response;
        }
    };
    let call = Call { sharepoint: &sharepoint, caller: &caller };
    let method = request.method().clone();
    let address = request.uri().path_and_query().map_or("/", |address| address.as_str()).to_owned();
    let Some(relative) = address.strip_prefix("/v1.0") else {
        let error = GraphError::new(StatusCode::BAD_REQUEST, "BadRequest", "Invalid version.");
        return respond(error.status, &error.body(&ids), &ids);
    };
    let outcome = if relative == "/$batch" && method == Method::POST {
        let body = to_bytes(request.into_body(), 1 << 20).await.unwrap_or_default();
        call.batch(&body, &ids)
    } else {
        call.answer(&method, relative)
    };
    match outcome {
        Ok(body) => respond(StatusCode::OK, &body, &ids),
        Err(error) => respond(error.status, &error.body(&ids), &ids),
    }
}

fn respond(status: StatusCode, body: &Value, ids: &Ids) -> Response {
    let content_type = if status.is_success() {
        "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8"
    } else {
        "application/json"
    };
    let headers = [
        ("Content-Type", content_type),
        ("Cache-Control", "no-cache"),
        ("request-id", &ids.request_id),
        ("client-request-id", &ids.client_request_id),
        ("OData-Version", "4.0"),
    ];
    (status, headers, body.to_string()).into_response()
}

/// The caller, or the refusal with its `WWW-Authenticate`.
fn authenticate(sharepoint: &SharePoint, headers: &HeaderMap) -> Result<Caller, (GraphError, String)> {
    let plain = format!(
        "Bearer realm=\"\", authorization_uri=\"{}/common/oauth2/authorize\", client_id=\"00000003-0000-0000-c000-000000000000\"",
        sharepoint.entra().origin()
    );
    let Credential::Bearer(token) = Credential::of(headers) else {
        return Err((GraphError::unauthorized("Access token is empty."), plain));
    };
    let distrust = match sharepoint.caller(&token, Service::Graph) {
        Ok(caller) => return Ok(caller),
        Err(distrust) => distrust,
    };
    let message = match distrust {
        Distrust::Malformed => "CompactToken parsing failed with error code: 80049217",
        Distrust::Algorithm | Distrust::Signature => "CompactToken validation failed with reason code: 80049228.",
        Distrust::Audience => "Access token validation failure. Invalid audience.",
        Distrust::Time => "Access token has expired or is not yet valid.",
        Distrust::Revoked => {
            "Continuous access evaluation resulted in claims challenge with result: InteractionRequired and code: \
             TokenIssuedBeforeRevocationTimestamp"
        }
    };
    let challenge = if distrust == Distrust::Revoked {
        let moment = sharepoint.inside().revoked_before.unwrap_or_default();
        let claims = json!({"access_token": {"nbf": {"essential": true, "value": moment.to_string()}}});
        format!("{plain}, error=\"insufficient_claims\", claims=\"{}\"", STANDARD.encode(claims.to_string()))
    } else {
        plain
    };
    Err((GraphError::unauthorized(message), challenge))
}

/// One call by a caller who is known.
struct Call<'a> {
    sharepoint: &'a SharePoint,
    caller: &'a Caller,
}

const SITES: &[&str] = &["Sites.Read.All", "Sites.ReadWrite.All", "Sites.Manage.All", "Sites.FullControl.All", "Sites.Selected"];

impl Call<'_> {
    fn answer(&self, method: &Method, relative: &str) -> Result<Value, GraphError> {
        let (path, query) = relative.split_once('?').unwrap_or((relative, ""));
        if method != Method::GET {
            let message = format!("Specified HTTP method {method} is not allowed for the request target.");
            return Err(GraphError::new(StatusCode::METHOD_NOT_ALLOWED, "Request_BadRequest", message));
        }
        let path = percent_decoded(path);
        if let Some(address) = path.strip_prefix("/sites/") {
            let site = self.site(address)?;
            return select(site, query, "microsoft.graph.site");
        }
        match path.as_str() {
            "/me" => select(self.me()?, query, "microsoft.graph.user"),
            "/users" => self.users(query),
            "/organization" => self.organization(query),
            other => {
                let segment = other.trim_start_matches('/').split('/').next().unwrap_or_default();
                let message = format!("Resource not found for the segment '{segment}'.");
                Err(GraphError::new(StatusCode::BAD_REQUEST, "BadRequest", message))
            }
        }
    }

    fn me(&self) -> Result<Value, GraphError> {
        let Kind::Person(user) = &self.caller.kind else {
            let message = "/me request is only valid with delegated authentication flow.";
            return Err(GraphError::new(StatusCode::BAD_REQUEST, "BadRequest", message));
        };
        let allowed = ["User.Read", "User.ReadWrite", "User.ReadBasic.All", "User.Read.All", "User.ReadWrite.All", "Directory.Read.All"];
        if !self.caller.has_any(&allowed) {
            return Err(GraphError::denied());
        }
        Ok(self.user(user))
    }

    fn user(&self, user: &User) -> Value {
        let (given, surname) = user.name.split_once(' ').unwrap_or((user.name.as_str(), ""));
        let domain = self.tenant().and_then(|tenant| tenant.domains.first().cloned()).unwrap_or_default();
        json!({
            "@odata.context": format!("{}/v1.0/$metadata#users/$entity", self.sharepoint.graph_origin()),
            "businessPhones": [],
            "displayName": user.name,
            "givenName": given,
            "jobTitle": null,
            "mail": user.upn,
            "mobilePhone": null,
            "officeLocation": null,
            "preferredLanguage": null,
            "surname": surname,
            "userPrincipalName": user.upn_in_tenant(&domain),
            "userType": if user.home_tenant.is_some() { "Guest" } else { "Member" },
            "id": user.oid,
        })
    }

    fn tenant(&self) -> Option<Tenant> {
        self.sharepoint.entra().world().tenant(self.sharepoint.tenant()).cloned()
    }

    fn users(&self, query: &str) -> Result<Value, GraphError> {
        if !self.caller.has_any(&["User.ReadBasic.All", "User.Read.All", "User.ReadWrite.All", "Directory.Read.All"]) {
            return Err(GraphError::denied());
        }
        let top = match option(query, "$top") {
            Some(top) => top.parse().ok().filter(|top| (1..=999).contains(top)).ok_or_else(|| {
                let message = format!("Invalid page size specified: '{top}'. Must be between 1 and 999 inclusive.");
                GraphError::new(StatusCode::BAD_REQUEST, "Request_UnsupportedQuery", message)
            })?,
            None => 100,
        };
        let people: Vec<User> = {
            let world = self.sharepoint.entra().world();
            world.users.iter().filter(|user| user.tenant == self.sharepoint.tenant()).take(top).cloned().collect()
        };
        let mut value = Vec::new();
        for person in &people {
            let mut entry = select(self.user(person), query, "microsoft.graph.user")?;
            if let Some(entry) = entry.as_object_mut() {
                entry.remove("@odata.context");
            }
            value.push(entry);
        }
        let context = format!("{}/v1.0/$metadata#users", self.sharepoint.graph_origin());
        Ok(json!({"@odata.context": context, "value": value}))
    }

    fn organization(&self, query: &str) -> Result<Value, GraphError> {
        let full = self.caller.has_any(&["Organization.Read.All", "Directory.Read.All"]);
        if !full && !self.caller.has_any(&["User.Read"]) {
            return Err(GraphError::denied());
        }
        let Some(tenant) = self.tenant() else { return Err(GraphError::denied()) };
        let domains: Vec<Value> = tenant
            .domains
            .iter()
            .enumerate()
            .map(|(i, name)| {
                json!({
                    "capabilities": "Email, OfficeCommunicationsOnline",
                    "isDefault": i == 0,
                    "isInitial": i == 0,
                    "name": name,
                    "type": "Managed",
                })
            })
            .collect();
        let licensed = self.sharepoint.inside().licensed;
        let plan = json!({
            "assignedDateTime": "2021-03-08T09:00:00Z",
            "capabilityStatus": if licensed { "Enabled" } else { "Deleted" },
            "service": "SharePoint",
            "servicePlanId": "5dbe027f-2339-4123-9542-606e4d348a72",
        });
        // with User.Read alone only the properties that everybody may see are filled in
        let plans = if full { json!([plan]) } else { json!([]) };
        let entry = json!({
            "id": tenant.id,
            "displayName": tenant.name,
            "countryLetterCode": if full { json!("NL") } else { Value::Null },
            "assignedPlans": plans,
            "verifiedDomains": domains,
        });
        let entry = select(entry, query, "microsoft.graph.organization")?;
        let context = format!("{}/v1.0/$metadata#organization", self.sharepoint.graph_origin());
        Ok(json!({"@odata.context": context, "value": [entry]}))
    }

    /// `{host}`, `{host}:/{path}`, `root` or `root:/{path}`.
    fn site(&self, address: &str) -> Result<Value, GraphError> {
        if !self.caller.has_any(SITES) {
            return Err(GraphError::new(StatusCode::FORBIDDEN, "accessDenied", "Access denied"));
        }
        let (origin, licensed) = {
            let inside = self.sharepoint.inside();
            (inside.origin.clone(), inside.licensed)
        };
        if !licensed {
            let message = "Tenant does not have a SPO license.";
            return Err(GraphError::new(StatusCode::BAD_REQUEST, "BadRequest", message));
        }
        let own_host = origin.split("://").nth(1).unwrap_or_default();
        let (host, path) = address.split_once(":/").unwrap_or((address, ""));
        let path = path.trim_end_matches(':').trim_end_matches('/');
        if host != "root" && !host.eq_ignore_ascii_case(own_host) && !self.is_known_host(host) {
            let message = "Invalid hostname for this tenancy";
            return Err(GraphError::new(StatusCode::BAD_REQUEST, "invalidRequest", message));
        }
        let path = if path.is_empty() { String::new() } else { format!("/{path}") };
        let missing = || GraphError::new(StatusCode::NOT_FOUND, "itemNotFound", "Requested site could not be found");
        let site = self.sharepoint.site_at(&path).ok_or_else(missing)?;
        match &site.state {
            SiteState::NoAccess | SiteState::Archived => {
                let message = "Access to this site has been blocked. Please contact the administrator to resolve this problem.";
                let locked = GraphError::new(StatusCode::LOCKED, "notAllowed", message);
                return Err(GraphError { inner_code: Some("resourceLocked"), ..locked });
            }
            SiteState::Moved { .. } | SiteState::MovedHost { .. } => return Err(missing()),
            SiteState::Normal | SiteState::ReadOnly { .. } => {}
        }
        if self.caller.effective(&site) == BasePermissions::NONE {
            return Err(GraphError::new(StatusCode::FORBIDDEN, "accessDenied", "Access denied"));
        }
        Ok(json!({
            "@odata.context": format!("{}/v1.0/$metadata#sites/$entity", self.sharepoint.graph_origin()),
            "createdDateTime": "2021-03-08T09:12:44Z",
            "description": "",
            "id": format!("{own_host},{},{}", site.site_id(), site.web_id()),
            "lastModifiedDateTime": "2026-01-12T15:04:05Z",
            "name": site.name(),
            "webUrl": format!("{origin}{}", site.path),
            "displayName": site.title,
            "root": {},
            "siteCollection": {"hostname": own_host},
        }))
    }

    fn is_known_host(&self, host: &str) -> bool {
        let inside = self.sharepoint.inside();
        inside.audiences.iter().any(|uri| uri.split("://").nth(1).is_some_and(|known| known.eq_ignore_ascii_case(host)))
    }

    fn batch(&self, body: &[u8], ids: &Ids) -> Result<Value, GraphError> {
        let bad = |message: &str| GraphError::new(StatusCode::BAD_REQUEST, "BadRequest", message);
        let body: Value = serde_json::from_slice(body).map_err(|error| bad(&format!("Invalid JSON in the batch request: {error}")))?;
        let requests = body.get("requests").and_then(Value::as_array).ok_or_else(|| bad("Invalid batch payload format."))?;
        if requests.len() > BATCH_LIMIT {
            return Err(bad(&format!("Number of batch request steps exceeds the maximum value of {BATCH_LIMIT}.")));
        }
        let mut responses = Vec::new();
        for request in requests {
            let text = |name: &str| request.get(name).and_then(Value::as_str).unwrap_or_default();
            if text("id").is_empty() || text("url").is_empty() {
                return Err(bad("Invalid batch payload format."));
            }
            let method = text("method").parse().map_err(|error| bad(&format!("Invalid batch payload format: {error}")))?;
            let url = if text("url").starts_with('/') { text("url").to_owned() } else { format!("/{}", text("url")) };
            let (status, body) = match self.answer(&method, &url) {
                Ok(body) => (StatusCode::OK, body),
                Err(error) => (error.status, error.body(ids)),
            };
            let headers = json!({"Content-Type": "application/json", "Cache-Control": "no-cache", "OData-Version": "4.0"});
            // the service answers in any order; this one always in the other one, so that nobody relies on it
            responses.insert(0, json!({"id": text("id"), "status": status.as_u16(), "headers": headers, "body": body}));
        }
        Ok(json!({"responses": responses}))
    }
}

fn option(query: &str, name: &str) -> Option<String> {
    form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

fn percent_decoded(path: &str) -> String {
    // a path is decoded like a form value but for the plus sign
    let escaped = path.replace('+', "%2B");
    form_urlencoded::parse(format!("p={escaped}").as_bytes()).next().map(|(_, value)| value.into_owned()).unwrap_or_default()
}

/// `$select` on an entity; an unknown property fails the whole call.
fn select(entity: Value, query: &str, kind: &str) -> Result<Value, GraphError> {
    let Some(wanted) = option(query, "$select") else { return Ok(entity) };
    let mut out = Map::new();
    if let Some(context) = entity.get("@odata.context") {
        out.insert("@odata.context".into(), context.clone());
    }
    for name in wanted.split(',').map(str::trim).filter(|name| !name.is_empty()) {
        let Some(value) = entity.get(name) else {
            let message = format!("Parsing OData Select and Expand failed: Could not find a property named '{name}' on type '{kind}'.");
            return Err(GraphError::new(StatusCode::BAD_REQUEST, "BadRequest", message));
        };
        out.insert(name.to_owned(), value.clone());
    }
    Ok(Value::Object(out))
}
