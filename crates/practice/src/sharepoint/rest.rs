//! SharePoint's REST service.

use axum::extract::{Request, State};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde_json::{Value, json};

use crate::entra::User;

use super::caller::{Caller, Credential, Distrust, Kind, Service};
use super::odata::{BadQuery, Format, Options};
use super::permissions::{BasePermissions, ENUMERATE_PERMISSIONS, LEVELS};
use super::site::{Site, SiteState};
use super::{Role, SharePoint, text};

/// Answers every request to the host.
pub(crate) async fn answer(State(sharepoint): State<SharePoint>, request: Request) -> Response {
    let throttled = sharepoint.inside().throttled.pop_front();
    if let Some((status, retry_after)) = throttled {
        return throttle(status, &retry_after);
    }
    let path = request.uri().path().to_owned();
    let Some((site_path, endpoint)) = split(&path) else {
        let location = format!("{}/_layouts/15/Authenticate.aspx?Source={path}", sharepoint.origin());
        return (StatusCode::FOUND, [("Location", location)]).into_response();
    };
    let format = Format::of(request.headers());
    let site = sharepoint.site_at(&site_path);
    if let Some(SiteState::MovedHost { to }) = site.as_ref().map(|site| &site.state) {
        return (StatusCode::MOVED_PERMANENTLY, [("Location", format!("{to}{endpoint}"))]).into_response();
    }
    let token = match Credential::of(request.headers()) {
        Credential::Bearer(token) => token,
        _ if site.is_none() => return text(StatusCode::NOT_FOUND, "404 FILE NOT FOUND"),
        Credential::EmptyBearer => return challenge(&sharepoint, ""),
        Credential::None => return access_denied(format),
    };
    let caller = match sharepoint.caller(&token, Service::SharePoint) {
        Ok(caller) => caller,
        Err(distrust) => return distrusted(&sharepoint, distrust),
    };
    if let Some(refusal) = wrong_kind_of_token(&caller) {
        return refusal;
    }
    let Some(site) = site else { return text(StatusCode::NOT_FOUND, "404 FILE NOT FOUND") };
    let mut response = match &site.state {
        SiteState::NoAccess => text(StatusCode::LOCKED, "423 LOCKED"),
        SiteState::Archived => access_denied(format),
        SiteState::Moved { to } => moved(to),
        SiteState::MovedHost { .. } | SiteState::Normal | SiteState::ReadOnly { .. } => {
            let call = Call { sharepoint: &sharepoint, site: &site, caller: &caller, format };
            call.answer(request.method(), &endpoint, request.uri().query())
        }
    };
    if matches!(site.state, SiteState::ReadOnly { .. }) {
        super::set(response.headers_mut(), "x-sp-serverstate", "ReadOnly=1");
    }
    response
}

/// Site path and the endpoint behind it: `/sites/wiki` and `/_api/web`.
fn split(path: &str) -> Option<(String, String)> {
    let lower = path.to_lowercase();
    let at = lower.find("/_api/").or_else(|| lower.find("/_vti_bin/client.svc"))?;
    let (site, endpoint) = (path.get(..at)?, path.get(at..)?);
    Some((site.trim_end_matches('/').to_owned(), endpoint.to_owned()))
}

impl SharePoint {
    pub(crate) fn site_at(&self, path: &str) -> Option<Site> {
        let inside = self.inside();
        inside.sites.iter().find(|site| site.path.eq_ignore_ascii_case(path)).filter(|_| inside.licensed).cloned()
    }
}

/// 401 with the realm, which is the tenant's id; with `claims`, the challenge of continuous access evaluation.
fn challenge(sharepoint: &SharePoint, more: &str) -> Response {
    let header = format!(
        "Bearer realm=\"{}\",client_id=\"00000003-0000-0ff1-ce00-000000000000\",\
         trusted_issuers=\"00000001-0000-0000-c000-000000000000@*,{}/*/\",\
         authorization_uri=\"{}/common/oauth2/authorize\"{more}",
        sharepoint.tenant(),
        sharepoint.entra().origin(),
        sharepoint.entra().origin(),
    );
    let headers = [("WWW-Authenticate", header), ("Content-Type", "text/html; charset=utf-8".to_owned())];
    (StatusCode::UNAUTHORIZED, headers, "401 UNAUTHORIZED").into_response()
}

