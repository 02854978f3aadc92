//! HTML: one page that stands alone, to be shown to a customer, printed or sent.
//!
//! It holds no script and loads nothing; its own policy forbids both. Every state is an icon and a word, so nothing depends on colour.

use std::fmt::{self, Display, Write as _};

use super::{SCHEMA, words};
use crate::{Ability, AdminRequest, CheckResult, Hint, HintAction, Report, SafeText, Side, Verdict};

const STYLE: &str = include_str!("html/page.css");
const ICONS: &str = include_str!("html/icons.svg");

/// The report as a page. `product` is the program's name and version, such as `wayleave 0.1.0`.
pub fn to_html(report: &Report, product: &str) -> String {
    let mut page = String::with_capacity(STYLE.len() + ICONS.len() + 16_384);
    write(&mut page, report, product).unwrap_or_else(|fmt::Error| unreachable!("a string takes everything"));
    page
}

fn write(page: &mut String, report: &Report, product: &str) -> fmt::Result {
    let headline = report.headline();
    page_begin(page, headline.as_str(), report.target.practice, product)?;
    hero(page, report, &headline)?;
    abilities(page, &report.abilities)?;
    factors(page, &report.abilities)?;
    hints(page, &report.hints())?;
    request(page, report.request.as_ref())?;
    checks(page, &report.checks)?;
    page_end(page, report.target.practice, product)
}

/// Everything up to the first part of its own.
pub(super) fn page_begin(page: &mut String, title: &str, practice: bool, product: &str) -> fmt::Result {
    let mark = if practice { format!("{}: ", words::PRACTICE) } else { String::new() };
    write!(
        page,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n<meta name=\"generator\" content=\"{}\">\n\
         <title>{mark}{}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n{ICONS}<main>\n",
        Text(product),
        Text(title),
    )?;
    if practice {
        let (word, note) = (words::PRACTICE, words::PRACTICE_NOTE);
        writeln!(page, "<p class=\"practice\" role=\"note\">{}<span><strong>{word}.</strong> {note}</span></p>", Icon("practice"))?;
    }
    Ok(())
}

/// Everything behind the last part.
pub(super) fn page_end(page: &mut String, practice: bool, product: &str) -> fmt::Result {
    let practice = if practice { " with practice servers" } else { "" };
    write!(page, "<footer>Made by {}{practice}. Report schema {SCHEMA}.</footer>\n</main>\n</body>\n</html>\n", Text(product))
}

fn hero(page: &mut String, report: &Report, headline: &SafeText) -> fmt::Result {
    let outcome = report.outcome();
    let (class, word, product) = (outcome.as_str(), words::result(outcome), report.target.kind.product());
    writeln!(page, "<header class=\"hero {class}\">")?;
    writeln!(page, "<p class=\"overline\"><span class=\"chip\">{}{word}</span><span>{product} connection test</span></p>", Icon(class))?;
    writeln!(page, "<h1 dir=\"auto\">{}</h1>\n<dl class=\"facts\">", Text(headline.as_str()))?;
    for fact in words::facts(report) {
        let value = Text(&fact.value);
        if fact.literal {
            writeln!(page, "<dt>{}</dt><dd><code>{value}</code></dd>", fact.label)?;
        } else {
            writeln!(page, "<dt>{}</dt><dd><bdi>{value}</bdi></dd>", fact.label)?;
        }
    }
    writeln!(page, "</dl>\n</header>")
}

fn abilities(page: &mut String, abilities: &[Ability]) -> fmt::Result {
    if abilities.is_empty() {
        return Ok(());
    }
    section(page, "abilities", words::ABILITIES)?;
    writeln!(
        page,
        "<div class=\"card\"><table>\n<thead><tr><th scope=\"col\">What</th><th scope=\"col\">Migrated</th>\
         <th scope=\"col\">What this means</th></tr></thead>\n<tbody>"
    )?;
    for ability in abilities {
        let class = match ability.verdict {
            Verdict::Unknown => "unknown",
            verdict => words::verdict_as_outcome(verdict).as_str(),
        };
        let (title, word, text) = (ability.id.title(), words::verdict(ability.verdict), Text(words::meaning(ability)));
        write!(page, "<tr class=\"{class}\"><th scope=\"row\">{title}</th>")?;
        write!(page, "<td class=\"verdict\"><span class=\"chip\">{}{word}</span></td><td><bdi>{text}</bdi>", Icon(class))?;
        let limits = words::limits(&ability.limited_by);
        if !limits.is_empty() {
            write!(page, "<span class=\"limit\">Limited by {limits}</span>")?;
        }
        writeln!(page, "</td></tr>")?;
    }
    writeln!(page, "</tbody>\n</table></div>\n</section>")
}

