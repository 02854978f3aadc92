//! Cloud: other doors, other refusals.

use practice::confluence::{Confluence, Who};
use serde_json::Value;

use crate::{With, client, each, get, get_json, header, status};

const ME: &str = "/rest/api/user/current?expand=operations";

async fn site(open: bool) -> Confluence {
    Confluence::builder().cloud().anonymous(open).start().await.unwrap()
}

#[tokio::test]
async fn the_edge_tells_cloud_without_signing_in() {
    let wiki = site(false).await;
    assert!(wiki.base().ends_with("/wiki"));
    let info = client().get(format!("{}/_edge/tenant_info", wiki.server().origin())).send().await.unwrap();
    assert_eq!(info.json::<Value>().await.unwrap()["cloudId"], wiki.cloud_id());
    assert_eq!(status(&wiki, "/rest/applinks/1.0/manifest", With::ApiToken(Who::Reader)).await, 404);
    let home = client().get(format!("{}/home", wiki.base())).send().await.unwrap();
    assert!(header(&home, "location").starts_with(&format!("{}/login?continue=", wiki.idp().origin())));
}

#[tokio::test]
async fn refusals_of_a_closed_site_look_alike() {
    let wiki = site(false).await;
    let ask = |request: reqwest::RequestBuilder| async { request.send().await.unwrap() };
    let url = format!("{}{ME}", wiki.base());
    let reader = Who::Reader;
    for (what, request, code) in [
        ("nothing", client().get(&url), 403),
        ("wrong pair", client().get(&url).basic_auth(reader.email(), Some("guess")), 403),
        ("bearer", client().get(&url).bearer_auth(reader.api_token()), 403),
        ("no access", client().get(&url).basic_auth(Who::Unlicensed.email(), Some(Who::Unlicensed.api_token())), 403),
        ("no e-mail", client().get(&url).basic_auth("", Some(reader.api_token())), 401),
        ("not base64", client().get(&url).header("authorization", "Basic !!!"), 401),
        ("scoped token", client().get(&url).basic_auth(reader.email(), Some(reader.scoped_token())), 401),
        ("right pair", client().get(&url).basic_auth(reader.email(), Some(reader.api_token())), 200),
    ] {
        let response = ask(request).await;
        assert_eq!(response.status(), code, "{what}");
        assert_eq!((header(&response, "x-ausername"), header(&response, "x-seraph-loginreason")), ("", ""), "{what}");
        let is_unreadable = matches!(what, "no e-mail" | "not base64");
        assert_eq!(header(&response, "www-authenticate").starts_with("OAuth realm=\"http%3A"), is_unreadable, "{what}");
        let body = response.text().await.unwrap();
        assert_eq!(body.contains("caller cannot access Confluence"), code == 403, "{what}: {body}");
    }
    let search = get(&wiki, "/rest/api/search?cql=type%3Dpage", With::Nothing).await;
    assert!(search.text().await.unwrap().contains("Current user not permitted to use Confluence"));

    // Jira next door does tell a wrong pair.
    let jira = format!("{}/rest/api/3/serverInfo", wiki.server().origin());
    let wrong = ask(client().get(&jira).basic_auth(reader.email(), Some("guess"))).await;
    assert_eq!((wrong.status().as_u16(), header(&wrong, "x-seraph-loginreason")), (200, "AUTHENTICATED_FAILED"));
}

#[tokio::test]
async fn on_an_open_site_a_wrong_pair_reads_as_anonymous() {
    let wiki = site(true).await;
    let me = get_json(&wiki, ME, With::WrongPassword(Who::Reader)).await;
    assert_eq!((&me["type"], &me["accountId"]), (&"anonymous".into(), &Value::Null));
    let spaces = get_json(&wiki, "/api/v2/spaces", With::WrongPassword(Who::Reader)).await;
    assert_eq!(each(&spaces["results"], "key"), ["HB"]);
}

#[tokio::test]
async fn operations_say_what_an_account_may_do() {
    let wiki = site(false).await;
    for (who, administers, eng, seen) in
        [(Who::Reader, false, 1, 6), (Who::SpaceAdmin, false, 9, 6), (Who::Admin, true, 1, 5), (Who::Super, true, 1, 5)]
    {
        let with = With::ApiToken(who);
        let me = get_json(&wiki, ME, with).await;
        assert_eq!((&me["accountId"], &me["email"]), (&who.account().account_id.into(), &who.email().into()));
        assert_eq!(each(&me["operations"], "operation").contains(&"administer".to_owned()), administers, "{who:?}");
        let spaces = get_json(&wiki, "/rest/api/space?expand=operations&limit=1000", with).await;
        let list = spaces["results"].as_array().unwrap();
        assert_eq!(list.len(), seen, "{who:?}");
        let space = list.iter().find(|space| space["key"] == "ENG").unwrap();
        assert_eq!(space["operations"].as_array().unwrap().len(), eng, "{who:?}");
        let v2 = get_json(&wiki, &format!("/api/v2/spaces/{}/operations", space["id"]), with).await;
        assert_eq!(v2["operations"], space["operations"]);
    }
    let own = get_json(&wiki, "/rest/api/space?type=personal", With::ApiToken(Who::Reader)).await;
    assert_eq!(each(&own["results"], "key"), [format!("~{}", Who::Reader.account().account_id)]);
}

