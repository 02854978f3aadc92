//! `wayleave check sharepoint --sites` from outside: a list of sites, one sign-in.

use end_to_end::jobs::deliver;
use end_to_end::program::{Home, Run, Running};
use practice::Fault;
use practice::entra::{Choice, Tenant};
use practice::server::{Bound, Server};
use practice::sharepoint::{Cloud, Role, SharePoint, Site, SiteState, Situation};
use serde_json::{Value, json};

fn check(cloud: &Cloud, list: &str, more: &[&str]) -> Run {
    let home = Home::new();
    let (file, authority) = (home.file("sites.csv", list), cloud.authority());
    let words = ["check", "sharepoint", "--sites", &file, "--client-id", &cloud.client_id, "--authority", &authority];
    Run::new(home, &[&words, more].concat()).env("BROWSER", "true")
}

async fn sign_in(cloud: &Cloud, running: &mut Running) {
    let address = running.sign_in_address().await;
    let landing = cloud.entra.sign_in_like_a_browser(&address, &cloud.user.upn, Choice::Accept).await;
    deliver(landing).await.expect("the return address answers");
}

/// A cloud with more sites, on which its person has these roles.
async fn cloud_with(sites: &[(&str, Role)]) -> Cloud {
    let cloud = Cloud::start(Situation::AllWell).await.expect("a practice cloud");
    for (path, role) in sites {
        cloud.sharepoint.add_site(Site::new(path, path).with_role(&cloud.user.upn, *role));
    }
    cloud
}

/// A SharePoint host of another organization.
async fn neighbour(cloud: &Cloud) -> (Server, String) {
    let tenant = Tenant::new("Fjord Lighting", "fjordlighting.example");
    let port = Bound::http().await.expect("a port");
    let sharepoint = SharePoint::builder(&cloud.entra, &tenant.id).site(Site::new("/sites/wiki", "Fjord Wiki")).build();
    sharepoint.set_origin(port.origin());
    let site = format!("{}/sites/wiki", port.origin());
    (port.serve(sharepoint.router()), site)
}

