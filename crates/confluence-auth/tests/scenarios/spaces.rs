//! The inventory of spaces over practice servers: versions, accounts, credentials and defects, each with what it may cost.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use confluence_auth::{Credential, Cx, Settings, Survey, inventory};
use http::StatusCode;
use practice::confluence::{Builder, Confluence, Paging, RateLimit, Who};
use practice::{Fault, markers};
use preflight::{Cause, Identity, IdentityKind, Inventory, InventoryProgress, Outcome, Phase, SoFar, SpaceRole, SpaceRow, Verdict, render};

use crate::harness::*;

async fn wiki(builder: Builder) -> Confluence {
    builder.start().await.expect("a practice server")
}

fn data_center(version: &str) -> Builder {
    Confluence::builder().data_center(version)
}

fn cloud_site() -> Builder {
    Confluence::builder().cloud()
}

/// Takes down how far it came.
#[derive(Default)]
struct Heard(Mutex<Vec<SoFar>>);

impl InventoryProgress for Heard {
    fn so_far(&self, so_far: SoFar) {
        self.0.lock().expect("nobody panicked").push(so_far);
    }
}

/// Makes an inventory, and makes sure that no secret is in it.
async fn spaces_by(settings: &Settings) -> Inventory {
    let network = network();
    let clock = ThisComputer(Instant::now());
    let heard = Heard::default();
    let inventory = inventory(&Cx::new(&network, &clock), settings, &heard).await;
    let json = render::spaces::to_json(&inventory).to_string();
    let csv = render::spaces::to_csv(&inventory);
    let text = render::spaces::to_text(&inventory, render::text::Style::default());
    let everything = format!("{inventory:?}{json}{csv}{text}");
    assert_eq!(markers::found_in(&everything), Vec::<String>::new(), "secrets in {everything}");
    inventory
}

async fn spaces_of(wiki: &Confluence, credential: Credential) -> Inventory {
    spaces_by(&settings_for(wiki, credential)).await
}

fn row<'a>(inventory: &'a Inventory, key: &str) -> &'a SpaceRow {
    let found = inventory.spaces.iter().find(|space| space.key.as_str() == key);
    found.unwrap_or_else(|| panic!("no space {key} in {inventory:?}"))
}

/// `role content permissions`
fn says(inventory: &Inventory, key: &str) -> String {
    let row = row(inventory, key);
    let limits: Vec<&str> = row.limited_by.iter().map(|limit| limit.as_str()).collect();
    format!("{} {} {} {}", row.role.as_str(), row.content.as_str(), row.permissions.as_str(), limits.join("+")).trim_end().to_owned()
}

/// Everything that was asked of the wiki and its gateway.
fn asked(wiki: &Confluence) -> Vec<String> {
    let gateway = wiki.gateway().map(practice::Server::requests).unwrap_or_default();
    wiki.server()
        .requests()
        .iter()
        .chain(&gateway)
        .map(|seen| format!("{} {}?{}", seen.method, seen.path, seen.query.clone().unwrap_or_default()))
        .collect()
}

fn asked_for(wiki: &Confluence, part: &str) -> usize {
    asked(wiki).iter().filter(|asked| asked.contains(part)).count()
}

#[track_caller]
fn expect_complete(inventory: &Inventory) {
    let told = (inventory.outcome, inventory.cause, inventory.complete, inventory.total);
    let count = u64::try_from(inventory.spaces.len()).expect("a number");
    assert_eq!(told, (Outcome::Passed, None, true, Some(count)), "{}", inventory.headline);
}

#[track_caller]
fn expect_incomplete(inventory: &Inventory, cause: Cause) {
    assert_eq!((inventory.outcome, inventory.cause, inventory.complete), (Outcome::Limited, Some(cause), false), "{}", inventory.headline);
}

const ALL: &str = "administrator yes yes";
const BY_RIGHTS: &str = "administrator partly yes account_role";
const OWN: &str = "administrator partly yes account_role";
const VIEWS: &str = "viewer partly no account_role";
const EDITS: &str = "editor partly no account_role";
/// Manifest, who am I, am I an administrator, my groups.
const BASE: usize = 4;

