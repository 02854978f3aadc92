//! The Wayleave desktop app.
//!
//! [`kit`] is the design system that the views are built of.

pub mod kit;
