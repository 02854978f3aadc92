//! Certificate files: read to sign in with, and made new.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use entra_auth::Method;
pub use entra_auth::{Certificate, CertificateError, KeySize, MakeError};
use jiff::Timestamp;
use preflight::Secret;

/// No certificate file is nearly as large.
const LARGEST: u64 = 1024 * 1024;

/// Reads a certificate with its private key from a PFX or PEM file.
pub fn load(path: &Path, password: Option<&Secret>) -> Result<Certificate, CertificateError> {
    let bytes = read(path).map_err(|error| CertificateError::File(Arc::new(error)))?;
    Certificate::read(&bytes, password)
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(LARGEST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LARGEST { Err(io::ErrorKind::FileTooLarge.into()) } else { Ok(bytes) }
}

/// Reads it as [`load`] does, and whether it is good now.
pub fn inspect(path: &Path, password: Option<&Secret>, now: Timestamp) -> Result<Certificate, CertificateError> {
    let certificate = load(path, password)?;
    certificate.in_date(now).map(|()| certificate)
}

/// The sign-in by the certificate in this file. Where it cannot be used, the test says why.
pub fn method(path: &Path, password: Option<&Secret>) -> Method {
    match load(path, password) {
        Ok(certificate) => Method::Certificate(certificate),
        Err(error) => Method::UnusableCertificate(error),
    }
}

/// A certificate to make.
#[derive(Debug)]
pub struct NewCertificate {
    /// Its name, which the portal shows.
    pub name: String,
    /// Where its files go.
    pub folder: PathBuf,
    /// How many days it is good.
    pub days: u32,
    /// How long its key is.
    pub size: KeySize,
    /// What protects the private key's file; none means that only the file's permissions do.
    pub password: Option<Secret>,
}

/// Why no certificate was made.
#[derive(Debug, thiserror::Error)]
pub enum NewCertificateError {
    /// A file of that name is there, and may be somebody's only key.
    #[error("{0} is there already, and nothing is overwritten: choose another folder or name")]
    Exists(PathBuf),
    /// A file could not be written.
    #[error("{path} could not be written")]
    Write {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// It could not be made.
    #[error(transparent)]
    Make(#[from] MakeError),
}

/// A new certificate, in two files.
#[derive(Debug)]
pub struct MadeFiles {
    /// The certificate.
    pub certificate: Certificate,
    /// Certificate and private key, which stays on this computer.
    pub pfx: PathBuf,
    /// The certificate alone, for the upload.
    pub cer: PathBuf,
    /// True where a password protects the private key's file.
    pub protected: bool,
}

impl NewCertificate {
    /// Makes it. It takes a noticeable moment.
    pub fn make(&self, now: Timestamp) -> Result<MadeFiles, NewCertificateError> {
        let file = |ending| self.folder.join(format!("{}.{ending}", file_name(&self.name)));
        let (pfx, cer) = (file("pfx"), file("cer"));
        // before the work; what comes between is noticed when it is written
        if let Some(there) = [&pfx, &cer].into_iter().find(|path| path.exists()) {
            return Err(NewCertificateError::Exists(there.clone()));
        }
        let none = Secret::new(String::new());
        let lifetime = Duration::from_secs(u64::from(self.days) * 24 * 3600);
        let made = entra_auth::make_certificate(&self.name, self.size, now, lifetime, self.password.as_ref().unwrap_or(&none))?;
        fs::create_dir_all(&self.folder).map_err(|source| NewCertificateError::Write { path: self.folder.clone(), source })?;
        write_new(&pfx, &made.pfx, true)?;
        if let Err(error) = write_new(&cer, made.cer.as_bytes(), false) {
            // half of it is of no use
            fs::remove_file(&pfx).ok();
            return Err(error);
        }
        Ok(MadeFiles { certificate: made.certificate, pfx, cer, protected: self.password.is_some() })
    }
}

/// A name as a file's: letters, digits and hyphens.
fn file_name(name: &str) -> String {
    let words = name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase);
    let name = words.collect::<Vec<_>>().join("-");
    if name.is_empty() { "certificate".to_owned() } else { name }
}

fn write_new(path: &Path, content: &[u8], private: bool) -> Result<(), NewCertificateError> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, if private { 0o600 } else { 0o644 });
    #[cfg(not(unix))]
    let _ = private;
    let written = options.open(path).and_then(|mut file| {
        file.write_all(content).and_then(|()| file.sync_all()).inspect_err(|_failed| {
            fs::remove_file(path).ok();
        })
    });
    written.map_err(|source| match source.kind() {
        io::ErrorKind::AlreadyExists => NewCertificateError::Exists(path.to_owned()),
        _ => NewCertificateError::Write { path: path.to_owned(), source },
    })
}

impl MadeFiles {
    /// What is to be done before an app can sign in with it.
    pub fn to_do(&self) -> [String; 5] {
        let until = self.certificate.not_after().strftime("%Y-%m-%d");
        [
            "Open the app in the Entra admin center (https://entra.microsoft.com): App registrations, All applications, the app.".to_owned(),
            format!("Under Certificates & secrets, Certificates, choose Upload certificate and give it {}", self.cer.display()),
            "Compare the thumbprint that the page shows with the one above.".to_owned(),
            "Under API permissions, add application permissions: SharePoint, Sites.FullControl.All (or Sites.Selected), and Microsoft Graph, \
             Sites.FullControl.All (or Sites.Selected). Have an administrator grant consent."
                .to_owned(),
            format!("Renew it before {until}: make a new one, upload it beside this one, then remove this one."),
        ]
    }

    /// What protects the file with the private key.
    pub const fn protection(&self) -> &'static str {
        if self.protected {
            "certificate and private key, protected by the password: it stays here, send it to nobody"
        } else {
            "certificate and private key, protected by no password, only by being readable for you alone: it stays here, send it to nobody"
        }
    }

    /// What it is and what to do with it, as lines to print.
    pub fn told(&self) -> String {
        let (certificate, pfx, cer) = (&self.certificate, self.pfx.display(), self.cer.display());
        let until = certificate.not_after().strftime("%Y-%m-%d");
        let password = if self.protected { " --certificate-password-env NAME" } else { "" };
        let [open, upload, compare, permissions, renew] = self.to_do();
        let test = format!("Test it: wayleave check sharepoint SITE --client-id ID --sign-in certificate --certificate {pfx}{password}");
        let steps = [open, upload, compare, permissions, test, renew];
        let steps: Vec<String> = steps.iter().zip(1..).map(|(step, number)| format!("{number}. {step}")).collect();
        format!(
            "Certificate  {subject}, valid until {until}\n\
             Thumbprint   {sha1}\n\
             SHA-256      {sha256}\n\
             PFX file     {pfx}\n             \
             {protection}\n\
             CER file     {cer}\n             \
             the certificate alone, for the upload\n\n\
             What to do now\n{steps}",
            subject = certificate.subject(),
            sha1 = certificate.thumbprint_sha1(),
            sha256 = certificate.thumbprint_sha256(),
            protection = self.protection(),
            steps = steps.join("\n"),
        )
    }
}
