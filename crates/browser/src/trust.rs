//! The certificates of the CA file, trusted by the browser as they are on the direct route.
//!
//! They are put where the browser keeps what its user chose to trust: the database `ServerCertificate` of the profile. So names, dates, signatures
//! and chains are judged as ever. `--ignore-certificate-errors-spki-list` is no alternative: Chromium then accepts any chain that merely *contains*
//! a listed certificate, for every name, and everybody can append a public certificate to a chain of his own.
//! Schema and values: Chromium, `components/server_certificate_database/server_certificate_database.{cc,proto}`, version 1 (Chromium 133 and later,
//! measured with 156). A browser without it shows its own warning page for such servers.

use std::path::Path;

use rusqlite::{Connection, OptionalExtension as _, params};
use sha2::{Digest as _, Sha256};

/// `CertificateMetadata { trust { trust_type: CERTIFICATE_TRUST_TYPE_TRUSTED } }`: an authority for what it signs, any other certificate for itself.
const TRUSTED: &[u8] = &[0x0a, 0x02, 0x08, 0x03];

/// The version of the schema that is known here.
const VERSION: i64 = 1;

/// Makes the profile trust these certificates, given in DER, and none that was given before.
pub(crate) fn only_these(user_data: &Path, certificates: &[Vec<u8>]) -> Result<(), rusqlite::Error> {
    let folder = user_data.join("Default");
    let file = folder.join("ServerCertificate");
    if certificates.is_empty() && !file.exists() {
        return Ok(());
    }
    crate::profile::make_private(&folder).map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))?;
    let mut database = Connection::open(&file)?;
    let change = database.transaction()?;
    change.execute_batch(
        "CREATE TABLE IF NOT EXISTS meta(key LONGVARCHAR NOT NULL UNIQUE PRIMARY KEY, value LONGVARCHAR);
         CREATE TABLE IF NOT EXISTS certificates(sha256hash_hex TEXT PRIMARY KEY,der_cert BLOB NOT NULL,trust_settings BLOB NOT NULL);
         INSERT OR IGNORE INTO meta VALUES('version', '1'), ('last_compatible_version', '1');",
    )?;
    let version: Option<i64> = change
        .query_row("SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'last_compatible_version'", [], |row| row.get(0))
        .optional()?;
    if version.is_some_and(|version| version > VERSION) {
        tracing::warn!(?version, "the browser keeps its trusted certificates in a way that is not known here");
        return Ok(());
    }
    change.execute("DELETE FROM certificates", [])?;
    for certificate in certificates {
        let hash = format!("{:x}", Sha256::digest(certificate));
        change.execute("INSERT OR REPLACE INTO certificates VALUES(?1, ?2, ?3)", params![hash, certificate, TRUSTED])?;
    }
    change.commit()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(folder: &Path) -> Vec<Vec<u8>> {
        let database = Connection::open(folder.join("Default/ServerCertificate")).expect("a database");
        let mut asked = database.prepare("SELECT der_cert FROM certificates ORDER BY der_cert").expect("a table");
        asked.query_map([], |row| row.get(0)).expect("rows").map(|row| row.expect("a row")).collect()
    }

    #[test]
    fn what_is_no_longer_given_is_no_longer_trusted() {
        let folder = tempfile::tempdir().expect("a folder");
        only_these(folder.path(), &[]).expect("nothing to do");
        assert!(!folder.path().join("Default").exists());
        only_these(folder.path(), &[vec![1], vec![2]]).expect("written");
        assert_eq!(kept(folder.path()), [vec![1], vec![2]]);
        only_these(folder.path(), &[vec![2], vec![3]]).expect("written");
        assert_eq!(kept(folder.path()), [vec![2], vec![3]]);
        only_these(folder.path(), &[]).expect("emptied");
        assert!(kept(folder.path()).is_empty());
    }
}
