//! Signing in in the system browser: authorization code with PKCE (RFC 6749 §4.1, RFC 7636, RFC 8252; OpenID Connect Core 1.0 §3.1).

use std::time::Duration;

use openidconnect::{CsrfToken, Nonce, PkceCodeChallenge};
use preflight::{Explain as _, Origin, SafeText, Secret, UserPrompt};
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::error::BadPaste;
use crate::explain::no_such_window;
use crate::id_token::Keys;
use crate::loopback::{Answer, Arrival, Loopback, Pasted, State};
use crate::pages::Page;
use crate::sign_in::proof::Proof;
use crate::token::{ClaimsChallenge, claims};
use crate::token_endpoint::CodeGrant;
use crate::{
    Authority, ClientId, Cx, Metadata, Refusal, Reply, Resource, SignInError, SignedIn, Tenant, WatchedWindow, Way, Window, WindowEvent,
    discover,
};

/// Which account is to sign in. Entra takes either, never both.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub enum AccountHint {
    /// The person chooses. People have several accounts, and the one the browser knows best is often the wrong one.
    #[default]
    Choose,
    /// This one, by its UPN.
    Expected(String),
}

/// Lets the person sign in in the system browser and proves who it was. The first resource's token comes along.
///
/// Meanwhile `prompt` says what is wanted of the person, and [`Cx::replies`] may bring what the browser could not: the address that it was
/// sent to, or the error that only its page shows. Dropping the future ends it all: listener, connections, requests.
pub async fn sign_in_interactive(
    cx: &Cx<'_>,
    metadata: &Metadata,
    client_id: &ClientId,
    first: &Resource,
    hint: &AccountHint,
    window: Window,
    prompt: &(dyn Fn(Option<UserPrompt>) + Send + Sync),
) -> Result<SignedIn, SignInError> {
    sign_in(cx, metadata, client_id, first, How { hint, window, claims: None }, prompt).await
}

/// The same once more, for a resource that asks for more than the session at hand can give.
pub(crate) async fn sign_in_again(
    cx: &Cx<'_>,
    metadata: &Metadata,
    client_id: &ClientId,
    resource: &Resource,
    (who, window): (&str, Window),
    challenge: &ClaimsChallenge,
    prompt: &(dyn Fn(Option<UserPrompt>) + Send + Sync),
) -> Result<SignedIn, SignInError> {
    let hint = AccountHint::Expected(who.to_owned());
    sign_in(cx, metadata, client_id, resource, How { hint: &hint, window, claims: Some(challenge) }, prompt).await
}

/// As whom, where, and what more is asked for.
#[derive(Clone, Copy)]
struct How<'a> {
    hint: &'a AccountHint,
    window: Window,
    claims: Option<&'a ClaimsChallenge>,
}

async fn sign_in(
    cx: &Cx<'_>,
    metadata: &Metadata,
    client_id: &ClientId,
    first: &Resource,
    How { hint, window, claims }: How<'_>,
    prompt: &(dyn Fn(Option<UserPrompt>) + Send + Sync),
) -> Result<SignedIn, SignInError> {
    let loopback = Loopback::bind().await.map_err(SignInError::Loopback)?;
    let state = State::new(CsrfToken::new_random_len(32).into_secret());
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let ask = Ask {
        metadata,
        client_id,
        first,
        hint,
        claims,
        redirect_uri: loopback.redirect_uri(),
        state: &state,
        nonce: Nonce::new_random_len(32),
        challenge,
        verifier: Secret::new(verifier.into_secret()),
    };
    // the listener is open before the browser is: the answer may be quick
    let url = ask.url(if metadata.form_post() { ResponseMode::FormPost } else { ResponseMode::Query });
    let watched: Vec<Origin> = Origin::of(metadata.authorization_endpoint()).into_iter().collect();
    let (opened, watched, trouble) = match cx.opener.open_in(window, &url, &watched).await {
        Ok(watched) => (true, watched, None),
        Err(error) => {
            // the address is in many such errors, and our state in the address
            tracing::warn!(error = %SafeText::from(preflight::chain(&error)), "the browser did not open");
            (false, None, no_such_window(window))
        }
    };
    prompt(Some(UserPrompt::SystemBrowser { url, opened }));
    cx.replies.tell(trouble);

    let (arrive, arrivals) = mpsc::channel(4);
    let stop = CancellationToken::new();
    let conversation = async {
        let result = ask.converse(cx, arrivals, watched, prompt).await;
        stop.cancel();
        result
    };
    let ((), result) = tokio::join!(loopback.serve(&state, arrive, stop.clone()), conversation);
    result
}

/// An answer that was sent off before the window closed has so much time to come in.
const ON_ITS_WAY: Duration = Duration::from_secs(1);

/// The next thing that happens in the window; without one, nothing ever.
async fn next_event(window: &mut Option<WatchedWindow>) -> WindowEvent {
    match window {
        Some(window) => window.event().await,
        None => std::future::pending().await,
    }
}

/// How the answer travels.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum ResponseMode {
    /// In the body of a post, which keeps the code out of history and logs.
    FormPost,
    /// In the address, where a person can copy it.
    Query,
}

/// One attempt.
struct Ask<'a> {
    metadata: &'a Metadata,
    client_id: &'a ClientId,
    first: &'a Resource,
    hint: &'a AccountHint,
    claims: Option<&'a ClaimsChallenge>,
    redirect_uri: String,
    state: &'a State,
    nonce: Nonce,
    challenge: PkceCodeChallenge,
    verifier: Secret,
}

