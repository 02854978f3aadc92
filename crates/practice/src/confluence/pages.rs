//! The HTML pages of Data Center, with the meta elements that say who is looking and what they may do.

use axum::body::Body;
use axum::extract::{Path, Query};
use axum::http::{Response, StatusCode};

use super::accounts::{STYLE, Who};
use super::answers::{escape, html};
use super::auth::now_in_milliseconds;
use super::site::{Params, Visit};
use super::wiki::{Page, Space};

/// The front page.
pub(crate) async fn dashboard(visit: Visit) -> Response<Body> {
    let items = visit.site.spaces_for(visit.who).map(|space| {
        let (context, key, name) = (&visit.site.context, escape(&space.key), escape(&space.name));
        format!("<li><a href=\"{context}/display/{key}\">{name}</a></li>")
    });
    let body = format!("<h1>Dashboard</h1><ul>{}</ul>", items.collect::<String>());
    html(StatusCode::OK, frame(&visit, "Dashboard", None, None, &body))
}

/// `/display/KEY`: the home page of a space.
pub(crate) async fn space(visit: Visit, Path(key): Path<String>) -> Response<Body> {
    match visit.site.space_for(visit.who, &key) {
        Some(space) => show(&visit, space, space.pages.first()),
        None => not_found(&visit),
    }
}

/// `/spaces/viewspace.action?key=KEY`.
pub(crate) async fn space_by_query(visit: Visit, Query(params): Query<Params>) -> Response<Body> {
    space(visit, Path(params.get("key").cloned().unwrap_or_default())).await
}

/// `/display/KEY/Title`.
pub(crate) async fn titled(visit: Visit, Path((key, title)): Path<(String, String)>) -> Response<Body> {
    let title = title.replace('+', " ");
    let found = visit.site.space_for(visit.who, &key).and_then(|space| {
        let page = space.pages.iter().find(|page| page.title == title)?;
        visit.site.sees_page(visit.who, space, page).then_some((space, page))
    });
    match found {
        Some((space, page)) => show(&visit, space, Some(page)),
        None => not_found(&visit),
    }
}

/// `/pages/viewpage.action?pageId=ID`.
pub(crate) async fn by_id(visit: Visit, Query(params): Query<Params>) -> Response<Body> {
    let id = params.get("pageId").map(String::as_str).unwrap_or_default();
    match visit.site.page_for(visit.who, id) {
        Some((space, page)) => show(&visit, space, Some(page)),
        None => not_found(&visit),
    }
}

/// 404 for "does not exist" and "not for you" alike.
pub(crate) fn not_found(visit: &Visit) -> Response<Body> {
    let body = "<h1>Page Not Found</h1><p>We can't find that page, or you may not view it.</p>";
    html(StatusCode::NOT_FOUND, frame(visit, "Page Not Found", None, None, body))
}

fn show(visit: &Visit, space: &Space, page: Option<&Page>) -> Response<Body> {
    let title = page.map_or(space.name.as_str(), |page| page.title.as_str());
    let body = format!("<h1>{}</h1>", escape(title));
    html(StatusCode::OK, frame(visit, title, Some(space), page, &body))
}

/// A page around `body`.
pub(crate) fn frame(visit: &Visit, title: &str, space: Option<&Space>, page: Option<&Page>, body: &str) -> String {
    let site = &visit.site;
    let switches = site.switches();
    let account = visit.who.map(Who::account);
    let (release, build) = site.version().release();
    let yes_or_no = |yes: bool| if yes { "true" } else { "false" }.to_owned();
    let mut metas: Vec<(&str, String)> = Vec::new();
    if let Some(space) = space {
        // Empty for people who are not signed in, "true" or "false" for others.
        let is_space_admin = visit.who.map(|_| yes_or_no(site.is_space_admin(visit.who, space))).unwrap_or_default();
        metas.push(("ajs-is-space-admin", is_space_admin));
        metas.push(("ajs-space-key", space.key.clone()));
        metas.push(("ajs-space-name", space.name.clone()));
    }
    if let Some(page) = page {
        metas.push(("ajs-page-id", page.id.to_string()));
        metas.push(("ajs-page-title", page.title.clone()));
        metas.push(("ajs-content-type", page.kind.to_owned()));
    }
    let mode = if switches.read_only { "READ_ONLY" } else { "READ_WRITE" };
    let may_browse = visit.who.is_some() && (switches.browse_users || visit.is_admin());
    metas.extend([
        ("confluence-request-time", now_in_milliseconds()),
        ("ajs-is-confluence-admin", yes_or_no(visit.is_admin())),
        ("ajs-context-path", site.context.clone()),
        ("ajs-base-url", site.base()),
        ("ajs-version-number", release.to_owned()),
        ("ajs-build-number", build.to_string()),
        ("ajs-remote-user", account.map(|account| account.username.to_owned()).unwrap_or_default()),
        ("ajs-remote-user-key", account.map(|account| account.user_key.to_owned()).unwrap_or_default()),
        ("ajs-remote-user-has-licensed-access", yes_or_no(visit.who.is_some_and(Who::is_licensed))),
        ("ajs-remote-user-has-browse-users-permission", yes_or_no(may_browse)),
        ("ajs-current-user-fullname", account.map(|account| account.display_name.to_owned()).unwrap_or_default()),
        ("ajs-access-mode", mode.to_owned()),
        ("ajs-render-mode", mode.to_owned()),
    ]);
    let metas: Vec<String> = metas.iter().map(|(name, value)| format!("<meta name=\"{name}\" content=\"{}\">\n", escape(value))).collect();
    let metas = metas.concat();
    let (context, title) = (&site.context, escape(title));
    let sign = if visit.who.is_some() {
        format!("<a href=\"{context}/logout.action\">Log out</a>")
    } else {
        format!("<a id=\"login-link\" href=\"{context}/login.action\" class=\"user-item login-link\">Log in</a>")
    };
    format!(
        "<!DOCTYPE html>\n<html>\n<head>\n<title>{title} - Brackwater Wiki</title>\n<meta charset=\"UTF-8\">\n\
         <meta id=\"confluence-context-path\" name=\"confluence-context-path\" content=\"{context}\">\n\
         <meta id=\"confluence-base-url\" name=\"confluence-base-url\" content=\"{base}\">\n{metas}{STYLE}</head>\n<body>\n\
         <header>Practice server · {sign}</header>\n{body}\n\
         <footer>Powered by Confluence <span id='footer-build-information'>{release}</span></footer>\n</body>\n</html>\n",
        base = site.base(),
    )
}
