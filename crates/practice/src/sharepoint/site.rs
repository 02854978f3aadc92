//! A practice site: who may do what on it, and the state it is in.

use std::collections::BTreeMap;

use crate::entra::guid_of;

use super::permissions::{ADD_AND_CUSTOMIZE_PAGES, BasePermissions, Role};

/// The state of a site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SiteState {
    /// Open.
    Normal,
    /// `LockState` `ReadOnly`, with the reason `_api/site` tells as `LockIssue`.
    ReadOnly {
        /// What the administrator wrote.
        issue: String,
    },
    /// `LockState` `NoAccess`: 423 from SharePoint and from Graph.
    NoAccess,
    /// Archived: 403 from SharePoint, 423 from Graph.
    Archived,
    /// Moved within the tenant: 404 with `@error.redirectLocation`.
    Moved {
        /// The new address.
        to: String,
    },
    /// The tenant was renamed: 301 to an address on another host.
    MovedHost {
        /// The new address.
        to: String,
    },
}

/// A site collection.
#[derive(Debug, Clone)]
pub struct Site {
    /// Server-relative address, such as `/sites/wiki`; empty for the root site.
    pub path: String,
    /// Title.
    pub title: String,
    /// State.
    pub state: SiteState,
    /// What people are on it, by user principal name in small letters.
    pub roles: BTreeMap<String, Role>,
    /// Whether custom scripts are off, as on nearly all modern sites.
    pub no_script: bool,
    /// The Microsoft 365 group behind it.
    pub group: Option<String>,
    /// Roles of people on the Site Pages library where it has permissions of its own.
    pub library_roles: Option<BTreeMap<String, Role>>,
    /// Whether there is a Site Pages library.
    pub has_site_pages: bool,
    /// Apps (client ids) granted by `Sites.Selected`, with what they may.
    pub granted_apps: BTreeMap<String, BasePermissions>,
}

impl Site {
    /// An open communication site.
    pub fn new(path: &str, title: &str) -> Self {
        Self {
            path: path.trim_end_matches('/').to_owned(),
            title: title.to_owned(),
            state: SiteState::Normal,
            roles: BTreeMap::new(),
            no_script: false,
            group: None,
            library_roles: None,
            has_site_pages: true,
            granted_apps: BTreeMap::new(),
        }
    }

    /// Gives a person a role.
    #[must_use]
    pub fn with_role(mut self, upn: &str, role: Role) -> Self {
        self.roles.insert(upn.to_lowercase(), role);
        self
    }

    /// Puts the site into a state.
    #[must_use]
    pub fn in_state(mut self, state: SiteState) -> Self {
        self.state = state;
        self
    }

    /// Switches custom scripts off.
    #[must_use]
    pub fn with_no_script(mut self) -> Self {
        self.no_script = true;
        self
    }

    /// Connects a Microsoft 365 group: its owners are site administrators through a claim, not as people in the Owners group.
    #[must_use]
    pub fn with_group(mut self) -> Self {
        self.group = Some(guid_of(&format!("group of {}", self.path)));
        self
    }

    /// Gives the Site Pages library permissions of its own, in which the person has this role.
    #[must_use]
    pub fn with_library_role(mut self, upn: &str, role: Role) -> Self {
        self.library_roles.get_or_insert_default().insert(upn.to_lowercase(), role);
        self
    }

    /// Takes the Site Pages library away.
    #[must_use]
    pub fn without_site_pages(mut self) -> Self {
        self.has_site_pages = false;
        self
    }

    /// Grants an app that has `Sites.Selected` only this site.
    #[must_use]
    pub fn granted_to_app(mut self, client_id: &str, permissions: BasePermissions) -> Self {
        self.granted_apps.insert(client_id.to_owned(), permissions);
        self
    }

    pub(crate) fn site_id(&self) -> String {
        guid_of(&format!("site collection {}", self.path))
    }

    pub(crate) fn web_id(&self) -> String {
        guid_of(&format!("web {}", self.path))
    }

    pub(crate) fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }

    /// The path as SharePoint writes it: the root site's is `/`.
    pub(crate) fn server_relative_url(&self) -> &str {
        if self.path.is_empty() { "/" } else { &self.path }
    }

    /// What custom script settings leave of a set of permissions.
    pub(crate) fn cut_by_no_script(&self, permissions: BasePermissions) -> BasePermissions {
        if self.no_script { BasePermissions { low: permissions.low & !ADD_AND_CUSTOMIZE_PAGES, ..permissions } } else { permissions }
    }
}
