//! What kind of page an HTML answer is, and what Confluence's own pages say in their meta elements.

use std::collections::BTreeMap;

use scraper::{ElementRef, Html, Selector};
use url::Url;

use super::idp;

/// What kind of page it is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum PageKind {
    /// A page that sends the browser on to an identity provider.
    IdentityProvider(String),
    /// Confluence's login page, or a page of it with nobody signed in.
    Login,
    /// The page that asks administrators for their password once more.
    WebSudo,
    /// A gate that wants a client certificate.
    ClientCertificate,
    /// A port for https that was asked over plain http.
    WantsHttps,
    /// A filter's page.
    Filter(String),
    /// An error page of the servlet container.
    Container,
    /// A reverse proxy's own error page.
    ProxyError(&'static str),
    /// Anything else, with its title.
    Other(Option<String>),
}

/// Words by which the pages of filters give themselves away.
const FILTERS: [(&str, &str); 17] = [
    ("cf-chl", "Cloudflare's browser check"),
    ("just a moment", "Cloudflare's browser check"),
    ("cf-error-details", "Cloudflare"),
    ("zscaler", "Zscaler"),
    ("fortigate", "Fortinet"),
    ("fortiguard", "Fortinet"),
    ("blue coat", "Blue Coat"),
    ("bluecoat", "Blue Coat"),
    ("forcepoint", "Forcepoint"),
    ("websense", "Forcepoint"),
    ("barracuda", "Barracuda"),
    ("sophos", "Sophos"),
    ("palo alto networks", "Palo Alto Networks"),
    ("netskope", "Netskope"),
    ("cisco umbrella", "Cisco Umbrella"),
    ("the requested url was rejected", "F5"),
    ("captive portal", "the sign-in page of this network"),
];

/// Says what kind of page this is.
pub(super) fn kind(text: &str, host: &str) -> PageKind {
    let page = Html::parse_document(text);
    let lower = text.to_ascii_lowercase();
    if let Some(provider) = saml_form(&page, host) {
        return PageKind::IdentityProvider(provider);
    }
    if has(&page, "form[name=authenticateform], form[action*='doauthenticate.action']") {
        return PageKind::WebSudo;
    }
    let metas = metas_of(&page);
    let nobody_signed_in = metas.get("ajs-remote-user").is_some_and(str::is_empty);
    if nobody_signed_in || has(&page, "form[name=loginform], [name=os_username], #login-link, form[action*='dologin.action']") {
        return PageKind::Login;
    }
    let title = title_of(&page);
    if metas.is_confluence() {
        return PageKind::Other(title);
    }
    if let Some(provider) = sign_in_page(&page, &lower, host) {
        return PageKind::IdentityProvider(provider);
    }
    // nginx says it so, on a page of its own
    if lower.contains("no required ssl certificate was sent") || lower.contains("the ssl certificate error") {
        return PageKind::ClientCertificate;
    }
    if wants_https(&lower) {
        return PageKind::WantsHttps;
    }
    if lower.contains("cloudfront") && lower.contains("request blocked") {
        return PageKind::Filter("CloudFront's firewall".to_owned());
    }
    if let Some((_, by)) = FILTERS.iter().find(|(words, _)| lower.contains(words)) {
        return PageKind::Filter((*by).to_owned());
    }
    if is_network_sign_in(&page, host, &lower) {
        return PageKind::Filter("the sign-in page of this network".to_owned());
    }
    if lower.contains("apache tomcat") || title.as_deref().is_some_and(|title| title.starts_with("HTTP Status ")) {
        return PageKind::Container;
    }
    proxy_error(&lower, title.as_deref()).map_or(PageKind::Other(title), PageKind::ProxyError)
}

/// What nginx, Tomcat, Apache and Go's server say on a port for https when they are asked over plain http.
pub(super) fn wants_https(lower: &str) -> bool {
    let signs = [
        "plain http request was sent to https port",
        "combination of host and port requires tls",
        "speaking plain http to an ssl-enabled server port",
        "sent an http request to an https server",
    ];
    signs.iter().any(|sign| lower.contains(sign))
}

/// A hotel's or train's network answers every address with its own page, whose form leads to another host.
fn is_network_sign_in(page: &Html, host: &str, lower: &str) -> bool {
    let leads_away = |action: &str| Url::parse(action).is_ok_and(|action| action.host_str().is_some_and(|to| to != host));
    let words = ["wi-fi", "wifi", "wlan", "hotspot", "terms of use", "terms and conditions", "internet access", "network access"];
    select(page, "form").iter().filter_map(|form| form.value().attr("action")).any(leads_away)
        && words.iter().any(|word| lower.contains(word))
}

