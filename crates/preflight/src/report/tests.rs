use super::*;

use Outcome::{Failed, Limited, Passed, Skipped};
use TargetKind::{Confluence, SharePoint};
use Verdict::{No, Partly, Unknown, Yes};

fn check(outcome: Outcome, summary: &'static str) -> CheckResult {
    let cause = (outcome >= Limited).then_some(Cause::NetworkDns);
    let id = CheckId("confluence.reachable");
    CheckResult { id, title: "Reachable", outcome, cause, summary: summary.into(), details: vec![], hints: vec![], took: Duration::ZERO }
}

/// Verdicts in the order content, page permissions, authors and dates, users and groups.
fn report(kind: TargetKind, outcomes: &[Outcome], verdicts: Option<[Verdict; 4]>) -> Report {
    let abilities = verdicts.map_or_else(Vec::new, |verdicts| {
        let ability = |(id, verdict)| Ability {
            id,
            verdict,
            limited_by: vec![],
            text: SafeText::from(format!("The text of {id:?}")),
            factors: vec![],
        };
        AbilityId::ALL.into_iter().zip(verdicts).map(ability).collect()
    });
    Report {
        target: Target { kind, address: "https://wiki.example.com".into(), practice: false },
        started_at: Timestamp::UNIX_EPOCH,
        took: Duration::ZERO,
        identity: None,
        checks: outcomes.iter().map(|outcome| check(*outcome, "The first of its kind")).collect(),
        abilities,
        request: None,
    }
}

#[test]
fn outcomes_follow_the_rules() {
    for (kind, checks, verdicts, expected, why) in [
        (Confluence, &[Passed, Passed][..], Some([Yes, Yes, Yes, Yes]), Passed, "all well"),
        (Confluence, &[Passed, Skipped], Some([Yes, Yes, Yes, Yes]), Passed, "left out is not bad"),
        (Confluence, &[Passed, Failed], Some([Yes, Yes, Yes, Yes]), Failed, "a failed rung fails"),
        (Confluence, &[Failed, Skipped], None, Failed, "did not get far"),
        (Confluence, &[Passed, Skipped], None, Failed, "nothing is known of what can be migrated: never green"),
        (Confluence, &[Limited], Some([No, Yes, Yes, Yes]), Failed, "no content, whatever the rungs say"),
        (Confluence, &[Passed], Some([Partly, Yes, Yes, Yes]), Limited, "an administrator outside the super group"),
        (Confluence, &[Passed], Some([Unknown, Yes, Yes, Yes]), Limited, "unknown content"),
        (Confluence, &[Passed], Some([Yes, No, Yes, Yes]), Limited, "no page permissions"),
        (Confluence, &[Passed], Some([Yes, Unknown, Yes, Yes]), Limited, "unknown page permissions"),
        (Confluence, &[Passed], Some([Yes, Yes, Yes, No]), Limited, "people are needed on the side of the source"),
        (Confluence, &[Passed], Some([Yes, Yes, Yes, Partly]), Passed, "some people will do"),
        (Confluence, &[Passed], Some([Yes, Yes, Yes, Unknown]), Passed, "unknown changes nothing here"),
        (SharePoint, &[Passed], Some([Yes, Yes, Yes, No]), Passed, "the recommended app cannot look people up"),
        (SharePoint, &[Passed], Some([Yes, Yes, No, No]), Passed, "authors and dates alone do not lower it"),
        (SharePoint, &[Passed], Some([Yes, Yes, Unknown, Yes]), Passed, "unknown changes nothing here"),
        (SharePoint, &[Passed, Limited], Some([Yes, Yes, Yes, Yes]), Limited, "consent for Graph is missing"),
        (SharePoint, &[Limited], Some([Yes, No, No, Yes]), Limited, "plan B"),
        (SharePoint, &[Failed], Some([No, No, No, No]), Failed, "a client secret"),
    ] {
        assert_eq!(report(kind, checks, verdicts).outcome(), expected, "{why}");
    }
}

