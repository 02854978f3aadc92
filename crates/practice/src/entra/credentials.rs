//! How an app proves itself: a secret, or an assertion signed with its certificate
//! ("OAuth 2.0 client credentials flow", "Certificate credentials"; RFC 7523).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rsa::RsaPublicKey;
use rsa::pkcs8::DecodePublicKey as _;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use x509_parser::prelude::{FromDer as _, X509Certificate};

use super::directory::App;
use super::discovery::Place;
use super::issue;
use super::keys::UnverifiedJwt;
use super::refusal::Refusal;
use super::scopes::{At, Requested};
use super::token::TokenRequest;
use super::{Entra, World};

const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// Clock difference that is forgiven.
const SKEW_SECONDS: i64 = 300;

/// How an app has proven itself, as `appidacr` tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Proof {
    Secret,
    Certificate,
}

/// A public client must not send credentials.
pub(crate) fn refuse_credentials(app: &App, request: &TokenRequest<'_>) -> Result<(), Refusal> {
    if request.get("client_secret").is_none() && request.get("client_assertion").is_none() {
        return Ok(());
    }
    let text = format!(
        "Client is public so neither 'client_assertion' nor 'client_secret' should be presented. Client app ID: {}.",
        app.client_id
    );
    Err(Refusal::new(700_025, "invalid_client", text))
}

/// Checks the app's credential.
pub(crate) fn authenticate(world: &World, app: &App, request: &TokenRequest<'_>) -> Result<Proof, Refusal> {
    if let Some(assertion) = request.get("client_assertion") {
        if request.get("client_assertion_type") != Some(ASSERTION_TYPE) {
            return Err(Refusal::missing_parameter("client_assertion_type"));
        }
        return check_assertion(world, app, assertion, request.now).map(|()| Proof::Certificate);
    }
    let Some(secret) = request.get("client_secret") else {
        let text = "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.";
        return Err(Refusal::new(7_000_218, "invalid_client", text));
    };
    let Some(known) = app.secrets.iter().find(|known| known.value == secret) else {
        let text = format!(
            "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client \
             secret ID, for a secret added to app '{}'.",
            app.client_id
        );
        return Err(Refusal::new(7_000_215, "invalid_client", text));
    };
    if known.expires_at <= request.now {
        let text = format!(
            "The provided client secret keys for app '{}' are expired. Visit the Azure portal to create new keys for your app: \
             https://aka.ms/NewClientSecret, or consider using certificate credentials for added security: https://aka.ms/certCreds.",
            app.client_id
        );
        return Err(Refusal::new(7_000_222, "invalid_client", text));
    }
    Ok(Proof::Secret)
}

