//! Can permissions be read: who may see and change a page (restrictions), and who may do what in a space?

use futures::{FutureExt, StreamExt as _, join, stream};
use preflight::{Cause, Fail, Hint, Pass};
use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::api::Api;
use crate::classify::{Refusal, metas};
use crate::error::{ConfluenceError, Sent};
use crate::product::Product;
use crate::remote_api::RemoteApi;
use crate::rights::{Permissions, Reading, Role};
use crate::rungs::administrator::Standing;
use crate::rungs::content::Content;
use crate::rungs::credential::SignedIn;
use crate::rungs::spaces::{Space, Spaces};
use crate::scopes;

/// How many spaces are asked about one by one. The list of spaces with their rights is another task.
const SPACES_TO_ASK: usize = 25;
/// How many of an administrator's, where one answer stands for all.
const SPACES_TO_SAMPLE: usize = 3;
/// How many questions are under way at a time.
const SIDE_BY_SIDE: usize = 4;

pub(crate) async fn run(
    api: &Api,
    product: &Product,
    signed_in: Option<&SignedIn>,
    standing: Standing,
    spaces: &Spaces,
    content: &Content,
) -> Result<Pass<Permissions>, Fail> {
    let about_spaces = async {
        match signed_in {
            None => Ok(Vec::new()),
            Some(_) => about_spaces(api, product, standing, spaces).await,
        }
    };
    let (restrictions, roster, answers) = join!(restrictions(api, content), roster(api, product, signed_in, spaces), about_spaces);
    let (restrictions, roster, answers) = (restrictions?, roster?, answers?);
    let by_rights = matches!(standing.role, Role::SeesAll | Role::Administrator);
    let administered = answers.iter().filter(|answer| **answer == Some(true)).count();
    let clear = answers.iter().flatten().count();
    let permissions = Permissions {
        administered,
        clear,
        all: !spaces.more && clear == spaces.list.len(),
        restrictions: if let Reading::ScopeMissing(_) = roster { roster } else { restrictions },
        contradicted: by_rights && !product.is_cloud() && answers.contains(&Some(false)),
    };
    Ok(told(permissions, standing, product, signed_in))
}

fn told(permissions: Permissions, standing: Standing, product: &Product, signed_in: Option<&SignedIn>) -> Pass<Permissions> {
    let Permissions { administered, clear, restrictions, contradicted, .. } = permissions;
    let pass = |summary: String| {
        let restrictions = match restrictions {
            Reading::Works => "readable",
            Reading::Refused => "refused",
            Reading::ScopeMissing(_) => "out of the token's scopes",
            Reading::Unknown => "not known",
        };
        Pass::new(permissions, summary)
            .detail("spaces_asked_about", clear.to_string())
            .detail("spaces_administered", administered.to_string())
            .detail("page_restrictions", restrictions)
    };
    let limited = |summary: &str, cause| pass(summary.to_owned()).limited(cause);
    if standing.needs_elevation {
        return limited(
            "Permissions of spaces cannot be read while secure administrator sessions are on",
            Cause::ConfluenceElevationRequired,
        );
    }
    if let Reading::ScopeMissing(scope) = restrictions {
        let pass = limited("The token's scopes do not reach permissions", Cause::ConfluenceTokenScopeMissing);
        return scopes::hints().into_iter().fold(pass.detail("missing_scope", scope), Pass::hint);
    }
    if restrictions == Reading::Refused {
        return limited("The restrictions of pages cannot be read with this account", Cause::ConfluenceNotAdministrator);
    }
    if contradicted {
        return limited(
            "The server refused the permissions of a space, although the account administers Confluence",
            Cause::ConfluencePermissionsUnknown,
        )
        .hint(Hint::say("List the spaces: that asks about each of them"));
    }
    match standing.role {
        Role::Anonymous => limited("Permissions are not shown to anonymous visitors", Cause::ConfluenceNotAdministrator),
        Role::SeesAll | Role::Administrator => {
            let done = pass("Permissions of all visible spaces and pages can be migrated".to_owned());
            let Some(remote_api) = standing.remote_api else { return done };
            let done = done.detail("remote_api", if remote_api == RemoteApi::Works { "works" } else { "refused" });
            match (remote_api, signed_in.map(|signed_in| signed_in.sent)) {
                (RemoteApi::Works | RemoteApi::NeedsElevation, _) => done,
                (RemoteApi::Refused, Some(Sent::PersonalToken)) => done.hint(Hint::say(
                    "Before version 9.1 the permissions of spaces are read through the remote API, which does not take tokens here; \
                     with a user name and password they come faster",
                )),
                (RemoteApi::Refused, _) => done.hint(Hint::say(
                    "Before version 9.1 the permissions of spaces are read through the remote API; an administrator can switch it on under Further Configuration",
                )),
            }
        }
        Role::Ordinary | Role::Unknown if administered > 0 => {
            let of = if permissions.all { format!("{clear}") } else { format!("{clear} that were asked about") };
            limited(&format!("Permissions can be migrated for {administered} of {of} spaces"), Cause::ConfluenceNotAdministrator)
        }
        Role::Ordinary | Role::Unknown if clear > 0 && permissions.all => limited(
            "The account administers none of the spaces it sees, so their permissions stay behind",
            Cause::ConfluenceNotAdministrator,
        ),
        Role::Ordinary | Role::Unknown if clear > 0 => limited(
            &format!("The account administers none of the {clear} spaces that were asked about; the others are not known yet"),
            Cause::ConfluencePermissionsUnknown,
        )
        .hint(Hint::say("List the spaces: that asks about each of them")),
        Role::Ordinary | Role::Unknown => {
            let what = if product.is_cloud() { "Which spaces the account administers" } else { "For which spaces permissions can be read" };
            limited(&format!("{what} could not be found out"), Cause::ConfluencePermissionsUnknown)
                .hint(Hint::say("Test again; if it stays unknown, the administrator of Confluence finds the reason in its log"))
        }
    }
}

