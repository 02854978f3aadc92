//! The report: plain data that the window, text, JSON, Markdown and HTML all render.

use std::time::Duration;

use jiff::Timestamp;
use url::Url;

use crate::{AdminRequest, Cause, CheckId, Factor, SafeText};

/// How a check, or a whole report, came out. Ordered by severity.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Outcome {
    /// All is well.
    Passed,
    /// Not reached, or not asked for.
    Skipped,
    /// Works, with less.
    Limited,
    /// Does not work.
    Failed,
}

impl Outcome {
    /// The stable name, as written in reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Skipped => "skipped",
            Self::Limited => "limited",
            Self::Failed => "failed",
        }
    }
}

/// A key and a value that belong to a check and are folded away at first.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Detail {
    /// A short, stable key in `snake_case`.
    pub key: &'static str,
    /// The value, safe to show.
    pub value: SafeText,
}

/// Something the person can do about it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Hint {
    /// One sentence that says what to do.
    pub text: SafeText,
    /// What a button beside it does, if a button can do it.
    pub action: Option<HintAction>,
}

impl Hint {
    /// A hint that only says something.
    pub fn say(text: impl Into<SafeText>) -> Self {
        Self { text: text.into(), action: None }
    }

    /// A hint with something to do at a press of a button.
    pub fn with(text: impl Into<SafeText>, action: HintAction) -> Self {
        Self { text: text.into(), action: Some(action) }
    }
}

/// What a hint's button does.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum HintAction {
    /// Open this page in the browser.
    OpenUrl(Url),
    /// Copy this text.
    Copy(SafeText),
    /// Jump to this field of the form.
    EditField(Field),
    /// Test again.
    Retry,
}

/// A field of the forms, so that a hint can lead to it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Field {
    /// `Confluence address`
    ConfluenceAddress,
    /// `Confluence sign-in method`
    ConfluenceMethod,
    /// `Token`
    Token,
    /// `Email (Cloud only)`
    Email,
    /// `Extra header`
    HeaderName,
    /// `Extra header value`
    HeaderValue,
    /// `SharePoint site address`
    SharePointAddress,
    /// `Tenant ID`
    TenantId,
    /// `Application (client) ID`
    ClientId,
    /// `SharePoint sign-in method`
    SharePointMethod,
    /// `Certificate file`
    CertificateFile,
    /// `Certificate password`
    CertificatePassword,
    /// `Client secret`
    ClientSecret,
    /// `User name`
    Username,
    /// `Password`
    Password,
    /// `Expected account`
    ExpectedAccount,
}

impl Field {
    /// The field's accessible name on screen.
    pub const fn label(self) -> &'static str {
        match self {
            Self::ConfluenceAddress => "Confluence address",
            Self::ConfluenceMethod => "Confluence sign-in method",
            Self::Token => "Token",
            Self::Email => "Email (Cloud only)",
            Self::HeaderName => "Extra header",
            Self::HeaderValue => "Extra header value",
            Self::SharePointAddress => "SharePoint site address",
            Self::TenantId => "Tenant ID",
            Self::ClientId => "Application (client) ID",
            Self::SharePointMethod => "SharePoint sign-in method",
            Self::CertificateFile => "Certificate file",
            Self::CertificatePassword => "Certificate password",
            Self::ClientSecret => "Client secret",
            Self::Username => "User name",
            Self::Password => "Password",
            Self::ExpectedAccount => "Expected account",
        }
    }

    /// Where what is typed is a secret.
    pub const SECRETS: [Self; 5] = [Self::Token, Self::HeaderValue, Self::CertificatePassword, Self::ClientSecret, Self::Password];

    /// True where what is typed is a secret.
    pub fn is_secret(self) -> bool {
        Self::SECRETS.contains(&self)
    }
}

