//! One HTTP/1.1 connection that is kept alive: prebuilt bytes out, a parsed head and a counted body in.
//!
//! The load generator takes its share of the cores that the services run on, so it does as little as it can: no pool,
//! no header map, no body that nobody looks at.

use std::net::SocketAddr;

use anyhow::{Context, bail, ensure};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// The services send about eight.
const MAX_HEADERS: usize = 32;
/// What one read may take in: a whole poll, and a good part of a seat map.
const READ_AHEAD: usize = 64 * 1024;

/// A keep-alive connection, and the last answer that came over it.
#[derive(Debug)]
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
    head: usize,
}

/// What is done with a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Body {
    Keep,
    /// Read to its end and forgotten.
    Skip,
}

/// An answer; its body is empty where it was skipped.
#[derive(Clone, Copy, Debug)]
pub struct Answer<'a> {
    pub status: u16,
    /// Bytes of the body as they came over the wire.
    pub length: usize,
    pub head: &'a [u8],
    pub body: &'a [u8],
}

/// What a head says of the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    pub bytes: usize,
    pub status: u16,
    /// `None`: in chunks.
    pub length: Option<usize>,
}

impl Connection {
    pub async fn open(address: SocketAddr) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address).await;
        let stream = stream.with_context(|| format!("cannot connect to {address}"))?;
        stream.set_nodelay(true).context("cannot switch Nagle's algorithm off")?;
        Ok(Self { stream, buffer: Vec::new(), head: 0 })
    }

    /// Sends one request and reads its answer.
    pub async fn ask(&mut self, request: &[u8], body: Body) -> anyhow::Result<Answer<'_>> {
        self.stream.write_all(request).await.context("cannot send a request")?;
        self.buffer.clear();
        let head = self.read_head().await?;
        self.head = head.bytes;
        let length = head.length.context("an answer in chunks where a whole one was expected")?;
        // A refusal is read whatever it is for: it is shown.
        let body = if head.status >= 400 { Body::Keep } else { body };
        match body {
            Body::Keep => self.read_until(head.bytes + length).await?,
            Body::Skip => self.skip_until(head.bytes + length).await?,
        }
        let (head_bytes, rest) = self.buffer.split_at_checked(head.bytes).unwrap_or_default();
        let body = match body {
            Body::Keep => rest,
            Body::Skip => &[],
        };
        Ok(Answer { status: head.status, length, head: head_bytes, body })
    }

    /// Sends a request whose answer is a stream; what has come behind its head by now.
    pub async fn ask_for_stream(mut self, request: &[u8]) -> anyhow::Result<(Head, Vec<u8>, TcpStream)> {
        self.stream.write_all(request).await.context("cannot send a request")?;
        let head = self.read_head().await?;
        let rest = self.buffer.split_off(head.bytes);
        Ok((head, rest, self.stream))
    }

    async fn read_head(&mut self) -> anyhow::Result<Head> {
        loop {
            self.read_some(READ_AHEAD).await?;
            if let Some(head) = parse_head(&self.buffer)? {
                return Ok(head);
            }
        }
    }

    async fn read_until(&mut self, end: usize) -> anyhow::Result<()> {
        while self.buffer.len() < end {
            self.read_some(end - self.buffer.len()).await?;
        }
        ensure!(self.buffer.len() == end, "an answer is longer than it says");
        Ok(())
    }

    async fn skip_until(&mut self, end: usize) -> anyhow::Result<()> {
        let mut missing = end.checked_sub(self.buffer.len()).context("an answer is longer than it says")?;
        let head = self.head;
        self.buffer.truncate(head);
        while missing > 0 {
            let read = self.read_some(missing).await?;
            self.buffer.truncate(head);
            missing = missing.checked_sub(read).context("an answer is longer than it says")?;
        }
        Ok(())
    }

    async fn read_some(&mut self, wanted: usize) -> anyhow::Result<usize> {
        self.buffer.reserve(wanted.clamp(1, READ_AHEAD));
        match self.stream.read_buf(&mut self.buffer).await.context("cannot read an answer")? {
            0 => bail!("the connection was closed instead of an answer"),
            read => Ok(read),
        }
    }
}

/// `None`: it has not all come yet.
pub fn parse_head(bytes: &[u8]) -> anyhow::Result<Option<Head>> {
    let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut response = httparse::Response::new(&mut headers);
    let httparse::Status::Complete(head) = response.parse(bytes).context("an answer that is not HTTP")?
    else {
        return Ok(None);
    };
    let status = response.code.context("an answer without a status")?;
    let mut length = Some(0);
    // What these have is no body, whatever their headers say of one.
    if status != 304 && status != 204 {
        for header in response.headers.iter() {
            if header.name.eq_ignore_ascii_case("content-length") {
                let text = std::str::from_utf8(header.value).context("a content-length that is no text")?;
                length = Some(text.parse().context("a content-length that is no number")?);
            } else if header.name.eq_ignore_ascii_case("transfer-encoding") {
                length = None;
            }
        }
    }
    Ok(Some(Head { bytes: head, status, length }))
}

impl Answer<'_> {
    /// A header by its name, in lower case.
    pub fn header(&self, name: &str) -> Option<String> {
        let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
        let mut response = httparse::Response::new(&mut headers);
        response.parse(self.head).ok()?;
        let found = response.headers.iter().find(|header| header.name.eq_ignore_ascii_case(name))?;
        Some(String::from_utf8_lossy(found.value).into_owned())
    }

    /// For whoever did not expect it.
    pub fn sample(&self) -> String {
        let body: String = String::from_utf8_lossy(self.body).chars().take(300).collect();
        format!("{} {body}", self.status)
    }

    pub fn read<T: serde::de::DeserializeOwned>(&self) -> anyhow::Result<T> {
        serde_json::from_slice(self.body).with_context(|| format!("not understood: {}", self.sample()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_says_how_long_the_body_is() {
        let whole = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
        assert_eq!(parse_head(whole).unwrap(), Some(Head { bytes: 38, status: 200, length: Some(5) }));
        assert_eq!(parse_head(&whole[..30]).unwrap(), None);
        let chunks = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
        assert_eq!(parse_head(chunks).unwrap().unwrap().length, None);
        let unchanged = b"HTTP/1.1 304 Not Modified\r\ncontent-length: 9\r\n\r\n";
        assert_eq!(parse_head(unchanged).unwrap().unwrap().length, Some(0));
        assert!(parse_head(b"SSH-2.0-OpenSSH\r\n\r\n").is_err());
    }
}
