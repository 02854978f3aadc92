//! Practice Confluence.
