//! Settings that survive a restart. Never secrets: the types that hold those cannot be serialised.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::forms::{ConfluenceForm, SharePointForm};

/// The version of the settings file.
const VERSION: u32 = 1;

/// What is remembered between two starts.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Version of the file's form.
    pub version: u32,
    /// True once the welcome screen was left.
    pub welcomed: bool,
    /// Dark, light, or as the system says.
    pub theme: ThemeChoice,
    /// Nothing moves on screen.
    pub reduce_motion: bool,
    /// Zoom of the window; 1.0 is normal.
    pub zoom: f32,
    /// Address of a proxy to use instead of the system's; empty means the system's rules.
    pub proxy: String,
    /// Path of a PEM file with an additional CA; empty means none.
    pub ca_file: String,
    /// Sign-ins to SharePoint are remembered in the system's keychain; the settings themselves hold none.
    pub remember_sign_in: bool,
    /// The program of the controlled browser; empty for the first one that is found.
    pub browser: String,
    /// The Confluence card.
    pub confluence: ConfluenceForm,
    /// The SharePoint card.
    pub sharepoint: SharePointForm,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            version: VERSION,
            welcomed: false,
            theme: ThemeChoice::default(),
            reduce_motion: false,
            zoom: 1.0,
            proxy: String::new(),
            ca_file: String::new(),
            remember_sign_in: false,
            browser: String::new(),
            confluence: ConfluenceForm::default(),
            sharepoint: SharePointForm::default(),
        }
    }
}

/// Colours of the window.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ThemeChoice {
    /// As the system says.
    #[default]
    System,
    /// Dark on every system.
    Dark,
    /// Light on every system.
    Light,
}

/// Settings as they were found.
#[derive(Clone, PartialEq, Debug)]
pub struct Loaded {
    /// The settings, or the defaults.
    pub settings: Settings,
    /// True where there was no file.
    pub first_start: bool,
    /// What the person should know, such as that an unreadable file was set aside.
    pub notice: Option<String>,
}

/// Settings could not be written.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The folder or file could not be written.
    #[error("the settings could not be written to {path}")]
    Write {
        /// Where.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The settings could not be put into the file's form.
    #[error("the settings could not be prepared for {path}")]
    Prepare {
        /// Where.
        path: PathBuf,
        /// Why.
        #[source]
        source: confy::ConfyError,
    },
}

/// Where settings are kept.
#[derive(Clone, Debug)]
pub struct SettingsFile {
    path: PathBuf,
}

impl SettingsFile {
    /// The usual place: `$WAYLEAVE_CONFIG_DIR`, else the system's folder for settings.
    pub fn usual() -> Self {
        let folder = std::env::var_os("WAYLEAVE_CONFIG_DIR").map(PathBuf::from).filter(|folder| !folder.as_os_str().is_empty());
        let path = match folder {
            Some(folder) => folder.join("settings.toml"),
            None => confy::get_configuration_file_path("wayleave", "settings").unwrap_or_else(|_no_home| "wayleave-settings.toml".into()),
        };
        Self { path }
    }

    /// A file of one's own choice.
    pub const fn at(path: PathBuf) -> Self {
        Self { path }
    }

    /// Where the file is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Reads the settings. A file that cannot be read is set aside, never overwritten, and the person is told.
    pub fn load(&self, now: Timestamp) -> Loaded {
        let defaults = |notice, first_start| Loaded { settings: Settings::default(), first_start, notice };
        if !self.path.exists() {
            return defaults(None, true);
        }
        // looked at first, because confy would write a missing file and says less about an unreadable one
        let readable = fs::read_to_string(&self.path).is_ok();
        match confy::load_path::<Settings>(&self.path) {
            Ok(settings) if readable && settings.version <= VERSION => {
                Loaded { settings: Settings { version: VERSION, ..settings }, first_start: false, notice: None }
            }
            _ => match self.set_aside(now) {
                Ok(aside) => defaults(
                    Some(format!(
                        "The settings file could not be read. It was kept as {} and Wayleave starts with fresh settings",
                        aside.display()
                    )),
                    false,
                ),
                Err(error) => defaults(
                    Some(format!(
                        "The settings file {} could not be read ({error}). Wayleave starts with fresh settings and leaves the file alone",
                        self.path.display()
                    )),
                    false,
                ),
            },
        }
    }

