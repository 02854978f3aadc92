use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use preflight::Explain as _;
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256, UnparsedPublicKey};
use serde_json::Value;

use super::*;
use crate::ClientId;

macro_rules! file {
    ($name:literal) => {
        include_bytes!(concat!("../../tests/certificates/", $name)).as_slice()
    };
}

const CERT: &[u8] = file!("cert.pem");
const PKCS8: &[u8] = file!("pkcs8.pem");

fn password() -> Secret {
    Secret::new("MARKER-SECRET-KEY-PASSPHRASE-file".to_owned())
}

fn both(one: &[u8], other: &[u8]) -> Vec<u8> {
    [one, other].concat()
}

#[test]
fn every_form_of_the_same_certificate_is_read() {
    let crlf = String::from_utf8(both(CERT, PKCS8)).expect("text").replace('\n', "\r\n");
    let bags = format!("Bag Attributes\n    localKeyID: 01 02\nsubject=CN = Wiki migration\n{crlf}\nAnd a last word");
    let utf16: Vec<u8> = [0xFF, 0xFE].into_iter().chain(crlf.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let table: &[(&str, &[u8], Option<Secret>)] = &[
        ("AES", file!("modern.pfx"), Some(password())),
        ("RC2 and 3DES", file!("legacy.pfx"), Some(password())),
        ("3DES, as Windows", file!("triple-des.pfx"), Some(password())),
        ("an empty password", file!("no-password.pfx"), None),
        ("an empty password, given", file!("no-password.pfx"), Some(Secret::new(String::new()))),
        ("no protection at all", file!("bare.pfx"), None),
        ("no code for authenticity", file!("no-mac.pfx"), Some(password())),
        ("an issuer beside it", file!("chain.pfx"), Some(password())),
        ("PKCS#8", &both(CERT, PKCS8), None),
        ("key first", &both(PKCS8, CERT), None),
        ("a password that is not needed", &both(PKCS8, CERT), Some(password())),
        ("PKCS#1", &both(CERT, file!("pkcs1.pem")), None),
        ("encrypted PKCS#8", &both(file!("encrypted.pem"), CERT), Some(password())),
        ("encrypted PKCS#8 with 3DES", &both(file!("encrypted-3des.pem"), CERT), Some(password())),
        ("another key beside it", &both(&both(file!("other-key.pem"), CERT), PKCS8), None),
        ("text around it, Windows line ends", bags.as_bytes(), None),
        ("UTF-16", &utf16, None),
    ];
    for (what, bytes, password) in table {
        let certificate = Certificate::read(bytes, password.as_ref()).unwrap_or_else(|error| panic!("{what}: {error}"));
        assert_eq!(certificate.subject(), "CN=Wiki migration, O=Heather & Vale", "{what}");
        assert_eq!(certificate.thumbprint_sha1(), "4C8C4122F276B466E4D0F10C9AF550D065F2D364", "{what}");
        assert_eq!(certificate.thumbprint_sha256(), "7BE5DACBFDF5211D95F611731357850995DF4D41680F58E3056B10FD2E0D6225", "{what}");
        assert_eq!(certificate.not_after().to_string(), "2126-10-31T18:18:35Z", "{what}");
    }
}

#[test]
fn what_cannot_be_used_is_told_apart_in_words() {
    let wrong = || Some(Secret::new("not it".to_owned()));
    let cut = |bytes: &[u8]| bytes[..bytes.len() / 2].to_vec();
    let table: &[(&str, Vec<u8>, Option<Secret>)] = &[
        ("wrong password", file!("modern.pfx").to_vec(), wrong()),
        ("wrong password, legacy", file!("legacy.pfx").to_vec(), wrong()),
        ("wrong password, no code for authenticity", file!("no-mac.pfx").to_vec(), wrong()),
        ("wrong password, PEM", both(CERT, file!("encrypted.pem")), wrong()),
        ("no password", file!("modern.pfx").to_vec(), None),
        ("no password, PEM", both(CERT, file!("encrypted.pem")), None),
        ("old protection", both(CERT, file!("encrypted-old.pem")), Some(password())),
        ("certificate only", CERT.to_vec(), None),
        ("certificate only, PFX", file!("cert-only.pfx").to_vec(), Some(password())),
        ("key only", PKCS8.to_vec(), None),
        ("key only, PFX", file!("key-only.pfx").to_vec(), Some(password())),
        ("another key", both(CERT, file!("other-key.pem")), None),
        ("not RSA", file!("curve.pem").to_vec(), None),
        ("1024 bits", file!("short.pem").to_vec(), None),
        ("cut short", cut(file!("modern.pfx")), Some(password())),
        ("cut short, PEM", both(CERT, &cut(PKCS8)), None),
        ("nothing", Vec::new(), None),
        ("text", b"thumbprint 4C8C4122F276B466".to_vec(), None),
        ("a picture", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec(), None),
        ("a sequence that is no PFX", vec![0x30, 0x03, 0x02, 0x01, 0x03], None),
    ];
    let told: Vec<String> = table
        .iter()
        .map(|(what, bytes, password)| {
            let error = Certificate::read(bytes, password.as_ref()).expect_err(what);
            let fail = error.explain();
            assert!(!fail.hints.is_empty(), "{what}");
            format!("{what}: {} {}", fail.cause.as_str(), fail.summary)
        })
        .collect();
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn dates_are_compared_with_the_time_at_hand() {
    let certificate = Certificate::read(&both(CERT, PKCS8), None).expect("a certificate");
    let at = |text: &str| certificate.in_date(text.parse().expect("a time")).map_err(|error| error.explain().summary.to_string());
    assert_eq!(at("2030-01-01T00:00:00Z"), Ok(()));
    assert_eq!(at("2020-01-01T00:00:00Z"), Err("The certificate is good only from 2026-11-24 18:18 UTC on".to_owned()));
    assert_eq!(at("2127-01-01T00:00:00Z"), Err("The certificate expired on 2126-10-31".to_owned()));
}

#[test]
fn an_assertion_says_who_for_whom_and_how_long_and_verifies() {
    let certificate = Certificate::read(&both(CERT, PKCS8), None).expect("a certificate");
    let client_id = ClientId::parse("5b0f7f0e-2d4f-4c8c-9a43-7f1f5e9a1c01").expect("a client ID");
    let audience = "https://login.microsoftonline.com/7c3a2f10-95c1-4b7e-8a55-0f2f6a1f4d20/oauth2/v2.0/token";
    let now: Timestamp = "2026-12-01T12:00:00Z".parse().expect("a time");
    let mut seen = Vec::new();
    for (algorithm, name) in [(Algorithm::Ps256, "x5t#S256"), (Algorithm::Rs256, "x5t")] {
        let assertion = certificate.assertion(&client_id, audience, now, algorithm).expect("random numbers");
        assertion.inspect(|text| {
            let [header, claims, signature] = text.split('.').collect::<Vec<_>>()[..] else { panic!("three parts") };
            let decoded = |part: &str| URL_SAFE_NO_PAD.decode(part).expect("base64url without padding");
            let json = |part: &str| serde_json::from_slice::<Value>(&decoded(part)).expect("JSON");
            let (header_json, claims_json) = (json(header), json(claims));
            let thumbprint = decoded(header_json[name].as_str().expect("a thumbprint"));
            let expected = if name == "x5t" { certificate.thumbprint_sha1() } else { certificate.thumbprint_sha256() };
            assert_eq!(hex(&thumbprint), expected);
            assert_eq!(header_json["alg"], algorithm.as_str());
            assert_eq!(header_json.as_object().map(serde_json::Map::len), Some(3), "nothing else, and no other thumbprint");
            assert_eq!(claims_json["aud"], audience);
            assert_eq!((&claims_json["iss"], &claims_json["sub"]), (&Value::from(client_id.as_str()), &Value::from(client_id.as_str())));
            assert_eq!((claims_json["nbf"].as_i64(), claims_json["exp"].as_i64()), (Some(1_796_126_400), Some(1_796_126_700)));
            let jti = crate::Guid::parse(claims_json["jti"].as_str().expect("a jti")).expect("a GUID");
            seen.push(jti);
            let key: &dyn ring::signature::VerificationAlgorithm = match algorithm {
                Algorithm::Ps256 => &RSA_PSS_2048_8192_SHA256,
                Algorithm::Rs256 => &RSA_PKCS1_2048_8192_SHA256,
            };
            let key = UnparsedPublicKey::new(key, ring::signature::KeyPair::public_key(&certificate.inner.key).as_ref());
            key.verify(format!("{header}.{claims}").as_bytes(), &decoded(signature)).expect("the signature");
        });
    }
    assert_ne!(seen[0], seen[1], "each is good once");
}

#[test]
fn a_new_certificate_is_whole_and_shows_nothing_of_its_key() {
    let now: Timestamp = "2026-12-01T12:00:00Z".parse().expect("a time");
    let made = make("Wiki migration", KeySize::Bits2048, now, std::time::Duration::from_hours(24 * 365), &password()).expect("made");
    let read = Certificate::read(&made.pfx, Some(&password())).expect("read again");
    assert_eq!(read.thumbprint_sha256(), made.certificate.thumbprint_sha256());
    assert_eq!(read.subject(), "CN=Wiki migration");
    assert_eq!(read.not_after().to_string(), "2027-12-01T12:00:00Z");
    assert!(read.in_date(now).is_ok());
    assert!(matches!(Certificate::read(&made.pfx, None), Err(CertificateError::PasswordNeeded)));
    // what is uploaded holds no key
    assert!(matches!(Certificate::read(made.cer.as_bytes(), None), Err(CertificateError::NoPrivateKey)));
    let shown = format!("{:?} {read:?} {read}", made.certificate);
    assert!(shown.contains("CN=Wiki migration") && !shown.contains("key"), "{shown}");
}
