//! What an account may do, told in five different places.

use practice::confluence::{Confluence, Who};
use reqwest::Response;
use serde_json::Value;

use crate::{With, client, dress, each, get, get_json, header, status};

const PEOPLE: [Who; 4] = [Who::Reader, Who::SpaceAdmin, Who::Admin, Who::Super];

#[tokio::test]
async fn pages_say_the_rights_in_metas() {
    let wiki = Confluence::builder().data_center("7.4").context("/confluence").anonymous(true).start().await.unwrap();
    let meta = |page: &str, name: &str| {
        let start = page.split(&format!("<meta name=\"{name}\" content=\"")).nth(1);
        start.and_then(|rest| rest.split('"').next()).map(str::to_owned)
    };
    for (with, admin, hb, user) in [
        (With::Nothing, "false", "", ""),
        (With::Password(Who::Reader), "false", "false", "mwren"),
        (With::Password(Who::Admin), "true", "true", "iokonjo"),
        (With::Password(Who::Super), "true", "true", "ghalvorsen"),
    ] {
        let front = get(&wiki, "/", with).await.text().await.unwrap();
        assert_eq!(meta(&front, "ajs-is-confluence-admin").as_deref(), Some(admin), "{with:?}");
        assert_eq!(meta(&front, "ajs-remote-user").as_deref(), Some(user));
        assert_eq!(meta(&front, "ajs-context-path").as_deref(), Some("/confluence"));
        assert_eq!(meta(&front, "ajs-version-number").as_deref(), Some("7.4.18"));
        assert_eq!(meta(&front, "ajs-is-space-admin"), None);
        let space = get(&wiki, "/display/HB", with).await.text().await.unwrap();
        assert_eq!(meta(&space, "ajs-is-space-admin").as_deref(), Some(hb), "{with:?}");
    }
    let hidden = get(&wiki, "/display/ENG", With::Nothing).await;
    assert_eq!(hidden.status(), 404);
}

#[tokio::test]
async fn space_permissions_by_rest_begin_with_9_1() {
    let path = "/rest/api/space/ENG/permissions";
    for version in ["8.5", "9.2"] {
        let wiki = Confluence::builder().data_center(version).start().await.unwrap();
        for (who, expected) in PEOPLE.into_iter().zip([403, 200, 200, 200]) {
            let expected = if version == "8.5" { 404 } else { expected };
            assert_eq!(status(&wiki, path, With::Pat(who)).await, expected, "{version} {who:?}");
        }
        wiki.switch(|switches| switches.permissions_crash = true);
        let crash = if version == "8.5" { 404 } else { 500 };
        assert_eq!(status(&wiki, path, With::Pat(Who::Reader)).await, crash);
    }
    let wiki = Confluence::builder().data_center("9.2").start().await.unwrap();
    let list = get_json(&wiki, path, With::Pat(Who::SpaceAdmin)).await;
    let administer = list.as_array().unwrap().iter().find(|one| one["operation"]["operationKey"] == "administer").unwrap();
    assert_eq!(administer["subject"]["userKey"], Who::SpaceAdmin.account().user_key);
    // Finance is closed to a Confluence administrator outside the super group, and looks as if it did not exist.
    let closed = get(&wiki, "/rest/api/space/FIN/permissions", With::Pat(Who::Admin)).await;
    assert_eq!(closed.status(), 404);
    assert_eq!(closed.json::<Value>().await.unwrap()["data"]["authorized"], false);
    assert_eq!(status(&wiki, "/rest/api/space/FIN/permissions", With::Pat(Who::Super)).await, 200);
}

#[tokio::test]
async fn administration_endpoints_begin_with_9_1_and_are_for_administrators() {
    for (version, path, expected) in [
        ("8.5", "/rest/api/instance-metrics", [404, 404, 404, 404]),
        ("9.2", "/rest/api/instance-metrics", [403, 403, 200, 200]),
        ("9.2", "/rest/api/permissions", [403, 403, 200, 200]),
        ("9.2", "/rest/api/server-information", [200, 200, 200, 200]),
        ("8.5", "/rest/api/server-information", [404, 404, 404, 404]),
        ("7.13", "/rest/api/content/scan", [404, 404, 404, 404]),
        ("7.19", "/rest/api/content/scan", [200, 200, 200, 200]),
    ] {
        let wiki = Confluence::builder().data_center(version).start().await.unwrap();
        for (who, expected) in PEOPLE.into_iter().zip(expected) {
            assert_eq!(status(&wiki, path, With::Pat(who)).await, expected, "{version} {path} {who:?}");
        }
    }
    let wiki = Confluence::builder().data_center("9.2").anonymous(true).start().await.unwrap();
    assert_eq!(status(&wiki, "/rest/api/server-information", With::Nothing).await, 401);
    let metrics = get_json(&wiki, "/rest/api/instance-metrics", With::Pat(Who::Admin)).await;
    let visible = get_json(&wiki, "/rest/api/space?limit=500", With::Pat(Who::Admin)).await;
    assert!(metrics["spaces"].as_u64() > visible["size"].as_u64(), "an administrator does not see every space");
}

