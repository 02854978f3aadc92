//! Pictures of the window: every view with data that stands still, in both themes.

#[path = "pictures/sharepoint.rs"]
mod sharepoint;

use std::sync::Arc;
use std::time::Duration;

use egui::Theme;
use egui_kittest::{Harness, SnapshotResults};
use engine::forms::{ConfluenceForm, ConfluenceMethod, Route, SharePointForm};
use engine::practice::situation;
use engine::settings::Settings;
use gui::certificate::NewCertificateForm;
use gui::command::UiCommand;
use gui::desk::{Desk, Page, State};
use gui::kit::table::{Act, Step};
use gui::kit::theme;
use gui::practising::Banner;
use gui::request::Request;
use gui::spaces::filter::Filter;
use gui::spaces::{Found, Spaces};
use gui::task::{Task, Teller, Wake};
use gui::views;
use gui::views::save::SaveForm;
use jiff::Timestamp;
use preflight::{
    Cause, CheckId, CheckResult, Event, Field, Hint, HintAction, Inventory, Limit, Outcome, Phase, Plan, Report, SoFar, SpaceRole,
    TargetKind, UserPrompt, Verdict, gallery,
};
use tokio::runtime::Runtime;
use url::Url;
use zeroize::Zeroizing;

const USUAL: [f32; 2] = [1080.0, 760.0];
const SMALLEST: [f32; 2] = [640.0, 480.0];
/// Little more than a dialog.
const AROUND_A_DIALOG: [f32; 2] = [760.0, 700.0];

/// What lies on top.
enum Over {
    Nothing,
    Report(Box<Report>),
    Save(Box<SaveForm>),
    Help,
    Settings(Box<Settings>),
    Practice,
    Request(Box<Request>),
    NewCertificate(Box<NewCertificateForm>),
    Quit,
}

/// The window without anything behind it.
struct Shown {
    welcome: bool,
    desk: Desk,
    banner: Option<Banner>,
    notice: Option<String>,
    over: Over,
    _runtime: Option<Runtime>,
}

impl Default for Shown {
    fn default() -> Self {
        Self { welcome: false, desk: Desk::default(), banner: None, notice: None, over: Over::Nothing, _runtime: None }
    }
}

impl eframe::App for Shown {
    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
        let mut commands: Vec<UiCommand> = Vec::new();
        let commands = &mut commands;
        if self.welcome {
            views::welcome::welcome_ui(ui, commands);
        } else {
            views::top_bar::top_bar_ui(ui, self.banner.as_ref(), commands);
            match self.desk.page {
                Page::Connections => views::desk::desk_ui(ui, &mut self.desk, &mut self.notice, now(), commands),
                Page::Sites => views::sites::sites_ui(ui, &mut self.desk.sites, &mut self.notice, now(), commands),
                Page::Spaces => views::spaces::spaces_ui(ui, &mut self.desk.spaces, &mut self.notice, commands),
            }
        }
        match &mut self.over {
            Over::Nothing => {}
            Over::Report(report) => views::report_dialog::report_dialog_ui(ui, report.target.kind, report, Some(""), commands),
            Over::Save(form) => views::save::save_ui(ui, form, false, commands),
            Over::Help => views::help::help_ui(ui, commands),
            Over::Settings(settings) => {
                views::settings::settings_ui(
                    ui,
                    settings,
                    &[],
                    std::path::Path::new("/home/jane/.config/wayleave/settings.toml"),
                    commands,
                );
            }
            Over::Practice => views::practice::practice_ui(ui, situation("reader"), commands),
            Over::Request(request) => views::request::request_ui(ui, request, commands),
            Over::NewCertificate(form) => views::new_certificate::new_certificate_ui(ui, form, false, commands),
            Over::Quit => views::quit::quit_ui(ui, commands),
        }
    }
}

fn now() -> Timestamp {
    Timestamp::from_second(1_795_168_400).expect("a time")
}

