//! What is written where: progress and refusals to standard error, the report to standard output.

use std::io::{self, IsTerminal as _, Write as _};
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use preflight::render::{self, text::Style};
use preflight::{AdminRequest, Event, Explain, Fail, Inventory, Progress, Report, SitesProgress, SitesReport, UserPrompt};

/// Writes a line to standard error. Where that is closed there is nobody to tell.
pub(crate) fn note(line: &str) {
    writeln!(io::stderr().lock(), "{line}").ok();
}

/// Refuses to go on, with a sentence.
pub(crate) fn refuse(sentence: &str, code: u8) -> ExitCode {
    note(&format!("wayleave: {sentence}"));
    ExitCode::from(code)
}

/// Refuses to go on, with an explanation.
pub(crate) fn refuse_explained(error: &dyn Explain, code: u8) -> ExitCode {
    refuse_fail(&error.explain(), code)
}

/// The same, where it is explained already.
pub(crate) fn refuse_fail(fail: &Fail, code: u8) -> ExitCode {
    let code = refuse(fail.summary.as_str(), code);
    for hint in &fail.hints {
        note(&format!("  {}", hint.text));
    }
    code
}

/// Writes the report to standard output.
pub(crate) fn report(report: &Report, json: bool, verbose: bool, product: &str) {
    let text = if json {
        serde_json::to_string_pretty(&render::to_json(report, product)).unwrap_or_default()
    } else {
        let style = Style { color: color(&io::stdout()), width: width(), verbose };
        // who watches both streams on one screen has just read the checks; their evidence is asked for
        let told = io::stderr().is_terminal() && io::stdout().is_terminal() && !verbose;
        if told { format!("\n{}", render::text::to_text_without_checks(report, style)) } else { render::text::to_text(report, style) }
    };
    to_stdout(&text);
}

/// Writes what came of a list of sites to standard output.
pub(crate) fn sites(sites: &SitesReport, json: bool, verbose: bool, product: &str) {
    let text = if json {
        serde_json::to_string_pretty(&render::sites::to_json(sites, product)).unwrap_or_default()
    } else {
        render::sites::to_text(sites, Style { color: color(&io::stdout()), width: width(), verbose })
    };
    to_stdout(text.trim_end());
}

/// Writes the request to the administrator to standard output, or says that there is one.
pub(crate) fn request(request: Option<&AdminRequest>, wanted: bool) {
    match request {
        Some(request) if wanted => {
            let email = request.email();
            to_stdout(&format!("\n{}\n\nSubject: {}\n\n{}", render::words::REQUEST, email.subject, email.body.trim_end()));
        }
        None if wanted => to_stdout("\nThere is nothing to ask of an administrator"),
        Some(_) => note("An administrator can mend this: --request prints a message to send to them"),
        None => {}
    }
}

/// Writes an inventory to standard output.
pub(crate) fn inventory(inventory: &Inventory, json: bool, csv: bool) {
    let text = if json {
        serde_json::to_string_pretty(&render::spaces::to_json(inventory)).unwrap_or_default()
    } else if csv {
        if let Some(why) = (!inventory.complete).then_some(&inventory.headline) {
            note(why.as_str());
        }
        render::spaces::to_csv(inventory)
    } else {
        render::spaces::to_text(inventory, Style { color: color(&io::stdout()), width: width(), verbose: false })
    };
    to_stdout(text.trim_end());
}

/// Writes a sentence to standard output.
pub(crate) fn said(sentence: &str) {
    to_stdout(sentence);
}

/// Writes an explanation to standard output.
pub(crate) fn explanation(fail: &Fail) {
    let mut text = format!("{}\n", fail.summary);
    for detail in &fail.details {
        text = format!("{text}  {}: {}\n", detail.key, detail.value);
    }
    for hint in &fail.hints {
        text = format!("{text}- {}\n", hint.text);
    }
    to_stdout(text.trim_end());
}

/// Writes what was made to standard output.
pub(crate) fn told(text: &str) {
    to_stdout(text);
}

fn to_stdout(text: &str) {
    let mut out = io::stdout().lock();
    // a reader that has enough (`| head`) is not an error
    writeln!(out, "{text}").and_then(|()| out.flush()).ok();
}

fn color(stream: &impl io::IsTerminal) -> bool {
    stream.is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

fn width() -> usize {
    const USUAL: usize = 100;
    std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok()).filter(|&columns| columns >= 40).unwrap_or(USUAL)
}

/// Progress, a line for each rung that came to its end.
pub(crate) struct Lines {
    color: bool,
    last_prompt: Mutex<Option<UserPrompt>>,
    cancelled: AtomicBool,
}

impl Lines {
    /// For standard error.
    pub(crate) fn new() -> Self {
        Self { color: color(&io::stderr()), last_prompt: Mutex::new(None), cancelled: AtomicBool::new(false) }
    }

    /// The person cancelled in the browser window.
    pub(crate) fn was_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Acquire)
    }

    /// Says what is wanted of the person. The same thing once.
    pub(crate) fn prompt(&self, prompt: Option<UserPrompt>) {
        let mut last = self.last_prompt.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if *last == prompt {
            return;
        }
        match &prompt {
            Some(UserPrompt::SystemBrowser { url, opened }) => {
                note(if *opened {
                    "Sign in on the page that has opened in the browser. Its address:"
                } else {
                    "Open this address in a browser and sign in:"
                });
                note(url.as_str());
                note("If the browser shows an error, or cannot come back, paste its address or the error code here and press Enter.");
            }
            Some(UserPrompt::DeviceCode { code, url, .. }) => {
                note(&format!("Open {url} and type the code {code}"));
                note("If the page shows an error, type its code here and press Enter.");
            }
            Some(UserPrompt::ControlledBrowser { host, seen, again }) => {
                let told = matches!(&*last, Some(UserPrompt::ControlledBrowser { again: before, .. }) if before == again);
                if !told && *again {
                    note(&format!("The session at {host} has ended. Sign in once more in the window that has come back."));
                } else if !told {
                    note(&format!("Sign in to {host} in the window that has opened. It goes on by itself."));
                }
                note(&format!("  {seen}"));
            }
            None => {}
        }
        *last = prompt;
    }
}

impl SitesProgress for Lines {
    fn done(&self, count: usize, of: usize, report: &Report) {
        note(&render::sites::row_line(count, of, report, self.color));
    }
}

impl Progress for Lines {
    fn emit(&self, event: Event) {
        match event {
            Event::Finished(result) => note(&render::text::rung_line(&result, self.color)),
            Event::Prompt(prompt) => self.prompt(prompt),
            Event::Cancelled => self.cancelled.store(true, Ordering::Release),
            Event::Plan(_) | Event::Started(_) | Event::Identity(_) => {}
        }
    }
}
