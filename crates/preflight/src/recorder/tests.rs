use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, Waker};

use futures::channel::oneshot;
use futures::{FutureExt as _, future};
use url::Url;

use super::*;
use crate::{AbilityId, Factor, IdentityKind, Live, RowState, Side, Verdict};

const ADDRESS: CheckId = CheckId("confluence.address");
const REACHABLE: CheckId = CheckId("confluence.reachable");
const SPACES: CheckId = CheckId("confluence.spaces");
const USERS: CheckId = CheckId("confluence.users");

static PLAN: &[CheckSpec] = &[
    CheckSpec { id: ADDRESS, title: "Address", why: "" },
    CheckSpec { id: REACHABLE, title: "Reachable", why: "" },
    CheckSpec { id: SPACES, title: "Spaces", why: "" },
    CheckSpec { id: USERS, title: "Users and groups", why: "" },
];

/// A clock that the test turns.
#[derive(Debug, Default)]
struct Hand(AtomicU64);

impl Hand {
    fn turn(&self, millis: u64) {
        self.0.fetch_add(millis, Ordering::Relaxed);
    }
}

impl Clock for Hand {
    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH + self.ticks()
    }

    fn ticks(&self) -> Duration {
        Duration::from_millis(self.0.load(Ordering::Relaxed))
    }
}

/// What somebody who watches has seen.
#[derive(Default)]
struct Watcher(Mutex<(Live, Vec<Event>)>);

impl Progress for Watcher {
    fn emit(&self, event: Event) {
        let mut seen = self.0.lock().expect("no test panics while it emits");
        seen.1.push(event.clone());
        seen.0.apply(event);
    }
}

fn target(kind: TargetKind) -> Target {
    Target { kind, address: "https://wiki.example.com".into(), practice: false }
}

fn outcomes(report: &Report) -> Vec<(CheckId, Outcome, Option<Cause>)> {
    report.checks.iter().map(|check| (check.id, check.outcome, check.cause)).collect()
}

/// Polls work that waits for nothing outside the test.
fn run<T>(work: impl Future<Output = T>) -> T {
    work.now_or_never().expect("the work waits for nothing")
}

#[test]
fn steps_hand_on_their_values_and_take_their_time() {
    let clock = Hand::default();
    clock.turn(5);
    let recorder = Recorder::new(PLAN, target(TargetKind::Confluence), &clock, &());
    let port = run(recorder.step(ADDRESS, async {
        clock.turn(40);
        Ok(Pass::new(443_u16, "Understood").detail("host", "wiki.example.com").hint(Hint::say("Leave it so")))
    }));
    assert_eq!(port, Ok(443));
    let limited = run(recorder.step(SPACES, async {
        clock.turn(2);
        Ok(Pass::new((), "Some spaces are hidden").limited(Cause::ConfluenceNotAdministrator))
    }));
    assert_eq!(limited, Ok(()), "limited goes on");
    let report = recorder.finish();

    assert_eq!(report.started_at, Timestamp::UNIX_EPOCH + Duration::from_millis(5));
    assert_eq!(report.took, Duration::from_millis(42));
    let address = &report.checks[0];
    assert_eq!((address.title, address.outcome, address.took), ("Address", Outcome::Passed, Duration::from_millis(40)));
    assert_eq!(address.details, [Detail { key: "host", value: "wiki.example.com".into() }]);
    assert_eq!(address.hints, [Hint::say("Leave it so")]);
    assert_eq!(report.checks[2].cause, Some(Cause::ConfluenceNotAdministrator));
    assert_eq!(report.cause(), Some(Cause::ConfluenceNotAdministrator));
}

#[test]
fn a_failed_step_stops_and_a_tried_one_does_not() {
    let clock = Hand::default();
    let recorder = Recorder::new(PLAN, target(TargetKind::Confluence), &clock, &());
    let ended = run(async {
        recorder.step(ADDRESS, async { Ok(Pass::new((), "Understood")) }).await?;
        let users: Option<()> = recorder.try_step(USERS, async { Err(Fail::new(Cause::ConfluencePermissionsUnknown, "Refused")) }).await;
        assert_eq!(users, None);
        recorder.step(REACHABLE, async { Err::<Pass<()>, _>(Fail::new(Cause::NetworkDns, "Unknown name")) }).await?;
        recorder.step(SPACES, async { Ok(Pass::new((), "Reads spaces")) }).await
    });
    assert_eq!(ended, Err(Stop));
    let report = recorder.finish();
    assert_eq!(
        outcomes(&report),
        [
            (ADDRESS, Outcome::Passed, None),
            (REACHABLE, Outcome::Failed, Some(Cause::NetworkDns)),
            (SPACES, Outcome::Skipped, None),
            (USERS, Outcome::Limited, Some(Cause::ConfluencePermissionsUnknown)),
        ]
    );
    assert_eq!(report.checks[2].summary.as_str(), "Not reached");
    assert_eq!(report.cause(), Some(Cause::NetworkDns), "failed comes before limited");
}