fn then() -> Timestamp {
    Timestamp::from_second(1_795_168_400 - 130).expect("a time")
}

/// Takes one picture per theme.
fn pictures(results: &mut SnapshotResults, name: &str, size: [f32; 2], looks: &[(Theme, f32)], shown: impl Fn() -> Shown) {
    for (look, scale) in looks {
        let mut builder = Harness::builder().with_size(size).with_pixels_per_point(*scale).with_theme(*look);
        if name == "result_hostile" {
            // other scripts come from the system's fonts, which differ and are left out here
            builder = builder.allow_missing_glyphs();
        }
        let mut harness = builder.build_eframe(|creation| {
            theme::apply(&creation.egui_ctx);
            theme::set_reduced_motion(&creation.egui_ctx, true);
            shown()
        });
        harness.run_steps(6);
        let look = if *look == Theme::Dark { "dark" } else { "light" };
        harness.snapshot(format!("window/{name}_{look}_{scale}x"));
        results.extend_harness(&mut harness);
    }
}

const DARK: &[(Theme, f32)] = &[(Theme::Dark, 1.0)];
const LIGHT: &[(Theme, f32)] = &[(Theme::Light, 1.0)];
const BOTH: &[(Theme, f32)] = &[(Theme::Dark, 1.0), (Theme::Light, 1.0)];
const SHARP: &[(Theme, f32)] = &[(Theme::Light, 2.0)];

fn desk(confluence: [&str; 2], sharepoint: [&str; 3]) -> Desk {
    let [address, email] = confluence.map(str::to_owned);
    let confluence = ConfluenceForm { address, email, ..ConfluenceForm::default() };
    let [address, tenant, client_id] = sharepoint.map(str::to_owned);
    let sharepoint = SharePointForm { address, tenant, client_id, ..SharePointForm::default() };
    Desk { confluence, token: Zeroizing::new("a token".to_owned()), sharepoint, ..Desk::default() }
}

fn filled_in() -> Desk {
    desk(
        ["wiki.example.com/confluence/display/HR/Welcome?src=breadcrumbs", ""],
        ["https://contoso.sharepoint.com/sites/wiki", "contoso.onmicrosoft.com", "3f0f54c1-2f6f-4a4e-9b0e-6a1c1d1f0a55"],
    )
}

fn done(report: Report) -> State {
    State::Done { report: Arc::new(report), at: then() }
}

fn report(name: &str) -> Report {
    gallery::reports().into_iter().find(|(each, _)| *each == name).expect("in the gallery").1
}

/// A test that has come so far and goes no further, without any server.
fn running(runtime: &Runtime, plan: Plan, done: &'static [(&'static str, u64)], prompt: Option<UserPrompt>) -> State {
    let (told, reached) = std::sync::mpsc::channel();
    let task = Task::spawn(runtime.handle(), Wake::by(|| {}), move |progress| async move {
        progress.emit(Event::Plan(plan));
        for (spec, (summary, took)) in plan.iter().zip(done) {
            progress.emit(Event::Started(spec.id));
            progress.emit(Event::Finished(passed(spec.id, spec.title, summary, *took)));
        }
        if let Some(spec) = plan.get(done.len()) {
            progress.emit(Event::Started(spec.id));
        }
        progress.emit(Event::Prompt(prompt));
        told.send(()).expect("the picture is waiting");
        std::future::pending().await
    });
    reached.recv().expect("the test came so far");
    State::Running(task)
}

fn passed(id: CheckId, title: &'static str, summary: &'static str, took: u64) -> CheckResult {
    let (details, hints, took) = (Vec::new(), Vec::new(), Duration::from_millis(took));
    CheckResult { id, title, outcome: Outcome::Passed, cause: None, summary: summary.into(), details, hints, took }
}

const FOUND: &[(&str, u64)] = &[("Understood as https://wiki.example.com/confluence", 0), ("Answers over a trusted connection", 84)];
const TENANT_FOUND: &[(&str, u64)] =
    &[("Understood as https://contoso.sharepoint.com/sites/wiki", 0), ("Belongs to contoso.onmicrosoft.com", 212)];

