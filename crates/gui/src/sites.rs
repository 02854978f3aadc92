//! A list of sites in the window: what was pasted or loaded, how far its test has come, what came of it.

use std::sync::Arc;

use engine::sites::{SiteList, SiteRow};
use jiff::Timestamp;
use preflight::{Live, Report, SafeText, SitesReport, UserPrompt};

use crate::desk::Talk;
use crate::kit::table::Step;
use crate::task::{Task, TaskPoll};

/// Everything about one desk's list of sites.
#[derive(Default)]
pub struct Sites {
    /// What is being typed or pasted: an address per line, or CSV.
    pub text: String,
    /// A list from a file, instead.
    pub loaded: Option<Loaded>,
    /// Why there is no list.
    pub problem: Option<SafeText>,
    /// Where its test stands.
    pub state: State,
    /// What the person and the sign-in say to each other.
    pub talk: Talk,
    /// The row that the keyboard is at.
    pub cursor: Option<usize>,
}

/// A list from a file.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// Where it comes from.
    pub path: String,
    /// What is in it.
    pub list: SiteList,
}

/// Where the test of a list stands. Two at once cannot be written down.
#[derive(Default)]
pub enum State {
    /// Never run, or the list is being changed.
    #[default]
    Idle,
    /// Under way.
    Running(Task<SitesReport, Found>),
    /// At its end.
    Done {
        /// What was found.
        report: Arc<SitesReport>,
        /// When.
        at: Timestamp,
    },
    /// It broke down: a defect of ours.
    Broken,
}

/// What is known of a test of a list under way.
#[derive(Clone, Default, Debug)]
pub struct Found {
    /// The sign-in.
    pub live: Live,
    /// The sites that are done, as they came.
    pub done: Vec<Arc<Report>>,
    /// How many there are.
    pub of: usize,
}

impl Sites {
    /// A test is under way.
    pub fn is_running(&self) -> bool {
        matches!(self.state, State::Running(_))
    }

    /// What is wanted of the person.
    pub fn prompt(&self) -> Option<UserPrompt> {
        match &self.state {
            State::Running(task) => task.live().live.prompt.clone(),
            _ => None,
        }
    }

    /// What came of it.
    pub fn report(&self) -> Option<&Arc<SitesReport>> {
        match &self.state {
            State::Done { report, .. } => Some(report),
            _ => None,
        }
    }

    /// The report in a row of the table.
    pub fn row(&self, at: usize) -> Option<Arc<Report>> {
        match &self.state {
            State::Running(task) => task.live().done.get(at).cloned(),
            State::Done { report, .. } => report.sites.get(at).cloned().map(Arc::new),
            State::Idle | State::Broken => None,
        }
    }

    /// The list, loaded or typed.
    pub fn list(&self) -> SiteList {
        self.loaded.as_ref().map_or_else(|| typed(&self.text), |loaded| loaded.list.clone())
    }

    /// It begins.
    pub fn begin(&mut self, test: Task<SitesReport, Found>, talk: Talk) {
        (self.problem, self.cursor, self.talk) = (None, None, talk);
        self.state = State::Running(test);
    }

    /// The list is to be changed: what was found is put away.
    pub fn edit(&mut self) {
        self.state = State::Idle;
        self.talk = Talk::default();
    }

    /// Stops the test. What was done by then stays.
    pub fn cancel(&mut self, now: Timestamp) {
        let State::Running(task) = &self.state else { return };
        let sites: Vec<Report> = task.live().done.iter().map(|report| (**report).clone()).collect();
        // the work is dropped with its task
        self.state = State::Idle;
        self.talk = Talk::default();
        if !sites.is_empty() {
            let (columns, more) = (Vec::new(), vec![Vec::new(); sites.len()]);
            let report = SitesReport { outcome: SitesReport::worst(&sites), sites, columns, more, request: None, interrupted: true };
            self.state = State::Done { report: Arc::new(report), at: now };
        }
    }

    /// Takes what came of it.
    pub fn receive(&mut self, now: Timestamp) {
        let State::Running(task) = &mut self.state else { return };
        self.state = match task.poll() {
            TaskPoll::Running => return,
            TaskPoll::Finished(report) => State::Done { report: Arc::new(report), at: now },
            TaskPoll::Broken => State::Broken,
        };
        (self.talk, self.cursor) = (Talk::default(), None);
    }

    /// Moves the cursor of the table.
    pub fn go(&mut self, step: Step, count: usize) {
        self.cursor = step.from(self.cursor, count);
    }
}

/// What was pasted: CSV where it names a column `address`, else addresses between spaces, commas and line ends.
pub fn typed(text: &str) -> SiteList {
    SiteList::parse(text.as_bytes()).unwrap_or_else(|_no_csv| {
        let addresses = text.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';')).filter(|address| !address.is_empty());
        let rows = addresses.map(|address| SiteRow { address: address.to_owned(), more: Vec::new() }).collect();
        SiteList { columns: Vec::new(), rows }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_pasted_as_it_comes() {
        for (text, addresses, columns) in [
            ("", vec![], 0),
            (" https://h.example/sites/a\n\nhttps://h.example/sites/b ", vec!["https://h.example/sites/a", "https://h.example/sites/b"], 0),
            ("https://h.example/sites/a, https://h.example/sites/b;", vec!["https://h.example/sites/a", "https://h.example/sites/b"], 0),
            ("Address;Owner\nhttps://h.example/sites/a;Ada\n", vec!["https://h.example/sites/a"], 1),
        ] {
            let list = typed(text);
            assert_eq!(list.rows.iter().map(|row| &*row.address).collect::<Vec<_>>(), addresses, "{text}");
            assert_eq!(list.columns.len(), columns, "{text}");
        }
    }
}
