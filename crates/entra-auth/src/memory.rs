//! Remembering sign-ins between two starts: what is kept, under which name, and what keeps it (the system's keychain, behind a seam).

use std::fmt::{self, Debug};

use futures::future::BoxFuture;
use preflight::{SafeText, Secret};

use crate::{ClientId, Guid, Metadata};

/// Whose sign-in it is: of which app, in which tenant, with which sign-in service. The account comes with what is remembered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MemoryKey {
    /// The sign-in service's origin.
    pub authority: String,
    /// The tenant.
    pub tenant: Guid,
    /// The app.
    pub client_id: ClientId,
}

impl MemoryKey {
    pub(crate) fn of(metadata: &Metadata, client_id: &ClientId) -> Self {
        let authority = metadata.authority().origin().to_string();
        Self { authority, tenant: metadata.tenant().clone(), client_id: client_id.clone() }
    }
}

impl fmt::Display for MemoryKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.authority, self.tenant, self.client_id)
    }
}

/// A sign-in that was remembered.
#[derive(Clone, Debug)]
pub struct Remembered {
    /// The account that signed in.
    pub account: String,
    /// What renews its session.
    pub refresh_token: Secret,
}

/// Keeps sign-ins. What it cannot do it says in a sentence for the person, and the sign-in goes on without.
pub trait Memory: Send + Sync + Debug {
    /// The sign-in that was remembered last.
    fn recall(&self, key: MemoryKey) -> BoxFuture<'_, Result<Option<Remembered>, SafeText>>;
    /// Remembers a sign-in in the place of the one before.
    fn keep(&self, key: MemoryKey, sign_in: Remembered) -> BoxFuture<'_, Result<(), SafeText>>;
    /// Forgets it.
    fn forget(&self, key: MemoryKey) -> BoxFuture<'_, Result<(), SafeText>>;
}