    fn set_aside(&self, now: Timestamp) -> io::Result<PathBuf> {
        let stamp = now.strftime("%Y%m%d-%H%M%S");
        let aside = self.path.with_extension(format!("unreadable-{stamp}.toml"));
        fs::rename(&self.path, &aside)?;
        Ok(aside)
    }

    /// Writes the settings: first beside the file, then in its place, so that a full disk or a crash leaves the old file whole.
    pub fn store(&self, settings: &Settings) -> Result<(), StoreError> {
        let write = |source| StoreError::Write { path: self.path.clone(), source };
        if let Some(folder) = self.path.parent() {
            fs::create_dir_all(folder).map_err(write)?;
        }
        let beside = self.path.with_extension(format!("{}.tmp", std::process::id()));
        let stored = self.store_at(&beside, settings).and_then(|()| fs::rename(&beside, &self.path).map_err(write));
        if stored.is_err() {
            // nothing half-written stays behind; that it may not exist is fine
            fs::remove_file(&beside).ok();
        }
        stored
    }

    #[cfg(unix)]
    fn store_at(&self, path: &Path, settings: &Settings) -> Result<(), StoreError> {
        use std::os::unix::fs::PermissionsExt as _;
        let prepare = |source| StoreError::Prepare { path: self.path.clone(), source };
        confy::store_path_perms(path, settings, fs::Permissions::from_mode(0o600)).map_err(prepare)
    }

    #[cfg(not(unix))]
    fn store_at(&self, path: &Path, settings: &Settings) -> Result<(), StoreError> {
        confy::store_path(path, settings).map_err(|source| StoreError::Prepare { path: self.path.clone(), source })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file() -> (tempfile::TempDir, SettingsFile) {
        let folder = tempfile::tempdir().expect("a folder");
        let file = SettingsFile::at(folder.path().join("deep/settings.toml"));
        (folder, file)
    }

    #[test]
    fn settings_come_back() {
        let (_folder, file) = file();
        let loaded = file.load(Timestamp::UNIX_EPOCH);
        assert!(loaded.first_start && loaded.notice.is_none());
        let mut settings = loaded.settings;
        settings.welcomed = true;
        settings.confluence.address = "https://wiki.example.com".to_owned();
        file.store(&settings).expect("stored");
        file.store(&settings).expect("stored over itself");
        assert_eq!(file.load(Timestamp::UNIX_EPOCH), Loaded { settings, first_start: false, notice: None });
        let names: Vec<_> = fs::read_dir(file.path().parent().expect("a folder")).expect("listed").collect();
        assert_eq!(names.len(), 1, "nothing is left beside the file");
    }

    #[test]
    fn an_unreadable_file_is_kept() {
        for broken in ["version = ", "version = 99", "zoom = \"big\"", "\u{0}"] {
            let (_folder, file) = file();
            fs::create_dir_all(file.path().parent().expect("a folder")).expect("made");
            fs::write(file.path(), broken).expect("written");
            let loaded = file.load(Timestamp::UNIX_EPOCH);
            assert_eq!(loaded.settings, Settings::default());
            assert!(loaded.notice.expect("a notice").contains("unreadable-19700101-000000"), "{broken}");
            let aside = file.path().with_extension("unreadable-19700101-000000.toml");
            assert_eq!(fs::read_to_string(aside).expect("kept"), broken);
            file.store(&Settings::default()).expect("stored");
        }
    }

    #[test]
    fn a_failed_write_leaves_the_old_file() {
        let (_folder, file) = file();
        file.store(&Settings::default()).expect("stored");
        let before = fs::read_to_string(file.path()).expect("read");
        // a folder stands where the new file would be put together
        fs::create_dir(file.path().with_extension(format!("{}.tmp", std::process::id()))).expect("made");
        let settings = Settings { welcomed: true, ..Settings::default() };
        assert!(file.store(&settings).is_err());
        assert_eq!(fs::read_to_string(file.path()).expect("read"), before);
    }
}