#[test]
fn checks_stand_in_the_order_of_the_plan_whatever_ended_first() {
    let clock = Hand::default();
    let watcher = Watcher::default();
    let recorder = Recorder::new(PLAN, target(TargetKind::Confluence), &clock, &watcher);
    let (spaces_answer, spaces) = oneshot::channel::<()>();
    let (users_answer, users) = oneshot::channel::<()>();
    let after = |answer: oneshot::Receiver<()>, text: &'static str| async move {
        answer.await.expect("the test answers");
        Ok::<_, Fail>(Pass::new(text, text))
    };
    let mut both =
        Box::pin(future::join(recorder.step(SPACES, after(spaces, "12 spaces")), recorder.try_step(USERS, after(users, "3 groups"))));
    let mut context = Context::from_waker(Waker::noop());

    assert!(both.as_mut().poll(&mut context).is_pending());
    clock.turn(100);
    users_answer.send(()).expect("the step waits");
    assert!(both.as_mut().poll(&mut context).is_pending());
    {
        let seen = watcher.0.lock().expect("free");
        let states: Vec<&RowState> = seen.0.rows.iter().map(|row| &row.state).collect();
        assert!(matches!(states[..], [RowState::Pending, RowState::Pending, RowState::Running, RowState::Done(_)]), "{states:?}");
    }
    clock.turn(200);
    spaces_answer.send(()).expect("the step waits");
    assert_eq!(both.as_mut().poll(&mut context), Poll::Ready((Ok("12 spaces"), Some("3 groups"))));
    drop(both);

    recorder.skip(ADDRESS, "Taken from the settings");
    run(recorder.step(REACHABLE, async { Ok(Pass::new((), "Answers")) })).expect("passes");
    let report = recorder.finish();
    assert_eq!(report.checks.iter().map(|check| check.id).collect::<Vec<_>>(), [ADDRESS, REACHABLE, SPACES, USERS]);
    assert_eq!(report.checks[2].took, Duration::from_millis(300));
    assert_eq!(report.checks[3].took, Duration::from_millis(100));
    assert_eq!(report.checks[0].summary.as_str(), "Taken from the settings");
}

