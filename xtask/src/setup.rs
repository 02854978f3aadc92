//! What the running window and the tests need from the system, and how to install it.

use std::path::Path;
use std::process::Command;

use crate::run::run;

/// A Debian package and a file that shows that it is there.
struct Package {
    name: &'static str,
    file: &'static str,
}

const fn package(name: &'static str, file: &'static str) -> Package {
    Package { name, file }
}

/// Debian's folder for libraries.
const LIB: &str = "/usr/lib/x86_64-linux-gnu";

/// What the running window needs.
const WINDOW: &[Package] = &[
    package("libx11-6", "libX11.so.6"),
    package("libx11-xcb1", "libX11-xcb.so.1"),
    package("libxcursor1", "libXcursor.so.1"),
    package("libxi6", "libXi.so.6"),
    package("libxkbcommon-x11-0", "libxkbcommon-x11.so.0"),
    package("libgl1", "libGL.so.1"),
    package("libegl1", "libEGL.so.1"),
    package("libgl1-mesa-dri", "dri/swrast_dri.so"),
    package("libdbus-1-3", "libdbus-1.so.3"),
    package("ca-certificates", "/etc/ssl/certs/ca-certificates.crt"),
];

/// What the tests need besides.
const TESTS: &[Package] = &[
    package("chromium", "/usr/bin/chromium"),
    package("chromium-driver", "/usr/bin/chromedriver"),
    package("xvfb", "/usr/bin/Xvfb"),
    package("openbox", "/usr/bin/openbox"),
    package("xdotool", "/usr/bin/xdotool"),
    package("imagemagick", "/usr/bin/import"),
    package("x11-utils", "/usr/bin/xwininfo"),
    package("procps", "/usr/bin/pgrep"),
    package("dbus-daemon", "/usr/bin/dbus-run-session"),
    package("gnome-keyring", "/usr/bin/gnome-keyring-daemon"),
    package("krb5-kdc", "/usr/sbin/krb5kdc"),
    package("krb5-admin-server", "/usr/sbin/kadmin.local"),
    package("krb5-user", "/usr/bin/kinit"),
    package("libgssapi-krb5-2", "libgssapi_krb5.so.2"),
    package("apache2-bin", "/usr/sbin/apache2"),
    package("libapache2-mod-auth-gssapi", "/usr/lib/apache2/modules/mod_auth_gssapi.so"),
];

fn is_there(package: &Package) -> bool {
    let path = Path::new(package.file);
    if path.is_absolute() { path.exists() } else { Path::new(LIB).join(path).exists() }
}

/// Installs what is missing where that is possible, else says exactly what to run.
pub(crate) fn setup() -> Result<(), String> {
    if !Path::new("/usr/bin/apt-get").exists() {
        println!("This is no Debian: nothing is installed. The tests need Chromium with its driver, and Xvfb on Linux.");
        return Ok(());
    }
    let missing: Vec<&str> = WINDOW.iter().chain(TESTS).filter(|package| !is_there(package)).map(|package| package.name).collect();
    if missing.is_empty() {
        println!("Everything that the window and the tests need is installed.");
        return Ok(());
    }
    let line = format!("apt-get install -y --no-install-recommends {}", missing.join(" "));
    let root = Command::new("id").arg("-u").output().is_ok_and(|id| id.stdout.starts_with(b"0\n"));
    if !root {
        return Err(format!("some packages are missing. Run:\n  sudo apt-get update && sudo {line}"));
    }
    let mut update = Command::new("apt-get");
    update.args(["update", "-qq"]);
    run(update)?;
    let mut install = Command::new("apt-get");
    install.args(["install", "-y", "-qq", "--no-install-recommends"]).args(&missing).env("DEBIAN_FRONTEND", "noninteractive");
    run(install)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_package_is_named_twice() {
        let mut names: Vec<_> = WINDOW.iter().chain(TESTS).map(|package| package.name).collect();
        names.sort_unstable();
        let all = names.len();
        names.dedup();
        assert_eq!(names.len(), all);
    }
}
