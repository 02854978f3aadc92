//! The commands that are used, with the many optional parameters left out; and the few fields of answers and happenings that are read.

use headless_chrome::protocol::cdp::{Browser, Fetch, Network, Page, Runtime, Target};
use serde::Deserialize;
use serde_json::Value;

/// An answer that says nothing but that it was done.
#[derive(Deserialize)]
pub(crate) struct Done {}

/// The name of our own world of scripts in pages. Scripts of the page cannot see into it.
pub(crate) const WORLD: &str = "wayleave";

/// The name of the function by which the panel tells us what was pressed. Only our own world has it.
pub(crate) const BINDING: &str = "wayleaveTell";

/// Attaches to every page and pop-up, each held still until it is resumed.
pub(crate) fn attach_to_all() -> Target::SetAutoAttach {
    Target::SetAutoAttach { auto_attach: true, wait_for_debugger_on_start: true, flatten: Some(true), filter: None }
}

/// A page that is in no window.
pub(crate) fn hidden_page() -> Target::CreateTarget {
    Target::CreateTarget {
        url: "about:blank".to_owned(),
        left: None,
        top: None,
        width: None,
        height: None,
        window_state: None,
        browser_context_id: None,
        enable_begin_frame_control: None,
        new_window: None,
        background: None,
        for_tab: None,
        hidden: Some(true),
    }
}

/// A window on a page.
pub(crate) fn window_on(url: String) -> Target::CreateTarget {
    Target::CreateTarget { url, new_window: Some(true), hidden: None, ..hidden_page() }
}

/// A tab behind the one in front, for browsers that know no hidden pages.
pub(crate) fn background_tab() -> Target::CreateTarget {
    Target::CreateTarget { hidden: None, background: Some(true), ..hidden_page() }
}

/// Goes to an address.
pub(crate) fn navigate(url: String) -> Page::Navigate {
    Page::Navigate { url, referrer: None, transition_Type: None, frame_id: None, referrer_policy: None }
}

/// Our own world in a frame, made where it is missing.
pub(crate) fn world(frame: &str) -> Page::CreateIsolatedWorld {
    Page::CreateIsolatedWorld { frame_id: frame.to_owned(), world_name: Some(WORLD.to_owned()), grant_univeral_access: None }
}

/// Calls a constant function with one argument and waits for what it resolves to. Nothing is ever spliced into the function's text.
pub(crate) fn call(world: u32, function: &'static str, argument: Value) -> Runtime::CallFunctionOn {
    Runtime::CallFunctionOn {
        function_declaration: function.to_owned(),
        object_id: None,
        arguments: Some(vec![Runtime::CallArgument { value: Some(argument), unserializable_value: None, object_id: None }]),
        silent: Some(true),
        return_by_value: Some(true),
        generate_preview: None,
        user_gesture: None,
        await_promise: Some(true),
        execution_context_id: Some(world),
        object_group: None,
        throw_on_side_effect: None,
        unique_context_id: None,
        serialization_options: None,
    }
}

/// The function of our own world that tells us something. Given to a world by its number it needs no `Runtime.enable`, which pages could notice.
pub(crate) fn binding(world: u32) -> Runtime::AddBinding {
    Runtime::AddBinding { name: BINDING.to_owned(), execution_context_id: Some(world), execution_context_name: None }
}

/// Makes a window small, or normal again.
pub(crate) fn window_state(window: u32, state: Browser::WindowState) -> Browser::SetWindowBounds {
    let bounds = Browser::Bounds { left: None, top: None, width: None, height: None, window_state: Some(state) };
    Browser::SetWindowBounds { window_id: window, bounds }
}

/// Downloads go where the person's own settings say.
pub(crate) fn usual_downloads() -> Browser::SetDownloadBehavior {
    Browser::SetDownloadBehavior {
        behavior: Browser::SetDownloadBehaviorBehaviorOption::Default,
        browser_context_id: None,
        download_path: None,
        events_enabled: Some(false),
    }
}

/// Tells of network happenings, without keeping bodies.
pub(crate) fn watch_network() -> Network::Enable {
    Network::Enable {
        max_total_buffer_size: Some(0),
        max_resource_buffer_size: Some(0),
        max_post_data_size: Some(0),
        report_direct_socket_traffic: None,
        enable_durable_messages: None,
    }
}

/// Asks us about every challenge; requests are held until they are let go.
pub(crate) fn ask_about_challenges() -> Fetch::Enable {
    let everything = Fetch::RequestPattern { url_pattern: Some("*".to_owned()), resource_Type: None, request_stage: None };
    Fetch::Enable { patterns: Some(vec![everything]), handle_auth_requests: Some(true) }
}

/// Holds the answer to one document, so that it can be shown whatever it is.
pub(crate) fn hold_answer_of(address: &str) -> Fetch::Enable {
    // `*`, `?` and `\` are special in a pattern; none is in an origin
    let document = Fetch::RequestPattern {
        url_pattern: Some(address.to_owned()),
        resource_Type: Some(Network::ResourceType::Document),
        request_stage: Some(Fetch::RequestStage::Response),
    };
    Fetch::Enable { patterns: Some(vec![document]), handle_auth_requests: None }
}

/// Shows a held answer as plain text, also where it is an error without a body, a download, or something with a policy of its own.
pub(crate) fn show_as_text(request: String) -> Fetch::ContinueResponse {
    let plain = Fetch::HeaderEntry { name: "content-type".to_owned(), value: "text/plain".to_owned() };
    Fetch::ContinueResponse {
        request_id: request,
        response_code: Some(200),
        response_phrase: None,
        response_headers: Some(vec![plain]),
        binary_response_headers: None,
    }
}

/// Lets a held request go as it is.
pub(crate) fn let_go(request: String) -> Fetch::ContinueRequest {
    Fetch::ContinueRequest { request_id: request, url: None, method: None, post_data: None, headers: None, intercept_response: None }
}

/// What `Target.createTarget` answers.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Created {
    pub(crate) target_id: String,
}

/// What `Target.attachToTarget` answers.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Attached {
    pub(crate) session_id: String,
}

/// What `Page.createIsolatedWorld` answers.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct World {
    pub(crate) execution_context_id: u32,
}

/// What `Page.navigate` answers.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Navigated {
    pub(crate) error_text: Option<String>,
}

/// What `Runtime.callFunctionOn` answers.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Returned<T> {
    pub(crate) result: Option<Remote<T>>,
    pub(crate) exception_details: Option<Value>,
}

/// A value of the page.
#[derive(Deserialize)]
pub(crate) struct Remote<T> {
    pub(crate) value: Option<T>,
}

/// What `Browser.getVersion` answers.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Version {
    pub(crate) product: String,
    pub(crate) user_agent: String,
}

/// What `Browser.getWindowForTarget` answers.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct WindowOf {
    pub(crate) window_id: u32,
}
