//! Identity providers and gates by their addresses.

use url::Url;

/// The sign-in of Atlassian Cloud itself.
pub(crate) const ATLASSIAN: &str = "Atlassian";

/// Hosts of the providers that run in the cloud. Matched at a dot.
const HOSTS: [(&str, &str); 17] = [
    ("login.microsoftonline.com", "Microsoft Entra ID"),
    ("login.microsoftonline.us", "Microsoft Entra ID"),
    ("login.partner.microsoftonline.cn", "Microsoft Entra ID"),
    ("login.windows.net", "Microsoft Entra ID"),
    ("okta.com", "Okta"),
    ("oktapreview.com", "Okta"),
    ("okta-emea.com", "Okta"),
    ("pingone.com", "PingOne"),
    ("pingone.eu", "PingOne"),
    ("accounts.google.com", "Google"),
    ("id.atlassian.com", ATLASSIAN),
    ("auth.atlassian.com", ATLASSIAN),
    ("cloudflareaccess.com", "Cloudflare Access"),
    ("onelogin.com", "OneLogin"),
    ("auth0.com", "Auth0"),
    ("duosecurity.com", "Duo"),
    ("jumpcloud.com", "JumpCloud"),
];

/// Paths and parameters by which a provider on any host gives itself away.
const MARKS: [&str; 12] = [
    "/saml2",
    "/saml/",
    "samlrequest=",
    "/idp/profile/",
    "/idp/sso",
    "/protocol/openid-connect/",
    "/cas/login",
    "/oauth2/authorize",
    "/oauth2/v2.0/authorize",
    "/oauth/authorize",
    "/simplesaml/",
    "/wsfed",
];

/// The provider that a redirect or a form leads to.
pub(super) fn provider(target: &Url) -> Option<String> {
    let host = target.host_str()?;
    let known = HOSTS.iter().find(|(domain, _)| host == *domain || host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.')));
    if let Some((_, name)) = known {
        return Some((*name).to_owned());
    }
    if target.path().starts_with("/cdn-cgi/access/") {
        return Some("Cloudflare Access".to_owned());
    }
    let lower = format!("{}?{}", target.path(), target.query().unwrap_or_default()).to_ascii_lowercase();
    if lower.contains("/adfs/ls") || lower.contains("/adfs/oauth2") {
        return Some(format!("AD FS ({host})"));
    }
    MARKS.iter().any(|mark| lower.contains(mark)).then(|| format!("the identity provider {host}"))
}

/// Gates that begin their sign-in on the site's own host.
pub(super) fn gate_on_own_host(path: &str) -> Option<&'static str> {
    const GATES: [(&str, &str); 13] = [
        ("/my.policy", "F5 BIG-IP"),
        ("/my.logon", "F5 BIG-IP"),
        ("/cdn-cgi/access/", "Cloudflare Access"),
        ("/oauth2/start", "an OAuth2 proxy"),
        ("/oauth2/sign_in", "an OAuth2 proxy"),
        ("/.auth/login", "the single sign-on in front of it"),
        ("/shibboleth.sso/", "Shibboleth"),
        ("/mellon/", "a SAML proxy"),
        ("/vpn/index.html", "Citrix NetScaler"),
        ("/plugins/servlet/external-login", "the single sign-on of this Confluence"),
        ("/plugins/servlet/samlsso", "the single sign-on of this Confluence"),
        ("/plugins/servlet/saml/", "the single sign-on of this Confluence"),
        ("/plugins/servlet/no.kantega.saml", "the single sign-on of this Confluence"),
    ];
    GATES.iter().find(|(mark, _)| path.contains(mark)).map(|(_, name)| *name)
}