#[tokio::test]
async fn every_version_and_account() {
    let versions = ["6.15", "7.4", "7.13", "7.19", "8.5", "9.2", "10.0"];
    for version in versions {
        let by_rest = matches!(version, "9.2" | "10.0");
        for who in [Who::Reader, Who::SpaceAdmin, Who::Admin, Who::Super] {
            let wiki = wiki(data_center(version)).await;
            let inventory = spaces_of(&wiki, basic(who)).await;
            expect_complete(&inventory);
            assert_eq!(
                inventory.identity.as_ref().and_then(|identity| identity.account.as_ref()).map(preflight::SafeText::as_str),
                Some(who.username())
            );
            let seen = inventory.spaces.len();
            let no_admin = if by_rest { VIEWS } else { EDITS };
            let (eng, handbook, per_space) = match who {
                Who::Super => (ALL, ALL, if by_rest { 3 } else { 1 }),
                Who::Admin => (BY_RIGHTS, BY_RIGHTS, if by_rest { 3 } else { 1 }),
                Who::SpaceAdmin => (OWN, no_admin, seen),
                _ => (no_admin, no_admin, seen),
            };
            assert_eq!((says(&inventory, "ENG").as_str(), says(&inventory, "HB").as_str()), (eng, handbook), "{version} {who:?}");
            assert_eq!(row(&inventory, "OLD").status.as_str(), "archived");
            assert_eq!(inventory.spaces.last().map(|space| space.status.as_str()), Some("archived"), "archived ones come last");
            let minimum = BASE + 2 + per_space;
            let sent = asked(&wiki).len();
            assert!(sent <= minimum + 5, "{version} {who:?}: {sent} requests, {minimum} are enough\n{:#?}", asked(&wiki));
            if who == Who::Super {
                assert_eq!(seen, 8, "the super group sees every space");
            }
        }
    }
}

#[tokio::test]
async fn tokens_before_the_rest_endpoint_go_by_pages() {
    for anonymous in [false, true] {
        let wiki = wiki(data_center("8.5").anonymous(anonymous)).await;
        let inventory = spaces_of(&wiki, pat(Who::SpaceAdmin)).await;
        expect_complete(&inventory);
        assert_eq!(
            (says(&inventory, "ENG").as_str(), says(&inventory, "HB").as_str()),
            (OWN, VIEWS),
            "the remote API answers tokens as strangers"
        );
        assert_eq!(asked_for(&wiki, "/rpc/"), 1, "one try finds out");
    }
    let wiki = wiki(data_center("8.5").switches(|switches| switches.json_rpc = false)).await;
    let inventory = spaces_of(&wiki, basic(Who::SpaceAdmin)).await;
    expect_complete(&inventory);
    assert_eq!((asked_for(&wiki, "/rpc/"), says(&inventory, "ENG").as_str()), (1, OWN));
}

#[tokio::test]
async fn cloud_tells_in_bulk() {
    for (credential, door) in [(cloud as fn(Who) -> Credential, "site"), (scoped, "gateway")] {
        for (who, eng, handbook) in [
            (Who::Reader, VIEWS, VIEWS),
            (Who::SpaceAdmin, OWN, VIEWS),
            (Who::Admin, "viewer partly yes account_role", OWN),
            (Who::Super, "viewer partly yes account_role", "viewer partly yes account_role"),
        ] {
            let wiki = wiki(cloud_site().spaces(40)).await;
            let inventory = spaces_of(&wiki, credential(who)).await;
            expect_complete(&inventory);
            assert_eq!((says(&inventory, "ENG").as_str(), says(&inventory, "HB").as_str()), (eng, handbook), "{door} {who:?}");
            let sent = asked(&wiki).len();
            assert!(sent <= 9, "{door} {who:?}: {sent}\n{:#?}", asked(&wiki));
        }
    }
}

#[tokio::test]
async fn cloud_without_version_1() {
    let wiki = wiki(cloud_site().spaces(300).switches(|switches| switches.v1_gone = true)).await;
    let inventory = spaces_of(&wiki, cloud(Who::SpaceAdmin)).await;
    expect_complete(&inventory);
    assert_eq!((says(&inventory, "ENG").as_str(), says(&inventory, "HB").as_str()), (OWN, VIEWS));
    let seen = inventory.spaces.len();
    assert!(seen > 250, "two pages by cursor");
    assert_eq!(asked_for(&wiki, "/operations?"), seen);
    assert!(asked(&wiki).len() <= 3 + 3 + seen + 5, "{:#?}", asked(&wiki).len());
}

