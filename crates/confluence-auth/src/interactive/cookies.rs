//! What the browser would send along, taken from it for use outside.
//!
//! Which cookies go to an address depends on its path (RFC 6265, section 5.1.4). So they are taken for each part of Confluence that is
//! asked later, and a request gets those of the part that it belongs to.

use browser::{BrowserError, Window};
use preflight::{BoundSecret, Secret};
use url::Url;

use crate::api::Api;
use crate::whoami::CURRENT_USER;

/// One address of each part of Confluence, below its context path.
const PARTS: [&str; 6] =
    ["/", CURRENT_USER, "/rpc/json-rpc/confluenceservice-v2", "/download/attachments/", "/api/v2/spaces", "/plugins/servlet/"];

/// Cookie headers by path.
#[derive(Clone, Default, Debug)]
pub(crate) struct Cookies {
    by_path: Vec<(String, Option<BoundSecret>)>,
}

impl Cookies {
    /// Takes what the browser would send to this Confluence.
    pub(super) async fn take(window: &dyn Window, api: &Api) -> Result<Self, BrowserError> {
        let mut by_path = Vec::new();
        for address in addresses(api) {
            by_path.push((address.path().to_owned(), window.cookies_for(&address).await?));
        }
        Ok(Self { by_path })
    }

    pub(super) fn is_empty(&self) -> bool {
        self.by_path.iter().all(|(_, cookies)| cookies.is_none())
    }

    /// The header for a request to this path: that of the address which shares most folders with it.
    pub(crate) fn for_path(&self, path: &str) -> Option<&BoundSecret> {
        let path = path.split('?').next().unwrap_or_default();
        let rank = |taken: &str| (shared_folders(taken, path), std::cmp::Reverse(taken.len()));
        self.by_path.iter().max_by_key(|(taken, _)| rank(taken)).and_then(|(_, cookies)| cookies.as_ref())
    }

    /// Everything in them that nobody may see: each value that is long enough to be one.
    pub(super) fn secrets(&self) -> Vec<Secret> {
        const SHORTEST: usize = 12;
        let mut secrets = Vec::new();
        for cookies in self.by_path.iter().filter_map(|(_, cookies)| cookies.as_ref()) {
            cookies.clone().unbind().inspect(|header| {
                let values = header.split(';').filter_map(|pair| pair.split_once('=')).map(|(_, value)| value.trim().trim_matches('"'));
                secrets.extend(values.filter(|value| value.len() >= SHORTEST).map(|value| Secret::new(value.to_owned())));
            });
        }
        secrets
    }
}

fn addresses(api: &Api) -> Vec<Url> {
    let of_host = Some(api.origin().to_url());
    PARTS.iter().map(|part| api.page(part)).chain([of_host]).flatten().collect()
}

/// How many folders at their beginning two paths have in common.
fn shared_folders(one: &str, other: &str) -> usize {
    let folders = |path: &str| path.rsplit_once('/').map_or_else(String::new, |(folders, _)| folders.to_owned());
    let (one, other) = (folders(one), folders(other));
    one.split('/').zip(other.split('/')).take_while(|(one, other)| one == other).count()
}

#[cfg(test)]
mod tests {
    use preflight::Origin;

    use super::*;

    #[test]
    fn a_request_gets_the_cookies_of_its_part() {
        let origin = Origin::parse("https://wiki.example.com").expect("an origin");
        let cookies = |text: &str| Secret::new(text.to_owned()).bind(origin.clone());
        let taken = Cookies {
            by_path: [
                ("/wiki/", Some("JSESSIONID=of-the-wiki")),
                ("/wiki/rest/api/user/current", Some("JSESSIONID=of-the-wiki; api=of-the-api")),
                ("/wiki/download/attachments/", Some("JSESSIONID=of-the-wiki; files=of-the-files")),
                ("/", None),
            ]
            .map(|(path, header)| (path.to_owned(), header.map(cookies)))
            .to_vec(),
        };
        for (path, expected) in [
            ("/wiki/", Some("JSESSIONID=of-the-wiki")),
            ("/wiki/display/OPS/Home", Some("JSESSIONID=of-the-wiki")),
            ("/wiki/rest/api/space?start=/download/attachments/", Some("JSESSIONID=of-the-wiki; api=of-the-api")),
            ("/wiki/rest/applinks/1.0/manifest", Some("JSESSIONID=of-the-wiki; api=of-the-api")),
            ("/wiki/download/attachments/1/plan.pdf", Some("JSESSIONID=of-the-wiki; files=of-the-files")),
            ("/_edge/tenant_info", None),
            ("/other/", None),
        ] {
            assert_eq!(taken.for_path(path).map(|header| header.expose_for(&origin)), expected.map(Ok), "{path}");
        }
        assert_eq!(Cookies::default().for_path("/").map(drop), None);
    }
}
