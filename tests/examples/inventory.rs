//! What an inventory of ten thousand spaces costs: requests, time and memory, against a bare loop over the same requests.
//!
//! The practice server runs in a process of its own, so that its memory and its work are not counted.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use engine::forms::{ConfluenceForm, ConfluenceMethod};
use engine::spaces::{Inventory, SpacesOrder};
use engine::{Deps, NetworkOptions};
use practice::confluence::{Confluence, Who};
use preflight::Secret;
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

type Failed = Box<dyn std::error::Error + Send + Sync>;

const SPACES: usize = 10_000;
const ROUNDS: usize = 3;
/// As many questions about single spaces as the inventory asks side by side at most.
const QUESTIONS: usize = 12;
/// As many lists as it goes through side by side: current spaces and archived ones. Each page leads to the next.
const LISTS: usize = 2;

/// Who looks at what, and the fewest requests that can do: finding out about the account, pages, and questions about single spaces.
#[derive(Clone, Copy)]
struct Case {
    name: &'static str,
    who: Who,
    cloud: bool,
    account: usize,
    page: usize,
    /// Questions about single spaces, or none for one about each.
    questions: Option<usize>,
}

const CASES: [Case; 3] = [
    // manifest, who am I, am I an administrator, my groups; three spaces show whether the right holds
    Case { name: "administrator", who: Who::Admin, cloud: false, account: 4, page: 500, questions: Some(3) },
    // whoever administers nothing need not be asked for groups; no version tells in bulk what somebody may do in a space
    Case { name: "reader", who: Who::Reader, cloud: false, account: 3, page: 500, questions: None },
    // the list tells along with each space what the account may do there
    Case { name: "cloud", who: Who::SpaceAdmin, cloud: true, account: 3, page: 1000, questions: Some(0) },
];

fn main() -> Result<(), Failed> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let case = |name: &str| CASES.iter().find(|case| case.name == name).copied().ok_or("no such case");
    match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["serve", name] => runtime.block_on(serve(case(name)?)),
        ["measure", name] => say(&runtime.block_on(measure(case(name)?))?),
        // each in a process of its own, so that memory is not that of the one before
        _ => CASES.iter().try_for_each(|case| {
            let output = Command::new(std::env::current_exe()?).args(["measure", case.name]).stderr(Stdio::inherit()).output()?;
            say(&serde_json::from_slice(&output.stdout)?)
        }),
    }
}

fn say(value: &Value) -> Result<(), Failed> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{value}")?;
    Ok(out.flush()?)
}

/// Answers lines on standard input: `forget` forgets what was asked, anything else tells it. Ends with its input.
async fn serve(case: Case) -> Result<(), Failed> {
    let builder = Confluence::builder().spaces(SPACES);
    let wiki = if case.cloud { builder.cloud() } else { builder.data_center("9.2") }.start().await?;
    let who = case.who;
    let (email, token) = if case.cloud { (who.email(), who.api_token()) } else { ("", who.pat()) };
    say(&json!({ "address": wiki.base(), "email": email, "token": token }))?;
    let lines = tokio::task::spawn_blocking(move || -> Result<(), Failed> {
        for line in std::io::stdin().lock().lines() {
            let asked: Vec<String> = wiki
                .server()
                .requests()
                .iter()
                .filter(|seen| seen.method == "GET")
                .map(|seen| seen.query.as_ref().map_or_else(|| seen.path.clone(), |query| format!("{}?{query}", seen.path)))
                .collect();
            if line? == "forget" {
                wiki.server().forget_requests();
            }
            say(&json!(asked))?;
        }
        Ok(())
    });
    lines.await?
}

/// The server in its process.
struct Server {
    child: Child,
    answers: std::io::Lines<BufReader<std::process::ChildStdout>>,
}

