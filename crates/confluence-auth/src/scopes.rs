//! Which scope of an API token the gateway of Atlassian Cloud wants for which call.
//!
//! The gateway says that a scope is missing and not which one, so the path has to tell it. The first version of the API wants the
//! classic scopes, the second the granular ones (Atlassian, "Scopes for OAuth 2.0 (3LO) and Forge apps"; `OpenAPI` descriptions of both).

use preflight::{Hint, HintAction, SafeText};
use url::Url;

/// Where people make API tokens for Cloud.
pub(crate) const CLOUD_TOKENS: &str = "https://id.atlassian.com/manage-profile/security/api-tokens";

/// The scopes that reading a site for a migration takes.
pub(crate) const ALL: &str = "read:confluence-space.summary read:confluence-content.all read:confluence-content.summary \
    read:confluence-content.permission read:confluence-user read:confluence-groups search:confluence \
    readonly:content.attachment:confluence read:space:confluence read:page:confluence read:content-details:confluence \
    read:attachment:confluence read:user:confluence read:group:confluence read:space.permission:confluence read:configuration:confluence";

/// The scope for a path; the first that fits.
const BY_PATH: [(&[&str], &str); 12] = [
    (&["/rest/api/user/memberof"], "read:confluence-groups"),
    (&["/rest/api/user"], "read:confluence-user"),
    (&["/rest/api/group"], "read:confluence-groups"),
    (&["/rest/api/content/", "/restriction/"], "read:confluence-content.permission"),
    (&["/rest/api/content/", "/child/attachment/", "/download"], "readonly:content.attachment:confluence"),
    (&["/rest/api/content/", "/child/attachment"], "read:confluence-content.summary"),
    (&["/rest/api/content"], "read:confluence-content.all"),
    (&["/rest/api/space"], "read:confluence-space.summary"),
    (&["/rest/api/search"], "search:confluence"),
    (&["/api/v2/pages/", "/attachments"], "read:attachment:confluence"),
    (&["/api/v2/", "/pages"], "read:page:confluence"),
    (&["/api/v2/spaces"], "read:space:confluence"),
];

/// The scope that the call to this address takes.
pub(crate) fn of(url: &Url) -> &'static str {
    let path = url.path();
    let fits = |parts: &[&str]| {
        let mut rest = Some(path);
        for part in parts {
            rest = rest.and_then(|rest| rest.split_once(part)).map(|(_, rest)| rest);
        }
        rest.is_some()
    };
    BY_PATH.iter().find(|(parts, _)| fits(parts)).map_or("that the call takes", |(_, scope)| scope)
}

/// What to do where a scope is missing.
pub(crate) fn hints() -> [Hint; 2] {
    let make = "Scopes cannot be added to a token: make it again with exactly the scopes that are listed here";
    let make = Url::parse(CLOUD_TOKENS).map_or_else(|_| Hint::say(make), |page| Hint::with(make, HintAction::OpenUrl(page)));
    [make, Hint::with("Copy the scopes", HintAction::Copy(SafeText::from(ALL)))]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_call_has_its_scope() {
        let gateway = "https://api.atlassian.com/ex/confluence/7e1c9a52-0b6d-4f0e-9d4a-3c5b81f2a640/wiki";
        for (path, scope) in [
            ("/rest/api/user/current?expand=operations", "read:confluence-user"),
            ("/rest/api/user/memberof?accountId=1", "read:confluence-groups"),
            ("/rest/api/group?limit=25", "read:confluence-groups"),
            ("/rest/api/space?limit=250", "read:confluence-space.summary"),
            ("/rest/api/content?spaceKey=HB", "read:confluence-content.all"),
            ("/rest/api/content/1/restriction/byOperation", "read:confluence-content.permission"),
            ("/rest/api/content/1/child/attachment?limit=25", "read:confluence-content.summary"),
            ("/rest/api/content/1/child/attachment/att2/download", "readonly:content.attachment:confluence"),
            ("/api/v2/spaces?limit=250", "read:space:confluence"),
            ("/api/v2/spaces/1/permissions?limit=1", "read:space:confluence"),
            ("/api/v2/spaces/1/pages?limit=5", "read:page:confluence"),
            ("/api/v2/pages/1/attachments?limit=25", "read:attachment:confluence"),
        ] {
            let url = Url::parse(&format!("{gateway}{path}")).expect("an address");
            assert_eq!(of(&url), scope, "{path}");
            assert!(ALL.split(' ').any(|listed| listed == scope), "{scope} is among those to make the token with");
        }
    }
}
