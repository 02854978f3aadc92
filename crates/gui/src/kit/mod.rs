//! The design system: tokens, type, icons and the widgets that every view is built of.
//!
//! Views name purposes ([`Button::primary`], [`Status::Limited`], [`text::heading`]); colours and
//! measures stay in here. Everything takes plain data and returns what happened. Nothing in here
//! knows the engine, the network or an async runtime.
//!
//! Call [`theme::apply`] once before the first frame.

pub mod alert;
pub mod button;
pub mod card;
pub mod code;
pub mod details;
pub mod field;
pub mod fold;
pub mod fonts;
pub mod gallery;
pub mod icons;
pub mod indicator;
pub mod link;
pub mod modal;
mod paint;
pub mod parts;
pub mod progress;
pub mod rung;
pub mod segmented;
pub mod select;
pub mod status;
pub mod switch;
pub mod table;
pub mod text;
pub mod text_area;
pub mod theme;
pub mod toast;
pub mod tokens;

pub use alert::Alert;
pub use button::{Button, IconButton, Variant};
pub use card::Card;
pub use code::code;
pub use details::details;
pub use field::{Field, Note};
pub use fold::Fold;
pub use icons::Icon;
pub use indicator::waiting;
pub use link::{external_link, link};
pub use modal::Modal;
pub use parts::{Part, parts};
pub use progress::progress;
pub use rung::Rung;
pub use segmented::{segmented, segmented_bare};
pub use select::select;
pub use status::{Status, Tone, chip, tag};
pub use switch::switch;
pub use text_area::text_area;
pub use toast::Toasts;
pub use tokens::Tokens;
