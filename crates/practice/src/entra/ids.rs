//! Random identifiers: GUIDs and opaque tokens.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::RngCore as _;

/// A random (version 4) GUID.
pub(crate) fn guid() -> String {
    let mut b = [0_u8; 16];
    rand::rng().fill_bytes(&mut b);
    b[6] = (b[6] & 0x0f) | 0x40;
    b[8] = (b[8] & 0x3f) | 0x80;
    format_guid(b)
}

/// A GUID that is always the same for the same text, so that practice data stays recognisable between runs.
pub(crate) fn guid_of(text: &str) -> String {
    use sha2::Digest as _;
    let digest = sha2::Sha256::digest(text.as_bytes());
    let mut b = [0_u8; 16];
    b.copy_from_slice(&digest[..16]);
    b[6] = (b[6] & 0x0f) | 0x40;
    b[8] = (b[8] & 0x3f) | 0x80;
    format_guid(b)
}

fn format_guid(b: [u8; 16]) -> String {
    let hex = b.iter().fold(String::with_capacity(32), |mut out, byte| {
        use std::fmt::Write as _;
        write!(out, "{byte:02x}").ok();
        out
    });
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

/// Whether a text has the shape of a GUID.
pub(crate) fn is_guid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(i, byte)| match i {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// An opaque value of `bytes` random bytes with the prefix Entra's codes and refresh tokens carry.
pub(crate) fn opaque(prefix: &str, bytes: usize) -> String {
    let mut raw = vec![0_u8; bytes];
    rand::rng().fill_bytes(&mut raw);
    format!("{prefix}{}", URL_SAFE_NO_PAD.encode(raw))
}
