//! How a practice Confluence is put together.

use std::io;
use std::sync::{Arc, Mutex};

use ring::hmac;

use super::edition::{Edition, NoVersion, Version};
use super::site::{Memory, Site};
use super::switches::{Closed, Front, Paging, RateLimit, Switches};
use super::wiki::Wiki;
use super::{Confluence, cloud, dc, idp};
use crate::server::Bound;
use crate::tls::Identity;

/// Collects what kind of Confluence is wanted.
#[derive(Debug)]
#[must_use]
pub struct Builder {
    edition: Result<Edition, NoVersion>,
    context: String,
    spaces: usize,
    switches: Switches,
    identity: Option<Identity>,
}

impl Default for Builder {
    fn default() -> Self {
        Self {
            edition: Ok(Edition::DataCenter(Version::new(9, 2))),
            context: String::new(),
            spaces: 0,
            switches: Switches::default(),
            identity: None,
        }
    }
}

impl Builder {
    /// Server or Data Center of this version: `"6.15"`, `"7.4"`, `"7.13"`, `"7.19"`, `"8.5"`, `"9.2"`, `"10.0"`.
    pub fn data_center(mut self, version: &str) -> Self {
        self.edition = version.parse().map(Edition::DataCenter);
        self
    }

    /// Cloud, which is always under `/wiki`.
    pub fn cloud(mut self) -> Self {
        self.edition = Ok(Edition::Cloud);
        self
    }

    /// Context path of Data Center: `""`, `"/confluence"`, `"/wiki"`.
    pub fn context(mut self, context: &str) -> Self {
        context.trim_end_matches('/').clone_into(&mut self.context);
        self
    }

    /// Adds project spaces to the eight hand-written ones until there are so many.
    pub fn spaces(mut self, count: usize) -> Self {
        self.spaces = count;
        self
    }

    /// Serves HTTPS as this identity.
    pub fn https(mut self, identity: Identity) -> Self {
        self.identity = Some(identity);
        self
    }

    /// Sets any of the switches.
    pub fn switches(mut self, change: impl FnOnce(&mut Switches)) -> Self {
        change(&mut self.switches);
        self
    }

    /// Whether people who are not signed in may read open spaces.
    pub fn anonymous(self, open: bool) -> Self {
        self.switches(|switches| switches.anonymous = open)
    }

    /// How a closed Confluence turns strangers away from REST.
    pub fn closed(self, closed: Closed) -> Self {
        self.switches(|switches| switches.closed = closed)
    }

    /// What stands before Confluence, or in its place.
    pub fn front(self, front: Front) -> Self {
        self.switches(|switches| switches.front = front)
    }

    /// Defects of listings.
    pub fn paging(self, paging: Paging) -> Self {
        self.switches(|switches| switches.paging = paging)
    }

    /// REST rate limit.
    pub fn rate_limit(self, limit: RateLimit) -> Self {
        self.switches(|switches| switches.rate_limit = limit)
    }

    /// Starts the servers on free loopback ports.
    pub async fn start(self) -> io::Result<Confluence> {
        let edition = self.edition.map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
        let bound = match &self.identity {
            Some(identity) => Bound::https(identity).await?,
            None => Bound::http().await?,
        };
        // Under another name than the wiki, so that browsers keep their cookies and their pages apart.
        let idp = Bound::http_as("localhost").await?;
        let is_cloud = edition == Edition::Cloud;
        let site = Arc::new(Site {
            edition,
            context: if is_cloud { "/wiki".to_owned() } else { self.context },
            origin: bound.origin().to_owned(),
            idp: idp.origin().to_owned(),
            signing_key: hmac::Key::new(hmac::HMAC_SHA256, &rand::random::<[u8; 32]>()),
            wiki: Wiki::new(self.spaces),
            switches: Mutex::new(self.switches),
            memory: Mutex::new(Memory::default()),
        });
        let router = if is_cloud { cloud::site(&site) } else { dc::router(&site) };
        let gateway = if is_cloud { Some(Bound::http().await?.serve(cloud::gateway(&site))) } else { None };
        Ok(Confluence { server: bound.serve(router), idp: idp.serve(idp::router(&site)), gateway, site })
    }
}
