//! A list of sites as people make it in a spreadsheet: CSV (RFC 4180) with a column `address`, whatever separator the spreadsheet chose.

use std::io::{self, Read as _};
use std::path::Path;

/// The rows of a list.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct SiteList {
    /// Names of the columns beside `address`, in their order.
    pub columns: Vec<String>,
    /// The rows.
    pub rows: Vec<SiteRow>,
}

/// One row.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SiteRow {
    /// The address as it was written.
    pub address: String,
    /// What stands in the other columns.
    pub more: Vec<String>,
}

/// Why a file is no list of sites.
#[derive(Debug, thiserror::Error)]
pub enum ListError {
    /// It cannot be read.
    #[error("the list of sites cannot be read")]
    Unreadable(#[source] io::Error),
    /// It is not text in UTF-8 or UTF-16.
    #[error("the list of sites is not text: save it as CSV in UTF-8")]
    NotText,
    /// Larger than any list is.
    #[error("the list of sites is larger than 16 MB")]
    TooLarge,
    /// Not CSV.
    #[error("the list of sites is not CSV")]
    NotCsv(#[source] csv::Error),
    /// No column `address`.
    #[error("the first line of the list of sites names no column “address”")]
    NoAddressColumn,
    /// No row.
    #[error("the list of sites has no rows")]
    Empty,
}

const LARGEST: u64 = 16 * 1024 * 1024;
/// What spreadsheets put between cells, depending on the language.
const SEPARATORS: [char; 3] = [',', ';', '\t'];

/// Reads a list from a file; `-` is standard input.
pub fn read(path: &Path) -> Result<SiteList, ListError> {
    let mut bytes = Vec::new();
    let limit = LARGEST + 1;
    let count = if path == Path::new("-") {
        io::stdin().lock().take(limit).read_to_end(&mut bytes)
    } else {
        std::fs::File::open(path).and_then(|file| file.take(limit).read_to_end(&mut bytes))
    };
    if count.map_err(ListError::Unreadable)? as u64 > LARGEST {
        return Err(ListError::TooLarge);
    }
    SiteList::parse(&bytes)
}

impl SiteList {
    /// Reads a list. Rows without any text are left out; a row whose address is missing or wrong is kept, since that is what it is told.
    pub fn parse(bytes: &[u8]) -> Result<Self, ListError> {
        let text = text(bytes).ok_or(ListError::NotText)?;
        let first = text.lines().find(|line| !line.trim().is_empty()).ok_or(ListError::NoAddressColumn)?;
        let is_address = |cell: &str| cell.trim().trim_matches('"').trim().eq_ignore_ascii_case("address");
        let separator =
            SEPARATORS.into_iter().find(|separator| first.split(*separator).any(is_address)).ok_or(ListError::NoAddressColumn)?;
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(u8::try_from(separator).unwrap_or(b','))
            .flexible(true)
            .trim(csv::Trim::All)
            .from_reader(text.trim_start().as_bytes());
        let names = reader.headers().map_err(ListError::NotCsv)?.clone();
        let at = names.iter().position(is_address).ok_or(ListError::NoAddressColumn)?;
        let others = |record: &csv::StringRecord| -> Vec<String> {
            (0..names.len()).filter(|column| *column != at).map(|column| record.get(column).unwrap_or_default().to_owned()).collect()
        };
        let mut list = Self { columns: others(&names), rows: Vec::new() };
        for record in reader.records() {
            let record = record.map_err(ListError::NotCsv)?;
            if record.iter().any(|cell| !cell.is_empty()) {
                list.rows.push(SiteRow { address: record.get(at).unwrap_or_default().to_owned(), more: others(&record) });
            }
        }
        if list.rows.is_empty() { Err(ListError::Empty) } else { Ok(list) }
    }
}

/// The text, whatever its mark at the begin says (Unicode 23.8). Spreadsheets save UTF-8 with a mark, without, and UTF-16.
fn text(bytes: &[u8]) -> Option<String> {
    let units = |bytes: &[u8], unit: fn([u8; 2]) -> u16| -> Vec<u16> { bytes.as_chunks().0.iter().map(|pair| unit(*pair)).collect() };
    match bytes {
        [0xEF, 0xBB, 0xBF, rest @ ..] => String::from_utf8(rest.to_vec()).ok(),
        [0xFF, 0xFE, rest @ ..] => String::from_utf16(&units(rest, u16::from_le_bytes)).ok(),
        [0xFE, 0xFF, rest @ ..] => String::from_utf16(&units(rest, u16::from_be_bytes)).ok(),
        _ => String::from_utf8(bytes.to_vec()).ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Vec<String> {
        let list = SiteList::parse(text.as_bytes()).expect(text);
        list.rows.into_iter().map(|row| format!("{} [{}]", row.address, row.more.join("|"))).collect()
    }

    #[test]
    fn lists_come_from_any_spreadsheet() {
        let wanted = ["https://h.example/sites/a [Ada|one, two]", "https://h.example/sites/b [|]"];
        for text in [
            "address,owner,note\nhttps://h.example/sites/a,Ada,\"one, two\"\nhttps://h.example/sites/b,,\n",
            "\u{feff}Address;Owner;Note\r\nhttps://h.example/sites/a;Ada;one, two\r\n;;\r\n\r\nhttps://h.example/sites/b\r\n",
            "owner\taddress\tnote\nAda\thttps://h.example/sites/a\tone, two\n\thttps://h.example/sites/b\t\n",
            "\n\"ADDRESS\",owner , note\n\"https://h.example/sites/a\",  Ada ,\"one, two\"\nhttps://h.example/sites/b,,",
        ] {
            assert_eq!(rows(text), wanted, "{text:?}");
        }
        let utf16: Vec<u8> =
            [0xFF, 0xFE].into_iter().chain("address\nhttps://h.example/sites/ä".encode_utf16().flat_map(u16::to_le_bytes)).collect();
        assert_eq!(SiteList::parse(&utf16).expect("UTF-16").rows[0].address, "https://h.example/sites/ä");
    }

    #[test]
    fn rows_are_kept_as_they_are_written() {
        assert_eq!(
            rows("address,note\nnonsense,x\n,only a note\nhttps://h.example\nhttps://h.example\n"),
            ["nonsense [x]", " [only a note]", "https://h.example []", "https://h.example []"]
        );
        let long: Vec<String> = (0..10_000).map(|n| format!("https://h.example/sites/{n}")).collect();
        assert_eq!(rows(&format!("address\n{}", long.join("\n"))).len(), 10_000);
    }

    #[test]
    fn what_is_no_list_is_told() {
        for (bytes, wanted) in [
            (&b""[..], "column"),
            (b"site,owner\nhttps://h.example,Ada\n", "column"),
            (b"https://h.example/sites/a\n", "column"),
            (b"address\n\n\n", "no rows"),
            (b"address\n\xff\xfe\xfa", "not text"),
            (&[0x50, 0x4B, 3, 4, 0xFF, 0xFF], "not text"),
        ] {
            let error = SiteList::parse(bytes).expect_err(wanted).to_string();
            assert!(error.contains(wanted), "{error}");
        }
    }
}