/// Reads the restrictions of the page that was read.
async fn restrictions(api: &Api, content: &Content) -> Result<Reading, ConfluenceError> {
    let Some(page) = content.pages.first() else { return Ok(Reading::Unknown) };
    let answer = api.ask::<ByOperation>(&format!("/rest/api/content/{page}/restriction/byOperation")).await?;
    Ok(Reading::of(answer.map(|found| found.read)))
}

/// The restrictions of a page. A page without any has the operations all the same, so their lack is not an answer.
#[derive(Deserialize)]
struct ByOperation {
    read: IgnoredAny,
}

/// Reads who may do what in a space, which on Cloud takes a scope of its own.
async fn roster(api: &Api, product: &Product, signed_in: Option<&SignedIn>, spaces: &Spaces) -> Result<Reading, ConfluenceError> {
    let has_scopes = signed_in.is_some_and(|signed_in| signed_in.sent == Sent::GatewayToken);
    match spaces.likeliest_first().next() {
        Some(space) if product.is_cloud() && has_scopes => {
            Ok(Reading::of(api.ask::<IgnoredAny>(&format!("/api/v2/spaces/{}/permissions?limit=1", space.id)).await?))
        }
        _ => Ok(Reading::Unknown),
    }
}

impl Reading {
    fn of(answer: Result<IgnoredAny, Refusal>) -> Self {
        match answer {
            Ok(_readable) => Self::Works,
            Err(Refusal { missing_scope: Some(scope), .. }) => Self::ScopeMissing(scope),
            Err(refusal) if refusal.is_no() => Self::Refused,
            Err(_unclear) => Self::Unknown,
        }
    }
}

/// For each space: administers its permissions, does not, or no clear answer.
async fn about_spaces(api: &Api, product: &Product, standing: Standing, spaces: &Spaces) -> Result<Vec<Option<bool>>, ConfluenceError> {
    if product.is_cloud() {
        // the listing of spaces has told it already, where it did
        return Ok(spaces.list.iter().map(|space| space.administers).collect());
    }
    let by_rights = matches!(standing.role, Role::SeesAll | Role::Administrator);
    if by_rights && !product.is_at_least(9, 1) {
        return Ok(Vec::new());
    }
    let count = if by_rights { SPACES_TO_SAMPLE } else { SPACES_TO_ASK };
    // boxed, or the compiler cannot see that the whole may move between threads
    let questions: Vec<_> = spaces.likeliest_first().take(count).map(|space| FutureExt::boxed(about_space(api, product, space))).collect();
    let answers: Vec<_> = stream::iter(questions).buffered(SIDE_BY_SIDE).collect().await;
    answers.into_iter().collect()
}

async fn about_space(api: &Api, product: &Product, space: &Space) -> Result<Option<bool>, ConfluenceError> {
    let key: String = url::form_urlencoded::byte_serialize(space.key.as_bytes()).collect();
    if !product.is_before(9, 1) {
        match api.ask::<IgnoredAny>(&format!("/rest/api/space/{key}/permissions")).await? {
            Ok(_permissions) => return Ok(Some(true)),
            // 500 instead of 403 is a known defect (CONFSERVER-99908)
            Err(refusal) if refusal.is_no() || refusal.status == 500 => return Ok(Some(false)),
            Err(refusal) if refusal.is_not_found() && product.version().is_none() => {}
            Err(_unclear) => return Ok(None),
        }
    }
    // before 9.1 the pages of a space say it
    let response = api.send(api.get_page(&format!("/spaces/viewspace.action?key={key}"))).await?;
    let metas = metas(&response.text());
    Ok(match metas.get("ajs-is-space-admin") {
        Some("true") => Some(true),
        Some("false") => Some(false),
        _ => None,
    })
}
