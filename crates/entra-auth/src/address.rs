//! The address of a SharePoint site, as people paste it: with or without a scheme, cut out of a page link or a sharing link.
//!
//! Site collections live under the managed paths `/sites` and `/teams` or at the root of the host (Microsoft, "Manage sites in the
//! SharePoint admin center"); sharing links put `/:u:/r/`, `/:w:/s/` and their kin before the path.

use std::fmt;

use preflight::Origin;
use url::{Host, Url};

use crate::Cloud;

/// Paths under which each name is a site collection of its own.
const MANAGED_PATHS: [&str; 3] = ["sites", "teams", "personal"];

/// Path segments that belong to a site and are no subsite: what follows is a page, a list or an API.
const PAGE_SEGMENTS: [&str; 9] =
    ["sitepages", "pages", "lists", "forms", "siteassets", "shared%20documents", "style%20library", "search", "documents"];

/// How many segments below the site are looked at as subsites.
const DEEPEST: usize = 4;

/// Hosts of other products that people copy links from.
const OTHER_PRODUCTS: [(&str, &str); 7] = [
    ("teams.microsoft.com", "Microsoft Teams"),
    ("office.com", "the Microsoft 365 home page"),
    ("cloud.microsoft", "the Microsoft 365 home page"),
    ("admin.microsoft.com", "the Microsoft 365 admin center"),
    ("entra.microsoft.com", "the Entra admin center"),
    ("1drv.ms", "a personal OneDrive"),
    ("atlassian.net", "Atlassian Cloud"),
];

/// A site of SharePoint Online. What follows the site's own path is kept, since it may name a subsite: the test finds out.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct SiteAddress {
    origin: Origin,
    /// Path of the site, percent-encoded, without a slash at its end; empty for the root site.
    path: String,
    /// Segments below the site that may be subsites.
    below: Vec<String>,
    /// True where more than the site stood in the text.
    cut: bool,
    made_https: bool,
}

/// Why a text is no address of a SharePoint site.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum AddressError {
    /// Nothing was entered.
    #[error("the address is empty")]
    Empty,
    /// Not a web address.
    #[error("this is not a web address")]
    NotAnAddress,
    /// A scheme other than http and https.
    #[error("the address does not begin with https://")]
    OtherScheme,
    /// An e-mail address.
    #[error("this is an e-mail address")]
    EmailAddress,
    /// A host without a dot or a bare IP address.
    #[error("{host} is not a public host name")]
    NotPublic {
        /// The host.
        host: String,
    },
    /// The domain without an organization's name before it.
    #[error("{host} lacks the name of the organization")]
    NoOrganization {
        /// The domain.
        host: String,
    },
    /// `/sites` or `/teams` and nothing behind it.
    #[error("the address ends before the name of the site")]
    NoSiteName {
        /// `sites` or `teams`.
        managed_path: &'static str,
    },
    /// The SharePoint admin center, which is no site.
    #[error("{host} is the SharePoint admin center")]
    AdminCentre {
        /// The admin center's host.
        host: String,
        /// Where the sites are.
        sites_host: String,
    },
    /// The German cloud, closed since 29 October 2021.
    #[error("{host} belongs to a Microsoft cloud that was closed in 2021")]
    ClosedCloud {
        /// The host.
        host: String,
    },
    /// A link to another product.
    #[error("{host} is {product}")]
    OtherProduct {
        /// The host.
        host: String,
        /// What answers there.
        product: &'static str,
    },
}

impl SiteAddress {
    /// Understands a pasted address.
    pub fn understand(text: &str) -> Result<Self, AddressError> {
        let text = text.trim().trim_matches(['"', '\'', '<', '>', '“', '”']).trim();
        if text.is_empty() {
            return Err(AddressError::Empty);
        }
        let url = parse(text)?;
        let origin = Origin::of(&url).map_err(|_no_origin| AddressError::NotAnAddress)?;
        check_host(&origin)?;
        let made_https = !origin.is_https() && !origin.is_loopback();
        let origin = if made_https { origin.over_https() } else { origin };
        let Understood { path, below, cut } = understand_path(&url)?;
        Ok(Self { origin, path, below, cut: cut || url.query().is_some() || url.fragment().is_some(), made_https })
    }

    /// Scheme, host and port: every request goes here, and the token is asked for here.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The site's address without what may be a subsite.
    pub fn site_url(&self) -> Url {
        self.url_of(&self.path)
    }

