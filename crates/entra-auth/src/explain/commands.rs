//! Lines for administrators to type, and which values may stand in them.
//!
//! Sources: `PnP` PowerShell's pages of the cmdlets (pnp.github.io/powershell/cmdlets) and the CLI for Microsoft 365's of the commands
//! (pnp.github.io/cli-microsoft365/cmd). Whoever pastes such a line has every right in the organization, so a value that a server or a
//! file named is let in only where it can mean nothing but itself to PowerShell, cmd and POSIX shells alike.

use preflight::{AskWay, SafeText, Tool};

fn line(tool: Tool, line: String) -> AskWay {
    AskWay::Command { tool, line: SafeText::from(line) }
}

/// The address of a site as it may stand between quotes.
fn site(text: &str) -> Option<&str> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._~:/%()".contains(c);
    ((text.starts_with("https://") || text.starts_with("http://")) && text.chars().all(plain)).then_some(text)
}

/// A sign-in name as it may stand between quotes (the characters that Entra allows in one, and a guest's `#EXT#`).
fn account(text: &str) -> Option<&str> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "'.-_#^~@+".contains(c);
    (text.contains('@') && text.chars().all(plain)).then_some(text)
}

/// A text in single quotes, as PowerShell wants it.
fn powershell(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// A text in double quotes, which every shell understands for texts that [`site`] and [`account`] let through.
fn quoted(text: &str) -> String {
    format!("\"{text}\"")
}

/// Makes the account an administrator of the site (`Set-PnPTenantSite -Owners` adds and takes nobody away; `spo site admin add`).
pub(crate) fn make_site_admin(at: &str, who: &str) -> Vec<AskWay> {
    let (Some(at), Some(who)) = (site(at), account(who)) else { return Vec::new() };
    vec![
        line(Tool::PnpPowerShell, format!("Set-PnPTenantSite -Identity {} -Owners {}", powershell(at), powershell(who))),
        line(Tool::CliMicrosoft365, format!("m365 spo site admin add --siteUrl {} --userName {} --asAdmin", quoted(at), quoted(who))),
    ]
}

/// Grants the site to an app that has `Sites.Selected` (`Grant-PnPEntraIDAppSitePermission`, `spo site apppermission add`).
pub(crate) fn grant_site(at: &str, app: &str) -> Vec<AskWay> {
    let Some(at) = site(at) else { return Vec::new() };
    vec![
        line(
            Tool::PnpPowerShell,
            format!(
                "Grant-PnPEntraIDAppSitePermission -AppId {} -DisplayName 'Wiki migration' -Site {} -Permissions FullControl",
                powershell(app),
                powershell(at)
            ),
        ),
        line(
            Tool::CliMicrosoft365,
            format!("m365 spo site apppermission add --siteUrl {} --appId {} --permission fullcontrol", quoted(at), quoted(app)),
        ),
    ]
}

/// Takes the lock off (`Set-PnPTenantSite -LockState`, `spo site set --lockState`).
pub(crate) fn unlock(at: &str) -> Vec<AskWay> {
    let Some(at) = site(at) else { return Vec::new() };
    vec![
        line(Tool::PnpPowerShell, format!("Set-PnPTenantSite -Identity {} -LockState Unlock", powershell(at))),
        line(Tool::CliMicrosoft365, format!("m365 spo site set --url {} --lockState Unlock", quoted(at))),
    ]
}

/// Brings an archived site back (`Set-PnPSiteArchiveState`, `spo site unarchive`).
pub(crate) fn unarchive(at: &str) -> Vec<AskWay> {
    let Some(at) = site(at) else { return Vec::new() };
    vec![
        line(Tool::PnpPowerShell, format!("Set-PnPSiteArchiveState -Identity {} -ArchiveState Active", powershell(at))),
        line(Tool::CliMicrosoft365, format!("m365 spo site unarchive --url {}", quoted(at))),
    ]
}

/// SharePoint Online as a resource whatever the tenant's host is: the name that the command's own page uses.
pub(crate) const SHAREPOINT_RESOURCE: &str = "https://microsoft.sharepoint-df.com";

/// Adds permissions to a registration and approves them for everybody (`entra app permission add --grantAdminConsent`).
pub(crate) fn add_permissions(app: &str, permissions: &[String], by_itself: bool) -> AskWay {
    let kind = if by_itself { "applicationPermissions" } else { "delegatedPermissions" };
    line(
        Tool::CliMicrosoft365,
        format!("m365 entra app permission add --appId {} --{kind} {} --grantAdminConsent", quoted(app), quoted(&permissions.join(" "))),
    )
}

/// Makes a registration one of a desktop app (`entra app set`).
pub(crate) fn desktop_app(app: &str) -> AskWay {
    line(
        Tool::CliMicrosoft365,
        format!(
            "m365 entra app set --appId {} --redirectUris \"http://localhost\" --platform publicClient --allowPublicClientFlows true",
            quoted(app)
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(ways: &[AskWay]) -> Vec<&str> {
        ways.iter()
            .map(|way| match way {
                AskWay::Command { line, .. } => line.as_str(),
                AskWay::Page { .. } | AskWay::Path(_) => "",
            })
            .collect()
    }

    #[test]
    fn names_of_people_keep_their_apostrophes_and_guests_their_marks() {
        let ways = make_site_admin("https://heather.sharepoint.com/sites/wiki", "mia.o'hara@heather.example");
        assert_eq!(
            lines(&ways),
            [
                "Set-PnPTenantSite -Identity 'https://heather.sharepoint.com/sites/wiki' -Owners 'mia.o''hara@heather.example'",
                "m365 spo site admin add --siteUrl \"https://heather.sharepoint.com/sites/wiki\" --userName \"mia.o'hara@heather.example\" --asAdmin",
            ]
        );
        assert_eq!(make_site_admin("https://h.example/sites/w", "ada_x.example#EXT#@heather.example").len(), 2);
    }

    #[test]
    fn a_value_that_could_mean_something_to_a_shell_is_left_out() {
        let app = "5b0f7f0e-2d4f-4c8c-9a43-7f1f5e9a1c01";
        for at in [
            "https://h.example/sites/$(rm -rf x)",
            "https://h.example/sites/a\" --force",
            "https://h.example/sites/`x`",
            "https://h.example/sites/a;b",
            "https://h.example/sites/a'b",
            "https://h.example/sites/a\nb",
            "https://h.example/sites/a!b",
            "javascript:alert(1)",
        ] {
            assert!(grant_site(at, app).is_empty() && unlock(at).is_empty() && unarchive(at).is_empty(), "{at}");
            assert!(make_site_admin(at, "ada@heather.example").is_empty(), "{at}");
        }
        for who in ["ada@h.example\"; x", "ada@h.example$(x)", "ada@h.example`x`", "ada@h.example|x", "ada@h.example%PATH%", "somebody"] {
            assert!(make_site_admin("https://h.example/sites/w", who).is_empty(), "{who}");
        }
    }
}
