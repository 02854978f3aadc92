//! The verdict: what a migration with this account could carry across, and what limits it.
//!
//! The rights that a site tells are the account's rights cut down by the app's permissions (SharePoint answers with the intersection), so one
//! bit answers for both, and the granted permissions and the account's standing tell which of the two is the limit.

use preflight::{Cause, Limit, Verdict};

use crate::sharepoint::{GrantedScopes, Permission, Permissions, ScopeLevel};

/// What the account is on the site.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Standing {
    /// Site collection administrator: everything on every page.
    SiteAdmin,
    /// In the Owners group: full control, but not of pages whose own permissions leave the owners out.
    Owner,
    /// Neither.
    Other,
    /// No account: an app by itself, which only its own permissions limit.
    App,
    /// The site did not tell.
    Unknown,
}

impl Standing {
    /// True where the account itself has every right.
    const fn has_everything(self) -> bool {
        matches!(self, Self::SiteAdmin | Self::Owner | Self::App)
    }
}

/// Whether the site takes changes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Lock {
    /// It does.
    Open,
    /// A lock forbids writing.
    ReadOnly,
    /// Nobody could be asked.
    Unknown,
}

/// What the verdict is made of.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Facts {
    /// Rights on the site.
    pub site: Permissions,
    /// Rights on the Site Pages library, which may have permissions of its own.
    pub library: LibraryRights,
    /// What the app was granted.
    pub scopes: GrantedScopes,
    /// What the account is on the site.
    pub standing: Standing,
    /// Whether the site takes changes.
    pub lock: Lock,
    /// True for a guest of another organization.
    pub guest: bool,
    /// True for the site of a Microsoft 365 group.
    pub group: bool,
}

/// What is known of the Site Pages library.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum LibraryRights {
    /// The rights on it.
    Told(Permissions),
    /// There is none that the account can see.
    NotSeen,
    /// It could not be asked for.
    Unknown,
}

/// One ability, judged.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ruling {
    /// Whether it is there.
    pub verdict: Verdict,
    /// What limits it.
    pub limited_by: Vec<Limit>,
}

impl Ruling {
    fn yes() -> Self {
        Self { verdict: Verdict::Yes, limited_by: Vec::new() }
    }
}

/// The whole verdict on the site.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Judgement {
    /// Pages and files.
    pub content: Ruling,
    /// Who may see and edit which page.
    pub page_permissions: Ruling,
    /// Created, Modified and their people.
    pub authorship_dates: Ruling,
    /// Why, where content or page permissions are not whole.
    pub cause: Option<Cause>,
}

pub(crate) const WRITE: &[Permission] = &[Permission::AddListItems, Permission::EditListItems];
pub(crate) const LISTS: &[Permission] = &[Permission::ManageLists];
pub(crate) const PERMISSIONS: &[Permission] = &[Permission::ManagePermissions, Permission::EnumeratePermissions];
/// What only full control has.
pub(crate) const FULL: &[Permission] = &[Permission::ManageLists, Permission::ManagePermissions, Permission::ManageWeb];

impl Facts {
    /// Judges.
    pub fn judge(&self) -> Judgement {
        let content = self.content();
        let page_permissions = self.ability(PERMISSIONS, ScopeLevel::FullControl, true);
        // a page that cannot be written has no author
        let authorship_dates = if content.verdict == Verdict::No { content.clone() } else { self.authorship() };
        let decisive = if content.verdict == Verdict::Yes { &page_permissions } else { &content };
        let cause = match decisive.verdict {
            Verdict::No => cause(&decisive.limited_by),
            Verdict::Partly if self.library != LibraryRights::NotSeen => cause(&decisive.limited_by),
            Verdict::Yes | Verdict::Partly | Verdict::Unknown => None,
        };
        Judgement { content, page_permissions, authorship_dates, cause }
    }

