//! The inventory of spaces: beginning it, going on with it, and passing on what it finds while it runs.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use engine::Job;
use engine::spaces::{Listing, SpacesOrder};
use preflight::{Clock, InventoryProgress, SoFar, TargetKind, UserPrompt};

use super::{App, Dialog};
use crate::desk::Page;
use crate::spaces::{Found, MadeFor};
use crate::task::{Task, Teller, Wake};
use crate::views::save::SaveForm;

/// Numbers on screen change so often: as fast as anybody reads.
const NUMBERS_EVERY: Duration = Duration::from_millis(100);
/// Rows on screen change so often at most.
const ROWS_EVERY: Duration = Duration::from_millis(400);
/// Looking at what was found may take one part of so many of the time.
const SHARE: u32 = 10;

/// Where an inventory begins.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum From {
    /// Anew, unless there is one already for just these fields.
    Fields,
    /// Anew.
    Scratch,
    /// Where the last one ended.
    LastTime,
}

impl App {
    /// Shows the spaces, and lists them where that has not been done.
    pub(super) fn list_spaces(&mut self, ctx: &egui::Context, from: From) {
        if self.is_welcoming() {
            return;
        }
        let desk = self.desk_mut();
        let made_for = MadeFor::new(desk);
        if desk.spaces.is_running() || (from == From::Fields && desk.spaces.is_for(&made_for)) {
            self.show_spaces();
            return;
        }
        let Some(Job::Confluence(settings)) = self.job(TargetKind::Confluence) else { return };
        let Some(deps) = self.deps() else { return };
        let order = SpacesOrder { settings, time_limit: None };
        let earlier = self.desk().spaces.listing().filter(|_| from == From::LastTime);
        let goes_on = earlier.is_some();
        let listing = earlier.map_or_else(|| Listing::new(&order), |earlier| earlier.resumed(&order));
        let (found, clock) = (listing.clone(), self.outside.clock.clone());
        let task = Task::spawn_telling(&self.outside.runtime, Wake::window(ctx), move |teller| async move {
            let now_and_then = NowAndThen { teller, listing: found, clock, last: Mutex::default() };
            now_and_then.listing.run(&deps, &order, &now_and_then).await;
            Arc::new(now_and_then.listing.so_far())
        });
        self.desk_mut().spaces.begin(task, listing, made_for, goes_on);
        self.show_spaces();
    }

    fn show_spaces(&mut self) {
        self.dialog = None;
        let desk = self.desk_mut();
        desk.page = Page::Spaces;
        desk.spaces.wants_keyboard = true;
    }

    /// Asks where to export the spaces to.
    pub(super) fn export_spaces(&mut self) {
        let now = self.outside.clock.now();
        let spaces = &self.desk().spaces;
        let Some(inventory) = spaces.latest().filter(|inventory| !inventory.spaces.is_empty()) else { return };
        let (shown, chosen) = (spaces.table.shown_places(), spaces.table.chosen_places());
        self.dialog = Some(Dialog::Save(Box::new(SaveForm::spaces(inventory.clone(), shown, chosen, now))));
    }
}

/// Tells the window how far it has come, and now and then what was found.
struct NowAndThen {
    teller: Teller<Found>,
    listing: Listing,
    clock: Arc<dyn Clock>,
    last: Mutex<Last>,
}

#[derive(Default)]
struct Last {
    told: Option<(Duration, SoFar)>,
    looked: Duration,
    look_took: Duration,
}

impl InventoryProgress for NowAndThen {
    fn prompt(&self, prompt: Option<UserPrompt>) {
        self.teller.tell(|found| found.prompt = prompt);
    }

    fn so_far(&self, so_far: SoFar) {
        let now = self.clock.ticks();
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let soon = last.told.is_some_and(|(told, before)| {
            now.saturating_sub(told) < NUMBERS_EVERY && (before.phase, before.waiting) == (so_far.phase, so_far.waiting)
        });
        if soon {
            return;
        }
        last.told = Some((now, so_far));
        let pause = ROWS_EVERY.max(last.look_took * SHARE);
        let inventory = (so_far.listed > 0 && now.saturating_sub(last.looked) >= pause).then(|| Arc::new(self.listing.so_far()));
        if inventory.is_some() {
            last.looked = self.clock.ticks();
            last.look_took = last.looked.saturating_sub(now);
        }
        drop(last);
        self.teller.tell(|found| {
            found.so_far = Some(so_far);
            if inventory.is_some() {
                found.inventory = inventory;
                found.serial += 1;
            }
        });
    }
}
