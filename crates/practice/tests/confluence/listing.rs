//! Listings, files, and the answers for what is not there.

use std::collections::BTreeSet;

use practice::confluence::{Confluence, Paging, Who};
use serde_json::Value;

use crate::{With, client, each, get, get_json, header, status};

#[tokio::test]
async fn each_account_sees_its_own_spaces() {
    let wiki = Confluence::builder().data_center("7.13").anonymous(true).start().await.unwrap();
    for (with, expected) in [
        (With::Nothing, "HB"),
        (With::Pat(Who::Reader), "HB ENG OPS PEOPLE OLD ~mwren"),
        (With::Pat(Who::SpaceAdmin), "HB ENG OPS PEOPLE OLD ~mwren"),
        (With::Pat(Who::Admin), "HB ENG PEOPLE OLD ~mwren"),
        (With::Pat(Who::Super), "HB ENG OPS PEOPLE FIN BOARD OLD ~mwren"),
    ] {
        let list = get_json(&wiki, "/rest/api/space?limit=500", with).await;
        assert_eq!(each(&list["results"], "key").join(" "), expected, "{with:?}");
    }
    let archived = get_json(&wiki, "/rest/api/space?status=archived&type=global", With::Pat(Who::Reader)).await;
    assert_eq!(each(&archived["results"], "key"), ["OLD"]);
    let total = get_json(&wiki, "/rest/spacedirectory/1/search?pageSize=1", With::Pat(Who::Reader)).await;
    assert_eq!((&total["totalSize"], total["spaces"].as_array().unwrap().len()), (&6.into(), 1));
}

/// Walks as a careful client must: advance by what came, stop at nothing, count keys once.
async fn walk(wiki: &Confluence, limit: usize) -> (Vec<String>, usize) {
    let (mut keys, mut start, mut requests) = (Vec::new(), 0, 0);
    loop {
        let page = get_json(wiki, &format!("/rest/api/space?limit={limit}&start={start}"), With::Pat(Who::Super)).await;
        requests += 1;
        let found = each(&page["results"], "key");
        start += found.len();
        let is_last = found.is_empty() || page["_links"]["next"].is_null();
        keys.extend(found);
        if is_last {
            return (keys, requests);
        }
    }
}

#[tokio::test]
async fn paging_has_the_defects_that_are_asked_for() {
    for (paging, requests, repeated) in
        [(Paging::Sound, 3, false), (Paging::NextPastEnd, 4, false), (Paging::Clamped(10), 6, false), (Paging::Duplicates, 3, true)]
    {
        let wiki = Confluence::builder().data_center("7.19").spaces(60).paging(paging).start().await.unwrap();
        let (keys, asked) = walk(&wiki, 25).await;
        let distinct: BTreeSet<_> = keys.iter().collect();
        assert_eq!((distinct.len(), asked, keys.len() > 60), (60, requests, repeated), "{paging:?}");
    }
}

#[tokio::test]
async fn cursor_paging_gives_every_page_once() {
    let wiki = Confluence::builder().data_center("9.2").spaces(20).start().await.unwrap();
    let mut path = "/rest/api/content/scan?limit=7&type=page".to_owned();
    let mut ids = Vec::new();
    loop {
        let page = get_json(&wiki, &path, With::Pat(Who::Super)).await;
        ids.extend(each(&page["results"], "id"));
        let Some(next) = page["_links"]["next"].as_str() else { break };
        next.clone_into(&mut path);
    }
    let metrics = get_json(&wiki, "/rest/api/instance-metrics", With::Pat(Who::Super)).await;
    assert_eq!(ids.len() as u64, metrics["pages"].as_u64().unwrap());
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len());
}

#[tokio::test]
async fn attachments_give_their_real_bytes_to_those_who_may_see_the_page() {
    let wiki = Confluence::builder().data_center("8.5").context("/wiki").start().await.unwrap();
    let page = wiki.page_id("Welcome to Brackwater").unwrap();
    let files = get_json(&wiki, &format!("/rest/api/content/{page}/child/attachment"), With::Pat(Who::Reader)).await;
    let file = &files["results"][0];
    let path = file["_links"]["download"].as_str().unwrap();
    let response = get(&wiki, path, With::Pat(Who::Reader)).await;
    assert_eq!((response.status().as_u16(), header(&response, "content-type")), (200, "image/png"));
    let bytes = response.bytes().await.unwrap();
    assert_eq!(bytes.len() as u64, file["extensions"]["fileSize"].as_u64().unwrap());
    assert!(bytes.starts_with(b"\x89PNG\r\n\x1a\n"));
    assert_eq!(status(&wiki, path, With::WrongPat).await, 302, "to the login page");
    let body = get_json(&wiki, &format!("/rest/api/content/{page}?expand=body.storage,version,space"), With::Pat(Who::Reader)).await;
    assert!(body["body"]["storage"]["value"].as_str().unwrap().contains("harbour-map.png"));
    assert_eq!(body["space"]["key"], "HB");

    let bands = wiki.page_id("Salary bands").unwrap();
    let path = format!("/download/attachments/{bands}/bands.csv");
    assert_eq!(status(&wiki, &path, With::Pat(Who::Admin)).await, 404);
    assert_eq!(status(&wiki, &path, With::Pat(Who::Super)).await, 200);
}

