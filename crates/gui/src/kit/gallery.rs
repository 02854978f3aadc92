//! Every widget of the kit on a few pages, to look at and to take pictures of in the tests.

use std::time::Duration;

use egui::{Align, Layout, ScrollArea, Ui};

use super::card::{self, Card};
use super::modal::Modal;
use super::rung;
use super::theme::space;
use super::{
    Alert, Button, Field, IconButton, Note, Rung, Status, Toasts, Tone, chip, details, external_link, icons, link, segmented, select, tag,
    text, waiting,
};

/// What the gallery remembers.
#[derive(Debug)]
pub struct Gallery {
    page: Page,
    address: String,
    site: String,
    tenant: String,
    client: String,
    token: String,
    method: Method,
    flow: Flow,
    cloud: u8,
    dialog: bool,
    toasts: Toasts,
}

/// A page of the gallery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Page {
    /// A card as it looks while a test runs.
    Running,
    /// A form with notes and errors.
    Form,
    /// Buttons, chips, alerts, text.
    Parts,
    /// A little of everything, for pictures at a high resolution.
    Closely,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Method {
    Interactive,
    Token,
    Anonymous,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Flow {
    Interactive,
    DeviceCode,
    Certificate,
    Secret,
    Password,
}

impl Default for Gallery {
    fn default() -> Self {
        Self {
            page: Page::Running,
            address: "https://wiki.example.com/confluence".to_owned(),
            site: "https://contoso.sharepoint.com/sites/handbook".to_owned(),
            tenant: "contoso".to_owned(),
            client: "5f2b4c9e-71d0-4a6b-9d0e-3c2f8a417b66".to_owned(),
            token: "practice-token".to_owned(),
            method: Method::Token,
            flow: Flow::Interactive,
            cloud: 0,
            dialog: false,
            toasts: Toasts::default(),
        }
    }
}

impl Gallery {
    /// The gallery at a page.
    pub fn at(page: Page) -> Self {
        Self { page, ..Self::default() }
    }

    /// With the dialog open.
    #[must_use]
    pub fn with_dialog(mut self) -> Self {
        self.dialog = true;
        self
    }

    /// Paints the whole window.
    pub fn ui(&mut self, ui: &mut Ui) {
        let window = egui::Frame::new().fill(ui.visuals().panel_fill);
        egui::CentralPanel::default().frame(window).show(ui, |ui| {
            ScrollArea::vertical().show(ui, |ui| {
                egui::Frame::new().inner_margin(egui::Margin::same(24)).show(ui, |ui| {
                    ui.spacing_mut().item_spacing.y = space::L;
                    if self.page != Page::Closely {
                        self.head(ui);
                    }
                    match self.page {
                        Page::Running => self.running(ui),
                        Page::Form => self.form(ui),
                        Page::Parts => parts(ui),
                        Page::Closely => self.closely(ui),
                    }
                });
            });
        });
        if self.dialog {
            self.dialog(ui);
        }
        self.toasts.show(ui);
    }

    fn head(&mut self, ui: &mut Ui) {
        card::row(ui, |ui| {
            text::title(ui, "Wayleave");
            tag(ui, Tone::Limited, icons::FLASK, "Practice");
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                ui.spacing_mut().item_spacing.x = 2.0;
                ui.add(IconButton::new(icons::SETTINGS));
                if ui.add(IconButton::new(icons::HELP)).clicked() {
                    self.dialog = true;
                }
                ui.add_space(space::S);
                super::segmented_bare(
                    ui,
                    "Page",
                    &mut self.page,
                    &[(Page::Running, "Running"), (Page::Form, "Form"), (Page::Parts, "Parts")],
                );
            });
        });
    }

    fn running(&mut self, ui: &mut Ui) {
        Card::new("Confluence").icon(icons::FILE_TEXT).show(
            ui,
            |ui| {
                chip(ui, Status::Running, "Running");
            },
            |ui| {
                Field::new("Confluence address", &mut self.address)
                    .icon(icons::GLOBE)
                    .note(Some(Note::Understood("Will test https://wiki.example.com/confluence")))
                    .show(ui);
                segmented(
                    ui,
                    "Confluence sign-in method",
                    &mut self.method,
                    &[(Method::Interactive, "Interactive"), (Method::Token, "Token"), (Method::Anonymous, "Anonymous")],
                );
                Field::new("Token", &mut self.token).secret().icon(icons::KEY).show(ui);
                card::row(ui, |ui| {
                    ui.add(Button::primary("Test Confluence connection").icon(icons::ARROW_RIGHT).pending(true));
                    ui.add(Button::secondary("Cancel"));
                    ui.add_space(space::S);
                    waiting(ui, "Waiting for you in the browser");
                });
                card::divider(ui);
                rung::list(ui, |ui| {
                    Rung::new(Status::Passed, "Server reachable")
                        .summary("wiki.example.com answers")
                        .took(Some(Duration::from_millis(85)))
                        .show_with_details(ui, "reachable", |ui| details(ui, "details", &[("Address", "192.0.2.10:443")]));
                    Rung::new(Status::Passed, "Product and version")
                        .summary("Confluence 8.5.4, Data Center")
                        .took(Some(Duration::from_millis(142)))
                        .show_with_details(ui, "product", |ui| details(ui, "details", &[("Build", "9012")]));
                    Rung::new(Status::Running, "Credential accepted").summary("Waiting for you in the browser").show(ui);
                    Rung::new(Status::Pending, "Reads spaces").show(ui);
                    Rung::new(Status::Pending, "User and group look-ups").show(ui);
                });
            },
        );
    }

    fn form(&mut self, ui: &mut Ui) {
        Card::new("SharePoint").icon(icons::GLOBE).subtitle("Where the pages go, and the account that puts them there.").show(
            ui,
            |ui| {
                chip(ui, Status::Limited, "Works, limited");
            },
            |ui| {
                Field::new("SharePoint site address", &mut self.site)
                    .hint("https://contoso.sharepoint.com/sites/handbook")
                    .note(Some(Note::Help("Any link to a page of the site will do.")))
                    .show(ui);
                card::columns(ui, 260.0, 2, |index, ui| {
                    if index == 0 {
                        Field::new("Tenant ID", &mut self.tenant)
                            .mono()
                            .button(Button::secondary("Detect tenant").icon(icons::SEARCH))
                            .note(Some(Note::Error("Neither a tenant ID nor a domain: add .onmicrosoft.com")))
                            .show(ui);
                    } else {
                        Field::new("Application (client) ID", &mut self.client).mono().show(ui);
                    }
                });
                segmented(
                    ui,
                    "SharePoint sign-in method",
                    &mut self.flow,
                    &[
                        (Flow::Interactive, "Interactive"),
                        (Flow::DeviceCode, "Device code"),
                        (Flow::Certificate, "Certificate"),
                        (Flow::Secret, "Client secret"),
                        (Flow::Password, "Password (legacy)"),
                    ],
                );
                select(ui, "Cloud", &mut self.cloud, &[(0, "Public"), (1, "GCC High"), (2, "DoD"), (3, "China")]);
                Field::new("Account", &mut String::new()).optional().hint("jane.doe@contoso.com").enabled(false).show(ui);
                card::row(ui, |ui| {
                    ui.add(Button::primary("Test SharePoint connection"));
                    ui.add(Button::ghost("Show result"));
                    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                        text::small(ui, "Tested 2 minutes ago");
                    });
                });
            },
        );
        Alert::limited("Connected, but page permissions stay behind")
            .text("The app has AllSites.Manage. With AllSites.FullControl the migration can also set page permissions and keep authors and dates.")
            .action(Button::secondary("Copy the request for the administrator").icon(icons::COPY))
            .action(Button::ghost("What does this cost?").trailing_icon(icons::EXTERNAL_LINK))
            .dismissible()
            .show(ui);
    }

    fn closely(&mut self, ui: &mut Ui) {
        Card::new("Confluence").icon(icons::FILE_TEXT).show(
            ui,
            |ui| {
                chip(ui, Status::Limited, "Works, limited");
            },
            |ui| {
                Field::new("Token", &mut self.token)
                    .secret()
                    .icon(icons::KEY)
                    .note(Some(Note::Error("The server treats this token as anonymous")))
                    .show(ui);
                segmented(
                    ui,
                    "Confluence sign-in method",
                    &mut self.method,
                    &[(Method::Interactive, "Interactive"), (Method::Token, "Token"), (Method::Anonymous, "Anonymous")],
                );
                card::row(ui, |ui| {
                    ui.add(Button::primary("Test again").icon(icons::REFRESH));
                    ui.add(Button::secondary("Copy report").icon(icons::COPY));
                });
                rung::list(ui, |ui| {
                    Rung::new(Status::Limited, "Administrator")
                        .summary("Restricted pages stay hidden")
                        .took(Some(Duration::from_millis(85)))
                        .title_width(110.0)
                        .open_at_first(true)
                        .show_with_details(ui, "rung", |ui| details(ui, "details", &[("Groups", "confluence-users"), ("Build", "9012")]));
                });
            },
        );
    }

    fn dialog(&mut self, ui: &mut Ui) {
        let modal = Modal::new("gallery", "Test result")
            .primary(Button::primary("Close"))
            .other(Button::secondary("Save report…").icon(icons::SAVE))
            .other(Button::secondary("Copy report").icon(icons::COPY))
            .aside(Button::ghost("Test again").icon(icons::REFRESH));
        let shown = modal.show(ui, |ui| {
            card::row(ui, |ui| {
                chip(ui, Status::Limited, "Works, limited");
                text::small(ui, "contoso.sharepoint.com · 3.4 s");
            });
            text::subheading(ui, "Connected to SharePoint as Jane Doe, without page permissions");
            rung::list(ui, |ui| {
                Rung::new(Status::Passed, "Signed in")
                    .summary("Jane Doe, Contoso")
                    .took(Some(Duration::from_millis(1850)))
                    .title_width(120.0)
                    .show_with_details(ui, "signed in", |ui| details(ui, "details", &[("Account", "jane.doe@contoso.com")]));
                Rung::new(Status::Limited, "Site rights")
                    .summary("May write pages, but not set permissions")
                    .took(Some(Duration::from_millis(320)))
                    .title_width(120.0)
                    .open_at_first(true)
                    .show_with_details(ui, "rights", |ui| {
                        details(
                            ui,
                            "details of Site rights",
                            &[
                                ("Scope", "AllSites.Manage"),
                                ("Role", "Member of Handbook"),
                                ("Request", "8a2f1c7e-55aa-4f0e-9f7d-2d2f0b1c9e10"),
                            ],
                        )
                    });
                Rung::new(Status::Failed, "Graph")
                    .summary("No consent for User.ReadBasic.All")
                    .took(Some(Duration::from_millis(96)))
                    .title_width(120.0)
                    .show(ui);
                Rung::new(Status::Skipped, "Library").summary("Not reached").title_width(120.0).show(ui);
            });
        });
        if shown.should_close || shown.clicked == Some(super::modal::Clicked::Primary) {
            self.dialog = false;
        }
        if shown.clicked == Some(super::modal::Clicked::Other(1)) {
            self.toasts.done("Report copied");
        }
    }
}