fn factors(page: &mut String, abilities: &[Ability]) -> fmt::Result {
    if abilities.iter().all(|ability| ability.factors.is_empty()) {
        return Ok(());
    }
    section(page, "factors", words::FACTORS)?;
    write!(page, "<div class=\"card\"><table class=\"factors\">\n<thead><tr><th scope=\"col\">What</th>")?;
    for side in Side::ALL {
        write!(page, "<th scope=\"col\">{}</th>", side.title())?;
    }
    writeln!(page, "</tr></thead>\n<tbody>")?;
    for ability in abilities.iter().filter(|ability| !ability.factors.is_empty()) {
        write!(page, "<tr><th scope=\"row\">{}</th>", ability.id.title())?;
        for side in Side::ALL {
            write!(page, "<td>")?;
            if let Some(factor) = ability.factor(side) {
                // narrow pages have no head of columns
                write!(page, "<span class=\"side\">{}</span>", side.title())?;
                if factor.limiting {
                    write!(page, "<span class=\"chip limited\">{}{}</span> ", Icon("limited"), words::LIMIT)?;
                }
                write!(page, "<bdi>{}</bdi>", Text(factor.text.as_str()))?;
            }
            write!(page, "</td>")?;
        }
        writeln!(page, "</tr>")?;
    }
    writeln!(page, "</tbody>\n</table></div>\n</section>")
}

fn hints(page: &mut String, hints: &[&Hint]) -> fmt::Result {
    if hints.is_empty() {
        return Ok(());
    }
    section(page, "hints", words::HINTS)?;
    writeln!(page, "<ol class=\"card hints\">")?;
    for hint in hints {
        write!(page, "<li><bdi>{}</bdi>", Text(hint.text.as_str()))?;
        match &hint.action {
            // only pages: nobody can make this page run anything
            Some(HintAction::OpenUrl(url)) if matches!(url.scheme(), "http" | "https") => {
                let url = Text(url.as_str());
                write!(page, "<a class=\"target\" href=\"{url}\" rel=\"noopener noreferrer nofollow\">{url}</a>")?;
            }
            Some(action) => {
                if let Some(target) = words::action_target(action) {
                    write!(page, "<code class=\"target\">{}</code>", Text(target))?;
                }
            }
            None => {}
        }
        writeln!(page, "</li>")?;
    }
    writeln!(page, "</ol>\n</section>")
}

/// The request as it is sent, folded away: a text to copy.
pub(super) fn request(page: &mut String, request: Option<&AdminRequest>) -> fmt::Result {
    let Some(request) = request else { return Ok(()) };
    section(page, "request", words::REQUEST)?;
    let (subject, email) = (Text(request.subject.as_str()), request.email());
    writeln!(
        page,
        "<div class=\"card request\"><details><summary><bdi>{subject}</bdi></summary>\n<code>{}</code></details></div>\n</section>",
        Text(email.body.trim_end())
    )
}

fn checks(page: &mut String, checks: &[CheckResult]) -> fmt::Result {
    section(page, "checks", words::CHECKS)?;
    writeln!(page, "<ul class=\"card checks\">")?;
    for check in checks {
        let class = check.outcome.as_str();
        write!(page, "<li class=\"{class}\">")?;
        if check.details.is_empty() && check.cause.is_none() {
            write!(page, "<div class=\"rung\">")?;
            rung(page, check, false)?;
            write!(page, "</div>")?;
        } else {
            let open = if check.cause.is_some() { " open" } else { "" };
            write!(page, "<details{open}><summary class=\"rung\">")?;
            rung(page, check, true)?;
            writeln!(page, "</summary>\n<dl class=\"evidence\">")?;
            if let Some(cause) = check.cause {
                writeln!(page, "<dt>Cause</dt><dd><code>{cause}</code></dd>")?;
            }
            for detail in &check.details {
                writeln!(page, "<dt>{}</dt><dd><code>{}</code></dd>", words::detail(detail.key), Text(detail.value.as_str()))?;
            }
            write!(page, "</dl></details>")?;
        }
        writeln!(page, "</li>")?;
    }
    writeln!(page, "</ul>\n</section>")
}

fn rung(page: &mut String, check: &CheckResult, folds: bool) -> fmt::Result {
    let (word, title, summary) = (words::outcome(check.outcome), check.title, Text(check.summary.as_str()));
    write!(page, "{}<span class=\"word\">{word}</span><span class=\"title\">{title}</span>", Icon(check.outcome.as_str()))?;
    let took = words::took(check.took).unwrap_or_default();
    write!(page, "<span class=\"summary\"><bdi>{summary}</bdi></span><span class=\"took\">{took}</span>")?;
    if folds { write!(page, "<svg class=\"icon chevron\" aria-hidden=\"true\"><use href=\"#i-chevron\"/></svg>") } else { Ok(()) }
}

fn section(page: &mut String, id: &str, heading: &str) -> fmt::Result {
    writeln!(page, "<section aria-labelledby=\"{id}\">\n<h2 id=\"{id}\">{heading}</h2>")
}

/// An icon of the sheet, hidden from assistive technology: the word beside it says the same.
pub(super) struct Icon(pub(super) &'static str);

impl Display for Icon {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<svg class=\"icon\" aria-hidden=\"true\"><use href=\"#i-{}\"/></svg>", self.0)
    }
}

/// Any text, escaped so that it is text in an element and in a quoted attribute.
pub(super) struct Text<'a>(pub(super) &'a str);

impl Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in self.0.chars() {
            match c {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                _ => f.write_char(c)?,
            }
        }
        Ok(())
    }
}
