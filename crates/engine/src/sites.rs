//! Several sites with one sign-in: the list, the sign-in, and the visits side by side within what SharePoint allows.
//!
//! SharePoint counts 3,000 requests of a user in five minutes and asks to be left alone where that is too much (Microsoft, "Avoid getting
//! throttled or blocked in SharePoint Online"). A visit makes about half a dozen, so their number in five minutes is bounded as well.

mod list;
mod pace;

use std::collections::{BTreeMap, HashMap};
use std::future::Future;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use entra_auth::{AddressError, Cx, Replies, Session, Settings, SiteAddress, Visits};
use futures::future::{BoxFuture, Either, select};
use futures::{FutureExt as _, StreamExt as _, stream};
pub use list::{ListError, SiteList, SiteRow, read};
use preflight::{CheckId, Event, Explain as _, Progress, Recorder, Report, SafeText, Target, TargetKind};
pub use preflight::{SitesProgress, SitesReport};
use tokio::time::Instant;

use self::pace::Pace;
use crate::Deps;

/// A list of sites to test.
#[derive(Debug)]
pub struct SitesOrder {
    /// As whom, and how. The site in it is replaced by those of the list.
    pub settings: Box<Settings>,
    /// The sites.
    pub list: SiteList,
    /// The longest time for the whole. None means as long as the sign-in takes at most, and then a minute for each site.
    pub time_limit: Option<Duration>,
    /// True where the servers are the practice servers on this computer.
    pub practice: bool,
}

/// So many sites at once. More gain little and look like an attack.
const AT_ONCE: usize = 16;
/// How often a site is visited again that asked to be left alone.
const ATTEMPTS: usize = 3;
/// The longest time for one site, where none is given for the whole.
const FOR_ONE: Duration = Duration::from_mins(1);

/// Tests all sites to the end, until the time runs out, or until `stop` comes; what was done until then is kept. Dropping the future
/// leaves nothing running.
pub fn run<'a>(
    deps: &'a Deps,
    order: &'a SitesOrder,
    progress: &'a dyn SitesProgress,
    replies: &'a Replies,
    stop: impl Future<Output = ()> + Send + 'a,
) -> BoxFuture<'a, SitesReport> {
    run_to_end(deps, order, progress, replies, stop).boxed()
}

async fn run_to_end(
    deps: &Deps,
    order: &SitesOrder,
    progress: &dyn SitesProgress,
    replies: &Replies,
    stop: impl Future<Output = ()> + Send,
) -> SitesReport {
    let round = Round::new(deps, order, progress, replies);
    let interrupted = match select(std::pin::pin!(round.run()), std::pin::pin!(stop)).await {
        Either::Left(_) => false,
        Either::Right(_) => true,
    };
    round.report(interrupted)
}

/// One run over the list.
struct Round<'a> {
    deps: &'a Deps,
    order: &'a SitesOrder,
    progress: &'a dyn SitesProgress,
    settings: Settings,
    cx: Cx<'a>,
    /// The sites, each once, with the rows that name it.
    sites: Vec<(Result<SiteAddress, AddressError>, Vec<usize>)>,
    done: Mutex<BTreeMap<usize, Report>>,
    count: AtomicUsize,
    begun: Instant,
}

impl<'a> Round<'a> {
    fn new(deps: &'a Deps, order: &'a SitesOrder, progress: &'a dyn SitesProgress, replies: &'a Replies) -> Self {
        let authority = order.settings.authority.clone().or_else(|| deps.authority.clone());
        let mut sites: Vec<(Result<SiteAddress, AddressError>, Vec<usize>)> = Vec::new();
        let mut known: HashMap<SiteAddress, usize> = HashMap::new();
        for (at, row) in order.list.rows.iter().enumerate() {
            let site = SiteAddress::understand(&row.address);
            let index = match &site {
                Ok(site) => *known.entry(site.clone()).or_insert(sites.len()),
                // what cannot be understood stands in its own row
                Err(_) => sites.len(),
            };
            match sites.get_mut(index) {
                Some((_, rows)) => rows.push(at),
                None => sites.push((site, vec![at])),
            }
        }
        Self {
            deps,
            order,
            progress,
            settings: Settings { authority, ..(*order.settings).clone() },
            cx: deps.entra(replies),
            sites,
            done: Mutex::default(),
            count: AtomicUsize::new(0),
            begun: Instant::now(),
        }
    }

    async fn run(&self) {
        for (site, rows) in &self.sites {
            if let Err(error) = site {
                self.refuse_address(error, rows);
            }
        }
        let opening = OnlyWhileOpen { progress: self.progress, open: AtomicBool::new(true) };
        let Some((lead, at, session)) = self.open(&opening).await else { return };
        opening.open.store(false, Ordering::Relaxed);
        let left: Vec<usize> = (0..self.sites.len()).filter(|index| !self.is_done(*index)).collect();
        let Some(session) = session else {
            for index in left.into_iter().filter(|index| *index != at) {
                let (Ok(site), rows) = &self.sites[index] else { continue };
                let recorder = self.recorder(index, &());
                entra_auth::share_failure(site, &self.settings, &lead, &recorder);
                self.keep(rows, recorder.finish());
            }
            self.keep(&self.sites[at].1, lead.finish());
            return;
        };
        let (visits, pace) = (Visits::new(self.cx, &session), Pace::new());
        let (visits, pace, lead) = (&visits, &pace, &lead);
        let visit = |index: usize| async move {
            let (Ok(site), rows) = &self.sites[index] else { return };
            let report = self.visit(site, visits, pace, lead).await;
            self.keep(rows, report);
        };
        stream::iter(left).for_each_concurrent(AT_ONCE, visit).await;
    }

