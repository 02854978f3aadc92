//! What a person is told when a certificate cannot be used or made.

use std::io::ErrorKind;

use preflight::{Cause, Explain, Fail, Field, Hint, HintAction};

use crate::{CertificateError, MakeError};

impl Explain for CertificateError {
    fn explain(&self) -> Fail {
        let unreadable = |what: &'static str| Fail::new(Cause::EntraCertificateUnreadable, what);
        match self {
            Self::File(error) => match error.kind() {
                ErrorKind::NotFound => {
                    unreadable("There is no certificate file at this path").hint(choose("Check the path, or choose the file again"))
                }
                ErrorKind::PermissionDenied => unreadable("The certificate file may not be read by you")
                    .hint(Hint::say("Ask whoever put it there to let your account read it, and nobody else")),
                ErrorKind::IsADirectory => unreadable("This is a folder, not a certificate file").hint(choose("Choose the file in it")),
                ErrorKind::FileTooLarge => unreadable("This file is much too large for a certificate")
                    .hint(choose("Choose the PFX or PEM file that holds certificate and private key")),
                _ => unreadable("The certificate file could not be read").hint(choose("Check the path, or choose the file again")),
            },
            Self::UnknownForm => unreadable("This is not a certificate file: neither a PFX nor PEM is in it")
                .hint(choose("Choose the PFX (or P12) file, or the PEM file with certificate and private key")),
            Self::Damaged { what } => unreadable("The certificate file is damaged")
                .hint(choose("Copy or export it once more: a file that was shortened or opened in an editor cannot be used"))
                .detail("damaged", *what),
            Self::PasswordNeeded => {
                unreadable("The certificate file is protected by a password").hint(choose("Give the password that it was exported with"))
            }
            Self::WrongPassword => unreadable("The password does not open the certificate file")
                .hint(choose("Give the password that the file was exported with; it has nothing to do with anybody's account")),
            Self::UnknownProtection => unreadable("The private key is protected in a way that cannot be read here")
                .hint(Hint::say("Export it once more, as PFX with AES256 or TripleDES, or as PEM by: openssl pkcs8 -topk8 -in old.pem -out new.pem")),
            Self::NoPrivateKey => unreadable("The file holds a certificate without its private key")
                .hint(choose(
                    "Choose the file with the private key: the PFX that was exported with it, or a PEM file with both, one behind the other",
                ))
                .hint(Hint::say("A CER file is only for the upload to the app registration; it cannot sign in")),
            Self::NoCertificate => unreadable("The file holds a private key without its certificate")
                .hint(choose("Put both into one PEM file, one behind the other, or choose the PFX file")),
            Self::KeyMismatch => unreadable("The private key in the file does not belong to the certificate in it")
                .hint(choose("Put the certificate and the key that were made together into one file")),
            Self::NotRsa => unreadable("The certificate's key is not an RSA key, and Microsoft accepts no other for signing in")
                .hint(new_one("Make a new one, with an RSA key of 2048 bits or more")),
            Self::KeySize => unreadable("The certificate's RSA key is too short or too long: 2048 to 4096 bits are accepted")
                .hint(new_one("Make a new one")),
            Self::Expired { since } => {
                let date = since.strftime("%Y-%m-%d");
                Fail::new(Cause::EntraCertificateExpired, format!("The certificate expired on {date}"))
                    .hint(new_one("Make a new one, upload its CER file to the app registration, and sign in with the new file"))
                    .hint(Hint::say("If that date is yet to come, this computer's clock is wrong: correct it"))
            }
            Self::NotYetValid { from } => {
                let date = from.strftime("%Y-%m-%d %H:%M UTC");
                Fail::new(Cause::EntraCertificateExpired, format!("The certificate is good only from {date} on"))
                    .hint(Hint::say("If that time is past, this computer's clock is wrong: correct date, time and time zone"))
                    .hint(Hint::say("Else wait until then, or use another certificate"))
            }
        }
    }
}

impl Explain for MakeError {
    fn explain(&self) -> Fail {
        match self {
            Self::Key(_) => Fail::new(Cause::EntraCertificateUnreadable, "No private key could be made on this computer")
                .hint(Hint::say("The system may have no random numbers yet: wait a moment, then try again")),
            Self::Certificate(_) => Fail::new(Cause::EntraCertificateUnreadable, "A certificate of this name could not be made")
                .hint(Hint::say("Try a shorter name, of letters and digits")),
        }
    }
}

fn choose(text: &'static str) -> Hint {
    Hint::with(text, HintAction::EditField(Field::SharePointMethod))
}

/// The command line makes new ones.
fn new_one(text: &'static str) -> Hint {
    Hint::with(text, HintAction::Copy("wayleave cert new".into()))
}
