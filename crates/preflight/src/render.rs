//! The renderings of a report outside the window: JSON, text, Markdown and HTML. Nobody formats the same thing twice.

mod json;

pub use json::{SCHEMA, to_json};
