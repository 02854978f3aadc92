//! What a SAML request and its answer look like here, and the signature that makes an answer worth anything.
//!
//! Shapes follow the SAML 2.0 core and HTTP POST binding; the XML signature is an HMAC over the text before it, with a key that
//! the site and its identity provider share.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::{SignedDuration, Timestamp};
use ring::hmac;

use super::accounts::Who;
use super::site::Site;
use crate::markers::Kind;

/// What Confluence asks the identity provider.
#[derive(Debug, Clone)]
pub(crate) struct AuthnRequest {
    /// Named again in the answer.
    pub(crate) id: String,
    /// Where the answer is to be posted.
    pub(crate) consumer: String,
}

impl AuthnRequest {
    pub(crate) fn new(site: &Site) -> Self {
        Self { id: format!("_{:032x}", rand::random::<u128>()), consumer: consumer(site) }
    }

    pub(crate) fn encode(&self) -> String {
        STANDARD.encode(format!("<samlp:AuthnRequest ID=\"{}\" AssertionConsumerServiceURL=\"{}\"/>", self.id, self.consumer))
    }

    pub(crate) fn decode(text: &str) -> Option<Self> {
        let xml = String::from_utf8(STANDARD.decode(text).ok()?).ok()?;
        let inner = xml.strip_prefix("<samlp:AuthnRequest ")?;
        Some(Self { id: between(inner, "ID=\"", "\"")?.to_owned(), consumer: between(inner, "ServiceURL=\"", "\"")?.to_owned() })
    }
}

/// Where this site takes answers.
pub(crate) fn consumer(site: &Site) -> String {
    format!("{}/plugins/servlet/samlconsumer", site.address())
}

const SIGNATURE: &str = "<ds:SignatureValue>";

/// The signed answer, good for five minutes.
pub(crate) fn respond(site: &Site, request: &AuthnRequest, who: Who) -> String {
    let until = Timestamp::now() + SignedDuration::from_mins(5);
    let id = Kind::IdToken.of(format_args!("{:032x}", rand::random::<u128>()));
    let said = format!(
        "<samlp:Response ID=\"{id}\" InResponseTo=\"{}\" Destination=\"{}\"><saml:Issuer>{}</saml:Issuer>\
         <saml:NameID>{}</saml:NameID><saml:Conditions NotOnOrAfter=\"{until}\"/>",
        request.id,
        request.consumer,
        site.idp,
        who.username()
    );
    let signature = STANDARD.encode(hmac::sign(site.signing_key(), said.as_bytes()));
    STANDARD.encode(format!("{said}{SIGNATURE}{signature}</ds:SignatureValue></samlp:Response>"))
}

/// A checked answer.
#[derive(Debug)]
pub(crate) struct Assertion {
    /// The request that it answers.
    pub(crate) in_response_to: String,
    pub(crate) who: Who,
}

/// Checks signature, receiver and time. Whether the request was ours and is still open is for the caller.
pub(crate) fn check(site: &Site, text: &str) -> Option<Assertion> {
    let xml = String::from_utf8(STANDARD.decode(text).ok()?).ok()?;
    let (said, rest) = xml.split_once(SIGNATURE)?;
    let signature = STANDARD.decode(rest.split_once('<')?.0).ok()?;
    hmac::verify(site.signing_key(), said.as_bytes(), &signature).ok()?;
    let until: Timestamp = between(said, "NotOnOrAfter=\"", "\"")?.parse().ok()?;
    if until <= Timestamp::now() || between(said, "Destination=\"", "\"")? != consumer(site) {
        return None;
    }
    let name = between(said, "<saml:NameID>", "<")?;
    let who = Who::find(|who| who.username() == name)?;
    Some(Assertion { in_response_to: between(said, "InResponseTo=\"", "\"")?.to_owned(), who })
}

fn between<'text>(text: &'text str, start: &str, end: &str) -> Option<&'text str> {
    Some(text.split_once(start)?.1.split_once(end)?.0)
}