#[tokio::test]
async fn nobody_sees_what_is_open() {
    for builder in [data_center("9.2"), data_center("7.4"), cloud_site()] {
        let open = wiki(builder.anonymous(true)).await;
        let inventory = spaces_of(&open, Credential::Anonymous).await;
        expect_complete(&inventory);
        assert_eq!(inventory.identity, Some(Identity::anonymous()));
        assert_eq!((inventory.spaces.len(), says(&inventory, "HB").as_str()), (1, VIEWS));
    }
    let closed = wiki(data_center("9.2")).await;
    let inventory = spaces_of(&closed, Credential::Anonymous).await;
    assert_eq!(
        (inventory.outcome, inventory.cause, inventory.spaces.len()),
        (Outcome::Failed, Some(Cause::ConfluenceAnonymousNotAllowed), 0)
    );
}

#[tokio::test]
async fn no_inventory_under_a_false_name() {
    for (wiki, credential, cause) in [
        (wiki(data_center("9.2").anonymous(true)).await, wrong_pat(), Cause::ConfluenceTreatedAsAnonymous),
        (wiki(cloud_site().anonymous(true)).await, wrong_cloud(Who::Super), Cause::ConfluenceTreatedAsAnonymous),
        (wiki(data_center("7.4").anonymous(true)).await, pat(Who::Super), Cause::ConfluenceTokenUnsupported),
        (wiki(data_center("9.2")).await, wrong_basic(Who::Reader), Cause::ConfluenceCredentialRejected),
    ] {
        let inventory = spaces_of(&wiki, credential).await;
        assert_eq!((inventory.outcome, inventory.cause), (Outcome::Failed, Some(cause)), "{}", inventory.headline);
        assert_eq!((inventory.spaces.len(), inventory.total, inventory.complete), (0, None, false));
        assert_eq!(asked_for(&wiki, "/rest/api/space?"), 0, "nothing is listed");
    }
    let wiki = wiki(data_center("9.2")).await;
    let expecting = Settings { expect_account: Some("somebody-else".to_owned()), ..settings_for(&wiki, pat(Who::Reader)) };
    assert_eq!(spaces_by(&expecting).await.cause, Some(Cause::ConfluenceWrongAccount));
    let too_old = self::wiki(data_center("5.4").anonymous(true)).await;
    assert_eq!(spaces_of(&too_old, Credential::Anonymous).await.cause, Some(Cause::AddressVersionTooOld));
}

#[tokio::test]
async fn defects_of_lists_are_survived() {
    for version in [Some("9.2"), Some("7.19"), None] {
        let is_cloud = version.is_none();
        let mut seen = Vec::new();
        for paging in [Paging::Sound, Paging::NextPastEnd, Paging::Clamped(7), Paging::Duplicates] {
            let wiki = wiki(version.map_or_else(cloud_site, data_center).spaces(60).paging(paging)).await;
            let inventory = spaces_of(&wiki, if is_cloud { cloud(Who::Admin) } else { basic(Who::Admin) }).await;
            expect_complete(&inventory);
            let mut keys: Vec<String> = inventory.spaces.iter().map(|space| space.key.to_string()).collect();
            keys.sort_unstable();
            let length = keys.len();
            keys.dedup();
            assert_eq!(keys.len(), length, "none twice with {paging:?}");
            seen.push(keys);
            assert!(asked(&wiki).len() < 30, "{paging:?}: {}", asked(&wiki).len());
        }
        assert!(seen.iter().all(|keys| *keys == seen[0]));
    }
}

#[tokio::test]
async fn a_crash_instead_of_a_refusal() {
    let wiki = wiki(data_center("9.2").switches(|switches| switches.permissions_crash = true)).await;
    let inventory = spaces_of(&wiki, pat(Who::SpaceAdmin)).await;
    expect_complete(&inventory);
    assert_eq!((says(&inventory, "ENG").as_str(), says(&inventory, "HB").as_str()), (OWN, VIEWS));
}

