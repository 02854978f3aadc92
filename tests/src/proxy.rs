//! A small forward proxy, for tests: tunnels by `CONNECT` (RFC 9110 §9.3.6) and requests in absolute form (RFC 9112 §3.2.2).

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use url::Url;

/// A running proxy that ends when it is dropped.
pub struct Proxy {
    /// `127.0.0.1:PORT`
    pub address: String,
    asked: Arc<Mutex<Vec<String>>>,
    accepting: JoinHandle<()>,
}

impl Proxy {
    /// Starts one that lets everybody through, or only who knows user name and password.
    ///
    /// # Panics
    /// Where no port is free.
    pub async fn start(account: Option<(&str, &str)>) -> Self {
        Self::listening(account, None).await
    }

    /// Starts one whose tunnels all end at this address, as those of a box that opens secure connections do.
    ///
    /// # Panics
    /// Where no port is free.
    pub async fn leading_to(address: &str) -> Self {
        Self::listening(None, Some(address)).await
    }

    async fn listening(account: Option<(&str, &str)>, leads_to: Option<&str>) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let address = listener.local_addr().expect("an address").to_string();
        let asked = Arc::default();
        let seen = Arc::clone(&asked);
        let leads_to = leads_to.map(str::to_owned);
        let wanted = account.map(|(user, password)| format!("Basic {}", STANDARD.encode(format!("{user}:{password}"))));
        let accepting = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (seen, wanted, leads_to) = (Arc::clone(&seen), wanted.clone(), leads_to.clone());
                // a client that hangs up ends its own connection and nothing else
                tokio::spawn(async move { attend(stream, wanted.as_deref(), leads_to.as_deref(), &seen).await.ok() });
            }
        });
        Self { address, asked, accepting }
    }

    /// The first lines of what was asked.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn attend(mut client: TcpStream, wanted: Option<&str>, leads_to: Option<&str>, asked: &Mutex<Vec<String>>) -> io::Result<()> {
    let mut head = Vec::new();
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        if client.read_buf(&mut head).await? == 0 {
            return Ok(());
        }
    }
    let text = String::from_utf8_lossy(&head).into_owned();
    let first = text.lines().next().unwrap_or_default().to_owned();
    asked.lock().unwrap_or_else(PoisonError::into_inner).push(first.clone());
    let given = text.lines().filter_map(|line| line.split_once(':')).find(|(name, _)| name.eq_ignore_ascii_case("proxy-authorization"));
    if wanted.is_some() && given.map(|(_, value)| value.trim()) != wanted {
        let refusal = b"HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"office\"\r\n\
            Content-Length: 0\r\nConnection: close\r\n\r\n";
        client.write_all(refusal).await?;
        return client.shutdown().await;
    }
    let target = first.split(' ').nth(1).unwrap_or_default().to_owned();
    let mut server = if first.starts_with("CONNECT ") {
        let target = leads_to.map_or_else(|| target.replace("localhost", "127.0.0.1"), str::to_owned);
        let server = TcpStream::connect(target).await?;
        client.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await?;
        server
    } else {
        let url = Url::parse(&target).map_err(io::Error::other)?;
        let address = url.socket_addrs(|| None)?;
        let mut server = TcpStream::connect(&*address).await?;
        server.write_all(&head).await?;
        server
    };
    tokio::io::copy_bidirectional(&mut client, &mut server).await.map(drop)
}