fn both_running() -> Shown {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().expect("a runtime");
    let url = Url::parse("https://login.microsoftonline.com/").expect("a URL");
    let mut desk = filled_in();
    desk.confluence_test.state = running(&runtime, engine::plan(TargetKind::Confluence), FOUND, None);
    let prompt = UserPrompt::SystemBrowser { url, opened: true };
    desk.sharepoint_test.state = running(&runtime, engine::plan(TargetKind::SharePoint), TENANT_FOUND, Some(prompt));
    Shown { desk, _runtime: Some(runtime), ..Shown::default() }
}

#[test]
fn welcome() {
    let mut results = SnapshotResults::new();
    pictures(&mut results, "welcome", USUAL, DARK, || Shown { welcome: true, ..Shown::default() });
    pictures(&mut results, "welcome_small", SMALLEST, LIGHT, || Shown { welcome: true, ..Shown::default() });
}

#[test]
fn empty_cards() {
    let mut results = SnapshotResults::new();
    pictures(&mut results, "empty", USUAL, BOTH, Shown::default);
}

#[test]
fn empty_cards_in_the_smallest_window() {
    let mut results = SnapshotResults::new();
    let notice = "The settings file could not be read. It was kept as /home/jane/.config/wayleave/settings.unreadable-20261120-0950.toml and Wayleave starts with fresh settings";
    pictures(&mut results, "empty_small", SMALLEST, DARK, || Shown { notice: Some(notice.to_owned()), ..Shown::default() });
}

#[test]
fn errors_at_fields() {
    let mut results = SnapshotResults::new();
    pictures(&mut results, "errors", USUAL, DARK, || {
        let mut desk = desk(["ftp://wiki", "jane"], ["contoso", "common", "12345"]);
        let fields = [Field::ConfluenceAddress, Field::Token, Field::Email, Field::SharePointAddress, Field::TenantId, Field::ClientId];
        desk.left.extend(fields.map(Field::label));
        Shown { desk, ..Shown::default() }
    });
}

#[test]
fn tests_that_run() {
    let mut results = SnapshotResults::new();
    pictures(&mut results, "running", USUAL, BOTH, both_running);
    pictures(&mut results, "running_sharp", [560.0, 400.0], SHARP, both_running);
}

#[test]
fn tests_that_were_cancelled_or_broke_down() {
    let mut results = SnapshotResults::new();
    pictures(&mut results, "cancelled", USUAL, LIGHT, || {
        let mut shown = both_running();
        shown.desk.confluence_test.cancel();
        shown.desk.sharepoint_test.state = State::Broken;
        shown
    });
}

#[test]
fn tests_that_are_done() {
    let mut results = SnapshotResults::new();
    pictures(&mut results, "done", USUAL, BOTH, || {
        let mut desk = filled_in();
        desk.confluence_test.state = done(report("token_rejected"));
        desk.sharepoint_test.state = done(report("plan_b"));
        let banner = Banner {
            title: "An ordinary reader",
            note:
                "The token belongs to somebody who may only read. On the practice sign-in page, choose Ada Brook (ada@heathervale.example)"
                    .to_owned(),
            failed: false,
        };
        Shown { desk, banner: Some(banner), ..Shown::default() }
    });
}

fn with_report(name: &str) -> Shown {
    let report = report(name);
    let mut desk = filled_in();
    desk.test_mut(report.target.kind).state = done(report.clone());
    Shown { desk, over: Over::Report(Box::new(report)), ..Shown::default() }
}