    /// The address as it was understood, for people.
    pub fn shown(&self) -> String {
        format!("{}{}", self.origin, self.path)
    }

    /// The cloud that the host belongs to; none for a host of the organization's own.
    pub fn cloud(&self) -> Option<Cloud> {
        Cloud::of_site_host(self.origin.host())
    }

    /// True for a host that Microsoft gives out, where nothing but SharePoint Online can answer.
    pub(crate) fn is_microsoft_host(&self) -> bool {
        self.cloud().is_some()
    }

    /// True for somebody's OneDrive.
    pub fn is_one_drive(&self) -> bool {
        self.cloud().is_some() && first_label(self.origin.host()).ends_with("-my")
    }

    /// The path of the site, percent-encoded, without a slash at its end; empty for the root site.
    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    /// Paths that the site may have, the deepest first: a subsite cannot be told from a library by its name.
    pub(crate) fn candidates(&self) -> Vec<String> {
        let mut path = self.path.clone();
        let mut candidates = vec![path.clone()];
        for segment in &self.below {
            path = format!("{path}/{segment}");
            candidates.push(path.clone());
        }
        candidates.reverse();
        candidates
    }

    /// The same address once the site's own path is known.
    #[must_use]
    pub(crate) fn at(&self, path: &str) -> Self {
        Self { path: path.trim_end_matches('/').to_owned(), below: Vec::new(), ..self.clone() }
    }

    /// What the form says below the field, where the text was more or less than the site's address.
    pub fn note(&self) -> Option<String> {
        let site = self.shown();
        if self.is_one_drive() {
            return Some(format!("{site} is a OneDrive; a wiki is usually moved to a site below /sites"));
        }
        if let Some(segment) = self.below.first() {
            return Some(format!("Will test {site}, or a subsite of it if “{}” is one", decoded(segment)));
        }
        if self.path.is_empty() {
            return Some(format!("Will test the root site of {}; other sites begin with /sites or /teams", self.origin.host()));
        }
        (self.cut || self.made_https).then(|| format!("Will test {site}"))
    }

    fn url_of(&self, path: &str) -> Url {
        let mut url = self.origin.to_url();
        url.set_path(path);
        url
    }
}

impl fmt::Display for SiteAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown())
    }
}

impl fmt::Debug for SiteAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SiteAddress({})", self.shown())
    }
}

fn parse(text: &str) -> Result<Url, AddressError> {
    let not_an_address = |_error: url::ParseError| AddressError::NotAnAddress;
    let url = if let Some((scheme, _)) = text.split_once("://") {
        if !scheme.eq_ignore_ascii_case("https") && !scheme.eq_ignore_ascii_case("http") {
            return Err(AddressError::OtherScheme);
        }
        Url::parse(text).map_err(not_an_address)?
    } else if text.to_ascii_lowercase().starts_with("mailto:") || is_email(text) {
        return Err(AddressError::EmailAddress);
    } else {
        let with_scheme = Url::parse(&format!("https://{}", text.trim_start_matches('/'))).map_err(not_an_address)?;
        let local = Origin::of(&with_scheme).is_ok_and(|origin| origin.is_loopback());
        if local { Url::parse(&format!("http://{text}")).map_err(not_an_address)? } else { with_scheme }
    };
    let host_is_text = text.contains('.') || text.contains("localhost") || text.contains('[');
    let host_has_blank = url.host_str().is_some_and(|host| host.contains('%') || host.contains(' '));
    if host_has_blank || !host_is_text && !text.contains("://") { Err(AddressError::NotAnAddress) } else { Ok(url) }
}

/// `jane@contoso.com`, which would otherwise read as a user name before a host.
fn is_email(text: &str) -> bool {
    text.split_once('@').is_some_and(|(name, host)| !name.is_empty() && !name.contains('/') && host.contains('.') && !host.contains('/'))
}

