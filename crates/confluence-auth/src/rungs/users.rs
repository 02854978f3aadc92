//! Can people and groups be looked up? Authors, mentions and permissions are mapped by them.

use futures::join;
use preflight::{Cause, Fail, Hint, Pass};
use serde::Deserialize;

use crate::api::Api;
use crate::classify::Refusal;
use crate::error::ConfluenceError;
use crate::product::Product;
use crate::rights::People;
use crate::scopes;
use crate::whoami::User;

/// What was found.
#[derive(Clone, Debug)]
pub(crate) struct Lookups {
    pub(crate) people: People,
    /// The groups of the account, where they could be read.
    pub(crate) own_groups: Option<Vec<String>>,
}

pub(crate) async fn run(api: &Api, product: &Product, user: Option<&User>) -> Result<Pass<Lookups>, Fail> {
    let (own, groups) = join!(own_groups(api, product, user), all_groups(api));
    let own = own?;
    let groups = groups?;
    let refusals = [own.as_ref().and_then(|own| own.as_ref().err()), groups.as_ref().err()];
    let missing_scope = refusals.iter().flatten().find_map(|refusal| refusal.missing_scope);
    let own_answer = own.as_ref().map(|own| answer(own.as_ref().map(drop)));
    let groups_answer = answer(groups.as_ref().map(drop));
    let people = match (own_answer, groups_answer) {
        (Some(Some(true)) | None, Some(true)) => People::Both,
        (Some(Some(true)), Some(false)) | (Some(Some(false)), Some(true)) => People::Some,
        (Some(Some(false)) | None, Some(false)) => People::None,
        _ => People::Unknown,
    };
    let own_groups = own.and_then(Result::ok);
    let count = own_groups.as_ref().map_or_else(|| "not readable".to_owned(), |groups| groups.len().to_string());
    let lookups = Lookups { people, own_groups };
    let pass = |summary: &'static str| Pass::new(lookups.clone(), summary).detail("own_groups", count.clone());
    let ask = Hint::say("Ask an administrator to grant this account the global permission to browse users (View user profiles)");
    if let (Some(scope), People::Some | People::None) = (missing_scope, people) {
        let pass = pass("The token's scopes do not reach people and groups").limited(Cause::ConfluenceTokenScopeMissing);
        return Ok(scopes::hints().into_iter().fold(pass.detail("missing_scope", scope), Pass::hint));
    }
    Ok(match people {
        People::Both => pass("People and groups can be looked up"),
        People::Some => pass("Only a part of people and groups can be looked up").hint(ask),
        // that nobody is signed in is told by the next rung
        People::None if user.is_none() => pass("People and groups are not shown to anonymous visitors"),
        People::None => {
            pass("People and groups cannot be looked up with this account").limited(Cause::ConfluenceNotAdministrator).hint(ask)
        }
        People::Unknown => pass("Whether people and groups can be looked up could not be found out"),
    })
}

/// Yes, no, or no clear answer.
fn answer(result: Result<(), &Refusal>) -> Option<bool> {
    match result {
        Ok(()) => Some(true),
        Err(refusal) if refusal.is_no() => Some(false),
        Err(_unclear) => None,
    }
}

type Answer<T> = Result<Result<T, Refusal>, ConfluenceError>;

/// The groups of the account itself; none for an anonymous visitor.
pub(crate) async fn own_groups(
    api: &Api,
    product: &Product,
    user: Option<&User>,
) -> Result<Option<Result<Vec<String>, Refusal>>, ConfluenceError> {
    let Some(user) = user else { return Ok(None) };
    let by = if product.is_cloud() {
        user.account_id.as_deref().map(|id| ("accountId", id))
    } else {
        user.key.as_deref().map(|key| ("key", key)).or_else(|| user.username.as_deref().map(|name| ("username", name)))
    };
    let Some((name, value)) = by else { return Ok(None) };
    let value: String = url::form_urlencoded::byte_serialize(value.as_bytes()).collect();
    let answer: Answer<Groups> = api.ask(&format!("/rest/api/user/memberof?{name}={value}&limit=200")).await;
    Ok(Some(answer?.map(|groups| groups.results.into_iter().map(|group| group.name).collect())))
}

async fn all_groups(api: &Api) -> Answer<Groups> {
    api.ask("/rest/api/group?limit=25").await
}

#[derive(Deserialize)]
struct Groups {
    results: Vec<Group>,
}

#[derive(Deserialize)]
struct Group {
    #[serde(default)]
    name: String,
}
