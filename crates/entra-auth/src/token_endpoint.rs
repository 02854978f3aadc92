//! The token endpoint: form posts that bring tokens (RFC 6749 §4.1.3, §4.3.2, §4.4.2, §6; RFC 7636 §4.5; RFC 8628 §3.4).

use std::borrow::Cow;
use std::time::Duration;

use preflight::{Origin, Secret};
use serde_json::Value;
use transport::{Body, FormValue, OriginPath, Request, Response};

use crate::token::{ClaimsChallenge, claims};
use crate::{ClientId, Cx, Refusal, RefusedApp, Resource, SignInError, Stage, UnexpectedAnswer, Way};

/// Where one app gets its tokens.
#[derive(Clone, Debug)]
pub(crate) struct TokenEndpoint {
    pub(crate) origin: Origin,
    pub(crate) path: OriginPath,
    pub(crate) client_id: ClientId,
    pub(crate) app: RefusedApp,
    /// How this session was begun, in whose light refusals are read.
    pub(crate) way: Way,
}

/// An authorization code and what belongs to it.
#[derive(Debug)]
pub(crate) struct CodeGrant<'a> {
    pub(crate) code: Secret,
    pub(crate) redirect_uri: &'a str,
    pub(crate) verifier: Secret,
}

/// A successful answer (RFC 6749 §5.1, OpenID Connect Core 1.0 §3.1.3.3).
#[derive(Debug)]
pub(crate) struct TokenAnswer {
    pub(crate) access_token: Secret,
    pub(crate) refresh_token: Option<Secret>,
    pub(crate) id_token: Option<Secret>,
    pub(crate) lifetime: Duration,
    pub(crate) scope: String,
    /// Entra's `client_info`: which account this is at its home.
    pub(crate) client_info: Option<String>,
}

impl TokenEndpoint {
    /// Redeems a code. It is good once, so this is never tried twice.
    pub(crate) async fn redeem(
        &self,
        cx: &Cx<'_>,
        resource: &Resource,
        grant: CodeGrant<'_>,
        challenge: Option<&ClaimsChallenge>,
    ) -> Result<(TokenAnswer, Response), SignInError> {
        let form = vec![
            ("grant_type", "authorization_code".into()),
            ("code", self.secret(grant.code)),
            ("redirect_uri", grant.redirect_uri.to_owned().into()),
            ("code_verifier", self.secret(grant.verifier)),
        ];
        self.post(cx, Stage::Token, for_a_person(form, resource), challenge).await
    }

    /// Asks whether somebody has signed in with a device code meanwhile (RFC 8628 §3.4). The permissions were asked for with the code.
    pub(crate) async fn poll(&self, cx: &Cx<'_>, device_code: Secret) -> Result<(TokenAnswer, Response), SignInError> {
        let form = vec![
            ("grant_type", "urn:ietf:params:oauth:grant-type:device_code".into()),
            ("device_code", self.secret(device_code)),
            ("client_info", "1".into()),
        ];
        self.post(cx, Stage::Token, form, None).await
    }

    /// Gives user name and password (RFC 6749 §4.3.2). Wrong attempts lock accounts, so this is never tried twice.
    pub(crate) async fn password(
        &self,
        cx: &Cx<'_>,
        resource: &Resource,
        username: &str,
        password: Secret,
    ) -> Result<(TokenAnswer, Response), SignInError> {
        let form = vec![("grant_type", "password".into()), ("username", username.to_owned().into()), ("password", self.secret(password))];
        self.post(cx, Stage::Token, for_a_person(form, resource), None).await
    }

