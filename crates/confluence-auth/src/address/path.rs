//! Cutting a path down to the context path, and the context paths to try.

use url::Url;

/// What a path was cut down to.
pub(super) struct Cut {
    pub(super) context: String,
    pub(super) shortened: bool,
    pub(super) wiki_added: bool,
}

/// Segments that begin a part of Confluence below its context path, whatever follows.
const BEGINS: [&str; 27] = [
    "display",
    "pages",
    "x",
    "spaces",
    "label",
    "collector",
    "plugins",
    "spacedirectory",
    "users",
    "people",
    "admin",
    "setup",
    "fixonly",
    "johnson",
    "rest",
    "rpc",
    "download",
    "s",
    "status",
    "dashboard",
    "login",
    "logout",
    "dosearchsite",
    "images",
    "secure",
    "questions",
    "template",
];

/// Pages that Cloud (and only Cloud) has right below `/wiki`.
const CLOUD_PAGES: [&str; 5] = ["home", "search", "overview", "people", "discover"];

/// The context path of a pasted URL: all before the first segment that is a part of Confluence itself.
pub(super) fn context_of(url: &Url, is_cloud: bool) -> Cut {
    let segments: Vec<&str> = url.path_segments().map(|parts| parts.filter(|part| !part.is_empty()).collect()).unwrap_or_default();
    let had_query = url.query().is_some_and(|query| !query.is_empty()) || url.fragment().is_some_and(|fragment| !fragment.is_empty());
    if let ["ex", "confluence", cloud_id, rest @ ..] = segments.as_slice() {
        let shortened = had_query || rest.len() > 1;
        return Cut { context: format!("/ex/confluence/{cloud_id}/wiki"), shortened, wiki_added: rest.is_empty() };
    }
    if is_cloud {
        // a Cloud site's Confluence is always at `/wiki`, whatever page of Jira or of the site was pasted
        let below_wiki = segments.first().is_some_and(|first| first.eq_ignore_ascii_case("wiki"));
        let shortened = had_query || segments.len() > usize::from(below_wiki);
        return Cut { context: "/wiki".to_owned(), shortened, wiki_added: !below_wiki };
    }
    let keep = (0..segments.len()).find(|at| begins_confluence(&segments, *at)).unwrap_or(segments.len());
    let context: String = segments[..keep].iter().flat_map(|segment| ["/", segment]).collect();
    Cut { context, shortened: had_query || keep < segments.len(), wiki_added: false }
}

fn begins_confluence(segments: &[&str], at: usize) -> bool {
    let segment = segments[at].to_ascii_lowercase();
    let next = segments.get(at + 1).map(|next| next.to_ascii_lowercase());
    if [".action", ".jsp", ".jspa", ".html"].iter().any(|ending| segment.ends_with(ending)) {
        return true;
    }
    // the API of Cloud, also behind custom domains
    if segment == "api" && next.as_deref() == Some("v2") {
        return true;
    }
    if at > 0 && segments[at - 1].eq_ignore_ascii_case("wiki") && CLOUD_PAGES.contains(&segment.as_str()) {
        return true;
    }
    if !BEGINS.contains(&segment.as_str()) {
        return false;
    }
    // short or everyday words only count where what follows fits, so that they can be context paths as well
    match segment.as_str() {
        "x" | "s" | "label" | "users" | "people" | "images" | "questions" | "template" | "secure" => next.is_some(),
        "login" | "logout" | "dashboard" | "status" => next.is_none(),
        _ => true,
    }
}

/// The context paths to try: the one that was understood, each shorter one, then the two that are usual.
pub(super) fn candidates(context: &str) -> Vec<String> {
    let mut candidates = vec![context.to_owned()];
    let mut rest = context;
    while let Some((shorter, _)) = rest.rsplit_once('/') {
        candidates.push(shorter.to_owned());
        rest = shorter;
    }
    for usual in ["/confluence", "/wiki"] {
        candidates.push(usual.to_owned());
    }
    let mut seen: Vec<String> = Vec::new();
    for candidate in candidates {
        if !seen.contains(&candidate) {
            seen.push(candidate);
        }
    }
    // a long unknown path must not become a long series of requests
    seen.truncate(6);
    seen
}

/// The Cloud id in a context path of the API gateway.
pub(super) fn gateway_cloud_id(context: &str) -> Option<&str> {
    context.strip_prefix("/ex/confluence/")?.split('/').next().filter(|id| !id.is_empty())
}
