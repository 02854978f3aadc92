//! What an answer means for going on: take it, wait and ask again, or give up.

use std::time::Duration;

use transport::{Request, Response, Retry, TransportErrorKind};

use crate::api::Api;
use crate::classify::{Obstacle, is_from_confluence, obstacle};
use crate::error::ConfluenceError;
use crate::inventory::pace::Pace;
use crate::settings::Cx;

/// How often the same thing is asked where the network or a proxy fails.
pub(super) const MOST_TRIES: usize = 3;
/// How often in a row the server may ask for patience.
pub(super) const MOST_REFUSALS: usize = 6;
/// The longest pause that is waited out.
const LONGEST_PAUSE: Duration = Duration::from_mins(10);
/// The longest wait for one answer.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(30);
/// A page of a thousand spaces with everything that the account may do in each.
const BODY_LIMIT: usize = 64 * 1024 * 1024;

/// What came of a request.
pub(super) enum Came {
    /// An answer, whatever its status.
    Answer(Response),
    /// Not now, and for how long where the server says it.
    Later(Option<Duration>, ConfluenceError),
    /// Nothing, and another try may bring it.
    Failed(ConfluenceError),
    /// Nothing, and no try will bring it.
    Never(ConfluenceError),
}

/// Sends once.
pub(super) async fn send(api: &Api, request: Request) -> Came {
    let request = Request { retry: Retry::Never, timeout: Some(ANSWER_TIMEOUT), body_limit: BODY_LIMIT, ..request };
    match api.send(request).await {
        Ok(response) => judge(api, response),
        Err(error) if is_passing(&error) => Came::Failed(error),
        Err(error) => Came::Never(error),
    }
}

fn judge(api: &Api, response: Response) -> Came {
    let in_the_way = |obstacle| ConfluenceError::InTheWay { host: api.origin().host().to_owned(), obstacle };
    match obstacle(&response) {
        Some(Obstacle::Throttled { seconds }) => {
            let asked_for = seconds.map(Duration::from_secs);
            let error = in_the_way(Obstacle::Throttled { seconds });
            if asked_for.is_some_and(|asked_for| asked_for > LONGEST_PAUSE) { Came::Never(error) } else { Came::Later(asked_for, error) }
        }
        Some(obstacle @ Obstacle::BlockedForGood { .. }) => Came::Never(in_the_way(obstacle)),
        Some(obstacle @ (Obstacle::Maintenance { .. } | Obstacle::ServerError { status: 502..=504, .. })) => {
            Came::Failed(in_the_way(obstacle))
        }
        _ => Came::Answer(response),
    }
}

fn is_passing(error: &ConfluenceError) -> bool {
    use TransportErrorKind as Kind;
    matches!(error, ConfluenceError::Transport(error) if matches!(error.kind, Kind::Dns | Kind::Refused | Kind::Timeout | Kind::Closed))
}

/// Asks until an answer comes, patiently and a bounded number of times. Tells `waits` before each pause.
pub(super) async fn insist(
    cx: &Cx<'_>,
    api: &Api,
    request: &Request,
    waits: &(dyn Fn(Duration) + Sync),
) -> Result<Response, ConfluenceError> {
    let mut pace = Pace::default();
    let mut failed = 0;
    loop {
        let sent = cx.clock.ticks();
        let pause = match send(api, request.clone()).await {
            Came::Answer(response) => return Ok(response),
            Came::Never(error) => return Err(error),
            Came::Later(asked_for, error) => {
                if pace.refused_in_a_row() >= MOST_REFUSALS {
                    return Err(error);
                }
                pace.refused(sent, cx.clock.ticks(), asked_for)
            }
            Came::Failed(error) => {
                failed += 1;
                if failed >= MOST_TRIES {
                    return Err(error);
                }
                pace.pause(cx.clock.ticks(), failed)
            }
        };
        waits(pause);
        tokio::time::sleep(pause).await;
    }
}

/// Whom the server took us for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Taken {
    /// For somebody.
    Somebody,
    /// For nobody.
    Nobody,
    /// It does not say.
    Untold,
}

/// Server and Data Center say in every answer whom it is for (`X-AUSERNAME`); Cloud does not, and proxies may drop it.
pub(crate) fn taken_for(response: &Response) -> Taken {
    match response.header("x-ausername").map(str::trim) {
        Some("anonymous") => Taken::Nobody,
        Some(name) if !name.is_empty() => Taken::Somebody,
        _ => Taken::Untold,
    }
}

/// An error of Confluence's own, as opposed to one of something before it.
pub(super) fn is_own_error(response: &Response) -> bool {
    response.is_json() || is_from_confluence(response)
}