#[tokio::test]
async fn an_error_is_unknown_and_never_no() {
    let own_500 = r#"{"statusCode":500,"message":"java.lang.NullPointerException","reason":"Internal Server Error"}"#;
    for (fault, cause) in [
        (Fault::answer(StatusCode::INTERNAL_SERVER_ERROR, "application/json", own_500), Cause::ConfluencePermissionsUnknown),
        (Fault::answer(StatusCode::OK, "text/html", "<html><title>Hm</title></html>"), Cause::ConfluencePermissionsUnknown),
        (Fault::answer(StatusCode::NOT_FOUND, "application/json", "{}"), Cause::ConfluencePermissionsUnknown),
    ] {
        let wiki = wiki(data_center("9.2")).await;
        wiki.server().faults().on("/rest/api/space/PEOPLE/permissions", fault);
        let inventory = spaces_of(&wiki, pat(Who::Reader)).await;
        expect_incomplete(&inventory, cause);
        assert_eq!(says(&inventory, "PEOPLE"), "unknown partly unknown account_role+server");
        assert_eq!(says(&inventory, "ENG"), VIEWS, "the others are known");
        assert_eq!(inventory.total, Some(u64::try_from(inventory.spaces.len()).expect("a number")));
    }
}

#[tokio::test]
async fn an_administrator_whose_right_does_not_hold_is_asked_about_one_by_one() {
    let wiki = wiki(data_center("9.2").spaces(30)).await;
    let refusal = r#"{"statusCode":403,"message":"no"}"#;
    wiki.server().faults().on("/rest/api/space/HB/permissions", Fault::answer(StatusCode::FORBIDDEN, "application/json", refusal));
    let inventory = spaces_of(&wiki, pat(Who::Admin)).await;
    assert_eq!((says(&inventory, "HB").as_str(), says(&inventory, "ENG").as_str()), (VIEWS, OWN));
    assert_eq!(asked_for(&wiki, "/permissions?"), inventory.spaces.len(), "each once");
}

#[tokio::test]
async fn secure_administrator_sessions_are_told_before_9_1() {
    let wiki = wiki(data_center("8.5").switches(|switches| switches.websudo = true)).await;
    let inventory = spaces_of(&wiki, basic(Who::Super)).await;
    expect_complete(&inventory);
    assert_eq!(says(&inventory, "ENG"), "administrator yes yes server");
    assert!(inventory.hints.iter().any(|hint| hint.text.as_str().contains("secure administrator sessions")));
}

#[tokio::test]
async fn what_breaks_once_is_tried_again() {
    for path in ["/rest/api/space/ENG/permissions", "/rest/api/space", "/rest/api/instance-metrics"] {
        let wiki = wiki(data_center("9.2")).await;
        wiki.server().faults().on_next(1, path, Fault::CloseUnanswered);
        let inventory = spaces_of(&wiki, pat(Who::Reader)).await;
        expect_complete(&inventory);
    }
    let wiki = wiki(data_center("9.2")).await;
    wiki.switch(|switches| switches.rate_limit = RateLimit::Off);
    wiki.server().faults().on_next(2, "/rest/api/space/ENG/permissions", Fault::TooManyRequests { retry_after: "1".to_owned() });
    expect_complete(&spaces_of(&wiki, pat(Who::Reader)).await);
}

#[tokio::test]
async fn a_block_for_good_is_told_at_once_and_what_there_is_stays() {
    let wiki = wiki(data_center("9.2").spaces(30)).await;
    let blocked = Fault::TooManyRequests { retry_after: i64::MAX.to_string() };
    wiki.server().faults().on("/rest/api/space/PRJ7/permissions", blocked);
    let inventory = spaces_of(&wiki, pat(Who::Reader)).await;
    expect_incomplete(&inventory, Cause::ServerBlockedByAdministrator);
    assert_eq!((says(&inventory, "HB").as_str(), row(&inventory, "PRJ7").permissions), (VIEWS, Verdict::Unknown));
}

