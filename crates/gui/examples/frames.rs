//! What a frame of the spaces costs at twenty thousand rows, without a window: laying out, painting and tessellating.

use std::io::Write as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use egui::{Context, Event, Modifiers, MouseWheelSource, MouseWheelUnit, RawInput, Rect, TouchPhase, pos2, vec2};
use gui::kit::table::Act;
use gui::kit::theme;
use gui::spaces::Spaces;
use gui::spaces::filter::Filter;
use gui::views::spaces::spaces_ui;
use jiff::Timestamp;
use preflight::{Inventory, SpaceRole, Verdict, gallery};

const ROWS: usize = 20_000;
const FRAMES: usize = 300;
const SIZE: egui::Vec2 = vec2(1280.0, 900.0);

struct Bench {
    ctx: Context,
    spaces: Spaces,
    now: f64,
}

impl Bench {
    fn new(rows: usize, read_out: bool) -> Self {
        let ctx = Context::default();
        theme::apply(&ctx);
        theme::set_reduced_motion(&ctx, true);
        if read_out {
            ctx.enable_accesskit();
        }
        let mut spaces = Spaces::default();
        spaces.end(Arc::new(gallery::inventory(rows)), false, Timestamp::UNIX_EPOCH);
        let mut bench = Self { ctx, spaces, now: 0.0 };
        for _ in 0..10 {
            bench.frame(Vec::new());
        }
        bench
    }

    fn frame(&mut self, events: Vec<Event>) -> Duration {
        self.now += 1.0 / 60.0;
        let screen_rect = Some(Rect::from_min_size(pos2(0.0, 0.0), SIZE));
        let input = RawInput { screen_rect, time: Some(self.now), events, ..RawInput::default() };
        let spaces = &mut self.spaces;
        let begun = Instant::now();
        let output = self.ctx.run_ui(input, |ui| spaces_ui(ui, spaces, &mut None, &mut Vec::new()));
        let shapes = output.shapes.clone();
        let primitives = self.ctx.tessellate(shapes, output.pixels_per_point);
        let took = begun.elapsed();
        assert!(primitives.len() > 10, "something is painted");
        output.drop_without_applying_deltas();
        took
    }

    /// The frame after a change, the change included.
    fn after(&mut self, change: impl FnOnce(&mut Spaces)) -> Duration {
        let begun = Instant::now();
        change(&mut self.spaces);
        let changing = begun.elapsed();
        changing + self.frame(Vec::new())
    }

    fn median(&mut self, mut one: impl FnMut(&mut Self, usize) -> Duration, frames: usize) -> u64 {
        let mut all: Vec<Duration> = (0..frames).map(|at| one(self, at)).collect();
        all.sort_unstable();
        u64::try_from(all[frames / 2].as_micros()).unwrap_or(u64::MAX)
    }
}

fn scrolled(at: usize) -> Vec<Event> {
    let delta = if at.is_multiple_of(2) { -1900.0 } else { 1300.0 };
    let wheel = Event::MouseWheel {
        unit: MouseWheelUnit::Point,
        delta: vec2(0.0, delta),
        phase: TouchPhase::Move,
        modifiers: Modifiers::NONE,
        source: MouseWheelSource::Unknown,
    };
    vec![Event::PointerMoved(pos2(600.0, 600.0)), wheel]
}

/// The same with the roles of some more spaces told.
fn told(inventory: &Inventory, at: usize) -> Inventory {
    let mut inventory = inventory.clone();
    for space in inventory.spaces.iter_mut().skip(at * 200).take(200) {
        (space.role, space.permissions) = (SpaceRole::Unknown, Verdict::Unknown);
    }
    inventory
}

fn main() -> std::io::Result<()> {
    let mut few = Bench::new(100, false);
    let mut many = Bench::new(ROWS, false);
    let mut read_out = Bench::new(ROWS, true);
    let inventory = gallery::inventory(ROWS);
    let batches: Vec<Inventory> = (0..20).map(|at| told(&inventory, at)).collect();
    let said = serde_json::json!({
        "rows": ROWS,
        "few_us": few.median(|bench, at| bench.frame(scrolled(at)), FRAMES),
        "still_us": many.median(|bench, _| bench.frame(Vec::new()), FRAMES),
        "scroll_us": many.median(|bench, at| bench.frame(scrolled(at)), FRAMES),
        "read_out_us": read_out.median(|bench, at| bench.frame(scrolled(at)), FRAMES),
        "filter_us": many.median(|bench, at| bench.after(|spaces| {
            let text = ["m", "mi", "mig", "migr"][at % 4].to_owned();
            spaces.table.set_filter(Filter { text, ..Filter::default() });
        }), 20),
        "sort_us": many.median(|bench, at| bench.after(|spaces| {
            spaces.table.set_filter(Filter::default());
            spaces.table.act(Act::Sort(at % 8));
        }), 20),
        "batch_us": many.median(|bench, at| bench.after(|spaces| spaces.table.take_in(&batches[at].spaces, false)), 20),
    });
    writeln!(std::io::stdout(), "{said}")
}
