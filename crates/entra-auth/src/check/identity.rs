//! Who signed in, and the token for SharePoint.

use futures::FutureExt as _;
use preflight::{Explain as _, Fail, Hint, Identity, IdentityKind, Pass, Recorder, SafeText};

use super::before::Tenancy;
use super::error::CheckError;
use super::session::Visits;
use crate::caller::Again;
use crate::explain::sharepoint::Context;
use crate::sharepoint::GrantedScopes;
use crate::sign_in::sign_in_again;
use crate::{
    AccessToken, AccountHint, AppCredential, ByCertificate, ClientId, Cx, Guid, MemoryKey, Metadata, Method, Principal, Remembered,
    Resource, Settings, SignInError, SignedIn, sign_in_app, sign_in_device_code, sign_in_interactive, sign_in_password, sign_in_remembered,
};

pub(super) async fn sign_in(
    cx: &Cx<'_>,
    settings: &Settings,
    tenancy: &Tenancy,
    resource: &Resource,
    recorder: &Recorder<'_>,
) -> Result<Pass<SignedIn>, Fail> {
    let (recalled, why_not) = recalled(cx, settings, &tenancy.metadata, resource).boxed().await;
    let by_memory = recalled.is_some();
    let signed_in = match recalled {
        Some(signed_in) => Ok(signed_in),
        None => by_method(cx, settings, &tenancy.metadata, resource, recorder).boxed().await,
    };
    // whatever came of it, nobody is wanted any more
    recorder.prompt(None);
    let signed_in = signed_in?;
    let summary = match signed_in.who {
        Principal::Person(_) if by_memory => "Signed in by what this computer remembers, and the answer verifies",
        Principal::Person(_) => "Microsoft signed somebody in, and the answer verifies",
        Principal::App(_) => "Microsoft accepted the app's credential",
    };
    let signature = signed_in.signature();
    let pass = Pass::new(signed_in, summary);
    let pass = match why_not {
        Some(why) => pass.detail("remembered_sign_in", format!("not used: {why}")),
        None if by_memory => pass.detail("remembered_sign_in", "used"),
        None => pass,
    };
    Ok(match signature {
        Some(signature) => pass.detail("assertion_signed_with", signature),
        None => pass,
    })
}

/// What is remembered and still good, or why it is not used.
async fn recalled(cx: &Cx<'_>, settings: &Settings, metadata: &Metadata, resource: &Resource) -> (Option<SignedIn>, Option<SafeText>) {
    let Some(memory) = settings.memory.as_ref().filter(|_| matches!(settings.method, Method::Interactive)) else { return (None, None) };
    let key = MemoryKey::of(metadata, &settings.client_id);
    let remembered = match memory.recall(key.clone()).await {
        Ok(Some(remembered)) => remembered,
        Ok(None) => return (None, None),
        Err(why) => return (None, Some(why)),
    };
    if let Some(expected) =
        settings.expect_account.as_deref().filter(|name| name.contains('@') && !name.eq_ignore_ascii_case(&remembered.account))
    {
        let other = CheckError::WrongAccount { signed_in: remembered.account, expected: expected.to_owned() };
        return (None, Some(other.explain().summary));
    }
    match sign_in_remembered(cx, metadata, &settings.client_id, resource, &remembered).await {
        Ok(signed_in) => (Some(signed_in), None),
        Err(error) => {
            // what Microsoft no longer takes is of no use; what was not reached may be the next time
            if matches!(error, SignInError::Refused(_) | SignInError::SomebodyElse) {
                memory.forget(key).await.ok();
            }
            (None, Some(error.explain().summary))
        }
    }
}

/// Remembers who signed in, once it is who was meant.
pub(super) async fn remember(settings: &Settings, tenancy: &Tenancy, signed_in: &SignedIn, pass: Pass<()>) -> Pass<()> {
    let memory = settings.memory.as_ref().filter(|_| matches!(settings.method, Method::Interactive));
    let Some((memory, refresh_token)) = memory.zip(signed_in.tokens().refresh_token()) else { return pass };
    let remembered = Remembered { account: signed_in.who.account().to_owned(), refresh_token };
    match memory.keep(MemoryKey::of(&tenancy.metadata, &settings.client_id), remembered).await {
        Ok(()) => pass.detail("remembered_on_this_computer", "yes"),
        Err(why) => pass.detail("remembered_on_this_computer", "no").hint(Hint::say(why)),
    }
}

