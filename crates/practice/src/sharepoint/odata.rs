//! The part of `OData` v3 that SharePoint's REST service is asked for: `$select`, `$expand`, `$filter` with `eq`, metadata levels.

use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde_json::{Map, Value, json};
use url::form_urlencoded;

/// The query options of a request.
#[derive(Debug, Default)]
pub(crate) struct Options {
    select: Vec<String>,
    expand: Vec<String>,
    filter: Option<String>,
    top: Option<usize>,
}

/// A query that cannot be answered, in the words of the service.
#[derive(Debug)]
pub(crate) struct BadQuery(pub(crate) String);

impl Options {
    pub(crate) fn parse(query: Option<&str>) -> Result<Self, BadQuery> {
        let mut options = Self::default();
        let list = |value: &str| value.split(',').map(|item| item.trim().to_owned()).filter(|item| !item.is_empty()).collect();
        for (name, value) in form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
            match name.as_ref() {
                "$select" => options.select = list(&value),
                "$expand" => options.expand = list(&value),
                "$filter" => options.filter = Some(value.into_owned()),
                "$top" => {
                    let count = value.parse().ok();
                    let count = count.ok_or_else(|| BadQuery("The value of $top is not a number.".to_owned()))?;
                    options.top = Some(count);
                }
                other if other.starts_with('$') => {
                    return Err(BadQuery(format!("The query parameter '{other}' is not supported.")));
                }
                _ => {}
            }
        }
        Ok(options)
    }

    /// Applies `$select` and `$expand` to an entity. Properties in `on_request` come only when they are selected; objects named
    /// in `deferred` are navigation properties, which come only when they are expanded.
    pub(crate) fn shape(&self, entity: &Value, on_request: &[&str], deferred: &[&str]) -> Result<Value, BadQuery> {
        let Some(all) = entity.as_object() else { return Ok(entity.clone()) };
        let top = |path: &str| path.split('/').next().unwrap_or_default().to_owned();
        for path in &self.expand {
            let name = top(path);
            if !deferred.contains(&name.as_str()) && !matches!(all.get(&name), Some(Value::Object(_))) {
                return Err(BadQuery(format!("The field or property '{name}' does not exist.")));
            }
        }
        let expanded = |name: &str| self.expand.iter().any(|path| top(path) == name);
        let mut out = Map::new();
        if self.select.is_empty() || self.select.iter().any(|name| name == "*") {
            for (name, value) in all {
                if !on_request.contains(&name.as_str()) && (!deferred.contains(&name.as_str()) || expanded(name)) {
                    out.insert(name.clone(), value.clone());
                }
            }
            return Ok(Value::Object(out));
        }
        for path in &self.select {
            let name = top(path);
            let Some(value) = all.get(&name) else {
                return Err(BadQuery(format!("The field or property '{name}' does not exist.")));
            };
            if let Some((_, inner)) = path.split_once('/') {
                if !expanded(&name) {
                    return Err(BadQuery(format!(
                        "The query to field '{path}' is not valid. The $expand query string does not include '{name}'."
                    )));
                }
                let leaf = inner.split('/').next().unwrap_or_default();
                let Some(inner_value) = value.get(leaf) else {
                    return Err(BadQuery(format!("The field or property '{leaf}' does not exist.")));
                };
                let slot = out.entry(name).or_insert_with(|| json!({}));
                slot[leaf] = inner_value.clone();
            } else if !deferred.contains(&name.as_str()) || expanded(&name) {
                out.insert(name, value.clone());
            }
        }
        // what is expanded comes along although it is not selected by name
        for path in &self.expand {
            let name = top(path);
            if let (false, Some(value)) = (out.contains_key(&name), all.get(&name)) {
                out.insert(name, value.clone());
            }
        }
        Ok(Value::Object(out))
    }

    /// Applies `$filter` (`Name eq value`, joined by `and`) and `$top` to a collection.
    pub(crate) fn pick(&self, entities: Vec<Value>) -> Result<Vec<Value>, BadQuery> {
        let mut kept = entities;
        for term in self.filter.iter().flat_map(|filter| filter.split(" and ")) {
            let mut words = term.trim().splitn(3, ' ');
            let (Some(name), Some("eq"), Some(wanted)) = (words.next(), words.next(), words.next()) else {
                return Err(BadQuery(format!("The expression \"{term}\" is not valid.")));
            };
            let wanted = wanted.trim();
            let literal = match wanted.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')) {
                Some(text) => json!(text.replace("''", "'")),
                None => {
                    serde_json::from_str(wanted).map_err(|error| BadQuery(format!("The expression \"{term}\" is not valid: {error}.")))?
                }
            };
            if kept.first().is_some_and(|entity| entity.get(name).is_none()) {
                return Err(BadQuery(format!("Column '{name}' does not exist. It may have been deleted by another user.")));
            }
            kept.retain(|entity| entity.get(name) == Some(&literal));
        }
        if let Some(top) = self.top {
            kept.truncate(top);
        }
        Ok(kept)
    }
}