fn short(document: &Value) -> Vec<String> {
    let rows = document["sites"].as_array().expect("sites");
    rows.iter().map(|row| format!("{} {}", row["outcome"].as_str().unwrap_or_default(), row["cause"].as_str().unwrap_or("-"))).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_row_gets_its_own_report_after_one_sign_in() {
    let cloud = cloud_with(&[("/sites/two", Role::Member), ("/teams/three", Role::SiteAdmin), ("/sites/read", Role::Visitor)]).await;
    cloud.sharepoint.add_site(Site::new("/sites/locked", "Locked").in_state(SiteState::NoAccess));
    let (_server, foreign) = neighbour(&cloud).await;
    let host = cloud.sharepoint.origin();
    let list = format!(
        "\u{feff}Wave;address;Owner\r\n1;{host}/sites/wiki;Ada\r\n1;{host}/sites/two;\"Ben; the elder\"\r\n;not an address;\r\n2;{host}/teams/three/SitePages/Home.aspx?web=1;\r\n\r\n2;{host}/sites/read;\r\n3;{foreign};\r\n3;{host}/sites/nowhere;\r\n3;{host}/sites/locked;\r\n4;{host}/sites/wiki;Again\r\n"
    );
    let mut running = check(&cloud, &list, &["--json"]).start().await;
    sign_in(&cloud, &mut running).await;
    let said = running.end().await;
    said.keeps_secrets();
    let document = said.json();
    assert_eq!(said.code, Some(2), "{said:?}");
    assert_eq!(document["outcome"], "failed");
    assert_eq!(
        short(&document),
        [
            "passed -",
            "limited sharepoint.role-insufficient",
            "failed address.invalid",
            "passed -",
            "failed sharepoint.role-insufficient",
            "failed entra.tenant-mismatch",
            "failed sharepoint.site-not-found",
            "failed sharepoint.site-locked",
            "passed -",
        ]
    );
    assert_eq!(document["sites"][1]["columns"], json!({ "Wave": "1", "Owner": "Ben; the elder" }));
    assert_eq!(document["sites"][8]["columns"]["Owner"], "Again");
    for row in [0, 1, 3, 4, 7] {
        assert_eq!(document["sites"][row]["identity"]["account"], cloud.user.upn.as_str(), "row {row}");
        assert_eq!(document["sites"][row]["checks"].as_array().map(Vec::len), Some(12), "row {row}");
    }
    assert_eq!(document["sites"][2]["identity"], Value::Null);
    assert!(document["request"]["asks"].as_array().is_some_and(|asks| asks.len() >= 2), "{}", document["request"]);
    // one sign-in, one token for each of the two resources, and what is the same for all is asked once
    let asked = |server: &Server, part: &str| server.requests().iter().filter(|seen| seen.path.contains(part)).count();
    assert_eq!(asked(cloud.entra_server(), "/token"), 2);
    assert_eq!(asked(cloud.graph_server(), "/organization"), 1);
    assert_eq!(asked(cloud.graph_server(), "/me"), 1);
    // the same site twice is visited once
    assert_eq!(cloud.sharepoint_server().requests().iter().filter(|seen| seen.path == "/sites/wiki/_api/site").count(), 1);

    let schema = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/report.schema.json");
    let mut schema: Value = serde_json::from_str(&std::fs::read_to_string(schema).expect("a schema")).expect("JSON");
    schema["$ref"] = json!("#/$defs/sites");
    let validator = jsonschema::draft202012::new(&schema).expect("a schema");
    let errors: Vec<String> = validator.iter_errors(&document).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert_eq!(errors, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_table_is_for_people() {
    let cloud = cloud_with(&[("/sites/two", Role::Member)]).await;
    let host = cloud.sharepoint.origin();
    let mut running = check(&cloud, &format!("address\n{host}/sites/wiki\n{host}/sites/two\n"), &["--request"]).start().await;
    sign_in(&cloud, &mut running).await;
    let said = running.end().await;
    assert_eq!(said.code, Some(1), "{said:?}");
    for part in
        ["2 sites tested: 1 passed, 1 limited, 0 failed", "Signed in as", "Page permissions", "Request to the administrator", "Who can: "]
    {
        assert!(said.out.contains(part), "{part} is not in {}", said.out);
    }
    assert!(said.err.contains("1 of 2: "), "{}", said.err);
    said.keeps_secrets();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_that_does_not_come_about_is_tried_once() {
    let cloud = Cloud::start(Situation::NotAssigned).await.expect("a practice cloud");
    let host = cloud.sharepoint.origin();
    let mut running = check(&cloud, &format!("address\n{host}/sites/wiki\n{host}/sites/two\nnonsense"), &["--json"]).start().await;
    let address = running.sign_in_address().await;
    let landing = cloud.entra.sign_in_like_a_browser(&address, &cloud.user.upn, Choice::Accept).await;
    match landing {
        practice::entra::Landing::Page(page) => running.types(&page.message).await,
        landing => drop(deliver(landing).await.expect("the return address answers")),
    }
    let said = running.end().await;
    assert_eq!(said.code, Some(2));
    assert_eq!(short(&said.json()), ["failed entra.user-not-assigned", "failed entra.user-not-assigned", "failed address.invalid"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_that_is_none_does_not_keep_the_others_from_being_tested() {
    let cloud = Cloud::start(Situation::AllWell).await.expect("a practice cloud");
    let (host, gone) = (cloud.sharepoint.origin(), {
        let port = Bound::http().await.expect("a port");
        port.origin().to_owned()
    });
    let mut running = check(&cloud, &format!("address\n{gone}/sites/wiki\n{host}/sites/wiki\n"), &["--json"]).start().await;
    sign_in(&cloud, &mut running).await;
    let said = running.end().await;
    assert_eq!(short(&said.json()), ["failed network.refused", "passed -"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interrupt_keeps_what_is_done() {
    let cloud = cloud_with(&[("/sites/two", Role::Member)]).await;
    let host = cloud.sharepoint.origin();
    let mut running =
        check(&cloud, &format!("address\n{host}/sites/two\n{host}/sites/wiki\nnonsense\n"), &["--json", "--tenant", &cloud.tenant.id])
            .start()
            .await;
    cloud.sharepoint_server().faults().on("/sites/two/_api", Fault::Hang);
    sign_in(&cloud, &mut running).await;
    running.hears("2 of 3: ").await;
    running.signal("INT");
    let said = running.end().await;
    assert_eq!(said.code, Some(130), "{said:?}");
    assert_eq!(short(&said.json()), ["passed -", "failed address.invalid"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_list_is_usage() {
    let cloud = Cloud::start(Situation::AllWell).await.expect("a practice cloud");
    for (list, part) in [("", "column"), ("site\nhttps://h.example\n", "column"), ("address\n\n", "no rows")] {
        let said = check(&cloud, list, &[]).end().await;
        assert_eq!(said.code, Some(64), "{list:?}: {said:?}");
        assert!(said.err.contains(part), "{}", said.err);
    }
    let home = Home::new();
    let said = Run::new(home, &["check", "sharepoint", "--sites", "nowhere.csv", "--client-id", &cloud.client_id]).end().await;
    assert_eq!(said.code, Some(64), "{said:?}");
    let home = Home::new();
    let file = home.file("sites.csv", "address\nhttps://contoso.sharepoint.com\n");
    let said =
        Run::new(home, &["check", "sharepoint", "https://contoso.sharepoint.com", "--sites", &file, "--client-id", &cloud.client_id])
            .end()
            .await;
    assert_eq!(said.code, Some(64), "SITE is omitted: {said:?}");
}
