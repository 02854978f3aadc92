//! The connection test itself: which rungs there are, and in which order they are climbed.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures::{FutureExt as _, join};
use preflight::{CheckId, CheckSpec, Plan, Recorder, Secret, Stop};

use crate::abilities::abilities;
use crate::api::Api;
use crate::error::{ConfluenceError, Sent, SignInError};
use crate::interactive::{Afterwards, Site, Who};
use crate::product::{First, Product};
use crate::rights::{People, Rights};
use crate::rungs::credential::{SignedIn, in_browser};
use crate::rungs::{self, administrator, attachment, content, credential, identity, permissions, reachable, spaces, users};
use crate::session::Session;
use crate::settings::{Credential, Cx, RouteChoice, Settings};

const ADDRESS: CheckId = CheckId("confluence.address");
const REACHABLE: CheckId = CheckId("confluence.reachable");
const PRODUCT: CheckId = CheckId("confluence.product");
const CREDENTIAL: CheckId = CheckId("confluence.credential");
const IDENTITY: CheckId = CheckId("confluence.identity");
const SPACES: CheckId = CheckId("confluence.spaces");
const CONTENT: CheckId = CheckId("confluence.content");
const ATTACHMENT: CheckId = CheckId("confluence.attachment");
const USERS: CheckId = CheckId("confluence.users");
const ADMINISTRATOR: CheckId = CheckId("confluence.administrator");
const PERMISSIONS: CheckId = CheckId("confluence.permissions");

/// The rungs, from the ground up.
pub static PLAN: Plan = &[
    CheckSpec { id: ADDRESS, title: "Address", why: "Whatever was pasted is cut down to the address of Confluence" },
    CheckSpec {
        id: REACHABLE,
        title: "Reachable",
        why: "A first request, without any credential, finds out whether something answers and what stands in the way",
    },
    CheckSpec {
        id: PRODUCT,
        title: "Product and version",
        why: "Cloud, Server and Data Center and their versions differ in what they accept and tell",
    },
    CheckSpec {
        id: CREDENTIAL,
        title: "Credential accepted",
        why: "Only a user named by the server proves that the credential works; some servers ignore a wrong one",
    },
    CheckSpec { id: IDENTITY, title: "Signed in as", why: "The account decides what can be migrated" },
    CheckSpec { id: SPACES, title: "Spaces", why: "Lists the spaces that the account sees" },
    CheckSpec { id: CONTENT, title: "Reads a page", why: "Reads one page with its body, author and dates" },
    CheckSpec {
        id: ATTACHMENT,
        title: "Reads an attachment",
        why: "Files are served by another part of Confluence than the API, and not every sign-in reaches it",
    },
    CheckSpec {
        id: USERS,
        title: "People and groups",
        why: "Authors, mentions and permissions are mapped by looking people and groups up",
    },
    CheckSpec {
        id: ADMINISTRATOR,
        title: "Administrator",
        why: "Restricted pages and permissions are only for some kinds of administrators",
    },
    CheckSpec { id: PERMISSIONS, title: "Permissions", why: "Tries to read who may see and change pages and spaces" },
];

/// Tests the connection and writes every rung into the recorder, which the caller made for [`PLAN`] and finishes.
///
/// The first rung that fails names the cause. Dropping the future ends the test at once; nothing more is sent.
pub async fn test_connection(cx: &Cx<'_>, settings: &Settings, recorder: &Recorder<'_>) {
    guard_secrets(settings, recorder);
    // what stopped it is in the recorder
    let _stopped: Result<(), Stop> = climb(cx, settings, recorder).await;
}

async fn climb(cx: &Cx<'_>, settings: &Settings, recorder: &Recorder<'_>) -> Result<(), Stop> {
    let proven = prove(cx, settings, recorder, Afterwards::Close).await?;
    let work = explore(proven.api(), &proven.product, proven.signed_in.as_ref(), recorder).boxed();
    let Some(session) = &proven.session else { return work.await };
    let done = session.accompany(cx, recorder, work).await;
    session.close().await;
    done.unwrap_or_else(|error| {
        if matches!(error, ConfluenceError::InBrowser(SignInError::Cancelled)) {
            recorder.cancelled();
        }
        recorder.stop(&error.into());
        Err(Stop)
    })
}

/// A Confluence that has said who is asking.
pub(crate) struct Proven {
    stranger: Api,
    pub(crate) product: Product,
    /// None for an anonymous visitor.
    pub(crate) signed_in: Option<SignedIn>,
    /// Where a person signed in in the browser.
    pub(crate) session: Option<Session>,
}

impl Proven {
    /// The way to ask on.
    pub(crate) fn api(&self) -> &Api {
        self.signed_in.as_ref().map_or(&self.stranger, |signed_in| &signed_in.api)
    }
}

/// The first rungs, up to the account's name.
pub(crate) async fn prove(cx: &Cx<'_>, settings: &Settings, recorder: &Recorder<'_>, afterwards: Afterwards) -> Result<Proven, Stop> {
    recorder.address(settings.address.shown());
    recorder.step(ADDRESS, async { Ok(rungs::address::pass(&settings.address)) }).await?;
    let first = recorder.step(REACHABLE, reachable::run(cx, settings)).await?;
    if let Credential::Interactive { anonymous, route } = settings.credential {
        return prove_in_browser(cx, settings, first, (anonymous, route), recorder, afterwards).boxed().await;
    }
    let (stranger, product) = recorder.step(PRODUCT, rungs::product::run(&first, settings)).await?;
    recorder.address(stranger.base());
    let expected = settings.expect_account.as_deref();
    let signed_in = if matches!(settings.credential, Credential::Anonymous) {
        recorder.skip(CREDENTIAL, "Anonymous was chosen, so no credential is sent");
        recorder.step(IDENTITY, identity::of_nobody(&stranger, &product, expected, recorder)).await?;
        None
    } else {
        let signed_in = recorder.step(CREDENTIAL, credential::run(cx, settings, &stranger, &product, recorder)).await?;
        recorder.step(IDENTITY, async { identity::of_user(&signed_in, expected, recorder) }).await?;
        Some(signed_in)
    };
    Ok(Proven { stranger, product, signed_in, session: None })
}