/// How much metadata the client wants, by its `Accept` header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    NoMetadata,
    MinimalMetadata,
    Verbose,
    /// No JSON at all: the service falls back to Atom.
    Atom,
}

impl Format {
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default().to_lowercase();
        if !accept.contains("application/json") {
            Self::Atom
        } else if accept.contains("odata=verbose") {
            Self::Verbose
        } else if accept.contains("nometadata") || accept.contains("odata.metadata=none") {
            Self::NoMetadata
        } else {
            Self::MinimalMetadata
        }
    }

    fn content_type(self) -> &'static str {
        match self {
            Self::NoMetadata => "application/json;odata=nometadata;streaming=true;charset=utf-8",
            Self::MinimalMetadata => "application/json;odata=minimalmetadata;streaming=true;charset=utf-8",
            Self::Verbose => "application/json;odata=verbose;charset=utf-8",
            Self::Atom => "application/atom+xml;type=entry;charset=utf-8",
        }
    }

    pub(crate) fn entity(self, context: &str, entity: &Value) -> Response {
        let body = match self {
            Self::NoMetadata => entity.clone(),
            Self::MinimalMetadata => with_metadata(context, entity),
            Self::Verbose => json!({"d": entity}),
            Self::Atom => return self.atom(entity),
        };
        self.respond(StatusCode::OK, &body)
    }

    pub(crate) fn collection(self, context: &str, entities: &[Value]) -> Response {
        let body = match self {
            Self::NoMetadata => json!({"value": entities}),
            Self::MinimalMetadata => with_metadata(context, &json!({"value": entities})),
            Self::Verbose => json!({"d": {"results": entities}}),
            Self::Atom => return self.atom(&json!({"value": entities})),
        };
        self.respond(StatusCode::OK, &body)
    }

    /// `{"odata.error": ...}`, or `{"error": ...}` for verbose clients.
    pub(crate) fn error(self, status: StatusCode, code: &str, message: &str) -> Response {
        let error = json!({"code": code, "message": {"lang": "en-US", "value": message}});
        let body = match self {
            Self::Verbose => json!({"error": error}),
            Self::Atom => {
                let text = format!(
                    "<?xml version=\"1.0\" encoding=\"utf-8\"?><m:error xmlns:m=\"http://schemas.microsoft.com/ado/2007/08/dataservices/metadata\">\
                     <m:code>{code}</m:code><m:message xml:lang=\"en-US\">{message}</m:message></m:error>"
                );
                return (status, [("Content-Type", "application/xml;charset=utf-8")], text).into_response();
            }
            Self::NoMetadata | Self::MinimalMetadata => json!({"odata.error": error}),
        };
        self.respond(status, &body)
    }

    fn respond(self, status: StatusCode, body: &Value) -> Response {
        let headers = [("Content-Type", self.content_type()), ("Cache-Control", "private, max-age=0")];
        (status, headers, body.to_string()).into_response()
    }

    fn atom(self, entity: &Value) -> Response {
        let mut properties = String::new();
        for (name, value) in entity.as_object().into_iter().flatten() {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            let text = text.replace('&', "&amp;").replace('<', "&lt;");
            properties.extend(["<d:", name, ">", &text, "</d:", name, ">"]);
        }
        let body = format!(
            "<?xml version=\"1.0\" encoding=\"utf-8\"?><entry xmlns=\"http://www.w3.org/2005/Atom\" \
             xmlns:d=\"http://schemas.microsoft.com/ado/2007/08/dataservices\" \
             xmlns:m=\"http://schemas.microsoft.com/ado/2007/08/dataservices/metadata\"><content type=\"application/xml\">\
             <m:properties>{properties}</m:properties></content></entry>"
        );
        (StatusCode::OK, [("Content-Type", self.content_type())], body).into_response()
    }
}

fn with_metadata(context: &str, entity: &Value) -> Value {
    let mut out = Map::new();
    out.insert("odata.metadata".to_owned(), json!(context));
    out.extend(entity.as_object().cloned().unwrap_or_default());
    Value::Object(out)
}
