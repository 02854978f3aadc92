//! What was typed. Secrets come from standard input or a named environment variable, never from an argument.

use std::path::PathBuf;

use clap::{ArgGroup, Parser, Subcommand, ValueEnum};
use url::Url;

/// Signs in to Confluence and SharePoint Online, proves that it works, and says what a migration could carry across.
#[derive(Debug, Parser)]
#[command(
    name = "wayleave",
    version,
    after_help = "Exit codes: 0 passed, 1 limited (works, with less), 2 failed, 64 wrong usage, 130 cancelled."
)]
pub struct Args {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Test a connection
    #[command(subcommand)]
    Check(Check),
    /// Say what a Microsoft sign-in error means, offline
    Explain(Explain),
}

#[derive(Debug, Subcommand)]
pub enum Check {
    /// Test the connection to Confluence, the source
    Confluence(Confluence),
    /// Test the connection to SharePoint Online, the destination
    Sharepoint(SharePoint),
}

#[derive(Debug, clap::Args)]
#[command(group = ArgGroup::new("sign_in").args(["anonymous", "token_stdin", "token_env"]))]
pub struct Confluence {
    /// Address of Confluence; any link into it will do
    #[arg(value_name = "URL", required_unless_present = "practice")]
    pub address: Option<String>,
    /// Without signing in
    #[arg(long)]
    pub anonymous: bool,
    /// Read the token from standard input
    #[arg(long)]
    pub token_stdin: bool,
    /// Read the token from this environment variable
    #[arg(long, value_name = "NAME")]
    pub token_env: Option<String>,
    /// E-mail address that belongs to a Cloud API token
    #[arg(long, value_name = "MAIL", conflicts_with_all = ["user", "anonymous"])]
    pub email: Option<String>,
    /// User name for Basic authentication on Server or Data Center
    #[arg(long, value_name = "NAME", conflicts_with = "anonymous")]
    pub user: Option<String>,
    /// Extra header for a gate, its value from an environment variable
    #[arg(long, value_name = "NAME=ENV")]
    pub header_env: Vec<String>,
    #[command(flatten)]
    pub common: Common,
}

#[derive(Debug, clap::Args)]
pub struct SharePoint {
    /// Address of the SharePoint site; any link into it will do
    #[arg(value_name = "SITE", required_unless_present = "practice")]
    pub site: Option<String>,
    /// Application (client) ID of the app registration
    #[arg(long, value_name = "ID", required_unless_present = "practice")]
    pub client_id: Option<String>,
    /// Tenant ID or domain; found from the site where it is left out
    #[arg(long, value_name = "ID|DOMAIN")]
    pub tenant: Option<String>,
    /// How to sign in
    #[arg(long, value_enum, default_value_t = SignIn::Browser)]
    pub sign_in: SignIn,
    /// Microsoft cloud; found from the site where it is left out
    #[arg(long, value_enum)]
    pub cloud: Option<CloudName>,
    /// Sign-in authority instead of Microsoft's own, for tests
    #[arg(long, value_name = "URL")]
    pub authority: Option<Url>,
    #[command(flatten)]
    pub common: Common,
}

/// What both checks take.
#[derive(Debug, clap::Args)]
pub struct Common {
    /// The account that is expected; any other one fails
    #[arg(long, value_name = "NAME")]
    pub expect_account: Option<String>,
    /// Print the report as JSON
    #[arg(long)]
    pub json: bool,
    /// Show the evidence of every check
    #[arg(long, short, conflicts_with = "json")]
    pub verbose: bool,
    /// Longest time for the whole run [default: 60, with a person 600]
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub timeout: Option<u64>,
    /// PEM file with an additional CA, or with the server's own self-signed certificate
    #[arg(long, value_name = "PEM")]
    pub ca_file: Option<PathBuf>,
    /// Proxy for every host, instead of the system's rules
    #[arg(long, value_name = "URL")]
    pub proxy: Option<Url>,
    /// User name for the proxy
    #[arg(long, value_name = "NAME", requires_all = ["proxy", "proxy_password_env"])]
    pub proxy_user: Option<String>,
    /// Read the proxy's password from this environment variable
    #[arg(long, value_name = "NAME", requires = "proxy_user")]
    pub proxy_password_env: Option<String>,
    /// Test against practice servers on this computer
    #[arg(long, value_name = "SITUATION", num_args = 0..=1, default_missing_value = "all-well")]
    pub practice: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum SignIn {
    /// In the system browser
    Browser,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum CloudName {
    /// The public cloud, and GCC
    Public,
    /// US Government GCC High
    GccHigh,
    /// US Government DoD
    Dod,
    /// China, operated by 21Vianet
    China,
}

#[derive(Debug, clap::Args)]
pub struct Explain {
    /// An AADSTS number or a pasted error text
    #[arg(required = true, trailing_var_arg = true)]
    pub text: Vec<String>,
}
