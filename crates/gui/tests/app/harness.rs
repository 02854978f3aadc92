//! A window without a display: the real app, the real engine, settings in a folder of its own.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use egui::accesskit::Role;
use egui::{ViewportCommand, ViewportEvent, ViewportId};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use egui_kittest::{Harness, Node};
use end_to_end::jobs::Person;
use engine::deps::SystemClock;
use engine::keychain::Keychain;
use engine::settings::{Settings, SettingsFile};
use engine::{Deps, UrlOpener};
use gui::app::{App, Outside};
use tempfile::TempDir;

/// How long a condition may take to come true.
const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) mod settings {
    use super::Settings;

    pub(crate) fn welcomed(settings: &mut Settings) {
        settings.welcomed = true;
    }
}

#[derive(Default)]
struct Doubles {
    opener: Option<Arc<dyn UrlOpener>>,
    authority: Option<String>,
}

/// A keychain that goes with the test.
type Store = Arc<keyring_core::mock::Store>;

pub(crate) struct Window {
    pub(crate) harness: Harness<'static, App>,
    /// Where practice servers run.
    pub(crate) servers: tokio::runtime::Runtime,
    /// Where the app's tasks run.
    runtime: tokio::runtime::Runtime,
    doubles: Arc<Mutex<Doubles>>,
    folder: TempDir,
    keychain: Store,
    copied: String,
}

