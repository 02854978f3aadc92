//! How the inventory paces itself, over a wiki without a network and with a clock that only moves when everybody waits.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use confluence_auth::{Credential, Cx, Settings, inventory};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use preflight::{Cause, Clock, Inventory, Origin, Outcome, Secret, Verdict};
use serde_json::json;
use tokio::time::Instant;
use transport::{Network, Request, Response, Route, Transport, TransportError, TransportErrorKind};

use crate::harness::settings;

/// How many spaces the wiki has.
const SPACES: usize = 200;
/// How long an answer takes.
const LATENCY: Duration = Duration::from_millis(20);

/// What the wiki does with a question about a space: its number, counted from 1, and how many are under way.
type Mood = fn(usize, usize) -> Does;

enum Does {
    Answer,
    Slowly(Duration),
    Refuse(&'static str),
    Break,
}

#[derive(Debug)]
struct Tokio(Instant);

impl Clock for Tokio {
    fn now(&self) -> jiff::Timestamp {
        jiff::Timestamp::UNIX_EPOCH
    }

    fn ticks(&self) -> Duration {
        self.0.elapsed()
    }
}

struct Wiki {
    mood: Mood,
    questions: AtomicUsize,
    under_way: AtomicUsize,
    /// When each question came, and how many were under way then, itself included.
    seen: Mutex<Vec<(Duration, usize)>>,
    begun: Instant,
}

impl std::fmt::Debug for Wiki {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Wiki")
    }
}

#[derive(Clone, Debug)]
struct Wire {
    wiki: Arc<Wiki>,
    origin: Origin,
}

impl Network for Wire {
    fn to(&self, origin: &Origin) -> Arc<dyn Transport> {
        Arc::new(Self { origin: origin.clone(), wiki: self.wiki.clone() })
    }
}

impl Wire {
    fn answer(&self, request: &Request, status: u16, headers: &[(&'static str, &str)], body: &serde_json::Value) -> Response {
        let mut map = HeaderMap::new();
        for (name, value) in [("content-type", "application/json"), ("x-ausername", "jane")].iter().chain(headers) {
            map.insert(HeaderName::from_static(name), HeaderValue::from_str(value).expect("a header"));
        }
        let url = self.origin.to_url().join(request.path.as_str()).expect("a path");
        let status = StatusCode::from_u16(status).expect("a status");
        Response { status, headers: map, body: body.to_string().into(), url, received_at: jiff::Timestamp::UNIX_EPOCH }
    }

    async fn about_a_space(&self, request: &Request, under_way: usize) -> Result<Response, TransportError> {
        let number = self.wiki.questions.fetch_add(1, Ordering::SeqCst) + 1;
        match (self.wiki.mood)(number, under_way) {
            Does::Answer => tokio::time::sleep(LATENCY).await,
            Does::Slowly(latency) => tokio::time::sleep(latency).await,
            Does::Refuse(retry_after) => {
                tokio::time::sleep(LATENCY).await;
                return Ok(self.answer(request, 429, &[("retry-after", retry_after)], &json!({})));
            }
            Does::Break => return Err(TransportError { origin: self.origin.clone(), kind: TransportErrorKind::Closed, source: None }),
        }
        Ok(self.answer(request, 403, &[], &json!({ "statusCode": 403 })))
    }
}

/// Counts down when the question is over, also where it was dropped.
struct UnderWay<'a>(&'a AtomicUsize);

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

#[async_trait]
impl Transport for Wire {
    fn origin(&self) -> &Origin {
        &self.origin
    }

    fn route(&self) -> Route {
        Route::Scripted
    }

