//! Markdown for a ticket, in the dialect of GitHub (GFM 0.29): tables, folded evidence.

use std::fmt::Write as _;

use super::{SCHEMA, words};
use crate::{Ability, CheckResult, HintAction, Report, Side};

/// The report as Markdown. `product` is the program's name and version, such as `wayleave 0.1.0`.
///
/// What servers and people wrote is escaped: it can neither become markup nor a mention nor leave its cell.
pub fn to_markdown(report: &Report, product: &str) -> String {
    let mut page = String::new();
    write(&mut page, report, product).unwrap_or_else(|std::fmt::Error| unreachable!("a string takes everything"));
    page
}

fn write(page: &mut String, report: &Report, product: &str) -> std::fmt::Result {
    writeln!(page, "## {}: {}\n", report.target.kind.product(), words::result(report.outcome()).to_lowercase())?;
    if report.target.practice {
        writeln!(page, "> **{}.** {}\n", words::PRACTICE, words::PRACTICE_NOTE)?;
    }
    writeln!(page, "**{}**\n", escaped(report.headline().as_str()))?;

    writeln!(page, "| | |\n|---|---|")?;
    for fact in words::facts(report) {
        let value = if fact.literal { code(&fact.value).replace('|', "\\|") } else { escaped(&fact.value) };
        writeln!(page, "| {} | {value} |", fact.label)?;
    }

    if !report.abilities.is_empty() {
        writeln!(page, "\n### {}\n\n| | | Limited by | What this means |\n|---|---|---|---|", words::ABILITIES)?;
        for ability in &report.abilities {
            let (title, verdict) = (ability.id.title(), words::verdict(ability.verdict));
            writeln!(page, "| {title} | {verdict} | {} | {} |", words::limits(&ability.limited_by), escaped(words::meaning(ability)))?;
        }
    }

    factors(page, &report.abilities)?;

    let hints = report.hints();
    if !hints.is_empty() {
        writeln!(page, "\n### {}\n", words::HINTS)?;
    }
    for (number, hint) in hints.iter().enumerate() {
        write!(page, "{}. {}", number + 1, escaped(hint.text.as_str()))?;
        match &hint.action {
            Some(HintAction::OpenUrl(url)) if matches!(url.scheme(), "http" | "https") => writeln!(page, ": <{url}>")?,
            Some(action) => match words::action_target(action) {
                Some(target) => writeln!(page, ": {}", code(target))?,
                None => writeln!(page)?,
            },
            None => writeln!(page)?,
        }
    }

    if let Some(request) = &report.request {
        // one level deeper than a request that stands alone
        writeln!(page, "\n<details>\n<summary>{}</summary>\n\n##{}\n</details>", words::REQUEST, request.markdown())?;
    }

    writeln!(page, "\n### {}\n\n| | Check | Result | Time |\n|---|---|---|--:|", words::CHECKS)?;
    for check in &report.checks {
        let (word, took) = (words::outcome(check.outcome), words::took(check.took).unwrap_or_default());
        writeln!(page, "| {word} | {} | {} | {took} |", check.title, escaped(check.summary.as_str()))?;
    }

    evidence(page, &report.checks)?;
    let practice = if report.target.practice { ", with practice servers" } else { "" };
    writeln!(page, "\nMade by {}{practice}. Report schema {SCHEMA}.", escaped(product))
}

fn factors(page: &mut String, abilities: &[Ability]) -> std::fmt::Result {
    if abilities.iter().all(|ability| ability.factors.is_empty()) {
        return Ok(());
    }
    let [account, app, site] = Side::ALL.map(Side::title);
    writeln!(page, "\n### {}\n\n| | {account} | {app} | {site} |\n|---|---|---|---|", words::FACTORS)?;
    for ability in abilities.iter().filter(|ability| !ability.factors.is_empty()) {
        write!(page, "| {} |", ability.id.title())?;
        for side in Side::ALL {
            match ability.factor(side) {
                Some(factor) if factor.limiting => write!(page, " **{}:** {} |", words::LIMIT, escaped(factor.text.as_str()))?,
                Some(factor) => write!(page, " {} |", escaped(factor.text.as_str()))?,
                None => write!(page, " |")?,
            }
        }
        writeln!(page)?;
    }
    Ok(())
}

