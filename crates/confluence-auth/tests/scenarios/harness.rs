//! Runs one connection test and looks at its report.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use confluence_auth::{Credential, Cx, PLAN, Settings, SiteAddress, WindowOptions, test_connection};
use practice::confluence::{Confluence, Who};
use practice::markers;
use preflight::{AbilityId, Cause, Clock, Event, Origin, Outcome, Progress, Recorder, Report, Secret, Target, TargetKind, Verdict, render};
use transport::direct::{DirectConfig, DirectNetwork, ProxyChoice};

/// This computer's clock.
#[derive(Debug)]
pub(crate) struct ThisComputer(pub(crate) std::time::Instant);

impl Clock for ThisComputer {
    fn now(&self) -> jiff::Timestamp {
        jiff::Timestamp::now()
    }

    fn ticks(&self) -> Duration {
        self.0.elapsed()
    }
}

/// Takes everything down, to be searched for secrets.
#[derive(Default)]
pub(crate) struct Listener(Mutex<String>);

impl Progress for Listener {
    fn emit(&self, event: Event) {
        let event = format!("{event:?}\n");
        self.0.lock().expect("nobody panicked").push_str(&event);
    }
}

pub(crate) fn network() -> DirectNetwork {
    network_with(|_| {})
}

pub(crate) fn network_with(change: impl FnOnce(&mut DirectConfig)) -> DirectNetwork {
    let mut config = DirectConfig::new("wayleave-test", Arc::new(ThisComputer(std::time::Instant::now())));
    config.proxy = ProxyChoice::None;
    change(&mut config);
    DirectNetwork::new(config).expect("a network")
}

pub(crate) fn pat(who: Who) -> Credential {
    Credential::PersonalToken(Secret::new(who.pat()))
}

pub(crate) fn wrong_pat() -> Credential {
    Credential::PersonalToken(Secret::new(markers::Kind::Pat.of("nobody")))
}

pub(crate) fn basic(who: Who) -> Credential {
    Credential::Basic { user: who.username().to_owned(), password: Secret::new(who.password()) }
}

pub(crate) fn wrong_basic(who: Who) -> Credential {
    Credential::Basic { user: who.username().to_owned(), password: Secret::new(markers::Kind::Password.of("wrong")) }
}

pub(crate) fn cloud(who: Who) -> Credential {
    Credential::CloudToken { email: who.email().to_owned(), token: Secret::new(who.api_token()) }
}

pub(crate) fn scoped(who: Who) -> Credential {
    Credential::CloudToken { email: who.email().to_owned(), token: Secret::new(who.scoped_token()) }
}

pub(crate) fn wrong_cloud(who: Who) -> Credential {
    Credential::CloudToken { email: who.email().to_owned(), token: Secret::new(markers::Kind::ApiToken.of("nobody")) }
}

pub(crate) fn settings(address: &str, credential: Credential) -> Settings {
    Settings {
        address: SiteAddress::understand(address).expect(address),
        credential,
        expect_account: None,
        extra_headers: Vec::new(),
        gateway: Origin::parse("http://127.0.0.1:9").expect("an origin"),
        window: WindowOptions::default(),
    }
}

/// Settings for a practice Confluence, with its own gateway.
pub(crate) fn settings_for(wiki: &Confluence, credential: Credential) -> Settings {
    let mut settings = settings(&wiki.base(), credential);
    if let Some(gateway) = wiki.gateway() {
        settings.gateway = Origin::parse(gateway.origin()).expect("an origin");
    }
    settings
}

/// Tests the connection and makes sure that no secret is in anything that was said about it.
pub(crate) async fn report(settings: &Settings) -> Report {
    report_over(&network(), settings).await
}

pub(crate) async fn report_over(network: &DirectNetwork, settings: &Settings) -> Report {
    let clock = ThisComputer(std::time::Instant::now());
    let heard = Listener::default();
    let target = Target { kind: TargetKind::Confluence, address: String::new().into(), practice: true };
    let recorder = Recorder::new(PLAN, target, &clock, &heard);
    let cx = Cx::new(network, &clock);
    test_connection(&cx, settings, &recorder).await;
    let report = recorder.finish();
    let product = "wayleave 0.0.0";
    let json = render::to_json(&report, product).to_string();
    let text = render::to_text(&report, render::text::Style { color: false, width: 120, verbose: true });
    let (markdown, html) = (render::to_markdown(&report, product), render::to_html(&report, product));
    let everything = format!("{report:?}{json}{text}{markdown}{html}{settings:?}{cx:?}{}", heard.0.into_inner().expect("nobody panicked"));
    assert_eq!(markers::found_in(&everything), Vec::<String>::new(), "secrets in {everything}");
    report
}

pub(crate) async fn report_of(wiki: &Confluence, credential: Credential) -> Report {
    report(&settings_for(wiki, credential)).await
}

/// One line per rung: what a failing assertion should show.
pub(crate) fn told(report: &Report) -> String {
    let rungs = report.checks.iter().map(|check| {
        let cause = check.cause.map_or(String::new(), |cause| format!(" {cause}"));
        format!("{} {}{cause}: {}", check.id, check.outcome.as_str(), check.summary)
    });
    let abilities =
        report.abilities.iter().map(|ability| format!("{} {}: {}", ability.id.as_str(), ability.verdict.as_str(), ability.text));
    rungs.chain(abilities).collect::<Vec<_>>().join("\n")
}

/// The whole comes out like this, for this cause, and the rung that decides is this one.
#[track_caller]
pub(crate) fn expect(report: &Report, outcome: Outcome, cause: Option<Cause>, rung: &str) {
    let decisive = report.decisive().map_or("", |check| check.id.0.trim_start_matches("confluence."));
    assert_eq!((report.outcome(), report.cause(), decisive), (outcome, cause, rung), "\n{}", told(report));
}

#[track_caller]
pub(crate) fn expect_failed(report: &Report, cause: Cause, rung: &str) {
    expect(report, Outcome::Failed, Some(cause), rung);
}

/// The verdicts, in the order of content, page permissions, dates, people.
pub(crate) fn verdicts(report: &Report) -> [Option<Verdict>; 4] {
    AbilityId::ALL.map(|id| report.verdict(id))
}

/// The check with this id.
pub(crate) fn check<'a>(report: &'a Report, id: &str) -> &'a preflight::CheckResult {
    let wanted = format!("confluence.{id}");
    report.checks.iter().find(|check| check.id.0 == wanted).unwrap_or_else(|| panic!("no check {id}"))
}

/// The evidence of a check.
pub(crate) fn detail<'a>(report: &'a Report, id: &str, key: &str) -> Option<&'a str> {
    check(report, id).details.iter().find(|detail| detail.key == key).map(|detail| detail.value.as_str())
}
