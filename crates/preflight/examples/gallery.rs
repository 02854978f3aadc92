//! Writes the gallery of reports as pages, to be looked at: `cargo run -p preflight --example gallery -- DIRECTORY`.

use std::path::PathBuf;

fn main() -> std::io::Result<()> {
    let directory: PathBuf = std::env::args_os().nth(1).unwrap_or_else(|| "gallery".into()).into();
    std::fs::create_dir_all(&directory)?;
    for (name, report) in preflight::gallery::reports() {
        std::fs::write(directory.join(format!("{name}.html")), preflight::render::to_html(&report, "wayleave 0.1.0"))?;
    }
    Ok(())
}
