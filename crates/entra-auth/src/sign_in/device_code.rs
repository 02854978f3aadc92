//! Signing in by a device code: the person types a code on a page on any device (RFC 8628; Microsoft, "OAuth 2.0 device authorization
//! grant flow").

use std::time::Duration;

use openidconnect::core::CoreDeviceAuthorizationResponse;
use preflight::{Explain as _, Origin, Secret, UserPrompt};
use tokio::time::{Instant, sleep, sleep_until};
use transport::{Body, Request, Response};
use url::Url;

use super::proof::Proof;
use crate::discovery::path_of;
use crate::error::BadPaste;
use crate::id_token::Keys;
use crate::token_endpoint::{TokenAnswer, TokenEndpoint};
use crate::{ClientId, Content, Cx, Metadata, Refusal, Reply, Resource, SignInError, SignedIn, Stage, UnexpectedAnswer, Way};

/// Shows the person a code, waits until somebody has signed in with it, and proves who it was. No browser is opened here.
///
/// Meanwhile `prompt` says what is wanted of the person, and [`Cx::replies`] may bring the error that only the page shows. Dropping the
/// future ends it.
pub async fn sign_in_device_code(
    cx: &Cx<'_>,
    metadata: &Metadata,
    client_id: &ClientId,
    first: &Resource,
    prompt: &(dyn Fn(Option<UserPrompt>) + Send + Sync),
) -> Result<SignedIn, SignInError> {
    let endpoint = metadata.token_endpoint(client_id, Way::DeviceCode);
    let code = DeviceCode::ask(cx, metadata, &endpoint, first).await?;
    let expires_at = cx.clock.now().checked_add(code.lifetime).unwrap_or(jiff::Timestamp::MAX);
    prompt(Some(UserPrompt::DeviceCode { code: code.user_code.clone(), url: code.page.clone(), expires_at }));
    cx.replies.tell(None);
    // the keys are needed afterwards anyway; people are slower than any server
    let (answer, keys) = tokio::join!(
        async {
            tokio::select! {
                answer = code.wait(cx, &endpoint) => answer,
                refusal = told_by_the_person(cx, &endpoint) => Err(refusal),
            }
        },
        Keys::fetch(cx, metadata)
    );
    prompt(None);
    cx.replies.tell(None);
    let (answer, response) = answer?;
    let proof = Proof { metadata, client_id, nonce: None };
    let who = proof.prove(cx, &answer, &response, keys).await?;
    Ok(SignedIn::person(cx, who, endpoint, answer, first))
}

/// Some errors stand on the page only, and polling never hears of them: the person types what the page says.
async fn told_by_the_person(cx: &Cx<'_>, endpoint: &TokenEndpoint) -> SignInError {
    loop {
        let Reply::Pasted(text) = cx.replies.next().await;
        if let Some(refusal) = text.inspect(Refusal::from_page) {
            return refusal.of_app(&endpoint.app).by(Way::DeviceCode).into();
        }
        cx.replies.tell(Some(BadPaste::Nothing.explain().summary));
    }
}

/// A code to type, and how to wait for it (RFC 8628 §3.2).
struct DeviceCode {
    code: Secret,
    user_code: String,
    page: Url,
    lifetime: Duration,
    interval: Duration,
}

/// The longest life of a code that is believed; Entra's live 15 minutes.
const LONGEST_LIFE: Duration = Duration::from_hours(1);
/// Between two questions, at most, however often the network fails.
const LONGEST_WAIT: Duration = Duration::from_mins(1);
/// A server that wants fewer questions gets them this much later (RFC 8628 §3.5).
const SLOWER: Duration = Duration::from_secs(5);

impl DeviceCode {
    async fn ask(cx: &Cx<'_>, metadata: &Metadata, endpoint: &TokenEndpoint, resource: &Resource) -> Result<Self, SignInError> {
        let url = metadata.device_endpoint().ok_or(SignInError::NoDeviceCodes)?;
        let origin = Origin::of(url).expect("checked when it was read");
        let form = vec![("client_id", endpoint.client_id.to_string().into()), ("scope", resource.scope_of_a_person().into())];
        let request = Request::post(path_of(url).as_str(), Body::Form(form)).accept_json();
        let response = cx.network.to(&origin).execute(request).await?;
        if response.status.is_success()
            && let Some(code) = Self::read(&response)
        {
            return Ok(code);
        }
        Err(match Refusal::from_response(Stage::DeviceCode, &response) {
            Some(refusal) => refusal.of_app(&endpoint.app).by(Way::DeviceCode).into(),
            None => SignInError::Unexpected(UnexpectedAnswer::of(Stage::DeviceCode, &response)),
        })
    }

    fn read(response: &Response) -> Option<Self> {
        let answer: CoreDeviceAuthorizationResponse = serde_json::from_slice(&response.body).ok()?;
        let user_code = answer.user_code().secret().trim().to_owned();
        let page = Url::parse(answer.verification_uri().as_str()).ok()?;
        // a person is sent there to sign in: over TLS, or on this computer
        let trusted = Origin::of(&page).is_ok_and(|origin| origin.is_https() || origin.is_loopback());
        let readable = (1..=32).contains(&user_code.len()) && user_code.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ');
        (trusted && readable).then(|| Self {
            code: Secret::new(answer.device_code().secret().clone()),
            user_code,
            page,
            lifetime: answer.expires_in().min(LONGEST_LIFE),
            interval: answer.interval().max(Duration::from_secs(1)),
        })
    }

    /// Asks again and again until somebody has signed in, or the code's time is over. A network that fails meanwhile is waited for.
    async fn wait(&self, cx: &Cx<'_>, endpoint: &TokenEndpoint) -> Result<(TokenAnswer, Response), SignInError> {
        let end = Instant::now() + self.lifetime;
        let (mut interval, mut wait, mut fault) = (self.interval, self.interval, None);
        loop {
            if Instant::now() + wait >= end {
                sleep_until(end).await;
                return Err(fault.unwrap_or(SignInError::DeviceCodeExpired));
            }
            sleep(wait).await;
            match endpoint.poll(cx, self.code.clone()).await {
                Ok(answer) => return Ok(answer),
                Err(error) => match Pending::of(&error) {
                    Some(Pending::Waiting) => (wait, fault) = (interval, None),
                    Some(Pending::SlowDown) => {
                        interval += SLOWER;
                        (wait, fault) = (interval, None);
                    }
                    Some(Pending::Fault) => {
                        tracing::info!(error = %preflight::chain(&error), "not reached; asking again");
                        (wait, fault) = ((wait * 2).min(LONGEST_WAIT).max(interval), Some(error));
                    }
                    None => return Err(error),
                },
            }
        }
    }
}

/// Why to go on asking.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Pending {
    /// Nobody has signed in yet.
    Waiting,
    /// The server wants fewer questions.
    SlowDown,
    /// The network or the server has a passing problem (RFC 8628 §3.5 asks to back off).
    Fault,
}

impl Pending {
    fn of(error: &SignInError) -> Option<Self> {
        match error {
            SignInError::Transport(_) => Some(Self::Fault),
            SignInError::Unexpected(answer) => {
                let passing = answer.status >= 500 || answer.status == 429 || matches!(answer.what, Content::Page | Content::Redirect);
                passing.then_some(Self::Fault)
            }
            SignInError::Refused(refusal) => match refusal.error.as_str() {
                "authorization_pending" => Some(Self::Waiting),
                "slow_down" => Some(Self::SlowDown),
                "temporarily_unavailable" | "server_error" => Some(Self::Fault),
                _ => (refusal.status == Some(429)).then_some(Self::SlowDown),
            },
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
