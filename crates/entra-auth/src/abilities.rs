//! The lines of "What can be migrated": each verdict in words, with what it means for a migration.

use preflight::{Ability, AbilityId, Limit, Verdict};

use crate::factors;
use crate::sharepoint::{Refusal, ScopeLevel};
use crate::verdict::{Facts, Judgement, LibraryRights, Ruling, Standing};

/// Whether people can be looked up through Graph.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum People {
    /// They can.
    Found,
    /// The app may not.
    Refused,
    /// Nobody has approved the app for Graph at all.
    Unapproved,
    /// Nobody could be asked.
    Unknown,
}

/// All four lines, once the site told its rights.
pub(crate) fn judged(facts: &Facts, judgement: &Judgement, people: People) -> Vec<Ability> {
    let plan_b = (facts.scopes.level() == Some(ScopeLevel::Manage)).then_some(if facts.standing == Standing::App {
        PlanB { has: "Sites.Manage.All", lacks: "Sites.FullControl.All" }
    } else {
        PlanB { has: "AllSites.Manage", lacks: "AllSites.FullControl" }
    });
    vec![
        line(facts, AbilityId::Content, &judgement.content, content(&judgement.content, facts.library)),
        line(
            facts,
            AbilityId::PagePermissions,
            &judgement.page_permissions,
            without_pages(judgement, page_permissions(&judgement.page_permissions, plan_b)),
        ),
        line(
            facts,
            AbilityId::AuthorshipDates,
            &judgement.authorship_dates,
            without_pages(judgement, authorship(&judgement.authorship_dates, plan_b)),
        ),
        users_and_groups(people),
    ]
}

/// The lines where SharePoint refused for a reason that says enough; none where it does not.
pub(crate) fn refused(refusal: &Refusal, people: People) -> Vec<Ability> {
    let (limit, why) = match refusal {
        Refusal::AppOnlyToken => (Limit::SignInMethod, "SharePoint accepts no app that signs in by a client secret"),
        Refusal::Locked => (Limit::SiteLock, "The site is locked or archived"),
        Refusal::NoAccess => (Limit::AccountRole, "The account may not open the site"),
        Refusal::NotGrantedToApp | Refusal::AppWithoutSharePoint | Refusal::AppWithoutPermission => {
            (Limit::AppScope, "The app may not open the site")
        }
        Refusal::PolicyBlocked => (Limit::Server, "A policy of the organization blocks access to the site"),
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
        | Refusal::ServerError => return Vec::new(),
    };
    let no = |id| Ability { id, verdict: Verdict::No, limited_by: vec![limit], text: why.into(), factors: factors::refused(refusal) };
    let mut abilities: Vec<Ability> = [AbilityId::Content, AbilityId::PagePermissions, AbilityId::AuthorshipDates].map(no).into();
    abilities.push(users_and_groups(people));
    abilities
}

fn line(facts: &Facts, id: AbilityId, ruling: &Ruling, text: String) -> Ability {
    Ability {
        id,
        verdict: ruling.verdict,
        limited_by: ruling.limited_by.clone(),
        text: text.into(),
        factors: factors::judged(facts, id, ruling),
    }
}

/// Where nothing can be written, nothing else can be either.
fn without_pages(judgement: &Judgement, text: String) -> String {
    if judgement.content.verdict == Verdict::No { "No page can be written to begin with".to_owned() } else { text }
}

fn content(ruling: &Ruling, library: LibraryRights) -> String {
    match ruling.verdict {
        Verdict::Yes => "Pages, files, libraries and columns can be created and changed".to_owned(),
        Verdict::Partly if library == LibraryRights::NotSeen => {
            "Files can be uploaded; pages cannot be created, because the site shows no Site Pages library".to_owned()
        }
        Verdict::Partly => {
            format!("Pages and files can be written, but no libraries or columns be created: {}", limits(&ruling.limited_by))
        }
        Verdict::No => format!("Nothing can be written: {}", limits(&ruling.limited_by)),
        Verdict::Unknown => "Whether pages can be written could not be found out: the Site Pages library did not answer".to_owned(),
    }
}