fn evidence(page: &mut String, checks: &[CheckResult]) -> std::fmt::Result {
    let with_evidence = || checks.iter().filter(|check| !check.details.is_empty() || check.cause.is_some());
    if with_evidence().next().is_none() {
        return Ok(());
    }
    // the empty lines make what is inside Markdown again (GFM 4.6, HTML blocks)
    writeln!(page, "\n<details>\n<summary>Evidence</summary>\n")?;
    for check in with_evidence() {
        writeln!(page, "**{}** (`{}`)\n", check.title, check.id)?;
        if let Some(cause) = check.cause {
            writeln!(page, "- Cause: `{cause}`")?;
        }
        for detail in &check.details {
            writeln!(page, "- {}: {}", words::detail(detail.key), code(detail.value.as_str()))?;
        }
        writeln!(page)?;
    }
    writeln!(page, "</details>")
}

/// A text as a code span, on one line: its fence is longer than any run of backticks inside (GFM 6.3).
pub(super) fn code(text: &str) -> String {
    let text = words::one_line(text);
    if text.is_empty() {
        return "(empty)".to_owned();
    }
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest + 1);
    // GFM strips one space on each side
    if text.starts_with('`') || text.ends_with('`') { format!("{fence} {text} {fence}") } else { format!("{fence}{text}{fence}") }
}

/// A text without any markup, on one line.
pub(super) fn escaped(text: &str) -> String {
    let line = words::one_line(text);
    let words: Vec<String> = line.split(' ').enumerate().map(|(at, word)| escaped_word(word, at == 0)).collect();
    words.join(" ")
}

fn escaped_word(word: &str, first: bool) -> String {
    if is_plain_address(word) {
        return word.to_owned();
    }
    let mut out = String::with_capacity(word.len() + 4);
    let mut before = None;
    let mut chars = word.chars().peekable();
    while let Some(c) = chars.next() {
        let at_start = first && before.is_none();
        let inside_a_word = before.is_some_and(char::is_alphanumeric) && chars.peek().copied().is_some_and(char::is_alphanumeric);
        let markup = match c {
            '\\' | '`' | '*' | '[' | ']' | '<' | '>' | '|' | '~' | '&' | '$' => true,
            '_' => !inside_a_word,
            '#' | '+' | '-' | '=' => at_start,
            '.' | ')' => first && is_list_number(word),
            '!' => chars.peek() == Some(&'['),
            _ => false,
        };
        if markup {
            out.push('\\');
        }
        out.push(c);
        // a word joiner keeps `@name` and `#1` from calling somebody or something, and cannot be seen
        if matches!(c, '@' | '#') && !before.is_some_and(char::is_alphanumeric) && chars.peek().is_some() {
            out.push('\u{2060}');
        }
        before = Some(c);
    }
    out
}

/// `12.` and `12)` at the beginning of a text would begin a list (GFM 5.2).
fn is_list_number(word: &str) -> bool {
    word.strip_suffix(['.', ')']).is_some_and(|number| (1..=9).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit()))
}

/// An address that GFM links by itself and that holds nothing else that is markup; escaping would break the link.
fn is_plain_address(word: &str) -> bool {
    (word.starts_with("https://") || word.starts_with("http://"))
        && word.chars().all(|c| c.is_ascii_alphanumeric() || "-._/:?#=%+,".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_is_escaped_and_plain_words_are_not() {
        for (text, expected) in [
            ("Sees 214 spaces, 12 of them archived (all).", "Sees 214 spaces, 12 of them archived (all)."),
            ("snake_case and _emphasis_", "snake_case and \\_emphasis\\_"),
            ("<b>|</b> *x* `y` ~~z~~ [a](b) ![c](d)", "\\<b\\>\\|\\</b\\> \\*x\\* \\`y\\` \\~\\~z\\~\\~ \\[a\\](b) \\!\\[c\\](d)"),
            ("# no heading", "\\# no heading"),
            ("- no list", "\\- no list"),
            ("1. no list", "1\\. no list"),
            ("12) no list", "12\\) no list"),
            ("8.5.4 and 9.2", "8.5.4 and 9.2"),
            ("&lt; stays", "\\&lt; stays"),
            ("two\nlines", "two lines"),
            ("ask @everyone, jane@example.com, see #12", "ask @\u{2060}everyone, jane@example.com, see #\u{2060}12"),
            ("see https://wiki.example.com/_api/x_y", "see https://wiki.example.com/_api/x_y"),
            ("see https://wiki.example.com/*|<b>", "see https://wiki.example.com/\\*\\|\\<b\\>"),
            ("", ""),
        ] {
            assert_eq!(escaped(text), expected);
        }
    }

    #[test]
    fn code_spans_hold_any_text() {
        for (text, expected) in [
            ("plain <b>|</b>", "`plain <b>|</b>`"),
            ("one ` two `` end", "```one ` two `` end```"),
            ("`ticks`", "`` `ticks` ``"),
            (" \n", "(empty)"),
        ] {
            assert_eq!(code(text), expected);
        }
    }
}
