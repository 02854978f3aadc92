//! Which browsers are installed: Chrome, Edge, Chromium, Brave. All of them speak the same protocol.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::BrowserError;

/// A browser that can be controlled.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Installed {
    /// Its name as people know it.
    pub name: &'static str,
    /// Its program.
    pub path: PathBuf,
}

/// Names of programs on the search path, and where the browser is put otherwise.
struct Known {
    name: &'static str,
    programs: &'static [&'static str],
    #[cfg_attr(not(windows), expect(dead_code, reason = "Windows only"))]
    windows: &'static str,
    #[cfg_attr(not(target_os = "macos"), expect(dead_code, reason = "macOS only"))]
    bundle: &'static str,
}

/// In the order of preference: what most companies manage first.
const KNOWN: &[Known] = &[
    Known {
        name: "Google Chrome",
        programs: &["google-chrome-stable", "google-chrome", "/opt/google/chrome/chrome"],
        windows: r"Google\Chrome\Application\chrome.exe",
        bundle: "Google Chrome.app/Contents/MacOS/Google Chrome",
    },
    Known {
        name: "Microsoft Edge",
        programs: &["microsoft-edge-stable", "microsoft-edge", "/opt/microsoft/msedge/msedge"],
        windows: r"Microsoft\Edge\Application\msedge.exe",
        bundle: "Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    },
    Known {
        name: "Chromium",
        programs: &["chromium", "chromium-browser"],
        windows: r"Chromium\Application\chrome.exe",
        bundle: "Chromium.app/Contents/MacOS/Chromium",
    },
    Known {
        name: "Brave",
        programs: &["brave-browser-stable", "brave-browser", "brave", "/opt/brave.com/brave/brave-browser"],
        windows: r"BraveSoftware\Brave-Browser\Application\brave.exe",
        bundle: "Brave Browser.app/Contents/MacOS/Brave Browser",
    },
];

/// The installed browsers, the preferred one first.
pub fn installed() -> Vec<Installed> {
    let folders = search_path(env::var_os("PATH"));
    KNOWN
        .iter()
        .filter_map(|known| places(known, &folders).into_iter().find(|path| serves(path)).map(|path| Installed { name: known.name, path }))
        .collect()
}

/// The browser to use: the given one, or the first that is found.
pub(crate) fn choose(given: Option<&Path>) -> Result<PathBuf, BrowserError> {
    if let Some(path) = given {
        return if path.is_file() {
            Ok(path.to_owned())
        } else {
            Err(BrowserError::Missing { looked_at: vec![path.display().to_string()] })
        };
    }
    if let Some(first) = installed().into_iter().next() {
        return Ok(first.path);
    }
    // it also knows the variable CHROME and the registry of Windows
    headless_chrome::browser::default_executable().map_err(|_not_found| {
        let folders = search_path(env::var_os("PATH"));
        let looked_at = KNOWN.iter().flat_map(|known| places(known, &folders)).map(|path| path.display().to_string()).collect();
        BrowserError::Missing { looked_at }
    })
}

fn search_path(path: Option<OsString>) -> Vec<PathBuf> {
    path.map(|path| env::split_paths(&path).collect()).unwrap_or_default()
}

/// Where a browser may be, on this system.
fn places(known: &Known, search_path: &[PathBuf]) -> Vec<PathBuf> {
    #[cfg(windows)]
    {
        let _ = (known.programs, search_path);
        let roots = ["ProgramFiles", "ProgramFiles(x86)", "LOCALAPPDATA"];
        roots.iter().filter_map(env::var_os).map(|root| PathBuf::from(root).join(known.windows)).collect()
    }
    #[cfg(target_os = "macos")]
    {
        let _ = (known.programs, search_path);
        let home = env::var_os("HOME").map(|home| PathBuf::from(home).join("Applications"));
        [Some(PathBuf::from("/Applications")), home].into_iter().flatten().map(|folder| folder.join(known.bundle)).collect()
    }
    #[cfg(not(any(windows, target_os = "macos")))]
    {
        let named = known.programs.iter().map(Path::new);
        named
            .flat_map(|program| {
                if program.is_absolute() {
                    vec![program.to_owned()]
                } else {
                    search_path.iter().map(|folder| folder.join(program)).collect()
                }
            })
            .collect()
    }
}

/// Whether this is a browser that can be used. One from a snap cannot: it may not read a profile in our data folder.
fn serves(path: &Path) -> bool {
    let from_snap =
        || path.starts_with("/snap") || path.canonicalize().is_ok_and(|real| real.ends_with("bin/snap") || real.starts_with("/snap"));
    path.is_file() && !from_snap()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_given_path_is_taken_or_named() {
        let me = env::current_exe().expect("a program");
        assert_eq!(choose(Some(&me)).expect("there"), me);
        let error = choose(Some(Path::new("/no/such/browser"))).expect_err("not there");
        assert!(matches!(error, BrowserError::Missing { looked_at } if looked_at == ["/no/such/browser"]));
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn programs_are_looked_for_on_the_search_path() {
        let folders = search_path(Some("/a:/b".into()));
        let places = places(&KNOWN[2], &folders);
        assert_eq!(places, ["/a/chromium", "/b/chromium", "/a/chromium-browser", "/b/chromium-browser"].map(PathBuf::from));
        assert!(!serves(Path::new("/snap/bin/chromium")) && !serves(Path::new("/nowhere/chromium")));
    }
}