fn parts(ui: &mut Ui) {
    Card::new("Text and links").show(
        ui,
        |_| {},
        |ui| {
            ui.vertical(|ui| {
                ui.spacing_mut().item_spacing.y = space::XS;
                text::subheading(ui, "A title within a card");
                text::body(ui, "Running text says what is the matter, in one sentence where one will do.");
                text::subdued(ui, "An explanation is quieter than what it explains.");
                text::small(ui, "A note in small print · 1 of 12 spaces");
                text::mono(ui, "AADSTS65001  5f2b4c9e-71d0-4a6b-9d0e-3c2f8a417b66");
                card::row(ui, |ui| {
                    link(ui, "Show result");
                    ui.add_space(space::S);
                    external_link(ui, "Open the app registration");
                });
            });
        },
    );
    Card::new("Buttons and states").show(
        ui,
        |ui| {
            ui.add(IconButton::new(icons::ELLIPSIS));
        },
        |ui| {
            card::row(ui, |ui| {
                ui.add(Button::primary("Primary"));
                ui.add(Button::secondary("Secondary"));
                ui.add(Button::ghost("Ghost"));
                ui.add(Button::danger("Forget the sign-in"));
                ui.add(Button::primary("Disabled").enabled(false));
                ui.add(Button::secondary("Saving").pending(true));
            });
            card::row(ui, |ui| {
                ui.add(Button::secondary("Copy report").icon(icons::COPY).small());
                ui.add(Button::secondary("Save report…").icon(icons::SAVE).small());
                ui.add(Button::ghost("Open again").trailing_icon(icons::EXTERNAL_LINK).small());
            });
            card::row(ui, |ui| {
                let mut remember = true;
                ui.checkbox(&mut remember, "Remember the address");
                let mut port = 443;
                ui.add(egui::DragValue::new(&mut port)).accessible_name("Port");
            });
            card::row(ui, |ui| {
                for status in Status::ALL {
                    chip(ui, status, status.word());
                }
            });
            ui.horizontal_wrapped(|ui| {
                ui.spacing_mut().item_spacing.x = space::M;
                for icon in icons::ALL {
                    icon.image(ui, super::Tokens::of(ui).text.subdued);
                }
            });
        },
    );
    Alert::failed("SharePoint refused the sign-in")
        .text("The account is blocked by a Conditional Access rule. Ask an Entra administrator to allow this device.")
        .action(Button::secondary("Try again").icon(icons::REFRESH))
        .show(ui);
    Alert::info("Sign in in the browser window that just opened").show(ui);
    Alert::passed("Connected to Confluence as Jane Doe").dismissible().show(ui);
}
