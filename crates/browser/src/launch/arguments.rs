//! The command line of the browser. No secret is ever in it: every user of a computer can read it.

use std::ffi::OsString;
use std::path::PathBuf;

/// How we speak to the browser.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Debugging {
    /// Through a pair of pipes that only this process has.
    #[cfg(unix)]
    Pipe,
    /// Through a port on loopback that the system picks. Any local process could connect to it.
    #[cfg_attr(unix, cfg_attr(not(test), expect(dead_code, reason = "only where pipes cannot be had")))]
    Port,
}

/// What the command line depends on.
#[derive(Clone, Debug)]
pub(crate) struct Arguments {
    /// The profile's folder.
    pub(crate) user_data: PathBuf,
    /// How we speak to it.
    pub(crate) debugging: Debugging,
    /// Host names and patterns that may be answered by Kerberos or NTLM.
    pub(crate) negotiate_hosts: Vec<String>,
    /// The proxy.
    pub(crate) proxy: ProxyArgument,
    /// False where the system cannot: Chromium refuses to start as root with its sandbox.
    pub(crate) sandbox: bool,
}

/// Which proxy the browser uses.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum ProxyArgument {
    /// What the system says, as in any window of this browser.
    System,
    /// None.
    None,
    /// This one for every host: scheme, host and port, without credentials.
    Through(String),
}

impl ProxyArgument {
    /// Host and port of the proxy, where it is known.
    pub(crate) fn address(&self) -> &str {
        match self {
            Self::System | Self::None => "",
            Self::Through(proxy) => proxy.split_once("://").map_or(proxy, |(_, address)| address),
        }
    }
}

/// What is always there.
const ALWAYS: &[&str] = &[
    // the window is opened through the connection, so that its address is in no list of processes, and nothing is loaded before we look
    "--no-startup-window",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-search-engine-choice-screen",
    // after a crash, the question whether to open the old pages again
    "--hide-crash-restore-bubble",
    // `navigator.webdriver` is false: a person signs in here, and some sign-in pages turn machines away
    "--disable-blink-features=AutomationControlled",
    // nothing leaves the computer but what the person asks for, and closed networks cause no waiting
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-domain-reliability",
    "--disable-breakpad",
    "--disable-sync",
    "--disable-quic",
    "--no-pings",
    // a window that is kept open while a migration runs goes on at full speed behind others and when made small
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
    "--disable-renderer-backgrounding",
];

impl Arguments {
    /// The whole command line after the program.
    pub(crate) fn all(&self) -> Vec<OsString> {
        let mut user_data = OsString::from("--user-data-dir=");
        user_data.push(&self.user_data);
        let mut all: Vec<OsString> = vec![user_data];
        all.push(
            match self.debugging {
                #[cfg(unix)]
                Debugging::Pipe => "--remote-debugging-pipe",
                Debugging::Port => "--remote-debugging-port=0",
            }
            .into(),
        );
        all.extend(ALWAYS.iter().map(OsString::from));
        match &self.proxy {
            ProxyArgument::System => {}
            ProxyArgument::None => all.push("--no-proxy-server".into()),
            ProxyArgument::Through(proxy) => {
                all.push(format!("--proxy-server={proxy}").into());
                // loopback as well, which Chromium exempts otherwise
                all.push("--proxy-bypass-list=<-loopback>".into());
            }
        }
        if !self.negotiate_hosts.is_empty() {
            all.push(format!("--auth-server-allowlist={}", self.negotiate_hosts.join(",")).into());
        }
        if !self.sandbox {
            all.push("--no-sandbox".into());
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(arguments: &Arguments) -> String {
        arguments.all().iter().map(|one| one.to_string_lossy().into_owned()).collect::<Vec<_>>().join("\n")
    }

    fn usual() -> Arguments {
        Arguments {
            user_data: "/data/browser/x/profile".into(),
            debugging: Debugging::Port,
            negotiate_hosts: Vec::new(),
            proxy: ProxyArgument::System,
            sandbox: true,
        }
    }

    #[test]
    fn the_usual_command_line() {
        insta::assert_snapshot!(line(&usual()));
    }

    #[test]
    fn what_is_asked_for_comes_on_top() {
        let usual = line(&usual());
        let more = Arguments {
            negotiate_hosts: vec!["wiki.corp.example".to_owned(), "*.corp.example".to_owned()],
            proxy: ProxyArgument::Through("http://proxy.example:3128".to_owned()),
            sandbox: false,
            ..self::usual()
        };
        let more = line(&more);
        let added: Vec<&str> = more.lines().filter(|one| !usual.lines().any(|other| other == *one)).collect();
        assert_eq!(
            added,
            [
                "--proxy-server=http://proxy.example:3128",
                "--proxy-bypass-list=<-loopback>",
                "--auth-server-allowlist=wiki.corp.example,*.corp.example",
                "--no-sandbox"
            ]
        );
    }
}