    async fn execute(&self, request: Request) -> Result<Response, TransportError> {
        let path = request.path.as_str().to_owned();
        if path.ends_with("/permissions") && path != "/rest/api/permissions" {
            let under_way = self.wiki.under_way.fetch_add(1, Ordering::SeqCst) + 1;
            let _counted = UnderWay(&self.wiki.under_way);
            self.wiki.seen.lock().expect("nobody panicked").push((self.wiki.begun.elapsed(), under_way));
            return self.about_a_space(&request, under_way).await;
        }
        let space =
            |number: usize| json!({ "id": number, "key": format!("S{number}"), "name": format!("Space {number}"), "type": "global" });
        let (status, body) = match path.split('?').next().unwrap_or_default() {
            "/rest/applinks/1.0/manifest" => (200, json!({ "typeId": "confluence", "name": "Wiki", "version": "9.2.2" })),
            "/rest/api/user/current" => (200, json!({ "type": "known", "username": "jane", "userKey": "1", "displayName": "Jane" })),
            "/rest/api/space" if path.contains("archived") => (200, json!({ "results": [] })),
            "/rest/api/space" => (200, json!({ "results": (0..SPACES).map(space).collect::<Vec<_>>() })),
            _ => (403, json!({ "statusCode": 403 })),
        };
        Ok(self.answer(&request, status, &[], &body))
    }
}

struct Ran {
    inventory: Inventory,
    took: Duration,
    seen: Vec<(Duration, usize)>,
}

async fn run(mood: Mood) -> Ran {
    let begun = Instant::now();
    let wiki = Wiki { mood, questions: AtomicUsize::new(0), under_way: AtomicUsize::new(0), seen: Mutex::default(), begun };
    let wire = Wire { wiki: Arc::new(wiki), origin: Origin::parse("https://wiki.example.com").expect("an origin") };
    let settings: Settings = settings("https://wiki.example.com", Credential::PersonalToken(Secret::new("a-token-of-jane".to_owned())));
    let clock = Tokio(begun);
    let inventory = inventory(&Cx::new(&wire, &clock), &settings, &()).await;
    assert_eq!(wire.wiki.under_way.load(Ordering::SeqCst), 0, "nothing is left");
    let seen = wire.wiki.seen.lock().expect("nobody panicked").clone();
    Ran { inventory, took: begun.elapsed(), seen }
}

fn most(seen: &[(Duration, usize)]) -> usize {
    seen.iter().map(|(_, under_way)| *under_way).max().unwrap_or_default()
}

#[tokio::test(start_paused = true)]
async fn grows_while_all_goes_well() {
    let ran = run(|_, _| Does::Answer).await;
    assert_eq!((ran.inventory.outcome, ran.seen.len(), most(&ran.seen)), (Outcome::Passed, SPACES, 12));
    assert_eq!(ran.seen[1].1, 1, "one alone at first: it shows whether this way is there");
    // four at a time from the second on would take a second
    assert!(ran.took < Duration::from_millis(700), "{:?}", ran.took);
}

#[tokio::test(start_paused = true)]
async fn halves_on_429_and_waits_as_long_as_it_is_asked_to() {
    let ran = run(|number, _| if (100..104).contains(&number) { Does::Refuse("7") } else { Does::Answer }).await;
    assert_eq!((ran.inventory.outcome, ran.seen.len()), (Outcome::Passed, SPACES + 4), "each refused question is asked again");
    assert!(ran.inventory.spaces.iter().all(|space| space.permissions == Verdict::No));
    // the longest silence is the one that was asked for
    let between = |pair: &[(Duration, usize)]| pair[1].0.saturating_sub(pair[0].0);
    let gap = ran.seen.windows(2).max_by_key(|pair| between(pair)).expect("questions");
    let silence = between(gap);
    assert!((Duration::from_secs(7)..Duration::from_millis(7_100)).contains(&silence), "{silence:?}");
    let before: Vec<_> = ran.seen.iter().filter(|(at, _)| *at <= gap[0].0).copied().collect();
    let after: Vec<_> = ran.seen.iter().filter(|(at, _)| *at >= gap[1].0).take(6).copied().collect();
    assert!(most(&after) <= most(&before) / 2, "{after:?} after {}", most(&before));
}

#[tokio::test(start_paused = true)]
async fn slows_down_where_answers_take_longer() {
    // four at a time are no trouble, each more makes all of them slower
    fn crowd(under_way: usize) -> Duration {
        Duration::from_millis(u64::try_from(under_way.saturating_sub(4)).unwrap_or_default() * 60)
    }
    let ran = run(|_, under_way| Does::Slowly(LATENCY + crowd(under_way))).await;
    assert_eq!(ran.inventory.outcome, Outcome::Passed);
    assert!(most(&ran.seen) <= 7, "{}", most(&ran.seen));
    // and it is tried again and again whether more can be had
    assert!(ran.seen.iter().filter(|(_, under_way)| *under_way > 4).count() > 5);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_is_slow_for_good_is_not_taken_for_a_crowded_one() {
    let ran = run(|number, _| Does::Slowly(if number > 60 { Duration::from_millis(500) } else { LATENCY })).await;
    assert_eq!(ran.inventory.outcome, Outcome::Passed);
    assert!(most(&ran.seen[150..]) >= 6, "{}", most(&ran.seen[150..]));
}

#[tokio::test(start_paused = true)]
async fn a_server_that_only_refuses_is_left() {
    let ran = run(|number, _| if number > 50 { Does::Refuse("3") } else { Does::Answer }).await;
    let inventory = &ran.inventory;
    assert_eq!((inventory.outcome, inventory.cause, inventory.complete), (Outcome::Limited, Some(Cause::ServerThrottled), false));
    assert_eq!(inventory.spaces.iter().filter(|space| space.permissions == Verdict::No).count(), 50);
    assert_eq!(inventory.unclear(), SPACES - 50);
    assert!(ran.took < Duration::from_secs(30), "{:?}", ran.took);
}

#[tokio::test(start_paused = true)]
async fn a_network_that_breaks_for_good_leaves_what_is_there() {
    let ran = run(|number, _| if number > 50 { Does::Break } else { Does::Answer }).await;
    let inventory = &ran.inventory;
    assert_eq!((inventory.outcome, inventory.cause, inventory.total), (Outcome::Limited, Some(Cause::NetworkClosed), Some(200)));
    assert_eq!(inventory.unclear(), SPACES - 50);
    assert!(ran.seen.len() < 50 + 60 && ran.took < Duration::from_mins(1), "{} questions, {:?}", ran.seen.len(), ran.took);
}

#[tokio::test(start_paused = true)]
async fn what_breaks_now_and_then_is_asked_again() {
    let ran = run(|number, _| if number % 10 == 0 { Does::Break } else { Does::Answer }).await;
    assert_eq!((ran.inventory.outcome, ran.inventory.unclear()), (Outcome::Passed, 0));
}
