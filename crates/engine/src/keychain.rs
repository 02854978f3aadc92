//! Sign-ins that this computer remembers: refresh tokens in the system's keychain (Keychain on macOS, Credential Manager on Windows, the
//! Secret Service on Linux), and nowhere else. Off unless the person switches it on.

use std::fmt;
use std::sync::Arc;

pub use entra_auth::Memory;
use entra_auth::{MemoryKey, Remembered};
use futures::FutureExt as _;
use futures::future::BoxFuture;
use keyring_core::{CredentialStore, Entry, Error};
use preflight::{SafeText, Secret};

use crate::explain;

/// The name under which everything stands in the keychain.
const SERVICE: &str = "Wayleave";

/// Windows takes 2560 bytes for an entry, so what is longer goes into several.
const PART: usize = 2000;
/// No refresh token is nearly as long.
const MOST_PARTS: usize = 8;
/// All parts together, as the error says it.
const LONGEST: u32 = 16_000;

/// A keychain, or the reason why there is none.
#[derive(Clone)]
pub struct Keychain {
    store: Result<Arc<CredentialStore>, SafeText>,
}

impl Keychain {
    /// The system's own. It may ask the person to unlock it, so this and all that follows runs beside the window.
    pub async fn system() -> Self {
        let found = tokio::task::spawn_blocking(|| match keyring::v1::Entry::store_status() {
            Ok(()) => keyring_core::get_default_store().ok_or_else(|| explain::no_keychain(None)),
            Err(error) => Err(explain::no_keychain(Some(error))),
        });
        Self { store: found.await.unwrap_or_else(|_panicked| Err(explain::no_keychain(None))) }
    }

    /// One of one's own choice.
    pub const fn over(store: Arc<CredentialStore>) -> Self {
        Self { store: Ok(store) }
    }

    /// Why nothing can be remembered, where that is so.
    pub fn unavailable(&self) -> Option<&SafeText> {
        self.store.as_ref().err()
    }

    /// Does something with the keychain beside everything else: it may wait for the person.
    fn with<T: Send + 'static>(
        &self,
        work: impl FnOnce(&CredentialStore) -> Result<T, Error> + Send + 'static,
    ) -> BoxFuture<'_, Result<T, SafeText>> {
        async move {
            let store = self.store.clone()?;
            match tokio::task::spawn_blocking(move || work(&*store)).await {
                Ok(result) => result.map_err(|error| explain::keychain(&error)),
                Err(_panicked) => Err(explain::no_keychain(None)),
            }
        }
        .boxed()
    }
}

impl fmt::Debug for Keychain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keychain").field("unavailable", &self.unavailable()).finish_non_exhaustive()
    }
}

/// The same memory for a sign-in as somebody else: what is remembered is forgotten first.
#[derive(Debug)]
pub struct Anew(Arc<dyn Memory>);

impl Anew {
    /// Over this memory.
    pub fn new(memory: Arc<dyn Memory>) -> Self {
        Self(memory)
    }
}

impl Memory for Anew {
    fn recall(&self, key: MemoryKey) -> BoxFuture<'_, Result<Option<Remembered>, SafeText>> {
        async move { self.0.forget(key).await.map(|()| None) }.boxed()
    }

    fn keep(&self, key: MemoryKey, sign_in: Remembered) -> BoxFuture<'_, Result<(), SafeText>> {
        self.0.keep(key, sign_in)
    }

    fn forget(&self, key: MemoryKey) -> BoxFuture<'_, Result<(), SafeText>> {
        self.0.forget(key)
    }
}

impl Memory for Keychain {
    fn recall(&self, key: MemoryKey) -> BoxFuture<'_, Result<Option<Remembered>, SafeText>> {
        self.with(move |store| recall(store, &key))
    }

    fn keep(&self, key: MemoryKey, sign_in: Remembered) -> BoxFuture<'_, Result<(), SafeText>> {
        self.with(move |store| keep(store, &key, &sign_in))
    }

    fn forget(&self, key: MemoryKey) -> BoxFuture<'_, Result<(), SafeText>> {
        self.with(move |store| forget(store, &key))
    }
}

/// Which account signed in last, of this app in this tenant.
fn last(store: &CredentialStore, key: &MemoryKey) -> Result<Entry, Error> {
    store.build(SERVICE, &key.to_string(), None)
}

/// A part of an account's refresh token.
fn part(store: &CredentialStore, key: &MemoryKey, account: &str, number: usize) -> Result<Entry, Error> {
    let account = account.to_lowercase();
    let name = if number == 0 { format!("{key} {account}") } else { format!("{key} {account} {number}") };
    store.build(SERVICE, &name, None)
}

fn found<T>(result: Result<T, Error>) -> Result<Option<T>, Error> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(Error::NoEntry) => Ok(None),
        Err(error) => Err(error),
    }
}

fn recall(store: &CredentialStore, key: &MemoryKey) -> Result<Option<Remembered>, Error> {
    let Some(account) = found(last(store, key)?.get_password())? else { return Ok(None) };
    let Some(first) = found(part(store, key, &account, 0)?.get_secret())? else { return Ok(None) };
    // the first byte says how many parts there are
    let Some((&count, first)) = first.split_first() else { return Ok(None) };
    let mut bytes = first.to_vec();
    for number in 1..usize::from(count).min(MOST_PARTS) {
        let Some(more) = found(part(store, key, &account, number)?.get_secret())? else { return Ok(None) };
        bytes.extend(more);
    }
    let refresh_token = String::from_utf8(bytes).map_err(|error| Error::BadEncoding(error.into_bytes()))?;
    Ok(Some(Remembered { account, refresh_token: Secret::new(refresh_token) }))
}

fn keep(store: &CredentialStore, key: &MemoryKey, sign_in: &Remembered) -> Result<(), Error> {
    // one account at a time: what is not used any more is not kept
    forget(store, key)?;
    sign_in.refresh_token.inspect(|token| {
        let parts: Vec<&[u8]> = token.as_bytes().chunks(PART).collect();
        let count = u8::try_from(parts.len()).ok().filter(|count| usize::from(*count) <= MOST_PARTS);
        let Some(count) = count else { return Err(Error::TooLong("refresh token".to_owned(), LONGEST)) };
        for (number, bytes) in parts.iter().enumerate().rev() {
            let entry = part(store, key, &sign_in.account, number)?;
            if number == 0 {
                entry.set_secret(&[&[count], *bytes].concat())?;
            } else {
                entry.set_secret(bytes)?;
            }
        }
        Ok(())
    })?;
    // last of all, so that it never leads to half a token
    last(store, key)?.set_password(&sign_in.account)
}

fn forget(store: &CredentialStore, key: &MemoryKey) -> Result<(), Error> {
    let entry = last(store, key)?;
    let Some(account) = found(entry.get_password())? else { return Ok(()) };
    for number in (0..MOST_PARTS).rev() {
        found(part(store, key, &account, number)?.delete_credential())?;
    }
    found(entry.delete_credential()).map(drop)
}

#[cfg(test)]
mod tests;