fn check_host(origin: &Origin) -> Result<(), AddressError> {
    let host = origin.host().trim_end_matches('.').to_owned();
    if origin.is_loopback() {
        return Ok(());
    }
    let domain = match Host::parse(&host) {
        Ok(Host::Domain(domain)) if domain.contains('.') => domain,
        _ => return Err(AddressError::NotPublic { host }),
    };
    if let Some((_, product)) = OTHER_PRODUCTS.iter().find(|(known, _)| origin.is_within(known)) {
        return Err(AddressError::OtherProduct { host, product });
    }
    if domain.ends_with(".sharepoint.de") || domain == "sharepoint.de" {
        return Err(AddressError::ClosedCloud { host });
    }
    let bare = domain.strip_prefix("www.").unwrap_or(&domain);
    if Cloud::ALL.iter().any(|cloud| bare == cloud.site_domain()) {
        return Err(AddressError::NoOrganization { host });
    }
    if let (Some(name), Some(_)) = (first_label(&domain).strip_suffix("-admin"), Cloud::of_site_host(&domain)) {
        let sites_host = format!("{name}{}", &domain[first_label(&domain).len()..]);
        return Err(AddressError::AdminCentre { host, sites_host });
    }
    Ok(())
}

fn first_label(host: &str) -> &str {
    host.split('.').next().unwrap_or_default()
}

struct Understood {
    path: String,
    below: Vec<String>,
    cut: bool,
}

fn understand_path(url: &Url) -> Result<Understood, AddressError> {
    let all: Vec<&str> = url.path().split('/').filter(|segment| !segment.is_empty()).collect();
    let link = SharingLink::of(&all);
    let segments: Vec<&str> = link.as_ref().map_or_else(|| all.clone(), |link| link.segments.clone());
    let managed = segments.first().and_then(|first| MANAGED_PATHS.into_iter().find(|known| first.eq_ignore_ascii_case(known)));
    let own = match managed {
        Some(managed_path) if segments.len() < 2 || is_page(segments[1]) => return Err(AddressError::NoSiteName { managed_path }),
        Some(_) => 2,
        None => 0,
    };
    let path: String = segments[..own].iter().flat_map(|segment| ["/", segment]).collect();
    let rest = &segments[own..];
    // behind a sharing link without a real path stands a token, not a subsite
    let real = link.as_ref().is_none_or(|link| link.real_path);
    let below: Vec<String> =
        if real { rest.iter().take_while(|segment| !is_page(segment)).take(DEEPEST).map(|&s| s.to_owned()).collect() } else { Vec::new() };
    Ok(Understood { path, below, cut: link.is_some() || !rest.is_empty() })
}

/// `/:u:/r/sites/wiki/…`: the kind of file, the kind of link, and what it leads to.
struct SharingLink<'a> {
    segments: Vec<&'a str>,
    real_path: bool,
}

