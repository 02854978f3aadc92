//! Sign-ins that are remembered, in sessions of their own with and without a keychain.
#![cfg(target_os = "linux")]

use std::process::Command;

use end_to_end::program::{Home, binary};
use serde_json::Value;

/// A bus that starts no service by itself: whatever may be installed here, no keychain comes up.
const EMPTY_BUS: &str = r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:tmpdir=/tmp</listen>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"#;

/// Runs the sign-ins in a session that these words start.
fn told(home: &Home, words: &[&str]) -> Value {
    let mut command = Command::new(words[0]);
    command.args(&words[1..]).env_clear().envs(home.environment()).env("XDG_RUNTIME_DIR", home.path());
    let output = command.output().unwrap_or_else(|error| panic!("{}: {error}; `cargo xtask setup` installs it", words[0]));
    let out = String::from_utf8_lossy(&output.stdout);
    let last = out.lines().last().unwrap_or_default();
    serde_json::from_str(last).unwrap_or_else(|error| panic!("{error}: {out}{}", String::from_utf8_lossy(&output.stderr)))
}

fn program() -> String {
    binary("examples/keychain").display().to_string()
}

#[test]
fn what_the_keychain_remembers_signs_in_without_the_person() {
    let home = Home::new();
    let script = format!("printf practice | gnome-keyring-daemon --unlock --components=secrets >/dev/null && {}", program());
    let said = told(&home, &["dbus-run-session", "--", "sh", "-c", &script]);
    assert_eq!(said["first"]["unavailable"], Value::Null, "{said}");
    assert_eq!((&said["first"]["asked"], &said["first"]["remembered"]), (&1.into(), &"yes".into()), "{said}");
    assert_eq!((&said["again"]["asked"], &said["again"]["used"]), (&0.into(), &"used".into()), "{said}");
    assert_eq!(said["again"]["outcome"], "passed", "{said}");
    // the reason is told, and the person signs in
    assert_eq!(said["revoked"]["asked"], 1, "{said}");
    assert!(said["revoked"]["used"].as_str().is_some_and(|used| used.starts_with("not used: ")), "{said}");
    assert_eq!((&said["revoked"]["outcome"], &said["revoked"]["remembered"]), (&"passed".into(), &"yes".into()), "{said}");
    // the keyring's own files are encrypted; nothing else was written
    home.keeps_secrets();
}

#[test]
fn without_a_keychain_it_says_so_and_stays_in_memory() {
    let home = Home::new();
    let (config, program) = (home.file("bus.conf", EMPTY_BUS), program());
    for words in [vec!["dbus-run-session", "--config-file", &config, "--", &program], vec![program.as_str()]] {
        let said = told(&home, &words);
        for run in ["first", "again"] {
            let run = &said[run];
            assert!(run["unavailable"].as_str().is_some_and(|why| why.contains("no Secret Service")), "{said}");
            assert_eq!((&run["asked"], &run["remembered"], &run["outcome"]), (&1.into(), &"no".into(), &"passed".into()), "{said}");
        }
    }
    home.keeps_secrets();
}
