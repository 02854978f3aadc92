//! What the app was granted: the permissions that came with a token, and how far they reach on SharePoint.

use std::collections::BTreeSet;

/// How far the app's own permissions reach (Microsoft, "Permissions for Office 365 SharePoint Online"). Ordered by reach.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum ScopeLevel {
    /// None of the permissions reaches a site's content.
    Nothing,
    /// `AllSites.Read`
    Read,
    /// `AllSites.Write`
    Write,
    /// `AllSites.Manage`: content, lists and columns, but neither page permissions nor what concerns the site.
    Manage,
    /// `AllSites.FullControl`
    FullControl,
}

impl ScopeLevel {
    /// The delegated permission of this level, where there is one.
    pub const fn delegated(self) -> Option<&'static str> {
        match self {
            Self::Nothing => None,
            Self::Read => Some("AllSites.Read"),
            Self::Write => Some("AllSites.Write"),
            Self::Manage => Some("AllSites.Manage"),
            Self::FullControl => Some("AllSites.FullControl"),
        }
    }
}

impl ScopeLevel {
    /// The permission of this level for an app by itself, where there is one.
    pub const fn of_an_app(self) -> Option<&'static str> {
        match self {
            Self::Nothing => None,
            Self::Read => Some("Sites.Read.All"),
            Self::Write => Some("Sites.ReadWrite.All"),
            Self::Manage => Some("Sites.Manage.All"),
            Self::FullControl => Some("Sites.FullControl.All"),
        }
    }
}

/// The permissions that a token came with. The literal `.default` says nothing and is left out.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct GrantedScopes(BTreeSet<String>);

impl GrantedScopes {
    /// From what the token's answer and the token itself name, with or without the resource in front.
    pub fn of<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        let short = |name: &'a str| name.rsplit('/').next().unwrap_or(name).trim().to_owned();
        let oidc = ["openid", "profile", "email", "offline_access", ".default", ""];
        Self(names.into_iter().map(short).filter(|name| !oidc.contains(&name.as_str())).collect())
    }

    /// True where nothing is known.
    pub fn is_unknown(&self) -> bool {
        self.0.is_empty()
    }

    /// True where this permission is among them.
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|granted| granted.eq_ignore_ascii_case(name))
    }

    /// True where any of these is among them.
    pub fn has_any(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.has(name))
    }

    /// How far they reach on SharePoint; none where that cannot be told: nothing is known, or `Sites.Selected` leaves it to each site.
    pub fn level(&self) -> Option<ScopeLevel> {
        const LEVELS: [(ScopeLevel, [&str; 2]); 4] = [
            (ScopeLevel::FullControl, ["AllSites.FullControl", "Sites.FullControl.All"]),
            (ScopeLevel::Manage, ["AllSites.Manage", "Sites.Manage.All"]),
            (ScopeLevel::Write, ["AllSites.Write", "Sites.ReadWrite.All"]),
            (ScopeLevel::Read, ["AllSites.Read", "Sites.Read.All"]),
        ];
        let named = LEVELS.iter().find(|(_, names)| self.has_any(names)).map(|(level, _)| *level);
        named.or_else(|| (!self.is_unknown() && !self.has("Sites.Selected")).then_some(ScopeLevel::Nothing))
    }

    /// True where the app may use only the sites that it was granted one by one.
    pub fn only_selected_sites(&self) -> bool {
        self.has("Sites.Selected") && self.level().is_none()
    }

    /// All of them in one line, for the report.
    pub fn shown(&self) -> String {
        if self.is_unknown() { "not told".to_owned() } else { self.0.iter().map(String::as_str).collect::<Vec<_>>().join(" ") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_read_from_the_granted_permissions() {
        let table: &[(&[&str], Option<ScopeLevel>)] = &[
            (&["https://heather.sharepoint.com/AllSites.FullControl"], Some(ScopeLevel::FullControl)),
            (&["AllSites.Read", "allsites.manage"], Some(ScopeLevel::Manage)),
            (&["AllSites.Write"], Some(ScopeLevel::Write)),
            (&["AllSites.Read", "User.Read"], Some(ScopeLevel::Read)),
            (&["Sites.FullControl.All"], Some(ScopeLevel::FullControl)),
            (&["TermStore.Read.All"], Some(ScopeLevel::Nothing)),
            (&["Sites.Selected"], None),
            (&["Sites.Selected", "AllSites.Read"], Some(ScopeLevel::Read)),
            (&["https://heather.sharepoint.com/.default", "openid", "profile", "offline_access"], None),
            (&[], None),
        ];
        for (names, level) in table {
            assert_eq!(GrantedScopes::of(names.iter().copied()).level(), *level, "{names:?}");
        }
        assert!(GrantedScopes::of(["Sites.Selected"]).only_selected_sites());
        assert!(!GrantedScopes::of(["Sites.Selected", "AllSites.Read"]).only_selected_sites());
        assert_eq!(GrantedScopes::of(["b/Sites.Read.All", "User.Read", ""]).shown(), "Sites.Read.All User.Read");
        assert_eq!(GrantedScopes::default().shown(), "not told");
    }
}
