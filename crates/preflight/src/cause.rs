//! The vocabulary of what went wrong: one stable word per cause.
//!
//! A report's cause is the cause of its first failed check, or where nothing failed of its first limited one.
//! `docs/causes.md` documents every word; a test keeps the two in step.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Declares the enum, its stable names and the one-line meaning of each cause in one place.
macro_rules! causes {
    ($($(#[$section:meta])* $variant:ident = $name:literal, $meaning:literal;)*) => {
        /// What went wrong, as a machine-readable word such as `network.dns`.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
        pub enum Cause {
            $(#[doc = $meaning] $variant,)*
        }

        impl Cause {
            /// Every cause there is, in the order of the documentation.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The stable name, as written in reports.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// One line that says when this cause is named.
            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$variant => $meaning,)* }
            }

            /// The cause of that stable name, if there is one.
            pub fn from_name(name: &str) -> Option<Self> {
                match name { $($name => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

causes! {
    NetworkDns = "network.dns", "The name does not resolve.";
    NetworkRefused = "network.refused", "Nothing listens at that address.";
    NetworkTimeout = "network.timeout", "No answer came in time, connecting or reading.";
    NetworkClosed = "network.closed", "The connection broke before the answer was whole.";
    NetworkProxyAuthRequired = "network.proxy-auth-required", "The proxy asks for a user name and password (407).";
    NetworkProxyFailed = "network.proxy-failed", "The proxy could not be reached, or it refused the tunnel.";
    NetworkTlsUntrusted = "network.tls-untrusted", "The certificate chain is not trusted: a private or self-signed issuer.";
    NetworkTlsIntercepted = "network.tls-intercepted", "A public Microsoft or Atlassian Cloud host presents a certificate of an issuer that is not trusted here: TLS inspection.";
    NetworkTlsNameMismatch = "network.tls-name-mismatch", "The certificate is for another name.";
    NetworkTlsExpired = "network.tls-expired", "The certificate is expired or not yet valid.";
    NetworkTlsFailed = "network.tls-failed", "Any other handshake failure: version, cipher, or a client certificate is wanted.";
    NetworkPlainHttp = "network.plain-http", "The address is https but the server speaks plain http, or a credential would go over plain http to a host that is not loopback.";
    NetworkUnexpectedAnswer = "network.unexpected-answer", "Something answered that is neither the product nor a known gate before it.";

    ServerMaintenance = "server.maintenance", "The server says that it is starting, upgrading or under maintenance.";
    ServerError = "server.error", "The server failed with a 5xx status.";
    ServerThrottled = "server.throttled", "Too many requests (429, or 503 with Retry-After), still so after waiting.";
    ServerBlockedByAdministrator = "server.blocked-by-administrator", "A 429 that never ends, or an IP allow-list: an administrator blocks these requests.";
    ServerReadOnly = "server.read-only", "The server is in read-only mode.";

    AddressInvalid = "address.invalid", "The text is not a web address.";
    AddressNotConfluence = "address.not-confluence", "The address leads to plain web content or to another product.";
    AddressNotSharePoint = "address.not-sharepoint", "The address does not lead to SharePoint Online.";
    AddressVersionTooOld = "address.version-too-old", "The Confluence found there is too old for its REST API.";

    ConfluenceTreatedAsAnonymous = "confluence.treated-as-anonymous", "A credential was sent and the server answered as anonymous.";
    ConfluenceCredentialRejected = "confluence.credential-rejected", "Refused outright: 401, or Cloud's 403 for a bad pair.";
    ConfluenceTokenUnsupported = "confluence.token-unsupported", "This version has no personal access tokens (before 7.9), or they are switched off.";
    ConfluenceTokenScopeMissing = "confluence.token-scope-missing", "The gateway says that the token's scope does not match.";
    ConfluenceEmailNeeded = "confluence.email-needed", "A Cloud token without its e-mail address.";
    ConfluenceBasicDisabled = "confluence.basic-disabled", "Basic authentication is switched off on this server.";
    ConfluenceCaptchaRequired = "confluence.captcha-required", "Login is denied until a CAPTCHA is solved in the browser.";
    ConfluenceNoAccess = "confluence.no-access", "The user is known and may not use Confluence.";
    ConfluenceAnonymousNotAllowed = "confluence.anonymous-not-allowed", "Anonymous access was asked for and is not open.";
    ConfluenceSsoRequired = "confluence.sso-required", "An identity provider's page stands before the API.";
    ConfluenceNegotiateRequired = "confluence.negotiate-required", "The server asks for Kerberos or NTLM (401 Negotiate).";
    ConfluenceSessionBound = "confluence.session-bound", "The session works inside the browser and not outside it.";
    ConfluenceSessionExpired = "confluence.session-expired", "The session worked before; now the server answers as anonymous or with a login page.";
    ConfluenceElevationRequired = "confluence.elevation-required", "Secure administrator sessions (WebSudo) hide administrator functions.";
    ConfluenceWrongAccount = "confluence.wrong-account", "The server names another user than the one expected.";
    ConfluenceSignInTimeout = "confluence.sign-in-timeout", "Nobody signed in within the time allowed.";
    ConfluenceBrowserClosed = "confluence.browser-closed", "The sign-in window was closed before the sign-in was complete.";
    ConfluenceBrowserMissing = "confluence.browser-missing", "No supported browser was found on this computer.";
    ConfluenceBrowserFailed = "confluence.browser-failed", "The browser could not be started or controlled.";
    ConfluencePermissionsUnknown = "confluence.permissions-unknown", "The account works, but its rights could not be read.";
    ConfluenceNotAdministrator = "confluence.not-administrator", "It works; permissions of some or all spaces cannot be migrated with this account.";

    EntraTenantNotFound = "entra.tenant-not-found", "Microsoft knows no such tenant in this cloud.";
    EntraTenantMismatch = "entra.tenant-mismatch", "The site belongs to another tenant than the one entered or signed in to.";
    EntraAppNotFound = "entra.app-not-found", "No app with this client ID exists in the tenant.";
    EntraAppDisabled = "entra.app-disabled", "An administrator has switched the app off.";
    EntraTenantNeeded = "entra.tenant-needed", "A single-tenant app was asked for at a shared authority.";
    EntraRedirectUri = "entra.redirect-uri", "The app registration does not list this tool's return address.";
    EntraPublicClientDisabled = "entra.public-client-disabled", "The app is not set up as a desktop app, so Entra wants a secret from it.";
    EntraAppType = "entra.app-type", "The app is of the wrong kind for this way of signing in.";
    EntraConsentRequired = "entra.consent-required", "Nobody has approved the app's permissions yet.";
    EntraAdminConsentRequired = "entra.admin-consent-required", "Only an administrator can approve the app's permissions.";
    EntraConsentDeclined = "entra.consent-declined", "The person declined the permissions or cancelled the sign-in.";
    EntraUserNotAssigned = "entra.user-not-assigned", "The app is open to assigned people only, and this account is not one of them.";
    EntraAccountNotInTenant = "entra.account-not-in-tenant", "The account does not belong to this tenant.";
    EntraPasswordRejected = "entra.password-rejected", "The user name or password is wrong.";
    EntraAccountBlocked = "entra.account-blocked", "The account is locked or disabled.";
    EntraPasswordExpired = "entra.password-expired", "The password has expired.";
    EntraMfaRequired = "entra.mfa-required", "A second factor is needed.";
    EntraConditionalAccess = "entra.conditional-access", "A Conditional Access policy blocks the sign-in.";
    EntraDeviceRequired = "entra.device-required", "A policy asks for a managed or registered device.";
    EntraDeviceCodeBlocked = "entra.device-code-blocked", "The organization does not allow sign-in by device code.";
    EntraDeviceCodeExpired = "entra.device-code-expired", "The device code has expired.";
    EntraSessionExpired = "entra.session-expired", "The code or refresh token is no longer valid.";
    EntraSecretRejected = "entra.secret-rejected", "The client secret is wrong.";
    EntraSecretExpired = "entra.secret-expired", "The client secret has expired.";
    EntraCertificateRejected = "entra.certificate-rejected", "Entra does not accept this certificate for the app.";
    EntraCertificateExpired = "entra.certificate-expired", "The certificate has expired.";
    EntraCertificateUnreadable = "entra.certificate-unreadable", "The certificate file is missing, its password is wrong, or it holds no private key.";
    EntraResourceNotAvailable = "entra.resource-not-available", "The resource is not available in this tenant or not listed in the app registration.";
    EntraWrongAccount = "entra.wrong-account", "Signed in as another account than the one expected.";
    EntraIdTokenInvalid = "entra.id-token-invalid", "The ID token does not verify.";
    EntraStateMismatch = "entra.state-mismatch", "The answer did not belong to this sign-in.";
    EntraLoopbackFailed = "entra.loopback-failed", "The listener for the sign-in answer could not be opened.";
    EntraBrowserFailed = "entra.browser-failed", "The browser could not be opened.";
    EntraSignInTimeout = "entra.sign-in-timeout", "Nobody signed in within the time allowed.";
    EntraClockSkew = "entra.clock-skew", "This computer's clock is wrong.";
    EntraTemporarilyUnavailable = "entra.temporarily-unavailable", "Microsoft's sign-in service has a passing problem.";
    EntraRefused = "entra.refused", "Any other refusal, with its code.";

    SharePointSiteNotFound = "sharepoint.site-not-found", "There is no such site (404).";
    SharePointSiteMoved = "sharepoint.site-moved", "The host was renamed or the site moved: the answer points elsewhere.";
    SharePointNoAccess = "sharepoint.no-access", "This account or app may not open the site (403).";
    SharePointAppOnlySecretRefused = "sharepoint.app-only-secret-refused", "SharePoint refuses app-only tokens obtained with a client secret.";
    SharePointTokenRejected = "sharepoint.token-rejected", "SharePoint rejects the token (401): audience, issuer, or revoked.";
    SharePointSiteLocked = "sharepoint.site-locked", "The site is locked or archived.";
    SharePointSiteReadOnly = "sharepoint.site-read-only", "The site is read-only, or a lock forbids writing.";
    SharePointScopeInsufficient = "sharepoint.scope-insufficient", "The app's scope is the limit.";
    SharePointRoleInsufficient = "sharepoint.role-insufficient", "The account's role on the site is the limit.";
    SharePointScopeAndRoleInsufficient = "sharepoint.scope-and-role-insufficient", "Both the app's scope and the account's role are limits.";
    SharePointNotGrantedToApp = "sharepoint.not-granted-to-app", "The app has Sites.Selected but no grant for this site.";
    SharePointPolicyBlocked = "sharepoint.policy-blocked", "SharePoint's own device or location policy blocks the call.";
    GraphConsentMissing = "graph.consent-missing", "Graph's token is refused or comes without Sites permissions.";
    GraphNoSharePointLicence = "graph.no-sharepoint-licence", "The tenant has no SharePoint plan.";
    GraphWrongTenantHost = "graph.wrong-tenant-host", "The site's host is not of the signed-in tenant.";
}

impl Serialize for Cause {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Cause {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        Self::from_name(&name).ok_or_else(|| serde::de::Error::custom("unknown cause"))
    }
}

impl std::fmt::Display for Cause {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_come_back() {
        for cause in Cause::ALL {
            assert_eq!(Cause::from_name(cause.as_str()), Some(*cause));
        }
        assert_eq!(Cause::from_name("network.nonsense"), None);
    }
}
