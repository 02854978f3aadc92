//! How long a SharePoint check takes when every answer comes late, against the answers that have to follow one another.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant};

use end_to_end::jobs::{self, Person};
use engine::{Deps, Job, NetworkOptions, Order, Replies};
use practice::sharepoint::{Cloud, Situation};

/// What is added to every answer.
const LATENCY: Duration = Duration::from_millis(100);

/// Answers that have to follow one another, because each asks for what only the one before can tell:
///
/// 1. Entra's configuration names the endpoints. (The site tells its tenant meanwhile.) Here the person signs in; that time is taken off,
///    and Entra's keys come meanwhile.
/// 2. The code is exchanged for SharePoint's token and a refresh token.
/// 3. The refresh token is exchanged for Graph's token. (The site, its state, its library and the current user are asked meanwhile.)
/// 4. Graph is asked for the site. (Who owns the site may be asked meanwhile.)
const HOPS: u64 = 4;

/// Longer than one answer, as people are.
const PERSON: Duration = Duration::from_millis(300);

const ROUNDS: usize = 9;

/// The same for an app that signs in by a certificate: 1. the configuration, 2. SharePoint's token, which proves the certificate, 3. Graph's
/// token, 4. Graph.
const HOPS_OF_AN_APP: u64 = 4;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (mut people, mut apps, mut processes) = (Vec::new(), Vec::new(), Vec::new());
    let desk = Desk::start().await?;
    for _ in 0..ROUNDS {
        people.push(round().await?);
        apps.push(desk.check().await?);
        processes.push(desk.run().await?);
    }
    let said = serde_json::json!({
        "took_ms": median(people), "hops": HOPS, "latency_ms": LATENCY.as_millis(),
        "certificate_ms": median(apps), "process_ms": median(processes), "hops_of_an_app": HOPS_OF_AN_APP,
    });
    writeln!(std::io::stdout(), "{said}")?;
    Ok(())
}

fn median(mut all: Vec<Duration>) -> u128 {
    all.sort_unstable();
    all[all.len() / 2].as_millis()
}

fn slow_down(cloud: &Cloud) {
    for server in [cloud.entra_server(), cloud.sharepoint_server(), cloud.graph_server()] {
        server.set_latency(LATENCY);
    }
}

/// A cloud in which an app signs in by a certificate, and the file with it.
struct Desk {
    cloud: Cloud,
    folder: tempfile::TempDir,
    file: PathBuf,
    program: PathBuf,
}

impl Desk {
    async fn start() -> Result<Self, Box<dyn std::error::Error>> {
        let cloud = Cloud::start(Situation::AppOnly).await?;
        slow_down(&cloud);
        let certificate = cloud.certificate.as_ref().ok_or("a situation of an app")?;
        let folder = tempfile::tempdir()?;
        let file = folder.path().join("app.pem");
        std::fs::write(&file, format!("{}{}", certificate.pem(), certificate.key_pem()))?;
        // examples lie beside the programs, in a folder of their own
        let program = std::env::current_exe()?.parent().and_then(Path::parent).ok_or("no folder")?.join("wayleave");
        Ok(Self { cloud, folder, file, program })
    }

    /// One check, within this process.
    async fn check(&self) -> Result<Duration, Box<dyn std::error::Error>> {
        let mut job = jobs::sharepoint(&self.cloud)?;
        if let Job::SharePoint(settings) = &mut job {
            settings.method = engine::certificate::method(&self.file, None);
        }
        let deps = Deps::production(&NetworkOptions::default())?;
        let order = Order { job, time_limit: None, practice: true };
        let (_sender, replies) = Replies::channel();
        let begun = Instant::now();
        let report = engine::run(&deps, &order, &(), &replies).await;
        let took = begun.elapsed();
        assert_eq!(report.outcome(), preflight::Outcome::Passed, "{}", report.headline());
        Ok(took)
    }

    /// One check by the command line, from the start of the process to its end.
    async fn run(&self) -> Result<Duration, Box<dyn std::error::Error>> {
        let mut command = tokio::process::Command::new(&self.program);
        command
            .args(["check", "sharepoint", &self.cloud.site(), "--tenant", &self.cloud.tenant_to_enter])
            .args(["--client-id", &self.cloud.client_id, "--authority", &self.cloud.authority()])
            .args(["--sign-in", "certificate", "--certificate"])
            .arg(&self.file)
            .env("WAYLEAVE_CONFIG_DIR", self.folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let begun = Instant::now();
        let status = command.status().await?;
        let took = begun.elapsed();
        assert!(status.success(), "{} ended with {status}", self.program.display());
        Ok(took)
    }
}

/// One check from its begin to its report, without the time that the person took.
async fn round() -> Result<Duration, Box<dyn std::error::Error>> {
    let cloud = Arc::new(Cloud::start(Situation::AllWell).await?);
    let job = jobs::sharepoint(&cloud)?;
    slow_down(&cloud);
    let person = Arc::new(Person::new(cloud.clone()).taking(PERSON));
    let mut deps = Deps::production(&NetworkOptions::default())?;
    deps.opener = person.clone();
    let order = Order { job, time_limit: None, practice: true };
    let (_sender, replies) = Replies::channel();
    let begun = Instant::now();
    let report = engine::run(&deps, &order, &(), &replies).await;
    let took = begun.elapsed();
    assert_eq!(report.outcome(), preflight::Outcome::Passed, "{}", report.headline());
    let (opened, answered) = person.was_busy().ok_or("nobody was asked to sign in")?;
    Ok(took.saturating_sub(answered - opened))
}
