//! The bridge between the async world and the window. Only this module knows both tokio and egui.
//!
//! Progress is a value (a `watch` channel with one folded [`Live`]), the result is an event (a `oneshot`), and each wakes the window.
//! Cancelling is dropping: the future is dropped at its next await, and with it listener, connections and timers.

use std::future::Future;
use std::sync::Arc;

use preflight::{Event, Live, Progress};
use tokio::runtime::Handle;
use tokio::sync::{oneshot, watch};
use tokio_util::sync::{CancellationToken, DropGuard};

/// Wakes the window.
#[derive(Clone)]
pub struct Wake(Arc<dyn Fn() + Send + Sync>);

impl Wake {
    /// Wakes this window.
    pub fn window(ctx: &egui::Context) -> Self {
        let ctx = ctx.clone();
        Self(Arc::new(move || ctx.request_repaint()))
    }

    /// Wakes by a function of one's own.
    pub fn by(wake: impl Fn() + Send + Sync + 'static) -> Self {
        Self(Arc::new(wake))
    }

    fn wake(&self) {
        (self.0)();
    }
}

/// Wakes the window whenever this value changes, for as long as somebody may change it.
pub fn wake_on_change<T: Send + Sync + 'static>(runtime: &Handle, wake: Wake, mut value: watch::Receiver<T>) {
    runtime.spawn(async move {
        while value.changed().await.is_ok() {
            wake.wake();
        }
    });
}

/// Work in the background. Dropping it cancels the work. What is known while it runs is an `L`.
pub struct Task<T, L = Live> {
    live: watch::Receiver<L>,
    done: oneshot::Receiver<T>,
    _cancel_on_drop: DropGuard,
}

/// Where a task stands.
#[derive(Debug, PartialEq)]
pub enum TaskPoll<T> {
    /// Still at it.
    Running,
    /// Done, with this.
    Finished(T),
    /// It broke down: a defect of ours, to be shown instead of waiting for ever.
    Broken,
}

impl<T: Send + 'static> Task<T> {
    /// Starts work on the runtime. The work is handed where its progress goes.
    pub fn spawn<F, Fut>(runtime: &Handle, wake: Wake, work: F) -> Self
    where
        F: FnOnce(Arc<dyn Progress>) -> Fut,
        Fut: Future<Output = T> + Send + 'static,
    {
        Self::spawn_telling(runtime, wake, |teller| work(Arc::new(Folded(teller))))
    }

    /// Starts work that computes or reads files, off the threads that others' answers come on. It runs to its end even where nobody
    /// waits any more.
    pub fn spawn_blocking(runtime: &Handle, wake: Wake, work: impl FnOnce() -> T + Send + 'static) -> Self {
        Self::spawn(runtime, wake, move |_progress| async move {
            match tokio::task::spawn_blocking(work).await {
                Ok(out) => out,
                Err(error) => match error.try_into_panic() {
                    // it broke down, and so does this: the window is told
                    Ok(panic) => std::panic::resume_unwind(panic),
                    Err(_shutting_down) => std::future::pending().await,
                },
            }
        })
    }
}

impl<T: Send + 'static, L: Default + Send + Sync + 'static> Task<T, L> {
    /// Starts work on the runtime that tells what is known in its own words.
    pub fn spawn_telling<F, Fut>(runtime: &Handle, wake: Wake, work: F) -> Self
    where
        F: FnOnce(Teller<L>) -> Fut,
        Fut: Future<Output = T> + Send + 'static,
    {
        let (live_tx, live) = watch::channel(L::default());
        let (done_tx, done) = oneshot::channel();
        let token = CancellationToken::new();
        let guard = token.clone().drop_guard();
        let work = work(Teller { live: live_tx, wake: wake.clone() });
        runtime.spawn(async move {
            let _wake_at_end = WakeOnDrop(wake);
            // declared after, dropped before: when the window wakes it must see that the sender is gone
            let done_tx = done_tx;
            if let Some(out) = token.run_until_cancelled_owned(work).await {
                // nobody waits any more: the window closed meanwhile
                done_tx.send(out).ok();
            }
        });
        Self { live, done, _cancel_on_drop: guard }
    }

    /// What is known so far.
    pub fn live(&self) -> watch::Ref<'_, L> {
        self.live.borrow()
    }

    /// Where the task stands. `Finished` comes once.
    pub fn poll(&mut self) -> TaskPoll<T> {
        match self.done.try_recv() {
            Ok(out) => TaskPoll::Finished(out),
            Err(oneshot::error::TryRecvError::Empty) => TaskPoll::Running,
            Err(oneshot::error::TryRecvError::Closed) => TaskPoll::Broken,
        }
    }
}

impl<T, L> std::fmt::Debug for Task<T, L> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Task")
    }
}

struct WakeOnDrop(Wake);

impl Drop for WakeOnDrop {
    fn drop(&mut self) {
        self.0.wake();
    }
}

/// Where work says what is known by now.
pub struct Teller<L> {
    live: watch::Sender<L>,
    wake: Wake,
}

impl<L> Teller<L> {
    /// Changes what is known, and wakes the window.
    pub fn tell(&self, change: impl FnOnce(&mut L)) {
        self.live.send_modify(change);
        self.wake.wake();
    }
}

struct Folded(Teller<Live>);

impl Progress for Folded {
    fn emit(&self, event: Event) {
        self.0.tell(|live| live.apply(event));
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::time::Duration;

    use super::*;

    const LONG: Duration = Duration::from_secs(20);

    fn runtime() -> tokio::runtime::Runtime {
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime")
    }

    fn wake() -> (Wake, mpsc::Receiver<()>) {
        let (tx, rx) = mpsc::channel();
        let tx = std::sync::Mutex::new(tx);
        let wake = move || {
            // nobody may be waiting any more
            tx.lock().expect("unpoisoned").send(()).ok();
        };
        (Wake::by(wake), rx)
    }

    struct TellOnDrop(mpsc::Sender<()>);

    impl Drop for TellOnDrop {
        fn drop(&mut self) {
            self.0.send(()).ok();
        }
    }

    #[test]
    fn dropping_a_task_drops_its_work() {
        let runtime = runtime();
        let (tell, told) = mpsc::channel();
        let (wake, _woken) = wake();
        // made outside of the work, so that it is dropped with work that never got to begin, too
        let tell = TellOnDrop(tell);
        let task: Task<()> = Task::spawn(runtime.handle(), wake, |_progress| async move {
            let _tell = tell;
            std::future::pending::<()>().await;
        });
        assert!(told.try_recv().is_err());
        drop(task);
        told.recv_timeout(LONG).expect("the work was dropped");
    }

    /// The window polls only after a wake, so a wake that comes before the end can be seen would be lost for ever.
    #[test]
    fn a_wake_is_never_lost() {
        let runtime = runtime();
        for round in 0..300 {
            let (wake, woken) = wake();
            let mut task: Task<u32> = Task::spawn(runtime.handle(), wake, move |_progress| async move {
                tokio::task::yield_now().await;
                assert!(round % 3 != 2, "this task breaks down on purpose");
                round
            });
            loop {
                woken.recv_timeout(LONG).expect("a wake");
                match task.poll() {
                    TaskPoll::Running => {}
                    TaskPoll::Finished(out) => break assert_eq!(out, round),
                    TaskPoll::Broken => break assert_eq!(round % 3, 2),
                }
            }
        }
    }
}
