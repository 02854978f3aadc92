//! confluence-auth
