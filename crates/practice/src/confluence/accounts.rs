//! The people of Brackwater Instruments, maker of tide gauges, and what each may do in their wiki.

use crate::markers::Kind;

/// The group whose members see everything in Data Center, restricted pages included. The name is fixed in the product.
pub const SUPER_GROUP: &str = "confluence-administrators";
/// Group that holds the licence to use Confluence.
pub const USERS_GROUP: &str = "confluence-users";
/// Group with the global permission "Confluence administrator", which is not the super group.
pub const OPERATORS_GROUP: &str = "wiki-operators";

/// Password that the sign-in pages (and they alone) take for everybody: people cannot be asked to type a marker secret.
pub const PAGE_PASSWORD: &str = "practice";

/// What the sign-in pages say to people who try them.
pub(crate) const PAGE_HINT: &str = "<p>Practice server. Sign in as mwren (reader), tachterberg (space administrator), iokonjo \
     (administrator), ghalvorsen (sees everything) or plind (no licence), with the password “practice”.</p>";

/// How the practice pages look.
pub(crate) const STYLE: &str =
    "<style>body{font-family:sans-serif;max-width:40rem;margin:2rem auto;padding:0 1rem}label{display:block;margin:.5rem 0}</style>";

/// One of the practice accounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Who {
    /// Reads and writes in ordinary spaces, administers nothing but the personal space.
    Reader,
    /// Administers some spaces.
    SpaceAdmin,
    /// Confluence administrator outside the super group: opens the administration, does not see restricted pages.
    Admin,
    /// Member of `confluence-administrators`.
    Super,
    /// Has a password and no licence.
    Unlicensed,
}

/// What is known about an account.
#[derive(Debug, Clone, Copy)]
pub struct Account {
    /// Which one it is.
    pub who: Who,
    /// Data Center user name.
    pub username: &'static str,
    /// Data Center user key.
    pub user_key: &'static str,
    /// Cloud account ID.
    pub account_id: &'static str,
    /// Full name.
    pub display_name: &'static str,
    /// E-mail, half of the Cloud credential.
    pub email: &'static str,
    /// Groups, by name.
    pub groups: &'static [&'static str],
}

impl Who {
    /// Everybody.
    pub const ALL: [Self; 5] = [Self::Reader, Self::SpaceAdmin, Self::Admin, Self::Super, Self::Unlicensed];

    /// What is known about this account.
    pub const fn account(self) -> &'static Account {
        match self {
            Self::Reader => &Account {
                who: Self::Reader,
                username: "mwren",
                user_key: "2c9d80aa7e1f4b10017e1f4c2a310001",
                account_id: "6241c0a85d0b2f006a7be001",
                display_name: "Mirela Wren",
                email: "mirela.wren@brackwater.example",
                groups: &[USERS_GROUP, "field-operations"],
            },
            Self::SpaceAdmin => &Account {
                who: Self::SpaceAdmin,
                username: "tachterberg",
                user_key: "2c9d80aa7e1f4b10017e1f4c2a310002",
                account_id: "6241c0a85d0b2f006a7be002",
                display_name: "Tobias Achterberg",
                email: "tobias.achterberg@brackwater.example",
                groups: &[USERS_GROUP, "engineering"],
            },
            Self::Admin => &Account {
                who: Self::Admin,
                username: "iokonjo",
                user_key: "2c9d80aa7e1f4b10017e1f4c2a310003",
                account_id: "6241c0a85d0b2f006a7be003",
                display_name: "Inés Okonjo",
                email: "ines.okonjo@brackwater.example",
                groups: &[USERS_GROUP, OPERATORS_GROUP],
            },
            Self::Super => &Account {
                who: Self::Super,
                username: "ghalvorsen",
                user_key: "2c9d80aa7e1f4b10017e1f4c2a310004",
                account_id: "6241c0a85d0b2f006a7be004",
                display_name: "Grete Halvorsen",
                email: "grete.halvorsen@brackwater.example",
                groups: &[SUPER_GROUP, USERS_GROUP],
            },
            Self::Unlicensed => &Account {
                who: Self::Unlicensed,
                username: "plind",
                user_key: "2c9d80aa7e1f4b10017e1f4c2a310005",
                account_id: "6241c0a85d0b2f006a7be005",
                display_name: "Pavel Lind",
                email: "pavel.lind@brackwater.example",
                groups: &["contractors"],
            },
        }
    }

    /// Data Center user name.
    pub const fn username(self) -> &'static str {
        self.account().username
    }

    /// E-mail address.
    pub const fn email(self) -> &'static str {
        self.account().email
    }

    /// Data Center personal access token.
    pub fn pat(self) -> String {
        Kind::Pat.of(self.username())
    }

    /// Token of an app, which goes in the place of the password.
    pub fn app_token(self) -> String {
        Kind::Pat.of(format_args!("app-{}", self.username()))
    }

    /// Data Center password.
    pub fn password(self) -> String {
        Kind::Password.of(self.username())
    }

    /// Cloud API token without scopes: works at the site.
    pub fn api_token(self) -> String {
        Kind::ApiToken.of(self.username())
    }

    /// Cloud API token with scopes: works at the gateway only.
    pub fn scoped_token(self) -> String {
        Kind::ScopedToken.of(self.username())
    }

    /// May use Confluence at all.
    pub fn is_licensed(self) -> bool {
        self.account().groups.contains(&USERS_GROUP)
    }

    /// Confluence administrator, inside or outside the super group.
    pub fn is_admin(self) -> bool {
        matches!(self, Self::Admin | Self::Super)
    }

    /// Member of the super group.
    pub fn is_super(self) -> bool {
        self.account().groups.contains(&SUPER_GROUP)
    }

    /// What a person typed into a page, as the password it stands for.
    pub(crate) fn typed(name: &str, password: &str) -> String {
        let known = Self::find(|who| who.username().eq_ignore_ascii_case(name) || who.email().eq_ignore_ascii_case(name));
        match known {
            Some(who) if password == PAGE_PASSWORD => who.password(),
            _ => password.to_owned(),
        }
    }

    /// Finds the account that matches.
    pub(crate) fn find(matches: impl Fn(Self) -> bool) -> Option<Self> {
        Self::ALL.into_iter().find(|&who| matches(who))
    }
}

/// All groups there are, sorted as Confluence lists them.
pub(crate) const GROUPS: [&str; 8] =
    ["board", SUPER_GROUP, USERS_GROUP, "contractors", "engineering", "field-operations", "finance", OPERATORS_GROUP];
