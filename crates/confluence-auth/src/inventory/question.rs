//! One question about one space, in each of the ways that there are, and what its answer means.

use serde::Deserialize;
use serde_json::{Value, json};
use transport::{Request, Response};

use crate::api::{Api, json_of};
use crate::classify::{Obstacle, metas, refusal};
use crate::inventory::patience::{Taken, is_own_error, taken_for};
use crate::product::Product;
use crate::rights::Role;
use crate::whoami::Operation;
use preflight::SpaceRole;

/// How to ask.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Way {
    /// `GET /rest/api/space/{key}/permissions`, from 9.1 on: 200 for administrators of the space and of Confluence only
    /// (CONFSERVER-78176).
    Rest,
    /// `getPermissions` of the remote API (JSON-RPC): the account's own rights in words. Can be switched off, is deprecated, and
    /// does not take personal access tokens everywhere.
    Remote,
    /// The meta elements of the space's home page. Large, but always there.
    Page,
    /// `GET /api/v2/spaces/{id}/operations` of Cloud.
    Operations,
}

impl Way {
    /// The first way to try.
    pub(super) fn first(product: &Product) -> Self {
        if product.is_cloud() {
            Self::Operations
        } else if product.is_before(9, 1) {
            Self::Remote
        } else {
            Self::Rest
        }
    }

    /// The way to try where this one is not there.
    pub(super) fn next(self) -> Option<Self> {
        match self {
            Self::Rest => Some(Self::Remote),
            Self::Remote => Some(Self::Page),
            Self::Page | Self::Operations => None,
        }
    }
}

/// What was told about a space.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Told {
    /// Nothing yet.
    NotAsked,
    /// What the account may do there.
    Rights {
        /// The role.
        role: SpaceRole,
        /// It may view the space.
        views: bool,
    },
    /// Confluence failed. Some versions do so instead of saying no (CONFSERVER-99908).
    Crashed,
    /// An answer that says nothing, or none in spite of patience.
    Unclear,
}

impl Told {
    const ADMINISTRATOR: Self = Self::Rights { role: SpaceRole::Administrator, views: true };
    const VIEWER: Self = Self::Rights { role: SpaceRole::Viewer, views: true };

    /// A clear no to the question for permissions.
    pub(super) fn is_no(self) -> bool {
        matches!(self, Self::Rights { role, .. } if role != SpaceRole::Administrator)
    }
}

/// What an answer means.
pub(super) enum Meaning {
    /// It tells something about the space. Whether it also proves for whom it was is another matter.
    Told(Told, Taken),
    /// This way is not there.
    NoSuchWay,
    /// The server no longer knows who asks.
    SignedOut,
    /// The server wants a secure administrator session.
    Elevation,
}

/// The request.
pub(super) fn request(api: &Api, way: Way, key: &str, id: &str) -> Request {
    let encoded: String = url::form_urlencoded::byte_serialize(key.as_bytes()).collect();
    match way {
        Way::Rest => api.get(&format!("/rest/api/space/{encoded}/permissions")),
        Way::Remote => remote(api, "getPermissions", key),
        Way::Page => api.get_page(&format!("/spaces/viewspace.action?key={encoded}")),
        Way::Operations => api.get(&format!("/api/v2/spaces/{id}/operations")),
    }
}

fn remote(api: &Api, method: &str, key: &str) -> Request {
    let body = json!({ "jsonrpc": "2.0", "method": method, "params": [key], "id": 1 });
    api.post("/rpc/json-rpc/confluenceservice-v2", body)
}

/// Reads the answer.
pub(super) fn read(response: &Response, way: Way, product: &Product) -> Meaning {
    match way {
        Way::Rest => rest(response, product),
        Way::Remote => remote_rights(response),
        Way::Page => page(response),
        Way::Operations => operations(response),
    }
}

fn rest(response: &Response, product: &Product) -> Meaning {
    let taken = taken_for(response);
    if taken == Taken::Nobody {
        return Meaning::SignedOut;
    }
    let refusal = match json_of::<Vec<serde::de::IgnoredAny>>(response) {
        Ok(_permissions) => return Meaning::Told(Told::ADMINISTRATOR, taken),
        Err(refusal) => refusal,
    };
    match refusal.obstacle {
        Some(Obstacle::Login) => Meaning::SignedOut,
        Some(Obstacle::WebSudo) => Meaning::Elevation,
        Some(Obstacle::ServerError { status: 500, .. }) if is_own_error(response) => Meaning::Told(Told::Crashed, taken),
        None if matches!(refusal.status, 401 | 403) => Meaning::Told(Told::VIEWER, taken),
        None if refusal.is_not_found() && product.version().is_none() => Meaning::NoSuchWay,
        _ => Meaning::Told(Told::Unclear, taken),
    }
}

