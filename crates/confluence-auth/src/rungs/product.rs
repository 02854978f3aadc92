//! Which Confluence answers there.

use preflight::{Fail, Hint, Pass};

use crate::api::Api;
use crate::product::{Edition, First, Product, detect};
use crate::settings::Settings;

pub(crate) async fn run(first: &First, settings: &Settings) -> Result<Pass<(Api, Product)>, Fail> {
    let address = &settings.address;
    let (api, product) = detect(first, address.candidates(), address.gateway_cloud_id(), address.looks_like_cloud()).await?;
    let name = product.name();
    let summary = match &product.edition {
        Edition::Cloud { .. } => format!("{name} answers at {}", api.base()),
        Edition::DataCenter { version: Some(version) } => format!("{name} {version} answers at {}", api.base()),
        Edition::DataCenter { version: None } => {
            format!("{name} answers at {}; it does not tell its version before signing in", api.base())
        }
    };
    let base = api.base();
    let typed = address.shown();
    let mut pass = Pass::new((api, product.clone()), summary).detail("base", base.clone()).detail("product", name);
    match &product.edition {
        Edition::Cloud { cloud_id } => pass = pass.detail("edition", "cloud").detail("cloud_id", cloud_id.clone()),
        Edition::DataCenter { version } => {
            let is_data_center = version.as_ref().is_some_and(|version| version.is_at_least(8, 6));
            pass = pass.detail("edition", if is_data_center { "data-center" } else { "server-or-data-center" });
            if let Some(version) = version {
                pass = pass.detail("version", version.to_string());
            }
        }
    }
    if let Some(build) = &product.build {
        pass = pass.detail("build", build.clone());
    }
    if base != typed && !typed.starts_with("http:") {
        pass = pass.detail("typed", typed).hint(Hint::say(format!("Confluence is at {base}, so that address is used")));
    }
    if let Some(own) = product.own_base.as_ref().filter(|own| own.trim_end_matches('/') != base) {
        // a reverse proxy or an old setting: requests keep to the address that answers
        pass = pass.detail("configured_base", own.clone());
    }
    Ok(pass)
}
