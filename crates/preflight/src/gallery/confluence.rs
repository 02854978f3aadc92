//! The Confluence side of the gallery.

use super::{Draft, Rungs, ability, open, person};
use crate::{Ability, AbilityId, Cause, Field, Hint, HintAction, Identity, Limit, Report, TargetKind, Verdict};

const RUNGS: Rungs = &[
    ("confluence.address", "Address"),
    ("confluence.reachable", "Reachable"),
    ("confluence.product", "Product and version"),
    ("confluence.credential", "Credential accepted"),
    ("confluence.identity", "Signed in as"),
    ("confluence.spaces", "Spaces"),
    ("confluence.content", "Reads a page"),
    ("confluence.attachment", "Reads an attachment"),
    ("confluence.users", "People and groups"),
    ("confluence.administrator", "Administrator"),
    ("confluence.permissions", "Permissions"),
];

const ADDRESS: &str = "https://wiki.example.com/confluence";

fn draft(address: &'static str) -> Draft {
    Draft::new(TargetKind::Confluence, RUNGS, address)
}

/// Up to the product, on a Data Center that is well.
fn found() -> Draft {
    draft(ADDRESS)
        .passed("Understood as https://wiki.example.com/confluence", 0)
        .detail("typed", "wiki.example.com/confluence/display/HR/Welcome?src=breadcrumbs")
        .passed("Answers over a trusted connection", 84)
        .detail("route", "direct, no proxy")
        .passed("Confluence 8.5.4, Data Center", 61)
        .detail("version", "8.5.4")
        .detail("build", "9012")
}

fn all_abilities() -> Vec<Ability> {
    vec![
        ability(AbilityId::Content, Verdict::Yes, &[], "All pages and files of all spaces, restricted pages included, can be read"),
        ability(
            AbilityId::PagePermissions,
            Verdict::Yes,
            &[],
            "The permissions of all spaces and the restrictions of all pages can be read",
        ),
        ability(AbilityId::AuthorshipDates, Verdict::Yes, &[], "Authors and dates of pages and files can be read"),
        ability(AbilityId::UsersAndGroups, Verdict::Yes, &[], "People and groups can be looked up"),
    ]
}

fn well() -> Draft {
    found()
        .passed("The server knows the owner of this token", 93)
        .detail("sent_as", "Authorization: Bearer [hidden]")
        .detail("login_reason", "OK")
        .passed("Jane Doe (jdoe)", 0)
        .passed("Sees 214 spaces, 12 of them archived", 412)
        .passed("Read the page Welcome with its body, author and dates", 158)
        .detail("page", "HR / Welcome")
        .passed("Read Organisation chart.png, 84 kB", 121)
        .passed("People and groups can be looked up", 77)
        .passed("Member of confluence-administrators: sees restricted pages as well", 66)
        .passed("Read the permissions of 3 of 3 spaces tried", 190)
}

pub(super) fn all_good() -> Report {
    well().identity(person("Jane Doe", "jdoe")).abilities(all_abilities()).done()
}

pub(super) fn practice() -> Report {
    let mut report = well().identity(person("Jane Doe", "jdoe")).abilities(all_abilities()).done();
    report.target.address = "http://127.0.0.1:49152/confluence".into();
    report.target.practice = true;
    report.checks[0].summary = "Understood as http://127.0.0.1:49152/confluence".into();
    report.checks[0].details.clear();
    report.checks[1].summary = "Answers".into();
    report
}

pub(super) fn unknown_name() -> Report {
    draft("https://wiki.corp.example.com")
        .passed("Understood as https://wiki.corp.example.com", 0)
        .failed(Cause::NetworkDns, "The name wiki.corp.example.com is not known on this network", 38)
        .detail("error", "failed to look up address information: Name or service not known")
        .hint(Hint::with("Check the spelling of the address", HintAction::EditField(Field::ConfluenceAddress)))
        .hint(Hint::say("If the address is an internal one, connect to the company network or VPN first"))
        .hint(Hint::with("Try again", HintAction::Retry))
        .done()
}

pub(super) fn proxy_password_wanted() -> Report {
    draft(ADDRESS)
        .passed("Understood as https://wiki.example.com/confluence", 0)
        .failed(Cause::NetworkProxyAuthRequired, "The proxy of this network asks for a user name and password", 12)
        .detail("proxy", "http://proxy.corp.example.com:8080")
        .detail("http_status", "407 Proxy Authentication Required")
        .detail("www_authenticate", "Basic realm=\"Corporate web access\"")
        .hint(Hint::say("Enter the proxy's user name and password, or ask your network team to let this program through"))
        .done()
}

pub(super) fn token_rejected() -> Report {
    found()
        .failed(Cause::ConfluenceCredentialRejected, "Confluence rejects this token", 71)
        .detail("http_status", "401")
        .detail("login_reason", "AUTHENTICATED_FAILED")
        .hint(Hint::with("Enter the token again, whole and without spaces", HintAction::EditField(Field::Token)))
        .hint(open(
            "Or create a new one in Confluence under Settings, Personal access tokens",
            "https://wiki.example.com/confluence/plugins/personalaccesstokens/usertokens.action",
        ))
        .done()
}

