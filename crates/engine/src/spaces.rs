//! The inventory of spaces: time limit, interruption, whatever was found until then, and going on from there.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use confluence_auth::{Cx, Deadline, Settings, Survey};
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

/// An inventory in the making, shared between who makes it and who shows it.
#[derive(Clone, Debug)]
pub struct Listing(Arc<Survey>);

impl Listing {
    /// Nothing found yet.
    pub fn new(order: &SpacesOrder) -> Self {
        Self(Arc::new(Survey::new(&order.settings)))
    }

    /// Goes on where this one ended, whatever ended it. What was found stays, as long as the same account is signed in.
    #[must_use]
    pub fn resumed(&self, order: &SpacesOrder) -> Self {
        Self(Arc::new(Survey::resuming(&self.0, &order.settings)))
    }

    /// What has been found until now, at any time.
    pub fn so_far(&self) -> Inventory {
        self.0.so_far()
    }

    /// Makes it to its end, or until its time runs out. Dropping the future leaves nothing running, and what was found stays.
    pub fn run<'a>(&'a self, deps: &'a Deps, order: &'a SpacesOrder, progress: &'a dyn InventoryProgress) -> BoxFuture<'a, ()> {
        self.run_to_end(deps, order, progress).boxed()
    }

    async fn run_to_end(&self, deps: &Deps, order: &SpacesOrder, progress: &dyn InventoryProgress) {
        let deadline = order.time_limit.map(Deadline::new);
        let cx = Cx { launcher: Some(&*deps.launcher), deadline: deadline.as_ref(), ..Cx::new(&*deps.network, &*deps.clock) };
        let work = self.0.run(&cx, &order.settings, progress).boxed();
        match &deadline {
            None => work.await,
            Some(deadline) => {
                if let Either::Right(_) = select(work, deadline.passed().boxed()).await {
                    self.0.time_out(deadline.length());
                }
            }
        }
    }
}

/// Makes an inventory to its end, until its time runs out, or until `stop` comes; what was found until then is kept.
/// Dropping the future leaves nothing running.
pub fn run<'a>(
    deps: &'a Deps,
    order: &'a SpacesOrder,
    progress: &'a dyn InventoryProgress,
    stop: impl Future<Output = ()> + Send + 'a,
) -> BoxFuture<'a, Spaces> {
    async move {
        let listing = Listing::new(order);
        let work = listing.run(deps, order, progress);
        let interrupted = match select(work, std::pin::pin!(stop)).await {
            Either::Left(_) => false,
            Either::Right(_) => true,
        };
        Spaces { inventory: listing.so_far(), interrupted: interrupted || listing.0.was_cancelled() }
    }
    .boxed()
}