impl Server {
    fn start(case: Case) -> Result<(Self, Value), Failed> {
        let mut child =
            Command::new(std::env::current_exe()?).args(["serve", case.name]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let answers = BufReader::new(child.stdout.take().ok_or("no output")?).lines();
        let mut server = Self { child, answers };
        let about = server.answer()?;
        Ok((server, about))
    }

    fn answer(&mut self) -> Result<Value, Failed> {
        Ok(serde_json::from_str(&self.answers.next().ok_or("the server went away")??)?)
    }

    /// What was asked since the last time.
    fn asked(&mut self) -> Result<Vec<String>, Failed> {
        let input = self.child.stdin.as_mut().ok_or("no input")?;
        writeln!(input, "forget")?;
        input.flush()?;
        Ok(serde_json::from_value(self.answer()?)?)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // it may have ended by itself
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

async fn measure(case: Case) -> Result<Value, Failed> {
    let (mut server, about) = Server::start(case)?;
    let text = |key: &str| about[key].as_str().unwrap_or_default().to_owned();
    let form =
        ConfluenceForm { address: text("address"), method: ConfluenceMethod::Token, email: text("email"), ..ConfluenceForm::default() };
    let settings = form.settings(&Secret::new(text("token"))).map_err(|errors| format!("{errors:?}"))?;
    let deps = Deps::production(&NetworkOptions::default())?;
    let order = SpacesOrder { settings: Box::new(settings), time_limit: None };

    let before = resident("VmRSS:")?;
    let (inventory, first) = inventory(&deps, &order).await?;
    let grown = resident("VmHWM:")?.saturating_sub(before);
    let asked = server.asked()?;
    let minimum = minimum(case, &inventory);

    let bare = Bare::new(&about)?;
    let (mut ours, mut bares) = (vec![first], Vec::new());
    for round in 0..ROUNDS {
        bares.push(bare.run(&asked).await?);
        if round + 1 < ROUNDS {
            ours.push(self::inventory(&deps, &order).await?.1);
        }
    }
    let median = |mut times: Vec<Duration>| {
        times.sort_unstable();
        times[times.len() / 2].as_millis()
    };
    Ok(json!({
        "case": case.name,
        "spaces": inventory.spaces.len(),
        "requests": asked.len(),
        "minimum": minimum,
        "took_ms": median(ours),
        "bare_ms": median(bares),
        "grown_kb": grown,
    }))
}

async fn inventory(deps: &Deps, order: &SpacesOrder) -> Result<(Inventory, Duration), Failed> {
    let begun = Instant::now();
    let spaces = engine::spaces::run(deps, order, &(), std::future::pending()).await;
    let took = begun.elapsed();
    if !spaces.inventory.complete {
        return Err(format!("not complete: {}", spaces.inventory.headline).into());
    }
    Ok((spaces.inventory, took))
}

fn minimum(case: Case, inventory: &Inventory) -> usize {
    let archived = inventory.spaces.iter().filter(|space| space.status.as_str() == "archived").count();
    let pages = |spaces: usize| spaces.div_ceil(case.page).max(1);
    let questions = case.questions.unwrap_or(inventory.spaces.len());
    case.account + pages(inventory.spaces.len() - archived) + pages(archived) + questions
}

/// The same requests, sent and read with nothing else done.
struct Bare {
    client: reqwest::Client,
    origin: String,
    authorization: String,
}

impl Bare {
    fn new(about: &Value) -> Result<Self, Failed> {
        use base64::Engine as _;
        let text = |key: &str| about[key].as_str().unwrap_or_default();
        let authorization = match text("email") {
            "" => format!("Bearer {}", text("token")),
            email => format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(format!("{email}:{}", text("token")))),
        };
        let origin = url::Url::parse(text("address"))?.origin().ascii_serialization();
        let client = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build()?;
        Ok(Self { client, origin, authorization })
    }

    async fn run(&self, asked: &[String]) -> Result<Duration, Failed> {
        let (questions, lists): (Vec<String>, Vec<String>) = asked.iter().cloned().partition(|path| path.contains("/permissions"));
        let begun = Instant::now();
        self.side_by_side(lists, LISTS).await?;
        self.side_by_side(questions, QUESTIONS).await?;
        Ok(begun.elapsed())
    }

    async fn side_by_side(&self, paths: Vec<String>, width: usize) -> Result<(), Failed> {
        let room = Arc::new(Semaphore::new(width));
        let mut sent = JoinSet::new();
        for path in paths {
            let permit = room.clone().acquire_owned().await?;
            let request = self.client.get(format!("{}{path}", self.origin)).header("authorization", &self.authorization).send();
            sent.spawn(async move {
                let length = request.await?.bytes().await?.len();
                drop(permit);
                Ok::<_, reqwest::Error>(length)
            });
        }
        while let Some(answered) = sent.join_next().await {
            answered??;
        }
        Ok(())
    }
}

/// Memory of this process in kilobytes: `VmRSS:` now, `VmHWM:` at its highest.
fn resident(what: &str) -> Result<u64, Failed> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix(what)).ok_or("this system does not tell")?;
    Ok(line.trim().trim_end_matches(" kB").trim().parse()?)
}
