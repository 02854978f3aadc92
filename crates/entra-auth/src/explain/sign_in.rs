//! What a person is told when a sign-in fails, or when a value for it cannot be right.

use preflight::{Cause, Explain, Fail, Field, Hint, HintAction, SafeText};
use url::Url;

use crate::aadsts::{self, Actor};
use crate::error::BadPaste;
use crate::{
    AppPage, AuthorityError, ClientIdError, Cloud, Content, IdTokenError, MetadataError, OpenError, Refusal, SignInError, TenantError,
    UnexpectedAnswer, UnknownCloud, Way, Window,
};

impl Explain for SignInError {
    fn explain(&self) -> Fail {
        match self {
            Self::Transport(error) => error.explain(),
            Self::Refused(refusal) => refusal.explain(),
            Self::Unexpected(answer) => answer.explain(),
            Self::Metadata(error) => error.explain(),
            Self::IdToken(error) => error.explain(),
            Self::ClockSkew { behind, by } => {
                let (direction, minutes) = (if *behind { "behind" } else { "ahead" }, by.as_secs() / 60);
                let by = if minutes < 120 { format!("{minutes} minutes") } else { format!("{} hours", minutes / 60) };
                Fail::new(Cause::EntraClockSkew, format!("This computer's clock is {by} {direction}"))
                    .hint(Hint::say("Correct date, time and time zone of this computer, best by switching automatic time on"))
                    .hint(retry("Then test again"))
            }
            Self::Loopback(_) => Fail::new(Cause::EntraLoopbackFailed, "The browser's answer could not be listened for on this computer")
                .hint(Hint::say(
                    "A security program may forbid listening on this computer's own address (127.0.0.1): allow it for Wayleave",
                ))
                .hint(retry("Test again")),
            Self::Certificate(error) => error.explain(),
            Self::NoSignature => {
                Fail::new(Cause::EntraRefused, "The proof of the app could not be signed: this computer gave no random numbers")
                    .hint(retry("Wait a moment, then test again"))
            }
            Self::NoDeviceCodes => Fail::new(Cause::EntraDeviceCodeBlocked, "The sign-in service offers no sign-in by device code")
                .hint(choose("Choose the interactive sign-in, which opens the browser")),
            Self::DeviceCodeExpired => Fail::new(Cause::EntraDeviceCodeExpired, "The code expired before anybody signed in with it")
                .hint(retry("Test again, which gives a new code")),
            Self::SomebodyElse => Fail::new(Cause::EntraWrongAccount, "Another account signed in the second time than the first")
                .hint(retry("Test again, and choose the same account whenever Microsoft asks")),
            Self::NoRefreshToken => Fail::new(Cause::EntraSessionExpired, "The sign-in cannot be renewed: Microsoft gave no refresh token")
                .hint(retry("Test again, which signs you in anew"))
                .hint(Hint::say("If it happens again, the organization's session rules do not allow renewal: ask its administrator")),
        }
    }
}

impl Explain for Refusal {
    fn explain(&self) -> Fail {
        let cause = self.cause();
        let entry = self.code().and_then(aadsts::lookup);
        let mut fail = match entry {
            _ if self.is_cancelled() => Fail::new(cause, "The sign-in was cancelled in the browser")
                .hint(retry("Test again, and choose Accept when Microsoft asks for the permissions"))
                .hint(Hint::say("If you may not accept them yourself, ask an administrator of the organization to approve the app")),
            _ if self.blocks_device_codes() => {
                Fail::new(cause, "A sign-in rule of the organization (Conditional Access) does not allow sign-in by device code")
                    .hint(choose("Use the browser sign-in: choose the interactive one, on a company computer if devices matter"))
                    .hint(Hint::say(
                        "Or give the administrator the trace ID and time in the details: they find the rule in the sign-in logs",
                    ))
            }
            Some(entry) if entry.code == 7_000_218 && matches!(self.way, Way::DeviceCode | Way::Password) => {
                let how = if self.way == Way::DeviceCode { "device code" } else { "password" };
                Fail::new(cause, format!("The app registration does not allow sign-in by {how}: “Allow public client flows” is off"))
                    .hint(Hint::say(
                        "In the app registration, under Authentication, set “Allow public client flows” to Yes, save, and wait a minute",
                    ))
                    .hint(Hint::say("If the app registration is not yours, send this to its owner"))
                    .hint(choose("Or choose the interactive sign-in, which does not need it"))
            }
            Some(entry) => entry.todo.iter().fold(Fail::new(cause, entry.says.clone()), |fail, text| fail.hint(todo(text))),
            None => self.explain_unknown(cause),
        };
        fail = self.explain_way(fail, cause);
        fail = self.explain_app(fail, cause);
        self.explain_evidence(fail, entry.map(|entry| entry.who))
    }
}

