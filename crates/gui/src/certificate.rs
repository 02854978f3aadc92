//! The certificate of the SharePoint card: read in the background, shown before it is used, or made new.

use std::path::PathBuf;

use engine::certificate::{Certificate, CertificateError, KeySize, MadeFiles, NewCertificate};
use preflight::{SafeText, Secret};
use zeroize::Zeroizing;

use crate::command::UiCommand;
use crate::task::Task;

/// How far reading the file has come.
#[derive(Default)]
pub enum Inspection {
    /// It was not read, or what was typed has changed since.
    #[default]
    None,
    /// It is being read.
    Reading {
        /// The work.
        task: Task<Result<Certificate, CertificateError>>,
        /// What waits for it.
        then: Option<UiCommand>,
    },
    /// It was read.
    Read(Result<Certificate, CertificateError>),
}

impl Inspection {
    /// What came of it, if it was read.
    pub fn outcome(&self) -> Option<&Result<Certificate, CertificateError>> {
        match self {
            Self::Read(outcome) => Some(outcome),
            Self::None | Self::Reading { .. } => None,
        }
    }
}

/// How long a new certificate is good.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Lifetime {
    /// 180 days.
    HalfAYear,
    /// 365 days.
    #[default]
    Year,
    /// 730 days.
    TwoYears,
}

impl Lifetime {
    /// All that there are, with their names on screen.
    pub const ALL: [(Self, &'static str); 3] = [(Self::HalfAYear, "6 months"), (Self::Year, "1 year"), (Self::TwoYears, "2 years")];

    const fn days(self) -> u32 {
        match self {
            Self::HalfAYear => 180,
            Self::Year => 365,
            Self::TwoYears => 730,
        }
    }
}

/// What is being typed to make a certificate, and what came of it.
pub struct NewCertificateForm {
    /// Its name, which the portal shows.
    pub name: String,
    /// Where its files go.
    pub folder: String,
    /// What protects the private key. In memory only, and wiped when it is dropped.
    pub password: Zeroizing<String>,
    /// How long it is good.
    pub lifetime: Lifetime,
    /// Why none was made.
    pub problem: Option<SafeText>,
    /// The files, once they are there.
    pub made: Option<MadeFiles>,
}

impl Default for NewCertificateForm {
    fn default() -> Self {
        let home = std::env::home_dir().unwrap_or_default();
        Self {
            name: "Wiki migration".to_owned(),
            folder: home.display().to_string(),
            password: Zeroizing::default(),
            lifetime: Lifetime::default(),
            problem: None,
            made: None,
        }
    }
}

impl NewCertificateForm {
    /// True where one can be made of it.
    pub fn is_ready(&self) -> bool {
        !self.name.trim().is_empty() && !self.folder.trim().is_empty()
    }

    /// What is to be made.
    pub fn order(&self) -> NewCertificate {
        NewCertificate {
            name: self.name.trim().to_owned(),
            folder: PathBuf::from(self.folder.trim()),
            days: self.lifetime.days(),
            size: KeySize::default(),
            password: (!self.password.is_empty()).then(|| Secret::new(self.password.to_string())),
        }
    }
}
