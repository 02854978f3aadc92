//! Version numbers of Server and Data Center.

use std::fmt;

/// A version such as `9.2.2`, as the server writes it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Version {
    major: u16,
    minor: u16,
    text: String,
}

impl Version {
    /// Reads `8.5.3`, `9.2.2-m01`, `10.0`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let mut numbers = text.split(['.', '-', '+', ' ']).map(str::parse::<u16>);
        let major = numbers.next()?.ok()?;
        let minor = numbers.next().and_then(Result::ok).unwrap_or(0);
        Some(Self { major, minor, text: text.to_owned() })
    }

    pub(crate) fn is_at_least(&self, major: u16, minor: u16) -> bool {
        (self.major, self.minor) >= (major, minor)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_by_number() {
        for (text, at_least) in
            [("7.9", true), ("7.19.30", true), ("10.0.2", true), ("9.2.2-m01", true), ("8", true), ("7.4.18", false), ("6.15", false)]
        {
            assert_eq!(Version::parse(text).expect(text).is_at_least(7, 9), at_least, "{text}");
        }
        assert_eq!(Version::parse("latest"), None);
    }
}
