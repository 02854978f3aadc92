//! The controlled browser: a real, visible one that a person signs in with, watched from outside.
//!
//! A [`Launcher`] opens a [`Window`] on an address with a profile of its own. The window tells what happens in it ([`Event`]), shows what it
//! is told on a panel above the page ([`Panel`]), hands out the cookies that belong to an origin, and carries requests as `fetch` calls
//! inside the page ([`Window::transport`]). This room knows neither Confluence nor Entra.
//!
//! [`ControlledBrowser`] is the launcher of real browsers. It speaks to them through a pair of pipes that no other process has, where the system
//! has such pipes; their profiles lie in the data folder, one for each connection.

mod cdp;
mod controlled;
mod cookies;
mod download;
mod error;
mod events;
mod find;
mod launch;
mod live;
mod pages;
mod profile;
mod route;
mod trust;
mod watch;
mod window;
mod world;

pub use controlled::{Config, ControlledBrowser};
pub use error::BrowserError;
pub use find::{Installed, installed};
pub use window::{Choice, Event, Gone, Launcher, Open, Panel, Window};
