//! One set of icons (Lucide, `assets/icons`), each with the words that stand for it.
//!
//! An [`Icon`] cannot be made without an alt text: it names icon-only buttons, in the accessibility
//! tree and in their tooltip. Next to a word the icon is decoration and stays silent.

use egui::{Color32, Context, Image, Rect, Response, Sense, Ui, Vec2};

use super::theme::ICON_SIZE;

/// A drawing with the words that stand for it.
#[derive(Clone, Copy, Debug)]
pub struct Icon {
    uri: &'static str,
    svg: &'static [u8],
    alt: &'static str,
}

impl Icon {
    /// An icon from the bytes of an SVG drawn in white. `uri` has to be unique and end in `.svg`.
    ///
    /// # Panics
    /// If the alt text is empty; a constant with an empty one does not compile.
    pub const fn new(uri: &'static str, svg: &'static [u8], alt: &'static str) -> Self {
        assert!(!alt.is_empty(), "an icon needs an alt text");
        Self { uri, svg, alt }
    }

    /// The words that stand for it.
    pub const fn alt(self) -> &'static str {
        self.alt
    }

    /// The same drawing under another name: "Copy" becomes "Copy the link".
    ///
    /// # Panics
    /// As [`Icon::new`].
    #[must_use]
    pub const fn named(self, alt: &'static str) -> Self {
        Self::new(self.uri, self.svg, alt)
    }

    /// Paints it into `rect` without a node of its own.
    pub fn paint(self, ui: &Ui, rect: Rect, tint: impl Into<Color32>) {
        Image::from_bytes(self.uri, self.svg).fit_to_exact_size(rect.size()).tint(tint).paint_at(ui, rect);
    }

    /// Adds it to the layout, silent: for use beside its word.
    pub fn decoration(self, ui: &mut Ui, tint: impl Into<Color32>) -> Response {
        let (rect, response) = ui.allocate_exact_size(Vec2::splat(ICON_SIZE), Sense::hover());
        self.paint(ui, rect, tint);
        response
    }

    /// Adds it to the layout as an image with its alt text: for use where no word says the same.
    pub fn image(self, ui: &mut Ui, tint: impl Into<Color32>) -> Response {
        let response = self.decoration(ui, tint);
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, self.alt));
        response
    }
}

/// Teaches `ctx` to draw SVG.
pub(super) fn install(ctx: &Context) {
    egui_extras::install_image_loaders(ctx);
}

macro_rules! icons {
    ($($(#[$doc:meta])* $name:ident = $file:literal, $alt:literal;)*) => {
        $(
            $(#[$doc])*
            pub const $name: Icon = Icon::new(
                concat!("bytes://wayleave/icons/", $file, ".svg"),
                include_bytes!(concat!("../../../../assets/icons/", $file, ".svg")),
                $alt,
            );
        )*
        /// Every icon, for the gallery and the tests.
        pub const ALL: &[Icon] = &[$($name),*];
    };
}

icons! {
    /// A plain tick.
    CHECK = "check", "Done";
    /// Passed.
    CIRCLE_CHECK = "circle-check", "Passed";
    /// Failed.
    CIRCLE_X = "circle-x", "Failed";
    /// Limited, or a warning.
    TRIANGLE_ALERT = "triangle-alert", "Warning";
    /// Skipped.
    CIRCLE_MINUS = "circle-minus", "Skipped";
    /// Under way.
    LOADER = "loader", "Working";
    /// Not started.
    CIRCLE_DASHED = "circle-dashed", "Not started";
    /// Copy to the clipboard.
    COPY = "copy", "Copy";
    /// Save to a file.
    SAVE = "save", "Save";
    /// Fetch a file.
    DOWNLOAD = "download", "Download";
    /// Opens in the browser.
    EXTERNAL_LINK = "external-link", "Opens in the browser";
    /// Do it again.
    REFRESH = "refresh-cw", "Try again";
    /// Close.
    CLOSE = "x", "Close";
    /// Folded out.
    CHEVRON_DOWN = "chevron-down", "Hide details";
    /// Folded in.
    CHEVRON_RIGHT = "chevron-right", "Show details";
    /// Settings.
    SETTINGS = "settings", "Settings";
    /// Help.
    HELP = "circle-question-mark", "Help";
    /// Make readable.
    EYE = "eye", "Show";
    /// Make unreadable.
    EYE_OFF = "eye-off", "Hide";
    /// An address, the network.
    GLOBE = "globe", "Address";
    /// A token, a sign-in.
    KEY = "key-round", "Credential";
    /// A person.
    USER = "user", "Person";
    /// Permission, protection.
    SHIELD = "shield", "Permissions";
    /// A page, a report.
    FILE_TEXT = "file-text", "Document";
    /// Locked.
    LOCK = "lock", "Locked";
    /// Onwards.
    ARROW_RIGHT = "arrow-right", "Next";
    /// Back.
    ARROW_LEFT = "arrow-left", "Back";
    /// Sorted, the least first.
    ARROW_UP = "arrow-up", "Ascending";
    /// Sorted, the most first.
    ARROW_DOWN = "arrow-down", "Descending";
    /// A list.
    LIST = "list", "List";
    /// A notice.
    INFO = "info", "Note";
    /// Practice mode.
    FLASK = "flask-conical", "Practice";
    /// Look for something.
    SEARCH = "search", "Search";
    /// A window.
    APP_WINDOW = "app-window", "Window";
    /// Sign in.
    LOG_IN = "log-in", "Sign in";
    /// Less; nothing.
    MINUS = "minus", "None";
    /// More actions.
    ELLIPSIS = "ellipsis", "More";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_icon_is_white_and_of_one_stroke_width() {
        for icon in ALL {
            let svg = std::str::from_utf8(icon.svg).unwrap();
            assert!(svg.contains("stroke=\"#fff\""), "{} could not be tinted", icon.uri);
            assert!(svg.contains("stroke-width=\"2\""), "{} is of another hand", icon.uri);
            assert!(!svg.contains("currentColor"), "{} would be black", icon.uri);
        }
    }

    #[test]
    fn no_two_icons_share_an_address() {
        let mut uris: Vec<_> = ALL.iter().map(|icon| icon.uri).collect();
        uris.sort_unstable();
        uris.dedup();
        assert_eq!(uris.len(), ALL.len());
    }
}
