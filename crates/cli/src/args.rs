//! What was typed. Secrets come from standard input or a named environment variable, never from an argument.

use std::path::PathBuf;

use clap::builder::NonEmptyStringValueParser;
use clap::{ArgGroup, Parser, Subcommand, ValueEnum};
use url::Url;

/// Signs in to Confluence and SharePoint Online, proves that it works, and says what a migration could carry across.
#[derive(Debug, Parser)]
#[command(
    name = "wayleave",
    version,
    after_help = "Exit codes: 0 passed, 1 limited (works, with less), 2 failed, 64 wrong usage, 130 cancelled."
)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Test a connection
    #[command(subcommand)]
    Check(Check),
    /// List the spaces of a Confluence, and what could be migrated of each
    #[command(after_help = "Exit codes: 0 complete, 1 incomplete, 2 nothing, 64 wrong usage, 130 interrupted (with what was found).")]
    Spaces(Spaces),
    /// Say what a Microsoft sign-in error means, offline
    Explain(Explain),
    /// Remove the browser session that is kept for a Confluence
    #[command(after_help = "Exit codes: 0 removed, or there was none, 2 failed, 64 wrong usage.")]
    Forget(Forget),
    /// Certificates for apps that sign in by themselves
    #[command(subcommand)]
    Cert(Cert),
}

#[derive(Debug, Subcommand)]
pub(crate) enum Check {
    /// Test the connection to Confluence, the source
    Confluence(Confluence),
    /// Test the connection to SharePoint Online, the destination
    Sharepoint(SharePoint),
}

