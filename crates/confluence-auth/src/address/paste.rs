//! From pasted text to a URL: quotes, brackets, missing schemes, links around links.

use url::Url;

use super::{AddressError, Change};

/// The URL in a pasted text.
pub(super) fn to_url(text: &str, changes: &mut Vec<Change>) -> Result<Url, AddressError> {
    let text = trimmed(text);
    if text.is_empty() {
        return Err(AddressError::Empty);
    }
    let text = match scheme_inside(text) {
        Some(at) => {
            changes.push(Change::CutOutOfText);
            let rest = &text[at..];
            trimmed(rest.split(char::is_whitespace).next().unwrap_or(rest))
        }
        None => text,
    };
    let with_scheme = if has_web_scheme(text) {
        text.to_owned()
    } else {
        refuse_what_is_no_host(text)?;
        changes.push(Change::SchemeAdded);
        format!("https://{}", text.trim_start_matches(['/', '\\']))
    };
    let mut url = Url::parse(&with_scheme).map_err(|_not_a_url| AddressError::NotAnAddress)?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(AddressError::Credentials);
    }
    let host = url.host_str().ok_or(AddressError::NotAnAddress)?;
    if !is_possible_host(host) {
        return Err(AddressError::NotAnAddress);
    }
    // `wiki.example.com.` is the same host, but certificates are for the name without the dot
    if let Some(host) = host.strip_suffix('.').map(str::to_owned) {
        url.set_host(Some(&host)).map_err(|_no_host| AddressError::NotAnAddress)?;
    }
    Ok(url)
}

/// The address that a link of a mail filter or a login page leads to.
pub(super) fn unwrapped(url: &Url) -> Option<Url> {
    let host = url.host_str()?;
    let parameter = if host.ends_with(".safelinks.protection.outlook.com") {
        "url"
    } else if host == "id.atlassian.com" {
        "continue"
    } else {
        return None;
    };
    let (_, inner) = url.query_pairs().find(|(name, _)| name == parameter)?;
    let inner = Url::parse(&inner).ok()?;
    let is_plain = inner.username().is_empty() && inner.password().is_none();
    (matches!(inner.scheme(), "http" | "https") && is_plain && inner.host_str().is_some()).then_some(inner)
}

/// Without the quotes, brackets and commas that come along when text is copied.
fn trimmed(text: &str) -> &str {
    let around = |c: char| {
        c.is_whitespace()
            || c.is_control()
            || matches!(c, '"' | '\'' | '`' | '<' | '>' | '“' | '”' | '„' | '‘' | '’' | '«' | '»' | ',' | ';' | '\u{feff}' | '\u{200b}')
    };
    let text = text.trim_matches(around);
    // a bracket is only around the address if its partner is not inside it: `/display/ENG/Plan+(draft)`
    let text = text.strip_prefix(['(', '[']).unwrap_or(text);
    let open = |pair: [char; 2]| text.matches(pair[1]).count() > text.matches(pair[0]).count();
    if (text.ends_with(')') && open(['(', ')'])) || (text.ends_with(']') && open(['[', ']'])) {
        text[..text.len() - 1].trim_matches(around)
    } else {
        text.trim_matches(around)
    }
}

fn has_web_scheme(text: &str) -> bool {
    ["http:", "https:"].iter().any(|scheme| text.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme)))
}

/// Where a full address begins inside a longer text.
fn scheme_inside(text: &str) -> Option<usize> {
    let lower = text.to_ascii_lowercase();
    let at = lower
        .match_indices("http")
        .map(|(at, _)| at)
        .find(|at| lower[*at..].starts_with("https://") || lower[*at..].starts_with("http://"))?;
    // `wiki.example.com/?next=https://…` begins with an address of its own
    let before = lower[..at].trim_end();
    (at > 0 && !before.is_empty() && (before.len() < at || before.ends_with(['<', '(', '"', '\'', '[']))).then_some(at)
}

/// A text without a scheme that must not be taken for a host name.
fn refuse_what_is_no_host(text: &str) -> Result<(), AddressError> {
    let authority = text.trim_start_matches(['/', '\\']).split(['/', '\\', '?', '#']).next().unwrap_or_default();
    if let Some((scheme, rest)) = text.split_once(':') {
        let is_scheme =
            scheme.starts_with(|c: char| c.is_ascii_alphabetic()) && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-".contains(c));
        if is_scheme && !rest.starts_with(|c: char| c.is_ascii_digit()) && !rest.contains('@') {
            return Err(AddressError::Scheme);
        }
    }
    if let Some((name, domain)) = authority.split_once('@') {
        let is_email = !name.contains(':') && domain.contains('.');
        return Err(if is_email || name == "mailto" { AddressError::Email } else { AddressError::Credentials });
    }
    if looks_like_token(authority, text) {
        return Err(AddressError::Token);
    }
    Ok(())
}

/// Tokens are long, mixed and without a dot: Data Center's are base64, Cloud's begin with `ATATT`.
fn looks_like_token(authority: &str, text: &str) -> bool {
    let mixed = [char::is_uppercase as fn(char) -> bool, char::is_lowercase, char::is_numeric].iter().all(|kind| authority.contains(*kind));
    text.starts_with("ATATT") || text.starts_with("ATSTT") || (authority.len() >= 20 && !authority.contains(['.', ':']) && mixed)
}

/// A name that DNS or an intranet could hold, or an IP address.
fn is_possible_host(host: &str) -> bool {
    host.starts_with('[')
        || (host.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_'))
            && !host.starts_with('.')
            && !host.contains(".."))
}
