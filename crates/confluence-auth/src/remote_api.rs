//! The remote API (JSON-RPC) of Server and Data Center: before 9.1 the only way to the permissions of a space.
//!
//! It does not take personal access tokens everywhere, an administrator can switch it off, and since 7.7 its administrator
//! methods want a secure administrator session where those are on.

use serde_json::{Value, json};

use crate::api::Api;
use crate::classify::{Obstacle, obstacle};
use crate::error::ConfluenceError;

/// What the remote API answered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum RemoteApi {
    /// It gave the permissions.
    Works,
    /// It refused, or it is not there.
    Refused,
    /// It wants a secure administrator session.
    NeedsElevation,
}

/// Asks for the permissions of one space.
pub(crate) async fn permissions_of(api: &Api, space: &str) -> Result<RemoteApi, ConfluenceError> {
    let body = json!({ "jsonrpc": "2.0", "method": "getSpacePermissionSets", "params": [space], "id": 1 });
    let response = api.send(api.post("/rpc/json-rpc/confluenceservice-v2", body)).await?;
    if obstacle(&response) == Some(Obstacle::WebSudo) || response.text().contains("WebSudoRequiredException") {
        return Ok(RemoteApi::NeedsElevation);
    }
    let answer: Option<Value> = if response.status.is_success() && !response.is_html() { response.json().ok() } else { None };
    let is_list = answer.is_some_and(|answer| answer.get("result").is_some_and(Value::is_array));
    Ok(if is_list { RemoteApi::Works } else { RemoteApi::Refused })
}