#[tokio::test]
async fn what_does_not_exist_is_refused_in_the_servlets_own_words() {
    let wiki = Confluence::builder().data_center("8.5").context("/confluence").start().await.unwrap();
    let reader = With::Pat(Who::Reader);
    let url = format!("{}/rest/api/serverInfo", wiki.base());
    let json = get(&wiki, "/rest/api/serverInfo", reader).await;
    assert_eq!(json.status(), 404);
    let body: Value = json.json().await.unwrap();
    assert_eq!(body, serde_json::json!({ "message": format!("null for uri: {url}"), "status-code": 404 }));
    let xml = client().get(&url).bearer_auth(Who::Reader.pat()).send().await.unwrap();
    assert_eq!(header(&xml, "content-type"), "application/xml");
    assert!(xml.text().await.unwrap().contains("<status-code>404</status-code>"));

    let write = client().post(format!("{}/rest/api/space/ENG", wiki.base())).bearer_auth(Who::Reader.pat());
    let write = write.header("x-atlassian-token", "no-check").send().await.unwrap();
    assert_eq!((write.status().as_u16(), header(&write, "allow")), (405, "GET,HEAD"));
    for (path, expected) in [
        ("/rest/api/space?limit=many", 404),
        ("/rest/api/space?limit=-1", 400),
        ("/rest/api/space?expand=permissions", 500),
        ("/rest/api/space/NOPE", 404),
        ("/rest/api/search?cql=space%3DNOPE", 400),
        ("/rest/api/search?cql=nonsense", 400),
        ("/rest/api/search", 400),
        ("/display/NOPE", 404),
    ] {
        assert_eq!(status(&wiki, path, reader).await, expected, "{path}");
    }
    let outside = client().get(format!("{}/rest/api/user/current", wiki.server().origin())).send().await.unwrap();
    assert_eq!((outside.status().as_u16(), header(&outside, "x-ausername")), (404, ""));
}

#[tokio::test]
async fn the_manifest_is_open_and_speaks_xml_first() {
    for (version, release, build) in [("6.15", "6.15.10", 7901), ("7.19", "7.19.30", 8804), ("10.0", "10.0.2", 9207)] {
        let wiki = Confluence::builder().data_center(version).start().await.unwrap();
        let manifest = get_json(&wiki, "/rest/applinks/1.0/manifest", With::Nothing).await;
        assert_eq!(
            (&manifest["typeId"], &manifest["version"], &manifest["buildNumber"]),
            (&"confluence".into(), &release.into(), &build.into())
        );
        let xml = client().get(format!("{}/rest/applinks/1.0/manifest", wiki.base())).send().await.unwrap().text().await.unwrap();
        assert!(xml.contains(&format!("<version>{release}</version>")));
        assert_eq!(get_json(&wiki, "/status", With::Nothing).await["state"], "RUNNING");
        assert_eq!(get_json(&wiki, "/rest/api/accessmode", With::Nothing).await, "READ_WRITE");
        assert_eq!(status(&wiki, "/_edge/tenant_info", With::Nothing).await, 302, "not Cloud: a page nobody may see");
    }
}

#[tokio::test]
async fn before_5_5_there_is_no_rest_and_the_manifest_says_why() {
    let wiki = Confluence::builder().data_center("5.4").anonymous(true).start().await.unwrap();
    assert_eq!(get_json(&wiki, "/rest/applinks/1.0/manifest", With::Nothing).await["version"], "5.4.4");
    for path in ["/rest/api/user/current", "/rest/api/space", "/rest/api/accessmode"] {
        assert_eq!(status(&wiki, path, With::Password(Who::Super)).await, 404, "{path}");
    }
    assert!(get(&wiki, "/", With::Password(Who::Super)).await.text().await.unwrap().contains("\"ghalvorsen\""));
}

#[tokio::test]
async fn a_wrong_base_url_shows_up_in_every_link() {
    let elsewhere = "https://wiki.elsewhere.example";
    let wiki = Confluence::builder().switches(|switches| switches.base_url = Some(elsewhere.to_owned())).start().await.unwrap();
    let list = get_json(&wiki, "/rest/api/space?limit=1", With::Pat(Who::Reader)).await;
    assert_eq!(list["_links"]["base"], elsewhere);
    assert!(list["_links"]["next"].as_str().unwrap().starts_with("/rest/api/space?"));
    let page = get(&wiki, "/", With::Pat(Who::Reader)).await.text().await.unwrap();
    assert!(page.contains(&format!("<meta name=\"ajs-base-url\" content=\"{elsewhere}\">")));
    assert_ne!(wiki.base(), elsewhere);
}
