//! Which tenant a site belongs to, told by the site itself before anybody signs in.
//!
//! SharePoint Online answers a request with an empty bearer token by 401 and the tenant's id as `realm` in `WWW-Authenticate`
//! (Microsoft, "Handle SharePoint add-ins authorization", realm discovery; `TokenHelper.GetRealmFromTargetUrl`). Nobody is signed in by this.

use http::StatusCode;
use http::header::{ACCEPT, USER_AGENT as USER_AGENT_HEADER, WWW_AUTHENTICATE};
use transport::{Authorization, Network, Request, Response, TransportError};
use url::Url;

use crate::sharepoint::{Leads, USER_AGENT, is_sharepoint, redirect};
use crate::{Guid, SiteAddress};

/// What a site's host tells about itself.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Detected {
    /// The tenant that the host belongs to.
    pub tenant: Guid,
    /// False where the host answered and the site did not: there may be no such site.
    pub site_answered: bool,
}

/// Why a site's tenant is not known.
#[derive(Debug, thiserror::Error)]
pub enum RealmError {
    /// No answer at all.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// The host was renamed, or the site moved.
    #[error("the site has moved to {to}")]
    Moved {
        /// The new address.
        to: Url,
    },
    /// It asks for Windows sign-in, as SharePoint Server does.
    #[error("{host} asks for Windows sign-in")]
    OnPremises {
        /// The host.
        host: String,
    },
    /// What answers is no SharePoint.
    #[error("{host} answers with status {status} and is no SharePoint Online")]
    NotSharePoint {
        /// The host.
        host: String,
        /// The answer's status.
        status: u16,
    },
    /// SharePoint answers and names no tenant: neither at the site nor at the host's root.
    #[error("{host} does not name its tenant")]
    NotTold {
        /// The host.
        host: String,
    },
    /// Something between this computer and SharePoint answers in its place.
    #[error("something else answers in the place of {host}, with status {status}")]
    InTheWay {
        /// The host.
        host: String,
        /// The answer's status.
        status: u16,
        /// The host that it leads to.
        leads_to: Option<String>,
    },
    /// 429 or 503 with `Retry-After`.
    #[error("{host} is throttling")]
    Throttled {
        /// The host.
        host: String,
    },
    /// 5xx.
    #[error("{host} failed with status {status}")]
    ServerError {
        /// The host.
        host: String,
        /// The answer's status.
        status: u16,
    },
}

/// Asks a site which tenant it belongs to. Sends no credential and signs nobody in.
pub async fn detect_tenant(network: &dyn Network, site: &SiteAddress) -> Result<Detected, RealmError> {
    match ask(network, site, site.path()).await? {
        Answer::Tenant(tenant) => Ok(Detected { tenant, site_answered: true }),
        // the realm is the host's: where there is no such site, its root may tell
        Answer::NoSite if !site.path().is_empty() => match ask(network, site, "").await? {
            Answer::Tenant(tenant) => Ok(Detected { tenant, site_answered: false }),
            Answer::NoSite => Err(RealmError::NotTold { host: host(site) }),
        },
        Answer::NoSite => Err(RealmError::NotTold { host: host(site) }),
    }
}

enum Answer {
    Tenant(Guid),
    NoSite,
}

async fn ask(network: &dyn Network, site: &SiteAddress, path: &str) -> Result<Answer, RealmError> {
    let request = Request::get(format!("{path}/_vti_bin/client.svc"))
        .header(ACCEPT, "application/json")
        .header(USER_AGENT_HEADER, USER_AGENT)
        .authorized(Some(Authorization::EmptyBearer));
    let response = network.to(site.origin()).execute(request).await?;
    understand(site, &response)
}

