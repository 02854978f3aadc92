//! The corner of the Confluence Query Language that counting needs: `space`, `type`, `and`, `in`, `order by`.

use super::wiki::Page;

/// A parsed query.
#[derive(Debug, Default)]
pub(crate) struct Cql {
    /// Keys of the spaces asked for; empty for all.
    pub(crate) spaces: Vec<String>,
    types: Vec<String>,
}

/// Why a query cannot be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoCql {
    #[error("expected a clause such as space = KEY")]
    Clause,
    #[error("unknown field {0}")]
    Field(String),
}

impl Cql {
    pub(crate) fn parse(text: &str) -> Result<Self, NoCql> {
        let lower = text.to_ascii_lowercase();
        let end = lower.find(" order by ").unwrap_or(text.len());
        let mut query = Self::default();
        let (mut rest, mut lower) = text.split_at_checked(end).map_or((text, lower.as_str()), |(head, _)| (head, &lower[..end]));
        loop {
            let (clause, more) = match lower.find(" and ") {
                Some(at) => (&rest[..at], Some(at + 5)),
                None => (rest, None),
            };
            query.add(clause.trim())?;
            let Some(from) = more else { return Ok(query) };
            (rest, lower) = (&rest[from..], &lower[from..]);
        }
    }

    fn add(&mut self, clause: &str) -> Result<(), NoCql> {
        let (field, values) = match clause.split_once('=') {
            Some((field, value)) if !field.ends_with(['!', '~', '<', '>']) => (field, value),
            Some(_) => return Err(NoCql::Clause),
            None => {
                let (field, list) = clause.split_once(" in ").ok_or(NoCql::Clause)?;
                let list = list.trim().strip_prefix('(').and_then(|list| list.strip_suffix(')'));
                (field, list.ok_or(NoCql::Clause)?)
            }
        };
        let values = values.split(',').map(|value| value.trim().trim_matches('"').to_owned());
        match field.trim().to_ascii_lowercase().as_str() {
            "space" | "space.key" => self.spaces.extend(values),
            "type" => self.types.extend(values),
            other => return Err(NoCql::Field(other.to_owned())),
        }
        Ok(())
    }

    pub(crate) fn matches(&self, key: &str, page: &Page) -> bool {
        (self.spaces.is_empty() || self.spaces.iter().any(|space| space == key))
            && (self.types.is_empty() || self.types.iter().any(|kind| kind == page.kind))
    }
}
