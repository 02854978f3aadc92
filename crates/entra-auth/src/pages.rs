//! The pages that the browser shows when it comes back from Microsoft: whole in themselves, without scripts and without anything from elsewhere.

use http::StatusCode;
use preflight::{Explain as _, Fail, SafeText};

use crate::{Principal, SignInError};

/// A page at the return address.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Page {
    /// Signed in, and as whom.
    SignedIn {
        /// The person's name, else the account.
        name: SafeText,
        /// The account.
        account: SafeText,
    },
    /// The sign-in came to nothing.
    Failed {
        /// What is wrong, as the program says it, too.
        summary: SafeText,
    },
    /// The answer is here; what comes of it takes longer than a page should.
    Received,
    /// The answer is not of the sign-in that is waited for.
    Stranger,
    /// An address without an answer.
    NoAnswer,
    /// Anything that is not asked for here.
    Refused(StatusCode),
}

impl Page {
    pub(crate) fn of(result: Result<&Principal, &SignInError>) -> Self {
        match result {
            Ok(who) => {
                let account = SafeText::from(who.account().to_owned());
                Self::SignedIn { name: who.name().map_or_else(|| account.clone(), |name| SafeText::from(name.to_owned())), account }
            }
            Err(error) => Self::failed(&error.explain()),
        }
    }

    fn failed(fail: &Fail) -> Self {
        Self::Failed { summary: fail.summary.clone() }
    }

    pub(crate) fn status(&self) -> StatusCode {
        match self {
            // a failure of the sign-in is not one of this page; browsers show their own page for some errors
            Self::SignedIn { .. } | Self::Failed { .. } | Self::Received => StatusCode::OK,
            Self::Stranger | Self::NoAnswer => StatusCode::BAD_REQUEST,
            Self::Refused(status) => *status,
        }
    }

    pub(crate) fn html(&self) -> String {
        const BACK: &str = "You can close this tab and go back to Wayleave.";
        const SAYS_WHAT: &str = "Go back to Wayleave: it says what to do. You can close this tab.";
        let (class, title, told, next): (_, _, String, _) = match self {
            Self::SignedIn { name, account } if name == account => {
                ("passed", "You are signed in", format!("Signed in as {account}."), BACK)
            }
            Self::SignedIn { name, account } => ("passed", "You are signed in", format!("Signed in as {name} ({account})."), BACK),
            Self::Failed { summary } => ("failed", "The sign-in did not work", format!("{summary}."), SAYS_WHAT),
            Self::Received => ("", "Almost done", "Your answer has arrived, and Wayleave is checking it.".to_owned(), BACK),
            Self::Stranger => (
                "failed",
                "This is not the sign-in Wayleave waits for",
                "The answer belongs to an earlier sign-in, or to none. It was not used.".to_owned(),
                "Sign in on the page that Wayleave opened last. You can close this tab.",
            ),
            Self::NoAnswer => (
                "",
                "Wayleave waits for your sign-in here",
                "There is no answer in this address.".to_owned(),
                "Sign in on the page that Wayleave opened. You can close this tab.",
            ),
            Self::Refused(_) => ("", "There is nothing here", "Only Microsoft's answer to a sign-in is taken here.".to_owned(), BACK),
        };
        let icon = match class {
            "passed" => r#"<path d="M5 12.5l4.5 4.5L19 7.5"/>"#,
            "failed" => r#"<path d="M7 7l10 10M17 7L7 17"/>"#,
            _ => r#"<path d="M12 7v6M12 17v.01"/>"#,
        };
        let paragraphs = format!("<p>{}</p>\n<p class=\"next\">{}</p>", escaped(&told), escaped(next));
        include_str!("../assets/pages/page.html")
            .replace("{{class}}", class)
            .replace("{{icon}}", icon)
            .replace("{{title}}", &escaped(title))
            // last, so that nothing in it is taken for a placeholder
            .replace("{{paragraphs}}", &paragraphs)
    }
}

/// Text as HTML, in an element or a quoted attribute.
fn escaped(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            c => html.push(c),
        }
    }
    html
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_words_stay_words() {
        let hostile = r#"<script src="//evil.test">'&{{paragraphs}}"#;
        let page = Page::SignedIn { name: hostile.to_owned().into(), account: "ada@heather.example".into() };
        let html = page.html();
        assert!(!html.contains("<script"), "{html}");
        assert!(html.contains("&lt;script src=&quot;//evil.test&quot;&gt;&#39;&amp;{{paragraphs}}"), "{html}");
    }

    #[test]
    fn pages_need_nothing_from_elsewhere() {
        let pages = [
            Page::SignedIn { name: "Ada Brook".into(), account: "ada@heather.example".into() },
            Page::Failed { summary: "Nobody has approved this app's permissions yet".into() },
            Page::Received,
            Page::Stranger,
            Page::NoAnswer,
            Page::Refused(StatusCode::NOT_FOUND),
        ];
        for page in pages {
            let html = page.html();
            for foreign in ["http:", "https:", "src=", "href=", "<script", "@import", "url(", "{{", "}}"] {
                assert!(!html.contains(foreign), "{page:?} holds {foreign}");
            }
        }
    }
}
