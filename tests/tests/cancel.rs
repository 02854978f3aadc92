//! Cancelling: wherever a test is, dropping it leaves no task, no connection and no listener behind.

use std::sync::Arc;
use std::time::Duration;

use end_to_end::jobs::{self, Person};
use engine::practice::Practice;
use engine::{Deps, Job, NetworkOptions, Order, Replies};
use practice::faults::Fault;
use practice::server::Server;
use practice::sharepoint::{Cloud, Situation};
use tokio::runtime::{Builder, Runtime};
use url::Url;

/// The runtime of the test under test; the practice servers live on another one.
fn runtime() -> Runtime {
    Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime")
}

/// Waits until nothing runs there any more.
async fn falls_silent(runtime: &Runtime, at: &str) {
    let silent = async {
        let mut again = tokio::time::interval(Duration::from_millis(2));
        while runtime.metrics().num_alive_tasks() > 0 {
            again.tick().await;
        }
    };
    let silent = tokio::time::timeout(Duration::from_secs(1), silent).await;
    assert!(silent.is_ok(), "{} tasks are left after cancelling at {at}", runtime.metrics().num_alive_tasks());
}

/// The paths that were asked, each once, in order of arrival; up to where they name a server, which has another port the next time.
fn paths(server: &Server) -> Vec<String> {
    let mut paths = Vec::new();
    for seen in server.requests() {
        let path = seen.path.split("127.0.0.1").next().unwrap_or_default().to_owned();
        if !paths.contains(&path) {
            paths.push(path);
        }
    }
    paths
}

/// Runs a job on a runtime of its own until this server has been asked for this path, which it does not answer, and cancels it there.
async fn cancel_at(server: &Server, path: &str, mut deps: Deps, opener: Option<Arc<Person>>, job: Job) {
    server.forget_requests();
    server.faults().on(path, Fault::Hang);
    if let Some(opener) = opener {
        deps.opener = opener;
    }
    let runtime = runtime();
    let running = runtime.spawn(async move {
        let (_sender, replies) = Replies::channel();
        let order = Order { job, time_limit: None, practice: true };
        engine::run(&deps, &order, &(), &replies).await
    });
    let mut count = 0;
    let there = async {
        while !server.requests().iter().any(|seen| seen.path.starts_with(path)) {
            count += 1;
            server.arrived(count).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), there).await.unwrap_or_else(|_| panic!("never asked for {path}"));
    running.abort();
    let ended = running.await;
    assert!(ended.is_err_and(|error| error.is_cancelled()), "it waited for {path}");
    falls_silent(&runtime, path).await;
    runtime.shutdown_background();
}

fn deps() -> Deps {
    Deps::production(&NetworkOptions::default()).expect("a network")
}

#[tokio::test(flavor = "multi_thread")]
async fn confluence_is_cancelled_at_every_request() {
    for situation in ["all-well", "confluence-cloud", "reader"] {
        let whole = Practice::start(situation).await.expect("practice servers");
        let order = Order { job: whole.confluence_job(false).expect("a job"), time_limit: None, practice: true };
        engine::run(&deps(), &order, &(), &Replies::none()).await;
        let asked = paths(whole.stage().confluence.server());
        assert!(asked.len() > 3, "{asked:?}");
        for path in asked {
            let practice = Practice::start(situation).await.expect("practice servers");
            let job = practice.confluence_job(false).expect("a job");
            cancel_at(practice.stage().confluence.server(), &path, deps(), None, job).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sharepoint_is_cancelled_at_every_request() {
    type Pick = fn(&Cloud) -> &Server;
    let servers: [Pick; 3] = [Cloud::entra_server, Cloud::sharepoint_server, Cloud::graph_server];
    let start = async || Arc::new(Cloud::start(Situation::AllWell).await.expect("a practice cloud"));

    let whole = start().await;
    let mut all = deps();
    all.opener = Arc::new(Person::new(whole.clone()));
    let order = Order { job: jobs::sharepoint(&whole).expect("a job"), time_limit: None, practice: true };
    engine::run(&all, &order, &(), &Replies::none()).await;

    for pick in servers {
        let asked = paths(pick(&whole));
        assert!(!asked.is_empty());
        for path in asked {
            let cloud = start().await;
            let person = Arc::new(Person::new(cloud.clone()));
            let job = jobs::sharepoint(&cloud).expect("a job");
            cancel_at(pick(&cloud), &path, deps(), Some(person.clone()), job).await;
            for opened in person.opened() {
                assert!(!is_open(&opened), "somebody listens after cancelling at {path}");
            }
        }
    }
}

/// Nobody has signed in yet.
#[tokio::test(flavor = "multi_thread")]
async fn sharepoint_is_cancelled_while_the_person_is_waited_for() {
    let cloud = Arc::new(Cloud::start(Situation::AllWell).await.expect("a practice cloud"));
    // somebody who takes longer than this test
    let person = Arc::new(Person::new(cloud.clone()).taking(Duration::from_hours(1)));
    let mut deps = deps();
    deps.opener = person.clone();
    let job = jobs::sharepoint(&cloud).expect("a job");
    let runtime = runtime();
    let (prompted, waits) = tokio::sync::oneshot::channel();
    let running = runtime.spawn(async move {
        let (_sender, replies) = Replies::channel();
        let order = Order { job, time_limit: None, practice: true };
        engine::run(&deps, &order, &Prompted(std::sync::Mutex::new(Some(prompted))), &replies).await
    });
    let url = tokio::time::timeout(Duration::from_secs(20), waits).await.expect("in time").expect("a prompt");
    assert!(is_open(&url));
    running.abort();
    assert!(running.await.is_err_and(|error| error.is_cancelled()));
    falls_silent(&runtime, "the person").await;
    assert!(!is_open(&url));
    runtime.shutdown_background();
}

/// Tells when a person is wanted.
struct Prompted(std::sync::Mutex<Option<tokio::sync::oneshot::Sender<Url>>>);

impl preflight::Progress for Prompted {
    fn emit(&self, event: preflight::Event) {
        if let preflight::Event::Prompt(Some(preflight::UserPrompt::SystemBrowser { url, .. })) = event
            && let Some(tell) = self.0.lock().expect("nobody panicked").take()
        {
            tell.send(url).expect("the test waits");
        }
    }
}

/// Whether anybody listens at the return address of a sign-in.
fn is_open(sign_in: &Url) -> bool {
    let (_, redirect) = sign_in.query_pairs().find(|(name, _)| name == "redirect_uri").expect("a return address");
    let port = Url::parse(&redirect).expect("an address").port().expect("a port");
    ["127.0.0.1", "::1"].iter().any(|host| std::net::TcpStream::connect((*host, port)).is_ok())
}