#[test]
fn the_cause_is_the_first_failed_ones_else_the_first_limited_ones() {
    let causes = [Cause::ConfluenceNotAdministrator, Cause::NetworkDns, Cause::ServerError, Cause::NetworkClosed];
    for (outcomes, expected) in [
        (&[Passed, Skipped][..], None),
        (&[Passed, Limited, Limited], Some(Cause::NetworkDns)),
        (&[Limited, Passed, Failed, Failed], Some(Cause::ServerError)),
    ] {
        let mut report = report(Confluence, outcomes, None);
        for (check, cause) in report.checks.iter_mut().zip(causes) {
            check.cause = (check.outcome >= Limited).then_some(cause);
        }
        assert_eq!(report.cause(), expected);
    }
}

#[test]
fn headlines_are_sentences() {
    let jane = Identity { kind: IdentityKind::User, name: Some("Jane Doe".into()), ..Identity::anonymous() };
    let app = Identity { kind: IdentityKind::App, account: Some("33333333-0000-0000-0000-000000000000".into()), ..Identity::anonymous() };
    let nameless = Identity { kind: IdentityKind::User, ..Identity::anonymous() };
    let whole = Some([Yes; 4]);
    for (identity, kind, outcomes, verdicts, summary, expected) in [
        (Some(&jane), Confluence, &[Passed][..], whole, "", "Confluence works as Jane Doe"),
        (Some(&app), SharePoint, &[Passed], whole, "", "SharePoint works as 33333333-0000-0000-0000-000000000000"),
        (Some(&nameless), SharePoint, &[Passed], whole, "", "SharePoint works as somebody without a name"),
        (None, SharePoint, &[Passed], whole, "", "SharePoint works"),
        (
            Some(&Identity::anonymous()),
            Confluence,
            &[Limited],
            whole,
            "No sign-in",
            "Confluence works without signing in, with limits: no sign-in",
        ),
        (
            Some(&jane),
            SharePoint,
            &[Limited],
            whole,
            "The scope is the limit",
            "SharePoint works as Jane Doe, with limits: the scope is the limit",
        ),
        (
            Some(&jane),
            SharePoint,
            &[Limited],
            whole,
            "Graph's token is refused",
            "SharePoint works as Jane Doe, with limits: Graph's token is refused",
        ),
        (Some(&jane), SharePoint, &[Limited], whole, "Anna may not", "SharePoint works as Jane Doe, with limits: Anna may not"),
        (
            Some(&jane),
            SharePoint,
            &[Passed],
            Some([Yes, No, Yes, Yes]),
            "",
            "SharePoint works as Jane Doe, with limits: the text of PagePermissions",
        ),
        (Some(&jane), SharePoint, &[Failed], None, "The name is not known", "The name is not known"),
        (Some(&jane), SharePoint, &[Limited], Some([No; 4]), "The site is read-only", "The site is read-only"),
        (Some(&jane), SharePoint, &[Passed], Some([No; 4]), "", "The text of Content"),
        (Some(&jane), SharePoint, &[Limited, Skipped], None, "Graph is slow", "SharePoint could not be tested to the end"),
    ] {
        let mut report = Report { identity: identity.cloned(), ..report(kind, outcomes, verdicts) };
        report.checks[0].summary = summary.into();
        assert_eq!(report.headline().as_str(), expected);
    }
}

#[test]
fn hints_come_without_repetition_the_decisive_ones_first() {
    let mut report = report(Confluence, &[Passed, Limited, Failed, Skipped], None);
    let hints = [&["note"][..], &["ask", "retry"], &["mend", "retry"], &["never shown"]];
    for (check, hints) in report.checks.iter_mut().zip(hints) {
        check.hints = hints.iter().map(|text| Hint::say(*text)).collect();
    }
    let said: Vec<&str> = report.hints().iter().map(|hint| hint.text.as_str()).collect();
    assert_eq!(said, ["mend", "retry", "note", "ask"]);
}

#[test]
fn headlines_end() {
    let long = "größer ".repeat(100);
    let mut report = report(Confluence, &[Failed], None);
    for (summary, ends) in [(long, "größer…"), ("ü".repeat(1000), "üü…")] {
        report.checks[0].summary = SafeText::from(summary);
        let headline = report.headline();
        assert!(headline.as_str().ends_with(ends) && headline.as_str().chars().count() <= 241, "{headline}");
    }
}
