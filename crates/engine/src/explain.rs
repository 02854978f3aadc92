//! What a person is told about the keychain.

use keyring_core::Error;
use preflight::SafeText;

/// Why this computer has no keychain that can be used.
pub(crate) fn no_keychain(error: Option<&Error>) -> SafeText {
    let why = error.map(|error| format!(" ({})", preflight::chain(error))).unwrap_or_default();
    if cfg!(target_os = "linux") {
        format!(
            "Sign-ins cannot be remembered: no Secret Service (such as GNOME Keyring or KWallet) runs in this session{why}. This sign-in stays in memory and ends with the program"
        )
        .into()
    } else {
        format!("Sign-ins cannot be remembered: the system's keychain cannot be used{why}. This sign-in stays in memory and ends with the program").into()
    }
}

/// Why the keychain did not do what was wanted.
pub(crate) fn keychain(error: &Error) -> SafeText {
    match error {
        Error::NoStorageAccess(_) => {
            "The keychain is locked or has no collection for passwords: unlock it, and the next sign-in is remembered".into()
        }
        Error::TooLong(..) => "The keychain takes nothing as long as this sign-in, so it is not remembered".into(),
        Error::BadEncoding(_) | Error::BadDataFormat(..) | Error::BadStoreFormat(_) | Error::Ambiguous(_) => {
            "What the keychain holds for Wayleave cannot be read: remove its entries named Wayleave, and sign in again".into()
        }
        // the messages of these name no secret: they are the system's own
        Error::PlatformFailure(_) | Error::NoEntry | Error::Invalid(..) | Error::NoDefaultStore | Error::NotSupportedByStore(_) => {
            format!("The keychain failed ({})", preflight::chain(error)).into()
        }
        _ => "The keychain failed".into(),
    }
}