/// Permissions that are enough for content and for nothing else.
#[derive(Clone, Copy)]
struct PlanB {
    has: &'static str,
    lacks: &'static str,
}

fn page_permissions(ruling: &Ruling, plan_b: Option<PlanB>) -> String {
    match (ruling.verdict, plan_b) {
        (Verdict::Yes, _) => "Who may see and edit a page can be carried across".to_owned(),
        (Verdict::No, Some(PlanB { has, lacks })) if ruling.limited_by == [Limit::AppScope] => {
            format!("With {has} instead of {lacks} pages arrive without their own permissions: everybody who may see the site sees them")
        }
        (Verdict::No | Verdict::Partly, _) => {
            format!(
                "Pages arrive without their own permissions, so everybody who may see the site sees them: {}",
                limits(&ruling.limited_by)
            )
        }
        (Verdict::Unknown, _) => "Whether page permissions can be set could not be found out".to_owned(),
    }
}

fn authorship(ruling: &Ruling, plan_b: Option<PlanB>) -> String {
    match (ruling.verdict, plan_b) {
        (Verdict::Yes, _) => {
            "Created, Modified, Created by and Modified by can be kept: the account and the app meet the documented rule; only writing a page proves it"
                .to_owned()
        }
        (Verdict::No, Some(PlanB { has, lacks })) if ruling.limited_by == [Limit::AppScope] => format!(
            "With {has} instead of {lacks} every page shows the day of the migration and the migrating account as Created, Modified, Created by and Modified by"
        ),
        (Verdict::No | Verdict::Partly, _) => format!(
            "Every page shows the day of the migration and the migrating account, because SharePoint drops other values without a word: {}",
            limits(&ruling.limited_by)
        ),
        (Verdict::Unknown, _) => "Whether authors and dates can be kept could not be found out".to_owned(),
    }
}

fn users_and_groups(people: People) -> Ability {
    let (verdict, limited_by, text) = match people {
        People::Found => (Verdict::Yes, Vec::new(), "People can be looked up in the tenant's directory"),
        People::Refused => (
            Verdict::No,
            vec![Limit::AppScope],
            "People cannot be looked up in the directory: the app lacks User.ReadBasic.All, so the migration has to know their addresses",
        ),
        People::Unapproved => (
            Verdict::No,
            vec![Limit::AppScope],
            "People cannot be looked up in the directory: nobody has approved the app for Microsoft Graph, so the migration has to know their addresses",
        ),
        People::Unknown => (Verdict::Unknown, Vec::new(), "Whether people can be looked up could not be found out: Graph was not reached"),
    };
    Ability { id: AbilityId::UsersAndGroups, verdict, limited_by, text: text.into(), factors: factors::people(people) }
}

