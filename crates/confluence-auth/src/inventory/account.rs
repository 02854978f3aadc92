//! How far the account reaches as a whole: that decides what must be asked of each space.

use crate::api::Api;
use crate::error::ConfluenceError;
use crate::product::Product;
use crate::rights::Role;
use crate::rungs::administrator::{SUPER_GROUP, administers, on_cloud};
use crate::rungs::credential::SignedIn;
use crate::rungs::users::own_groups;

/// What the account is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Account {
    pub(super) role: Role,
    pub(super) is_cloud: bool,
    /// All spaces of the site, those that the account does not see included, where the server tells an administrator.
    pub(super) all_spaces: Option<u64>,
}

impl Account {
    /// One right covers every space.
    pub(super) fn administers_all(self) -> bool {
        matches!(self.role, Role::SeesAll | Role::Administrator)
    }
}

/// Finds it out, in as few requests as it takes.
pub(super) async fn find(api: &Api, product: &Product, signed_in: Option<&SignedIn>) -> Result<Account, ConfluenceError> {
    let is_cloud = product.is_cloud();
    let Some(signed_in) = signed_in else { return Ok(Account { role: Role::Anonymous, is_cloud, all_spaces: None }) };
    if is_cloud {
        let standing = on_cloud(api, signed_in).await?;
        return Ok(Account { role: standing.role, is_cloud, all_spaces: None });
    }
    let is_super = async || {
        let groups = own_groups(api, product, Some(&signed_in.user)).await?;
        Ok::<_, ConfluenceError>(groups.and_then(Result::ok).map(|groups| groups.iter().any(|group| group == SUPER_GROUP)))
    };
    let (role, all_spaces) = if product.is_at_least(9, 1) {
        // whoever does not administer Confluence is not of the super group either
        let (administers, all_spaces, _needs_elevation) = administers(api, product, false).await?;
        let role = match administers {
            Some(false) => Role::Ordinary,
            Some(true) => by_group(is_super().await?),
            None => Role::Unknown,
        };
        (role, all_spaces)
    } else {
        let is_super = is_super().await?;
        let (administers, all_spaces, _needs_elevation) = administers(api, product, is_super == Some(true)).await?;
        let role = match administers {
            Some(false) => Role::Ordinary,
            Some(true) => by_group(is_super),
            None => Role::Unknown,
        };
        (role, all_spaces)
    };
    Ok(Account { role, is_cloud, all_spaces })
}

fn by_group(is_super: Option<bool>) -> Role {
    match is_super {
        Some(true) => Role::SeesAll,
        Some(false) => Role::Administrator,
        None => Role::Unknown,
    }
}