impl Refusal {
    /// A refusal whose number is not in the table, or that has none.
    fn explain_unknown(&self, cause: Cause) -> Fail {
        let what = match (cause, self.code()) {
            (Cause::EntraConsentDeclined, _) => "Access was denied on Microsoft's sign-in page".to_owned(),
            (Cause::EntraConsentRequired, _) => "Nobody has approved this app's permissions yet".to_owned(),
            (Cause::EntraMfaRequired, _) => "Your organization asks for a second factor".to_owned(),
            (Cause::EntraConditionalAccess, _) => "A sign-in rule of the organization blocks this sign-in".to_owned(),
            (Cause::EntraPasswordExpired, _) => "Your password has expired".to_owned(),
            (Cause::EntraSessionExpired, _) => "The sign-in is no longer valid".to_owned(),
            (Cause::EntraDeviceRequired, _) => "The organization asks for a managed device".to_owned(),
            (Cause::EntraTenantNotFound, _) => "Microsoft knows no such tenant in this cloud".to_owned(),
            (Cause::EntraResourceNotAvailable, _) => "The site or service asked for is not available in this tenant".to_owned(),
            (Cause::EntraTemporarilyUnavailable, _) => "Microsoft's sign-in service has a passing problem".to_owned(),
            (Cause::ServerThrottled, _) => "Microsoft's sign-in service asks for fewer requests".to_owned(),
            (_, Some(code)) => format!("Microsoft's sign-in service refused with error AADSTS{code}"),
            (_, None) if self.error.is_empty() => "Microsoft's sign-in service refused without a reason".to_owned(),
            (_, None) => format!("Microsoft's sign-in service refused ({})", self.error),
        };
        let fail = Fail::new(cause, what);
        match self.code() {
            Some(code) => {
                let page = Url::parse(&format!("https://login.microsoftonline.com/error?code={code}")).expect("fixed text and a number");
                fail.hint(Hint::with(format!("Look error {code} up at Microsoft"), HintAction::OpenUrl(page)))
            }
            None => fail.hint(retry("Test again; if it stays, ask an administrator of the organization")),
        }
    }

    /// Another way of signing in, where this one cannot give what is asked for.
    fn explain_way(&self, fail: Fail, cause: Cause) -> Fail {
        let asks_for_more = matches!(
            cause,
            Cause::EntraMfaRequired
                | Cause::EntraConditionalAccess
                | Cause::EntraDeviceRequired
                | Cause::EntraConsentRequired
                | Cause::EntraAdminConsentRequired
        );
        match (self.way, cause) {
            (Way::Password, _) if asks_for_more => first(
                choose("A user name and a password cannot answer that: choose the interactive sign-in, where a person can"),
                fail,
            ),
            (Way::Password, Cause::EntraPasswordRejected) => fail.hint(choose(
                "An account whose organization signs in elsewhere (federated, or without passwords) cannot use this way: choose the interactive sign-in",
            )),
            (Way::DeviceCode, Cause::EntraDeviceRequired | Cause::EntraConditionalAccess) => {
                fail.hint(choose("Or use the browser sign-in, which can prove the device: choose the interactive one"))
            }
            _ => fail,
        }
    }

