//! A server on 127.0.0.1 that does one thing to each connection, for the tests of this room.
//!
//! It speaks raw bytes on real sockets, because the faults that matter, a reset or a body cut short, are ones that an
//! HTTP library takes care not to make.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::domain::page_url::PageUrl;

/// What the server does once it has read the request.
#[derive(Debug, Clone)]
pub(super) enum Deed {
    /// Resets the connection without reading anything.
    ResetAtOnce,
    /// Sends these bytes and closes.
    Send(Vec<u8>),
    /// Sends these bytes and resets the connection.
    SendAndReset(Vec<u8>),
    /// Sends these bytes, waits for a second request on the connection, and closes without a word.
    SendOnce(Vec<u8>),
    /// Sends these bytes and then nothing, but stays.
    SendAndStay(Vec<u8>),
    /// Sends the first bytes once and the second for ever, so often.
    Repeat(Vec<u8>, Vec<u8>, Duration),
    /// Sends what the function makes of a request's path and its number on this connection, which stays open.
    Serve(fn(&str, u32) -> String),
}

/// The running server; it ends when it is dropped.
pub(super) struct FaultServer {
    address: SocketAddr,
    accepted: Arc<AtomicUsize>,
    _tasks: JoinSet<()>,
}

impl FaultServer {
    pub(super) async fn start(deed: Deed) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let accepted = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&accepted);
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                counted.fetch_add(1, Ordering::SeqCst);
                let deed = deed.clone();
                connections.spawn(async move {
                    // A client that goes away in the middle is no failure of the server.
                    let _ = deed.done_to(stream).await;
                });
            }
        });
        Self { address, accepted, _tasks: tasks }
    }

    /// Sends the text and closes.
    pub(super) async fn sending(answer: impl Into<Vec<u8>>) -> Self {
        Self::start(Deed::Send(answer.into())).await
    }

    /// How many connections it has accepted.
    pub(super) fn connections(&self) -> usize {
        self.accepted.load(Ordering::SeqCst)
    }

    pub(super) fn port(&self) -> u16 {
        self.address.port()
    }

    pub(super) fn url(&self, path: &str) -> PageUrl {
        PageUrl::parse(&format!("http://{}{path}", self.address)).unwrap()
    }
}

impl Deed {
    async fn done_to(self, mut stream: TcpStream) -> io::Result<()> {
        if let Self::ResetAtOnce = self {
            return stream.set_zero_linger();
        }
        let mut path = read_request(&mut stream).await?;
        match self {
            Self::ResetAtOnce => {}
            Self::Send(bytes) => {
                stream.write_all(&bytes).await?;
                stream.shutdown().await?;
            }
            Self::SendAndReset(bytes) => {
                stream.write_all(&bytes).await?;
                stream.set_zero_linger()?;
            }
            Self::SendOnce(bytes) => {
                stream.write_all(&bytes).await?;
                read_request(&mut stream).await?;
            }
            Self::SendAndStay(bytes) => {
                stream.write_all(&bytes).await?;
                std::future::pending::<()>().await;
            }
            Self::Repeat(head, more, pause) => {
                stream.write_all(&head).await?;
                loop {
                    stream.write_all(&more).await?;
                    tokio::time::sleep(pause).await;
                }
            }
            Self::Serve(answer) => {
                for number in 1.. {
                    stream.write_all(answer(&path, number).as_bytes()).await?;
                    path = read_request(&mut stream).await?;
                }
            }
        }
        Ok(())
    }
}

/// Reads up to the empty line, with what of a body came with it, and gives the path that was asked for. A client that speaks TLS sends no empty line; its
/// first bytes are taken as a request for nothing.
async fn read_request(stream: &mut TcpStream) -> io::Result<String> {
    let mut read = Vec::new();
    while !read.windows(4).any(|end| end == b"\r\n\r\n") {
        if stream.read_buf(&mut read).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if read.first().is_some_and(|first| !first.is_ascii_alphabetic()) {
            break;
        }
    }
    let text = String::from_utf8_lossy(&read);
    Ok(text.split(' ').nth(1).unwrap_or_default().to_owned())
}
