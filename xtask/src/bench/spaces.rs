//! The inventory of spaces and the view of it: what the examples found, as lines of the page.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// Measures, and gives the lines of the table.
pub(super) fn lines(built: &Path) -> Result<String, String> {
    let mut lines = String::new();
    for said in said_by(built, "inventory")? {
        inventory(&said, &mut lines)?;
    }
    for said in said_by(built, "frames")? {
        frames(&said, &mut lines)?;
    }
    Ok(lines)
}

fn said_by(built: &Path, example: &str) -> Result<Vec<Value>, String> {
    let output = Command::new(built.join("examples").join(example)).output().map_err(|error| format!("{example}: {error}"))?;
    let said = String::from_utf8_lossy(&output.stdout);
    let wrong = |error| format!("{example}: {error}: {}", String::from_utf8_lossy(&output.stderr));
    let lines = said.lines().map(|line| serde_json::from_str(line).map_err(wrong));
    let lines: Vec<Value> = lines.collect::<Result<_, _>>()?;
    if lines.is_empty() { Err(format!("{example}: {}", String::from_utf8_lossy(&output.stderr))) } else { Ok(lines) }
}

fn number(said: &Value, key: &str) -> Result<f64, String> {
    said[key].as_f64().ok_or_else(|| format!("no {key} in {said}"))
}

fn inventory(said: &Value, lines: &mut String) -> Result<(), String> {
    let who = match said["case"].as_str() {
        Some("administrator") => "administrator, Data Center",
        Some("reader") => "reader, Data Center",
        _ => "Cloud",
    };
    let number = |key| number(said, key);
    let (requests, minimum) = (number("requests")?, number("minimum")?);
    let (took, bare) = (number("took_ms")?, number("bare_ms")?);
    let spaces = number("spaces")?;
    let line = |lines: &mut String, what: &str, ours: String, against: String, ratio: String, goal: &str| {
        // writing to a string cannot fail
        writeln!(lines, "| inventory of {spaces} spaces, {who}: {what} | {ours} | {against} | {ratio} | {goal} |").ok();
    };
    let against = format!("the fewest that the version allows: {minimum}");
    line(lines, "requests", requests.to_string(), against, format!("+{}", requests - minimum), "≤ +5");
    let per_second = |ms: f64| format!("{:.0}/s", requests / ms * 1000.0);
    let against = format!("bare loop over the same requests: {}", per_second(bare));
    line(lines, "throughput", per_second(took), against, format!("{:.2} ×", bare / took), "≥ 0.8 ×");
    line(
        lines,
        "memory at its highest, more than before",
        format!("{:.1} MB", number("grown_kb")? / 1024.0),
        String::new(),
        String::new(),
        "≤ 50 MB",
    );
    Ok(())
}

fn frames(said: &Value, lines: &mut String) -> Result<(), String> {
    let rows = number(said, "rows")?;
    let ms = |key: &str| number(said, key).map(|us| format!("{:.2} ms", us / 1000.0));
    let few = format!("100 rows: {}", ms("few_us")?);
    let ratio = format!("{:.2} ×", number(said, "scroll_us")? / number(said, "few_us")?);
    for (what, key, against, ratio, goal) in [
        ("a frame that stands still", "still_us", "", "", "≤ 4 ms"),
        ("a frame while scrolling", "scroll_us", few.as_str(), ratio.as_str(), "≤ 4 ms"),
        ("the same, read out by assistive technology", "read_out_us", "", "", "≤ 4 ms"),
        ("the frame after a letter in the filter", "filter_us", "", "", ""),
        ("the frame after a click on a header", "sort_us", "", "", ""),
        ("the frame after what was found was added, twice a second at most", "batch_us", "", "", ""),
    ] {
        // writing to a string cannot fail
        writeln!(lines, "| spaces in the window, {rows} rows: {what} | {} | {against} | {ratio} | {goal} |", ms(key)?).ok();
    }
    Ok(())
}