/// How one check came out.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CheckResult {
    /// Which check.
    pub id: CheckId,
    /// Its title, as in the plan.
    pub title: &'static str,
    /// How it came out.
    pub outcome: Outcome,
    /// What went wrong, where something did.
    pub cause: Option<Cause>,
    /// One sentence without a final period.
    pub summary: SafeText,
    /// Evidence, folded away at first.
    pub details: Vec<Detail>,
    /// What to do about it.
    pub hints: Vec<Hint>,
    /// How long it took.
    pub took: Duration,
}

/// Which of the two sides was tested.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum TargetKind {
    /// The source.
    Confluence,
    /// The destination.
    SharePoint,
}

impl TargetKind {
    /// The stable name, as written in reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Confluence => "confluence",
            Self::SharePoint => "sharepoint",
        }
    }

    /// The product's name, as people write it.
    pub const fn product(self) -> &'static str {
        match self {
            Self::Confluence => "Confluence",
            Self::SharePoint => "SharePoint",
        }
    }
}

/// What was tested.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Target {
    /// Which side.
    pub kind: TargetKind,
    /// The address as it was understood.
    pub address: SafeText,
    /// True where the servers are the practice servers on this computer.
    pub practice: bool,
}

/// What kind of identity the server named.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum IdentityKind {
    /// A person.
    User,
    /// An app by itself.
    App,
    /// Nobody.
    Anonymous,
}

impl IdentityKind {
    /// The stable name, as written in reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::App => "app",
            Self::Anonymous => "anonymous",
        }
    }
}

/// Who the server says we are.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Identity {
    /// A person, an app or nobody.
    pub kind: IdentityKind,
    /// Display name.
    pub name: Option<SafeText>,
    /// User name (Data Center), e-mail or account id (Cloud), UPN (Entra), client id (app).
    pub account: Option<SafeText>,
    /// Tenant GUID.
    pub tenant: Option<SafeText>,
    /// App (client) GUID.
    pub app: Option<SafeText>,
    /// What the tenant calls itself, where that is known.
    pub tenant_name: Option<SafeText>,
    /// What the app is called, where that is known.
    pub app_name: Option<SafeText>,
    /// The tenant that a guest is at home in (GUID); none for who is at home in [`Identity::tenant`].
    pub home_tenant: Option<SafeText>,
    /// Who was expected, where somebody was.
    pub expected: Option<SafeText>,
}

impl Identity {
    /// Nobody.
    pub const fn anonymous() -> Self {
        Self {
            kind: IdentityKind::Anonymous,
            name: None,
            account: None,
            tenant: None,
            app: None,
            tenant_name: None,
            app_name: None,
            home_tenant: None,
            expected: None,
        }
    }

    /// The same identity with this done to every text of it.
    #[must_use]
    pub fn map(self, mut change: impl FnMut(SafeText) -> SafeText) -> Self {
        Self {
            kind: self.kind,
            name: self.name.map(&mut change),
            account: self.account.map(&mut change),
            tenant: self.tenant.map(&mut change),
            app: self.app.map(&mut change),
            tenant_name: self.tenant_name.map(&mut change),
            app_name: self.app_name.map(&mut change),
            home_tenant: self.home_tenant.map(&mut change),
            expected: self.expected.map(&mut change),
        }
    }

    /// The best name to call this identity by.
    pub fn called(&self) -> &str {
        match self.kind {
            IdentityKind::Anonymous => "anonymous",
            IdentityKind::User | IdentityKind::App => {
                self.name.as_ref().or(self.account.as_ref()).map_or("somebody without a name", SafeText::as_str)
            }
        }
    }
}

/// Something a migration wants to carry across.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum AbilityId {
    /// Pages and files.
    Content,
    /// Who may see and edit which page.
    PagePermissions,
    /// Created, Modified, Created by, Modified by.
    AuthorshipDates,
    /// Looking up people and groups.
    UsersAndGroups,
}

impl AbilityId {
    /// All four, in the order in which they are shown.
    pub const ALL: [Self; 4] = [Self::Content, Self::PagePermissions, Self::AuthorshipDates, Self::UsersAndGroups];

