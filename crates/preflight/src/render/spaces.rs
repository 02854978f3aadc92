//! The renderings of an inventory of spaces: JSON as published in `docs/spaces.schema.json`, CSV for spreadsheets, text for terminals.

use serde_json::{Value, json};
use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr};

use super::json::{SCHEMA, identity};
use super::text::{Style, paint, tone};
use super::words;
use crate::{Inventory, SpaceRow};

/// The inventory as JSON, schema 1.
pub fn to_json(inventory: &Inventory) -> Value {
    json!({
        "schema": SCHEMA,
        "address": inventory.address,
        "outcome": inventory.outcome.as_str(),
        "cause": inventory.cause,
        "headline": inventory.headline,
        "identity": inventory.identity.as_ref().map(identity),
        "total": inventory.total,
        "complete": inventory.complete,
        "spaces": inventory.spaces.iter().map(space).collect::<Vec<_>>(),
    })
}

fn space(space: &SpaceRow) -> Value {
    json!({
        "key": space.key,
        "name": space.name,
        "type": space.kind,
        "status": space.status,
        "role": space.role.as_str(),
        "content": space.content.as_str(),
        "permissions": space.permissions.as_str(),
        "limited_by": limited_by(space),
    })
}

fn limited_by(space: &SpaceRow) -> Vec<&'static str> {
    space.limited_by.iter().map(|limit| limit.as_str()).collect()
}

/// The columns of the CSV.
const COLUMNS: [&str; 8] = ["key", "name", "type", "status", "role", "content", "permissions", "limited_by"];

/// The spaces as CSV (RFC 4180) with a header line. Several limits stand in one cell, with a blank between them.
///
/// Names of spaces are other people's text: a cell that a spreadsheet would take for a formula begins with an apostrophe
/// (OWASP, "CSV Injection").
pub fn to_csv(inventory: &Inventory) -> String {
    let mut csv = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    // writing to memory cannot fail, and every record has as many fields as the first
    csv.write_record(COLUMNS).ok();
    for space in &inventory.spaces {
        let limits = limited_by(space).join(" ");
        let cells = [
            space.key.as_str(),
            space.name.as_str(),
            space.kind.as_str(),
            space.status.as_str(),
            space.role.as_str(),
            space.content.as_str(),
            space.permissions.as_str(),
            &limits,
        ];
        csv.write_record(cells.map(harmless)).ok();
    }
    csv.into_inner().ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default()
}

/// A cell that no spreadsheet calculates.
fn harmless(cell: &str) -> String {
    // some trim before they look, and some take the full-width signs as well
    let first = cell.trim_start().chars().next();
    let starts_with_control = cell.starts_with(['\t', '\r', '\n']);
    if starts_with_control || first.is_some_and(|first| "=+-@＝＋－＠".contains(first)) { format!("'{cell}") } else { cell.to_owned() }
}

/// The columns of the table.
const TITLES: [&str; 7] = ["Key", "Name", "Type", "Role", "Content", "Permissions", "Limited by"];
/// A name is cut to so many columns at least, however narrow the terminal is.
const NARROWEST_NAME: usize = 16;

/// The inventory as text, with a line end at its end.
pub fn to_text(inventory: &Inventory, style: Style) -> String {
    let mut out = String::new();
    let mut line = |text: &str| {
        out.push_str(text.trim_end());
        out.push('\n');
    };
    let sign = paint(style.color, tone(inventory.outcome), words::sign(inventory.outcome));
    line(&format!("{sign} {}", paint(style.color, "1", &words::one_line(inventory.headline.as_str()))));
    line("");
    line(&format!("  Address       {}", inventory.address));
    if let Some(who) = &inventory.identity {
        line(&format!("  Signed in as  {}", words::one_line(&words::identity(who))));
    }
    if let Some(cause) = inventory.cause {
        line(&format!("  Cause         {cause}"));
    }
    if !inventory.spaces.is_empty() {
        line("");
        table(inventory, style, &mut line);
    }
    for (number, hint) in inventory.hints.iter().enumerate() {
        if number == 0 {
            line("");
            line(&paint(style.color, "1", words::HINTS));
        }
        line(&format!("{:>3}. {}", number + 1, words::one_line(hint.text.as_str())));
    }
    out
}

