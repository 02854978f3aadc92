//! What stands in the wiki of Brackwater Instruments.

use super::accounts::{OPERATORS_GROUP, USERS_GROUP, Who};

/// All spaces.
#[derive(Debug)]
pub(crate) struct Wiki {
    pub(crate) spaces: Vec<Space>,
}

/// One space.
#[derive(Debug)]
pub(crate) struct Space {
    pub(crate) id: u64,
    pub(crate) key: String,
    pub(crate) name: String,
    pub(crate) owner: Option<Who>,
    pub(crate) archived: bool,
    /// Open to people who are not signed in, where the site allows that at all.
    pub(crate) open: bool,
    pub(crate) readers: Vec<Subject>,
    pub(crate) admins: Vec<Subject>,
    pub(crate) pages: Vec<Page>,
}

/// Who holds a permission.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Subject {
    Group(&'static str),
    Person(Who),
}

impl Subject {
    pub(crate) fn covers(self, who: Who) -> bool {
        match self {
            Self::Group(name) => who.account().groups.contains(&name),
            Self::Person(person) => person == who,
        }
    }
}

/// One page or blog post.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) id: u64,
    pub(crate) kind: &'static str,
    pub(crate) title: String,
    pub(crate) author: Who,
    /// People who alone may read the page; empty when it is not restricted.
    pub(crate) only: &'static [Who],
    pub(crate) attachments: Vec<Attachment>,
}

/// One file.
#[derive(Debug)]
pub(crate) struct Attachment {
    pub(crate) id: u64,
    pub(crate) name: String,
    pub(crate) media_type: &'static str,
    pub(crate) bytes: Vec<u8>,
}

impl Space {
    pub(crate) fn is_admin(&self, who: Who) -> bool {
        self.admins.iter().any(|subject| subject.covers(who))
    }

    /// Reads what `who` may read here; nobody in particular stands for an anonymous visitor.
    pub(crate) fn is_visible_to(&self, who: Option<Who>) -> bool {
        let Some(who) = who else { return self.open };
        self.open || self.readers.iter().chain(&self.admins).any(|subject| subject.covers(who))
    }

    pub(crate) fn kind(&self) -> &'static str {
        if self.owner.is_some() { "personal" } else { "global" }
    }

    pub(crate) fn status(&self) -> &'static str {
        if self.archived { "archived" } else { "current" }
    }

    pub(crate) fn home(&self) -> u64 {
        self.pages.first().map_or(0, |page| page.id)
    }
}

impl Page {
    pub(crate) fn names(&self, who: Option<Who>) -> bool {
        self.only.is_empty() || who.is_some_and(|who| self.only.contains(&who))
    }

    /// The page in storage format, with the macros that make migrations interesting.
    pub(crate) fn storage(&self) -> String {
        let title = &self.title;
        let author = self.author.account().user_key;
        let mut text = format!(
            "<p>{title} is kept by <ac:link><ri:user ri:userkey=\"{author}\" /></ac:link>. \
             Corrections are welcome as comments.</p>"
        );
        text.push_str(match self.id % 5 {
            0 => "<ac:structured-macro ac:name=\"toc\" /><h2>Scope</h2><p>All gauges of the third series.</p>",
            1 => {
                "<ac:structured-macro ac:name=\"info\"><ac:rich-text-body><p>Checked after the spring tide.</p>\
                  </ac:rich-text-body></ac:structured-macro>"
            }
            2 => {
                "<ac:structured-macro ac:name=\"jira\"><ac:parameter ac:name=\"key\">GAUGE-214</ac:parameter>\
                  </ac:structured-macro><table><tbody><tr><th>Station</th><th>Offset</th></tr>\
                  <tr><td>Skerry North</td><td>12 mm</td></tr></tbody></table>"
            }
            3 => {
                "<ac:structured-macro ac:name=\"drawio\"><ac:parameter ac:name=\"diagramName\">mooring</ac:parameter>\
                  </ac:structured-macro>"
            }
            _ => {
                "<ac:structured-macro ac:name=\"code\"><ac:plain-text-body><![CDATA[gauge read --station skerry]]>\
                  </ac:plain-text-body></ac:structured-macro>"
            }
        });
        for file in &self.attachments {
            let name = &file.name;
            text.extend(["<p><ac:link><ri:attachment ri:filename=\"", name, "\" /></ac:link></p>"]);
        }
        text
    }
}

impl Wiki {
    /// The hand-written spaces, and made-up project spaces until there are `spaces` in all.
    pub(crate) fn new(spaces: usize) -> Self {
        let mut writer = Writer { next_id: 98_304, spaces: Vec::new() };
        writer.handwritten();
        for number in 1.. {
            if writer.spaces.len() >= spaces {
                break;
            }
            writer.project(number);
        }
        Self { spaces: writer.spaces }
    }

    pub(crate) fn page(&self, id: u64) -> Option<(&Space, &Page)> {
        self.pages().find(|(_, page)| page.id == id)
    }

    pub(crate) fn pages(&self) -> impl Iterator<Item = (&Space, &Page)> {
        self.spaces.iter().flat_map(|space| space.pages.iter().map(move |page| (space, page)))
    }
}

struct Writer {
    next_id: u64,
    spaces: Vec<Space>,
}

const EVERYBODY: Subject = Subject::Group(USERS_GROUP);
const OPERATORS: Subject = Subject::Group(OPERATORS_GROUP);
const SPACE_ADMIN: Subject = Subject::Person(Who::SpaceAdmin);