fn understand(site: &SiteAddress, response: &Response) -> Result<Answer, RealmError> {
    let host = host(site);
    let status = response.status.as_u16();
    // on a host that Microsoft gives out, only a box in front can be anything but SharePoint
    let stranger = |leads_to: Option<String>| {
        if site.is_microsoft_host() || leads_to.is_some() || status == 511 {
            RealmError::InTheWay { host: host.clone(), status, leads_to }
        } else {
            RealmError::NotSharePoint { host: host.clone(), status }
        }
    };
    match response.status {
        StatusCode::UNAUTHORIZED => {
            let challenges: Vec<&str> = response.headers.get_all(WWW_AUTHENTICATE).iter().filter_map(|value| value.to_str().ok()).collect();
            if let Some(tenant) = challenges.iter().find_map(|challenge| realm(challenge)) {
                return Ok(Answer::Tenant(tenant));
            }
            let windows = ["ntlm", "negotiate", "kerberos"];
            if challenges.iter().any(|challenge| windows.iter().any(|scheme| challenge.to_ascii_lowercase().starts_with(scheme))) {
                return Err(RealmError::OnPremises { host });
            }
            Err(if is_sharepoint(response) { RealmError::NotTold { host } } else { stranger(None) })
        }
        StatusCode::NOT_FOUND if is_sharepoint(response) || site.is_microsoft_host() => Ok(Answer::NoSite),
        StatusCode::TOO_MANY_REQUESTS => Err(RealmError::Throttled { host }),
        StatusCode::SERVICE_UNAVAILABLE if response.header("retry-after").is_some() => Err(RealmError::Throttled { host }),
        status if status.is_redirection() => Err(match redirect(response) {
            Some(Leads::Home(to)) => RealmError::Moved { to },
            Some(Leads::ToLogin | Leads::ToDenial) | None if is_sharepoint(response) || site.is_microsoft_host() => {
                RealmError::NotTold { host }
            }
            Some(Leads::Elsewhere(other)) if other != site.origin().host() => stranger(Some(other)),
            _ => stranger(None),
        }),
        _ if status == 511 => Err(stranger(None)),
        status if status.is_server_error() => Err(RealmError::ServerError { host, status: status.as_u16() }),
        _ if is_sharepoint(response) => Err(RealmError::NotTold { host }),
        _ => Err(stranger(None)),
    }
}

/// `Bearer realm="7c3a…",client_id=…` → the tenant. One header may hold several challenges; schemes and names are without regard to
/// case (RFC 9110 §11.6.1).
fn realm(challenges: &str) -> Option<Guid> {
    let (mut is_bearer, mut in_quotes) = (false, false);
    let parts = challenges.split(|c| {
        in_quotes ^= c == '"';
        c == ',' && !in_quotes
    });
    for part in parts {
        let mut parameter = part.trim();
        // a word and a space before the name begins the next challenge
        let first = parameter.split('=').next().unwrap_or_default().trim();
        let scheme = if parameter.contains('=') { first.split_once(' ').map(|(scheme, _)| scheme) } else { Some(first) };
        if let Some(scheme) = scheme {
            is_bearer = scheme.eq_ignore_ascii_case("bearer");
            parameter = parameter[scheme.len()..].trim();
        }
        let (name, value) = parameter.split_once('=').unwrap_or_default();
        if is_bearer && name.trim().eq_ignore_ascii_case("realm") {
            return Guid::parse(value.trim().trim_matches('"')).filter(|tenant| !tenant.is_zero());
        }
    }
    None
}

fn host(site: &SiteAddress) -> String {
    site.origin().host().to_owned()
}

#[cfg(test)]
mod tests {
    use transport::{ScriptedNetwork, TransportErrorKind, Want};

    use super::*;

    const TENANT: &str = "7c3a2f10-95c1-4b7e-8a55-0f2f6a1f4d20";
    const SP: &str = "sprequestguid";

    fn challenge(tenant: &str) -> String {
        format!(
            "Bearer realm=\"{tenant}\",client_id=\"00000003-0000-0ff1-ce00-000000000000\",trusted_issuers=\"00000001-0000-0000-c000-000000000000@*\""
        )
    }

    fn ask_site() -> Want {
        Want::get("/sites/wiki/_vti_bin/client.svc")
    }

    fn ask_root() -> Want {
        Want::get("/_vti_bin/client.svc")
    }

    async fn detected(address: &str, script: Vec<Want>) -> String {
        let network = ScriptedNetwork::new(script);
        let site = SiteAddress::understand(address).expect(address);
        let told = match detect_tenant(&network, &site).await {
            Ok(found) => format!("{}{}", found.tenant, if found.site_answered { "" } else { ", no site" }),
            Err(error) => error.to_string(),
        };
        assert_eq!(network.left(), 0, "{told}");
        told
    }

    #[test]
    fn a_challenge_is_read_as_http_means_it() {
        let told = |challenge: String| realm(&challenge).is_some();
        assert!(told(format!("bearer client_id=\"x\" , REALM={TENANT}")));
        assert!(told(format!("Bearer trusted_issuers=\"a@*,NTLM,b=c\", realm=\"{TENANT}\"")));
        assert!(told(format!("NTLM, Bearer realm=\"{TENANT}\"")));
        assert!(told(format!("Basic realm=\"a\", Bearer x_realm=\"b\",realm=\"{TENANT}\"")));
        assert!(!told(format!("Bearer client_id=\"x\", Basic realm=\"{TENANT}\"")));
        assert!(!told(format!("realm=\"{TENANT}\"")));
        assert!(!told(String::new()) && !told(", ,=,\u{e4}".to_owned()));
    }

