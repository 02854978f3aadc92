//! One table from rights to abilities.

use super::*;
use crate::rights::Permissions;
use Verdict::{No, Partly, Unknown, Yes};

const NONE: Permissions = Permissions { administered: 0, clear: 0, all: false, restrictions: Reading::Works, contradicted: false };

fn rights(role: Role) -> Rights {
    Rights {
        sent: Some(Sent::PersonalToken),
        role,
        needs_elevation: false,
        page: PageRead::WithHistory,
        has_spaces: true,
        files: Some(Download::Works),
        people: People::Both,
        permissions: Some(NONE),
        hidden_spaces: None,
    }
}

fn verdicts(rights: &Rights) -> [Verdict; 4] {
    let abilities = abilities(rights);
    [0, 1, 2, 3].map(|at: usize| {
        let ability = &abilities[at];
        assert_eq!(ability.id, AbilityId::ALL[at]);
        assert!(!ability.text.is_empty());
        ability.verdict
    })
}

#[test]
fn from_rights_to_abilities() {
    let some = |administered, clear, all| Some(Permissions { administered, clear, all, ..NONE });
    let reading = |restrictions| Some(Permissions { restrictions, ..NONE });
    let all = rights(Role::SeesAll);
    let ordinary = rights(Role::Ordinary);
    for (rights, expected) in [
        (all, [Yes, Yes, Yes, Yes]),
        (rights(Role::Administrator), [Partly, Yes, Yes, Yes]),
        (Rights { permissions: some(0, 6, true), ..ordinary }, [Partly, No, Yes, Yes]),
        (Rights { permissions: some(2, 6, true), ..ordinary }, [Partly, Partly, Yes, Yes]),
        (Rights { permissions: some(6, 6, true), ..ordinary }, [Partly, Yes, Yes, Yes]),
        (Rights { permissions: some(25, 25, false), ..ordinary }, [Partly, Partly, Yes, Yes]),
        (Rights { permissions: some(0, 25, false), ..ordinary }, [Partly, Unknown, Yes, Yes]),
        (Rights { permissions: some(0, 0, false), ..ordinary }, [Partly, Unknown, Yes, Yes]),
        (Rights { permissions: None, ..ordinary }, [Partly, Unknown, Yes, Yes]),
        (Rights { sent: None, people: People::None, ..rights(Role::Anonymous) }, [Partly, No, Yes, No]),
        (rights(Role::Unknown), [Unknown, Unknown, Yes, Yes]),
        (Rights { needs_elevation: true, ..all }, [Yes, Unknown, Yes, Yes]),
        (Rights { files: Some(Download::Refused), ..all }, [Partly, Yes, Yes, Yes]),
        (Rights { page: PageRead::None, files: None, ..all }, [Yes, Yes, Unknown, Yes]),
        (Rights { page: PageRead::None, files: None, ..ordinary }, [Unknown, Unknown, Unknown, Yes]),
        (Rights { page: PageRead::WithoutHistory, ..all }, [Yes, Yes, Unknown, Yes]),
        (Rights { people: People::Some, ..all }, [Yes, Yes, Yes, Partly]),
        (Rights { people: People::Unknown, ..all }, [Yes, Yes, Yes, Unknown]),
        (Rights { permissions: reading(Reading::Refused), ..all }, [Yes, No, Yes, Yes]),
        (Rights { permissions: reading(Reading::ScopeMissing("read:confluence-content.permission")), ..all }, [Yes, No, Yes, Yes]),
        (Rights { permissions: Some(Permissions { contradicted: true, ..NONE }), ..all }, [Yes, Unknown, Yes, Yes]),
    ] {
        assert_eq!(verdicts(&rights), expected, "{rights:?}");
    }
}
