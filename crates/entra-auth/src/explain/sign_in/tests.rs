use std::io;
use std::time::Duration;

use preflight::{Origin, chain};
use transport::{TransportError, TransportErrorKind};

use super::*;
use crate::testing::{CLIENT, TENANT, read};
use crate::{Authority, ClientId, RefusedApp, Stage, Tenant};

fn app(cloud: Option<Cloud>) -> RefusedApp {
    let tenant = Tenant::parse(TENANT).expect("a GUID");
    let authority = match cloud {
        Some(cloud) => Authority::of(cloud, tenant),
        None => Authority::custom(&Url::parse("http://127.0.0.1:8080").expect("a URL"), tenant).expect("loopback"),
    };
    RefusedApp::new(&authority, &ClientId::parse(CLIENT).expect("a GUID"))
}

/// A failure as it stands in a report, the chain of errors included.
fn told(error: impl Explain) -> String {
    read(&Fail::from(error))
}

#[test]
fn refusals_lead_to_where_they_are_mended() {
    let of = |text: &str, cloud| told(Refusal::from_page(text).expect(text).of_app(&app(cloud)));
    let refusals = [
        of("AADSTS50011", Some(Cloud::Public)),
        of("AADSTS7000218", Some(Cloud::GccHigh)),
        of("AADSTS65001 Trace ID: t-1 Correlation ID: c-1 Timestamp: 2026-03-02 11:12:13Z", Some(Cloud::Public)),
        of("AADSTS90094", None),
        of("AADSTS650057", Some(Cloud::China)),
        of("AADSTS700016", Some(Cloud::Public)),
        of("AADSTS50194", Some(Cloud::Public)),
        of("AADSTS53003", Some(Cloud::Public)),
        of("AADSTS50011", None),
        of("AADSTS12345678", Some(Cloud::Public)),
    ];
    insta::assert_snapshot!(refusals.join("\n\n"));
}

#[test]
fn refusals_are_read_in_the_light_of_the_way_of_signing_in() {
    let of = |text: &str, way| told(Refusal::from_page(text).expect(text).of_app(&app(Some(Cloud::Public))).by(way));
    let refusals = [
        of("AADSTS53003 Trace ID: t-1", Way::DeviceCode),
        of("AADSTS530036", Way::DeviceCode),
        of("AADSTS530033", Way::DeviceCode),
        of("AADSTS53000", Way::DeviceCode),
        of("AADSTS7000218", Way::DeviceCode),
        of("AADSTS70020", Way::DeviceCode),
        of("AADSTS7000215", Way::ClientSecret),
        of("AADSTS7000222", Way::ClientSecret),
        of("AADSTS53003", Way::ClientSecret),
        of("AADSTS50126", Way::Password),
        of("AADSTS50076", Way::Password),
        of("AADSTS53003", Way::Password),
        of("AADSTS65001", Way::Password),
        of("AADSTS7000218", Way::Password),
    ];
    insta::assert_snapshot!(refusals.join("\n\n"));
}

#[test]
fn refusals_without_a_known_number_are_told_by_their_words() {
    let redirect = |error, subcode, description| told(Refusal::from_redirect(error, subcode, description));
    let refusals = [
        redirect("access_denied", Some("cancel"), Some("AADSTS65004: User declined to consent to access the app.")),
        redirect("access_denied", None, None),
        redirect("consent_required", None, None),
        redirect("invalid_resource", None, Some("AADSTS99999: nobody knows it.\r\nTrace ID: t-1")),
        redirect("server_error", None, None),
        redirect("invalid_request", None, None),
        redirect("<b>", None, None),
    ];
    insta::assert_snapshot!(refusals.join("\n\n"));
}

