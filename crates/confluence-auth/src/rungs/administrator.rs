//! How far do the account's rights reach?
//!
//! The levels differ on Data Center: only members of the group `confluence-administrators` see restricted pages; a Confluence
//! administrator outside of it does not. On Cloud nobody does, unless an administrator has switched the admin key on.

use preflight::{Cause, Fail, Hint, HintAction, Pass};
use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::api::Api;
use crate::classify::{Obstacle, metas, obstacle};
use crate::error::ConfluenceError;
use crate::product::Product;
use crate::remote_api::{self, RemoteApi};
use crate::rights::Role;
use crate::rungs::credential::SignedIn;
use crate::rungs::spaces::Spaces;
use crate::rungs::users::Lookups;

/// What was found.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Standing {
    pub(crate) role: Role,
    pub(crate) needs_elevation: bool,
    /// All spaces of the site, where the server tells an administrator.
    pub(crate) all_spaces: Option<u64>,
    /// Whether the remote API gave the permissions of a space, where it was needed and tried.
    pub(crate) remote_api: Option<RemoteApi>,
}

impl Standing {
    /// Nothing could be found out.
    pub(crate) const UNKNOWN: Self = Self { role: Role::Unknown, needs_elevation: false, all_spaces: None, remote_api: None };
}

/// The one group that sees everything. Its name is fixed (Atlassian, "Confluence admin permission levels explained").
pub(crate) const SUPER_GROUP: &str = "confluence-administrators";

pub(crate) async fn run(
    api: &Api,
    product: &Product,
    signed_in: Option<&SignedIn>,
    lookups: Option<&Lookups>,
    spaces: &Spaces,
) -> Result<Pass<Standing>, Fail> {
    let Some(signed_in) = signed_in else {
        let standing = Standing { role: Role::Anonymous, needs_elevation: false, all_spaces: None, remote_api: None };
        return Ok(Pass::new(standing, "Anonymous visitors administer nothing, so permissions stay behind")
            .limited(Cause::ConfluenceNotAdministrator)
            .hint(Hint::say("Sign in with an account of an administrator to migrate permissions and restricted pages, too")));
    };
    let standing = if product.is_cloud() { on_cloud(api, signed_in).await? } else { on_data_center(api, product, lookups, spaces).await? };
    Ok(told(standing, product.is_cloud()))
}

fn told(standing: Standing, is_cloud: bool) -> Pass<Standing> {
    let pass = |summary: &'static str| {
        let pass = Pass::new(standing, summary);
        match standing.all_spaces {
            Some(count) => pass.detail("all_spaces", count.to_string()),
            None => pass,
        }
    };
    if standing.needs_elevation {
        return pass("Secure administrator sessions hide administrator functions from programs")
            .limited(Cause::ConfluenceElevationRequired)
            .hint(Hint::say("Ask an administrator to switch secure administrator sessions (WebSudo) off for the time of the migration"));
    }
    let join_group =
        "For restricted pages as well, have the account added to the group confluence-administrators for the time of the migration";
    let admin_key =
        "For restricted pages as well, an administrator can switch the admin key on during the migration (Premium and Enterprise plans)";
    match (standing.role, is_cloud) {
        (Role::SeesAll, false) => pass("Member of confluence-administrators: sees every space and every restricted page"),
        (Role::SeesAll, true) => pass("The admin key is on: the account sees every restricted page while it is"),
        (Role::Administrator, false) => {
            pass("Confluence administrator, but not in the group confluence-administrators: pages restricted to others stay hidden")
                .limited(Cause::ConfluenceNotAdministrator)
                .hint(Hint::say(join_group))
        }
        (Role::Administrator, true) => pass("Confluence administrator; pages restricted to others stay hidden while the admin key is off")
            .limited(Cause::ConfluenceNotAdministrator)
            .hint(Hint::say(admin_key)),
        (Role::Ordinary | Role::Anonymous, false) => {
            pass("Not a Confluence administrator: permissions can be migrated only for spaces that the account administers")
                .limited(Cause::ConfluenceNotAdministrator)
                .hint(Hint::say(join_group))
        }
        (Role::Ordinary | Role::Anonymous, true) => {
            pass("Not a Confluence administrator: permissions can be migrated only for spaces that the account administers")
                .limited(Cause::ConfluenceNotAdministrator)
                .hint(Hint::say("Use an account of a Confluence administrator to migrate permissions of all spaces"))
        }
        (Role::Unknown, _) => pass("Whether the account administers Confluence could not be found out")
            .limited(Cause::ConfluencePermissionsUnknown)
            .hint(Hint::with("Test again", HintAction::Retry))
            .hint(Hint::say("If it stays unknown, the administrator of Confluence finds the reason in its log")),
    }
}