impl Ask<'_> {
    /// The page to open (Microsoft, "OAuth 2.0 authorization code flow", request an authorization code).
    fn url(&self, mode: ResponseMode) -> Url {
        let mut url = self.metadata.authorization_endpoint().clone();
        let mut query = url.query_pairs_mut();
        query
            .append_pair("client_id", self.client_id.as_str())
            .append_pair("response_type", "code")
            .append_pair("redirect_uri", &self.redirect_uri)
            .append_pair("response_mode", if mode == ResponseMode::FormPost { "form_post" } else { "query" })
            .append_pair("scope", &self.first.scope_of_a_person())
            .append_pair("nonce", self.nonce.secret())
            .append_pair("code_challenge", self.challenge.as_str())
            .append_pair("code_challenge_method", self.challenge.method().as_str())
            .append_pair("client_info", "1")
            .append_pair("claims", &claims::request(self.claims));
        self.state.inspect(|state| query.append_pair("state", state));
        match self.hint {
            AccountHint::Choose => query.append_pair("prompt", "select_account"),
            AccountHint::Expected(upn) => query.append_pair("login_hint", upn),
        };
        drop(query);
        url
    }

    /// Waits for the answer, makes tokens of it, and tells the browser how it went.
    async fn converse(
        &self,
        cx: &Cx<'_>,
        arrivals: mpsc::Receiver<Arrival>,
        window: Option<WatchedWindow>,
        prompt: &(dyn Fn(Option<UserPrompt>) + Send + Sync),
    ) -> Result<SignedIn, SignInError> {
        // the keys are needed afterwards anyway; people are slower than any server
        let ((answer, browser), keys) = tokio::join!(self.answer(cx, arrivals, window, prompt), Keys::fetch(cx, self.metadata));
        prompt(None);
        cx.replies.tell(None);
        let result = self.finish(cx, answer, keys).await;
        if let Some(browser) = browser {
            let signed_in = result.as_ref().map(|signed_in| &signed_in.who);
            browser.send_replace(Some(Page::of(signed_in)));
        }
        result
    }

    /// The answer: from the browser, or from the person.
    async fn answer(
        &self,
        cx: &Cx<'_>,
        mut arrivals: mpsc::Receiver<Arrival>,
        mut window: Option<WatchedWindow>,
        prompt: &(dyn Fn(Option<UserPrompt>) + Send + Sync),
    ) -> (Answer, Option<watch::Sender<Option<Page>>>) {
        loop {
            let bad = tokio::select! {
                // first, so that an answer counts although the window closes with it
                biased;
                Some(arrival) = arrivals.recv() => match arrival {
                    Arrival::Answer(answer, browser) => return (answer, Some(browser)),
                    Arrival::Stranger => BadPaste::Stranger,
                },
                event = next_event(&mut window) => match event {
                    WindowEvent::Error(text) => match text.inspect(|text| Pasted::read(text, self.state)) {
                        Pasted::Answer(answer @ Answer::Refused(_)) => return (answer, None),
                        _ => continue,
                    },
                    WindowEvent::Closed => {
                        match tokio::time::timeout(ON_ITS_WAY, arrivals.recv()).await {
                            Ok(Some(Arrival::Answer(answer, browser))) => return (answer, Some(browser)),
                            _ => return (Answer::Refused(Box::new(Refusal::from_redirect("access_denied", Some("cancel"), None))), None),
                        }
                    }
                },
                Reply::Pasted(text) = cx.replies.next() => match text.inspect(|text| Pasted::read(text, self.state)) {
                    Pasted::Answer(answer) => return (answer, None),
                    Pasted::Stranger => BadPaste::Stranger,
                    Pasted::Nothing => BadPaste::Nothing,
                    Pasted::BareAddress => {
                        // after a form post the address holds no answer; with this link it will
                        prompt(Some(UserPrompt::SystemBrowser { url: self.url(ResponseMode::Query), opened: false }));
                        BadPaste::BareAddress
                    }
                },
            };
            tracing::info!(%bad, "an answer could not be used; waiting on");
            cx.replies.tell(Some(bad.explain().summary));
        }
    }

    async fn finish(&self, cx: &Cx<'_>, answer: Answer, keys: Result<Keys, SignInError>) -> Result<SignedIn, SignInError> {
        let own = self.metadata.token_endpoint(self.client_id, Way::Browser);
        let (code, cloud) = match answer {
            Answer::Code(code, cloud) => (code, cloud),
            Answer::Refused(refusal) => return Err(refusal.of_app(&own.app).into()),
        };
        // one of Microsoft's clouds may hand over to another, where its code is good and nowhere else
        let handed_over = match (self.metadata.authority().cloud(), cloud) {
            (Some(own), Some(other)) if own.login() != other.login() => {
                let tenant = Tenant::Id(self.metadata.tenant().clone());
                Some(discover(cx, &Authority::of(other, tenant)).await?)
            }
            _ => None,
        };
        let (metadata, endpoint, keys) = match &handed_over {
            Some(other) => (other, other.token_endpoint(self.client_id, Way::Browser), Keys::fetch(cx, other).await),
            None => (self.metadata, own, keys),
        };
        let grant = CodeGrant { code, redirect_uri: &self.redirect_uri, verifier: self.verifier.clone() };
        let (answer, response) = endpoint.redeem(cx, self.first, grant, self.claims).await?;
        let proof = Proof { metadata, client_id: self.client_id, nonce: Some(&self.nonce) };
        let who = proof.prove(cx, &answer, &response, keys).await?;
        Ok(SignedIn::person(cx, who, endpoint, answer, self.first))
    }
}

#[cfg(test)]
mod tests;
