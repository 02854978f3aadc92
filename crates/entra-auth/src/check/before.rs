//! What is found out before anybody signs in: the site's address, its tenant, and what will be used to sign in.

use futures::future::join;
use preflight::{Cause, Explain as _, Fail, Field, Hint, HintAction, Pass};

use super::error::CheckError;
use crate::explain::sharepoint::site_tenant_hint;
use crate::{Authority, Certificate, Cx, Guid, Metadata, Method, RealmError, Settings, SiteAddress, Tenant, detect_tenant, discover};

/// The tenant that will be signed in to.
#[derive(Clone, Debug)]
pub(super) struct Tenancy {
    /// Its sign-in configuration.
    pub(super) metadata: Metadata,
    /// The tenant that the site named as its own, where it did.
    pub(super) site_tenant: Option<Guid>,
}

pub(super) fn address(settings: &Settings, site: &SiteAddress) -> Pass<()> {
    let summary = site.note().unwrap_or_else(|| format!("Will test {}", site.shown()));
    let cloud = match (settings.cloud, site.cloud()) {
        (Some(chosen), _) => format!("{chosen}, as chosen"),
        (None, Some(cloud)) => cloud.to_string(),
        (None, None) => format!("{}, since the host does not tell", settings.cloud()),
    };
    Pass::new((), summary).detail("site", site.shown()).detail("cloud", cloud)
}

/// Whose site it is, and whether that is the tenant entered.
pub(super) async fn tenant(cx: &Cx<'_>, settings: &Settings) -> Result<Pass<Tenancy>, Fail> {
    let Some(entered) = &settings.tenant else {
        let found = detect_tenant(cx.network, &settings.site).await?;
        let metadata = discover(cx, &authority(settings, Tenant::Id(found.tenant.clone()))?).await?;
        let summary = format!("The site belongs to tenant {}", found.tenant);
        return Ok(pass(Tenancy { metadata, site_tenant: Some(found.tenant) }, summary, found.site_answered));
    };
    let authority = authority(settings, entered.clone())?;
    let (metadata, found) = join(discover(cx, &authority), detect_tenant(cx.network, &settings.site)).await;
    let metadata = match (metadata, &found) {
        (Ok(metadata), _) => metadata,
        (Err(error), found) => {
            let fail = Fail::from(error);
            return Err(match found {
                Ok(found) if fail.cause == Cause::EntraTenantNotFound => fail.hint(site_tenant_hint(&found.tenant)),
                _ => fail,
            });
        }
    };
    match found {
        Ok(found) if found.tenant == *metadata.tenant() => {
            let summary = format!("The site belongs to the tenant entered, {entered}");
            Ok(pass(Tenancy { metadata, site_tenant: Some(found.tenant) }, summary, found.site_answered))
        }
        Ok(found) => Err(CheckError::TenantMismatch {
            host: settings.site.origin().host().to_owned(),
            site: found.tenant,
            entered: entered.clone(),
            entered_id: metadata.tenant().clone(),
        }
        .into()),
        // the site keeps silent, and what is asked of it with a token will tell more
        Err(RealmError::NotTold { .. }) => {
            let summary = format!("Tenant {entered} exists; the site did not say whether it belongs to it");
            Ok(pass(Tenancy { metadata, site_tenant: None }, summary, false))
        }
        Err(error) => Err(error.into()),
    }
}

fn pass(tenancy: Tenancy, summary: String, site_answered: bool) -> Pass<Tenancy> {
    let tenant = tenancy.metadata.tenant().to_string();
    let site = tenancy.site_tenant.as_ref().map_or_else(|| "not told".to_owned(), Guid::to_string);
    let region = tenancy.metadata.region().map(str::to_owned);
    let mut pass = Pass::new(tenancy, summary).detail("tenant", tenant).detail("tenant_of_site", site);
    if let Some(region) = region {
        pass = pass.detail("region", region);
    }
    if site_answered { pass } else { pass.detail("site_answered", "no: there may be no site at this address") }
}

fn authority(settings: &Settings, tenant: Tenant) -> Result<Authority, Fail> {
    match &settings.authority {
        Some(address) => Ok(Authority::custom(address, tenant)?),
        None => Ok(Authority::of(settings.cloud(), tenant)),
    }
}

pub(super) fn credential(cx: &Cx<'_>, settings: &Settings, tenancy: &Tenancy) -> Result<Pass<()>, Fail> {
    if settings.client_id.as_str() == tenancy.metadata.tenant().as_str() {
        return Err(CheckError::TenantAsClient.into());
    }
    let authority = tenancy.metadata.authority();
    let place = authority.cloud().map_or_else(|| format!("at {}", authority.origin()), |cloud| format!("in {cloud}"));
    let summary = match &settings.method {
        Method::Interactive => format!("Sign-in in the browser {place}"),
        Method::DeviceCode => format!("Sign-in by device code {place}"),
        Method::ClientSecret(_) => format!("The app signs in by itself with a client secret {place}"),
        Method::Certificate(certificate) => format!("The app signs in by itself with the certificate {certificate}, {place}"),
        Method::UnusableCertificate(error) => return Err(error.explain()),
        Method::Password { .. } => format!("Sign-in by user name and password {place}, which is legacy"),
    };
    let expected = settings.expect_account.clone().unwrap_or_else(|| "any".to_owned());
    let pass = match &settings.method {
        Method::Password { username, .. } => Pass::new((), summary).detail("user_name", username.clone()).hint(Hint::with(
            "Microsoft advises against signing in by password: the interactive sign-in works with a second factor and sign-in rules",
            HintAction::EditField(Field::SharePointMethod),
        )),
        Method::ClientSecret(_) => Pass::new((), summary).hint(Hint::with(
            "SharePoint accepts no app that signs in by a client secret: for SharePoint, sign in as a person",
            HintAction::EditField(Field::SharePointMethod),
        )),
        Method::Certificate(certificate) => {
            certificate.in_date(cx.clock.now()).map_err(|error| described(certificate, error.explain()))?;
            evidence(certificate).into_iter().fold(Pass::new((), summary), |pass, (key, value)| pass.detail(key, value))
        }
        Method::Interactive | Method::DeviceCode | Method::UnusableCertificate(_) => Pass::new((), summary),
    };
    Ok(pass
        .detail("app", settings.client_id.to_string())
        .detail("sign_in_service", authority.origin().to_string())
        .detail("expected_account", expected))
}

/// What a person compares with the portal.
fn evidence(certificate: &Certificate) -> [(&'static str, String); 5] {
    let time = |time: jiff::Timestamp| time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    [
        ("certificate", certificate.subject().to_owned()),
        ("thumbprint", certificate.thumbprint_sha1()),
        ("thumbprint_sha256", certificate.thumbprint_sha256()),
        ("valid_from", time(certificate.not_before())),
        ("valid_until", time(certificate.not_after())),
    ]
}

fn described(certificate: &Certificate, fail: Fail) -> Fail {
    evidence(certificate).into_iter().fold(fail, |fail, (key, value)| fail.detail(key, value))
}