#[tokio::test]
async fn a_token_that_is_revoked_meanwhile_makes_no_false_no() {
    // Data Center says in each answer whom it is for
    let wiki = wiki(data_center("9.2").anonymous(true).spaces(40)).await;
    let settings = settings_for(&wiki, pat(Who::SpaceAdmin));
    let revoke = async {
        wiki.server().arrived(15).await;
        wiki.revoke(&Who::SpaceAdmin.pat());
    };
    let (inventory, ()) = tokio::join!(spaces_by(&settings), revoke);
    expect_incomplete(&inventory, Cause::ConfluenceSessionExpired);
    for space in inventory.spaces.iter().filter(|space| space.permissions == Verdict::No) {
        assert!(!["ENG", "OPS", "OLD"].contains(&space.key.as_str()), "{space:?} is administered");
    }
    assert!(inventory.unclear() > 0);
}

#[tokio::test]
async fn progress_has_numbers() {
    let wiki = wiki(data_center("9.2").spaces(30)).await;
    let (network, clock, heard) = (network(), ThisComputer(Instant::now()), Heard::default());
    let settings = settings_for(&wiki, pat(Who::Reader));
    let inventory = inventory(&Cx::new(&network, &clock), &settings, &heard).await;
    let heard = heard.0.into_inner().expect("nobody panicked");
    let phases: Vec<Phase> = heard.iter().map(|so_far| so_far.phase).fold(Vec::new(), |mut phases, phase| {
        if phases.last() != Some(&phase) {
            phases.push(phase);
        }
        phases
    });
    assert_eq!(phases, [Phase::SigningIn, Phase::Listing, Phase::Asking]);
    let count = inventory.spaces.len();
    let last = heard.last().expect("something");
    assert_eq!((last.listed, last.asked, last.to_ask), (count, count, count));
    assert!(heard.windows(2).all(|pair| pair[0].phase != pair[1].phase || pair[0].asked <= pair[1].asked), "it never goes back");
}

#[tokio::test]
async fn dropping_it_ends_everything_and_keeps_what_was_found() {
    const QUIET: Duration = Duration::from_millis(20);
    let wiki = wiki(data_center("9.2").spaces(60)).await;
    let (network, clock) = (network(), ThisComputer(Instant::now()));
    let settings = settings_for(&wiki, pat(Who::Reader));
    let survey = Survey::new(&settings);
    {
        let cx = Cx::new(&network, &clock);
        tokio::select! {
            biased;
            () = wiki.server().arrived(30) => {}
            () = survey.run(&cx, &settings, &()) => panic!("it should not have come to its end"),
        }
    }
    let sent = wiki.server().requests().len();
    tokio::time::timeout(QUIET, wiki.server().arrived(sent + 13)).await.expect_err("nothing more is sent");
    let inventory = survey.so_far();
    assert_eq!((inventory.outcome, inventory.cause, inventory.complete), (Outcome::Limited, None, false));
    assert!(
        inventory.spaces.len() > 50 && inventory.unclear() > 0 && inventory.unclear() < inventory.spaces.len(),
        "{}",
        inventory.headline
    );
    assert!(inventory.spaces.iter().all(|space| space.permissions != Verdict::Unknown || space.role == SpaceRole::Unknown));
    assert_eq!(inventory.identity.map(|identity| identity.kind), Some(IdentityKind::User));
}

/// Runs it to its end, going on from an earlier one.
async fn resumed(earlier: &Survey, settings: &Settings) -> Inventory {
    let (network, clock) = (network(), ThisComputer(Instant::now()));
    let survey = Survey::resuming(earlier, settings);
    survey.run(&Cx::new(&network, &clock), settings, &()).await;
    survey.so_far()
}

async fn stopped_by(wiki: &Confluence, settings: &Settings, path: &str) -> Survey {
    let (network, clock) = (network(), ThisComputer(Instant::now()));
    wiki.server().faults().on(path, Fault::TooManyRequests { retry_after: i64::MAX.to_string() });
    let survey = Survey::new(settings);
    survey.run(&Cx::new(&network, &clock), settings, &()).await;
    expect_incomplete(&survey.so_far(), Cause::ServerBlockedByAdministrator);
    wiki.server().faults().clear();
    wiki.server().forget_requests();
    survey
}