impl<'a> SharingLink<'a> {
    fn of(segments: &[&'a str]) -> Option<Self> {
        let kind = segments.first()?;
        let is_kind = kind.len() >= 3 && kind.starts_with(':') && kind.ends_with(':');
        if !is_kind {
            return None;
        }
        let rest = segments.get(2..).unwrap_or_default();
        let named = |managed: &'static str| -> Vec<&'a str> {
            let already = rest.first().is_some_and(|first| MANAGED_PATHS.iter().any(|known| first.eq_ignore_ascii_case(known)));
            if already || rest.is_empty() { rest.to_vec() } else { std::iter::once(managed).chain(rest.iter().copied()).collect() }
        };
        let (segments, real_path) = match segments.get(1).copied().unwrap_or_default() {
            "r" => (rest.to_vec(), true),
            "s" => (named("sites"), false),
            "t" => (named("teams"), false),
            "p" => (named("personal"), false),
            _ => (rest.to_vec(), false),
        };
        Some(Self { segments, real_path })
    }
}

fn is_page(segment: &str) -> bool {
    let lower = segment.to_ascii_lowercase();
    lower.starts_with('_')
        || PAGE_SEGMENTS.contains(&lower.as_str())
        || lower.rsplit_once('.').is_some_and(|(name, kind)| !name.is_empty() && (2..=5).contains(&kind.len()))
}

fn decoded(segment: &str) -> String {
    let escaped = segment.replace('+', "%2B");
    url::form_urlencoded::parse(escaped.as_bytes()).next().map(|(name, _)| name.into_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn understood(text: &str) -> String {
        match SiteAddress::understand(text) {
            Ok(address) => {
                let deeper = address.candidates();
                let deeper = if deeper.len() > 1 { format!(" perhaps {}", deeper.join(" ")) } else { String::new() };
                format!("{}{deeper}", address.shown())
            }
            Err(error) => format!("error: {error}"),
        }
    }

    #[test]
    fn what_people_paste_is_understood() {
        let site = "https://heather.sharepoint.com/sites/wiki";
        let root = "https://heather.sharepoint.com";
        let table: &[(&str, &str)] = &[
            // the site, plainly
            ("https://heather.sharepoint.com/sites/wiki", site),
            ("https://heather.sharepoint.com/sites/wiki/", site),
            ("  https://heather.sharepoint.com/sites/wiki \n", site),
            ("<https://heather.sharepoint.com/sites/wiki>", site),
            ("\"https://heather.sharepoint.com/sites/wiki\"", site),
            ("heather.sharepoint.com/sites/wiki", site),
            ("//heather.sharepoint.com/sites/wiki", site),
            ("http://heather.sharepoint.com/sites/wiki", site),
            ("HTTPS://Heather.SharePoint.com/sites/wiki", site),
            ("https://heather.sharepoint.com:443/sites/wiki", site),
            ("https://heather.sharepoint.com/teams/ops", "https://heather.sharepoint.com/teams/ops"),
            ("https://heather.sharepoint.com/Sites/Wiki", "https://heather.sharepoint.com/Sites/Wiki"),
            ("https://heather.sharepoint.com//sites//wiki", site),
            ("heather.sharepoint.com/sites/My Wiki", "https://heather.sharepoint.com/sites/My%20Wiki"),
            ("https://heather.sharepoint.com/sites/My%20Wiki/SitePages/Home.aspx", "https://heather.sharepoint.com/sites/My%20Wiki"),
            // pages, lists and API addresses of it
            ("https://heather.sharepoint.com/sites/wiki/SitePages/Home.aspx?web=1#x", site),
            ("https://heather.sharepoint.com/sites/wiki/SitePages/Folder/Page.aspx", site),
            ("https://heather.sharepoint.com/sites/wiki/Shared%20Documents/Forms/AllItems.aspx?id=%2Fsites%2Fother", site),
            ("https://heather.sharepoint.com/sites/wiki/_layouts/15/viewlsts.aspx?view=14", site),
            ("https://heather.sharepoint.com/sites/wiki/_api/web?$select=Title", site),
            ("https://heather.sharepoint.com/sites/wiki/Lists/Tasks", site),
            ("https://heather.sharepoint.com/sites/wiki?e=1:abc", site),
            ("https://heather.sharepoint.com/sites/wiki/Plan.docx", site),
            // subsites cannot be told from libraries by name
            (
                "https://heather.sharepoint.com/sites/wiki/team/SitePages/Home.aspx",
                "https://heather.sharepoint.com/sites/wiki perhaps /sites/wiki/team /sites/wiki",
            ),
            (
                "https://heather.sharepoint.com/sites/wiki/a/b/c/d/e/f",
                "https://heather.sharepoint.com/sites/wiki perhaps /sites/wiki/a/b/c/d /sites/wiki/a/b/c /sites/wiki/a/b /sites/wiki/a /sites/wiki",
            ),
            ("https://heather.sharepoint.com/news/SitePages/x.aspx", "https://heather.sharepoint.com perhaps /news "),
            // the root site
            ("heather.sharepoint.com", root),
            ("https://heather.sharepoint.com/", root),
            ("https://heather.sharepoint.com/SitePages/Home.aspx", root),
            ("https://heather.sharepoint.com/_layouts/15/sharepoint.aspx", root),
            // sharing links
            ("https://heather.sharepoint.com/:u:/r/sites/wiki/SitePages/Home.aspx?csf=1&web=1&e=abc", site),
            ("https://heather.sharepoint.com/:w:/r/sites/wiki/_layouts/15/Doc.aspx?sourcedoc=%7B1%7D", site),
            ("https://heather.sharepoint.com/:u:/s/wiki/EabcDEF123?e=x", site),
            ("https://heather.sharepoint.com/:f:/s/sites/wiki/EabcDEF123", site),
            ("https://heather.sharepoint.com/:x:/t/ops/EabcDEF123", "https://heather.sharepoint.com/teams/ops"),
            ("https://heather.sharepoint.com/:f:/g/sites/wiki/EabcDEF123", site),
            ("https://heather.sharepoint.com/:b:/g/EabcDEF123", root),
            // other clouds and hosts
            ("https://heather.sharepoint.us/sites/wiki", "https://heather.sharepoint.us/sites/wiki"),
            ("https://heather.sharepoint-mil.us/sites/wiki", "https://heather.sharepoint-mil.us/sites/wiki"),
            ("https://heather.sharepoint.cn/sites/wiki", "https://heather.sharepoint.cn/sites/wiki"),
            ("https://heathereur.sharepoint.com/sites/wiki", "https://heathereur.sharepoint.com/sites/wiki"),
            ("https://intranet.heather.example/sites/wiki", "https://intranet.heather.example/sites/wiki"),
            (
                "https://heather-my.sharepoint.com/personal/ada_heather_example/Documents",
                "https://heather-my.sharepoint.com/personal/ada_heather_example",
            ),
            // this computer, for practice
            ("http://127.0.0.1:8080/sites/wiki", "http://127.0.0.1:8080/sites/wiki"),
            ("127.0.0.1:8080/sites/wiki", "http://127.0.0.1:8080/sites/wiki"),
            ("localhost:8080/sites/wiki", "http://localhost:8080/sites/wiki"),
            ("https://localhost:8443/sites/wiki", "https://localhost:8443/sites/wiki"),
            // what is no site
            ("", "error: the address is empty"),
            ("   ", "error: the address is empty"),
            ("our wiki", "error: this is not a web address"),
            ("wiki", "error: this is not a web address"),
            ("5b0f7f0e-2d4f-4c8c-9a43-7f1f5e9a1c01", "error: this is not a web address"),
            ("https://", "error: this is not a web address"),
            ("ftp://heather.sharepoint.com/x", "error: the address does not begin with https://"),
            ("ada@heather.example", "error: this is an e-mail address"),
            ("mailto:ada@heather.example", "error: this is an e-mail address"),
            ("https://intranet/sites/wiki", "error: intranet is not a public host name"),
            ("https://192.168.1.10/sites/wiki", "error: 192.168.1.10 is not a public host name"),
            ("https://sharepoint.com/sites/wiki", "error: sharepoint.com lacks the name of the organization"),
            ("https://heather.sharepoint.com/sites", "error: the address ends before the name of the site"),
            ("https://heather.sharepoint.com/teams/", "error: the address ends before the name of the site"),
            ("https://heather.sharepoint.com/sites/_layouts/15/x.aspx", "error: the address ends before the name of the site"),
            (
                "https://heather-admin.sharepoint.com/_layouts/15/online/AdminHome.aspx",
                "error: heather-admin.sharepoint.com is the SharePoint admin center",
            ),
            (
                "https://heather.sharepoint.de/sites/wiki",
                "error: heather.sharepoint.de belongs to a Microsoft cloud that was closed in 2021",
            ),
            ("https://teams.microsoft.com/l/channel/19", "error: teams.microsoft.com is Microsoft Teams"),
            ("https://heather.atlassian.net/wiki", "error: heather.atlassian.net is Atlassian Cloud"),
        ];
        assert!(table.len() >= 60);
        for (text, expected) in table {
            assert_eq!(understood(text), *expected, "{text}");
        }
    }

    #[test]
    fn the_form_says_what_was_understood() {
        let note = |text: &str| SiteAddress::understand(text).expect(text).note().unwrap_or_default();
        assert_eq!(note("https://heather.sharepoint.com/sites/wiki"), "");
        assert_eq!(
            note("https://heather.sharepoint.com/sites/wiki/SitePages/Home.aspx"),
            "Will test https://heather.sharepoint.com/sites/wiki"
        );
        assert_eq!(note("http://heather.sharepoint.com/sites/wiki"), "Will test https://heather.sharepoint.com/sites/wiki");
        assert_eq!(
            note("https://heather.sharepoint.com/sites/wiki/My%20team"),
            "Will test https://heather.sharepoint.com/sites/wiki, or a subsite of it if “My team” is one"
        );
        assert!(note("heather.sharepoint.com").contains("root site"));
        assert!(note("https://heather-my.sharepoint.com/personal/ada_heather_example").contains("OneDrive"));
    }

    #[test]
    fn user_names_and_passwords_in_an_address_are_dropped() {
        let address = SiteAddress::understand("https://ada:hunter2-hunter2@heather.sharepoint.com/sites/wiki").expect("an address");
        let shown = format!("{address} {address:?} {} {:?}", address.site_url(), address.note());
        assert!(!shown.contains("hunter2") && !shown.contains("ada"), "{shown}");
    }
}