    /// Buttons that lead to the app registration, where a refusal is about it.
    fn explain_app(&self, fail: Fail, cause: Cause) -> Fail {
        let Some(app) = &self.app else { return fail };
        let portal = |page| Url::parse(app.cloud.unwrap_or_default().app_page(page, &app.client_id).as_str()).ok();
        let open = |fail: Fail, page, text: &'static str| match (app.cloud, portal(page)) {
            // a sign-in service that is not Microsoft's has no such portal
            (Some(_), Some(url)) => fail.hint(Hint::with(text, HintAction::OpenUrl(url))),
            _ => fail,
        };
        match cause {
            Cause::EntraConsentRequired | Cause::EntraAdminConsentRequired => fail
                .hint(Hint::with(
                    "Copy the approval link and send it to an administrator",
                    HintAction::Copy(SafeText::from(app.admin_consent.to_string())),
                ))
                .hint(Hint::with("Or open it, if you are an administrator", HintAction::OpenUrl(app.admin_consent.clone()))),
            Cause::EntraRedirectUri | Cause::EntraPublicClientDisabled | Cause::EntraAppType => {
                open(fail, AppPage::Authentication, "Open the app's Authentication page")
            }
            Cause::EntraResourceNotAvailable => open(fail, AppPage::Permissions, "Open the app's API permissions"),
            Cause::EntraAppNotFound => fail.hint(Hint::with("Check the Application (client) ID", HintAction::EditField(Field::ClientId))),
            Cause::EntraTenantNotFound | Cause::EntraTenantNeeded => {
                fail.hint(Hint::with("Check the Tenant ID", HintAction::EditField(Field::TenantId)))
            }
            _ => fail,
        }
    }

    /// What an administrator needs to find the event in the sign-in logs.
    fn explain_evidence(&self, mut fail: Fail, who: Option<Actor>) -> Fail {
        if let Some(code) = self.code() {
            fail = fail.detail("aadsts", format!("AADSTS{code}"));
        }
        if let Some(who) = who {
            fail = fail.detail("who_acts", who.as_str());
        }
        if let Some(suberror) = &self.suberror {
            fail = fail.detail("suberror", suberror.clone());
        }
        for (key, value) in [("trace_id", &self.trace_id), ("correlation_id", &self.correlation_id), ("timestamp", &self.timestamp)] {
            if let Some(value) = value {
                fail = fail.detail(key, value.clone());
            }
        }
        // the server's words may name people, so they are quoted only where there is nothing else to go by
        match &self.description {
            Some(description) if who.is_none() => fail.detail("microsoft_says", description.clone()),
            _ => fail,
        }
    }
}

impl Explain for UnexpectedAnswer {
    fn explain(&self) -> Fail {
        let host = &self.host;
        match (self.status, self.what) {
            (429, _) => Fail::new(Cause::ServerThrottled, format!("{host} asks for fewer requests"))
                .hint(retry("Wait a few minutes, then test again")),
            (500..=599, Content::Other | Content::OtherJson) => {
                Fail::new(Cause::EntraTemporarilyUnavailable, format!("{host} has a passing problem (status {})", self.status))
                    .hint(retry("Wait a few minutes, then test again"))
            }
            (_, Content::Page | Content::Redirect) => {
                Fail::new(Cause::NetworkUnexpectedAnswer, format!("A web page answered in place of {host}"))
                    .hint(Hint::say("The network may want you to sign in to it first: open any web page in the browser and see"))
                    .hint(Hint::say("Or a proxy answers in Microsoft's place: ask your network team to let this host through"))
                    .hint(retry("Then test again"))
            }
            (_, Content::OtherJson | Content::Other) => Fail::new(
                Cause::NetworkUnexpectedAnswer,
                format!("What answers at {host} is not Microsoft's sign-in service (status {})", self.status),
            )
            .hint(Hint::say("If you gave a sign-in address of your own, check it"))
            .hint(Hint::say("Else something on the way changes the answers: ask your network team")),
        }
        .detail("status", self.status.to_string())
    }
}