    #[tokio::test]
    async fn the_site_names_its_tenant() {
        let microsoft = "https://heather.sharepoint.com/sites/wiki";
        let own = "https://intranet.heather.example/sites/wiki";
        let realm = challenge(TENANT);
        let told = || ask_site().answer(401, "").header("www-authenticate", &realm);
        let missing = || ask_site().answer(404, "404 FILE NOT FOUND").header(SP, "1");
        let html = |status| ask_site().answer(status, "<html>Welcome</html>").header("content-type", "text/html");
        let to = |target: &str| ask_site().answer(302, "").header("location", target);
        let table: Vec<(&str, Vec<Want>, &str)> = vec![
            (microsoft, vec![told()], TENANT),
            (own, vec![told()], TENANT),
            (microsoft, vec![ask_site().answer(401, "").header("www-authenticate", "NTLM").header("www-authenticate", &realm)], TENANT),
            (
                microsoft,
                vec![missing(), ask_root().answer(401, "").header("www-authenticate", &realm)],
                "7c3a2f10-95c1-4b7e-8a55-0f2f6a1f4d20, no site",
            ),
            (microsoft, vec![missing(), ask_root().answer(404, "")], "heather.sharepoint.com does not name its tenant"),
            ("https://heather.sharepoint.com", vec![ask_root().answer(404, "")], "heather.sharepoint.com does not name its tenant"),
            (
                microsoft,
                vec![
                    ask_site()
                        .answer(401, "")
                        .header("www-authenticate", &challenge("00000000-0000-0000-0000-000000000000"))
                        .header(SP, "1"),
                ],
                "heather.sharepoint.com does not name its tenant",
            ),
            (
                microsoft,
                vec![to("https://heathervale.sharepoint.com/sites/wiki/_vti_bin/client.svc")],
                "the site has moved to https://heathervale.sharepoint.com/sites/wiki",
            ),
            (own, vec![to("https://new.example/sites/wiki/_vti_bin/client.svc")], "the site has moved to https://new.example/sites/wiki"),
            (
                microsoft,
                vec![to("http://portal.hotel.example/welcome")],
                "something else answers in the place of heather.sharepoint.com, with status 302",
            ),
            (
                own,
                vec![to("http://portal.hotel.example/welcome")],
                "something else answers in the place of intranet.heather.example, with status 302",
            ),
            (own, vec![to("https://login.example/x")], "intranet.heather.example answers with status 302 and is no SharePoint Online"),
            (own, vec![ask_site().answer(401, "").header("www-authenticate", "NTLM")], "intranet.heather.example asks for Windows sign-in"),
            (
                own,
                vec![ask_site().answer(401, "").header("www-authenticate", "Negotiate")],
                "intranet.heather.example asks for Windows sign-in",
            ),
            (
                own,
                vec![ask_site().answer(401, "").header("www-authenticate", "Basic realm=\"x\"")],
                "intranet.heather.example answers with status 401 and is no SharePoint Online",
            ),
            (own, vec![html(200)], "intranet.heather.example answers with status 200 and is no SharePoint Online"),
            (own, vec![html(404)], "intranet.heather.example answers with status 404 and is no SharePoint Online"),
            (microsoft, vec![html(200)], "something else answers in the place of heather.sharepoint.com, with status 200"),
            (microsoft, vec![html(403)], "something else answers in the place of heather.sharepoint.com, with status 403"),
            (own, vec![html(511)], "something else answers in the place of intranet.heather.example, with status 511"),
            (microsoft, vec![ask_site().answer(429, "")], "heather.sharepoint.com is throttling"),
            (microsoft, vec![ask_site().answer(503, "").header("retry-after", "9")], "heather.sharepoint.com is throttling"),
            (microsoft, vec![ask_site().answer(502, "")], "heather.sharepoint.com failed with status 502"),
            (
                microsoft,
                vec![ask_site().fails(TransportErrorKind::Dns)],
                "the request to heather.sharepoint.com failed: the name does not resolve",
            ),
        ];
        for (address, script, expected) in table {
            assert_eq!(detected(address, script).await, expected);
        }
    }
}