async fn by_method(
    cx: &Cx<'_>,
    settings: &Settings,
    metadata: &Metadata,
    resource: &Resource,
    recorder: &Recorder<'_>,
) -> Result<SignedIn, SignInError> {
    let client_id: &ClientId = &settings.client_id;
    let prompt = |prompt| recorder.prompt(prompt);
    match &settings.method {
        Method::Interactive => {
            // Entra takes a sign-in name; of another name it would make nothing
            let expected = settings.expect_account.clone().filter(|expected| expected.contains('@'));
            let hint = expected.map_or(AccountHint::Choose, AccountHint::Expected);
            sign_in_interactive(cx, metadata, client_id, resource, &hint, settings.window, &prompt).await
        }
        Method::DeviceCode => sign_in_device_code(cx, metadata, client_id, resource, &prompt).await,
        Method::ClientSecret(secret) => sign_in_app(cx, metadata, client_id, resource, AppCredential::Secret(secret.clone())).await,
        Method::Certificate(certificate) => {
            let credential = AppCredential::Certificate(ByCertificate::new(certificate.clone()));
            sign_in_app(cx, metadata, client_id, resource, credential).await
        }
        // never reached: the rung before says so
        Method::UnusableCertificate(error) => Err(SignInError::Certificate(error.clone())),
        Method::Password { username, password } => sign_in_password(cx, metadata, client_id, resource, username, password.clone()).await,
    }
}

/// How the same person is asked once more, where a person signs in here and a resource asks for more than the session can give.
pub(super) fn again<'a>(
    cx: &'a Cx<'a>,
    settings: &'a Settings,
    tenancy: &'a Tenancy,
    signed_in: &'a SignedIn,
    recorder: &'a Recorder<'a>,
) -> Option<Again<'a>> {
    let by_browser = matches!(settings.method, Method::Interactive);
    by_browser.then(|| -> Again<'a> {
        Box::new(move |resource, challenge| {
            let work = async move {
                let (metadata, client_id) = (&tenancy.metadata, &settings.client_id);
                let who = (signed_in.who.account(), settings.window);
                let result = sign_in_again(cx, metadata, client_id, &resource, who, &challenge, &|prompt| recorder.prompt(prompt)).await;
                recorder.prompt(None);
                result
            };
            work.boxed()
        })
    })
}

/// Who it was, and whether that is who was meant.
pub(super) fn confirm(settings: &Settings, tenancy: &Tenancy, signed_in: &SignedIn, recorder: &Recorder<'_>) -> Result<Pass<()>, Fail> {
    let who = &signed_in.who;
    let (kind, home_tenant) = match who {
        Principal::Person(person) => (IdentityKind::User, person.is_guest().then(|| person.home_tenant.to_string().into())),
        Principal::App(_) => (IdentityKind::App, None),
    };
    recorder.identity(Identity {
        kind,
        name: who.name().map(|name| name.to_owned().into()),
        account: Some(who.account().to_owned().into()),
        tenant: Some(who.tenant().to_string().into()),
        app: Some(settings.client_id.to_string().into()),
        home_tenant,
        expected: settings.expect_account.clone().map(Into::into),
        ..Identity::anonymous()
    });
    let tenant = tenancy.site_tenant.as_ref().unwrap_or_else(|| tenancy.metadata.tenant());
    if let Some(mismatch) = mismatch(who, tenant, settings.expect_account.as_deref()) {
        return Err(mismatch.into());
    }
    let name = who.name().unwrap_or_else(|| who.account());
    let (kind, oid, home) = match who {
        Principal::Person(person) if person.is_guest() => {
            (", a guest of another organization", Some(&person.oid), Some(&person.home_tenant))
        }
        Principal::Person(person) => ("", Some(&person.oid), None),
        Principal::App(app) => (", an app by itself", app.oid.as_ref(), None),
    };
    let mut pass = Pass::new((), format!("Signed in as {name}{kind}"))
        .detail("account", who.account().to_owned())
        .detail("tenant", who.tenant().to_string())
        .detail("app", settings.client_id.to_string());
    for (key, id) in [("object_id", oid), ("home_tenant", home)] {
        if let Some(id) = id {
            pass = pass.detail(key, id.to_string());
        }
    }
    Ok(pass)
}

/// What is wrong with the account, if anything is.
fn mismatch(who: &Principal, tenant: &Guid, expected: Option<&str>) -> Option<CheckError> {
    if who.tenant() != tenant {
        return Some(CheckError::SignedInElsewhere { signed_in: who.tenant().clone(), site: tenant.clone() });
    }
    let expected = expected.filter(|expected| !who.answers_to(expected))?;
    let (signed_in, expected) = (who.account().to_owned(), expected.to_owned());
    Some(match who {
        Principal::Person(_) => CheckError::WrongAccount { signed_in, expected },
        Principal::App(_) => CheckError::AppInsteadOfAccount { app: signed_in, expected },
    })
}

