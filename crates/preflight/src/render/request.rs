//! The request to the administrator as an e-mail, as Markdown for a ticket, as JSON.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::markdown::{code, escaped};
use super::words;
use crate::{AdminRequest, AskWay};

/// An e-mail in plain text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Email {
    /// The subject line.
    pub subject: String,
    /// The text.
    pub body: String,
}

impl AdminRequest {
    /// As Markdown, for a ticket. What servers said is escaped.
    pub fn markdown(&self) -> String {
        to_markdown(self)
    }

    /// As an e-mail.
    pub fn email(&self) -> Email {
        to_email(self)
    }
}

const GREETING: &str =
    "I want to migrate a Confluence to SharePoint Online, and the test of the connection found something that I cannot mend myself:";
const GREETING_MANY: &str = "I want to migrate a Confluence to several sites of SharePoint Online, and the test of the connection found something that I cannot mend myself:";
const WISH: &str = "Could you please do this, or pass it on to whoever can:";
const LOGS: &str = "For the logs";
const ONE_OF: &str = "One of these ways is enough";

fn greeting(request: &AdminRequest) -> &'static str {
    if request.sites.len() > 1 { GREETING_MANY } else { GREETING }
}

/// As an e-mail. Addresses and commands stand on lines of their own and are never wrapped, so that they can be copied whole.
pub fn to_email(request: &AdminRequest) -> Email {
    let mut body = String::new();
    email_body(&mut body, request).unwrap_or_else(|std::fmt::Error| unreachable!("a string takes everything"));
    Email { subject: words::one_line(request.subject.as_str()), body }
}

fn email_body(body: &mut String, request: &AdminRequest) -> std::fmt::Result {
    let line = |text: &str| words::one_line(text);
    writeln!(body, "Hello,\n\n{}\n\n  {}\n", greeting(request), line(request.sentence.as_str()))?;
    for site in &request.sites {
        writeln!(body, "  {}", line(site.as_str()))?;
    }
    writeln!(body, "\n{WISH}")?;
    for (number, ask) in request.asks.iter().enumerate() {
        writeln!(body, "\n{}. {}", number + 1, line(ask.text.as_str()))?;
        writeln!(body, "   Who can: {}", line(ask.whom.as_str()))?;
        if ask.ways.len() > 1 {
            writeln!(body, "   {ONE_OF}:")?;
        }
        for way in &ask.ways {
            match way {
                AskWay::Page { label, url } => writeln!(body, "   - {}:\n     {}", line(label.as_str()), line(url.as_str()))?,
                AskWay::Path(path) => writeln!(body, "   - {}: {}", way.title(), line(path.as_str()))?,
                AskWay::Command { line: command, .. } => writeln!(body, "   - {}:\n     {}", way.title(), line(command.as_str()))?,
            }
        }
    }
    writeln!(body, "\n{LOGS}:")?;
    for fact in &request.facts {
        writeln!(body, "  {}: {}", words::detail(fact.key), line(fact.value.as_str()))?;
    }
    writeln!(body, "\nAfterwards I test again.\n\nThank you")
}

/// As Markdown.
pub fn to_markdown(request: &AdminRequest) -> String {
    let mut page = String::new();
    markdown(&mut page, request).unwrap_or_else(|std::fmt::Error| unreachable!("a string takes everything"));
    page
}

fn markdown(page: &mut String, request: &AdminRequest) -> std::fmt::Result {
    writeln!(page, "## {}\n\n{}\n", escaped(request.subject.as_str()), greeting(request))?;
    writeln!(page, "**{}**\n", escaped(request.sentence.as_str()))?;
    for site in &request.sites {
        writeln!(page, "- {}", code(site.as_str()))?;
    }
    writeln!(page, "\n{WISH}\n")?;
    for (number, ask) in request.asks.iter().enumerate() {
        writeln!(page, "{}. {}", number + 1, escaped(ask.text.as_str()))?;
        writeln!(page, "   - Who can: {}", escaped(ask.whom.as_str()))?;
        for way in &ask.ways {
            match way {
                AskWay::Page { label, url } => writeln!(page, "   - {}: {}", escaped(label.as_str()), code(url.as_str()))?,
                AskWay::Path(path) => writeln!(page, "   - {}: {}", way.title(), escaped(path.as_str()))?,
                AskWay::Command { line, .. } => writeln!(page, "   - {}: {}", way.title(), code(line.as_str()))?,
            }
        }
    }
    writeln!(page, "\n{LOGS}:\n")?;
    for fact in &request.facts {
        writeln!(page, "- {}: {}", words::detail(fact.key), code(fact.value.as_str()))?;
    }
    Ok(())
}

pub(super) fn to_json(request: &AdminRequest) -> Value {
    let way = |way: &AskWay| match way {
        AskWay::Page { label, url } => json!({ "kind": "page", "label": label, "url": url }),
        AskWay::Path(path) => json!({ "kind": "path", "text": path }),
        AskWay::Command { tool, line } => json!({ "kind": "command", "tool": tool.as_str(), "line": line }),
    };
    json!({
        "subject": request.subject,
        "cause": request.cause,
        "sentence": request.sentence,
        "sites": request.sites,
        "asks": request.asks.iter().map(|ask| json!({
            "text": ask.text,
            "whom": ask.whom,
            "ways": ask.ways.iter().map(way).collect::<Vec<_>>(),
        })).collect::<Vec<_>>(),
        "facts": request.facts.iter().map(|fact| (fact.key.to_owned(), json!(fact.value))).collect::<serde_json::Map<_, _>>(),
    })
}
