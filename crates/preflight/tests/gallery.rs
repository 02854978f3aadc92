//! The gallery of reports in every rendering, as golden files: a change of words or looks shows up in review.
//!
//! `cargo insta review` accepts a change, or `INSTA_UPDATE=always cargo test -p preflight --test gallery`.

use preflight::render::text::Style;
use preflight::render::{to_html, to_json, to_markdown, to_text, words};
use preflight::{Outcome, Report, Verdict, gallery};

const PRODUCT: &str = "wayleave 0.1.0";

fn plain(report: &Report) -> String {
    to_text(report, Style { color: false, width: 100, verbose: true })
}

/// What differs between two pages; the head is the same in all.
fn body(page: &str) -> &str {
    let at = page.find("<main>").expect("every page has a main part");
    &page[at..]
}

#[test]
fn text() {
    for (name, report) in gallery::reports() {
        insta::assert_snapshot!(format!("{name}.txt"), plain(&report));
    }
}

#[test]
fn markdown() {
    for (name, report) in gallery::reports() {
        insta::assert_snapshot!(format!("{name}.md"), to_markdown(&report, PRODUCT));
    }
}

#[test]
fn html() {
    for (name, report) in gallery::reports() {
        insta::assert_snapshot!(format!("{name}.html"), body(&to_html(&report, PRODUCT)));
    }
}

#[test]
fn json() {
    for (name, report) in gallery::reports() {
        let json = serde_json::to_string_pretty(&to_json(&report, PRODUCT)).expect("JSON");
        insta::assert_snapshot!(format!("{name}.json"), json);
    }
}

#[test]
fn several_sites() {
    use preflight::render::sites;

    let list = gallery::sites();
    insta::assert_snapshot!("sites.txt", sites::to_text(&list, Style { color: false, width: 100, verbose: true }));
    insta::assert_snapshot!("sites.md", sites::to_markdown(&list, PRODUCT));
    let page = sites::to_html(&list, PRODUCT);
    insta::assert_snapshot!("sites.html", body(&page));
    assert_eq!(balance(body(&page)), Vec::<String>::new(), "every element is closed");
    assert!(!page.contains("<b>"), "what stands in the list stays a text");
}

#[test]
fn requests_to_the_administrator() {
    for (name, request) in gallery::reports().into_iter().filter_map(|(name, report)| report.request.map(|request| (name, request))) {
        let email = request.email();
        insta::assert_snapshot!(format!("{name}.request.txt"), format!("Subject: {}\n\n{}", email.subject, email.body));
        insta::assert_snapshot!(format!("{name}.request.md"), request.markdown());
    }
}

#[test]
fn practice_is_marked_in_every_rendering_and_only_there() {
    for (name, report) in gallery::reports() {
        let practice = report.target.practice;
        assert_eq!(practice, name == "practice");
        assert_eq!(plain(&report).contains("PRACTICE"), practice, "{name}");
        assert_eq!(to_markdown(&report, PRODUCT).contains("**Practice.**"), practice, "{name}");
        assert_eq!(to_html(&report, PRODUCT).contains("<p class=\"practice\""), practice, "{name}");
        assert_eq!(to_html(&report, PRODUCT).contains("<title>Practice: "), practice, "{name}");
        assert_eq!(to_json(&report, PRODUCT)["target"].get("practice").is_some(), practice, "{name}");
    }
}

#[test]
fn every_rendering_says_headline_rungs_abilities_and_hints() {
    for (name, report) in gallery::reports().into_iter().filter(|(name, _)| *name != "hostile_texts") {
        let unwrapped = to_text(&report, Style { color: false, width: 1000, verbose: false });
        for (form, rendered) in [
            ("text", unwrapped),
            ("markdown", to_markdown(&report, PRODUCT).replace('\\', "")),
            ("html", to_html(&report, PRODUCT).replace("&#39;", "'")),
        ] {
            let says = |text: &str| assert!(rendered.contains(text), "{name} as {form} does not say {text:?}");
            says(report.headline().as_str());
            for check in &report.checks {
                says(check.title);
                says(check.summary.as_str());
            }
            for ability in &report.abilities {
                says(ability.id.title());
                says(words::verdict(ability.verdict));
                says(ability.text.as_str());
                for factor in ability.factors.iter().filter(|_| form != "text" || ability.verdict != Verdict::Yes) {
                    says(factor.side.title());
                    says(factor.text.as_str());
                    assert!(!factor.limiting || rendered.to_lowercase().contains("the limit"), "{name} as {form} names no limit");
                }
            }
            for hint in report.hints() {
                says(hint.text.as_str());
            }
        }
    }
}

#[test]
fn evidence_stays_folded_away_in_text_unless_asked_for() {
    for (name, report) in gallery::reports() {
        let brief = to_text(&report, Style { color: false, width: 100, verbose: false });
        assert!(brief.lines().count() < plain(&report).lines().count(), "{name}");
    }
}

/// The inside of every tag of a page. In texts `<` is escaped, so nothing else begins with it.
fn tags(page: &str) -> Vec<String> {
    page.split('<').skip(1).map(|tag| tag.split('>').next().unwrap_or_default().to_lowercase()).collect()
}