pub(super) fn treated_as_anonymous() -> Report {
    found()
        .failed(Cause::ConfluenceTreatedAsAnonymous, "Confluence ignored this token and answered as if nobody had signed in", 88)
        .detail("http_status", "200")
        .detail("user_type", "anonymous")
        .detail("x_ausername", "anonymous")
        .hint(Hint::with("Create a new token: this one is wrong, expired or revoked", HintAction::EditField(Field::Token)))
        .hint(Hint::say(
            "If a new token is ignored as well, ask a Confluence administrator whether personal access tokens are switched off",
        ))
        .identity(Identity::anonymous())
        .done()
}

pub(super) fn captcha() -> Report {
    found()
        .failed(Cause::ConfluenceCaptchaRequired, "Confluence wants a CAPTCHA solved before it lets this account sign in again", 64)
        .detail("http_status", "401")
        .detail("login_reason", "AUTHENTICATION_DENIED")
        .hint(open(
            "Sign in once in the browser and solve the CAPTCHA, then test again",
            "https://wiki.example.com/confluence/login.action",
        ))
        .hint(Hint::say("Or ask a Confluence administrator to reset the failed logins of this account"))
        .done()
}

pub(super) fn anonymous() -> Report {
    let role = &[Limit::AccountRole];
    found()
        .skipped("Nothing to accept: anonymous access was asked for")
        .passed("Nobody: the server allows anonymous reading", 90)
        .passed("Sees 31 spaces", 244)
        .passed("Read the page Welcome with its body and dates", 131)
        .passed("Read Organisation chart.png, 84 kB", 118)
        .limited(Cause::ConfluenceNotAdministrator, "People and groups cannot be looked up without signing in", 52)
        .limited(Cause::ConfluenceNotAdministrator, "Nobody is signed in, so nobody is an administrator", 0)
        .hint(Hint::with("Sign in with an administrator's account to migrate everything", HintAction::EditField(Field::ConfluenceMethod)))
        .skipped("Only for people who are signed in")
        .identity(Identity::anonymous())
        .abilities(vec![
            ability(AbilityId::Content, Verdict::Yes, &[], "What is open to everybody can be read; nothing is known of the rest"),
            ability(AbilityId::PagePermissions, Verdict::No, role, "Permissions cannot be read without signing in"),
            ability(AbilityId::AuthorshipDates, Verdict::Partly, role, "Dates can be read; the names of authors may be hidden"),
            ability(AbilityId::UsersAndGroups, Verdict::No, role, "People and groups cannot be looked up"),
        ])
        .done()
}

/// What a server, or somebody who named a space or himself, could try on a reader: HTML, Markdown, columns, direction, length.
pub(super) fn hostile_texts() -> Report {
    let markup = "<script>alert(1)</script> & <b onload='x'>\"bold\"</b> <!-- --> ]]>";
    let markdown =
        "| a | b |\n|---|---|\n# Heading\n[click](javascript:alert(1)) **bold** `code` ![x](https://evil.example/x.png) @everyone #1";
    let turned = "\u{202e}gnp.exe\u{2066} שלום עולם — مرحبا";
    let long_word = "0123456789abcdef".repeat(20);
    let long_text = "This answer has many words, more than anybody wants to read. ".repeat(30);
    let mut report = found()
        .passed(markup.to_owned(), 93)
        .detail("body", markup.to_owned())
        .passed(markdown.to_owned(), 0)
        .detail("body", markdown.to_owned())
        .passed(turned.to_owned(), 412)
        .limited(Cause::ConfluenceNotAdministrator, long_text, 61_500)
        .detail("word", long_word)
        .hint(Hint::with(markup.to_owned(), HintAction::Copy(markdown.to_owned().into())))
        .hint(open("Open \"it\" <now>", "https://wiki.example.com/?a=1&b=<\"'>|`x`&c=_x_*y*"))
        .passed("日本語のページ — 全角文字 and emoji 🙂🇨🇭 in one line, so that the columns have to count", 3)
        .passed("1. not a list", 2)
        .passed("- not a list either, and ``two`` ticks", 1)
        .passed("Fine", 1)
        .identity(person("Robert'); DROP TABLE <i>x</i>|*_~", "bobby`tables|@example.com"))
        .abilities(vec![
            ability(AbilityId::Content, Verdict::Partly, &[Limit::AccountRole, Limit::Server, Limit::SignInMethod], "A | B <i>C</i>\n* D"),
            ability(AbilityId::PagePermissions, Verdict::Unknown, &[], ""),
        ])
        .done();
    report.target.address = format!("https://wiki.example.com/{}?a=1&b=2", "very-long-path/".repeat(12)).into();
    report
}
