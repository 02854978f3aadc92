//! A Kerberos realm of one's own (MIT), with Apache's `mod_auth_gssapi` before a server: everything in a temporary folder, on free
//! ports of loopback, and gone when it is dropped.

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// How long a server may take to answer.
const PATIENCE: Duration = Duration::from_secs(20);

const REALM: &str = "PRACTICE.EXAMPLE";

/// A realm, its key distribution centre and a proxy that lets in whoever has a ticket.
pub struct Realm {
    /// Where the proxy is: `http://localhost:PORT`. Its service principal is `HTTP/localhost`.
    pub origin: String,
    folder: TempDir,
    kdc: Child,
    proxy: Child,
}

impl Realm {
    /// Starts one whose proxy leads to this server, names the person there in `X-Remote-User` and shows this key in `X-Gate-Key`.
    ///
    /// # Panics
    /// Where a program is missing or does not start.
    pub fn start(server: &str, key: &str, (person, password): (&str, &str)) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path();
        let [kdc_port, proxy_port] = free_ports();
        let write = |name: &str, text: &str| std::fs::write(path.join(name), text).expect("written");
        write("krb5.conf", &client_settings(kdc_port));
        write("kdc.conf", &kdc_settings(path, kdc_port));
        write("proxy.conf", &proxy_settings(path, proxy_port, server, key));

        said_yes(command(path, "/usr/sbin/kdb5_util").args(["create", "-s", "-W", "-r", REALM]), &format!("{password}\n{password}\n"));
        let keytab = path.join("http.keytab");
        let keytab = keytab.display();
        let orders = format!("addprinc -pw {password} {person}\naddprinc -randkey HTTP/localhost\nktadd -k {keytab} HTTP/localhost\n");
        said_yes(command(path, "/usr/sbin/kadmin.local").args(["-r", REALM]), &orders);
        // started by root, Apache serves as another user, who has to read the key
        for (name, mode) in [("", 0o711), ("http.keytab", 0o644), ("krb5.conf", 0o644)] {
            std::fs::set_permissions(path.join(name), std::fs::Permissions::from_mode(mode)).expect("permissions");
        }

        let kdc = command(path, "/usr/sbin/krb5kdc").args(["-n", "-r", REALM]).spawn().expect("krb5kdc");
        let settings = path.join("proxy.conf");
        let proxy = command(path, "/usr/sbin/apache2").arg("-X").arg("-f").arg(settings).spawn().expect("apache2");
        let realm = Self { origin: format!("http://localhost:{proxy_port}"), folder, kdc, proxy };
        for port in [kdc_port, proxy_port] {
            assert!(answers(port), "nothing answers at {port}: {}", realm.log());
        }
        realm
    }

    /// Signs somebody in, and gives back the environment in which programs find the ticket.
    ///
    /// # Panics
    /// Where the centre refuses.
    pub fn ticket(&self, person: &str, password: &str) -> Vec<(&'static str, String)> {
        let environment = self.environment();
        let mut kinit = command(self.folder.path(), "/usr/bin/kinit");
        kinit.arg(person).envs(environment.iter().map(|(name, value)| (*name, value.as_str())));
        said_yes(&mut kinit, &format!("{password}\n"));
        environment
    }

    /// The environment of somebody of this realm, with or without a ticket.
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        let path = |name: &str| self.folder.path().join(name).display().to_string();
        vec![("KRB5_CONFIG", path("krb5.conf")), ("KRB5CCNAME", format!("FILE:{}", path("tickets")))]
    }

    /// What the two servers wrote down.
    pub fn log(&self) -> String {
        ["kdc.log", "proxy.log"].map(|name| std::fs::read_to_string(self.folder.path().join(name)).unwrap_or_default()).concat()
    }
}

impl Drop for Realm {
    fn drop(&mut self) {
        for child in [&mut self.proxy, &mut self.kdc] {
            // it may have ended by itself
            child.kill().ok();
            child.wait().ok();
        }
    }
}

/// A program that sees this realm and no other.
fn command(folder: &Path, program: &str) -> Command {
    let mut command = Command::new(program);
    command
        .env_clear()
        .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
        .env("KRB5_CONFIG", folder.join("krb5.conf"))
        .env("KRB5_KDC_PROFILE", folder.join("kdc.conf"))
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

/// Runs a program that reads this. Passwords never stand among its arguments.
fn said_yes(command: &mut Command, typed: &str) {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("run `cargo xtask setup`");
    child.stdin.take().expect("piped").write_all(typed.as_bytes()).expect("typed");
    let output = child.wait_with_output().expect("ended");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {said}");
}

/// Two ports that nobody listens at.
fn free_ports() -> [u16; 2] {
    let taken = [(); 2].map(|()| TcpListener::bind(("127.0.0.1", 0)).expect("a port"));
    taken.map(|listener| listener.local_addr().expect("an address").port())
}

fn answers(port: u16) -> bool {
    let begun = Instant::now();
    while begun.elapsed() < PATIENCE {
        match TcpStream::connect(("127.0.0.1", port)) {
            Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => std::thread::sleep(Duration::from_millis(20)),
            Ok(_) => return true,
            Err(_) => return false,
        }
    }
    false
}

fn client_settings(kdc_port: u16) -> String {
    format!(
        "[libdefaults]\n default_realm = {REALM}\n dns_lookup_kdc = false\n dns_lookup_realm = false\n rdns = false\n \
         dns_canonicalize_hostname = false\n udp_preference_limit = 1\n\
         [realms]\n {REALM} = {{\n  kdc = 127.0.0.1:{kdc_port}\n }}\n[domain_realm]\n localhost = {REALM}\n"
    )
}

fn kdc_settings(folder: &Path, port: u16) -> String {
    let folder = folder.display();
    format!(
        "[kdcdefaults]\n kdc_listen = \"\"\n kdc_tcp_listen = 127.0.0.1:{port}\n\
         [realms]\n {REALM} = {{\n  database_name = {folder}/principal\n  key_stash_file = {folder}/stash\n  acl_file = {folder}/acl\n \
         max_life = 1h\n }}\n[logging]\n kdc = FILE:{folder}/kdc.log\n default = FILE:{folder}/kdc.log\n"
    )
}

fn proxy_settings(folder: &Path, port: u16, server: &str, key: &str) -> String {
    let modules = PathBuf::from("/usr/lib/apache2/modules");
    let names = ["mpm_event", "authn_core", "authz_core", "authz_user", "auth_gssapi", "headers", "proxy", "proxy_http"];
    let mut settings = String::new();
    for name in names {
        let file = modules.join(format!("mod_{name}.so"));
        // writing to a string cannot fail
        writeln!(settings, "LoadModule {name}_module {}", file.display()).ok();
    }
    let folder = folder.display();
    write!(
        settings,
        "ServerName localhost\nListen 127.0.0.1:{port}\nServerRoot {folder}\nDefaultRuntimeDir {folder}\nPidFile {folder}/proxy.pid\n\
         ErrorLog {folder}/proxy.log\nUser nobody\nGroup nogroup\nMutex posixsem\nProxyPreserveHost On\n\
         <Location \"/\">\n AuthType GSSAPI\n AuthName \"Practice\"\n GssapiCredStore keytab:{folder}/http.keytab\n GssapiLocalName On\n \
         Require valid-user\n RequestHeader set X-Remote-User expr=%{{REMOTE_USER}}\n RequestHeader set X-Gate-Key \"{key}\"\n \
         RequestHeader unset Authorization\n ProxyPass \"{server}/\"\n</Location>\n"
    )
    .ok();
    settings
}
