//! Calls of constant functions in our own world of a page.

use std::time::Duration;

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::BrowserError;
use crate::cdp::calls::{self, Returned, World};
use crate::cdp::{Cdp, PROMPTLY, Session};
use crate::pages::Tab;

/// The number of our own world in a frame, which lives as long as the frame's document.
pub(crate) async fn of(cdp: &Cdp, session: &Session, frame: &str) -> Result<u32, BrowserError> {
    let world: World = cdp.ask(Some(session), calls::world(frame), PROMPTLY).await?;
    Ok(world.execution_context_id)
}

/// Calls a function in our own world of a tab's main frame.
pub(crate) async fn call<T: DeserializeOwned>(
    cdp: &Cdp,
    tab: &Tab,
    function: &'static str,
    argument: Value,
    within: Duration,
) -> Result<Option<T>, BrowserError> {
    let world = of(cdp, &tab.session, &tab.target).await?;
    call_in(cdp, &tab.session, world, function, argument, within).await
}

/// Calls a function in a world that is known.
pub(crate) async fn call_in<T: DeserializeOwned>(
    cdp: &Cdp,
    session: &Session,
    world: u32,
    function: &'static str,
    argument: Value,
    within: Duration,
) -> Result<Option<T>, BrowserError> {
    let returned: Returned<T> = cdp.ask(Some(session), calls::call(world, function, argument), within).await?;
    if let Some(exception) = returned.exception_details {
        // our functions are constant and catch what a page can do to them
        let words = exception.pointer("/exception/description").or(exception.get("text")).and_then(Value::as_str).unwrap_or_default();
        return Err(BrowserError::Refused { what: "Runtime.callFunctionOn", words: words.lines().next().unwrap_or_default().to_owned() });
    }
    Ok(returned.result.and_then(|result| result.value))
}
