//! Profiles: one folder for each connection, ours alone, that only one window at a time may use.
//!
//! A profile holds session cookies. It lies in the data folder and never in a temporary one, no other user may look into it, and a fresh one
//! goes with its window. What a crashed run left is swept when the next window opens.

use std::fs::{self, DirBuilder, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use sha2::{Digest as _, Sha256};

use crate::BrowserError;

/// How long the browser of an earlier run may take to end, once its owner is gone.
const LINGERING: Duration = Duration::from_secs(5);

/// The lock is held while a window uses the profile. It lies beside what the browser itself writes.
const LOCK: &str = "lock";

/// What a fresh profile's name begins with.
const FRESH: &str = "fresh-";

/// A profile that nobody else uses.
#[derive(Debug)]
pub(crate) struct Profile {
    folder: PathBuf,
    fresh: bool,
    _lock: File,
}

impl Profile {
    /// The profile of a connection, or a fresh one.
    pub(crate) async fn take(root: &Path, connection: Option<&str>) -> Result<Self, BrowserError> {
        make_private(root).map_err(BrowserError::Profile)?;
        sweep(root);
        let name = connection.map_or_else(fresh_name, name_of);
        let folder = root.join(name);
        let lock = lock(&folder)?.ok_or(BrowserError::ProfileInUse)?;
        let profile = Self { folder, fresh: connection.is_none(), _lock: lock };
        make_private(&profile.user_data()).map_err(BrowserError::Profile)?;
        profile.after_the_last().await?;
        Ok(profile)
    }

    /// What the browser is given as its own.
    pub(crate) fn user_data(&self) -> PathBuf {
        self.folder.join("profile")
    }

    /// A place for what the browser would put into the system's temporary folder. None where its sockets' names would become too long there
    /// (108 bytes, unix(7)).
    pub(crate) fn temporary(&self) -> Option<PathBuf> {
        let folder = self.folder.join("tmp");
        let longest = folder.join(".com.microsoft.Edge.Canary.XXXXXX/SingletonSocket");
        (longest.as_os_str().len() < 100 && make_private(&folder).is_ok()).then_some(folder)
    }

    /// Waits for the browser of an earlier run, which ends by itself when its owner does, and clears its locks away.
    async fn after_the_last(&self) -> Result<(), BrowserError> {
        let gone = async {
            while let Some(process) = holder(&self.user_data()) {
                tracing::debug!(process, "waiting for an earlier browser to end");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        tokio::time::timeout(LINGERING, gone).await.map_err(|_still_there| BrowserError::ProfileInUse)?;
        clear_locks(&self.user_data());
        Ok(())
    }

    /// Puts things in order after the browser's end: a fresh profile is removed, and so is what the browser had put elsewhere.
    pub(crate) fn leave(self) {
        clear_locks(&self.user_data());
        let unwanted = if self.fresh { self.folder.clone() } else { self.folder.join("tmp") };
        remove(&unwanted);
        // the lock is released with the last use of `self`, after the folder is gone
    }
}

/// Removes the profile of a connection. True where there was one.
pub(crate) fn forget(root: &Path, connection: &str) -> Result<bool, BrowserError> {
    let folder = root.join(name_of(connection));
    if !folder.exists() {
        return Ok(false);
    }
    let lock = lock(&folder)?.ok_or(BrowserError::ProfileInUse)?;
    clear_locks(&folder.join("profile"));
    let removed = fs::remove_dir_all(&folder);
    drop(lock);
    removed.map(|()| true).map_err(BrowserError::Profile)
}

/// Removes fresh profiles whose window is gone.
fn sweep(root: &Path) {
    let Ok(entries) = fs::read_dir(root) else { return };
    for entry in entries.flatten().filter(|entry| entry.file_name().to_string_lossy().starts_with(FRESH)) {
        if let Ok(Some(_lock)) = lock(&entry.path()) {
            clear_locks(&entry.path().join("profile"));
            remove(&entry.path());
        }
    }
}

/// The folder's lock, if nobody has it. It goes with the process that holds it, so none is ever stale.
fn lock(folder: &Path) -> Result<Option<File>, BrowserError> {
    make_private(folder).map_err(BrowserError::Profile)?;
    let file = File::options().create(true).write(true).truncate(false).open(folder.join(LOCK)).map_err(BrowserError::Profile)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(BrowserError::Profile(error)),
    }
}

/// A folder that only this user may enter.
pub(crate) fn make_private(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)?;
    // it may have been there before
    #[cfg(unix)]
    fs::set_permissions(folder, std::os::unix::fs::PermissionsExt::from_mode(0o700))?;
    Ok(())
}

/// Removes a folder. A browser's last helper may still write, so it is tried a few times.
fn remove(folder: &Path) {
    for _ in 0..20 {
        match fs::remove_dir_all(folder) {
            Ok(()) => return,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return,
            Err(_) => std::thread::sleep(Duration::from_millis(10)),
        }
    }
    tracing::warn!(folder = %folder.display(), "a browser profile could not be removed; the next window removes it");
}

/// The process that Chromium's own lock names, if it is alive (`SingletonLock` is a link to `host-process`).
#[cfg(unix)]
fn holder(user_data: &Path) -> Option<i32> {
    let target = fs::read_link(user_data.join("SingletonLock")).ok()?;
    let process: i32 = target.to_str()?.rsplit_once('-')?.1.parse().ok()?;
    let alive = rustix::process::Pid::from_raw(process).is_some_and(|process| rustix::process::test_kill_process(process).is_ok());
    // a number may have been given to another program since
    let ours = !cfg!(target_os = "linux")
        || fs::read(format!("/proc/{process}/cmdline")).is_ok_and(|line| contains(&line, user_data.as_os_str().as_encoded_bytes()));
    (alive && ours).then_some(process)
}

#[cfg(unix)]
fn contains(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}

/// Elsewhere the system itself releases the browser's lock.
#[cfg(not(unix))]
fn holder(_user_data: &Path) -> Option<i32> {
    None
}

/// Removes Chromium's own locks, which name a process that is gone or a name that this computer had before, with the socket in the temporary folder.
fn clear_locks(user_data: &Path) {
    if let Ok(socket) = fs::read_link(user_data.join("SingletonSocket"))
        && let Some(folder) = socket.parent().filter(|folder| folder.is_absolute())
    {
        // never more than these two and an empty folder
        for name in ["SingletonSocket", "SingletonCookie"] {
            fs::remove_file(folder.join(name)).ok();
        }
        fs::remove_dir(folder).ok();
    }
    for name in ["SingletonLock", "SingletonSocket", "SingletonCookie"] {
        fs::remove_file(user_data.join(name)).ok();
    }
}

/// A short name that tells a person whose profile it is, and a hash that tells connections apart.
fn name_of(connection: &str) -> String {
    let spoken: String =
        connection.split_once("://").map_or(connection, |(_, rest)| rest).chars().filter(char::is_ascii_alphanumeric).take(16).collect();
    format!("{}-{:.16}", spoken.to_ascii_lowercase(), format!("{:x}", Sha256::digest(connection.as_bytes())))
}

fn fresh_name() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!("{FRESH}{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_profile_is_used_once_and_kept() {
        let root = tempfile::tempdir().expect("a folder");
        let root = root.path().join("browser");
        let first = Profile::take(&root, Some("https://wiki.example.com")).await.expect("free");
        let error = Profile::take(&root, Some("https://wiki.example.com")).await.expect_err("taken");
        assert!(matches!(error, BrowserError::ProfileInUse));
        assert!(matches!(forget(&root, "https://wiki.example.com"), Err(BrowserError::ProfileInUse)));
        let _other = Profile::take(&root, Some("https://wiki.example.com/other")).await.expect("another connection");
        fs::write(first.user_data().join("Cookies"), "x").expect("written");
        first.leave();
        let again = Profile::take(&root, Some("https://wiki.example.com")).await.expect("free again");
        assert!(again.user_data().join("Cookies").exists());
        again.leave();
        assert!(forget(&root, "https://wiki.example.com").expect("forgotten"));
        assert!(!forget(&root, "https://wiki.example.com").expect("nothing left"));
        assert!(!root.join(name_of("https://wiki.example.com")).exists());
    }

    #[tokio::test]
    async fn fresh_profiles_leave_nothing_and_crashed_ones_are_swept() {
        let root = tempfile::tempdir().expect("a folder");
        let fresh = Profile::take(root.path(), None).await.expect("fresh");
        let user_data = fresh.user_data();
        assert!(user_data.is_dir());
        // as if a run had been killed
        let crashed = root.path().join("fresh-1-0/profile");
        fs::create_dir_all(&crashed).expect("made");
        let kept = Profile::take(root.path(), Some("kept")).await.expect("free");
        assert!(!crashed.exists(), "swept");
        assert!(user_data.exists(), "still in use");
        fresh.leave();
        assert!(!user_data.exists());
        kept.leave();
    }

    #[tokio::test]
    #[cfg(unix)]
    async fn stale_locks_of_the_browser_are_cleared_and_nobody_else_may_look() {
        use std::os::unix::fs::{PermissionsExt as _, symlink};
        let root = tempfile::tempdir().expect("a folder");
        let elsewhere = root.path().join("elsewhere");
        fs::create_dir_all(&elsewhere).expect("made");
        fs::write(elsewhere.join("SingletonSocket"), "").expect("written");
        let user_data = root.path().join(name_of("x")).join("profile");
        fs::create_dir_all(&user_data).expect("made");
        symlink("another-host-1", user_data.join("SingletonLock")).expect("linked");
        symlink(elsewhere.join("SingletonSocket"), user_data.join("SingletonSocket")).expect("linked");
        let profile = Profile::take(root.path(), Some("x")).await.expect("free");
        assert!(fs::symlink_metadata(user_data.join("SingletonLock")).is_err());
        assert!(!elsewhere.exists());
        for folder in [profile.user_data(), root.path().join(name_of("x"))] {
            assert_eq!(fs::metadata(&folder).expect("there").permissions().mode() & 0o777, 0o700, "{}", folder.display());
        }
    }

    #[test]
    fn names_are_short_and_tell_connections_apart() {
        assert!(name_of("https://wiki.example.com/confluence").starts_with("wikiexamplecomco-"));
        assert_ne!(name_of("https://wiki.example.com/a"), name_of("https://wiki.example.com/b"));
        assert!(name_of("https://../../etc/passwd").chars().all(|c| c.is_ascii_alphanumeric() || c == '-'));
    }
}
