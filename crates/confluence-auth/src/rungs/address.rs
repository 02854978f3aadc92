//! What was understood as the address.

use preflight::{Fail, Pass};

use crate::SiteAddress;

pub(crate) fn pass(address: &SiteAddress) -> Result<Pass<()>, Fail> {
    let shown = address.shown();
    let pass = Pass::new((), format!("{shown} is the address")).detail("address", shown);
    Ok(match address.note() {
        Some(note) => pass.detail("changed", note),
        None => pass,
    })
}