fn remote_rights(response: &Response) -> Meaning {
    #[derive(Deserialize)]
    struct Answer {
        result: Option<Value>,
        error: Option<Failure>,
    }
    #[derive(Deserialize)]
    struct Failure {
        #[serde(default)]
        code: i64,
    }
    /// JSON-RPC 2.0, section 5.1: "Method not found".
    const NO_SUCH_METHOD: i64 = -32601;
    let taken = taken_for(response);
    // the remote API answers as to a stranger where it does not take tokens
    if taken == Taken::Nobody {
        return Meaning::NoSuchWay;
    }
    let Ok(answer) = json_of::<Answer>(response) else { return Meaning::NoSuchWay };
    match (answer.result, answer.error) {
        (Some(Value::Array(words)), _) => Meaning::Told(by_words(words.iter().filter_map(Value::as_str)), taken),
        (_, Some(Failure { code: NO_SUCH_METHOD })) | (None, None) => Meaning::NoSuchWay,
        _ => Meaning::Told(Told::Unclear, taken),
    }
}

/// The words are documented by example only (`view modify comment admin`), so they are read leniently.
fn by_words<'a>(words: impl Iterator<Item = &'a str>) -> Told {
    let mut told = Told::Rights { role: SpaceRole::Unknown, views: false };
    for word in words {
        let word = word.to_ascii_lowercase();
        let rights = if word.contains("admin") || word.contains("setspacepermissions") {
            (SpaceRole::Administrator, true)
        } else if word.contains("modify") || word.contains("edit") || word.contains("create") {
            (SpaceRole::Editor, true)
        } else if word.contains("view") || word.contains("read") {
            (SpaceRole::Viewer, true)
        } else {
            continue;
        };
        if let Told::Rights { role, views } = &mut told {
            *role = (*role).min(rights.0);
            *views |= rights.1;
        }
    }
    told
}

fn page(response: &Response) -> Meaning {
    let refusal = refusal(response);
    match refusal.obstacle {
        Some(Obstacle::Login) => return Meaning::SignedOut,
        Some(Obstacle::WebSudo) => return Meaning::Elevation,
        _ => {}
    }
    let metas = metas(&response.text());
    let taken = match metas.get("ajs-remote-user") {
        Some("") => return Meaning::SignedOut,
        Some(_name) => Taken::Somebody,
        None => taken_for(response),
    };
    let told = match metas.get("ajs-is-space-admin") {
        Some("true") => Told::ADMINISTRATOR,
        Some("false") => Told::VIEWER,
        _ => Told::Unclear,
    };
    Meaning::Told(told, taken)
}

fn operations(response: &Response) -> Meaning {
    #[derive(Deserialize)]
    struct Answer {
        operations: Vec<Operation>,
    }
    let taken = taken_for(response);
    match json_of::<Answer>(response) {
        Ok(answer) => Meaning::Told(by_operations(&answer.operations), taken),
        Err(refusal) if refusal.obstacle == Some(Obstacle::Login) => Meaning::SignedOut,
        Err(_unclear) => Meaning::Told(Told::Unclear, taken),
    }
}

/// What Cloud's list of operations means.
pub(super) fn by_operations(operations: &[Operation]) -> Told {
    let may = |name: &str, targets: &[&str]| {
        operations.iter().any(|operation| operation.operation == name && targets.contains(&operation.target_type.as_str()))
    };
    let views = may("read", &["space"]) || may("administer", &["space"]);
    let role = if may("administer", &["space"]) {
        SpaceRole::Administrator
    } else if may("create", &["page", "blogpost"]) || may("update", &["page", "blogpost"]) {
        SpaceRole::Editor
    } else if views {
        SpaceRole::Viewer
    } else {
        SpaceRole::Unknown
    };
    Told::Rights { role, views }
}

