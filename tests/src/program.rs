//! The built binaries and a place for them to run in.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// The built binary of this name. `cargo xtask test` builds it before the tests.
///
/// # Panics
/// Where it was not built.
pub fn binary(name: &str) -> PathBuf {
    let mut folder = std::env::current_exe().expect("this test's own path");
    folder.pop();
    if folder.ends_with("deps") {
        folder.pop();
    }
    let path = folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    assert!(path.exists(), "{} is not built: run `cargo xtask test`, or `cargo build --workspace --all-targets`", path.display());
    path
}

/// A home of its own for a program: settings, caches and temporary files go there and nowhere else.
pub struct Home {
    folder: TempDir,
}

impl Default for Home {
    fn default() -> Self {
        Self::new()
    }
}

impl Home {
    /// An empty home.
    ///
    /// # Panics
    /// Where no temporary folder can be made.
    pub fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a temporary folder") }
    }

    /// Its folder.
    pub fn path(&self) -> PathBuf {
        self.folder.path().to_path_buf()
    }

    /// The environment of a program that lives here. Nothing of the tester's own settings, proxies or browser gets in.
    pub fn environment(&self) -> BTreeMap<OsString, OsString> {
        let mut environment: BTreeMap<OsString, OsString> = ["PATH", "LANG", "LD_LIBRARY_PATH", "SSL_CERT_FILE", "SSL_CERT_DIR"]
            .iter()
            .filter_map(|name| std::env::var_os(name).map(|value| (OsString::from(name), value)))
            .collect();
        let folder = self.path().into_os_string();
        for name in ["HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "TMPDIR", "WAYLEAVE_CONFIG_DIR"] {
            environment.insert(name.into(), folder.clone());
        }
        environment.insert("NO_COLOR".into(), "1".into());
        environment
    }

    /// A program that lives here, with its output kept.
    pub fn command(&self, name: &str) -> Command {
        let mut command = Command::new(binary(name));
        command
            .env_clear()
            .envs(self.environment())
            .current_dir(self.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Every file that was written here, with its content.
    ///
    /// # Panics
    /// Where a file cannot be read.
    pub fn files(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let mut files = Vec::new();
        let mut folders = vec![self.path()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
                let path = entry.path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.is_file() {
                    let content = std::fs::read(&path).expect("a readable file");
                    files.push((path, content));
                }
            }
        }
        files
    }
}

/// What a program said and how it ended.
#[derive(Debug)]
pub struct Said {
    /// Its exit code, or none where a signal ended it.
    pub code: Option<i32>,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl From<Output> for Said {
    fn from(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        Self { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }
}

impl Said {
    /// The report on standard output.
    ///
    /// # Panics
    /// Where it is not JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("no JSON ({error}) in {self:?}"))
    }

    /// Fails where a marker secret shows up.
    ///
    /// # Panics
    /// Where one does.
    pub fn keeps(&self, secrets: &[String]) {
        for secret in secrets {
            assert!(!self.out.contains(secret.as_str()) && !self.err.contains(secret.as_str()), "a secret shows in {self:?}");
        }
    }
}
