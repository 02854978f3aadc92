use std::collections::BTreeMap;

use keyring_core::api::CredentialStoreApi as _;
use keyring_core::mock;

use super::*;

const REFRESH: &str = "MARKER-SECRET-REFRESH-TOKEN-1";

fn key(tenant: &str) -> MemoryKey {
    MemoryKey {
        authority: "https://login.microsoftonline.com".to_owned(),
        tenant: entra_auth::Guid::parse(tenant).expect("a GUID"),
        client_id: entra_auth::ClientId::parse("5b0f7f0e-2d4f-4c8c-9a43-7f1f5e9a1c01").expect("a GUID"),
    }
}

fn here() -> MemoryKey {
    key("7c3a2f10-95c1-4b7e-8a55-0f2f6a1f4d20")
}

fn of(account: &str, token: &str) -> Remembered {
    Remembered { account: account.to_owned(), refresh_token: Secret::new(token.to_owned()) }
}

fn keychain() -> (Keychain, Arc<mock::Store>) {
    let store = mock::Store::new().expect("a store");
    (Keychain::over(store.clone()), store)
}

async fn recalled(keychain: &Keychain, key: MemoryKey) -> Option<(String, String)> {
    let remembered = keychain.recall(key).await.expect("no failure")?;
    Some((remembered.account, remembered.refresh_token.inspect(str::to_owned)))
}

#[tokio::test]
async fn a_sign_in_comes_back_for_its_own_tenant_and_app_and_goes_on_request() {
    let (keychain, _store) = keychain();
    assert_eq!(recalled(&keychain, here()).await, None);
    keychain.keep(here(), of("ada@heather.example", REFRESH)).await.expect("kept");
    assert_eq!(recalled(&keychain, here()).await, Some(("ada@heather.example".to_owned(), REFRESH.to_owned())));
    assert_eq!(recalled(&keychain, key("11d3e0c4-7b52-4f0a-9f4e-5a0a4c6b7e21")).await, None, "another tenant");
    // the next one takes its place
    keychain.keep(here(), of("ivy@heather.example", "other")).await.expect("kept");
    assert_eq!(recalled(&keychain, here()).await, Some(("ivy@heather.example".to_owned(), "other".to_owned())));
    keychain.forget(here()).await.expect("forgotten");
    assert_eq!(recalled(&keychain, here()).await, None);
    keychain.forget(here()).await.expect("nothing left to forget");
}

#[tokio::test]
async fn no_entry_is_longer_than_windows_takes_and_nothing_is_left_of_a_longer_one() {
    let (keychain, store) = keychain();
    let sizes = || -> BTreeMap<String, usize> {
        let entries = store.search(&std::collections::HashMap::new()).unwrap_or_default();
        entries.iter().filter_map(|entry| Some((format!("{:?}", entry.get_specifiers()), entry.get_secret().ok()?.len()))).collect()
    };
    for length in [1, PART, PART + 1, 5000, PART * MOST_PARTS] {
        let token = "r".repeat(length);
        keychain.keep(here(), of("ada@heather.example", &token)).await.expect("kept");
        assert_eq!(recalled(&keychain, here()).await.map(|(_, token)| token), Some(token), "{length}");
        assert!(sizes().values().all(|size| *size <= 2560), "{:?}", sizes());
    }
    let why = keychain.keep(here(), of("ada@heather.example", &"r".repeat(PART * MOST_PARTS + 1))).await.expect_err("too long");
    assert!(why.as_str().contains("takes nothing as long"), "{why}");
    assert_eq!(recalled(&keychain, here()).await, None, "not half of it");
}

#[tokio::test]
async fn a_keychain_that_fails_says_so_without_the_secret() {
    let (keychain, store) = keychain();
    keychain.keep(here(), of("ada@heather.example", REFRESH)).await.expect("kept");
    let entry = last(&*(store.clone() as Arc<CredentialStore>), &here()).expect("an entry");
    for (error, sentence) in [
        (Error::NoStorageAccess("prompt dismissed".into()), "The keychain is locked"),
        (Error::BadEncoding(REFRESH.into()), "cannot be read"),
        (Error::PlatformFailure("gone".into()), "The keychain failed"),
    ] {
        entry.as_any().downcast_ref::<mock::Cred>().expect("a mock").set_error(error);
        let why = keychain.recall(here()).await.expect_err(sentence);
        assert!(why.as_str().contains(sentence) && !why.as_str().contains("MARKER"), "{why}");
    }
    assert!(!format!("{keychain:?}").contains("MARKER"));
}
