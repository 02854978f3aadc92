//! Refusals and the frames they travel in: JSON at the token endpoint, parameters of a redirect, or a page.

use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde_json::{Map, Value, json};

use super::clock::{Clock, entra_timestamp};
use super::ids::{guid, is_guid};

/// The ids an administrator looks a sign-in up by.
#[derive(Debug, Clone)]
pub(crate) struct Trace {
    pub(crate) id: String,
    pub(crate) correlation_id: String,
    pub(crate) timestamp: String,
}

impl Trace {
    /// Fresh ids; the correlation id is the caller's `client-request-id` where it sent a GUID.
    pub(crate) fn new(clock: &Clock, headers: &HeaderMap) -> Self {
        let sent = headers.get("client-request-id").and_then(|value| value.to_str().ok()).filter(|id| is_guid(id));
        Self { id: guid(), correlation_id: sent.map_or_else(guid, str::to_owned), timestamp: entra_timestamp(clock.now()) }
    }
}

/// What Entra says no with.
#[derive(Debug, Clone)]
pub(crate) struct Refusal {
    pub(crate) code: Option<u32>,
    pub(crate) error: &'static str,
    pub(crate) text: String,
    pub(crate) status: StatusCode,
    pub(crate) suberror: Option<&'static str>,
    pub(crate) claims: Option<String>,
}

impl Refusal {
    /// HTTP 400, or 401 for `invalid_client`, as the token endpoint answers.
    pub(crate) fn new(code: u32, error: &'static str, text: impl Into<String>) -> Self {
        let status = if error == "invalid_client" { StatusCode::UNAUTHORIZED } else { StatusCode::BAD_REQUEST };
        Self { code: Some(code), error, text: text.into(), status, suberror: None, claims: None }
    }

    /// One of the few answers without an AADSTS number.
    pub(crate) fn unnumbered(error: &'static str, text: &str) -> Self {
        Self { code: None, ..Self::new(0, error, text) }
    }

    pub(crate) fn suberror(mut self, suberror: &'static str) -> Self {
        self.suberror = Some(suberror);
        self
    }

    pub(crate) fn claims(mut self, claims: String) -> Self {
        self.claims = Some(claims);
        self
    }

    pub(crate) fn status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// `AADSTS50011: ...`, without ids.
    pub(crate) fn message(&self) -> String {
        self.code.map_or_else(|| self.text.clone(), |code| format!("AADSTS{code}: {}", self.text))
    }

    /// The message with the ids behind it, as `error_description` carries it.
    pub(crate) fn description(&self, trace: &Trace) -> String {
        format!(
            "{}\r\nTrace ID: {}\r\nCorrelation ID: {}\r\nTimestamp: {}",
            self.message(),
            trace.id,
            trace.correlation_id,
            trace.timestamp
        )
    }

    /// The frame of the token endpoint and of discovery.
    pub(crate) fn into_json(self, trace: &Trace, origin: &str) -> Response {
        let mut body = Map::new();
        body.insert("error".into(), self.error.into());
        body.insert("error_description".into(), self.description(trace).into());
        if let Some(code) = self.code {
            body.insert("error_codes".into(), json!([code]));
        }
        body.insert("timestamp".into(), trace.timestamp.clone().into());
        body.insert("trace_id".into(), trace.id.clone().into());
        body.insert("correlation_id".into(), trace.correlation_id.clone().into());
        if let Some(code) = self.code {
            body.insert("error_uri".into(), format!("{origin}/error?code={code}").into());
        }
        if let Some(suberror) = self.suberror {
            body.insert("suberror".into(), suberror.into());
        }
        if let Some(claims) = self.claims {
            body.insert("claims".into(), claims.into());
        }
        answer(self.status, &Value::Object(body), trace, self.code.unwrap_or(0))
    }
}

/// A JSON answer with the headers every answer of the token endpoint has.
pub(crate) fn answer(status: StatusCode, body: &Value, trace: &Trace, code: u32) -> Response {
    let headers = [
        ("Content-Type", "application/json; charset=utf-8".to_owned()),
        ("Cache-Control", "no-store, no-cache".to_owned()),
        ("Pragma", "no-cache".to_owned()),
        ("X-Content-Type-Options", "nosniff".to_owned()),
        ("x-ms-request-id", trace.id.clone()),
        ("x-ms-ests-server", "2.1.20000.1 - PRACTICE".to_owned()),
        ("x-ms-clitelem", format!("1,{code},0,,")),
        ("client-request-id", trace.correlation_id.clone()),
    ];
    (status, headers, body.to_string()).into_response()
}

/// The refusals that more than one room gives, each with its text.
impl Refusal {
    pub(crate) fn tenant_not_found(tenant: &str) -> Self {
        let text = format!(
            "Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the correct \
             cloud. Check with your subscription administrator, this may happen if there are no active subscriptions for the tenant."
        );
        Self::new(90002, "invalid_tenant", text)
    }

