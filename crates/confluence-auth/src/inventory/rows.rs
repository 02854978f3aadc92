//! What a migration could carry of each space: concluded from the account as a whole and from what was told about the space.

use preflight::{Limit, SpaceRole, SpaceRow, Verdict};

use crate::inventory::account::Account;
use crate::inventory::listing::Listed;
use crate::inventory::question::Told;
use crate::rights::Role;

/// What is known apart from the space itself.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "four findings, each by itself")]
pub(super) struct Basis {
    /// The account; none while it is not known.
    pub(super) account: Option<Account>,
    /// That one right covers every space has been tried and holds.
    pub(super) by_rights: bool,
    /// Permissions of spaces hide behind secure administrator sessions.
    pub(super) needs_elevation: bool,
    /// This server says no by 403 to some, so that a 500 is an error and no refusal.
    pub(super) refuses_properly: bool,
    /// In the end the server no longer knew the account: what it refused may have been refused to a stranger.
    pub(super) doubted: bool,
}

/// The row of a space.
pub(super) fn row(space: &Listed, basis: Basis) -> SpaceRow {
    let role = role(space.told, basis);
    let (permissions, permissions_by) = permissions(space.told, role, basis);
    let (content, content_by) = content(space.told, role, basis);
    let mut limited_by: Vec<Limit> = [content_by, permissions_by].into_iter().flatten().collect();
    limited_by.sort_unstable();
    limited_by.dedup();
    SpaceRow {
        key: space.shown.clone(),
        name: space.name.clone(),
        kind: space.kind.clone(),
        status: space.status.clone(),
        role,
        content,
        permissions,
        limited_by,
    }
}

fn whole(basis: Basis) -> Role {
    basis.account.map_or(Role::Unknown, |account| account.role)
}

/// One right covers all, the server has shown it, and no listing tells more.
fn is_covered(basis: Basis) -> bool {
    basis.by_rights && basis.account.is_some_and(|account| account.administers_all() && !account.is_cloud)
}

fn role(told: Told, basis: Basis) -> SpaceRole {
    if is_covered(basis) {
        return SpaceRole::Administrator;
    }
    match told {
        Told::Rights { role: SpaceRole::Administrator, .. } => SpaceRole::Administrator,
        _ if whole(basis) == Role::Anonymous => match told {
            Told::Rights { role, .. } => role,
            _ => SpaceRole::Viewer,
        },
        _ if basis.doubted => SpaceRole::Unknown,
        Told::Rights { role, .. } => role,
        Told::Crashed if !basis.refuses_properly => SpaceRole::Viewer,
        Told::Crashed | Told::NotAsked | Told::Unclear => SpaceRole::Unknown,
    }
}

fn permissions(told: Told, role: SpaceRole, basis: Basis) -> (Verdict, Option<Limit>) {
    let no = (Verdict::No, Some(Limit::AccountRole));
    let administers_confluence = basis.account.is_some_and(|account| account.is_cloud && account.administers_all());
    match role {
        _ if whole(basis) == Role::Anonymous => no,
        SpaceRole::Administrator => (Verdict::Yes, basis.needs_elevation.then_some(Limit::Server)),
        _ if administers_confluence => (Verdict::Yes, None),
        SpaceRole::Editor | SpaceRole::Viewer => no,
        SpaceRole::Unknown => match told {
            Told::Rights { .. } if !basis.doubted => no,
            Told::NotAsked => (Verdict::Unknown, None),
            Told::Rights { .. } | Told::Crashed | Told::Unclear => (Verdict::Unknown, Some(Limit::Server)),
        },
    }
}