/// The same where a person signs in. What hides behind a gate is looked at when the person has passed it.
async fn prove_in_browser(
    cx: &Cx<'_>,
    settings: &Settings,
    first: First,
    how: (bool, RouteChoice),
    recorder: &Recorder<'_>,
    afterwards: Afterwards,
) -> Result<Proven, Stop> {
    let seen = match (&first.gate, &first.behind) {
        (Some(_), None) => None,
        _ => Some(recorder.step(PRODUCT, rungs::product::run(&first, settings)).await?),
    };
    let site = match &seen {
        Some((api, product)) => Site::seen(api, product),
        None => Site::hidden(&first.api, &settings.address),
    };
    let session = recorder.step(CREDENTIAL, in_browser::run(cx, settings, site, how, recorder, afterwards)).await?;
    let was_hidden = seen.is_none();
    let (api, product) = if let Some((_, product)) = seen {
        (session.api().clone(), product)
    } else {
        let look = async {
            let first = reachable::with_session(session.api(), &settings.address).await?;
            rungs::product::run(&first, settings).await
        };
        recorder.step(PRODUCT, look).await?
    };
    recorder.address(api.base());
    let expected = settings.expect_account.as_deref();
    let signed_in = match session.who() {
        Who::Nobody => {
            recorder.step(IDENTITY, identity::of_nobody(&api, &product, expected, recorder)).await?;
            None
        }
        Who::User(user) => {
            let mut signed_in = SignedIn { api: api.clone(), user: (**user).clone(), sent: Sent::Session };
            if was_hidden && product.is_cloud() {
                // the question was asked in the words of Data Center, and Cloud tells more
                signed_in.user = session.ask_again(&product).await.unwrap_or(signed_in.user);
            }
            recorder.step(IDENTITY, async { identity::of_user(&signed_in, expected, recorder) }).await?;
            Some(signed_in)
        }
    };
    Ok(Proven { stranger: api, product, signed_in, session: Some(session) })
}

/// What the account can do. What does not depend on each other is looked at side by side.
async fn explore(api: &Api, product: &Product, signed_in: Option<&SignedIn>, recorder: &Recorder<'_>) -> Result<(), Stop> {
    let sent = signed_in.map(|signed_in| signed_in.sent);
    let anonymous = signed_in.is_none();
    let user = signed_in.map(|signed_in| &signed_in.user);
    let (spaces, lookups) =
        join!(recorder.step(SPACES, spaces::run(api, product, anonymous)), recorder.try_step(USERS, users::run(api, product, user)));
    let spaces = spaces?;
    let look_at_content = async {
        let content = recorder.step(CONTENT, content::run(api, product, &spaces, anonymous)).await?;
        let files = if content.pages.is_empty() {
            recorder.skip(ATTACHMENT, "There was no page with an attachment to try");
            None
        } else {
            recorder.try_step(ATTACHMENT, attachment::run(api, product, &content, sent)).await
        };
        Ok::<_, Stop>((content, files))
    };
    let look_at_rights = recorder.try_step(ADMINISTRATOR, administrator::run(api, product, signed_in, lookups.as_ref(), &spaces));
    let (looked, standing) = join!(look_at_content, look_at_rights);
    let (content, files) = looked?;
    let standing = standing.unwrap_or(administrator::Standing::UNKNOWN);
    let permissions = recorder.try_step(PERMISSIONS, permissions::run(api, product, signed_in, standing, &spaces, &content)).await;
    let seen = u64::try_from(spaces.list.len()).unwrap_or(u64::MAX);
    recorder.abilities(abilities(&Rights {
        sent,
        role: standing.role,
        needs_elevation: standing.needs_elevation,
        page: content.read(),
        has_spaces: !spaces.list.is_empty(),
        files,
        people: lookups.map_or(People::Unknown, |lookups| lookups.people),
        permissions,
        hidden_spaces: standing.all_spaces.filter(|_| !spaces.more).map(|all| all.saturating_sub(seen)),
    }));
    Ok(())
}

/// Whoever repeats a secret, it is masked: a server may echo a token or the whole header.
fn guard_secrets(settings: &Settings, recorder: &Recorder<'_>) {
    for secret in secrets_of(settings) {
        recorder.guard(secret);
    }
}

/// Everything that must not be repeated, in each form in which it is sent.
pub(crate) fn secrets_of(settings: &Settings) -> Vec<Secret> {
    let mut secrets = Vec::new();
    let mut pair = |user: &str, secret: &Secret| {
        for secret in [secret.clone(), credential::trimmed(secret)] {
            secrets.push(secret.inspect(|text| Secret::new(STANDARD.encode(format!("{}:{text}", user.trim())))));
            secrets.push(secret);
        }
    };
    match &settings.credential {
        Credential::Anonymous | Credential::Interactive { .. } => {}
        Credential::PersonalToken(token) => secrets.push(credential::trimmed(token)),
        Credential::CloudToken { email, token } => pair(email, token),
        Credential::Basic { user, password } => pair(user, password),
    }
    secrets.extend(settings.extra_headers.iter().map(|(_, secret)| secret.clone()));
    secrets
}