impl Writer {
    fn handwritten(&mut self) {
        self.space("HB", "Company Handbook", &[EVERYBODY], &[OPERATORS]).open = true;
        self.page("Welcome to Brackwater", &[], &["harbour-map.png"]);
        self.page("How we write station reports", &[], &["station-report.txt"]);
        self.page("Travel to remote stations", &[], &[]);
        self.page("Holidays and tides", &[], &["tide-calendar.csv"]);
        self.post("New workshop on the east quay");

        self.space("ENG", "Engineering", &[EVERYBODY], &[SPACE_ADMIN]);
        self.page("Engineering home", &[], &[]);
        self.page("Pressure sensor, third series", &[], &["sensor-drawing.png", "calibration.csv"]);
        self.page("Firmware release checklist", &[], &[]);
        self.page("Incident: drift at Skerry North", &[], &["drift.csv"]);
        self.page("Patent draft (counsel only)", &[Who::SpaceAdmin], &["claims.txt"]);
        self.page("Supplier shortlist", &[Who::SpaceAdmin, Who::Reader], &[]);
        self.post("Why we moved the decimal point");

        self.space("OPS", "Field Operations", &[Subject::Group("field-operations")], &[SPACE_ADMIN]);
        self.page("Operations home", &[], &[]);
        self.page("Boat roster", &[], &["roster.csv"]);
        self.page("Storm procedure", &[], &["storm-procedure.txt"]);
        self.page("Station list 2026", &[], &["stations.csv"]);

        self.space("PEOPLE", "People and Culture", &[EVERYBODY], &[OPERATORS]);
        self.page("People home", &[], &[]);
        self.page("Parental leave", &[], &[]);
        self.page("Salary bands", &[Who::Super], &["bands.csv"]);

        self.space("FIN", "Finance", &[Subject::Group("finance")], &[Subject::Group("finance")]);
        self.page("Finance home", &[], &[]);
        self.page("Year-end close", &[], &["close.csv"]);

        self.space("BOARD", "Board Papers", &[Subject::Group("board")], &[Subject::Group("board")]);
        self.page("Board home", &[], &[]);
        self.page("Minutes, March", &[Who::Super], &[]);

        self.space("OLD", "Legacy Gauges (2016)", &[EVERYBODY], &[SPACE_ADMIN]).archived = true;
        self.page("Legacy home", &[], &[]);
        self.page("Float gauge manual", &[], &["float-gauge.txt"]);

        let reader = Subject::Person(Who::Reader);
        self.space("~mwren", "Mirela Wren", &[EVERYBODY], &[reader]).owner = Some(Who::Reader);
        self.page("Mirela's notes", &[], &[]);
        self.page("Job application for the lighthouse", &[Who::Reader], &[]);
    }

    fn project(&mut self, number: usize) {
        const PLACES: [&str; 8] = ["Skerry", "Fjellvik", "Ostrand", "Grauwe", "Corran", "Hjelm", "Lagoa", "Nordhaven"];
        let place = PLACES.get(number % PLACES.len()).copied().unwrap_or("Skerry");
        let admins: &[Subject] = if number.is_multiple_of(4) { &[SPACE_ADMIN] } else { &[OPERATORS] };
        self.space(&format!("PRJ{number}"), &format!("Project {place} {number}"), &[EVERYBODY], admins);
        self.page(&format!("Project {place} home"), &[], &[]);
        self.page("Installation diary", &[], &["diary.txt"]);
        self.page("Acceptance record", &[], &[]);
    }

    fn space(&mut self, key: &str, name: &str, readers: &[Subject], admins: &[Subject]) -> &mut Space {
        let id = self.id();
        self.spaces.push(Space {
            id,
            key: key.to_owned(),
            name: name.to_owned(),
            owner: None,
            archived: false,
            open: false,
            readers: readers.to_vec(),
            admins: admins.to_vec(),
            pages: Vec::new(),
        });
        let last = self.spaces.len() - 1;
        &mut self.spaces[last]
    }

    fn page(&mut self, title: &str, only: &'static [Who], files: &[&str]) {
        self.add("page", title, only, files);
    }

    fn post(&mut self, title: &str) {
        self.add("blogpost", title, &[], &[]);
    }

    fn add(&mut self, kind: &'static str, title: &str, only: &'static [Who], files: &[&str]) {
        let id = self.id();
        let attachments = files.iter().map(|name| self.attachment(name)).collect();
        let author = only.first().copied().unwrap_or(Who::SpaceAdmin);
        if let Some(space) = self.spaces.last_mut() {
            space.pages.push(Page { id, kind, title: title.to_owned(), author, only, attachments });
        }
    }

    fn attachment(&mut self, name: &str) -> Attachment {
        let id = self.id();
        let (media_type, bytes) = match name.rsplit('.').next() {
            Some("png") => ("image/png", PIXEL.to_vec()),
            Some("csv") => ("text/csv", format!("station;reading;unit\r\nSkerry North;{id};mm\r\n").into_bytes()),
            _ => ("text/plain", format!("{name}\r\nKept by Brackwater Instruments, sheet {id}.\r\n").into_bytes()),
        };
        Attachment { id, name: name.to_owned(), media_type, bytes }
    }

    fn id(&mut self) -> u64 {
        self.next_id += 1;
        self.next_id
    }
}

/// A real PNG of one transparent pixel.
const PIXEL: &[u8] = &[
    0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00, 0x00, 0x0d, 0x49, 0x48, 0x44, 0x52, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00,
    0x00, 0x01, 0x08, 0x06, 0x00, 0x00, 0x00, 0x1f, 0x15, 0xc4, 0x89, 0x00, 0x00, 0x00, 0x0b, 0x49, 0x44, 0x41, 0x54, 0x78, 0x9c, 0x63,
    0x60, 0x00, 0x02, 0x00, 0x00, 0x05, 0x00, 0x01, 0x7a, 0x5e, 0xab, 0x3f, 0x00, 0x00, 0x00, 0x00, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42,
    0x60, 0x82,
];
