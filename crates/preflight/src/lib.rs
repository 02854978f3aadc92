//! What a connection test is made of: plans, checks, outcomes, causes, abilities, reports, progress, explanations and secrets.
//!
//! This room does no I/O, knows no async runtime and no window, and reads no clock: time is handed in. It is plain data with public
//! fields, so that the window, text, JSON, Markdown and HTML all render the same [`Report`].

mod admin_request;
mod cause;
mod explain;
mod factor;
pub mod gallery;
mod inventory;
mod origin;
mod plan;
mod progress;
mod recorder;
pub mod render;
mod report;
mod safe_text;
mod secret;
mod sites;

pub use admin_request::{AdminRequest, Ask, AskWay, RequestFact, Tool};
pub use cause::Cause;
pub use explain::{Explain, Fail, chain};
pub use factor::{Factor, Side};
pub use inventory::{Inventory, InventoryProgress, Phase, SoFar, SpaceRole, SpaceRow};
pub use origin::{NoOrigin, Origin};
pub use plan::{CheckId, CheckSpec, Plan};
pub use progress::{Event, Live, Progress, Row, RowState, UserPrompt};
pub use recorder::{Clock, Pass, Recorder, Stop};
pub use report::{
    Ability, AbilityId, CheckResult, Detail, Field, Hint, HintAction, Identity, IdentityKind, Limit, Outcome, Report, Target, TargetKind,
    Verdict,
};
pub use safe_text::{MASK, SafeText};
pub use secret::{BoundSecret, Secret, WrongOrigin};
pub use sites::{SitesProgress, SitesReport};
