//! The ids that Entra gives to tenants, apps and people.

use std::fmt;

/// A GUID in its usual form: 8-4-4-4-12 hexadecimal digits, lower case.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Guid(String);

/// Lengths of the five groups.
const GROUPS: [usize; 5] = [8, 4, 4, 4, 12];

impl Guid {
    /// Reads a GUID as people copy it: blanks around it and braces are dropped.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let text = text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).unwrap_or(text).trim();
        let groups: Vec<&str> = text.split('-').collect();
        let fits = groups.len() == GROUPS.len()
            && groups.iter().zip(GROUPS).all(|(group, length)| group.len() == length && group.bytes().all(|b| b.is_ascii_hexdigit()));
        fits.then(|| Self(text.to_ascii_lowercase()))
    }

    /// The text, lower case.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// True for the GUID of zeros, which names nothing.
    pub fn is_zero(&self) -> bool {
        self.0.bytes().all(|b| b == b'0' || b == b'-')
    }
}

impl fmt::Display for Guid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Guid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guids_are_read_as_people_copy_them() {
        let id = "5b0f7f0e-2d4f-4c8c-9a43-7f1f5e9a1c01";
        for text in [id, &id.to_uppercase(), &format!(" {{{id}}}\n"), &format!("\t{id} ")] {
            assert_eq!(Guid::parse(text).expect(text).as_str(), id);
        }
        for text in
            ["", "{}", "5b0f7f0e2d4f4c8c9a437f1f5e9a1c01", "5b0f7f0e-2d4f-4c8c-9a43-7f1f5e9a1c0g", &format!("{id}-1"), &format!("{{{id}")]
        {
            assert_eq!(Guid::parse(text), None, "{text}");
        }
        assert!(Guid::parse("00000000-0000-0000-0000-000000000000").expect("zeros").is_zero());
    }
}
