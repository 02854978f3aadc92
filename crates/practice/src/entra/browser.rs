//! A browser in a few lines, for tests: it follows the provider's pages in-process, fills them in and stops at the return address.

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use hyper::service::Service as _;
use hyper_util::service::TowerToHyperService;
use url::{Url, form_urlencoded};

use super::Entra;

/// What the person at the browser does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// Signs in, approves the second factor, accepts what is asked for.
    Accept,
    /// The same, and consents for the whole organization where that is offered.
    AcceptForOrganization,
    /// Signs in and presses Cancel on the consent page (or "Return to the application" where an administrator is needed).
    DeclineConsent,
    /// Presses Cancel on the first page.
    CancelSignIn,
    /// Types a wrong password once.
    WrongPassword,
    /// Denies the second factor.
    DenyMfa,
}

/// Where a sign-in ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Landing {
    /// The browser is sent to this address (`response_mode=query` or `fragment`).
    Redirect {
        /// The return address with the answer in it.
        url: String,
        /// Whether the provider delivers it twice.
        twice: bool,
    },
    /// The browser posts these fields (`response_mode=form_post`).
    FormPost {
        /// The return address.
        action: String,
        /// The answer.
        fields: Vec<(String, String)>,
        /// Whether the provider delivers it twice.
        twice: bool,
    },
    /// The browser stays on a page of the provider: the app hears nothing.
    Page(PageError),
    /// The sign-in of a device is done, or its refusal noted.
    Done,
}

impl Landing {
    /// A parameter of the answer that goes to the return address.
    pub fn parameter(&self, name: &str) -> Option<String> {
        match self {
            Self::Redirect { url, .. } => {
                let url = Url::parse(url).ok()?;
                let query = url.query().or(url.fragment()).unwrap_or_default().to_owned();
                form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
            }
            Self::FormPost { fields, .. } => fields.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone()),
            Self::Page(_) | Self::Done => None,
        }
    }

    /// The AADSTS number of a page the browser stayed on.
    pub fn page_code(&self) -> Option<u32> {
        match self {
            Self::Page(page) => page.code,
            _ => None,
        }
    }
}

/// What a page says that the app never hears of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageError {
    /// The AADSTS number.
    pub code: Option<u32>,
    /// The sentence with the number in front.
    pub message: String,
    /// Trace id, where the page shows one.
    pub trace_id: Option<String>,
    /// Correlation id, where the page shows one.
    pub correlation_id: Option<String>,
    /// Time, where the page shows one.
    pub timestamp: Option<String>,
}

/// A browser with its cookies: a second sign-in in it finds the first.
#[derive(Debug)]
pub struct Browser {
    entra: Entra,
    router: Router,
    cookie: Option<String>,
}

/// A page or a redirect as it came.
struct Loaded {
    location: Option<String>,
    html: String,
}

impl Browser {
    /// A browser without cookies in front of a provider.
    pub fn new(entra: &Entra) -> Self {
        Self { entra: entra.clone(), router: entra.router(), cookie: None }
    }

    /// Opens an authorization address and signs a person in.
    pub async fn sign_in(&mut self, url: &str, upn: &str, choice: Choice) -> Landing {
        let path = Url::parse(url).map_or_else(|_| url.to_owned(), |url| path_and_query(&url));
        let loaded = self.load("GET", &path, String::new()).await;
        self.walk(loaded, upn, choice).await
    }

    /// Types a device's code and signs a person in.
    pub async fn enter_device_code(&mut self, user_code: &str, upn: &str, choice: Choice) -> Landing {
        let body = encode(&[("otc", user_code)]);
        let loaded = self.load("POST", "/devicelogin", body).await;
        self.walk(loaded, upn, choice).await
    }

