//! What somebody pasted, understood as the address of a Confluence.
//!
//! People paste whatever the browser shows: a page, a login page, a link from a mail. All of it is cut down to scheme, host and
//! context path. The context path is a guess until the server confirms it, so the candidates are kept, the likeliest first.

mod paste;
mod path;

use preflight::Origin;

/// Where a Confluence may be: an origin, the context paths to try there, and what was changed in the pasted text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SiteAddress {
    origin: Origin,
    candidates: Vec<String>,
    changes: Vec<Change>,
}

/// What was changed in the pasted text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Change {
    CutOutOfText,
    Unwrapped,
    SchemeAdded,
    PathCut,
    WikiAdded,
}

/// Why a text cannot be the address of a Confluence. None of them repeats the text, which may hold a secret.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum AddressError {
    /// Nothing was entered.
    #[error("there is no address")]
    Empty,
    /// Neither a host name nor a URL.
    #[error("the text is not a web address")]
    NotAnAddress,
    /// `ftp:`, `mailto:`, `file:` and the like.
    #[error("the address is not an http or https address")]
    Scheme,
    /// `https://user:password@host`.
    #[error("the address holds a user name or password")]
    Credentials,
    /// An e-mail address.
    #[error("the text is an e-mail address")]
    Email,
    /// Something that looks like a token.
    #[error("the text looks like a token")]
    Token,
}

impl SiteAddress {
    /// Understands whatever was pasted.
    pub fn understand(text: &str) -> Result<Self, AddressError> {
        let mut changes = Vec::new();
        let mut url = paste::to_url(text, &mut changes)?;
        if let Some(inner) = paste::unwrapped(&url) {
            changes.push(Change::Unwrapped);
            url = inner;
        }
        let origin = Origin::of(&url).map_err(|_no_origin| AddressError::NotAnAddress)?;
        let is_cloud = is_cloud_host(&origin);
        let cut = path::context_of(&url, is_cloud);
        if cut.shortened {
            changes.push(Change::PathCut);
        }
        if cut.wiki_added {
            changes.push(Change::WikiAdded);
        }
        let candidates = if is_cloud { vec![cut.context] } else { path::candidates(&cut.context) };
        Ok(Self { origin, candidates, changes })
    }

    /// The address as it was understood, such as `https://wiki.example.com/confluence`.
    pub fn shown(&self) -> String {
        format!("{}{}", self.origin, self.context())
    }

    /// What was changed in the text, for the form: `https:// added, page path cut off`.
    pub fn note(&self) -> Option<String> {
        let words: Vec<&str> = self
            .changes
            .iter()
            .map(|change| match change {
                Change::CutOutOfText => "address cut out of the text",
                Change::Unwrapped => "taken out of the link around it",
                Change::SchemeAdded => "https:// added",
                Change::PathCut => "page path cut off",
                Change::WikiAdded => "/wiki added",
            })
            .collect();
        (!words.is_empty()).then(|| words.join(", "))
    }

    /// True where the host is one of Atlassian's own Cloud domains. A hint only: custom domains exist.
    pub fn looks_like_cloud(&self) -> bool {
        is_cloud_host(&self.origin)
    }

    /// Scheme, host and port.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The context paths to try, the likeliest first: `""`, `/confluence`.
    pub(crate) fn candidates(&self) -> &[String] {
        &self.candidates
    }

    /// The likeliest context path.
    pub(crate) fn context(&self) -> &str {
        self.candidates.first().map_or("", String::as_str)
    }

    /// The Cloud id, where the address is one of the API gateway (`/ex/confluence/{cloudId}/wiki`).
    pub(crate) fn gateway_cloud_id(&self) -> Option<&str> {
        path::gateway_cloud_id(self.context())
    }
}

/// Atlassian's Cloud domains, the two of its US government clouds, and the API gateway.
const CLOUD_DOMAINS: [&str; 4] = ["atlassian.net", "jira.com", "atlassian-us-gov-mod.net", "atlassian-us-gov.net"];

fn is_cloud_host(origin: &Origin) -> bool {
    origin.host() == "api.atlassian.com" || CLOUD_DOMAINS.iter().any(|domain| origin.is_within(domain) && origin.host() != *domain)
}

#[cfg(test)]
mod tests;
