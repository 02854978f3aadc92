//! A display of one's own: Xvfb with a window manager, so that a real window can be opened, typed into and looked at.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

/// An X display that ends when it is dropped.
pub struct Display {
    name: String,
    server: Child,
    manager: Child,
}

impl Display {
    /// Starts one of this size in pixels.
    ///
    /// # Panics
    /// Where Xvfb or openbox are missing.
    pub fn start(width: u32, height: u32) -> Self {
        // the server picks a free number and writes it to the descriptor named by -displayfd; without -noreset it would drop
        // whoever is connecting at the moment its last client leaves
        let mut server = Command::new("Xvfb")
            .args(["-displayfd", "1", "-screen", "0", &format!("{width}x{height}x24"), "-nolisten", "tcp", "-noreset"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("Xvfb: run `cargo xtask setup`");
        let mut number = String::new();
        BufReader::new(server.stdout.take().expect("piped")).read_line(&mut number).expect("a display number");
        let name = format!(":{}", number.trim());
        let manager = Command::new("openbox")
            .env("DISPLAY", &name)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("openbox: run `cargo xtask setup`");
        Self { name, server, manager }
    }

    /// What `DISPLAY` has to be.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Runs xdotool and returns what it says.
    ///
    /// # Panics
    /// Where it is missing.
    pub fn xdotool(&self, words: &[&str]) -> String {
        let output = Command::new("xdotool").args(words).env("DISPLAY", &self.name).output().expect("xdotool: run `cargo xtask setup`");
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    /// The whole display as red, green and blue bytes, row by row: much faster than a PNG.
    ///
    /// # Panics
    /// Where ImageMagick is missing.
    pub fn pixels(&self) -> Vec<u8> {
        let import = Command::new("import").args(["-window", "root", "-depth", "8", "rgb:-"]).env("DISPLAY", &self.name).output();
        let output = import.expect("import: run `cargo xtask setup`");
        assert!(output.status.success(), "no picture: {}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    }

    /// A picture of the whole display, as PNG.
    ///
    /// # Panics
    /// Where ImageMagick is missing.
    pub fn picture(&self) -> Vec<u8> {
        let output = Command::new("import")
            .args(["-window", "root", "png:-"])
            .env("DISPLAY", &self.name)
            .output()
            .expect("import: run `cargo xtask setup`");
        assert!(output.status.success(), "no picture: {}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        for child in [&mut self.manager, &mut self.server] {
            // it may have ended by itself
            child.kill().ok();
            child.wait().ok();
        }
    }
}