#[tokio::test]
async fn goes_on_where_it_was_stopped() {
    let wiki = wiki(data_center("9.2").spaces(60)).await;
    let settings = settings_for(&wiki, pat(Who::SpaceAdmin));
    let whole = spaces_by(&settings).await;
    let survey = stopped_by(&wiki, &settings, "/rest/api/space/PRJ9/permissions").await;
    let unclear = survey.so_far().unclear();
    assert!(unclear > 0 && unclear < whole.spaces.len(), "{}", survey.so_far().headline);
    assert_eq!(resumed(&survey, &settings).await, whole, "the same as in one go");
    let told = (asked_for(&wiki, "/rest/api/space?"), asked_for(&wiki, "/permissions?"));
    assert_eq!(told, (0, unclear), "what is known is not asked again");
    // the one space that gave no clear answer is asked about again
    let survey = Survey::new(&settings);
    wiki.server().faults().on("/rest/api/space/PRJ9/permissions", Fault::answer(StatusCode::OK, "text/html", "<html></html>"));
    let (network, clock) = (network(), ThisComputer(Instant::now()));
    survey.run(&Cx::new(&network, &clock), &settings, &()).await;
    expect_incomplete(&survey.so_far(), Cause::ConfluencePermissionsUnknown);
    wiki.server().faults().clear();
    wiki.server().forget_requests();
    assert_eq!((resumed(&survey, &settings).await, asked_for(&wiki, "/permissions?")), (whole, 1));
}

#[tokio::test]
async fn goes_on_in_the_middle_of_the_list() {
    for (builder, credential) in [(data_center("9.2"), pat(Who::Admin)), (cloud_site(), cloud(Who::Admin))] {
        let wiki = wiki(builder.spaces(2_200)).await;
        let settings = settings_for(&wiki, credential);
        let whole = spaces_by(&settings).await;
        let (network, clock) = (network(), ThisComputer(Instant::now()));
        let survey = Survey::new(&settings);
        {
            let cx = Cx::new(&network, &clock);
            let listed = Heard::default();
            tokio::select! {
                biased;
                () = until(|| survey.so_far().spaces.len() >= 1_000) => {}
                () = survey.run(&cx, &settings, &listed) => panic!("it should not have come to its end"),
            }
        }
        assert_eq!(survey.so_far().total, None);
        assert_eq!(resumed(&survey, &settings).await, whole, "the same as in one go");
    }
}

async fn until(condition: impl Fn() -> bool) {
    while !condition() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn another_account_begins_anew() {
    let wiki = wiki(data_center("9.2").spaces(60)).await;
    let survey = stopped_by(&wiki, &settings_for(&wiki, pat(Who::SpaceAdmin)), "/rest/api/space/PRJ9/permissions").await;
    let settings = settings_for(&wiki, pat(Who::Reader));
    let inventory = resumed(&survey, &settings).await;
    assert_eq!(inventory, spaces_by(&settings).await);
    assert_eq!(says(&inventory, "ENG"), VIEWS, "nothing that another account may do");
    // a token that is refused says nothing about what was found with the other
    let refused = resumed(&survey, &settings_for(&wiki, wrong_pat())).await;
    assert_eq!((refused.outcome, refused.spaces.len()), (Outcome::Limited, survey.so_far().spaces.len()), "{}", refused.headline);
}

/// Thousands of spaces: what it costs, in each of the ways. Requests are judged; times depend on the machine.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn thousands_of_spaces() {
    // the practice server looks through all of its spaces for every question, so the last one has fewer
    let table: [(&str, usize, Builder, Credential, usize); 4] = [
        ("administrator, Data Center 9.2", 10_000, data_center("9.2"), pat(Who::Admin), BASE + 21 + 3),
        ("super group, Data Center 8.5", 10_000, data_center("8.5"), basic(Who::Super), BASE + 21 + 1),
        ("space administrator, Cloud", 10_000, cloud_site(), cloud(Who::SpaceAdmin), 3 + 11),
        ("space administrator, Data Center 9.2", 2_000, data_center("9.2"), pat(Who::SpaceAdmin), BASE + 5 + 1_998),
    ];
    for (who, count, builder, credential, minimum) in table {
        let wiki = wiki(builder.spaces(count)).await;
        let inventory = spaces_of(&wiki, credential).await;
        expect_complete(&inventory);
        let sent = asked(&wiki).len();
        assert!(inventory.spaces.len() > count - 10 && sent <= minimum + 5, "{who}: {sent} requests, {minimum} are enough");
    }
}