fn throttle(status: StatusCode, retry_after: &str) -> Response {
    let body = if status == StatusCode::TOO_MANY_REQUESTS { "429 TOO MANY REQUESTS" } else { "Server Too Busy" };
    let mut response = text(status, body);
    super::set(response.headers_mut(), "retry-after", retry_after);
    if status == StatusCode::TOO_MANY_REQUESTS {
        super::set(response.headers_mut(), "ratelimit-limit", "1200");
        super::set(response.headers_mut(), "ratelimit-remaining", "0");
        super::set(response.headers_mut(), "ratelimit-reset", retry_after);
    }
    response
}

fn access_denied(format: Format) -> Response {
    let message = "Attempted to perform an unauthorized operation.";
    format.error(StatusCode::FORBIDDEN, "-2147024891, System.UnauthorizedAccessException", message)
}

fn moved(to: &str) -> Response {
    let body = json!({"error": {"code": "itemNotFound", "message": "Site has moved.", "@error.redirectLocation": to}});
    let headers = [("Content-Type", "application/json;odata=minimalmetadata;streaming=true;charset=utf-8")];
    (StatusCode::NOT_FOUND, headers, body.to_string()).into_response()
}

fn unauthorized(diagnostics: Option<&str>, body: &Value) -> Response {
    let headers = [("Content-Type", "application/json; charset=utf-8")];
    let mut response = (StatusCode::UNAUTHORIZED, headers, body.to_string()).into_response();
    if let Some(diagnostics) = diagnostics {
        super::set(response.headers_mut(), "x-ms-diagnostics", diagnostics);
    }
    response
}

fn distrusted(sharepoint: &SharePoint, distrust: Distrust) -> Response {
    match distrust {
        Distrust::Malformed => text(StatusCode::UNAUTHORIZED, "Unsupported security token."),
        Distrust::Algorithm => {
            let diagnostics = "3005004;reason=\"Token does not contain valid algorithm.\";category=\"invalid_client\"";
            unauthorized(Some(diagnostics), &json!({"error_description": "Invalid JWT token. The token is malformed."}))
        }
        Distrust::Signature => {
            let diagnostics = "3000006;reason=\"Token contains invalid signature.\";category=\"invalid_client\"";
            unauthorized(Some(diagnostics), &json!({"error_description": "Invalid issuer or signature."}))
        }
        Distrust::Audience => {
            let message = "Exception of type 'Microsoft.IdentityModel.Tokens.AudienceUriValidationFailedException' was thrown.";
            unauthorized(None, &json!({"error_description": message}))
        }
        Distrust::Time => {
            let diagnostics = "3000003;reason=\"The token has expired.\";category=\"invalid_client\"";
            let message = "Invalid JWT token. The token is expired.";
            unauthorized(Some(diagnostics), &json!({"error_description": message}))
        }
        Distrust::Revoked => {
            use base64::Engine as _;
            let moment = sharepoint.inside().revoked_before.unwrap_or_default();
            let claims = json!({"access_token": {"nbf": {"essential": true, "value": moment.to_string()}}});
            let claims = base64::engine::general_purpose::STANDARD.encode(claims.to_string());
            challenge(sharepoint, &format!(",error=\"insufficient_claims\",claims=\"{claims}\""))
        }
    }
}

/// Good tokens that SharePoint takes from nobody.
fn wrong_kind_of_token(caller: &Caller) -> Option<Response> {
    match &caller.kind {
        Kind::App { by_certificate, .. } if !by_certificate || caller.permissions.is_empty() => {
            let diagnostics = "3001000;reason=\"There has been an error authenticating the request.\"";
            Some(unauthorized(Some(diagnostics), &json!({"error_description": "Unsupported app only token."})))
        }
        Kind::Person(_) => {
            let any = caller.permissions.iter().any(|name| name.starts_with("AllSites.") || name == "Sites.Selected");
            let diagnostics = "3001003;reason=\"App is not allowed to call SPO with user_impersonation scope\"";
            (!any).then(|| unauthorized(Some(diagnostics), &json!({"error": "invalid_request"})))
        }
        Kind::App { .. } => None,
    }
}

