//! A window without a display: the real app, the real engine, settings in a folder of its own.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use end_to_end::jobs::Person;
use engine::deps::SystemClock;
use engine::settings::{Settings, SettingsFile};
use engine::{Deps, UrlOpener};
use gui::app::{App, Outside};
use tempfile::TempDir;

/// How long a condition may take to come true.
const PATIENCE: Duration = Duration::from_secs(30);

pub mod settings {
    use super::Settings;

    pub fn welcomed(settings: &mut Settings) {
        settings.welcomed = true;
    }
}

#[derive(Default)]
struct Doubles {
    opener: Option<Arc<dyn UrlOpener>>,
    authority: Option<String>,
}

pub struct Window {
    pub harness: Harness<'static, App>,
    /// Where practice servers run.
    pub servers: tokio::runtime::Runtime,
    /// Where the app's tasks run.
    runtime: tokio::runtime::Runtime,
    doubles: Arc<Mutex<Doubles>>,
    folder: TempDir,
    copied: String,
}

impl Window {
    pub fn new(change: impl FnOnce(&mut Settings)) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut settings = Settings::default();
        change(&mut settings);
        if settings != Settings::default() {
            SettingsFile::at(folder.path().join("settings.toml")).store(&settings).expect("stored");
        }
        Self::open(folder)
    }

    pub fn with_file(text: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("settings.toml"), text).expect("written");
        Self::open(folder)
    }

    fn open(folder: TempDir) -> Self {
        let runtime = || tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
        let (servers, runtime) = (runtime(), runtime());
        let doubles: Arc<Mutex<Doubles>> = Arc::default();
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
            clock: Arc::new(SystemClock::default()),
            practice: None,
        };
        let harness = Harness::builder()
            .with_size([1280.0, 900.0])
            .with_max_steps(64)
            .build_eframe(move |creation| App::new(&creation.egui_ctx, outside));
        let mut window = Self { harness, servers, runtime, doubles, folder, copied: String::new() };
        window.run();
        window
    }

    pub fn restart(self) -> Self {
        let Self { harness, folder, .. } = self;
        drop(harness);
        Self::open(folder)
    }

    pub fn person(&self, person: Person) {
        self.doubles.lock().expect("unpoisoned").opener = Some(Arc::new(person));
    }

    pub fn authority(&self, authority: &str) {
        self.doubles.lock().expect("unpoisoned").authority = Some(authority.to_owned());
    }

    /// Some frames; a running test repaints for ever, so it is no failure to still be moving.
    pub fn run(&mut self) {
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

    pub fn runs_until(&mut self, what: &str, mut condition: impl FnMut(&Self) -> bool) {
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

    pub fn until_sees(&mut self, label: &str) {
        self.runs_until(label, |window| window.count(label) > 0);
        self.run();
    }

    pub fn until_sees_part(&mut self, part: &str) {
        self.runs_until(part, |window| window.tree().contains(part));
        self.run();
    }

    pub fn count(&self, label: &str) -> usize {
        self.harness.query_all_by_label(label).count()
    }

    pub fn sees(&mut self, label: &str) {
        self.run();
        assert!(self.count(label) > 0, "no “{label}” in\n{}", self.tree());
    }

    pub fn sees_no(&mut self, label: &str) {
        self.run();
        assert_eq!(self.count(label), 0, "“{label}” in\n{}", self.tree());
    }

    pub fn sees_part(&mut self, part: &str) {
        self.run();
        assert!(self.tree().contains(part), "no “{part}” in\n{}", self.tree());
    }

    pub fn sees_no_part(&mut self, part: &str) {
        self.run();
        assert!(!self.tree().contains(part), "“{part}” in\n{}", self.tree());
    }

    pub fn click(&mut self, label: &str) {
        self.run();
        let node = self.harness.query_all_by_label(label).last();
        node.unwrap_or_else(|| panic!("no “{label}” to click in\n{}", self.tree())).click();
        self.run();
    }

    pub fn focus(&mut self, label: &str) {
        self.run();
        self.harness.get_by_label(label).focus();
        self.run();
    }

    pub fn unfocus(&mut self) {
        self.harness.ctx.memory_mut(|memory| {
            if let Some(id) = memory.focused() {
                memory.surrender_focus(id);
            }
        });
        self.run();
    }

    pub fn is_focused(&self, label: &str) -> bool {
        self.harness.get_by_label(label).accesskit_node().is_focused()
    }

    pub fn types(&mut self, label: &str, text: &str) {
        self.focus(label);
        self.harness.get_by_label(label).type_text(text);
        self.run();
    }

    pub fn replaces(&mut self, label: &str, text: &str) {
        self.focus(label);
        self.harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::A);
        self.run();
        self.harness.get_by_label(label).type_text(text);
        self.run();
    }

    pub fn key(&mut self, key: egui::Key) {
        self.harness.key_press(key);
        self.run();
    }

    pub fn value(&self, label: &str) -> String {
        self.harness.get_by_label(label).accesskit_node().value().unwrap_or_default()
    }

    pub fn copied(&self) -> String {
        self.copied.clone()
    }

    pub fn folder(&self) -> PathBuf {
        self.folder.path().to_path_buf()
    }

    pub fn stored(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("settings.toml")).unwrap_or_default()
    }

    /// Tasks of the runtime that have not ended; a dropped task needs a moment to be seen as gone.
    pub fn tasks_alive(&self) -> usize {
        let end = Instant::now() + PATIENCE;
        let metrics = self.runtime.metrics();
        while metrics.num_alive_tasks() > 0 && Instant::now() < end {
            std::thread::yield_now();
        }
        metrics.num_alive_tasks()
    }

    /// Everything that assistive technology can read.
    pub fn tree(&self) -> String {
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