fn check_assertion(world: &World, app: &App, assertion: &str, now: i64) -> Result<(), Refusal> {
    let Some(jwt) = UnverifiedJwt::parse(assertion) else {
        return Err(Refusal::new(50027, "invalid_request", "JWT token is invalid or malformed."));
    };
    if jwt.text("iss") != app.client_id || jwt.text("sub") != app.client_id {
        let text = "The subject name of the signing certificate isn't authorized, or 'sub' mismatches 'iss' in the client assertion.";
        return Err(Refusal::new(50048, "invalid_client", text));
    }
    // each algorithm names the certificate by its own thumbprint
    let certificate = match jwt.header_text("alg") {
        "PS256" if app.only_rs256 => {
            let text = "Invalid JWT token. Unsupported key for the signing algorithm.";
            return Err(Refusal::new(5_002_730, "invalid_client", text));
        }
        "PS256" => {
            let named = jwt.header_text("x5t#S256");
            app.certificates.iter().find(|der| URL_SAFE_NO_PAD.encode(Sha256::digest(der)) == named)
        }
        "RS256" => {
            let named = jwt.header_text("x5t");
            app.certificates.iter().find(|der| URL_SAFE_NO_PAD.encode(sha1_of(der)) == named)
        }
        _ => return Err(Refusal::new(50027, "invalid_request", "JWT token is invalid or malformed.")),
    };
    let refused = |reason: &str| {
        let text = format!(
            "The certificate with identifier used to sign the client assertion is not registered on application. [Reason - {reason}, \
             Please visit the Azure Portal, Graph Explorer or directly use MS Graph to see configured keys for app Id '{}'.]",
            app.client_id
        );
        Refusal::new(700_027, "invalid_client", text)
    };
    let Some(certificate) = certificate else {
        return Err(refused("The key was not found."));
    };
    let Ok((_, parsed)) = X509Certificate::from_der(certificate) else {
        return Err(refused("The key could not be read."));
    };
    if parsed.validity().not_after.timestamp() <= now {
        return Err(refused("The key used is expired."));
    }
    if parsed.validity().not_before.timestamp() > now + SKEW_SECONDS {
        return Err(refused("The key used is not yet valid."));
    }
    let key = RsaPublicKey::from_public_key_der(parsed.public_key().raw);
    if !key.is_ok_and(|key| jwt.is_signed_by(&key)) {
        return Err(refused("The signature is not valid."));
    }
    let (nbf, exp) = (jwt.number("nbf").unwrap_or(i64::MAX), jwt.number("exp").unwrap_or(0));
    if nbf > now + SKEW_SECONDS || exp <= now - SKEW_SECONDS || exp > now + 24 * 3600 {
        let text = "Client assertion is not within its valid time range. Ensure that the token's time range is valid.";
        return Err(Refusal::new(700_024, "invalid_client", text));
    }
    let audience = jwt.text("aud");
    let own = |segment: &str| {
        let base = format!("{}/{segment}", world.origin);
        audience == format!("{base}/oauth2/v2.0/token") || audience == format!("{base}/v2.0") || audience == format!("{base}/")
    };
    let tenant = world.tenant(&app.tenant);
    let domains = tenant.into_iter().flat_map(|tenant| tenant.domains.iter());
    if !own(&app.tenant) && !domains.into_iter().any(|domain| own(domain)) {
        let text = "Client assertion audience claim does not match Realm issuer. Review the documentation at \
                    https://docs.microsoft.com/azure/active-directory/develop/active-directory-certificate-credentials.";
        return Err(Refusal::new(700_023, "invalid_client", text));
    }
    if jwt.text("jti").is_empty() || world.seen_assertions.contains(jwt.text("jti")) {
        let text = "Client assertion was used before: 'jti' must be a new value.";
        return Err(Refusal::new(50013, "invalid_client", text));
    }
    Ok(())
}

/// The SHA-1 thumbprint, which the older `x5t` header carries.
fn sha1_of(der: &[u8]) -> Vec<u8> {
    ring::digest::digest(&ring::digest::SHA1_FOR_LEGACY_USE_ONLY, der).as_ref().to_vec()
}

/// The client credentials grant.
pub(crate) fn app_only(entra: &Entra, world: &mut World, place: &Place, app: &App, request: &TokenRequest<'_>) -> Result<Value, Refusal> {
    let Place::Tenant(tenant_id) = place else {
        let text = "The grant type is not supported over the /common or /consumers endpoints. Please use the /organizations or \
                    tenant-specific endpoint.";
        return Err(Refusal::new(90010, "invalid_request", text));
    };
    let scope = request.need("scope")?;
    let proof = authenticate(world, app, request)?;
    if let Some(jwt) = request.get("client_assertion").and_then(UnverifiedJwt::parse) {
        world.seen_assertions.insert(jwt.text("jti").to_owned());
    }
    let tenant = world.tenant(tenant_id).cloned().ok_or_else(|| Refusal::tenant_not_found(tenant_id))?;
    let requested = Requested::parse(world, &tenant, app, scope, At::Token)?;
    let part = match requested.resources.as_slice() {
        [part] if part.default => part,
        _ => {
            let text = format!(
                "The provided value for scope {scope} is not valid. Client credential flows must have a scope value with /.default \
                 suffixed to the resource identifier (application ID URI)."
            );
            return Err(Refusal::new(1_002_012, "invalid_scope", text));
        }
    };
    let appidacr = match proof {
        Proof::Secret => "1",
        Proof::Certificate => "2",
    };
    let claims = request.claims()?;
    Ok(issue::app_token(entra, world, &tenant, app, part, appidacr, claims.cae, claims.issued_at(request.now)))
}
