//! The words for what a report says, in one place for the window and all renderings.

use std::time::Duration;

use jiff::Timestamp;

use crate::{Ability, Cause, HintAction, Identity, IdentityKind, Limit, Outcome, Phase, Report, SoFar, Verdict};

/// The mark of everything that comes from practice servers.
pub const PRACTICE: &str = "Practice";

/// What the mark means.
pub const PRACTICE_NOTE: &str = "Made with the practice servers on this computer. It says nothing about a real site.";

/// Heading of the table of abilities.
pub const ABILITIES: &str = "What can be migrated";

/// Heading of the parts that abilities are made of.
pub const FACTORS: &str = "What decides it";

/// The mark of the part that keeps an ability from being whole.
pub const LIMIT: &str = "The limit";

/// Heading of the request to the administrator.
pub const REQUEST: &str = "Request to the administrator";

/// Heading of the hints.
pub const HINTS: &str = "What to do";

/// Heading of the rungs.
pub const CHECKS: &str = "Checks";

/// The word for how a check came out.
pub const fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Passed => "Passed",
        Outcome::Skipped => "Skipped",
        Outcome::Limited => "Limited",
        Outcome::Failed => "Failed",
    }
}

/// The words for how a whole test came out.
pub const fn result(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Passed => "Works",
        Outcome::Skipped => "Not tested",
        Outcome::Limited => "Works, with limits",
        Outcome::Failed => "Does not work",
    }
}

/// The sign for how a check came out where there are no icons.
pub const fn sign(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Passed => "[ok]",
        Outcome::Skipped => "[skipped]",
        Outcome::Limited => "[limited]",
        Outcome::Failed => "[failed]",
    }
}

/// The word for whether an ability is there.
pub const fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Yes => "Yes",
        Verdict::Partly => "Partly",
        Verdict::No => "No",
        Verdict::Unknown => "Unknown",
    }
}

/// How an outcome would look that means the same as a verdict, for icons and colours.
pub const fn verdict_as_outcome(verdict: Verdict) -> Outcome {
    match verdict {
        Verdict::Yes => Outcome::Passed,
        Verdict::Partly => Outcome::Limited,
        Verdict::No => Outcome::Failed,
        Verdict::Unknown => Outcome::Skipped,
    }
}

/// What an ability means for a migration, also where nobody wrote a sentence about it.
pub fn meaning(ability: &Ability) -> &str {
    match (ability.text.as_str(), ability.verdict) {
        ("", Verdict::Unknown) => "Could not be found out",
        (text, _) => text,
    }
}

/// Limits as part of a sentence: `app scope, account role and server`. Empty where there are none.
pub fn limits(limits: &[Limit]) -> String {
    let titles: Vec<&str> = limits.iter().map(|limit| limit.title()).collect();
    match titles.split_last() {
        None => String::new(),
        Some((only, [])) => (*only).to_owned(),
        Some((last, before)) => format!("{} and {last}", before.join(", ")),
    }
}

/// A duration as people say it: `85 ms`, `0.4 s`, `12.0 s`, `2 min 5 s`.
pub fn duration(took: Duration) -> String {
    let millis = took.as_millis();
    let tenths = (millis + 50) / 100;
    let seconds = (millis + 500) / 1000;
    if millis < 100 {
        format!("{millis} ms")
    } else if tenths < 600 {
        format!("{}.{} s", tenths / 10, tenths % 10)
    } else {
        format!("{} min {} s", seconds / 60, seconds % 60)
    }
}

/// How long a check took, or nothing where it took no time worth telling.
pub fn took(took: Duration) -> Option<String> {
    (took.as_millis() > 0).then(|| duration(took))
}

