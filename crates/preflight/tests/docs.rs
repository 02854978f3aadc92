//! `docs/causes.md` and `docs/troubleshooting.md` know every cause, and no other.
//!
//! `UPDATE_DOCS=1 cargo test -p preflight --test docs` writes the table of causes anew from the code.

use std::fmt::Write as _;

use preflight::Cause;
use preflight::render::words::anchor;

const CAUSES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/causes.md");
const TROUBLESHOOTING: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/troubleshooting.md");

fn group(cause: Cause) -> &'static str {
    cause.as_str().split_once('.').expect("a cause has a group").0
}

/// The document as the code has it.
fn causes() -> String {
    let mut text = String::from(
        "# Causes\n\n\
         A report names what went wrong by one of these words. They are stable: scripts may rely on them. A report's `cause` is the cause of its\n\
         first failed check, or where none failed of its first limited one. Each word leads to what it means and what to do.\n\n\
         <!-- Written by `UPDATE_DOCS=1 cargo test -p preflight --test docs`; a test keeps it in step with the code. -->\n",
    );
    let mut last = "";
    for cause in Cause::ALL {
        if group(*cause) != last {
            last = group(*cause);
            write!(text, "\n## {last}\n\n| cause | when |\n|---|---|\n").expect("a string takes everything");
        }
        let (name, meaning) = (cause.as_str(), cause.meaning());
        writeln!(text, "| [`{name}`](troubleshooting.md#{}) | {meaning} |", anchor(*cause)).expect("a string takes everything");
    }
    text
}

#[test]
fn the_table_of_causes_is_the_codes() {
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(CAUSES, causes()).expect(CAUSES);
    }
    let written = std::fs::read_to_string(CAUSES).expect(CAUSES);
    assert!(written == causes(), "docs/causes.md is not in step with the code: UPDATE_DOCS=1 cargo test -p preflight --test docs");
}

/// One section of the troubleshooting: its anchor, the cause it names, its text.
fn sections() -> Vec<(String, String, String)> {
    let text = std::fs::read_to_string(TROUBLESHOOTING).expect(TROUBLESHOOTING);
    text.split("\n<a id=\"")
        .skip(1)
        .map(|section| {
            let (anchor, rest) = section.split_once("\"></a>\n").expect("an anchor stands on a line of its own");
            let (heading, body) = rest.trim_start().split_once('\n').expect("a heading follows the anchor");
            let cause = heading.strip_prefix("### `").and_then(|name| name.strip_suffix('`')).expect("the heading is the cause's name");
            let body = body.split("\n## ").next().unwrap_or_default();
            (anchor.to_owned(), cause.to_owned(), body.trim().to_owned())
        })
        .collect()
}

#[test]
fn every_cause_has_its_section_in_the_order_of_the_code() {
    let expected: Vec<(String, String)> = Cause::ALL.iter().map(|cause| (anchor(*cause), cause.as_str().to_owned())).collect();
    let found: Vec<(String, String)> = sections().into_iter().map(|(anchor, cause, _)| (anchor, cause)).collect();
    let missing: Vec<_> = expected.iter().filter(|section| !found.contains(section)).collect();
    let unknown: Vec<_> = found.iter().filter(|section| !expected.contains(section)).collect();
    assert!(missing.is_empty() && unknown.is_empty(), "without a section: {missing:?}; without a cause: {unknown:?}");
    assert_eq!(found, expected, "the sections stand in another order than the causes");
}

#[test]
fn every_section_says_who_can_mend_it_and_what_to_do() {
    for (_, cause, body) in sections() {
        let lines = body.lines().filter(|line| !line.is_empty()).count();
        assert!((2..=9).contains(&lines), "{cause} has {lines} lines");
        let mends = body.lines().find_map(|line| line.strip_prefix("Who can mend it: ")).unwrap_or_default();
        assert!(mends.ends_with('.'), "{cause} does not say who can mend it");
        assert!(body.lines().filter(|line| line.starts_with("- ")).count() >= 1, "{cause} does not say what to do");
    }
}

#[test]
fn links_between_the_sections_lead_somewhere() {
    let text = std::fs::read_to_string(TROUBLESHOOTING).expect(TROUBLESHOOTING);
    let anchors: Vec<String> = Cause::ALL.iter().map(|cause| anchor(*cause)).collect();
    for link in text.split("](#").skip(1) {
        let target = link.split(')').next().unwrap_or_default();
        let chapter =
            text.lines().any(|line| line.strip_prefix("## ").is_some_and(|title| title.to_lowercase().replace(' ', "-") == target));
        assert!(chapter || anchors.iter().any(|anchor| anchor == target), "#{target} leads nowhere");
    }
}
