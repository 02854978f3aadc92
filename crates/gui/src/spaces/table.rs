//! The rows of the table of spaces: prepared once, filtered and sorted when that changes, never while painting.

use std::collections::{BTreeSet, HashMap, HashSet};

use preflight::render::words;
use preflight::{SafeText, SpaceRow};

use super::filter::Filter;
use super::order::{Column, Order};
use crate::kit::table::{Act, Chosen, Step};

/// A space, prepared to be shown.
#[derive(Debug)]
pub struct Row {
    /// The space.
    pub space: SpaceRow,
    /// Its type in words.
    pub kind: String,
    /// Its status in words.
    pub status: String,
    /// What limits it in words.
    pub limited_by: String,
    /// Key and name in small letters, a blank between them.
    folded: String,
    key_end: usize,
    /// Its place in the order of the server.
    pub(super) place: usize,
}

impl Row {
    fn new(space: &SpaceRow, place: usize) -> Self {
        let key = space.key.as_str().to_lowercase();
        let key_end = key.len();
        Self {
            kind: words::kind(space.kind.as_str()),
            status: words::kind(space.status.as_str()),
            limited_by: words::limits(&space.limited_by),
            folded: format!("{key} {}", space.name.as_str().to_lowercase()),
            key_end,
            place,
            space: space.clone(),
        }
    }

    pub(super) fn folded_key(&self) -> &str {
        &self.folded[..self.key_end]
    }

    pub(super) fn folded_name(&self) -> &str {
        &self.folded[self.key_end + 1..]
    }
}

/// The table. Rows are known by the number in which they came; where they stand on screen changes.
#[derive(Default, Debug)]
pub struct Table {
    rows: Vec<Row>,
    by_key: HashMap<SafeText, usize>,
    kinds: BTreeSet<String>,
    /// The rows on screen, in their order.
    shown: Vec<usize>,
    filter: Filter,
    order: Order,
    chosen: HashSet<usize>,
    chosen_shown: usize,
    cursor: Option<usize>,
    /// Where choosing a range began.
    anchor: Option<usize>,
}

impl Table {
    /// Nothing is in it. Filter and order stay.
    pub fn empty(&mut self) {
        let (filter, order) = (std::mem::take(&mut self.filter), self.order);
        *self = Self { filter, order, ..Self::default() };
    }

    /// Takes in what has been found until now. While more is to come, nothing on screen moves: what is new stands at the end. When
    /// it is `settled`, everything stands where it belongs.
    pub fn take_in(&mut self, spaces: &[SpaceRow], settled: bool) {
        // what was found for another account is gone
        if spaces.len() < self.rows.len() {
            self.empty();
        }
        for (place, space) in spaces.iter().enumerate() {
            let known = match self.rows.get(place) {
                // mostly they come in the same order as before
                Some(row) if row.space.key == space.key => Some(place),
                _ => self.by_key.get(&space.key).copied(),
            };
            match known {
                Some(id) if self.rows[id].space == *space => self.rows[id].place = place,
                Some(id) => self.rows[id] = Row::new(space, place),
                None => {
                    self.by_key.insert(space.key.clone(), self.rows.len());
                    if !self.kinds.contains(space.kind.as_str()) {
                        self.kinds.insert(space.kind.as_str().to_owned());
                    }
                    self.rows.push(Row::new(space, place));
                }
            }
        }
        if settled {
            self.arrange();
        } else {
            self.append();
        }
    }

    /// Everything where it belongs.
    fn arrange(&mut self) {
        let words = self.filter.words();
        self.shown.clear();
        let rows = self.rows.iter().enumerate();
        self.shown.extend(rows.filter(|(_, row)| self.filter.takes(&row.space, &row.folded, &words)).map(|(id, _)| id));
        let (rows, order) = (&self.rows, self.order);
        self.shown.sort_unstable_by(|one, other| order.compare(&rows[*one], &rows[*other]));
        self.count();
    }

    /// What is there stays where it is.
    fn append(&mut self) {
        let words = self.filter.words();
        let mut known = vec![false; self.rows.len()];
        let (rows, filter) = (&self.rows, &self.filter);
        let takes = |id: usize| filter.takes(&rows[id].space, &rows[id].folded, &words);
        self.shown.retain(|id| {
            known[*id] = true;
            takes(*id)
        });
        let mut new: Vec<usize> = (0..rows.len()).filter(|id| !known[*id] && takes(*id)).collect();
        let order = self.order;
        new.sort_unstable_by(|one, other| order.compare(&rows[*one], &rows[*other]));
        self.shown.extend(new);
        self.count();
    }

