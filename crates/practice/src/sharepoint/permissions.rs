//! Permission bits, levels, and how an app's scope cuts them down.
//!
//! `PermissionKind` n is bit n-1; `Low` holds bits 0 to 31 and `High` 32 to 63, both as decimal text in JSON.

use serde_json::{Value, json};

/// A set of SharePoint permissions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BasePermissions {
    /// Bits 32 to 63.
    pub high: u32,
    /// Bits 0 to 31.
    pub low: u32,
}

/// `AddAndCustomizePages`, which `NoScript` sites take from everybody.
pub const ADD_AND_CUSTOMIZE_PAGES: u32 = 0x4_0000;
/// `ManageLists`.
pub const MANAGE_LISTS: u32 = 0x800;
/// `ManagePermissions`.
pub const MANAGE_PERMISSIONS: u32 = 0x200_0000;
/// `ManageWeb`.
pub const MANAGE_WEB: u32 = 0x4000_0000;
/// `EnumeratePermissions`, in the high half.
pub const ENUMERATE_PERMISSIONS: u32 = 0x4000_0000;

impl BasePermissions {
    /// Nothing.
    pub const NONE: Self = Self { high: 0, low: 0 };
    /// Full Control, as a site's role definitions list it.
    pub const FULL: Self = Self { high: 2_147_483_647, low: 4_294_967_295 };
    /// The level Design.
    pub const DESIGN: Self = Self { high: 432, low: 1_012_866_047 };
    /// The level Edit.
    pub const EDIT: Self = Self { high: 432, low: 1_011_030_767 };
    /// The level Contribute.
    pub const CONTRIBUTE: Self = Self { high: 432, low: 1_011_028_719 };
    /// The level Read.
    pub const READ: Self = Self { high: 176, low: 138_612_833 };
    /// What `AllSites.Manage` stands for: items and lists, without pages' code, `ManageWeb` and `ManagePermissions`.
    pub const MANAGE_SCOPE: Self = Self { high: 432, low: 1_007_361_023 };

    /// What is in both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self { high: self.high & other.high, low: self.low & other.low }
    }

    /// What is in either.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self { high: self.high | other.high, low: self.low | other.low }
    }

    /// Whether all these low bits are set.
    pub fn has_low(self, bits: u32) -> bool {
        self.low & bits == bits
    }

    /// `{"High": "432", "Low": "1011028719"}`.
    pub fn to_json(self) -> Value {
        json!({"High": self.high.to_string(), "Low": self.low.to_string()})
    }

    /// What a delegated permission (`AllSites.*`) or an application permission (`Sites.*.All`) lets through.
    pub(crate) fn of_scope(name: &str) -> Option<Self> {
        match name {
            "AllSites.FullControl" | "Sites.FullControl.All" => Some(Self::FULL),
            "AllSites.Manage" | "Sites.Manage.All" => Some(Self::MANAGE_SCOPE),
            "AllSites.Write" | "Sites.ReadWrite.All" => Some(Self::MANAGE_SCOPE.and(Self::CONTRIBUTE)),
            "AllSites.Read" | "Sites.Read.All" => Some(Self::READ),
            _ => None,
        }
    }
}

/// What a person is on a site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Site collection administrator.
    SiteAdmin,
    /// In the Owners group (Full Control) without being site collection administrator.
    Owner,
    /// In the Members group (Edit).
    Member,
    /// With the level Contribute.
    Contributor,
    /// In the Visitors group (Read).
    Visitor,
}

impl Role {
    /// The bits of the role's permission level.
    pub fn permissions(self) -> BasePermissions {
        match self {
            Self::SiteAdmin | Self::Owner => BasePermissions::FULL,
            Self::Member => BasePermissions::EDIT,
            Self::Contributor => BasePermissions::CONTRIBUTE,
            Self::Visitor => BasePermissions::READ,
        }
    }
}

/// A permission level as a site lists it.
pub(crate) struct Level {
    pub(crate) id: u32,
    pub(crate) name: &'static str,
    pub(crate) description: &'static str,
    pub(crate) permissions: BasePermissions,
    pub(crate) order: u32,
    pub(crate) kind: u32,
    pub(crate) hidden: bool,
}

const fn level(id: u32, name: &'static str, description: &'static str, permissions: BasePermissions, order: u32, kind: u32) -> Level {
    Level { id, name, description, permissions, order, kind, hidden: false }
}

/// The permission levels every site starts with.
pub(crate) const LEVELS: &[Level] = &[
    level(1_073_741_829, "Full Control", "May do everything.", BasePermissions::FULL, 1, 5),
    level(1_073_741_828, "Design", "May change content, approve it and change its looks.", BasePermissions::DESIGN, 32, 4),
    level(1_073_741_830, "Edit", "May change lists, items and documents.", BasePermissions::EDIT, 48, 6),
    level(1_073_741_827, "Contribute", "May change items and documents.", BasePermissions::CONTRIBUTE, 64, 3),
    level(1_073_741_826, "Read", "May look at pages and items and download documents.", BasePermissions::READ, 128, 2),
    Level {
        id: 1_073_741_825,
        name: "Limited Access",
        description: "May look at single items that were shared.",
        permissions: BasePermissions { high: 48, low: 134_287_360 },
        order: 160,
        kind: 1,
        hidden: true,
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_owner_behind_allsites_manage_keeps_content_and_loses_the_site() {
        let scope = BasePermissions::of_scope("AllSites.Manage").unwrap();
        let left = Role::SiteAdmin.permissions().and(scope);
        assert!(left.has_low(MANAGE_LISTS));
        assert!(!left.has_low(MANAGE_WEB));
        assert!(!left.has_low(MANAGE_PERMISSIONS));
        assert_eq!(left.high & ENUMERATE_PERMISSIONS, 0);
    }

    #[test]
    fn the_levels_differ_where_a_migration_notices() {
        assert!(Role::Member.permissions().has_low(MANAGE_LISTS));
        assert!(!Role::Contributor.permissions().has_low(MANAGE_LISTS));
        assert!(!Role::Visitor.permissions().has_low(0x2));
        assert!(!Role::Member.permissions().has_low(MANAGE_PERMISSIONS));
    }
}
