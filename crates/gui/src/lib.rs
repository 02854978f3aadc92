//! The Wayleave desktop app: two cards, two tests, one report each.
//!
//! [`app::App`] holds the state; [`views`] paint it and push [`command::UiCommand`]s; [`task`] bridges to the async world;
//! [`kit`] is the design system that the views are built of.

pub mod app;
pub mod certificate;
pub mod command;
pub mod desk;
pub mod keychain;
pub mod kit;
pub mod practising;
pub mod request;
pub mod sites;
pub mod spaces;
pub mod task;
pub mod views;
pub mod window;
