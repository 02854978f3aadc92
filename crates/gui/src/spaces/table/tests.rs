//! Filtering, sorting, choosing, and what comes while somebody looks.

use preflight::{Limit, SpaceRole, Verdict};

use super::*;

fn space(key: &str, name: &str, role: SpaceRole) -> SpaceRow {
    let (content, permissions) = match role {
        SpaceRole::Administrator => (Verdict::Yes, Verdict::Yes),
        SpaceRole::Unknown => (Verdict::Unknown, Verdict::Unknown),
        SpaceRole::Editor | SpaceRole::Viewer => (Verdict::Partly, Verdict::No),
    };
    SpaceRow {
        key: key.to_owned().into(),
        name: name.to_owned().into(),
        kind: if key.starts_with('~') { "personal" } else { "global" }.into(),
        status: if key == "OLD" { "archived" } else { "current" }.into(),
        role,
        content,
        permissions,
        limited_by: if role == SpaceRole::Administrator { Vec::new() } else { vec![Limit::AccountRole] },
    }
}

fn some() -> Vec<SpaceRow> {
    vec![
        space("HB", "Company Handbook", SpaceRole::Viewer),
        space("ENG", "engineering", SpaceRole::Administrator),
        space("~inés", "Inés Okonjo", SpaceRole::Unknown),
        space("OPS", "Operations", SpaceRole::Editor),
        space("OLD", "Legacy Gauges", SpaceRole::Viewer),
    ]
}

fn table() -> Table {
    let mut table = Table::default();
    table.take_in(&some(), true);
    table
}

fn keys(table: &Table) -> String {
    let keys: Vec<&str> = (0..table.shown()).filter_map(|at| table.row(at)).map(|(_, row)| row.space.key.as_str()).collect();
    keys.join(" ")
}

fn chosen(table: &Table) -> String {
    let spaces = some();
    table.chosen_places().iter().map(|place| spaces[*place].key.as_str()).collect::<Vec<_>>().join(" ")
}

#[test]
fn sorting_is_stable_and_goes_both_ways() {
    let mut table = table();
    assert_eq!(keys(&table), "HB ENG ~inés OPS OLD", "as the server lists them");
    let columns = Column::ALL;
    let place = |column| columns.iter().position(|each| *each == column).expect("a column");
    for (column, ascending, descending) in [
        (Column::Key, "ENG HB OLD OPS ~inés", "~inés OPS OLD HB ENG"),
        (Column::Name, "HB ENG ~inés OLD OPS", "OPS OLD ~inés ENG HB"),
        (Column::Kind, "HB ENG OPS OLD ~inés", "~inés HB ENG OPS OLD"),
        (Column::Status, "OLD HB ENG ~inés OPS", "HB ENG ~inés OPS OLD"),
        (Column::Role, "ENG OPS HB OLD ~inés", "~inés HB OLD OPS ENG"),
        (Column::Content, "ENG HB OPS OLD ~inés", "~inés HB OPS OLD ENG"),
        (Column::Permissions, "ENG HB OPS OLD ~inés", "~inés HB OPS OLD ENG"),
        (Column::LimitedBy, "ENG HB ~inés OPS OLD", "HB ~inés OPS OLD ENG"),
    ] {
        table.act(Act::Sort(place(column)));
        assert_eq!(keys(&table), ascending, "{column:?}");
        table.act(Act::Sort(place(column)));
        assert_eq!(keys(&table), descending, "{column:?}, the other way");
        table.act(Act::Sort(place(column)));
        assert_eq!(keys(&table), "HB ENG ~inés OPS OLD", "{column:?}, and back");
    }
}

#[test]
fn filters_go_together() {
    let mut table = table();
    let open = Filter::default();
    for (filter, expected) in [
        (Filter { text: "  OK in ".to_owned(), ..open.clone() }, "~inés"),
        (Filter { text: "INÉS".to_owned(), ..open.clone() }, "~inés"),
        (Filter { text: "e".to_owned(), kind: Some("global".to_owned()), ..open.clone() }, "ENG OPS OLD"),
        (Filter { status: Some("archived".to_owned()), ..open.clone() }, "OLD"),
        (Filter { role: Some(SpaceRole::Viewer), ..open.clone() }, "HB OLD"),
        (Filter { content: Some(Verdict::Partly), role: Some(SpaceRole::Editor), ..open.clone() }, "OPS"),
        (Filter { permissions: Some(Verdict::Unknown), ..open.clone() }, "~inés"),
        (Filter { text: "nothing like it".to_owned(), ..open.clone() }, ""),
        (Filter { text: "   ".to_owned(), ..open.clone() }, "HB ENG ~inés OPS OLD"),
    ] {
        assert_eq!(filter.is_open(), expected.starts_with("HB ENG"), "{filter:?}");
        table.set_filter(filter.clone());
        assert_eq!(keys(&table), expected, "{filter:?}");
    }
}