#[test]
fn a_page_stands_alone_and_runs_nothing() {
    const ELEMENTS: &[&str] = &[
        "!doctype", "!--", "a", "bdi", "body", "circle", "code", "dd", "details", "div", "dl", "dt", "footer", "h1", "h2", "head",
        "header", "html", "li", "main", "meta", "ol", "p", "path", "section", "span", "strong", "style", "summary", "svg", "symbol",
        "table", "tbody", "td", "th", "thead", "title", "tr", "ul", "use",
    ];
    for (name, report) in gallery::reports() {
        let page = to_html(&report, PRODUCT);
        for tag in tags(&page) {
            let element = tag.trim_start_matches('/').split([' ', '/']).next().unwrap_or_default().to_owned();
            assert!(ELEMENTS.contains(&element.as_str()), "{name} holds <{tag}>");
            let attributes = tag.split_once(' ').map_or("", |(_, attributes)| attributes);
            for forbidden in [" on", "src=", "style=", "srcset=", "javascript:", "http-equiv=\"refresh"] {
                assert!(!format!(" {attributes}").contains(forbidden), "{name}: <{tag}>");
            }
            if let Some((_, target)) = attributes.split_once("href=\"") {
                assert!(["#i-", "https://", "http://"].iter().any(|begin| target.starts_with(begin)), "{name}: <{tag}>");
            }
        }
        let style = page.split_once("<style>").and_then(|(_, rest)| rest.split_once("</style>")).expect("a style").0;
        assert!(!style.contains("url(") && !style.contains("@import"), "{name}");
        assert!(page.contains("default-src 'none'"), "{name}");
    }
}

#[test]
fn texts_from_servers_stay_texts_in_html() {
    let page = to_html(&hostile(), PRODUCT);
    assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt; &amp; &lt;b onload=&#39;x&#39;&gt;"));
    assert!(!page.contains('\u{202e}'));
    assert_eq!(balance(body(&page)), Vec::<String>::new(), "every element is closed");
}

#[test]
fn texts_from_servers_stay_texts_in_markdown() {
    use pulldown_cmark::{Event, Options, Parser, Tag};

    let mut said = String::new();
    let markdown = to_markdown(&hostile(), PRODUCT);
    let mut cells = 0;
    for event in Parser::new_ext(&markdown, Options::ENABLE_GFM | Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH) {
        match event {
            Event::Html(html) | Event::InlineHtml(html) => {
                assert!(["<details>", "<summary>Evidence</summary>", "</details>"].contains(&html.trim()), "{html}");
            }
            Event::Start(Tag::Link { dest_url, .. }) => assert!(dest_url.starts_with("https://wiki.example.com/"), "{dest_url}"),
            Event::Start(tag @ (Tag::Image { .. } | Tag::Emphasis | Tag::Strikethrough | Tag::CodeBlock(_) | Tag::BlockQuote(_))) => {
                panic!("a text became {tag:?}");
            }
            Event::Start(Tag::TableRow | Tag::TableHead) => cells = 0,
            Event::Start(Tag::TableCell) => cells += 1,
            Event::End(pulldown_cmark::TagEnd::TableRow) => assert!(cells == 2 || cells == 4, "a row has {cells} cells"),
            Event::Text(text) | Event::Code(text) => said.push_str(&text),
            _ => {}
        }
    }
    for text in
        ["<script>alert(1)</script> & <b onload='x'>", "[click](javascript:alert(1)) **bold** `code`", "1. not a list", "- not a list"]
    {
        assert!(said.contains(text), "{text} is not said as it is: {said}");
    }
}

#[test]
fn texts_from_servers_stay_texts_in_a_terminal() {
    let text = to_text(&hostile(), Style { color: true, width: 80, verbose: true });
    assert!(text.chars().all(|c| !c.is_control() || c == '\n' || c == '\u{1b}'));
    assert!(
        text.split('\u{1b}')
            .skip(1)
            .all(|code| code.starts_with('[') && code[1..].trim_start_matches([';', '0', '1', '2', '3', '4']).starts_with('m'))
    );
}

fn hostile() -> Report {
    gallery::reports().into_iter().find(|(name, _)| *name == "hostile_texts").expect("it is in the gallery").1
}

/// Elements that are opened and not closed, or closed and not opened.
fn balance(html: &str) -> Vec<String> {
    let mut open: Vec<String> = Vec::new();
    for tag in html.split('<').skip(1) {
        let tag = tag.split('>').next().unwrap_or_default();
        let name = tag.trim_start_matches('/').split([' ', '/']).next().unwrap_or_default().to_owned();
        if tag.ends_with('/') {
            continue;
        }
        match tag.strip_prefix('/') {
            None => open.push(name),
            Some(_) if open.last() == Some(&name) => drop(open.pop()),
            Some(_) => open.push(format!("/{name}")),
        }
    }
    // the part under test begins inside the body
    open.retain(|name| name != "/body" && name != "/html");
    open
}

#[test]
fn the_gallery_holds_every_outcome_on_both_sides() {
    let reports = gallery::reports();
    let mut names: Vec<&str> = reports.iter().map(|(name, _)| *name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), reports.len(), "names are unique");
    for kind in [preflight::TargetKind::Confluence, preflight::TargetKind::SharePoint] {
        for outcome in [Outcome::Passed, Outcome::Limited, Outcome::Failed] {
            assert!(reports.iter().any(|(_, report)| report.target.kind == kind && report.outcome() == outcome), "{kind:?} {outcome:?}");
        }
    }
    for (name, report) in &reports {
        for check in &report.checks {
            assert_eq!(check.cause.is_some(), check.outcome >= Outcome::Limited, "{name}: {}", check.id);
        }
    }
}
