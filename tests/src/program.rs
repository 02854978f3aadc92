//! The built binaries, a place for them to run in, and what they said there.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use practice::markers;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStderr, ChildStdin};
use tokio::task::JoinHandle;

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

    /// Writes a file into it and returns its path.
    ///
    /// # Panics
    /// Where it cannot be written.
    pub fn file(&self, name: &str, text: &str) -> String {
        let path = self.path().join(name);
        std::fs::write(&path, text).expect("written");
        path.display().to_string()
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

    /// Fails where a marker secret lies in a file.
    ///
    /// # Panics
    /// Where one does.
    pub fn keeps_secrets(&self) {
        for (path, content) in self.files() {
            let found = markers::found_in(&String::from_utf8_lossy(&content));
            assert!(found.is_empty(), "{found:?} in {}", path.display());
        }
    }
}

/// A browser for `$BROWSER` that opens nothing and tells how it was called.
pub struct FakeBrowser {
    /// The command to run.
    pub command: String,
    calls: mpsc::Receiver<String>,
}

impl FakeBrowser {
    /// A shell script in this home.
    ///
    /// # Panics
    /// Where it cannot be written.
    #[cfg(unix)]
    pub fn new(home: &Home, name: &str) -> Self {
        use std::os::unix::fs::PermissionsExt as _;
        let command = home.file(name, "#!/bin/sh\n{ printf '%s\\n' \"$@\"; echo ---; env; } > \"$0.called\"\n");
        std::fs::set_permissions(&command, std::fs::Permissions::from_mode(0o700)).expect("executable");
        let pipe = format!("{command}.called");
        assert!(Command::new("mkfifo").arg(&pipe).status().expect("mkfifo").success());
        let (tell, calls) = mpsc::channel();
        // opening a pipe waits for the other end, which may never come
        let listener = move || tell.send(std::fs::read_to_string(pipe).unwrap_or_default()).ok();
        std::thread::Builder::new().name("fake-browser".to_owned()).spawn(listener).expect("a thread");
        Self { command, calls }
    }

    /// Its arguments, once it was called. Neither they nor its environment may hold a secret.
    ///
    /// # Panics
    /// Where it is not called, or a secret shows.
    pub fn called_with(&self) -> Vec<String> {
        let told = self.calls.recv_timeout(PATIENCE).expect("the browser is called");
        assert_eq!(markers::found_in(&told), Vec::<String>::new(), "the browser is told a secret");
        told.lines().take_while(|line| *line != "---").map(str::to_owned).collect()
    }
}

/// A run of the command line, with everything logged: whatever it says or writes must not hold a secret.
pub struct Run {
    home: Home,
    command: Command,
    typed: Option<String>,
}

/// How long a program may take before a test gives up on it.
const PATIENCE: Duration = Duration::from_mins(1);

/// How long what it started may live on after it.
#[cfg(target_os = "linux")]
const LAST_MOMENTS: Duration = Duration::from_secs(2);

/// `wayleave` with these arguments.
pub fn wayleave(words: &[&str]) -> Run {
    Run::new(Home::new(), words)
}

impl Run {
    /// `wayleave` with these arguments in this home.
    ///
    /// # Panics
    /// On an argument that holds a secret: everybody may read those.
    pub fn new(home: Home, words: &[&str]) -> Self {
        for word in words {
            assert!(markers::found_in(word).is_empty(), "an argument holds a secret: {word}");
        }
        let mut command = home.command("wayleave");
        command.args(words).env("WAYLEAVE_LOG", "trace");
        Self { home, command, typed: None }
    }

    /// With this environment variable.
    #[must_use]
    pub fn env(mut self, name: &str, value: impl Into<OsString>) -> Self {
        self.command.env(name, value.into());
        self
    }

    /// With this on standard input, which then ends.
    #[must_use]
    pub fn typed(mut self, text: impl Into<String>) -> Self {
        self.typed = Some(text.into());
        self
    }

    /// Starts it.
    ///
    /// # Panics
    /// Where it cannot be started.
    pub async fn start(self) -> Running {
        let Self { home, mut command, typed } = self;
        command.stdin(Stdio::piped());
        let mut child = tokio::process::Command::from(command).kill_on_drop(true).spawn().expect("started");
        let mut stdin = child.stdin.take();
        if let Some(text) = typed
            && let Some(mut pipe) = stdin.take()
        {
            // a program that refuses to begin does not read
            pipe.write_all(text.as_bytes()).await.ok();
        }
        let mut stdout = child.stdout.take().expect("piped");
        let out = tokio::spawn(async move {
            let mut text = String::new();
            stdout.read_to_string(&mut text).await.expect("text");
            text
        });
        let lines = BufReader::new(child.stderr.take().expect("piped")).lines();
        Running { child, stdin, lines, heard: String::new(), out, home }
    }

    /// Runs it to its end and makes sure that nothing of it is left running.
    ///
    /// # Panics
    /// Where it cannot be run, a secret shows, or a process that it started goes on.
    #[cfg(target_os = "linux")]
    pub async fn end_alone(self) -> Said {
        self.start().await.end_alone().await
    }