fn table(inventory: &Inventory, style: Style, line: &mut impl FnMut(&str)) {
    let rows: Vec<[String; 7]> = inventory.spaces.iter().map(cells).collect();
    let mut widths = TITLES.map(UnicodeWidthStr::width);
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.width());
        }
    }
    // the name gives way to the others
    let others: usize = widths.iter().enumerate().filter(|(at, _)| *at != 1).map(|(_, width)| width + 2).sum();
    widths[1] = widths[1].min(style.width.saturating_sub(others).max(NARROWEST_NAME));
    let joined = |row: [&str; 7]| row.iter().zip(widths).map(|(cell, width)| fitted(cell, width)).collect::<Vec<_>>().join("  ");
    line(&paint(style.color, "1", joined(TITLES).trim_end()));
    for row in &rows {
        line(&joined(row.each_ref().map(String::as_str)));
    }
}

fn cells(space: &SpaceRow) -> [String; 7] {
    let kind = if space.status.as_str() == "current" { space.kind.to_string() } else { format!("{}, {}", space.kind, space.status) };
    [
        words::one_line(space.key.as_str()),
        words::one_line(space.name.as_str()),
        words::one_line(&kind),
        space.role.title().to_owned(),
        words::verdict(space.content).to_owned(),
        words::verdict(space.permissions).to_owned(),
        words::limits(&space.limited_by),
    ]
}

/// The text in exactly so many columns.
fn fitted(text: &str, width: usize) -> String {
    let used = text.width();
    if used <= width {
        return format!("{text}{}", " ".repeat(width - used));
    }
    let mut cut = String::new();
    let mut columns = 1;
    for c in text.chars() {
        columns += c.width().unwrap_or_default();
        if columns > width {
            break;
        }
        cut.push(c);
    }
    let missing = width.saturating_sub(cut.width() + 1);
    format!("{cut}…{}", " ".repeat(missing))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Limit, Outcome, SafeText, SpaceRole, Verdict};

    fn row(key: &str, name: &str) -> SpaceRow {
        SpaceRow {
            key: SafeText::from(key.to_owned()),
            name: SafeText::from(name.to_owned()),
            kind: "global".into(),
            status: "current".into(),
            role: SpaceRole::Viewer,
            content: Verdict::Partly,
            permissions: Verdict::No,
            limited_by: vec![Limit::AccountRole, Limit::Server],
        }
    }

    fn inventory(spaces: Vec<SpaceRow>) -> Inventory {
        Inventory {
            address: "https://wiki.example.com".into(),
            outcome: Outcome::Passed,
            cause: None,
            headline: "2 spaces".into(),
            identity: None,
            total: Some(2),
            complete: true,
            spaces,
            hints: Vec::new(),
        }
    }

    #[test]
    fn no_cell_is_a_formula() {
        for name in ["=1+1", "+1", "-1", "@SUM(A1)", "  =1", "＝1", "=cmd|' /C calc'!A0"] {
            let csv = to_csv(&inventory(vec![row("ENG", name)]));
            let mut reader = csv::Reader::from_reader(csv.as_bytes());
            let record = reader.records().next().expect("a row").expect("well formed");
            assert!(record[1].starts_with('\''), "{csv}");
        }
        let harmless = to_csv(&inventory(vec![row("~jane", "Jane, \"JD\" Doe = me")]));
        assert_eq!(
            harmless.lines().nth(1),
            Some("~jane,\"Jane, \"\"JD\"\" Doe = me\",global,current,viewer,partly,no,account_role server")
        );
    }

    #[test]
    fn the_table_keeps_its_columns() {
        let long = "An exceedingly long name of a space that nobody can read on a narrow terminal, 長い名前";
        let text = to_text(&inventory(vec![row("ENG", long), row("OPS", "Short")]), Style { color: false, width: 80, verbose: false });
        let lines: Vec<&str> = text.lines().skip_while(|line| !line.starts_with("Key")).collect();
        let column = |line: &str| line.find("global").or_else(|| line.find("Type")).map(|at| line[..at].width());
        assert_eq!(lines.len(), 3, "{text}");
        assert!(lines.iter().all(|line| column(line) == column(lines[0])), "{text}");
        assert!(lines[1].contains('…'), "{text}");
    }
}
