//! How the identity provider sends people back.

use axum::body::Body;
use axum::http::{Response, StatusCode};

use super::super::accounts::Who;
use super::super::answers::{encode, html, redirect};
use super::super::saml;
use super::super::site::Site;
use super::super::sso::posting_itself;
use super::Ask;
use crate::markers::Kind;

pub(super) fn give(site: &Site, ask: &Ask, who: Who) -> Response<Body> {
    match ask {
        Ask::Saml { request, relay } => {
            let fields = [("SAMLResponse", saml::respond(site, request, who)), ("RelayState", relay.clone())];
            html(StatusCode::OK, posting_itself(&request.consumer, &fields))
        }
        Ask::Oidc { answer_at, state, nonce } => {
            let code = Kind::AuthorizationCode.of(format_args!("{:032x}", rand::random::<u128>()));
            site.memory().idp.codes.insert(code.clone(), (who, nonce.clone()));
            redirect(&format!("{answer_at}?code={code}&state={}", encode(state)))
        }
        Ask::Atlassian { back } => {
            let ticket = ticket(site, who);
            redirect(&format!("{}/login/continue?ticket={ticket}&continue={}", site.origin, encode(back)))
        }
        Ask::Access { back } => {
            let ticket = ticket(site, who);
            redirect(&format!("{}/cdn-cgi/access/authorized?ticket={ticket}&redirect_url={}", site.origin, encode(back)))
        }
    }
}

fn ticket(site: &Site, who: Who) -> String {
    let ticket = Kind::AuthorizationCode.of(format_args!("{:032x}", rand::random::<u128>()));
    site.memory().idp.tickets.insert(ticket.clone(), who);
    ticket
}