/// One request to one site by a caller who is known.
struct Call<'a> {
    sharepoint: &'a SharePoint,
    site: &'a Site,
    caller: &'a Caller,
    format: Format,
}

impl Call<'_> {
    fn answer(&self, method: &Method, endpoint: &str, query: Option<&str>) -> Response {
        let rights = self.caller.effective(self.site);
        if rights == BasePermissions::NONE {
            return access_denied(self.format);
        }
        let endpoint = endpoint.to_lowercase();
        let endpoint = endpoint.trim_start_matches("/_api/").trim_end_matches('/');
        if method == Method::POST && endpoint == "contextinfo" {
            return self.context_info();
        }
        if method != Method::GET {
            if matches!(self.site.state, SiteState::ReadOnly { .. }) {
                return access_denied(self.format);
            }
            let message = "The HTTP method is not allowed for the resource.";
            let code = "-1, Microsoft.SharePoint.Client.InvalidClientQueryException";
            return self.format.error(StatusCode::METHOD_NOT_ALLOWED, code, message);
        }
        self.read(endpoint, rights, query).unwrap_or_else(|BadQuery(message)| {
            let code = "-1, Microsoft.SharePoint.Client.InvalidClientQueryException";
            self.format.error(StatusCode::BAD_REQUEST, code, &message)
        })
    }

    fn read(&self, endpoint: &str, rights: BasePermissions, query: Option<&str>) -> Result<Response, BadQuery> {
        let options = Options::parse(query)?;
        let entity = |context: &str, value: &Value, on_request: &[&str], deferred: &[&str]| {
            let shaped = options.shape(value, on_request, deferred)?;
            Ok(self.format.entity(&self.context(context), &shaped))
        };
        let collection = |context: &str, values: Vec<Value>, on_request: &[&str], deferred: &[&str]| {
            let picked = options.pick(values)?;
            let shape = |value: &Value| options.shape(value, on_request, deferred);
            let shaped = picked.iter().map(shape).collect::<Result<Vec<_>, _>>()?;
            Ok(self.format.collection(&self.context(context), &shaped))
        };
        match endpoint {
            "web" => entity(
                "SP.ApiData.Webs/@Element",
                &self.web(rights),
                &["EffectiveBasePermissions", "HasUniqueRoleAssignments"],
                &["RegionalSettings", "CurrentUser", "AssociatedOwnerGroup"],
            ),
            "web/effectivebasepermissions" => entity("SP.BasePermissions", &rights.to_json(), &[], &[]),
            "web/currentuser" => entity("SP.ApiData.Users/@Element", &self.current_user(), &[], &["Groups"]),
            "web/associatedownergroup" => entity("SP.ApiData.Groups/@Element", &self.owner_group(), &[], &["Users"]),
            "web/associatedownergroup/users" => collection("SP.ApiData.Users", self.owners(), &[], &[]),
            "web/lists" => {
                collection("SP.ApiData.Lists", self.lists(), &["EffectiveBasePermissions", "HasUniqueRoleAssignments"], &["RootFolder"])
            }
            "web/roledefinitions" if rights.high & ENUMERATE_PERMISSIONS == 0 => Ok(access_denied(self.format)),
            "web/roledefinitions" => collection("SP.ApiData.RoleDefinitions", role_definitions(), &[], &[]),
            "web/regionalsettings" => entity("SP.RegionalSettings", &self.regional_settings(), &[], &["TimeZone"]),
            "web/regionalsettings/timezone" => entity("SP.TimeZone", &self.time_zone(), &[], &[]),
            "site" => entity("SP.ApiData.Sites/@Element", &self.site_collection(), &["ReadOnlyForUser"], &[]),
            other => {
                let segment = other.rsplit('/').next().unwrap_or_default();
                let message = format!("Cannot find resource for the request {segment}.");
                let code = "-1, Microsoft.SharePoint.Client.ResourceNotFoundException";
                Ok(self.format.error(StatusCode::NOT_FOUND, code, &message))
            }
        }
    }

    fn url(&self) -> String {
        format!("{}{}", self.sharepoint.origin(), self.site.path)
    }

    fn context(&self, of: &str) -> String {
        format!("{}/_api/$metadata#{of}", self.url())
    }

    fn context_info(&self) -> Response {
        let digest = crate::entra::guid();
        let body = json!({
            "FormDigestTimeoutSeconds": 1800,
            "FormDigestValue": format!("0x{digest}"),
            "LibraryVersion": "16.0.20000.0",
            "SiteFullUrl": self.url(),
            "SupportedSchemaVersions": ["14.0.0.0", "15.0.0.0"],
            "WebFullUrl": self.url(),
        });
        self.format.entity(&self.context("SP.ContextWebInformation"), &body)
    }

    fn web(&self, rights: BasePermissions) -> Value {
        let template = if self.site.group.is_some() { "GROUP" } else { "SITEPAGEPUBLISHING" };
        json!({
            "Configuration": 0,
            "Created": "2021-03-08T09:12:44",
            "CurrentUser": self.current_user(),
            "AssociatedOwnerGroup": self.owner_group(),
            "Description": "",
            "EffectiveBasePermissions": rights.to_json(),
            "HasUniqueRoleAssignments": true,
            "Id": self.site.web_id(),
            "IsMultilingual": true,
            "Language": 1033,
            "LastItemModifiedDate": "2026-01-12T15:04:05Z",
            "NoCrawl": false,
            "RegionalSettings": self.regional_settings(),
            "ServerRelativeUrl": self.site.server_relative_url(),
            "Title": self.site.title,
            "Url": self.url(),
            "WebTemplate": template,
        })
    }

    fn site_collection(&self) -> Value {
        let nobody = "00000000-0000-0000-0000-000000000000";
        let (read_only, issue) = match &self.site.state {
            SiteState::ReadOnly { issue } => (true, json!(issue)),
            _ => (false, Value::Null),
        };
        json!({
            "Classification": "",
            "GeoLocation": "EUR",
            "GroupId": self.site.group.as_deref().unwrap_or(nobody),
            "HubSiteId": nobody,
            "Id": self.site.site_id(),
            "IsHubSite": false,
            "LockIssue": issue,
            "MaxItemsPerThrottledOperation": 5000,
            "ReadOnly": read_only,
            "RelatedGroupId": self.site.group.as_deref().unwrap_or(nobody),
            "SensitivityLabelInfo": {"DisplayName": "", "Id": ""},
            "ServerRelativeUrl": self.site.server_relative_url(),
            "ShareByEmailEnabled": false,
            "Url": self.url(),
        })
    }

    fn current_user(&self) -> Value {
        match &self.caller.kind {
            Kind::Person(user) => self.person(user),
            Kind::App { .. } => json!({
                "Id": 1_073_741_822,
                "IsHiddenInUI": false,
                "LoginName": "i:0i.t|00000003-0000-0ff1-ce00-000000000000|app@sharepoint",
                "Title": "SharePoint App",
                "PrincipalType": 1,
                "Email": "",
                "Expiration": "",
                "IsEmailAuthenticationGuestUser": false,
                "IsShareByEmailGuestUser": false,
                "IsSiteAdmin": false,
                "UserId": {"NameId": "00000003-0000-0ff1-ce00-000000000000", "NameIdIssuer": "urn:federation:microsoftonline"},
                "UserPrincipalName": null,
            }),
        }
    }

    fn person(&self, user: &User) -> Value {
        let upn = self.login(user);
        let role = self.site.roles.get(&user.upn.to_lowercase());
        json!({
            "Id": self.user_id(user),
            "IsHiddenInUI": false,
            "LoginName": format!("i:0#.f|membership|{upn}"),
            "Title": user.name,
            "PrincipalType": 1,
            "Email": user.upn,
            "Expiration": "",
            "IsEmailAuthenticationGuestUser": false,
            "IsShareByEmailGuestUser": false,
            "IsSiteAdmin": role == Some(&Role::SiteAdmin),
            "UserId": {"NameId": user.oid.replace('-', "").get(..16), "NameIdIssuer": "urn:federation:microsoftonline"},
            "UserPrincipalName": upn,
        })
    }

    fn login(&self, user: &User) -> String {
        let world = self.sharepoint.entra().world();
        let domain = world.tenant(self.sharepoint.tenant()).and_then(|tenant| tenant.domains.first()).cloned();
        user.upn_in_tenant(&domain.unwrap_or_default()).to_lowercase()
    }

    /// People are numbered per site in the order of their names.
    fn user_id(&self, user: &User) -> usize {
        let upn = user.upn.to_lowercase();
        10 + self.site.roles.keys().position(|known| *known == upn).unwrap_or(self.site.roles.len())
    }

    fn owner_group(&self) -> Value {
        let title = format!("{} Owners", self.site.title);
        json!({
            "Id": 3,
            "IsHiddenInUI": false,
            "LoginName": title,
            "Title": title,
            "PrincipalType": 8,
            "AllowMembersEditMembership": false,
            "AllowRequestToJoinLeave": false,
            "AutoAcceptRequestToJoinLeave": false,
            "Description": null,
            "OnlyAllowMembersViewMembership": false,
            "OwnerTitle": title,
            "RequestToJoinLeaveEmailSetting": "",
        })
    }

    fn owners(&self) -> Vec<Value> {
        if let Some(group) = &self.site.group {
            // a group's owners stand here as one claim, not as people
            return vec![json!({
                "Id": 6,
                "IsHiddenInUI": false,
                "LoginName": format!("c:0o.c|federateddirectoryclaimprovider|{group}_o"),
                "Title": format!("{} Owners", self.site.title),
                "PrincipalType": 4,
                "Email": "",
                "Expiration": "",
                "IsEmailAuthenticationGuestUser": false,
                "IsShareByEmailGuestUser": false,
                "IsSiteAdmin": true,
                "UserId": null,
                "UserPrincipalName": null,
            })];
        }
        let people: Vec<User> = {
            let world = self.sharepoint.entra().world();
            let is_owner = |user: &&User| {
                user.tenant == self.sharepoint.tenant()
                    && matches!(self.site.roles.get(&user.upn.to_lowercase()), Some(Role::SiteAdmin | Role::Owner))
            };
            world.users.iter().filter(is_owner).cloned().collect()
        };
        people.iter().map(|user| self.person(user)).collect()
    }

    fn lists(&self) -> Vec<Value> {
        let rights = self.caller.effective_on_library(self.site);
        let list = |title: &str, folder: &str, template: u32, rights: BasePermissions, unique: bool| {
            json!({
                "BaseTemplate": template,
                "BaseType": 1,
                "Created": "2021-03-08T09:12:44Z",
                "EffectiveBasePermissions": rights.to_json(),
                "EnableMinorVersions": template == 119,
                "EnableModeration": false,
                "EnableVersioning": true,
                "ForceCheckout": false,
                "HasUniqueRoleAssignments": unique,
                "Hidden": false,
                "Id": crate::entra::guid_of(&format!("list {folder} of {}", self.site.path)),
                "ItemCount": 3,
                "RootFolder": {"Name": folder, "ServerRelativeUrl": format!("{}/{folder}", self.site.path)},
                "Title": title,
            })
        };
        let mut lists = vec![list("Documents", "Shared Documents", 101, self.caller.effective(self.site), false)];
        if self.site.has_site_pages && rights != BasePermissions::NONE {
            lists.push(list("Site Pages", "SitePages", 119, rights, self.site.library_roles.is_some()));
        }
        lists
    }

    fn time_zone(&self) -> Value {
        let zone = self.sharepoint.inside().time_zone.clone();
        json!({
            "Description": zone.description,
            "Id": zone.id,
            "Information": {"Bias": zone.bias, "DaylightBias": -60, "StandardBias": 0},
        })
    }

    fn regional_settings(&self) -> Value {
        json!({
            "DateFormat": 1,
            "DateSeparator": "/",
            "DecimalSeparator": ",",
            "FirstDayOfWeek": 1,
            "LocaleId": 2057,
            "Time24": true,
            "TimeSeparator": ":",
            "TimeZone": self.time_zone(),
            "WorkDayEndHour": 1020,
            "WorkDayStartHour": 480,
        })
    }
}

fn role_definitions() -> Vec<Value> {
    LEVELS
        .iter()
        .map(|level| {
            json!({
                "BasePermissions": level.permissions.to_json(),
                "Description": level.description,
                "Hidden": level.hidden,
                "Id": level.id,
                "Name": level.name,
                "Order": level.order,
                "RoleTypeKind": level.kind,
            })
        })
        .collect()
}
