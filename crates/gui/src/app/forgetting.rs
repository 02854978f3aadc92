//! Removing the browser session of a connection, after a question.

use preflight::Fail;

use super::{App, Dialog};
use crate::task::{Task, TaskPoll, Wake};

impl App {
    /// Asks whether the browser session of the Confluence card is to be removed.
    pub(super) fn ask_to_forget(&mut self) {
        self.dialog = Some(Dialog::Forget(self.desk().confluence.address.trim().to_owned()));
    }

    /// Removes it.
    pub(super) fn forget(&mut self, ctx: &egui::Context) {
        let Some(Dialog::Forget(address)) = &self.dialog else { return };
        let address = address.clone();
        let Some(deps) = self.deps() else { return };
        self.forgetting =
            Some(Task::spawn(
                &self.outside.runtime,
                Wake::window(ctx),
                move |_progress| async move { engine::forget(&deps, &address).await },
            ));
    }

    /// Says how it came out.
    pub(super) fn receive_forgotten(&mut self) {
        let Some(task) = &mut self.forgetting else { return };
        let forgotten = match task.poll() {
            TaskPoll::Running => return,
            TaskPoll::Finished(forgotten) => forgotten.map_err(|Fail { summary, .. }| summary),
            TaskPoll::Broken => Err("The browser session could not be removed".into()),
        };
        self.forgetting = None;
        if matches!(self.dialog, Some(Dialog::Forget(_))) {
            self.dialog = None;
        }
        match forgotten {
            Ok(true) => self.toasts.done("The browser session was removed"),
            Ok(false) => self.toasts.info("No browser session was kept for this address"),
            Err(problem) => self.notice = Some(problem.into()),
        }
    }
}