fn proxy_error(lower: &str, title: Option<&str>) -> Option<&'static str> {
    let titled_by_status = title.is_some_and(|title| title.starts_with(|c: char| c.is_ascii_digit()));
    if titled_by_status && lower.contains("nginx") {
        Some("nginx")
    } else if lower.contains("no server is available to handle this request") {
        Some("HAProxy")
    } else if lower.contains("the proxy server received an invalid")
        || lower.contains("the server is temporarily unable to service your request")
    {
        Some("Apache")
    } else if lower.contains("bigip") || lower.contains("big-ip") {
        Some("F5 BIG-IP")
    } else {
        None
    }
}

/// The provider that a page's own form posts a SAML message to, without anybody pressing anything.
fn saml_form(page: &Html, host: &str) -> Option<String> {
    let input = select(page, "input[name=SAMLRequest], input[name=SAMLResponse]").into_iter().next()?;
    let form = input.ancestors().filter_map(ElementRef::wrap).find(|element| element.value().name() == "form");
    let action = form.and_then(|form| form.value().attr("action")).and_then(|action| Url::parse(action).ok());
    let named =
        action.and_then(|action| idp::provider(&action).or_else(|| action.host_str().map(|host| format!("the identity provider {host}"))));
    Some(named.unwrap_or_else(|| format!("the single sign-on of {host}")))
}

/// Marks by which the sign-in pages of identity providers give themselves away, where they come with status 200 on the host's own address.
const SIGN_IN_PAGES: [(&str, &str); 6] = [
    ("okta-sign-in", "Okta"),
    ("/adfs/ls", "AD FS"),
    ("kc-form-login", "Keycloak"),
    ("/login-actions/authenticate", "Keycloak"),
    ("aadcdn.msftauth.net", "Microsoft Entra ID"),
    ("ping.federate", "PingFederate"),
];

/// The provider whose page this is, or to which this page sends the browser on at once.
fn sign_in_page(page: &Html, lower: &str, host: &str) -> Option<String> {
    if let Some((_, name)) = SIGN_IN_PAGES.iter().find(|(mark, _)| lower.contains(mark)) {
        return Some((*name).to_owned());
    }
    let forms = select(page, "form").into_iter().filter_map(|form| form.value().attr("action"));
    let refresh = select(page, "meta[http-equiv=refresh], meta[http-equiv=Refresh]");
    let refresh =
        refresh.iter().filter_map(|meta| meta.value().attr("content")).filter_map(|content| content.split_once('=')).map(|(_, to)| to);
    let scripts: Vec<String> = select(page, "script").into_iter().map(|script| script.text().collect()).collect();
    let sent_on = scripts.iter().filter_map(|script| {
        let (_, to) = script.split_once("location")?;
        to.split(['"', '\'']).nth(1)
    });
    forms
        .chain(refresh)
        .chain(sent_on)
        .filter_map(|to| Url::parse(to.trim().trim_matches(['"', '\''])).ok())
        .filter(|to| to.host_str() != Some(host))
        .find_map(|to| idp::provider(&to))
}

/// The message of an error page: the container's, else the title.
pub(super) fn message(text: &str) -> Option<String> {
    let page = Html::parse_document(text);
    let message = select(&page, "p").into_iter().find_map(|paragraph| {
        let words: String = paragraph.text().collect();
        words.strip_prefix("Message").map(|message| message.trim().to_owned())
    });
    message.or_else(|| title_of(&page))
}

/// The meta elements of a page of Confluence.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub(crate) struct Metas(BTreeMap<String, String>);

impl Metas {
    /// The content of a meta element.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// True where they can only be those of Confluence.
    pub(crate) fn is_confluence(&self) -> bool {
        ["ajs-version-number", "confluence-base-url", "confluence-context-path"].iter().any(|name| self.get(name).is_some())
    }

    /// The context path that the server names.
    pub(crate) fn context_path(&self) -> Option<&str> {
        self.get("ajs-context-path").or_else(|| self.get("confluence-context-path"))
    }
}

/// The meta elements of a page.
pub(crate) fn metas(text: &str) -> Metas {
    metas_of(&Html::parse_document(text))
}

fn metas_of(page: &Html) -> Metas {
    let named = select(page, "meta").into_iter().filter_map(|meta| {
        let name = meta.value().attr("name").or_else(|| meta.value().attr("id"))?;
        Some((name.to_owned(), meta.value().attr("content").unwrap_or_default().to_owned()))
    });
    Metas(named.collect())
}

fn title_of(page: &Html) -> Option<String> {
    let title: String = select(page, "title").first()?.text().collect();
    let title = title.split_whitespace().collect::<Vec<_>>().join(" ");
    (!title.is_empty()).then_some(title)
}

fn has(page: &Html, selector: &str) -> bool {
    !select(page, selector).is_empty()
}

fn select<'a>(page: &'a Html, selector: &str) -> Vec<ElementRef<'a>> {
    let selector = Selector::parse(selector).expect("a selector in the code is well formed");
    page.select(&selector).collect()
}