    /// The stable name, as written in reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Content => "content",
            Self::PagePermissions => "page_permissions",
            Self::AuthorshipDates => "authorship_dates",
            Self::UsersAndGroups => "users_and_groups",
        }
    }

    /// What a person reads.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Content => "Pages and files",
            Self::PagePermissions => "Page permissions",
            Self::AuthorshipDates => "Authors and dates",
            Self::UsersAndGroups => "Users and groups",
        }
    }
}

/// Whether an ability is there.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Verdict {
    /// Fully.
    Yes,
    /// Some of it.
    Partly,
    /// Not at all.
    No,
    /// It could not be found out; never guessed.
    Unknown,
}

impl Verdict {
    /// The stable name, as written in reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::Partly => "partly",
            Self::No => "no",
            Self::Unknown => "unknown",
        }
    }
}

/// What limits an ability.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Limit {
    /// What the app was granted.
    AppScope,
    /// What the account may do.
    AccountRole,
    /// The site's lock.
    SiteLock,
    /// The way of signing in.
    SignInMethod,
    /// The server itself.
    Server,
}

impl Limit {
    /// The stable name, as written in reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AppScope => "app_scope",
            Self::AccountRole => "account_role",
            Self::SiteLock => "site_lock",
            Self::SignInMethod => "sign_in_method",
            Self::Server => "server",
        }
    }

    /// What a person reads.
    pub const fn title(self) -> &'static str {
        match self {
            Self::AppScope => "app scope",
            Self::AccountRole => "account role",
            Self::SiteLock => "site lock",
            Self::SignInMethod => "sign-in method",
            Self::Server => "server",
        }
    }
}

/// One line of "What can be migrated".
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ability {
    /// Which ability.
    pub id: AbilityId,
    /// Whether it is there.
    pub verdict: Verdict,
    /// What limits it.
    pub limited_by: Vec<Limit>,
    /// One sentence that says what this means for a migration.
    pub text: SafeText,
    /// What it is made of: the account's part, the app's and the site's, as far as they are known.
    pub factors: Vec<Factor>,
}

/// Everything a test found out.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Report {
    /// What was tested.
    pub target: Target,
    /// When the test began.
    pub started_at: Timestamp,
    /// How long it took.
    pub took: Duration,
    /// Who the server says we are.
    pub identity: Option<Identity>,
    /// The checks, in the order of the plan.
    pub checks: Vec<CheckResult>,
    /// What a migration with this account could carry across. Empty where the test did not get that far.
    pub abilities: Vec<Ability>,
    /// What to ask of an administrator, where one can mend it.
    pub request: Option<AdminRequest>,
}

impl Report {
    /// How the whole came out. A failed check or content `no` fails; content and page permissions `yes` pass
    /// (on the Confluence side users and groups must not be `no`); all between is limited.
    pub fn outcome(&self) -> Outcome {
        if self.any(Outcome::Failed) || self.verdict(AbilityId::Content) == Some(Verdict::No) || self.abilities.is_empty() {
            return Outcome::Failed;
        }
        let whole = |id| self.verdict(id) == Some(Verdict::Yes);
        let people_missing = self.target.kind == TargetKind::Confluence && self.verdict(AbilityId::UsersAndGroups) == Some(Verdict::No);
        if whole(AbilityId::Content) && whole(AbilityId::PagePermissions) && !people_missing && !self.any(Outcome::Limited) {
            Outcome::Passed
        } else {
            Outcome::Limited
        }
    }

    /// What went wrong first: of the first failed check, else of the first limited one.
    pub fn cause(&self) -> Option<Cause> {
        self.decisive().and_then(|check| check.cause)
    }

    /// The check that decides the headline: the first failed one, else the first limited one.
    pub fn decisive(&self) -> Option<&CheckResult> {
        let first = |outcome| self.checks.iter().find(|check| check.outcome == outcome);
        first(Outcome::Failed).or_else(|| first(Outcome::Limited))
    }

