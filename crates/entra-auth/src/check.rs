//! The connection test of SharePoint Online: from an address to what can be migrated.
//!
//! What does not need each other goes side by side: the tenant's configuration and the site's realm; the two tokens; everything that the site
//! and Graph are asked. So the way is as long as its longest chain: realm and configuration, the person, code, token for Graph, Graph.

mod before;
mod error;
mod graph;
mod identity;
mod session;
mod site;

use preflight::{CheckId, CheckSpec, Fail, Pass, Plan, Recorder};

pub use error::{CheckError, Shortage};
pub use session::{Session, Visits, share_failure};

use crate::{Cx, Settings};

const ADDRESS: CheckId = CheckId("sharepoint.address");
const TENANT: CheckId = CheckId("sharepoint.tenant");
const CREDENTIAL: CheckId = CheckId("sharepoint.credential");
const SIGN_IN: CheckId = CheckId("sharepoint.sign_in");
const IDENTITY: CheckId = CheckId("sharepoint.identity");
const SHAREPOINT_TOKEN: CheckId = CheckId("sharepoint.sharepoint_token");
const GRAPH_TOKEN: CheckId = CheckId("sharepoint.graph_token");
const SITE: CheckId = CheckId("sharepoint.site");
const STATE: CheckId = CheckId("sharepoint.state");
const RIGHTS: CheckId = CheckId("sharepoint.rights");
const LIBRARY: CheckId = CheckId("sharepoint.library");
const GRAPH: CheckId = CheckId("sharepoint.graph");

/// What is checked, in this order.
pub static PLAN: Plan = &[
    CheckSpec { id: ADDRESS, title: "Site address", why: "A link to a page is cut down to the site, and the site's host tells the cloud." },
    CheckSpec {
        id: TENANT,
        title: "Tenant",
        why: "The site itself tells which organization it belongs to, before anybody signs in to the wrong one.",
    },
    CheckSpec { id: CREDENTIAL, title: "Way of signing in", why: "Which app registration asks, where, and how." },
    CheckSpec { id: SIGN_IN, title: "Sign-in", why: "Somebody signs in with Microsoft, or the app does by itself." },
    CheckSpec { id: IDENTITY, title: "Account", why: "The right account in the right tenant, or nothing is done with it." },
    CheckSpec {
        id: SHAREPOINT_TOKEN,
        title: "Access to SharePoint",
        why: "The app gets a token for the site's host, with the permissions it was granted.",
    },
    CheckSpec { id: GRAPH_TOKEN, title: "Access to Microsoft Graph", why: "Graph needs a token and an approval of its own." },
    CheckSpec {
        id: SITE,
        title: "Site",
        why: "The site answers this account and tells its rights, which is the proof that the connection works.",
    },
    CheckSpec { id: STATE, title: "State of the site", why: "A read-only site takes no migrated pages." },
    CheckSpec { id: RIGHTS, title: "Rights", why: "What the account may do and the app may ask for decides what can be migrated." },
    CheckSpec { id: LIBRARY, title: "Site Pages library", why: "Pages go here, and the library may have permissions of its own." },
    CheckSpec {
        id: GRAPH,
        title: "Site through Graph",
        why: "Some of a migration goes through Graph, which has its own idea of the site.",
    },
];

/// Tests a connection to SharePoint Online and writes down what came of it. Dropping the future ends everything it began.
pub async fn test_connection(cx: &Cx<'_>, settings: &Settings, recorder: &Recorder<'_>) {
    // what stopped it is in the recorder
    let Ok(session) = Session::open(cx, settings, recorder).await else { return };
    Visits::new(*cx, &session).look(&settings.site, recorder).await.ok();
}

/// What an explanation tells, where the step has a value all the same: it works, with less.
fn limited<T>(value: T, fail: Fail) -> Pass<T> {
    let pass = Pass::new(value, fail.summary).limited(fail.cause);
    let pass = fail.details.into_iter().fold(pass, |pass, detail| pass.detail(detail.key, detail.value));
    fail.hints.into_iter().fold(pass, Pass::hint)
}
