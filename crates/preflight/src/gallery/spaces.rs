//! An inventory of any size: eight spaces with names of their own, then as many projects and people as it takes.

use crate::render::words;
use crate::{Inventory, Limit, Outcome, SafeText, SpaceRole, SpaceRow, Verdict};

/// Key, name, role.
const FIRST: [(&str, &str, SpaceRole); 8] = [
    ("HB", "Company Handbook", SpaceRole::Viewer),
    ("ENG", "Engineering", SpaceRole::Administrator),
    ("OPS", "Operations & Runbooks", SpaceRole::Administrator),
    ("PEOPLE", "People & Culture", SpaceRole::Viewer),
    ("SALES", "Sales enablement, price lists and everything that nobody wanted to sort into a folder of its own", SpaceRole::Editor),
    ("~jdoe", "Jane Doe", SpaceRole::Administrator),
    ("~iokonjo", "Inés Okonjo", SpaceRole::Viewer),
    ("OLD", "Legacy Gauges (2016)", SpaceRole::Viewer),
];

const TOPICS: [&str; 12] =
    ["Atlas", "Beacon", "Compass", "Delta", "Ember", "Foundry", "Granite", "Harbour", "Indigo", "Juniper", "Kestrel", "Lantern"];
const KINDS: [&str; 5] = ["Rollout", "Migration", "Research", "Support", "Design"];

/// What an ordinary account sees of so many spaces, complete. Every tenth is its own, every seventh it may edit.
pub fn inventory(count: usize) -> Inventory {
    let mut spaces: Vec<SpaceRow> = (0..count).map(space).collect();
    spaces.sort_by_key(|space| space.status.as_str() == "archived");
    let own = spaces.iter().filter(|space| space.permissions == Verdict::Yes).count();
    let headline = format!("{} as Jane Doe: permissions can be migrated for {} of them", words::spaces(count), words::count(own));
    Inventory {
        address: "https://wiki.example.com/confluence".into(),
        outcome: Outcome::Passed,
        cause: None,
        headline: headline.into(),
        identity: Some(super::person("Jane Doe", "jdoe")),
        total: u64::try_from(count).ok(),
        complete: true,
        spaces,
        hints: Vec::new(),
    }
}

fn space(at: usize) -> SpaceRow {
    if let Some((key, name, role)) = FIRST.get(at) {
        return row((*key).into(), (*name).into(), *role, *key == "OLD");
    }
    let role = match at {
        at if at.is_multiple_of(10) => SpaceRole::Administrator,
        at if at.is_multiple_of(7) => SpaceRole::Editor,
        _ => SpaceRole::Viewer,
    };
    let (key, name) = if at.is_multiple_of(9) {
        (format!("~user{at}"), format!("{} Example {at}", TOPICS[at % TOPICS.len()]))
    } else {
        (format!("PRJ{at}"), format!("{} {} {at}", TOPICS[at % TOPICS.len()], KINDS[at % KINDS.len()]))
    };
    row(key.into(), name.into(), role, at.is_multiple_of(23))
}

fn row(key: SafeText, name: SafeText, role: SpaceRole, archived: bool) -> SpaceRow {
    let kind = if key.as_str().starts_with('~') { "personal" } else { "global" };
    let permissions = if role == SpaceRole::Administrator { Verdict::Yes } else { Verdict::No };
    SpaceRow {
        key,
        name,
        kind: kind.into(),
        status: if archived { "archived" } else { "current" }.into(),
        role,
        content: Verdict::Partly,
        permissions,
        limited_by: vec![Limit::AccountRole],
    }
}