/// Whether three spaces of an administrator are to be tried, and how: what proves that permissions of spaces can be read.
pub(super) fn sample_way(product: &Product, role: Role) -> Option<Way> {
    let administers_all = matches!(role, Role::SeesAll | Role::Administrator);
    (administers_all && !product.is_cloud() && product.is_at_least(9, 1)).then_some(Way::Rest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{HTML, JSON, answer};

    fn version(text: &str) -> Product {
        let manifest = crate::product::Edition::DataCenter { version: crate::product::Version::parse(text) };
        Product { edition: manifest, build: None, own_base: None, gate: None }
    }

    fn told(response: &Response, way: Way, product: &Product) -> String {
        match read(response, way, product) {
            Meaning::Told(told, taken) => format!("{told:?} {taken:?}"),
            Meaning::NoSuchWay => "no such way".to_owned(),
            Meaning::SignedOut => "signed out".to_owned(),
            Meaning::Elevation => "elevation".to_owned(),
        }
    }

    const JANE: (&str, &str) = ("x-ausername", "jane");
    const NOBODY: (&str, &str) = ("x-ausername", "anonymous");
    const ADMINISTRATOR: &str = "Rights { role: Administrator, views: true } Somebody";
    const VIEWER: &str = "Rights { role: Viewer, views: true } Somebody";

    #[test]
    fn permissions_by_rest() {
        let own = r#"{"statusCode":500,"message":"","reason":"Internal Server Error"}"#;
        let table = [
            (answer(200, &[JSON, JANE], "[]"), ADMINISTRATOR),
            (answer(403, &[JSON, JANE], r#"{"statusCode":403}"#), VIEWER),
            (answer(401, &[JSON, JANE], r#"{"statusCode":401}"#), VIEWER),
            (answer(500, &[JSON, JANE], own), "Crashed Somebody"),
            (answer(500, &[HTML], "<html><title>Oops</title></html>"), "Unclear Untold"),
            (answer(404, &[JSON, JANE], r#"{"statusCode":404}"#), "Unclear Somebody"),
            (answer(200, &[HTML, JANE], "<html><title>A page</title></html>"), "Unclear Somebody"),
            (answer(403, &[JSON, NOBODY], r#"{"statusCode":403}"#), "signed out"),
            (answer(200, &[JSON, NOBODY], "[]"), "signed out"),
            (answer(302, &[("location", "https://wiki.example.com/login.action")], ""), "signed out"),
        ];
        for (response, expected) in table {
            assert_eq!(told(&response, Way::Rest, &version("9.2")), expected, "{response:?}");
        }
        let unknown = Product { edition: crate::product::Edition::DataCenter { version: None }, build: None, own_base: None, gate: None };
        assert_eq!(told(&answer(404, &[JSON, JANE], "{}"), Way::Rest, &unknown), "no such way");
    }

    #[test]
    fn rights_by_the_remote_api() {
        let rights = |words: &str| answer(200, &[JSON, JANE], &format!(r#"{{"jsonrpc":"2.0","result":{words},"id":1}}"#));
        let table = [
            (rights(r#"["view","modify","comment","admin"]"#), ADMINISTRATOR),
            (rights(r#"["view","modify"]"#), "Rights { role: Editor, views: true } Somebody"),
            (rights(r#"["VIEWSPACE"]"#), VIEWER),
            (rights("[]"), "Rights { role: Unknown, views: false } Somebody"),
            (rights("7"), "Unclear Somebody"),
            (answer(200, &[JSON, NOBODY], r#"{"result":["view"]}"#), "no such way"),
            (answer(200, &[JSON, JANE], r#"{"error":{"code":-32601,"message":"Method not found"}}"#), "no such way"),
            (answer(200, &[JSON, JANE], r#"{"error":{"code":500,"message":"RemoteException"}}"#), "Unclear Somebody"),
            (answer(403, &[HTML, JANE], "<html><title>HTTP Status 403</title></html>"), "no such way"),
            (answer(404, &[HTML, JANE], ""), "no such way"),
        ];
        for (response, expected) in table {
            assert_eq!(told(&response, Way::Remote, &version("8.5")), expected, "{response:?}");
        }
    }

    #[test]
    fn rights_by_a_page() {
        let page = |user: &str, admin: &str| {
            let metas = format!(
                "<html><head><meta name=\"ajs-version-number\" content=\"8.5.3\"><meta name=\"ajs-remote-user\" content=\"{user}\">\
                 <meta name=\"ajs-is-space-admin\" content=\"{admin}\"></head><body></body></html>"
            );
            answer(200, &[HTML, ("x-confluence-request-time", "1")], &metas)
        };
        assert_eq!(told(&page("jane", "true"), Way::Page, &version("8.5")), ADMINISTRATOR);
        assert_eq!(told(&page("jane", "false"), Way::Page, &version("8.5")), VIEWER);
        assert_eq!(told(&page("jane", ""), Way::Page, &version("8.5")), "Unclear Somebody");
        assert_eq!(told(&page("", ""), Way::Page, &version("8.5")), "signed out");
    }

    #[test]
    fn rights_by_operations() {
        let cloud =
            Product { edition: crate::product::Edition::Cloud { cloud_id: "x".to_owned() }, build: None, own_base: None, gate: None };
        let may = |list: &[(&str, &str)]| {
            let list: Vec<Value> = list.iter().map(|(name, target)| json!({ "operation": name, "targetType": target })).collect();
            told(&answer(200, &[JSON], &json!({ "operations": list }).to_string()), Way::Operations, &cloud)
        };
        assert_eq!(may(&[("read", "space"), ("administer", "space")]), "Rights { role: Administrator, views: true } Untold");
        assert_eq!(may(&[("read", "space"), ("create", "page")]), "Rights { role: Editor, views: true } Untold");
        assert_eq!(may(&[("read", "space"), ("create", "comment")]), "Rights { role: Viewer, views: true } Untold");
        assert_eq!(may(&[("create", "comment")]), "Rights { role: Unknown, views: false } Untold");
        let limited = answer(403, &[JSON], r#"{"errors":[]}"#);
        assert_eq!(told(&limited, Way::Operations, &cloud), "Unclear Untold", "an error is no answer");
    }
}