    fn content(&self) -> Ruling {
        let write = self.ability(WRITE, ScopeLevel::Write, true);
        if write.verdict != Verdict::Yes {
            return write;
        }
        if self.library == LibraryRights::NotSeen {
            // files go over; pages have no place yet
            return Ruling { verdict: Verdict::Partly, limited_by: vec![Limit::Server] };
        }
        // pages and files go over, and libraries and columns that are not there yet do not
        let lists = self.ability(LISTS, ScopeLevel::Manage, false);
        match lists.verdict {
            Verdict::No => Ruling { verdict: Verdict::Partly, ..lists },
            _ => lists,
        }
    }

    /// The documented rule: full control or ownership of the site, and a full control scope. SharePoint drops these fields without a word
    /// where it is not met.
    fn authorship(&self) -> Ruling {
        let scope_suffices = match self.scopes.level() {
            Some(level) => level == ScopeLevel::FullControl,
            // lesser permissions never let these bits through
            None => self.site.has_all(FULL),
        };
        let account_suffices = self.standing.has_everything() || self.site.has_all(FULL);
        if self.lock == Lock::ReadOnly || (scope_suffices && account_suffices && !self.site.has_all(PERMISSIONS)) {
            return self.ability(PERMISSIONS, ScopeLevel::FullControl, false);
        }
        if scope_suffices && account_suffices {
            return Ruling::yes();
        }
        let mut limited_by = Vec::new();
        if !scope_suffices {
            limited_by.push(Limit::AppScope);
        }
        if !account_suffices && (scope_suffices || self.standing == Standing::Other) {
            limited_by.push(Limit::AccountRole);
        }
        Ruling { verdict: Verdict::No, limited_by }
    }

    /// An ability that takes these rights, and of the app at least this level.
    fn ability(&self, rights: &[Permission], level: ScopeLevel, on_library: bool) -> Ruling {
        if self.lock == Lock::ReadOnly {
            // what the account may do shows only without the lock
            let mut limited_by = vec![Limit::SiteLock];
            if self.scopes.level().is_some_and(|granted| granted < level) {
                limited_by.insert(0, Limit::AppScope);
            }
            return Ruling { verdict: Verdict::No, limited_by };
        }
        let site = self.site.has_all(rights);
        let library = match self.library {
            LibraryRights::Told(permissions) if on_library => permissions.has_all(rights),
            LibraryRights::Unknown if on_library && site => return Ruling { verdict: Verdict::Unknown, limited_by: Vec::new() },
            _ => site,
        };
        if library {
            return Ruling::yes();
        }
        Ruling { verdict: Verdict::No, limited_by: self.limits(level, site) }
    }

    /// Which of app and account is the limit. `on_site` says that the right is there on the site and missing on the library alone.
    fn limits(&self, level: ScopeLevel, on_site: bool) -> Vec<Limit> {
        if on_site && self.standing != Standing::App {
            return vec![Limit::AccountRole];
        }
        match (self.scopes.level(), self.standing) {
            (Some(granted), Standing::Other) if granted < level && self.role_is_known_to_lack(level) => {
                vec![Limit::AppScope, Limit::AccountRole]
            }
            (Some(granted), _) if granted < level => vec![Limit::AppScope],
            // the account has everything and the app lets it through, and yet it is not there: a policy of the organization takes it
            (Some(_), Standing::SiteAdmin | Standing::App) => vec![Limit::Server],
            (Some(_), _) | (None, Standing::Other | Standing::Unknown) => vec![Limit::AccountRole],
            (None, Standing::SiteAdmin | Standing::Owner | Standing::App) => vec![Limit::AppScope],
        }
    }

    /// Somebody who is neither administrator nor owner may well be allowed to write, and is hardly allowed to give permissions.
    fn role_is_known_to_lack(&self, level: ScopeLevel) -> bool {
        level == ScopeLevel::FullControl || self.scopes.level().is_some_and(|granted| granted >= ScopeLevel::Write)
    }
}