    fn count(&mut self) {
        self.chosen_shown = self.shown.iter().filter(|id| self.chosen.contains(id)).count();
    }

    /// How many spaces there are, shown or not.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// No space is in it.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// How many are on screen or would be if it were high enough.
    pub fn shown(&self) -> usize {
        self.shown.len()
    }

    /// How many are chosen, shown or not.
    pub fn chosen(&self) -> usize {
        self.chosen.len()
    }

    /// Which of those that are shown are chosen.
    pub fn chosen_of_shown(&self) -> Chosen {
        match self.chosen_shown {
            0 => Chosen::None,
            all if all == self.shown.len() => Chosen::All,
            _ => Chosen::Some,
        }
    }

    /// The types that there are.
    pub fn kinds(&self) -> &BTreeSet<String> {
        &self.kinds
    }

    /// The row at a place on screen.
    pub fn row(&self, at: usize) -> Option<(usize, &Row)> {
        let id = *self.shown.get(at)?;
        Some((id, self.rows.get(id)?))
    }

    /// The row with this number is chosen.
    pub fn is_chosen(&self, id: usize) -> bool {
        self.chosen.contains(&id)
    }

    /// Where the keyboard is on screen.
    pub fn cursor(&self) -> Option<usize> {
        self.place_of(self.cursor?)
    }

    fn place_of(&self, id: usize) -> Option<usize> {
        self.shown.iter().position(|shown| *shown == id)
    }

    /// How it is filtered.
    pub fn filter(&self) -> &Filter {
        &self.filter
    }

    /// Filters it.
    pub fn set_filter(&mut self, filter: Filter) {
        if filter != self.filter {
            self.filter = filter;
            self.arrange();
        }
    }

    /// How it is sorted.
    pub fn order(&self) -> Order {
        self.order
    }

    /// Sorts it.
    pub fn set_order(&mut self, order: Order) {
        if order != self.order {
            self.order = order;
            self.arrange();
        }
    }

    /// Places in the inventory of what is shown, in the order on screen.
    pub fn shown_places(&self) -> Vec<usize> {
        self.shown.iter().map(|id| self.rows[*id].place).collect()
    }

    /// Places in the inventory of what is chosen, in the order of the server.
    pub fn chosen_places(&self) -> Vec<usize> {
        let mut places: Vec<usize> = self.chosen.iter().map(|id| self.rows[*id].place).collect();
        places.sort_unstable();
        places
    }

    /// Does what was asked for.
    pub fn act(&mut self, act: Act) {
        match act {
            Act::Sort(column) => {
                if let Some(column) = Column::ALL.get(column) {
                    self.set_order(self.order.clicked(*column));
                }
            }
            Act::Toggle(at) => self.toggle(at),
            Act::Extend(at) => self.extend(at),
            Act::ToggleAll if self.chosen_of_shown() == Chosen::All => self.choose_none(),
            Act::ToggleAll | Act::All => {
                self.chosen.extend(&self.shown);
                self.count();
            }
            Act::Go(step) => {
                self.go(step);
                self.anchor = self.cursor;
            }
            Act::GoExtending(step) => {
                self.anchor = self.anchor.or(self.cursor);
                if let Some(at) = self.go(step) {
                    self.extend(at);
                }
            }
            Act::ToggleCursor => {
                if let Some(at) = self.cursor() {
                    self.toggle(at);
                }
            }
        }
    }

    /// Nothing is chosen any more.
    pub fn choose_none(&mut self) {
        self.chosen.clear();
        self.count();
    }

    fn go(&mut self, step: Step) -> Option<usize> {
        let at = step.from(self.cursor(), self.shown.len())?;
        self.cursor = Some(self.shown[at]);
        Some(at)
    }

    fn toggle(&mut self, at: usize) {
        let Some(id) = self.shown.get(at).copied() else { return };
        if !self.chosen.remove(&id) {
            self.chosen.insert(id);
        }
        (self.cursor, self.anchor) = (Some(id), Some(id));
        self.count();
    }

    fn extend(&mut self, at: usize) {
        let from = self.anchor.and_then(|anchor| self.place_of(anchor)).unwrap_or(at);
        let (first, last) = (from.min(at), from.max(at));
        let Some(range) = self.shown.get(first..=last) else { return };
        self.chosen.extend(range);
        self.cursor = self.shown.get(at).copied();
        self.count();
    }
}

#[cfg(test)]
mod tests;