pub(crate) async fn on_cloud(api: &Api, signed_in: &SignedIn) -> Result<Standing, ConfluenceError> {
    let is_administrator = signed_in.user.administers();
    // 404 is "not on" and "not for you" alike; only an active key says anything
    let key = if is_administrator { api.ask::<AdminKey>("/api/v2/admin-key").await?.ok() } else { None };
    let role = match (key, is_administrator) {
        (Some(_active), _) => Role::SeesAll,
        (None, true) => Role::Administrator,
        (None, false) if signed_in.user.operations.is_empty() => Role::Unknown,
        (None, false) => Role::Ordinary,
    };
    Ok(Standing { role, needs_elevation: false, all_spaces: None, remote_api: None })
}

#[derive(Deserialize)]
struct AdminKey {
    #[serde(rename = "accountId")]
    _account_id: String,
}

async fn on_data_center(api: &Api, product: &Product, lookups: Option<&Lookups>, spaces: &Spaces) -> Result<Standing, ConfluenceError> {
    let own_groups = lookups.and_then(|lookups| lookups.own_groups.as_ref());
    let is_super = own_groups.map(|groups| groups.iter().any(|group| group == SUPER_GROUP));
    let (administers, all_spaces, needs_elevation) = administers(api, product, is_super == Some(true)).await?;
    let role = match (is_super, administers) {
        (Some(true), _) => Role::SeesAll,
        (Some(false), Some(true)) => Role::Administrator,
        (_, Some(false)) => Role::Ordinary,
        // an administrator whose groups stay unknown may or may not be of the super group
        (None, Some(true)) | (_, None) => Role::Unknown,
    };
    // before 9.1 only the remote API gives the permissions of a space
    let remote_api = match (role, spaces.likeliest_first().next()) {
        (Role::SeesAll | Role::Administrator, Some(space)) if !product.is_at_least(9, 1) => {
            Some(remote_api::permissions_of(api, &space.key).await?)
        }
        _ => None,
    };
    let needs_elevation = needs_elevation || remote_api == Some(RemoteApi::NeedsElevation);
    Ok(Standing { role, needs_elevation, all_spaces, remote_api })
}

/// Does the account administer Confluence, and how many spaces are there? From 9.1 on one resource answers both; else a page says it.
pub(crate) async fn administers(
    api: &Api,
    product: &Product,
    is_super: bool,
) -> Result<(Option<bool>, Option<u64>, bool), ConfluenceError> {
    if product.is_at_least(9, 1) {
        match api.ask::<Metrics>("/rest/api/instance-metrics").await? {
            Ok(metrics) => return Ok((Some(true), metrics.spaces, false)),
            Err(refusal) if refusal.obstacle == Some(Obstacle::WebSudo) => return Ok((None, None, true)),
            Err(refusal) if refusal.is_no() && refusal.obstacle.is_none() => return Ok((Some(false), None, false)),
            Err(_unclear) => {}
        }
        // global permissions are for administrators only, from 9.2 on
        match api.ask::<IgnoredAny>("/rest/api/permissions").await? {
            Ok(_permissions) => return Ok((Some(true), None, false)),
            Err(refusal) if refusal.is_no() && refusal.obstacle.is_none() => return Ok((Some(false), None, false)),
            Err(_unclear) => {}
        }
    } else if is_super {
        return Ok((Some(true), None, false));
    }
    let response = api.send(api.get_page("/")).await?;
    if obstacle(&response) == Some(Obstacle::WebSudo) {
        return Ok((None, None, true));
    }
    let metas = metas(&response.text());
    let administers = match metas.get("ajs-is-confluence-admin") {
        Some("true") => Some(true),
        Some("false") => Some(false),
        _ => None,
    };
    Ok((administers, None, false))
}

#[derive(Deserialize)]
struct Metrics {
    spaces: Option<u64>,
}
