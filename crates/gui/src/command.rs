//! Everything that a button, a menu entry, a shortcut or a hint can ask for: one list, executed at the start of the next frame.

use egui::{Key, KeyboardShortcut, Modifiers};
use preflight::{Field, HintAction, TargetKind};

use crate::request::Form;

/// A wish of the person.
#[derive(Clone, PartialEq, Debug)]
pub enum UiCommand {
    /// Test this connection.
    Test(TargetKind),
    /// Stop what runs for this connection.
    Cancel(TargetKind),
    /// Find the tenant of the site.
    DetectTenant,
    /// Show the last result of this connection.
    ShowResult(TargetKind),
    /// Close the dialog on top.
    CloseDialog,
    /// Copy the shown report as Markdown.
    CopyReport,
    /// Ask where to save the shown report.
    SaveReport,
    /// Save it there.
    Save,
    /// Choose the file to save to in the system's dialog.
    BrowseSave,
    /// Choose the CA file in the system's dialog.
    BrowseCaFile,
    /// Read the certificate file.
    InspectCertificate,
    /// Choose the certificate file in the system's dialog.
    BrowseCertificate,
    /// Ask what certificate to make.
    NewCertificate,
    /// Choose the folder for the new certificate in the system's dialog.
    BrowseCertificateFolder,
    /// Make it.
    MakeCertificate,
    /// Sign in with the one that was made.
    UseCertificate,
    /// Show the list of sites.
    ShowSites,
    /// Choose a file with a list of sites in the system's dialog.
    BrowseSites,
    /// Test all sites of the list.
    TestSites,
    /// Stop that.
    CancelSites,
    /// Change the list.
    EditSites,
    /// Show the report of one of them.
    ShowSite(usize),
    /// Ask where to save the report of all of them.
    ExportSites,
    /// Show what to send to an administrator about what is shown.
    ShowRequest,
    /// Ask where to save it.
    SaveRequest,
    /// Copy it in this form.
    CopyRequest(Form),
    /// Open the mail program with it.
    MailRequest,
    /// Do what a hint offers, for this connection.
    Hint(TargetKind, HintAction),
    /// Hand over what was pasted while the browser is waited for.
    Paste(TargetKind),
    /// Open the sign-in page again.
    OpenSignInPage(TargetKind),
    /// Copy the address of the sign-in page.
    CopySignInPage(TargetKind),
    /// Copy the code to sign in with.
    CopyDeviceCode(TargetKind),
    /// Sign in anew, as another account: whatever account was expected no longer is.
    SignInAsSomeoneElse(TargetKind),
    /// Expect this account of every sign-in from now on.
    Expect(TargetKind, String),
    /// Take whoever signs in.
    ForgetExpected(TargetKind),
    /// Show the spaces of the source, and list them where that has not been done.
    ListSpaces,
    /// List them anew.
    ListSpacesAgain,
    /// Go on listing them where it ended.
    ResumeSpaces,
    /// Stop listing them; what was found stays.
    CancelSpaces,
    /// Ask where to export the spaces to.
    ExportSpaces,
    /// Jump to the filter of the spaces.
    FilterSpaces,
    /// Back to both cards.
    ShowConnections,
    /// Whether sign-ins are remembered has changed.
    RememberChanged,
    /// Ask whether the browser session of the Confluence card is to be removed.
    AskToForget,
    /// Remove it.
    Forget,
    /// Jump to this field.
    Focus(Field),
    /// Show the list of keys.
    ShowHelp,
    /// Show the settings.
    ShowSettings,
    /// Show the choice of practice situations.
    ShowPractice,
    /// Practise this situation.
    StartPractice(&'static str),
    /// Back to real servers.
    LeavePractice,
    /// Leave the welcome screen.
    LeaveWelcome,
    /// Settings have changed: let them take effect.
    SettingsChanged,
    /// Quit although something runs.
    QuitAnyway,
}

/// A shortcut, for the help page and for the keyboard.
pub struct Shortcut {
    /// The keys.
    pub keys: KeyboardShortcut,
    /// The keys, as people write them.
    pub shown: &'static str,
    /// What they do.
    pub does: &'static str,
    /// The command, or none where a field or the window handles the keys itself.
    pub command: Option<UiCommand>,
}

const fn keys(modifiers: Modifiers, key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(modifiers, key)
}

/// Every key that does something. Longer chords stand first, so that they win.
pub const SHORTCUTS: &[Shortcut] = &[
    Shortcut {
        keys: keys(Modifiers::COMMAND.plus(Modifiers::SHIFT), Key::C),
        shown: "Ctrl+Shift+C",
        does: "Copy the report",
        command: Some(UiCommand::CopyReport),
    },
    Shortcut {
        keys: keys(Modifiers::COMMAND, Key::Num1),
        shown: "Ctrl+1",
        does: "Test the Confluence connection",
        command: Some(UiCommand::Test(TargetKind::Confluence)),
    },
    Shortcut {
        keys: keys(Modifiers::COMMAND, Key::Num2),
        shown: "Ctrl+2",
        does: "Test the SharePoint connection",
        command: Some(UiCommand::Test(TargetKind::SharePoint)),
    },
    Shortcut {
        keys: keys(Modifiers::COMMAND, Key::Num3),
        shown: "Ctrl+3",
        does: "List the spaces of Confluence",
        command: Some(UiCommand::ListSpaces),
    },
    Shortcut {
        keys: keys(Modifiers::COMMAND, Key::S),
        shown: "Ctrl+S",
        does: "Save the report, or export the spaces",
        command: Some(UiCommand::SaveReport),
    },
    Shortcut { keys: keys(Modifiers::COMMAND, Key::F), shown: "Ctrl+F", does: "Filter the spaces", command: Some(UiCommand::FilterSpaces) },
    Shortcut {
        keys: keys(Modifiers::ALT, Key::ArrowLeft),
        shown: "Alt+Left",
        does: "From the spaces back to the connections",
        command: Some(UiCommand::ShowConnections),
    },
    Shortcut { keys: keys(Modifiers::COMMAND, Key::Comma), shown: "Ctrl+,", does: "Settings", command: Some(UiCommand::ShowSettings) },
    Shortcut { keys: keys(Modifiers::NONE, Key::F1), shown: "F1", does: "This list", command: Some(UiCommand::ShowHelp) },
    Shortcut { keys: keys(Modifiers::NONE, Key::Enter), shown: "Enter", does: "In a field: test this connection", command: None },
    Shortcut { keys: keys(Modifiers::NONE, Key::Escape), shown: "Esc", does: "Close the dialog, else cancel what runs", command: None },
    Shortcut { keys: keys(Modifiers::NONE, Key::Tab), shown: "Tab", does: "Next field or button", command: None },
    Shortcut { keys: keys(Modifiers::COMMAND, Key::Plus), shown: "Ctrl + / − / 0", does: "Zoom in, out, back to normal", command: None },
    Shortcut { keys: keys(Modifiers::COMMAND, Key::Q), shown: "Ctrl+Q", does: "Quit", command: None },
];