fn cause(limited_by: &[Limit]) -> Option<Cause> {
    let has = |limit| limited_by.contains(&limit);
    if has(Limit::SiteLock) {
        Some(Cause::SharePointSiteReadOnly)
    } else if has(Limit::AppScope) && has(Limit::AccountRole) {
        Some(Cause::SharePointScopeAndRoleInsufficient)
    } else if has(Limit::AppScope) {
        Some(Cause::SharePointScopeInsufficient)
    } else if has(Limit::AccountRole) {
        Some(Cause::SharePointRoleInsufficient)
    } else if has(Limit::Server) {
        Some(Cause::SharePointPolicyBlocked)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FULL_CONTROL: (u32, u32) = (2_147_483_647, 4_294_967_295);
    const NO_SCRIPT: (u32, u32) = (2_147_483_647, 4_294_705_151);
    const EDIT: (u32, u32) = (432, 1_011_030_767);
    const CONTRIBUTE: (u32, u32) = (432, 1_011_028_719);
    const READ: (u32, u32) = (176, 138_612_833);
    const BEHIND_MANAGE: (u32, u32) = (432, 1_007_361_023);

    fn rights((high, low): (u32, u32)) -> Permissions {
        Permissions::of_halves(high, low)
    }

    fn facts(standing: Standing, bits: (u32, u32), scope: &str) -> Facts {
        Facts {
            site: rights(bits),
            library: LibraryRights::Told(rights(bits)),
            scopes: GrantedScopes::of([scope]),
            standing,
            lock: Lock::Open,
            guest: false,
            group: false,
        }
    }

    /// `content / page permissions / authorship: cause`
    fn shown(facts: &Facts) -> String {
        let ruling = |ruling: &Ruling| {
            let limits: Vec<&str> = ruling.limited_by.iter().map(|limit| limit.as_str()).collect();
            if limits.is_empty() {
                ruling.verdict.as_str().to_owned()
            } else {
                format!("{} ({})", ruling.verdict.as_str(), limits.join("+"))
            }
        };
        let judgement = facts.judge();
        let cause = judgement.cause.map_or("-", Cause::as_str);
        format!(
            "{} / {} / {}: {cause}",
            ruling(&judgement.content),
            ruling(&judgement.page_permissions),
            ruling(&judgement.authorship_dates)
        )
    }

    #[test]
    fn role_scope_and_rights_decide_and_the_limit_is_named() {
        use Standing::{App, Other, Owner, SiteAdmin, Unknown};
        let whole = "yes / yes / yes: -";
        let plan_b = "yes / no (app_scope) / no (app_scope): sharepoint.scope-insufficient";
        let member = "yes / no (account_role) / no (account_role): sharepoint.role-insufficient";
        let nothing = "no (account_role) / no (account_role) / no (account_role): sharepoint.role-insufficient";
        let table = [
            // everything is there
            (SiteAdmin, FULL_CONTROL, "AllSites.FullControl", whole),
            (Owner, FULL_CONTROL, "AllSites.FullControl", whole),
            (SiteAdmin, NO_SCRIPT, "AllSites.FullControl", whole),
            (Owner, NO_SCRIPT, "AllSites.FullControl", whole),
            // full control by another way than the Owners group
            (Other, FULL_CONTROL, "AllSites.FullControl", whole),
            (Unknown, FULL_CONTROL, "AllSites.FullControl", whole),
            // the permissions that came with the token are not told: the rights tell
            (SiteAdmin, FULL_CONTROL, ".default", whole),
            (Other, FULL_CONTROL, ".default", whole),
            (SiteAdmin, BEHIND_MANAGE, ".default", plan_b),
            (Other, EDIT, ".default", "yes / no (account_role) / no (app_scope+account_role): sharepoint.role-insufficient"),
            // plan B
            (SiteAdmin, BEHIND_MANAGE, "AllSites.Manage", plan_b),
            (Owner, BEHIND_MANAGE, "AllSites.Manage", plan_b),
            (Unknown, BEHIND_MANAGE, "AllSites.Manage", plan_b),
            // the account is the limit
            (Other, EDIT, "AllSites.FullControl", member),
            (Unknown, EDIT, "AllSites.FullControl", member),
            (
                Other,
                CONTRIBUTE,
                "AllSites.FullControl",
                "partly (account_role) / no (account_role) / no (account_role): sharepoint.role-insufficient",
            ),
            (Other, READ, "AllSites.FullControl", nothing),
            // both are
            (
                Other,
                EDIT,
                "AllSites.Manage",
                "yes / no (app_scope+account_role) / no (app_scope+account_role): sharepoint.scope-and-role-insufficient",
            ),
            (
                Other,
                READ,
                "AllSites.Manage",
                "no (account_role) / no (app_scope+account_role) / no (account_role): sharepoint.role-insufficient",
            ),
            // the app may only read: whether the account could write is not known
            (Other, READ, "AllSites.Read", "no (app_scope) / no (app_scope+account_role) / no (app_scope): sharepoint.scope-insufficient"),
            (SiteAdmin, READ, "AllSites.Read", "no (app_scope) / no (app_scope) / no (app_scope): sharepoint.scope-insufficient"),
            (
                SiteAdmin,
                CONTRIBUTE,
                "AllSites.Write",
                "partly (app_scope) / no (app_scope) / no (app_scope): sharepoint.scope-insufficient",
            ),
            // nothing limits and yet it is not there
            (SiteAdmin, READ, "AllSites.FullControl", "no (server) / no (server) / no (server): sharepoint.policy-blocked"),
            // an app by itself: only its own permissions limit it
            (App, FULL_CONTROL, "Sites.FullControl.All", whole),
            (App, FULL_CONTROL, "Sites.Selected", whole),
            (App, BEHIND_MANAGE, "Sites.Manage.All", plan_b),
            (App, READ, "Sites.Read.All", "no (app_scope) / no (app_scope) / no (app_scope): sharepoint.scope-insufficient"),
            (App, READ, "Sites.Selected", "no (app_scope) / no (app_scope) / no (app_scope): sharepoint.scope-insufficient"),
            (App, READ, "Sites.FullControl.All", "no (server) / no (server) / no (server): sharepoint.policy-blocked"),
            // an Owners group whose level was lowered
            (Owner, EDIT, "AllSites.FullControl", member),
        ];
        for (standing, bits, scope, expected) in table {
            assert_eq!(shown(&facts(standing, bits, scope)), expected, "{standing:?} {bits:?} {scope}");
        }
    }

    #[test]
    fn a_lock_limits_whatever_account_and_app_may_do() {
        let locked = |standing, bits, scope| shown(&Facts { lock: Lock::ReadOnly, ..facts(standing, bits, scope) });
        assert_eq!(
            locked(Standing::SiteAdmin, READ, "AllSites.FullControl"),
            "no (site_lock) / no (site_lock) / no (site_lock): sharepoint.site-read-only"
        );
        assert_eq!(
            locked(Standing::SiteAdmin, FULL_CONTROL, "AllSites.FullControl"),
            "no (site_lock) / no (site_lock) / no (site_lock): sharepoint.site-read-only"
        );
        assert_eq!(
            locked(Standing::Other, EDIT, "AllSites.Manage"),
            "no (site_lock) / no (app_scope+site_lock) / no (site_lock): sharepoint.site-read-only"
        );
        let unknown = Facts { lock: Lock::Unknown, ..facts(Standing::Owner, FULL_CONTROL, "AllSites.FullControl") };
        assert_eq!(shown(&unknown), "yes / yes / yes: -");
    }

    #[test]
    fn the_library_may_differ_from_the_site() {
        let with = |library| shown(&Facts { library, ..facts(Standing::Owner, FULL_CONTROL, "AllSites.FullControl") });
        assert_eq!(
            with(LibraryRights::Told(rights(READ))),
            "no (account_role) / no (account_role) / no (account_role): sharepoint.role-insufficient"
        );
        assert_eq!(with(LibraryRights::Told(rights(EDIT))), "yes / no (account_role) / yes: sharepoint.role-insufficient");
        assert_eq!(with(LibraryRights::NotSeen), "partly (server) / yes / yes: -");
        assert_eq!(with(LibraryRights::Unknown), "unknown / unknown / yes: -");
        let visitor = Facts { library: LibraryRights::NotSeen, ..facts(Standing::Other, READ, "AllSites.FullControl") };
        assert_eq!(shown(&visitor), "no (account_role) / no (account_role) / no (account_role): sharepoint.role-insufficient");
    }
}
