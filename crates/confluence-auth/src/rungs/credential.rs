//! Is the credential taken, and as whom? One attempt in each form that the credential can have.

pub(crate) mod in_browser;

use preflight::{Fail, Identity, Pass, Recorder, Secret};
use transport::Authorization;

use crate::api::Api;
use crate::classify::metas;
use crate::error::{ConfluenceError, Sent};
use crate::product::{Edition, Product};
use crate::scopes::CLOUD_TOKENS;
use crate::settings::{Credential, Cx, Settings};
use crate::whoami::{Asked, Named, User, ask};

/// Somebody the server has named, and the way to ask on.
pub(crate) struct SignedIn {
    pub(crate) api: Api,
    pub(crate) user: User,
    pub(crate) sent: Sent,
}

pub(crate) async fn run(
    cx: &Cx<'_>,
    settings: &Settings,
    api: &Api,
    product: &Product,
    recorder: &Recorder<'_>,
) -> Result<Pass<SignedIn>, Fail> {
    let tried = match &product.edition {
        Edition::Cloud { cloud_id } => on_cloud(cx, settings, api, cloud_id).await,
        Edition::DataCenter { .. } => on_data_center(&settings.credential, api, product).await,
    };
    match tried {
        Ok(signed_in) => Ok(passed(signed_in, &settings.credential, product)),
        Err(error) => {
            if matches!(error, ConfluenceError::TreatedAsAnonymous { .. }) {
                recorder.identity(Identity::anonymous());
            }
            Err(error.into())
        }
    }
}

fn passed(signed_in: SignedIn, credential: &Credential, product: &Product) -> Pass<SignedIn> {
    let who = signed_in.user.called().to_owned();
    let base = signed_in.api.base();
    let (how, form) = match signed_in.sent {
        Sent::PersonalToken if matches!(credential, Credential::CloudToken { .. }) => {
            ("The token is accepted as a personal access token; this is not Cloud, so the e-mail address was not needed", "bearer")
        }
        Sent::PersonalToken => ("The token is accepted", "bearer"),
        Sent::Password => ("The user name and password are accepted", "basic"),
        Sent::CloudPair => ("The e-mail address and token are accepted", "basic"),
        Sent::GatewayToken => ("The token is accepted; it has scopes, so it works through Atlassian's API gateway", "gateway"),
        Sent::Session => ("Signed in in the browser", "session"),
    };
    let mut pass = Pass::new(signed_in, format!("{how}: the server names {who}")).detail("sent_as", form).detail("asked_at", base);
    if let Some(gate) = &product.gate {
        pass = pass.detail("gate", format!("{gate} lets this credential through"));
    }
    pass
}

async fn on_data_center(credential: &Credential, api: &Api, product: &Product) -> Result<SignedIn, ConfluenceError> {
    let bearer = |token: &Secret| Authorization::Bearer(trimmed(token).bind(api.origin().clone()));
    let (api, sent) = match credential {
        Credential::PersonalToken(token) | Credential::CloudToken { token, .. } => {
            // the server would ignore the token and answer as to an anonymous visitor
            if let Some(version) = product.version().filter(|_| product.is_before(7, 9)) {
                return Err(ConfluenceError::TokenUnsupported { too_old: Some(version.to_string()) });
            }
            (api.with(bearer(token)), Sent::PersonalToken)
        }
        Credential::Basic { user, password } => {
            let basic = Authorization::Basic { user: user.clone(), password: password.clone().bind(api.origin().clone()) };
            (api.with(basic).asking_for_basic(), Sent::Password)
        }
        Credential::Anonymous | Credential::Interactive { .. } => return Err(ConfluenceError::AnonymousNotAllowed),
    };
    let tokens_page = (sent == Sent::PersonalToken).then(|| api.page("/plugins/personalaccesstokens/usertokens.action")).flatten();
    let asked = Asked { sent: Some(sent), is_cloud: false, tokens_page, login_page: api.page("/login.action") };
    let error = match ask(&api, &asked).await {
        Ok(Named::User(user)) => return Ok(SignedIn { api, user: *user, sent }),
        Ok(Named::Anonymous) => ConfluenceError::TreatedAsAnonymous { sent, tokens_page: asked.tokens_page.clone() },
        Err(ConfluenceError::Unreadable { status: 404, asked, words }) => {
            // before this resource came, only the pages named the user
            return by_front_page(&api, sent).await?.ok_or(ConfluenceError::Unreadable { status: 404, asked, words });
        }
        Err(error) => error,
    };
    if sent == Sent::PersonalToken
        && matches!(error, ConfluenceError::TreatedAsAnonymous { .. } | ConfluenceError::Rejected { .. })
        && tokens_are_off(&api).await
    {
        return Err(ConfluenceError::TokenUnsupported { too_old: None });
    }
    Err(error)
}

