//! What a migration with this account could carry across, and what it would lose.

use preflight::{Ability, AbilityId, Limit, Verdict};

use crate::error::Sent;
use crate::rights::{PageRead, People, Reading, Rights, Role};
use crate::rungs::attachment::Download;

/// Concludes the four abilities.
pub(crate) fn abilities(rights: &Rights) -> Vec<Ability> {
    vec![content(rights), page_permissions(rights), authorship_dates(rights), users_and_groups(rights)]
}

fn ability(id: AbilityId, verdict: Verdict, limited_by: &[Limit], text: impl Into<String>) -> Ability {
    Ability { id, verdict, limited_by: limited_by.to_vec(), text: text.into().into(), factors: Vec::new() }
}

fn content(rights: &Rights) -> Ability {
    let id = AbilityId::Content;
    if rights.files == Some(Download::Refused) && rights.page != PageRead::None {
        let limit = if rights.sent == Some(Sent::PersonalToken) { Limit::SignInMethod } else { Limit::AccountRole };
        return ability(id, Verdict::Partly, &[limit], "Pages can be read; attachments were refused and would be missing");
    }
    let hidden = match rights.hidden_spaces {
        Some(1) => " 1 space of this site is hidden from the account.".to_owned(),
        Some(count) if count > 1 => format!(" {count} spaces of this site are hidden from the account."),
        _ => String::new(),
    };
    match rights.role {
        Role::SeesAll => ability(id, Verdict::Yes, &[], "Every page and attachment can be read, restricted ones included"),
        _ if rights.page == PageRead::None => {
            let why = if rights.has_spaces { "No page was found to try" } else { "The account sees no space" };
            ability(id, Verdict::Unknown, &[Limit::AccountRole], format!("{why}, so whether content can be read is not known"))
        }
        Role::Administrator => ability(
            id,
            Verdict::Partly,
            &[Limit::AccountRole],
            format!(
                "All that the account sees can be read; pages restricted to others stay hidden, also from Confluence administrators.{hidden}"
            ),
        ),
        Role::Ordinary => ability(
            id,
            Verdict::Partly,
            &[Limit::AccountRole],
            "All that the account sees can be read; spaces and pages hidden from it would be missing",
        ),
        Role::Anonymous => ability(id, Verdict::Partly, &[Limit::AccountRole], "Only what is open to everybody can be read"),
        Role::Unknown => ability(
            id,
            Verdict::Unknown,
            &[Limit::AccountRole],
            "All that the account sees can be read; whether that is everything could not be found out",
        ),
    }
}

fn page_permissions(rights: &Rights) -> Ability {
    let id = AbilityId::PagePermissions;
    let by_role = &[Limit::AccountRole][..];
    if rights.needs_elevation {
        return ability(
            id,
            Verdict::Unknown,
            &[Limit::Server],
            "Secure administrator sessions keep programs from reading permissions of spaces",
        );
    }
    if rights.role == Role::Anonymous {
        return ability(
            id,
            Verdict::No,
            by_role,
            "Without signing in, permissions cannot be read: everything would arrive with the permissions of its new place",
        );
    }
    let Some(permissions) = rights.permissions else {
        return ability(id, Verdict::Unknown, &[], "Whether permissions can be read could not be found out");
    };
    if let Reading::ScopeMissing(_) = permissions.restrictions {
        return ability(id, Verdict::No, &[Limit::AppScope], "The token's scopes do not reach permissions");
    }
    if permissions.restrictions == Reading::Refused {
        return ability(id, Verdict::No, by_role, "The restrictions of pages cannot be read with this account");
    }
    if permissions.contradicted {
        return ability(id, Verdict::Unknown, by_role, "The server refused the permissions of a space that the account should administer");
    }
    if matches!(rights.role, Role::SeesAll | Role::Administrator) {
        return ability(id, Verdict::Yes, &[], "Permissions of all visible spaces and pages can be migrated");
    }
    match (permissions.administered, permissions.clear) {
        (administered, clear) if administered > 0 && administered == clear && permissions.all => {
            ability(id, Verdict::Yes, &[], "The account administers every space it sees, so their permissions can be migrated")
        }
        (administered, clear) if administered > 0 => ability(
            id,
            Verdict::Partly,
            by_role,
            format!("Permissions can be migrated for the spaces that the account administers ({administered} of {clear} asked about)"),
        ),
        (_, clear) if clear > 0 && permissions.all => {
            ability(id, Verdict::No, by_role, "The account administers none of the spaces it sees, so their permissions cannot be migrated")
        }
        _ => ability(
            id,
            Verdict::Unknown,
            by_role,
            "For which spaces the account may read permissions is not known yet; the list of spaces tells it one by one",
        ),
    }
}

fn authorship_dates(rights: &Rights) -> Ability {
    let id = AbilityId::AuthorshipDates;
    match rights.page {
        PageRead::WithHistory => {
            ability(id, Verdict::Yes, &[], "Authors and dates can be read; whether they can be written is for the destination to allow")
        }
        PageRead::WithoutHistory => {
            ability(id, Verdict::Unknown, &[Limit::Server], "The page that was read came without its author and date")
        }
        PageRead::None => ability(id, Verdict::Unknown, &[], "No page was found to try"),
    }
}

fn users_and_groups(rights: &Rights) -> Ability {
    let id = AbilityId::UsersAndGroups;
    let limit = if rights.sent == Some(Sent::GatewayToken) { Limit::AppScope } else { Limit::AccountRole };
    match rights.people {
        People::Both => {
            ability(id, Verdict::Yes, &[], "People and groups can be looked up, so authors, mentions and permissions can be mapped")
        }
        People::Some => ability(
            id,
            Verdict::Partly,
            &[limit],
            "Only a part of people and groups can be looked up, so some mentions and permissions cannot be mapped",
        ),
        People::None => ability(
            id,
            Verdict::No,
            &[limit],
            "People and groups cannot be looked up, so authors, mentions and permissions cannot be mapped",
        ),
        People::Unknown => ability(id, Verdict::Unknown, &[], "Whether people and groups can be looked up could not be found out"),
    }
}

#[cfg(test)]
mod tests;