#[tokio::test]
async fn version_1_is_deprecated_until_it_is_gone() {
    let wiki = site(false).await;
    let reader = With::ApiToken(Who::Reader);
    let list = get(&wiki, "/rest/api/space?limit=2", reader).await;
    assert_eq!(header(&list, "deprecation"), "Wed, 1 Mar 2023 00:00:00 GMT");
    assert!(header(&list, "link").contains("rel=\"deprecation\"") && header(&list, "warning").starts_with("299"));
    let body: Value = list.json().await.unwrap();
    let next = body["_links"]["next"].as_str().unwrap();
    assert_eq!(next, "/rest/api/space?next=true&limit=2&start=2", "without the context path");
    wiki.switch(|switches| switches.v1_gone = true);
    assert_eq!(status(&wiki, "/rest/api/space", reader).await, 410);
    assert_eq!(status(&wiki, ME, reader).await, 200);
}

#[tokio::test]
async fn version_2_pages_by_cursor_with_the_context_path() {
    let wiki = Confluence::builder().cloud().spaces(30).start().await.unwrap();
    let reader = With::ApiToken(Who::Reader);
    let (mut keys, mut path) = (Vec::new(), "/wiki/api/v2/spaces?limit=10&status=current".to_owned());
    loop {
        let response = get(&wiki, path.strip_prefix("/wiki").unwrap(), reader).await;
        let link = header(&response, "link").to_owned();
        let page: Value = response.json().await.unwrap();
        keys.extend(each(&page["results"], "key"));
        let Some(next) = page["_links"]["next"].as_str() else { break };
        assert!(link.starts_with(&format!("<{next}>; rel=\"next\"")), "{link}");
        next.clone_into(&mut path);
    }
    // Of thirty spaces two are closed to the reader and one is archived.
    assert_eq!(keys.len(), 27);
    for (path, expected) in [("?limit=251", 400), ("?limit=0", 400), ("?cursor=bogus", 400), ("/1", 404), ("/1/operations", 404)] {
        assert_eq!(status(&wiki, &format!("/api/v2/spaces{path}"), reader).await, expected, "{path}");
    }
    let missing: Value = get(&wiki, "/api/v2/nothing", reader).await.json().await.unwrap();
    assert_eq!(missing["errors"][0]["code"], "NOT_FOUND");
}

#[tokio::test]
async fn restricted_pages_need_the_admin_key() {
    let wiki = site(false).await;
    let bands = wiki.page_id("Patent draft (counsel only)").unwrap();
    let path = format!("/api/v2/pages/{bands}");
    let with = With::ApiToken(Who::Super);
    assert_eq!((status(&wiki, &path, with).await, status(&wiki, "/api/v2/admin-key", with).await), (404, 404));
    let open = async |who: Who| {
        let request = client().post(format!("{}/api/v2/admin-key", wiki.base())).header("x-atlassian-token", "no-check");
        request.basic_auth(who.email(), Some(who.api_token())).send().await.unwrap().status().as_u16()
    };
    assert_eq!((open(Who::Admin).await, open(Who::Super).await), (404, 200));
    assert_eq!(status(&wiki, &path, with).await, 200);
    assert_eq!(status(&wiki, &path, With::ApiToken(Who::Admin)).await, 404);
}

#[tokio::test]
async fn scoped_tokens_work_at_the_gateway_only() {
    let wiki = site(false).await;
    let gateway = wiki.gateway().unwrap().origin();
    let url = format!("{gateway}/ex/confluence/{}/wiki/api/v2/spaces?limit=1", wiki.cloud_id());
    let reader = Who::Reader;
    let ask = async |request: reqwest::RequestBuilder| request.send().await.unwrap().status().as_u16();
    assert_eq!(ask(client().get(&url).basic_auth(reader.email(), Some(reader.scoped_token()))).await, 200);
    assert_eq!(ask(client().get(&url).bearer_auth(reader.scoped_token())).await, 200);
    assert_eq!(ask(client().get(&url).basic_auth(reader.email(), Some(reader.api_token()))).await, 401);
    assert_eq!(ask(client().get(&url)).await, 401);
    wiki.switch(|switches| switches.missing_scopes = &["read:space:confluence"]);
    let refused = client().get(&url).bearer_auth(reader.scoped_token()).send().await.unwrap();
    assert_eq!((refused.status().as_u16(), header(&refused, "x-failure-category")), (401, "FAILURE_CLIENT_SCOPE_CHECK"));
}

#[tokio::test]
async fn wrong_methods_are_named_in_the_answer() {
    let wiki = site(false).await;
    let request = client().put(format!("{}/rest/api/space", wiki.base())).header("x-atlassian-token", "no-check");
    let response = request.basic_auth(Who::Reader.email(), Some(Who::Reader.api_token())).send().await.unwrap();
    assert_eq!(response.status(), 405);
    assert!(response.text().await.unwrap().contains("Request method 'PUT' not supported"));
}
