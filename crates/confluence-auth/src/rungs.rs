//! The rungs of the connection test, one file each, in the order in which they are climbed.

pub(crate) mod address;
pub(crate) mod administrator;
pub(crate) mod attachment;
pub(crate) mod content;
pub(crate) mod credential;
pub(crate) mod identity;
pub(crate) mod permissions;
pub(crate) mod product;
pub(crate) mod reachable;
pub(crate) mod spaces;
pub(crate) mod users;

use crate::api::Api;
use crate::classify::{Obstacle, Refusal};
use crate::error::ConfluenceError;

/// The error for something that content depends on.
pub(crate) fn must(api: &Api, what: &'static str, refusal: Refusal, anonymous: bool) -> ConfluenceError {
    let Refusal { status, obstacle, words, missing_scope } = refusal;
    if let Some(scope) = missing_scope {
        return ConfluenceError::ScopeMissing { scope };
    }
    match obstacle {
        Some(Obstacle::Login) if anonymous => ConfluenceError::AnonymousNotAllowed,
        Some(Obstacle::Login) => ConfluenceError::SessionExpired,
        Some(Obstacle::WebPage { .. }) | None if matches!(status, 401 | 403) => {
            if anonymous {
                ConfluenceError::AnonymousNotAllowed
            } else {
                ConfluenceError::Refused { what, status, words }
            }
        }
        Some(Obstacle::WebSudo) => ConfluenceError::ElevationRequired,
        Some(obstacle) => ConfluenceError::InTheWay { host: api.origin().host().to_owned(), obstacle },
        None => ConfluenceError::Unreadable { asked: what, status, words },
    }
}