fn content(told: Told, role: SpaceRole, basis: Basis) -> (Verdict, Option<Limit>) {
    let by_role = Some(Limit::AccountRole);
    if whole(basis) == Role::SeesAll {
        return (Verdict::Yes, None);
    }
    match told {
        Told::Rights { views: false, .. } if !basis.doubted => (Verdict::No, by_role),
        // whoever is refused as a space's administrator does not see everything, or would be one
        _ if whole(basis) == Role::Unknown && !matches!(role, SpaceRole::Editor | SpaceRole::Viewer) => (Verdict::Unknown, by_role),
        // listed is readable; pages that are restricted to others stay hidden
        _ => (Verdict::Partly, by_role),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn basis(role: Role, is_cloud: bool) -> Basis {
        let account = Some(Account { role, is_cloud, all_spaces: None });
        Basis { account, by_rights: false, needs_elevation: false, refuses_properly: false, doubted: false }
    }

    fn told(told: Told, basis: Basis) -> String {
        let space = Listed {
            key: "ENG".to_owned(),
            id: "1".to_owned(),
            shown: "ENG".into(),
            name: "Engineering".into(),
            kind: "global".into(),
            status: "current".into(),
            told,
        };
        let row = row(&space, basis);
        let limits: Vec<&str> = row.limited_by.iter().map(|limit| limit.as_str()).collect();
        format!("{} {} {} {}", row.role.as_str(), row.content.as_str(), row.permissions.as_str(), limits.join("+")).trim_end().to_owned()
    }

    const ADMINISTRATOR: Told = Told::Rights { role: SpaceRole::Administrator, views: true };
    const EDITOR: Told = Told::Rights { role: SpaceRole::Editor, views: true };
    const VIEWER: Told = Told::Rights { role: SpaceRole::Viewer, views: true };
    const NOTHING: Told = Told::Rights { role: SpaceRole::Unknown, views: false };

    #[test]
    fn every_account_and_answer() {
        let data_center = |role| basis(role, false);
        let by_rights = |role| Basis { by_rights: true, ..basis(role, false) };
        let elevated = |role| Basis { needs_elevation: true, ..by_rights(role) };
        let proper = |role| Basis { refuses_properly: true, ..basis(role, false) };
        let doubted = |role| Basis { doubted: true, ..basis(role, false) };
        let cloud = |role| basis(role, true);
        let table = [
            (Told::NotAsked, by_rights(Role::SeesAll), "administrator yes yes"),
            (Told::NotAsked, by_rights(Role::Administrator), "administrator partly yes account_role"),
            (Told::NotAsked, elevated(Role::SeesAll), "administrator yes yes server"),
            // not proven yet, or proven wrong
            (Told::NotAsked, data_center(Role::SeesAll), "unknown yes unknown"),
            (VIEWER, data_center(Role::Administrator), "viewer partly no account_role"),
            (ADMINISTRATOR, data_center(Role::Ordinary), "administrator partly yes account_role"),
            (EDITOR, data_center(Role::Ordinary), "editor partly no account_role"),
            (VIEWER, data_center(Role::Ordinary), "viewer partly no account_role"),
            (NOTHING, data_center(Role::Ordinary), "unknown no no account_role"),
            (Told::NotAsked, data_center(Role::Ordinary), "unknown partly unknown account_role"),
            (Told::Unclear, data_center(Role::Ordinary), "unknown partly unknown account_role+server"),
            (Told::Crashed, data_center(Role::Ordinary), "viewer partly no account_role"),
            (Told::Crashed, proper(Role::Ordinary), "unknown partly unknown account_role+server"),
            (ADMINISTRATOR, data_center(Role::Unknown), "administrator unknown yes account_role"),
            (VIEWER, data_center(Role::Unknown), "viewer partly no account_role"),
            (Told::NotAsked, data_center(Role::Anonymous), "viewer partly no account_role"),
            (VIEWER, doubted(Role::Ordinary), "unknown partly unknown account_role+server"),
            (ADMINISTRATOR, doubted(Role::Ordinary), "administrator partly yes account_role"),
            (VIEWER, cloud(Role::Administrator), "viewer partly yes account_role"),
            (VIEWER, cloud(Role::SeesAll), "viewer yes yes"),
            (EDITOR, cloud(Role::Ordinary), "editor partly no account_role"),
            (VIEWER, cloud(Role::Anonymous), "viewer partly no account_role"),
        ];
        for (answer, basis, expected) in table {
            assert_eq!(told(answer, basis), expected, "{answer:?} {basis:?}");
        }
    }
}