#[test]
fn choosing() {
    let mut table = table();
    table.act(Act::Toggle(1));
    table.act(Act::Extend(3));
    assert_eq!((chosen(&table).as_str(), table.chosen_of_shown()), ("ENG ~inés OPS", Chosen::Some));
    // what is filtered away stays chosen, and "all" means what is shown
    table.set_filter(Filter { role: Some(SpaceRole::Viewer), ..Filter::default() });
    assert_eq!((table.chosen(), table.chosen_of_shown()), (3, Chosen::None));
    table.act(Act::ToggleAll);
    assert_eq!((table.chosen(), table.chosen_of_shown()), (5, Chosen::All));
    table.act(Act::ToggleAll);
    assert_eq!((table.chosen(), table.chosen_of_shown()), (0, Chosen::None));
    table.set_filter(Filter::default());
    for (act, at, expected) in [
        (Act::ToggleCursor, Some(3), "OPS"),
        (Act::Go(Step::By(1)), Some(4), "OPS"),
        (Act::Go(Step::First), Some(0), "OPS"),
        (Act::GoExtending(Step::By(1)), Some(1), "HB ENG OPS"),
        (Act::GoExtending(Step::By(1)), Some(2), "HB ENG ~inés OPS"),
        (Act::GoExtending(Step::Last), Some(4), "HB ENG ~inés OPS OLD"),
        (Act::ToggleCursor, Some(4), "HB ENG ~inés OPS"),
    ] {
        table.act(act);
        assert_eq!((table.cursor(), chosen(&table).as_str()), (at, expected), "{act:?}");
    }
    // sorted, the cursor stays with its space
    table.act(Act::Sort(0));
    assert_eq!(table.cursor().and_then(|at| table.row(at)).map(|(_, row)| row.space.key.as_str()), Some("OLD"));
}

#[test]
fn nothing_jumps_while_more_is_to_come() {
    let whole = some();
    let mut table = Table::default();
    table.act(Act::Sort(0));
    let unknown = |space: &SpaceRow| SpaceRow { role: SpaceRole::Unknown, permissions: Verdict::Unknown, ..space.clone() };
    table.take_in(&[unknown(&whole[3]), unknown(&whole[0])], false);
    assert_eq!(keys(&table), "HB OPS");
    table.act(Act::Toggle(1));
    // the server's order has become another; what is shown stays, what is new comes below
    table.take_in(&[whole[1].clone(), whole[0].clone(), whole[3].clone()], false);
    assert_eq!(keys(&table), "HB OPS ENG");
    assert_eq!(table.row(1).map(|(id, row)| (table.is_chosen(id), row.space.role)), Some((true, SpaceRole::Editor)), "told meanwhile");
    // what no longer fits the filter goes, what has come to fit comes
    table.set_filter(Filter { role: Some(SpaceRole::Viewer), ..Filter::default() });
    assert_eq!(keys(&table), "HB");
    table.take_in(&[whole[1].clone(), unknown(&whole[0]), whole[3].clone(), whole[4].clone()], false);
    assert_eq!(keys(&table), "OLD");
    table.set_filter(Filter::default());
    table.take_in(&whole, false);
    table.take_in(&whole, true);
    assert_eq!(keys(&table), "ENG HB OLD OPS ~inés", "at the end, everything stands where it belongs");
    assert_eq!(
        (table.kinds().iter().map(String::as_str).collect::<Vec<_>>(), chosen(&table)),
        (vec!["global", "personal"], "OPS".to_owned())
    );
    // another account begins anew
    table.take_in(&whole[..2], true);
    assert_eq!((keys(&table).as_str(), table.chosen()), ("ENG HB", 0));
}
