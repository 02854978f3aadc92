//! What was understood as the address.

use preflight::Pass;

use crate::SiteAddress;

pub(crate) fn pass(address: &SiteAddress) -> Pass<()> {
    let shown = address.shown();
    let pass = Pass::new((), format!("{shown} is the address")).detail("address", shown);
    match address.note() {
        Some(note) => pass.detail("changed", note),
        None => pass,
    }
}