    /// Asks for a token for the app itself (RFC 6749 §4.4.2; Microsoft, "OAuth 2.0 client credentials flow").
    pub(crate) async fn client_credentials(
        &self,
        cx: &Cx<'_>,
        resource: &Resource,
        proof: Vec<(&'static str, FormValue)>,
        challenge: Option<&ClaimsChallenge>,
    ) -> Result<(TokenAnswer, Response), SignInError> {
        let mut form = vec![("grant_type", "client_credentials".into()), ("scope", resource.scope().into())];
        form.extend(proof);
        self.post(cx, Stage::Token, form, challenge).await
    }

    /// Uses a refresh token, which is bound to person and app but to no resource.
    pub(crate) async fn refresh(
        &self,
        cx: &Cx<'_>,
        resource: &Resource,
        refresh_token: Secret,
        challenge: Option<&ClaimsChallenge>,
    ) -> Result<TokenAnswer, SignInError> {
        self.refresh_whole(cx, resource, refresh_token, challenge).await.map(|(answer, _)| answer)
    }

    /// The same with the whole answer, for whoever has to prove who it was.
    pub(crate) async fn refresh_whole(
        &self,
        cx: &Cx<'_>,
        resource: &Resource,
        refresh_token: Secret,
        challenge: Option<&ClaimsChallenge>,
    ) -> Result<(TokenAnswer, Response), SignInError> {
        let form = vec![("grant_type", "refresh_token".into()), ("refresh_token", self.secret(refresh_token))];
        self.post(cx, Stage::Refresh, for_a_person(form, resource), challenge).await
    }

    async fn post(
        &self,
        cx: &Cx<'_>,
        stage: Stage,
        mut form: Vec<(&'static str, FormValue)>,
        challenge: Option<&ClaimsChallenge>,
    ) -> Result<(TokenAnswer, Response), SignInError> {
        form.push(("claims", claims::request(challenge).into()));
        form.push(("client_id", FormValue::Plain(Cow::Owned(self.client_id.to_string()))));
        let request = Request::post(self.path.as_str(), Body::Form(form)).accept_json();
        let response = cx.network.to(&self.origin).execute(request).await?;
        if response.status.is_success()
            && let Some(answer) = TokenAnswer::read(&response)
        {
            return Ok((answer, response));
        }
        Err(match Refusal::from_response(stage, &response) {
            Some(refusal) => refusal.of_app(&self.app).by(self.way).into(),
            None => SignInError::Unexpected(UnexpectedAnswer::of(stage, &response)),
        })
    }

    /// Its address, which an assertion names as its audience.
    pub(crate) fn address(&self) -> String {
        format!("{}{}", self.origin, self.path.as_str())
    }

    pub(crate) fn secret(&self, secret: Secret) -> FormValue {
        FormValue::Secret(secret.bind(self.origin.clone()))
    }
}

/// What a person's session asks for: one resource in a request, or Entra refuses (AADSTS28000 and 700022), and who signed in.
fn for_a_person(mut form: Vec<(&'static str, FormValue)>, resource: &Resource) -> Vec<(&'static str, FormValue)> {
    form.push(("scope", resource.scope_of_a_person().into()));
    form.push(("client_info", "1".into()));
    form
}

/// What a lifetime is taken for where the answer names none; tokens of Entra live 60 to 90 minutes.
const USUAL_LIFETIME: Duration = Duration::from_hours(1);

impl TokenAnswer {
    fn read(response: &Response) -> Option<Self> {
        let body: Value = serde_json::from_slice(&response.body).ok()?;
        let text = |name: &str| body.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
        let secret = |name: &str| text(name).map(|text| Secret::new(text.to_owned()));
        // the type is compared without regard to case (RFC 6749 §5.1)
        text("token_type").filter(|kind| kind.eq_ignore_ascii_case("bearer"))?;
        let lifetime = body.get("expires_in").and_then(|value| value.as_u64().or_else(|| value.as_str()?.parse().ok()));
        Some(Self {
            access_token: secret("access_token")?,
            refresh_token: secret("refresh_token"),
            id_token: secret("id_token"),
            lifetime: lifetime.map_or(USUAL_LIFETIME, Duration::from_secs),
            scope: text("scope").unwrap_or_default().to_owned(),
            client_info: text("client_info").map(str::to_owned),
        })
    }
}
