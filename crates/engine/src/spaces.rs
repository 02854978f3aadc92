//! The inventory of spaces: time limit, interruption, and whatever was found until then.

use std::future::Future;
use std::time::Duration;

use confluence_auth::{Cx, Settings, Survey};
use futures::FutureExt as _;
use futures::future::{BoxFuture, Either, select};
pub use preflight::{Inventory, InventoryProgress, Phase, SoFar, SpaceRole, SpaceRow};

use crate::Deps;

/// An inventory to make.
#[derive(Debug)]
pub struct SpacesOrder {
    /// Where, and as whom.
    pub settings: Box<Settings>,
    /// The longest time for the whole. None means none: every request has its own limit, and a large wiki takes its time.
    pub time_limit: Option<Duration>,
}

/// An inventory, and how it came to its end.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Spaces {
    /// What was found.
    pub inventory: Inventory,
    /// It was stopped from outside.
    pub interrupted: bool,
}

/// Makes an inventory to its end, until its time runs out, or until `stop` comes; what was found until then is kept.
/// Dropping the future leaves nothing running.
pub fn run<'a>(
    deps: &'a Deps,
    order: &'a SpacesOrder,
    progress: &'a dyn InventoryProgress,
    stop: impl Future<Output = ()> + Send + 'a,
) -> BoxFuture<'a, Spaces> {
    run_to_end(deps, order, progress, stop).boxed()
}

async fn run_to_end(deps: &Deps, order: &SpacesOrder, progress: &dyn InventoryProgress, stop: impl Future<Output = ()> + Send) -> Spaces {
    let survey = Survey::new(&order.settings);
    let cx = Cx::new(&*deps.network, &*deps.clock);
    let work = async {
        let work = survey.run(&cx, &order.settings, progress).boxed();
        match order.time_limit {
            None => work.await,
            Some(limit) => {
                if tokio::time::timeout(limit, work).await.is_err() {
                    survey.time_out(limit);
                }
            }
        }
    };
    let interrupted = match select(std::pin::pin!(work), std::pin::pin!(stop)).await {
        Either::Left(_) => false,
        Either::Right(_) => true,
    };
    Spaces { inventory: survey.so_far(), interrupted }
}
