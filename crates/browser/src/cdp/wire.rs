//! The two ways to the browser: a pair of pipes that nobody else has, and a web socket on loopback where pipes cannot be had.

use futures::{SinkExt as _, StreamExt as _};
use tokio::sync::mpsc;
use tokio_tungstenite::tungstenite::Message;

use super::{Cdp, Connected, Happening};

/// Speaks through pipes: each message is JSON followed by a zero byte.
#[cfg(unix)]
pub(crate) fn over_pipes(from_browser: std::io::PipeReader, to_browser: std::io::PipeWriter) -> std::io::Result<Connected> {
    use std::os::fd::OwnedFd;
    use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
    use tokio::net::unix::pipe;

    let reader = pipe::Receiver::from_owned_fd(OwnedFd::from(from_browser))?;
    let mut writer = pipe::Sender::from_owned_fd(OwnedFd::from(to_browser))?;
    let (cdp, mut written) = Cdp::new();
    let (tell, told) = mpsc::unbounded_channel();

    let writing = async move {
        while let Some(message) = written.recv().await {
            let mut message = message.into_bytes();
            message.push(0);
            if writer.write_all(&message).await.is_err() {
                break;
            }
        }
    };
    let listening = cdp.clone();
    let reading = async move {
        let mut reader = BufReader::with_capacity(256 * 1024, reader);
        let mut message = Vec::new();
        while matches!(reader.read_until(0, &mut message).await, Ok(1..)) {
            if message.pop() != Some(0) {
                break;
            }
            pass(&listening, &message, &tell);
            message.clear();
        }
    };
    spawn(&cdp, reading, writing);
    Ok(Connected { cdp, told })
}

/// Speaks through a web socket: each message is JSON.
pub(crate) async fn over_websocket(address: &str) -> Result<Connected, tokio_tungstenite::tungstenite::Error> {
    let mut config = tokio_tungstenite::tungstenite::protocol::WebSocketConfig::default();
    config.max_message_size = None;
    config.max_frame_size = None;
    let (socket, _) = tokio_tungstenite::connect_async_with_config(address, Some(config), true).await?;
    let (mut to_browser, mut from_browser) = socket.split();
    let (cdp, mut written) = Cdp::new();
    let (tell, told) = mpsc::unbounded_channel();

    let writing = async move {
        while let Some(message) = written.recv().await {
            if to_browser.send(Message::text(message)).await.is_err() {
                break;
            }
        }
    };
    let listening = cdp.clone();
    let reading = async move {
        while let Some(Ok(message)) = from_browser.next().await {
            match message {
                Message::Text(text) => pass(&listening, text.as_bytes(), &tell),
                Message::Close(_) => break,
                _ => {}
            }
        }
    };
    spawn(&cdp, reading, writing);
    Ok(Connected { cdp, told })
}

fn pass(cdp: &Cdp, message: &[u8], tell: &mpsc::UnboundedSender<Happening>) {
    if let Some(happening) = cdp.incoming(message) {
        // nobody watches any more once the window is dropped
        tell.send(happening).ok();
    }
}

/// Reads and writes until either end is gone.
fn spawn(cdp: &Cdp, reading: impl Future<Output = ()> + Send + 'static, writing: impl Future<Output = ()> + Send + 'static) {
    let cdp = cdp.clone();
    tokio::spawn(async move {
        tokio::select! {
            () = reading => {}
            () = writing => {}
        }
        cdp.close();
    });
}
