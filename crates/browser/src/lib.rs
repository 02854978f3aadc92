//! The controlled browser: a real, visible one that a person signs in with, watched from outside.
//!
//! A [`Launcher`] opens a [`Window`] on an address with a profile of its own. The window tells what happens in it ([`Event`]), shows what it
//! is told on a panel above the page ([`Panel`]), hands out the cookies that belong to an origin, and carries requests as `fetch` calls
//! inside the page ([`Window::transport`]). This room knows neither Confluence nor Entra.

mod error;
mod window;

pub use error::BrowserError;
pub use window::{Choice, Event, Gone, Launcher, Open, Panel, Window};