    async fn walk(&mut self, mut loaded: Loaded, upn: &str, choice: Choice) -> Landing {
        // picker, password, second factor, confirmation, consent: more pages than this there are not
        for _ in 0..8 {
            if let Some(url) = loaded.location {
                return Landing::Redirect { url, twice: false };
            }
            let html = loaded.html;
            let kind = attribute(&html, "data-page").unwrap_or_default();
            let code = attribute(&html, "data-code").and_then(|code| code.parse().ok());
            let stay = |html: &str| Landing::Page(page_error(html, code));
            let answer: Vec<(&str, &str)> = match kind.as_str() {
                "form_post" => return form_landing(&html),
                "redirect_twice" => return Landing::Redirect { url: attribute(&html, "href").unwrap_or_default(), twice: true },
                "done" => return Landing::Done,
                "username" | "password" if code.is_some() => return stay(&html),
                "username" | "password" if choice == Choice::CancelSignIn => vec![("action", "cancel")],
                "username" => vec![("username", upn), ("action", "next")],
                "password" => {
                    let password = self.password_of(upn);
                    let typed = if choice == Choice::WrongPassword { "not the password" } else { password.as_str() };
                    let form = [("action", "next"), ("page", "password"), ("password", typed)];
                    loaded = self.submit(&html, &form).await;
                    continue;
                }
                "mfa" if choice == Choice::DenyMfa => vec![("action", "deny")],
                "mfa" => vec![("action", "approve")],
                "confirm" => vec![("action", "next")],
                "consent" => match choice {
                    Choice::DeclineConsent => vec![("action", "cancel")],
                    Choice::AcceptForOrganization => vec![("action", "accept"), ("for_organization", "true")],
                    _ => vec![("action", "accept")],
                },
                "approval" if choice == Choice::DeclineConsent => vec![("action", "cancel")],
                _ => return stay(&html),
            };
            let mut form = answer;
            form.push(("page", kind.as_str()));
            loaded = self.submit(&html, &form).await;
        }
        Landing::Page(page_error(&loaded.html, None))
    }

    async fn submit(&mut self, html: &str, fields: &[(&str, &str)]) -> Loaded {
        let action = attribute(html, "action").unwrap_or_default();
        let token = between(html, "name=\"flowToken\" value=\"", "\"").unwrap_or_default();
        let mut form = vec![("flowToken", token.as_str())];
        form.extend_from_slice(fields);
        self.load("POST", &action, encode(&form)).await
    }

    fn password_of(&self, upn: &str) -> String {
        let world = self.entra.world();
        let user = world.users.iter().find(|user| user.upn.eq_ignore_ascii_case(upn));
        user.map(|user| user.password.clone()).unwrap_or_default()
    }

    async fn load(&mut self, method: &str, path: &str, body: String) -> Loaded {
        let mut request = Request::builder().method(method).uri(path);
        request = request.header("content-type", "application/x-www-form-urlencoded");
        if let Some(cookie) = &self.cookie {
            request = request.header("cookie", cookie);
        }
        let empty = Loaded { location: None, html: String::new() };
        let Ok(request) = request.body(Body::from(body)) else { return empty };
        let response = match TowerToHyperService::new(self.router.clone()).call(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        };
        let header = |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        if let Some(cookie) = header("set-cookie") {
            self.cookie = cookie.split(';').next().map(str::to_owned);
        }
        let location = header("location");
        let html = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap_or_default();
        Loaded { location, html: String::from_utf8_lossy(&html).into_owned() }
    }
}

impl Entra {
    /// Opens an authorization address in a browser without cookies, signs a person in with the right password, and tells where
    /// the browser ends up. Nothing is sent to the return address: that is for the caller to do.
    pub async fn sign_in_like_a_browser(&self, authorize_url: &str, upn: &str, choice: Choice) -> Landing {
        Browser::new(self).sign_in(authorize_url, upn, choice).await
    }
}

fn path_and_query(url: &Url) -> String {
    url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()))
}

fn encode(fields: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

fn between(html: &str, start: &str, end: &str) -> Option<String> {
    let rest = html.split_once(start)?.1;
    Some(unescape(rest.split_once(end)?.0))
}

fn attribute(html: &str, name: &str) -> Option<String> {
    between(html, &format!(" {name}=\""), "\"")
}

fn unescape(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#39;", "'").replace("&amp;", "&")
}

fn form_landing(html: &str) -> Landing {
    let fields = html
        .split("<input type=\"hidden\" ")
        .skip(1)
        .filter_map(|field| Some((between(field, "name=\"", "\"")?, between(field, "value=\"", "\"")?)))
        .collect();
    let twice = html.contains("data-twice=\"true\"");
    Landing::FormPost { action: attribute(html, "action").unwrap_or_default(), fields, twice }
}

fn page_error(html: &str, code: Option<u32>) -> PageError {
    let element = |id: &str| {
        let rest = html.split_once(&format!("id=\"{id}\""))?.1;
        between(rest, ">", "<")
    };
    PageError {
        code,
        message: element("message").unwrap_or_default(),
        trace_id: element("trace"),
        correlation_id: element("correlation"),
        timestamp: element("timestamp"),
    }
}
