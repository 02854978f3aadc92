//! One table of everything people paste.

use super::*;

#[test]
fn anything_pasted_is_understood() {
    let rows: &[(&str, &str, &str)] = &[
        // plain
        ("https://wiki.example.com", "https://wiki.example.com", ""),
        ("https://wiki.example.com/", "https://wiki.example.com", ""),
        ("wiki.example.com", "https://wiki.example.com", "https:// added"),
        ("wiki.example.com/confluence/", "https://wiki.example.com/confluence", "https:// added"),
        ("http://wiki.example.com/confluence", "http://wiki.example.com/confluence", ""),
        ("HTTPS://Wiki.Example.COM/Confluence", "https://wiki.example.com/Confluence", ""),
        ("wiki.example.com:8443/confluence", "https://wiki.example.com:8443/confluence", "https:// added"),
        ("localhost:8090", "https://localhost:8090", "https:// added"),
        ("http://localhost:8090/", "http://localhost:8090", ""),
        ("wiki", "https://wiki", "https:// added"),
        ("wiki/display/ENG", "https://wiki", "https:// added, page path cut off"),
        ("10.20.30.40/confluence", "https://10.20.30.40/confluence", "https:// added"),
        ("https://[::1]:8090/confluence/login.action", "https://[::1]:8090/confluence", "page path cut off"),
        ("https://wiki.example.com.", "https://wiki.example.com", ""),
        ("https://wiki.example.com:443/", "https://wiki.example.com", ""),
        ("//wiki.example.com/confluence", "https://wiki.example.com/confluence", "https:// added"),
        ("https:/wiki.example.com/confluence", "https://wiki.example.com/confluence", ""),
        ("https://größe.example/wiki", "https://xn--gre-6ka8i.example/wiki", ""),
        ("https://wiki.example.com/tools/confluence", "https://wiki.example.com/tools/confluence", ""),
        // wrapped
        ("  https://wiki.example.com/confluence \n", "https://wiki.example.com/confluence", ""),
        ("\"https://wiki.example.com/confluence\"", "https://wiki.example.com/confluence", ""),
        ("“https://wiki.example.com”", "https://wiki.example.com", ""),
        ("<https://wiki.example.com/confluence>", "https://wiki.example.com/confluence", ""),
        ("(https://wiki.example.com/confluence)", "https://wiki.example.com/confluence", ""),
        ("https://wiki.example.com/confluence,", "https://wiki.example.com/confluence", ""),
        ("See https://wiki.example.com/display/ENG today", "https://wiki.example.com", "address cut out of the text, page path cut off"),
        ("Our wiki <https://wiki.example.com/confluence>", "https://wiki.example.com/confluence", "address cut out of the text"),
        (
            "https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fwiki.example.com%2Fconfluence%2Fdisplay%2FENG&data=05",
            "https://wiki.example.com/confluence",
            "taken out of the link around it, page path cut off",
        ),
        (
            "https://id.atlassian.com/login?continue=https%3A%2F%2Fbrackwater.atlassian.net%2Fwiki%2Fhome",
            "https://brackwater.atlassian.net/wiki",
            "taken out of the link around it, page path cut off",
        ),
        // pages
        ("https://wiki.example.com/display/ENG/Release+Plan", "https://wiki.example.com", "page path cut off"),
        ("https://wiki.example.com/display/ENG/Plan+(draft)", "https://wiki.example.com", "page path cut off"),
        ("https://wiki.example.com/confluence/display/~mwren", "https://wiki.example.com/confluence", "page path cut off"),
        ("wiki.example.com/confluence/display/ENG/My page", "https://wiki.example.com/confluence", "https:// added, page path cut off"),
        ("https://wiki.example.com/pages/viewpage.action?pageId=98310", "https://wiki.example.com", "page path cut off"),
        ("https://wiki.example.com/c/pages/editpage.action?pageId=1#x", "https://wiki.example.com/c", "page path cut off"),
        ("https://wiki.example.com/x/AgAB", "https://wiki.example.com", "page path cut off"),
        ("https://wiki.example.com/spaces/ENG/pages/98310/Release+Plan", "https://wiki.example.com", "page path cut off"),
        ("https://wiki.example.com/wiki/spaces/ENG/overview", "https://wiki.example.com/wiki", "page path cut off"),
        ("https://wiki.example.com/confluence/spaces/viewspace.action?key=ENG", "https://wiki.example.com/confluence", "page path cut off"),
        ("https://wiki.example.com/label/ENG/plan", "https://wiki.example.com", "page path cut off"),
        ("https://wiki.example.com/collector/pages.action?key=ENG", "https://wiki.example.com", "page path cut off"),
        // signing in
        ("https://wiki.example.com/login.action?os_destination=%2Findex.action", "https://wiki.example.com", "page path cut off"),
        ("https://wiki.example.com/confluence/dologin.action", "https://wiki.example.com/confluence", "page path cut off"),
        ("https://wiki.example.com/confluence/logout.action", "https://wiki.example.com/confluence", "page path cut off"),
        ("https://wiki.example.com/authenticate.action", "https://wiki.example.com", "page path cut off"),
        ("https://wiki.example.com/signup.action", "https://wiki.example.com", "page path cut off"),
        ("https://wiki.example.com/forgotuserpassword.action", "https://wiki.example.com", "page path cut off"),
        ("https://wiki.example.com/c/plugins/servlet/external-login", "https://wiki.example.com/c", "page path cut off"),
        ("https://wiki.example.com/plugins/personalaccesstokens/usertokens.action", "https://wiki.example.com", "page path cut off"),
        // home
        ("https://wiki.example.com/dashboard.action", "https://wiki.example.com", "page path cut off"),
        ("https://wiki.example.com/index.action#all-updates", "https://wiki.example.com", "page path cut off"),
        ("https://wiki.example.com/#all-updates", "https://wiki.example.com", "page path cut off"),
        ("https://wiki.example.com/confluence/homepage.action", "https://wiki.example.com/confluence", "page path cut off"),
        ("https://wiki.example.com/spacedirectory/view.action", "https://wiki.example.com", "page path cut off"),
        ("https://wiki.example.com/dosearchsite.action?queryString=tide", "https://wiki.example.com", "page path cut off"),
        ("https://wiki.example.com/users/viewmyprofile.action", "https://wiki.example.com", "page path cut off"),
        ("https://wiki.example.com/browsepeople.action", "https://wiki.example.com", "page path cut off"),
        // administration and setup
        ("https://wiki.example.com/admin/viewgeneralconfig.action", "https://wiki.example.com", "page path cut off"),
        ("https://wiki.example.com/setup/setupstart.action", "https://wiki.example.com", "page path cut off"),
        ("https://wiki.example.com/fixonly/fixlicense.action", "https://wiki.example.com", "page path cut off"),
        ("https://wiki.example.com/confluence/johnson/errors.action", "https://wiki.example.com/confluence", "page path cut off"),
        // API and files
        ("https://wiki.example.com/confluence/rest/api/space?limit=25", "https://wiki.example.com/confluence", "page path cut off"),
        ("https://wiki.example.com/rpc/json-rpc/confluenceservice-v2", "https://wiki.example.com", "page path cut off"),
        ("https://wiki.example.com/download/attachments/98310/map.png?api=v2", "https://wiki.example.com", "page path cut off"),
        ("https://wiki.example.com/s/en_GB/9012/abc/_/images/x.png", "https://wiki.example.com", "page path cut off"),
        ("https://wiki.example.com/status", "https://wiki.example.com", "page path cut off"),
        ("https://docs.example.com/wiki/api/v2/spaces", "https://docs.example.com/wiki", "page path cut off"),
        // words that are also context paths
        ("https://wiki.example.com/wiki", "https://wiki.example.com/wiki", ""),
        ("https://wiki.example.com/users", "https://wiki.example.com/users", ""),
        ("https://wiki.example.com/wiki/confluence/display/ENG", "https://wiki.example.com/wiki/confluence", "page path cut off"),
        // Cloud
        ("brackwater.atlassian.net", "https://brackwater.atlassian.net/wiki", "https:// added, /wiki added"),
        ("https://brackwater.atlassian.net/wiki", "https://brackwater.atlassian.net/wiki", ""),
        ("https://brackwater.atlassian.net/wiki/", "https://brackwater.atlassian.net/wiki", ""),
        ("https://brackwater.atlassian.net/wiki/spaces/ENG/pages/98310/Plan", "https://brackwater.atlassian.net/wiki", "page path cut off"),
        ("https://brackwater.atlassian.net/wiki/people/6241c0", "https://brackwater.atlassian.net/wiki", "page path cut off"),
        ("https://brackwater.atlassian.net/wiki/x/AgAB", "https://brackwater.atlassian.net/wiki", "page path cut off"),
        ("https://brackwater.atlassian.net/jira/your-work", "https://brackwater.atlassian.net/wiki", "page path cut off, /wiki added"),
        ("https://docs.example.com/wiki/home", "https://docs.example.com/wiki", "page path cut off"),
        (
            "https://api.atlassian.com/ex/confluence/1f0e7c9a-6d52-4c1e-9a5f-2c33b0a0d001/wiki/rest/api/space",
            "https://api.atlassian.com/ex/confluence/1f0e7c9a-6d52-4c1e-9a5f-2c33b0a0d001/wiki",
            "page path cut off",
        ),
    ];
    for (text, shown, note) in rows {
        let address = SiteAddress::understand(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(address.shown(), *shown, "{text}");
        assert_eq!(address.note().unwrap_or_default(), *note, "{text}");
        let again = SiteAddress::understand(&address.shown()).expect(shown);
        assert_eq!((again.shown(), again.note()), (address.shown(), None), "understanding {text} twice");
    }
}

#[test]
fn what_is_no_address_says_so() {
    let rows: &[(&str, AddressError)] = &[
        ("", AddressError::Empty),
        (" \"\" ", AddressError::Empty),
        ("our wiki", AddressError::NotAnAddress),
        ("https://", AddressError::NotAnAddress),
        ("https://?x", AddressError::NotAnAddress),
        ("https://wiki..example.com", AddressError::NotAnAddress),
        ("https://wiki.example.com:99999", AddressError::NotAnAddress),
        ("ftp://wiki.example.com", AddressError::Scheme),
        ("file:///c:/wiki", AddressError::Scheme),
        ("javascript:alert(1)", AddressError::Scheme),
        ("mirela.wren@brackwater.example", AddressError::Email),
        ("https://mwren:pa55@wiki.example.com/confluence", AddressError::Credentials),
        ("https://mwren@wiki.example.com", AddressError::Credentials),
        ("mwren:pa55@wiki.example.com", AddressError::Credentials),
        ("NjA5MTgyNzM2NDU1OkFiQ2RFZkdoSWpLbE1uT3BRclN0", AddressError::Token),
        ("ATATT3xFfGF0abcdefghijkl", AddressError::Token),
    ];
    for (text, error) in rows {
        assert_eq!(SiteAddress::understand(text), Err(*error), "{text}");
    }
}

#[test]
fn context_paths_are_tried_by_likelihood() {
    let rows: &[(&str, &[&str])] = &[
        ("https://wiki.example.com", &["", "/confluence", "/wiki"]),
        ("https://wiki.example.com/wiki/display/ENG", &["/wiki", "", "/confluence"]),
        ("https://wiki.example.com/tools/docs", &["/tools/docs", "/tools", "", "/confluence", "/wiki"]),
        ("https://brackwater.atlassian.net", &["/wiki"]),
    ];
    for (text, candidates) in rows {
        assert_eq!(SiteAddress::understand(text).expect(text).candidates(), *candidates, "{text}");
    }
}

#[test]
fn look_alikes_are_not_cloud() {
    for (text, is_cloud) in [
        ("brackwater.atlassian.net", true),
        ("brackwater.jira.com", true),
        ("brackwater.atlassian-us-gov-mod.net", true),
        ("notatlassian.net", false),
        ("atlassian.net.example.com", false),
        ("docs.example.com/wiki", false),
    ] {
        assert_eq!(SiteAddress::understand(text).expect(text).looks_like_cloud(), is_cloud, "{text}");
    }
}