    /// Signs in for the first site whose host says that it belongs to the tenant. Those before it that do not even get there are done by it.
    /// None where no row is a site.
    async fn open<'p>(&'p self, progress: &'p dyn Progress) -> Option<(Recorder<'p>, usize, Option<Session>)> {
        let mut tried: Vec<String> = Vec::new();
        let mut failed = None;
        for (at, (site, _)) in self.sites.iter().enumerate() {
            let Ok(site) = site else { continue };
            let host = site.origin().to_string();
            if tried.contains(&host) {
                continue;
            }
            tried.push(host);
            let settings = Settings { site: site.clone(), ..self.settings.clone() };
            let recorder = self.recorder(at, progress);
            let opening = Session::open(&self.cx, &settings, &recorder).boxed();
            let opened = self.within(opening, &recorder, self.sign_in_limit()).await;
            match opened {
                Some(Ok(session)) => return Some((recorder, at, Some(session))),
                // the sign-in was tried and did not come about: nobody is asked twice
                None | Some(Err(_)) if recorder.got_past(SIGN_IN) => return Some((recorder, at, None)),
                None | Some(Err(_)) => {
                    if let Some((recorder, at)) = failed.replace((recorder, at)) {
                        let rows: &Vec<usize> = &self.sites[at].1;
                        let report: Report = Recorder::finish(recorder);
                        self.keep(rows, report);
                    }
                }
            }
        }
        failed.map(|(recorder, at)| (recorder, at, None))
    }

    async fn visit(&self, site: &SiteAddress, visits: &Visits<'_>, pace: &Pace, lead: &Recorder<'_>) -> Report {
        for attempt in 1.. {
            let recorder = self.recorder_at(site.shown(), &());
            pace.turn().await;
            let pause = self.within(visits.visit(site, lead, &recorder), &recorder, FOR_ONE).await.flatten();
            match pause {
                Some(pause) if attempt < ATTEMPTS => pace.rest(pause),
                _ => return recorder.finish(),
            }
        }
        unreachable!("the last attempt returns")
    }

    /// Runs something to its end or until its time is over, which is then written down.
    async fn within<T>(&self, work: impl Future<Output = T>, recorder: &Recorder<'_>, usual: Duration) -> Option<T> {
        let limit = match self.order.time_limit {
            Some(whole) => whole.saturating_sub(self.begun.elapsed()),
            None => usual,
        };
        match tokio::time::timeout(limit, work).await {
            Ok(result) => Some(result),
            Err(_elapsed) => {
                recorder.time_out(self.order.time_limit.unwrap_or(usual));
                None
            }
        }
    }

    fn sign_in_limit(&self) -> Duration {
        crate::job::usual_limit(self.settings.method.needs_a_person())
    }

    fn refuse_address(&self, error: &AddressError, rows: &[usize]) {
        for &row in rows {
            let recorder = self.recorder_at(self.order.list.rows[row].address.clone(), &());
            let step = recorder.step(ADDRESS, async { Err::<preflight::Pass<()>, _>(error.explain()) });
            // it waits for nothing
            step.now_or_never();
            self.keep(&[row], recorder.finish());
        }
    }

    fn recorder<'p>(&'p self, index: usize, progress: &'p dyn Progress) -> Recorder<'p> {
        let address = self.sites[index].0.as_ref().map_or_else(|_| String::new(), SiteAddress::shown);
        self.recorder_at(address, progress)
    }

    fn recorder_at<'p>(&'p self, address: impl Into<SafeText>, progress: &'p dyn Progress) -> Recorder<'p> {
        let target = Target { kind: TargetKind::SharePoint, address: address.into(), practice: self.order.practice };
        Recorder::new(entra_auth::PLAN, target, &*self.deps.clock, progress)
    }

    fn is_done(&self, index: usize) -> bool {
        let done = self.done.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        self.sites[index].1.iter().all(|row| done.contains_key(row))
    }

    fn keep(&self, rows: &[usize], mut report: Report) {
        report.request = entra_auth::admin_request(&[&report], &self.settings);
        for &row in rows {
            let count = self.count.fetch_add(1, Ordering::Relaxed) + 1;
            self.progress.done(count, self.order.list.rows.len(), &report);
            self.done.lock().unwrap_or_else(std::sync::PoisonError::into_inner).insert(row, report.clone());
        }
    }

    fn report(self, interrupted: bool) -> SitesReport {
        let done = self.done.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
        let (mut sites, mut more) = (Vec::with_capacity(done.len()), Vec::with_capacity(done.len()));
        for (row, report) in done {
            sites.push(report);
            more.push(self.order.list.rows[row].more.iter().cloned().map(SafeText::from).collect());
        }
        let request = entra_auth::admin_request(&sites.iter().collect::<Vec<_>>(), &self.settings);
        let columns = self.order.list.columns.iter().cloned().map(SafeText::from).collect();
        SitesReport { outcome: SitesReport::worst(&sites), sites, columns, more, request, interrupted }
    }
}

const ADDRESS: CheckId = CheckId("sharepoint.address");
const SIGN_IN: CheckId = CheckId("sharepoint.sign_in");

/// Passes on what happens until the sign-in is over; after that the sites are told one by one.
struct OnlyWhileOpen<'a> {
    progress: &'a dyn SitesProgress,
    open: AtomicBool,
}

impl Progress for OnlyWhileOpen<'_> {
    fn emit(&self, event: Event) {
        if self.open.load(Ordering::Relaxed) {
            self.progress.emit(event);
        }
    }
}

/// Whether a text can be the address of a site.
pub fn is_address(text: &str) -> bool {
    SiteAddress::understand(text).is_ok()
}
