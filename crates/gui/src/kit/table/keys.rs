//! The keys of a table while it has the keyboard.

use egui::{EventFilter, Id, Key, Modifiers, Ui};

use super::Act;

/// Where the cursor goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Step {
    /// So many rows down, or up where it is negative.
    By(isize),
    /// To the first row.
    First,
    /// To the last row.
    Last,
}

impl Step {
    /// Where it leads from here. None where there are no rows.
    pub fn from(self, cursor: Option<usize>, count: usize) -> Option<usize> {
        let last = count.checked_sub(1)?;
        Some(match (self, cursor) {
            // the first key brings the cursor in
            (Self::First, _) | (Self::By(_), None) => 0,
            (Self::Last, _) => last,
            (Self::By(by), Some(cursor)) => cursor.saturating_add_signed(by).min(last),
        })
    }
}

/// Takes the keys of this frame. `page` is how many rows a page has; where a row is opened, Enter does it, too.
pub(super) fn read(ui: &Ui, id: Id, page: usize, opens: bool, acts: &mut Vec<Act>) {
    let filter = EventFilter { horizontal_arrows: true, vertical_arrows: true, ..EventFilter::default() };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(id, filter));
    let page = isize::try_from(page).unwrap_or(1);
    let steps = [
        (Key::ArrowDown, Step::By(1)),
        (Key::ArrowUp, Step::By(-1)),
        (Key::PageDown, Step::By(page)),
        (Key::PageUp, Step::By(-page)),
        (Key::Home, Step::First),
        (Key::End, Step::Last),
    ];
    ui.input_mut(|input| {
        for (key, step) in steps {
            for _ in 0..input.count_and_consume_key(Modifiers::SHIFT, key) {
                acts.push(Act::GoExtending(step));
            }
            for _ in 0..input.count_and_consume_key(Modifiers::NONE, key) {
                acts.push(Act::Go(step));
            }
        }
        if input.consume_key(Modifiers::COMMAND, Key::A) {
            acts.push(Act::All);
        }
        if input.consume_key(Modifiers::NONE, Key::Space) {
            acts.push(Act::ToggleCursor);
        }
        if opens && input.consume_key(Modifiers::NONE, Key::Enter) {
            acts.push(Act::ToggleCursor);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_stay_within_the_rows() {
        for (step, cursor, count, expected) in [
            (Step::By(1), None, 5, Some(0)),
            (Step::By(1), Some(3), 5, Some(4)),
            (Step::By(1), Some(4), 5, Some(4)),
            (Step::By(-10), Some(4), 5, Some(0)),
            (Step::By(10), Some(900), 5, Some(4)),
            (Step::First, Some(4), 5, Some(0)),
            (Step::Last, None, 5, Some(4)),
            (Step::Last, None, 0, None),
        ] {
            assert_eq!(step.from(cursor, count), expected, "{step:?} from {cursor:?} of {count}");
        }
    }
}
