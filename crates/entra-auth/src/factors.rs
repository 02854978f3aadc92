//! The three columns of a verdict: the account's part, the app's and the site's, each in words, with the one that limits marked.

use preflight::{AbilityId, Factor, Limit, Side};

use crate::abilities::People;
use crate::sharepoint::{Permission, Refusal, ScopeLevel};
use crate::verdict::{FULL, Facts, LISTS, LibraryRights, Lock, PERMISSIONS, Ruling, Standing, WRITE};

/// What an ability takes, for the words about it.
struct Need {
    /// The rights on the site.
    rights: &'static [Permission],
    /// The level of the app's permissions.
    level: ScopeLevel,
    /// What the rights are good for, after "may" or "may not".
    deed: &'static str,
}

const fn need(id: AbilityId) -> Need {
    match id {
        AbilityId::Content => Need { rights: WRITE, level: ScopeLevel::Manage, deed: "write pages and files" },
        AbilityId::PagePermissions => Need { rights: PERMISSIONS, level: ScopeLevel::FullControl, deed: "set page permissions" },
        AbilityId::AuthorshipDates => Need { rights: FULL, level: ScopeLevel::FullControl, deed: "set authors and dates" },
        AbilityId::UsersAndGroups => Need { rights: &[], level: ScopeLevel::Nothing, deed: "look people up" },
    }
}

/// The three parts of one ability on a site that told its rights.
pub(crate) fn judged(facts: &Facts, id: AbilityId, ruling: &Ruling) -> Vec<Factor> {
    let need = need(id);
    let limits = |limit| ruling.limited_by.contains(&limit);
    vec![
        Factor::new(Side::Account, account(facts, &need, limits(Limit::AccountRole))).limiting(limits(Limit::AccountRole)),
        Factor::new(Side::App, app(facts, &need, limits(Limit::AppScope))).limiting(limits(Limit::AppScope)),
        Factor::new(Side::Site, site(facts, id, limits(Limit::Server))).limiting(limits(Limit::SiteLock) || limits(Limit::Server)),
    ]
}

fn account(facts: &Facts, need: &Need, limiting: bool) -> String {
    let deed = need.deed;
    let own_rights_of_library = match facts.library {
        LibraryRights::Told(library) => facts.site.has_all(need.rights) && !library.has_all(need.rights),
        LibraryRights::NotSeen | LibraryRights::Unknown => false,
    };
    let may = if facts.lock == Lock::ReadOnly {
        "what it may do shows once the site takes changes".to_owned()
    } else if own_rights_of_library {
        format!("may not {deed} in the Site Pages library, which has permissions of its own")
    } else if need.rights == WRITE && limiting && facts.site.has_all(WRITE) && !facts.site.has_all(LISTS) {
        "may write pages and files, but not create libraries or columns".to_owned()
    } else if limiting {
        format!("may not {deed}")
    } else if facts.site.has_all(need.rights) {
        format!("may {deed}")
    } else {
        "what else it may do shows once the app may do more".to_owned()
    };
    let text = match facts.standing {
        Standing::App => "No account: the app signs in by itself".to_owned(),
        Standing::SiteAdmin if !own_rights_of_library => "Site administrator: everything on the site".to_owned(),
        Standing::SiteAdmin => format!("Site administrator; {may}"),
        Standing::Owner if limiting && own_rights_of_library => format!("Owner, not site administrator; {may}"),
        Standing::Owner if limiting => "Owner, but the Owners group has less than full control".to_owned(),
        Standing::Owner => "Owner: everything, except in pages that leave the owners out".to_owned(),
        Standing::Other if !limiting && facts.site.has_all(FULL) => "Full control by another way than the Owners group".to_owned(),
        Standing::Other => format!("Neither owner nor site administrator; {may}"),
        Standing::Unknown => format!("The site did not tell its role; {may}"),
    };
    if facts.guest { format!("Guest of another organization. {text}") } else { text }
}