#[test]
fn results() {
    let mut results = SnapshotResults::new();
    pictures(&mut results, "result_good", AROUND_A_DIALOG, DARK, || with_report("confluence_all_good"));
    pictures(&mut results, "result_plan_b", AROUND_A_DIALOG, BOTH, || with_report("plan_b"));
    pictures(&mut results, "result_failed", AROUND_A_DIALOG, DARK, || with_report("wrong_tenant"));
    pictures(&mut results, "result_hostile", AROUND_A_DIALOG, LIGHT, || with_report("hostile_texts"));
    pictures(&mut results, "result_practice", AROUND_A_DIALOG, LIGHT, || with_report("practice"));
    pictures(&mut results, "result_small", SMALLEST, LIGHT, || with_report("token_rejected"));
}

#[test]
fn dialogs() {
    let mut results = SnapshotResults::new();
    pictures(&mut results, "practice", USUAL, LIGHT, || Shown { over: Over::Practice, ..Shown::default() });
    pictures(&mut results, "settings", AROUND_A_DIALOG, LIGHT, || Shown { over: Over::Settings(Box::default()), ..Shown::default() });
    pictures(&mut results, "help", AROUND_A_DIALOG, DARK, || Shown { over: Over::Help, ..Shown::default() });
    pictures(&mut results, "save", SMALLEST, LIGHT, || {
        let form = SaveForm::new(TargetKind::SharePoint, Arc::new(report("plan_b")));
        let path = "/srv/reports/wayleave-sharepoint-2026-11-20-0950.html";
        let problem = Some(format!("{path} could not be written: Permission denied").into());
        let form = SaveForm { path: path.to_owned(), problem, ..form };
        Shown { over: Over::Save(Box::new(form)), ..Shown::default() }
    });
    pictures(&mut results, "quit", SMALLEST, DARK, || Shown { over: Over::Quit, ..both_running() });
}

#[test]
fn interactive_sign_in_to_confluence() {
    let mut results = SnapshotResults::new();
    pictures(&mut results, "interactive", [1080.0, 860.0], BOTH, || {
        let mut desk = filled_in();
        desk.confluence.method = ConfluenceMethod::Interactive;
        desk.confluence.route = Route::Browser;
        desk.confluence.header = "CF-Access-Client-Secret".to_owned();
        desk.header_value = Zeroizing::new("a secret".to_owned());
        // what is asked for there folds the options out
        desk.focus = Some(Field::ExpectedAccount);
        Shown { desk, ..Shown::default() }
    });
}

/// The page with these spaces, and more said about them.
fn spaces(inventory: Inventory, cancelled: bool, more: impl FnOnce(&mut Spaces)) -> Shown {
    let mut shown = Shown { desk: filled_in(), ..Shown::default() };
    shown.desk.page = Page::Spaces;
    shown.desk.spaces.end(Arc::new(inventory), cancelled, then());
    more(&mut shown.desk.spaces);
    shown
}

fn incomplete(cause: Cause, headline: &'static str, hint: Hint, spaces: usize, unknown: usize) -> Inventory {
    let mut inventory = gallery::inventory(spaces);
    for space in inventory.spaces.iter_mut().rev().take(unknown) {
        (space.role, space.permissions) = (SpaceRole::Unknown, Verdict::Unknown);
        space.limited_by.push(Limit::Server);
    }
    let outcome = if spaces == 0 { Outcome::Failed } else { Outcome::Limited };
    Inventory { outcome, cause: Some(cause), headline: headline.into(), complete: false, hints: vec![hint], ..inventory }
}

/// An inventory that has come so far and goes no further, without any server.
fn listing(so_far: SoFar, inventory: Option<Inventory>) -> Shown {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().expect("a runtime");
    let (told, reached) = std::sync::mpsc::channel();
    let task = Task::spawn_telling(runtime.handle(), Wake::by(|| {}), move |teller: Teller<Found>| async move {
        teller.tell(|found| *found = Found { prompt: None, so_far: Some(so_far), inventory: inventory.map(Arc::new), serial: 1 });
        told.send(()).expect("the picture is waiting");
        std::future::pending().await
    });
    reached.recv().expect("it came so far");
    let mut shown = Shown { desk: filled_in(), _runtime: Some(runtime), ..Shown::default() };
    shown.desk.page = Page::Spaces;
    shown.desk.spaces.state = gui::spaces::State::Running(task);
    shown.desk.spaces.receive(now());
    shown
}