    pub(crate) fn tenant_malformed(tenant: &str) -> Self {
        let text = format!("Specified tenant identifier '{tenant}' is neither a valid DNS name, nor a valid external domain.");
        Self::new(900_023, "invalid_request", text)
    }

    pub(crate) fn app_not_found(client_id: &str, tenant: &str) -> Self {
        let text = format!(
            "Application with identifier '{client_id}' was not found in the directory '{tenant}'. This can happen if the \
             application has not been installed by the administrator of the tenant or consented to by any user in the tenant. \
             You may have sent your authentication request to the wrong tenant."
        );
        Self::new(700_016, "unauthorized_client", text)
    }

    pub(crate) fn app_disabled(client_id: &str, name: &str) -> Self {
        let text = format!("Application '{client_id}'({name}) is disabled.");
        Self::new(7_000_112, "unauthorized_client", text)
    }

    pub(crate) fn single_tenant(client_id: &str, name: &str) -> Self {
        let text = format!(
            "Application '{client_id}'({name}) is not configured as a multi-tenant application. Usage of the /common endpoint is \
             not supported for such apps created after '10/15/2018'. Use a tenant-specific endpoint or configure the application \
             to be multi-tenant."
        );
        Self::new(50194, "invalid_request", text)
    }

    pub(crate) fn missing_parameter(name: &str) -> Self {
        let text = format!("The request body must contain the following parameter: '{name}'.");
        Self::new(900_144, "invalid_request", text)
    }

    pub(crate) fn not_consented(client_id: &str, name: &str) -> Self {
        let text = format!(
            "The user or administrator has not consented to use the application with ID '{client_id}' named '{name}'. Send an \
             interactive authorization request for this user and resource."
        );
        Self::new(65001, "invalid_grant", text).suberror("consent_required")
    }

    pub(crate) fn not_assigned(client_id: &str, name: &str, upn: &str) -> Self {
        let text = format!(
            "Your administrator has configured the application {name} ('{client_id}') to block users unless they are specifically \
             granted ('assigned') access to the application. The signed in user '{upn}' is blocked because they are not a direct \
             member of a group with access, nor had access directly assigned by an administrator. Please contact your \
             administrator to assign access to this application."
        );
        Self::new(50105, "invalid_grant", text)
    }

    pub(crate) fn blocked_by_policy(policy_id: &str) -> Self {
        let claims = json!({"access_token": {"capolids": {"essential": true, "values": [policy_id]}}});
        let text = "Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.";
        Self::new(53003, "invalid_grant", text).suberror("message_only").claims(claims.to_string())
    }

    pub(crate) fn device_not_compliant(policy_id: &str) -> Self {
        let claims = json!({"access_token": {"capolids": {"essential": true, "values": [policy_id]}}});
        let text = "Device is not in required device state: compliant. Conditional Access policy requires a compliant device, \
                    and the device is not compliant. The user must enroll their device with an approved MDM provider like Intune.";
        Self::new(53000, "interaction_required", text).suberror("message_only").claims(claims.to_string())
    }

    pub(crate) fn resource_not_found(uri: &str, tenant: &str) -> Self {
        let text = format!(
            "The resource principal named {uri} was not found in the tenant named {tenant}. This can happen if the application has \
             not been installed by the administrator of the tenant or consented to by any user in the tenant. You might have sent \
             your authentication request to the wrong tenant."
        );
        Self::new(500_011, "invalid_resource", text)
    }

    pub(crate) fn resource_missing(app_id: &str, name: &str, organization: &str) -> Self {
        let text = format!(
            "The app is trying to access a service '{app_id}'({name}) that your organization '{organization}' lacks a service \
             principal for. Contact your IT Admin to review the configuration of your service subscriptions or consent to the \
             application in order to create the required service principal."
        );
        Self::new(650_052, "invalid_client", text)
    }

    pub(crate) fn resource_disabled(uri: &str) -> Self {
        let text = format!(
            "The service principal for resource '{uri}' is disabled. This indicate that a subscription within the tenant has \
             lapsed, or that the administrator for this tenant has disabled the application, preventing tokens from being issued \
             for it."
        );
        Self::new(500_014, "invalid_resource", text)
    }

    pub(crate) fn resource_not_requested(client_id: &str, name: &str, resource: &str, uri: &str) -> Self {
        let text = format!(
            "Invalid resource. The client has requested access to a resource which is not listed in the requested permissions in \
             the client's application registration. Client app ID: {client_id}({name}). Resource value from request: {uri}. \
             Resource app ID: {resource}. List of valid resources from app registration: ."
        );
        Self::new(650_057, "invalid_resource", text)
    }

    pub(crate) fn invalid_scope(scope: &str) -> Self {
        let text = format!("The provided value for the input parameter 'scope' is not valid. The scope {scope} is not valid.");
        Self::new(70011, "invalid_scope", text)
    }
}