#[tokio::test]
async fn restricted_pages_hide_from_all_but_the_super_group_and_from_search_even_then() {
    let wiki = Confluence::builder().data_center("8.5").start().await.unwrap();
    let patent = wiki.page_id("Patent draft (counsel only)").unwrap();
    for (who, page, listed, found) in
        [(Who::Reader, 404, 5, 5), (Who::Admin, 404, 4, 4), (Who::SpaceAdmin, 200, 6, 6), (Who::Super, 200, 6, 4)]
    {
        let with = With::Pat(who);
        assert_eq!(status(&wiki, &format!("/rest/api/content/{patent}"), with).await, page, "{who:?}");
        let list = get_json(&wiki, "/rest/api/content?spaceKey=ENG&type=page", with).await;
        assert_eq!(list["size"], listed, "{who:?}");
        let search = get_json(&wiki, "/rest/api/search?cql=space%3D%22ENG%22%20and%20type%3Dpage&limit=0", with).await;
        assert_eq!(search["totalSize"], found, "{who:?}");
    }
    let hidden = get(&wiki, &format!("/rest/api/content/{patent}"), With::Pat(Who::Reader)).await;
    let body: Value = hidden.json().await.unwrap();
    assert_eq!((&body["data"]["authorized"], &body["reason"]), (&false.into(), &"Not Found".into()));
    let restriction = get_json(&wiki, &format!("/rest/api/content/{patent}/restriction/byOperation"), With::Pat(Who::Super)).await;
    assert_eq!(restriction["read"]["restrictions"]["user"]["results"][0]["username"], "tachterberg");
}

#[tokio::test]
async fn groups_tell_the_super_group_unless_look_up_is_refused() {
    let wiki = Confluence::builder().data_center("7.19").start().await.unwrap();
    let path = |who: Who| format!("/rest/api/user/memberof?key={}&limit=200", who.account().user_key);
    let groups = get_json(&wiki, &path(Who::Super), With::Pat(Who::Super)).await;
    assert!(each(&groups["results"], "name").contains(&"confluence-administrators".to_owned()));
    assert_eq!(status(&wiki, "/rest/api/user?username=doesnotmatter", With::Pat(Who::Reader)).await, 404);
    let members = get_json(&wiki, "/rest/api/group/wiki-operators/member", With::Pat(Who::Reader)).await;
    assert_eq!(each(&members["results"], "username"), ["iokonjo"]);
    wiki.switch(|switches| switches.browse_users = false);
    for path in [path(Who::Reader), "/rest/api/group".to_owned(), "/rest/api/user?username=mwren".to_owned()] {
        assert_eq!(status(&wiki, &path, With::Pat(Who::Reader)).await, 403, "{path}");
        assert_eq!(status(&wiki, &path, With::Pat(Who::Admin)).await, 200, "{path}");
    }
}

#[tokio::test]
async fn json_rpc_needs_basic_a_post_the_header_and_no_websudo() {
    let wiki = Confluence::builder().data_center("8.5").start().await.unwrap();
    let url = format!("{}/rpc/json-rpc/confluenceservice-v2", wiki.base());
    let ask = async |with: With, method: &str| -> Response {
        let body = serde_json::json!({ "jsonrpc": "2.0", "method": method, "params": ["ENG"], "id": 7 });
        let request = client().post(&url).header("x-atlassian-token", "no-check").json(&body);
        dress(&wiki, request, with).send().await.unwrap()
    };
    let result = async |with: With, method: &str| -> Value { ask(with, method).await.json().await.unwrap() };

    let bare = dress(&wiki, client().post(&url).body("{}"), With::Password(Who::Admin)).send().await.unwrap();
    assert_eq!(bare.text().await.unwrap(), "XSRF check failed");
    assert_eq!(client().get(&url).basic_auth("iokonjo", Some(Who::Admin.password())).send().await.unwrap().status(), 405);
    assert_eq!(ask(With::Pat(Who::Admin), "getSpacePermissionSets").await.status(), 401, "tokens are for REST");

    let sets = result(With::Password(Who::SpaceAdmin), "getSpacePermissionSets").await;
    assert_eq!(each(&sets["result"], "type"), ["SETSPACEPERMISSIONS", "VIEWSPACE", "EXPORTSPACE"]);
    let light = dress(&wiki, client().post(format!("{url}/getPermissions")).body(r#"["ENG"]"#), With::Password(Who::Reader));
    let light: Value = light.header("x-atlassian-token", "no-check").send().await.unwrap().json().await.unwrap();
    assert_eq!(light, serde_json::json!(["view", "modify", "comment"]));
    let refused = result(With::Password(Who::Reader), "getSpacePermissionSets").await;
    assert!(refused["error"]["message"].as_str().unwrap().contains("NotPermittedException"), "{refused}");

    wiki.switch(|switches| switches.websudo = true);
    let sudo = result(With::Password(Who::Admin), "getSpacePermissionSets").await;
    assert!(sudo["error"]["message"].as_str().unwrap().contains("WebSudoRequiredException"), "{sudo}");
    let admin = get(&wiki, "/admin/console.action", With::Password(Who::Admin)).await;
    assert!(header(&admin, "location").starts_with("/authenticate.action"));
    wiki.switch(|switches| switches.json_rpc = false);
    assert_eq!(ask(With::Password(Who::SpaceAdmin), "getPermissions").await.status(), 403);
}
