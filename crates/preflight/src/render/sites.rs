//! The renderings of a list of sites: JSON (`#/$defs/sites` of `docs/report.schema.json`), one table as text, Markdown and HTML.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};
use unicode_width::UnicodeWidthStr as _;

use super::html::{Icon, Text, page_begin, page_end};
use super::json::{SCHEMA, to_json as report_to_json};
use super::markdown::{code, escaped};
use super::text::{Style, paint, tone};
use super::words;
use crate::{AbilityId, Report, SitesReport};

/// The list as JSON, schema 1. `product` is the program's name and version.
pub fn to_json(sites: &SitesReport, product: &str) -> Value {
    let site = |(at, report): (usize, &Report)| {
        let mut document = report_to_json(report, product);
        let columns: Map<String, Value> = sites.columns_of(at).map(|(name, value)| (name.to_string(), json!(value))).collect();
        if !columns.is_empty() {
            document["columns"] = Value::Object(columns);
        }
        document
    };
    let mut document = json!({
        "schema": SCHEMA,
        "outcome": sites.outcome.as_str(),
        "sites": sites.sites.iter().enumerate().map(site).collect::<Vec<_>>(),
    });
    if let Some(request) = &sites.request {
        document["request"] = super::request::to_json(request);
    }
    document
}

/// What a row says in short: nothing where all is well.
fn why(report: &Report) -> String {
    report.decisive().map(|check| words::one_line(check.summary.as_str())).unwrap_or_default()
}

fn verdict(report: &Report, id: AbilityId) -> &'static str {
    report.verdict(id).map_or("-", words::verdict)
}

/// The address, cut to so many columns at its begin, where sites of one host are all the same.
fn address(report: &Report) -> String {
    words::one_line(report.target.address.as_str())
}

/// One site on one line, as it is told while a list is tested. Without a line end.
pub fn row_line(count: usize, of: usize, report: &Report, color: bool) -> String {
    let outcome = report.outcome();
    let sign = paint(color, tone(outcome), words::sign(outcome));
    let why = why(report);
    let why = if why.is_empty() { why } else { format!(": {why}") };
    format!("{sign} {count} of {of}: {}{why}", address(report))
}

/// As text, with a line end at its end: a line for each site, and below it why it does not pass.
pub fn to_text(sites: &SitesReport, style: Style) -> String {
    let mut out = String::new();
    let mut line = |text: &str| {
        out.push_str(text.trim_end());
        out.push('\n');
    };
    let practice = sites.sites.iter().any(|report| report.target.practice);
    if practice {
        line(&format!("{}: {}\n", words::PRACTICE.to_uppercase(), words::PRACTICE_NOTE));
    }
    let sign = paint(style.color, tone(sites.outcome), words::sign(sites.outcome));
    line(&format!("{sign} {}", paint(style.color, "1", sites.headline().as_str())));
    if let Some(who) = sites.sites.iter().find_map(|report| report.identity.as_ref()) {
        line(&format!("\n  Signed in as  {}", words::one_line(&words::identity(who))));
    }
    let width = sites.sites.iter().map(|report| address(report).width()).max().unwrap_or_default();
    let titles = AbilityId::ALL.map(AbilityId::title);
    let pad = |text: &str, columns: usize| format!("{text}{}", " ".repeat(columns.saturating_sub(text.width())));
    if !sites.sites.is_empty() {
        let heads: Vec<String> = titles.iter().map(|title| pad(title, title.width())).collect();
        line("");
        line(&paint(style.color, "2", &format!("  {}  {}  {}", pad("", 9), pad("Site", width), heads.join("  "))));
    }
    for (at, report) in sites.sites.iter().enumerate() {
        let outcome = report.outcome();
        let cells: Vec<String> =
            AbilityId::ALL.into_iter().zip(titles).map(|(id, title)| pad(verdict(report, id), title.width())).collect();
        let sign = paint(style.color, tone(outcome), &pad(words::sign(outcome), 9));
        line(&format!("  {sign}  {}  {}", pad(&address(report), width), cells.join("  ")));
        let why = why(report);
        if !why.is_empty() {
            line(&format!("  {}  {}", pad("", 9), paint(style.color, "2", &why)));
        }
        if style.verbose {
            for (name, value) in sites.columns_of(at).filter(|(_, value)| !value.is_empty()) {
                line(&format!("  {}  {name}: {}", pad("", 9), words::one_line(value.as_str())));
            }
            if let Some(cause) = report.cause() {
                line(&format!("  {}  Cause: {cause}", pad("", 9)));
            }
        }
    }
    out
}