#[test]
fn spaces_that_are_listed() {
    let mut results = SnapshotResults::new();
    pictures(&mut results, "spaces", [1180.0, 760.0], BOTH, || spaces(gallery::inventory(10_022), false, |_| ()));
    pictures(&mut results, "spaces_chosen", [1180.0, 760.0], BOTH, || {
        spaces(gallery::inventory(10_022), false, |spaces| {
            spaces.table.set_filter(Filter { text: "migration".to_owned(), kind: Some("global".to_owned()), ..Filter::default() });
            for act in [Act::Sort(1), Act::Sort(1), Act::Toggle(2), Act::Extend(4), Act::Go(Step::By(2))] {
                spaces.table.act(act);
            }
            spaces.wants_keyboard = true;
        })
    });
    pictures(&mut results, "spaces_small", SMALLEST, LIGHT, || spaces(gallery::inventory(40), false, |_| ()));
}

#[test]
fn spaces_while_they_are_listed() {
    let mut results = SnapshotResults::new();
    let asking = SoFar { phase: Phase::Asking, listed: 10_022, asked: 1_240, to_ask: 10_022, waiting: None };
    let so_far = || {
        let mut inventory = gallery::inventory(10_022);
        for space in inventory.spaces.iter_mut().skip(6) {
            (space.role, space.permissions) = (SpaceRole::Unknown, Verdict::Unknown);
        }
        inventory
    };
    pictures(&mut results, "spaces_listing", [1180.0, 760.0], DARK, || listing(asking, Some(so_far())));
    let first = SoFar { phase: Phase::Listing, listed: 0, asked: 0, to_ask: 0, waiting: Some(Duration::from_secs(5)) };
    pictures(&mut results, "spaces_first", USUAL, LIGHT, || listing(first, None));
}

#[test]
fn spaces_that_are_missing() {
    let mut results = SnapshotResults::new();
    let expired = || {
        let headline = "Not complete, 2,400 spaces so far as Jane Doe: the session has expired";
        let hint = Hint { text: "Sign in again, and go on".into(), action: Some(HintAction::EditField(Field::Token)) };
        incomplete(Cause::ConfluenceSessionExpired, headline, hint, 2_400, 2_395)
    };
    pictures(&mut results, "spaces_incomplete", [1180.0, 760.0], BOTH, || spaces(expired(), false, |_| ()));
    let cancelled = || Inventory { hints: Vec::new(), headline: "Not finished, 2,400 spaces so far as Jane Doe".into(), ..expired() };
    pictures(&mut results, "spaces_cancelled", [1180.0, 760.0], LIGHT, || spaces(cancelled(), true, |_| ()));
    pictures(&mut results, "spaces_failed", USUAL, DARK, || {
        let hint = Hint { text: "Make a new token in your profile".into(), action: Some(HintAction::EditField(Field::Token)) };
        let inventory = incomplete(Cause::ConfluenceCredentialRejected, "Confluence does not know the token", hint, 0, 0);
        spaces(Inventory { identity: None, ..inventory }, false, |_| ())
    });
    pictures(&mut results, "spaces_no_match", USUAL, DARK, || {
        spaces(gallery::inventory(40), false, |spaces| {
            spaces.table.set_filter(Filter { text: "nothing like it".to_owned(), ..Filter::default() });
        })
    });
    pictures(&mut results, "spaces_export", SMALLEST, LIGHT, || {
        let form = SaveForm::spaces(Arc::new(gallery::inventory(10_022)), (0..1_180).collect(), vec![1, 2, 5], now());
        let form = SaveForm { path: "/srv/reports/wayleave-spaces-2026-11-20-0950.csv".to_owned(), ..form };
        Shown { over: Over::Save(Box::new(form)), ..spaces(gallery::inventory(10_022), false, |_| ()) }
    });
}
