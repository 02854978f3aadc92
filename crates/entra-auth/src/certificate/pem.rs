//! PEM (RFC 7468), read leniently: text before, between and behind the blocks is skipped, and so are carriage returns.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

/// One block.
pub(super) struct Block {
    pub(super) label: String,
    pub(super) der: Zeroizing<Vec<u8>>,
    /// Protected in OpenSSL's own old form (RFC 1421 headers), which is not read.
    pub(super) has_headers: bool,
}

/// The text of a file that may be PEM. Windows PowerShell writes UTF-16.
pub(super) fn text(bytes: &[u8]) -> Option<Zeroizing<String>> {
    let text = match bytes {
        [0xFF, 0xFE, rest @ ..] => {
            let units: Zeroizing<Vec<u16>> =
                Zeroizing::new(rest.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect());
            Cow::Owned(String::from_utf16(&units).ok()?)
        }
        _ => Cow::Borrowed(str::from_utf8(bytes).ok()?),
    };
    text.contains(BEGIN).then(|| Zeroizing::new(text.into_owned()))
}

const BEGIN: &str = "-----BEGIN ";
const END: &str = "-----END ";
const DASHES: &str = "-----";

/// Every block, in order. None where one is not whole.
pub(super) fn blocks(text: &str) -> Option<Vec<Block>> {
    let mut blocks = Vec::new();
    let mut lines = text.lines().map(str::trim);
    while let Some(line) = lines.next() {
        let Some(label) = line.strip_prefix(BEGIN).and_then(|rest| rest.strip_suffix(DASHES)) else { continue };
        let (mut base64, mut has_headers) = (Zeroizing::new(String::new()), false);
        loop {
            let line = lines.next()?;
            if line.strip_prefix(END).and_then(|rest| rest.strip_suffix(DASHES)) == Some(label) {
                break;
            }
            if line.contains(':') {
                has_headers = true;
            } else {
                base64.push_str(line);
            }
        }
        let der = STANDARD.decode(base64.as_bytes()).ok()?;
        blocks.push(Block { label: label.to_owned(), der: Zeroizing::new(der), has_headers });
    }
    Some(blocks)
}
