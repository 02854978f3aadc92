//! Asks about many spaces side by side, as fast as the server likes it, and survives what passes.

use std::collections::VecDeque;
use std::time::Duration;

use futures::future::{BoxFuture, Either, select};
use futures::stream::FuturesUnordered;
use futures::{FutureExt as _, StreamExt as _};
use transport::TransportErrorKind;

use crate::api::Api;
use crate::error::{ConfluenceError, Sent};
use crate::inventory::pace::Pace;
use crate::inventory::patience::{Came, MOST_REFUSALS, MOST_TRIES, Taken, send};
use crate::inventory::question::{Meaning, Told, Way, read, request};
use crate::inventory::survey::Survey;
use crate::product::Product;
use crate::settings::Cx;

/// After so many spaces in a row that could not be asked about in spite of every try, nobody is there any more.
const MOST_FAILURES: usize = 3;

/// Who asks whom.
pub(super) struct Asking<'a> {
    pub(super) cx: &'a Cx<'a>,
    pub(super) api: &'a Api,
    pub(super) product: &'a Product,
    pub(super) sent: Sent,
    pub(super) survey: &'a Survey,
    /// Told after every answer and before every pause: how many are done, and how long nothing is sent.
    pub(super) progress: &'a (dyn Fn(usize, Option<Duration>) + Send + Sync),
}

struct Job {
    index: usize,
    tries: usize,
}

struct Done {
    job: Job,
    way: Way,
    sent: Duration,
    came: Came,
}

impl Asking<'_> {
    /// Asks about the spaces with these indices, and tells the survey.
    pub(super) async fn about(&self, indices: Vec<usize>) -> Result<(), ConfluenceError> {
        let mut queue: VecDeque<Job> = indices.into_iter().map(|index| Job { index, tries: 0 }).collect();
        let mut under_way: FuturesUnordered<BoxFuture<'_, Done>> = FuturesUnordered::new();
        let mut round = Round { way: Way::first(self.product), proven: false, pace: Pace::default(), failures: 0, done: 0 };
        loop {
            let pause = round.pace.wait(self.cx.clock.ticks());
            // one alone finds out whether this way is there at all
            let room = if round.proven { round.pace.window() } else { 1 };
            while pause.is_none()
                && under_way.len() < room
                && let Some(job) = queue.pop_front()
            {
                under_way.push(self.question(job, round.way).boxed());
            }
            let done = match pause {
                Some(pause) if under_way.is_empty() => {
                    tokio::time::sleep(pause).await;
                    continue;
                }
                // what is under way may come in during the pause
                Some(pause) => match select(under_way.next(), std::pin::pin!(tokio::time::sleep(pause))).await {
                    Either::Left((done, _)) => done,
                    Either::Right(_) => continue,
                },
                None => under_way.next().await,
            };
            let Some(done) = done else { return Ok(()) };
            if let Some(again) = self.take(done, &mut round)? {
                queue.push_front(again);
            }
        }
    }

    async fn question(&self, job: Job, way: Way) -> Done {
        let (key, id) = self.survey.space(job.index);
        let request = request(self.api, way, &key, &id);
        let sent = self.cx.clock.ticks();
        let came = send(self.api, request).await;
        Done { job, way, sent, came }
    }

    /// Takes an answer in. Gives the job back where it is to be done again.
    fn take(&self, done: Done, round: &mut Round) -> Result<Option<Job>, ConfluenceError> {
        let Done { job, way, sent, came } = done;
        let now = self.cx.clock.ticks();
        match came {
            Came::Answer(response) => {
                round.pace.answered(sent, now);
                round.failures = 0;
                match read(&response, way, self.product) {
                    Meaning::Told(_, taken) if way == Way::Remote && taken != Taken::Somebody && self.sent == Sent::PersonalToken => {
                        // nothing says that the token was heard
                        Ok(self.no_such_way(job, way, round))
                    }
                    Meaning::Told(told, taken) => {
                        round.proven = true;
                        self.tell(&job, told, taken, round);
                        Ok(None)
                    }
                    Meaning::NoSuchWay => Ok(self.no_such_way(job, way, round)),
                    Meaning::SignedOut => Err(ConfluenceError::SessionExpired),
                    Meaning::Elevation => Err(ConfluenceError::ElevationRequired),
                }
            }
            Came::Later(asked_for, error) => {
                if round.pace.refused_in_a_row() >= MOST_REFUSALS {
                    return Err(error);
                }
                let pause = round.pace.refused(sent, now, asked_for);
                (self.progress)(round.done, Some(pause));
                Ok(Some(job))
            }
            Came::Failed(error) if job.tries + 1 >= MOST_TRIES => self.give_up(&job, error, round),
            Came::Failed(_) => {
                let job = Job { tries: job.tries + 1, ..job };
                let pause = round.pace.pause(now, job.tries);
                (self.progress)(round.done, Some(pause));
                Ok(Some(job))
            }
            Came::Never(error) if is_about_this_answer(&error) => self.give_up(&job, error, round),
            Came::Never(error) => Err(error),
        }
    }

    fn no_such_way(&self, job: Job, way: Way, round: &mut Round) -> Option<Job> {
        if way != round.way {
            return Some(job);
        }
        match way.next() {
            Some(next) if !round.proven => {
                round.way = next;
                Some(job)
            }
            _ => {
                self.tell(&job, Told::Unclear, Taken::Untold, round);
                None
            }
        }
    }

    /// Every try failed. The space stays unknown; nobody there any more ends it all.
    fn give_up(&self, job: &Job, error: ConfluenceError, round: &mut Round) -> Result<Option<Job>, ConfluenceError> {
        round.failures += 1;
        if round.failures >= MOST_FAILURES {
            return Err(error);
        }
        self.survey.fault(error);
        self.tell(job, Told::Unclear, Taken::Untold, round);
        Ok(None)
    }

    fn tell(&self, job: &Job, told: Told, taken: Taken, round: &mut Round) {
        self.survey.tell(job.index, told, taken);
        round.done += 1;
        (self.progress)(round.done, None);
    }
}

struct Round {
    way: Way,
    /// The way has brought an answer.
    proven: bool,
    pace: Pace,
    failures: usize,
    done: usize,
}

/// Other spaces may well be answered.
fn is_about_this_answer(error: &ConfluenceError) -> bool {
    matches!(error, ConfluenceError::Transport(error) if matches!(error.kind, TransportErrorKind::BodyTooLarge { .. } | TransportErrorKind::NotHttp))
}