/// Signed in by what the front page says of itself.
async fn by_front_page(api: &Api, sent: Sent) -> Result<Option<SignedIn>, ConfluenceError> {
    let response = api.send(api.get_page("/")).await?;
    let metas = metas(&response.text());
    let text = |name: &str| metas.get(name).filter(|text| !text.is_empty()).map(str::to_owned);
    Ok(text("ajs-remote-user").map(|username| {
        let user = User {
            kind: "known".to_owned(),
            username: Some(username),
            key: text("ajs-remote-user-key"),
            display_name: text("ajs-current-user-fullname"),
            ..User::default()
        };
        SignedIn { api: api.clone(), user, sent }
    }))
}

/// The tokens' own resource is gone where an administrator has switched tokens off. Asked without the token: it has had its attempt.
async fn tokens_are_off(api: &Api) -> bool {
    let stranger = api.without_credential();
    match stranger.send(stranger.get("/rest/pat/latest/tokens")).await {
        Ok(response) => response.status.as_u16() == 404,
        Err(_no_answer) => false,
    }
}

/// A token as it was meant: copying brings spaces and line ends along.
pub(crate) fn trimmed(token: &Secret) -> Secret {
    token.inspect(|text| Secret::new(text.trim().to_owned()))
}

async fn on_cloud(cx: &Cx<'_>, settings: &Settings, api: &Api, cloud_id: &str) -> Result<SignedIn, ConfluenceError> {
    let tokens_page = url::Url::parse(CLOUD_TOKENS).ok();
    let asked = |sent| Asked { sent: Some(sent), is_cloud: true, tokens_page: tokens_page.clone(), login_page: None };
    let (user, secret) = match &settings.credential {
        Credential::CloudToken { email, token } if !email.trim().is_empty() => (email.trim(), trimmed(token)),
        Credential::Basic { user, password } if !user.trim().is_empty() => (user.trim(), trimmed(password)),
        Credential::PersonalToken(token) => {
            let gateway = gateway(cx, settings, api, cloud_id);
            let bearer = Authorization::Bearer(trimmed(token).bind(gateway.origin().clone()));
            // a service account's token needs no e-mail address; whatever else comes of the attempt, any other token does
            return match ask(&gateway.with(bearer.clone()), &asked(Sent::GatewayToken)).await {
                Ok(Named::User(user)) => Ok(SignedIn { api: gateway.with(bearer), user: *user, sent: Sent::GatewayToken }),
                Err(error @ ConfluenceError::ScopeMissing { .. }) => Err(error),
                Ok(Named::Anonymous) | Err(_) => Err(ConfluenceError::EmailNeeded),
            };
        }
        Credential::CloudToken { .. } | Credential::Basic { .. } => return Err(ConfluenceError::EmailNeeded),
        Credential::Anonymous | Credential::Interactive { .. } => return Err(ConfluenceError::AnonymousNotAllowed),
    };
    let basic = |api: &Api| {
        let password = secret.clone().bind(api.origin().clone());
        api.with(Authorization::Basic { user: user.to_owned(), password })
    };
    if settings.address.gateway_cloud_id().is_none() {
        let at_site = basic(api);
        match ask(&at_site, &asked(Sent::CloudPair)).await {
            Ok(Named::User(user)) => return Ok(SignedIn { api: at_site, user: *user, sent: Sent::CloudPair }),
            Ok(Named::Anonymous) => return Err(ConfluenceError::TreatedAsAnonymous { sent: Sent::CloudPair, tokens_page }),
            // a token with scopes is none of the site's business: the site says 401, the gateway may know it
            Err(ConfluenceError::Rejected { status: 401, .. }) => {}
            Err(error) => return Err(error),
        }
    }
    let at_gateway = gateway(cx, settings, api, cloud_id);
    let bearer = at_gateway.with(Authorization::Bearer(secret.clone().bind(at_gateway.origin().clone())));
    let mut last = None;
    for api in [basic(&at_gateway), bearer] {
        match ask(&api, &asked(Sent::GatewayToken)).await {
            Ok(Named::User(user)) => return Ok(SignedIn { api, user: *user, sent: Sent::GatewayToken }),
            Ok(Named::Anonymous) => {
                last = Some(ConfluenceError::TreatedAsAnonymous { sent: Sent::GatewayToken, tokens_page: tokens_page.clone() });
            }
            Err(error @ ConfluenceError::Rejected { status: 401, .. }) => last = Some(error),
            Err(error) => return Err(error),
        }
    }
    Err(last.unwrap_or(ConfluenceError::EmailNeeded))
}

/// The API gateway, with the site's part of it.
fn gateway(cx: &Cx<'_>, settings: &Settings, api: &Api, cloud_id: &str) -> Api {
    let origin = if settings.address.gateway_cloud_id().is_some() { api.origin() } else { &settings.gateway };
    Api::at(cx, settings, origin, &format!("/ex/confluence/{cloud_id}/wiki"))
}