impl Window {
    pub(crate) fn new(change: impl FnOnce(&mut Settings)) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut settings = Settings::default();
        change(&mut settings);
        if settings != Settings::default() {
            SettingsFile::at(folder.path().join("settings.toml")).store(&settings).expect("stored");
        }
        Self::open(folder, keyring_core::mock::Store::new().expect("a store"))
    }

    pub(crate) fn with_file(text: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("settings.toml"), text).expect("written");
        Self::open(folder, keyring_core::mock::Store::new().expect("a store"))
    }

    fn open(folder: TempDir, keychain: Store) -> Self {
        let runtime = || tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
        let (servers, runtime) = (runtime(), runtime());
        let doubles: Arc<Mutex<Doubles>> = Arc::default();
        let store = keychain.clone();
        let given = doubles.clone();
        let outside = Outside {
            runtime: runtime.handle().clone(),
            make_deps: Arc::new(move |options| {
                let mut deps = Deps::production(options).map_err(|error| preflight::chain(&error))?;
                let given = given.lock().expect("unpoisoned");
                deps.opener = given.opener.clone().unwrap_or_else(|| Arc::new(NoBrowser));
                deps.authority = given.authority.as_deref().map(|authority| authority.parse().expect("a URL"));
                Ok(deps)
            }),
            settings: SettingsFile::at(folder.path().join("settings.toml")),
            open_keychain: Arc::new(move || {
                let opened = Keychain::over(store.clone());
                Box::pin(std::future::ready(opened))
            }),
            clock: Arc::new(SystemClock::default()),
            practice: None,
        };
        let harness = Harness::builder()
            .with_size([1280.0, 900.0])
            .with_max_steps(64)
            .build_eframe(move |creation| App::new(&creation.egui_ctx, outside));
        let mut window = Self { harness, servers, runtime, doubles, folder, keychain, copied: String::new() };
        window.run();
        window
    }

    pub(crate) fn restart(self) -> Self {
        let Self { harness, folder, keychain, servers, .. } = self;
        drop(harness);
        // the servers go on
        Self { servers, ..Self::open(folder, keychain) }
    }

    pub(crate) fn opener(&self, opener: Arc<dyn UrlOpener>) {
        self.doubles.lock().expect("unpoisoned").opener = Some(opener);
    }

    pub(crate) fn person(&self, person: Person) {
        self.opener(Arc::new(person));
    }

    pub(crate) fn authority(&self, authority: &str) {
        self.doubles.lock().expect("unpoisoned").authority = Some(authority.to_owned());
    }

    /// Some frames; a running test repaints for ever, so it is no failure to still be moving.
    pub(crate) fn run(&mut self) {
        for _ in 0..4 {
            self.harness.step();
            self.take_copied();
        }
    }

    fn take_copied(&mut self) {
        for command in &self.harness.output().platform_output.commands {
            if let egui::OutputCommand::CopyText(text) = command {
                self.copied.clone_from(text);
            }
        }
    }

    pub(crate) fn runs_until(&mut self, what: &str, mut condition: impl FnMut(&Self) -> bool) {
        let end = Instant::now() + PATIENCE;
        loop {
            self.harness.step();
            self.take_copied();
            if condition(self) {
                return;
            }
            assert!(Instant::now() < end, "never: {what}\n{}", self.tree());
            std::thread::yield_now();
        }
    }

    pub(crate) fn until_sees(&mut self, label: &str) {
        self.runs_until(label, |window| window.count(label) > 0);
        self.run();
    }

    pub(crate) fn until_sees_part(&mut self, part: &str) {
        self.runs_until(part, |window| window.tree().contains(part));
        self.run();
    }

    pub(crate) fn count(&self, label: &str) -> usize {
        self.harness.query_all_by_label(label).count()
    }

    pub(crate) fn sees(&mut self, label: &str) {
        self.run();
        assert!(self.count(label) > 0, "no “{label}” in\n{}", self.tree());
    }

    pub(crate) fn sees_no(&mut self, label: &str) {
        self.run();
        assert_eq!(self.count(label), 0, "“{label}” in\n{}", self.tree());
    }

    pub(crate) fn sees_part(&mut self, part: &str) {
        self.run();
        assert!(self.tree().contains(part), "no “{part}” in\n{}", self.tree());
    }

    pub(crate) fn click(&mut self, label: &str) {
        self.run();
        let node = self.harness.query_all_by_label(label).last();
        node.unwrap_or_else(|| panic!("no “{label}” to click in\n{}", self.tree())).click();
        self.run();
    }

    /// The field of this name; a choice may have the same.
    pub(crate) fn field<'a>(&'a self, label: &'a str) -> Node<'a> {
        let fields = [Role::TextInput, Role::PasswordInput];
        let field = self.harness.query_all_by_label(label).find(|node| fields.contains(&node.accesskit_node().role()));
        field.unwrap_or_else(|| panic!("no field “{label}” in\n{}", self.tree()))
    }

    /// What is wrong with this field, as assistive technology is told.
    pub(crate) fn is_invalid(&self, label: &str) -> bool {
        self.field(label).accesskit_node().data().invalid().is_some()
    }

    pub(crate) fn press(&mut self, modifiers: egui::Modifiers, key: egui::Key) {
        self.harness.key_press_modifiers(modifiers, key);
        self.run();
    }

    /// The window manager asks to close the window. Returns what the app wants of the window then.
    pub(crate) fn close_requested(&mut self) -> Vec<ViewportCommand> {
        let viewport = self.harness.input_mut().viewports.entry(ViewportId::ROOT).or_default();
        viewport.events.push(ViewportEvent::Close);
        self.harness.step();
        self.harness.input_mut().viewports.entry(ViewportId::ROOT).or_default().events.clear();
        self.wanted()
    }

    /// What the app wanted of the window in the last frame.
    pub(crate) fn wanted(&self) -> Vec<ViewportCommand> {
        self.harness.output().viewport_output.get(&ViewportId::ROOT).map(|output| output.commands.clone()).unwrap_or_default()
    }

    /// How long the window may sleep now, if nothing happens.
    pub(crate) fn sleeps(&self) -> Duration {
        self.harness.output().viewport_output.get(&ViewportId::ROOT).map_or(Duration::MAX, |output| output.repaint_delay)
    }

    pub(crate) fn focus(&mut self, label: &str) {
        self.run();
        self.field(label).focus();
        self.run();
    }

    pub(crate) fn unfocus(&mut self) {
        self.harness.ctx.memory_mut(|memory| {
            if let Some(id) = memory.focused() {
                memory.surrender_focus(id);
            }
        });
        self.run();
    }

    /// From wherever: practises this situation, until its servers have filled in the fields.
    pub(crate) fn practises(&mut self, title: &str) {
        self.run();
        self.click(if self.count("Try it in practice mode") > 0 { "Try it in practice mode" } else { "Practice" });
        // it may stand further down than the dialog is high
        self.harness.get_by_label(&format!("Start: {title}")).click_accesskit();
        self.run();
        self.until_sees("Test Confluence connection");
        self.runs_until("the fields are filled in", |window| window.value("Confluence address").starts_with("http://127.0.0.1"));
        self.sees("Leave practice");
    }

    /// Runs until nothing moves any more.
    pub(crate) fn until_asleep(&mut self) {
        self.runs_until("the window sleeps", |window| window.sleeps() > Duration::from_secs(2));
    }

    /// Closes the window. Returns how many tasks are left.
    pub(crate) fn goes(self) -> usize {
        let Self { harness, runtime, .. } = self;
        assert!(runtime.metrics().num_alive_tasks() > 0, "something runs while the window is there");
        drop(harness);
        ended(&runtime)
    }

    pub(crate) fn is_focused(&self, label: &str) -> bool {
        self.field(label).accesskit_node().is_focused()
    }

    pub(crate) fn types(&mut self, label: &str, text: &str) {
        self.focus(label);
        self.field(label).type_text(text);
        self.run();
    }

    pub(crate) fn replaces(&mut self, label: &str, text: &str) {
        self.focus(label);
        self.harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::A);
        self.run();
        self.field(label).type_text(text);
        self.run();
    }

    pub(crate) fn key(&mut self, key: egui::Key) {
        self.harness.key_press(key);
        self.run();
    }

    pub(crate) fn value(&self, label: &str) -> String {
        self.field(label).accesskit_node().value().unwrap_or_default()
    }

    pub(crate) fn copied(&self) -> String {
        self.copied.clone()
    }

    pub(crate) fn folder(&self) -> PathBuf {
        self.folder.path().to_path_buf()
    }

    pub(crate) fn stored(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("settings.toml")).unwrap_or_default()
    }

    /// How many of the app's tasks are left.
    pub(crate) fn tasks_alive(&self) -> usize {
        ended(&self.runtime)
    }

    /// Everything that assistive technology can read.
    pub(crate) fn tree(&self) -> String {
        let mut text = String::new();
        let mut nodes = vec![self.harness.root().accesskit_node()];
        while let Some(node) = nodes.pop() {
            let parts = [node.label(), node.value(), node.description()];
            for part in parts.into_iter().flatten() {
                writeln!(text, "{:?} {part}", node.role()).expect("a string");
            }
            nodes.extend(node.children());
        }
        text
    }
}

#[derive(Debug)]
struct NoBrowser;

impl UrlOpener for NoBrowser {
    fn open(&self, url: &url::Url) -> Result<(), engine::OpenError> {
        panic!("nobody expected the browser to be opened for {url}")
    }
}

/// A browser that opens a page, where nobody does anything for now.
#[derive(Debug, Default)]
pub(crate) struct IdleBrowser(Mutex<Option<url::Url>>);

impl IdleBrowser {
    /// The page that is open.
    pub(crate) fn page(&self) -> url::Url {
        self.0.lock().expect("unpoisoned").clone().expect("a page was opened")
    }
}

impl UrlOpener for IdleBrowser {
    fn open(&self, url: &url::Url) -> Result<(), engine::OpenError> {
        *self.0.lock().expect("unpoisoned") = Some(url.clone());
        Ok(())
    }
}

/// Tasks that have not ended; a dropped task needs a moment to be seen as gone.
fn ended(runtime: &tokio::runtime::Runtime) -> usize {
    let end = Instant::now() + PATIENCE;
    let metrics = runtime.metrics();
    while metrics.num_alive_tasks() > 0 && Instant::now() < end {
        std::thread::yield_now();
    }
    metrics.num_alive_tasks()
}
