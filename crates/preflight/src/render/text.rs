//! Text for terminals. It reads the same without colour: every state is a word or a sign.

use textwrap::{Options, WordSeparator, WordSplitter};
use unicode_width::UnicodeWidthStr;

use super::words;
use crate::{Ability, CheckResult, Factor, Outcome, Report, Verdict};

/// How text is to look.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Style {
    /// Colour it (ANSI). Whether `NO_COLOR` or a pipe forbids it is for the caller to say.
    pub color: bool,
    /// Columns of the terminal; less than 40 counts as 40. Addresses and other long words are never broken.
    pub width: usize,
    /// With the evidence of every check.
    pub verbose: bool,
}

impl Default for Style {
    /// What suits a file or a pipe.
    fn default() -> Self {
        Self { color: false, width: 100, verbose: false }
    }
}

/// Columns of the longest sign, `[skipped]`.
const SIGN: usize = 9;

/// Columns for how long a check took.
const TOOK: usize = 13;

/// The report as text, with a line end at its end.
pub fn to_text(report: &Report, style: Style) -> String {
    page(report, style, true)
}

/// The report as text without its checks, for who has just read them line by line ([`rung_line`]).
pub fn to_text_without_checks(report: &Report, style: Style) -> String {
    page(report, style, false)
}

fn page(report: &Report, style: Style, checks: bool) -> String {
    let mut page = Page { style: Style { width: style.width.max(40), ..style }, out: String::new() };
    page.headline(report);
    page.facts(report);
    if checks {
        page.checks(&report.checks);
    }
    page.abilities(&report.abilities);
    page.hints(report);
    page.out
}

/// One check on one line, as it is told while a test runs. Without a line end.
pub fn rung_line(check: &CheckResult, color: bool) -> String {
    let sign = paint(color, tone(check.outcome), &pad(words::sign(check.outcome), SIGN));
    let took = words::took(check.took).map_or_else(String::new, |took| paint(color, DIM, &format!(" ({took})")));
    format!("{sign} {}: {}{took}", check.title, words::one_line(check.summary.as_str()))
}

struct Page {
    style: Style,
    out: String,
}

impl Page {
    fn headline(&mut self, report: &Report) {
        if report.target.practice {
            let note = format!("{}: {}", words::PRACTICE.to_uppercase(), words::PRACTICE_NOTE);
            self.paragraph(&note, "", "", BOLD);
            self.out.push('\n');
        }
        let outcome = report.outcome();
        let sign = format!("{} ", words::sign(outcome));
        let first = paint(self.style.color, tone(outcome), &sign);
        self.wrapped(&words::one_line(report.headline().as_str()), &first, sign.width(), 0, BOLD);
    }

    fn facts(&mut self, report: &Report) {
        self.out.push('\n');
        let facts = words::facts(report);
        let column = facts.iter().map(|fact| fact.label.width()).max().unwrap_or_default() + 2;
        for fact in facts {
            let label = paint(self.style.color, DIM, &pad(fact.label, column));
            self.wrapped(&fact.value, &format!("  {label}"), column + 2, 0, "");
        }
    }

    fn checks(&mut self, checks: &[CheckResult]) {
        self.heading(words::CHECKS);
        let column = checks.iter().map(|check| check.title.width()).max().unwrap_or_default();
        for check in checks {
            let sign = paint(self.style.color, tone(check.outcome), &pad(words::sign(check.outcome), SIGN));
            let quiet = if check.outcome == Outcome::Skipped { DIM } else { "" };
            let title = paint(self.style.color, quiet, &pad(check.title, column));
            let indent = 2 + SIGN + 1 + column + 2;
            let begin = self.out.len();
            self.wrapped(&words::one_line(check.summary.as_str()), &format!("  {sign} {title}  "), indent, TOOK, quiet);
            if let Some(took) = words::took(check.took) {
                self.at_the_right_of_the_first_line(begin, &took);
            }
            if self.style.verbose {
                self.evidence(check);
            }
        }
    }

    fn evidence(&mut self, check: &CheckResult) {
        let indent = " ".repeat(2 + SIGN + 1);
        if let Some(cause) = check.cause {
            self.paragraph(&format!("Cause: {cause}"), &indent, &indent, DIM);
        }
        for detail in &check.details {
            let line = format!("{}: {}", words::detail(detail.key), words::one_line(detail.value.as_str()));
            self.paragraph(&line, &indent, &format!("{indent}  "), DIM);
        }
    }

    fn abilities(&mut self, abilities: &[Ability]) {
        if abilities.is_empty() {
            return;
        }
        self.heading(words::ABILITIES);
        let column = abilities.iter().map(|ability| ability.id.title().width()).max().unwrap_or_default();
        for ability in abilities {
            let outcome = words::verdict_as_outcome(ability.verdict);
            let word = paint(self.style.color, tone(outcome), &pad(words::verdict(ability.verdict), "Unknown".len()));
            let title = pad(ability.id.title(), column);
            let limits = words::limits(&ability.limited_by);
            let limits = if limits.is_empty() { limits } else { format!(" (limited by {limits})") };
            let text = format!("{}{limits}", words::one_line(words::meaning(ability)));
            let indent = 2 + column + 2 + "Unknown".len() + 2;
            self.wrapped(&text, &format!("  {title}  {word}  "), indent, 0, "");
            if self.style.verbose || ability.verdict != Verdict::Yes {
                self.factors(&ability.factors, indent);
            }
        }
    }