#[test]
fn a_step_that_was_dropped_on_the_way_is_not_called_unreached() {
    let clock = Hand::default();
    let recorder = Recorder::new(PLAN, target(TargetKind::Confluence), &clock, &());
    {
        let mut step = pin!(recorder.step(SPACES, future::pending::<Result<Pass<()>, Fail>>()));
        assert!(step.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    }
    clock.turn(500);
    let report = recorder.finish();
    let said: Vec<&str> = report.checks.iter().map(|check| check.summary.as_str()).collect();
    assert_eq!(said, ["Not reached", "Not reached", "Not finished", "Not reached"]);
}

#[test]
fn a_second_attempt_replaces_the_first() {
    let clock = Hand::default();
    let recorder = Recorder::new(PLAN, target(TargetKind::Confluence), &clock, &());
    let first = run(recorder.try_step(USERS, async { Err::<Pass<()>, _>(Fail::new(Cause::NetworkClosed, "Broke")) }));
    assert_eq!(first, None);
    clock.turn(1000);
    run(recorder.step(USERS, async {
        clock.turn(30);
        Ok(Pass::new((), "Works"))
    }))
    .expect("passes");
    let report = recorder.finish();
    assert_eq!(report.checks.len(), PLAN.len());
    assert_eq!((report.checks[3].outcome, report.checks[3].took), (Outcome::Passed, Duration::from_millis(30)));
}

#[test]
fn running_out_of_time_names_what_was_waited_for() {
    let url = Url::parse("https://login.example.com/").expect("a URL");
    for (kind, prompted, cause, said) in [
        (TargetKind::Confluence, false, Cause::NetworkTimeout, "There was no answer within 60 seconds"),
        (TargetKind::SharePoint, false, Cause::NetworkTimeout, "There was no answer within 60 seconds"),
        (TargetKind::Confluence, true, Cause::ConfluenceSignInTimeout, "Nobody finished signing in within 60 seconds"),
        (TargetKind::SharePoint, true, Cause::EntraSignInTimeout, "Nobody finished signing in within 60 seconds"),
    ] {
        let clock = Hand::default();
        let recorder = Recorder::new(PLAN, target(kind), &clock, &());
        {
            let mut step = pin!(recorder.step(REACHABLE, future::pending::<Result<Pass<()>, Fail>>()));
            assert!(step.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
            if prompted {
                recorder.prompt(Some(UserPrompt::SystemBrowser { url: url.clone(), opened: true }));
            }
            clock.turn(60_000);
            recorder.time_out(Duration::from_mins(1));
        }
        let report = recorder.finish();
        assert_eq!((report.outcome(), report.cause()), (Outcome::Failed, Some(cause)));
        assert_eq!(report.headline().as_str(), said);
        assert_eq!(report.checks[1].took, Duration::from_mins(1));
        assert_eq!(report.checks[0].outcome, Outcome::Skipped);
    }
}

#[test]
fn running_out_of_time_between_two_steps_still_has_a_cause() {
    let clock = Hand::default();
    let recorder = Recorder::new(PLAN, target(TargetKind::Confluence), &clock, &());
    run(recorder.step(ADDRESS, async { Ok(Pass::new((), "Understood")) })).expect("passes");
    recorder.time_out(Duration::from_secs(1));
    let report = recorder.finish();
    assert_eq!(outcomes(&report)[1], (REACHABLE, Outcome::Failed, Some(Cause::NetworkTimeout)));
    assert_eq!(report.cause(), Some(Cause::NetworkTimeout));
}

#[test]
fn guarded_secrets_occur_nowhere() {
    const SECRET: &str = "MARKER-pat-9f3";
    let clock = Hand::default();
    let watcher = Watcher::default();
    let recorder = Recorder::new(PLAN, target(TargetKind::Confluence), &clock, &watcher);
    recorder.skip(ADDRESS, "written before anybody knew MARKER-pat-9f3");
    recorder.guard(Secret::new(SECRET.to_owned()));
    recorder.guard(Secret::new(String::new()));
    let open = |query: &str| HintAction::OpenUrl(Url::parse(&format!("https://wiki.example.com/?q={query}")).expect("a URL"));
    let said = || format!("the server said {SECRET}");
    run(recorder.try_step(SPACES, async {
        Err::<Pass<()>, _>(
            Fail::new(Cause::NetworkUnexpectedAnswer, said())
                .detail("body", said())
                .hint(Hint::with(said(), HintAction::Copy(said().into())))
                .hint(Hint::with("Look", open(SECRET)))
                .hint(Hint::with("Look elsewhere", open("x"))),
        )
    }));
    recorder.identity(Identity {
        kind: IdentityKind::User,
        name: Some(said().into()),
        account: Some(said().into()),
        tenant: Some(said().into()),
        app: Some(said().into()),
        tenant_name: Some(said().into()),
        app_name: Some(said().into()),
        home_tenant: Some(said().into()),
        expected: Some(said().into()),
    });
    recorder.identity_more(|identity| identity.app_name = Some(format!("{}, again", said()).into()));
    recorder.address(format!("https://wiki.example.com/{SECRET}"));
    recorder.abilities(vec![Ability {
        id: AbilityId::Content,
        verdict: Verdict::Yes,
        limited_by: Vec::new(),
        text: said().into(),
        factors: vec![Factor::new(Side::App, said())],
    }]);
    let report = recorder.finish();

    assert!(!format!("{report:?}").contains(SECRET), "{report:?}");
    assert_eq!(report.checks[2].summary.as_str(), "the server said [hidden]");
    let actions: Vec<_> = report.checks[2].hints.iter().map(|hint| hint.action.clone()).collect();
    assert_eq!(actions, [Some(HintAction::Copy("the server said [hidden]".into())), None, Some(open("x"))]);
    let seen = watcher.0.lock().expect("free");
    let since_known = &seen.1[seen.1.iter().position(|event| matches!(event, Event::Started(SPACES))).expect("it began")..];
    assert!(!format!("{since_known:?}").contains(SECRET));
}

#[test]
fn the_prompt_is_taken_back_at_the_end() {
    let clock = Hand::default();
    let watcher = Watcher::default();
    let recorder = Recorder::new(PLAN, target(TargetKind::SharePoint), &clock, &watcher);
    let url = Url::parse("https://microsoft.com/devicelogin").expect("a URL");
    recorder.prompt(Some(UserPrompt::DeviceCode { code: "F7K2-M9QX".to_owned(), url, expires_at: Timestamp::UNIX_EPOCH }));
    assert!(watcher.0.lock().expect("free").0.prompt.is_some());
    drop(recorder.finish());
    let seen = watcher.0.lock().expect("free");
    assert_eq!(seen.0.prompt, None);
    assert!(seen.0.rows.iter().all(|row| matches!(row.state, RowState::Done(_))));
}
