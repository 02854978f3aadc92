//! Remembering sign-ins to SharePoint in the system's keychain, where the person wants that.

use std::sync::Arc;

use engine::Deps;
use engine::keychain::{Anew, Keychain};

use super::App;
use crate::keychain::Opened;
use crate::task::{Task, Wake};

impl App {
    /// Opens the keychain where sign-ins are to be remembered.
    pub(super) fn open_keychain(&mut self, ctx: &egui::Context) {
        if self.real.remember == Some(true) && matches!(self.keychain, Opened::No) {
            let opening = (self.outside.open_keychain)();
            self.keychain = Opened::Opening(Task::spawn(&self.outside.runtime, Wake::window(ctx), move |_progress| opening));
        }
    }

    /// Takes what came of opening it.
    pub(super) fn receive_keychain(&mut self) {
        if self.keychain.receive()
            && let Opened::Yes(keychain) = &self.keychain
        {
            self.real.no_keychain = keychain.unavailable().cloned();
        }
    }

    /// Lets a test of SharePoint remember its sign-in. `anew`: somebody else is to sign in, so what is remembered is forgotten first.
    pub(super) fn with_memory(&self, deps: Deps, anew: bool) -> Deps {
        // practice leaves no trace
        let wanted = self.practising.is_none() && self.real.remember == Some(true);
        let keychain = self.keychain.keychain().filter(|_| wanted).cloned();
        let memory = keychain.map(|keychain: Keychain| -> Arc<dyn engine::keychain::Memory> {
            let keychain = Arc::new(keychain);
            if anew { Arc::new(Anew::new(keychain)) } else { keychain }
        });
        Deps { memory, ..deps }
    }
}