fn app(facts: &Facts, need: &Need, limiting: bool) -> String {
    let by_itself = facts.standing == Standing::App;
    let name = |level: ScopeLevel| if by_itself { level.of_an_app() } else { level.delegated() }.unwrap_or_default();
    match facts.scopes.level() {
        Some(ScopeLevel::FullControl) if by_itself => format!("{}: everything on every site", name(ScopeLevel::FullControl)),
        Some(ScopeLevel::FullControl) => format!("{}: everything that the account may do", name(ScopeLevel::FullControl)),
        Some(level @ ScopeLevel::Manage) if need.level > level => {
            format!("{}: pages, files, libraries and columns, and nothing beyond", name(level))
        }
        Some(level @ ScopeLevel::Manage) => format!("{}: pages, files, libraries and columns", name(level)),
        Some(level @ ScopeLevel::Write) => format!("{}: pages and files, but no libraries or columns", name(level)),
        Some(level @ ScopeLevel::Read) => format!("{}: reading only", name(level)),
        Some(ScopeLevel::Nothing) => format!("No permission on sites among those granted ({})", facts.scopes.shown()),
        None if facts.scopes.only_selected_sites() && limiting => {
            "Sites.Selected: its grant for this site does not reach that far".to_owned()
        }
        None if facts.scopes.only_selected_sites() => "Sites.Selected: its grant for this site reaches that far".to_owned(),
        None if limiting => "Its permissions were not told, and do not reach that far".to_owned(),
        None => "Its permissions were not told".to_owned(),
    }
}

fn site(facts: &Facts, id: AbilityId, limiting: bool) -> String {
    let state = match facts.lock {
        Lock::ReadOnly => return "Read-only: takes no changes, whoever asks".to_owned(),
        Lock::Open => "Open for changes",
        Lock::Unknown => "Whether it is locked could not be read",
    };
    if id == AbilityId::Content && facts.library == LibraryRights::NotSeen && facts.site.has_all(WRITE) {
        return format!("{state}, but it shows no Site Pages library, which is the place for pages");
    }
    if limiting {
        return format!("{state}, but something takes rights away from this account, as a policy for unmanaged devices does");
    }
    let mut text = state.to_owned();
    if facts.group {
        text.push_str("; it belongs to a Microsoft 365 group, whose owners own it");
    }
    if facts.site.has_all(FULL) && !facts.site.has(Permission::AddAndCustomizePages) {
        text.push_str("; custom scripts are off, which a migration does not need");
    }
    text
}

/// The parts where the site did not open, as far as that tells.
pub(crate) fn refused(refusal: &Refusal) -> Vec<Factor> {
    const LATER: &str = "Shows once the site opens";
    let three = |account: Factor, app: Factor, site: Factor| vec![account, app, site];
    let (account, app, site) =
        (|text| Factor::new(Side::Account, text), |text| Factor::new(Side::App, text), |text| Factor::new(Side::Site, text));
    match refusal {
        Refusal::AppOnlyToken => three(
            account("No account: the app signs in by itself"),
            app("Signs in by a client secret, which SharePoint refuses whatever the app was granted").limiting(true),
            site(LATER),
        ),
        Refusal::Locked => three(account(LATER), app(LATER), site("Locked or archived: opens to nobody").limiting(true)),
        Refusal::NoAccess => three(account("May not open the site").limiting(true), app(LATER), site(LATER)),
        Refusal::NotGrantedToApp => three(account(LATER), app("Sites.Selected, and no grant for this site").limiting(true), site(LATER)),
        Refusal::AppWithoutSharePoint => three(account(LATER), app("No permission on SharePoint").limiting(true), site(LATER)),
        Refusal::AppWithoutPermission => three(
            account("No account: the app signs in by itself"),
            app("No application permission on SharePoint").limiting(true),
            site(LATER),
        ),
        Refusal::PolicyBlocked => three(account(LATER), app(LATER), site("A policy keeps this device or network out").limiting(true)),
        Refusal::RetiredToken
        | Refusal::ClaimsChallenge
        | Refusal::WrongAudience
        | Refusal::ForeignToken
        | Refusal::TokenNotAccepted
        | Refusal::SiteNotFound
        | Refusal::ObjectNotFound
        | Refusal::Moved { .. }
        | Refusal::Throttled { .. }
        | Refusal::StorageFull
        | Refusal::ServerError => Vec::new(),
    }
}

/// The one part that looking people up has: nobody but the app is asked.
pub(crate) fn people(people: People) -> Vec<Factor> {
    let app = |text: &'static str, limiting| vec![Factor::new(Side::App, text).limiting(limiting)];
    match people {
        People::Found => app("The directory answers it", false),
        People::Refused => app("User.ReadBasic.All is missing", true),
        People::Unapproved => app("Approved for SharePoint, and not for Microsoft Graph", true),
        People::Unknown => Vec::new(),
    }
}