impl Explain for MetadataError {
    fn explain(&self) -> Fail {
        match self {
            Self::Foreign { what, host } => Fail::new(
                Cause::NetworkUnexpectedAnswer,
                format!("In the sign-in service's configuration, the {what} leads to a place that is not its own"),
            )
            .hint(Hint::say("Something on the way may have changed it: nothing was sent there. Ask your network team"))
            .detail("host", host.clone()),
            Self::NoTenant => Fail::new(Cause::NetworkUnexpectedAnswer, "The sign-in service's configuration names no tenant")
                .hint(Hint::with("Enter the tenant's ID (a GUID)", HintAction::EditField(Field::TenantId))),
            Self::OtherTenant { found } => {
                Fail::new(Cause::EntraTenantMismatch, "The sign-in service answered for another tenant than the one asked for")
                    .hint(Hint::with("Check the Tenant ID", HintAction::EditField(Field::TenantId)))
                    .detail("tenant", found.to_string())
            }
        }
    }
}

impl Explain for IdTokenError {
    fn explain(&self) -> Fail {
        let what = match self {
            Self::Missing => "Microsoft did not say who signed in: the answer holds no ID token",
            Self::Unreadable => "Who signed in cannot be read: the ID token is not in order",
            Self::UnknownKey | Self::Signature | Self::KeyOfOtherIssuer => "Who signed in is not proven: the ID token's signature is wrong",
            Self::Issuer => "Who signed in is not proven: the ID token is from another issuer",
            Self::Tenant { .. } => "The sign-in was for another tenant than the one asked for",
            Self::Audience => "The sign-in was for another app",
            Self::Nonce => "The answer belongs to another sign-in: the ID token's nonce is wrong",
            Self::Expired => "The answer is too old: the ID token is no longer valid",
            Self::NotYet => "The answer is from the future: the ID token is not valid yet",
        };
        let fail = Fail::new(Cause::EntraIdTokenInvalid, what).hint(retry("Test again")).hint(Hint::say(
            "If it happens again, something between this computer and Microsoft changes the answers: ask your network team",
        ));
        match self {
            Self::Tenant { found } => fail.detail("tenant", found.to_string()),
            _ => fail,
        }
    }
}

impl Explain for BadPaste {
    fn explain(&self) -> Fail {
        match self {
            Self::Stranger => {
                Fail::new(Cause::EntraStateMismatch, "An answer came that belongs to another sign-in; sign in on the page opened last")
            }
            Self::BareAddress => Fail::new(
                Cause::EntraStateMismatch,
                "This address holds no answer; open the link shown now, sign in there, and paste the address it leads to",
            ),
            Self::Nothing => Fail::new(
                Cause::EntraStateMismatch,
                "That is neither the address after signing in nor an error number; paste the whole address or the error that the page shows",
            ),
        }
    }
}

impl Explain for OpenError {
    fn explain(&self) -> Fail {
        Fail::new(Cause::EntraBrowserFailed, "The browser could not be opened")
            .hint(Hint::say("Copy the address that is shown and open it in a browser on this computer"))
    }
}

/// What is told where the window that was chosen could not be opened: the address is shown all the same.
pub(crate) fn no_such_window(window: Window) -> Option<SafeText> {
    match window {
        Window::Default => None,
        Window::Private => Some("No private window could be opened; open one yourself and paste the address there".into()),
        Window::Dedicated => Some("No browser was found for a window of its own; open the address in any browser on this computer".into()),
    }
}

