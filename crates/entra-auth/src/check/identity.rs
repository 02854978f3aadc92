//! Who signed in, and the token for SharePoint.

use preflight::{Fail, Identity, IdentityKind, Pass, Recorder};

use super::before::Tenancy;
use super::error::CheckError;
use crate::sharepoint::GrantedScopes;
use crate::{AccessToken, AccountHint, Cx, Guid, Method, Resource, Settings, SignedIn, Who, sign_in_interactive};

pub(super) async fn sign_in(
    cx: &Cx<'_>,
    settings: &Settings,
    tenancy: &Tenancy,
    resource: &Resource,
    recorder: &Recorder<'_>,
) -> Result<Pass<SignedIn>, Fail> {
    // Entra takes a sign-in name; of another name it would make nothing
    let expected = settings.expect_account.clone().filter(|expected| expected.contains('@'));
    let hint = expected.map_or(AccountHint::Choose, AccountHint::Expected);
    let signed_in = match settings.method {
        Method::Interactive => {
            let prompt = |prompt| recorder.prompt(prompt);
            sign_in_interactive(cx, &tenancy.metadata, &settings.client_id, resource, &hint, &prompt).await
        }
    };
    // whatever came of it, nobody is wanted any more
    recorder.prompt(None);
    Ok(Pass::new(signed_in?, "Microsoft signed somebody in, and the answer verifies"))
}

/// Who it was, and whether that is who was meant.
pub(super) fn confirm(settings: &Settings, tenancy: &Tenancy, signed_in: &SignedIn, recorder: &Recorder<'_>) -> Result<Pass<()>, Fail> {
    let who = &signed_in.who;
    recorder.identity(Identity {
        kind: IdentityKind::User,
        name: who.name.clone().map(Into::into),
        account: Some(who.account().to_owned().into()),
        tenant: Some(who.tid.to_string().into()),
        app: Some(settings.client_id.to_string().into()),
    });
    let tenant = tenancy.site_tenant.as_ref().unwrap_or_else(|| tenancy.metadata.tenant());
    if let Some(mismatch) = mismatch(who, tenant, settings.expect_account.as_deref()) {
        return Err(mismatch.into());
    }
    let name = who.name.as_deref().unwrap_or_else(|| who.account());
    let guest = if who.is_guest() { ", a guest of another organization" } else { "" };
    let pass = Pass::new((), format!("Signed in as {name}{guest}"))
        .detail("account", who.account().to_owned())
        .detail("tenant", who.tid.to_string())
        .detail("app", settings.client_id.to_string())
        .detail("object_id", who.oid.to_string());
    Ok(if who.is_guest() { pass.detail("home_tenant", who.home_tenant.to_string()) } else { pass })
}

/// What is wrong with the account, if anything is.
fn mismatch(who: &Who, tenant: &Guid, expected: Option<&str>) -> Option<CheckError> {
    if who.tid != *tenant {
        return Some(CheckError::SignedInElsewhere { signed_in: who.tid.clone(), site: tenant.clone() });
    }
    let expected = expected.filter(|expected| !who.answers_to(expected))?;
    Some(CheckError::WrongAccount { signed_in: who.account().to_owned(), expected: expected.to_owned() })
}

pub(super) async fn sharepoint_token(
    cx: &Cx<'_>,
    signed_in: &SignedIn,
    resource: &Resource,
    recorder: &Recorder<'_>,
) -> Result<Pass<AccessToken>, Fail> {
    let token = signed_in.token(cx, resource).await?;
    recorder.guard(token.secret.clone().unbind());
    let summary = match granted(&token).level().and_then(crate::sharepoint::ScopeLevel::delegated) {
        Some(level) => format!("The app may use SharePoint for this account with {level}"),
        None => "The app may use SharePoint for this account".to_owned(),
    };
    Ok(describe(token, summary))
}

/// The permissions that came with a token: of a person's, or of an app's by itself.
pub(super) fn granted(token: &AccessToken) -> GrantedScopes {
    let roles = token.claims.iter().filter(|claims| claims.kind.as_deref() == Some("app")).flat_map(|claims| &claims.roles);
    GrantedScopes::of(token.granted().iter().chain(roles).map(String::as_str))
}

/// What can be seen of a token. For people who look for a fault: nothing is decided by it.
pub(super) fn describe(token: AccessToken, summary: impl Into<preflight::SafeText>) -> Pass<AccessToken> {
    let mut details =
        vec![("granted", granted(&token).shown()), ("good_until", token.expires_at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())];
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
        let who = Who {
            name: Some("Ada Brook".to_owned()),
            upn: Some("ada@heather.example".to_owned()),
            oid: guid("33333333-0000-4000-8000-000000000003"),
            tid: here.clone(),
            // a guest is at home elsewhere and signs in here
            home_tenant: elsewhere.clone(),
        };
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