pub(super) async fn sharepoint_token(
    visits: &Visits<'_>,
    resource: &Resource,
    context: &Context,
    recorder: &Recorder<'_>,
) -> Result<Pass<AccessToken>, Fail> {
    let token = visits.token(resource).await.map_err(|error| Fail::of(&*error))?;
    recorder.guard(token.secret.clone().unbind());
    // for show: nothing is decided by what a token says of itself
    if let Some(name) = token.claims.as_ref().and_then(|claims| claims.app_name.clone()) {
        recorder.identity_more(|identity| identity.app_name = Some(name.into()));
    }
    let (is_app, level) = (context.way.is_app(), granted(&token).level());
    let summary = match (level.and_then(|level| if is_app { level.of_an_app() } else { level.delegated() }), is_app) {
        (Some(level), false) => format!("The app may use SharePoint for this account with {level}"),
        (None, false) => "The app may use SharePoint for this account".to_owned(),
        (Some(level), true) => format!("The app has a token for SharePoint by itself, with {level}"),
        (None, true) if lacks_every_role(&token) => "The app has a token for SharePoint by itself, with no permission in it".to_owned(),
        (None, true) => "The app has a token for SharePoint by itself".to_owned(),
    };
    Ok(describe(token, summary))
}

/// The permissions that came with a token: of a person's, or of an app's by itself.
pub(super) fn granted(token: &AccessToken) -> GrantedScopes {
    let roles = token.claims.iter().filter(|claims| claims.kind.as_deref() == Some("app")).flat_map(|claims| &claims.roles);
    GrantedScopes::of(token.granted().iter().chain(roles).map(String::as_str))
}

/// True for an app's token that can be read and names no permission at all: Entra gives one all the same.
pub(super) fn lacks_every_role(token: &AccessToken) -> bool {
    token.claims.as_ref().is_some_and(|claims| claims.kind.as_deref() == Some("app") && claims.roles.is_empty())
}

/// What can be seen of a token. For people who look for a fault: nothing is decided by it.
pub(super) fn describe(token: AccessToken, summary: impl Into<SafeText>) -> Pass<AccessToken> {
    let mut details = vec![
        ("granted", if lacks_every_role(&token) { "nothing".to_owned() } else { granted(&token).shown() }),
        ("good_until", token.expires_at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()),
    ];
    match &token.claims {
        Some(claims) => {
            let text = |value: Option<String>| value.unwrap_or_else(|| "not told".to_owned());
            details.push(("audience", text(claims.audience.clone())));
            details.push(("tenant", text(claims.tenant.as_ref().map(ToString::to_string))));
            details.push(("app", text(claims.app_id.as_ref().map(ToString::to_string))));
        }
        None => details.push(("token", "not readable".to_owned())),
    }
    details.into_iter().fold(Pass::new(token, summary), |pass, (key, value)| pass.detail(key, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_account_has_to_be_of_the_sites_tenant_and_the_one_expected() {
        let guid = |text: &str| Guid::parse(text).expect(text);
        let (here, elsewhere) = (guid("7c3a2f10-95c1-4b7e-8a55-0f2f6a1f4d20"), guid("11d3e0c4-7b52-4f0a-9f4e-5a0a4c6b7e21"));
        let who = Principal::Person(crate::Who {
            name: Some("Ada Brook".to_owned()),
            upn: Some("ada@heather.example".to_owned()),
            oid: guid("33333333-0000-4000-8000-000000000003"),
            tid: here.clone(),
            // a guest is at home elsewhere and signs in here
            home_tenant: elsewhere.clone(),
        });
        for expected in [None, Some("ADA@heather.example"), Some("ada brook"), Some("33333333-0000-4000-8000-000000000003")] {
            assert_eq!(mismatch(&who, &here, expected), None, "{expected:?}");
        }
        let other = mismatch(&who, &here, Some("ivy@heather.example"));
        assert!(matches!(other, Some(CheckError::WrongAccount { .. })), "{other:?}");
        // the tenant comes first: an account of that name may well exist in the other one
        let foreign = mismatch(&who, &elsewhere, Some("ivy@heather.example"));
        assert_eq!(foreign, Some(CheckError::SignedInElsewhere { signed_in: here, site: elsewhere }));
    }
}