impl Explain for TenantError {
    fn explain(&self) -> Fail {
        let what = match self {
            Self::Empty => "Enter the tenant: its ID (a GUID) or one of its domains".to_owned(),
            Self::Shared(word) => format!("“{word}” names no organization: enter the tenant's ID (a GUID) or one of its domains"),
            Self::WebAddress => {
                "This is a web address: enter the tenant's ID (a GUID) or a domain such as contoso.onmicrosoft.com".to_owned()
            }
            Self::SharePointHost { perhaps } => format!("This is a SharePoint address: the tenant's domain may be {perhaps}"),
            Self::EmailAddress { perhaps } => format!("This is an e-mail address: the tenant's domain may be {perhaps}"),
            Self::SingleWord { perhaps } => format!("This is neither a GUID nor a domain: perhaps {perhaps} is meant"),
            Self::Placeholder => "This is a placeholder of zeros: enter the tenant's own ID".to_owned(),
            Self::Neither => "This is neither a GUID nor a domain such as contoso.onmicrosoft.com".to_owned(),
        };
        Fail::new(Cause::AddressInvalid, what).hint(Hint::with(
            "The tenant's ID stands on the app's Overview page as “Directory (tenant) ID”",
            HintAction::EditField(Field::TenantId),
        ))
    }
}

impl Explain for ClientIdError {
    fn explain(&self) -> Fail {
        let what = match self {
            Self::Empty => "Enter the app's “Application (client) ID”".to_owned(),
            Self::WebAddress => "This looks like a web address: the client ID is a GUID".to_owned(),
            Self::EmailAddress => "This looks like an e-mail address: the client ID is a GUID".to_owned(),
            Self::ClientSecret => "This looks like a client secret: do not enter it here, the client ID is a GUID".to_owned(),
            Self::Thumbprint => "This looks like a certificate's thumbprint: the client ID is a GUID".to_owned(),
            Self::NoHyphens => "This looks like a GUID without its hyphens: copy it again".to_owned(),
            Self::Incomplete => "This looks like a GUID with a part missing or too much: copy it again".to_owned(),
            Self::Placeholder => "This is a placeholder of zeros: enter the app's own ID".to_owned(),
            Self::Microsoft(what) => format!("This is the ID of {what} itself: enter the ID of your own app"),
            Self::Name => "This looks like a name: the client ID is a GUID".to_owned(),
        };
        Fail::new(Cause::AddressInvalid, what)
            .hint(Hint::with("It stands on the app's Overview page as “Application (client) ID”", HintAction::EditField(Field::ClientId)))
    }
}

impl Explain for AuthorityError {
    fn explain(&self) -> Fail {
        match self {
            Self::NoOrigin(_) => Fail::new(Cause::AddressInvalid, "The sign-in address is not a web address")
                .hint(Hint::say("Enter an address such as https://login.microsoftonline.com, or leave it out")),
            Self::PlainHttp => Fail::new(Cause::NetworkPlainHttp, "The sign-in address must begin with https://")
                .hint(Hint::say("Plain http would send codes and tokens unprotected")),
            Self::TooMuch => Fail::new(Cause::AddressInvalid, "The sign-in address must be host and path only")
                .hint(Hint::say("Leave out user name, question mark and everything behind it")),
        }
    }
}

impl Explain for UnknownCloud {
    fn explain(&self) -> Fail {
        let names = Cloud::ALL.map(Cloud::as_str).join(", ");
        Fail::new(Cause::AddressInvalid, format!("The cloud must be one of {names}"))
    }
}

/// A step from the table. One that says to test again has the button for it.
fn todo(text: &str) -> Hint {
    let action = text.to_lowercase().contains("test again").then_some(HintAction::Retry);
    Hint { text: SafeText::from(text.to_owned()), action }
}

fn choose(text: &'static str) -> Hint {
    Hint::with(text, HintAction::EditField(Field::SharePointMethod))
}

/// With this hint before all others.
fn first(hint: Hint, mut fail: Fail) -> Fail {
    fail.hints.insert(0, hint);
    fail
}

fn retry(text: &'static str) -> Hint {
    Hint::with(text, HintAction::Retry)
}

#[cfg(test)]
mod tests;