    /// The verdict on one ability, where there is one.
    pub fn verdict(&self, id: AbilityId) -> Option<Verdict> {
        self.abilities.iter().find(|ability| ability.id == id).map(|ability| ability.verdict)
    }

    /// One sentence that says how it came out, without a final period.
    pub fn headline(&self) -> SafeText {
        let product = self.target.kind.product();
        let as_whom = self.identity.as_ref().map_or_else(String::new, |identity| match identity.kind {
            IdentityKind::Anonymous => " without signing in".to_owned(),
            IdentityKind::User | IdentityKind::App => format!(" as {}", identity.called()),
        });
        let why = self.decisive().map(|check| &check.summary).or_else(|| self.lacking().map(|ability| &ability.text));
        match (self.outcome(), why.map(|why| shortened(why.as_str()))) {
            (Outcome::Passed | Outcome::Skipped, _) => SafeText::from(format!("{product} works{as_whom}")),
            (Outcome::Limited, Some(why)) => SafeText::from(format!("{product} works{as_whom}, with limits: {}", as_continuation(&why))),
            (Outcome::Limited, None) => SafeText::from(format!("{product} works{as_whom}, with limits")),
            (Outcome::Failed, _) if self.abilities.is_empty() && !self.any(Outcome::Failed) => {
                SafeText::from(format!("{product} could not be tested to the end"))
            }
            (Outcome::Failed, Some(why)) => SafeText::from(why),
            (Outcome::Failed, None) => SafeText::from(format!("{product} does not work")),
        }
    }

    /// The first ability that keeps the outcome from being passed.
    fn lacking(&self) -> Option<&Ability> {
        self.abilities.iter().find(|ability| match ability.id {
            AbilityId::Content | AbilityId::PagePermissions => ability.verdict != Verdict::Yes,
            AbilityId::UsersAndGroups => self.target.kind == TargetKind::Confluence && ability.verdict == Verdict::No,
            AbilityId::AuthorshipDates => false,
        })
    }

    fn any(&self, outcome: Outcome) -> bool {
        self.checks.iter().any(|check| check.outcome == outcome)
    }

    /// Every hint of every check, without repetition, the decisive check's first.
    pub fn hints(&self) -> Vec<&Hint> {
        let mut hints: Vec<&Hint> = Vec::new();
        let rest = self.checks.iter().filter(|check| check.outcome != Outcome::Skipped);
        for hint in self.decisive().into_iter().chain(rest).flat_map(|check| &check.hints) {
            if !hints.contains(&hint) {
                hints.push(hint);
            }
        }
        hints
    }
}

/// A headline is read at a glance: a summary that goes on and on, such as a server's own words, ends at a word.
fn shortened(text: &str) -> String {
    const LONGEST: usize = 240;
    let Some((end, _)) = text.char_indices().nth(LONGEST) else { return text.to_owned() };
    let kept = text[..end].rsplit_once(char::is_whitespace).map_or(&text[..end], |(kept, _)| kept);
    format!("{kept}…")
}

/// A sentence as it goes on after a colon: its first letter is lowered where the first word is one that is not a name.
fn as_continuation(text: &str) -> String {
    const LOWERED: &[&str] = &[
        "A",
        "An",
        "Another",
        "Anonymous",
        "Content",
        "It",
        "Its",
        "No",
        "Nobody",
        "Not",
        "Only",
        "Page",
        "Pages",
        "People",
        "Permissions",
        "Restricted",
        "Rights",
        "Secure",
        "Some",
        "That",
        "The",
        "There",
        "These",
        "This",
        "Users",
        "What",
        "Who",
        "Your",
    ];
    let first_word = text.split(|c: char| !c.is_alphabetic()).next().unwrap_or_default();
    if LOWERED.contains(&first_word) { format!("{}{}", first_word.to_lowercase(), &text[first_word.len()..]) } else { text.to_owned() }
}

#[cfg(test)]
mod tests;