#[test]
fn every_error_of_a_sign_in_is_told() {
    let unexpected = |stage, status, what| {
        SignInError::Unexpected(UnexpectedAnswer { stage, host: "login.microsoftonline.com".to_owned(), status, what })
    };
    let guid = crate::Guid::parse(TENANT).expect("a GUID");
    let errors = [
        unexpected(Stage::Discovery, 200, Content::Page),
        unexpected(Stage::Token, 302, Content::Redirect),
        unexpected(Stage::Keys, 200, Content::OtherJson),
        unexpected(Stage::Discovery, 404, Content::Other),
        unexpected(Stage::Token, 503, Content::Other),
        unexpected(Stage::Refresh, 429, Content::Other),
        SignInError::Metadata(MetadataError::Foreign { what: "token endpoint", host: "login.evil.test".to_owned() }),
        SignInError::Metadata(MetadataError::NoTenant),
        SignInError::Metadata(MetadataError::OtherTenant { found: guid.clone() }),
        SignInError::IdToken(IdTokenError::Missing),
        SignInError::IdToken(IdTokenError::Unreadable),
        SignInError::IdToken(IdTokenError::UnknownKey),
        SignInError::IdToken(IdTokenError::Signature),
        SignInError::IdToken(IdTokenError::KeyOfOtherIssuer),
        SignInError::IdToken(IdTokenError::Issuer),
        SignInError::IdToken(IdTokenError::Tenant { found: guid }),
        SignInError::IdToken(IdTokenError::Audience),
        SignInError::IdToken(IdTokenError::Nonce),
        SignInError::IdToken(IdTokenError::Expired),
        SignInError::IdToken(IdTokenError::NotYet),
        SignInError::ClockSkew { behind: true, by: Duration::from_secs(121) },
        SignInError::ClockSkew { behind: false, by: Duration::from_hours(26) },
        SignInError::Loopback(io::ErrorKind::PermissionDenied.into()),
        SignInError::NoRefreshToken,
        SignInError::NoDeviceCodes,
        SignInError::DeviceCodeExpired,
    ];
    insta::assert_snapshot!(errors.map(told).join("\n\n"));
}

#[test]
fn a_network_that_fails_is_told_in_the_networks_own_words() {
    let origin = Origin::parse("https://login.microsoftonline.com").expect("an origin");
    let failed = || TransportError { origin: origin.clone(), kind: TransportErrorKind::ProxyAuthRequired, source: None };
    assert_eq!(told(SignInError::Transport(failed())), told(failed()));
}

#[test]
fn values_that_cannot_be_right_are_told_at_their_field() {
    let tenants = [
        "",
        "common",
        "https://x.example",
        "heather.sharepoint.com",
        "ada@heather.example",
        "heather",
        "00000000-0000-0000-0000-000000000000",
        "a b",
    ];
    let tenants = tenants.map(|text| told(Tenant::parse(text).expect_err(text)));
    let clients = [
        "",
        "https://x.example",
        "ada@heather.example",
        "PLA~CEHOLDER-not-a-real-secret.value_000",
        "2FD4E1C67A2D28FCED849EE1BB76E7391B93EB12",
        "5b0f7f0e2d4f4c8c9a437f1f5e9a1c01",
        "5b0f7f0e-2d4f-4c8c-9a43-7f1f5e9a1c0",
        "00000000-0000-0000-0000-000000000000",
        "00000003-0000-0000-c000-000000000000",
        "Wiki migration",
    ];
    let clients = clients.map(|text| told(ClientId::parse(text).expect_err(text)));
    let addresses = ["ftp://idp.example", "http://idp.example", "https://idp.example/?x"]
        .map(|text| told(Authority::custom(&Url::parse(text).expect(text), Tenant::parse(TENANT).expect("a GUID")).expect_err(text)));
    let others = [told("germany".parse::<Cloud>().expect_err("no cloud")), told(OpenError("no browser here".into()))];
    let pastes = [BadPaste::Stranger, BadPaste::BareAddress, BadPaste::Nothing].map(told);
    let all = [tenants.as_slice(), &clients, &addresses, &others, &pastes].concat();
    insta::assert_snapshot!(all.join("\n\n"));
    // a pasted secret must not come back in what is told about it
    assert!(!all.join("").contains("PLA~CEHOLDER"));
}

#[test]
fn errors_do_not_repeat_their_source() {
    let refused = SignInError::from(Refusal::from_page("AADSTS50011").expect("a number"));
    assert_eq!(chain(&refused), "the sign-in service refused: AADSTS50011");
    let clock = SignInError::ClockSkew { behind: true, by: Duration::from_mins(20) };
    assert_eq!(chain(&clock), "this computer's clock is 1200 seconds behind the server's");
    let skew = SignInError::ClockSkew { behind: false, by: Duration::from_mins(20) };
    assert_eq!(skew.to_string(), "this computer's clock is 1200 seconds ahead of the server's");
}