/// What limits, in one clause.
fn limits(limited_by: &[Limit]) -> String {
    let clauses: Vec<&str> = limited_by
        .iter()
        .map(|limit| match limit {
            Limit::AppScope => "the app's permissions do not reach that far",
            Limit::AccountRole => "the account's role on the site does not allow it",
            Limit::SiteLock => "the site is read-only",
            Limit::SignInMethod => "the way of signing in does not allow it",
            Limit::Server => "SharePoint takes the right away, as it does by policy",
        })
        .collect();
    clauses.join(", and ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sharepoint::{GrantedScopes, Permissions};
    use crate::verdict::Lock;

    #[test]
    fn every_verdict_has_its_words() {
        let rights = |(high, low)| Permissions::of_halves(high, low);
        let (full, no_script, manage, edit, contribute, read) = (
            rights((2_147_483_647, 4_294_967_295)),
            rights((2_147_483_647, 4_294_705_151)),
            rights((432, 1_007_361_023)),
            rights((432, 1_011_030_767)),
            rights((432, 1_011_028_719)),
            rights((176, 138_612_833)),
        );
        let facts = |site, scope, standing, lock| Facts {
            site,
            library: LibraryRights::Told(site),
            scopes: GrantedScopes::of([scope]),
            standing,
            lock,
            guest: false,
            group: false,
        };
        let unseen = |library| Facts { library, ..facts(full, "AllSites.FullControl", Standing::Owner, Lock::Open) };
        let closed = unseen(LibraryRights::Told(read));
        let table = [
            ("all well", facts(full, "AllSites.FullControl", Standing::SiteAdmin, Lock::Open), People::Found),
            ("plan B", facts(manage, "AllSites.Manage", Standing::SiteAdmin, Lock::Open), People::Refused),
            ("plan B of an app", facts(manage, "Sites.Manage.All", Standing::App, Lock::Open), People::Refused),
            ("member", facts(edit, "AllSites.FullControl", Standing::Other, Lock::Open), People::Unknown),
            ("member under plan B", facts(edit, "AllSites.Manage", Standing::Other, Lock::Open), People::Refused),
            ("contributor", facts(contribute, "AllSites.FullControl", Standing::Other, Lock::Open), People::Refused),
            ("visitor", facts(read, "AllSites.FullControl", Standing::Other, Lock::Open), People::Refused),
            ("read-only", facts(read, "AllSites.FullControl", Standing::SiteAdmin, Lock::ReadOnly), People::Refused),
            ("custom scripts off", facts(no_script, "AllSites.FullControl", Standing::Owner, Lock::Open), People::Found),
            ("group", Facts { group: true, ..facts(full, "AllSites.FullControl", Standing::SiteAdmin, Lock::Open) }, People::Unapproved),
            ("guest", Facts { guest: true, ..facts(edit, "AllSites.FullControl", Standing::Other, Lock::Open) }, People::Refused),
            ("lowered owners", facts(edit, "AllSites.FullControl", Standing::Owner, Lock::Open), People::Refused),
            ("selected, full control", facts(full, "Sites.Selected", Standing::App, Lock::Open), People::Refused),
            ("selected, read", facts(read, "Sites.Selected", Standing::App, Lock::Open), People::Refused),
            ("app", facts(full, "Sites.FullControl.All", Standing::App, Lock::Open), People::Found),
            ("app that may only read", facts(read, "Sites.Read.All", Standing::App, Lock::Open), People::Refused),
            ("app without SharePoint", facts(read, "TermStore.Read.All", Standing::App, Lock::Open), People::Refused),
            ("member whose app may only read", facts(read, "AllSites.Read", Standing::Other, Lock::Open), People::Refused),
            ("nothing told", facts(edit, ".default", Standing::Unknown, Lock::Unknown), People::Unknown),
            ("closed library", closed, People::Refused),
            ("policy", facts(read, "AllSites.FullControl", Standing::SiteAdmin, Lock::Open), People::Refused),
            ("no library", unseen(LibraryRights::NotSeen), People::Refused),
            ("silent library", unseen(LibraryRights::Unknown), People::Refused),
        ];
        let mut shown = String::new();
        for (name, facts, people) in table {
            shown.extend([name, "\n"]);
            for ability in judged(&facts, &facts.judge(), people) {
                let line = format!("  {} {}: {}\n", ability.id.as_str(), ability.verdict.as_str(), ability.text);
                shown.push_str(&line);
                for factor in &ability.factors {
                    let limit = if factor.limiting { " (the limit)" } else { "" };
                    let line = format!("    {}{limit}: {}\n", factor.side.title(), factor.text);
                    shown.push_str(&line);
                }
                let limiting = ability.factors.iter().filter(|factor| factor.limiting).count();
                assert_eq!(limiting > 0, !ability.limited_by.is_empty(), "{name}: {ability:?}");
            }
        }
        insta::assert_snapshot!(shown);
    }
}
