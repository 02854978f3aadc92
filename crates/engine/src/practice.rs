//! Practice mode: the practice servers, and how the forms are filled in for them.

use std::io;

use entra_auth::Certificate;
use practice::situation::{SITUATIONS, Stage, find};
pub use practice::situation::{Side, Situation};
use preflight::{Origin, Secret};
use url::Url;

use crate::Job;
use crate::forms::{ConfluenceForm, ConfluenceMethod, SharePointForm, SharePointMethod, SharePointSecrets};

/// Every situation, in the order of the chooser.
pub fn situations() -> &'static [Situation] {
    SITUATIONS
}

/// The situation of that name.
pub fn situation(id: &str) -> Option<&'static Situation> {
    find(id)
}

/// Practice could not begin.
#[derive(Debug, thiserror::Error)]
pub enum PracticeError {
    /// No situation has that name.
    #[error("there is no practice situation “{wanted}”. There are: {all}")]
    Unknown {
        /// The name that was asked for.
        wanted: String,
        /// The names that there are.
        all: String,
    },
    /// The servers could not be started.
    #[error("the practice servers could not be started on this computer")]
    Servers(#[source] io::Error),
}

/// A situation with its servers, which run until it is dropped.
#[derive(Debug)]
pub struct Practice {
    stage: Stage,
}

impl Practice {
    /// Starts the servers of a situation.
    pub async fn start(id: &str) -> Result<Self, PracticeError> {
        let situation = find(id).ok_or_else(|| PracticeError::Unknown {
            wanted: id.to_owned(),
            all: SITUATIONS.iter().map(|situation| situation.id).collect::<Vec<_>>().join(", "),
        })?;
        let stage = Stage::start(situation).await.map_err(PracticeError::Servers)?;
        Ok(Self { stage })
    }

    /// The servers, for tests that look at what they were asked.
    pub fn stage(&self) -> &Stage {
        &self.stage
    }

    /// The Confluence card's fields.
    pub fn confluence_form(&self) -> ConfluenceForm {
        ConfluenceForm {
            address: self.stage.confluence.base(),
            method: if self.stage.sign_in.token.is_empty() { ConfluenceMethod::Anonymous } else { ConfluenceMethod::Token },
            email: self.stage.sign_in.email.unwrap_or_default().to_owned(),
            ..ConfluenceForm::default()
        }
    }

    /// The Confluence card's token.
    pub fn token(&self) -> Secret {
        Secret::new(self.stage.sign_in.token.clone())
    }

    /// The SharePoint card's fields.
    pub fn sharepoint_form(&self) -> SharePointForm {
        SharePointForm {
            address: self.stage.cloud.site(),
            tenant: self.stage.cloud.tenant_to_enter.clone(),
            client_id: self.stage.cloud.client_id.clone(),
            method: if self.stage.cloud.certificate.is_some() { SharePointMethod::Certificate } else { SharePointMethod::Interactive },
            certificate: "practice certificate".to_owned(),
            username: self.stage.cloud.user.upn.clone(),
            ..SharePointForm::default()
        }
    }

    /// The SharePoint card's secrets.
    pub fn sharepoint_secrets(&self) -> SharePointSecrets {
        let password = Secret::new(self.stage.cloud.user.password.clone());
        SharePointSecrets { password, certificate: self.certificate().map(Ok), ..SharePointSecrets::default() }
    }

    /// The certificate to sign in with, in a situation where an app signs in by itself.
    pub fn certificate(&self) -> Option<Certificate> {
        let certificate = self.stage.cloud.certificate.as_ref()?;
        // our own certificate is in order, and what the test would say about another one is not for practice
        Certificate::read(format!("{}{}", certificate.key_pem(), certificate.pem()).as_bytes(), None).ok()
    }

    /// The same job with the practice servers as authority and gateway.
    pub fn adapt(&self, mut job: Job) -> Job {
        match &mut job {
            Job::Confluence(settings) => {
                if let Some(gateway) = self.stage.confluence.gateway().and_then(|server| Origin::parse(server.origin()).ok()) {
                    settings.gateway = gateway;
                }
                // its address is another one every time
                settings.window.forget = true;
            }
            Job::SharePoint(settings) => settings.authority = Url::parse(&self.stage.cloud.authority()).ok(),
        }
        job
    }

    /// The job of the Confluence card, or what cannot be right.
    pub fn confluence_job(&self, anonymous: bool) -> Result<Job, String> {
        let mut form = self.confluence_form();
        if anonymous {
            form.method = ConfluenceMethod::Anonymous;
        }
        let settings = form.settings(&self.token()).map_err(|errors| first(&errors))?;
        Ok(self.adapt(Job::Confluence(Box::new(settings))))
    }

    /// The job of the SharePoint card, or what cannot be right.
    pub fn sharepoint_job(&self) -> Result<Job, String> {
        let settings = self.sharepoint_form().settings(&self.sharepoint_secrets()).map_err(|errors| first(&errors))?;
        Ok(self.adapt(Job::SharePoint(Box::new(settings))))
    }

    /// Who to sign in as on the practice sign-in page, which fills in the password by itself.
    pub fn sign_in_note(&self) -> String {
        if self.stage.cloud.certificate.is_some() {
            return format!("{}. The app signs in with a practice certificate of its own", self.stage.situation.text);
        }
        let user = &self.stage.cloud.user;
        format!("{}. On the practice sign-in page, choose {} ({})", self.stage.situation.text, user.name, user.upn)
    }

    /// What the command line says before a practice test.
    pub fn note(&self, job: &Job) -> String {
        match job {
            Job::Confluence(_) => format!("Practice: {}. No real server is asked", self.stage.situation.text),
            Job::SharePoint(_) => format!("Practice: {}. No real server is asked", self.sign_in_note()),
        }
    }
}

fn first(errors: &[crate::forms::FieldError]) -> String {
    errors.first().map_or_else(String::new, |error| error.text.to_string())
}