/// A moment to the minute: `2026-11-20 09:50 UTC`.
pub fn moment(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

/// What stands on a hint's button.
pub fn action(action: &HintAction) -> String {
    match action {
        HintAction::OpenUrl(_) => "Open page".to_owned(),
        HintAction::Copy(_) => "Copy".to_owned(),
        HintAction::EditField(field) => format!("Go to {}", field.label()),
        HintAction::Retry => "Test again".to_owned(),
    }
}

/// What a hint's button works on, to be written out where there are no buttons: the address to open, the text to copy.
pub fn action_target(action: &HintAction) -> Option<&str> {
    match action {
        HintAction::OpenUrl(url) => Some(url.as_str()),
        HintAction::Copy(text) => Some(text.as_str()),
        HintAction::EditField(_) | HintAction::Retry => None,
    }
}

/// Who the server says we are: `Jane Doe (jdoe)`.
pub fn identity(identity: &Identity) -> String {
    let called = identity.called();
    match (identity.kind, &identity.account) {
        (IdentityKind::Anonymous, _) => "nobody (anonymous)".to_owned(),
        (IdentityKind::App, Some(account)) if account.as_str() != called => format!("{called} (app {account})"),
        (IdentityKind::App, _) => format!("{called} (app)"),
        (IdentityKind::User, Some(account)) if account.as_str() != called => format!("{called} ({account})"),
        (IdentityKind::User, _) => called.to_owned(),
    }
}

/// The label of a detail's key: `http_status` is read as `HTTP status`.
pub fn detail(key: &str) -> String {
    let word = |word: &str| match word {
        "aadsts" | "api" | "dns" | "http" | "https" | "id" | "tls" | "url" | "upn" | "uri" => word.to_uppercase(),
        "ids" => "IDs".to_owned(),
        "graph" | "microsoft" => capitalised(word),
        "sharepoint" => "SharePoint".to_owned(),
        _ => word.to_owned(),
    };
    capitalised(&key.split('_').map(word).collect::<Vec<_>>().join(" "))
}

/// The place of a cause in `docs/troubleshooting.md`: `network.dns` is at `network-dns`.
pub fn anchor(cause: Cause) -> String {
    cause.as_str().replace('.', "-")
}

/// A number that is easy to read: `10,022`.
pub fn count(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// So many spaces: `1 space`, `10,022 spaces`.
pub fn spaces(number: usize) -> String {
    if number == 1 { "1 space".to_owned() } else { format!("{} spaces", count(number)) }
}

/// How far an inventory has come, with numbers rounded down to `step`, so that a line may change only now and then.
pub fn so_far(so_far: SoFar, step: usize) -> String {
    let SoFar { phase, listed, asked, to_ask, waiting } = so_far;
    let round = |count: usize| count - count % step.max(1);
    let line = match phase {
        Phase::SigningIn => "Signing in".to_owned(),
        Phase::Listing if round(listed) == 0 => "Listing spaces".to_owned(),
        Phase::Listing => format!("Listing spaces: {} so far", count(round(listed))),
        Phase::Asking if asked == to_ask => format!("{} listed, {} asked about", spaces(listed), count(asked)),
        Phase::Asking => format!("Asking about {} of {}", count(round(asked)), spaces(to_ask)),
    };
    match waiting {
        Some(pause) => format!("{line}; waiting {} s, as the server asks", pause.as_secs_f32().ceil()),
        None => line,
    }
}

/// The server's word for what a space is: `Personal`, `Knowledge base`.
pub fn kind(kind: &str) -> String {
    capitalised(&kind.replace('_', " "))
}

/// The same text on one line.
pub fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// One line of the facts about a test.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fact {
    /// What it is.
    pub label: &'static str,
    /// The value, on one line.
    pub value: String,
    /// True for addresses, ids and the like, which are to be shown letter by letter.
    pub literal: bool,
}

impl Fact {
    fn new(label: &'static str, value: &str, literal: bool) -> Self {
        Self { label, value: one_line(value), literal }
    }
}

/// What was tested, as whom, when, and the cause of what went wrong.
pub fn facts(report: &Report) -> Vec<Fact> {
    let mut facts = vec![address(report)];
    facts.extend(report.identity.iter().flat_map(identity_facts));
    facts.extend(run(report));
    facts
}

/// The same without who it was, for where that is told beside it.
pub fn facts_of_the_run(report: &Report) -> Vec<Fact> {
    std::iter::once(address(report)).chain(run(report)).collect()
}

fn address(report: &Report) -> Fact {
    Fact::new("Address", report.target.address.as_str(), true)
}

fn run(report: &Report) -> impl Iterator<Item = Fact> {
    let tested = Fact::new("Tested", &format!("{}, in {}", moment(report.started_at), duration(report.took)), false);
    std::iter::once(tested).chain(report.cause().map(|cause| Fact::new("Cause", cause.as_str(), true)))
}

/// Who it was, who was expected, of which tenant, with which app.
pub fn identity_facts(who: &Identity) -> Vec<Fact> {
    let mut facts = vec![Fact::new("Signed in as", &identity(who), false)];
    for (label, value, literal) in [
        ("Expected", &who.expected, false),
        ("Guest from", &who.home_tenant, true),
        ("Tenant", &who.tenant_name, false),
        ("Tenant ID", &who.tenant, true),
        ("App", &who.app_name, false),
        ("App ID", &who.app, true),
    ] {
        facts.extend(value.as_ref().map(|value| Fact::new(label, value.as_str(), literal)));
    }
    facts
}

fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_short() {
        for (millis, text) in [
            (0, "0 ms"),
            (85, "85 ms"),
            (100, "0.1 s"),
            (449, "0.4 s"),
            (999, "1.0 s"),
            (1250, "1.3 s"),
            (59_949, "59.9 s"),
            (59_999, "1 min 0 s"),
            (119_500, "2 min 0 s"),
            (125_000, "2 min 5 s"),
        ] {
            assert_eq!(duration(Duration::from_millis(millis)), text);
        }
    }

    #[test]
    fn numbers_are_easy_to_read() {
        let told: Vec<String> = [0, 7, 999, 1000, 10_022, 1_234_567].into_iter().map(count).collect();
        assert_eq!(told, ["0", "7", "999", "1,000", "10,022", "1,234,567"]);
        assert_eq!((spaces(1), spaces(20_000)), ("1 space".to_owned(), "20,000 spaces".to_owned()));
    }

    #[test]
    fn lines_of_progress_are_few_and_have_numbers() {
        let listing = |listed| SoFar { phase: Phase::Listing, listed, asked: 0, to_ask: 0, waiting: None };
        let mut lines: Vec<String> = (0..=10_000).map(|listed| so_far(listing(listed), 1000)).collect();
        lines.dedup();
        assert_eq!(lines.len(), 11, "{lines:?}");
        assert_eq!(lines.last().map(String::as_str), Some("Listing spaces: 10,000 so far"));
        let asking = SoFar { phase: Phase::Asking, listed: 40, asked: 31, to_ask: 40, waiting: Some(Duration::from_millis(1200)) };
        assert_eq!(so_far(asking, 10), "Asking about 30 of 40 spaces; waiting 2 s, as the server asks");
        assert_eq!(so_far(SoFar { asked: 40, waiting: None, ..asking }, 10), "40 spaces listed, 40 asked about");
    }

    #[test]
    fn kinds_are_words() {
        let told: Vec<String> = ["global", "personal", "knowledge_base", ""].into_iter().map(kind).collect();
        assert_eq!(told, ["Global", "Personal", "Knowledge base", ""]);
    }

    #[test]
    fn limits_are_part_of_a_sentence() {
        assert_eq!(limits(&[]), "");
        assert_eq!(limits(&[Limit::SiteLock]), "site lock");
        assert_eq!(limits(&[Limit::AppScope, Limit::AccountRole]), "app scope and account role");
        assert_eq!(limits(&[Limit::AppScope, Limit::AccountRole, Limit::Server]), "app scope, account role and server");
    }

    #[test]
    fn keys_become_labels() {
        for (key, label) in [
            ("http_status", "HTTP status"),
            ("tenant_id", "Tenant ID"),
            ("microsoft_says", "Microsoft says"),
            ("aadsts", "AADSTS"),
            ("error", "Error"),
            ("error_codes", "Error codes"),
            ("", ""),
        ] {
            assert_eq!(detail(key), label);
        }
    }

    #[test]
    fn identities_are_named_once() {
        let user =
            Identity { kind: IdentityKind::User, name: Some("Jane Doe".into()), account: Some("jdoe".into()), ..Identity::anonymous() };
        assert_eq!(identity(&user), "Jane Doe (jdoe)");
        assert_eq!(identity(&Identity { name: None, ..user.clone() }), "jdoe");
        assert_eq!(identity(&Identity { kind: IdentityKind::App, ..user }), "Jane Doe (app jdoe)");
        assert_eq!(identity(&Identity::anonymous()), "nobody (anonymous)");
    }
}
