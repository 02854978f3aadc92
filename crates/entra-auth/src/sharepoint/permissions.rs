//! Permission bits: what an account, cut down by the app's scope, may do on a site or a list.
//!
//! `PermissionKind` n is bit n-1 of a 64-bit number that travels as two halves, `High` and `Low`, in decimal text (Microsoft,
//! "`BasePermissions` class" and "`PermissionKind` enumeration"). The whole mask is never compared: the owner of a site without custom
//! scripts lacks a bit and lacks nothing.

use std::fmt;

use serde::{Deserialize, Deserializer};

/// One permission, by the number of its kind.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Permission {
    /// See list items.
    ViewListItems = 1,
    /// Add list items, pages and files.
    AddListItems = 2,
    /// Change list items, pages and files.
    EditListItems = 3,
    /// Delete list items, pages and files.
    DeleteListItems = 4,
    /// Approve pages and files.
    ApproveItems = 5,
    /// Make and change lists, libraries and columns.
    ManageLists = 12,
    /// Open the site.
    Open = 17,
    /// Pages with code of their own; taken away from everybody where custom scripts are off.
    AddAndCustomizePages = 19,
    /// Make subsites.
    ManageSubwebs = 24,
    /// Make groups of people.
    CreateGroups = 25,
    /// Give and take permissions.
    ManagePermissions = 26,
    /// Everything that concerns the site itself.
    ManageWeb = 31,
    /// Use the REST service.
    UseRemoteApis = 38,
    /// See who has which permissions.
    EnumeratePermissions = 63,
}

/// A set of permissions.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Permissions(u64);

impl Permissions {
    /// From the two halves.
    pub const fn of_halves(high: u32, low: u32) -> Self {
        Self(((high as u64) << 32) | low as u64)
    }

    /// Whether this permission is there.
    pub const fn has(self, permission: Permission) -> bool {
        self.0 & (1 << (permission as u64 - 1)) != 0
    }

    /// Whether all of these are there.
    pub fn has_all(self, permissions: &[Permission]) -> bool {
        permissions.iter().all(|permission| self.has(*permission))
    }
}

impl fmt::Debug for Permissions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Permissions({self})")
    }
}

/// Both halves in hexadecimal, as administrators and Microsoft's tables write them.
impl fmt::Display for Permissions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "High 0x{:08X}, Low 0x{:08X}", self.0 >> 32, self.0 & 0xFFFF_FFFF)
    }
}

impl<'de> Deserialize<'de> for Permissions {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Halves {
            #[serde(rename = "High")]
            high: Half,
            #[serde(rename = "Low")]
            low: Half,
        }
        let halves = Halves::deserialize(deserializer)?;
        Ok(Self::of_halves(halves.high.0, halves.low.0))
    }
}

/// Half of the bits: decimal text usually, a number from some versions.
struct Half(u32);

impl<'de> Deserialize<'de> for Half {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Either {
            Number(u32),
            Text(String),
        }
        match Either::deserialize(deserializer)? {
            Either::Number(number) => Ok(Self(number)),
            Either::Text(text) => text.parse().map(Self).map_err(serde::de::Error::custom),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Permission as P;
    use super::*;

    /// What a migration needs, in the order of the columns below.
    const COLUMNS: [P; 8] = [
        P::AddListItems,
        P::EditListItems,
        P::ApproveItems,
        P::ManageLists,
        P::AddAndCustomizePages,
        P::ManagePermissions,
        P::ManageWeb,
        P::EnumeratePermissions,
    ];

    fn columns(permissions: Permissions) -> String {
        COLUMNS.iter().map(|permission| if permissions.has(*permission) { 'x' } else { '.' }).collect()
    }

    #[test]
    fn the_usual_levels_have_the_bits_that_a_migration_needs() {
        // the numbers that SharePoint lists for its own permission levels
        let table = [
            ("full control", 2_147_483_647, 4_294_967_295, "xxxxxxxx"),
            ("full control, no custom scripts", 2_147_483_647, 4_294_705_151, "xxxx.xxx"),
            ("design", 432, 1_012_866_047, "xxxxx..."),
            ("edit", 432, 1_011_030_767, "xx.x...."),
            ("contribute", 432, 1_011_028_719, "xx......"),
            ("read", 176, 138_612_833, "........"),
            ("limited access", 48, 134_287_360, "........"),
            ("owner behind AllSites.Manage", 432, 1_007_361_023, "xxxx...."),
        ];
        for (level, high, low, expected) in table {
            assert_eq!(columns(Permissions::of_halves(high, low)), expected, "{level}");
        }
        assert!(Permissions::of_halves(176, 138_612_833).has_all(&[P::ViewListItems, P::Open, P::UseRemoteApis]));
        assert!(!Permissions::of_halves(16, 0).has(P::UseRemoteApis));
    }

    #[test]
    fn each_kind_is_its_own_bit() {
        let half = |kind: P| {
            let bit = kind as u32 - 1;
            if bit < 32 { Permissions::of_halves(0, 1 << bit) } else { Permissions::of_halves(1 << (bit - 32), 0) }
        };
        for kind in COLUMNS {
            assert_eq!(COLUMNS.iter().filter(|other| half(kind).has(**other)).count(), 1, "{kind:?}");
        }
        assert!(Permissions::of_halves(0, 0x200_0000).has(P::ManagePermissions));
        assert!(Permissions::of_halves(0, 0x4000_0000).has(P::ManageWeb));
        assert!(Permissions::of_halves(0x4000_0000, 0).has(P::EnumeratePermissions));
    }

    #[test]
    fn halves_come_as_text_or_as_numbers() {
        for json in [r#"{"High":"432","Low":"1011030767"}"#, r#"{"High":432,"Low":1011030767}"#] {
            let read: Permissions = serde_json::from_str(json).expect(json);
            assert_eq!(read, Permissions::of_halves(432, 1_011_030_767));
            assert_eq!(read.to_string(), "High 0x000001B0, Low 0x3C431AEF");
        }
        for json in [r#"{"High":"432"}"#, r#"{"High":"x","Low":"1"}"#, r#"{"High":"-1","Low":"1"}"#, r#""432""#, "null"] {
            assert!(serde_json::from_str::<Permissions>(json).is_err(), "{json}");
        }
    }
}
