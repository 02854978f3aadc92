//! The renderings of a report outside the window: JSON, text, Markdown and HTML. Nobody formats the same thing twice.
//!
//! Words, signs, durations and the like that more than one of them needs stand in [`words`]; the window takes them from there as well.

mod json;

pub mod html;
pub mod markdown;
pub mod request;
pub mod sites;
pub mod spaces;
pub mod text;
pub mod words;

pub use html::to_html;
pub use json::{SCHEMA, to_json};
pub use markdown::to_markdown;
pub use text::to_text;