    fn factors(&mut self, factors: &[Factor], indent: usize) {
        for factor in factors {
            let limit = if factor.limiting { format!(" ({})", words::LIMIT.to_lowercase()) } else { String::new() };
            let line = format!("{}{limit}: {}", factor.side.title(), words::one_line(factor.text.as_str()));
            let indent = " ".repeat(indent);
            self.paragraph(&line, &indent, &format!("{indent}  "), if factor.limiting { tone(Outcome::Limited) } else { DIM });
        }
    }

    fn hints(&mut self, report: &Report) {
        let hints = report.hints();
        if hints.is_empty() {
            return;
        }
        self.heading(words::HINTS);
        for (number, hint) in hints.iter().enumerate() {
            let number = format!("{:>3}. ", number + 1);
            self.paragraph(&words::one_line(hint.text.as_str()), &number, &" ".repeat(number.len()), "");
            if let Some(target) = hint.action.as_ref().and_then(words::action_target) {
                // never wrapped, so that it can be clicked and copied whole
                let target = paint(self.style.color, LINK, &words::one_line(target));
                self.line(&format!("{}{target}", " ".repeat(number.len())));
            }
        }
    }

    fn heading(&mut self, text: &str) {
        self.out.push('\n');
        self.line(&paint(self.style.color, BOLD, text));
    }

    fn paragraph(&mut self, text: &str, first: &str, later: &str, code: &str) {
        let options = options(self.style.width).initial_indent(first).subsequent_indent(later);
        for line in textwrap::wrap(text, options) {
            self.line(&paint(self.style.color, code, &line));
        }
    }

    /// Text behind something that is `indent` columns wide (and may hold colour codes), wrapped into what is left of the width.
    fn wrapped(&mut self, text: &str, first: &str, indent: usize, right: usize, code: &str) {
        let room = self.style.width.saturating_sub(indent + right).max(24);
        let lines = textwrap::wrap(text, options(room));
        if lines.is_empty() {
            self.line(first);
        }
        for (number, line) in lines.iter().enumerate() {
            let line = paint(self.style.color, code, line);
            if number == 0 { self.line(&format!("{first}{line}")) } else { self.line(&format!("{}{line}", " ".repeat(indent))) }
        }
    }

    fn at_the_right_of_the_first_line(&mut self, begin: usize, text: &str) {
        let Some(end) = self.out[begin..].find('\n').map(|end| begin + end) else { return };
        let used = without_color(&self.out[begin..end]).width();
        let gap = self.style.width.saturating_sub(used + text.width()).max(2);
        let text = paint(self.style.color, DIM, text);
        self.out.insert_str(end, &format!("{}{text}", " ".repeat(gap)));
    }

    fn line(&mut self, text: &str) {
        self.out.push_str(text.trim_end());
        self.out.push('\n');
    }
}

fn options(width: usize) -> Options<'static> {
    // splitting at hyphens would tear ids and addresses apart
    Options::new(width).break_words(false).word_separator(WordSeparator::AsciiSpace).word_splitter(WordSplitter::NoHyphenation)
}

fn pad(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(text.width())))
}

// Select Graphic Rendition of ECMA-48, in the eight colours that every terminal theme keeps readable.
const BOLD: &str = "1";
const DIM: &str = "2";
const LINK: &str = "4";

pub(super) fn tone(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Passed => "32",
        Outcome::Skipped => DIM,
        Outcome::Limited => "33",
        Outcome::Failed => "1;31",
    }
}

pub(super) fn paint(color: bool, code: &str, text: &str) -> String {
    if color && !code.is_empty() && !text.is_empty() { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
}

fn without_color(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\u{1b}') {
        plain.push_str(before);
        rest = after.split_once('m').map_or("", |(_, rest)| rest);
    }
    plain.push_str(rest);
    plain
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gallery;

    #[test]
    fn colour_changes_nothing_but_colour() {
        for (name, report) in gallery::reports() {
            for width in [0, 80, 140] {
                let plain = to_text(&report, Style { color: false, width, verbose: true });
                let colored = to_text(&report, Style { color: true, width, verbose: true });
                assert!(!plain.contains('\u{1b}'), "{name}");
                assert_ne!(plain, colored, "{name}");
                let stripped: Vec<String> = without_color(&colored).lines().map(|line| line.trim_end().to_owned()).collect();
                assert_eq!(stripped, plain.lines().collect::<Vec<_>>(), "{name}");
            }
        }
    }

    #[test]
    fn lines_keep_to_the_width_where_words_allow() {
        for (name, report) in gallery::reports() {
            let text = to_text(&report, Style { color: false, width: 90, verbose: true });
            let targets: Vec<String> =
                report.hints().iter().filter_map(|hint| words::action_target(hint.action.as_ref()?).map(words::one_line)).collect();
            for line in text.lines().filter(|line| line.width() > 90 && !targets.iter().any(|target| target == line.trim())) {
                let longest = line.split_whitespace().map(UnicodeWidthStr::width).max().unwrap_or_default();
                assert!(longest > 45, "{name}: {line}");
            }
        }
    }

    #[test]
    fn the_checks_can_be_left_out_and_nothing_else() {
        for (name, report) in gallery::reports() {
            let (whole, rest) = (to_text(&report, Style::default()), to_text_without_checks(&report, Style::default()));
            let (before, after) = whole.split_once(&format!("\n{}\n", words::CHECKS)).expect(name);
            let (begin, end) = rest.split_at(before.len());
            assert_eq!(begin, before, "{name}");
            assert!(after.ends_with(end) && !rest.contains(words::CHECKS), "{name}");
        }
    }

    #[test]
    fn a_rung_fits_one_line() {
        for (_, report) in gallery::reports() {
            for check in &report.checks {
                let line = rung_line(check, false);
                assert!(!line.contains('\n') && line.starts_with(words::sign(check.outcome)) && line.contains(check.title));
            }
        }
    }
}
