//! The inventory of spaces: which there are for this account, and what it could migrate of each.
//!
//! It proves first who is signed in, by the same rungs as the connection test: a token that the server ignores never becomes an
//! inventory under a false name. Then it lists, and asks no more than this version and this account need: nothing per space where
//! the listing tells (Cloud) or where one right covers all (administrators, of whom three spaces are tried), else one question
//! for each space, side by side as far as the server likes it.

mod account;
mod ask;
mod listing;
mod pace;
mod patience;
mod question;
mod rows;
mod survey;

pub(crate) use patience::{Taken, taken_for};
pub use survey::Survey;

use preflight::{Inventory, InventoryProgress};

use crate::settings::{Cx, Settings};

/// Lists the spaces that the account sees, and what it could migrate of each.
///
/// Dropping the future ends it at once; to keep what was found until then, run a [`Survey`].
pub async fn inventory(cx: &Cx<'_>, settings: &Settings, progress: &dyn InventoryProgress) -> Inventory {
    let survey = Survey::new(settings);
    survey.run(cx, settings, progress).await;
    survey.so_far()
}