#[derive(Debug, clap::Args)]
#[command(group = ArgGroup::new("token").args(["token_stdin", "token_env"]).conflicts_with_all(["anonymous", "interactive"]))]
pub(crate) struct Confluence {
    /// Address of Confluence; any link into it will do
    #[arg(value_name = "URL", required_unless_present = "practice")]
    pub(crate) address: Option<String>,
    /// Without signing in; with --interactive, through the browser all the same
    #[arg(long)]
    pub(crate) anonymous: bool,
    /// Sign in in a browser window that is opened for it
    #[arg(long)]
    pub(crate) interactive: bool,
    /// Which way requests take after an interactive sign-in [default: auto]
    #[arg(long, value_enum, requires = "interactive")]
    pub(crate) route: Option<Route>,
    /// Read the token from standard input
    #[arg(long)]
    pub(crate) token_stdin: bool,
    /// Read the token from this environment variable
    #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) token_env: Option<String>,
    /// E-mail address that belongs to a Cloud API token
    #[arg(long, value_name = "MAIL", conflicts_with_all = ["user", "anonymous", "interactive"], value_parser = NonEmptyStringValueParser::new())]
    pub(crate) email: Option<String>,
    /// User name for Basic authentication on Server or Data Center
    #[arg(long, value_name = "NAME", conflicts_with_all = ["anonymous", "interactive"], value_parser = NonEmptyStringValueParser::new())]
    pub(crate) user: Option<String>,
    /// Extra header for a gate, its value from an environment variable
    #[arg(long, value_name = "NAME=ENV", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) header_env: Vec<String>,
    #[command(flatten)]
    pub(crate) common: Common,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Spaces {
    #[command(flatten)]
    pub(crate) confluence: Confluence,
    /// Print the spaces as CSV
    #[arg(long, conflicts_with = "json")]
    pub(crate) csv: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct SharePoint {
    /// Address of the SharePoint site; any link into it will do
    #[arg(value_name = "SITE", required_unless_present_any = ["practice", "sites"], conflicts_with = "sites")]
    pub(crate) site: Option<String>,
    /// CSV file with a column `address`: all its sites are tested with one sign-in (`-` reads standard input)
    #[arg(long, value_name = "FILE.csv")]
    pub(crate) sites: Option<PathBuf>,
    /// Application (client) ID of the app registration
    #[arg(long, value_name = "ID", required_unless_present = "practice", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) client_id: Option<String>,
    /// Tenant ID or domain; found from the site where it is left out
    #[arg(long, value_name = "ID|DOMAIN", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) tenant: Option<String>,
    /// How to sign in
    #[arg(long, value_enum, help = "How to sign in [default: browser]")]
    pub(crate) sign_in: Option<SignIn>,
    /// PFX or PEM file with the certificate and its private key
    #[arg(long, value_name = "FILE")]
    pub(crate) certificate: Option<PathBuf>,
    /// Read the certificate file's password from this environment variable
    #[arg(long, value_name = "NAME", requires = "certificate")]
    pub(crate) certificate_password_env: Option<String>,
    /// Which browser window to sign in in [default: default]
    #[arg(long, value_enum)]
    pub(crate) window: Option<WindowName>,
    /// Read the client secret from this environment variable
    #[arg(long, value_name = "NAME")]
    pub(crate) secret_env: Option<String>,
    /// Read the client secret from standard input
    #[arg(long, conflicts_with = "secret_env")]
    pub(crate) secret_stdin: bool,
    /// User name (UPN) for the sign-in by password
    #[arg(long, value_name = "UPN", required_if_eq("sign_in", "password"))]
    pub(crate) username: Option<String>,
    /// Read the password from this environment variable
    #[arg(long, value_name = "NAME")]
    pub(crate) password_env: Option<String>,
    /// Read the password from standard input
    #[arg(long, conflicts_with = "password_env")]
    pub(crate) password_stdin: bool,
    /// Microsoft cloud; found from the site where it is left out
    #[arg(long, value_enum)]
    pub(crate) cloud: Option<CloudName>,
    /// Sign-in authority instead of Microsoft's own, for tests
    #[arg(long, value_name = "URL")]
    pub(crate) authority: Option<Url>,
    /// After the report, print a message for the administrator who can mend what was found
    #[arg(long)]
    pub(crate) request: bool,
    #[command(flatten)]
    pub(crate) common: Common,
}

/// What both checks take.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Common {
    /// The account that is expected; any other one fails
    #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) expect_account: Option<String>,
    /// Print the report as JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// Show the evidence of every check
    #[arg(long, short, conflicts_with = "json")]
    pub(crate) verbose: bool,
    /// Longest time for the whole run [default: 60, with a person 600]
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub(crate) timeout: Option<u64>,
    /// Program of the browser to use instead of the first one found
    #[arg(long, value_name = "PATH")]
    pub(crate) browser: Option<PathBuf>,
    /// PEM file with an additional CA, or with the server's own self-signed certificate
    #[arg(long, value_name = "PEM")]
    pub(crate) ca_file: Option<PathBuf>,
    /// Proxy for every host, instead of the system's rules
    #[arg(long, value_name = "URL", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) proxy: Option<String>,
    /// User name for the proxy
    #[arg(long, value_name = "NAME", requires_all = ["proxy", "proxy_password_env"], value_parser = NonEmptyStringValueParser::new())]
    pub(crate) proxy_user: Option<String>,
    /// Read the proxy's password from this environment variable
    #[arg(long, value_name = "NAME", requires = "proxy_user", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) proxy_password_env: Option<String>,
    /// Test against practice servers on this computer
    #[arg(long, value_name = "SITUATION", num_args = 0..=1, default_missing_value = "all-well")]
    pub(crate) practice: Option<String>,
    /// Environment variables that hold secrets: no browser inherits them.
    #[arg(skip)]
    pub(crate) secret_variables: Vec<String>,
}

impl Confluence {
    /// The part that both checks have, with the names of all variables that hold secrets.
    pub(crate) fn common(&self) -> Common {
        let headers = self.header_env.iter().filter_map(|header| header.split_once('=')).map(|(_, name)| name.trim().to_owned());
        self.common.hiding(self.token_env.iter().cloned().chain(headers))
    }
}

impl SharePoint {
    /// The part that both checks have, with the names of all variables that hold secrets.
    pub(crate) fn common(&self) -> Common {
        let named = [&self.secret_env, &self.password_env, &self.certificate_password_env];
        self.common.hiding(named.into_iter().flatten().cloned())
    }
}

impl Common {
    fn hiding(&self, names: impl Iterator<Item = String>) -> Self {
        let secret_variables = names.chain(self.proxy_password_env.iter().cloned()).collect();
        Self { secret_variables, ..self.clone() }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(crate) enum SignIn {
    /// In the system browser
    Browser,
    /// By a code to type on any device's browser
    DeviceCode,
    /// As the app by itself, by a certificate
    Certificate,
    /// As the app by itself, by a client secret (SharePoint refuses such apps, Graph does not)
    Secret,
    /// By user name and password (legacy)
    Password,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(crate) enum WindowName {
    /// The browser as it is
    Default,
    /// A private window of it
    Private,
    /// A browser of its own with a fresh profile, whose error pages are read
    Dedicated,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(crate) enum CloudName {
    /// The public cloud, and GCC
    Public,
    /// US Government GCC High
    GccHigh,
    /// US Government DoD
    Dod,
    /// China, operated by 21Vianet
    China,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(crate) enum Route {
    /// Directly where the session works outside of the browser, else through the browser
    Auto,
    /// From this program, with the session's cookies
    Direct,
    /// Through a page in the browser; no cookie leaves it
    Browser,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Forget {
    /// Address of Confluence; any link into it will do
    #[arg(value_name = "URL")]
    pub(crate) address: String,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Explain {
    /// An AADSTS number or a pasted error text
    #[arg(required = true, trailing_var_arg = true)]
    pub(crate) text: Vec<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Cert {
    /// Make a new certificate: a PFX file to sign in with, and a CER file to upload to the app registration
    New(NewCert),
}

#[derive(Debug, clap::Args)]
pub(crate) struct NewCert {
    /// Folder for the two files; nothing in it is overwritten
    #[arg(long, value_name = "FOLDER", default_value = ".")]
    pub(crate) out: PathBuf,
    /// The certificate's name (CN), which the portal shows
    #[arg(long, value_name = "CN", default_value = "Wayleave", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) name: String,
    /// How many days it is good
    #[arg(long, value_name = "N", default_value_t = 365, value_parser = clap::value_parser!(u32).range(1..=3650))]
    pub(crate) days: u32,
    /// Length of the RSA key
    #[arg(long, value_name = "BITS", value_enum, default_value_t = Bits::Bits2048)]
    pub(crate) bits: Bits,
    /// Read the password that protects the PFX file from this environment variable
    #[arg(long, value_name = "NAME")]
    pub(crate) password_env: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(crate) enum Bits {
    /// What Microsoft's own tools make
    #[value(name = "2048")]
    Bits2048,
    /// For organizations whose rules ask for more
    #[value(name = "3072")]
    Bits3072,
}
