//! What a person is told about every failure of this room. The sentences stand in these modules and nowhere else.

mod certificate;
mod commands;
mod request;
pub(crate) mod sharepoint;
mod sign_in;

pub use request::admin_request;
pub(crate) use sign_in::no_such_window;