    /// Runs it to its end without typing anything more.
    ///
    /// # Panics
    /// Where it cannot be run, or a secret shows.
    pub async fn end(self) -> Said {
        self.start().await.end().await
    }
}

/// The processes whose home this is: whatever a program starts inherits it.
#[cfg(target_os = "linux")]
fn processes_at_home(home: &std::ffi::OsStr) -> Vec<String> {
    use std::os::unix::ffi::OsStrExt as _;
    let wanted = [b"HOME=", home.as_bytes()].concat();
    let at_home = |entry: &std::fs::DirEntry| {
        // of other users' processes nothing can be read, and none of those was started here
        let environment = std::fs::read(entry.path().join("environ")).unwrap_or_default();
        environment.split(|byte| *byte == 0).any(|variable| variable == wanted)
    };
    let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    entries.filter(at_home).map(|entry| std::fs::read_to_string(entry.path().join("cmdline")).unwrap_or_default()).collect()
}

/// A running command line.
pub struct Running {
    child: Child,
    stdin: Option<ChildStdin>,
    lines: Lines<BufReader<ChildStderr>>,
    heard: String,
    out: JoinHandle<String>,
    home: Home,
}

impl Running {
    /// Waits for a line on standard error that holds this.
    ///
    /// # Panics
    /// Where it ends without.
    pub async fn hears(&mut self, part: &str) -> String {
        loop {
            let line = tokio::time::timeout(PATIENCE, self.lines.next_line()).await;
            let line = line.unwrap_or_else(|_elapsed| panic!("it never said “{part}”: {}", self.heard)).expect("text");
            let line = line.unwrap_or_else(|| panic!("it ended without saying “{part}”: {}", self.heard));
            self.heard.push_str(&line);
            self.heard.push('\n');
            if line.contains(part) {
                return line;
            }
        }
    }

    /// Waits for the address of the sign-in page.
    ///
    /// # Panics
    /// Where it does not come.
    pub async fn sign_in_address(&mut self) -> String {
        self.hears("/authorize?").await
    }

    /// Types a line.
    ///
    /// # Panics
    /// Where it does not listen.
    pub async fn types(&mut self, line: &str) {
        let stdin = self.stdin.as_mut().expect("standard input is open");
        stdin.write_all(format!("{line}\n").as_bytes()).await.expect("written");
    }

    /// Sends a signal, such as `INT`.
    ///
    /// # Panics
    /// Where it is gone already.
    pub fn signal(&self, name: &str) {
        let id = self.child.id().expect("still running").to_string();
        let kill = Command::new("kill").args([&format!("-{name}"), &id]).status().expect("kill");
        assert!(kill.success());
    }

    /// Waits for its end and makes sure that nothing of it is left running.
    ///
    /// # Panics
    /// Where it does not come, a secret shows, or a process that it started goes on.
    #[cfg(target_os = "linux")]
    pub async fn end_alone(self) -> Said {
        let home = self.home.path().into_os_string();
        let said = self.end().await;
        // a browser's crash handler sees its end and follows
        let end = Instant::now() + LAST_MOMENTS;
        loop {
            let left = processes_at_home(&home);
            if left.is_empty() {
                return said;
            }
            assert!(Instant::now() < end, "left running: {left:?}");
            tokio::task::yield_now().await;
        }
    }

    /// Waits for its end. Standard input stays open until then.
    ///
    /// # Panics
    /// Where it does not come, or a secret shows.
    pub async fn end(self) -> Said {
        let Self { mut child, stdin, mut lines, mut heard, out, home } = self;
        let end = async {
            while let Some(line) = lines.next_line().await.expect("text") {
                heard.push_str(&line);
                heard.push('\n');
            }
            let status = child.wait().await.expect("ended");
            (status.code(), out.await.expect("read"))
        };
        let ended = tokio::time::timeout(PATIENCE, end).await;
        let Ok((code, out)) = ended else { panic!("it does not come to an end: {heard}") };
        let said = Said { code, out, err: heard };
        drop(stdin);
        said.keeps_secrets();
        home.keeps_secrets();
        said
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

impl Said {
    /// The report on standard output.
    ///
    /// # Panics
    /// Where it is not JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("no JSON ({error}) in {self:?}"))
    }

    /// Exit code, outcome and cause of the report in one line: `2 failed network.dns`.
    ///
    /// # Panics
    /// Where there is no report.
    pub fn verdict(&self) -> String {
        let report = self.json();
        let text = |key: &str| report[key].as_str().unwrap_or("-").to_owned();
        format!("{} {} {}", self.code.unwrap_or(-1), text("outcome"), text("cause"))
    }

    /// The sentences on standard error, without the log.
    pub fn told(&self) -> String {
        let is_log = |line: &str| ["TRACE", "DEBUG", "INFO", "WARN"].iter().any(|level| line.split_whitespace().nth(1) == Some(level));
        self.err.lines().filter(|line| !is_log(line)).collect::<Vec<_>>().join("\n")
    }

    /// Fails where a marker secret shows.
    ///
    /// # Panics
    /// Where one does.
    pub fn keeps_secrets(&self) {
        for text in [&self.out, &self.err] {
            for line in text.lines() {
                assert_eq!(markers::found_in(line), Vec::<String>::new(), "a secret shows in: {line}");
            }
        }
    }
}