/// As Markdown, one table.
pub fn to_markdown(sites: &SitesReport, product: &str) -> String {
    let mut page = String::new();
    markdown(&mut page, sites, product).unwrap_or_else(|std::fmt::Error| unreachable!("a string takes everything"));
    page
}

fn markdown(page: &mut String, sites: &SitesReport, product: &str) -> std::fmt::Result {
    writeln!(page, "## SharePoint: {}\n", escaped(sites.headline().as_str()))?;
    if sites.sites.iter().any(|report| report.target.practice) {
        writeln!(page, "> **{}.** {}\n", words::PRACTICE, words::PRACTICE_NOTE)?;
    }
    write!(page, "| | Site |")?;
    for id in AbilityId::ALL {
        write!(page, " {} |", id.title())?;
    }
    write!(page, " Why |")?;
    for name in &sites.columns {
        write!(page, " {} |", escaped(name.as_str()))?;
    }
    writeln!(page, "\n|---|---|---|---|---|---|---|{}", "---|".repeat(sites.columns.len()))?;
    for (at, report) in sites.sites.iter().enumerate() {
        write!(page, "| {} | {} |", words::result(report.outcome()), code(&address(report)).replace('|', "\\|"))?;
        for id in AbilityId::ALL {
            write!(page, " {} |", verdict(report, id))?;
        }
        write!(page, " {} |", escaped(&why(report)))?;
        for (_, value) in sites.columns_of(at) {
            write!(page, " {} |", escaped(value.as_str()))?;
        }
        writeln!(page)?;
    }
    if let Some(request) = &sites.request {
        writeln!(page, "\n<details>\n<summary>{}</summary>\n\n##{}\n</details>", words::REQUEST, request.markdown())?;
    }
    writeln!(page, "\nMade by {}. Report schema {SCHEMA}.", escaped(product))
}

/// As a page that stands alone.
pub fn to_html(sites: &SitesReport, product: &str) -> String {
    let mut page = String::new();
    html(&mut page, sites, product).unwrap_or_else(|std::fmt::Error| unreachable!("a string takes everything"));
    page
}

fn html(page: &mut String, sites: &SitesReport, product: &str) -> std::fmt::Result {
    let practice = sites.sites.iter().any(|report| report.target.practice);
    let (headline, class) = (sites.headline(), sites.outcome.as_str());
    page_begin(page, headline.as_str(), practice, product)?;
    writeln!(page, "<header class=\"hero {class}\">")?;
    let word = words::result(sites.outcome);
    writeln!(page, "<p class=\"overline\"><span class=\"chip\">{}{word}</span><span>SharePoint connection test</span></p>", Icon(class))?;
    writeln!(page, "<h1 dir=\"auto\">{}</h1>\n</header>", Text(headline.as_str()))?;
    writeln!(page, "<section aria-labelledby=\"sites\">\n<h2 id=\"sites\">Sites</h2>\n<div class=\"card\"><table>")?;
    write!(page, "<thead><tr><th scope=\"col\">Site</th><th scope=\"col\">Result</th>")?;
    for id in AbilityId::ALL {
        write!(page, "<th scope=\"col\">{}</th>", id.title())?;
    }
    for name in &sites.columns {
        write!(page, "<th scope=\"col\"><bdi>{}</bdi></th>", Text(name.as_str()))?;
    }
    writeln!(page, "</tr></thead>\n<tbody>")?;
    for (at, report) in sites.sites.iter().enumerate() {
        let outcome = report.outcome();
        let class = outcome.as_str();
        write!(page, "<tr class=\"{class}\"><td><code>{}</code>", Text(&address(report)))?;
        let why = why(report);
        if !why.is_empty() {
            write!(page, "<span class=\"limit\"><bdi>{}</bdi></span>", Text(&why))?;
        }
        write!(page, "</td><td class=\"verdict\"><span class=\"chip\">{}{}</span></td>", Icon(class), words::outcome(outcome))?;
        for id in AbilityId::ALL {
            write!(page, "<td>{}</td>", verdict(report, id))?;
        }
        for (_, value) in sites.columns_of(at) {
            write!(page, "<td><bdi>{}</bdi></td>", Text(value.as_str()))?;
        }
        writeln!(page, "</tr>")?;
    }
    writeln!(page, "</tbody>\n</table></div>\n</section>")?;
    super::html::request(page, sites.request.as_ref())?;
    page_end(page, practice, product)
}
