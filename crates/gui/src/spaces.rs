//! The inventory of spaces in the window: how it comes, and the table that shows it.

pub mod filter;
pub mod order;
pub mod table;

use std::sync::Arc;

use engine::forms::ConfluenceForm;
use engine::spaces::Listing;
use jiff::Timestamp;
use preflight::{Inventory, SoFar, UserPrompt};
use zeroize::Zeroizing;

use crate::desk::Desk;
use crate::task::{Task, TaskPoll};
use table::Table;

/// Everything about one desk's inventory.
#[derive(Default)]
pub struct Spaces {
    /// Where it stands.
    pub state: State,
    /// What is shown of it.
    pub table: Table,
    /// The keyboard goes to the table as soon as it is there.
    pub wants_keyboard: bool,
    /// The keyboard goes to the filter.
    pub wants_filter: bool,
    listing: Option<Listing>,
    latest: Option<Arc<Inventory>>,
    made_for: Option<MadeFor>,
    taken: u64,
}

/// Where an inventory stands. Two at once cannot be written down.
#[derive(Default)]
pub enum State {
    /// Never made.
    #[default]
    Idle,
    /// Under way.
    Running(Task<Arc<Inventory>, Found>),
    /// At its end, complete or not.
    Ended {
        /// What was found.
        inventory: Arc<Inventory>,
        /// It was stopped by the person.
        cancelled: bool,
        /// When.
        at: Timestamp,
    },
    /// It broke down: a defect of ours.
    Broken,
}

/// What is known of an inventory under way.
#[derive(Clone, Default, Debug)]
pub struct Found {
    /// What is wanted of the person.
    pub prompt: Option<UserPrompt>,
    /// How far it has come.
    pub so_far: Option<SoFar>,
    /// What has been found, now and then.
    pub inventory: Option<Arc<Inventory>>,
    /// Counts what was found.
    pub serial: u64,
}

/// The fields that an inventory was made for. The secrets are in memory only, and wiped when they are dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct MadeFor {
    form: ConfluenceForm,
    token: Zeroizing<String>,
    header_value: Zeroizing<String>,
}

impl MadeFor {
    /// These fields.
    pub fn new(desk: &Desk) -> Self {
        Self { form: desk.confluence.clone(), token: desk.token.clone(), header_value: desk.header_value.clone() }
    }
}

impl Spaces {
    /// An inventory is being made.
    pub fn is_running(&self) -> bool {
        matches!(self.state, State::Running(_))
    }

    /// There is one, or there will be, for just these fields.
    pub fn is_for(&self, fields: &MadeFor) -> bool {
        matches!(self.state, State::Running(_) | State::Ended { .. }) && self.made_for.as_ref() == Some(fields)
    }

    /// What was found last, which is what the table shows.
    pub fn latest(&self) -> Option<&Arc<Inventory>> {
        self.latest.as_ref()
    }

    /// What an inventory can go on from.
    pub fn listing(&self) -> Option<&Listing> {
        self.listing.as_ref()
    }

    /// It begins. What is shown stays where it goes on.
    pub fn begin(&mut self, task: Task<Arc<Inventory>, Found>, listing: Listing, made_for: MadeFor, goes_on: bool) {
        if !goes_on {
            self.table.empty();
            self.latest = None;
        }
        (self.listing, self.made_for, self.taken) = (Some(listing), Some(made_for), 0);
        self.state = State::Running(task);
    }

    /// Stops it. What was found stays.
    pub fn cancel(&mut self, now: Timestamp) {
        if !self.is_running() {
            return;
        }
        // the work is dropped first, so that nothing is found any more
        self.state = State::Idle;
        if let Some(listing) = &self.listing {
            let inventory = Arc::new(listing.so_far());
            self.end(inventory, true, now);
        }
    }

    /// Takes what has been found since the last time.
    pub fn receive(&mut self, now: Timestamp) {
        let State::Running(task) = &mut self.state else { return };
        match task.poll() {
            TaskPoll::Running => {
                let found = task.live();
                let new = (found.serial != self.taken).then(|| found.inventory.clone()).flatten();
                self.taken = found.serial;
                drop(found);
                if let Some(inventory) = new {
                    self.take(inventory, false);
                }
            }
            TaskPoll::Finished(inventory) => self.end(inventory, false, now),
            TaskPoll::Broken => self.state = State::Broken,
        }
    }

    /// With this as its result.
    pub fn end(&mut self, inventory: Arc<Inventory>, cancelled: bool, at: Timestamp) {
        self.take(inventory.clone(), true);
        self.state = State::Ended { inventory, cancelled, at };
    }

    fn take(&mut self, inventory: Arc<Inventory>, settled: bool) {
        self.table.take_in(&inventory.spaces, settled);
        self.latest = Some(inventory);
    }
}
